# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Keys, certificates and chains for tests.

Keys are the expensive part: ``key`` makes each kind once and hands it out again. Certificates are made afresh.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2026, 4, 1, tzinfo=UTC)
CA_NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
CA_NOT_AFTER = datetime(2040, 1, 1, tzinfo=UTC)

_MAKERS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ec384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "dsa": lambda: dsa.generate_private_key(key_size=2048),
}


@functools.cache
def key(key_type: str = "ec", name: str = "") -> Any:
    """A private key: C(rsa), C(ec), C(ec384), C(ed25519), C(ed448) or C(dsa); the same one for the same name."""
    return _MAKERS[key_type]()


@dataclass(frozen=True)
class Issued:
    """A certificate, its private key, and from when until when it is valid (aware)."""

    certificate: x509.Certificate
    private_key: Any
    not_before: datetime
    not_after: datetime

    @property
    def pem(self) -> str:
        return certificate_pem(self.certificate)

    @property
    def key_pem(self) -> str:
        return key_pem(self.private_key)


def make_ca(
    common_name: str = "Test Root",
    *,
    issuer: Issued | None = None,
    key_type: str = "ec",
    private_key: Any = None,
    **fields: Any,
) -> Issued:
    """A certification authority: a root, signed by itself, or one below ``issuer``; ``fields`` as in ``make``."""
    chosen = private_key or key(key_type, common_name)
    fields = {"not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER, **fields}
    return make(common_name, private_key=chosen, issuer=issuer, authority=True, **fields)


def make_leaf(
    names: Sequence[str] = ("track.example.com",),
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    key_type: str = "ec",
    issuer: Issued | None = None,
    **fields: Any,
) -> Issued:
    """A server's certificate for host names, signed by ``issuer`` or by itself; ``fields`` as in ``make``."""
    fields = {"private_key": key(key_type, "leaf"), "common_name": names[0] if names else "track.example.com", **fields}
    return make(names=names, not_before=not_before, not_after=not_after, issuer=issuer, **fields)


def make(
    common_name: str | None,
    *,
    private_key: Any,
    names: Sequence[str] = (),
    not_before: datetime = NOT_BEFORE,
    not_after: datetime = NOT_AFTER,
    issuer: Issued | None = None,
    authority: bool = False,
    extensions: Sequence[x509.ExtensionType] = (),
    sign_options: dict[str, Any] | None = None,
) -> Issued:
    """A certificate with these fields; no alternative names where there are no ``names``."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])
    signing_key = issuer.private_key if issuer else private_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    for extension in extensions:
        builder = builder.add_extension(extension, False)
    certificate = builder.sign(signing_key, _digest(signing_key), **(sign_options or {}))
    return Issued(certificate, private_key, not_before, not_after)


def _digest(signing_key: Any) -> hashes.HashAlgorithm | None:
    edwards = (ed25519.Ed25519PrivateKey, ed448.Ed448PrivateKey)
    return None if isinstance(signing_key, edwards) else hashes.SHA256()


def renewed(issued: Issued, later: timedelta, names: Sequence[str] = ("track.example.com",)) -> Issued:
    """A self-signed certificate for the same key, as long as ``issued``, that begins ``later``."""
    return make_leaf(names, issued.not_before + later, issued.not_after + later, private_key=issued.private_key)


def certificate_pem(*certificates: x509.Certificate) -> str:
    """Certificates as one PEM bundle, in the order given."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def bundle(*issued: Issued) -> str:
    """Certificates as one PEM bundle, in the order given."""
    return certificate_pem(*(one.certificate for one in issued))


def key_pem(private_key: Any, form: str = "pkcs8", password: bytes | None = None) -> str:
    """A private key as PEM: C(pkcs8), or C(traditional) (PKCS#1 for RSA, SEC 1 for EC), or C(openssh)."""
    formats = {
        "pkcs8": PrivateFormat.PKCS8,
        "traditional": PrivateFormat.TraditionalOpenSSL,
        "openssh": PrivateFormat.OpenSSH,
    }
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    pem: bytes = private_key.private_bytes(Encoding.PEM, formats[form], encryption)
    return pem.decode()
