# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write the table of versions in docs/versions.md from the rows that row.py has left; "nox -s versions" calls this."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

# That of this file: the checks of licenses would take a second one in it for its own.
_HEADER = [line[2:] for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:4]]
_LICENSE = "\n".join(["<!--", *_HEADER, "-->"])

_PAGE = """\
{license}

# Which versions the collection is tested with

`make matrix` has written this page, last on {day}. It runs the unit tests and the integration targets on each release
of ansible-core, and the targets once more with modules on each Python that is installed and that this ansible-core
manages.

| {header} |
|{rule}|
{rows}

The numbers are those of tests or targets. *Not installed* means that the machine did not have that Python, and an empty
cell that this ansible-core does not manage it. A release candidate is tested, too, and does not count.
"""


@dataclass(frozen=True)
class Result:
    """How many tests have passed, and how many have not."""

    passed: int
    failed: int

    def __str__(self) -> str:
        return f"**{self.failed} failed**, {self.passed} passed" if self.failed else f"{self.passed} passed"


@dataclass(frozen=True)
class Row:
    """What became of one release of ansible-core; C(manages) lists the Pythons that its modules may run on."""

    ansible_core: str
    python: str
    units: Result
    targets: Result
    modules: Mapping[str, Result]
    manages: Sequence[str]

    @classmethod
    def read(cls, text: str) -> Self:
        """A row as row.py writes it."""
        row: dict[str, Any] = json.loads(text)
        modules = {version: Result(**result) for version, result in row.pop("modules").items()}
        return cls(units=Result(**row.pop("units")), targets=Result(**row.pop("targets")), modules=modules, **row)

    @property
    def counts(self) -> bool:
        """It is a release."""
        return re.fullmatch(r"[\d.]+", self.ansible_core) is not None

    @property
    def release(self) -> tuple[int, ...]:
        """Its numbers, to sort by."""
        return _numbers(self.ansible_core)

    @property
    def has_passed(self) -> bool:
        """No test has failed."""
        return not any(result.failed for result in (self.units, self.targets, *self.modules.values()))

    def cells(self, pythons: Sequence[str]) -> list[str]:
        """Its cells in the table, with a column for each of these Pythons."""
        name = self.ansible_core if self.counts else f"{self.ansible_core} (does not count)"
        return [name, self.python, str(self.units), str(self.targets), *(self._cell(python) for python in pythons)]

    def _cell(self, python: str) -> str:
        if python not in self.manages:
            return ""
        return str(self.modules[python]) if python in self.modules else "*not installed*"


def page(rows: Sequence[Row], day: date) -> str:
    """The whole page, with the rows in the order of their releases."""
    pythons = sorted({python for row in rows for python in row.manages}, key=_numbers)
    header = ["ansible-core", "on Python", "unit tests", "targets", *(f"modules on {python}" for python in pythons)]
    lines = [f"| {' | '.join(row.cells(pythons))} |" for row in sorted(rows, key=lambda row: row.release)]
    return _PAGE.format(
        license=_LICENSE,
        day=day,
        header=" | ".join(header),
        rule="---|" * (len(header) - 1) + "---",
        rows="\n".join(lines),
    )


def problems(rows: Sequence[Row], expected: Sequence[str]) -> list[str]:
    """What is wrong: a release that is expected and was not run, or that has failed."""
    by_release = {".".join(map(str, row.release[:2])): row for row in rows}
    missing = [f"ansible-core {release} was not run" for release in expected if release not in by_release]
    return missing + [
        f"ansible-core {row.ansible_core} has failed" for row in rows if row.counts and not row.has_passed
    ]


def main() -> int:
    """Return 0 if each release that is expected was run and has passed."""
    parser = argparse.ArgumentParser(description="Write the table of versions.")
    parser.add_argument("--rows", type=Path, required=True, help="folder of the rows")
    parser.add_argument("--page", type=Path, required=True, help="file to write")
    parser.add_argument("expected", nargs="+", help="releases of ansible-core that must be there, such as 2.17")
    options = parser.parse_args()
    rows = [Row.read(file.read_text(encoding="utf-8")) for file in sorted(options.rows.glob("*.json"))]
    options.page.write_text(page(rows, date.today()), encoding="utf-8")
    wrong = problems(rows, options.expected)
    print(*wrong, f"The table is in {options.page}.", sep="\n")
    return 1 if wrong else 0


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


if __name__ == "__main__":
    sys.exit(main())
