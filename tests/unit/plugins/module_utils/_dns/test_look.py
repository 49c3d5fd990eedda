# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import types

import dns.exception
import dns.message
import dns.resolver
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import ADDRESS_RECORD, diagnose
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver, Server, parse_server
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import DnsServer

NAME = "track.example.com"
TARGET = "track2.sendcloud.net"
RIGHT = {(NAME, "CNAME"): [f"{TARGET}."]}


@pytest.fixture
def serve():
    with contextlib.ExitStack() as stack:
        yield lambda records=RIGHT, **options: stack.enter_context(DnsServer(records, **options))


@pytest.fixture
def ipv6():
    """Only where the host has a loopback address of it."""
    try:
        with DnsServer({}, address="::1"):
            pass
    except OSError as error:
        pytest.skip(f"this host has no IPv6 loopback address: {error}")


@pytest.fixture
def recursion_desired(monkeypatch):
    """Whether each question by UDP asked for recursion."""
    asked = []
    exchange = _dns.dns.query.udp

    def record(question, *args, **options):
        asked.append(bool(question.flags & _dns.dns.flags.RD))
        return exchange(question, *args, **options)

    monkeypatch.setattr(_dns.dns.query, "udp", record)
    return asked


def told(*servers, **options):
    """A resolver that asks the given servers."""
    options = {"question_timeout": 0.2, **options}
    return Resolver([Server(server.address, server.port) for server in servers], **options)


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("192.0.2.1", Server("192.0.2.1", 53), "192.0.2.1"),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353), "192.0.2.1:5353"),
        ("2001:db8::1", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:DB8::1]", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353), "[2001:db8::1]:5353"),
    ],
)
def test_a_server_is_an_address_with_or_without_a_port(text, server, shown):
    assert parse_server(text) == server
    assert str(server) == shown
    assert str(Server("192.0.2.1", 53, "ns1.example.com")) == "ns1.example.com (192.0.2.1)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no IP address"),
        (" 192.0.2.1", "no IP address"),
        ("ns1.example.com", "no IP address"),
        ("ns1.example.com:53", "no IP address"),
        ("192.0.2.256", "no IP address"),
        ("[192.0.2.1", "no IP address"),
        ("[2001:db8::1]53", "no IP address"),
        ("192.0.2.1\x00", "no IP address"),
        ("x" * 10_000, "no IP address"),
        ("fe80::1%\x1b[31m", "no IP address"),
        ("[fe80::1%\x00]:53", "no IP address"),
        ("fe80::1%et h0", "no IP address"),
        ("192.0.2.1:", "no number from 1 to 65535"),
        ("192.0.2.1:0", "no number from 1 to 65535"),
        ("192.0.2.1:65536", "no number from 1 to 65535"),
        ("192.0.2.1:" + "9" * 10_000, "no number from 1 to 65535"),
        ("192.0.2.1:dns", "no number from 1 to 65535"),
        ("[2001:db8::1]:", "no number from 1 to 65535"),
    ],
)
def test_anything_else_is_no_server(text, reason):
    with pytest.raises(InputError, match="dns_servers holds") as caught:
        parse_server(text)
    assert reason in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


def test_dnspython_is_needed(monkeypatch):
    assert _dns.is_available()
    monkeypatch.setattr(_dns, "DNSPYTHON_IMPORT_ERROR", "Traceback: no dnspython")
    assert not _dns.is_available()
    with pytest.raises(MissingLibraryError) as caught:
        Resolver()
    assert (caught.value.library, caught.value.import_traceback) == ("dnspython", "Traceback: no dnspython")


def test_without_dnspython_it_can_still_be_imported(monkeypatch):
    monkeypatch.setitem(sys.modules, "dns.exception", None)
    spec = importlib.util.spec_from_file_location("_dns_without_dnspython", _dns.__file__)
    without = importlib.util.module_from_spec(spec)
    # Where dataclasses look for what a class's annotations mean.
    monkeypatch.setitem(sys.modules, spec.name, without)
    spec.loader.exec_module(without)
    assert not without.is_available()
    assert "dns.exception" in without.DNSPYTHON_IMPORT_ERROR
    assert str(without.parse_server("192.0.2.1:5353")) == "192.0.2.1:5353"
    with pytest.raises(MissingLibraryError) as caught:
        without.Resolver()
    assert caught.value.library == "dnspython"


class TestToldServers:
    @pytest.mark.parametrize("target", [TARGET, "Track2.SendCloud.NET"])
    @pytest.mark.parametrize("expected", [TARGET, f"{TARGET}.", "TRACK2.sendcloud.net"])
    def test_a_record_that_is_right(self, serve, target, expected):
        look = told(serve({(NAME, "CNAME"): [f"{target}."]})).look(NAME, expected)
        assert look.visible
        assert look.found == [TARGET]
        assert look.as_result() == {"expected": expected, "found": [TARGET], "negative_ttl": None, "error": None}

    def test_another_target(self, serve):
        look = told(serve({(NAME, "CNAME"): ["elsewhere.example."]})).look(NAME, TARGET)
        assert not look.visible
        assert look.found == ["elsewhere.example"]
        assert look.answers[0].detail == "CNAME elsewhere.example."

    def test_no_such_name(self, serve):
        look = told(serve({})).look(NAME, TARGET)
        assert (look.visible, look.found, look.error) == (False, [], None)
        (answer,) = look.answers
        assert (answer.outcome, answer.negative_ttl, answer.zone) == (_dns.NO_NAME, 900, "example.com")
        assert look.negative_ttl == 900

    def test_the_negative_ttl_is_no_more_than_the_ttl_of_the_soa(self, serve):
        assert told(serve({}, minimum=86400)).look(NAME, TARGET).negative_ttl == 3600

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
    def test_other_records_in_its_place(self, serve, records, outcome, detail):
        look = told(serve(records)).look(NAME, TARGET, explain=True)
        assert (look.answers[0].outcome, look.answers[0].detail) == (outcome, detail)
        assert told(serve(records)).look(NAME, TARGET).answers[0].outcome == _dns.NO_RECORD

    def test_a_record_under_the_doubled_zone(self, serve):
        records = {(f"{NAME}.example.com", "CNAME"): [f"{TARGET}."]}
        look = told(serve(records)).look(NAME, TARGET, explain=True)
        assert look.doubled == "track.example.com.example.com"
        assert told(serve(records)).look(NAME, TARGET).doubled is None
        assert told(serve({})).look(NAME, TARGET, explain=True).doubled is None

    def test_a_record_under_the_doubled_zone_whose_target_has_the_zone_too(self, serve):
        records = {(f"{NAME}.example.com", "CNAME"): [f"{TARGET}.example.com."]}
        assert told(serve(records)).look(NAME, TARGET, explain=True).doubled == "track.example.com.example.com"

    def test_a_record_under_the_doubled_zone_where_the_target_is_not_known(self, serve):
        records = {(f"{NAME}.example.com", "CNAME"): ["elsewhere.example."]}
        assert told(serve(records)).look(NAME, None, explain=True).doubled == "track.example.com.example.com"

    def test_a_wildcard_is_not_taken_for_a_doubled_zone(self, serve):
        # What *.example.com answers for any name below the zone that is not there.
        records = {(NAME, "A"): ["192.0.2.7"], (f"{NAME}.example.com", "CNAME"): ["web.example.net."]}
        look = told(serve(records)).look(NAME, TARGET, explain=True)
        assert look.doubled is None
        assert diagnose(look).cause == ADDRESS_RECORD

    def test_a_doubled_name_that_would_be_too_long_is_none(self, serve):
        long = ".".join(["a" * 60] * 3) + ".example.com"
        zone = ".".join(["a" * 60] * 2) + ".example.com"
        assert told(serve({}, zones=[zone])).look(long, TARGET, explain=True).doubled is None

    @pytest.mark.parametrize(
        ("failing", "detail"),
        [
            ("silent", "no answer in time"),
            ("servfail", "it answers SERVFAIL"),
            ("refused", "it answers REFUSED"),
            ("garbage", "no proper answer"),
        ],
    )
    def test_a_server_that_fails_does_not_count(self, serve, failing, detail):
        look = told(serve(failing=failing), serve(address="127.0.0.2")).look(NAME, TARGET)
        assert look.visible
        assert detail in look.answers[0].detail
        assert look.answers[0].outcome == _dns.NO_ANSWER
        alone = told(serve(failing=failing)).look(NAME, TARGET, explain=True)
        assert (alone.visible, alone.answered) == (False, ())
        assert alone.error.startswith("no DNS server answered (127.0.0.1:")
        assert detail in alone.error

    def test_a_server_that_is_not_there_does_not_count(self, serve):
        with DnsServer(RIGHT) as gone:
            pass
        look = told(gone, serve()).look(NAME, TARGET)
        assert look.visible
        assert look.answers[0].outcome == _dns.NO_ANSWER

    def test_a_question_is_asked_once_more_if_nothing_comes_back(self, serve):
        silent = serve(failing="silent")
        told(silent).look(NAME, TARGET)
        assert silent.asked(NAME, "CNAME") == 2

    def test_no_time_is_left(self, serve):
        server = serve()
        look = told(server).look(NAME, TARGET, timeout=0)
        assert not look.answered
        assert "no answer in time" in look.error
        assert server.queries == []

    def test_an_answer_that_is_cut_off_is_asked_for_by_tcp(self, serve):
        server = serve(failing="truncated")
        assert told(server).look(NAME, TARGET).visible
        assert [protocol for *_unused, protocol in server.queries] == ["udp", "tcp"]

    def test_a_server_that_lags_behind(self, serve):
        look = told(serve(), serve({}, address="127.0.0.2")).look(NAME, TARGET)
        assert not look.visible
        assert len(look.answered) == 2
        assert look.found == [TARGET]

    def test_a_server_need_not_be_authoritative(self, serve):
        assert told(serve(failing="lame")).look(NAME, TARGET).visible

    def test_a_recursive_server_is_asked_to_recurse(self, serve, recursion_desired):
        told(serve()).look(NAME, TARGET)
        assert recursion_desired == [True]

    def test_a_look_ends_in_time_though_each_exchange_takes_all_it_may(self, monkeypatch):
        clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)

        def cut_off(question, address, timeout, port, **options):
            clock.now += timeout * 0.9
            raise dns.message.Truncated

        def hang(question, address, timeout, port):
            clock.now += timeout
            raise dns.exception.Timeout

        monkeypatch.setattr(_dns, "time", clock)
        monkeypatch.setattr(_dns.dns.query, "udp", cut_off)
        monkeypatch.setattr(_dns.dns.query, "tcp", hang)
        look = Resolver([Server("192.0.2.1")]).look(NAME, TARGET, explain=True)
        assert look.error == "no DNS server answered (192.0.2.1: no answer in time)"
        assert 0 < clock.now <= _dns.LOOK_TIMEOUT

    def test_a_server_that_closes_the_connection_does_not_count(self, serve, monkeypatch):
        server = serve(failing="truncated")
        respond = server._respond
        monkeypatch.setattr(server, "_respond", lambda data, by: respond(data, by) if by == "udp" else None)
        look = told(server).look(NAME, TARGET)
        assert (look.visible, look.answers[0].outcome) == (False, _dns.NO_ANSWER)

    def test_what_a_record_holds_is_fit_to_show(self, serve):
        look = told(serve({(NAME, "CNAME"): ["\\027[31m\\000\\226\\128\\174.example."]})).look(NAME, TARGET)
        assert look.found == ["\\027[31m\\000\\226\\128\\174.example"]
        assert look.answers[0].detail.isprintable()

    @pytest.mark.parametrize(
        "name", ["a..example", "x" * 64 + ".example", ".".join(["a" * 60] * 6), "b\u2028r.example", "\x1b..example"]
    )
    def test_a_name_that_dns_cannot_hold_spoils_no_other_look(self, serve, name):
        bad, good = told(serve()).look_many([(name, TARGET), (NAME, TARGET)])
        assert (bad.visible, bad.answers) == (False, ())
        assert bad.error.startswith("it is no name that DNS can hold: ")
        assert bad.error.isprintable()
        assert good.visible

    def test_an_answer_that_names_no_zone(self, serve, monkeypatch):
        server = serve()
        monkeypatch.setattr(server, "_fill", lambda *args: None)
        look = told(server).look(NAME, TARGET, explain=True)
        assert look.answers[0].outcome == _dns.NO_RECORD
        assert (look.negative_ttl, look.doubled) == (None, None)

    def test_the_zone_is_not_asked_for_a_negative_ttl_that_is_known(self, serve):
        server = serve({})
        assert told(server).look(NAME, TARGET, explain=True).negative_ttl == 900
        assert server.asked("example.com", "SOA") == 0

    def test_without_an_expectation_nothing_is_visible_and_all_is_found(self, serve):
        look = told(serve()).look(NAME, None)
        assert not look.visible
        assert look.found == [TARGET]

    def test_the_zone_tells_the_negative_ttl_also_where_the_record_is(self, serve):
        assert told(serve(minimum=60)).look(NAME, TARGET, explain=True).negative_ttl == 60
        assert told(serve(minimum=60)).look(NAME, TARGET).negative_ttl is None

    @pytest.mark.usefixtures("ipv6")
    def test_ipv6(self, serve):
        assert told(serve(address="::1")).look(NAME, TARGET).visible

    @pytest.mark.parametrize(
        ("records", "outcome", "negative_ttl"),
        [({(NAME, "TXT"): ["x"]}, _dns.NO_RECORD, 900), (RIGHT, _dns.CNAME, None)],
    )
    def test_a_server_that_falls_silent_after_its_first_answer(
        self, serve, monkeypatch, records, outcome, negative_ttl
    ):
        server = serve(records)
        respond = server._respond

        def respond_to_cname(data, protocol):
            answer = respond(data, protocol)
            return answer if server.queries[-1][1] == "CNAME" else None

        monkeypatch.setattr(server, "_respond", respond_to_cname)
        look = told(server).look(NAME, TARGET, explain=True)
        assert (look.answers[0].outcome, look.negative_ttl) == (outcome, negative_ttl)


class TestAuthoritativeServers:
    """Found through a system resolver, and asked directly, at loopback addresses that share a port."""

    @pytest.fixture
    def world(self, serve):
        """Name servers at 127.0.0.2 and 127.0.0.3, and a system resolver that knows them."""
        first = serve(address="127.0.0.2")
        second = serve(address="127.0.0.3", port=first.port)
        records = {
            ("example.com", "NS"): ["ns1.example.com.", "ns2.example.com."],
            ("ns1.example.com", "A"): ["127.0.0.2"],
            ("ns2.example.com", "A"): ["127.0.0.3"],
        }
        return first, second, serve(records, zones=["example.com", "com"])

    @staticmethod
    def resolver(world):
        first, _unused, system = world
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [system.address]
        resolver.port = system.port
        resolver.timeout = 0.2
        return Resolver(system=resolver, authoritative_port=first.port, question_timeout=0.2)

    def test_each_is_asked(self, world):
        first, second, _unused = world
        look = self.resolver(world).look(NAME, TARGET)
        assert look.visible
        assert [str(answer.server) for answer in look.answers] == [
            f"ns1.example.com (127.0.0.2:{first.port})",
            f"ns2.example.com (127.0.0.3:{first.port})",
        ]
        assert first.asked(NAME, "CNAME") == second.asked(NAME, "CNAME") == 1

    def test_the_resolver_never_hears_of_the_name_itself(self, world):
        self.resolver(world).look(NAME, TARGET, explain=True)
        assert not any(name == NAME for name, *_unused in world[2].queries)

    def test_the_zone_may_be_further_up(self, world):
        for server in world[:2]:
            server.publish(f"a.b.{NAME}", "CNAME", f"{TARGET}.")
        assert self.resolver(world).look(f"a.b.{NAME}", TARGET).visible
        assert world[2].asked(f"b.{NAME}", "SOA") == 1
        assert world[2].asked("com", "SOA") == 0

    def test_a_zone_that_was_delegated(self, world, serve):
        first, _unused, system = world
        child = serve(
            {("track.sub.example.com", "CNAME"): [f"{TARGET}."]},
            zones=["sub.example.com"],
            address="127.0.0.4",
            port=first.port,
        )
        system.zones.append(dns.name.from_text("sub.example.com"))
        system.publish("sub.example.com", "NS", "ns.sub.example.com.")
        system.publish("ns.sub.example.com", "A", "127.0.0.4")
        look = self.resolver(world).look("track.sub.example.com", TARGET)
        assert look.visible
        assert [answer.server.address for answer in look.answers] == [child.address]

    def test_one_of_them_lags_behind(self, world):
        world[1].records.clear()
        look = self.resolver(world).look(NAME, TARGET)
        assert not look.visible
        assert look.found == [TARGET]

    @pytest.mark.parametrize("failing", ["silent", "servfail", "lame"])
    def test_one_of_them_fails(self, world, failing):
        world[1].failing = failing
        look = self.resolver(world).look(NAME, TARGET)
        assert look.visible
        assert len(look.answered) == 1
        if failing == "lame":
            assert "lame delegation" in look.answers[1].detail

    def test_a_server_name_without_an_address_is_left_out(self, world):
        world[2].publish("ns2.example.com", "A")
        assert len(self.resolver(world).look(NAME, TARGET).answers) == 1

    def test_no_server_has_an_address(self, world):
        for host in ("ns1.example.com", "ns2.example.com"):
            world[2].publish(host, "A")
        look = self.resolver(world).look(NAME, TARGET)
        assert look.answers == ()
        assert look.error.startswith("its authoritative name servers could not be found")

    @pytest.mark.parametrize("failing", ["silent", "servfail"])
    def test_the_system_resolver_fails(self, world, failing):
        world[2].failing = failing
        look = self.resolver(world).look(NAME, TARGET, timeout=0.5)
        assert (look.visible, look.answers) == (False, ())
        assert look.error.startswith("its authoritative name servers could not be found")
        assert look.as_result()["error"] == look.error

    def test_authoritative_servers_are_not_asked_to_recurse(self, world, recursion_desired):
        resolver = self.resolver(world)
        resolver.look(NAME, TARGET)
        recursion_desired.clear()
        assert resolver.look(NAME, TARGET).visible
        assert recursion_desired == [False, False]

    @pytest.mark.usefixtures("ipv6")
    def test_servers_with_ipv6_are_asked_too(self, world, serve):
        serve(address="::1", port=world[0].port)
        world[2].publish("ns2.example.com", "A")
        world[2].publish("ns2.example.com", "AAAA", "::1")
        look = self.resolver(world).look(NAME, TARGET)
        assert look.visible
        assert [answer.server.address for answer in look.answered] == ["127.0.0.2", "::1"]

    def test_an_address_that_cannot_be_reached_does_not_count(self, world):
        # Documentation prefix (RFC 3849): goes nowhere, with IPv6 or without.
        world[2].publish("ns2.example.com", "AAAA", "2001:db8::3")
        look = self.resolver(world).look(NAME, TARGET)
        assert look.visible
        assert [answer.server.address for answer in look.answers] == ["127.0.0.2", "127.0.0.3", "2001:db8::3"]
        assert look.answers[2].outcome == _dns.NO_ANSWER

    def test_the_resolver_is_configured_with_a_host_name(self, monkeypatch):
        configured = dns.resolver.Resolver
        monkeypatch.setattr(_dns.dns.resolver, "Resolver", lambda: configured(io.StringIO("nameserver localhost\n")))
        assert "could not be found" in Resolver(look_timeout=0.5).look(NAME, TARGET).error

    def test_no_time_is_left_to_find_them(self, world):
        assert "timed out" in self.resolver(world).look(NAME, TARGET, timeout=0).error
        assert world[2].queries == []

    def test_there_is_no_system_resolver(self, monkeypatch):
        def fail():
            raise dns.resolver.NoResolverConfiguration

        monkeypatch.setattr(_dns.dns.resolver, "Resolver", fail)
        assert "could not be found" in Resolver().look(NAME, TARGET).error

    def test_a_resolver_that_knows_no_zone_at_all(self, world, monkeypatch):
        monkeypatch.setattr(world[2], "_fill", lambda *args: None)
        assert "could not be found" in self.resolver(world).look(NAME, TARGET).error

    def test_many_names_share_what_is_known_of_their_zone(self, world):
        names = [f"t{number}.example.com" for number in range(20)]
        world[0].publish(names[3], "CNAME", f"{TARGET}.")
        world[1].publish(names[3], "CNAME", f"{TARGET}.")
        looks = self.resolver(world).look_many([(name, TARGET) for name in names])
        assert [look.name for look in looks] == names
        assert [look.visible for look in looks] == [number == 3 for number in range(20)]
        for question in (("example.com", "SOA"), ("example.com", "NS"), ("ns1.example.com", "A")):
            assert world[2].asked(*question) == 1

    def test_names_below_several_parents_share_the_servers_of_their_zone(self, world):
        names = [f"track.customer{number}.example.com" for number in range(5)]
        looks = self.resolver(world).look_many([(name, TARGET) for name in names])
        assert all(len(look.answered) == 2 for look in looks)
        assert world[2].asked("example.com", "NS") == 1

    def test_a_failure_to_find_them_is_not_remembered(self, world):
        resolver = self.resolver(world)
        world[2].failing = "servfail"
        assert resolver.look(NAME, TARGET).error
        world[2].failing = None
        assert resolver.look(NAME, TARGET).visible

    def test_no_names_need_no_looks(self, world):
        assert self.resolver(world).look_many([]) == []
        assert world[2].queries == []
