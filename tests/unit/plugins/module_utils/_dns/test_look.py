# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Looks in a network that is made up, on a time that is made up."""

from __future__ import annotations

import asyncio
import itertools

import dns.name
import dns.rrset
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import (
    ADDRESS_RECORD,
    DISAGREEMENT,
    DOUBLED_ZONE,
    FLATTENED,
    INDIRECT,
    NO_RECORD,
    OWN_ZONE,
    diagnose,
    explain,
)
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver, Server
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import (
    DnsServer,
    MadeUpNetwork,
    run_in_no_time,
)

NAME = "track.example.com"
TARGET = "track2.sendcloud.net"
RIGHT = {(NAME, "CNAME"): [f"{TARGET}."]}
SYSTEM, FIRST, SECOND, THIRD, FOURTH = (f"192.0.2.{number}" for number in (53, 1, 2, 3, 4))


class Looker:
    """Looks at names in a network, and says how long that takes."""

    def __init__(self, network, resolver):
        self.servers = network.servers
        self._resolver = resolver
        self.seconds = 0.0

    def __getitem__(self, address):
        return self.servers[address]

    def look(self, name=NAME, expected=TARGET, **options):
        return self.look_many([(name, expected)], **options)[0]

    def look_many(self, pairs, **options):
        looks, self.seconds = run_in_no_time(self._resolver.look_side_by_side(pairs, **options))
        return looks


def told(*servers):
    """Asks the given servers, at 192.0.2.1 and so on."""
    network = MadeUpNetwork({f"192.0.2.{number}": server for number, server in enumerate(servers, 1)})
    return Looker(network, Resolver([Server(address) for address in network.servers], open_network=lambda: network))


def serve(records=None, **options):
    return DnsServer(RIGHT if records is None else records, **options)


def found(servers):
    """Finds the authoritative servers among the given ones, by address, through the one at SYSTEM."""
    network = MadeUpNetwork(servers)
    return Looker(network, Resolver(system=[Server(SYSTEM)], open_network=lambda: network))


def addresses(**hosts):
    return {(f"{host}.example.com", "A"): [address] for host, address in hosts.items()}


@pytest.fixture
def world():
    """Two name servers of example.com, and the system's resolver, which knows them."""
    delegation = {("example.com", "NS"): ["ns1.example.com.", "ns2.example.com."]}
    system = serve({**delegation, **addresses(ns1=FIRST, ns2=SECOND)}, zones=["example.com", "com", "sendcloud.net"])
    return found({SYSTEM: system, FIRST: serve(), SECOND: serve()})


class TestToldServers:
    @pytest.mark.parametrize("target", [TARGET, "Track2.SendCloud.NET"])
    @pytest.mark.parametrize("expected", [TARGET, f"{TARGET}.", "TRACK2.sendcloud.net"])
    def test_a_record_that_is_right(self, target, expected):
        look = told(serve({(NAME, "CNAME"): [f"{target}."]})).look(expected=expected)
        assert look.visible
        assert look.ready
        assert look.as_result() == {
            "expected": TARGET,
            "found": [TARGET],
            "consistent": True,
            "negative_ttl": None,
            "error": None,
        }

    def test_another_target(self):
        look = told(serve({(NAME, "CNAME"): ["elsewhere.example."]})).look()
        assert not look.visible
        assert not look.ready
        assert look.found == ["elsewhere.example"]
        assert look.answers[0].detail == "CNAME elsewhere.example."

    def test_unless_more_is_to_be_found_out_one_question_is_asked(self, monkeypatch):
        server = serve()
        network = MadeUpNetwork({FIRST: server})
        monkeypatch.setattr(_dns.asyncio, "run", lambda looking: run_in_no_time(looking)[0])
        resolver = Resolver([Server(FIRST)], open_network=lambda: network)
        assert resolver.look(NAME, TARGET).ready
        assert resolver.look_many([(NAME, TARGET)])[0].ready
        assert server.queries == [(NAME, "CNAME", "udp")] * 2
        assert resolver.look(NAME, TARGET, explain=True).ready
        assert len(server.queries) > 3

    def test_no_such_name(self):
        server = serve({})
        look = told(server).look()
        assert server.queries == [(NAME, "CNAME", "udp")]
        assert (look.visible, look.found, look.error) == (False, [], None)
        (answer,) = look.answers
        assert (answer.outcome, answer.negative_ttl, answer.zone) == (_dns.NO_NAME, 900, "example.com")
        assert look.negative_ttl == 900
        assert look.as_result()["consistent"] is False

    @pytest.mark.parametrize(("zone", "is_zone"), [(NAME, True), ("example.com", False)])
    def test_a_zone_is_known_by_its_soa_record(self, zone, is_zone):
        assert told(serve({}, zones=[zone])).look(name=NAME.upper()).is_zone is is_zone

    @pytest.mark.parametrize(("minimum", "negative_ttl"), [(86400, 3600), (60, 60)])
    def test_the_negative_ttl_is_the_lesser_of_the_ttl_of_the_soa_and_its_minimum(self, minimum, negative_ttl):
        assert told(serve({}, minimum=minimum)).look().negative_ttl == negative_ttl
        there = told(serve(minimum=minimum))
        assert there.look(explain=True).negative_ttl == negative_ttl
        assert there.look().negative_ttl is None

    @pytest.mark.parametrize(("kind", "text"), [("NS", "ns1.example.com."), ("NSEC", "www.example.com. A")])
    def test_other_records_beside_the_soa_say_nothing_of_a_negative_ttl(self, monkeypatch, kind, text):
        server = serve({})
        fill = server._fill

        def fill_with_more(response, name, asked):
            fill(response, name, asked)
            response.authority.insert(0, dns.rrset.from_text("example.com.", 300, "IN", kind, text))

        monkeypatch.setattr(server, "_fill", fill_with_more)
        (answer,) = told(server).look().answers
        assert (answer.zone, answer.negative_ttl) == ("example.com", 900)

    @pytest.mark.parametrize(
        ("records", "outcome", "detail"),
        [
            ({(NAME, "A"): ["192.0.2.7"]}, _dns.OTHER_RECORD, "A 192.0.2.7, no CNAME record"),
            ({(NAME, "AAAA"): ["2001:db8::7"]}, _dns.OTHER_RECORD, "AAAA 2001:db8::7, no CNAME record"),
            (
                {(NAME, "A"): ["192.0.2.8", "192.0.2.7"], (NAME, "AAAA"): ["2001:db8::7"]},
                _dns.OTHER_RECORD,
                "A 192.0.2.7, A 192.0.2.8, AAAA 2001:db8::7, no CNAME record",
            ),
            ({(NAME, "TXT"): ["x"]}, _dns.NO_RECORD, "no CNAME record"),
            ({(f"below.{NAME}", "A"): ["192.0.2.7"]}, _dns.NO_RECORD, "no CNAME record"),
        ],
    )
    def test_other_records_in_its_place(self, records, outcome, detail):
        look = told(serve(records)).look(explain=True)
        assert (look.answers[0].outcome, look.answers[0].detail) == (outcome, detail)
        assert not look.ready

    @pytest.mark.parametrize("target", [f"{TARGET}.", f"{TARGET}.example.com."])
    def test_a_record_under_the_doubled_zone(self, target):
        records = {(f"{NAME}.example.com", "CNAME"): [target]}
        look = told(serve(records)).look(explain=True)
        assert look.doubled == "track.example.com.example.com"
        assert told(serve(records)).look().doubled is None
        assert told(serve({})).look(explain=True).doubled is None

    def test_a_doubled_name_in_a_deep_zone(self):
        name = "track.mail.example.com"
        records = {(f"{name}.example.com", "CNAME"): [f"{TARGET}."]}
        look = told(serve(records)).look(name, explain=True)
        diagnosis = diagnose(look)
        assert diagnosis.cause == DOUBLED_ZONE
        assert "There is a record called track.mail.example.com.example.com." in diagnosis.text
        assert diagnosis.text.endswith("enter track.mail alone")

    def test_a_record_under_the_doubled_zone_where_the_target_is_not_known(self):
        records = {(f"{NAME}.example.com", "CNAME"): ["elsewhere.example."]}
        assert told(serve(records)).look(expected=None, explain=True).doubled == "track.example.com.example.com"

    def test_a_wildcard_is_not_taken_for_a_doubled_zone(self):
        # What *.example.com answers for any name below the zone that is not there.
        records = {(NAME, "A"): ["192.0.2.7"], (f"{NAME}.example.com", "CNAME"): ["web.example.net."]}
        look = told(serve(records)).look(explain=True)
        assert look.doubled is None
        assert diagnose(look).cause == ADDRESS_RECORD

    def test_a_doubled_name_that_would_be_too_long_is_none(self):
        long = ".".join(["a" * 60] * 3) + ".example.com"
        zone = ".".join(["a" * 60] * 2) + ".example.com"
        assert told(serve({}, zones=[zone])).look(long, explain=True).doubled is None

    @pytest.mark.parametrize(
        ("failing", "detail"),
        [
            ("silent", "no answer in time"),
            ("servfail", "it answers SERVFAIL"),
            ("refused", "it answers REFUSED"),
            ("garbage", "no proper answer"),
        ],
    )
    def test_a_server_that_fails_does_not_count(self, failing, detail):
        look = told(serve(failing=failing), serve()).look()
        assert look.visible
        assert detail in look.answers[0].detail
        assert look.answers[0].outcome == _dns.NO_ANSWER
        alone = told(serve(failing=failing)).look(explain=True)
        assert (alone.visible, alone.ready, alone.answered) == (False, False, ())
        assert alone.error.startswith("no DNS server answered (192.0.2.1: ")
        assert detail in alone.error

    def test_the_same_failure_is_said_in_the_same_words(self):
        looker = told(serve(failing="silent"), serve(failing="servfail"))
        assert looker.look().error == looker.look().error

    def test_a_server_that_lags_behind(self):
        look = told(serve(), serve({})).look()
        assert (look.visible, look.ready, look.consistent) == (False, False, False)
        assert len(look.answered) == 2
        assert look.found == [TARGET]

    def test_servers_that_have_another_record_do_not_lag_behind(self):
        look = told(serve(), serve({(NAME, "CNAME"): ["elsewhere.example."]})).look()
        diagnosis = diagnose(look)
        assert diagnosis.cause == DISAGREEMENT
        assert "Only 1 of 2 DNS servers have the record, others point to elsewhere.example. " in diagnosis.text
        assert "wait for" not in explain(look)

    def test_a_server_need_not_be_authoritative(self):
        server = serve(failing="lame")
        assert told(server).look().visible
        assert all(server.recursion_desired)

    def test_what_a_record_holds_is_fit_to_show(self):
        look = told(serve({(NAME, "CNAME"): ["\\027[31m\\000\\226\\128\\174.example."]})).look()
        assert look.found == ["\\027[31m\\000\\226\\128\\174.example"]
        assert look.answers[0].detail.isprintable()

    @pytest.mark.parametrize(
        "name", ["a..example", "x" * 64 + ".example", ".".join(["a" * 60] * 6), "b\u2028r.example", "\x1b..example"]
    )
    def test_a_name_that_dns_cannot_hold_spoils_no_other_look(self, name):
        bad, good = told(serve()).look_many([(name, TARGET), (NAME, TARGET)])
        assert (bad.visible, bad.answers) == (False, ())
        assert bad.error.startswith("it is no name that DNS can hold: ")
        assert bad.error.isprintable()
        assert good.visible

    @pytest.mark.parametrize(
        ("error", "shown"),
        [(ValueError("x" * 301), "x" * 300), (ValueError("short."), "short"), (ValueError(), "ValueError")],
    )
    def test_why_dns_cannot_hold_a_name_is_shown(self, monkeypatch, error, shown):
        def fail(_text):
            raise error

        looker = told(serve())
        monkeypatch.setattr(_dns.dns.name, "from_text", fail)
        assert looker.look().error == f"it is no name that DNS can hold: {shown}"

    def test_without_an_expectation_nothing_is_visible_and_all_is_found(self):
        look = told(serve()).look(expected=None)
        assert (look.visible, look.ready, look.consistent) == (False, False, False)
        assert look.found == [TARGET]
        assert look.as_result()["expected"] is None

    def test_an_answer_that_names_no_zone(self, monkeypatch):
        server = serve()
        monkeypatch.setattr(server, "_fill", lambda *args: None)
        look = told(server).look(explain=True)
        assert look.answers[0].outcome == _dns.NO_RECORD
        assert (look.negative_ttl, look.doubled) == (None, None)

    @pytest.mark.parametrize(
        ("records", "outcome"), [({}, _dns.NO_NAME), ({(NAME, "TXT"): ["x"]}, _dns.NO_RECORD), (RIGHT, _dns.CNAME)]
    )
    def test_a_server_that_falls_silent_after_its_first_answer(self, monkeypatch, records, outcome):
        server = serve(records)
        respond = server.respond
        answers = []

        def respond_once(data, protocol):
            answers.append(None if answers else respond(data, protocol))
            return answers[-1]

        monkeypatch.setattr(server, "respond", respond_once)
        looker = told(server)
        look = looker.look(explain=True)
        assert (look.answers[0].outcome, look.doubled) == (outcome, None)
        assert looker.seconds <= _dns.LOOK_TIME + 0.01


class TestDetours:
    """Answers that lead to the target, but not by the record itself."""

    @pytest.mark.parametrize("aliases", [1, 2, 3, 4])
    def test_a_chain_of_cname_records(self, aliases):
        names = [NAME, *(f"a{number}.example.com" for number in range(aliases)), TARGET]
        records = {(one, "CNAME"): [f"{other}."] for one, other in itertools.pairwise(names)}
        look = told(serve(records)).look(explain=True)
        assert (look.visible, look.ready, look.consistent) == (False, True, False)
        assert look.found == ["a0.example.com"]
        diagnosis = diagnose(look)
        assert diagnosis.cause == INDIRECT
        assert (
            f"The record points to a0.example.com., and further CNAME records lead from there to {TARGET}"
            in diagnosis.text
        )

    @pytest.mark.parametrize(
        "records",
        [
            {(NAME, "CNAME"): [f"{NAME}."]},
            {(NAME, "CNAME"): ["a.example.com."], ("a.example.com", "CNAME"): [f"{NAME}."]},
            {(NAME, "CNAME"): ["a.example.com."], ("a.example.com", "CNAME"): ["a.example.com."]},
            {(NAME, "CNAME"): ["a.example.com."], ("a.example.com", "A"): ["192.0.2.7"]},
            {(NAME, "CNAME"): ["a.example.com."]},
        ],
    )
    def test_a_chain_that_leads_nowhere(self, records):
        looker = told(serve(records))
        assert not looker.look().ready
        assert looker.seconds < 1

    @pytest.mark.parametrize("aliases", [5, 9])
    def test_a_chain_that_is_too_long(self, aliases):
        names = [NAME, *(f"a{number}.example.com" for number in range(aliases)), TARGET]
        server = serve({(one, "CNAME"): [f"{other}."] for one, other in itertools.pairwise(names)})
        assert not told(server).look().ready
        assert len(server.queries) == 5

    @pytest.mark.parametrize("ipv6", [True, False])
    def test_a_flattened_record(self, ipv6):
        kinds = {"A": ["192.0.2.8", "192.0.2.7"], "AAAA": ["2001:db8::7"]}
        records = {(TARGET, kind): texts for kind, texts in kinds.items()}
        records.update({(NAME, kind): texts for kind, texts in kinds.items() if ipv6 or kind == "A"})
        look = told(serve(records, zones=["example.com", "sendcloud.net"])).look(explain=True)
        assert (look.visible, look.ready, look.found) == (False, True, [])
        diagnosis = diagnose(look)
        assert diagnosis.cause == FLATTENED
        assert (
            f"The name has the addresses of {TARGET} in place of a CNAME record, as an ALIAS or ANAME" in diagnosis.text
        )

    def test_a_chain_to_a_flattened_record_is_not_followed_to_the_target(self):
        records = {(NAME, "CNAME"): ["a.example.com."]}
        records.update({(name, "A"): ["192.0.2.7"] for name in ("a.example.com", TARGET)})
        assert not told(serve(records, zones=["example.com", "sendcloud.net"])).look().ready

    @pytest.mark.parametrize("expected", [None, "", "a..b", "x" * 300])
    def test_a_target_that_dns_cannot_hold_is_nobodys(self, expected):
        look = told(serve({(NAME, "A"): ["192.0.2.7"]})).look(expected=expected, explain=True)
        assert not look.ready
        assert look.answers[0].outcome == _dns.OTHER_RECORD

    def test_addresses_of_another_class_are_none(self, monkeypatch):
        server = serve({(NAME, "TXT"): ["x"]})
        fill = server._fill

        def fill_with_chaos(response, name, kind):
            fill(response, name, kind)
            if kind == "A":
                response.answer.append(dns.rrset.from_text(name, 300, "CH", "A", "elsewhere.example. 1"))

        monkeypatch.setattr(server, "_fill", fill_with_chaos)
        assert told(server).look(explain=True).answers[0].outcome == _dns.NO_RECORD

    @pytest.mark.parametrize(("more", "less"), [(NAME, TARGET), (TARGET, NAME)])
    def test_other_addresses_are_no_flattened_record(self, more, less):
        records = {(less, "A"): ["192.0.2.7"], (more, "A"): ["192.0.2.7", "192.0.2.8"]}
        look = told(serve(records, zones=["example.com", "sendcloud.net"])).look(explain=True)
        assert not look.ready
        assert diagnose(look).cause == ADDRESS_RECORD

    def test_a_flattened_record_of_an_authoritative_server(self, world):
        for address in (FIRST, SECOND):
            world[address].records.clear()
            world[address].publish(NAME, "A", "192.0.2.7")
        world[SYSTEM].publish(TARGET, "A", "192.0.2.7")
        assert world.look().ready
        assert not any(name == NAME for name, *_unused in world[SYSTEM].queries)

    def test_a_chain_is_followed_without_the_systems_resolver(self, world):
        for address in (FIRST, SECOND):
            world[address].publish(NAME, "CNAME", "a.example.com.")
            world[address].publish("a.example.com", "CNAME", f"{TARGET}.")
        assert world.look().ready
        assert not any(name in (NAME, "a.example.com") for name, *_unused in world[SYSTEM].queries)


class TestAuthoritativeServers:
    """Found through the system's resolver, and asked directly."""

    def test_each_is_asked(self, world):
        look = world.look()
        assert look.visible
        assert [str(answer.server) for answer in look.answers] == [
            f"ns1.example.com ({FIRST})",
            f"ns2.example.com ({SECOND})",
        ]
        assert world[FIRST].asked(NAME, "CNAME") == world[SECOND].asked(NAME, "CNAME") == 1
        assert world[FIRST].recursion_desired == [False]

    @pytest.mark.parametrize("name", [NAME, "track.mail.example.com", "a.b.c.example.com", "example.com"])
    def test_the_systems_resolver_hears_of_no_name_that_may_not_be_there(self, world, name):
        world.look(name, explain=True)
        asked = {one for one, *_unused in world[SYSTEM].queries}
        assert asked <= {".", "com", "example.com", "ns1.example.com", "ns2.example.com"}
        assert name not in asked

    def test_the_zone_may_be_further_up(self, world):
        for address in (FIRST, SECOND):
            world[address].publish(f"a.b.{NAME}", "CNAME", f"{TARGET}.")
        assert world.look(f"a.b.{NAME}").visible

    def test_a_name_without_a_record_is_no_zone(self, world):
        for address in (FIRST, SECOND):
            world[address].records.clear()
        look = world.look(explain=True)
        assert not look.is_zone
        assert diagnose(look).cause == NO_RECORD
        # That the answer is from its own zone is no reason to ask whose that is.
        assert world[FIRST].asked("example.com", "NS") == 0

    def test_one_of_them_lags_behind(self, world):
        world[SECOND].records.clear()
        look = world.look()
        assert (look.visible, look.ready) == (False, False)
        assert look.found == [TARGET]

    @pytest.mark.parametrize(
        ("failing", "detail"),
        [
            ("silent", "no answer in time"),
            ("servfail", "it answers SERVFAIL"),
            ("lame", "it is not responsible for the zone (lame delegation)"),
            ("upward", "it is not responsible for the zone (lame delegation)"),
            ("intercepted", "a resolver answers in its place, so DNS seems to be intercepted on the way"),
        ],
    )
    def test_one_of_them_fails(self, world, failing, detail):
        world[SECOND].failing = failing
        look = world.look()
        assert look.visible
        assert len(look.answered) == 1
        assert look.answers[1].detail.startswith(detail)

    def test_a_host_whose_name_does_not_resolve_delays_no_other(self, world, monkeypatch):
        """The resolver is silent when it is asked for one of the two."""
        respond = world[SYSTEM].respond

        def respond_to_others(data, protocol):
            answer = respond(data, protocol)
            return None if world[SYSTEM].queries[-1][0] == "ns2.example.com" else answer

        monkeypatch.setattr(world[SYSTEM], "respond", respond_to_others)
        look = world.look()
        assert look.visible
        assert [(str(answer.server), answer.outcome) for answer in look.answers] == [
            (f"ns1.example.com ({FIRST})", _dns.CNAME),
            ("ns2.example.com", _dns.NO_ANSWER),
        ]
        assert look.answers[1].detail == (
            "no address: the system's resolver, asked for ns2.example.com: no answer in time"
        )
        looks = world.look_many([(f"t{number}.example.com", TARGET) for number in range(40)] + [(NAME, TARGET)])
        assert all(len(look.answered) == 1 for look in looks)
        assert world.seconds < 5

        # What was not whole is not remembered: the lagging one is asked once it is found.
        monkeypatch.setattr(world[SYSTEM], "respond", respond)
        world[SECOND].records.clear()
        assert not world.look().visible

    def test_a_host_whose_ipv4_address_cannot_be_found_is_named_though_it_has_another(self, world, monkeypatch):
        world[SYSTEM].publish("ns2.example.com", "AAAA", "2001:db8::2")
        world.servers["2001:db8::2"] = serve()
        respond = world[SYSTEM].respond

        def respond_to_others(data, protocol):
            answer = respond(data, protocol)
            return None if world[SYSTEM].queries[-1][:2] == ("ns2.example.com", "A") else answer

        monkeypatch.setattr(world[SYSTEM], "respond", respond_to_others)
        assert [(str(answer.server), answer.outcome) for answer in world.look().answers] == [
            (f"ns1.example.com ({FIRST})", _dns.CNAME),
            ("ns2.example.com", _dns.NO_ANSWER),
            ("ns2.example.com ([2001:db8::2])", _dns.CNAME),
        ]

    def test_a_slow_answer_of_the_system_starves_no_question(self, world):
        world[SYSTEM].delay = 1.1
        for address in (FIRST, SECOND):
            world[address].delay = 0.3
        assert world.look().visible

    def test_a_slow_server_is_as_good_as_a_fast_one(self, world):
        world[FIRST].delay = 2.0
        world[SECOND].records.clear()
        assert world.look().found == [TARGET]

    def test_nothing_is_found_in_time(self, world):
        world[SYSTEM].failing = "silent"
        look = world.look()
        assert look.error == (
            "its authoritative name servers could not be found: the system's resolver, asked for example.com: "
            "no answer in time"
        )
        assert world.seconds <= _dns.LOOK_TIME

    def test_the_system_fails(self, world):
        world[SYSTEM].failing = "servfail"
        look = world.look()
        assert (look.visible, look.answers) == (False, ())
        assert look.error.startswith("its authoritative name servers could not be found")
        assert "it answers SERVFAIL" in look.as_result()["error"]
        world[SYSTEM].failing = None
        assert world.look().visible

    def test_the_next_server_of_the_system_is_asked(self, world):
        network = MadeUpNetwork(world.servers)
        looker = Looker(network, Resolver(system=[Server("192.0.2.99"), Server(SYSTEM)], open_network=lambda: network))
        assert looker.look().visible
        world.servers["192.0.2.99"] = serve(failing="silent")
        looker = Looker(network, Resolver(system=[Server("192.0.2.99"), Server(SYSTEM)], open_network=lambda: network))
        assert looker.look().visible

    def test_a_server_name_without_an_address_is_left_out(self, world):
        world[SYSTEM].publish("ns2.example.com", "A")
        assert len(world.look().answers) == 1

    def test_no_server_has_an_address(self, world):
        for host in ("ns1.example.com", "ns2.example.com"):
            world[SYSTEM].publish(host, "A")
        look = world.look()
        assert look.answers == ()
        assert look.error == "no DNS server is responsible for it"

    def test_there_is_no_such_domain(self, world):
        world[SYSTEM].zones = [dns.name.root]
        world[SYSTEM].records.clear()
        look = world.look("track.mail.example.invalid")
        assert look.error.endswith("the system's resolver knows of no domain example.invalid")

    def test_servers_with_ipv6_are_asked_too(self, world):
        world[SYSTEM].publish("ns2.example.com", "AAAA", "2001:db8::2")
        world.servers["2001:db8::2"] = serve()
        look = world.look()
        assert [answer.server.address for answer in look.answered] == [FIRST, SECOND, "2001:db8::2"]

    def test_an_address_that_cannot_be_reached_does_not_count(self, world):
        world[SYSTEM].publish("ns2.example.com", "AAAA", "2001:db8::3")
        look = world.look()
        assert look.visible
        assert look.answers[2].detail == "Network is unreachable"

    def test_many_names_share_what_is_known_of_their_zone(self, world):
        names = [f"t{number}.example.com" for number in range(20)]
        for address in (FIRST, SECOND):
            world[address].publish(names[3], "CNAME", f"{TARGET}.")
        looks = world.look_many([(name, TARGET) for name in names])
        assert [look.name for look in looks] == names
        assert [look.visible for look in looks] == [number == 3 for number in range(20)]
        for question in (("example.com", "NS"), ("ns1.example.com", "A")):
            assert world[SYSTEM].asked(*question) == 1

    def test_a_hundred_silent_names_take_the_time_of_one(self, world):
        for address in (FIRST, SECOND):
            world[address].failing = "silent"
        looks = world.look_many([(f"t{number}.example.com", TARGET) for number in range(100)])
        assert not any(look.answered for look in looks)
        assert world.seconds < 2 * _dns.LOOK_TIME


class TestBounds:
    """What a look takes at most, whatever there is in DNS."""

    def test_a_look_takes_four_seconds(self):
        names = [NAME, "a.example.com", "b.example.com", TARGET]
        records = {(one, "CNAME"): [f"{other}."] for one, other in itertools.pairwise(names)}
        looker = told(serve(records, delay=1.8))
        assert not looker.look().ready
        assert looker.seconds == pytest.approx(4.0, abs=0.01)

    def test_servers_are_looked_for_in_the_first_three_seconds_and_a_bit(self, world):
        world[SYSTEM].delay = 1.7
        look = world.look()
        assert {answer.detail for answer in look.answers} == {
            f"no address: the system's resolver, asked for {host}.example.com: no answer in time"
            for host in ("ns1", "ns2")
        }
        assert world.seconds == pytest.approx(3.2, abs=0.01)

    def test_a_hundred_looks_are_under_way_each_a_moment_after_the_one_before(self):
        class Watched(MadeUpNetwork):
            async def exchange(self, question, server, *, tcp):
                moments.append(asyncio.get_running_loop().time())
                return await super().exchange(question, server, tcp=tcp)

        moments = []
        network = Watched({FIRST: serve({}, delay=0.7)})
        looker = Looker(network, Resolver([Server(FIRST)], open_network=lambda: network))
        looker.look_many([(f"t{number}.example.com", None) for number in range(102)])
        begun = [moment for moment in moments if moment < 0.7]
        assert begun == pytest.approx([0.002 * number for number in range(100)])

    @pytest.mark.parametrize(("hosts", "addresses_each", "asked"), [(20, 1, 16), (16, 4, 48)])
    def test_so_many_servers_of_a_zone_are_asked(self, hosts, addresses_each, asked):
        names = [f"ns{number:02}.example.com" for number in range(hosts)]
        records = {("example.com", "NS"): [f"{name}." for name in names]}
        servers = {}
        for number, name in enumerate(names):
            own = [f"192.0.2.{100 + number * addresses_each + extra}" for extra in range(addresses_each)]
            records[name, "A"] = own
            servers.update({address: serve() for address in own})
        look = found({SYSTEM: serve(records), **servers}).look()
        assert len(look.answered) == asked
        assert sum(server.asked(NAME, "CNAME") for server in servers.values()) == asked


class TestDelegations:
    @pytest.fixture
    def child(self, world):
        """A zone below, with a server of its own."""
        for address in (SYSTEM, FIRST, SECOND):
            world[address].publish("sub.example.com", "NS", "ns.sub.example.com.", "ns3.example.com.")
            world[address].records[dns.name.from_text("track.sub.example.com"), "CNAME"] = ["old.example."]
        world[SYSTEM].zones.append(dns.name.from_text("sub.example.com"))
        world[SYSTEM].publish("ns.sub.example.com", "A", THIRD)
        world[SYSTEM].publish("ns3.example.com", "A", FOURTH)
        records = {("track.sub.example.com", "CNAME"): [f"{TARGET}."]}
        for address in (THIRD, FOURTH):
            world.servers[address] = serve(records, zones=["sub.example.com"])
        return world

    def test_its_servers_are_asked(self, child):
        look = child.look("track.sub.example.com")
        assert look.visible
        assert [answer.server.address for answer in look.answers] == [THIRD, FOURTH]

    def test_one_of_its_servers_lags_behind(self, child):
        child[FOURTH].records.clear()
        assert not child.look("track.sub.example.com").visible

    def test_what_all_agree_on_is_remembered(self, child):
        child.look("track.sub.example.com")
        child.look("other.sub.example.com")
        assert not child[FIRST].asked("other.sub.example.com", "CNAME")

    def test_a_server_that_still_refers_elsewhere_counts_too(self, child):
        child[SECOND].publish("sub.example.com", "NS", "old.example.com.")
        child[SYSTEM].publish("old.example.com", "A", "192.0.2.9")
        child.servers["192.0.2.9"] = serve({}, zones=["sub.example.com"])
        for _again in range(2):
            look = child.look("track.sub.example.com")
            assert not look.visible
            assert [answer.outcome for answer in look.answers] == [_dns.CNAME, _dns.CNAME, _dns.NO_NAME]

    @pytest.mark.parametrize("failing", ["silent", "lame"])
    def test_who_says_nothing_does_not_disagree(self, child, failing):
        child[SECOND].failing = failing
        child.look("track.sub.example.com")
        child.look("other.sub.example.com")
        assert not child[FIRST].asked("other.sub.example.com", "CNAME")

    @pytest.mark.parametrize("name", ["track.sub.example.com", "missing.sub.example.com"])
    def test_who_answers_itself_disagrees(self, child, name):
        child[FIRST].zones.append(dns.name.from_text("sub.example.com"))
        child.look(name)
        child.look("other.sub.example.com")
        assert child[FIRST].asked("other.sub.example.com", "CNAME") == 1

    def test_a_server_of_both_zones_that_has_the_record_tells_of_the_others(self, child, monkeypatch):
        zone = dns.name.from_text("sub.example.com")
        for address in (FIRST, SECOND):
            server = child[address]
            server.zones.append(zone)

            def fill(response, name, kind, fill=server._fill):
                fill(response, name, kind)
                if kind == "CNAME":
                    hosts = ["ns.sub.example.com.", "ns3.example.com."]
                    response.authority.append(dns.rrset.from_text_list(zone, 300, "IN", "NS", hosts))

            monkeypatch.setattr(server, "_fill", fill)
        look = child.look("track.sub.example.com")
        assert [answer.server.address for answer in look.answered] == [THIRD, FIRST, SECOND, FOURTH]

    def test_a_server_of_both_zones_that_is_not_responsible_is_not_asked_for_more(self, child):
        for address in (FIRST, SECOND):
            child[address].zones.append(dns.name.from_text("sub.example.com"))
            child[address].records.pop((dns.name.from_text("track.sub.example.com"), "CNAME"))
            child[address].failing = "lame"
        assert child.look("track.sub.example.com").answered == ()
        assert child[FIRST].asked("sub.example.com", "NS") == 0

    def test_a_server_of_both_zones_tells_of_the_others(self, child):
        """It answers itself, and its answer names the zone, whose other servers are asked, too."""
        for address in (FIRST, SECOND):
            child[address].zones.append(dns.name.from_text("sub.example.com"))
            child[address].records.pop((dns.name.from_text("track.sub.example.com"), "CNAME"))
        look = child.look("track.sub.example.com")
        assert [answer.server.address for answer in look.answered] == [THIRD, FIRST, SECOND, FOURTH]

    def test_a_server_of_both_zones_that_does_not_tell_of_the_others(self, child, monkeypatch):
        for address in (FIRST, SECOND):
            server = child[address]
            server.zones.append(dns.name.from_text("sub.example.com"))
            server.records.pop((dns.name.from_text("track.sub.example.com"), "CNAME"))

            def respond(data, protocol, server=server, respond=server.respond):
                answer = respond(data, protocol)
                return None if server.queries[-1][:2] == ("sub.example.com", "NS") else answer

            monkeypatch.setattr(server, "respond", respond)
        look = child.look("track.sub.example.com")
        assert [answer.server.address for answer in look.answered] == [FIRST, SECOND]

    def test_a_delegation_whose_servers_are_silent(self, child):
        for address in (THIRD, FOURTH):
            child[address].failing = "silent"
        look = child.look("track.sub.example.com")
        assert look.error.startswith(f"no DNS server answered (ns.sub.example.com ({THIRD}): no answer in time; ")

    @pytest.mark.parametrize("name", ["sub.example.com", "example.com"])
    def test_a_name_that_is_a_zone_of_its_own(self, child, name):
        for address in (THIRD, FOURTH):
            child[address].records.clear()
        if name == "example.com":
            child.servers[SYSTEM].publish("com", "NS", "ns1.example.com.")
            child[FIRST].zones.append(dns.name.from_text("com"))
        look = child.look(name, explain=True)
        assert look.is_zone
        diagnosis = diagnose(look)
        assert diagnosis.cause == OWN_ZONE
        assert f"{name} is a zone of its own" in diagnosis.text
        told = explain(look)
        assert "ublish" not in told
        assert "lame" not in told

    def test_a_zone_of_its_own_whose_servers_are_silent(self, child):
        for address in (THIRD, FOURTH):
            child[address].failing = "silent"
        assert diagnose(child.look("sub.example.com", explain=True)).cause == OWN_ZONE

    def test_a_loop_of_delegations_ends(self, child):
        """Each server of the zone below refers further down."""
        for address in (THIRD, FOURTH):
            child[address].publish("track.sub.example.com", "NS", "ns1.example.com.", "ns.sub.example.com.")
        look = child.look("track.sub.example.com")
        assert look.error is not None
        assert all(server.asked("track.sub.example.com", "CNAME") <= 2 for server in child.servers.values())


class TestOddities:
    def test_a_record_that_points_to_the_root_is_no_crash(self):
        world = {SYSTEM: DnsServer({("example.com", "NS"): ["ns1.example.com."], ("ns1.example.com", "A"): [FIRST]})}
        look = found({**world, FIRST: DnsServer({(NAME, "CNAME"): ["."]})}).look()
        assert (look.visible, look.ready) == (False, False)

    def test_a_resolver_that_says_nothing_at_all_is_no_crash(self):
        class Empty(DnsServer):
            def respond(self, data, protocol):
                response = dns.message.make_response(dns.message.from_wire(data))
                response.flags |= dns.flags.RA
                return response.to_wire()

        assert "knows of no domain example.com" in found({SYSTEM: Empty({})}).look().error
