# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Mutants tried within one pytest, which collects the tests once; each trial is a fork of its process.

The plugin takes the place of pytest's loop over the tests. A first fork runs all of them and records which lines each
of them runs. Then each mutant has a fork, which puts the mutant's code into the functions that are there, and runs the
tests that run the changed statement. Where that statement runs at import, the fork imports everything anew instead.

A trial ends with the first test that fails. Each test has a limit of its own: on the time of the processor, so that a
busy machine makes no mutant look noticed, and a long one by the clock. What runs into one is tried again at the end,
with more time.
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
import tempfile
import types
import typing as t
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import hypothesis
import pytest
from mutants import Mutant
from recording import Record, Recorder, Run, Store, file_of

# That a test fails is all there is to know: the simplest example of it need not be found, nor shown.
hypothesis.settings.register_profile(
    "mutants", hypothesis.settings.get_profile("ci"), phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate)
)
OPTIONS = (
    "--exitfirst",
    "--quiet",
    "--capture=no",
    "--tb=no",
    "-rN",
    "--assert=plain",
    "--hypothesis-profile=mutants",
    "-pno:cacheprovider",
    "-Wignore::pytest.PytestAssertRewriteWarning",
    # Tests that play thousands of runs of what others cover.
    "-mnot no_cover",
)
# How many times what a test takes without a mutant it may take with one, and how many seconds of the processor and on
# the wall more: at first, and the second time, when nearly all only wait, so that more are tried side by side.
_TIMES = 5
_MORE, _MORE_AGAIN = (1.0, 6.0), (3.0, 30.0)
_SIDE_BY_SIDE_AGAIN = 4
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
        work: Path,
        mutants: Sequence[Mutant],
        own: Callable[[Mutant], Sequence[str]],
        jobs: int,
        tell: Callable[[Mutant, Verdict], None],
    ) -> None:
        self._tree = tree
        self._work = work
        self._mutants = mutants
        self._own = own
        self._jobs = jobs
        self._tell = tell
        self._recorder = Recorder(tree / "plugins")
        self._store = Store(work / "recorded")
        self._runs: Mapping[str, Run] = {}
        self._at_end: Callable[[int], None] | None = None
        self._more = _MORE
        self._noticing: Counter[tuple[t.Hashable, str]] = Counter()

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

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._at_end is not None and report.failed:
            _leave_note(self._work, report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self._at_end is not None:
            self._at_end(int(exitstatus))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        if self._runs:
            _limit(self._runs[item.nodeid], self._more)
        return (yield)

    def _record(self, session: pytest.Session) -> Mapping[str, Run] | None:
        """Fork recorders, each for some of the files, and collect what they found; none in a fork."""
        tests = {item.nodeid for item in session.items}
        known = self._store.load(self._tree, sorted(set(map(file_of, tests))))
        # Where a test has another name each time, what is known of it is of no use.
        files = sorted({file_of(test) for test in tests ^ set(known)})
        runs = {test: run for test, run in known.items() if file_of(test) not in files}
        recorders: list[tuple[int, Path, Path]] = []
        for number in range(min(self._jobs, len(files))):
            found, said = (self._work / f"recorder-{number}.{kind}" for kind in ("found", "said"))
            found.unlink(missing_ok=True)
            if child := os.fork():
                recorders.append((child, found, said))
                continue
            mine = files[number :: self._jobs]
            session.items[:] = [item for item in session.items if file_of(item.nodeid) in mine]
            self._begin_to_record(session, found, said)
            return None
        for child, found, said in recorders:
            _child, status = os.waitpid(child, 0)
            if status != 0 or not found.exists():
                code = os.waitstatus_to_exitcode(status)
                raise RuntimeError(
                    f"the tests that record which lines they run ended with {code}; {said} has their output"
                )
            runs.update(pickle.loads(found.read_bytes()))
        self._store.save(self._tree, runs)
        return runs

    def _begin_to_record(self, session: pytest.Session, found: Path, said: Path) -> None:
        def hand_over(_status: int) -> None:
            self._recorder.stop()
            found.write_bytes(pickle.dumps(self._recorder.runs()))
            os._exit(0)

        self._at_end = hand_over
        session.config.option.maxfail = 0
        session.config.pluginmanager.register(self._recorder)
        _be_bounded(said)
        self._recorder.start()

    def _try_all(self, session: pytest.Session, record: Record) -> bool | None:
        functions = _functions(self._tree / "plugins")
        running: dict[int, _Trial] = {}
        waiting = deque(_Trial(mutant) for mutant in self._mutants)
        timed_out: list[_Trial] = []
        jobs = self._jobs
        while waiting or running or timed_out:
            if not waiting and not running:
                waiting.extend(dataclasses.replace(trial, is_second=True) for trial in timed_out)
                timed_out.clear()
                jobs *= _SIDE_BY_SIDE_AGAIN
            while waiting and len(running) < jobs:
                trial = waiting.popleft()
                tests = self._in_order(trial.mutant, record.tests_of(trial.mutant, self._own(trial.mutant)))
                if not tests:
                    self._tell(trial.mutant, Verdict.SURVIVED if trial.mutant.code() else Verdict.NO_PYTHON)
                elif child := os.fork():
                    running[child] = trial
                else:
                    self._more = _MORE_AGAIN if trial.is_second else _MORE
                    in_place = () if record.runs_at_import(trial.mutant) else functions.get(_key(trial.mutant), ())
                    return self._begin(session, trial.mutant, tests, in_place)
            if not running:
                continue
            child, status = os.wait()
            trial = running.pop(child)
            noticing = _take_note(self._work, child)
            self._noticing.update((key, noticing) for key in _keys(trial.mutant) if noticing)
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) in _TIME_IS_UP and not trial.is_second:
                timed_out.append(trial)
            else:
                self._tell(trial.mutant, _verdict(status))
        return True

    def _in_order(self, mutant: Mutant, tests: list[str]) -> list[str]:
        """The tests, those first that noticed other mutants of the function, then those of the module."""
        return sorted(tests, key=lambda test: [-self._noticing[(key, test)] for key in _keys(mutant)])

    def _begin(self, session: pytest.Session, mutant: Mutant, tests: list[str], functions: _Functions) -> None:
        """Put the mutant in place, in a fork; whatever runs the tests then ends with it."""
        _be_bounded(Path(os.devnull))
        _limit(_BEGINNING, self._more)
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
        own = [test for test in tests if file_of(test) in self._own(mutant)]
        with tempfile.TemporaryDirectory(dir=self._work) as folder:
            try:
                _import(mutant, code, self._tree, Path(folder))
            except Exception:
                return 1
            return self._test(own) or self._test([test for test in tests if test not in own])

    def _test(self, tests: list[str]) -> int:
        if not tests:
            return 0
        chosen = _Chosen(tests, self._runs, self._more, self._work)
        return int(pytest.main([*OPTIONS, *dict.fromkeys(map(file_of, tests))], [chosen]))


class _Chosen:
    """A plugin of pytest that runs these tests, in this order."""

    def __init__(self, tests: list[str], runs: Mapping[str, Run], more: tuple[float, float], work: Path) -> None:
        self._order = {test: number for number, test in enumerate(tests)}
        self._runs = runs
        self._more = more
        self._work = work

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            _leave_note(self._work, report.nodeid)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self._order]
        items[:] = sorted(chosen, key=lambda item: self._order[item.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item):
        _limit(self._runs[item.nodeid], self._more)
        return (yield)


@dataclasses.dataclass(frozen=True)
class _Trial:
    mutant: Mutant
    is_second: bool = False


def _functions(folder: Path) -> dict[tuple[str, int | None], _Functions]:
    """The functions of these files, nested ones apart, by their file and first line."""
    found: dict[tuple[str, int | None], list[types.FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and "<locals>" not in thing.__qualname__:
            found[(thing.__code__.co_filename, thing.__code__.co_firstlineno)].append(thing)
    return {key: functions for key, functions in found.items() if folder in Path(key[0]).parents}


def _leave_note(work: Path, test: str) -> None:
    """Tell the process that began this trial which test has noticed the mutant."""
    (work / f"noticed-{os.getpid()}").write_text(test, encoding="utf-8")


def _take_note(work: Path, child: int) -> str | None:
    note = work / f"noticed-{child}"
    if not note.exists():
        return None
    test = note.read_text(encoding="utf-8")
    note.unlink()
    return test


def _keys(mutant: Mutant) -> tuple[t.Hashable, t.Hashable]:
    return _key(mutant), mutant.path


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


def _import(mutant: Mutant, code: types.CodeType, tree: Path, folder: Path) -> None:
    name = _COLLECTION + ".".join(mutant.path.relative_to(tree).with_suffix("").parts)
    package = importlib.import_module(name.rpartition(".")[0])
    module = types.ModuleType(name)
    # Some tests run the file once more, in surroundings of their own.
    copy = folder / mutant.path.name
    copy.write_text(mutant.text(), encoding="utf-8")
    module.__file__ = str(copy)
    module.__package__ = package.__name__
    sys.modules[name] = module
    setattr(package, name.rpartition(".")[2], module)
    exec(code, module.__dict__)


def _limit(usual: Run, more: tuple[float, float]) -> None:
    more_cpu, more_wall = more
    signal.setitimer(signal.ITIMER_PROF, _TIMES * usual.cpu + more_cpu)
    signal.setitimer(signal.ITIMER_REAL, _TIMES * usual.wall + more_wall)


def _be_bounded(said: Path) -> None:
    """Limit the memory of this process, and send what it says into a file."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)


def _verdict(status: int) -> Verdict:
    if status == 0:
        return Verdict.SURVIVED
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_PYTHON:
        return Verdict.NO_PYTHON
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError("no test was run")
    return Verdict.NOTICED
