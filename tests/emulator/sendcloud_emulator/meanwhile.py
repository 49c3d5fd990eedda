# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What somebody else does to the account in between, while a client goes on with its calls."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal

from .account import Account, TrackingDomain
from .calls import Calls
from .certificate import CertificatePair, Validity, read_validity

When = Literal["before", "after"]

# What each act takes; those of _SELECTED take one of _SELECTORS, too.
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "add": ("name", "verified", "certificate"),
    "remove": (),
    "rename": ("new_name",),
    "verify": ("verified",),
    "certify": ("certificate",),
}
_SELECTED = ("remove", "rename", "verify", "certify")
_SELECTORS = ("name", "id", "index")
_NEEDED: Mapping[str, str] = {"add": "name", "rename": "new_name", "certify": "certificate"}
_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "name": ((str,), "a text"),
    "new_name": ((str,), "a text"),
    "certificate": ((str, Validity, CertificatePair), "a certificate in PEM"),
    "verified": ((bool,), "a boolean"),
    "id": ((int,), "a number"),
    "index": ((int,), "a number"),
}


@dataclasses.dataclass(frozen=True)
class Act:
    """Something done to the account, before or after a call is processed; nothing, where its domain is not there."""

    action: str | Callable[[Account], object]
    when: When
    arguments: Mapping[str, Any]

    @classmethod
    def make(cls, action: object, arguments: Mapping[str, Any]) -> Act:
        """Check and build. Raises ValueError."""
        rest = dict(arguments)
        when = rest.pop("when", "before")
        if when not in ("before", "after"):
            raise ValueError("when is one of before, after")
        if callable(action):
            if rest:
                raise ValueError(f"a function takes no {', '.join(sorted(rest))}")
            return cls(action, when, {})
        if not isinstance(action, str) or action not in _ARGUMENTS:
            raise ValueError(f"there is no act {action!r}; there are: {', '.join(_ARGUMENTS)}")
        _check(action, rest)
        if isinstance(rest.get("certificate"), str):
            rest["certificate"] = read_validity(rest["certificate"])
        return cls(action, when, rest)

    def perform(self, account: Account) -> None:
        """Do it."""
        if callable(self.action):
            self.action(account)
            return
        with account.lock:
            if self.action == "add":
                if not account.find(self.arguments["name"]):
                    account.add(**self.arguments)
                return
            domain = self._domain(account)
            if domain is None:
                return
            if self.action == "remove":
                account.remove(domain.id)
            else:
                account.change(domain.id, **self._changed())

    def _domain(self, account: Account) -> TrackingDomain | None:
        if "name" in self.arguments:
            return account.find(self.arguments["name"])
        if "id" in self.arguments:
            return account.get(self.arguments["id"])
        domains, index = account.ordered(), self.arguments["index"]
        return domains[index] if -len(domains) <= index < len(domains) else None

    def _changed(self) -> dict[str, Any]:
        if self.action == "rename":
            return {"name": self.arguments["new_name"]}
        if self.action == "verify":
            return {"verified": self.arguments.get("verified", True)}
        return {"certificate": self.arguments["certificate"]}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        shown = {name: value for name, value in self.arguments.items() if name != "certificate"}
        return {"action": self.action if isinstance(self.action, str) else "function", "when": self.when, **shown}


class Meanwhile:
    """The plan of acts. Unlike with faults, every act that is due at a call is done, in the order of the plan."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._rules: list[tuple[Act, Calls]] = []

    def add(
        self,
        action: str | Callable[[Account], object],
        *,
        endpoint: str | None = None,
        times: int | None = None,
        nth: int | Collection[int] | None = None,
        start_at: int | None = None,
        every: int | None = None,
        when: When = "before",
        **arguments: Any,
    ) -> None:
        """Have something done at some calls of an endpoint; which ones is said as in ``Faults.add``.

        ``action`` is ``add`` (``name``, ``verified``, ``certificate``), or for the domain with a ``name``, an ``id``,
        or an ``index`` by age (from 0; -1: the newest): ``remove``, ``rename`` (``new_name``), ``verify``
        (``verified``, True if not given), ``certify`` (``certificate``); or a function that is given the account.
        A certificate is PEM, a Validity, or a CertificatePair. Raises ValueError where something is wrong.
        """
        selection = {"endpoint": endpoint, "times": times, "nth": nth, "start_at": start_at, "every": every}
        self.add_all([{"action": action, "when": when, **selection, **arguments}])

    def add_all(self, plan: Iterable[Mapping[str, Any]]) -> None:
        """Add rules given as mappings with the arguments of ``add``: all of them, or with ValueError none."""
        rules = [_rule(description) for description in plan]
        with self._lock:
            self._rules.extend(rules)

    def take(self, endpoint: str) -> tuple[Act, ...]:
        """Count a call; the acts that are due before and after it is processed."""
        with self._lock:
            concerned = [(act, calls) for act, calls in self._rules if calls.concern(endpoint)]
            for _unused, calls in concerned:
                calls.count()
            due = [(act, calls) for act, calls in concerned if calls.are_due]
            for _unused, calls in due:
                calls.fire()
        return tuple(act for act, _unused in due)

    def perform(self, acts: Iterable[Act], when: When) -> None:
        """Do what is due at this moment."""
        for act in acts:
            if act.when == when:
                act.perform(self._account)

    def rules(self) -> list[dict[str, Any]]:
        """Every rule and how often it fired."""
        with self._lock:
            return [{**act.as_dict(), **calls.as_dict()} for act, calls in self._rules]

    @property
    def is_spent(self) -> bool:
        """No rule will ever fire again."""
        with self._lock:
            return all(calls.are_over for _unused, calls in self._rules)

    def clear(self) -> None:
        """Drop every rule."""
        with self._lock:
            self._rules.clear()


def _rule(description: Mapping[str, Any]) -> tuple[Act, Calls]:
    calls, rest = Calls.take_from(description)
    return Act.make(rest.pop("action", None), rest), calls


def _check(action: str, arguments: Mapping[str, Any]) -> None:
    allowed = {*_ARGUMENTS[action], *(_SELECTORS if action in _SELECTED else ())}
    unknown = set(arguments) - allowed
    if unknown:
        raise ValueError(f"the act {action} takes no {', '.join(sorted(unknown))}")
    if action in _SELECTED and sum(name in arguments for name in _SELECTORS) != 1:
        raise ValueError(f"the act {action} needs one of {', '.join(_SELECTORS)}")
    if action in _NEEDED and _NEEDED[action] not in arguments:
        raise ValueError(f"the act {action} needs {_NEEDED[action]}")
    for name, value in arguments.items():
        types, wanted = _TYPES[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ValueError(f"{name} must be {wanted}")
