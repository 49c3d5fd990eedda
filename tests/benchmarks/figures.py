# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The figures of a benchmark: medians of its runs, what is extrapolated, and what is required of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from playing import Run
from rows import ROWS, WAYS, Row

_ROWS = {row.key: row for row in ROWS}
_READ = "Read the domain"

# The runs of each row in each way, by their keys.
Runs = Mapping[str, Mapping[str, Sequence[Run]]]


@dataclass(frozen=True)
class Figures:
    """The medians of a row in one of the ways, as C(playing.Run) has them; None: not measured.

    C(read) is how long, in seconds, the task took that reads in a loop by hand; None elsewhere.
    """

    wall: float
    tasks: float
    cpu: float | None
    memory: float | None
    memory_with_forks: float | None
    requests: float
    connections: float
    read: float | None = None
    is_extrapolated: bool = False


@dataclass(frozen=True)
class Requirement:
    """A ratio that may not be exceeded. C(measured) is None where what it is made of was not measured."""

    text: str
    limit: float
    measured: float | None

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        return "met" if self.measured <= self.limit else "missed"


class Table:
    """The figures of each row in each way."""

    def __init__(self, runs: Runs) -> None:
        self._figures = {
            (row, way): _medians(measured) for row, ways in runs.items() for way, measured in ways.items() if measured
        }
        for row in ROWS:
            for way in WAYS:
                smaller = self._figures.get((row.extrapolated_from or "", way.key))
                if way.is_by_hand and smaller is not None and row.key in runs:
                    self._figures[row.key, way.key] = _extrapolated(smaller, row)

    def get(self, row: str, way: str) -> Figures | None:
        """The figures of a row in one of the ways; None where it was not measured."""
        return self._figures.get((row, way))

    def rows(self) -> list[Row]:
        """The rows that there are figures of."""
        return [row for row in ROWS if any((row.key, way.key) in self._figures for way in WAYS)]

    def requirements(self) -> list[Requirement]:
        """What is required, and what was measured."""
        return [
            self._ratio(
                "A loop, nothing to do, for each item: at most 0.035 times the `uri` task", 0.035, self._to_read
            ),
            self._tasks("A loop, nothing to do, for each item: at most 2.3 times `debug`", 2.3, "loop20", "debug"),
            self._tasks("200 accounts, nothing to do: at most 1.9 times `debug`", 1.9, "accounts200", "debug"),
            self._ratio(
                "A set of 100, nothing to do: at most 0.01 times a hundred `uri` reads", 0.01, self._to_100_reads
            ),
            self._tasks("200 accounts, nothing to do: at most 0.08 times by hand", 0.08, "accounts200", "uri"),
            self._tasks("A loop over 20 domains, 150 ms away: at most 0.25 times by hand", 0.25, "loop20-far", "uri"),
            *self._faster_than_mitogen(),
            self._ratio(
                "Peak memory of the controller with 200 accounts: at most 1.2 times `debug`", 1.2, self._memory
            ),
        ]

    def _faster_than_mitogen(self) -> Iterator[Requirement]:
        for row in self.rows():
            yield self._tasks(f"{row.key}: faster than by hand under Mitogen", 1.0, row.key, "uri_mitogen")

    def _tasks(self, text: str, limit: float, row: str, other: str) -> Requirement:
        return self._ratio(text, limit, lambda: self._pair(row, other, "tasks"))

    def _ratio(self, text: str, limit: float, pair: Callable[[], tuple[float | None, float | None]]) -> Requirement:
        ours, other = pair()
        return Requirement(text, limit, None if ours is None or other is None else ours / other)

    def _pair(self, row: str, other: str, figure: str) -> tuple[float | None, float | None]:
        ours, theirs = self.get(row, "in_process"), self.get(row, other)
        return getattr(ours, figure, None), getattr(theirs, figure, None)

    def _memory(self) -> tuple[float | None, float | None]:
        return self._pair("accounts200", "debug", "memory")

    def _to_read(self) -> tuple[float | None, float | None]:
        ours, by_hand = self.get("loop20", "in_process"), self.get("loop20", "uri")
        return getattr(ours, "tasks", None), getattr(by_hand, "read", None)

    def _to_100_reads(self) -> tuple[float | None, float | None]:
        ours, by_hand = self.get("set100", "in_process"), self.get("loop20", "uri")
        read = None if by_hand is None or by_hand.read is None else by_hand.read * 100 / _ROWS["loop20"].items
        return getattr(ours, "tasks", None), read


def _medians(runs: Sequence[Run]) -> Figures:
    names = [field.name for field in fields(Run) if field.name != "steps"]
    reads = [run.steps[_READ] for run in runs if _READ in run.steps]
    return Figures(
        **{name: statistics.median(getattr(run, name) for run in runs) for name in names},
        read=statistics.median(reads) if reads else None,
    )


def _extrapolated(smaller: Figures, row: Row) -> Figures:
    """The figures of a row with more accounts: Ansible starts once, the rest is needed for each account."""
    factor = row.accounts / _ROWS[row.extrapolated_from or ""].accounts
    return Figures(
        wall=smaller.wall + smaller.tasks * (factor - 1),
        tasks=smaller.tasks * factor,
        cpu=None,
        memory=None,
        memory_with_forks=None,
        requests=smaller.requests * factor,
        connections=smaller.connections * factor,
        is_extrapolated=True,
    )
