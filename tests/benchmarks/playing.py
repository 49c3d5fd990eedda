# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A play in one of the ways, measured."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accounts import Account
from rows import Row, Way

HERE = Path(__file__).resolve().parent
_LAST_LINES = 40


@dataclasses.dataclass(frozen=True)
class Run:
    """What a play used.

    C(wall) is the time of C(ansible-playbook) as a whole, and C(tasks) that from the first task on, without the start
    of Ansible itself. C(steps) has the time of each task, by its name. C(memory) is the most that the process of
    C(ansible-playbook) needed, C(memory_with_forks) that of all processes. Times are in seconds, memory is in bytes.
    """

    wall: float
    tasks: float
    cpu: float
    memory: float
    memory_with_forks: float
    requests: float
    connections: float
    steps: Mapping[str, float]


def play(row: Row, way: Way, accounts: Sequence[Account]) -> Run:
    """Play a row in one of the ways. Raises RuntimeError where that fails or leaves something undone."""
    for account in accounts:
        account.prepare(adds=row.adds)
    one_account = accounts[0].environment() if len(accounts) == 1 else {}
    with tempfile.TemporaryDirectory(prefix="sendcloud-email-bench-") as name:
        folder = Path(name)
        measured = folder / "measured.json"
        command = [sys.executable, str(HERE / "measured.py"), str(measured), *_command(row, way, accounts, folder)]
        output = folder / "output"
        with output.open("wb") as file:
            subprocess.run(
                command,
                env={**_environment(way, folder), **one_account},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                check=True,
            )
        used = json.loads(measured.read_text(encoding="utf-8"))
        if used["code"] != 0:
            lines = output.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
            raise RuntimeError("\n".join([f"{row.key}, {way.key}: ansible-playbook failed", *lines]))
        marks = [json.loads(line) for line in (folder / "stopwatch").read_text(encoding="utf-8").splitlines()]
    if way.playbook != "debug" and not all(account.is_converged() for account in accounts):
        raise RuntimeError(f"{row.key}, {way.key}: the accounts are not as they should be")
    return Run(
        wall=used["wall"],
        tasks=marks[-1][0] - marks[0][0],
        cpu=used["cpu"],
        memory=used["memory"],
        memory_with_forks=used["memory_with_forks"],
        requests=sum(account.requests() for account in accounts),
        connections=sum(account.connections() for account in accounts),
        steps={task: end - begin for (begin, task), (end, _next) in itertools.pairwise(marks)},
    )


def _command(row: Row, way: Way, accounts: Sequence[Account], folder: Path) -> list[str]:
    host: dict[str, Any] = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        **way.variables,
    }
    hosts = {f"account{number}": account.variables() for number, account in enumerate(accounts)}
    inventory = folder / "inventory.json"
    inventory.write_text(json.dumps({"accounts": {"hosts": hosts, "vars": host}}), encoding="utf-8")
    playbook = HERE / "playbooks" / f"{row.kind}_{way.playbook}.yml"
    return ["ansible-playbook", f"--inventory={inventory}", str(playbook)]


def _environment(way: Way, folder: Path) -> dict[str, str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        # The emulator is for this process, and a proxy for real services.
        if not name.startswith("SENDCLOUD_") and not name.lower().endswith("_proxy") and name != "PYTHONPATH"
    }
    return {
        **environment,
        "ANSIBLE_CALLBACKS_ENABLED": "stopwatch",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_NOCOWS": "true",
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "STOPWATCH": str(folder / "stopwatch"),
        **way.environment,
    }
