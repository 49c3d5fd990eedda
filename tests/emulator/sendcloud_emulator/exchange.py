# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One request and what comes of it, whether it came through a socket or not."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qsl

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """A request to the vendor's side. Header names are in lower case; of a repeated parameter the first counts."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]

    @classmethod
    def read(cls, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Take a request apart; the path is decoded, the query is not."""
        names = {name.lower(): value for name, value in headers.items()}
        is_form = names.get("content-type", "").split(";")[0].strip().lower() == _FORM
        return cls(
            method=method.upper(),
            path=path,
            query=_parameters(query),
            form=_parameters(body.decode("utf-8", errors="replace")) if is_form else {},
            headers=names,
        )

    @property
    def parameters(self) -> Mapping[str, str]:
        """Query and body together; the body wins."""
        return {**self.query, **self.form}


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        parameters.setdefault(name, value)
    return parameters


@dataclass(frozen=True)
class Drip:
    """An answer that is sent byte by byte, ``seconds`` before each; without ``headers``, these come at once."""

    seconds: float
    headers: bool


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    ``code`` is the status code in the envelope (None: there is no envelope), ``promised_length`` (None: the true
    one) what Content-Length says. ``drip`` is how it is sent (None: as fast as it can be).
    """

    status: int
    body: bytes
    content_type: str = JSON
    code: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    promised_length: int | None = None
    drip: Drip | None = None

    @property
    def ends_connection(self) -> bool:
        """An answer that is shorter than promised can only be followed by the end of the connection."""
        return self.promised_length is not None

    def to_bytes(self, *, close: bool = False) -> bytes:
        """The answer as HTTP/1.1 (RFC 9112) sends it."""
        length = len(self.body) if self.promised_length is None else self.promised_length
        lines = [f"HTTP/1.1 {self.status} {_reason(self.status)}", "Server: sendcloud-emulator"]
        lines.append(f"Content-Type: {self.content_type}")
        lines.append(f"Content-Length: {length}")
        lines.extend(f"{name}: {value}" for name, value in self.headers)
        if close:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body

    def pieces(self, *, close: bool = False) -> Iterator[tuple[float, bytes]]:
        """The same in the pieces in which it is sent, and how many seconds to wait before each."""
        content = self.to_bytes(close=close)
        if self.drip is None:
            yield 0.0, content
            return
        start = 0 if self.drip.headers else len(content) - len(self.body)
        if start:
            yield 0.0, content[:start]
        for position in range(start, len(content)):
            yield self.drip.seconds, content[position : position + 1]


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Lost(enum.Enum):
    """Ways to end without an answer."""

    REFUSED = "refused"  # there was no connection
    RESET = "reset"  # the connection was broken off
    ABANDONED = "abandoned"  # the client had given up waiting


Outcome = Answer | Lost


class Line(Protocol):
    """The client's end of an exchange."""

    def connection(self) -> int:
        """The number of the connection, counted from 1."""

    def wait(self, seconds: float) -> bool:
        """Let the client wait; False if it gave up meanwhile."""
