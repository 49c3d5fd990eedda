# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Mutate the modules of scope.toml with cosmic-ray, and see whether the unit tests notice; README.md says how."""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import importlib.metadata
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "mutation.md"
_COLLECTION = Path("ansible_collections") / "sendcloud" / "email"
_COPIED = ("plugins", "tests", "pyproject.toml")
_TESTS = Path("tests") / "unit" / "plugins" / "module_utils"
# A mutant that loops for ever is stopped after so many times what the tests take without one.
_PATIENCE = 10


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


def main() -> int:
    """Mutate, report; 1 where a mutant survived that accepted.toml does not explain."""
    scope = tomllib.loads((HERE / "scope.toml").read_text(encoding="utf-8"))
    accepted = tomllib.loads((HERE / "accepted.toml").read_text(encoding="utf-8"))["survivor"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the copies that are mutated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="modules at a time")
    parser.add_argument("--write", action="store_true", help="write docs/mutation.md")
    parser.add_argument("modules", nargs="*", default=sorted(scope["modules"]), help="default: all of scope.toml")
    arguments = parser.parse_args()

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        mutations = [pool.submit(_mutate, module, scope, arguments.work.resolve()) for module in arguments.modules]
        outcomes = [mutation.result() for mutation in mutations]

    unexplained = 0
    explained: list[tuple[Survivor, str]] = []
    for outcome in outcomes:
        print(f"{outcome.module}: {outcome.mutants} mutants, {len(outcome.survivors)} survived")
        for survivor in outcome.survivors:
            reason = _reason(survivor, accepted)
            if reason is None:
                unexplained += 1
                print(
                    f"  line {survivor.number}, {survivor.operator}:\n    - {survivor.line}\n    + {survivor.mutated}"
                )
            else:
                explained.append((survivor, reason))
    print(f"{len(explained)} survivors are explained in accepted.toml, {unexplained} are not.")
    if arguments.write:
        PAGE.write_text(_page(outcomes, explained), encoding="utf-8")
    return 1 if unexplained else 0


def _mutate(module: str, scope: dict[str, Any], work: Path) -> Outcome:
    place = work / module
    shutil.rmtree(place, ignore_errors=True)
    tree = place / _COLLECTION
    tree.mkdir(parents=True)
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree / name)
    environment = os.environ | {
        "HYPOTHESIS_STORAGE_DIRECTORY": str(place / "hypothesis"),
        "PYTHONPATH": os.pathsep.join([str(place), str(tree / "tests" / "emulator")]),
    }

    def call(*command: str) -> str:
        return subprocess.run(
            command, cwd=tree, env=environment, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        ).stdout

    tests = [str(_TESTS / f"{name}.py") for name in scope["modules"][module]]
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-profile=ci"]
    test_command = [sys.executable, "-m", "pytest", *options, *tests]
    started = time.monotonic()
    call(*test_command)
    timeout = _PATIENCE * (time.monotonic() - started)
    # From here on only what that run compiled is used: a mutant may be as old and as long as the one before.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"

    source = Path("plugins") / "module_utils" / f"{module}.py"
    configuration, session = str(place / "cosmic-ray.toml"), str(place / "session.sqlite")
    Path(configuration).write_text(
        "[cosmic-ray]\n"
        f"module-path = {json.dumps(str(source))}\n"
        f"timeout = {timeout:.0f}.0\n"
        "excluded-modules = []\n"
        f"test-command = {json.dumps(shlex.join(test_command))}\n"
        "[cosmic-ray.distributor]\n"
        'name = "local"\n'
        "[cosmic-ray.filters.operators-filter]\n"
        f"exclude-operators = {json.dumps(scope['operators']['excluded'])}\n",
        encoding="utf-8",
    )
    tools = Path(sys.executable).parent
    call(str(tools / "cosmic-ray"), "init", configuration, session)
    call(str(tools / "cr-filter-operators"), session, configuration)
    call(str(tools / "cosmic-ray"), "exec", configuration, session)
    return _outcome(module, call(str(tools / "cosmic-ray"), "dump", session))


def _outcome(module: str, dump: str) -> Outcome:
    mutants = 0
    survivors = []
    for line in dump.splitlines():
        item, result = json.loads(line)
        if result is None:
            raise RuntimeError(f"{module}: a mutant was not tried")
        if result["worker_outcome"] == "skipped":
            continue
        mutants += 1
        if result["test_outcome"] == "survived":
            mutation = item["mutations"][0]
            old, new = _changed_lines(result["diff"])
            survivors.append(
                Survivor(module, mutation["operator_name"].removeprefix("core/"), mutation["start_pos"][0], old, new)
            )
    return Outcome(module, mutants, tuple(sorted(survivors, key=lambda survivor: (survivor.number, survivor.mutated))))


def _changed_lines(diff: str) -> tuple[str, str]:
    lines = diff.splitlines()
    old = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    new = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(filter(None, old)), " ".join(filter(None, new))


def _reason(survivor: Survivor, accepted: list[dict[str, str]]) -> str | None:
    for entry in accepted:
        is_meant = entry["line"] == survivor.line and entry.get("module", survivor.module) == survivor.module
        if is_meant and re.fullmatch(entry.get("mutated", ".*"), survivor.mutated):
            return entry["why"]
    return None


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
        "A tool changes one thing in the code at a time (`<` into `<=`, `and` into `or`, 1 into 2), and the unit tests",
        "have to notice. A change that they do not notice is a test that is missing, or code that does not matter.",
        'This page is written by `nox -s mutation -- --write`; "tests/mutation/README.md" says more.',
        "",
        f"- Date: {date.today().isoformat()}",
        f"- Tool: cosmic-ray {importlib.metadata.version('cosmic-ray')}, "
        f"with Python {sys.version_info.major}.{sys.version_info.minor}",
        f"- Score: **{killed} of {mutants}** mutants were noticed ({100 * killed / mutants:.1f} %). The other "
        f"{survived} were looked at one by one; below is why no test can, or need, notice them.",
        "",
        "| module | mutants | noticed |",
        "| --- | --- | --- |",
        *(
            f"| `{outcome.module}.py` | {outcome.mutants} | {outcome.mutants - len(outcome.survivors)} |"
            for outcome in outcomes
        ),
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


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


if __name__ == "__main__":
    sys.exit(main())
