# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The role broken off after each task that writes, and run again; a table says what came of it.

This takes as many first runs as the role has tasks that write, so it is not among the tests: "nox -s role_breaks".
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .runs import RolePlayer, Run
from .world import NAME_ZONE, TARGET, World, new_account_key

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

CALLBACKS = Path(__file__).resolve().parent / "callbacks"
KILLED = -9


@dataclass(frozen=True)
class Break:
    """A run that was broken off after a task, and the one after it."""

    task: str
    broken: Run
    finished: Run

    @property
    def orders(self) -> int:
        """How many orders both took together."""
        return self.broken.orders + self.finished.orders

    def row(self, number: int) -> str:
        """As a row of the table."""
        then, now = (
            sum(" TXT " in record for zone in run.after.values() for record in zone)
            for run in (self.broken, self.finished)
        )
        changes = len(self.finished.changes)
        return f"| {number} | {self.task} | {then} | {self.orders} | {now} | finished, {changes} changes |"


def breaks(world: World, role: RolePlayer) -> Iterator[Break]:
    """Break off after the first task that writes, the second one and so on, each time with a name of its own."""
    number = 0
    while True:
        number += 1
        name = f"break-{number}.{NAME_ZONE}"
        world.inside("reset")
        key = new_account_key()
        role.keep_secret(key)
        variables = world.variables(name, track_domain_acme_account_key=key)
        broken = role.run_broken_off(number, CALLBACKS, **variables)
        if broken.played.code != KILLED:
            assert broken.played.code == 0
            return
        finished = role.run(**variables)
        assert finished.result["https"]["trusted"]
        assert finished.records(name) == [f"{name}. CNAME {TARGET}."]
        assert finished.records(f"_acme-challenge.{name}") == []
        again = role.run(**variables)
        assert not again.changed
        assert not again.wrote
        yield Break(broken.changes[-1], broken, finished)


def test_the_next_run_finishes_what_was_broken_off(world: World, role: RolePlayer) -> None:
    found = []
    lines = [
        "| break | after the task | TXT records then | orders in all | TXT records in the end | the next run |",
        "|---|---|---|---|---|---|",
    ]
    for number, one in enumerate(breaks(world, role), 1):
        found.append(one)
        lines.append(one.row(number))
        Path(os.environ["E2E_BREAKS"]).write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert len(found) > 5
    assert all(one.orders <= 2 for one in found), lines
