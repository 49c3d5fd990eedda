# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Throw-away certificates for the two names: self-signed, for a week, kept in memory alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclasses.dataclass(frozen=True)
class ThrowAway:
    """A certificate and its key (PEM), and from when until when it is valid (aware)."""

    certificate: str
    private_key: str = dataclasses.field(repr=False)
    not_before: datetime
    not_after: datetime


def self_signed(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, names: Iterable[str], now: datetime) -> ThrowAway:
    """A certificate for host names (A-labels), valid from an hour ago, so that no clock finds it too young."""
    not_before = (now - timedelta(hours=1)).replace(microsecond=0)
    not_after = not_before + timedelta(days=7)
    # No name in it: a common name may have 64 characters at most (RFC 5280, appendix A.1).
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sendcloud.email, a certificate for a trial")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return ThrowAway(
        certificate=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"),
        not_before=not_before,
        not_after=not_after,
    )


def with_rsa_key(names: Iterable[str], now: datetime) -> ThrowAway:
    """One with the kind of key that every service takes."""
    return self_signed(rsa.generate_private_key(public_exponent=65537, key_size=2048), names, now)


def with_ec_key(names: Iterable[str], now: datetime) -> ThrowAway:
    """One with a key on P-256."""
    return self_signed(ec.generate_private_key(ec.SECP256R1()), names, now)
