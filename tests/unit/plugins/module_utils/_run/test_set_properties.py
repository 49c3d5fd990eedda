# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Any account, any set, any bad day that ends: nothing is lost, and the account becomes what is wanted.

A failing example is printed in full, and is replayed as one of ``test_properties.py``.
"""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._run import set as _set
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils._run.effects import (
    WRITES,
    check_changed,
    is_lie,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils._run.test_properties import (
    CERTIFICATES,
    KINDS_OF_FAILURES,
    PASSING,
    REFUSALS,
    VALIDITIES,
    Fault,
    profile,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.conftest import DEFAULTS, SharedClock
from hypothesis import given
from hypothesis import strategies as st
from sendcloud_emulator import Emulator, ManualClock

# Thousands of runs of what other tests cover: to count the lines would take longer than the runs.
pytestmark = pytest.mark.no_cover

# "renewed" is for every name of example.com, "good" for none of these.
OURS = tuple(f"{letter}.example.com" for letter in "abcdef")
NAME_LISTS = ("added", "updated", "newly_verified", "removed", "not_removed")
MOST_RUNS = 8


@dataclasses.dataclass(frozen=True)
class Domain:
    """A domain that is there."""

    name: str
    verified: bool = False
    is_certified: bool = False


@dataclasses.dataclass(frozen=True)
class SetTask:
    """What is wanted: rows of a name and one of CERTIFICATES (or None)."""

    rows: tuple[tuple[str, str | None], ...]
    state: str = "present"
    prune: bool = False
    keep: tuple[str, ...] = ()
    limit: int = 1
    recheck: bool = False
    wait: bool = False

    @property
    def names(self):
        return [name for name, _unused in self.rows]

    def is_foreign(self, name):
        """Whether the task has no business with a domain."""
        return name not in self.names and (not self.prune or name in self.keep)


@dataclasses.dataclass(frozen=True)
class SetScenario:
    """An account, what DNS shows, how many domains there may be, and the bad day of the first run."""

    domains: tuple[Domain, ...]
    task: SetTask
    published: tuple[str, ...] = OURS
    most: int = 5
    sending: tuple[str, ...] = ()
    retries: int = 4
    faults: tuple[Fault, ...] = ()
    acts: tuple[tuple[tuple[str, object], ...], ...] = ()
    lag_calls: int = 0


# ---------------------------------------------------------------------------------------------------------------------
# What can be

_THERE = [Domain(*values) for values in itertools.product(OURS, (True, False), (False, True))]
_DOMAINS = st.lists(st.sampled_from(_THERE), max_size=6, unique_by=lambda domain: domain.name)
# Mostly certificates that will do.
_ROWS = st.lists(
    st.sampled_from(list(itertools.product(OURS, (None, None, None, "renewed", "renewed", "good")))),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[0],
)
_KEEPS = st.lists(st.sampled_from(OURS), max_size=3, unique=True)
_WISHES = st.sampled_from(
    list(itertools.product(("present", "verified", "verified"), (True, True, False), (1, 6, 0, 2, 6), (False, True)))
)
_PUBLISHED = st.sampled_from([OURS, OURS, OURS, OURS[1:], OURS[:2], ()])
_FAULTS = st.sampled_from(
    [
        Fault(kind, moment, endpoint, nth, arguments)
        for (kind, moments, arguments), endpoint, nth in itertools.product(
            [*PASSING, *REFUSALS, ("invalid_json", ("before", "after"), ())], (*WRITES, "checkConfig", "list"), (1, 2)
        )
        for moment in moments
    ]
)
_ACTS = st.sampled_from(
    [
        (("action", action), ("endpoint", endpoint), ("nth", nth), ("when", when), ("name", name))
        for action, endpoint, nth, when, name in itertools.product(
            ("add", "remove"), ("list", *WRITES, "checkConfig"), (1, 2), ("before", "after"), OURS[:3]
        )
    ]
)


@st.composite
def set_scenarios(draw):
    state, prune, limit, recheck = draw(_WISHES)
    task = SetTask(tuple(draw(_ROWS)), state, prune, tuple(draw(_KEEPS)), limit, recheck and state == "verified")
    scenario = SetScenario(
        tuple(draw(_DOMAINS)),
        task,
        draw(_PUBLISHED),
        draw(st.sampled_from([5, 6, 4, 100, 3])),
        draw(st.sampled_from([(), (), (), ("b.example.com",)])),
    )
    day = draw(st.sampled_from(["good", "good", "bad", "busy"]))
    if day == "bad":
        faults, lag = tuple(draw(st.lists(_FAULTS, min_size=1, max_size=3))), draw(st.sampled_from([0, 0, 1, 2]))
        return dataclasses.replace(scenario, faults=faults, lag_calls=lag, retries=draw(st.sampled_from([4, 1, 0])))
    acts = tuple(draw(st.lists(_ACTS, min_size=1, max_size=2))) if day == "busy" else ()
    return dataclasses.replace(scenario, acts=acts)


# ---------------------------------------------------------------------------------------------------------------------
# What has to hold


class SetService:
    """A SendCloud, sets that are run against it, and what has to hold for each of them."""

    def __init__(self, scenario):
        self.scenario = scenario
        clock = ManualClock()
        self.clock = SharedClock(clock)
        self.emulator = Emulator.in_process(clock=clock)
        for domain in scenario.domains:
            validity = VALIDITIES["renewed"] if domain.is_certified else None
            self.emulator.account.add(domain.name, verified=domain.verified, certificate=validity)
        for name in scenario.published:
            self.emulator.publish(name)
        self.emulator.change_settings({"max_domains": scenario.most, "sending_domains": scenario.sending})
        self.deletions = []
        handle = self.emulator.service.handle

        def watched(request, line):
            before = self.emulator.account.ordered()
            outcome = handle(request, line)
            after = self.emulator.account.ordered()
            call = self.emulator.journal.calls()[-1]
            if "deleted" in call.effect:
                self.deletions.append((call.ordinal, before, after))
            return outcome

        self.emulator.service.handle = watched

    def play(self):
        scenario = self.scenario
        with self.emulator.intercept():
            preview = self._run(scenario.task, 4, preview=True)
            before = self.emulator.account.ordered()
            self._make_it_bad()
            result = self._run(scenario.task, scenario.retries)
            self._check_run(before, preview, result)
            self._let_it_pass()
            self._check_that_it_ends()

    def _make_it_bad(self):
        self.emulator.change_settings({"list_lag_calls": self.scenario.lag_calls})
        self.emulator.faults.add_all(fault.description for fault in self.scenario.faults)
        self.emulator.meanwhile.add_all(dict(act) for act in self.scenario.acts)

    def _let_it_pass(self):
        """Faults are over, others are gone, records are published, and no name is a sending domain any more."""
        self.emulator.faults.clear()
        self.emulator.meanwhile.clear()
        self.emulator.change_settings({"list_lag_calls": 0, "sending_domains": ()})
        for name in OURS:
            self.emulator.publish(name)
        self.clock.manual.skip(60)
        for _unused in range(self.scenario.lag_calls):
            self._run(self.scenario.task, 4, preview=True)

    def _run(self, task, retries, *, preview=False):
        rows = [
            {"name": name, "certificate": pem, "private_key": key}
            for name, certificate in task.rows
            for pem, key, _unused in [CERTIFICATES.get(certificate, (None, None, None))]
        ]
        own = {"track_domains": rows, "prune": task.prune, "prune_keep": list(task.keep), "prune_limit": task.limit}
        options = {**DEFAULTS, "api_url": self.emulator.url, "api_key": self.emulator.key, "api_retries": retries}
        options |= {"state": task.state, "recheck": task.recheck, "wait": task.wait}
        self.emulator.journal.clear()
        self.deletions.clear()
        before = self.emulator.account.domains()
        result = _set.run({**options, **own}, preview=preview, clock=self.clock, open_dns=lambda servers, insist: None)
        if preview:
            assert set(self.emulator.journal.endpoints()) <= {"trackDomain/list"}
            assert self.emulator.account.domains() == before
        return result

    def _check_run(self, before, preview, result):
        scenario, task = self.scenario, self.scenario.task
        is_lied_to = any(is_lie(fault.description) for fault in scenario.faults)
        check_changed(result, self.emulator.journal, is_lied_to=is_lied_to)
        if result["error"] is None and not is_lied_to and not scenario.acts:
            assert preview["error"] is None
            assert (preview["changed"], preview["diff"]) == (result["changed"], result["diff"])
            assert [preview[name] for name in NAME_LISTS] == [result[name] for name in NAME_LISTS]
        if preview["error"] is not None:
            assert preview["error"]["kind"] == "input"
            assert not self.deletions
            assert result["error"] is not None
        if result["error"] is not None:
            assert result["failed"]
            assert result["msg"]
            assert result["error"]["kind"] in KINDS_OF_FAILURES | {"input", "verification", "conflict"}
        self._check_foreign(task)
        self._check_deletions(before, result)

    def _check_foreign(self, task):
        for call in self.emulator.journal.calls():
            for change in call.changes:
                assert not task.is_foreign(change.name)
                assert (change.effect == "deleted") is (change.name not in task.names)

    def _check_deletions(self, before, result):
        task = self.scenario.task
        candidates = [domain.name for domain in before if domain.name not in {*task.names, *task.keep}]
        assert len(self.deletions) <= task.limit
        if task.prune and len(candidates) > task.limit and not self.scenario.acts:
            assert set(self.emulator.journal.endpoints()) <= {"trackDomain/list"}
            assert result["error"] is not None
        last_deletion = max((ordinal for ordinal, _unused, _unused in self.deletions), default=0)
        for failure in result["failures"]:
            if failure["name"] in task.names and failure["error"]["kind"] != "limit_reached":
                last_call = self._last_call_about(failure["name"])
                assert last_call is None or last_deletion <= last_call
        if not self.scenario.acts:
            # What is missed least goes first.
            gone = [next(domain for domain in was if domain not in now) for _unused, was, now in self.deletions]
            assert gone == sorted(gone, key=lambda domain: (domain.verified, domain.https, domain.created, domain.id))
        if task.state == "verified" and not self.scenario.acts:
            for _unused, was, now in self.deletions:
                self._check_deletion(before, was, now)

    def _last_call_about(self, name):
        ids = {str(domain.id) for domain in self.emulator.account.find_all(name)}
        calls = [
            call.ordinal
            for call in self.emulator.journal.calls()
            if call.parameters.get("name") == name or ids & set(call.parameters.get("id", "").split(";"))
        ]
        return max(calls, default=None)

    def _check_deletion(self, before, was, now):
        """Links keep working: a domain goes when all are verified, or when the limit leaves no other way."""
        task = self.scenario.task
        wanted = [domain for domain in was if domain.name in task.names]
        assert all(domain.verified for domain in wanted)
        if len(wanted) == len(task.rows):
            return
        # Without room there is one place fewer at most than there were verified domains.
        assert len(was) >= self.scenario.most
        verified = sum(domain.verified for domain in now)
        assert verified >= min(sum(domain.verified for domain in before), self.scenario.most - 1)

    def _check_that_it_ends(self):
        task = dataclasses.replace(self.scenario.task, recheck=False)
        rows = tuple((name, None if certificate == "good" else certificate) for name, certificate in task.rows)
        task = dataclasses.replace(task, rows=rows)
        there = {domain.name for domain in self.emulator.account.ordered()}
        pruned = there - {*task.names, *task.keep} if task.prune else set()
        if len(pruned) > task.limit or len(there.union(task.names) - pruned) > self.scenario.most:
            return
        for _unused in range(MOST_RUNS):
            result = self._run(task, 4)
            check_changed(result, self.emulator.journal)
            self._check_foreign(task)
            if result["error"] is None:
                break
        assert result["error"] is None
        self._check_as_wanted(task, pruned)
        last = self._run(task, 4)
        assert (last["error"], last["changed"], last["diff"]) == (None, False, {"before": {}, "after": {}})
        assert self.emulator.journal.endpoints() == ["trackDomain/list"]

    def _check_as_wanted(self, task, pruned):
        there = {domain.name: domain for domain in self.emulator.account.ordered()}
        assert len(there) == len(self.emulator.account)
        assert not there.keys() & pruned
        for name, certificate in task.rows:
            assert there[name].verified or task.state == "present"
            assert certificate is None or there[name].certificate == VALIDITIES[certificate]


@profile(1 / 3)
@given(set_scenarios())
def test_a_set_ends_as_wanted(scenario):
    SetService(scenario).play()
