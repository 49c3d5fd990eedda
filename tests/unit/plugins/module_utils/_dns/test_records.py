# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Looks at records of any type, in a network that is made up."""

from __future__ import annotations

import itertools

import dns.rrset
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._dns import records_task
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver, Server
from ansible_collections.sendcloud.email.plugins.module_utils._dns.records import (
    TYPES,
    Record,
    RecordsLook,
    ServerRecords,
    look_in_loop,
    make_record,
    parse_owner,
)
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import (
    DnsServer,
    LoopbackServer,
    MadeUpNetwork,
    run_in_no_time,
)

NAME = "track.example.com"
SYSTEM, FIRST, SECOND = (f"192.0.2.{number}" for number in (53, 1, 2))
CNAME = Record("CNAME", "track2.sendcloud.net")


def look(*servers, types=TYPES, name=NAME):
    """What the given servers, at 192.0.2.1 and so on, say."""
    network = MadeUpNetwork({f"192.0.2.{number}": server for number, server in enumerate(servers, 1)})
    resolver = Resolver([Server(address) for address in network.servers], open_network=lambda: network)
    looking = look_in_loop(resolver, name, types, recursive=True, open_network=lambda: network)
    return run_in_no_time(looking)[0]


class TestLook:
    def test_all_records_of_the_name_itself_are_found(self):
        records = {
            (NAME, "A"): ["192.0.2.7"],
            (NAME, "MX"): ["10 mail.example.com."],
            (NAME, "TXT"): ['"one " "text"'],
            (f"www.{NAME}", "A"): ["192.0.2.8"],
        }
        found = look(DnsServer(records))
        assert [str(record) for record in found.records] == ["A 192.0.2.7", "MX 10 mail.example.com.", "TXT one text"]
        assert (found.zone, found.error) == ("example.com", None)

    def test_targets_are_compared_regardless_of_case_and_dot(self):
        found = look(DnsServer({(NAME, "CNAME"): ["Track2.SendCloud.net."]}), types=["CNAME"])
        assert found.records == (CNAME,)
        assert found.servers == (ServerRecords(FIRST, (CNAME,)),)
        assert make_record("CNAME", "TRACK2.sendcloud.net.") == CNAME

    def test_a_text_is_compared_as_it_is(self):
        assert make_record("TXT", "Token.") == Record("TXT", "Token.")

    def test_other_types_are_not_asked_for(self):
        server = DnsServer({(NAME, "TXT"): ["token"], (NAME, "A"): ["192.0.2.7"]})
        assert look(server, types=["TXT"]).records == (Record("TXT", "token"),)
        assert server.asked(NAME, "MX") == 0

    def test_a_record_has_to_be_at_every_server_that_answers(self):
        there, missing = DnsServer({(NAME, "CNAME"): [f"{CNAME.value}."]}), DnsServer({})
        silent = DnsServer({}, failing="silent")
        assert look(there, silent).everywhere(CNAME)
        assert not look(there, missing).everywhere(CNAME)
        assert not look(silent).everywhere(CNAME)

    def test_a_name_is_empty_where_a_server_answers_and_none_has_a_record(self):
        there, missing = DnsServer({(NAME, "CNAME"): [f"{CNAME.value}."]}), DnsServer({})
        assert look(missing).is_empty
        assert not look(missing, there).is_empty
        assert not look(DnsServer({}, failing="refused")).is_empty

    def test_the_zone_is_the_one_with_the_soa_record(self):
        server = DnsServer({("alias.acme.example.com", "TXT"): ["token"]}, zones=("example.com", "acme.example.com"))
        assert look(server, name="alias.acme.example.com").zone == "acme.example.com"

    def test_nobody_is_no_answer(self):
        found = look(DnsServer({}, failing="servfail"))
        assert found.error == "no DNS server answered (192.0.2.1: it answers SERVFAIL)"
        assert found.as_text() == found.error

    def test_what_each_server_says_is_one_line(self):
        found = look(DnsServer({(NAME, "A"): ["192.0.2.7"]}), DnsServer({}), DnsServer({}, failing="servfail"))
        assert found.as_text() == ("192.0.2.1: A 192.0.2.7; 192.0.2.2: no such record; 192.0.2.3: it answers SERVFAIL")

    def test_authoritative_servers_are_found(self):
        system = DnsServer(
            {("example.com", "NS"): ["ns1.example.net."], ("ns1.example.net", "A"): [FIRST]},
            zones=("example.com", "example.net"),
        )
        own = DnsServer({(NAME, "TXT"): ["token"]})
        network = MadeUpNetwork({SYSTEM: system, FIRST: own})
        resolver = Resolver(system=[Server(SYSTEM)], open_network=lambda: network)
        looking = look_in_loop(resolver, NAME, ["TXT"], recursive=False, open_network=lambda: network)
        found, _seconds = run_in_no_time(looking)
        assert found.servers == (ServerRecords(f"ns1.example.net ({FIRST})", (Record("TXT", "token"),)),)
        assert True not in own.recursion_desired
        # The system's resolver would remember what is not there.
        assert system.asked(NAME, "TXT") == system.asked(NAME, "CNAME") == 0

    def changing(self, monkeypatch, change):
        """A server with a record, whose n-th answer is what C(change) makes of it."""
        server = DnsServer({(NAME, "TXT"): ["token"]})
        respond, numbers = server.respond, itertools.count(1)
        monkeypatch.setattr(
            server, "respond", lambda data, protocol: change(server, next(numbers), respond(data, protocol))
        )
        return server

    def test_a_server_that_falls_silent_has_no_records(self, monkeypatch):
        server = self.changing(monkeypatch, lambda server, number, answer: answer if number == 1 else None)
        found = look(server, types=["TXT"])
        assert found.servers == (ServerRecords(FIRST, error="no answer in time"),)
        assert (found.records, found.zone, found.is_empty) == ((), None, False)

    def test_a_server_that_grows_slow_has_time(self, monkeypatch):
        def slow_down(server, number, answer):
            # The first answer is to the look that finds out who answers at all.
            server.delay = 0.0 if number == 1 else 2.3
            return answer

        assert look(self.changing(monkeypatch, slow_down), types=["TXT"]).records == (Record("TXT", "token"),)

    @pytest.mark.parametrize(
        ("section", "records", "zone"),
        [
            (
                "authority",
                [("com.", "NS", "ns1.example.net."), (f"{NAME}.", "NSEC", "www.example.com. TXT")],
                "example.com",
            ),
            # Behind a CNAME record it is the zone of the target.
            ("answer", [(f"{NAME}.", "CNAME", "track2.sendcloud.net.")], None),
        ],
    )
    def test_what_is_beside_the_soa_record_is_no_zone(self, monkeypatch, section, records, zone):
        server = DnsServer({(NAME, "TXT"): ["token"]})
        fill = server._fill

        def fill_with_more(response, name, kind):
            fill(response, name, kind)
            if kind == "SOA":
                if zone is None:
                    soa = "ns.example. host.example. 1 2 3 4 5"
                    response.authority[:] = [dns.rrset.from_text("sendcloud.net.", 300, "IN", "SOA", soa)]
                more = [dns.rrset.from_text(name, 300, "IN", *record) for name, *record in records]
                getattr(response, section)[:0] = more

        monkeypatch.setattr(server, "_fill", fill_with_more)
        assert look(server, types=["TXT"]).zone == zone


class TestOwner:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Track.Example.com.", NAME),
            ("_acme-challenge.track.example.com", f"_acme-challenge.{NAME}"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("_acme-challenge.bücher.example", "_acme-challenge.xn--bcher-kva.example"),
        ],
    )
    def test_a_name_is_brought_into_one_form(self, text, name):
        assert parse_owner(text) == name

    @pytest.mark.parametrize(("length", "is_taken"), [(252, True), (253, True), (254, False)])
    def test_a_name_has_253_characters_at_most(self, length, is_taken):
        name = ".".join(["a" * 49] * 5) + "." + "b" * (length - 250)
        assert len(name) == length
        if is_taken:
            assert parse_owner(name) == name
            return
        with pytest.raises(InputError) as caught:
            parse_owner(name)
        assert caught.value.message == f"name is no name that a record can have: {name[:80]!r}"

    @pytest.mark.parametrize("text", ["", "com", "a..example.com", "-a.example.com", "a b.example.com", "a." * 130])
    def test_what_no_record_can_have_is_refused(self, text):
        with pytest.raises(InputError, match="name is no name that a record can have"):
            parse_owner(text)


class PassingClock(Clock):
    """Sleeping takes no time."""

    def __init__(self):
        self.seconds = 3.0

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


class TestTask:
    @pytest.fixture
    def run(self):
        """Run a task whose looks find these records, one after the other; the last one stays."""

        def run(*found, **options):
            looks = [
                RecordsLook(NAME, "example.com", (ServerRecords(FIRST, tuple(records)),))
                if records is not None
                else RecordsLook(NAME, error="no answer")
                for records in found
            ]
            options = {
                "name": NAME,
                "types": ["CNAME"],
                "value": None,
                "dns_servers": None,
                "wait_timeout": 0,
                "wait_interval": 5,
                **options,
            }
            self.reports = []
            return records_task.run(
                options,
                clock=PassingClock(),
                report=self.reports.append,
                open_look=lambda servers: lambda name, types: looks.pop(0) if len(looks) > 1 else looks[0],
            )

        return run

    def test_a_single_look_returns_what_is_there(self, run):
        assert run([CNAME]) == {
            "changed": False,
            "name": NAME,
            "zone": "example.com",
            "ready": False,
            "records": [{"type": "CNAME", "value": "track2.sendcloud.net"}],
            "servers": [
                {
                    "server": FIRST,
                    "records": ({"type": "CNAME", "value": "track2.sendcloud.net"},),
                    "error": None,
                }
            ],
            "summary": f"{FIRST}: CNAME track2.sendcloud.net",
            "waited": 0,
            "error": None,
        }

    def test_it_waits_until_the_record_is_there(self, run):
        result = run([], None, [CNAME], value="Track2.sendcloud.net.", wait_timeout=60)
        assert (result["ready"], result["waited"]) == (True, 10)
        assert self.reports[0] == f"{NAME}: {FIRST}: no such record, 0 s of 60 s"

    def test_it_waits_until_no_record_is_there(self, run):
        result = run([CNAME], [], wait_timeout=60)
        assert (result["ready"], result["waited"]) == (True, 5)

    @pytest.mark.parametrize("seconds", [11, 12])
    def test_the_last_look_is_at_the_deadline(self, run, seconds):
        result = run([], value=CNAME.value, wait_timeout=seconds)
        assert (result["ready"], result["waited"]) == (False, seconds)

    def test_a_look_each_second_is_the_most(self, run):
        assert run([], None, None, [CNAME], value=CNAME.value, wait_timeout=60, wait_interval=1)["waited"] == 3

    def test_why_nobody_answered_is_returned(self, run):
        result = run(None)
        assert (result["error"], result["ready"]) == ("no answer", False)

    def test_servers_that_all_fail_later_are_no_answer(self, run):
        silent = RecordsLook(NAME, servers=(ServerRecords(FIRST, error="no answer in time"),))
        result = records_task._as_result(silent, False, 0.0)
        assert result["error"] == f"no DNS server answers: {FIRST}: no answer in time"

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            ({"types": []}, "types is empty"),
            ({"types": ["A", "AAAA"], "value": "192.0.2.7"}, "exactly one type"),
            ({"wait_timeout": -1}, "wait_timeout"),
            ({"wait_interval": 0}, "wait_interval"),
            ({"name": "com"}, "name is no name"),
        ],
    )
    def test_bad_input_is_refused(self, run, options, text):
        with pytest.raises(InputError, match=text):
            run([], **options)

    def test_a_server_is_asked_over_the_network(self):
        with LoopbackServer({(NAME, "CNAME"): [f"{CNAME.value}."]}) as server:
            options = {name: definition.get("default") for name, definition in records_task.OPTIONS.items()}
            options = {**options, "name": NAME, "dns_servers": [f"127.0.0.1:{server.port}"]}
            result = records_task.run(options, clock=Clock())
        assert result["records"] == [{"type": "CNAME", "value": "track2.sendcloud.net"}]

    def test_a_malformed_server_is_refused(self):
        with pytest.raises(InputError, match="dns_servers contains"):
            records_task.open_look(["ns1.example.com"])
