# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What happens when a write is refused, or when nobody knows whether it was processed."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import (
    MAYBE_PROCESSED,
    NOT_PROCESSED,
    PROCESSED,
    SendCloudError,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.apply import Fate, fate_of
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import make_leaf

NAME = "track.example.com"
NEW_NAME = "click.example.com"
NEIGHBOUR = "a-track.example.com"

# Each leaves a write in doubt.
DOUBTS = [
    ("reset", {}),
    ("delay", {"seconds": 31}),
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 503}),
    ("status", {"status": 504}),
    ("code", {"code": 501}),
    ("truncated", {}),
    ("invalid_json", {}),
    ("empty_body", {}),
    ("html", {}),
    ("redirect", {}),
    ("json_no_envelope", {}),
]


def describe(value):
    return (
        "-".join([value[0], *(str(argument) for argument in value[1].values())]) if isinstance(value, tuple) else value
    )


@pytest.fixture
def neighbour(emulator):
    return emulator.account.add(NEIGHBOUR, verified=True)


class Write:
    """A write as a task asks for it: what is there before, the options, and what is there afterwards."""

    def __init__(self, endpoint, there, options, names):
        self.endpoint = endpoint
        self.there = there
        self.options = options
        self.names = names

    def __str__(self):
        return self.endpoint


WRITES = [
    Write("add", None, {"name": NAME}, [NEIGHBOUR, NAME]),
    Write("update", NAME, {"name": NAME, "new_name": "click.example.com"}, ["click.example.com", NEIGHBOUR]),
    Write("delete", NAME, {"name": NAME, "state": "absent"}, [NEIGHBOUR]),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("doubt", DOUBTS, ids=describe)
@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_write_in_doubt_is_settled_by_listing(run, emulator, neighbour, write, doubt, when):
    if write.there:
        emulator.account.add(write.there)
    kind, arguments = doubt
    emulator.faults.add(kind, endpoint=write.endpoint, when=when, **arguments)
    result = run(**write.options)
    assert (result["changed"], result["error"]) == (True, None)
    assert sorted(domain.name for domain in emulator.account.domains()) == sorted(write.names)
    done = [call for call in emulator.journal.calls(f"trackDomain/{write.endpoint}") if call.succeeded]
    assert len(done) == 1
    again = ["trackDomain/list"] if when == "after" else ["trackDomain/list", f"trackDomain/{write.endpoint}"]
    assert emulator.journal.endpoints() == ["trackDomain/list", f"trackDomain/{write.endpoint}", *again]
    assert run(**write.options)["changed"] is False
    assert emulator.account.find(NEIGHBOUR) == neighbour


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_a_write_that_never_gets_through_fails_with_its_own_error(run, emulator, neighbour, write):
    if write.there:
        emulator.account.add(write.there)
    emulator.faults.add("status", status=500, endpoint=write.endpoint, every=1)
    result = run(**write.options)
    assert result["failed"]
    assert result["error"]["kind"] == "server"
    assert result["error"]["endpoint"] == f"trackDomain/{write.endpoint}"
    # A list that does not show it may be late.
    assert result["changed"] is True
    assert "Whether it was done all the same is not known" in result["msg"]
    assert emulator.journal.endpoints().count(f"trackDomain/{write.endpoint}") == 5
    present = result["track_domain"] is not None
    assert present is bool(write.there)


def test_without_retries_a_doubtful_write_is_settled_and_not_repeated(run, emulator):
    emulator.faults.add("reset", endpoint="add", when="after")
    result = run(name=NAME, api_retries=0)
    assert (result["changed"], result["error"]) == (True, None)
    emulator.faults.add("reset", endpoint="add", when="before")
    result = run(name="other.example.com", api_retries=0)
    assert (result["changed"], result["error"]["kind"]) == (True, "network")


def test_a_pause_comes_before_the_list_that_settles_a_doubt(run, emulator, clock):
    emulator.faults.add("status", status=500, endpoint="add", nth=[1, 2, 3])
    assert run(name=NAME)["changed"]
    for pause, longest in zip(clock.sleeps, (0.5, 1, 2), strict=True):
        assert longest / 2 <= pause <= longest


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_if_listing_fails_too_the_doubt_is_said(run, emulator, write):
    if write.there:
        emulator.account.add(write.there)
    emulator.faults.add("reset", endpoint=write.endpoint, when="after")
    emulator.faults.add("status", status=500, endpoint="list", start_at=2)
    result = run(**write.options)
    assert result["error"]["endpoint"] == f"trackDomain/{write.endpoint}"
    assert result["error"]["kind"] == "network"
    assert "Whether it was done all the same is not known" in result["msg"]
    assert "Run the task again to find out" in result["msg"]
    assert "The domains could not be listed afterwards, either: " in result["msg"]
    assert result["changed"] is True
    emulator.faults.clear()
    assert run(**write.options)["changed"] is False


def test_if_listing_fails_after_a_refusal_the_refusal_is_all_that_is_said(run, emulator):
    emulator.faults.add("code", code=41015, endpoint="add")
    emulator.faults.add("status", status=500, endpoint="list", start_at=2)
    result = run(name=NAME)
    assert (result["error"]["kind"], result["changed"]) == ("rejected", False)
    assert "could not be listed" not in result["msg"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_domain_that_is_deleted_by_its_id_is_gone_in_the_end(run, emulator, neighbour, when):
    there = emulator.account.add(NAME)
    emulator.faults.add("reset", endpoint="delete", when=when)
    result = run(id=there.id, state="absent")
    assert (result["changed"], result["error"], result["track_domain"]) == (True, None, None)
    assert [domain.name for domain in emulator.account.domains()] == [NEIGHBOUR]


def test_a_namesake_does_not_hide_that_the_one_with_the_id_is_gone(run, emulator):
    there, other = emulator.account.add_many([NAME, NAME])
    emulator.faults.add("reset", endpoint="delete", when="after")
    result = run(id=there.id, name=NAME, state="absent")
    assert (result["changed"], result["error"]) == (True, None)
    assert [domain.id for domain in emulator.account.domains()] == [other.id]


def test_an_add_whose_answer_cannot_be_used_is_looked_for(run, emulator, clock):
    empty = {"result": True, "statusCode": 200, "info": {}}
    emulator.faults.add("json_no_envelope", endpoint="add", when="after", value=empty)
    result = run(name=NAME)
    assert (result["changed"], result["error"], result["track_domain"]["name"]) == (True, None, NAME)
    assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add", "trackDomain/list"]
    assert len(clock.sleeps) == 1


def test_after_a_refusal_nobody_waits(run, emulator, clock):
    emulator.faults.add("code", code=41015, endpoint="add")
    assert run(name=NAME)["error"]["kind"] == "rejected"
    assert clock.sleeps == []


class TestRaces:
    """Another run does something between the list and the write of this one."""

    @pytest.fixture
    def meanwhile(self, emulator):
        """Do something just before the n-th call of an endpoint is processed."""
        handlers = {}
        handle = emulator.service.handle

        def watched(request, connection):
            for endpoint in list(handlers):
                if request.path.endswith(endpoint):
                    handlers.pop(endpoint)()
            return handle(request, connection)

        emulator.service.handle = watched
        return handlers.__setitem__

    def test_a_domain_that_another_run_added_first(self, run, emulator, meanwhile):
        meanwhile("add", lambda: emulator.account.add(NAME))
        result = run(name=NAME)
        assert (result["changed"], result["error"]) == (False, None)
        assert result["track_domain"]["id"] == emulator.account.find(NAME).id
        assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add", "trackDomain/list"]

    def test_the_last_free_place_taken_by_another_run_for_the_same_domain(self, run, emulator, meanwhile):
        emulator.account.add_many(f"d{number}.example.com" for number in range(4))
        meanwhile("add", lambda: emulator.account.add(NAME))
        assert run(name=NAME)["error"] is None

    def test_an_add_that_was_processed_later_than_the_list_saw(self, run, emulator, meanwhile):
        emulator.faults.add("reset", endpoint="add", when="before")
        meanwhile("list", lambda: meanwhile("add", lambda: meanwhile("add", lambda: emulator.account.add(NAME))))
        result = run(name=NAME)
        assert (result["changed"], result["error"]) == (True, None)
        assert emulator.journal.endpoints().count("trackDomain/add") == 2

    def test_a_domain_that_another_run_deleted_first(self, run, emulator, meanwhile):
        there = emulator.account.add(NAME)
        meanwhile("delete", lambda: emulator.account.remove(there.id))
        result = run(name=NAME, state="absent")
        assert (result["changed"], result["error"], result["track_domain"]) == (False, None, None)
        assert result["track_domain_before"]["name"] == NAME

    def test_the_same_where_a_deletion_of_nothing_succeeds(self, run, emulator, meanwhile):
        emulator.change_settings({"delete_missing": "count_zero"})
        self.test_a_domain_that_another_run_deleted_first(run, emulator, meanwhile)

    def test_a_domain_that_another_run_renamed_the_same_way(self, run, emulator, meanwhile):
        there = emulator.account.add(NAME)

        def rename_and_take_the_id():
            emulator.account.remove(there.id)
            emulator.account.add("click.example.com")

        meanwhile("update", rename_and_take_the_id)
        result = run(name=NAME, new_name="click.example.com")
        assert (result["changed"], result["error"]) == (False, None)
        assert result["track_domain"]["name"] == "click.example.com"

    def test_a_domain_deleted_while_it_is_renamed(self, run, emulator, meanwhile):
        there = emulator.account.add(NAME)
        meanwhile("update", lambda: emulator.account.remove(there.id))
        result = run(name=NAME, new_name="click.example.com")
        assert result["error"]["kind"] == "not_found"
        assert result["changed"] is False

    def test_the_new_name_taken_while_renaming(self, run, emulator, meanwhile):
        emulator.account.add(NAME)
        meanwhile("update", lambda: emulator.account.add("click.example.com"))
        result = run(name=NAME, new_name="click.example.com")
        assert result["error"]["kind"] == "conflict"
        assert result["changed"] is False
        assert result["track_domain"]["name"] == NAME


@pytest.mark.parametrize("retries", [0, 2])
def test_an_account_that_others_keep_changing_is_given_up(run, emulator, issued, retries):
    """The domain is there at every other list, and SendCloud refuses what follows from that."""
    for endpoint in ("add", "update"):
        emulator.faults.add("code", code=49999, endpoint=endpoint, every=1)
    handle = emulator.service.handle

    def changing(request, connection):
        if request.path.endswith("list"):
            there = emulator.account.find(NAME)
            emulator.account.remove(there.id) if there else emulator.account.add(NAME)
        return handle(request, connection)

    emulator.service.handle = changing
    result = run(name=NAME, certificate=issued.pem, private_key=issued.key_pem, api_retries=retries)
    assert (result["error"]["kind"], result["changed"]) == ("rejected", False)
    writes = [endpoint for endpoint in emulator.journal.endpoints() if not endpoint.endswith("list")]
    assert len(writes) == 20 + retries
    # It is shown as it was last seen.
    assert (result["track_domain"] is None) is (emulator.account.find(NAME) is None)


FAILED = {
    processed: SendCloudError("network", "lost", processed=processed)
    for processed in (NOT_PROCESSED, MAYBE_PROCESSED, PROCESSED)
}


@pytest.mark.parametrize(
    ("processed", "was_in_doubt", "is_shown", "fate"),
    [
        (NOT_PROCESSED, False, False, Fate.REFUSED),
        (NOT_PROCESSED, True, False, Fate.UNKNOWN),
        (NOT_PROCESSED, False, True, Fate.FOUND),
        (NOT_PROCESSED, True, True, Fate.FOUND_DONE),
        (MAYBE_PROCESSED, False, False, Fate.NOT_SHOWN),
        (MAYBE_PROCESSED, True, False, Fate.NOT_SHOWN),
        (MAYBE_PROCESSED, False, True, Fate.FOUND_DONE),
        (MAYBE_PROCESSED, True, True, Fate.FOUND_DONE),
        (PROCESSED, False, False, Fate.UNKNOWN),
        (PROCESSED, True, False, Fate.UNKNOWN),
        (PROCESSED, False, True, Fate.FOUND_DONE),
        (PROCESSED, True, True, Fate.FOUND_DONE),
    ],
)
def test_what_became_of_a_write_that_failed(processed, was_in_doubt, is_shown, fate):
    assert fate_of(FAILED[processed], was_in_doubt=was_in_doubt, is_shown=is_shown) is fate


class TestRefusals:
    def test_a_full_account(self, run, emulator):
        emulator.account.add_many(f"d{number}.example.com" for number in range(5))
        result = run(name=NAME)
        assert result["error"]["kind"] == "limit_reached"
        assert result["error"]["status_code"] == 41012
        assert "support" in result["msg"]
        assert (result["changed"], result["track_domain"]) == (False, None)
        assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add", "trackDomain/list"]

    def test_a_name_that_is_a_sending_domain(self, run, emulator):
        emulator.change_settings({"sending_domains": [NAME]})
        result = run(name=NAME)
        assert result["error"]["kind"] == "rejected"
        assert result["error"]["api_message"] in result["msg"]
        assert "Choose another name, for example a subdomain" in result["msg"]
        assert emulator.account.domains() == []

    @pytest.mark.parametrize("code", [40005, 6001])
    def test_credentials_that_were_withdrawn_are_not_tried_again(self, run, emulator, code):
        emulator.faults.add("code", code=code, endpoint="add")
        result = run(name=NAME)
        assert result["error"]["kind"] in ("authentication", "permission")
        assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add"]


@pytest.fixture(scope="module")
def issued():
    return make_leaf([NAME])


@pytest.mark.parametrize("zone", ["UTC", "+08:00"])
def test_an_upload_settled_by_a_list_shows_what_was_uploaded(emulator, run, issued, zone):
    emulator.change_settings({"certificate_time_zone": zone})
    emulator.account.add(NAME)
    options = {"name": NAME, "certificate": issued.pem, "private_key": issued.key_pem}
    preview = run(preview=True, **options)
    emulator.faults.add("reset", endpoint="update", when="after")
    result = run(**options)
    assert (result["changed"], result["warnings"]) == (True, [])
    assert result["diff"] == preview["diff"]


class TestWritesInDoubt:
    """A write that nobody knows of, and that is then refused: what is said depends on what can be seen."""

    @pytest.fixture
    def options(self, emulator, issued):
        emulator.account.add(NAME)
        return {"name": NAME, "certificate": issued.pem, "private_key": issued.key_pem}

    def refuse_after(self, emulator, when):
        emulator.faults.add("reset", endpoint="update", nth=1, when=when)
        emulator.faults.add("code", endpoint="update", nth=2, code=49999)

    def test_an_upload_of_the_same_certificate_cannot_be_seen(self, emulator, run, options):
        run(**options)
        emulator.journal.clear()
        self.refuse_after(emulator, "after")
        result = run(**options, certificate_update="always")
        assert (result["error"]["kind"], result["changed"]) == ("rejected", True)

    def test_an_upload_that_is_not_shown_yet_may_be_shown_later(self, emulator, run, options):
        self.refuse_after(emulator, "before")
        result = run(**options)
        assert (result["error"]["kind"], result["changed"]) == ("rejected", True)

    @pytest.mark.parametrize("uploads", [False, True])
    def test_nor_does_a_late_list_tell_of_a_new_name(self, emulator, run, uploads):
        emulator.account.add(NAME)
        issued = make_leaf([NAME, NEW_NAME])
        certificate = {"certificate": issued.pem, "private_key": issued.key_pem} if uploads else {}
        self.refuse_after(emulator, "before")
        result = run(name=NAME, new_name=NEW_NAME, certificate_update="always", **certificate)
        assert (result["error"]["kind"], result["changed"]) == ("rejected", True)


class TestLateLists:
    """A list that does not show a write (yet) says nothing about it."""

    @pytest.mark.parametrize("write", WRITES, ids=str)
    def test_a_write_that_is_done_and_not_shown_is_failed_and_changed(self, run, emulator, write):
        if write.there:
            emulator.account.add(write.there)
        emulator.change_settings({"list_lag": 600})
        emulator.faults.add("reset", endpoint=write.endpoint, when="after", every=1)
        result = run(**write.options, api_retries=1)
        assert (result["error"]["kind"] in ("network", "rejected", "not_found"), result["changed"]) == (True, True)
        assert "Whether it was done all the same is not known" in result["msg"]
        assert len(emulator.journal.changes()) == 1

    def test_the_next_run_settles_it(self, run, emulator, clock):
        emulator.change_settings({"list_lag": 600})
        emulator.faults.add("reset", endpoint="add", when="after")
        assert run(name=NAME)["failed"]
        clock.sleep(600)
        assert (run(name=NAME)["changed"], len(emulator.account.domains())) == (False, 1)


class TestWithoutRetries:
    """No retries of the same write; the next step of a new plan is none."""

    def test_a_lost_race_with_a_certificate_still_to_be_uploaded(self, run, emulator, issued):
        emulator.meanwhile.add("add", name=NAME, endpoint="add")
        result = run(name=NAME, certificate=issued.pem, private_key=issued.key_pem, api_retries=0)
        assert (result["error"], result["changed"]) == (None, True)
        assert emulator.journal.endpoints()[1:] == ["trackDomain/add", "trackDomain/list", "trackDomain/update"]

    def test_an_add_in_doubt_that_was_applied_uploads_no_second_time(self, run, emulator, issued):
        emulator.faults.add("reset", endpoint="add", when="after")
        options = {"certificate": issued.pem, "private_key": issued.key_pem, "certificate_update": "always"}
        result = run(name=NAME, api_retries=0, **options)
        assert (result["error"], result["changed"]) == (None, True)
        assert emulator.journal.endpoints()[1:] == ["trackDomain/add", "trackDomain/list"]


class TestWhatAnotherRunDid:
    def test_a_domain_that_another_run_added_and_verified_is_no_change_of_this_one(self, run, emulator):
        emulator.meanwhile.add("add", name=NAME, verified=True, endpoint="add")
        emulator.publish(NAME)
        result = run(name=NAME, state="verified")
        assert (result["error"], result["changed"]) == (None, False)
        assert result["track_domain"]["cname_verified"] is True
        assert list(emulator.journal.changes()) == []


class TestNamesThatHoldTheKey:
    """An API key may be a part of a name: names are compared as they are, and only texts are masked."""

    @pytest.fixture(params=["example", "track"])
    def key(self, request, emulator):
        emulator.account.key = request.param
        return request.param

    def test_the_domain_is_found_again(self, run, emulator, key):
        assert run(name=NAME, api_key=key)["changed"] is True
        again = run(name=NAME, api_key=key)
        assert (again["changed"], again["error"]) == (False, None)
        assert run(name=NAME, state="absent", api_key=key)["changed"] is True
        assert emulator.account.domains() == []


class TestNamesAsOthersStoreThem:
    """However a name is stored, and whatever the filter of a large account knows of it."""

    @pytest.mark.parametrize("stored", ["Track.Example.com", "b\u00fccher.example.com", "B\u00dcCHER.example.com"])
    @pytest.mark.parametrize(
        "filters", [{}, {"case_sensitive": True}, {"filter_form": "u_labels"}, {"name_matching": "exact"}], ids=str
    )
    def test_it_is_absent_only_once_it_is_deleted(self, run, emulator, stored, filters):
        emulator.account.add_many(f"d{number}.example.com" for number in range(100))
        there = emulator.account.add(stored)
        emulator.change_settings(filters)
        result = run(name=stored.lower(), state="absent")
        assert (result["changed"], result["error"]) == (True, None)
        assert emulator.account.get(there.id) is None


class TestFailuresAfterTheList:
    """What was found is shown, whatever goes wrong afterwards."""

    def test_a_renaming_conflict(self, run, emulator):
        emulator.account.add_many([NAME, NEW_NAME])
        result = run(name=NAME, new_name=NEW_NAME)
        assert result["error"]["kind"] == "conflict"
        assert result["track_domain_before"]["name"] == result["track_domain"]["name"] == NAME

    def test_a_certificate_that_does_not_cover_the_domain_selected_by_its_id(self, run, emulator, issued):
        there = emulator.account.add("other.example.com")
        result = run(id=there.id, certificate=issued.pem, private_key=issued.key_pem)
        assert result["error"]["kind"] == "input"
        assert result["track_domain_before"]["id"] == there.id
        assert emulator.journal.endpoints() == ["trackDomain/list"]


def test_one_row_that_cannot_be_read_fails_the_tasks_that_need_it_alone(run, emulator, neighbour):
    emulator.account.add(NAME)
    emulator.change_settings({"unreadable_names": [NAME]})
    spared = run(name=NEIGHBOUR)
    assert (spared["changed"], spared["error"]) == (False, None)
    assert "cannot be read, and were left out" in spared["warnings"][0]
    assert run(name=NAME)["error"]["kind"] == "protocol"


def test_a_domain_that_was_added_and_cannot_be_read_counts_as_a_change(run, emulator):
    emulator.change_settings({"unreadable_names": [NAME]})
    emulator.quirks.enable("no_id")
    result = run(name=NAME)
    assert (result["error"]["kind"], result["changed"]) == ("protocol", True)


def test_the_preview_of_a_sixth_domain_speaks_of_the_limit(run, emulator):
    emulator.account.add_many(f"d{number}.example.com" for number in range(5))
    (warning,) = run(name=NAME, preview=True)["warnings"]
    assert "SendCloud allows 5 unless its support has raised the limit" in warning
    emulator.change_settings({"max_domains": 10})
    assert run(name=NAME)["warnings"] == []
