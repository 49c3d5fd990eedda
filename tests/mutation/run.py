# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Mutate the modules of scope.toml, and see whether the unit tests notice; README.md says how."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import typing as t
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from mutants import Mutant, mutants_of
from recording import LIMITS
from trials import OPTIONS, Trials, Verdict

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "mutation.md"
_COLLECTION = Path("ansible_collections") / "sendcloud" / "email"
# What the tests run, and what they read.
_COPIED = ("plugins", "tests", "docs", "meta", "README.md", "pyproject.toml")
_MODULES = Path("plugins") / "module_utils"
_TESTS = Path("tests") / "unit"


@dataclasses.dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed: the line of source as it was and what it became."""

    module: str
    operator: str
    number: int
    line: str
    mutated: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of the mutants of one module."""

    module: str
    mutants: int
    survivors: tuple[Survivor, ...]


class Progress:
    """What came of the mutants so far, kept in a file as it comes; survivors are told at once.

    C(own) has the tests of a mutant's module: once they have changed, what survived them is tried again, unless
    C(accepted) explains it.
    """

    def __init__(
        self,
        folder: Path,
        kept: Path,
        own: Callable[[Mutant], list[str]],
        accepted: list[dict[str, str]],
        resume: bool,
    ) -> None:
        self._folder = folder
        self._kept = kept
        self._own = own
        self._accepted = accepted
        if not resume:
            kept.unlink(missing_ok=True)
        lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
        self._before = {key: (Verdict(verdict), tests) for key, verdict, tests in map(json.loads, lines)}
        self._counts: Counter[Verdict] = Counter()
        self._mutants: Counter[str] = Counter()
        self._survivors: dict[str, list[Survivor]] = defaultdict(list)

    def left(self, mutants: Iterable[Mutant]) -> list[Mutant]:
        """The mutants to be tried: all but those that were noticed before, are explained or survived the same tests."""
        left = []
        for mutant in mutants:
            before, tests = self._before.get(mutant.key(), (None, None))
            is_open = before is Verdict.SURVIVED and tests != self._tests(mutant)
            if before is None or (is_open and _reason(self._survivor(mutant), self._accepted) is None):
                left.append(mutant)
            else:
                self._count(mutant, before)
        print(f"{len(left)} mutants to be tried", file=sys.stderr, flush=True)
        # Those for which everything has to be imported anew take longest, and teach least.
        return sorted(left, key=lambda mutant: mutant.place.function is None)

    def tell(self, mutant: Mutant, verdict: Verdict) -> None:
        with self._kept.open("a", encoding="utf-8") as file:
            print(json.dumps([mutant.key(), verdict.value, self._tests(mutant)]), file=file)
        self._count(mutant, verdict)
        if verdict is Verdict.SURVIVED:
            print(_shown(self._survivor(mutant)), file=sys.stderr, flush=True)
        if sum(self._counts.values()) % 100 == 0:
            counts = (f"{count} {verdict.value}" for verdict, count in self._counts.items())
            print(time.strftime("%H:%M:%S"), *counts, sep=", ", file=sys.stderr, flush=True)

    def _tests(self, mutant: Mutant) -> str:
        tests = (Path(file) for file in self._own(mutant))
        contents = b"".join(path.read_bytes() for path in tests if path.exists())
        return hashlib.sha256(str(LIMITS).encode() + contents).hexdigest()

    def _count(self, mutant: Mutant, verdict: Verdict) -> None:
        self._counts[verdict] += 1
        module = self._name(mutant)
        if verdict is not Verdict.NO_PYTHON:
            self._mutants[module] += 1
        if verdict is Verdict.SURVIVED:
            self._survivors[module].append(self._survivor(mutant))

    def _survivor(self, mutant: Mutant) -> Survivor:
        operator = mutant.operator.removeprefix("core/")
        return Survivor(self._name(mutant), operator, mutant.number, *mutant.changed_lines())

    def outcomes(self) -> list[Outcome]:
        return [
            Outcome(
                module,
                mutants,
                tuple(sorted(self._survivors[module], key=lambda survivor: (survivor.number, survivor.mutated))),
            )
            for module, mutants in sorted(self._mutants.items())
        ]

    def _name(self, mutant: Mutant) -> str:
        return mutant.path.relative_to(self._folder).with_suffix("").as_posix()


def main() -> int:
    """Mutate, report; 1 where a mutant survived that accepted.toml does not explain."""
    scope = tomllib.loads((HERE / "scope.toml").read_text(encoding="utf-8"))
    accepted = tomllib.loads((HERE / "accepted.toml").read_text(encoding="utf-8"))["survivor"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the copy whose tests are run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time")
    parser.add_argument(
        "--resume", action="store_true", help="leave out what was tried before: right as long as tests are only added"
    )
    parser.add_argument(
        "--write", action="store_true", help="write docs/mutation.md, if all survivors are explained; needs all modules"
    )
    parser.add_argument("modules", nargs="*", help='such as "_run/plan"; default: all')
    arguments = parser.parse_args()
    if arguments.write and arguments.modules:
        parser.error("the page is about all modules: leave them out, or --write")

    outcomes = _outcomes(arguments, scope, accepted)
    unexplained: list[Survivor] = []
    explained: list[tuple[Survivor, str]] = []
    for outcome in outcomes:
        print(f"{outcome.module}: {outcome.mutants} mutants, {len(outcome.survivors)} survived")
        for survivor in outcome.survivors:
            reason = _reason(survivor, accepted)
            if reason is None:
                unexplained.append(survivor)
            else:
                explained.append((survivor, reason))
    print(*map(_shown, unexplained), sep="\n")
    mutants, survived = sum(outcome.mutants for outcome in outcomes), len(explained) + len(unexplained)
    print(f"{mutants} mutants, {survived} survived.")
    print(f"{len(explained)} survivors are explained in accepted.toml, {len(unexplained)} are not.")
    if not arguments.modules:
        print(*_unused(accepted, [survivor for survivor, _reason in explained]), sep="\n")
    if arguments.write and not unexplained:
        PAGE.write_text(_page(outcomes, explained), encoding="utf-8")
    return 1 if unexplained else 0


def _outcomes(arguments: argparse.Namespace, scope: dict[str, t.Any], accepted: list[dict[str, str]]) -> list[Outcome]:
    work = arguments.work.resolve()
    tree = work / _COLLECTION
    _copy(tree)
    os.chdir(tree)
    sys.path[:0] = [str(work), str(tree / "tests" / "emulator")]
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(work)

    folder = tree / _MODULES
    paths = [folder / f"{name}.py" for name in arguments.modules] or sorted(path for path in folder.rglob("*.py"))

    def own(mutant: Mutant) -> list[str]:
        module = mutant.path.relative_to(folder).with_suffix("")
        named = _MODULES / module.with_name(f"test_{module.name.lstrip('_')}.py")
        others = scope["tests"]["own"].get(module.as_posix(), [])
        return [str(_TESTS / test) for test in (*scope["tests"]["everywhere"], named, *others)]

    progress = Progress(folder, work / "verdicts", own, accepted, arguments.resume)
    mutants = progress.left(mutant for path in paths for mutant in mutants_of(path, scope["operators"]["excluded"]))
    tests = [str(_TESTS / test) for test in scope["tests"]["all"]]
    without = [f"--deselect={_TESTS / test}" for test in scope["tests"]["without"]]
    status = pytest.main(
        [*OPTIONS, *without, *tests],
        [Trials(tree, work, mutants, own, arguments.jobs, progress.tell)],
    )
    if status != 0:
        raise RuntimeError(f"pytest ended with {status}")
    return progress.outcomes()


def _copy(tree: Path) -> None:
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)


def _shown(survivor: Survivor) -> str:
    place = f"{survivor.module}, line {survivor.number}, {survivor.operator}"
    return f"{place}:\n    - {survivor.line}\n    + {survivor.mutated}"


def _reason(survivor: Survivor, accepted: list[dict[str, str]]) -> str | None:
    return next((entry["why"] for entry in accepted if _explains(entry, survivor)), None)


def _explains(entry: dict[str, str], survivor: Survivor) -> bool:
    if entry["line"] != survivor.line or entry.get("module", survivor.module) != survivor.module:
        return False
    return bool(re.fullmatch(entry.get("mutated", ".*"), survivor.mutated))


def _unused(accepted: list[dict[str, str]], survivors: list[Survivor]) -> Iterator[str]:
    for entry in accepted:
        if not any(_explains(entry, survivor) for survivor in survivors):
            yield f"accepted.toml explains what is noticed: {entry.get('module', 'all')}: {entry['line']}"


def _page(outcomes: list[Outcome], explained: list[tuple[Survivor, str]]) -> str:
    mutants = sum(outcome.mutants for outcome in outcomes)
    survived = sum(len(outcome.survivors) for outcome in outcomes)
    killed = mutants - survived
    lines = [
        "<!--",
        # The license header of this file, which is that of every file.
        *(line[2:] for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:4]),
        "-->",
        "",
        "# Mutation testing",
        "",
        "One thing in the code of `plugins/module_utils` is changed at a time (`<` into `<=`, `and` into `or`, ...),",
        "and the unit tests have to notice. A change that they do not notice is a test that is missing, or code that",
        'does not matter. This page is written by `nox -s mutation -- --write`; "tests/mutation/README.md" says more.',
        "",
        f"- Commit: {_commit()}",
        f"- Date: {date.today().isoformat()}",
        f"- Tool: the operators of cosmic-ray {importlib.metadata.version('cosmic-ray')}, "
        f"with Python {sys.version_info.major}.{sys.version_info.minor}",
        f"- Score: **{killed} of {mutants}** mutants were noticed ({100 * killed / mutants:.1f} %). The other "
        f"{survived} were looked at one by one; below is why no test can, or need, notice them.",
        "",
        "| module | mutants | noticed | |",
        "| --- | ---: | ---: | ---: |",
        *map(_row, outcomes),
        "",
        "## Mutants that were not noticed",
        "",
        "| module | line | became | why that is all right |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{survivor.module}.py` | {_code(survivor.line)} | {_code(survivor.mutated)} | {reason} |"
            for survivor, reason in explained
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(outcome: Outcome) -> str:
    noticed = outcome.mutants - len(outcome.survivors)
    return f"| `{outcome.module}.py` | {outcome.mutants} | {noticed} | {100 * noticed / outcome.mutants:.1f} % |"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.strip()


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


if __name__ == "__main__":
    sys.exit(main())
