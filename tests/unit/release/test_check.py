# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What must agree for a release is checked, each thing by itself."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
import yaml

PROGRAM = Path(__file__).resolve().parents[2] / "release" / "check.py"


@pytest.fixture
def artefact(tmp_path):
    """One in which all agrees."""
    write(tmp_path / "MANIFEST.json", json.dumps({"collection_info": {"version": "1.10.0"}}))
    releases = {"1.9.0": {}, "1.10.0": {}}
    write(tmp_path / "changelogs" / "changelog.yaml", yaml.safe_dump({"releases": releases}))
    write(tmp_path / "changelogs" / "fragments" / ".keep", "")
    write(tmp_path / "CHANGELOG.rst", "Release Notes\n=============\n\nv1.10.0\n=======\n\nv1.9.0\n======\n")
    write(tmp_path / ".ansible-lint", "profile: production\n")
    write(tmp_path / "README.md", "[Here](docs/api.md#top), [there](https://example.com/x.md) and [above](#top)\n")
    write(tmp_path / "docs" / "api.md", "[Back](../README.md)\n")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def check(artefact, monkeypatch, capsys):
    def check(*options):
        monkeypatch.setattr(sys, "argv", ["check", str(artefact), *options])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(PROGRAM), run_name="__main__")
        said = [line for line in capsys.readouterr().out.splitlines() if line]
        assert bool(ended.value.code) == bool(said)
        return said

    return check


@pytest.mark.parametrize("options", [[], ["--tag=1.10.0"]])
def test_where_all_agrees_there_is_nothing_to_say(check, options):
    assert check(*options) == []


@pytest.mark.parametrize("tag", ["v1.10.0", "1.9.0"])
def test_another_tag(check, tag):
    assert check(f"--tag={tag}") == [f"The tag is {tag}, and galaxy.yml has the version 1.10.0."]


def test_a_version_that_is_no_release(check, artefact):
    write(artefact / "MANIFEST.json", json.dumps({"collection_info": {"version": "1.11.0-dev"}}))
    assert check() == [
        "galaxy.yml has the version 1.11.0-dev, which is not that of a release.",
        "In changelogs/changelog.yaml, the newest release is 1.10.0, and galaxy.yml has the version 1.11.0-dev.",
        "CHANGELOG.rst says nothing of 1.11.0-dev.",
    ]


def test_a_changelog_that_was_never_written(check, artefact):
    write(artefact / "changelogs" / "changelog.yaml", "releases: {}\n")
    (artefact / "CHANGELOG.rst").unlink()
    write(artefact / "changelogs" / "fragments" / "speed.yml", "minor_changes: [faster]\n")
    assert check() == [
        "In changelogs/changelog.yaml, the newest release is none, and galaxy.yml has the version 1.10.0.",
        "CHANGELOG.rst says nothing of 1.10.0.",
        "changelogs/fragments/speed.yml is not in the changelog yet.",
    ]


def test_ignores(check, artefact):
    write(artefact / "tests" / "sanity" / "ignore-2.19.txt", "plugins/modules/x.py validate-modules\n")
    write(artefact / ".ansible-lint", "skip_list: [name]\n")
    assert check() == [
        "tests/sanity/ignore-2.19.txt is a list of what not to look at.",
        ".ansible-lint has a skip_list.",
    ]


def test_a_link_that_leads_nowhere(check, artefact):
    write(artefact / "docs" / "api.md", "[Gone](faults.md), [back](../README.md#use)\n")
    assert check() == ["docs/api.md has a link to faults.md, which is not there."]
