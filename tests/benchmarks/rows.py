# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What is measured: the rows of the table, and in which ways the work of each is done."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FAR = 0.15


@dataclass(frozen=True)
class Row:
    """Work to be done: C(names) domains in each of C(accounts), which are inventory hosts.

    C(kind) is C(loop) (a task that is repeated for each domain) or C(set) (a task for all domains of an account).
    C(adds) says whether the domains have to be added and verified; else all is done already. C(round_trip) is in
    seconds. C(extrapolated_from) is a smaller row of the same kind that the ways by hand are extrapolated from.
    """

    key: str
    title: str
    kind: str
    accounts: int
    names: int
    adds: bool = False
    round_trip: float = 0.0
    extrapolated_from: str | None = None

    @property
    def items(self) -> int:
        """How often the task is run."""
        return self.accounts * (self.names if self.kind == "loop" else 1)


ROWS = (
    Row("loop20", "A loop over 20 domains, nothing to do", "loop", 1, 20),
    Row("loop20-far", "A loop over 20 domains, nothing to do, 150 ms away", "loop", 1, 20, round_trip=FAR),
    Row("loop5-add", "A loop over 5 domains, add and verify", "loop", 1, 5, adds=True),
    Row("loop5-add-far", "A loop over 5 domains, add and verify, 150 ms away", "loop", 1, 5, adds=True, round_trip=FAR),
    Row("set100", "A set of 100 domains, nothing to do", "set", 1, 100),
    Row("accounts20", "20 accounts with 5 domains each, nothing to do", "set", 20, 5),
    Row("accounts200", "200 accounts with 5 domains each, nothing to do", "set", 200, 5, False, 0.0, "accounts20"),
    Row("accounts20-add", "20 accounts with 5 domains each, add and verify", "set", 20, 5, adds=True),
)


@dataclass(frozen=True)
class Way:
    """How the work is done: with which playbook, and with which variables for its hosts and for Ansible."""

    key: str
    title: str
    playbook: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_by_hand(self) -> bool:
        """Whether it uses C(ansible.builtin.uri)."""
        return self.playbook == "by_hand"


def _mitogen() -> dict[str, str]:
    found = importlib.util.find_spec("ansible_mitogen")
    folders = list(found.submodule_search_locations or ()) if found else []
    if not folders:
        return {}
    plugins = Path(folders[0]) / "plugins" / "strategy"
    return {"ANSIBLE_STRATEGY_PLUGINS": str(plugins), "ANSIBLE_STRATEGY": "mitogen_linear"}


WAYS = (
    Way("in_process", "this collection", "collection"),
    Way("modules", "this collection, as modules", "collection", variables={"sendcloud_in_process": False}),
    Way("uri", "by hand with uri", "by_hand"),
    Way("uri_pipelining", "by hand, pipelining", "by_hand", environment={"ANSIBLE_PIPELINING": "true"}),
    Way("uri_mitogen", "by hand, Mitogen", "by_hand", environment=_mitogen()),
    Way("debug", "debug, which does nothing", "debug"),
)
