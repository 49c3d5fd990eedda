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
    PublicFormat,
)
from cryptography.x509.oid import NameOID

# A key on the Chinese curve SM2 and a certificate for it, made by openssl: the library knows neither.
SM2_KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgRl8sFYIv/2jjJj9S
uISxasQh2O0NzvybUkAvo+3ztE6hRANCAASBIqPy7VR9Yzaq7G6ULFsrC8fcnXrJ
sSI2Xf/4U9Ek5mSqFJvoJmmhXvPpPRmUJ70V9JMXa28g2kR2EHStPTYp
-----END PRIVATE KEY-----
"""
SM2_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIURa16KqL9K8+pmD6xLhzP/KLjTyAwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRdHJhY2suZXhhbXBsZS5jb20wHhcNMjYxMTI1MDExODE5WhcN
MzYxMTIyMDExODE5WjAcMRowGAYDVQQDDBF0cmFjay5leGFtcGxlLmNvbTBZMBMG
ByqGSM49AgEGCCqBHM9VAYItA0IABIEio/LtVH1jNqrsbpQsWysLx9ydesmxIjZd
//hT0STmZKoUm+gmaaFe8+k9GZQnvRX0kxdrbyDaRHYQdK09NimjcTBvMB0GA1Ud
DgQWBBQLOheH3pzT/x25Yb1vXFjHypGxmTAfBgNVHSMEGDAWgBQLOheH3pzT/x25
Yb1vXFjHypGxmTAPBgNVHRMBAf8EBTADAQH/MBwGA1UdEQQVMBOCEXRyYWNrLmV4
YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCICqeH4MGhPkodDAfO64WSGMxL9fq
oscnppOZTXmnmYcUAiEAtiBI4uOVeB9/Aa+KbuIPEbWVNcEtuiwZuMZBH7fIrJM=
-----END CERTIFICATE-----
"""

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2026, 4, 1, tzinfo=UTC)
CA_NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
CA_NOT_AFTER = datetime(2040, 1, 1, tzinfo=UTC)

_MAKERS: dict[str, Callable[[], Any]] = {
    "rsa": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ec384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa1024": lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024),
    "rsa3072": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
    "rsa4096": lambda: rsa.generate_private_key(public_exponent=65537, key_size=4096),
    "ec521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
    "dsa": lambda: dsa.generate_private_key(key_size=2048),
}


@functools.cache
def key(key_type: str = "ec", name: str = "") -> Any:
    """A private key of one of the kinds above (C(rsa): 2048 bits, C(ec): P-256); the same one for the same name."""
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
    fields = {"authority": True, "not_before": CA_NOT_BEFORE, "not_after": CA_NOT_AFTER, **fields}
    return make(common_name, private_key=chosen, issuer=issuer, **fields)


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
    authority: bool | None = False,
    path_length: int | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    sign_options: dict[str, Any] | None = None,
) -> Issued:
    """A certificate with these fields; no alternative names without ``names``, no basic constraints without
    ``authority``."""
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
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
    for extension in extensions:
        builder = builder.add_extension(extension, False)
    certificate = builder.sign(signing_key, _digest(signing_key), **(sign_options or {}))
    return Issued(certificate, private_key, not_before, not_after)


def make_version_1(
    common_name: str, *, private_key: Any, issuer: Issued | None = None, digest: str = "sha256"
) -> Issued:
    """A certificate without extensions (X.509 version 1), signed by an EC key; the library makes none of these."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]).public_bytes()
    issuer_name = issuer.certificate.subject.public_bytes() if issuer else name
    signing_key = issuer.private_key if issuer else private_key
    # ecdsa-with-SHA1 and ecdsa-with-SHA256 (RFC 3279, section 2.2.3; RFC 5758, section 3.2).
    algorithm = _der(0x30, _der(0x06, bytes.fromhex({"sha1": "2a8648ce3d0401", "sha256": "2a8648ce3d040302"}[digest])))
    signed = _der(
        0x30,
        _der(0x02, b"\x05"),
        algorithm,
        issuer_name,
        _der(0x30, *(_der(0x18, f"{moment:%Y%m%d%H%M%SZ}".encode()) for moment in (CA_NOT_BEFORE, CA_NOT_AFTER))),
        name,
        private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )
    signature = signing_key.sign(signed, ec.ECDSA({"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}[digest]))
    whole = _der(0x30, signed, algorithm, _der(0x03, b"\0", signature))
    return Issued(x509.load_der_x509_certificate(whole), private_key, CA_NOT_BEFORE, CA_NOT_AFTER)


def _der(tag: int, *parts: bytes) -> bytes:
    """One element of DER (ITU-T X.690)."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


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
