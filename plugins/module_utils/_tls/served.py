# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The certificate that is served for a name, as a recipient's browser meets it: one TLS handshake, and no request."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import os
import socket
import ssl
import time
import traceback
import typing as t
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_CRYPTOGRAPHY, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise
from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import SystemAddresses, UnresolvedError
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import ValidityWindow

try:
    import cryptography
    from cryptography import x509
except ImportError:
    _CRYPTOGRAPHY_VERSION: str | None = None
    _CRYPTOGRAPHY_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    _CRYPTOGRAPHY_VERSION = cryptography.__version__
    _CRYPTOGRAPHY_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import FindAddresses

HTTPS_PORT = 443
# For the look at one name, in all its steps together.
LOOK_TIMEOUT = 10.0
LOOKS_SIDE_BY_SIDE = 50

# A name of a network of servers has dozens; those that a browser tries before it gives up are few.
_MOST_ADDRESSES = 4
# Where each address is looked at.
_MOST_ADDRESSES_OF_ALL = 32
# A host without IPv6 cannot see what is served there, and that is nothing the server could help.
_NO_ROUTE = frozenset((errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT))
_MOST_NAMES = 3

# 112 bits of security: RSA and DH from 2048 bits, EC from 224, no SHA-1 signatures (SSL_CTX_set_security_level(3)).
_BROWSER_STRENGTH = "DEFAULT:@SECLEVEL=2"
# What is too weak can be looked at, too.
_ANY_STRENGTH = "ALL:@SECLEVEL=0"

# Named in the ssl module since Python 3.10 and 3.12.
_PARTIAL_CHAIN = 0x80000
_LEGACY_SERVER_CONNECT = 0x4

# From OpenSSL's x509_vfy.h: its texts differ from release to release, these numbers do not.
_UNABLE_TO_GET_ISSUER_CERT = 2
_NOT_YET_VALID = 9
_EXPIRED = 10
_DEPTH_ZERO_SELF_SIGNED = 18
_SELF_SIGNED_IN_CHAIN = 19
_UNABLE_TO_GET_ISSUER_LOCALLY = 20
_UNABLE_TO_VERIFY_LEAF = 21
_INVALID_PURPOSE = 26
_HOST_MISMATCH = 62
_KEY_TOO_SMALL = 66

_MISSING_ISSUER = (
    "the chain that is served does not lead to an authority that is trusted here: an intermediate certificate is "
    "missing in it (as when cert.pem is uploaded in place of fullchain.pem), or the authority is a private one"
)
_OBJECTIONS = {
    _DEPTH_ZERO_SELF_SIGNED: "the certificate is signed by itself, not by an authority",
    _SELF_SIGNED_IN_CHAIN: "the chain that is served ends at an authority that is not trusted here",
    _UNABLE_TO_GET_ISSUER_CERT: _MISSING_ISSUER,
    _UNABLE_TO_GET_ISSUER_LOCALLY: _MISSING_ISSUER,
    _UNABLE_TO_VERIFY_LEAF: _MISSING_ISSUER,
    _INVALID_PURPOSE: "the certificate is not made for TLS servers (extended key usage)",
    _KEY_TOO_SMALL: "the key of the certificate is too weak",
}

# By the reasons that the ssl module gives.
_HANDSHAKE_FAILURES = {
    "TLSV1_UNRECOGNIZED_NAME": "no certificate is served for this name (TLS alert unrecognized_name)",
    **dict.fromkeys(
        ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION", "VERSION_TOO_LOW"),
        "TLS 1.2 or newer is not offered, and browsers speak nothing older",
    ),
    **dict.fromkeys(
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"),
        "what answers does not speak TLS",
    ),
}


class _NoConnectionError(Exception):
    """No address could be connected to; the text says why, ``has_route`` whether there is a way to one of them."""

    def __init__(self, text: str, has_route: bool) -> None:
        super().__init__(text)
        self.has_route = has_route


@dataclasses.dataclass(frozen=True)
class Leaf:
    """The certificate of a server, without its chain.

    ``fingerprint`` is the SHA-256 of its DER form as lower-case hex pairs with colons, ``issuer`` its issuer's name
    (RFC 4514), ``dns_names`` are its subject alternative names. What cannot be read is None or missing.
    """

    fingerprint: str
    issuer: str | None = None
    window: ValidityWindow | None = None
    dns_names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Served:
    """What a browser meets at a name.

    ``trusted`` is whether chain, name and time are all right, None where there was no connection. ``leaf`` is the
    certificate, whether trusted or not, None where none was served. ``error`` is why it is not trusted, else None.
    ``address`` is where it was looked for, None where the first address that connects counted or none was found, and
    ``has_route`` whether this host has a way there.
    """

    trusted: bool | None
    leaf: Leaf | None = None
    error: str | None = None
    address: str | None = None
    has_route: bool = True

    def as_result(self, now: datetime, matches: bool | None) -> dict[str, t.Any]:
        """The value of C(https) in a result; ``matches`` is whether SendCloud prints this validity."""
        window = self.leaf.window if self.leaf else None
        not_before, not_after = window.as_text() if window else (None, None)
        return {
            "trusted": self.trusted,
            "fingerprint": self.leaf.fingerprint if self.leaf else None,
            "issuer": self.leaf.issuer if self.leaf else None,
            "not_before": not_before,
            "not_after": not_after,
            "days_remaining": window.days_remaining(now) if window else None,
            "matches_sendcloud": matches,
            "error": self.error,
        }


class Visitor:
    """Looks at names as a browser does, with nobody's proxy, and without a request.

    The addresses of a name are tried in their order, each with its share of the time that is left; the first that
    connects counts. A certificate that is not trusted is fetched in a second handshake, with the same address.

    ``ca_path`` is a file of CA certificates (PEM), or a folder as made by C(openssl rehash), in place of the
    system's. Any certificate in it is trusted, also that of an intermediate CA. Raises InputError if it is of no use,
    or if the ssl module is; MissingLibraryError where cryptography is missing.
    """

    def __init__(
        self,
        ca_path: str | None = None,
        *,
        find_addresses: FindAddresses | None = None,
        port: int = HTTPS_PORT,
        timeout: float = LOOK_TIMEOUT,
    ) -> None:
        check_library(
            "cryptography",
            OLDEST_CRYPTOGRAPHY,
            _CRYPTOGRAPHY_VERSION,
            _CRYPTOGRAPHY_IMPORT_ERROR,
            "to read the certificate that is served",
        )
        self._strict = _strict_context(ca_path)
        self._curious = _curious_context()
        self._find_addresses = find_addresses or SystemAddresses()
        self._port = port
        self._timeout = timeout

    def visit_many(self, names: t.Sequence[str]) -> list[Served]:
        """What is served for several names, in the same order, looked at side by side."""
        if not names:
            return []
        with ThreadPoolExecutor(min(len(names), LOOKS_SIDE_BY_SIDE)) as pool:
            return list(pool.map(self.visit, names))

    def visit(self, name: str) -> Served:
        """What is served for a name (A-labels, no trailing dot); never fails, and ends within the time."""
        deadline = time.monotonic() + self._timeout
        try:
            addresses = self._find_addresses(name, deadline)
        except UnresolvedError as error:
            return Served(None, error=str(error))
        return self._visit_at(addresses[:_MOST_ADDRESSES], name, deadline)

    def visit_everywhere(self, names: t.Sequence[str]) -> list[tuple[Served, ...]]:
        """What each address of several names serves, in the order of the names; the names are looked at in turn.

        The addresses of a name are looked at side by side, each with the time of a look. One that this host has no way
        to is left out where there is another one.
        """
        return [self._visit_each_address(name) for name in names]

    def _visit_each_address(self, name: str) -> tuple[Served, ...]:
        deadline = time.monotonic() + self._timeout
        try:
            addresses = self._find_addresses(name, deadline)[:_MOST_ADDRESSES_OF_ALL]
        except UnresolvedError as error:
            return (Served(None, error=str(error)),)

        def visit(address: str) -> Served:
            served = self._visit_at([address], name, time.monotonic() + self._timeout)
            return dataclasses.replace(served, address=address)

        with ThreadPoolExecutor(max(len(addresses), 1)) as pool:
            served = tuple(pool.map(visit, addresses))
        return tuple(one for one in served if one.has_route) or served

    def _visit_at(self, addresses: t.Sequence[str], name: str, deadline: float) -> Served:
        """What is served at the first of some addresses that connects."""
        try:
            connection, address = self._connect(addresses, deadline)
        except _NoConnectionError as error:
            return Served(None, error=str(error), has_route=error.has_route)
        try:
            return Served(True, _leaf(_handshake(self._strict, connection, name, deadline)))
        except ssl.SSLCertVerificationError as error:
            leaf = self._untrusted_leaf(address, name, deadline)
            return Served(False, leaf, _objection(error, leaf))
        except (OSError, ValueError) as error:
            return Served(False, error=self._failure(error))

    def _connect(self, addresses: t.Sequence[str], deadline: float) -> tuple[socket.socket, str]:
        failures, has_route = [], False
        for tried, address in enumerate(addresses):
            try:
                seconds = _left(deadline) / (len(addresses) - tried)
                return socket.create_connection((address, self._port), timeout=seconds), address
            except OSError as error:
                failures.append(f"{address}: {_connect_failure(error)}")
                has_route = has_route or error.errno not in _NO_ROUTE
        raise _NoConnectionError(f"no connection to port {self._port} ({'; '.join(failures)})", has_route)

    def _untrusted_leaf(self, address: str, name: str, deadline: float) -> Leaf | None:
        try:
            connection = socket.create_connection((address, self._port), timeout=_left(deadline))
            return _leaf(_handshake(self._curious, connection, name, deadline))
        except (OSError, ValueError):
            return None

    def _failure(self, error: Exception) -> str:
        if isinstance(error, socket.timeout):
            return f"the server connects, and does not answer the TLS handshake within {self._timeout:.0f} s"
        if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
            return "the server ended the connection during the TLS handshake"
        reason = error.reason if isinstance(error, ssl.SSLError) else None
        if reason in _HANDSHAKE_FAILURES:
            return _HANDSHAKE_FAILURES[reason]
        shown = reason.lower().replace("_", " ") if reason else _shown(error)
        return f"the TLS handshake failed: {shown}"


def _strict_context(ca_path: str | None) -> ssl.SSLContext:
    """Everything that releases of Python and OpenSSL have different defaults for is set here."""
    if ssl.OPENSSL_VERSION_INFO < (1, 1, 1) or "LibreSSL" in ssl.OPENSSL_VERSION:
        raise InputError(
            f"check_https needs a Python with OpenSSL 1.1.1 or newer, and this one has {ssl.OPENSSL_VERSION}. Set "
            "ansible_python_interpreter to another one"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_BROWSER_STRENGTH)
    context.options |= _LEGACY_SERVER_CONNECT
    # Without VERIFY_X509_STRICT, which refuses authorities that browsers take.
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST | _PARTIAL_CHAIN
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.hostname_checks_common_name = False
    if ca_path is None:
        context.load_default_certs()
        return context
    try:
        if os.path.isdir(ca_path):
            context.load_verify_locations(capath=ca_path)
        else:
            context.load_verify_locations(cafile=ca_path)
    except (OSError, ValueError) as error:
        shown = neutralise(ca_path)[:200]
        raise InputError(
            f"https_ca_path {shown!r} is not a file of CA certificates in PEM format: {_shown(error)}"
        ) from None
    return context


def _curious_context() -> ssl.SSLContext:
    """To see a certificate that is not trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_ANY_STRENGTH)
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _handshake(context: ssl.SSLContext, connection: socket.socket, name: str, deadline: float) -> bytes:
    """The server's certificate in DER. The connection is closed."""
    with connection:
        connection.settimeout(_left(deadline))
        with context.wrap_socket(connection, server_hostname=name) as tls:
            return tls.getpeercert(binary_form=True) or b""


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise socket.timeout("timed out")
    return seconds


def _leaf(der: bytes) -> Leaf:
    digest = hashlib.sha256(der).hexdigest()
    fingerprint = ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))
    try:
        certificate = x509.load_der_x509_certificate(der)
        return Leaf(
            fingerprint,
            neutralise(certificate.issuer.rfc4514_string()),
            _window(certificate),
            _dns_names(certificate),
        )
    except Exception:  # OpenSSL takes some that cryptography does not, and raises a different one for each reason
        return Leaf(fingerprint)


def _window(certificate: x509.Certificate) -> ValidityWindow | None:
    window = ValidityWindow.of(certificate)
    # RFC 5280, section 4.1.2.5: no end. In SendCloud's time it would be the year 10000.
    return None if 9999 in (window.not_before.year, window.not_after.year) else window


def _dns_names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(neutralise(name) for name in names.get_values_for_type(x509.DNSName))


def _objection(error: ssl.SSLCertVerificationError, leaf: Leaf | None) -> str:
    """Why a certificate is not trusted."""
    window = leaf.window if leaf else None
    if error.verify_code == _EXPIRED:
        if window is None or window.not_after >= datetime.now(timezone.utc):
            return "a certificate of the chain that is served has expired"
        return f"the certificate has expired, on {window.as_text()[1]}"
    if error.verify_code == _NOT_YET_VALID:
        if window is None or window.not_before <= datetime.now(timezone.utc):
            return "a certificate of the chain that is served is not valid yet"
        return f"the certificate is not valid before {window.as_text()[0]}"
    if error.verify_code == _HOST_MISMATCH:
        names = ", ".join(leaf.dns_names[:_MOST_NAMES]) if leaf else ""
        return f"the certificate is not for this name, but for {names or 'none'}"
    objection = _OBJECTIONS.get(error.verify_code)
    return objection or f"the certificate is not trusted: {neutralise(error.verify_message)}"


def _connect_failure(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "closed, it refuses connections"
    if isinstance(error, socket.timeout):
        return "no answer"
    return _shown(error)


def _shown(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return neutralise(text or type(error).__name__)[:200].rstrip(".")
