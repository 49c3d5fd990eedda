# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    Add,
    Delete,
    Desired,
    Update,
    Verify,
    make_plan,
    status_changed,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C = "a.example.com", "b.example.com", "c.example.com"


def domain(domain_id, name, **fields):
    fields = {"cname_host": name, "cname_value": "track2.sendcloud.net", **fields}
    return TrackDomain(id=domain_id, name=name, **fields)


def plan(domains, state="present", **desired):
    return make_plan(domains, Desired(state=state, **desired), NOW)


def refusal(domains, **desired):
    with pytest.raises(SendCloudError) as caught:
        plan(domains, **desired)
    return caught.value.kind, caught.value.message


class TestPresent:
    def test_what_is_missing_is_added(self):
        made = plan([domain(1, B)], name=A)
        assert made.steps == (Add(A, None),)
        assert (made.before, made.after) == (None, TrackDomain(id=None, name=A))
        assert made.changed
        assert made.write == Add(A, None)
        assert not made.verifies

    def test_what_is_there_stays(self):
        made = plan([domain(1, A), domain(2, B)], name=A)
        assert made.steps == ()
        assert made.before == made.after == domain(1, A)
        assert not made.changed
        assert made.write is None

    def test_an_id_selects(self):
        assert plan([domain(1, A), domain(2, B)], id=2).before == domain(2, B)
        assert plan([domain(1, A), domain(2, B)], id=2, name=B).steps == ()

    def test_an_id_that_is_not_there(self):
        kind, message = refusal([domain(1, A)], id=7)
        assert kind == "not_found"
        assert "no tracking domain with the ID 7" in message
        assert refusal([domain(1, A)], id=7, name=A)[0] == "not_found"
        assert refusal([], id=7, name=A, state="verified")[0] == "not_found"

    def test_an_id_and_a_name_that_are_two_domains(self):
        kind, message = refusal([domain(1, A), domain(2, B)], id=1, name=B)
        assert kind == "conflict"
        assert f"the ID 1 is {A}, not {B}" in message
        assert refusal([domain(1, A)], id=1, name=B)[0] == "conflict"

    @pytest.mark.parametrize("state", ["present", "absent", "verified"])
    def test_two_domains_of_one_name(self, state):
        kind, message = refusal([domain(1, A), domain(2, A)], name=A, state=state)
        assert kind == "conflict"
        assert "IDs 1, 2" in message
        assert plan([domain(1, A), domain(2, A)], name=A, id=2, state=state).before == domain(2, A)


class TestRename:
    def test_it_is_one_update(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, new_name=B)
        assert made.steps == (Update(1, B, None),)
        assert made.after == TrackDomain(id=1, name=B)
        assert made.after.zone_line() is None

    @pytest.mark.parametrize("selection", [{"id": 1}, {"id": 1, "name": A}])
    def test_an_id_may_select(self, selection):
        assert plan([domain(1, A)], new_name=B, **selection).steps == (Update(1, B, None),)

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 1}, {"id": 1, "name": A}])
    def test_it_may_be_done_already(self, selection):
        made = plan([domain(1, B), domain(2, C)], new_name=B, **selection)
        assert made.steps == ()
        assert made.before == domain(1, B)

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 1}, {"id": 1, "name": A}])
    def test_both_names_there(self, selection):
        kind, message = refusal([domain(1, A), domain(2, B)], new_name=B, **selection)
        assert kind == "conflict"
        assert f"{A} cannot be renamed: there is a tracking domain {B} already (ID 2)" in message

    def test_the_id_carries_the_new_name_while_another_carries_the_old_one(self):
        assert refusal([domain(1, B), domain(2, A)], id=1, name=A, new_name=B)[0] == "conflict"

    @pytest.mark.parametrize("new_name", [B, A])
    def test_neither_name_there(self, new_name):
        kind, message = refusal([domain(1, C)], name=A, new_name=new_name)
        assert kind == "not_found"
        assert "nothing to rename" in message

    def test_the_same_name_is_no_rename(self):
        assert plan([domain(1, A)], name=A, new_name=A).steps == ()

    def test_a_certificate_made_for_the_old_name_is_warned_of(self):
        window = PrintedWindow(datetime(2026, 1, 1), datetime(2027, 1, 1))
        for certified in (domain(1, A, https_configured=True), domain(1, A, certificate=window)):
            (warning,) = plan([certified], name=A, new_name=B).warnings
            assert f"{A} has a certificate" in warning
            assert "may not cover b.example.com" in warning
        assert plan([domain(1, A)], name=A, new_name=B).warnings == ()


class TestAbsent:
    def test_what_is_there_is_deleted(self):
        made = plan([domain(1, A)], name=A, state="absent")
        assert made.steps == (Delete(1),)
        assert (made.before, made.after) == (domain(1, A), None)
        assert made.changed

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 7}, {"id": 7, "name": A}])
    def test_what_is_not_there_is_fine(self, selection):
        made = plan([domain(2, B)], state="absent", **selection)
        assert (made.steps, made.before, made.after, made.changed) == ((), None, None, False)

    def test_an_id_that_is_not_that_of_the_name(self):
        kind, message = refusal([domain(1, A)], id=7, name=A, state="absent")
        assert kind == "conflict"
        assert f"{A} has the ID 1, not 7" in message
        assert refusal([domain(1, A), domain(2, B)], id=2, name=A, state="absent")[0] == "conflict"


class TestVerified:
    def test_what_has_passed_stays(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, state="verified")
        assert made.steps == ()
        assert not made.changed

    def test_what_has_not_passed_is_verified(self):
        made = plan([domain(1, A)], name=A, state="verified")
        assert made.steps == (Verify(),)
        assert made.after == domain(1, A, cname_verified=True)
        assert made.changed
        assert made.verifies
        assert made.write is None

    def test_what_is_missing_is_added_and_verified(self):
        made = plan([], name=A, state="verified")
        assert made.steps == (Add(A, None), Verify())
        assert made.after == TrackDomain(id=None, name=A, cname_verified=True)

    def test_a_renamed_domain_is_verified_again(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, new_name=B, state="verified")
        assert made.steps == (Update(1, B, None), Verify())

    def test_a_recheck_is_predicted_to_find_nothing_new(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, state="verified", recheck=True)
        assert made.steps == (Verify(),)
        assert not made.changed

    def test_a_recheck_is_for_verified_alone(self):
        assert plan([domain(1, A)], name=A, recheck=True).steps == ()


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (None, None, False),
        (None, domain(1, A), False),
        (None, domain(1, A, cname_verified=True), True),
        (domain(1, A), domain(1, A, cname_verified=True), True),
        (domain(1, A, cname_verified=True), domain(1, A), True),
        (domain(1, A, cname_verified=True), domain(1, A, cname_verified=True), False),
    ],
)
def test_a_verification_changes_either_way(before, after, changed):
    assert status_changed(before, after) is changed


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({"name": A}, [A]),
        ({"id": 1}, None),
        ({"id": 1, "name": A}, None),
        ({"name": A, "new_name": B}, None),
    ],
)
def test_the_list_is_narrowed_only_to_a_name_that_says_it_all(selection, names):
    assert Desired(state="present", **selection).names_to_list() == names


def carried_out(domains, made):
    """The account after the plan, by the vendor's page."""
    write = made.write
    if isinstance(write, Add):
        return [*domains, dataclasses.replace(made.after, id=max((one.id for one in domains), default=0) + 1)]
    if isinstance(write, Delete):
        return [one for one in domains if one.id != write.domain_id]
    return [made.after if made.before and one.id == made.before.id else one for one in domains]


accounts = st.lists(
    st.builds(domain, st.integers(1, 5), st.sampled_from([A, B, C]), cname_verified=st.booleans()),
    max_size=3,
    unique_by=(lambda one: one.id, lambda one: one.name),
)
wishes = st.builds(
    Desired,
    state=st.sampled_from(["present", "verified"]),
    name=st.sampled_from([A, B, C]),
    id=st.none() | st.integers(1, 5),
    new_name=st.none() | st.sampled_from([A, B, C]),
    recheck=st.booleans(),
) | st.builds(
    Desired,
    state=st.just("absent"),
    name=st.none() | st.sampled_from([A, B, C]),
    id=st.integers(1, 5),
)


@given(accounts, wishes)
def test_a_plan_carried_out_leaves_nothing_to_do_and_no_other_domain_touched(domains, desired):
    made, kind = None, None
    try:
        made = make_plan(domains, desired, NOW)
    except SendCloudError as error:
        kind = error.kind
    assert made is not None or kind in ("conflict", "not_found")
    if made is None:
        return
    after = carried_out(domains, made)
    again = make_plan(after, desired, NOW)
    assert again.write is None
    assert not again.changed
    meant = {made.before.id} if made.before else set()
    assert [one for one in domains if one.id not in meant] == [
        one for one in after if one.id not in meant and one.id in {old.id for old in domains}
    ]
    assert len({one.name for one in after}) == len(after)
