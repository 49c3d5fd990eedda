# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""TLS servers on a loopback address, with the right certificates and the failings that real ones have."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
import warnings


class TlsServer:
    """Does a TLS handshake with each connection; ``chain`` is PEM, leaf first, ``key`` its private key.

    ``failing`` is C(silent), C(closes), C(plain) (it speaks HTTP), C(old) (TLS 1.0 and nothing else) or C(nameless)
    (it knows no name). ``names`` are those that clients have asked for, in their order; ``most`` is how many
    connections were open at the same time. One that is ``gathering`` lets its first so many connections wait for each
    other.
    """

    def __init__(self, chain, key, address="127.0.0.1", failing=None, gathering=0):
        self.names = []
        self.most = 0
        self._failing = failing
        self._gathering = gathering
        self._open = 0
        self._news = threading.Condition()
        self._context = self._make_context(chain, key)
        self._listener = socket.create_server((address, 0), backlog=256, family=_family(address))
        self.address, self.port = self._listener.getsockname()[:2]
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._serve)]

    def __enter__(self):
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info):
        self._stopped.set()
        # An accept() that waits is woken by that, and by nothing else.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _make_context(self, chain, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        if self._failing == "old":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(key + chain)
            file.flush()
            context.load_cert_chain(file.name)
        context.sni_callback = self._remember
        return context

    def _remember(self, _connection, name, _context):
        self.names.append(name)
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if self._failing == "nameless" else None

    def _serve(self):
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._answer, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection):
        with connection, self._counted():
            if self._failing == "silent":
                self._stopped.wait()
            elif self._failing == "plain":
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            elif self._failing == "closes":
                connection.recv(4096)
            else:
                with contextlib.suppress(OSError), self._context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(1)

    @contextlib.contextmanager
    def _counted(self):
        with self._news:
            self._open += 1
            self.most = max(self.most, self._open)
            self._news.notify_all()
            self._news.wait_for(lambda: self.most >= self._gathering)
        try:
            yield
        finally:
            with self._news:
                self._open -= 1


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
