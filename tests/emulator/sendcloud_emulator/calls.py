# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which calls a rule is for: what fault plans and the acts of somebody else have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

from .endpoints import METHODS

_SELECTORS = ("times", "nth", "start_at", "every")


@dataclasses.dataclass
class Calls:
    """Calls of an endpoint (None: of any), counted from 1, from when the rule was added."""

    endpoint: str | None
    nth: frozenset[int]
    start_at: int | None
    every: int | None
    remaining: int | None
    seen: int = 0
    fired: int = 0

    @classmethod
    def take_from(cls, description: Mapping[str, Any]) -> tuple[Self, dict[str, Any]]:
        """The calls that a rule describes, and what else the rule says. Raises ValueError."""
        rest = dict(description)
        endpoint = _full_name(rest.pop("endpoint", None))
        selection = {name: rest.pop(name, None) for name in _SELECTORS}
        chosen = [name for name, value in selection.items() if value is not None] or ["times"]
        if len(chosen) > 1:
            raise ValueError(f"only one of {', '.join(_SELECTORS)}")
        value = 1 if selection[chosen[0]] is None else selection[chosen[0]]
        numbers = value if chosen == ["nth"] and isinstance(value, (list, tuple, set, frozenset, range)) else [value]
        if not numbers or not all(isinstance(number, int) and number is not True and number >= 1 for number in numbers):
            raise ValueError("calls are counted from 1")
        calls = cls(
            endpoint=endpoint,
            nth=frozenset(numbers),
            start_at=selection["start_at"],
            every=selection["every"],
            remaining=value if chosen == ["times"] else None,
        )
        return calls, rest

    def concern(self, endpoint: str) -> bool:
        """The rule is for this endpoint."""
        return self.endpoint in (None, endpoint)

    def count(self) -> None:
        """One more of these calls has come in."""
        self.seen += 1

    def fire(self) -> None:
        """The call just counted meets the rule."""
        self.fired += 1
        if self.remaining is not None:
            self.remaining -= 1

    @property
    def are_due(self) -> bool:
        """The call just counted is one that the rule is for."""
        if self.remaining is not None:
            return self.remaining > 0
        if self.every is not None:
            return self.seen % self.every == 0
        if self.start_at is not None:
            return self.seen >= self.start_at
        return self.seen in self.nth

    @property
    def are_over(self) -> bool:
        """No call will ever meet the rule again."""
        if self.remaining is not None:
            return self.remaining <= 0
        return self.every is None and self.start_at is None and self.seen >= max(self.nth, default=0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"endpoint": self.endpoint, "seen": self.seen, "fired": self.fired, "is_spent": self.are_over}


def _full_name(endpoint: object) -> str | None:
    if endpoint is None or endpoint == "any":
        return None
    for known in METHODS:
        if endpoint in (known, known.partition("/")[2]):
            return known
    raise ValueError(f"there is no endpoint {endpoint!r}; there are: any, {', '.join(METHODS)}")
