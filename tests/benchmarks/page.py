# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The figures in words: tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from figures import Figures, Table
from rows import WAYS, Row

_BEGIN = "<!-- What follows is written by make bench. -->"
_END = "<!-- What comes before is written by make bench. -->"


def as_markdown(table: Table, surroundings: Mapping[str, str], repeat: int) -> str:
    """All tables. C(surroundings) is what the benchmark ran on, and C(repeat) how often everything was run."""
    times = "once" if repeat == 1 else f"{repeat} times"
    facts = ", ".join(f"{name}: {value}" for name, value in surroundings.items())
    parts = [
        f"Everything was run {times}, in turn; figures are medians. On this machine: {facts}.",
        _overview(table),
        "![The same as a picture](benchmarks.svg)",
        "## Required ratios",
        _requirements(table),
        *(f"## {row.title}\n\n{_details(table, row)}" for row in table.rows()),
    ]
    return "\n\n".join(parts)


def update(page: Path, text: str) -> None:
    """Put the tables into the page, in place of those that are there. Raises ValueError where it has no such place."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{page} has no place for the tables")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _overview(table: Table) -> str:
    def cells(row: Row) -> Iterator[str]:
        yield row.title
        for way in WAYS:
            figures = table.get(row.key, way.key)
            yield "" if figures is None else _seconds(figures.tasks, figures)

    return _markdown(["seconds for the tasks", *(way.title for way in WAYS)], map(cells, table.rows()))


def _requirements(table: Table) -> str:
    return _markdown(
        ["required", "measured", ""],
        (
            [one.text, "" if one.measured is None else f"{one.measured:.3g}", one.verdict]
            for one in table.requirements()
        ),
    )


def _details(table: Table, row: Row) -> str:
    def cells(way: str, figures: Figures) -> Sequence[str]:
        return [
            way,
            _seconds(figures.wall, figures),
            _seconds(figures.tasks, figures),
            f"{figures.tasks / row.items * 1000:.1f}",
            "" if figures.cpu is None else f"{figures.cpu:.2f}",
            *(
                "" if memory is None else f"{memory / 2**20:.0f}"
                for memory in (figures.memory, figures.memory_with_forks)
            ),
            f"{figures.requests:.0f}",
            f"{figures.connections:.0f}",
        ]

    each = "ms per item" if row.kind == "loop" else "ms per account"
    lines = ((way.title, table.get(row.key, way.key)) for way in WAYS)
    return _markdown(
        ["way", "all, s", "tasks, s", each, "CPU, s", "memory, MiB", "with forks, MiB", "requests", "connections"],
        (cells(title, figures) for title, figures in lines if figures is not None),
    )


def _seconds(seconds: float, figures: Figures) -> str:
    return f"{'≈ ' if figures.is_extrapolated else ''}{seconds:.2f}"


def _markdown(head: Sequence[str], lines: Iterable[Iterable[str]]) -> str:
    rows = [head, ["---", *["---:"] * (len(head) - 1)], *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
