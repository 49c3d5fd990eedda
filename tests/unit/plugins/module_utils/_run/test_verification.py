# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Waiting with a look in DNS first: when SendCloud is asked, and what a failure says.

What DNS says is scripted as a function of the time; everything else is the real thing, on a clock that stands still.
"""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look, Server, ServerAnswer
from ansible_collections.sendcloud.email.plugins.module_utils._errors import (
    InputError,
    MissingLibraryError,
    SendCloudError,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run import one
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import open_resolver
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Verification
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.conftest import DEFAULTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAME = "track.example.com"
TARGET = "track2.sendcloud.net"
FIRST, SECOND = Server("192.0.2.1"), Server("192.0.2.2")
NO_SERVER = (
    f"the CNAME record of {NAME} could not be looked up: no DNS server answered (192.0.2.1: no answer in time). If a "
    "firewall blocks DNS here, give servers that can be reached as dns_servers"
)


def right(server=FIRST):
    return ServerAnswer(server, _dns.CNAME, f"CNAME {TARGET}.", target=TARGET)


def missing(server=FIRST, negative_ttl=900):
    return ServerAnswer(server, _dns.NO_NAME, "no such name", negative_ttl=negative_ttl, zone="example.com")


def silent(server=FIRST):
    return ServerAnswer(server, _dns.NO_ANSWER, "no answer in time")


RIGHT = right()


class ScriptedResolver:
    """Answers with what ``answers_at(seconds)`` says, and remembers when and how it was asked."""

    def __init__(self, clock, answers_at, zone_negative_ttl=None):
        self._clock = clock
        self._answers_at = answers_at
        self._zone_negative_ttl = zone_negative_ttl
        self.answers_for = {}
        self.looks = []

    def look_many(self, names, *, explain=False):
        return [self._look(name, expected, explain) for name, expected in names]

    def _look(self, name, expected, explain):
        self.looks.append((self._clock.monotonic(), name, explain))
        answers = tuple(self.answers_for.get(name, self._answers_at)(self._clock.monotonic()))
        answered = any(answer.outcome != _dns.NO_ANSWER for answer in answers)
        return Look(
            name,
            expected,
            answers,
            None if answered else "no DNS server answered",
            zone_negative_ttl=self._zone_negative_ttl if explain else None,
        )

    def times(self):
        return [when for when, _unused, _unused in self.looks]


@pytest.fixture
def there(emulator):
    return emulator.account.add(NAME)


@pytest.fixture
def verify(run, clock, emulator):
    """Run C(state=verified) while DNS is as scripted; the result, and the resolver that was asked."""

    def verify(answers_at, zone_negative_ttl=None, **options):
        resolver = ScriptedResolver(clock, answers_at, zone_negative_ttl)
        options = {"name": NAME, "state": "verified", "dns_precheck": "auto", **options}
        return run(open_dns=lambda servers, insist: resolver, **options), resolver

    return verify


def asked(emulator):
    return emulator.journal.endpoints().count("trackDomain/checkConfig")


class TestAuto:
    def test_sendcloud_is_asked_once_the_record_is_there(self, verify, emulator, clock, there):
        clock.at_sleep.append(lambda seconds: emulator.publish(NAME) if seconds >= 25 else None)
        result, resolver = verify(lambda seconds: [right() if seconds >= 25 else missing()])
        assert result["changed"] is True
        assert resolver.times() == [0, 10, 20, 30]
        assert result["verification"]["attempts"] == asked(emulator) == 1
        assert result["verification"]["waited"] == 30.0
        assert result["verification"]["dns"] == {
            "expected": TARGET,
            "found": [TARGET],
            "consistent": True,
            "negative_ttl": None,
            "error": None,
        }

    def test_it_waits_for_every_server_that_answers(self, verify, emulator, there):
        emulator.publish(NAME)
        result, resolver = verify(
            lambda seconds: [right(), right(SECOND) if seconds >= 20 else missing(SECOND), silent(Server("192.0.2.3"))]
        )
        assert result["error"] is None
        assert resolver.times() == [0, 10, 20]
        assert asked(emulator) == 1

    def test_once_it_was_seen_sendcloud_is_asked_each_time_and_dns_no_more(self, verify, emulator, clock, there):
        clock.at_sleep.append(lambda seconds: emulator.publish(NAME) if seconds >= 40 else None)
        result, resolver = verify(lambda seconds: [right() if seconds == 10 else missing()])
        assert result["error"] is None
        assert resolver.times() == [0, 10]
        assert result["verification"]["attempts"] == 4
        assert clock.sleeps == [10, 10, 10, 10]

    def test_at_the_deadline_sendcloud_is_asked_whatever_dns_says(self, verify, emulator, there):
        emulator.publish(NAME)
        result, resolver = verify(lambda seconds: [missing()], wait_timeout=25)
        assert result["error"] is None
        assert resolver.times() == [0, 10, 20, 25]
        assert result["verification"]["attempts"] == 1
        assert result["verification"]["waited"] == 25.0

    def test_what_came_before_is_no_part_of_the_wait(self, verify, emulator, there):
        emulator.publish(NAME)
        emulator.faults.add("delay", seconds=5, endpoint="list")
        result, resolver = verify(lambda seconds: [right()])
        assert (resolver.times(), result["verification"]["waited"]) == ([5], 0.0)

    @pytest.mark.parametrize("options", [{"wait": False}, {"wait_timeout": 0}])
    def test_without_waiting_sendcloud_is_asked_at_once(self, verify, emulator, clock, there, options):
        emulator.publish(NAME)
        result, resolver = verify(lambda seconds: [missing()], **options)
        assert result["error"] is None
        assert (resolver.times(), asked(emulator), clock.sleeps) == ([0], 1, [])

    def test_if_no_server_answers_sendcloud_is_asked_with_a_warning(self, verify, emulator, clock, there):
        clock.at_sleep.append(lambda seconds: emulator.publish(NAME) if seconds >= 10 else None)
        result, resolver = verify(lambda seconds: [silent()])
        assert result["error"] is None
        assert result["verification"]["attempts"] == 2
        assert result["warnings"] == [NO_SERVER]
        assert result["verification"]["dns"]["error"] == "no DNS server answered"
        assert resolver.times() == [0, 10]

    def test_a_record_that_sendcloud_does_not_name_cannot_be_looked_for(self, verify, emulator, there):
        emulator.publish(NAME)
        empty = {"id": there.id, "name": NAME, "cname": False, "cname.value": ""}
        info = {"dataList": [empty], "total": 1, "count": 1}
        emulator.faults.add("json_no_envelope", endpoint="list", value={"result": True, "info": info})
        result, resolver = verify(lambda seconds: [missing()])
        assert result["error"] is None
        assert resolver.looks == []

    def test_what_is_verified_already_is_not_looked_up(self, verify, emulator):
        emulator.account.add(NAME, verified=True)
        result, resolver = verify(lambda seconds: [missing()])
        assert result["error"] is None
        assert resolver.looks == []


class TestAlways:
    def test_sendcloud_is_never_asked_before_the_record_is_there(self, verify, emulator, there):
        emulator.publish(NAME)
        result, resolver = verify(lambda seconds: [missing()], dns_precheck="always", wait_timeout=20)
        assert result["error"]["kind"] == "verification"
        assert result["error"]["endpoint"] is None
        assert f'DNS did not show the record "{NAME}. IN CNAME {TARGET}." within 20 s' in result["msg"]
        assert (result["verification"]["attempts"], asked(emulator)) == (0, 0)
        assert resolver.times() == [0, 10, 20]

    def test_nor_if_no_server_answers(self, verify, emulator, there):
        result, _unused = verify(lambda seconds: [silent()], dns_precheck="always", wait=False)
        assert result["error"]["kind"] == "verification"
        assert asked(emulator) == 0
        assert "DNS could not be asked" in result["msg"]
        assert result["changed"] is False

    def test_nor_if_sendcloud_does_not_name_the_record(self, verify, emulator, there):
        row = {"id": there.id, "name": NAME, "cname": False, "cname.value": ""}
        info = {"dataList": [row], "total": 1, "count": 1}
        emulator.faults.add("json_no_envelope", endpoint="list", value={"result": True, "info": info})
        result, resolver = verify(lambda seconds: [missing()], dns_precheck="always", wait=False)
        assert (result["error"]["kind"], asked(emulator)) == ("verification", 0)
        assert resolver.times() == [0]

    def test_nor_on_a_recheck(self, verify, emulator):
        emulator.account.add(NAME, verified=True)
        result, _unused = verify(lambda seconds: [missing()], dns_precheck="always", wait=False, recheck=True)
        assert result["error"]["kind"] == "verification"
        assert asked(emulator) == 0

    def test_once_it_is_there_it_passes(self, verify, emulator, there):
        emulator.publish(NAME)
        result, _unused = verify(lambda seconds: [right()], dns_precheck="always", wait=False)
        assert (result["error"], asked(emulator)) == (None, 1)


class TestNever:
    def test_dns_is_not_looked_at_before(self, verify, emulator, there):
        emulator.publish(NAME)
        result, resolver = verify(lambda seconds: [missing()], dns_precheck="never")
        assert result["error"] is None
        assert resolver.looks == []
        assert result["verification"]["dns"] is None

    def test_but_a_failure_is_explained_all_the_same(self, verify, emulator, there):
        result, resolver = verify(lambda seconds: [missing()], dns_precheck="never", wait=False)
        assert result["error"]["kind"] == "verification"
        assert [explain for _unused, _unused, explain in resolver.looks] == [True]
        assert "There is no such record" in result["msg"]
        assert result["verification"]["dns"]["negative_ttl"] == 900


class TestWhatAFailureSays:
    def test_what_to_publish_what_is_there_and_what_was_done(self, verify, there):
        result, _unused = verify(lambda seconds: [missing(), missing(SECOND)], wait_timeout=20)
        assert result["msg"].startswith(
            f'{NAME} is not verified: SendCloud does not see the record "{NAME}. IN CNAME {TARGET}.". There is no such '
            "record in DNS: publish it, or look for it in another zone (192.0.2.1, 192.0.2.2: no such name). SendCloud "
        )
        assert len(result["msg"]) < 400

    def test_until_when_sendcloud_may_remember_that_it_was_missing(self, verify, there):
        result, _unused = verify(lambda seconds: [missing()], wait_timeout=20)
        assert "may remember it as missing until 2026-01-01T00:15:20+00:00" in result["msg"]

    def test_also_if_the_record_is_there_by_now(self, verify, emulator, there):
        result, _unused = verify(lambda seconds: [right()], zone_negative_ttl=60, dns_precheck="never", wait=False)
        assert "The record is right at every DNS server that answers" in result["msg"]
        assert "until 2026-01-01T00:01:00+00:00" in result["msg"]

    def test_if_it_was_asked_in_time_only_an_earlier_question_can_be_to_blame(self, verify, there):
        result, _unused = verify(lambda seconds: [right()], zone_negative_ttl=60, wait_timeout=10)
        assert "If SendCloud was asked before the record was there" in result["msg"]
        assert "for up to 60 s from then" in result["msg"]

    def test_a_wrong_target_is_remembered_otherwise(self, verify, there):
        wrong = ServerAnswer(FIRST, _dns.CNAME, "CNAME elsewhere.example.", target="elsewhere.example")
        result, _unused = verify(lambda seconds: [wrong], zone_negative_ttl=60, wait=False)
        assert "points to elsewhere.example." in result["msg"]
        assert "may remember the wrong target for the TTL of the record" in result["msg"]
        assert "as missing" not in result["msg"]

    def test_nothing_if_it_was_not_asked(self, verify, there):
        result, _unused = verify(lambda seconds: [missing()], dns_precheck="always", wait=False)
        assert "remember" not in result["msg"]


class TestPreview:
    def test_it_warns_if_the_verification_would_fail_today(self, verify, emulator, there):
        result, resolver = verify(lambda seconds: [missing()], preview=True)
        (warning,) = result["warnings"]
        assert warning.startswith(
            f'the verification of {NAME} would fail today, since DNS does not show the record "{NAME}. IN'
        )
        assert result["changed"] is True
        assert result["verification"]["dns"]["found"] == []
        assert emulator.journal.endpoints() == ["trackDomain/list"]
        assert resolver.looks == [(0, NAME, True)]

    def test_it_warns_if_that_cannot_be_told(self, verify, there):
        result, _unused = verify(lambda seconds: [silent()], preview=True)
        assert result["warnings"] == [NO_SERVER]

    def test_it_is_quiet_if_all_is_well(self, verify, there):
        assert verify(lambda seconds: [right()], preview=True)[0]["warnings"] == []

    @pytest.mark.parametrize("options", [{"dns_precheck": "never"}, {"new_name": "click.example.com"}])
    def test_it_does_not_look_where_it_is_not_to_or_cannot(self, verify, there, options):
        result, resolver = verify(lambda seconds: [missing()], preview=True, **options)
        assert (result["warnings"], resolver.looks) == ([], [])

    def test_nor_for_a_domain_that_would_be_added(self, verify, emulator):
        result, resolver = verify(lambda seconds: [missing()], preview=True)
        assert (result["changed"], result["warnings"], resolver.looks) == (True, [], [])

    def test_a_recheck_is_looked_up_too(self, verify, emulator):
        emulator.account.add(NAME, verified=True)
        result, _unused = verify(lambda seconds: [missing()], preview=True, recheck=True)
        assert result["changed"] is False
        assert "would fail today" in result["warnings"][0]


class TestSets:
    """Several domains that become ready at different times, up to one deadline for all."""

    OTHER = "click.example.com"

    @pytest.fixture
    def two(self, emulator):
        emulator.account.add_many([NAME, self.OTHER])
        emulator.publish(NAME)
        emulator.publish(self.OTHER)

    def verify(self, run_set, resolver, **options):
        options = {"state": "verified", "dns_precheck": "auto", **options}
        return run_set([NAME, self.OTHER], open_dns=lambda servers, insist: resolver, **options)

    def test_each_is_asked_for_once_its_record_is_there(self, run_set, emulator, clock, two):
        resolver = ScriptedResolver(clock, lambda seconds: [right()])
        resolver.answers_for[self.OTHER] = lambda seconds: [right() if seconds >= 20 else missing()]
        result = self.verify(run_set, resolver)
        assert result["newly_verified"] == [NAME, self.OTHER]
        asked_for = [call.parameters["id"] for call in emulator.journal.calls("trackDomain/checkConfig")]
        assert asked_for == ["999224", "999225"]
        assert [(when, name) for when, name, _unused in resolver.looks] == [
            (0, NAME),
            *[(when, self.OTHER) for when in (0, 10, 20)],
        ]
        assert result["verification"]["attempts"] == 2
        assert result["verification"]["waited"] == 20.0
        assert {name: dns["found"] for name, dns in result["verification"]["dns"].items()} == {
            NAME: [TARGET],
            self.OTHER: [TARGET],
        }

    def test_at_the_deadline_all_that_are_left_are_asked_for_at_once(self, run_set, emulator, clock, two):
        result = self.verify(run_set, ScriptedResolver(clock, lambda seconds: [missing()]), wait_timeout=10)
        assert result["newly_verified"] == [NAME, self.OTHER]
        assert asked(emulator) == 1

    def test_one_that_does_not_pass_is_the_only_failure(self, run_set, emulator, clock, two):
        emulator.withdraw(self.OTHER)
        resolver = ScriptedResolver(clock, lambda seconds: [right()])
        result = self.verify(run_set, resolver, wait_timeout=10)
        assert [failure["name"] for failure in result["failures"]] == [self.OTHER]
        assert result["newly_verified"] == [NAME]
        # The one that has passed is not asked for again.
        asked_for = [call.parameters["id"] for call in emulator.journal.calls("trackDomain/checkConfig")]
        assert asked_for == ["999224;999225", "999225"]

    def test_one_that_is_removed_meanwhile_fails_alone(self, run_set, emulator, clock, two):
        gone = emulator.account.find(self.OTHER)
        clock.at_sleep.append(lambda seconds: emulator.account.remove(gone.id))
        resolver = ScriptedResolver(clock, lambda seconds: [right() if seconds >= 10 else missing()])
        result = self.verify(run_set, resolver)
        assert result["newly_verified"] == [NAME]
        assert result["track_domains"][1] is None
        (failure,) = result["failures"]
        assert (failure["name"], failure["error"]["kind"]) == (self.OTHER, "not_found")
        assert "was removed at SendCloud while its verification was under way" in failure["msg"]

    def test_a_failure_that_ends_it_ends_it_for_all(self, run_set, emulator, clock, two):
        emulator.faults.add("code", code=6001, endpoint="checkConfig", every=1)
        result = self.verify(run_set, ScriptedResolver(clock, lambda seconds: [right()]))
        assert {failure["error"]["kind"] for failure in result["failures"]} == {"permission"}
        assert len(result["failures"]) == 2
        assert (result["changed"], asked(emulator)) == (False, 1)

    def test_what_a_wait_is_for_is_reported(self, emulator, clock, two):
        lines = []
        resolver = ScriptedResolver(clock, lambda seconds: [missing() if seconds < 20 else right()])
        options = {**DEFAULTS, "api_url": emulator.url, "name": NAME, "state": "verified", "dns_precheck": "auto"}
        result = one.run(
            options, preview=False, clock=clock, open_dns=lambda servers, insist: resolver, report=lines.append
        )
        assert result["error"] is None
        assert lines == [
            f"{NAME}: 192.0.2.1 has no record yet, 0 s of 300 s",
            f"{NAME}: 192.0.2.1 has no record yet, 10 s of 300 s",
        ]


class TestSurprises:
    @pytest.mark.parametrize("target", ["track1.sendcloud.net", "track3.sendcloud.net"])
    def test_another_target_is_looked_for_anew(self, verify, emulator, clock, there, target):
        def move(seconds):
            emulator.change_settings({"cname_target": target})
            if seconds >= 30:
                emulator.publish(NAME)

        clock.at_sleep.append(move)
        result, resolver = verify(lambda seconds: [right()], wait_timeout=40)
        # Seen at first, then asked and told of another target, which DNS never shows.
        assert resolver.times() == [0, 20, 30, 40]
        assert result["error"] is None
        assert result["verification"]["dns"]["expected"] == target

    def test_what_passes_without_dns_showing_it_is_warned_of(self, verify, emulator, there):
        emulator.publish(NAME)
        result, _unused = verify(lambda seconds: [missing()], wait=False)
        (warning,) = result["warnings"]
        assert warning.startswith(f"SendCloud has verified {NAME}, but DNS does not show the record")

    def test_the_first_look_is_made_however_slow_the_machine_is(self, verify, emulator, clock, there):
        emulator.publish(NAME)
        monotonic = clock.monotonic

        def slow():
            clock.manual.skip(0.002)
            return monotonic()

        clock.monotonic = slow
        result, resolver = verify(lambda seconds: [right()], wait=False, dns_precheck="always")
        assert (result["error"], len(resolver.looks)) == (None, 1)

    @pytest.mark.parametrize("new_name", ["other.example.com", "web.example.com"])
    def test_a_domain_that_is_renamed_meanwhile_is_not_the_one_that_was_wanted(self, verify, emulator, there, new_name):
        emulator.publish(new_name)
        emulator.meanwhile.add("rename", endpoint="checkConfig", name=NAME, new_name=new_name)
        result, _unused = verify(lambda seconds: [right()], wait=False)
        assert result["error"]["kind"] == "conflict"
        assert f"{NAME} was renamed to {new_name} at SendCloud" in result["msg"]
        assert result["track_domain"]["name"] == new_name

    def test_that_it_was_renamed_meanwhile_is_no_change_of_this_run(self, verify, emulator, there):
        emulator.meanwhile.add("rename", endpoint="checkConfig", name=NAME, new_name="other.example.com")
        result, _unused = verify(lambda seconds: [right()], wait=False)
        assert (result["error"]["kind"], result["changed"]) == ("conflict", False)

    def test_the_same_warning_is_given_once(self, verify, emulator, there):
        result, resolver = verify(lambda seconds: [silent()], wait_timeout=50)
        assert len(resolver.looks) > 4
        assert result["warnings"] == [NO_SERVER]

    def test_a_check_in_doubt_is_said_and_counts_as_a_change(self, verify, emulator, there):
        emulator.publish(NAME)
        emulator.faults.add("reset", endpoint="checkConfig", when="after", every=1)
        emulator.faults.add("reset", endpoint="list", start_at=2)
        result, _unused = verify(lambda seconds: [right()], wait_timeout=10)
        assert (result["error"]["kind"], result["changed"]) == ("network", True)
        assert "Whether the last check changed anything is not known" in result["msg"]

    def test_a_check_that_was_certainly_not_made_leaves_no_doubt(self, verify, emulator, there):
        emulator.faults.add("refuse", endpoint="checkConfig", every=1)
        result, _unused = verify(lambda seconds: [right()], wait_timeout=10)
        assert (result["error"]["kind"], result["changed"]) == ("network", False)
        assert result["track_domain"]["name"] == NAME


class TestDeadlines:
    """How long after the deadline something may still be under way, to the second."""

    @pytest.fixture
    def slow(self, verify, clock, emulator, there):
        """Verify where a look takes so many seconds and these requests have no answer; seconds, and number of lists."""

        def slow(look_seconds, *endpoints, answer=RIGHT, **options):
            for endpoint in endpoints:
                # The first list is that of the plan.
                start_at = 2 if endpoint == "list" else 1
                emulator.faults.add("delay", seconds=1000, endpoint=endpoint, when="after", start_at=start_at)

            def answers_at(seconds):
                clock.manual.skip(look_seconds)
                return [answer]

            began = clock.monotonic()
            result, resolver = verify(answers_at, **options)
            assert result["error"] is not None
            lists = emulator.journal.endpoints().count("trackDomain/list")
            return clock.monotonic() - began, lists, resolver

        return slow

    @pytest.mark.parametrize(("endpoints", "seconds"), [(["checkConfig"], 14), (["checkConfig", "list"], 15)])
    def test_a_check_may_take_three_seconds_more_and_a_list_five(self, slow, endpoints, seconds):
        """The first check, from the beginning on, takes until 13; the second one has a second."""
        took, lists, _resolver = slow(0, *endpoints, wait_timeout=10)
        assert (took, lists) == (pytest.approx(seconds), 2)

    @pytest.mark.parametrize(
        ("look_seconds", "seconds", "lists"), [(3, 4, 2), (3.5, 4.5, 2), (4, 5, 2), (4.25, 5.25, 1), (5.5, 6, 1)]
    )
    def test_however_late_it_is_a_request_has_a_second(self, slow, look_seconds, seconds, lists):
        took, listed, _resolver = slow(look_seconds, "checkConfig", wait_timeout=1)
        assert (took, listed) == (pytest.approx(seconds), lists)

    def test_after_the_deadline_nobody_looks(self, slow):
        took, _lists, resolver = slow(0, "checkConfig", answer=silent(), wait_timeout=10)
        assert (took, resolver.times()) == (pytest.approx(14), [0])

    def test_the_last_look_begins_so_early_that_it_ends_in_time(self, slow):
        took, _lists, resolver = slow(3, answer=missing(), wait_timeout=20)
        assert (took, resolver.times()) == (20, [0, 13, 17])
        assert [explain for _when, _name, explain in resolver.looks] == [False, False, True]

    @pytest.mark.parametrize(("seconds", "looks"), [(0, [10]), (1, [11]), (1.5, [])])
    def test_what_was_not_looked_at_is_if_four_seconds_are_left(self, verify, emulator, there, seconds, looks):
        emulator.faults.add("delay", seconds=seconds, endpoint="checkConfig", every=1)
        result, resolver = verify(lambda seconds: [missing()], dns_precheck="never", wait_timeout=10)
        assert (result["error"]["kind"], resolver.times()) == ("verification", looks)

    def test_a_page_of_domains_that_there_is_no_time_for_is_not_asked_for(self, run_set, emulator, clock):
        """Of four pages three are asked for until six seconds are over, and then the first one once more."""
        names = [f"d{number}.example.com" for number in range(350)]
        emulator.account.add_many(names)
        emulator.faults.add("delay", seconds=1000, endpoint="checkConfig", when="after", every=1)
        result = run_set(names, state="verified", dns_precheck="never", wait_timeout=1)
        assert result["verification"]["attempts"] == asked(emulator) == 4
        counts = [call.parameters["id"].count(";") + 1 for call in emulator.journal.calls("trackDomain/checkConfig")]
        assert counts == [100, 100, 100, 100]

    def test_without_a_wait_all_pages_are_asked_for(self, run_set, emulator):
        names = [f"d{number}.example.com" for number in range(201)]
        emulator.account.add_many(names)
        run_set(names, state="verified", dns_precheck="never", wait=False)
        counts = [call.parameters["id"].count(";") + 1 for call in emulator.journal.calls("trackDomain/checkConfig")]
        assert counts == [100, 100, 1]

    @pytest.mark.parametrize(("timeout", "explained"), [(25, [25]), (24, [24]), (23, [20, 23]), (4, [4]), (3, [0, 3])])
    def test_a_look_that_may_be_the_last_one_finds_out_more(self, slow, timeout, explained):
        _took, _lists, resolver = slow(0, answer=missing(), wait_timeout=timeout)
        assert [when for when, _name, explain in resolver.looks if explain] == explained


@pytest.mark.no_cover
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    timeout=st.integers(1, 60),
    interval=st.integers(1, 20),
    precheck=st.sampled_from(["auto", "always", "never"]),
    api_timeout=st.sampled_from([1.0, 10.0, 30.0]),
    looks=st.lists(
        st.tuples(st.sampled_from([0.0, 0.02, 1.5, 4.0]), st.sampled_from(["right", "missing", "silent"])), min_size=1
    ),
    faults=st.lists(
        st.sampled_from([("delay", 0), *[("delay", seconds) for seconds in (1, 2, 6, 40, 200)], ("drip", 0.4)]),
        max_size=6,
    ),
    is_published=st.booleans(),
)
def test_whatever_is_slow_a_verification_ends_in_time(
    run, emulator, clock, timeout, interval, precheck, api_timeout, looks, faults, is_published
):
    emulator.reset()
    emulator.account.add(NAME)
    if is_published:
        emulator.publish(NAME)
    for number, (kind, seconds) in enumerate(faults, 1):
        when = {"when": "after"} if kind == "delay" else {}
        emulator.faults.add(kind, seconds=seconds, endpoint="checkConfig", nth=number, **when)
        emulator.faults.add(kind, seconds=seconds, endpoint="list", nth=number + 1, **when)
    answers = {"right": right(), "missing": missing(), "silent": silent()}

    class Slow(ScriptedResolver):
        def look_many(self, names, *, explain=False):
            seconds, _unused = looks[len(self.looks) % len(looks)]
            clock.manual.skip(seconds)
            return super().look_many(names, explain=explain)

    resolver = Slow(clock, lambda seconds: [answers[looks[(len(resolver.looks) - 1) % len(looks)][1]]])
    began = clock.monotonic()
    result = run(
        name=NAME,
        state="verified",
        wait_timeout=timeout,
        wait_interval=interval,
        dns_precheck=precheck,
        api_timeout=api_timeout,
        open_dns=lambda servers, insist: resolver,
    )
    assert clock.monotonic() - began <= timeout + 5
    is_verified = emulator.account.find(NAME).verified
    assert is_verified or result["error"] is not None
    if is_verified and result["error"] is not None:
        assert result["changed"]
        assert "is not known" in result["msg"]


@pytest.mark.parametrize(("waited", "shown"), [(0, 0), (1.26, 1.3), (1.24, 1.2)])
def test_the_wait_is_shown_in_tenths_of_a_second(waited, shown):
    assert Verification(waited=waited).of_one() == {"attempts": 0, "waited": shown, "dns": None}
    assert Verification(waited=waited).of_set() == {"attempts": 0, "waited": shown, "dns": {}}


def test_verifications_one_after_the_other_are_one():
    first = Verification(("a check",), 1, 2.0, SendCloudError("network", "first"))
    second = Verification(("another",), 3, 4.0, SendCloudError("network", "second"))
    assert first.joined(second) == Verification(("a check", "another"), 4, 6.0, first.error)
    assert Verification().joined(second) == second
    assert second.joined(Verification()) == second


class TestOpeningAResolver:
    def test_dnspython_may_be_missing_unless_one_insists(self, monkeypatch):
        assert isinstance(open_resolver([], False), _dns.Resolver)
        monkeypatch.setattr(exchange, "DNSPYTHON_VERSION", None)
        assert open_resolver(["192.0.2.1"], False) is None
        with pytest.raises(MissingLibraryError):
            open_resolver([], True)
        with pytest.raises(InputError):
            open_resolver(["ns1.example.com"], False)

    @pytest.mark.parametrize(
        ("state", "precheck", "insists"),
        [("verified", "always", True), ("verified", "auto", False), ("present", "always", None)],
    )
    def test_one_insists_only_where_a_look_is_a_must(self, run, there, state, precheck, insists):
        opened = []
        run(
            name=NAME,
            state=state,
            dns_precheck=precheck,
            wait=False,
            open_dns=lambda servers, insist: opened.append(insist),
        )
        assert opened == ([] if insists is None else [insists])

    @pytest.mark.parametrize("precheck", ["auto", "never"])
    @pytest.mark.parametrize("preview", [False, True])
    def test_none_is_opened_where_all_is_verified(self, run, emulator, precheck, preview):
        emulator.account.add(NAME, verified=True)
        opened = []
        options = {"name": NAME, "state": "verified", "dns_precheck": precheck, "preview": preview}
        result = run(open_dns=lambda servers, insist: opened.append(insist), **options)
        assert (result["changed"], result["error"], opened) == (False, None, [])

    def test_servers_are_checked_in_any_state_before_any_request(self, run, emulator):
        result = run(name=NAME, dns_servers=["192.0.2.1", "ns1.example.com"], open_dns=open_resolver)
        assert result["error"]["kind"] == "input"
        assert "dns_servers contains 'ns1.example.com'" in result["msg"]
        assert emulator.journal.calls() == ()


class TestReading:
    def test_each_domain_is_returned_with_what_dns_says(self, read, emulator):
        emulator.account.add_many([NAME, "gone.example.com"], verified=True)

        class Resolver:
            def look_many(self, names):
                assert names == [(NAME, TARGET), ("gone.example.com", TARGET)]
                return [Look(NAME, TARGET, (right(),)), Look("gone.example.com", TARGET, (missing(),))]

        result = read(check_dns=True, open_dns=lambda servers, insist: Resolver())
        assert [domain["dns"]["found"] for domain in result["track_domains"]] == [[TARGET], []]
        assert all(domain["cname_verified"] for domain in result["track_domains"])

    def test_without_asking_there_is_nothing_of_dns(self, read, there):
        assert "dns" not in read()["track_domains"][0]

    def test_it_insists_on_dnspython(self, read, there, monkeypatch):
        monkeypatch.setattr(exchange, "DNSPYTHON_VERSION", None)
        with pytest.raises(MissingLibraryError):
            read(check_dns=True, open_dns=open_resolver)
