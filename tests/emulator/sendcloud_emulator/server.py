# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A threaded HTTP/1.1 server on a loopback port that keeps connections, counts them, and can break them off."""

from __future__ import annotations

import contextlib
import io
import select
import selectors
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from flask import Flask
from werkzeug.test import run_wsgi_app

from .app import EXCHANGE_KEY, Exchange
from .exchange import Answer, Lost
from .journal import Journal

_BACKLOG = 512
# SO_LINGER with time 0: closing sends RST, and the client sees a broken connection instead of its end.
_BREAK_OFF = struct.pack("ii", 1, 0)
_STOP_TIMEOUT = 5.0


class Server:
    """Serves a Flask application, over TLS if ``tls`` is set before ``start``.

    ``connection_number`` gives each connection that carries a request its number, ``ends_in_handshake`` says of each
    new TLS connection whether it is to be closed in its handshake. Binding raises OSError.
    """

    def __init__(
        self,
        app: Flask,
        journal: Journal,
        connection_number: Callable[[], int],
        ends_in_handshake: Callable[[], bool],
        *,
        host: str,
        port: int,
    ) -> None:
        self.app = app
        self.journal = journal
        self.connection_number = connection_number
        self.ends_in_handshake = ends_in_handshake
        self.tls: ssl.SSLContext | None = None
        self.stopping = threading.Event()
        self._lock = threading.RLock()
        self._connections: set[_Connection] = set()
        self._timer: threading.Timer | None = None
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = self._bind((host, port))
        self._wake_reader, self._wake_writer = socket.socketpair()
        address = self._listener.getsockname()
        self.host: str = address[0]
        self.port: int = address[1]
        self._is_up = False
        self._acceptor = threading.Thread(target=self._accept, name="sendcloud-emulator", daemon=True)

    def start(self) -> None:
        """Listen, and serve in threads."""
        self.resume()
        self._acceptor.start()

    def stop(self) -> None:
        """Stop listening, end every connection and every thread."""
        self.stopping.set()
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._is_up = False
        self._wake()
        if self._acceptor.is_alive():
            self._acceptor.join(_STOP_TIMEOUT)
        self._listener.close()
        with self._lock:
            open_connections = list(self._connections)
        for connection in open_connections:
            connection.hang_up()
        for connection in open_connections:
            connection.thread.join(_STOP_TIMEOUT)
        self._wake_reader.close()
        self._wake_writer.close()

    @property
    def is_up(self) -> bool:
        """New connections are accepted."""
        with self._lock:
            return self._is_up

    def pause(self) -> None:
        """Be unreachable: new connections are refused by the operating system, idle ones end."""
        with self._lock:
            if not self._is_up:
                return
            self._is_up = False
            address = self._listener.getsockname()
            self._listener.close()
            # Bound but not listening: connections are refused, and nobody else can take the port.
            self._listener = self._bind(address)
            idle = [connection for connection in self._connections if not connection.is_busy]
        self._wake()
        for connection in idle:
            connection.hang_up()

    def resume(self) -> None:
        """Be reachable again."""
        with self._lock:
            if self._is_up or self.stopping.is_set():
                return
            self._listener.listen(_BACKLOG)
            self._listener.setblocking(False)
            self._is_up = True
        self._wake()

    def down_for(self, seconds: float) -> None:
        """Be unreachable for a time."""
        self.pause()
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(seconds, self.resume)
            self._timer.daemon = True
            self._timer.start()

    def end_exchange(self, connection: _Connection) -> bool:
        """A connection becomes idle; False if it is not to be kept."""
        with self._lock:
            connection.is_busy = False
            return self._is_up

    def forget(self, connection: _Connection) -> None:
        """A connection has ended."""
        with self._lock:
            self._connections.discard(connection)

    def _bind(self, address: tuple[Any, ...]) -> socket.socket:
        listener = socket.socket(self._family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        return listener

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_writer.send(b"x")

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with self._lock:
                listener = self._listener if self._is_up else None
            with selectors.DefaultSelector() as selector:
                selector.register(self._wake_reader, selectors.EVENT_READ)
                if listener is not None and listener.fileno() >= 0:
                    selector.register(listener, selectors.EVENT_READ)
                ready = {key.fileobj for key, _unused in selector.select()}
            if self._wake_reader in ready:
                self._wake_reader.recv(4096)
            if listener is not None and listener in ready:
                with contextlib.suppress(OSError):
                    accepted, _unused = listener.accept()
                    self._serve(accepted)

    def _serve(self, accepted: socket.socket) -> None:
        accepted.setblocking(True)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = _Connection(self, accepted)
        with self._lock:
            self._connections.add(connection)
        connection.thread.start()


class _Connection:
    """One TCP connection with its thread; the client's end of the exchanges on it."""

    def __init__(self, server: Server, accepted: socket.socket) -> None:
        self.server = server
        self.socket = accepted
        self.thread = threading.Thread(target=self._run, name="sendcloud-emulator-connection", daemon=True)
        self.is_busy = False
        self.has_asked = False
        self._number: int | None = None

    def connection(self) -> int:
        if self._number is None:
            self._number = self.server.connection_number()
        return self._number

    def wait(self, seconds: float) -> bool:
        if self.server.stopping.wait(seconds):
            return False
        # After a whole request a client sends nothing: if there is something to read, it is the end.
        readable, _unused, _unused = select.select([self.socket], [], [], 0)
        return not readable

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def break_off(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BREAK_OFF)

    def begin_exchange(self) -> None:
        self.is_busy = self.has_asked = True

    def end_exchange(self) -> bool:
        """Just before the answer is sent, for once the client has it, this connection is an idle one.

        False if it is not to be kept.
        """
        return self.server.end_exchange(self)

    def _run(self) -> None:
        try:
            if self.server.tls is not None:
                if self.server.ends_in_handshake():
                    self._read_client_hello()
                    return
                # In two steps, so that hang_up reaches a connection in the middle of its handshake too.
                secured = self.server.tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
                self.socket = secured
                secured.do_handshake()
            _Handler(self.socket, self.socket.getpeername(), self)  # type: ignore[arg-type]  # see there
        except (OSError, ValueError):
            pass  # the client went away, or does not trust the certificate
        finally:
            self.socket.close()
            if not self.has_asked:
                self.server.journal.note_silent_connection()
            self.server.forget(self)

    def _read_client_hello(self) -> None:
        # To the last byte: a socket that is closed with something unread breaks the connection off (RST).
        with self.socket.makefile("rb") as stream:
            header = stream.read(5)
            stream.read(int.from_bytes(header[3:5], "big"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Connection  # type: ignore[assignment]  # of a server, http.server only hands it through

    def _serve(self) -> None:
        connection = self.server
        connection.begin_exchange()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(connection)
        environ = self._environ(body)
        environ[EXCHANGE_KEY] = exchange
        chunks, status, headers = run_wsgi_app(connection.server.app, environ, buffered=True)
        if exchange.outcome is not None:
            self._send(exchange.outcome)
        else:
            self._send(Answer(int(status.split()[0]), b"".join(chunks), headers["Content-Type"]))

    # The names are http.server's.
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _environ(self, body: bytes) -> dict[str, Any]:
        """The request as PEP 3333 describes it."""
        path, _unused, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": self.server.server.host,
            "SERVER_PORT": str(self.server.server.port),
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http" if self.server.server.tls is None else "https",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def _send(self, outcome: Answer | Lost) -> None:
        is_kept = self.server.end_exchange()
        if isinstance(outcome, Lost):
            if outcome is not Lost.ABANDONED:
                self.server.break_off()
            self.close_connection = True
            return
        if outcome.ends_connection or not is_kept:
            self.close_connection = True
        for seconds, piece in outcome.pieces(close=self.close_connection):
            if seconds and not self.server.wait(seconds):
                self.close_connection = True
                return
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: a request line may have a secret in it. The journal is the log."""
