# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The emulator as tests use it: one object that holds every part."""

from __future__ import annotations

import contextlib
import itertools
import threading
import typing
from collections.abc import Callable, Mapping
from typing import Any, Self

from . import adapter
from .account import Account
from .app import create_app
from .clock import Clock, SystemClock
from .control_api import PREFIX, create_blueprint
from .endpoints import Endpoints
from .faults import Faults
from .journal import Call, Journal
from .late_list import LateList
from .meanwhile import Meanwhile
from .resolver import DnsResolver, MemoryResolver, Resolver
from .server import Server
from .service import Service
from .switches import Quirks, Settings
from .tls import ThrowAwayTls
from .tracking_https import create_https_app, server_context

if typing.TYPE_CHECKING:
    import requests
    from flask import Flask

_BASE_PATHS = ("/api", "/apiv2")


class Emulator:
    """SendCloud's tracking-domain API for one account, on a loopback port or within the process.

    As a context manager it serves on a free port (or ``port``) until the block ends; with ``start=False`` (which is
    ``Emulator.in_process``) there is no socket at all, see ``pool_manager``, ``mount`` and ``intercept``.
    With ``https``, another port (``https_address``) serves the tracking domains themselves, as recipients meet them;
    for that, certificates are kept with their keys, in memory. With ``dns_server`` (``IP:port``) checkConfig asks that
    server, otherwise what ``publish`` put into memory, with a negative cache of ``negative_ttl`` seconds if that is
    given. ``observer`` is called with each finished call.
    """

    def __init__(
        self,
        *,
        user: str = "demo-user",
        key: str = "demo-key",
        base_path: str = "/api",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        https: bool = False,
        https_port: int = 0,
        start: bool = True,
        clock: Clock | None = None,
        settings: Settings | None = None,
        quirks: Quirks | None = None,
        dns_server: str | None = None,
        negative_ttl: float | None = None,
        observer: Callable[[Call], None] | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.settings = settings or Settings()
        self.quirks = quirks or Quirks()
        self._initial = (self.settings.copy(), self.quirks.copy())
        self.account = Account(user, key, self.clock, keeps_pairs=https)
        self.faults = Faults()
        self.meanwhile = Meanwhile(self.account)
        self._late_list = LateList(self.account, self.settings, self.clock)
        self.journal = Journal(self.clock, observer)
        self.resolver: Resolver = (
            DnsResolver(dns_server, self.clock) if dns_server else MemoryResolver(self.clock, negative_ttl)
        )
        self._base_path = "/" + base_path.strip("/")
        self.service = Service(
            self.account,
            Endpoints(self.account, self._late_list, self.settings, self.quirks, self.resolver),
            self.quirks,
            self.faults,
            self.meanwhile,
            self.journal,
            base_paths=tuple(dict.fromkeys((self._base_path, *_BASE_PATHS))),
            go_down=self.down_for,
        )
        self._address = (host, port)
        self._wants_server = start
        self._wants_tls = tls
        self._wants_https = https
        self._https_address = (host, https_port)
        self._https_server: Server | None = None
        self._tls: ThrowAwayTls | None = None
        self._server: Server | None = None
        self._lock = threading.Lock()
        self._connection_numbers = itertools.count(1)
        # Without a server: how often the connections were cut, and until when no new one can be made.
        self.outages = 0
        self._down_until = 0.0

    @classmethod
    def in_process(cls, **options: Any) -> Self:
        """An emulator without a socket; the options are those of the class."""
        return cls(start=False, **options)

    def __enter__(self) -> Self:
        if self._wants_server:
            self.start()
        else:
            self._start_https()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve on a port. Raises OSError where it cannot be had."""
        if self._server is not None:
            return
        self._start_https()
        try:
            self._start_api()
        except OSError:
            self.stop()
            raise

    def _start_api(self) -> None:
        host, port = self._address
        self._server = Server(
            self.app(), self.journal, self.connection_number, self.faults.take_handshake, host=host, port=port
        )
        if self._wants_tls:
            self._tls = ThrowAwayTls()
            self._server.tls = self._tls.context
        self._server.start()

    def _start_https(self) -> None:
        if not self._wants_https or self._https_server is not None:
            return
        host, port = self._https_address
        # What recipients do is no call of the API: it is counted nowhere.
        server = Server(
            create_https_app(), Journal(self.clock), itertools.count(1).__next__, lambda: False, host=host, port=port
        )
        server.tls = server_context(self.account, self.settings)
        server.start()
        self._https_server = server

    def stop(self) -> None:
        """End the servers and their threads. The state stays, and can still be looked at."""
        if self._https_server is not None:
            self._https_server.stop()
            self._https_server = None
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._tls is not None:
            self._tls.close()
            self._tls = None

    def app(self) -> Flask:
        """The Flask application: control endpoints and vendor's side."""
        return create_app(self.service, create_blueprint(self))

    @property
    def user(self) -> str:
        """The API_USER."""
        return self.account.user

    @property
    def key(self) -> str:
        """The API_KEY."""
        return self.account.key

    @property
    def url(self) -> str:
        """The base URL of the API, with the base path."""
        return self._root + self._base_path

    @property
    def control_url(self) -> str:
        """The base URL of the control endpoints."""
        return self._root + PREFIX

    @property
    def server(self) -> Server:
        """The server. Raises RuntimeError where there is none, or not now."""
        if self._server is None:
            raise RuntimeError("the emulator does not serve a port")
        return self._server

    @property
    def port(self) -> int:
        """The port that is served. Raises RuntimeError without a server."""
        return self.server.port

    @property
    def https_address(self) -> tuple[str, int] | None:
        """Where the tracking domains are served: host and port; None where they are not, or not now."""
        server = self._https_server
        return None if server is None else (server.host, server.port)

    @property
    def ca_path(self) -> str:
        """The file with the throw-away CA. Raises RuntimeError without TLS."""
        if self._tls is None:
            raise RuntimeError("the emulator does not serve TLS")
        return self._tls.ca_path

    def publish(self, name: str, target: str | None = None) -> None:
        """Publish a CNAME record, the one that SendCloud wants if no target is given. Raises ValueError in DNS mode."""
        self._memory_resolver().publish(name, target or self.settings.cname_target)

    def withdraw(self, name: str) -> None:
        """Withdraw a CNAME record. Raises ValueError in DNS mode."""
        self._memory_resolver().withdraw(name)

    def change_settings(self, values: Mapping[str, object], *, start_from_initial: bool = False) -> None:
        """Change settings and quirks, all by their names. Raises ValueError, and changes nothing, if one is wrong."""
        quirk_names = set(self.quirks.names())
        quirks = {name: value for name, value in values.items() if name in quirk_names}
        settings = {name: value for name, value in values.items() if name not in quirk_names}
        initial_settings, initial_quirks = self._initial
        new_settings = (initial_settings if start_from_initial else self.settings).copy()
        new_quirks = (initial_quirks if start_from_initial else self.quirks).copy()
        new_settings.update(settings)
        new_quirks.update(quirks)
        self.settings.reset(new_settings)
        self.quirks.reset(new_quirks)

    def reset(self) -> None:
        """Everything as it was at the start: no domains, records, faults or calls; settings and quirks as given."""
        self.account.clear()
        self._late_list.clear()
        self.resolver.clear()
        self.faults.clear()
        self.meanwhile.clear()
        self.change_settings({}, start_from_initial=True)
        self.resume()
        self.journal.clear()

    @property
    def is_up(self) -> bool:
        """New connections can be made."""
        if self._server is not None:
            return self._server.is_up
        return self.clock.now().timestamp() >= self._down_until

    def pause(self) -> None:
        """Be unreachable: new connections are refused, idle ones end."""
        if self._server is not None:
            self._server.pause()
        else:
            self._cut(float("inf"))

    def resume(self) -> None:
        """Be reachable again."""
        if self._server is not None:
            self._server.resume()
        else:
            self._down_until = 0.0

    def down_for(self, seconds: float) -> None:
        """Be unreachable for a time; without a server it is the emulator's clock that counts."""
        if self._server is not None:
            self._server.down_for(seconds)
        else:
            self._cut(self.clock.now().timestamp() + seconds)

    def connection_number(self) -> int:
        """A number for a connection that carries its first request."""
        with self._lock:
            return next(self._connection_numbers)

    def pool_manager(self, **options: Any) -> adapter.InProcessPoolManager:
        """A ``poolmanager`` for requests' HTTPAdapter whose connections end in this emulator, without a network."""
        return adapter.InProcessPoolManager(self, **options)

    def mount(self, session: requests.Session) -> None:
        """Connect the adapters that a session has now to this emulator; their retry rules stay."""
        adapter.mount(self, session)

    def intercept(self) -> contextlib.AbstractContextManager[None]:
        """While this lasts, every HTTPAdapter of requests that is made is connected to this emulator."""
        return adapter.intercept(self)

    @property
    def _root(self) -> str:
        if self._server is None:
            return adapter.URL_WITHOUT_NETWORK
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"{'https' if self._wants_tls else 'http'}://{host}:{self._server.port}"

    def _memory_resolver(self) -> MemoryResolver:
        if not isinstance(self.resolver, MemoryResolver):
            raise ValueError("records are those of the DNS server: publish them there")
        return self.resolver

    def _cut(self, until: float) -> None:
        self.outages += 1
        self._down_until = until
