# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The same task in Ansible's own process and as a module: the same result, and nothing left behind."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.sendcloud.email.plugins.action import (
    sendcloud_track_domain,
    sendcloud_track_domains,
    track_domain_info,
)
from ansible_collections.sendcloud.email.plugins.modules import sendcloud_track_domain as module_one
from ansible_collections.sendcloud.email.plugins.modules import sendcloud_track_domains as module_set
from ansible_collections.sendcloud.email.plugins.modules import track_domain_info as module_info
from ansible_collections.sendcloud.email.plugins.plugin_utils import _in_process, _libraries_used
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import RawServer

NAME = "track.example.com"
ISSUED = certificate_factory.make_leaf([NAME])
MODULES = {
    sendcloud_track_domain: module_one,
    sendcloud_track_domains: module_set,
    track_domain_info: module_info,
}


TASKS = [
    pytest.param(sendcloud_track_domain, {"name": NAME}, id="add"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "state": "absent"}, id="absent"),
    pytest.param(sendcloud_track_domain, {"id": 5}, id="not there"),
    pytest.param(sendcloud_track_domain, {"id": "5x"}, id="no number"),
    pytest.param(sendcloud_track_domain, {}, id="neither name nor id"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "nonsense": 1}, id="unsupported option"),
    pytest.param(sendcloud_track_domain, {"nme": NAME}, id="typing mistake in the only option"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "state": "wrong"}, id="wrong choice"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "wait": "yes", "wait_interval": "7"}, id="texts for others"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "api_key": ["a list"]}, id="key in a list"),
    pytest.param(sendcloud_track_domain, {"name": NAME, "api_user": None}, id="half of the credentials"),
    pytest.param(
        sendcloud_track_domain,
        {"name": NAME, "certificate": ISSUED.key_pem, "private_key": ISSUED.pem},
        id="certificate and key swapped",
    ),
    pytest.param(
        sendcloud_track_domain,
        {"name": NAME, "certificate": ISSUED.pem, "private_key": ISSUED.key_pem},
        id="certificate",
    ),
    pytest.param(track_domain_info, {}, id="read all"),
    pytest.param(track_domain_info, {"names": [], "ids": []}, id="read none"),
    pytest.param(track_domain_info, {"names": NAME, "name": NAME}, id="option and its alias"),
    pytest.param(track_domain_info, {"names": ["no name"]}, id="malformed name"),
    pytest.param(sendcloud_track_domains, {"track_domains": [{"name": NAME}, {"name": "a.example.com"}]}, id="set"),
    pytest.param(sendcloud_track_domains, {"track_domains": [{"name": NAME, "private_key": "x"}]}, id="set, bad key"),
    pytest.param(sendcloud_track_domains, {"track_domains": [{"nam": NAME}]}, id="set, unsupported option"),
    pytest.param(sendcloud_track_domains, {"track_domains": [NAME, "a.example.com"]}, id="set of names"),
    pytest.param(sendcloud_track_domains, {"track_domains": NAME}, id="name in place of a set"),
    pytest.param(sendcloud_track_domains, {}, id="no set"),
    pytest.param(sendcloud_track_domains, {"track_domains": [], "prune": True}, id="prune with nothing"),
]


def _shape(result):
    """A result without what two runs never share."""
    if isinstance(result, dict):
        passing = ("created_at", "updated_at", "ansible_parsed")
        return {key: _shape(value) for key, value in result.items() if key not in passing}
    if isinstance(result, list):
        return [_shape(item) for item in result]
    return result


@pytest.mark.parametrize("mode", ["run", "check", "diff"])
@pytest.mark.parametrize(("plugin", "options"), TASKS)
def test_the_result_is_the_module_s(act, execute, emulator, given, plugin, options, mode):
    options = {key: value for key, value in {**given, **options}.items() if value is not None}
    check, diff = mode != "run", mode == "diff"
    task = {"check_mode": check, "diff": diff, "action": "the module"}
    here = act(plugin, options, task)
    if not check:
        emulator.account.clear()
    there = execute(MODULES[plugin], check_mode=check, diff=diff, _ansible_module_name="the module", **options)
    # How these two are shown differs from one ansible-core to the next; integration tests compare them, too.
    for result in (here, there):
        result.pop("invocation", None)
        result.pop("warnings", None)
    assert _shape(here) == _shape(there)


def test_an_alias_beside_its_option_warns_as_for_modules(act, given):
    result = act(track_domain_info, {**given, "names": NAME, "name": NAME})
    assert result["warnings"] == ["Both option names and its alias name are set."]


def test_the_invocation_is_shown_with_its_defaults(act, given):
    invocation = act(sendcloud_track_domain, {**given, "name": NAME})["invocation"]
    assert set(invocation) == {"module_args"}
    arguments = invocation["module_args"]
    assert (arguments["name"], arguments["state"], arguments["wait_interval"]) == (NAME, "present", 10)
    assert arguments["certificate"] is None


@pytest.mark.skipif(
    _in_process.constants.config.get_configuration_definition("INJECT_INVOCATION") is None,
    reason="ansible-core always shows it",
)
def test_the_invocation_is_shown_only_if_ansible_wants_it(act, given):
    result = act(sendcloud_track_domain, {**given, "name": NAME}, variables={"ansible_inject_invocation": False})
    assert "invocation" not in result


def test_a_failure_that_is_called_none_is_noted_as_for_modules(act, given, monkeypatch):
    options, task = {**given, "id": 5}, {"failed_when": ["false"]}
    monkeypatch.setattr(_in_process, "_NOTES_SUPPRESSED_FAILURES", True)
    assert act(sendcloud_track_domain, options, task)["exception"] == "(traceback unavailable)"
    assert "exception" not in act(sendcloud_track_domain, options)
    monkeypatch.setattr(_in_process, "_NOTES_SUPPRESSED_FAILURES", False)
    assert "exception" not in act(sendcloud_track_domain, options, task)


@pytest.mark.parametrize("plugin", MODULES)
def test_core_and_options_are_the_module_s(monkeypatch, plugin):
    module, wired = MODULES[plugin], []
    monkeypatch.setattr(module, "run_module", lambda core, options: wired.append((core, options)))
    module.main()
    action = plugin.ActionModule
    assert wired == [(action.core, action.options)]
    assert action.waits is ("wait_interval" in action.options)


class TestOptionsWithoutEffect:
    WARNING = "wait_timeout has no effect without state: verified."

    @pytest.mark.parametrize("way", ["in process", "as a module"])
    def test_they_are_warned_of_whichever_way_the_task_takes(self, act, as_module, given, way):
        options = {**given, "name": NAME, "wait_timeout": 1800}
        result = act(sendcloud_track_domain, options, variables={"sendcloud_in_process": way == "in process"})
        assert bool(as_module) is (way == "as a module")
        assert result["warnings"] == [self.WARNING]

    @pytest.mark.parametrize("group", ["sendcloud.email.sendcloud_track_domain", "group/sendcloud.email.sendcloud"])
    def test_module_defaults_are_for_all_tasks(self, act, given, group):
        options = {**given, "name": NAME, "wait_timeout": 1800}
        task = {"module_defaults": [{"another": "{{ of a template }}"}, {group: {"wait_timeout": 1800}}]}
        assert "warnings" not in act(sendcloud_track_domain, options, task)


class TestWays:
    @pytest.mark.parametrize(
        "case",
        [
            {"connection": {"transport": "ssh"}},
            {"connection": {"become": "a become plugin"}},
            {"task": {"async_val": 60}},
            {"variables": {"ansible_python_interpreter": "/usr/bin/another"}},
            {"variables": {"ansible_python_interpreter": "{{ python }}", "python": "/usr/bin/another"}},
            {"variables": {"sendcloud_in_process": "no"}},
            {"variables": {"sendcloud_in_process": "{{ wanted }}", "wanted": False}},
            {
                "task": {"delegate_to": "other"},
                "variables": {"ansible_delegated_vars": {"other": {"ansible_python_interpreter": "/usr/bin/another"}}},
            },
        ],
        ids=str,
    )
    def test_as_a_module(self, act, as_module, emulator, given, display, case):
        assert act(sendcloud_track_domain, {**given, "name": NAME}, **case) == {"way": "module"}
        assert as_module == ["sendcloud.email.sendcloud_track_domain"]
        assert emulator.journal.calls() == ()
        assert display.very_verbose[0].startswith(f"{as_module[0]} runs as a module: ")

    @pytest.mark.parametrize(
        "case",
        [
            {},
            {"variables": {"ansible_python_interpreter": sys.executable}},
            {"variables": {"ansible_python_interpreter": "auto_silent"}},
            {
                "variables": {
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                    "ansible_playbook_python": sys.executable,
                }
            },
            {"variables": {"ansible_python_interpreter": "{{ python | trim }}", "python": f" {sys.executable}"}},
            {"variables": {"ansible_python_interpreter": "{{ python }}", "python": "{{ own }}", "own": sys.executable}},
            {"variables": {"sendcloud_in_process": "yes"}},
            {
                "task": {"delegate_to": "other"},
                "variables": {
                    "ansible_python_interpreter": "/usr/bin/another",
                    "ansible_delegated_vars": {"other": {"ansible_python_interpreter": sys.executable}},
                },
            },
        ],
        ids=str,
    )
    def test_in_process(self, act, as_module, emulator, given, case):
        assert act(sendcloud_track_domain, {**given, "name": NAME}, **case)["changed"] is True
        assert as_module == []
        assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add"]

    def test_a_library_that_is_missing(self, act, as_module, given, monkeypatch):
        monkeypatch.setattr(_libraries_used.transport, "REQUESTS_IMPORT_ERROR", "Traceback")
        act(track_domain_info, given)
        assert as_module == ["sendcloud.email.track_domain_info"]

    def test_a_variable_that_is_neither_true_nor_false(self, act, given):
        with pytest.raises(AnsibleActionFail, match="the variable sendcloud_in_process has to be true or false"):
            act(track_domain_info, given, variables={"sendcloud_in_process": "perhaps"})


class TestEnvironment:
    def test_it_feeds_the_fallbacks_numbers_too(self, act, emulator):
        environment = {
            "SENDCLOUD_API_USER": emulator.user,
            "SENDCLOUD_API_KEY": emulator.key,
            "SENDCLOUD_API_URL": emulator.url,
            "SENDCLOUD_API_RETRIES": 0,
            "SENDCLOUD_API_TIMEOUT": 2.5,
        }
        result = act(track_domain_info, {}, {"environment": [environment]})
        assert result["account"] == {"api_user": emulator.user, "api_url": emulator.url}
        assert result["invocation"]["module_args"]["api_timeout"] == 2.5
        assert result["invocation"]["module_args"]["api_retries"] == 0

    def test_relative_paths_are_the_playbook_s(self, act, given, tmp_path):
        (tmp_path / "ca.pem").write_text("CA", encoding="utf-8")
        assert act(track_domain_info, {**given, "ca_path": "ca.pem"})["error"] is None

    @pytest.mark.parametrize("options", [{"name": NAME}, {"name": "no name"}, {"nonsense": 1}], ids=str)
    def test_nothing_is_left_behind(self, act, given, options):
        def state():
            handlers = {
                name: list(getattr(log, "handlers", ())) for name, log in logging.root.manager.loggerDict.items()
            }
            return dict(os.environ), os.getcwd(), list(warnings.filters), list(logging.root.handlers), handlers

        before = state()
        act(sendcloud_track_domain, {**given, **options}, {"environment": [{"SENDCLOUD_API_RETRIES": 1, "TZ": "X"}]})
        assert state() == before


def test_each_request_is_a_line_without_parameters(act, given, display):
    act(sendcloud_track_domain, {**given, "name": NAME})
    assert [line.partition(",")[0] for line in display.very_verbose] == [
        "trackDomain/list: HTTP 200",
        "trackDomain/add: HTTP 200",
    ]
    assert NAME not in str(display.very_verbose)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_long_wait_is_told_of(act, given, display, monkeypatch, hidden):
    # Its first report comes at once, since the interval is a long one; the wait itself is not of interest here.
    monkeypatch.setattr(_in_process, "Clock", _Impatient)
    options = {"name": NAME, "state": "verified", "wait_interval": 60, "wait_timeout": 120, "dns_precheck": "never"}
    act(sendcloud_track_domain, {**given, **options}, {"no_log": hidden})
    assert len(display.shown) == (0 if hidden else 2)
    assert all(text.startswith(f"{NAME}: ") for text in display.shown)


class _Impatient(_in_process.Clock):
    def __init__(self):
        self._slept = 0.0

    def monotonic(self):
        return super().monotonic() + self._slept

    def sleep(self, seconds):
        self._slept += seconds


class _TaskTimeout(BaseException):
    """As Ansible's: raised by a signal, and no Exception."""


def test_a_timeout_closes_the_connection_and_nothing_follows(act):
    def serve(server, connection):
        server.read_request(connection)
        # The request is there; now the task's time is up.
        os.kill(os.getpid(), signal.SIGUSR1)
        assert connection.recv(1) == b""

    def time_is_up(_signal, _frame):
        raise _TaskTimeout

    before = signal.signal(signal.SIGUSR1, time_is_up)
    variables = dict(os.environ)
    try:
        with RawServer(serve) as server:
            options = {"name": NAME, "api_user": "user", "api_key": "key", "api_url": server.url}
            with pytest.raises(_TaskTimeout):
                act(sendcloud_track_domain, options, {"environment": [{"SENDCLOUD_API_TIMEOUT": 60}]})
            # The server sees the connection end while the exception is still held.
            assert server.ended.wait(60)
            assert (server.connections, len(server.requests)) == (1, 1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert dict(os.environ) == variables
