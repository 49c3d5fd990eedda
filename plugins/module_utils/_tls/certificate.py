# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A certificate, its chain and its private key: read, checked, and made ready to be sent to SendCloud."""

from __future__ import annotations

import dataclasses
import traceback
import typing as t
from datetime import datetime

from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_CRYPTOGRAPHY, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate_error import CertificateError
from ansible_collections.sendcloud.email.plugins.module_utils._tls.pem import Block, check_text, garbage, read_blocks
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import ValidityWindow, time_text

try:
    from cryptography import __version__ as _cryptography_version

    CRYPTOGRAPHY_VERSION: str | None = _cryptography_version
except Exception:
    CRYPTOGRAPHY_VERSION = None

try:
    from cryptography import x509
    from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
except Exception:  # releases that are too old or do not fit this Python fail in many ways
    CRYPTOGRAPHY_IMPORT_ERROR: str | None = traceback.format_exc()
    _NOT_ON_THIS_MACHINE: tuple[type[Exception], ...] = ()
else:
    CRYPTOGRAPHY_IMPORT_ERROR = None
    # What a library cannot do, or may not in FIPS mode; NotImplementedError: curves without a name, before release 36.
    _NOT_ON_THIS_MACHINE = (UnsupportedAlgorithm, InternalError, NotImplementedError)

# Chains of the public certification authorities have three or four.
MOST_CERTIFICATES = 10

# What browsers ask of a server's key: the CA/Browser Forum's Baseline Requirements, section 6.1.5, name no others.
SMALLEST_RSA_KEY = 2048
_CURVES = ("secp256r1", "secp384r1", "secp521r1")
# Chrome, and all that is built on it, offers no signatures made with it (BoringSSL's default verify preferences).
_LESS_KNOWN_CURVE = "secp521r1"
# Of what signatures are made of, these are refused by every browser.
_BROKEN_DIGESTS = ("md5", "sha1")

# How many of its names, and how much of a subject, a message shows.
_MOST_NAMES = 10
_LONGEST_SUBJECT = 120

_ANY_KEY = "PRIVATE KEY-----"

# RFC 5280, section 4.2.1.12.
_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_ANY_USAGE = "2.5.29.37.0"

# RFC 7468, section 5.1, names the second one as an old name of the first.
_CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE")
# PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) and SEC 1 (RFC 5915).
_KEY_LABELS = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
_ENCRYPTED_KEY_LABEL = "ENCRYPTED PRIVATE KEY"

_TAKEN_KEYS = "an RSA key (2048 bits or more) or an EC key (P-256 or P-384)"

_HOW_TO_CONVERT = {
    "TRUSTED CERTIFICATE": "Convert it with: openssl x509 -in FILE -out FILE",
    "PKCS7": "Convert it with: openssl pkcs7 -print_certs -in FILE -out FILE",
    "CMS": "Convert it with: openssl pkcs7 -print_certs -in FILE -out FILE",
    "CERTIFICATE REQUEST": "Give the certificate that was issued for this request",
    "NEW CERTIFICATE REQUEST": "Give the certificate that was issued for this request",
    "OPENSSH PRIVATE KEY": "Convert a copy of it with: ssh-keygen -p -m PKCS8 -f FILE",
}


@dataclasses.dataclass(frozen=True)
class Issuer:
    """One of the certificates behind the leaf: what to call it, and from when until when it is valid."""

    label: str
    window: ValidityWindow


@dataclasses.dataclass(frozen=True)
class CertificatePair:
    """A certificate with its chain, and the private key of its leaf.

    ``bundle`` and ``private_key`` are PEM (RFC 7468) with LF line ends and nothing between the blocks; the bundle
    begins with the leaf, and each further certificate issued the one before it. ``window`` is the leaf's validity,
    ``dns_names`` the host names it is for, in lower case, as its subject alternative names give them. ``issuers`` are
    the certificates behind the leaf, in this order, ``advice`` is what a person should know whatever the time.
    """

    bundle: str
    private_key: str = dataclasses.field(repr=False)
    window: ValidityWindow
    dns_names: tuple[str, ...]
    issuers: tuple[Issuer, ...] = ()
    advice: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        """Whether the leaf is for this host name (lower case, A-labels, no trailing dot).

        Only subject alternative names count, and a C(*) only as the whole left-most label, where it stands for
        exactly one label (RFC 6125, section 6.4; RFC 9525, section 6.3). C(*.com) stands for nothing.
        """
        return any(_matches(pattern, name.lower()) for pattern in self.dns_names)

    def check_covers(self, name: str) -> None:
        """Raise CertificateError (C(name_not_covered)) unless the leaf is for this host name."""
        if self.covers(name):
            return
        if not self.dns_names:
            raise CertificateError(
                "name_not_covered",
                f"certificate does not cover {name}: it has no DNS name among its subject alternative names, and "
                "browsers do not look at its common name. Have it issued with one",
            )
        hint = ""
        if any(pattern.startswith("*.") for pattern in self.dns_names):
            hint = " (a wildcard stands for exactly one label, and needs two more after it)"
        raise CertificateError(
            "name_not_covered",
            f"certificate does not cover {name}: it is for {_shown_names(self.dns_names)}{hint}. "
            "Give one that is issued for this name",
        )

    def check_time(self, now: datetime) -> None:
        """Raise CertificateError unless the leaf and the certificate that issued it are valid at ``now`` (aware).

        The reasons are C(expired) and C(not_yet_valid), and C(issuer_expired) and C(issuer_not_yet_valid).
        """
        not_before, not_after = self.window.as_text()
        if now < self.window.not_before:
            raise CertificateError(
                "not_yet_valid",
                f"certificate is not valid yet, only from {not_before} (until {not_after}). Give it then, or check "
                "this machine's clock",
            )
        if now > self.window.not_after:
            raise CertificateError(
                "expired", f"certificate has expired: it was valid from {not_before} until {not_after}. Renew it"
            )
        for issuer in self.issuers[:1]:
            _check_issuer_time(issuer, now)

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """What is no reason to refuse the pair at ``now`` (aware), but may keep some recipients from trusting it."""
        return (*self.advice, *(text for issuer in self.issuers[1:] for text in _time_warnings(issuer, now)))


def load_certificate_pair(certificate: str | None, private_key: str | None) -> CertificatePair | None:
    """Read the options C(certificate) (leaf first, then its chain) and C(private_key); None if neither is given.

    Both are PEM. White space, any line ends and text around the blocks do not matter. Keys are PKCS#8, PKCS#1 or
    SEC 1. A chain may end with its root or leave it out. Raises CertificateError for everything that makes the pair
    useless for any name at any time, and MissingLibraryError where ``cryptography`` cannot be imported or is too old.
    """
    if certificate is None and private_key is None:
        return None
    if certificate is None or private_key is None:
        missing = "certificate" if certificate is None else "private_key"
        raise CertificateError(
            "half_pair", f"certificate and private_key belong together, and {missing} is missing. Give both or neither"
        )
    check_cryptography()
    check_text("certificate", certificate)
    check_text("private_key", private_key)
    _check_not_swapped(certificate, private_key)
    chain = _read_chain(certificate)
    key_block = _key_block(private_key)
    _check_chain(chain, _public_key_of(key_block))
    _check_leaf(chain[0])
    _check_issuers(chain)
    return CertificatePair(
        bundle="".join(one.pem for one in chain),
        private_key=key_block.as_pem(),
        window=chain[0].window,
        dns_names=chain[0].dns_names,
        issuers=tuple(Issuer(str(one), one.window) for one in chain[1:]),
        advice=_advice(chain),
    )


def check_cryptography() -> None:
    """Raise MissingLibraryError where cryptography is missing, too old or broken."""
    reason = "to check the certificate"
    check_library("cryptography", OLDEST_CRYPTOGRAPHY, CRYPTOGRAPHY_VERSION, CRYPTOGRAPHY_IMPORT_ERROR, reason)
    if CRYPTOGRAPHY_IMPORT_ERROR is not None:
        # New enough, and broken: what is said is what its import said.
        check_library("cryptography", OLDEST_CRYPTOGRAPHY, None, CRYPTOGRAPHY_IMPORT_ERROR, reason)


def _check_not_swapped(certificate: str, private_key: str) -> None:
    if _ANY_KEY not in certificate:
        return
    if _ANY_KEY not in private_key and "CERTIFICATE-----" in private_key:
        raise CertificateError(
            "swapped",
            "certificate and private_key are swapped: certificate contains a private key. Give each in its own option",
        )
    raise CertificateError(
        "key_in_certificate",
        "certificate contains a private key, which would not be kept secret there. Give the key as private_key alone",
    )


def _key_block(text: str) -> Block:
    blocks = read_blocks("private_key", text)
    keys = [block for block in blocks if block.label.endswith("PRIVATE KEY")]
    if not keys:
        raise CertificateError(
            "no_key",
            f"private_key contains no private key, but a PEM block of type {blocks[0].label}. Give the key of the "
            "certificate",
        )
    if len(keys) > 1:
        raise CertificateError("several_keys", f"private_key contains {len(keys)} private keys. Give the leaf's alone")
    (key,) = keys
    if key.label == _ENCRYPTED_KEY_LABEL or any("ENCRYPTED" in header for header in key.headers):
        raise CertificateError(
            "encrypted_key",
            "private_key is encrypted, and there is no option for a passphrase. Decrypt it with openssl pkey, and keep "
            "the result in Ansible Vault",
        )
    if key.label not in _KEY_LABELS:
        hint = _HOW_TO_CONVERT.get(key.label, f"Give {_TAKEN_KEYS} in PKCS#8, PKCS#1 or SEC 1 form")
        raise CertificateError(
            "unsupported_key", f"private_key is a PEM block of type {key.label}, which cannot be used. {hint}"
        )
    return key


def _public_key_of(block: Block) -> bytes:
    try:
        return _encoded(load_pem_private_key(block.as_pem().encode("ascii"), password=None).public_key())
    except _NOT_ON_THIS_MACHINE:
        raise CertificateError(
            "unsupported_key",
            "private_key is of a kind or on a curve that this machine's cryptography library cannot read. Use "
            f"{_TAKEN_KEYS}",
        ) from None
    except Exception:  # cryptography raises a different one for each way to be wrong
        raise CertificateError(
            "garbage_pem", f"private_key is damaged: its block ({block.label}) does not contain such a key"
        ) from None


def _encoded(public_key: t.Any) -> bytes:
    # Every kind of public key has this method, but they share no type that says so.
    return t.cast(bytes, public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@dataclasses.dataclass(frozen=True)
class _Certificate:
    """One certificate of a bundle; ``number`` counts from 1 in the order given."""

    number: int
    pem: str
    parsed: x509.Certificate
    key: t.Any
    public_key: bytes
    window: ValidityWindow
    is_self_signed: bool
    subject: str
    dns_names: tuple[str, ...]
    is_for_servers: bool
    may_issue: bool
    path_length: int | None

    def __str__(self) -> str:
        return f"no. {self.number} ({self.subject})"

    def issued(self, other: _Certificate) -> bool:
        """Whether the other's chain leads on to this one; that of a self-signed one leads nowhere."""
        return not other.is_self_signed and _is_issued_by(other.parsed, self.parsed, self.key)

    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are one, as with roots (RFC 5280, section 3.2)."""
        return self.parsed.subject == self.parsed.issuer

    @property
    def has_broken_signature(self) -> bool:
        """Whether what it is signed with is not safe any more; nobody looks at the signature of a root."""
        return not self.is_self_issued and _digest_name(self.parsed) in _BROKEN_DIGESTS


def _read_chain(text: str) -> list[_Certificate]:
    blocks = read_blocks("certificate", text)
    for block in blocks:
        if block.label not in _CERTIFICATE_LABELS:
            hint = _HOW_TO_CONVERT.get(block.label, "Leave it out")
            raise CertificateError(
                "not_a_certificate",
                f"certificate contains a PEM block of type {block.label}, which is not a certificate. {hint}",
            )
    if len(blocks) > MOST_CERTIFICATES:
        raise CertificateError(
            "chain_too_long",
            f"certificate contains {len(blocks)} certificates, and a chain has at most {MOST_CERTIFICATES}. Give the "
            "leaf and those that lead from it to its root",
        )
    return [_read_certificate(number, block) for number, block in enumerate(blocks, 1)]


def _read_certificate(number: int, block: Block) -> _Certificate:
    try:
        # Everything that is needed is read here, since cryptography decodes most of it only when asked.
        certificate = x509.load_der_x509_certificate(block.content)
        if certificate.public_bytes(Encoding.DER) != block.content:
            raise ValueError("there is something behind it, which releases before 35 pass over")
        subject = _subject(certificate)
        certificate.issuer  # noqa: B018
        names = _extension(certificate, x509.SubjectAlternativeName)
        constraints = _extension(certificate, x509.BasicConstraints)
        window = ValidityWindow.of(certificate)
        is_for_servers, may_issue = _is_for_servers(certificate), _may_issue(certificate)
    except _NOT_ON_THIS_MACHINE:
        raise CertificateError(
            "unsupported_certificate",
            f"certificate no. {number} contains something that this machine's cryptography library cannot read",
        ) from None
    except Exception:  # cryptography raises a different one for each way to be wrong
        raise garbage(
            "certificate", number, block.label, "is damaged: it does not contain a readable certificate"
        ) from None
    key, public_key = _public_key(certificate, number, subject)
    return _Certificate(
        number=number,
        pem=Block("CERTIFICATE", (), block.content).as_pem(),
        parsed=certificate,
        key=key,
        public_key=public_key,
        window=window,
        is_self_signed=_is_issued_by(certificate, certificate, key),
        subject=subject,
        dns_names=tuple(name.lower() for name in names.get_values_for_type(x509.DNSName)) if names else (),
        is_for_servers=is_for_servers,
        may_issue=may_issue,
        path_length=constraints.path_length if constraints else None,
    )


def _public_key(certificate: x509.Certificate, number: int, subject: str) -> tuple[t.Any, bytes]:
    try:
        key = certificate.public_key()
        return key, _encoded(key)
    except Exception:  # the certificate could be read as a whole, so that it is the kind of key that is not known
        raise CertificateError(
            "unsupported_key",
            f"certificate no. {number} ({subject}) has a key of a kind or on a curve that this machine's cryptography "
            f"library cannot read. Use {_TAKEN_KEYS}",
        ) from None


def _extension(certificate: x509.Certificate, kind: t.Any) -> t.Any:
    """The value of an extension; None where it is not there."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _is_for_servers(certificate: x509.Certificate) -> bool:
    """RFC 5280, section 4.2.1.12: for everything, unless there is an extended key usage that says otherwise."""
    usage = _extension(certificate, x509.ExtendedKeyUsage)
    return usage is None or bool({_SERVER_AUTHENTICATION, _ANY_USAGE} & {purpose.dotted_string for purpose in usage})


def _may_issue(certificate: x509.Certificate) -> bool:
    """RFC 5280, section 6.1.4, (k) and (n); of version 1, which knows no extensions, there are still roots."""
    if certificate.version is x509.Version.v1:
        return certificate.subject == certificate.issuer
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    return constraints is not None and constraints.ca and (usage is None or usage.key_cert_sign)


def _digest_name(certificate: x509.Certificate) -> str | None:
    """The digest that a certificate's signature is made of; None where that cannot be told, or there is none."""
    try:
        digest = certificate.signature_hash_algorithm
    except Exception:  # what cannot be told, whyever, is not held against it
        return None
    return digest.name if digest else None


def _subject(certificate: x509.Certificate) -> str:
    # A certificate is not obliged to have one where it has alternative names (RFC 5280, section 4.1.2.6).
    text = neutralise(certificate.subject.rfc4514_string()) or "no subject"
    text = text if len(text) <= _LONGEST_SUBJECT else text[:_LONGEST_SUBJECT] + "..."
    return f"{text}, serial number {certificate.serial_number:x}"


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate, key: t.Any) -> bool:
    """Whether the issuer has the name that the certificate says, and its key made the certificate's signature."""
    return issuer.subject == certificate.issuer and _is_signed_with(certificate, key)


def _is_signed_with(certificate: x509.Certificate, key: t.Any) -> bool:
    """Whether a key made a certificate's signature, for cryptography older than 40, too.

    True where this machine cannot tell, as in FIPS mode for many an algorithm: the names have to do then.
    """
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    try:
        digest = t.cast(hashes.HashAlgorithm, certificate.signature_hash_algorithm)
        if isinstance(key, rsa.RSAPublicKey):
            # Which of RSA's two paddings it is can be seen since cryptography 41; hardly anybody uses the other one.
            scheme = getattr(certificate, "signature_algorithm_parameters", padding.PKCS1v15())
            key.verify(signature, signed, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey)):
            key.verify(signature, signed)
        else:
            return False
    except (InvalidSignature, TypeError, ValueError):
        # All but the first mean that the signature is of another kind than the key.
        return False
    except _NOT_ON_THIS_MACHINE:
        return True
    return True


def _check_chain(chain: t.Sequence[_Certificate], public_key: bytes) -> None:
    """Raise CertificateError unless the key is the first one's, and each further one issued the one before it."""
    leaf = next((one for one in chain if one.public_key == public_key), None)
    if leaf is None:
        of = f"the certificate ({chain[0].subject})" if len(chain) == 1 else f"any of the {len(chain)} certificates"
        raise CertificateError(
            "key_mismatch",
            f"private_key does not belong to {of}. Give the key that the certificate was requested with",
        )
    _check_duplicates(chain)
    if leaf is chain[0] and all(issuer.issued(one) for one, issuer in zip(chain, chain[1:])):
        return
    path = _longest_path([leaf], [one for one in chain if one is not leaf])
    if len(path) == len(chain):
        raise _out_of_order(leaf, path)
    stranger = next(one for one in chain if one not in path)
    raise CertificateError(
        "chain_stranger",
        f"certificate contains one that is out of place: {stranger} is not on the way from {leaf} to its root. Leave "
        "it out, or give the one that is missing in between",
    )


def _check_leaf(leaf: _Certificate) -> None:
    """Raise CertificateError where browsers would refuse the leaf for what it is."""
    if 9999 in (leaf.window.not_before.year, leaf.window.not_after.year):
        # RFC 5280, section 4.1.2.5: no end. In SendCloud's time it would be the year 10000.
        raise CertificateError(
            "no_end", "certificate never expires (year 9999), which browsers refuse. Give one that does"
        )
    objection = _objection_to_key(leaf.key)
    if objection is not None:
        raise CertificateError(
            "unsupported_key",
            f"browsers do not accept a server's key of this kind: {objection}. Have a certificate issued for "
            f"{_TAKEN_KEYS}",
        )
    if not leaf.is_for_servers:
        raise CertificateError(
            "not_for_servers",
            "certificate is not for TLS servers: its extended key usage lacks serverAuth, so browsers refuse it. Have "
            "it issued for a server",
        )


def _objection_to_key(key: t.Any) -> str | None:
    """What browsers have against a server's public key; None for nothing."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA with {key.key_size} bits" if key.key_size < SMALLEST_RSA_KEY else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return None if key.curve.name in _CURVES else f"EC on the curve {key.curve.name}"
    return "it is neither RSA nor EC"


def _check_issuers(chain: t.Sequence[_Certificate]) -> None:
    """Raise CertificateError where browsers would refuse what the chain's authorities have signed."""
    for one in chain[:2]:
        if one.has_broken_signature:
            raise CertificateError(
                "weak_signature",
                f"certificate {one} is signed with SHA-1 or MD5, which browsers do not trust any more. Have it issued "
                "anew",
            )
    for place, issuer in enumerate(chain[1:]):
        if not issuer.may_issue:
            raise CertificateError(
                "no_authority",
                f"certificate {issuer} is not a certification authority (basic constraints, key usage), so browsers "
                "refuse what it has signed. Have the certificate issued by one that is",
            )
        # RFC 5280, section 4.2.1.9: authorities in between, less those that issued themselves.
        below = sum(not one.is_self_issued for one in chain[1 : place + 1])
        if issuer.path_length is not None and below > issuer.path_length:
            raise CertificateError(
                "path_too_long",
                f"certificate {issuer} allows {issuer.path_length} further authorities between itself and the leaf, "
                f"and the chain has {below}, so browsers refuse it. Have the certificate issued by another",
            )


def _advice(chain: t.Sequence[_Certificate]) -> tuple[str, ...]:
    """What a person should know of a chain that is not refused."""
    advice = []
    if len(chain) == 1 and not chain[0].is_self_signed:
        advice.append(
            "certificate lacks the certificate that issued it, which many browsers and mail programs do not fetch "
            "themselves. Give the whole chain, usually fullchain.pem in place of cert.pem"
        )
    if isinstance(chain[0].key, ec.EllipticCurvePublicKey) and chain[0].key.curve.name == _LESS_KNOWN_CURVE:
        advice.append(
            "certificate is for a key on the curve P-521, which Chrome and the browsers built on it do not accept. Use "
            f"{_TAKEN_KEYS}"
        )
    return tuple(advice)


def _check_issuer_time(issuer: Issuer, now: datetime) -> None:
    if now < issuer.window.not_before:
        raise CertificateError(
            "issuer_not_yet_valid",
            f"certificate {issuer.label}, which issued the leaf, is not valid yet, only from "
            f"{time_text(issuer.window.not_before)}. Give the chain that is valid now, or check this machine's clock",
        )
    if now > issuer.window.not_after:
        raise CertificateError(
            "issuer_expired",
            f"certificate {issuer.label}, which issued the leaf, expired on {time_text(issuer.window.not_after)}, so "
            "browsers refuse both. Give the authority's current chain",
        )


def _time_warnings(issuer: Issuer, now: datetime) -> list[str]:
    """Browsers have roots of their own, so that one further up which is not valid may not matter."""
    if now > issuer.window.not_after:
        what = f"expired on {time_text(issuer.window.not_after)}"
    elif now < issuer.window.not_before:
        what = f"is not valid before {time_text(issuer.window.not_before)}"
    else:
        return []
    return [
        f"certificate {issuer.label}, further up the chain, {what}. Most browsers find another way to a root, some old "
        "ones do not: leave it out, or give the authority's current chain"
    ]


def _check_duplicates(chain: t.Sequence[_Certificate]) -> None:
    seen: dict[str, _Certificate] = {}
    for one in chain:
        if one.pem in seen:
            raise CertificateError(
                "chain_duplicate",
                f"certificate contains one twice: no. {one.number} is the same as no. {seen[one.pem].number} "
                f"({one.subject}). Give each once",
            )
        seen[one.pem] = one


def _out_of_order(leaf: _Certificate, path: t.Sequence[_Certificate]) -> CertificateError:
    first = "" if leaf.number == 1 else f"private_key belongs to {leaf}, so this one has to be the first. "
    return CertificateError(
        "chain_order",
        f"certificate has its chain in the wrong order: {first}Give the leaf, then the one that issued it, and so on: "
        + ", ".join(str(one) for one in path),
    )


def _longest_path(path: list[_Certificate], others: list[_Certificate]) -> list[_Certificate]:
    """The most certificates that can follow each other, each one having issued the one before it."""
    paths = [
        _longest_path([*path, one], [other for other in others if other is not one])
        for one in others
        if one.issued(path[-1])
    ]
    return max(paths, key=len, default=path)


def _matches(pattern: str, name: str) -> bool:
    if not pattern.startswith("*."):
        return pattern == name
    host, _unused, parent = name.partition(".")
    # Two labels at least, so that no wildcard stands for all that is registered under a top-level domain.
    return bool(host) and parent == pattern[2:] and "." in parent


def _shown_names(names: t.Sequence[str]) -> str:
    shown = ", ".join(neutralise(name) for name in names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"
