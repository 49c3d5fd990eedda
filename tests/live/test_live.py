# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What ``make live`` says, does and leaves behind, against the emulator as several services that differ."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from sendcloud_emulator import Emulator
from sendcloud_live import __main__ as live
from sendcloud_live import findings, report
from sendcloud_live.interruptions import Interruptions
from sendcloud_live.record import Record

KEY = "a-key-that-nobody-may-see"
USER = "user-that-stays-masked"
TOKEN = "0123abcd"
FIRST = f"sendcloud-live-{TOKEN}.example.com"
SECOND = f"xn--sendcloud-live-{TOKEN}-bcher-9bd.example.com"
OTHERS = ["links.customer.example", "track.customer.example"]


class ImpatientClock(Clock):
    """Does not wait."""

    def __init__(self) -> None:
        self.pauses = 0

    def sleep(self, seconds: float) -> None:
        self.pauses += 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class InterruptedTerminal(Terminal):
    def readline(self, *_unused: Any) -> str:  # type: ignore[override]  # what typeshed says of it is not so
        raise KeyboardInterrupt


@dataclasses.dataclass(frozen=True)
class Ran:
    """How a run ended; ``findings`` are the report's sections by ID, ``output`` is all that was shown."""

    code: int
    output: str
    report: str
    clock: ImpatientClock

    @property
    def findings(self) -> dict[str, str]:
        sections = re.split(r"^## `([a-z-]+)`$", self.report, flags=re.MULTILINE)
        return dict(zip(sections[1::2], sections[2::2], strict=True))

    def observed(self, unknown: str) -> str:
        match = re.search(r"^- Observed: (.*)\.$", self.findings[unknown], re.MULTILINE)
        return match[1] if match else ""

    @property
    def objections(self) -> set[str]:
        return {unknown for unknown, text in self.findings.items() if "**That is not right**" in text}

    @property
    def open(self) -> set[str]:
        return {unknown for unknown, text in self.findings.items() if "- Not settled, because: " in text}


@pytest.fixture
def observers() -> list[Callable[[Any], None]]:
    """Called with each call that the emulator has finished, before the client learns of it."""
    return []


@pytest.fixture
def emulator(observers: list[Callable[[Any], None]]) -> Iterator[Emulator]:
    def observe(call: Any) -> None:
        for observer in observers:
            observer(call)

    with Emulator(user=USER, key=KEY, observer=observe) as emulator:
        emulator.account.add_many(OTHERS, verified=True)
        yield emulator


Run = Callable[..., Ran]


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs it, with what a user would set; whatever comes of it, no secret is shown and the others stay as they are."""
    before = emulator.account.domains()

    def run(terminal: io.StringIO | None = None, **variables: str) -> Ran:
        file = tmp_path / "report.md"
        environ = {
            "SENDCLOUD_API_URL": emulator.url,
            "SENDCLOUD_API_USER": USER,
            "SENDCLOUD_API_KEY": KEY,
            "LIVE_DOMAIN": "Example.com",
            "LIVE_YES": "1",
            "LIVE_REPORT": str(file),
            **variables,
        }
        clock = ImpatientClock()
        code = live.main(environ, terminal=terminal or io.StringIO(), clock=clock, token=TOKEN)
        shown = capfd.readouterr()
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        ran = Ran(code, f"{shown.out}{shown.err}", text, clock)
        check_secrets(ran)
        check_journal(emulator)
        assert [domain for domain in emulator.account.domains() if domain.name in OTHERS] == before
        return ran

    return run


def check_secrets(ran: Ran) -> None:
    for text in (ran.output, ran.report):
        assert KEY not in text
        assert "PRIVATE KEY" not in text
        assert "customer.example" not in text
    assert USER not in ran.report


def check_journal(emulator: Emulator) -> None:
    """At no time are there more than two domains more, and no write is about any other domain."""
    changes = emulator.journal.changes()
    assert sum(change.effect == "added" for change in changes) <= 2
    assert {change.name.lower() for change in changes} <= {FIRST, SECOND}


def names(emulator: Emulator) -> list[str]:
    return [domain.name for domain in emulator.account.domains()]


DOCUMENTED: Mapping[str, str] = {
    "filter-match": "parts of names",
    "filter-case": "no: ",
    "filter-dot": "no (code 200)",
    "filter-form": "both",
    "name-case": "it is kept as it was given",
    "name-form": f'in A-labels: `"{SECOND}"`',
    "field-types": "`id` a number, `name` a text, `cname` `false`",
    "cname-key": '`cname.value` is `"track2.sendcloud.net"`',
    "time-form": "`0000-00-00 00:00:00`",
    "time-zone": "UTC+08:00",
    "certificate-zone": "UTC: UTC+08:00",
    "no-certificate": '`certiValidityStart` is `""`, `certiValidityEnd` is `""`',
    "add-twice": "code 41015",
    "rename-taken": "code 41016",
    "delete-missing": "it is refused (code 41014",
    "write-shown": "yes, an added domain and a new name",
    "page-size": "for 4 domains; `limit` 1 from 0 on: 1 row; `limit` 1 from 1 on: 1 row; `limit` 101: code 40004",
    "check-missing": "a success with `cname` `false`",
    "rename-certificate": "yes: `https` is `true`",
    "certificate-self-signed": "yes",
    "certificate-ec": "yes",
    "https-off": "no, not so: it is a success that changes nothing",
}
STRICT: Mapping[str, str] = {
    "filter-match": "whole names alone",
    "filter-case": f'yes: `"{FIRST}"` is found in lower case alone',
    "filter-form": "A-labels alone",
    "name-case": "it is stored in another case",
    "time-zone": "UTC-07:00",
    "certificate-zone": "UTC: UTC+05:45",
    "no-certificate": '`certiValidityStart` is `"0000-00-00 00:00:00"`',
    "add-twice": "code 40999",
    "rename-taken": "code 40998",
    "delete-missing": "it is a success (code 200, `count` is `0`)",
    "page-size": "`limit` 101: 4 rows",
    "check-missing": "it refuses (code 41016",
    "certificate-self-signed": "yes",
    "certificate-ec": "no (code 41016",
    "https-off": "no, not so: it is refused (code 41016",
}
GENEROUS: Mapping[str, str] = {
    "filter-dot": "yes",
    "filter-form": "U-labels alone",
    "name-form": f'in U-labels: `"sendcloud-live-{TOKEN}-bücher.example.com"`',
    "field-types": "`id` a text, `name` a text, `cname` a text",
    "cname-key": "`cname domain` is ",
    "time-form": "`0000-00-00 00:00`",
    "rename-verification": 'no: `cname` is `"true"`',
    "upload-verification": 'no: `cname` is `"true"`',
    "rename-certificate": 'no: `https` is `"false"`',
}
CONTRARY: Mapping[str, str] = {
    "filter-match": "neither: the filter is ignored",
    "name-case": "upper case is refused (code 41003",
    "time-form": "`0000-00-00T00:00:00+00:00`",
    "time-zone": "UTC+08:00",
    "no-certificate": "`certiValidityStart` is `null`",
    "add-twice": "none: it adds a second domain of the same name",
    "write-shown": "the new domain was not there at once",
    "rename-verification": "yes: `cname` is `false`",
    "upload-verification": "yes: `cname` is `false`",
    "rename-certificate": "yes: `https` is `true`",
    "certificate-self-signed": "no (code 41016",
    "https-off": "yes: `https` is false afterwards",
}
# Calls of a whole run, counted from 1; the first one reads the account before anybody is asked.
WRITES = [2, 9, 14, 15, 18, 23, 27, 28, 32, 33, 36]
ADD, ADD_AGAIN, ADD_SECOND = 2, 9, 23
# Where the tests break it off.
KILLED_AT = [ADD, 18, ADD_SECOND]
INTERRUPTED_AT = [ADD_AGAIN, 14, ADD_SECOND, 28, 33]
FAILING_AT = [(ADD, "after"), (15, "before"), (ADD_SECOND, "after"), (27, "before"), (32, "after"), (36, "before")]

NEVER = {"write-lost", "page-stable", "check-cache"}
ONLY_VERIFIED = {"rename-verification", "upload-verification"}


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """The records that reports were written from."""
    records = []

    def write(run: report.Run, record: Record) -> report.Report:
        records.append(record)
        return original(run, record)

    original = report.write
    monkeypatch.setattr(report, "write", write)
    return records


def check_service(
    emulator: Emulator, ran: Ran, expected: Mapping[str, str], *, objections: AbstractSet[str] = frozenset()
) -> None:
    assert ran.code == live.DONE, ran.output
    assert {unknown: text for unknown, text in expected.items() if text not in ran.observed(unknown)} == {}, ran.report
    assert ran.objections == objections
    assert names(emulator) == OTHERS
    assert ran.clock.pauses == 0
    sent = Counter(endpoint.removeprefix("trackDomain/") for endpoint in emulator.journal.endpoints())
    assert {endpoint: number for endpoint, number in sent.items() if number > live.BUDGET[endpoint]} == {}
    assert sent.total() <= 42


def test_the_service_as_it_is_documented(emulator: Emulator, run: Run, recorded: list[Record]) -> None:
    ran = run(Terminal("y\n"), LIVE_YES="0")
    check_service(emulator, ran, DOCUMENTED)
    assert ran.open == NEVER | ONLY_VERIFIED
    check_plan(emulator, ran)
    calls = emulator.journal.calls()
    assert [call.ordinal for call in calls if not call.endpoint.endswith(("list", "checkConfig"))] == WRITES
    assert [call.ordinal for call in calls if call.endpoint == "trackDomain/add"] == [ADD, ADD_AGAIN, ADD_SECOND]
    assert {*KILLED_AT, *INTERRUPTED_AT, *dict(FAILING_AT)} >= {*WRITES}
    (record,) = recorded
    for missing in record.results:
        rest = {name: result for name, result in record.results.items() if name != missing}
        partial = dataclasses.replace(record, results=rest)
        assert all(findings.find(unknown.id, partial).text for unknown in report.unknowns())


def test_a_strict_service_of_another_region(emulator: Emulator, run: Run) -> None:
    emulator.change_settings(
        {
            "name_matching": "exact",
            "case_sensitive": True,
            "filter_form": "a_labels",
            "name_case": "lower",
            "time_zone": "-07:00",
            "certificate_time_zone": "+05:45",
            "duplicate_code": 40999,
            "rename_taken_code": 40998,
            "delete_missing": "count_zero",
            "takes_ec_keys": False,
            "empty_certificate": "refused",
            "large_limit": "capped",
            "missing_cname": "refused",
            "zero_dates": True,
        }
    )
    # All that was sent comes back, which is more than a report may hold.
    emulator.faults.add("echo", endpoint="add", nth=2, code=40999)
    emulator.faults.add("echo", endpoint="update", nth=1, code=41016)
    ran = run()
    check_service(emulator, ran, STRICT, objections={"time-zone", "check-missing"})
    assert "all but 2 of these" in ran.output
    assert "apiUser=********; apiKey=********" in ran.observed("add-twice")
    assert "certContent=" in ran.observed("certificate-ec")


def test_a_generous_service_that_has_the_record(emulator: Emulator, run: Run) -> None:
    emulator.change_settings(
        {
            "filter_form": "u_labels",
            "filter_knows_dot": True,
            "name_form": "u_labels",
            "rename_resets_cname": False,
            "rename_drops_certificate": True,
            "string_booleans": True,
            "string_ids": True,
            "spaced_keys": True,
            "no_seconds": True,
        }
    )
    emulator.publish(FIRST)
    ran = run(LIVE_CNAME="1")
    check_service(emulator, ran, GENEROUS)
    assert ran.open == NEVER | {"check-missing", "https-off"}


def test_a_contrary_service_and_a_certificate_of_ones_own(emulator: Emulator, run: Run, tmp_path: Path) -> None:
    emulator.change_settings(
        {
            "lying_filter": True,
            "name_case": "refused",
            "iso_times": True,
            "nulls": True,
            "takes_duplicates": True,
            "takes_self_signed": False,
            "upload_resets_cname": True,
            "empty_certificate": "removes",
            "list_lag_calls": 1,
        }
    )
    emulator.publish(FIRST)
    given = trustme.CA().issue_cert("*.example.com")
    for file, content in (("cert.pem", given.cert_chain_pems[0]), ("key.pem", given.private_key_pem)):
        (tmp_path / file).write_bytes(content.bytes())
    files = {"LIVE_CERTIFICATE": str(tmp_path / "cert.pem"), "LIVE_PRIVATE_KEY": str(tmp_path / "key.pem")}
    ran = run(LIVE_CNAME="1", **files)
    check_service(emulator, ran, CONTRARY, objections={"add-twice", "upload-verification"})
    assert "rename-taken" in ran.open
    assert [
        line for line in given.private_key_pem.bytes().decode().splitlines() if line in ran.output + ran.report
    ] == []


def test_every_open_question_of_the_page_is_looked_at() -> None:
    on_the_page = [unknown.id for unknown in report.unknowns()]
    assert on_the_page == list(findings.IDS)
    assert all(unknown.question.endswith("?") and unknown.handling for unknown in report.unknowns())


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The plays that were started."""
    started = []

    def are_for(self: Interruptions, play: subprocess.Popen[bytes]) -> None:
        started.append(play)
        original(self, play)

    original = Interruptions.are_for
    monkeypatch.setattr(Interruptions, "are_for", are_for)
    return started


@pytest.mark.parametrize("ordinal", KILLED_AT)
def test_a_play_that_is_killed_leaves_nothing(
    emulator: Emulator,
    run: Run,
    observers: list[Callable[[Any], None]],
    processes: list[subprocess.Popen[bytes]],
    ordinal: int,
) -> None:
    observers.append(lambda call: processes[-1].kill() if call.ordinal == ordinal else None)
    ran = run()
    assert ran.code == live.FAILED
    assert names(emulator) == OTHERS
    assert "The run broke off: ansible-playbook was ended by signal 9." in ran.report
    assert ran.clock.pauses >= 2
    assert "Left in the account" not in ran.report


def test_a_worker_that_outlives_the_play_leaves_nothing(
    emulator: Emulator, run: Run, observers: list[Callable[[Any], None]], processes: list[subprocess.Popen[bytes]]
) -> None:
    """It has listed the account when the play is killed, and goes on to an add that takes its time."""
    emulator.faults.add("delay", endpoint="add", nth=3, seconds=1)
    observers.append(lambda call: processes[-1].kill() if call.ordinal == ADD_SECOND - 1 else None)
    ran = run()
    assert ran.code == live.FAILED
    assert [change.effect for change in emulator.journal.changes()].count("added") == 2
    assert names(emulator) == OTHERS


@pytest.mark.parametrize("ordinal", INTERRUPTED_AT)
def test_ctrl_c_leaves_nothing(
    emulator: Emulator, run: Run, observers: list[Callable[[Any], None]], ordinal: int
) -> None:
    # Ignored, where the tests run in the background of a shell.
    before = signal.getsignal(signal.SIGINT)
    observers.append(lambda call: os.kill(os.getpid(), signal.SIGINT) if call.ordinal == ordinal else None)
    ran = run()
    assert ran.code == live.FAILED
    assert names(emulator) == OTHERS
    assert "Breaking off" in ran.output
    assert "The run broke off: it was interrupted." in ran.report
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_it_tidies_up_changes_nothing(
    emulator: Emulator, run: Run, observers: list[Callable[[Any], None]], processes: list[subprocess.Popen[bytes]]
) -> None:
    def observe(call: Any) -> None:
        # The second one ends the play at once, the others come while the account is looked at.
        if call.ordinal >= 9:
            os.kill(os.getpid(), signal.SIGTERM)

    observers.append(observe)
    ran = run()
    assert processes[0].returncode is not None
    assert ran.code == live.FAILED
    assert names(emulator) == OTHERS


@pytest.mark.parametrize(("ordinal", "when"), FAILING_AT)
def test_a_failure_leaves_nothing(emulator: Emulator, run: Run, ordinal: int, when: str) -> None:
    emulator.faults.add("code", code=40005, nth=ordinal, when=when)
    ran = run()
    assert names(emulator) == OTHERS
    assert ran.report


def test_what_could_not_be_deleted_is_named(emulator: Emulator, run: Run) -> None:
    emulator.faults.add("code", code=40005, start_at=ADD + 1)
    ran = run()
    assert ran.code == live.FAILED
    assert f"It could not be seen whether these are still there: {FIRST}, {SECOND}." in ran.output
    assert f"Left in the account: {FIRST}, {SECOND}." in ran.report
    assert names(emulator) == [*OTHERS, FIRST.upper()]


def test_what_cannot_be_deleted_is_named(emulator: Emulator, run: Run) -> None:
    emulator.faults.add("code", code=40005, nth=ADD + 1)
    emulator.faults.add("code", code=41016, endpoint="delete", start_at=1)
    ran = run()
    assert ran.code == live.FAILED
    assert f"These could not be deleted: {FIRST.upper()}." in ran.output
    assert f"Left in the account: {FIRST.upper()}." in ran.report


@pytest.mark.parametrize("count", [4, 6])
def test_an_account_that_would_be_too_full_is_left_alone(emulator: Emulator, run: Run, count: int) -> None:
    emulator.account.add_many([f"{number}.customer.example" for number in range(count - len(OTHERS))])
    ran = run()
    assert ran.code == live.REFUSED
    assert f"The account has {count} tracking domains; two more would go beyond the 5" in ran.output
    assert set(emulator.journal.endpoints()) == {"trackDomain/list"}


@pytest.mark.parametrize("name", [FIRST, "xn--sendcloud-live-99999999-bcher-9bd.example.com"])
def test_what_is_there_is_left_alone(emulator: Emulator, run: Run, name: str) -> None:
    emulator.account.add(name)
    ran = run()
    assert ran.code == live.REFUSED
    assert f"The account has tracking domains of an earlier run: {name}." in ran.output
    assert emulator.journal.changes() == []
    assert name in names(emulator)


def test_without_a_terminal_it_needs_to_be_told(emulator: Emulator, run: Run) -> None:
    ran = run(LIVE_YES="")
    assert ran.code == live.REFUSED
    assert "Set LIVE_YES=1 to agree" in ran.output
    assert emulator.journal.endpoints() == ["trackDomain/list"]


def check_plan(emulator: Emulator, ran: Ran) -> None:
    plan, question, _unused = ran.output.partition("Go on? [y/N]")
    assert question
    for text in (emulator.url, USER, FIRST, SECOND, "sends about 40 requests", "(2 now)", "nothing stays", "report.md"):
        assert text in plan


@pytest.mark.parametrize(
    "terminal",
    [*map(Terminal, ["n\n", "\n", "", "yesterday\n"]), InterruptedTerminal()],
    ids=["no", "", "end", "y", "^C"],
)
def test_it_says_what_it_would_do_and_does_it_only_for_a_yes(emulator: Emulator, run: Run, terminal: Terminal) -> None:
    ran = run(terminal, LIVE_YES="0")
    assert ran.code == live.REFUSED
    assert "Nothing was changed." in ran.output
    check_plan(emulator, ran)
    assert emulator.journal.endpoints() == ["trackDomain/list"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SENDCLOUD_API_KEY": ""}, "Set SENDCLOUD_API_KEY"),
        ({"SENDCLOUD_API_USER": "", "SENDCLOUD_API_KEY": ""}, "Set SENDCLOUD_API_USER and SENDCLOUD_API_KEY"),
        ({"SENDCLOUD_API_URL": "http://api.example.com"}, "api_url has to be https"),
        ({"SENDCLOUD_API_KEY": "wrong"}, "authentication failed"),
        ({"LIVE_DOMAIN": ""}, "Set LIVE_DOMAIN to a domain of yours"),
        ({"LIVE_DOMAIN": "example"}, ""),
        ({"LIVE_DOMAIN": "https://example.com"}, "LIVE_DOMAIN is not a domain name"),
        ({"LIVE_DOMAIN": f"{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 40}.example"}, "at most 253"),
        ({"LIVE_YES": "yes"}, "LIVE_YES is 'yes'"),
        ({"LIVE_CNAME": "cname"}, "LIVE_CNAME is 'cname'"),
        ({"LIVE_CERTIFICATE": os.devnull}, "Set both LIVE_CERTIFICATE and LIVE_PRIVATE_KEY"),
        ({"LIVE_CERTIFICATE": os.devnull, "LIVE_PRIVATE_KEY": os.devnull}, "certificate"),
        ({"LIVE_PRIVATE_KEY": "/nowhere/key.pem"}, "LIVE_PRIVATE_KEY names a file that cannot be read"),
        ({"LIVE_REPORT": "/nowhere/report.md"}, "would be in a folder that is not there"),
        ({"LIVE_REPORT": __file__}, "is there already"),
        ({"LIVE_REPORT": "x" * 300}, "cannot be a file"),
    ],
)
def test_what_cannot_be_right_is_refused(emulator: Emulator, run: Run, variables: dict[str, str], message: str) -> None:
    ran = run(**variables)
    assert ran.code == live.REFUSED
    assert message in ran.output
    assert "Nothing was changed." in ran.output
    assert emulator.journal.changes() == []


def test_a_report_that_cannot_be_written_is_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "there"
    folder.mkdir()

    def play(*_unused: object) -> int:
        folder.rmdir()
        return 0

    monkeypatch.setattr(live, "play", play)
    ran = run(LIVE_REPORT=str(folder / "report.md"))
    assert "cannot be written (No such file or directory), so the report stands here" in ran.output
    assert "## `filter-match`" in ran.output


def test_as_a_command_it_says_what_is_missing() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "sendcloud_live"],
        env={name: value for name, value in os.environ.items() if not name.startswith(("SENDCLOUD_", "LIVE_"))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == live.REFUSED
    assert process.stderr.startswith("Set SENDCLOUD_API_USER and SENDCLOUD_API_KEY")
