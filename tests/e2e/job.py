# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Jobs as AWX and Automation Platform run them: packed here, run in another folder, and their results sent back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

from .playing import Ansible, Result, check_for_secrets

# No job takes nearly so long; it is for one that hangs, in seconds.
_PATIENCE = 180
_LAST_LINES = 60
_IDENT = "job"
# Where an execution environment has the job's folder.
_CONTAINER_ROOT = "/runner"


@dataclass(frozen=True)
class CredentialType:
    """A credential type, by its two configurations as they are pasted into AWX."""

    inputs: Mapping[str, Any]
    injectors: Mapping[str, Any]

    def inject(self, values: Mapping[str, str], folder: Path) -> tuple[dict[str, str], dict[str, str]]:
        """The environment that AWX makes of a credential, and what it shows of that; files go into C(folder)."""
        environment: dict[str, str] = {}
        shown: dict[str, str] = {}
        kind = ManagedCredentialType("sendcloud", "SendCloud", "cloud", self.inputs, self.injectors)
        arguments: list[str] = []
        inject_credential(kind, Credential(dict(values)), environment, shown, arguments, str(folder))
        assert not arguments
        return environment, shown


@dataclass(frozen=True)
class Ran:
    """How a job ended: its exit code, the result of each task on each host, and how often a task was tried again.

    C(failed) has the result that ended a host's part, by host.
    """

    code: int
    results: Mapping[tuple[str, str], Result]
    failed: Mapping[str, Result]
    retries: int

    def of(self, task: str) -> dict[str, Result]:
        """The results of a task, by host."""
        return {host: result for (name, host), result in self.results.items() if name == task}


@dataclass(frozen=True)
class Job:
    """A job: the playbooks of its project by their names, its inventory, and what its credential is made into."""

    playbooks: Mapping[str, str]
    inventory: Mapping[str, Any]
    credential_type: CredentialType
    credential: Mapping[str, str]
    environment: Mapping[str, str]

    def run(self, playbook: str, folder: Path, ansible: Ansible, secrets: frozenset[str], *options: str) -> Ran:
        """Run it. Raises AssertionError if a secret is in anything that is shown or kept."""
        elsewhere = folder / "elsewhere"
        shown = self._write(folder / "job", elsewhere, options)
        # What is run elsewhere has its credentials from the job alone, and ansible-runner brings its own callback.
        environment = {name: value for name, value in ansible.environment.items() if not name.startswith("SENDCLOUD_")}
        del environment["ANSIBLE_STDOUT_CALLBACK"]
        back = folder / "back"
        packed = _call(environment, b"", "transmit", str(folder / "job"), f"--playbook={playbook}", f"--ident={_IDENT}")
        ran = _call(environment, packed.stdout, "worker", f"--private-data-dir={elsewhere}")
        processed = _call(environment, ran.stdout, "process", str(back), f"--ident={_IDENT}")
        artifacts = back / "artifacts" / _IDENT
        # ansible-runner itself notes the environment in this file, and AWX, which blanks secrets there, keeps none.
        (artifacts / "command").unlink()
        kept = [file.read_bytes() for file in artifacts.rglob("*") if file.is_file()]
        for output in (packed.stderr, ran.stderr, processed.stdout, processed.stderr, *kept):
            check_for_secrets(output.decode("utf-8"), secrets)
        check_for_secrets("\n".join(shown.values()), secrets)
        return _read(artifacts)

    def _write(self, folder: Path, elsewhere: Path, options: Sequence[str]) -> Mapping[str, str]:
        """Write it as AWX does; return what AWX shows of the environment that its credential makes."""
        for part in ("project", "inventory", "env"):
            (folder / part).mkdir(parents=True)
        for name, text in self.playbooks.items():
            (folder / "project" / name).write_text(text, encoding="utf-8")
        (folder / "inventory" / "hosts.json").write_text(json.dumps(self.inventory), encoding="utf-8")
        injected, shown = self.credential_type.inject(self.credential, folder)
        # There is no container here, so the path in it is that of the folder in which the job runs.
        injected = {name: value.replace(f"{_CONTAINER_ROOT}/", f"{elsewhere}/") for name, value in injected.items()}
        environment = {**self.environment, **injected}
        (folder / "env" / "envvars").write_text(json.dumps(environment), encoding="utf-8")
        (folder / "env" / "cmdline").write_text(" ".join(["-vvvv", *options]), encoding="utf-8")
        return shown


def slices(inventory: Mapping[str, Any], count: int) -> list[Mapping[str, Any]]:
    """The inventories of a sliced job: as AWX does it, each has every C(count)-th host, and all variables."""
    (group, content), *others = inventory.items()
    assert not others
    hosts = list(content["hosts"].items())
    return [{group: {**content, "hosts": dict(hosts[start::count])}} for start in range(count)]


def _call(environment: Mapping[str, str], data: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["ansible-runner", *arguments]
    finished = subprocess.run(command, env=environment, input=data, capture_output=True, check=False, timeout=_PATIENCE)
    # The others end with the code of the job, which may be meant to fail.
    assert arguments[0] != "transmit" or finished.returncode == 0, finished.stderr.decode()
    return finished


def _read(artifacts: Path) -> Ran:
    events = [json.loads(file.read_text(encoding="utf-8")) for file in artifacts.glob("job_events/*.json")]
    assert events, f"there are no events in {artifacts}"
    results = {
        (event["event_data"]["task"], event["event_data"]["host"]): event["event_data"]["res"]
        for event in events
        if event["event"] in ("runner_on_ok", "runner_on_failed")
    }
    failed = {
        event["event_data"]["host"]: event["event_data"]["res"]
        for event in events
        if event["event"] == "runner_on_failed" and not event["event_data"]["ignore_errors"]
    }
    code = int((artifacts / "rc").read_text(encoding="utf-8"))
    return Ran(code, results, failed, sum(event["event"] == "runner_retry" for event in events))
