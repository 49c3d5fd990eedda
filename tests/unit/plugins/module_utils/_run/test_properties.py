# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Any account, any wish, any bad day that ends: after at most two runs the account is as wanted.

A failing example is printed in full. To replay it, put the printed ``@reproduce_failure`` line, or
``@example(Scenario(...))`` with the printed scenario, above the test.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import itertools
import logging
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest import mock
from urllib.parse import quote_plus

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._run import one as _one
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import client as _client
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils._run.effects import check_changed, is_lie
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import make_leaf
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.conftest import DEFAULTS, SharedClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sendcloud_emulator import Emulator, ManualClock
from sendcloud_emulator.account import Validity

# Thousands of runs of what other tests cover: to count the lines would take longer than the runs.
pytestmark = pytest.mark.no_cover

# How many examples to play; a number of one's own also makes them new ones at each run (nox -s properties: 3,000).
EXAMPLES = "SENDCLOUD_EXAMPLES"
EXAMPLES_BY_DEFAULT = 600
# Each state that can be wanted has a test of its own, so that they run side by side.
STATES = ("present", "absent", "verified")


def profile(share):
    """The settings for a test that plays this share of the examples.

    Unless asked for, the examples are the same at each run: a red build is then the fault of the change at hand, and
    a test that was green stays so. What is new is found by whoever gives a number, the larger the better.
    """
    asked_for = os.environ.get(EXAMPLES)
    return settings(
        max_examples=max(1, int(int(asked_for or EXAMPLES_BY_DEFAULT) * share)),
        derandomize=asked_for is None,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


NAME = "track.example.com"
NEW = "click.example.com"
NEIGHBOURS = ("a-track.example.com", "track.example.com.example.org", "rack.example.com", "a-click.example.com")
NAMES = (NAME, NEW, *NEIGHBOURS)
MISSING_ID = 7

_DAY = timedelta(days=1)


def _certificates():
    """Certificates by name; the clock stands at 2026-01-01."""
    start = datetime(2025, 12, 1, tzinfo=UTC)
    made = {
        "good": make_leaf([NAME, NEW], start, start + 90 * _DAY),
        # As long, and its beginning no quarter of an hour away: what a renewal looks like.
        "renewed": make_leaf(["*.example.com"], start + timedelta(days=20, seconds=1), start + timedelta(110, 1)),
        "for the old name": make_leaf([NAME], start, start + 60 * _DAY),
        "expired": make_leaf([NAME, NEW], start - 90 * _DAY, start),
        "not yet valid": make_leaf([NAME, NEW], start + 90 * _DAY, start + 180 * _DAY),
    }
    return {name: (issued.pem, issued.key_pem, issued.certificate) for name, issued in made.items()}


CERTIFICATES = _certificates()
VALIDITIES = {
    name: Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    for name, (_unused, _unused, certificate) in CERTIFICATES.items()
}
COVERED = {name: {NAME, NEW} for name in CERTIFICATES} | {
    "for the old name": {NAME},
    "renewed": {name for name in NAMES if name.endswith(".example.com")},
}


@dataclasses.dataclass(frozen=True)
class Domain:
    """A domain of an account; the certificate is one of CERTIFICATES."""

    name: str
    verified: bool = False
    certificate: str | None = None


@dataclasses.dataclass(frozen=True)
class Task:
    """What is wanted. ``id_of`` is a name whose domain's ID is given, or C(nobody)."""

    state: str
    name: str | None = NAME
    id_of: str | None = None
    new_name: str | None = None
    certificate: str | None = None
    certificate_update: str = "on_change"
    recheck: bool = False
    wait: bool = True


@dataclasses.dataclass(frozen=True)
class Fault:
    """One fault, at the n-th call of an endpoint (None: of any)."""

    kind: str
    when: str = "before"
    endpoint: str | None = None
    nth: int = 1
    arguments: tuple[tuple[str, object], ...] = ()

    @property
    def description(self):
        return {"kind": self.kind, "when": self.when, "endpoint": self.endpoint, "nth": self.nth} | dict(self.arguments)

    @property
    def is_passing(self):
        """One more try gets over it, wherever it is."""
        return (self.kind, self.arguments) in {(kind, arguments) for kind, _unused, arguments in PASSING}

    @property
    def is_absorbed(self):
        return self.is_passing or (self.kind in DOUBTS and self.endpoint in WRITES)


WRITES = ("add", "update", "delete")
READS = ("list", "checkConfig")

# Kinds, moments and arguments.
_EITHER = ("before", "after")
PASSING = [
    ("refuse", ("before",), ()),
    ("reset", _EITHER, ()),
    ("delay", _EITHER, (("seconds", 31),)),
    ("delay", _EITHER, (("seconds", 3),)),
    ("status", ("before",), (("status", 429),)),
    ("status", ("before",), (("status", 429), ("retry_after", 20))),
    ("status", ("before",), (("status", 503), ("retry_after", 20))),
    *[("status", _EITHER, (("status", status),)) for status in (500, 502, 503, 504)],
    ("truncated", _EITHER, ()),
    ("code", ("before",), (("code", 50000),)),
    ("code", _EITHER, (("code", 501),)),
    ("wrong_content_type", ("after",), ()),
    ("go_down", ("after",), (("seconds", 0.2),)),
]
# A write that is answered like this is settled by a list; a list or a check is not asked for again.
DOUBTS = {
    "invalid_json": _EITHER,
    "empty_body": _EITHER,
    "html": _EITHER,
    "json_no_envelope": _EITHER,
    "redirect": _EITHER,
    "oversized": ("after",),
}
REFUSALS = [
    *[("code", ("before",), (("code", code),)) for code in (40005, 6001)],
    *[("code", _EITHER, (("code", code),)) for code in (41012, 41014, 49999)],
    ("echo", _EITHER, ()),
    ("control_characters", _EITHER, ()),
]
KINDS_OF_FAILURES = {
    "authentication",
    "permission",
    "limit_reached",
    "not_found",
    "rejected",
    "protocol",
    "network",
    "server",
    "rate_limited",
}


@dataclasses.dataclass(frozen=True)
class World:
    """An account and what is around it."""

    domains: tuple[Domain, ...]
    published: tuple[str, ...] = ()
    switches: tuple[tuple[str, object], ...] = ()
    key: str = "9f3b-emulated-api-key-77"
    page_size: int = 100


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A world, a wish, and the faults of a first and a second run."""

    world: World
    task: Task
    retries: int = 4
    first_faults: tuple[Fault, ...] = ()
    second_faults: tuple[Fault, ...] = ()


# ---------------------------------------------------------------------------------------------------------------------
# What can be


# Few choices out of many values, rather than many out of few: that makes examples fast to make, and the first value is
# what a failing one shrinks to.


def _domains(name):
    certificates = (None, "good", "renewed", "expired", "for the old name")
    return [Domain(*values) for values in itertools.product((name, name.title()), (False, True), certificates)]


_OWN = {name: st.sampled_from(_domains(name)) for name in (NAME, NEW)}
_OTHERS = st.lists(
    st.sampled_from([domain for name in NEIGHBOURS for domain in _domains(name)]),
    max_size=3,
    unique_by=lambda domain: domain.name.lower(),
)

_ZONES = ("+08:00", "UTC", "-07:00", "+05:45", "-12:00", "+14:00")
# Where times and certificates are not printed in the same time zone.
_CERTIFICATE_ZONES = ("+08:00", "UTC", "-07:00")
_TOLERATED = (
    "string_booleans",
    "numeric_booleans",
    "string_ids",
    "nulls",
    "absent_empty_keys",
    "absent_optional_keys",
    "spaced_keys",
    "string_status_code",
    "string_result",
    "null_info",
    "chinese_messages",
    "short_pages",
    "long_pages",
    "total_too_large",
    "total_too_small",
    "no_total",
    "no_count",
    "string_counts",
    "repeated_rows",
    "lying_filter",
    "html_content_type",
)
# A page that is full, and a total that says so, is the end.
_ONLY_ON_ONE_PAGE = ("total_too_small", "repeated_rows")
_SWITCHES = st.lists(
    st.sampled_from(
        [
            *[("time_zone", zone) for zone in _ZONES],
            *[("certificate_time_zone", zone) for zone in _CERTIFICATE_ZONES],
            *[("max_domains", number) for number in (1, 3, 100)],
            *[("sending_domains", (name,)) for name in (NAME, NEW)],
            *[("duplicate_code", code) for code in (41012, 49999)],
            ("name_matching", "exact"),
            ("case_sensitive", True),
            ("delete_missing", "count_zero"),
            ("rename_resets_cname", False),
            *[(quirk, True) for quirk in _TOLERATED],
        ]
    ),
    max_size=5,
    unique_by=lambda switch: switch[0],
)
_PUBLISHED = st.sampled_from([(), (NAME,), (NAME, NEW), (NEW,)])
_KEYS = st.sampled_from(["9f3b-emulated-api-key-77", "k&y=+/%20 <\u00e9>\\\"'"])


@st.composite
def worlds(draw):
    who = draw(st.sampled_from([(NAME,), (), (NEW,), (NAME,), (NAME, NEW), (NAME,), (NAME, NAME)]))
    domains = draw(_OTHERS)
    # Before the neighbours or after them.
    place = draw(st.sampled_from([0, len(domains)]))
    domains[place:place] = [draw(_OWN[name]) for name in who]
    # Of a large account not every row is read, and a namesake further on is not met.
    page_size = 100 if who == (NAME, NAME) else draw(st.sampled_from([100, 100, 2]))
    has_capitals = not all(domain.name.islower() for domain in domains)
    switches = [
        (name, value)
        for name, value in draw(_SWITCHES)
        # Whoever minds the case, and has a capital, cannot be asked for one name.
        if not (name == "case_sensitive" and has_capitals) and not (page_size < 100 and name in _ONLY_ON_ONE_PAGE)
    ]
    return World(tuple(domains), draw(_PUBLISHED), tuple(switches), draw(_KEYS), page_size)


_SELECTIONS = [(NAME, None)] * 4 + [
    (NAME.title() + ".", None),
    (None, NAME),
    (NAME, NAME),
    (NAME, NEW),
    (None, "nobody"),
]
_UPLOADS = st.sampled_from(
    [
        *[(certificate, "on_change") for certificate in (None, None, None, "good", "good", *CERTIFICATES)],
        *[(certificate, "always") for certificate in (None, "good", *CERTIFICATES)],
    ]
)
_VERIFICATIONS = st.sampled_from(list(itertools.product((False, True), repeat=2)))


@st.composite
def tasks(draw, states):
    new_names = [None] if states == ("absent",) else [None, NEW]
    (name, id_of), new_name = draw(st.sampled_from(list(itertools.product(_SELECTIONS, new_names))))
    state = draw(st.sampled_from(states))
    certificate, certificate_update = draw(_UPLOADS)
    recheck, wait = draw(_VERIFICATIONS)
    new_name = None if state == "absent" else new_name
    return Task(state, name, id_of, new_name, certificate, certificate_update, recheck, wait)


def _faults(kinds, endpoints):
    return [
        Fault(kind, moment, endpoint, nth, arguments)
        for (kind, moments, arguments), endpoint, nth in itertools.product(kinds, endpoints, (1, 2, 3))
        for moment in moments
    ]


_DOUBTS = [(kind, moments, ()) for kind, moments in DOUBTS.items()]
_ABSORBED_FAULTS = st.sampled_from(_faults(PASSING, (None, *WRITES, *READS)) + _faults(_DOUBTS, WRITES))
_ANY_FAULTS = st.sampled_from(_faults(PASSING + _DOUBTS + REFUSALS, (None, *WRITES, *READS)))


@st.composite
def plans(draw):
    """Retries, and the faults of two runs: of the first one whatever they are, of the second those it gets over."""
    retries = draw(st.sampled_from([4, 4, 2, 1, 0]))
    absorbed = st.lists(_ABSORBED_FAULTS, max_size=retries)
    first = draw(st.one_of(st.just([]), absorbed, st.lists(_ANY_FAULTS, max_size=6)))
    return retries, tuple(first), tuple(draw(absorbed) if first else [])


@st.composite
def scenarios(draw, *states):
    return Scenario(draw(worlds()), draw(tasks(states)), *draw(plans()))


# ---------------------------------------------------------------------------------------------------------------------
# What is right


@dataclasses.dataclass(frozen=True)
class Right:
    """How a run has to end: the kind of its failure or None, and the account before, after the write, and after all.

    An account is a mapping from ID to Domain, where None stands for the ID of one that is added. ``target`` is the ID
    that may be touched.
    """

    kind: str | None
    target: int | None
    stages: tuple[dict, dict, dict]

    @property
    def after(self):
        return self.stages[-1]

    @property
    def changed(self):
        return self.stages[0] != self.stages[-1]


def has_more_than_it_lists(switches):
    """Whether SendCloud claims to have more domains than it lists."""
    return bool(switches.get("total_too_large") and not switches.get("no_total"))


def what_is_right(before, task, ids, switches, published):
    """The oracle, which knows the rules and nothing of the planner."""

    def refuse(kind):
        return Right(kind, None, (before, before, before))

    def named(name):
        return [number for number, domain in before.items() if domain.name == name]

    certificate = None if task.state == "absent" else task.certificate
    names = {name for name in (task.name, task.new_name) if name is not None}
    is_all_there = all(named(name) for name in names) and (task.id_of is None or ids[task.id_of] in before)
    wanted_name = task.new_name or task.name
    if certificate and wanted_name and wanted_name not in COVERED[certificate]:
        return refuse("input")
    if has_more_than_it_lists(switches) and not is_all_there:
        # There may be more than is listed.
        return refuse("protocol")
    number = None
    if task.id_of is not None:
        number = ids[task.id_of]
        if number not in before:
            if task.state != "absent":
                return refuse("not_found")
            return refuse("conflict" if task.name and named(task.name) else None)
        own = before[number].name
        is_renamed_already = own == task.new_name and not named(task.name)
        if task.name not in (None, own) and not is_renamed_already:
            return refuse("conflict")
        if task.new_name and [other for other in named(task.new_name) if other != number]:
            return refuse("conflict")
    else:
        candidates = named(task.name) + (named(task.new_name) if task.new_name else [])
        if len(candidates) > 1:
            return refuse("conflict")
        if task.new_name and not candidates:
            return refuse("not_found")
        number = candidates[0] if candidates else None

    if task.state == "absent":
        left = {key: domain for key, domain in before.items() if key != number}
        return Right(None, number, (before, left, left))

    is_new = number is None
    found = Domain(task.name) if is_new else before[number]
    name = task.new_name or found.name
    is_renamed = name != found.name
    uploads = certificate is not None and (
        is_new
        or found.certificate != certificate
        or task.certificate_update == "always"
        or (is_renamed and certificate not in ("expired", "not yet valid"))
    )
    if certificate and name not in COVERED[certificate]:
        return refuse("input")
    if uploads and certificate in ("expired", "not yet valid"):
        return refuse("input")
    if (is_new or is_renamed) and name in switches.get("sending_domains", ()):
        return refuse("rejected")
    if is_new and len(before) >= switches.get("max_domains", 5):
        return refuse("limit_reached")

    is_reset = is_new or (is_renamed and switches.get("rename_resets_cname", True))
    written = Domain(name, found.verified and not is_reset, certificate if uploads else found.certificate)
    if task.state != "verified" or (written.verified and not task.recheck and not is_renamed):
        checked, kind = written, None
    else:
        checked = dataclasses.replace(written, verified=name in published)
        kind = None if checked.verified else "verification"
    return Right(kind, number, (before, before | {number: written}, before | {number: checked}))


# ---------------------------------------------------------------------------------------------------------------------
# What is


class Service:
    """A SendCloud in a world, tasks that are run against it, and what has to hold for each of them."""

    def __init__(self, world):
        self.world = world
        self.switches = dict(world.switches)
        self.published = set()
        self.ids = {}
        self.log = io.StringIO()
        clock = ManualClock()
        self.clock = SharedClock(clock)
        self.emulator = Emulator.in_process(key=world.key, clock=clock)
        self._stack = contextlib.ExitStack()
        for domain in world.domains:
            self.add(domain)
        for name in world.published:
            self.publish(name)
        self.emulator.change_settings(self.switches)

    def __enter__(self):
        self._stack.enter_context(self.emulator.intercept())
        self._stack.enter_context(mock.patch.object(_client, "PAGE_SIZE", self.world.page_size))
        self._stack.enter_context(_logging_to(self.log))
        return self

    def __exit__(self, *exc_info):
        self._stack.close()

    def add(self, domain):
        validity = VALIDITIES.get(domain.certificate)
        return self.emulator.account.add(domain.name, verified=domain.verified, certificate=validity)

    def publish(self, name):
        self.published.add(name)
        self.emulator.publish(name)

    def withdraw(self, name):
        self.published.discard(name)
        self.emulator.withdraw(name)

    def account(self):
        """The account as the oracle sees it."""
        names = {validity: name for name, validity in VALIDITIES.items()}
        return {
            domain.id: Domain(domain.name.lower(), domain.verified, names[domain.certificate] if domain.https else None)
            for domain in self.emulator.account.domains()
        }

    def reached(self, right):
        """The account as the oracle would foresee it."""
        account = self.account()
        reached = {number if number in right.stages[0] else None: domain for number, domain in account.items()}
        assert len(reached) == len(account)
        return reached

    def right(self, task):
        return what_is_right(self.account(), _normalised(task), self.ids, self.switches, self.published)

    def converge(self, task, retries, first_faults, second_faults):
        """Run a task under a plan of faults until it has ended well, or as badly as is right: at most twice."""
        ids = {domain.name: number for number, domain in self.account().items()}
        self.ids = {name: ids.get(name, MISSING_ID) for name in (NAME, NEW, "nobody")}
        at_first = self.right(task)
        if has_more_than_it_lists(self.switches):
            # Whoever cannot tell that something is not there cannot settle a write in doubt either.
            first_faults = second_faults = ()
        is_done = self.run(task, retries, first_faults)
        if not is_done:
            assert self.run(task, retries, second_faults)
        if at_first.kind is None:
            self._check_as_wanted(task)
        # Whoever asks for something at each run gets it at each run; the others get nothing done.
        lazy = dataclasses.replace(task, certificate_update="on_change", recheck=False)
        kind = self.right(lazy).kind
        if kind != self.right(task).kind:
            # An expired certificate may stay where it is, and must not be uploaded.
            lazy, kind = task, self.right(task).kind
        before = self.emulator.account.domains()
        result = self._run(lazy, retries)
        assert (result["error"] or {}).get("kind") == kind
        assert result["changed"] is False
        assert self.emulator.account.domains() == before
        if kind is None:
            assert set(self.emulator.journal.endpoints()) == {"trackDomain/list"}

    def run(self, task, retries, faults):
        """One run, after a preview, under a plan of faults; True if it had to end as it would have without."""
        right = self.right(task)
        records = {domain.id: domain for domain in self.emulator.account.domains()}
        preview = self._preview(task, retries, right)
        self.emulator.faults.add_all(fault.description for fault in faults)
        is_lied_to = any(is_lie(fault.description) for fault in faults)
        result = self._run(task, retries, is_lied_to=is_lied_to)
        is_quiet = not any(one["fired"] for one in self.emulator.faults.rules())
        self.emulator.faults.clear()
        # Whatever went down is up again.
        self.clock.manual.skip(60)
        self._check_others(records, right)
        self._check_told(task, result, right)
        if len(faults) > retries or not all(fault.is_absorbed for fault in faults):
            self._check_account_of_bad_run(faults, result, right)
            return is_quiet
        assert (result["error"] or {}).get("kind") == right.kind
        assert self.reached(right) == right.after
        uploads_again = task.certificate_update == "always" and task.certificate is not None and right.kind != "input"
        if not uploads_again:
            assert result["changed"] is right.changed
        if right.kind is None:
            self._check_preview(task, preview, result, right)
        if is_quiet:
            self._check_budget(right)
        return True

    def _preview(self, task, retries, right):
        before = self.emulator.account.domains()
        preview = self._run(task, retries, preview=True)
        assert set(self.emulator.journal.endpoints()) <= {"trackDomain/list"}
        assert self.emulator.account.domains() == before
        foreseen = right.kind if right.kind in ("input", "conflict", "not_found", "protocol") else None
        assert (preview["error"] or {}).get("kind") == foreseen
        return preview

    def _run(self, task, retries, *, preview=False, is_lied_to=False, is_mistakable=False):
        certificate, private_key, _unused = CERTIFICATES.get(task.certificate, (None, None, None))
        options = {
            **DEFAULTS,
            "api_url": self.emulator.url,
            "api_key": self.world.key,
            "api_retries": retries,
            "name": task.name,
            "id": None if task.id_of is None else self.ids[task.id_of],
            "new_name": task.new_name,
            "state": task.state,
            "certificate": certificate,
            "private_key": private_key,
            "certificate_update": task.certificate_update,
            "recheck": task.recheck,
            "wait": task.wait,
            "wait_timeout": 300,
            "wait_interval": 60,
        }
        self.emulator.journal.clear()
        self.log.seek(0)
        self.log.truncate()
        result = _one.run(options, preview=preview, clock=self.clock, open_dns=lambda servers, insist: None)
        told = repr(result) + self.log.getvalue()
        key_lines = (private_key or "").splitlines()[1:-1]
        secrets = [self.world.key, repr(self.world.key)[1:-1], quote_plus(self.world.key), *key_lines]
        assert not [secret for secret in secrets if secret in told]
        if not preview:
            check_changed(result, self.emulator.journal, is_lied_to=is_lied_to, may_be_mistaken=is_mistakable)
        return result

    def _check_others(self, records, right):
        for number, record in records.items():
            if number != right.target:
                assert self.emulator.account.get(number) == record
        names = Counter(domain.name for domain in self.account().values())
        names_before = Counter(domain.name for domain in right.stages[0].values())
        assert all(count <= max(1, names_before[name]) for name, count in names.items())

    def _check_told(self, task, result, right):
        """Whatever the end, the result says what is true."""
        if result["error"] is not None:
            assert result["failed"]
            assert result["msg"]
            return
        assert right.kind is None
        account = self.account()
        told = result["track_domain"]
        assert (told is None) is (task.state == "absent")
        if told is not None:
            domain = account[told["id"]]
            assert (told["name"], told["cname_verified"]) == (domain.name, domain.verified)
            assert told["https_configured"] is (domain.certificate is not None)
        assert self.reached(right) == right.after

    def _check_account_of_bad_run(self, faults, result, right):
        assert self.reached(right) in right.stages
        if result["error"] is not None:
            assert result["error"]["kind"] in KINDS_OF_FAILURES | {right.kind}
        # An answer that says no to what was done, and a check that was never answered, leave something unseen.
        unseen = [fault for fault in faults if fault.when == "after" and fault.endpoint in (None, "checkConfig")]
        lies = [fault for fault in faults if fault.when == "after" and not fault.is_absorbed]
        if not unseen and not lies and result["changed"] is False:
            assert self.reached(right) == right.stages[0]

    def _check_preview(self, task, preview, result, right):
        assert preview["changed"] is result["changed"]
        foreseen, seen = preview["diff"], result["diff"]
        if task.new_name and task.state == "present" and not self.switches.get("rename_resets_cname", True):
            # Only SendCloud knows whether a new name has to be verified again.
            foreseen["after"].pop("cname_verified")
            seen["after"].pop("cname_verified")
        assert foreseen == seen

    def _check_budget(self, right):
        requests = [endpoint.partition("/")[2] for endpoint in self.emulator.journal.endpoints()]
        writes = [endpoint for endpoint in requests if endpoint in WRITES]
        assert len(writes) <= 1
        if right.kind is None and self.world.page_size == 100 and not self.switches.keys() & set(_TOLERATED):
            assert requests.count("list") == 1
            assert requests.count("checkConfig") <= 1

    def _check_as_wanted(self, task):
        account = self.account()
        wanted = _normalised(task)
        if task.state == "absent":
            # With an ID a namesake is not meant.
            assert not [
                number
                for number, domain in account.items()
                if (domain.name == wanted.name if task.id_of is None else number == self.ids[task.id_of])
            ]
            return
        name = wanted.new_name or wanted.name or account[self.ids[wanted.id_of]].name
        found = [domain for number, domain in account.items() if self.ids.get(wanted.id_of, number) == number]
        found = [domain for domain in found if domain.name == name]
        assert len(found) == 1
        assert wanted.certificate in (None, found[0].certificate)
        assert found[0].verified or task.state != "verified"


def _normalised(task):
    return dataclasses.replace(task, name=task.name and task.name.rstrip(".").lower())


@contextlib.contextmanager
def _logging_to(stream):
    """Everything that is logged goes into the stream, and nowhere else."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [logging.StreamHandler(stream)]
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def play(scenario):
    with Service(scenario.world) as service:
        service.converge(scenario.task, scenario.retries, scenario.first_faults, scenario.second_faults)


@profile(1 / 4)
@given(scenarios("present"))
def test_a_domain_is_present_after_at_most_two_runs(scenario):
    play(scenario)


@profile(1 / 5)
@given(scenarios("absent"))
def test_a_domain_is_absent_after_at_most_two_runs(scenario):
    play(scenario)


@profile(1 / 4)
@given(scenarios("verified"))
def test_a_domain_is_verified_after_at_most_two_runs(scenario):
    play(scenario)


class AnAccountOverTime(RuleBasedStateMachine):
    """One account, in which tasks follow each other while people and DNS change things in between."""

    @initialize(world=worlds())
    def begin(self, world):
        self.service = Service(world)
        self.service.__enter__()

    def teardown(self):
        if hasattr(self, "service"):
            self.service.__exit__()

    @rule(name=st.sampled_from([NAME, NEW]))
    def somebody_publishes_a_record(self, name):
        self.service.publish(name)

    @rule(name=st.sampled_from([NAME, NEW]))
    def somebody_withdraws_a_record(self, name):
        self.service.withdraw(name)

    @rule(domain=st.one_of(*_OWN.values()))
    def somebody_adds_a_domain(self, domain):
        if self.service.emulator.account.find(domain.name) is None:
            self.service.add(dataclasses.replace(domain, name=domain.name.lower()))

    @rule(index=st.integers(0, 9))
    def somebody_deletes_a_domain(self, index):
        domains = self.service.emulator.account.domains()
        if domains:
            self.service.emulator.account.remove(domains[index % len(domains)].id)

    @rule(index=st.integers(0, 9), verified=st.booleans())
    def somebody_has_a_domain_checked(self, index, verified):
        domains = self.service.emulator.account.domains()
        if domains:
            self.service.emulator.account.change(domains[index % len(domains)].id, verified=verified)

    @rule(minutes=st.integers(1, 3 * 24 * 60))
    def time_passes(self, minutes):
        self.service.clock.manual.skip(60 * minutes)

    @rule(task=tasks(STATES), plan=plans())
    def a_task_is_run(self, task, plan):
        self.service.converge(task, *plan)

    @rule(task=tasks(STATES), other=tasks(STATES), plan=plans())
    def a_task_is_run_and_then_another_one(self, task, other, plan):
        self.service.converge(task, *plan)
        self.service.converge(other, *plan)


def test_tasks_that_follow_each_other_end_as_wanted_too():
    run_state_machine_as_test(AnAccountOverTime, settings=settings(profile(1 / 20), stateful_step_count=6))


# ---------------------------------------------------------------------------------------------------------------------
# Large accounts that others are busy in


@dataclasses.dataclass(frozen=True)
class Act:
    """What somebody else does, at the n-th call of an endpoint (None: of any)."""

    action: str
    endpoint: str | None
    nth: int
    when: str = "before"
    arguments: tuple[tuple[str, object], ...] = ()

    @property
    def description(self):
        own = {"action": self.action, "endpoint": self.endpoint, "nth": self.nth, "when": self.when}
        return own | dict(self.arguments)


@dataclasses.dataclass(frozen=True)
class BusyScenario:
    """A task in an account of ``others`` + 1 domains at most, in which the task's is at ``place`` (None: not there).

    ``shifts`` are acts that move the rows of the list, ``acts`` concern the task's own domain.
    """

    others: int
    place: int | None
    page_size: int
    task: Task
    shifts: tuple[Act, ...] = ()
    acts: tuple[Act, ...] = ()
    faults: tuple[Fault, ...] = ()
    lag: tuple[tuple[str, int], ...] = ()
    name_matching: str = "substring"


# As many rows as make a few pages; real pages are dear.
_SMALL = [(2, 3), (2, 5), (3, 7), (3, 9), (5, 12), (5, 4)]
_SIZES = st.sampled_from([*_SMALL, *_SMALL, *_SMALL, (20, 50), (100, 120), (100, 249)])
# Rows that come and rows that go at the same moment leave a total that says nothing, so a scenario has one of these.
_SHIFTS = [
    [Act("remove", "list", nth, when, (("index", 0),)) for nth in (1, 2, 3, 4) for when in ("before", "after")],
    [
        Act("add", "list", nth, when, (("name", f"late{nth}.example.org"),))
        for nth in (1, 2, 3, 4)
        for when in ("before", "after")
    ],
]
_ACTS = [
    Act(action, endpoint, nth, when, (("name", NAME), *arguments))
    for action, arguments in (("add", ()), ("add", (("verified", True),)), ("remove", ()), ("verify", ()))
    for endpoint in ("list", "add", "delete", "checkConfig")
    for nth in (1, 2)
    for when in ("before", "after")
]
_LOST = [
    Fault(kind, "after", endpoint, nth, arguments)
    for kind, arguments in (("reset", ()), ("delay", (("seconds", 31),)), ("empty_body", ()))
    for endpoint in (*WRITES, "checkConfig")
    for nth in (1, 2)
]
_BUSY_FAULTS = st.lists(st.sampled_from(_LOST + _faults(PASSING, ("list", *WRITES))), max_size=3)
_LAGS = st.sampled_from([(), (), (("list_lag", 2),), (("list_lag", 40),), (("list_lag_calls", 1),)])
_BUSY_TASKS = st.sampled_from(
    [
        Task(state, NAME, certificate=certificate, certificate_update=update, recheck=recheck)
        for state in STATES
        for certificate, update in ((None, "on_change"), ("good", "on_change"), ("good", "always"))
        for recheck in (False, state == "verified")
    ]
)


@st.composite
def busy_scenarios(draw):
    page_size, others = draw(_SIZES)
    task = draw(_BUSY_TASKS)
    place = draw(st.sampled_from([None, 0, others // 2, others]))
    shifts = draw(st.lists(st.sampled_from(draw(st.sampled_from(_SHIFTS))), max_size=3))
    # The task's own domain is not what is removed, and nothing else than the shifts moves rows.
    acts = () if shifts else tuple(draw(st.lists(st.sampled_from(_ACTS), max_size=2)))
    place = others if shifts and place is not None and place < len(shifts) else place
    matching = draw(st.sampled_from(["substring", "exact"]))
    return BusyScenario(
        others, place, page_size, task, tuple(shifts), acts, tuple(draw(_BUSY_FAULTS)), draw(_LAGS), matching
    )


class BusyService(Service):
    """A SendCloud with a large account, in which others are busy while a task runs."""

    def __init__(self, scenario):
        super().__init__(World((), (NAME,), (("max_domains", 1000),), page_size=scenario.page_size))
        self.scenario = scenario
        names = [f"d{number}.example.org" for number in range(scenario.others)]
        if scenario.place is not None:
            names.insert(scenario.place, NAME)
        self.emulator.account.add_many(names)
        self.emulator.change_settings({"name_matching": scenario.name_matching})

    def play(self):
        scenario = self.scenario
        self.emulator.change_settings(dict(scenario.lag))
        self.emulator.faults.add_all(fault.description for fault in scenario.faults)
        self.emulator.meanwhile.add_all(act.description for act in (*scenario.shifts, *scenario.acts))
        first = self._run_busily(scenario)
        if first["error"] is None and not scenario.acts:
            self._check_as_wanted(scenario.task)
        if not scenario.faults and not scenario.acts and not scenario.lag:
            assert first["error"] is None
        self._let_everything_pass()
        again = self._run_busily(dataclasses.replace(scenario, faults=(), acts=()))
        assert again["error"] is None
        self._check_as_wanted(scenario.task)
        task = dataclasses.replace(scenario.task, certificate_update="on_change", recheck=False)
        last = self._run(task, 4)
        assert (last["error"], last["changed"]) == (None, False)
        assert set(self.emulator.journal.endpoints()) == {"trackDomain/list"}

    def _run_busily(self, scenario):
        self.emulator.journal.clear()
        others = {domain.id: domain for domain in self.emulator.account.domains() if domain.name != NAME}
        result = self._run(scenario.task, 4, is_mistakable=may_be_mistaken(scenario))
        changed = {change.domain_id for call in self.emulator.journal.calls() for change in call.changes}
        assert not changed & others.keys()
        assert len(self.emulator.account.find_all(NAME)) <= 1
        return result

    def _let_everything_pass(self):
        self.emulator.faults.clear()
        self.emulator.meanwhile.clear()
        self.emulator.change_settings({"list_lag": 0, "list_lag_calls": 0})
        self.clock.manual.skip(60)
        # What is late by so many calls is there after these.
        for _unused in range(dict(self.scenario.lag).get("list_lag_calls", 0)):
            self._run(Task("present", "a.example.net"), 4, preview=True)


def may_be_mistaken(scenario):
    """Whether somebody else does what this run's own call, which was lost or is about to come, is to do."""
    has_lost = any(fault.endpoint in (None, *WRITES, "checkConfig") for fault in scenario.faults)
    status_may_change = any(act.action == "verify" or dict(act.arguments).get("verified") for act in scenario.acts)
    return bool(scenario.acts) and (has_lost or (scenario.task.state == "verified" and status_may_change))


@profile(1 / 4)
@given(busy_scenarios())
def test_a_large_account_that_others_are_busy_in_ends_as_wanted_too(scenario):
    with BusyService(scenario) as service:
        service.play()
