# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Playbooks in processes of their own, as users run them, with everything shown and everything looked through."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .name_server import KEY_ALGORITHM, KEY_NAME, ZONE, NameServer

PLAYBOOKS = Path(__file__).resolve().parent / "playbooks"

# No playbook takes nearly so long; it is for one that hangs, in seconds.
_PATIENCE = 600
_LAST_LINES = 60

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A record to be written; C(value) None deletes those of its type."""

    name: str
    value: str | None
    type: str = "CNAME"


@dataclass(frozen=True)
class Played:
    """How a playbook ended: its exit code, Ansible's own count, the result of each task, by name."""

    code: int
    stats: Mapping[str, int]
    tasks: Mapping[str, Result]
    output: str = field(repr=False)

    def __getitem__(self, task: str) -> Result:
        return self.tasks[task]


class Playing:
    """A playbook that is being played."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, find_secrets: Callable[[], frozenset[str]]) -> None:
        self._process = process
        self._log = log
        self._find_secrets = find_secrets

    def wait(self, *, code: int | None = 0, patience: float = _PATIENCE) -> Played:
        """How it ended. Raises AssertionError if a secret is in the output, or if the exit code is not this one.

        None stands for any exit code. C(patience), in seconds, is for a playbook that is known to take long.
        """
        try:
            ended_with = self._process.wait(timeout=patience)
        finally:
            self.stop()
        output = self._log.read_text(encoding="utf-8", errors="replace")
        check_for_secrets(output, self._find_secrets())
        played = _read(ended_with, output)
        end = "\n".join(output.splitlines()[-_LAST_LINES:])
        assert code in (ended_with, None), (
            f"ansible-playbook ended with {ended_with}, its output ({self._log}) with:\n{end}"
        )
        return played

    def stop(self) -> None:
        """End it, if it has not."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Ansible:
    """Plays playbooks; those in C(tests/e2e/playbooks) by their file names, those of collections by their full names.

    C(environment) is for the modules, and C(key) is the account's, which must not be in any output; nor must what is in
    the folder C(private). C(inside) is a command that runs another one in another network, see C(namespace.Namespace).
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        key: str,
        inside: Sequence[str] = (),
    ) -> None:
        self.environment = {**clean_environment(folder), **environment}
        self.private = folder / "private"
        self._key = key
        self._folder = folder
        self._inside = inside
        self._playing: list[Playing] = []
        self.private.mkdir(parents=True)

    def secrets(self) -> frozenset[str]:
        """The key, and of each EC key in C(private) the line with its secret: the others have its public part, too."""
        keys = (file.read_text(encoding="utf-8").splitlines() for file in self.private.iterdir())
        return frozenset([self._key, *(lines[lines.index("-----BEGIN EC PRIVATE KEY-----") + 1] for lines in keys)])

    def start(self, playbook: str, *options: str, **variables: Any) -> Playing:
        """Start a playbook."""
        work = self._folder / str(len(self._playing))
        work.mkdir()
        # In a file: the command line is for everyone to see.
        extra = work / "variables.json"
        extra.write_text(json.dumps(variables), encoding="utf-8")
        file = PLAYBOOKS / playbook
        command = [
            *self._inside,
            "ansible-playbook",
            # Everything is shown, because nothing that is shown may be a secret.
            "-vvvv",
            f"--inventory={_inventory(work)}",
            f"--extra-vars=@{extra}",
            *options,
            str(file if file.exists() else playbook),
        ]
        log = work / "output.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        playing = Playing(process, log, self.secrets)
        self._playing.append(playing)
        return playing

    def play(self, playbook: str, *options: str, code: int | None = 0, **variables: Any) -> Played:
        """Play a playbook from start to end."""
        return self.start(playbook, *options, **variables).wait(code=code)

    def write(self, server: NameServer, *records: Record) -> None:
        """Write records to a name server, with C(community.general.nsupdate)."""
        self.play("records.yml", **dns_variables(server), records=[vars(record) for record in records])

    def stop(self) -> None:
        """End what was started."""
        for playing in self._playing:
            playing.stop()


def clean_environment(folder: Path) -> dict[str, str]:
    """The environment, less what is about another account, for an Ansible that prints what can be read back."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SENDCLOUD_")}
    # The emulator is for the tests: a module must do with what its user has installed.
    environment.pop("PYTHONPATH", None)
    return environment | {
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.jsonl",
    }


def dns_variables(server: NameServer) -> dict[str, Any]:
    """What a playbook needs to write to a name server."""
    return {
        "dns_address": server.address,
        "dns_port": server.port,
        "dns_zone": ZONE,
        "dns_key_name": KEY_NAME,
        "dns_key_algorithm": KEY_ALGORITHM,
        "dns_key_secret": server.key_secret,
    }


def check_for_secrets(output: str, secrets: frozenset[str]) -> None:
    """Raise AssertionError if one of the secrets is in the output."""
    lines = [number for number, line in enumerate(output.splitlines(), 1) if any(one in line for one in secrets)]
    assert not lines, f"there is a secret in these lines of the output: {lines}"


def _inventory(folder: Path) -> Path:
    inventory = folder / "inventory.yml"
    host = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": host}}}), encoding="utf-8")
    return inventory


def _read(code: int, output: str) -> Played:
    tasks: dict[str, Result] = {}
    stats: Mapping[str, int] = {}
    for line in output.splitlines():
        if not line.startswith('{"_event":'):
            continue
        event = json.loads(line)
        if event["_event"] in ("v2_runner_on_ok", "v2_runner_on_failed", "v2_runner_on_skipped"):
            # Of a task on several hosts, that of one.
            tasks[event["task"]["name"]] = next(iter(event["hosts"].values()))
        elif event["_event"] == "v2_playbook_on_stats":
            stats = event["stats"].get("localhost", {})
    return Played(code, stats, tasks, output)
