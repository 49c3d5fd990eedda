# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The way that AWX and Automation Platform take: a job packed here, run there, and its result sent back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from .conftest import CHECK_CONFIG, Account
from .name_server import NameServer
from .playing import PLAYBOOKS, Ansible, Record, check_for_secrets

NAME = "track.example.com"
IDENT = "job"
_PATIENCE = 180


def test_a_job_that_is_run_elsewhere(
    ansible: Ansible, account: Account, name_server: NameServer, tmp_path: Path
) -> None:
    account.emulator.account.add(NAME)
    ansible.write(name_server, Record(NAME, "track2.sendcloud.net."))
    job = _job(tmp_path / "job", {**account.environment, "SENDCLOUD_DNS_SERVERS": name_server.server})
    # What is run elsewhere has its credentials from the job alone, and ansible-runner brings its own callback.
    environment = {name: value for name, value in ansible.environment.items() if not name.startswith("SENDCLOUD_")}
    del environment["ANSIBLE_STDOUT_CALLBACK"]
    back = tmp_path / "back"
    transmit = ["ansible-runner", "transmit", str(job), "--playbook=verify.yml", f"--ident={IDENT}"]
    worker = ["ansible-runner", "worker", f"--private-data-dir={tmp_path / 'elsewhere'}"]
    process = ["ansible-runner", "process", str(back), f"--ident={IDENT}"]

    packed = _run(transmit, environment, b"")
    ran = _run(worker, environment, packed.stdout)
    processed = _run(process, environment, ran.stdout)

    artifacts = back / "artifacts" / IDENT
    assert (artifacts / "rc").read_text(encoding="utf-8") == "0"
    events = [json.loads(file.read_text(encoding="utf-8")) for file in artifacts.glob("job_events/*.json")]
    (result,) = (event["event_data"]["res"] for event in events if event["event"] == "runner_on_ok")
    assert result["changed"]
    assert result["track_domain"]["cname_verified"]
    assert account.endpoints == ["trackDomain/list", CHECK_CONFIG]
    # ansible-runner itself notes the environment in this file, and AWX, which blanks secrets there, keeps none.
    (artifacts / "command").unlink()
    seen = [file for file in artifacts.rglob("*") if file.is_file()]
    assert {"stdout", "status"} <= {file.name for file in seen}
    for output in (packed.stderr, ran.stderr, processed.stdout, processed.stderr, *(one.read_bytes() for one in seen)):
        check_for_secrets(output.decode("utf-8"), ansible.secrets())


def _job(folder: Path, credentials: dict[str, str]) -> Path:
    """A job as AWX makes it: project, inventory, and credentials in environment variables."""
    for part in ("project", "inventory", "env"):
        (folder / part).mkdir(parents=True)
    shutil.copy(PLAYBOOKS / "verify.yml", folder / "project")
    host = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory = {"all": {"hosts": {"localhost": host}}}
    (folder / "inventory" / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "env" / "envvars").write_text(json.dumps(credentials), encoding="utf-8")
    (folder / "env" / "cmdline").write_text("-vvvv", encoding="utf-8")
    return folder


def _run(command: list[str], environment: dict[str, str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    finished = subprocess.run(command, env=environment, input=data, capture_output=True, check=False, timeout=_PATIENCE)
    assert finished.returncode == 0, f"{command[1]} ended with {finished.returncode}: {finished.stderr.decode()}"
    return finished
