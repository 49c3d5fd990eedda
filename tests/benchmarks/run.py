# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Measure how long tasks take: with this collection, by hand with C(ansible.builtin.uri), and doing nothing.

C(make bench) runs all of it, in less than half an hour on an idle machine with two processors, and writes
C(docs/benchmarks.md), C(docs/benchmarks.json) and C(docs/benchmarks.svg). For a part of it:
C(make bench ARGS="--rows loop20 --repeat 1").
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import page
import plot
from accounts import accounts_of
from figures import Runs, Table
from playing import Run, play
from rows import ROWS, WAYS, Row, Way

_REPEAT = 5
_One = TypeVar("_One", Row, Way)


def main() -> int:
    """Return 0: what is slow is no mistake."""
    options = _parser().parse_args()
    rows = _chosen(ROWS, options.rows)
    ways = _chosen(WAYS, options.ways)
    started = time.monotonic()
    runs = {row.key: _measure(row, [way for way in ways if _is_run(row, way)], options.repeat) for row in rows}
    table = Table(runs)
    text = page.as_markdown(table, _surroundings(), options.repeat)
    print(text)
    if options.json:
        _write(options.json, runs)
    if options.svg:
        plot.draw(table, options.svg)
    if options.docs:
        _write(options.docs / "benchmarks.json", runs)
        plot.draw(table, options.docs / "benchmarks.svg")
        page.update(options.docs / "benchmarks.md", text)
    _say(f"This took {(time.monotonic() - started) / 60:.0f} minutes.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure how long tasks take.")
    rows, ways = ([one.key for one in all_of] for all_of in (ROWS, WAYS))
    parser.add_argument("--rows", nargs="+", choices=rows, default=rows, help="only these (default: all)")
    parser.add_argument("--ways", nargs="+", choices=ways, default=ways, help="only these (default: all)")
    parser.add_argument("--repeat", type=int, default=_REPEAT, help="how often each is run (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the raw figures here")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the figures here")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="update benchmarks.md, .json and .svg in there")
    return parser


def _chosen(all_of: Sequence[_One], keys: Sequence[str]) -> list[_One]:
    return [one for one in all_of if one.key in keys]


def _is_run(row: Row, way: Way) -> bool:
    return row.extrapolated_from is None or not way.is_by_hand


def _measure(row: Row, ways: Sequence[Way], repeat: int) -> dict[str, list[Run]]:
    """Run all ways of a row in turn, so that whatever else the machine does meets them alike."""
    runs: dict[str, list[Run]] = {way.key: [] for way in ways}
    with accounts_of(row) as accounts:
        for number in range(1, repeat + 1):
            for way in ways:
                run = play(row, way, accounts)
                runs[way.key].append(run)
                _say(f"{row.key}, {way.key}, {number} of {repeat}: {run.tasks:.2f} s for the tasks, {run.wall:.2f} s")
    return runs


def _surroundings() -> dict[str, str]:
    return {
        "processors": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "ansible-core": importlib.metadata.version("ansible-core"),
        "Mitogen": importlib.metadata.version("mitogen"),
    }


def _write(path: Path, runs: Runs) -> None:
    def raw(ways: Mapping[str, Sequence[Run]]) -> dict[str, list[dict[str, Any]]]:
        return {way: [dataclasses.asdict(run) for run in measured] for way, measured in ways.items()}

    figures = {"surroundings": _surroundings(), "runs": {row: raw(ways) for row, ways in runs.items()}}
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
