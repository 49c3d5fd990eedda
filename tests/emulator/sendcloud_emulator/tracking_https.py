# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""HTTPS of the tracking domains themselves, as recipients meet it: each name with the certificate uploaded for it."""

from __future__ import annotations

import functools
import secrets
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from flask import Flask

from .account import Account
from .certificate import CertificatePair
from .switches import Settings

# The level at which OpenSSL serves every key and signature: what is too weak is for the client to say.
_ANY_STRENGTH = "ALL:@SECLEVEL=0"


def server_context(account: Account, settings: Settings) -> ssl.SSLContext:
    """The TLS side of a server for every tracking domain of an account.

    A name that is no tracking domain, or one without a certificate, ends the handshake with the alert
    unrecognized_name (RFC 6066, section 3). The one that was uploaded before is served for ``https_lag`` seconds more.
    """

    context_with = functools.lru_cache(maxsize=1024)(_context_with)

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> int | None:
        pair = account.served_pair(name, settings.https_lag) if name else None
        if pair is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        try:
            connection.context = context_with(pair)
        except ssl.SSLError:
            return ssl.ALERT_DESCRIPTION_HANDSHAKE_FAILURE
        return None

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_ANY_STRENGTH)
    context.sni_callback = choose
    return context


def create_https_app() -> Flask:
    """What a tracking domain answers: 200 to any GET."""
    app = Flask("sendcloud_emulator.tracking_https", static_folder=None)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def answer(path: str) -> tuple[str, dict[str, str]]:
        return "A tracking domain of the SendCloud emulator.\n", {"Content-Type": "text/plain;charset=UTF-8"}

    return app


def _context_with(pair: CertificatePair) -> ssl.SSLContext:
    """The chain is served as it is: nothing is added to it, sorted or left out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_ANY_STRENGTH)
    password = secrets.token_bytes(32)
    chain = x509.load_pem_x509_certificates(pair.chain.encode())
    key = load_pem_private_key(pair.private_key.encode(), password=None)
    # The ssl module reads files alone: so there is one for this moment, and its key is encrypted.
    with tempfile.NamedTemporaryFile(prefix="sendcloud-emulator-") as file:
        file.write(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain))
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)))
        file.flush()
        context.load_cert_chain(file.name, password=password)
    return context
