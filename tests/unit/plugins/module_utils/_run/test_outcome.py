# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What became of a domain, as the results and counts of a task ask for it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome, RunOutcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import Add, Delete, DomainPlan, Update
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Prune, Wanted, selection_of
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Selection
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow, ValidityWindow

A, B = "a.example.com", "b.example.com"
WANTED = Wanted("present", A)
DOMAIN = TrackDomain(7, A)
VERIFIED = dataclasses.replace(DOMAIN, cname_verified=True)


def certificate(year):
    window = ValidityWindow(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    return CertificatePair("bundle", "key", window, (A,))


FIRST, SECOND = certificate(2026), certificate(2027)


class TestOutcome:
    @pytest.mark.parametrize(
        ("done", "added", "updated", "removed"),
        [
            ((), False, False, False),
            ((Add(A),), True, False, False),
            ((Update(7, B),), False, True, False),
            ((Add(A), Update(7, certificate=FIRST)), True, False, False),
            ((Delete(7),), False, False, True),
        ],
    )
    def test_what_was_done(self, done, added, updated, removed):
        outcome = Outcome(WANTED, done=done)
        assert (outcome.was_added, outcome.was_updated, outcome.was_removed) == (added, updated, removed)
        assert outcome.changed is bool(done)

    @pytest.mark.parametrize("field", ["checked", "in_doubt"])
    def test_what_else_is_a_change(self, field):
        assert Outcome(WANTED, **{field: True}).changed
        assert not Outcome(WANTED).changed

    @pytest.mark.parametrize(
        ("checked", "after", "was_verified"),
        [(True, VERIFIED, True), (True, DOMAIN, False), (True, None, False), (False, VERIFIED, False)],
    )
    def test_what_was_verified_in_this_run(self, checked, after, was_verified):
        assert Outcome(WANTED, after=after, checked=checked).was_verified is was_verified

    @pytest.mark.parametrize(
        ("done", "uploaded"),
        [
            ((), None),
            ((Add(A),), None),
            ((Add(A, FIRST),), FIRST),
            ((Add(A, FIRST), Update(7, certificate=SECOND)), SECOND),
            ((Add(A, FIRST), Update(7, B)), FIRST),
            ((Delete(7),), None),
        ],
    )
    def test_the_certificate_that_sendcloud_has_is_the_last_one_sent(self, done, uploaded):
        assert Outcome(WANTED, done=done).uploaded is uploaded

    def test_a_diff_shows_the_certificate_that_was_given(self):
        printed = PrintedWindow.from_window(SECOND.window)
        outcome = Outcome(WANTED, DOMAIN, dataclasses.replace(DOMAIN, certificate=printed), (Add(A, FIRST),))
        before, after = outcome.diff()
        assert (before["certificate_not_after"], before["name"]) == (None, A)
        assert after["certificate_not_after"] == FIRST.window.as_text()[1]
        assert dataclasses.replace(outcome, done=()).diff()[1]["certificate_not_after"] == SECOND.window.as_text()[1]

    def test_a_diff_is_empty_where_there_is_no_domain(self):
        assert Outcome(WANTED, None, None, (Add(A, FIRST),)).diff() == ({}, {})

    def test_it_begins_with_what_is_there(self):
        error = InputError("no")
        begun = Outcome.begin(DomainPlan(WANTED, DOMAIN, VERIFIED, Update(7), True, ("careful",), error))
        assert begun == Outcome(WANTED, DOMAIN, DOMAIN, warnings=("careful",), error=error)
        assert begun.was_tried

    @pytest.mark.parametrize(
        ("before", "write", "verifies", "checked"),
        [
            (None, Add(A), True, True),
            (DOMAIN, None, True, True),
            (DOMAIN, None, False, False),
            # What is verified already is checked again, and stays so; under a new name it is not verified yet.
            (VERIFIED, None, True, False),
            (VERIFIED, Update(7, certificate=FIRST), True, False),
            (VERIFIED, Update(7, B), True, True),
            (VERIFIED, Update(7, B), False, False),
        ],
    )
    def test_a_preview_foresees_that_all_goes_well(self, before, write, verifies, checked):
        seen = Outcome.foreseen(DomainPlan(WANTED, before, VERIFIED, write, verifies, ("careful",)))
        done = () if write is None else (write,)
        assert seen == Outcome(WANTED, before, VERIFIED, done, checked, warnings=("careful",))

    @pytest.mark.parametrize(
        ("wanted", "name"),
        [
            (Wanted("present", A, 5, B), B),
            (Wanted("present", A, 5), A),
            (Wanted("present", id=5), "the tracking domain with the ID 5"),
        ],
    )
    def test_what_a_domain_is_called(self, wanted, name):
        assert Outcome(wanted).name == name


class TestRunOutcome:
    def test_a_change_of_any_domain_is_one(self):
        changed, unchanged = Outcome(WANTED, done=(Add(A),)), Outcome(WANTED)
        assert not RunOutcome(()).changed
        assert not RunOutcome((unchanged,), (unchanged,)).changed
        assert RunOutcome((unchanged, changed), (unchanged,)).changed
        assert RunOutcome((unchanged,), (changed, unchanged)).changed


class TestSelection:
    @pytest.mark.parametrize(
        ("wanted", "names", "ids", "may_filter"),
        [
            (Wanted("present", A), {A}, set(), True),
            (Wanted("present", A, new_name=B), {A, B}, set(), False),
            (Wanted("present", id=5), set(), {5}, False),
            (Wanted("present", A, 5, B), {A, B}, {5}, False),
        ],
    )
    def test_what_has_to_be_read_for_one(self, wanted, names, ids, may_filter):
        assert wanted.selection() == Selection(frozenset(names), frozenset(ids), may_filter=may_filter)

    def test_what_has_to_be_read_for_a_set(self):
        wanted = [WANTED, Wanted("present", id=5), Wanted("present", B)]
        assert selection_of(wanted, None) == Selection(frozenset({A, B}))
        assert selection_of(wanted, Prune()) == Selection(everything=True, exact=True)

    def test_one_domain_at_most_is_pruned_unless_one_says_so(self):
        assert Prune() == Prune(frozenset(), 1)
