# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The settings of mutation testing name what there is: a survivor that is explained has its line of source still."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / "plugins" / "module_utils"
UNIT = ROOT / "tests" / "unit"
MUTATION = ROOT / "tests" / "mutation"


def settings(name):
    return tomllib.loads((MUTATION / name).read_text(encoding="utf-8"))


SCOPE = settings("scope.toml")["tests"]
ACCEPTED = settings("accepted.toml")["survivor"]


def sources(module):
    """What the lines of a module, or of all of them, are without their indentation."""
    paths = MODULES.rglob("*.py") if module is None else [MODULES / f"{module}.py"]
    return [" ".join(path.read_text(encoding="utf-8").split()) for path in paths]


@pytest.mark.parametrize("entry", ACCEPTED, ids=lambda entry: f"{entry.get('module', 'all')}: {entry['line'][:40]}")
def test_what_is_accepted_is_there(entry):
    assert any(" ".join(entry["line"].split()) in source for source in sources(entry.get("module")))
    re.compile(entry.get("mutated", ""))
    assert entry["why"].endswith(".")


def test_the_tests_that_are_named_are_there():
    named = [SCOPE["all"], SCOPE["without"], SCOPE["everywhere"], *SCOPE["own"].values()]
    for test in itertools.chain(*named):
        file, _separator, function = test.partition("::")
        assert (UNIT / file).exists(), test
        assert not function or f"def {function}(" in (UNIT / file).read_text(encoding="utf-8")


def test_each_module_has_tests_that_are_run_first():
    for path in MODULES.rglob("*.py"):
        module = path.relative_to(MODULES).with_suffix("")
        tests = UNIT / "plugins" / "module_utils" / module.with_name(f"test_{module.name.lstrip('_')}.py")
        assert tests.exists() or module.as_posix() in SCOPE["own"] or path.stat().st_size == 0, module


@pytest.mark.parametrize("module", SCOPE["own"])
def test_a_module_that_has_tests_is_there(module):
    assert (MODULES / f"{module}.py").exists()
