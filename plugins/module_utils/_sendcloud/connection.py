# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Connections that keep a time limit for a request as a whole: what urllib3 and sockets limit is each single wait."""

from __future__ import annotations

import http.client
import io
import socket
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock


class TimeLimit:
    """How long the request that is under way may take, and how far it came.

    ``was_connected`` is false where a request failed before there was a connection (with its proxy and TLS): then
    nothing of it was sent. One limit is for one connection at a time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._longest_wait = 0.0
        self._started = 0.0
        self._end = 0.0
        self.was_connected = True

    def start(self, longest_wait: float, total: float) -> None:
        """Start a request that may wait so many seconds for each step, and take ``total`` seconds."""
        self._longest_wait = longest_wait
        self._started = self._clock.monotonic()
        self._end = self._started + total
        # A connection that is kept is not made again.
        self.was_connected = True

    def elapsed(self) -> float:
        """How many seconds the request has taken so far."""
        return self._clock.monotonic() - self._started

    def seconds(self) -> float:
        """What the next step may take. Raises the sockets' own timeout where there is no time left."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return min(self._longest_wait, left)


class _LimitedReader(io.RawIOBase):
    """The bytes of an answer, each wait for more of them cut to the time that is left."""

    def __init__(self, source: t.BinaryIO, sock: socket.socket, limit: TimeLimit) -> None:
        super().__init__()
        self._source = source
        self._sock = sock
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        self._sock.settimeout(self._limit.seconds())
        return t.cast(io.BufferedReader, self._source).readinto1(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


def limited(pool_class: t.Any, limit: TimeLimit) -> t.Any:
    """A class of urllib3's connection pools whose connections keep the limit.

    It covers what is read (headers and body, also those of a proxy's answer to C(CONNECT)), and what is made before:
    a TLS handshake, which Python limits as a whole. Nothing runs beside the request, so that nothing can stay behind.
    """

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: t.Any, **kwargs: t.Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp = io.BufferedReader(_LimitedReader(self.fp, sock, limit))

    class Connection(pool_class.ConnectionCls):  # type: ignore[misc]
        response_class = Response

        def connect(self) -> None:
            limit.was_connected = False
            super().connect()
            limit.was_connected = True

        def _new_conn(self) -> t.Any:
            self.timeout = limit.seconds()
            sock = super()._new_conn()
            try:
                # For the TLS handshake and the request.
                sock.settimeout(limit.seconds())
            except BaseException:  # also where a task is interrupted: nobody else knows this socket yet
                sock.close()
                raise
            return sock

        def request(self, *args: t.Any, **kwargs: t.Any) -> t.Any:
            if self.sock is not None:
                self.sock.settimeout(limit.seconds())
            return super().request(*args, **kwargs)

    class Pool(pool_class):  # type: ignore[misc]
        ConnectionCls = Connection

    return Pool
