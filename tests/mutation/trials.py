# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Mutants tried within one pytest, which collects the tests once; each trial is a fork of its process.

The plugin takes the place of pytest's loop over the tests. A first fork runs all of them and records which lines each
of them runs. Then each mutant has a fork, which puts the mutant's code into the functions that are there, and runs the
tests that run the changed statement. Where that statement runs at import, the fork imports everything anew instead.

A trial ends with the first test that fails. Each test has a limit of its own: on the time of the processor, so that a
busy machine makes no mutant look noticed, and a long one by the clock. What runs into one is tried again, alone.
"""

from __future__ import annotations

import dataclasses
import enum
import gc
import importlib
import os
import pickle
import resource
import signal
import sys
import types
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from mutants import Mutant
from recording import Record, Recorder, Run, Store, file_of

OPTIONS = (
    "--exitfirst",
    "--quiet",
    "--capture=no",
    "--hypothesis-profile=ci",
    "-pno:cacheprovider",
    "-Wignore::pytest.PytestAssertRewriteWarning",
    # Tests that play thousands of runs of what others cover.
    "-mnot no_cover",
)
# How many times what a test takes without a mutant it may take with one, and how many seconds more.
_TIMES = 5
_MORE_CPU, _MORE_WALL = 3.0, 60.0
# Making the mutant and importing it, as if it were a test.
_BEGINNING = Run(passed=True, cpu=2, wall=10, lines=frozenset())
_MEMORY = 4 * 1024**3
_NO_PYTHON = 77
_TIME_IS_UP = (signal.SIGPROF, signal.SIGALRM)
_COLLECTION = "ansible_collections.sendcloud.email."

_Functions = Sequence[types.FunctionType]


class Verdict(enum.Enum):
    """What came of a mutant."""

    SURVIVED = "survived"
    NOTICED = "noticed"
    NO_PYTHON = "no Python"


class Trials:
    """A plugin of pytest that tries mutants of the modules in a folder."""

    def __init__(
        self,
        tree: Path,
        store: Store,
        mutants: Sequence[Mutant],
        own: Callable[[Mutant], Sequence[str]],
        jobs: int,
        tell: Callable[[Mutant, Verdict], None],
    ) -> None:
        self._tree = tree
        self._mutants = mutants
        self._own = own
        self._jobs = jobs
        self._tell = tell
        self._recorder = Recorder(tree / "plugins")
        self._store = store
        self._runs: Mapping[str, Run] = {}
        self._at_end: Callable[[int], None] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Return none in a fork, which goes on with pytest's own loop."""
        self._recorder.stop()
        at_import = self._recorder.at_import()
        runs = self._record(session)
        if runs is None:
            return None
        for test in (test for test, run in runs.items() if not run.passed):
            print(f"{test} does not pass without a mutant, and is left out.", file=sys.stderr)
        self._runs = runs
        # What is there by now is not looked at by a fork's garbage collector, which would copy its memory.
        gc.freeze()
        return self._try_all(session, Record(runs, at_import))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._at_end is not None:
            self._at_end(int(exitstatus))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        if self._runs:
            _limit(self._runs[item.nodeid])
        return (yield)

    def _record(self, session: pytest.Session) -> Mapping[str, Run] | None:
        """Fork recorders, each for some of the files, and collect what they found; none in a fork."""
        runs = self._store.load(self._tree, sorted({file_of(item.nodeid) for item in session.items}))
        files = sorted({file_of(item.nodeid) for item in session.items} - {file_of(test) for test in runs})
        pipes: list[int] = []
        for number in range(self._jobs):
            read, write = os.pipe()
            if not os.fork():
                mine = files[number :: self._jobs]
                session.items[:] = [item for item in session.items if file_of(item.nodeid) in mine]
                self._begin_to_record(session, write)
                return None
            os.close(write)
            pipes.append(read)
        for read in pipes:
            with open(read, "rb") as pipe:
                runs.update(pickle.load(pipe))
            os.wait()
        self._store.save(self._tree, runs)
        return runs

    def _begin_to_record(self, session: pytest.Session, write: int) -> None:
        def hand_over(_status: int) -> None:
            self._recorder.stop()
            with open(write, "wb") as pipe:
                pickle.dump(self._recorder.runs(), pipe)
            os._exit(0)

        self._at_end = hand_over
        session.config.option.maxfail = 0
        session.config.pluginmanager.register(self._recorder)
        _be_silent()
        self._recorder.start()

    def _try_all(self, session: pytest.Session, record: Record) -> bool | None:
        functions = _functions(self._tree / "plugins")
        running: dict[int, _Trial] = {}
        waiting = deque(_Trial(mutant) for mutant in self._mutants)
        timed_out: deque[_Trial] = deque()
        while waiting or running or timed_out:
            if not waiting and not running:
                waiting.append(dataclasses.replace(timed_out.popleft(), alone=True))
            while waiting and len(running) < self._jobs:
                trial = waiting.popleft()
                tests = record.tests_of(trial.mutant, self._own(trial.mutant))
                if not tests:
                    self._tell(trial.mutant, Verdict.SURVIVED)
                elif child := os.fork():
                    running[child] = trial
                else:
                    in_place = () if record.runs_at_import(trial.mutant) else functions.get(_key(trial.mutant), ())
                    return self._begin(session, trial.mutant, tests, in_place)
            if not running:
                continue
            child, status = os.wait()
            trial = running.pop(child)
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TIME_IS_UP and not trial.alone:
                timed_out.append(trial)
            else:
                self._tell(trial.mutant, _verdict(status))
        return True

    def _begin(self, session: pytest.Session, mutant: Mutant, tests: list[str], functions: _Functions) -> None:
        """Put the mutant in place, in a fork; whatever runs the tests then ends with it."""
        _be_silent()
        _limit(_BEGINNING)
        self._at_end = os._exit
        code = mutant.code()
        if code is None:
            os._exit(_NO_PYTHON)
        if not functions or not _replace(functions, code):
            self._at_end = None
            os._exit(self._import_and_test(mutant, code, tests))
        items = {item.nodeid: item for item in session.items}
        session.items[:] = [items[test] for test in tests]

    def _import_and_test(self, mutant: Mutant, code: types.CodeType, tests: list[str]) -> int:
        for name, module in list(sys.modules.items()):
            file = Path(getattr(module, "__file__", None) or "/")
            is_ours = self._tree in file.parents and "emulator" not in file.relative_to(self._tree).parts[:2]
            if is_ours or name.startswith(_COLLECTION):
                del sys.modules[name]
        try:
            _import(mutant, code, self._tree)
        except Exception:
            return 1
        own = [test for test in tests if file_of(test) in self._own(mutant)]
        return self._test(own) or self._test(tests[len(own) :])

    def _test(self, tests: list[str]) -> int:
        if not tests:
            return 0
        return int(pytest.main([*OPTIONS, *dict.fromkeys(map(file_of, tests))], [_Chosen(tests, self._runs)]))


class _Chosen:
    """A plugin of pytest that runs these tests, in this order."""

    def __init__(self, tests: list[str], runs: Mapping[str, Run]) -> None:
        self._order = {test: number for number, test in enumerate(tests)}
        self._runs = runs

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(chosen, key=lambda item: self._order[item.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        _limit(self._runs[item.nodeid])
        return (yield)


@dataclasses.dataclass(frozen=True)
class _Trial:
    mutant: Mutant
    alone: bool = False


def _functions(folder: Path) -> dict[tuple[str, int | None], _Functions]:
    """The functions of these files, nested ones apart, by their file and first line."""
    found: dict[tuple[str, int | None], list[types.FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and "<locals>" not in thing.__qualname__:
            found[(thing.__code__.co_filename, thing.__code__.co_firstlineno)].append(thing)
    return {key: functions for key, functions in found.items() if folder in Path(key[0]).parents}


def _key(mutant: Mutant) -> tuple[str, int | None]:
    return (str(mutant.path), mutant.place.function)


def _replace(functions: _Functions, module: types.CodeType) -> bool:
    """Give these functions the mutant's code; false where that cannot be."""
    codes = {(code.co_firstlineno, code.co_name): code for code in _codes(module)}
    try:
        for function in functions:
            function.__code__ = codes[(function.__code__.co_firstlineno, function.__code__.co_name)]
    except ValueError:  # it has other variables of the scopes around it
        return False
    return True


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


def _import(mutant: Mutant, code: types.CodeType, tree: Path) -> None:
    name = _COLLECTION + ".".join(mutant.path.relative_to(tree).with_suffix("").parts)
    package = importlib.import_module(name.rpartition(".")[0])
    module = types.ModuleType(name)
    module.__file__ = str(mutant.path)
    module.__package__ = package.__name__
    sys.modules[name] = module
    setattr(package, name.rpartition(".")[2], module)
    exec(code, module.__dict__)


def _limit(usual: Run) -> None:
    signal.setitimer(signal.ITIMER_PROF, _TIMES * usual.cpu + _MORE_CPU)
    signal.setitimer(signal.ITIMER_REAL, _TIMES * usual.wall + _MORE_WALL)


def _be_silent() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _verdict(status: int) -> Verdict:
    if status == 0:
        return Verdict.SURVIVED
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_PYTHON:
        return Verdict.NO_PYTHON
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError("no test was run")
    return Verdict.NOTICED
