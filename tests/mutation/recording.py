# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which lines each test runs, and how long it takes: what the tests of a mutant are chosen by."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import pickle
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import coverage
import pytest
from mutants import Mutant

# Of a module's own tests and of the others, the first ones are run, that take no more than so many seconds of the
# processor together.
LIMITS = _OWN, _WIDER = 15.0, 1.0
# How coverage names what runs before a context is switched to.
_AT_IMPORT = ""
# What tests use: everything in these folders but other tests.
_SHARED = ("plugins", "tests/emulator", "tests/unit")

Lines = frozenset[tuple[str, int]]


@dataclasses.dataclass(frozen=True)
class Run:
    """A test without a mutant: seconds of the processor and on the wall, and the lines it runs, by their file."""

    passed: bool
    cpu: float
    wall: float
    lines: Lines


class Record:
    """Which test runs which lines, and which lines run when modules and tests are imported."""

    def __init__(self, runs: Mapping[str, Run], at_import: Lines) -> None:
        self.runs = {test: run for test, run in runs.items() if run.passed}
        self._at_import = at_import
        self._tests: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._tests_of_file: dict[str, set[str]] = defaultdict(set)
        for test, run in self.runs.items():
            for file, line in run.lines:
                self._tests[(file, line)].add(test)
                self._tests_of_file[file].add(test)

    def runs_at_import(self, mutant: Mutant) -> bool:
        """Whether the changed statement is run, or may be, before the first test is."""
        lines = {(str(mutant.path), line) for line in mutant.place.lines}
        return mutant.place.function is None or bool(lines & self._at_import)

    def tests_of(self, mutant: Mutant, own: Sequence[str]) -> list[str]:
        """The tests that may notice, those in the module's own files first, file by file, and the quickest of each.

        They are those that run the changed statement; for a change to what runs at import, the module's own, and those
        that run any line of the module, or if it has none that a test runs, all.
        """
        file, place = str(mutant.path), mutant.place
        if self.runs_at_import(mutant):
            tests = set(self._tests_of_file[file] or self.runs)
            tests |= {test for test in self.runs if file_of(test) in own}
        else:
            tests = self._of_lines(file, place.lines) or self._of_lines(file, place.function_lines)
        ordered = sorted(tests, key=lambda test: self.runs[test].wall)
        own_ones = [test for file in own for test in ordered if file_of(test) == file]
        others = [test for test in ordered if file_of(test) not in own]
        return [*self._within(_OWN, own_ones), *self._within(_WIDER, others)]

    def _within(self, seconds: float, tests: list[str]) -> list[str]:
        ends = itertools.accumulate(self.runs[test].cpu for test in tests)
        return [test for test, end in zip(tests, ends, strict=True) if end <= seconds]

    def _of_lines(self, file: str, lines: range) -> set[str]:
        return {test for line in lines for test in self._tests.get((file, line), ())}


class Recorder:
    """A plugin of pytest that makes a record; to be made before anything of the collection is imported."""

    def __init__(self, folder: Path) -> None:
        self._coverage = coverage.Coverage(data_file=None, config_file=False, include=[f"{folder}/*"])
        # Some tests run nothing of the collection, and pytest makes errors of warnings.
        self._coverage.set_option("run:disable_warnings", ["no-data-collected"])
        self._seconds: dict[str, tuple[float, float]] = {}
        self._failed: set[str] = set()
        self.start()

    def start(self) -> None:
        self._coverage.start()

    def stop(self) -> None:
        self._coverage.stop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        self._coverage.switch_context(item.nodeid)
        cpu, wall = time.process_time(), time.monotonic()
        result = yield
        self._seconds[item.nodeid] = (time.process_time() - cpu, time.monotonic() - wall)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)

    def at_import(self) -> Lines:
        return self._lines().get(_AT_IMPORT, frozenset())

    def runs(self) -> dict[str, Run]:
        lines = self._lines()
        return {
            test: Run(test not in self._failed, cpu, wall, lines.get(test, frozenset()))
            for test, (cpu, wall) in self._seconds.items()
        }

    def _lines(self) -> dict[str, Lines]:
        data = self._coverage.get_data()
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for file in data.measured_files():
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    found[context].add((file, line))
        return {context: frozenset(lines) for context, lines in found.items()}


class Store:
    """A file that keeps what was recorded of files of tests that have not changed since, nor has what they use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, tree: Path, files: Sequence[str]) -> dict[str, Run]:
        """What is known of the tests in these files."""
        if not self._path.exists():
            return {}
        kept: dict[str, dict[str, Run]] = pickle.loads(self._path.read_bytes())
        keys = _keys(tree, files)
        return {test: run for file in files for test, run in kept.get(keys[file], {}).items()}

    def save(self, tree: Path, runs: Mapping[str, Run]) -> None:
        files = sorted(set(map(file_of, runs)))
        keys = _keys(tree, files)
        kept: dict[str, dict[str, Run]] = {key: {} for key in keys.values()}
        for test, run in runs.items():
            kept[keys[file_of(test)]][test] = run
        self._path.write_bytes(pickle.dumps(kept))


def _keys(tree: Path, files: Sequence[str]) -> dict[str, str]:
    shared = hashlib.sha256()
    for path in sorted(path for folder in _SHARED for path in tree.glob(f"{folder}/**/*.py")):
        if path.name[:5] != "test_":
            shared.update(path.read_bytes())
    return {file: shared.hexdigest() + hashlib.sha256((tree / file).read_bytes()).hexdigest() for file in files}


def file_of(test: str) -> str:
    """The file of a test, of its ID."""
    return test.partition("::")[0]
