# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The emulator without a network: urllib3 connections whose socket ends in this process.

Everything above the socket is the real thing: http.client writes and reads HTTP, urllib3 pools, retries and raises,
requests wraps. So what a client configures there is what a test exercises.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import os
import socket
import ssl
import typing
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import unquote

from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from .exchange import Lost, Outcome, Request

if typing.TYPE_CHECKING:
    import requests

    from .emulator import Emulator

# Nothing listens there: a session that was not connected to the emulator fails, and meets nobody.
URL_WITHOUT_NETWORK = "http://127.0.0.1:1"

# What urllib3 says of a port that nobody listens on.
_REFUSED = "Failed to establish a new connection: [Errno 111] Connection refused"

# What OpenSSL says where the other side closes the connection in the TLS handshake.
_ENDED_IN_HANDSHAKE = "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"

_TLS_ARGUMENTS = (
    "key_file",
    "cert_file",
    "cert_reqs",
    "ca_certs",
    "ca_cert_dir",
    "ca_cert_data",
    "ssl_context",
    "ssl_version",
    "ssl_minimum_version",
    "ssl_maximum_version",
    "key_password",
    "assert_hostname",
    "assert_fingerprint",
)


@functools.cache
def _idle_and_ended() -> tuple[int, int]:
    """Two file descriptors to show to those who ask whether a connection is still there. They stay open."""
    idle, _unused = os.pipe()
    ended, writer = os.pipe()
    os.close(writer)
    return idle, ended


class _Socket:
    """As much of a socket as http.client and urllib3 use."""

    def __init__(self, emulator: Emulator, connection: HTTPConnection) -> None:
        self._emulator = emulator
        self._connection = connection
        self._outages = emulator.outages
        self._timeout: float | None = None
        self._sent = bytearray()
        self._is_ended = False
        self._number: int | None = None

    def connection(self) -> int:
        if self._number is None:
            self._number = self._emulator.connection_number()
        return self._number

    def wait(self, seconds: float) -> bool:
        gives_up = self._timeout is not None and seconds >= self._timeout
        self._emulator.clock.skip(min(seconds, self._timeout) if self._timeout is not None else seconds)
        return not gives_up

    def sendall(self, data: bytes) -> None:
        self._sent += data

    def makefile(self, mode: str, *args: Any, **kwargs: Any) -> io.BufferedReader:
        """Where the answer is read: by now the request is complete."""
        return io.BufferedReader(_Incoming(self._answer()))

    def _answer(self) -> Iterator[bytes]:
        outcome = self._exchange()
        if outcome is Lost.REFUSED:
            self._is_ended = True
            raise NewConnectionError(self._connection, _REFUSED)
        if outcome is Lost.RESET:
            self._is_ended = True
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        if outcome is Lost.ABANDONED:
            raise TimeoutError("timed out")
        assert not isinstance(outcome, Lost)
        self._is_ended = outcome.ends_connection or self._outages != self._emulator.outages
        for seconds, piece in outcome.pieces(close=self._is_ended):
            if not self.wait(seconds):
                raise TimeoutError("timed out")
            yield piece

    def _exchange(self) -> Outcome:
        head, _separator, body = bytes(self._sent).partition(b"\r\n\r\n")
        self._sent.clear()
        request_line, *header_lines = head.decode("latin-1").split("\r\n")
        method, target, _unused = request_line.split(" ")
        headers = {name: value.strip() for name, _unused, value in (line.partition(":") for line in header_lines)}
        path, _unused, query = target.partition("?")
        return self._emulator.service.handle(Request.read(method, unquote(path), query, headers, body), self)

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def fileno(self) -> int:
        idle, ended = _idle_and_ended()
        return ended if self._is_ended or self._outages != self._emulator.outages else idle

    def close(self) -> None:
        self._is_ended = True


class _Incoming(io.RawIOBase):
    """A stream of pieces. As with a real socket, what goes wrong is met by whoever reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._arrived = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._arrived:
            self._arrived = memoryview(next(self._pieces, b""))
        piece, self._arrived = self._arrived[: len(buffer)], self._arrived[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


class InProcessPoolManager(PoolManager):
    """For ``HTTPAdapter.poolmanager``: every connection ends in the emulator, whatever host it was meant for."""

    def __init__(self, emulator: Emulator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

        class Connection(HTTPConnection):
            def connect(self) -> None:
                if not emulator.is_up:
                    raise NewConnectionError(self, _REFUSED)
                if emulator.faults.take_handshake():
                    emulator.journal.note_silent_connection()
                    raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, _ENDED_IN_HANDSHAKE)
                self.sock = typing.cast(socket.socket, _Socket(emulator, self))
                self.sock.settimeout(self.timeout)

        class Pool(HTTPConnectionPool):
            ConnectionCls = Connection

        class SecurePool(Pool):
            scheme = "https"

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **{k: v for k, v in kwargs.items() if k not in _TLS_ARGUMENTS})

        self.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}


def mount(emulator: Emulator, session: requests.Session) -> None:
    """Connect the adapters that a session has to the emulator; their retry rules stay."""
    from requests.adapters import HTTPAdapter

    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager = InProcessPoolManager(emulator)


@contextlib.contextmanager
def intercept(emulator: Emulator) -> Iterator[None]:
    """While this lasts, every HTTPAdapter that is made is connected to the emulator."""
    with mock.patch("requests.adapters.PoolManager", functools.partial(InProcessPoolManager, emulator)):
        yield
