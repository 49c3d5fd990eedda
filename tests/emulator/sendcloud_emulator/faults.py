# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Bad days: which calls meet which fault."""

from __future__ import annotations

import dataclasses
import enum
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal

from .calls import Calls

When = Literal["before", "after"]


class Kind(enum.StrEnum):
    """The faults. Each may say by ``when`` whether the request is processed all the same, where both make sense."""

    REFUSE = "refuse"  # no connection
    GO_DOWN = "go_down"  # this call is answered, then no connection for `seconds`
    RESET = "reset"  # the connection breaks instead of an answer
    DELAY = "delay"  # `seconds` until the answer
    STATUS = "status"  # an HTTP `status` with an HTML page, `retry_after` or not
    TRUNCATED = "truncated"  # the connection ends in the middle of the answer
    INVALID_JSON = "invalid_json"
    EMPTY_BODY = "empty_body"
    HTML = "html"  # an HTML page with HTTP status 200
    WRONG_CONTENT_TYPE = "wrong_content_type"  # the right answer, announced as `content_type`
    NO_ENVELOPE = "json_no_envelope"  # valid JSON: `value`
    CODE = "code"  # a refusal with a status `code` and perhaps a `message`, HTTP status 200 or `status`
    REDIRECT = "redirect"  # an HTTP `status` 3xx to `location`
    ECHO = "echo"  # a refusal whose message holds every parameter, the secret ones too
    OVERSIZED = "oversized"  # the right answer with so much in it that it is larger than `size` bytes
    SUCCESS_UNREADABLE = "success_unreadable"  # the right answer, but `value` in place of each domain
    DRIP = "drip"  # the right answer, a byte every `seconds`, with or without its `headers`
    HANDSHAKE = "handshake"  # a new connection ends in its TLS handshake
    CONTROL_CHARACTERS = "control_characters"  # a refusal whose message holds terminal escapes, newlines, NUL


# The arguments that a kind takes, beside `when`, and at which of the two it can be.
_ARGUMENTS: Mapping[Kind, tuple[tuple[str, ...], tuple[When, ...]]] = {
    Kind.REFUSE: ((), ("before",)),
    Kind.GO_DOWN: (("seconds",), ("after",)),
    Kind.RESET: ((), ("before", "after")),
    Kind.DELAY: (("seconds",), ("before", "after")),
    Kind.STATUS: (("status", "retry_after"), ("before", "after")),
    Kind.TRUNCATED: ((), ("before", "after")),
    Kind.INVALID_JSON: ((), ("before", "after")),
    Kind.EMPTY_BODY: ((), ("before", "after")),
    Kind.HTML: ((), ("before", "after")),
    Kind.WRONG_CONTENT_TYPE: (("content_type",), ("after",)),
    Kind.NO_ENVELOPE: (("value",), ("before", "after")),
    Kind.CODE: (("code", "message", "status"), ("before", "after")),
    Kind.REDIRECT: (("status", "location"), ("before", "after")),
    Kind.ECHO: (("code",), ("before", "after")),
    Kind.OVERSIZED: (("size",), ("after",)),
    Kind.SUCCESS_UNREADABLE: (("value",), ("after",)),
    Kind.DRIP: (("seconds", "headers"), ("after",)),
    Kind.HANDSHAKE: ((), ("before",)),
    Kind.CONTROL_CHARACTERS: (("code",), ("before", "after")),
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens to a call. Which of the values count depends on the kind; the others stay at their default."""

    kind: Kind
    when: When = "before"
    seconds: float = 1.0
    status: int = 503
    retry_after: str | None = None
    content_type: str = "text/html;charset=UTF-8"
    value: Any = dataclasses.field(default_factory=lambda: [1])
    code: int = 41015
    message: str | None = None
    location: str = "https://elsewhere.example/api/trackDomain/list"
    size: int = 5 * 1024 * 1024
    headers: bool = True

    @classmethod
    def make(cls, kind: object, arguments: Mapping[str, Any]) -> Fault:
        """Check and build. Raises ValueError for an unknown kind, argument or value."""
        try:
            chosen = Kind(str(kind))
        except ValueError:
            raise ValueError(f"there is no fault {kind!r}; there are: {', '.join(Kind)}") from None
        allowed, moments = _ARGUMENTS[chosen]
        unknown = set(arguments) - {*allowed, "when"}
        if unknown:
            raise ValueError(f"the fault {kind} takes no {', '.join(sorted(unknown))}")
        values: dict[str, Any] = {"when": moments[0], **arguments}
        if values["when"] not in moments:
            raise ValueError(f"the fault {kind} can only be: {', '.join(moments)}")
        values = {**_DEFAULTS.get(chosen, {}), **values}
        if values.get("retry_after") is not None:
            values["retry_after"] = str(values["retry_after"])
        _check(values)
        return cls(chosen, **values)


# Where a kind has another default than the others.
_DEFAULTS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.REDIRECT: {"status": 302},
    Kind.CODE: {"code": 50000, "status": 200},
    Kind.SUCCESS_UNREADABLE: {"value": "unreadable"},
}


def _is_number(value: object, *types: type) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _check(values: Mapping[str, Any]) -> None:
    for name in ("status", "code", "size"):
        if not _is_number(values.get(name, 0), int):
            raise ValueError(f"{name} must be an integer")
    if not _is_number(values.get("seconds", 0), int, float):
        raise ValueError("seconds must be a number")
    if not isinstance(values.get("headers", True), bool):
        raise ValueError("headers must be a boolean")
    for name in ("message", "location", "content_type"):
        if not isinstance(values.get(name, ""), str):
            raise ValueError(f"{name} must be a text")


@dataclasses.dataclass(frozen=True)
class Rule:
    """A fault and the calls that meet it; those of ``handshake`` are new connections."""

    fault: Fault
    calls: Calls

    @classmethod
    def make(cls, description: Mapping[str, Any]) -> Rule:
        """Check and build. Raises ValueError."""
        calls, rest = Calls.take_from(description)
        rule = cls(Fault.make(rest.pop("kind", None), rest), calls)
        if rule.is_of_connections and calls.endpoint is not None:
            raise ValueError("a handshake is for no endpoint yet")
        return rule

    @property
    def is_of_connections(self) -> bool:
        """It is connections that are counted, not calls."""
        return self.fault.kind is Kind.HANDSHAKE

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**dataclasses.asdict(self.fault), **self.calls.as_dict()}


class Faults:
    """The plan: rules in the order in which they were added; the first that is due takes the call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def add(
        self,
        kind: str,
        *,
        endpoint: str | None = None,
        times: int | None = None,
        nth: int | Collection[int] | None = None,
        start_at: int | None = None,
        every: int | None = None,
        **arguments: Any,
    ) -> None:
        """Add a rule for an endpoint (``add`` or ``trackDomain/add``; None: any) and some of its calls.

        ``times`` is so many of the following calls that no earlier rule took (the default: 1); ``nth`` one or more
        calls by number; ``start_at`` every call from a number on; ``every`` every so-manieth call. The arguments
        are those of the kind. Raises ValueError where something is wrong.
        """
        selection = {"times": times, "nth": nth, "start_at": start_at, "every": every}
        self.add_all([{"kind": kind, "endpoint": endpoint, **selection, **arguments}])

    def add_all(self, plan: Iterable[Mapping[str, Any]]) -> None:
        """Add rules given as mappings with the arguments of ``add``: all of them, or with ValueError none."""
        rules = [Rule.make(description) for description in plan]
        with self._lock:
            self._rules.extend(rules)

    def take(self, endpoint: str) -> Fault | None:
        """Count a call; the fault that it meets."""
        return self._take(lambda rule: not rule.is_of_connections and rule.calls.concern(endpoint))

    def take_handshake(self) -> bool:
        """Count a new connection; whether it is to end in its TLS handshake."""
        return self._take(lambda rule: rule.is_of_connections) is not None

    def _take(self, is_concerned: Callable[[Rule], bool]) -> Fault | None:
        with self._lock:
            concerned = [rule for rule in self._rules if is_concerned(rule)]
            for rule in concerned:
                rule.calls.count()
            taken = next((rule for rule in concerned if rule.calls.are_due), None)
            if taken is None:
                return None
            taken.calls.fire()
            return taken.fault

    def rules(self) -> list[dict[str, Any]]:
        """Every rule and how often it fired."""
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    @property
    def is_spent(self) -> bool:
        """No rule will ever fire again."""
        with self._lock:
            return all(rule.calls.are_over for rule in self._rules)

    def clear(self) -> None:
        """Drop every rule."""
        with self._lock:
            self._rules.clear()
