# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Run all tests on the ansible-core that is installed here: a row of the table that versions.py makes.

That is the unit tests, the integration targets in both ways that a task can be run, and the targets once more with
modules on each Python that this ansible-core manages and that is installed. "nox -s matrix" calls this with the
collection in C(ANSIBLE_COLLECTIONS_PATH), once for each ansible-core.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ansible.release import __version__
from ansible_test._util.target.common.constants import CONTROLLER_PYTHON_VERSIONS, REMOTE_ONLY_PYTHON_VERSIONS

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "tests" / "integration" / "run.py"
# What the targets need of the package "ansible", of which the rest is not even unpacked.
COLLECTIONS = ("ansible_collections/community/crypto/", "ansible_collections/community/general/")


def main() -> int:
    """Return 0 if every test has passed, or this is no release yet.

    The row is written in any case, unless only some tests were asked for.
    """
    options = _parser().parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    pythons = [*REMOTE_ONLY_PYTHON_VERSIONS, *CONTROLLER_PYTHON_VERSIONS]
    collections = _collections(options.cache / "collections")
    row: dict[str, Any] = {
        "ansible_core": __version__,
        "python": platform.python_version(),
        "units": _run_units(options),
        "targets": _run_targets(options, collections, "controller"),
        "modules": {
            version: _run_targets(options, collections, version, _interpreter(options.cache, version, python))
            for version in pythons
            if (python := shutil.which(f"python{version}")) and version in (options.interpreter or pythons)
        },
        "manages": pythons,
    }
    print(json.dumps(row, indent=1))
    if not (options.tests or options.target or options.interpreter):
        options.row.parent.mkdir(parents=True, exist_ok=True)
        options.row.write_text(json.dumps(row), encoding="utf-8")
    has_failed = any(result["failed"] for result in (row["units"], row["targets"], *row["modules"].values()))
    return 1 if has_failed and re.fullmatch(r"[\d.]+", __version__) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Run all tests on the ansible-core that is installed here.")
    parser.add_argument("--units", type=Path, required=True, help="folder of the collection's copy for the unit tests")
    parser.add_argument("--row", type=Path, required=True, help="file to write the results to")
    parser.add_argument("--cache", type=Path, required=True, help="folder for what all rows need")
    parser.add_argument("--work", type=Path, required=True, help="folder for logs and the like")
    parser.add_argument("--tests", action="append", help="run these unit tests only, and write no row")
    parser.add_argument("--target", action="append", help="run this target only, and write no row")
    parser.add_argument("--interpreter", action="append", help="run modules on this Python only, and write no row")
    return parser


def _run_units(options: argparse.Namespace) -> Mapping[str, Any]:
    report = options.work / "units.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "--numprocesses=auto", "--dist=worksteal", "--hypothesis-profile=ci"]
    command += ["-p", "no:cacheprovider", f"--junitxml={report}", *(options.tests or ["tests/unit"])]
    environment = os.environ | {
        "HYPOTHESIS_STORAGE_DIRECTORY": str(options.work / "hypothesis"),
        "PYTHONPATH": str(options.units / "tests" / "emulator"),
    }
    code = subprocess.run(command, cwd=options.units, env=environment, check=False).returncode
    counts = _counts(report)
    return {**counts, "failed": counts["failed"] or int(code != 0)}


def _counts(report: Path) -> Mapping[str, int]:
    """How many tests have passed and failed; without a report, pytest did not get that far."""
    if not report.exists():
        return {"passed": 0, "failed": 1}
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return {"passed": total - failures - errors - skipped, "failed": failures + errors}


def _run_targets(
    options: argparse.Namespace, collections: Path, name: str, interpreter: Path | None = None
) -> Mapping[str, Any]:
    report = options.work / f"targets-{name}.json"
    report.unlink(missing_ok=True)
    command: list[str] = [sys.executable, str(TARGETS), f"--logs={options.work / name}", f"--report={report}"]
    command += [f"--interpreter={interpreter}"] if interpreter else []
    command += [f"--target={target}" for target in options.target or ()]
    paths = os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], str(collections)])
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": paths,
        "PYTHONPATH": str(ROOT / "tests" / "emulator"),
    }
    print(f"Targets, {name} ...", flush=True)
    subprocess.run(command, env=environment, check=False)
    if not report.exists():
        return {"passed": 0, "failed": 1}
    failed: Sequence[bool] = [bool(problems) for problems in json.loads(report.read_text(encoding="utf-8")).values()]
    return {"passed": failed.count(False), "failed": failed.count(True)}


def _collections(folder: Path) -> Path:
    """The collections that the targets need, from the package C(ansible): those of one release, for every row."""
    if not folder.exists():
        downloads = folder.with_name("downloads")
        download = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*download, f"--dest={downloads}", "ansible~=12.0"], check=True)
        (wheel,) = downloads.glob("ansible-*.whl")
        unfinished = folder.with_name("unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unfinished, [name for name in archive.namelist() if name.startswith(COLLECTIONS)])
        unfinished.rename(folder)
        shutil.rmtree(downloads)
    return folder


def _interpreter(cache: Path, version: str, python: str) -> Path:
    """A virtual environment of another Python, with what the collection says it needs."""
    folder = cache / f"python{version}"
    interpreter = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        requirements = ROOT / "meta" / "ee-requirements.txt"
        subprocess.run([str(interpreter), "-m", "pip", "install", "-qq", f"--requirement={requirements}"], check=True)
        ready.touch()
    return interpreter


if __name__ == "__main__":
    sys.exit(main())
