# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A whole account in one task."""

from __future__ import annotations

import ssl
from datetime import timedelta

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory as factory

A, B, C, D, E = (f"{letter}.example.com" for letter in "abcde")
OLD = [f"old{number}.example.com" for number in range(5)]
NEW = [f"new{number}.example.com" for number in range(5)]
LISTS = ("added", "updated", "newly_verified", "removed", "not_removed")


def short(emulator):
    """The endpoints called since the last time."""
    called = [endpoint.partition("/")[2] for endpoint in emulator.journal.endpoints()]
    emulator.journal.clear()
    return called


def lists(result):
    return {name: result[name] for name in LISTS if result[name]}


def there(emulator):
    return sorted(domain.name for domain in emulator.account.domains())


def certified(name, clock, days=60):
    issued = factory.make_leaf([name], clock.now() - timedelta(days=1), clock.now() + timedelta(days=days))
    return {"name": name, "certificate": issued.pem, "private_key": issued.key_pem}


@pytest.fixture
def converge(run_set, emulator):
    """Preview and run: what the preview says has to be what the run does."""

    def converge(rows, **options):
        before = emulator.account.domains()
        preview = run_set(rows, preview=True, **options)
        assert set(short(emulator)) <= {"list"}
        assert emulator.account.domains() == before
        result = run_set(rows, **options)
        if result["error"] is None:
            assert (preview["changed"], preview["diff"]) == (result["changed"], result["diff"])
            assert lists(preview) == lists(result)
        return result

    return converge


@pytest.fixture
def full(emulator):
    """An account that has as many domains as it may have, all of them verified."""
    emulator.account.add_many(OLD, verified=True)


class TestBudget:
    def test_a_set_with_nothing_to_do_is_one_request(self, run_set, emulator):
        names = [f"d{number}.example.com" for number in range(100)]
        emulator.account.add_many(names, verified=True)
        result = run_set(names, state="verified")
        assert (result["changed"], result["error"]) == (False, None)
        assert short(emulator) == ["list"]

    def test_five_to_add_and_verify_are_seven_requests_on_one_connection(self, converge, emulator):
        for name in NEW:
            emulator.publish(name)
        result = converge(NEW, state="verified")
        assert lists(result) == {"added": NEW, "newly_verified": NEW}
        assert emulator.journal.connections == 1
        assert short(emulator) == ["list", *["add"] * 5, "checkConfig"]
        assert result["verification"]["attempts"] == 1

    def test_a_large_account_is_read_once(self, run_set, emulator):
        names = [f"d{number}.example.com" for number in range(250)]
        emulator.account.add_many(names)
        run_set(names[200:])
        assert short(emulator) == ["list"] * 3

    def test_a_hundred_domains_are_checked_with_one_request(self, run_set, emulator):
        names = [f"d{number}.example.com" for number in range(130)]
        emulator.account.add_many(names)
        for name in names:
            emulator.publish(name)
        result = run_set(names, state="verified")
        assert result["newly_verified"] == names
        assert short(emulator) == ["list", "list", "checkConfig", "checkConfig"]


class TestConverging:
    def test_what_is_returned(self, converge, emulator, clock):
        emulator.account.add_many([B, C])
        emulator.publish(A)
        emulator.publish(B)
        result = converge([A, certified(B, clock)], state="verified", prune=True)
        assert lists(result) == {"added": [A], "updated": [B], "newly_verified": [A, B], "removed": [C]}
        assert [domain["name"] for domain in result["track_domains"]] == [A, B]
        assert result["failures"] == []
        (record,) = result["records_to_remove"]
        assert record["zone_line"] == f"{C}. IN CNAME track2.sendcloud.net."
        assert result["account"]["api_user"] == "demo-user"
        assert result["verification"]["dns"] == {A: None, B: None}
        assert short(emulator) == ["list", "add", "update", "checkConfig", "delete"]

    def test_the_diff_holds_what_changes_by_name(self, converge, emulator):
        emulator.account.add_many([A, C])
        result = converge([A, B], prune=True)
        assert sorted(result["diff"]["before"]) == [C]
        assert sorted(result["diff"]["after"]) == [B]
        assert sorted(result["diff"]["after"][B]) == [
            "certificate_not_after",
            "certificate_not_before",
            "cname_verified",
            "https_configured",
            "name",
        ]

    def test_a_second_run_changes_nothing(self, converge, emulator, clock):
        rows = [A, certified(B, clock)]
        emulator.publish(A)
        emulator.publish(B)
        assert converge(rows, state="verified")["changed"] is True
        emulator.journal.clear()
        result = converge(rows, state="verified")
        assert (result["changed"], result["diff"]) == (False, {"before": {}, "after": {}})

    def test_a_preview_takes_no_verified_domain_for_newly_verified(self, converge, emulator, clock):
        emulator.account.add(A, verified=True)
        emulator.publish(A)
        result = converge([certified(A, clock)], state="verified", recheck=True)
        assert lists(result) == {"updated": [A]}

    def test_without_prune_the_rest_stays(self, converge, emulator):
        emulator.account.add_many([B, C])
        converge([A])
        assert there(emulator) == [A, B, C]

    def test_what_is_kept_is_not_pruned(self, converge, emulator):
        emulator.account.add_many([A, B, C])
        result = converge([A], prune=True, prune_keep=["B.example.com."])
        assert result["removed"] == [C]
        assert there(emulator) == [A, B]

    def test_present_deletes_with_nothing_verified(self, converge, emulator):
        emulator.account.add(B, verified=True)
        assert converge([A], prune=True)["removed"] == [B]

    def test_an_internationalised_name_is_the_same_in_both_spellings(self, converge, emulator):
        emulator.account.add("xn--bcher-kva.example")
        assert converge(["Bücher.example"], prune=True)["changed"] is False


class TestPartialFailure:
    def test_one_bad_certificate_of_three_stops_neither_of_the_others(self, run_set, emulator, clock):
        emulator.account.add(B, verified=True)
        bad = {**certified(A, clock), "name": B}
        result = run_set([A, bad, C], prune=True, prune_limit=0)
        assert result["failed"]
        assert result["changed"] is True
        assert lists(result) == {"added": [A, C]}
        assert [failure["name"] for failure in result["failures"]] == [B]
        assert result["error"] == result["failures"][0]["error"]
        assert result["error"]["kind"] == "input"
        assert result["msg"].startswith(f"1 of 3 tracking domains failed:\n{B}: certificate does not cover {B}")
        assert result["track_domains"][1]["name"] == B
        assert there(emulator) == [A, B, C]

    def test_a_refusal_names_its_domain_and_stops_no_other(self, run_set, emulator):
        emulator.change_settings({"sending_domains": [B]})
        result = run_set([A, B, C])
        assert lists(result) == {"added": [A, C]}
        assert [failure["name"] for failure in result["failures"]] == [B]
        assert result["error"]["kind"] == "rejected"
        assert result["track_domains"][1] is None

    def test_two_failures_are_counted_and_both_are_told(self, run_set, emulator):
        emulator.change_settings({"sending_domains": [B, C]})
        result = run_set([A, B, C])
        assert result["msg"].startswith("2 of 3 tracking domains failed:\n")
        assert f"{B} is a sending domain" in result["msg"]
        assert f"{C} is a sending domain" in result["msg"]

    def test_what_does_not_pass_is_named_and_nothing_is_deleted(self, run_set, emulator):
        emulator.account.add(D, verified=True)
        emulator.publish(A)
        result = run_set([A, B], state="verified", wait=False, prune=True)
        assert lists(result) == {"added": [A, B], "newly_verified": [A], "not_removed": [D]}
        assert (result["error"]["kind"], result["changed"]) == ("verification", True)
        assert [failure["name"] for failure in result["failures"]] == [B]
        assert D in there(emulator)

    def test_wrong_credentials_are_one_request_and_not_one_for_each(self, run_set, emulator):
        names = [f"d{number}.example.com" for number in range(100)]
        result = run_set(names, api_key="wrong")
        assert (result["error"]["kind"], result["changed"]) == ("authentication", False)
        assert result["track_domains"] == []
        assert short(emulator) == ["list"]

    def test_credentials_withdrawn_in_the_middle_end_the_run(self, run_set, emulator):
        emulator.account.add_many([D, E])
        emulator.faults.add("code", code=40005, endpoint="add", start_at=2)
        result = run_set([A, B, C, D], state="verified", prune=True)
        assert lists(result) == {"added": [A], "not_removed": [E]}
        assert [failure["name"] for failure in result["failures"]] == [A, B, C, D]
        assert {failure["error"]["kind"] for failure in result["failures"]} == {"authentication"}
        assert "was not tried after that failure" in result["failures"][2]["msg"]
        assert result["msg"].startswith(f"4 of 5 tracking domains failed:\n{B}: SendCloud refused trackDomain/add")
        assert result["msg"].endswith(f"\nnot tried after that: {A}, {C}, {D}")
        assert "Check api_user and api_key" in result["failures"][1]["msg"]
        assert short(emulator) == ["list", "add", "add"]

    def test_what_is_as_wanted_is_no_failure_of_an_ended_run(self, run_set, emulator):
        emulator.account.add(D)
        emulator.faults.add("code", code=6001, endpoint="add")
        result = run_set([A, D])
        assert [failure["name"] for failure in result["failures"]] == [A]
        assert result["track_domains"][1]["name"] == D

    def test_a_write_in_doubt_is_settled_for_its_domain_alone(self, run_set, emulator):
        emulator.faults.add("reset", endpoint="add", when="after", nth=2)
        result = run_set([A, B, C])
        assert (result["error"], lists(result)) == (None, {"added": [A, B, C]})
        assert short(emulator) == ["list", "add", "add", "list", "add"]

    def test_a_write_that_stays_in_doubt_is_a_change_and_no_addition(self, run_set, emulator):
        emulator.faults.add("reset", endpoint="add", when="before", every=1)
        result = run_set([A])
        assert (result["changed"], result["error"]["kind"], lists(result)) == (True, "network", {})
        assert "is not known" in result["msg"]

    def test_a_namesake_does_not_hide_that_a_domain_was_pruned(self, run_set, emulator):
        emulator.account.add(B)
        emulator.account.add(B)
        emulator.account.add(A)
        emulator.faults.add("reset", endpoint="delete", when="after")
        result = run_set([A], prune=True, prune_limit=2)
        assert (result["error"], lists(result)) == (None, {"removed": [B, B]})
        assert there(emulator) == [A]


@pytest.mark.parametrize(("state", "is_there"), [("present", False), ("verified", True)])
def test_a_verification_is_returned_where_one_was_asked_for(run_set, emulator, state, is_there):
    emulator.publish(A)
    assert ("verification" in run_set([A], state=state)) is is_there


class TestManyFailures:
    @pytest.mark.parametrize("count", [2, 10, 12])
    def test_ten_are_told_and_the_others_named(self, run_set, emulator, count):
        emulator.faults.add("code", code=41015, endpoint="add", every=1)
        names = [f"d{number}.example.com" for number in range(count)]
        result = run_set(names)
        lines = result["msg"].split("\n")
        assert lines[0] == f"{count} of {count} tracking domains failed:"
        assert [line.partition(": ")[0] for line in lines[1:11]] == names[:10]
        assert lines[11:] == ([f"also failed, see failures: {', '.join(names[10:])}"] if count > 10 else [])
        assert [row["name"] for row in result["failures"]] == names
        assert not any(line.endswith(".") for line in lines)

    def test_the_only_one_is_told_as_it_is(self, run_set, emulator):
        emulator.faults.add("code", code=41015, endpoint="add", every=1)
        result = run_set([A])
        assert result["msg"] == result["failures"][0]["msg"]


class TestWhatIsLeftAlone:
    def test_an_add_that_is_refused_for_its_name_makes_no_room(self, run_set, emulator):
        emulator.account.add(B)
        emulator.faults.add("code", code=41015, endpoint="add", every=1)
        result = run_set([C], prune=True)
        assert (result["error"]["kind"], lists(result)) == ("rejected", {"not_removed": [B]})
        assert there(emulator) == [B]

    def test_a_verified_domain_that_gets_a_certificate_is_not_verified_again(self, run_set, emulator, clock):
        emulator.account.add(A, verified=True)
        result = run_set([certified(A, clock)], state="verified")
        assert (result["error"], lists(result)) == (None, {"updated": [A]})
        assert short(emulator) == ["list", "update"]

    def test_a_domain_whose_certificate_is_bad_is_not_verified(self, run_set, emulator, clock):
        emulator.account.add(A)
        emulator.publish(A)
        result = run_set([{**certified(B, clock), "name": A}], state="verified")
        assert (result["error"]["kind"], lists(result)) == ("input", {})
        assert short(emulator) == ["list"]


class TestPruningAfterAWait:
    @pytest.mark.parametrize(("seconds", "looks_again"), [(4, False), (5, True), (6, True)])
    def test_after_five_seconds_each_domain_to_delete_is_looked_at_once_more(
        self, run_set, emulator, clock, seconds, looks_again
    ):
        emulator.account.add_many([A, B])
        clock.at_sleep.append(lambda _seconds: emulator.publish(A))
        result = run_set([A], state="verified", prune=True, wait_interval=seconds)
        assert (result["error"], lists(result)) == (None, {"newly_verified": [A], "removed": [B]})
        again = ["list"] if looks_again else []
        assert short(emulator) == ["list", "checkConfig", "checkConfig", *again, "delete"]

    def test_what_cannot_be_looked_at_once_more_stays(self, run_set, emulator, clock):
        emulator.account.add_many([A, B])
        clock.at_sleep.append(lambda _seconds: emulator.publish(A))
        emulator.faults.add("status", status=500, endpoint="list", start_at=2)
        result = run_set([A], state="verified", prune=True)
        assert (result["error"]["kind"], lists(result)) == ("server", {"newly_verified": [A], "not_removed": [B]})
        assert [row["name"] for row in result["failures"]] == [B]
        assert there(emulator) == [A, B]


class TestFullAccount:
    @pytest.fixture
    def published(self, emulator):
        for name in NEW:
            emulator.publish(name)

    def verified_at_each_step(self, emulator):
        """How many verified domains there are, before each call; filled while a run goes on."""
        seen = []
        handle = emulator.service.handle

        def watched(request, line):
            seen.append(sum(domain.verified for domain in emulator.account.domains()))
            return handle(request, line)

        emulator.service.handle = watched
        return seen

    def test_domains_are_replaced_one_by_one(self, run_set, emulator, full, published):
        seen = self.verified_at_each_step(emulator)
        result = run_set(NEW, state="verified", prune=True, prune_limit=5)
        assert result["error"] is None
        assert lists(result) == {"added": NEW, "newly_verified": NEW, "removed": OLD}
        assert there(emulator) == sorted(NEW)
        assert min(seen) == 4
        assert short(emulator) == ["list", "add", "list", *["delete", "add", "checkConfig"] * 5]

    def test_what_fits_is_added_and_verified_first(self, run_set, emulator, published):
        emulator.account.add_many(OLD[:4], verified=True)
        result = run_set(NEW[:2], state="verified", prune=True, prune_limit=4)
        assert result["error"] is None
        called = short(emulator)
        assert called == ["list", "add", "add", "list", "checkConfig", "delete", "add", "checkConfig", *["delete"] * 3]

    def test_the_unverified_go_first(self, run_set, emulator, published):
        emulator.account.add_many(OLD[:4], verified=True)
        emulator.account.add(OLD[4])
        result = run_set(NEW[:1], state="verified", prune=True, prune_limit=5, prune_keep=[])
        assert result["removed"][0] == OLD[4]

    def test_a_failed_round_ends_the_deleting(self, run_set, emulator, full):
        emulator.publish(NEW[0])
        result = run_set(NEW, state="verified", prune=True, prune_limit=5, wait=False)
        assert lists(result) == {
            "added": NEW[:2],
            "newly_verified": NEW[:1],
            "removed": OLD[:2],
            "not_removed": OLD[2:],
        }
        assert result["error"]["kind"] == "verification"
        assert [failure["name"] for failure in result["failures"]] == NEW[1:]
        assert {failure["error"]["kind"] for failure in result["failures"][1:]} == {"limit_reached"}
        assert "No domain was deleted to make room for it" in result["failures"][1]["msg"]
        for name in NEW:
            emulator.publish(name)
        again = run_set(NEW, state="verified", prune=True, prune_limit=5)
        assert again["error"] is None
        assert there(emulator) == sorted(NEW)

    def test_a_deletion_that_is_not_permitted_ends_the_run(self, run_set, emulator, full, published):
        emulator.faults.add("code", code=6001, endpoint="delete", every=1)
        result = run_set(NEW, state="verified", prune=True, prune_limit=5)
        assert (result["error"]["kind"], result["changed"]) == ("permission", False)
        assert [row["name"] for row in result["failures"]] == [*NEW, OLD[0]]
        assert [row["msg"] for row in result["failures"][:-1]] == [
            f"{name} was not tried after that failure" for name in NEW
        ]
        assert result["msg"].endswith(f"not tried after that: {', '.join(NEW)}")

    def test_a_failure_before_keeps_every_domain(self, run_set, emulator, full, published, clock):
        bad = {**certified(A, clock), "name": NEW[1]}
        result = run_set([NEW[0], bad], state="verified", prune=True, prune_limit=5)
        assert lists(result) == {"not_removed": OLD}
        assert result["changed"] is False
        assert {failure["error"]["kind"] for failure in result["failures"]} == {"input", "limit_reached"}

    def test_without_prune_a_full_account_is_said(self, run_set, emulator, full):
        result = run_set(NEW[:2])
        assert {failure["error"]["kind"] for failure in result["failures"]} == {"limit_reached"}
        assert there(emulator) == OLD

    def test_more_wanted_than_there_is_room_for(self, run_set, emulator, full, published):
        emulator.publish(A)
        result = run_set([*NEW, A], state="verified", prune=True, prune_limit=5)
        assert lists(result)["added"] == NEW
        assert [failure["name"] for failure in result["failures"]] == [A]
        assert result["error"]["kind"] == "limit_reached"


class TestInput:
    def refused(self, run_set, emulator, rows, **options):
        for preview in (True, False):
            result = run_set(rows, preview=preview, **options)
            assert result["failed"]
            assert (result["error"]["kind"], result["changed"]) == ("input", False)
        assert emulator.journal.calls() == ()
        return result["msg"]

    def test_an_empty_list_with_prune(self, run_set, emulator):
        assert "Was the list left empty by mistake?" in self.refused(run_set, emulator, [], prune=True)

    def test_an_empty_list_without_prune_is_nothing_to_do(self, run_set, emulator):
        result = run_set([])
        assert (result["error"], result["changed"], result["track_domains"]) == (None, False, [])

    def test_bad_names_and_names_given_twice_are_told_by_their_place(self, run_set, emulator):
        message = self.refused(run_set, emulator, [A, "https://b.example.com", "A.example.com.", C, "c"])
        assert "track_domains, no. 2 is not a domain name" in message
        assert f"track_domains, no. 3 is the same as no. 1 ({A})" in message
        assert "track_domains, no. 5" in message

    @pytest.mark.parametrize(("option", "value"), [("prune_keep", ["-"]), ("prune_limit", -1), ("wait_timeout", -1)])
    def test_other_options(self, run_set, emulator, option, value):
        assert option in self.refused(run_set, emulator, [A], prune=True, **{option: value})

    @pytest.mark.parametrize("preview", [True, False])
    def test_half_a_list_does_not_empty_the_account(self, run_set, emulator, preview):
        emulator.account.add_many([A, B, C, D])
        result = run_set([A], prune=True, preview=preview)
        assert result["error"]["kind"] == "input"
        assert f"prune would delete 3 tracking domains, but prune_limit allows 1: {B}, {C}, {D}" in result["msg"]
        assert short(emulator) == ["list"]
        assert there(emulator) == [A, B, C, D]


def test_the_private_keys_are_in_no_result(run_set, emulator, clock):
    emulator.faults.add("echo", every=1)
    rows = [certified(A, clock), certified(B, clock)]
    result = run_set(rows)
    assert result["failed"]
    for row in rows:
        assert not [line for line in row["private_key"].splitlines()[1:-1] if line in repr(result)]


class TestAccountsThatOthersChange:
    """What somebody else does between the reading and the deletions."""

    def test_a_domain_renamed_to_a_wanted_name_is_not_pruned(self, run_set, emulator):
        emulator.account.add("old.example.com", verified=True)
        emulator.meanwhile.add("rename", endpoint="add", name="old.example.com", new_name=A)
        result = run_set([A], prune=True)
        assert (result["error"], lists(result)) == (None, {})
        assert there(emulator) == [A]

    def test_a_domain_renamed_during_a_wait_is_not_pruned(self, run_set, emulator, clock):
        emulator.account.add("old.example.com", verified=True)
        emulator.meanwhile.add("rename", endpoint="checkConfig", name="old.example.com", new_name="keep.example.com")
        clock.at_sleep.append(lambda seconds: emulator.publish(A))
        result = run_set([A], state="verified", prune=True, prune_keep=["keep.example.com"])
        assert there(emulator) == [A, "keep.example.com"]
        assert (result["error"]["kind"], result["not_removed"]) == ("conflict", ["old.example.com"])

    def test_a_domain_that_is_gone_already_is_neither_removed_nor_left(self, run_set, emulator):
        emulator.account.add(B)
        emulator.meanwhile.add("remove", endpoint="delete", name=B)
        result = run_set([A], prune=True)
        assert (result["error"], lists(result)) == (None, {"added": [A]})


class TestNamesThatCannotBeAdded:
    """SendCloud may list names that are no host names; they can be kept."""

    @pytest.mark.parametrize(
        ("listed", "kept"),
        [("track_1.example.com", "Track_1.example.com."), ("i\u2764.example.com", "xn--i-7iq.example.com")],
    )
    def test_they_can_be_kept(self, run_set, emulator, listed, kept):
        emulator.account.add_many([A, listed])
        assert run_set([A], prune=True, prune_keep=[kept])["changed"] is False


def test_the_error_is_that_of_the_first_failure(run_set, emulator):
    emulator.faults.add("code", endpoint="add", code=49999, nth=1)
    emulator.faults.add("code", endpoint="add", code=40005, nth=2)
    result = run_set([A, B, C])
    assert [failure["error"]["kind"] for failure in result["failures"]] == ["rejected", *["authentication"] * 2]
    assert result["error"]["kind"] == "rejected"


def test_a_damaged_certificate_fails_its_domain_alone(run_set, emulator, clock):
    row = certified(A, clock)
    damaged = ssl.PEM_cert_to_DER_cert(row["certificate"]).replace(A.encode(), b"\xff" + A.encode()[1:], 1)
    result = run_set([{**row, "certificate": ssl.DER_cert_to_PEM_cert(damaged)}, B])
    assert (result["error"]["kind"], result["added"]) == ("input", [B])
