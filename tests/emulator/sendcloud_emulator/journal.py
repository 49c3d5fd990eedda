# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What was asked and what was answered, in order, and without a secret."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from .changes import Change, Effect
from .clock import Clock
from .exchange import Request

HIDDEN_KEY = "**apiKey**"
HIDDEN_PRIVATE_KEY = "**certKey**"

_MARKERS = {"apiKey": HIDDEN_KEY, "certKey": HIDDEN_PRIVATE_KEY}
# A shorter "secret" would be found in every other word.
_SHORTEST_SECRET = 4
_KEPT_HEADERS = ("user-agent", "accept", "accept-encoding", "connection", "content-type", "host")

Place = Literal["body", "query", "both"]


@dataclasses.dataclass(frozen=True)
class Call:
    """One request. Everything about the answer is None until, and unless, there was one.

    ``endpoint`` is for example ``trackDomain/add``, or the path where it is none. ``credentials_in`` says where
    user and key were. ``processed_code`` is the account's own verdict (None: the request was not processed),
    ``status_code`` the one that the client was sent, ``http_status`` that of the answer. ``fault`` is the kind of
    the fault that hit it. ``connection`` is the number of its TCP connection, None where there was none. ``changes``
    is what it changed in the account, whether or not the client was told.
    """

    ordinal: int
    endpoint: str
    method: str
    path: str
    parameters: Mapping[str, str]
    credentials_in: Place | None
    headers: Mapping[str, str]
    has_authorization: bool
    time: datetime
    connection: int | None = None
    fault: str | None = None
    processed_code: int | None = None
    status_code: int | None = None
    http_status: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def effect(self) -> tuple[Effect, ...]:
        """What kinds of change there are among ``changes``, each once and in their order; empty: nothing changed."""
        return tuple(dict.fromkeys(change.effect for change in self.changes))

    @property
    def succeeded(self) -> bool:
        """The account did what was asked, whether or not the client was told."""
        return self.processed_code == 200

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {
            **values,
            "parameters": dict(self.parameters),
            "headers": dict(self.headers),
            "time": self.time.isoformat(),
            "changes": [dataclasses.asdict(change) for change in self.changes],
            "effect": list(self.effect),
            "succeeded": self.succeeded,
        }


class Journal:
    """The calls of the vendor's side. Reading it through the control endpoints leaves no trace in it."""

    def __init__(self, clock: Clock, observer: Callable[[Call], None] | None = None) -> None:
        self._clock = clock
        self._observer = observer
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._positions: dict[int, int] = {}
        self._last_ordinal = 0
        self._silent_connections = 0

    def begin(self, request: Request, endpoint: str, account_key: str) -> int:
        """Note a request that came in; its ordinal, counted from 1."""
        secrets = [secret for secret in (account_key, *_secrets(request)) if len(secret) >= _SHORTEST_SECRET]
        with self._lock:
            self._last_ordinal += 1
            call = Call(
                ordinal=self._last_ordinal,
                endpoint=_scrub(endpoint, secrets),
                method=request.method,
                path=_scrub(request.path, secrets),
                parameters=MappingProxyType(
                    {_scrub(name, secrets): _shown(name, value, secrets) for name, value in request.parameters.items()}
                ),
                credentials_in=_place(request),
                headers=MappingProxyType(
                    {name: _scrub(request.headers[name], secrets) for name in _KEPT_HEADERS if name in request.headers}
                ),
                has_authorization="authorization" in request.headers,
                time=self._clock.now(),
            )
            self._positions[call.ordinal] = len(self._calls)
            self._calls.append(call)
        return call.ordinal

    def complete(
        self,
        ordinal: int,
        *,
        connection: int | None,
        fault: str | None,
        processed_code: int | None,
        status_code: int | None,
        http_status: int | None,
        changes: tuple[Change, ...] = (),
    ) -> None:
        """Note what became of a request, before the client learns it. A call that was cleared away stays away."""
        with self._lock:
            position = self._positions.get(ordinal)
            if position is None:
                return
            call = dataclasses.replace(
                self._calls[position],
                connection=connection,
                fault=fault,
                processed_code=processed_code,
                status_code=status_code,
                http_status=http_status,
                changes=changes,
            )
            self._calls[position] = call
        if self._observer is not None:
            self._observer(call)

    def note_silent_connection(self) -> None:
        """Note a TCP connection that ended without a request."""
        with self._lock:
            self._silent_connections += 1

    def calls(self, endpoint: str | None = None) -> tuple[Call, ...]:
        """Every call in the order in which they came in, or those of one endpoint."""
        with self._lock:
            return tuple(call for call in self._calls if endpoint in (None, call.endpoint))

    def endpoints(self) -> list[str]:
        """The endpoint of each call."""
        return [call.endpoint for call in self.calls()]

    def changes(self) -> list[Change]:
        """Everything that the calls changed in the account, in order."""
        return [change for call in self.calls() for change in call.changes]

    @property
    def connections(self) -> int:
        """How many TCP connections carried a call."""
        return len({call.connection for call in self.calls() if call.connection is not None})

    @property
    def silent_connections(self) -> int:
        """How many TCP connections ended without any request."""
        with self._lock:
            return self._silent_connections

    def clear(self) -> None:
        """Forget every call and count; ordinals go on."""
        with self._lock:
            self._calls.clear()
            self._positions.clear()
            self._silent_connections = 0


def _secrets(request: Request) -> Iterable[str]:
    for parameters in (request.query, request.form):
        for name in _MARKERS:
            yield parameters.get(name, "").strip()


def _shown(name: str, value: str, secrets: list[str]) -> str:
    if name in _MARKERS:
        return _MARKERS[name]
    return HIDDEN_PRIVATE_KEY if "PRIVATE KEY" in value else _scrub(value, secrets)


def _scrub(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN_KEY)
    return text


def _place(request: Request) -> Place | None:
    names = ("apiUser", "apiKey")
    in_query = any(name in request.query for name in names)
    in_body = any(name in request.form for name in names)
    if in_query and in_body:
        return "both"
    if in_query:
        return "query"
    return "body" if in_body else None
