# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Execution environments, as far as that goes without a container engine: C(nox -s ee-check) builds one and runs it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import yaml

from .documents import block, guide
from .playing import Ansible

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = ROOT / "tests" / "ee" / "all.yml"


def builder(folder: Path, *arguments: str) -> None:
    finished = subprocess.run(
        ["ansible-builder", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 0, finished.stdout


def test_the_definition_in_the_guide_makes_a_build_context(tmp_path: Path) -> None:
    (tmp_path / "execution-environment.yml").write_text(
        block(guide("guide_awx"), "execution-environment.yml").text, encoding="utf-8"
    )

    builder(tmp_path, "create", "--output-filename=Containerfile")

    context = tmp_path / "context"
    assert "ansible-galaxy collection install" in (context / "Containerfile").read_text(encoding="utf-8")
    installed = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert {"name": "sendcloud.email"} in installed["collections"]


def test_the_installed_collection_says_what_it_needs(tmp_path: Path) -> None:
    """What ansible-builder reads of it is what the file lists: a name that it leaves out would be missing."""
    needed = tmp_path / "pip.txt"
    system = tmp_path / "bindep.txt"
    collections = tmp_path / "collections" / "ansible_collections" / "sendcloud"
    collections.mkdir(parents=True)
    installed = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections" / "sendcloud" / "email"
    (collections / "email").symlink_to(installed)

    builder(tmp_path, "introspect", str(tmp_path / "collections"), f"--write-pip={needed}", f"--write-bindep={system}")

    listed = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    expected = [line for line in listed if line and not line.startswith("#")]
    read = [line.split("  # ")[0] for line in needed.read_text(encoding="utf-8").splitlines()]
    assert read == expected != []
    assert not system.exists()


def test_the_playbook_that_is_run_there_works(ansible: Ansible) -> None:
    played = ansible.play(str(PLAYBOOK))
    assert played["Ask an account that nobody serves"]["error"]["kind"] == "network"
