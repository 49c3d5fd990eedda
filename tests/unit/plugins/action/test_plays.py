# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Plays as users start them, in processes of their own: what a task leaves behind, and what ends with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import RawServer, answer
from sendcloud_emulator import Emulator

HERE = Path(__file__).resolve().parent
COLLECTIONS = HERE.parents[6]
NAMES = ["t1.example.com", "t2.example.com", "t3.example.com"]
EMPTY_LIST = {"result": True, "statusCode": 200, "message": "ok", "info": {"dataList": [], "total": 0, "count": 0}}
# In seconds, for what comes at once unless it never does.
PATIENCE = 120


@pytest.fixture
def play(tmp_path):
    """Play tasks on localhost; the results of those that are registered, by name."""

    def play(tasks, url, **environment):
        registered = [task["register"] for task in tasks if "register" in task]
        content = "{{ {" + ", ".join(f"'{name}': {name}" for name in registered) + "} | to_json }}"
        keep = {"name": "Keep", "ansible.builtin.copy": {"content": content, "dest": str(tmp_path / "results.json")}}
        host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        playbook = {"hosts": "localhost", "gather_facts": False, "vars": host, "tasks": [*tasks, keep]}
        (tmp_path / "playbook.yml").write_text(json.dumps([playbook]), encoding="utf-8")
        account = {"SENDCLOUD_API_USER": "demo-user", "SENDCLOUD_API_KEY": "demo-key", "SENDCLOUD_API_URL": url}
        ansible = {
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_LOOKUP_PLUGINS": str(HERE / "lookup_plugins"),
            "ANSIBLE_NOCOLOR": "true",
        }
        subprocess.run(
            [sys.executable, "-m", "ansible", "playbook", str(tmp_path / "playbook.yml")],
            env={**os.environ, **ansible, **account, **environment},
            stdin=subprocess.DEVNULL,
            check=True,
        )
        return json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))

    return play


def test_a_timeout_in_a_request_closes_the_connection_and_nothing_is_written(play):
    closed = threading.Event()

    def serve(server, connection):
        if server.connections == 1:
            server.read_request(connection)
            # No answer: the task's time runs out, and the process goes on with the next item.
            if connection.recv(1) == b"":
                closed.set()
            return
        # The next item has its answer only once the first one's connection is closed.
        if closed.wait(PATIENCE) and server.read_request(connection) is not None:
            connection.sendall(answer(200, json.dumps(EMPTY_LIST).encode()))
            connection.recv(1)

    task = {
        "name": "Delete",
        "sendcloud.email.sendcloud_track_domain": {"name": "{{ item }}", "state": "absent"},
        "loop": NAMES[:2],
        "timeout": 2,
        "ignore_errors": True,
        "register": "looped",
    }
    with RawServer(serve) as server:
        first, second = play([task], server.url)["looped"]["results"]
    assert first["failed"]
    assert re.search("timeout|time frame", json.dumps(first))
    assert (second["failed"], second["error"]) == (False, None)
    assert server.connections == 2
    assert server.requests == ["POST /trackDomain/list HTTP/1.1"] * 2


def test_a_write_that_is_interrupted_is_not_sent_again(play):
    with Emulator() as emulator:
        emulator.faults.add("delay", endpoint="add", when="before", seconds=PATIENCE)
        task = {
            "name": "Add",
            "sendcloud.email.sendcloud_track_domain": {"name": NAMES[0]},
            "timeout": 2,
            "ignore_errors": True,
            "register": "added",
        }
        assert play([task], emulator.url)["added"]["failed"]
        assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add"]


def test_the_connection_of_a_loop_ends_with_it(play):
    """The next task asks a server that answers only once the connection has ended."""

    def serve(server, connection):
        while server.read_request(connection) is not None:
            connection.sendall(answer(200, json.dumps(EMPTY_LIST).encode()))

    def serve_when_ended(server, connection):
        server.read_request(connection)
        connection.sendall(answer(200 if api.ended.wait(PATIENCE) else 500, b""))

    with RawServer(serve) as api, RawServer(serve_when_ended) as waiting:
        tasks = [
            {
                "name": "Delete",
                "sendcloud.email.sendcloud_track_domain": {"name": "{{ item }}", "state": "absent"},
                "loop": NAMES,
            },
            {"name": "Wait", "ansible.builtin.uri": {"url": waiting.url}},
        ]
        play(tasks, api.url)
        assert (api.connections, len(api.requests)) == (1, len(NAMES))


@pytest.mark.parametrize("state", ["present", "verified"])
def test_a_task_leaves_nothing_behind_in_its_process(play, tmp_path, state):
    seen = tmp_path / "seen"
    task = {
        "name": "Add",
        "sendcloud.email.sendcloud_track_domain": {
            "name": "{{ lookup('process_state', item) }}",
            "state": state,
            "dns_precheck": "never",
        },
        "environment": {"SENDCLOUD_API_RETRIES": 1, "SENDCLOUD_API_TIMEOUT": 2.5, "PROXY_OF_A_TEST": "gone"},
        "loop": NAMES,
    }
    with Emulator() as emulator:
        for name in NAMES:
            emulator.publish(name)
        play([task], emulator.url, PROCESS_STATE=str(seen))
        assert emulator.journal.connections == 1
    states = [json.loads(line) for line in seen.read_text(encoding="utf-8").splitlines()]
    assert len({state["process"] for state in states}) == 1
    assert "PROXY_OF_A_TEST" not in states[-1]["environment"]
    assert all(state == states[0] for state in states)
