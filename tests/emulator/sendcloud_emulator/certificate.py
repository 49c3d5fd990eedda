# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The certificate and key that come with a domain, and what is kept of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key


class CertificateRefusedError(ValueError):
    """A certificate and key are no usable pair; the text says why."""


@dataclass(frozen=True)
class Validity:
    """From when until when a certificate is valid: aware datetimes, whole seconds."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class CertificatePair:
    """A certificate (the leaf first, then its chain) and its key, both PEM. Neither is ever shown."""

    chain: str = field(repr=False)
    private_key: str = field(repr=False)
    validity: Validity

    @classmethod
    def read(cls, certificate: str, private_key: str) -> CertificatePair:
        """Check that the key belongs to the leaf. Raises CertificateRefusedError."""
        return cls(certificate, private_key, _read_pair(certificate, private_key))

    @property
    def is_self_signed(self) -> bool:
        """The leaf names itself as its issuer."""
        leaf = _leaf(self.chain)
        return leaf.issuer == leaf.subject

    @property
    def has_ec_key(self) -> bool:
        """The leaf's key is on an elliptic curve."""
        return isinstance(_leaf(self.chain).public_key(), ec.EllipticCurvePublicKey)


# A certificate as it is given: PEM, a pair, or no more than when it is valid.
GivenCertificate = str | Validity | CertificatePair


def validity_of(certificate: GivenCertificate) -> Validity:
    """When a certificate is valid. Raises CertificateRefusedError where a text is no PEM certificate."""
    if isinstance(certificate, CertificatePair):
        return certificate.validity
    return read_validity(certificate) if isinstance(certificate, str) else certificate


def read_validity(certificate: str) -> Validity:
    """The validity of the leaf, which comes first. Raises CertificateRefusedError where there is no PEM certificate."""
    return _validity(_leaf(certificate))


def _read_pair(certificate: str, private_key: str) -> Validity:
    leaf = _leaf(certificate)
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except Exception as error:  # cryptography raises a different one for each way to be wrong
        raise CertificateRefusedError("certKey is no readable private key") from error
    if _public_bytes(key.public_key()) != _public_bytes(leaf.public_key()):
        raise CertificateRefusedError("certKey does not belong to certContent")
    return _validity(leaf)


def _leaf(certificate: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(certificate.encode())[0]
    except ValueError as error:
        raise CertificateRefusedError("certContent is no readable certificate") from error


def _validity(leaf: x509.Certificate) -> Validity:
    return Validity(leaf.not_valid_before_utc, leaf.not_valid_after_utc)


def _public_bytes(key: object) -> bytes:
    # Every kind of public key has this method, but they share no type that says so.
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded
