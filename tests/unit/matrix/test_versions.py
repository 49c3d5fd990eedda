# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The page of versions, and what has to be there for it to be right."""

from __future__ import annotations

import json
import sys
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "matrix" / "versions.py"
FAILED = {"passed": 6, "failed": 1}


@pytest.fixture
def versions(monkeypatch):
    specification = spec_from_file_location("matrix_versions", PROGRAM)
    module = module_from_spec(specification)
    monkeypatch.setitem(sys.modules, specification.name, module)
    specification.loader.exec_module(module)
    return module


def row(ansible_core, **changes):
    """A row as row.py writes it, where nothing has failed."""
    passed = {"passed": 7, "failed": 0}
    return json.dumps(
        {
            "ansible_core": ansible_core,
            "python": "3.13.0",
            "units": {"passed": 4000, "failed": 0},
            "targets": passed,
            "modules": {"3.9": passed, "3.13": passed},
            "manages": ["3.9", "3.13", "3.14"],
            **changes,
        }
    )


def test_the_rows_are_in_order_and_say_what_was_not_tested(versions):
    old = row("2.9.1", manages=["3.7", "3.9"], modules={"3.7": FAILED})

    page = versions.page([versions.Row.read(text) for text in (row("2.21.5"), old, row("2.22.0rc1"))], date(2026, 1, 2))

    assert "last on 2026-01-02." in page
    table = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("|")]
    assert table == [
        ["ansible-core", "on Python", "unit tests", "targets"]
        + [f"modules on {python}" for python in ("3.7", "3.9", "3.13", "3.14")],
        ["---"] * 8,
        ["2.9.1", "3.13.0", "4000 passed", "7 passed", "**1 failed**, 6 passed", "*not installed*", "", ""],
        ["2.21.5", "3.13.0", "4000 passed", "7 passed", "", "7 passed", "7 passed", "*not installed*"],
        ["2.22.0rc1 (does not count)", *table[3][1:]],
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("2.17.3"), row("2.21.5")], []),
        ([row("2.21.5")], ["ansible-core 2.17 was not run"]),
        ([row("2.17.3", units=FAILED), row("2.21.5")], ["ansible-core 2.17.3 has failed"]),
        (
            [row("2.17.3", modules={"3.9": {"passed": 0, "failed": 1}}), row("2.21.5")],
            ["ansible-core 2.17.3 has failed"],
        ),
        ([row("2.17.3"), row("2.21.5"), row("2.22.0rc1", targets=FAILED)], []),
    ],
    ids=["all is well", "one is missing", "a unit test fails", "a target fails", "a candidate does not count"],
)
def test_each_release_has_to_be_there_and_to_pass(versions, tmp_path, monkeypatch, capsys, rows, expected):
    (tmp_path / "rows").mkdir()
    for number, text in enumerate(rows):
        (tmp_path / "rows" / f"{number}.json").write_text(text, encoding="utf-8")
    page = tmp_path / "versions.md"
    monkeypatch.setattr(sys, "argv", ["versions", f"--rows={tmp_path / 'rows'}", f"--page={page}", "2.17", "2.21"])

    assert versions.main() == (1 if expected else 0)

    assert capsys.readouterr().out.splitlines()[:-1] == expected
    assert page.read_text(encoding="utf-8").count("\n| 2.") == len(rows)
