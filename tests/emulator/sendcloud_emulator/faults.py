# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Bad days: which calls meet which fault."""

from __future__ import annotations

import dataclasses
import enum
import threading
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from .endpoints import METHODS

When = Literal["before", "after"]

# Ways to say which calls a rule is for.
_SELECTORS = ("times", "nth", "start_at", "every")


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
    CODE = "code"  # a refusal with a status `code` and perhaps a `message`, HTTP status 200
    REDIRECT = "redirect"  # an HTTP `status` 3xx to `location`
    ECHO = "echo"  # a refusal whose message holds every parameter, the secret ones too
    OVERSIZED = "oversized"  # the right answer with so much in it that it is larger than `size` bytes
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
    Kind.CODE: (("code", "message"), ("before", "after")),
    Kind.REDIRECT: (("status", "location"), ("before", "after")),
    Kind.ECHO: (("code",), ("before", "after")),
    Kind.OVERSIZED: (("size",), ("after",)),
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
        if chosen is Kind.REDIRECT:
            values.setdefault("status", 302)
        if chosen is Kind.CODE:
            values.setdefault("code", 50000)
        if values.get("retry_after") is not None:
            values["retry_after"] = str(values["retry_after"])
        for name in ("status", "code", "size"):
            value = values.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name} must be an integer")
        if type(values.get("seconds", 0)) not in (int, float):
            raise ValueError("seconds must be a number")
        for name in ("message", "location", "content_type"):
            if not isinstance(values.get(name, ""), str):
                raise ValueError(f"{name} must be a text")
        return cls(chosen, **values)


@dataclasses.dataclass
class Rule:
    """A fault and the calls that meet it. Calls are counted from 1, from when the rule was added."""

    fault: Fault
    endpoint: str | None
    nth: frozenset[int]
    start_at: int | None
    every: int | None
    remaining: int | None
    seen: int = 0
    fired: int = 0

    def concerns(self, endpoint: str) -> bool:
        """The rule is for this endpoint."""
        return self.endpoint is None or self.endpoint == endpoint

    def is_due(self) -> bool:
        """The call just counted is one that meets the fault."""
        if self.remaining is not None:
            return self.remaining > 0
        if self.every is not None:
            return self.seen % self.every == 0
        if self.start_at is not None:
            return self.seen >= self.start_at
        return self.seen in self.nth

    @property
    def is_spent(self) -> bool:
        """The rule will never fire again."""
        if self.remaining is not None:
            return self.remaining <= 0
        return self.every is None and self.start_at is None and self.seen >= max(self.nth, default=0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **dataclasses.asdict(self.fault),
            "endpoint": self.endpoint,
            "seen": self.seen,
            "fired": self.fired,
            "is_spent": self.is_spent,
        }


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
        rules = [_rule(description) for description in plan]
        with self._lock:
            self._rules.extend(rules)

    def take(self, endpoint: str) -> Fault | None:
        """Count a call; the fault that it meets."""
        taken: Rule | None = None
        with self._lock:
            for rule in self._rules:
                if not rule.concerns(endpoint):
                    continue
                rule.seen += 1
                if taken is None and rule.is_due():
                    taken = rule
                    rule.fired += 1
                    if rule.remaining is not None:
                        rule.remaining -= 1
        return taken.fault if taken else None

    def rules(self) -> list[dict[str, Any]]:
        """Every rule and how often it fired."""
        with self._lock:
            return [rule.as_dict() for rule in self._rules]

    @property
    def is_spent(self) -> bool:
        """No rule will ever fire again."""
        with self._lock:
            return all(rule.is_spent for rule in self._rules)

    def clear(self) -> None:
        """Drop every rule."""
        with self._lock:
            self._rules.clear()


def _rule(description: Mapping[str, Any]) -> Rule:
    arguments = dict(description)
    kind, endpoint = arguments.pop("kind", None), arguments.pop("endpoint", None)
    selection = {name: arguments.pop(name, None) for name in _SELECTORS}
    chosen = [name for name, value in selection.items() if value is not None] or ["times"]
    if len(chosen) > 1:
        raise ValueError(f"only one of {', '.join(_SELECTORS)}")
    value = 1 if selection[chosen[0]] is None else selection[chosen[0]]
    numbers = value if chosen == ["nth"] and isinstance(value, (list, tuple, set, frozenset, range)) else [value]
    if not numbers or not all(isinstance(number, int) and number is not True and number >= 1 for number in numbers):
        raise ValueError("calls are counted from 1")
    return Rule(
        fault=Fault.make(kind, arguments),
        endpoint=_full_name(endpoint),
        nth=frozenset(numbers),
        start_at=selection["start_at"],
        every=selection["every"],
        remaining=value if chosen == ["times"] else None,
    )


def _full_name(endpoint: object) -> str | None:
    if endpoint is None or endpoint == "any":
        return None
    for known in METHODS:
        if endpoint in (known, known.partition("/")[2]):
            return known
    raise ValueError(f"there is no endpoint {endpoint!r}; there are: any, {', '.join(METHODS)}")
