# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The action plugin of C(dns_records_info), as Ansible runs it."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.sendcloud.email.plugins.action import dns_records_info as action
from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange, records_task
from ansible_collections.sendcloud.email.plugins.modules import dns_records_info as module
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import LoopbackServer

NAME = "track.example.com"


@pytest.fixture
def server():
    with LoopbackServer({(NAME, "TXT"): ["token"]}) as server:
        yield server


def test_a_record_is_found(act, server):
    result = act(action, {"name": NAME, "types": ["TXT"], "dns_servers": [f"127.0.0.1:{server.port}"]})
    assert result["records"] == [{"type": "TXT", "value": "token"}]
    assert result["changed"] is False


def test_it_looks_in_check_mode_too(act, server):
    options = {"name": NAME, "types": ["TXT"], "value": "token", "dns_servers": [f"127.0.0.1:{server.port}"]}
    assert act(action, options, task={"check_mode": True})["ready"] is True


def test_servers_may_come_from_the_environment(act, server, monkeypatch):
    monkeypatch.setenv("SENDCLOUD_DNS_SERVERS", f"127.0.0.1:{server.port}")
    assert act(action, {"name": NAME})["zone"] == "example.com"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "missing required arguments: name"),
        ({"name": NAME, "types": ["PTR"]}, "value of types must be one or more of"),
        ({"name": NAME, "nane": NAME}, "nane"),
        ({"name": "com"}, "name is no name that a record can have"),
        ({"name": NAME, "wait_timeout": "long"}, "wait_timeout"),
    ],
)
def test_bad_input_is_a_failure(act, options, text):
    with pytest.raises(AnsibleActionFail, match=text):
        act(action, options)


def test_a_missing_library_is_named(act, monkeypatch):
    monkeypatch.setattr(exchange, "DNSPYTHON_VERSION", None)
    with pytest.raises(AnsibleActionFail, match="dnspython"):
        act(action, {"name": NAME})


def test_the_documentation_has_the_options_that_there_are():
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    assert documented.keys() == records_task.OPTIONS.keys()
    for name, definition in records_task.OPTIONS.items():
        assert {key: documented[name].get(key) for key in definition} == definition
