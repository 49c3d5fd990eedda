# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The core of C(sendcloud_track_domain): options in, result out, against the emulator."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import make_leaf
from sendcloud_emulator.account import FIRST_ID

NAME = "track.example.com"
NEW = "click.example.com"


def short(emulator):
    return [endpoint.partition("/")[2] for endpoint in emulator.journal.endpoints()]


@pytest.fixture
def there(emulator):
    return emulator.account.add(NAME)


@pytest.fixture
def verified(emulator):
    emulator.publish(NAME)
    return emulator.account.add(NAME, verified=True)


# The API budget: what is there, what is asked for, what may be sent.
BUDGET = [
    ("present, nothing to do", {"there": True}, {}, ["list"]),
    ("absent, nothing to do", {}, {"state": "absent"}, ["list"]),
    ("verified already", {"verified": True}, {"state": "verified"}, ["list"]),
    ("add", {}, {}, ["list", "add"]),
    ("rename", {"there": True}, {"new_name": NEW}, ["list", "update"]),
    ("delete", {"there": True}, {"state": "absent"}, ["list", "delete"]),
    ("verified, CNAME ready", {"there": True, "published": True}, {"state": "verified"}, ["list", "checkConfig"]),
    ("add and verify", {"published": True}, {"state": "verified"}, ["list", "add", "checkConfig"]),
    ("recheck", {"verified": True}, {"state": "verified", "recheck": True}, ["list", "checkConfig"]),
    (
        "rename and verify",
        {"there": True, "published": True},
        {"state": "verified", "new_name": NEW},
        ["list", "update", "checkConfig"],
    ),
]


@pytest.fixture(params=BUDGET, ids=[case[0] for case in BUDGET])
def case(request, emulator):
    """One case of the budget, set up: the options, and the endpoints that a run may call."""
    _unused, world, options, endpoints = request.param
    if world.get("there") or world.get("verified"):
        emulator.account.add(NAME, verified=world.get("verified", False))
    if world.get("published") or world.get("verified"):
        emulator.publish(NAME)
        emulator.publish(NEW)
    return {"name": NAME, **options}, endpoints


def test_a_run_sends_what_the_budget_allows_over_one_connection(run, emulator, case):
    options, endpoints = case
    result = run(**options)
    assert result["error"] is None
    assert short(emulator) == endpoints
    assert emulator.journal.connections == 1


# The same in an account of 250 further domains: 3 pages of 100.
LARGE_BUDGET = [
    ("present, nothing to do", {"there": True}, {}, ["list"] * 2),
    ("absent, nothing to do", {}, {"state": "absent"}, ["list"] * 4),
    ("verified already", {"verified": True}, {"state": "verified"}, ["list"] * 2),
    ("add", {}, {}, [*["list"] * 4, "add"]),
    ("delete", {"there": True}, {"state": "absent"}, ["list", "list", "delete"]),
    ("rename", {"there": True}, {"new_name": NEW}, [*["list"] * 3, "update"]),
    ("by ID", {"there": True}, {"id": FIRST_ID + 250}, ["list"] * 3),
    (
        "verified, CNAME ready",
        {"there": True, "published": True},
        {"state": "verified"},
        ["list", "list", "checkConfig"],
    ),
    ("add and verify", {"published": True}, {"state": "verified"}, [*["list"] * 4, "add", "checkConfig"]),
]


@pytest.mark.parametrize("row", LARGE_BUDGET, ids=[row[0] for row in LARGE_BUDGET])
def test_a_run_in_a_large_account_sends_what_the_budget_allows(run, emulator, row):
    _unused, world, options, endpoints = row
    emulator.change_settings({"max_domains": 1000})
    emulator.account.add_many(f"d{number}.example.org" for number in range(250))
    if world.get("there") or world.get("verified"):
        emulator.account.add(NAME, verified=world.get("verified", False))
    if world.get("published"):
        emulator.publish(NAME)
    result = run(**{"name": NAME, **options})
    assert result["error"] is None
    assert short(emulator) == endpoints
    assert emulator.journal.connections == 1


def test_the_second_run_changes_nothing_and_only_lists(run, emulator, case):
    options, _unused = case
    run(**options)
    emulator.journal.clear()
    result = run(**{**options, "recheck": False})
    assert result["changed"] is False
    assert short(emulator) == ["list"]
    assert result["diff"]["before"] == result["diff"]["after"]


def test_a_preview_only_lists_and_says_what_the_run_then_does(run, emulator, case):
    options, _unused = case
    domains = emulator.account.domains()
    preview = run(preview=True, **options)
    assert short(emulator) == ["list"]
    assert emulator.account.domains() == domains
    result = run(**options)
    assert preview["changed"] is result["changed"]
    assert preview["diff"] == result["diff"]
    assert preview["track_domain_before"] == result["track_domain_before"]


def test_changed_is_what_happened(run, emulator, case):
    options, _unused = case
    before = {domain.name: domain.verified for domain in emulator.account.domains()}
    result = run(**options)
    after = {domain.name: domain.verified for domain in emulator.account.domains()}
    assert result["changed"] is (before != after)


def test_what_an_added_domain_returns(run, emulator):
    result = run(name="Track.Example.COM.")
    domain = emulator.account.find(NAME)
    assert result["account"] == {"api_user": "demo-user", "api_url": emulator.url}
    assert result["track_domain_before"] is None
    assert result["track_domain"]["id"] == domain.id
    assert result["track_domain"]["dns_record"]["zone_line"] == f"{NAME}. IN CNAME track2.sendcloud.net."
    assert result["diff"] == {
        "before": {},
        "after": {
            "name": NAME,
            "cname_verified": False,
            "https_configured": False,
            "certificate_not_before": None,
            "certificate_not_after": None,
        },
    }
    assert "verification" not in result
    assert result["warnings"] == []


def test_a_preview_of_an_addition_knows_no_id_and_no_target(run):
    domain = run(preview=True, name=NAME)["track_domain"]
    assert domain["id"] is None
    assert domain["name"] == NAME
    assert domain["dns_record"] == {"type": "CNAME", "name": NAME, "value": None, "host": None, "zone_line": None}


def test_an_internationalised_name_is_sent_in_a_labels(run, emulator):
    assert run(name="bücher.example")["changed"]
    assert emulator.journal.calls()[1].parameters["name"] == "xn--bcher-kva.example"
    assert not run(name="xn--bcher-kva.example.")["changed"]


@pytest.mark.parametrize("matching", ["substring", "exact"])
def test_a_neighbour_is_never_touched(run, emulator, matching):
    emulator.change_settings({"name_matching": matching})
    neighbour = emulator.account.add(f"a-{NAME}", verified=True)
    assert run(name=NAME, state="absent")["changed"] is False
    assert run(name=NAME)["changed"] is True
    assert run(name=NAME, state="absent")["changed"] is True
    assert emulator.account.domains() == [neighbour]


def test_selecting_by_id_and_renaming_read_the_whole_list(run, emulator):
    emulator.account.add_many(f"d{number}.example.com" for number in range(150))
    there = emulator.account.add(NAME)
    assert run(id=there.id)["track_domain"]["name"] == NAME
    assert short(emulator) == ["list", "list"]
    emulator.journal.clear()
    assert run(name=NAME, new_name=NEW)["changed"]
    assert short(emulator) == ["list", "list", "update"]


class TestRename:
    def test_done(self, run, emulator, verified):
        result = run(name=NAME, new_name=NEW)
        assert result["changed"] is True
        assert result["track_domain"]["id"] == result["track_domain_before"]["id"] == verified.id
        assert (result["track_domain_before"]["name"], result["track_domain"]["name"]) == (NAME, NEW)
        assert result["diff"]["before"]["cname_verified"] is True
        assert result["diff"]["after"]["cname_verified"] is False

    def test_a_service_that_keeps_the_status_is_believed(self, run, emulator, verified):
        emulator.change_settings({"rename_resets_cname": False})
        result = run(name=NAME, new_name=NEW)
        assert result["track_domain"]["cname_verified"] is True

    def test_done_already(self, run, emulator):
        emulator.account.add(NEW)
        result = run(name=NAME, new_name=NEW)
        assert (result["changed"], result["track_domain"]["name"]) == (False, NEW)

    def test_both_names_there(self, run, emulator, there):
        emulator.account.add(NEW)
        result = run(name=NAME, new_name=NEW)
        assert result["error"]["kind"] == "conflict"
        assert short(emulator) == ["list"]

    def test_neither_name_there(self, run, emulator):
        result = run(name=NAME, new_name=NEW)
        assert result["error"]["kind"] == "not_found"
        assert short(emulator) == ["list"]

    def test_with_absent_it_makes_no_sense(self, run, emulator, there):
        result = run(name=NAME, new_name=NEW, state="absent")
        assert result["error"]["kind"] == "input"
        assert "new_name renames a domain, and state=absent deletes it" in result["msg"]
        assert short(emulator) == []


def test_an_id_and_a_name_that_are_two_domains(run, emulator, there):
    other = emulator.account.add(NEW)
    result = run(id=there.id, name=NEW)
    assert result["failed"]
    assert result["error"] == {
        "kind": "conflict",
        "status_code": None,
        "api_message": None,
        "http_status": None,
        "endpoint": None,
    }
    assert emulator.account.domains() == [there, other]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": "foo..bar"}, "empty label"),
        ({"name": "-a.example"}, "hyphen"),
        ({"name": f"{'a' * 64}.example"}, "64 characters"),
        ({"name": "localhost"}, "has only one label"),
        ({"name": ""}, "is empty"),
        ({"name": NAME, "new_name": "x y.example"}, "new_name is not a domain name"),
        ({"name": None}, "one of the following is required: name, id"),
        ({"id": 0}, "id is 0, but the ID of a tracking domain is a positive number"),
        ({"id": -5}, "id is -5"),
        ({"id": 2**63}, "id is"),
        ({"name": NAME, "wait_timeout": -1}, "wait_timeout is -1"),
        ({"name": NAME, "wait_timeout": 10**9}, "wait_timeout is 1000000000"),
        ({"name": NAME, "wait_interval": 0}, "wait_interval is 0"),
        ({"name": NAME, "api_url": "http://api2.sendcloud.net/api"}, "https"),
        ({"name": NAME, "api_key": ""}, "api_key is empty"),
    ],
)
@pytest.mark.parametrize("preview", [False, True])
def test_bad_input_is_refused_before_any_request(run, emulator, options, text, preview):
    result = run(preview=preview, **options)
    assert result["failed"]
    assert result["error"]["kind"] == "input"
    assert text in result["msg"]
    assert (result["changed"], result["track_domain"]) == (False, None)
    assert result["account"]["api_user"] == "demo-user"
    assert short(emulator) == []


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ({"api_key": "wrong"}, 40005, "Check api_user and api_key, and that api_url is the base URL"),
        ({"api_user": "nobody"}, 41109, "Check api_user and api_key"),
    ],
)
def test_wrong_credentials_are_said_with_the_region_as_a_hint(run, emulator, options, code, text):
    result = run(name=NAME, **options)
    assert (result["error"]["kind"], result["error"]["status_code"]) == ("authentication", code)
    assert text in result["msg"]
    assert short(emulator) == ["list"]


def test_a_missing_permission(run, emulator):
    emulator.change_settings({"permission": False})
    result = run(name=NAME)
    assert result["error"]["kind"] == "permission"
    assert "IP allowlist" in result["msg"]


class TestVerified:
    """By asking SendCloud alone; what DNS adds to it is in test_verification.py."""

    def test_it_asks_until_it_passes(self, run, emulator, clock, there):
        clock.at_sleep.append(lambda seconds: emulator.publish(NAME) if seconds >= 25 else None)
        result = run(name=NAME, state="verified")
        assert result["changed"] is True
        assert result["track_domain"]["cname_verified"] is True
        assert result["verification"] == {"attempts": 4, "waited": 30.0, "dns": None}
        assert clock.sleeps == [10, 10, 10]

    def test_the_last_wait_is_cut_to_the_deadline(self, run, emulator, clock, there):
        result = run(name=NAME, state="verified", wait_timeout=25)
        assert clock.sleeps == [10, 10, 5]
        assert result["verification"] == {"attempts": 4, "waited": 25.0, "dns": None}
        assert result["error"]["kind"] == "verification"
        assert result["changed"] is False

    @pytest.mark.parametrize("options", [{"wait": False}, {"wait_timeout": 0}])
    def test_without_waiting_there_is_one_look(self, run, emulator, clock, there, options):
        result = run(name=NAME, state="verified", **options)
        assert result["error"]["kind"] == "verification"
        assert short(emulator) == ["list", "checkConfig"]
        assert clock.sleeps == []

    def test_a_failure_says_what_to_publish(self, run, emulator, there):
        result = run(name=NAME, state="verified", wait=False)
        assert f'SendCloud does not see the record "{NAME}. IN CNAME track2.sendcloud.net."' in result["msg"]
        assert "dnspython" in result["msg"]
        assert result["track_domain"]["cname_verified"] is False
        assert result["error"]["endpoint"] == "trackDomain/checkConfig"

    def test_a_failure_after_adding_says_that_something_changed(self, run, emulator):
        result = run(name=NAME, state="verified", wait=False)
        assert result["failed"]
        assert result["changed"] is True
        assert result["track_domain"]["id"] == emulator.account.find(NAME).id
        assert result["diff"]["after"]["name"] == NAME

    def test_verified_already_is_not_asked_again(self, run, emulator, verified):
        result = run(name=NAME, state="verified")
        assert result["verification"] == {"attempts": 0, "waited": 0.0, "dns": None}
        assert short(emulator) == ["list"]

    def test_a_recheck_that_finds_a_lost_record(self, run, emulator, verified):
        emulator.withdraw(NAME)
        result = run(name=NAME, state="verified", recheck=True, wait=False)
        assert result["error"]["kind"] == "verification"
        assert result["changed"] is True
        assert result["diff"]["before"]["cname_verified"] is True
        assert result["diff"]["after"]["cname_verified"] is False

    @pytest.mark.parametrize("fault", ["reset", "refuse", "truncated"])
    def test_a_passing_error_is_one_attempt(self, run, emulator, clock, there, fault):
        emulator.publish(NAME)
        emulator.faults.add(fault, endpoint="checkConfig", nth=[1, 2])
        result = run(name=NAME, state="verified")
        assert (result["changed"], result["verification"]["attempts"]) == (True, 3)
        assert clock.sleeps == [10, 10]

    def test_a_recheck_without_an_answer_has_not_passed(self, run, emulator, clock, verified):
        emulator.withdraw(NAME)
        emulator.faults.add("refuse", endpoint="checkConfig")
        result = run(name=NAME, state="verified", recheck=True, wait_timeout=10)
        assert (result["error"]["kind"], result["changed"]) == ("verification", True)
        assert result["verification"]["attempts"] == 2

    @pytest.mark.parametrize(("fault", "kind"), [("status", "server"), ("reset", "network"), ("code", "rate_limited")])
    def test_if_nothing_but_passing_errors_came_it_is_one_of_them(self, run, emulator, there, fault, kind):
        emulator.faults.add(fault, endpoint="checkConfig", every=1)
        result = run(name=NAME, state="verified", wait_timeout=20)
        assert result["error"]["kind"] == kind
        assert f"{NAME} could not be verified: SendCloud gave no answer in time" in result["msg"]
        assert result["verification"]["attempts"] == 3

    def test_a_passing_error_at_the_end_does_not_hide_what_was_found(self, run, emulator, there):
        emulator.faults.add("reset", endpoint="checkConfig", nth=3)
        result = run(name=NAME, state="verified", wait_timeout=20)
        assert result["error"]["kind"] == "verification"
        assert "The last attempt failed otherwise" in result["msg"]

    def test_a_last_check_whose_answer_was_lost_is_settled_by_a_list(self, run, emulator, there):
        emulator.publish(NAME)
        emulator.faults.add("reset", endpoint="checkConfig", when="after", every=1)
        result = run(name=NAME, state="verified", wait=False, api_retries=0)
        assert (result["error"], result["changed"]) == (None, True)
        assert result["track_domain"]["cname_verified"] is True
        assert short(emulator) == ["list", "checkConfig", "list"]

    def test_a_lost_record_is_reported_also_if_the_answer_was_lost(self, run, emulator, verified):
        emulator.withdraw(NAME)
        emulator.faults.add("reset", endpoint="checkConfig", when="after", every=1)
        result = run(name=NAME, state="verified", recheck=True, wait=False)
        assert (result["error"]["kind"], result["changed"]) == ("verification", True)
        assert result["track_domain"]["cname_verified"] is False

    def test_if_the_list_fails_too_nothing_more_is_known(self, run, emulator, there):
        emulator.publish(NAME)
        emulator.faults.add("reset", endpoint="checkConfig", when="after", every=1)
        emulator.faults.add("reset", endpoint="list", start_at=2)
        result = run(name=NAME, state="verified", wait=False)
        assert (result["error"]["kind"], result["error"]["endpoint"]) == ("network", "trackDomain/checkConfig")
        emulator.faults.clear()
        assert run(name=NAME, state="verified")["changed"] is False

    @pytest.mark.parametrize(("code", "kind"), [(40005, "authentication"), (6001, "permission"), (77777, "rejected")])
    def test_any_other_error_ends_the_waiting(self, run, emulator, clock, there, code, kind):
        emulator.faults.add("code", code=code, endpoint="checkConfig")
        result = run(name=NAME, state="verified")
        assert result["error"]["kind"] == kind
        assert clock.sleeps == []

    def test_without_waiting_the_usual_retries_count(self, run, emulator, clock, there):
        emulator.publish(NAME)
        emulator.faults.add("status", status=503, endpoint="checkConfig", nth=[1, 2])
        result = run(name=NAME, state="verified", wait=False)
        assert (result["error"], result["verification"]["attempts"]) == (None, 1)
        assert short(emulator) == ["list", "checkConfig", "checkConfig", "checkConfig"]

    def test_a_domain_removed_at_sendcloud_while_waiting(self, run, emulator, clock, there):
        clock.at_sleep.append(lambda seconds: emulator.account.remove(there.id))
        result = run(name=NAME, state="verified")
        assert result["error"]["kind"] == "not_found"
        assert "was removed at SendCloud while its verification was under way" in result["msg"]
        assert (result["changed"], result["track_domain"]) == (False, None)
        assert clock.sleeps == [10]

    def test_a_check_that_answers_without_the_domain_is_settled_by_a_list(self, run, emulator, clock, there):
        emulator.publish(NAME)
        empty = {"result": True, "statusCode": 200, "info": {"dataList": [], "count": 0}}
        emulator.faults.add("json_no_envelope", endpoint="checkConfig", value=empty)
        result = run(name=NAME, state="verified")
        assert (result["error"], result["verification"]["attempts"]) == (None, 2)
        assert short(emulator) == ["list", "checkConfig", "list", "checkConfig"]

    def test_an_added_domain_that_is_verified_from_the_start_is_checked_as_previewed(self, run, emulator):
        emulator.publish(NAME)
        assert run(name=NAME, state="verified")["verification"]["attempts"] == 1

    def test_a_failed_verification_can_be_run_again(self, run, emulator, there):
        assert run(name=NAME, state="verified", wait=False)["failed"]
        emulator.publish(NAME)
        assert run(name=NAME, state="verified", wait=False)["changed"] is True


@pytest.mark.parametrize("fault", ["echo", "control_characters", "html", "redirect", "reset", "oversized"])
@pytest.mark.parametrize("endpoint", ["list", "add", "checkConfig"])
def test_the_key_is_in_no_result_whatever_the_service_answers(run, emulator, fault, endpoint):
    emulator.faults.add(fault, endpoint=endpoint, every=1)
    result = run(name=NAME, state="verified", wait=False)
    assert result["failed"]
    assert emulator.key not in repr(result)
    assert "\x1b" not in result["msg"]


@pytest.mark.parametrize("option", ["api_key", "private_key", "certificate"])
def test_a_secret_that_is_no_text_is_a_clear_failure(run, emulator, option):
    options = {"certificate": "x", "private_key": "y"} if option != "api_key" else {}
    result = run(name=NAME, **{**options, option: "\udc82\udc30"})
    assert result["error"]["kind"] == "input"
    assert result["account"]["api_user"] == emulator.user
    assert emulator.journal.calls() == ()


def test_a_validity_at_the_beginning_of_time_is_no_crash(run, emulator):
    there = emulator.account.add(NAME)
    row = {"id": there.id, "name": NAME, "certiValidityStart": "0001-01-01 00:00:00", "https": True}
    info = {"dataList": [{**row, "certiValidityEnd": "0001-01-01 00:00:00"}], "total": 1}
    emulator.faults.add("json_no_envelope", endpoint="list", value={"result": True, "info": info})
    issued = make_leaf([NAME])
    emulator.clock.skip(40 * 24 * 3600)
    result = run(name=NAME, certificate=issued.pem, private_key=issued.key_pem)
    assert (result["error"], result["changed"]) == (None, True)


def test_a_write_whose_answer_contradicts_itself_is_settled_as_this_runs_own(run, emulator):
    value = {"result": False, "statusCode": 200, "message": "ok", "info": {}}
    emulator.faults.add("json_no_envelope", endpoint="add", when="after", value=value)
    result = run(name=NAME)
    assert (result["error"], result["changed"]) == (None, True)


def test_a_redirect_to_nowhere_is_one_all_the_same(run, emulator):
    emulator.faults.add("redirect", location="http://[", every=1)
    assert run(name=NAME)["error"]["kind"] == "protocol"
    assert len(emulator.journal.calls()) == 1


def test_a_value_nested_for_ever_where_a_boolean_belongs(run, emulator):
    nested = 1
    for _unused in range(900):
        nested = [nested]
    info = {"dataList": [{"id": 1, "name": NAME, "cname": nested}], "total": 1}
    emulator.faults.add("json_no_envelope", endpoint="list", value={"result": True, "info": info})
    assert run(name=NAME)["error"]["kind"] == "protocol"
