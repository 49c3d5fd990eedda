# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""An ACME server that hands everything on to another one, and refuses what it has been told to.

Pebble knows no rate limits, looks at no CAA records and keeps every account: those refusals are made here, in the form
that RFC 8555 (sections 6.6 and 6.7) gives them.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

_PREFIX = "urn:ietf:params:acme:error:"
# Of Pebble, whose answers name them with the host that was asked for: so a client comes back to this server.
PATHS = {
    "newAccount": "/sign-me-up",
    "newOrder": "/order-plz",
    "authorization": "/authZ/",
    "challenge": "/chalZ/",
    "finalize": "/finalize-order/",
    "certificate": "/certZ/",
}
_NONCE = "/nonce-plz"
_HANDED_ON = ("Content-Type", "Link", "Location", "Replay-Nonce", "Retry-After")


@dataclass(frozen=True)
class Refusal:
    """What is refused (a key of C(PATHS)) and how: the HTTP status, the error without its URN's prefix, its text."""

    what: str
    status: int
    error: str
    detail: str

    def body(self) -> bytes:
        """The problem document (RFC 7807)."""
        return json.dumps({"type": _PREFIX + self.error, "detail": self.detail, "status": self.status}).encode()


class RefusingAcme:
    """The server, at C(port), in front of the one at C(pebble_port); the files are for its own HTTPS."""

    def __init__(self, port: int, pebble_port: int, certificate: Path, private_key: Path) -> None:
        self.refusal: Refusal | None = None
        handler = type("Handler", (_Handler,), {"acme": self, "pebble_port": pebble_port})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, name="refusing ACME server")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    acme: RefusingAcme
    pebble_port: int

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        refusal = self.acme.refusal
        if refusal is not None and self.command == "POST" and self.path.startswith(PATHS[refusal.what]):
            _status, headers, _body = self._ask("HEAD", _NONCE, b"")
            # Clients may come back at once: how long they wait is not what is tested.
            headers = {
                "Content-Type": "application/problem+json",
                "Replay-Nonce": headers["Replay-Nonce"],
                "Retry-After": "1",
            }
            self._answer(refusal.status, headers, refusal.body())
            return
        self._answer(*self._ask(self.command, self.path, body))

    # The names are http.server's.
    do_GET = do_HEAD = do_POST = _serve  # noqa: N815

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.pebble_port, context=context)
        try:
            headers = {"Host": self.headers["Host"], "Content-Type": self.headers.get("Content-Type", "")}
            connection.request(method, path, body or None, headers | {"User-Agent": self.headers["User-Agent"]})
            response = connection.getresponse()
            handed_on = {name: value for name in _HANDED_ON if (value := response.headers.get(name))}
            return response.status, handed_on, response.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: the standard error is pytest's."""
