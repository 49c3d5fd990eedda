# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    Add,
    Delete,
    Plan,
    Update,
    make_plan,
    plan_domain,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Prune, Wanted, selection_of
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Reading, Selection
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import load_certificate_pair
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import NOT_AFTER, make_leaf
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=UTC)
A, B, C = "a.example.com", "b.example.com", "c.example.com"


def domain(domain_id, name, **fields):
    fields = {"cname_host": name, "cname_value": "track2.sendcloud.net", **fields}
    return TrackDomain(id=domain_id, name=name, **fields)


VERIFY = "verify"


def read(domains):
    return Reading(tuple(domains), len(domains))


def plan(domains, state="present", **wanted):
    return plan_domain(read(domains), Wanted(state=state, **wanted), NOW)


def steps(made):
    """What a plan does, in order."""
    assert made.error is None
    return tuple([made.write] * bool(made.write) + [VERIFY] * made.verifies)


def changes(made):
    return Outcome.foreseen(made).changed


def refusal(domains, **wanted):
    made = plan(domains, **wanted)
    assert (made.write, made.verifies) == (None, False)
    return made.error.kind, made.error.message


class TestPresent:
    def test_what_is_missing_is_added(self):
        made = plan([domain(1, B)], name=A)
        assert steps(made) == (Add(A, None),)
        assert (made.before, made.after) == (None, TrackDomain(id=None, name=A))
        assert changes(made)
        assert made.write == Add(A, None)
        assert not made.verifies

    def test_what_is_there_stays(self):
        made = plan([domain(1, A), domain(2, B)], name=A)
        assert steps(made) == ()
        assert made.before == made.after == domain(1, A)
        assert not changes(made)
        assert made.write is None

    def test_an_id_selects(self):
        assert plan([domain(1, A), domain(2, B)], id=2).before == domain(2, B)
        assert steps(plan([domain(1, A), domain(2, B)], id=2, name=B)) == ()

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
        assert steps(made) == (Update(1, B, None),)
        assert made.after == TrackDomain(id=1, name=B)
        assert made.after.zone_line() is None

    @pytest.mark.parametrize("selection", [{"id": 1}, {"id": 1, "name": A}])
    def test_an_id_may_select(self, selection):
        assert steps(plan([domain(1, A)], new_name=B, **selection)) == (Update(1, B, None),)

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 1}, {"id": 1, "name": A}])
    def test_it_may_be_done_already(self, selection):
        made = plan([domain(1, B), domain(2, C)], new_name=B, **selection)
        assert steps(made) == ()
        assert made.before == domain(1, B)

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 1}, {"id": 1, "name": A}])
    def test_both_names_there(self, selection):
        kind, message = refusal([domain(1, A), domain(2, B)], new_name=B, **selection)
        assert kind == "conflict"
        assert f"{A} cannot be renamed to {B}, which is another tracking domain (ID 2)" in message

    def test_the_id_carries_the_new_name_while_another_carries_the_old_one(self):
        assert refusal([domain(1, B), domain(2, A)], id=1, name=A, new_name=B)[0] == "conflict"

    @pytest.mark.parametrize("new_name", [B, A])
    def test_neither_name_there(self, new_name):
        kind, message = refusal([domain(1, C)], name=A, new_name=new_name)
        assert kind == "not_found"
        assert "nothing to rename" in message

    @pytest.mark.parametrize(("names", "twice"), [([A, A], A), ([A, B, B], B), ([B, B], B), ([A, A, B, B], A)])
    def test_which_of_two_namesakes_is_meant_has_to_be_said(self, names, twice):
        kind, message = refusal([domain(number, name) for number, name in enumerate(names, 1)], name=A, new_name=B)
        assert kind == "conflict"
        assert message.startswith(f"2 tracking domains of this account are called {twice} (IDs ")

    def test_the_same_name_is_no_rename(self):
        assert steps(plan([domain(1, A)], name=A, new_name=A)) == ()

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
        assert steps(made) == (Delete(1),)
        assert (made.before, made.after) == (domain(1, A), None)
        assert changes(made)

    @pytest.mark.parametrize("selection", [{"name": A}, {"id": 7}, {"id": 7, "name": A}])
    def test_what_is_not_there_is_fine(self, selection):
        made = plan([domain(2, B)], state="absent", **selection)
        assert (steps(made), made.before, made.after, changes(made)) == ((), None, None, False)

    def test_an_id_that_is_not_that_of_the_name(self):
        kind, message = refusal([domain(1, A)], id=7, name=A, state="absent")
        assert kind == "conflict"
        assert f"{A} has the ID 1, not 7" in message
        assert refusal([domain(1, A), domain(2, B)], id=2, name=A, state="absent")[0] == "conflict"


class TestVerified:
    def test_what_has_passed_stays(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, state="verified")
        assert steps(made) == ()
        assert not changes(made)

    def test_what_has_not_passed_is_verified(self):
        made = plan([domain(1, A)], name=A, state="verified")
        assert steps(made) == (VERIFY,)
        assert made.after == domain(1, A, cname_verified=True)
        assert changes(made)
        assert made.verifies
        assert made.write is None

    def test_what_is_missing_is_added_and_verified(self):
        made = plan([], name=A, state="verified")
        assert steps(made) == (Add(A, None), VERIFY)
        assert made.after == TrackDomain(id=None, name=A, cname_verified=True)

    def test_a_renamed_domain_is_verified_again(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, new_name=B, state="verified")
        assert steps(made) == (Update(1, B, None), VERIFY)

    def test_a_recheck_is_predicted_to_find_nothing_new(self):
        made = plan([domain(1, A, cname_verified=True)], name=A, state="verified", recheck=True)
        assert steps(made) == (VERIFY,)
        assert not changes(made)

    def test_a_recheck_is_for_verified_alone(self):
        assert steps(plan([domain(1, A)], name=A, recheck=True)) == ()


@pytest.mark.parametrize(
    ("selection", "names", "ids", "may_filter"),
    [
        ({"name": A}, {A}, set(), True),
        ({"id": 1}, set(), {1}, False),
        ({"id": 1, "name": A}, {A}, {1}, False),
        ({"name": A, "new_name": B}, {A, B}, set(), False),
    ],
)
def test_the_list_is_narrowed_only_to_a_name_that_says_it_all(selection, names, ids, may_filter):
    selected = Wanted(state="present", **selection).selection()
    assert selected == Selection(frozenset(names), frozenset(ids), may_filter=may_filter)


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
    Wanted,
    state=st.sampled_from(["present", "verified"]),
    name=st.sampled_from([A, B, C]),
    id=st.none() | st.integers(1, 5),
    new_name=st.none() | st.sampled_from([A, B, C]),
    recheck=st.booleans(),
) | st.builds(
    Wanted,
    state=st.just("absent"),
    name=st.none() | st.sampled_from([A, B, C]),
    id=st.integers(1, 5),
)


@given(accounts, wishes)
def test_a_plan_carried_out_leaves_nothing_to_do_and_no_other_domain_touched(domains, wanted):
    made = plan_domain(read(domains), wanted, NOW)
    if made.error is not None:
        assert made.error.kind in ("conflict", "not_found")
        assert made.write is None
        return
    after = carried_out(domains, made)
    again = plan_domain(read(after), wanted, NOW)
    assert again.write is None
    assert not changes(again)
    meant = {made.before.id} if made.before else set()
    assert [one for one in domains if one.id not in meant] == [
        one for one in after if one.id not in meant and one.id in {old.id for old in domains}
    ]
    assert len({one.name for one in after}) == len(after)


class TestSet:
    def plan(self, domains, names, prune=None, count=None, state="present"):
        wanted = [Wanted(state=state, name=name) for name in names]
        return make_plan(Reading(tuple(domains), count or len(domains)), wanted, prune, NOW)

    def test_each_domain_is_planned_in_the_order_given(self):
        made = self.plan([domain(1, B), domain(2, C)], [C, A, B])
        assert [one.write for one in made.domains] == [None, Add(A), None]
        assert made.removals == ()

    def test_without_prune_nothing_else_is_touched(self):
        assert self.plan([domain(1, B)], [A]) == Plan(self.plan([], [A]).domains)

    def test_what_is_neither_wanted_nor_kept_is_pruned(self):
        made = self.plan([domain(1, A), domain(2, B), domain(3, C)], [A], Prune(frozenset([B])))
        assert made.removals == (domain(3, C),)

    def test_what_is_missed_least_goes_first(self):
        old, young = datetime(2025, 1, 1), datetime(2026, 1, 1)
        rows = [
            domain(1, "a.example.com", cname_verified=True, https_configured=True, created=old),
            domain(2, "b.example.com", cname_verified=True, created=young),
            domain(3, "c.example.com", cname_verified=True, created=old),
            domain(4, "d.example.com", https_configured=True, created=young),
            domain(5, "e.example.com", created=young),
            domain(6, "f.example.com", created=young),
        ]
        made = self.plan(rows, ["z.example.com"], Prune(limit=6))
        assert [one.id for one in made.removals] == [5, 6, 4, 3, 2, 1]

    @pytest.mark.parametrize("limit", [0, 1])
    def test_more_deletions_than_the_limit_are_refused_by_name(self, limit):
        with pytest.raises(InputError) as caught:
            self.plan([domain(1, A), domain(2, B)], [C], Prune(limit=limit))
        assert caught.value.message.startswith(
            f"prune would delete 2 tracking domains, but prune_limit allows {limit}: {A}, {B}."
        )

    def test_one_deletion_is_the_limit_where_none_is_given(self):
        assert len(self.plan([domain(1, A)], [C], Prune()).removals) == 1
        with pytest.raises(InputError, match="prune would delete 2 tracking domains, but prune_limit allows 1"):
            self.plan([domain(1, A), domain(2, B)], [C], Prune())

    def test_a_limit_that_is_just_met_is_fine(self):
        for limit in (2, 3):
            assert len(self.plan([domain(1, A), domain(2, B)], [C], Prune(limit=limit)).removals) == 2
        assert self.plan([domain(1, A)], [A], Prune(limit=0)).removals == ()

    def test_a_domain_that_cannot_be_worked_with_is_wanted_all_the_same(self):
        wanted = Wanted(state="present", name=A, error=InputError("its certificate is bad"))
        made = make_plan(read([domain(1, A)]), [wanted], Prune(limit=0), NOW)
        assert made.removals == ()
        assert (made.domains[0].write, made.domains[0].error) == (None, wanted.error)
        assert made.domains[0].before == domain(1, A)

    @pytest.mark.parametrize(("count", "warns"), [(3, False), (4, True)])
    def test_a_preview_warns_where_an_add_goes_beyond_the_usual_limit(self, count, warns):
        made = self.plan([], [A, B], count=count)
        assert bool(made.foreseen) is warns
        if warns:
            assert "the account would have 6 tracking domains. SendCloud allows 5 unless" in made.foreseen[0]

    def test_a_full_account_that_stays_as_it_is_is_not_warned_of(self):
        assert self.plan([domain(1, A)], [A], count=9).foreseen == ()

    def test_what_is_pruned_makes_room(self):
        others = [domain(number, f"d{number}.example.com") for number in range(1, 6)]
        assert self.plan(others, [A], Prune(limit=5)).foreseen == ()

    @pytest.mark.parametrize(
        ("prune", "selection"),
        [
            (None, Selection(frozenset([A, B]))),
            (Prune(), Selection(everything=True, exact=True)),
        ],
    )
    def test_what_is_read_for_a_set(self, prune, selection):
        assert selection_of([Wanted("present", A), Wanted("present", B)], prune) == selection


@pytest.fixture(scope="module")
def pair():
    issued = make_leaf([A])
    return load_certificate_pair(issued.pem, issued.key_pem)


class TestCertificate:
    def plan(self, pair, now, before=(), **wanted):
        there = {"certificate": PrintedWindow.from_window(pair.window), "https_configured": True, **dict(before)}
        return plan_domain(read([domain(1, A, **there)]), Wanted("present", A, certificate=pair, **wanted), now)

    def test_a_certificate_is_uploaded_again_only_if_that_is_asked_for(self, pair):
        now = NOT_AFTER - timedelta(days=1)
        assert self.plan(pair, now).write is None
        assert self.plan(pair, now, always_upload=True).write == Update(1, None, pair)

    def test_a_certificate_has_expired_only_after_its_last_second(self, pair):
        # RFC 5280, section 4.1.2.5: up to and including notAfter.
        assert self.plan(pair, NOT_AFTER).warnings == ()
        (warning,) = self.plan(pair, NOT_AFTER + timedelta(seconds=1)).warnings
        assert "has expired, and SendCloud has no other" in warning

    def test_a_certificate_that_is_given_goes_along_with_a_new_name(self):
        issued = make_leaf([A, B])
        both = load_certificate_pair(issued.pem, issued.key_pem)
        made = self.plan(both, NOT_AFTER, new_name=B)
        assert (made.write, made.warnings) == (Update(1, B, both), ())
        expired = self.plan(both, NOT_AFTER + timedelta(seconds=1), new_name=B)
        assert (expired.write, expired.error) == (Update(1, B), None)

    def test_https_that_is_off_is_warned_of_in_each_run(self, pair):
        made = self.plan(pair, NOT_AFTER, {"https_configured": False})
        assert made.write is None
        assert "shows HTTPS as off" in made.warnings[0]

    @pytest.mark.parametrize(("later", "warns"), [(timedelta(hours=6), False), (timedelta(hours=6, minutes=1), True)])
    def test_one_that_ends_sooner_than_the_one_it_replaces_is_warned_of(self, pair, later, warns):
        # Up to six hours may be a time zone further east than the documented one.
        printed = PrintedWindow.from_window(pair.window)
        there = PrintedWindow(printed.start - timedelta(days=1, seconds=1), printed.end + later)
        made = self.plan(pair, NOT_AFTER - timedelta(days=1), {"certificate": there})
        assert made.write == Update(1, None, pair)
        text = (
            f"the certificate given for {A} is valid until {pair.window.as_text()[1]}, and replaces one that is valid "
            f"until {there.as_window().as_text()[1]}. Is it an old file?"
        )
        assert made.warnings == (text,) * warns

    def test_one_that_must_not_be_uploaded_leaves_the_domain_alone_and_shows_it(self, pair):
        made = self.plan(pair, NOT_AFTER + timedelta(seconds=1), {"certificate": None})
        assert (made.write, made.before.id, made.error.kind) == (None, 1, "input")
        assert "has expired" in made.error.message


class TestNames:
    @pytest.mark.parametrize("other", [1, 3])
    def test_a_new_name_is_taken_whichever_of_the_two_is_older(self, other):
        assert refusal([domain(2, A), domain(other, B)], id=2, new_name=B)[0] == "conflict"

    @pytest.mark.parametrize("other", ["a-b.example.com", "z-b.example.com"])
    def test_a_new_name_is_not_taken_by_one_like_it(self, other):
        assert plan([domain(2, A), domain(3, other)], id=2, new_name=B).write == Update(2, B)

    def test_its_own_name_is_no_new_one_even_if_there_is_a_namesake(self):
        assert steps(plan([domain(1, A), domain(2, A)], id=1, new_name=A)) == ()

    def test_a_conflict_shows_the_domain_that_was_found(self):
        assert plan([domain(1, A), domain(2, B)], name=A, new_name=B).before == domain(1, A)
        assert plan([domain(1, A)], id=1, name=B).before == domain(1, A)


@pytest.mark.parametrize(
    "value",
    [
        Wanted("present", A),
        Add(A),
        Update(1, B),
        Delete(1),
        Plan(()),
        Prune(),
        Selection(),
        Reading((), 0),
        plan([], name=A),
        Outcome(Wanted("present", A)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_cannot_be_changed(value):
    assert hash(value) == hash(dataclasses.replace(value))
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.anything = 1
