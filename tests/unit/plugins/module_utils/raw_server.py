# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Servers on a loopback port: one that says to each connection what a test tells it to, and one that takes none."""

from __future__ import annotations

import contextlib
import socket
import threading


@contextlib.contextmanager
def server_that_takes_no_connection():
    """The address of a server whose queue for connections is full: it answers nothing."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for filling in (first, second):
            filling.setblocking(False)
            filling.connect_ex(server.getsockname())
        yield server.getsockname()


class RawServer:
    """Each connection is handed to ``serve``, in a thread; requests that were read are in ``requests``."""

    def __init__(self, serve):
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = []
        self._connections = []
        self.requests = []
        self.ended = threading.Event()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def connections(self):
        return len(self._connections)

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info):
        # To be closed while it listens, a socket has to be shut down.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def read_request(self, connection):
        """One whole request; None where the connection ends before."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _separator, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(head.partition(b"\r\n")[0].decode())
        return head, body

    def _start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            self._start(self._handle, connection)

    def _handle(self, connection):
        with contextlib.suppress(OSError):
            self._serve(self, connection)
        # The descriptor stays until the end, so that no other connection gets its number meanwhile.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        self.ended.set()


def answer(status, body, *headers):
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def answering(*answers):
    """What serves the given answers (bytes), one for each request, the last one for all that follow; None hangs up."""
    remaining = list(answers)

    def serve(server, connection):
        while server.read_request(connection) is not None:
            given = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if given is None:
                return
            connection.sendall(given)

    return serve
