# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What the demo says, and what it refuses. The session ``demo-check`` runs this with the installed collection."""

from __future__ import annotations

import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sendcloud_emulator import Emulator

RUN = runpy.run_path(str(Path(__file__).with_name("run.py")))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def play(
    emulator: Emulator, *options: str, api_url: str | None = None, control_url: str | None = None
) -> tuple[int, str]:
    """The exit code, and all that is said, with each run of white space as one space."""
    environment = {**RUN["environment"](emulator), "ANSIBLE_FORCE_COLOR": "false"}
    if api_url is not None:
        environment["SENDCLOUD_API_URL"] = api_url
    process = subprocess.run(
        RUN["command"](emulator, *options, control_url=control_url),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return process.returncode, " ".join(process.stdout.split())


def test_the_preview_promises_only_what_it_knows(emulator: Emulator) -> None:
    code, output = play(emulator, "--check", "--diff")
    assert code == 0, output
    assert "Declared: would be added" in output
    assert "Declared again" not in output
    assert "changed=1 " in output
    assert set(emulator.journal.endpoints()) == {"trackDomain/list"}


def test_the_run_does_the_job_and_leaves_nothing_behind(emulator: Emulator) -> None:
    code, output = play(emulator)
    assert code == 0, output
    for line in ("Declared: added", "Declared again: nothing to do", "Verified: yes", "Deleted: yes"):
        assert line in output
    assert [change.effect for change in emulator.journal.changes()] == ["added", "verified", "deleted"]


@pytest.mark.parametrize("options", [["--check", "--diff"], ["--diff"]])
def test_it_says_and_does_the_same_with_modules(emulator: Emulator, options: list[str]) -> None:
    code, output = play(emulator, *options)
    with Emulator() as other:
        assert play(other, *options, "--extra-vars", "sendcloud_in_process=false") == (code, output)
        assert other.journal.endpoints() == emulator.journal.endpoints()
    assert code == 0, output


@pytest.mark.parametrize(
    "api_url",
    [
        "",
        "https://api2.sendcloud.net/api",
        "http://127.0.0.1.example.com/api",
        "http://127.0.0.1@api.example.com/api",
        "127.0.0.1/api",
    ],
)
def test_a_url_that_is_not_on_this_machine_is_refused(emulator: Emulator, api_url: str) -> None:
    code, output = play(emulator, api_url=api_url)
    assert code == 2
    assert f"SENDCLOUD_API_URL is {api_url or 'not set'}. The demo adds a domain and deletes it" in output
    assert 'Run it with "make demo".' in output
    assert emulator.journal.calls() == ()


@pytest.mark.parametrize("is_set", [True, False])
def test_a_control_url_without_an_emulator_is_refused(emulator: Emulator, is_set: bool) -> None:
    control_url = f"{emulator.url}/nothing" if is_set else ""
    code, output = play(emulator, control_url=control_url)
    assert code == 2
    assert f"At emulator_control_url ({control_url or 'not set'}) there is no emulator that serves" in output
    assert "trackDomain" not in " ".join(emulator.journal.endpoints())
    assert emulator.account.domains() == []


def test_the_emulator_of_another_url_is_refused(emulator: Emulator) -> None:
    with Emulator() as other:
        code, output = play(emulator, control_url=other.control_url)
        assert other.journal.calls() == ()
    assert code == 2
    assert f"there is no emulator that serves {emulator.url}." in output
    assert emulator.journal.calls() == ()
