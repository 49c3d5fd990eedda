# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Every fault that the emulator can produce, in every operation: docs/faults.md is what comes out."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
from pathlib import Path

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import make_leaf

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "faults.md"
# The file to write the page to. It is told in full, since the tests may run in a copy of the repository.
WRITE_TO = "SENDCLOUD_WRITE_FAULTS"
HOW_TO_WRITE = (
    f'{WRITE_TO}="$PWD/docs/faults.md" nox -s units -- tests/unit/plugins/module_utils/_run/test_faults.py -k page'
)

NAME = "track.example.com"
NEW = "click.example.com"
NEIGHBOUR = "a-track.example.com"
# The others of a set: one that is added, too, and one that is pruned.
SECOND = "second.example.com"
OLD = "old.example.com"
RETRIES = 4
_ISSUED = make_leaf([NAME])
CERTIFICATE, PRIVATE_KEY = _ISSUED.pem, _ISSUED.key_pem


@dataclasses.dataclass(frozen=True)
class Fault:
    """A row: what happens, ``when`` seen from the processing of the request, and how the emulator is told."""

    what: str
    when: str
    kind: str
    arguments: tuple[tuple[str, object], ...] = ()

    def __str__(self):
        return "-".join([self.kind, *(str(value) for _unused, value in self.arguments), self.when])

    @property
    def is_refusal_of_what_was_done(self):
        """An answer that says no to what it has done: the one fault that is a lie."""
        refusal = self.kind in ("echo", "control_characters") or dict(self.arguments).get("code", 501) != 501
        return refusal and self.when == "after"


def before(what, kind, **arguments):
    return [Fault(what, "before", kind, tuple(arguments.items()))]


def after(what, kind, **arguments):
    return [Fault(what, "after", kind, tuple(arguments.items()))]


def both(what, kind, **arguments):
    return before(what, kind, **arguments) + after(what, kind, **arguments)


FAULTS = [
    *before("connection refused", "refuse"),
    *both("connection reset", "reset"),
    *both("no answer within `api_timeout`", "delay", seconds=30),
    *both("late answer, within `api_timeout`", "delay", seconds=29),
    *before("HTTP 429", "status", status=429),
    *before("HTTP 429 with `Retry-After`", "status", status=429, retry_after=7),
    *before("HTTP 503 with `Retry-After`", "status", status=503, retry_after=7),
    *[fault for status in (500, 502, 503, 504) for fault in both(f"HTTP {status}", "status", status=status)],
    *both("body cut short", "truncated"),
    *both("invalid JSON", "invalid_json"),
    *both("empty body", "empty_body"),
    *both("HTML", "html"),
    *both("JSON that is no envelope", "json_no_envelope"),
    *after("wrong content type", "wrong_content_type"),
    *after("more than 5 MiB", "oversized"),
    *both("redirect", "redirect"),
    *before("code 50000 (too many requests)", "code", code=50000),
    *both("code 501 (server exception)", "code", code=501),
    *before("code 40005 (authentication)", "code", code=40005),
    *before("code 6001 (permission)", "code", code=6001),
    *both("code 41012 (limit)", "code", code=41012),
    *both("an unknown code", "code", code=49999),
    *both("a refusal that quotes the request", "echo"),
    *both("a refusal with control characters", "control_characters"),
    *after("not reachable for a second afterwards", "go_down", seconds=1),
]


@dataclasses.dataclass(frozen=True)
class Operation:
    """A column: the endpoint that the fault is at, and a task that calls it."""

    title: str
    endpoint: str
    options: dict[str, object]
    is_there: bool = True
    is_set: bool = False

    def __str__(self):
        return re.sub("[^a-z]+", "-", self.title)

    @property
    def is_write(self):
        return self.endpoint in ("add", "update", "delete")


OPERATIONS = [
    Operation("list", "list", {}),
    Operation("add", "add", {}, is_there=False),
    Operation("rename", "update", {"new_name": NEW}),
    Operation("new certificate", "update", {"certificate": CERTIFICATE, "private_key": PRIVATE_KEY}),
    Operation("delete", "delete", {"state": "absent"}),
    Operation("verify, `wait: false`", "checkConfig", {"state": "verified", "wait": False}),
    Operation("verify and wait", "checkConfig", {"state": "verified", "wait_timeout": 60}),
    Operation(
        "set: add two, verify, prune one",
        "add",
        {"state": "verified", "wait_timeout": 60, "prune": True, "prune_keep": [NEIGHBOUR]},
        is_there=False,
        is_set=True,
    ),
]
WRITES = [operation for operation in OPERATIONS if operation.is_write]

ONCE = "The fault comes once"
ALWAYS = "The fault never ends"
LISTING_FAILS = "The fault comes once, and listing fails from then on"
SITUATIONS = {ONCE: OPERATIONS, ALWAYS: OPERATIONS, LISTING_FAILS: WRITES}

CASES = [
    pytest.param(situation, fault, operation, id=f"{operation}-{fault}-{situation.split()[-1]}")
    for situation, operations in SITUATIONS.items()
    for operation in operations
    for fault in FAULTS
]


class Player:
    """Plays one case after another on a fresh account, and insists on what holds in each of them."""

    def __init__(self, emulator, clock, run, run_set, log):
        self.emulator = emulator
        self.clock = clock
        self.run = run
        self.run_set = run_set
        self.log = log

    def play(self, situation, fault, operation):
        """The outcome as the table shows it."""
        self._prepare(operation)
        initial = self._state()
        preview = self._run(operation, preview=True)
        assert self._requests() == ["list"]
        assert self._state() == initial

        self._make_it_bad(situation, fault, operation)
        result = self._run(operation)
        reached = self._state()
        outcome = self._outcome(operation, result)
        self._check_account(operation, initial, reached)
        if result["error"] is None:
            assert self._is_as_wanted(operation)
            # Whoever is told no, and finds it done, has to think that it was somebody else.
            is_found = fault.is_refusal_of_what_was_done and not operation.is_set
            assert result["changed"] is (reached != initial and not is_found)
            if result["changed"]:
                assert (result["changed"], result["diff"]) == (preview["changed"], preview["diff"])
        else:
            self._check_failure(operation, result, reached == initial, fault)

        self.emulator.faults.clear()
        self.clock.sleep(60)
        again = self._run(operation)
        assert again["error"] is None
        assert again["changed"] is (self._state() != reached)
        assert self._is_as_wanted(operation)
        self._check_account(operation, initial, self._state())
        settled = self._state()
        last = self._run(operation)
        assert (last["error"], last["changed"]) == (None, False)
        assert self._requests() == ["list"]
        assert self._state() == settled
        return outcome

    def _prepare(self, operation):
        self.emulator.reset()
        self.emulator.account.add(NEIGHBOUR)
        self.emulator.publish(NAME)
        if operation.is_there:
            self.emulator.account.add(NAME)
        if operation.is_set:
            self.emulator.publish(SECOND)
            self.emulator.account.add(OLD, verified=True)

    def _make_it_bad(self, situation, fault, operation):
        often = {"start_at": 1} if situation == ALWAYS else {"times": 1}
        plan = self.emulator.faults
        plan.add(fault.kind, endpoint=operation.endpoint, when=fault.when, **often, **dict(fault.arguments))
        if situation == LISTING_FAILS:
            plan.add("status", endpoint="list", start_at=2, status=500)

    def _run(self, operation, *, preview=False):
        self.emulator.journal.clear()
        self.log.clear()
        if operation.is_set:
            result = self.run_set([NAME, SECOND], preview=preview, api_retries=RETRIES, **operation.options)
        else:
            result = self.run(preview=preview, name=NAME, api_retries=RETRIES, **operation.options)
        secrets = [self.emulator.key, *PRIVATE_KEY.splitlines()[1:-1]]
        told = repr(result) + self.log.text
        assert not [secret for secret in secrets if secret in told]
        # A set has a line for each domain.
        lines = result.get("msg", "").split("\n") if operation.is_set else [result.get("msg", "")]
        assert len(lines) <= 1 + len(result["failures"] if operation.is_set else ())
        assert not any(re.search("[\x00-\x1f\x7f-\x9f\u2028\u202e]", line) for line in lines)
        return result

    def _requests(self):
        return [endpoint.partition("/")[2] for endpoint in self.emulator.journal.endpoints()]

    def _state(self):
        """What matters of the account: neither times nor, where it could be another, the ID."""
        return [(domain.name, domain.verified, domain.certificate) for domain in self.emulator.account.domains()]

    def _is_as_wanted(self, operation):
        if operation.is_set:
            # Nothing is deleted before all is there.
            return {(name, is_verified) for name, is_verified, _unused in self._state()} == {
                (NEIGHBOUR, False),
                (NAME, True),
                (SECOND, True),
            }
        wanted = operation.options.get("new_name", NAME)
        domain = self.emulator.account.find(wanted)
        if operation.endpoint == "delete":
            return domain is None
        is_verified = operation.options.get("state") != "verified" or domain.verified
        is_certified = "certificate" not in operation.options or domain.https
        is_alone = wanted == NAME or self.emulator.account.find(NAME) is None
        return domain is not None and is_verified and is_certified and is_alone

    def _check_account(self, operation, initial, reached):
        names = [name for name, _unused, _unused in reached]
        assert len(names) == len(set(names))
        assert (NEIGHBOUR, False, None) in reached
        done = [call for call in self.emulator.journal.calls() if call.succeeded and call.endpoint[-4:] not in _READS]
        subjects = [(call.endpoint, call.parameters.get("id", call.parameters.get("name"))) for call in done]
        assert len(subjects) == len(set(subjects))
        if operation.is_set:
            assert OLD in names or self._is_as_wanted(operation) or self._had_no_room()
        else:
            assert len(done) <= 1
            assert reached == initial or self._is_as_wanted(operation)

    def _had_no_room(self):
        return any(call.status_code == 41012 for call in self.emulator.journal.calls())

    def _check_failure(self, operation, result, is_unchanged, fault):
        error = result["error"]
        assert result["failed"]
        assert result["msg"]
        assert error["kind"] != "input"
        # A failed check of waiting may be one among many, and is told as that.
        assert error["endpoint"] == f"trackDomain/{operation.endpoint}"
        # Nobody is told that nothing happened where something did; only of a check that never got through, the
        # status that it left behind is not known.
        is_hidden = fault.is_refusal_of_what_was_done or operation.endpoint == "checkConfig"
        assert result["changed"] or is_unchanged or is_hidden
        if result["changed"] and is_unchanged:
            assert "is not known" in result["msg"]

    def _outcome(self, operation, result):
        requests = self._requests()
        calls, lists = requests.count(operation.endpoint), requests.count("list")
        if operation.is_set:
            # Those that the fault is at.
            calls = sum(call.parameters.get("name") == NAME for call in self.emulator.journal.calls())
            # After a wait, a set looks at the account once more before it deletes; that settles nothing.
            lists -= sum(pair == ("list", "delete") for pair in itertools.pairwise(requests))
        if result["error"] is not None:
            is_in_doubt = "is not known" in result["msg"] if operation.is_set else result["changed"]
            doubt = ", in doubt" if is_in_doubt else ""
            word = f"fails: {result['error']['kind']}{doubt}"
        elif operation.is_set and "delete" in requests[: _last(requests, "add")]:
            word = "room made"
        elif not operation.is_write or lists == 1:
            word = "done" if calls == 1 else "retried"
        elif calls > 1:
            word = "repeated"
        else:
            was_here = result["changed"] if not operation.is_set else NAME in result["added"]
            word = "settled" if was_here else "found"
        return f"{word} ({len(requests)})"


_READS = ("list", "nfig")


def _last(values, value):
    """Where a value is for the last time; 0 where it is not."""
    return max((place for place, one in enumerate(values) if one == value), default=0)


@pytest.fixture
def player(emulator, clock, run, run_set, caplog):
    caplog.set_level("DEBUG")
    return Player(emulator, clock, run, run_set, caplog)


def _read_page(page):
    """What the page says of each case."""
    told = {}
    for section in page.split("\n## ")[1:]:
        situation, _unused, table = section.partition("\n\n")
        for row in table.splitlines()[2:]:
            whats, when, *cells = row[2:-2].split(" | ")
            faults = [
                fault for fault in FAULTS if f", {fault.what}, " in f", {whats}, " and when in ("either", fault.when)
            ]
            operations = SITUATIONS[situation]
            told |= {
                (situation, fault, operation.title): cell
                for fault in faults
                for operation, cell in zip(operations, cells, strict=True)
            }
    return told


PAGE = DOCUMENT.read_text(encoding="utf-8")
TOLD = _read_page(PAGE)


@pytest.mark.parametrize(("situation", "fault", "operation"), CASES)
def test_whatever_happens_the_account_ends_as_wanted(player, situation, fault, operation):
    outcome = player.play(situation, fault, operation)
    told = TOLD.get((situation, fault, operation.title))
    assert outcome == told, f"docs/faults.md says {told!r}; write it anew with: {HOW_TO_WRITE}"


def test_the_page_says_what_happens(player):
    """Each case compares its own cell with the page; this is about the rest of it, or writes it."""
    target = os.environ.get(WRITE_TO)
    if target:
        outcomes = {(*case.values[:2], case.values[2].title): player.play(*case.values) for case in CASES}
        Path(target).write_text(render(outcomes), encoding="utf-8")
    found = Path(target).read_text(encoding="utf-8") if target else PAGE
    assert render(_read_page(found)) == found, f"docs/faults.md is not up to date; write it with: {HOW_TO_WRITE}"


def _own_license():
    """The license header of this file, which is that of every file."""
    with Path(__file__).open(encoding="utf-8") as lines:
        return "".join(line[2:] for line in itertools.islice(lines, 4)).rstrip("\n")


HEADER = """\
<!--
{license}
-->

# What a fault does to each operation

This page is written by the test that plays every case on it, with the defaults (`api_retries: 4`, `api_timeout: 30`)
and, where it waits, `wait_timeout: 60`. Do not edit it; write it again with

```shell
{command}
```

A column is an operation of `sendcloud_track_domain`, and the fault is at the one request that makes it: `list` for
a domain that is as wanted, `add`, `update` for a new name and for a certificate, `delete`, `checkConfig`. The last
column is a task of `sendcloud_track_domains`, which adds two domains, verifies them and prunes one, and the fault is at
the first `add`. The column "request" says whether SendCloud has processed that request when the fault happens:
*before* (it has not), *after* (it has, but the answer is lost or says something else), or *either*.

- **done**: as if nothing had happened.
- **retried**: the same request was sent again, since it changes nothing, or had certainly not been processed.
- **settled**: nobody knew whether the write had been processed; a new list showed that it had.
- **repeated**: nobody knew; a new list showed that it had not, so it was sent again.
- **found**: SendCloud refused the write, and a new list showed what was wanted all the same. To the task that looks
  like another run that was faster, so it does not say `changed`.
- **room made** (a set): SendCloud had no room for a further domain, so one was pruned before the next was added.
- **fails**: the task fails, with this `error.kind`. No write was processed (or it was, and SendCloud said no to it).
- **fails**, *in doubt*: nobody knows whether the write was processed. `changed` is true, and `msg` says why.

Where a set fails, its other domain was added and verified all the same, unless the failure ends the run. Nothing was
pruned, but for a domain that had to make room.

In parentheses: the number of requests of the task, the first `list` among them.

What each case also proves: a preview sends nothing but `list`, and predicts `changed` and the diff of every run that
changes something; no write succeeds twice; no other domain is touched; no secret and no control character is in the
result or in a log; once the fault is over, one more run makes everything as wanted, and the one after that changes
nothing.
""".replace("{command}", HOW_TO_WRITE).replace("{license}", _own_license())


def render(outcomes):
    """The page, from what came of each case."""
    parts = [HEADER.rstrip("\n"), *(_section(outcomes, situation) for situation in SITUATIONS)]
    return "\n\n".join(parts) + "\n"


def _section(outcomes, situation):
    operations = SITUATIONS[situation]
    rows = [
        (fault.what, fault.when, tuple(outcomes[situation, fault, operation.title] for operation in operations))
        for fault in FAULTS
    ]
    titles = ["fault", "request", *(operation.title for operation in operations)]
    lines = [titles, ["---"] * len(titles), *([what, when, *cells] for what, when, cells in _merged(rows))]
    return f"## {situation}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _merged(rows):
    """Rows that say the same, in one."""
    by_fault = {}
    for what, when, cells in rows:
        by_fault.setdefault((what, cells), []).append(when)
    by_outcome = {}
    for (what, cells), whens in by_fault.items():
        when = "either" if len(whens) == 2 else whens[0]
        by_outcome.setdefault((when, cells), []).append(what)
    return [(", ".join(whats), when, cells) for (when, cells), whats in by_outcome.items()]
