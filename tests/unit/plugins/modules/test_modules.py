# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The modules as Ansible runs them: arguments in, JSON on the standard output out."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import transport as _transport
from ansible_collections.sendcloud.email.plugins.modules import sendcloud_track_domain, track_domain_info
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory

NAME = "track.example.com"


def test_a_domain_is_added_and_returned(execute, emulator, given):
    result = execute(sendcloud_track_domain, name=NAME, **given)
    assert result["changed"] is True
    assert result["track_domain"]["name"] == emulator.account.find(NAME).name
    assert "failed" not in result
    assert "diff" not in result


def test_a_diff_is_returned_in_diff_mode(execute, emulator, given):
    result = execute(sendcloud_track_domain, diff=True, name=NAME, **given)
    assert result["diff"]["after"]["name"] == NAME


def test_check_mode_is_a_preview(execute, emulator, given):
    assert execute(sendcloud_track_domain, check_mode=True, name=NAME, **given)["changed"] is True
    assert emulator.journal.endpoints() == ["trackDomain/list"]


def test_a_failure_is_one_for_ansible_too(execute, emulator, given):
    result = execute(sendcloud_track_domain, id=5, **given)
    assert result["failed"] is True
    assert result["error"]["kind"] == "not_found"
    assert result["msg"].startswith("there is no tracking domain with the ID 5")
    assert "exception" not in result


def test_warnings_of_the_core_are_warnings_of_the_task(execute, emulator, given):
    emulator.account.add(NAME)
    emulator.account.change(emulator.account.find(NAME).id, certificate=_validity())
    result = execute(sendcloud_track_domain, name=NAME, new_name="click.example.com", **given)
    (warning,) = result["warnings"]
    text = warning if isinstance(warning, str) else str(warning)
    assert f"{NAME} has a certificate" in text


def _validity():
    from datetime import UTC, datetime

    from sendcloud_emulator.certificate import Validity

    return Validity(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_one_of_name_and_id_is_required(execute, emulator, given):
    result = execute(sendcloud_track_domain, **given)
    assert "one of the following is required: name, id" in result["msg"]
    assert result["error"]["kind"] == "input"
    assert emulator.journal.calls() == ()


def test_a_typing_mistake_is_not_hidden_by_what_it_leaves_missing(execute, given):
    result = execute(sendcloud_track_domain, nme=NAME, **given)
    assert result["msg"].startswith("Unsupported parameters for (")
    assert " module: nme. Supported parameters include: api_key, " in result["msg"]


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def variables(self, emulator, monkeypatch):
        monkeypatch.setenv("SENDCLOUD_API_URL", emulator.url)
        monkeypatch.setenv("SENDCLOUD_API_USER", emulator.user)
        monkeypatch.setenv("SENDCLOUD_API_KEY", emulator.key)

    def test_the_account_may_come_from_it(self, execute, emulator):
        result = execute(track_domain_info)
        assert result["account"] == {"api_user": emulator.user, "api_url": emulator.url}
        assert result["track_domains"] == []

    @pytest.mark.parametrize("option", ["api_user", "api_key"])
    @pytest.mark.parametrize("module", [sendcloud_track_domain, track_domain_info])
    def test_half_of_the_credentials_from_it_are_refused(self, execute, emulator, module, option):
        options = {"name": NAME, option: "from the task"}
        result = execute(module, **options)
        assert result["error"]["kind"] == "input"
        assert "Give both in the task, or both in the environment" in result["msg"]
        assert emulator.journal.calls() == ()

    def test_numbers_and_lists_come_from_it_too(self, execute, emulator, monkeypatch):
        monkeypatch.setenv("SENDCLOUD_API_RETRIES", "0")
        monkeypatch.setenv("SENDCLOUD_API_TIMEOUT", "2.5")
        monkeypatch.setenv("SENDCLOUD_DNS_SERVERS", "192.0.2.1,ns1.example.com")
        emulator.faults.add("reset")
        assert "ns1.example.com" in execute(sendcloud_track_domain, name=NAME)["msg"]
        monkeypatch.setenv("SENDCLOUD_DNS_SERVERS", "")
        assert execute(sendcloud_track_domain, name=NAME)["error"]["kind"] == "network"
        assert len(emulator.journal.calls()) == 1

    @pytest.mark.parametrize(("variable", "value"), [("API_RETRIES", "many"), ("API_TIMEOUT", "soon")])
    def test_a_value_of_the_wrong_type_names_the_variable(self, execute, monkeypatch, variable, value):
        monkeypatch.setenv(f"SENDCLOUD_{variable}", value)
        result = execute(track_domain_info)
        assert result["error"]["kind"] == "input"
        assert f"variable SENDCLOUD_{variable}, which sets {variable.lower()}, is {value!r} and not a " in result["msg"]

    def test_an_empty_variable_is_none(self, execute, monkeypatch):
        monkeypatch.setenv("SENDCLOUD_API_KEY", "")
        result = execute(track_domain_info)
        assert result["msg"].startswith("api_key is missing: SENDCLOUD_API_USER is set in the environment")
        assert (result["error"]["kind"], result["account"]["api_user"]) == ("input", "demo-user")


@pytest.mark.parametrize("module", [sendcloud_track_domain, track_domain_info])
def test_a_missing_library_is_the_usual_failure(execute, emulator, given, monkeypatch, module):
    handed_over = []
    fail = basic.AnsibleModule.fail_json

    def fail_json(self, *args, **fields):
        handed_over.append(fields)
        fail(self, *args, **fields)

    monkeypatch.setattr(basic.AnsibleModule, "fail_json", fail_json)
    monkeypatch.setattr(_transport, "REQUESTS_IMPORT_ERROR", "Traceback: there is no requests")
    result = execute(module, name=NAME, **given)
    assert "Failed to import the required Python library (requests >= 2.25)" in result["msg"]
    # From ansible-core 2.19 on, it is shown only where tracebacks are asked for.
    assert [fields["exception"] for fields in handed_over] == ["Traceback: there is no requests"]
    assert result["error"]["kind"] == "input"
    assert result["account"]["api_user"] == emulator.user


def test_a_library_that_is_too_old_is_named_with_what_is_needed(execute, given, monkeypatch):
    monkeypatch.setattr(_transport.requests, "__version__", "2.24.0")
    result = execute(track_domain_info, **given)
    assert result["msg"].startswith("the Python library requests 2.24.0 on ")
    assert " is too old: requests >= 2.25 is needed. Upgrade it there, or set " in result["msg"]


@pytest.mark.parametrize("fault", ["echo", "html", "reset"])
@pytest.mark.parametrize("module", [sendcloud_track_domain, track_domain_info])
def test_the_key_is_in_no_output(execute, emulator, given, module, fault):
    emulator.faults.add(fault, every=1)
    result = execute(module, name=NAME, **given, api_retries=0)
    assert result["failed"]
    assert emulator.key not in json.dumps(result)
    assert result["invocation"]["module_args"]["api_key"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_no_secret_is_logged(execute, emulator, given, monkeypatch):
    logged = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg} {log_args}"))
    issued = certificate_factory.make_leaf([NAME])
    execute(sendcloud_track_domain, name=NAME, certificate=issued.pem, private_key=issued.key_pem, **given)
    assert any(NAME in entry for entry in logged)
    for secret in (emulator.key, *issued.key_pem.splitlines()[1:-1]):
        assert not any(secret in entry for entry in logged)


@pytest.mark.parametrize("swapped", [True, False])
def test_a_key_that_is_given_as_the_certificate_by_mistake_is_not_shown(execute, given, swapped):
    issued = certificate_factory.make_leaf([NAME])
    certificate = issued.key_pem if swapped else issued.pem + issued.key_pem
    private_key = issued.pem if swapped else issued.key_pem
    result = execute(sendcloud_track_domain, name=NAME, certificate=certificate, private_key=private_key, **given)
    assert result["error"]["kind"] == "input"
    for line in issued.key_pem.splitlines()[1:-1]:
        assert line not in json.dumps(result)


@pytest.mark.parametrize("module", [sendcloud_track_domain, track_domain_info])
def test_credentials_that_are_nowhere_are_asked_for(execute, emulator, module):
    result = execute(module, name=NAME, api_url=emulator.url)
    for name in ("api_user", "api_key", "SENDCLOUD_API_USER", "SENDCLOUD_API_KEY", "the host that runs the task"):
        assert name in result["msg"]
    assert result["error"]["kind"] == "input"
    assert result["account"] == {"api_user": None, "api_url": emulator.url}


def _as_lines(key):
    return key.splitlines()


def _as_list(key):
    return [key]


def _as_dictionary(key):
    return {"content": key}


def _as_names(key):
    return {key: "content"}


@pytest.mark.parametrize("other", [{}, {"state": "wrong"}, {"id": "no number"}, {"no_option": True}], ids=str)
@pytest.mark.parametrize("form", [_as_list, _as_lines, _as_dictionary, _as_names])
@pytest.mark.parametrize("option", ["certificate", "private_key"])
def test_a_key_that_is_no_text_is_refused_and_not_shown(execute, emulator, given, option, form, other):
    issued = certificate_factory.make_leaf([NAME])
    pem = {"certificate": issued.pem, "private_key": issued.key_pem, option: form(issued.key_pem)}
    result = execute(sendcloud_track_domain, name=NAME, **pem, **other, **given)
    shown = json.dumps(result)
    for line in issued.key_pem.splitlines()[1:-1]:
        assert line not in shown
    assert result["failed"]
    assert emulator.journal.calls() == ()
    if not other:
        assert result["msg"].startswith(f"{option} is a {'dictionary' if isinstance(pem[option], dict) else 'list'}, ")
        assert (result["error"]["kind"], result["account"]["api_user"]) == ("input", emulator.user)
