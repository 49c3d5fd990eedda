# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""How a task names a server, and how those of a name are found."""

from __future__ import annotations

import asyncio
import io

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import servers
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import NoAnswerError
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import (
    Cut,
    Finder,
    Memory,
    Server,
    parse_server,
    system_servers,
)
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import (
    DnsServer,
    MadeUpNetwork,
    run_in_no_time,
)


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("192.0.2.1", Server("192.0.2.1", 53), "192.0.2.1"),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353), "192.0.2.1:5353"),
        ("2001:db8::1", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:DB8::1]", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353), "[2001:db8::1]:5353"),
        ("192.0.2.1:1", Server("192.0.2.1", 1), "192.0.2.1:1"),
        ("192.0.2.1:65535", Server("192.0.2.1", 65535), "192.0.2.1:65535"),
        ("192.0.2.1:00053", Server("192.0.2.1", 53), "192.0.2.1"),
    ],
)
def test_a_server_is_an_address_with_or_without_a_port(text, server, shown):
    assert parse_server(text) == server
    assert str(server) == shown
    assert str(Server("192.0.2.1", 53, "ns1.example.com")) == "ns1.example.com (192.0.2.1)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not an IP address"),
        ("ns1.example.com", "is a host name. Give the IP address"),
        ("ns1.example.com:53", "is a host name"),
        ("192.0.2.256", "is not an IP address"),
        ("[192.0.2.1", "is not an IP address"),
        ("[2001:db8::1]53", "is not an IP address"),
        ("192.0.2.1\x00", "is not an IP address"),
        ("x" * 10_000, "is a host name"),
        ("fe80::1%\x1b[31m", "is not an IP address"),
        ("[fe80::1%\x00]:53", "is not an IP address"),
        ("fe80::1%et h0", "is not an IP address"),
        ("192.0.2.1:", "is not a number from 1 to 65535"),
        ("192.0.2.1:0", "is not a number from 1 to 65535"),
        ("192.0.2.1:65536", "is not a number from 1 to 65535"),
        ("192.0.2.1:99999", "is not a number from 1 to 65535"),
        ("192.0.2.1:000053", "is not a number from 1 to 65535"),
        ("192.0.2.1:000065535999", "is not a number from 1 to 65535"),
        ("192.0.2.1:" + "9" * 10_000, "is not a number from 1 to 65535"),
        ("192.0.2.1:dns", "is not a number from 1 to 65535"),
        ("[2001:db8::1]:", "is not a number from 1 to 65535"),
    ],
)
def test_anything_else_is_no_server(text, reason):
    with pytest.raises(InputError, match="dns_servers contains") as caught:
        parse_server(text)
    assert reason in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 80 + "..."),
        ("192.0.2.1:" + "9" * 70, "192.0.2.1:" + "9" * 70),
        ("192.0.2.1:" + "9" * 71, "192.0.2.1:" + "9" * 70),
    ],
)
def test_eighty_characters_of_it_are_shown(text, shown):
    with pytest.raises(InputError) as caught:
        parse_server(text)
    assert f"dns_servers contains {shown!r}, " in caught.value.message


def test_the_servers_of_this_host(monkeypatch):
    configured = dns.resolver.Resolver
    text = "nameserver 192.0.2.53\nnameserver 2001:db8::53\n"
    monkeypatch.setattr(servers.dns.resolver, "Resolver", lambda: configured(io.StringIO(text)))
    assert system_servers() == (Server("192.0.2.53"), Server("2001:db8::53"))


def test_a_resolver_that_is_configured_with_a_host_name(monkeypatch):
    configured = dns.resolver.Resolver
    monkeypatch.setattr(servers.dns.resolver, "Resolver", lambda: configured(io.StringIO("nameserver localhost\n")))
    with pytest.raises(NoAnswerError, match="names no usable DNS server"):
        system_servers()


def test_a_host_without_a_resolver(monkeypatch):
    def fail():
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(servers.dns.resolver, "Resolver", fail)
    with pytest.raises(NoAnswerError, match="names no usable DNS server"):
        system_servers()


def test_a_space_after_a_comma_is_no_mistake():
    assert parse_server(" 192.0.2.2") == Server("192.0.2.2")


class TestMemory:
    @pytest.mark.parametrize(("seconds", "known"), [(0, "fact"), (299.9, "fact"), (300, None), (301, None)])
    def test_what_was_found_is_known_for_five_minutes(self, monkeypatch, seconds, known):
        memory = Memory()
        monkeypatch.setattr(servers.time, "monotonic", lambda: 1000.0)
        memory.put("key", "fact")
        monkeypatch.setattr(servers.time, "monotonic", lambda: 1000.0 + seconds)
        assert memory.get("key") == known
        assert memory.get("another key") is None


class SystemOfTwo(MadeUpNetwork):
    """Two servers of the system, and when each of them was first asked."""

    SERVERS = (Server("192.0.2.53"), Server("192.0.2.54"))

    def __init__(self, *answering):
        super().__init__({server.address: one for server, one in zip(self.SERVERS, answering, strict=True)})
        self.asked = {}

    async def exchange(self, question, server, *, tcp):
        self.asked.setdefault(server.address, asyncio.get_running_loop().time())
        return await super().exchange(question, server, tcp=tcp)

    def find(self, deadline, start=0):
        """What is found, or why nothing is, if one begins at a time; and how many seconds there are by then."""

        async def find():
            await asyncio.sleep(start)
            finder = Finder(self, Memory(), self.SERVERS, 5353)
            try:
                return await finder.find(dns.name.from_text("ns1.example.com"), dns.rdatatype.A, deadline)
            except NoAnswerError as error:
                return error.reason
            finally:
                await finder.close()

        return run_in_no_time(find())


class TestFinder:
    def test_the_next_server_of_the_system_is_asked_soon(self):
        system = SystemOfTwo(DnsServer({}, failing="silent"), DnsServer({("ns1.example.com", "A"): ["192.0.2.1"]}))
        found, seconds = system.find(deadline=60)
        assert found == (Server("192.0.2.1", 5353, "ns1.example.com"),)
        assert seconds == pytest.approx(0.8)
        assert system.asked == {"192.0.2.53": 0, "192.0.2.54": pytest.approx(0.8)}

    @pytest.mark.parametrize(("deadline", "took"), [(60, 3.0), (1.5, 1.5), (-1, 0)])
    def test_silence_is_waited_out_for_three_seconds(self, deadline, took):
        silent = DnsServer({}, failing="silent")
        reason, seconds = SystemOfTwo(silent, silent).find(deadline)
        assert reason == "the system's resolver, asked for ns1.example.com: no answer in time"
        assert seconds == pytest.approx(took)

    def test_the_time_that_is_left_counts_from_now(self):
        silent = DnsServer({}, failing="silent")
        _reason, seconds = SystemOfTwo(silent, silent).find(deadline=6, start=5)
        assert seconds == pytest.approx(6)

    def test_the_system_is_asked_to_recurse(self):
        server = DnsServer({("ns1.example.com", "A"): ["192.0.2.1"]})
        SystemOfTwo(server, server).find(deadline=60)
        assert server.recursion_desired == [True]


HOST = dns.name.from_text("ns1.example.com")


class TestQuestionsInCommon:
    """The system is asked once for all who want to know."""

    def run(self, server, ask):
        network = MadeUpNetwork({"192.0.2.53": server})

        async def run():
            finder = Finder(network, Memory(), [Server("192.0.2.53")], 53)
            try:
                return await ask(lambda: finder.addresses(HOST, dns.rdatatype.A, 60.0))
            finally:
                await finder.close()

        return run_in_no_time(run())[0]

    def test_who_asks_at_the_same_time_shares_the_answer(self):
        server = DnsServer({("ns1.example.com", "A"): ["192.0.2.1"]}, delay=0.5)
        found = self.run(server, lambda find: asyncio.gather(*(find() for _each in range(3))))
        assert found == [{"192.0.2.1"}] * 3
        assert server.asked("ns1.example.com", "A") == 1

    def test_who_joined_late_asks_again_after_a_failure(self, monkeypatch):
        server = DnsServer({("ns1.example.com", "A"): ["192.0.2.1"]}, failing="servfail", delay=0.5)
        respond = server.respond

        def recover(data, protocol):
            answer = respond(data, protocol)
            server.failing = None
            return answer

        monkeypatch.setattr(server, "respond", recover)

        async def ask(find):
            return await asyncio.gather(find(), find(), return_exceptions=True)

        first, second = self.run(server, ask)
        assert isinstance(first, NoAnswerError)
        assert second == {"192.0.2.1"}

    def test_what_is_not_remembered_any_more_is_asked_for_again(self, monkeypatch):
        server = DnsServer({("ns1.example.com", "A"): ["192.0.2.1"]})
        moments = [1000.0]
        monkeypatch.setattr(servers.time, "monotonic", lambda: moments[-1])

        async def ask(find):
            await find()
            await find()
            moments.append(1301.0)
            return await find()

        assert self.run(server, ask) == {"192.0.2.1"}
        assert server.asked("ns1.example.com", "A") == 2


class ZonesOfTheSystem:
    """A resolver that answers questions for NS records: for a zone, its response code, hosts, and other records."""

    delay = 0.0

    def __init__(self, zones):
        self._zones = zones
        self.asked = []

    def respond(self, data, protocol):
        query = dns.message.from_wire(data)
        name = query.question[0].name
        self.asked.append(name.to_text())
        code, hosts, beside = self._zones[name.to_text()]
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(code))
        if hosts:
            response.answer.append(dns.rrset.from_text_list(name, 300, "IN", "NS", hosts))
        response.authority += [dns.rrset.from_text(owner, 300, "IN", kind, text) for owner, kind, text in beside]
        return response.to_wire()


def soa(zone):
    return (zone, "SOA", "ns.example. host.example. 1 2 3 4 5")


NS = ("NOERROR", ["b.ns.example.", "a.ns.example."], [])
HOSTS = (dns.name.from_text("a.ns.example"), dns.name.from_text("b.ns.example"))


class TestStart:
    """Where a look begins: at the lowest zone that the system can be asked for."""

    def start(self, zones, owner="track.mail.example.com.", remembered=()):
        system = ZonesOfTheSystem(zones)

        async def start():
            finder = Finder(MadeUpNetwork({"192.0.2.53": system}), Memory(), [Server("192.0.2.53")], 53)
            for zone in remembered:
                finder.remember(Cut(dns.name.from_text(zone), HOSTS[:1]))
            try:
                return await finder.start(dns.name.from_text(owner), 60.0)
            except NoAnswerError as error:
                return error.reason

        return run_in_no_time(start())[0], system.asked

    def test_the_registered_domain_is_asked_for(self):
        found, asked = self.start({"example.com.": NS})
        assert found == Cut(dns.name.from_text("example.com"), HOSTS)
        assert asked == ["example.com."]

    @pytest.mark.parametrize("code", ["NOERROR", "NXDOMAIN"])
    @pytest.mark.parametrize(
        "beside",
        [
            [soa("com.")],
            [],
            [soa("example.com.")],
            [soa("example.net.")],
            [soa("com."), soa(".")],
            [(".", "NS", "a.ns.example."), (".", "NSEC", "com. NS"), soa("com.")],
        ],
        ids=["above", "none", "its own", "elsewhere", "two", "others"],
    )
    def test_what_is_no_zone_leads_to_the_one_above(self, code, beside):
        found, asked = self.start({"example.com.": (code, [], beside), "com.": NS})
        assert found == Cut(dns.name.from_text("com"), HOSTS)
        assert asked == ["example.com.", "com."]

    def test_the_root_may_be_the_one_above(self):
        found, asked = self.start({"example.com.": ("NOERROR", [], [soa(".")]), ".": NS})
        assert found == Cut(dns.name.root, HOSTS)
        assert asked == ["example.com.", "."]

    @pytest.mark.parametrize(
        ("zones", "asked"),
        [
            ({"example.com.": ("NXDOMAIN", [], [soa(".")])}, ["example.com."]),
            ({"example.com.": ("NXDOMAIN", [], []), "com.": ("NXDOMAIN", [], [])}, ["example.com.", "com."]),
            (
                {"example.com.": ("NOERROR", [], []), "com.": ("NOERROR", [], []), ".": ("NOERROR", [], [])},
                ["example.com.", "com.", "."],
            ),
        ],
    )
    def test_a_domain_that_nobody_knows(self, zones, asked):
        assert self.start(zones) == ("the system's resolver knows of no domain example.com", asked)

    def test_the_root_is_in_no_zone_above(self):
        assert self.start({}, ".") == ("it is the root of the DNS", [])

    @pytest.mark.parametrize(
        ("remembered", "zone"),
        [
            (["example.com."], "example.com."),
            (["com.", "mail.example.com.", "example.com."], "mail.example.com."),
            (["."], "."),
        ],
    )
    def test_the_lowest_zone_that_is_remembered_is_not_asked_for(self, remembered, zone):
        assert self.start({}, remembered=remembered) == (Cut(dns.name.from_text(zone), HOSTS[:1]), [])

    def test_a_name_is_not_looked_for_in_its_own_zone(self):
        found, asked = self.start({"com.": NS}, "example.com.", remembered=["example.com."])
        assert (found.zone, asked) == (dns.name.from_text("com"), ["com."])


@pytest.mark.parametrize(("kind", "found"), [("A", {"192.0.2.1"}), ("AAAA", {"2001:db8::1"})])
def test_the_addresses_of_an_answer_are_those_of_the_kind_and_the_class(kind, found):
    response = dns.message.make_response(dns.message.make_query("www.example.com", kind))
    response.answer += [
        dns.rrset.from_text("www.example.com.", 300, *record)
        for record in (
            ("IN", "CNAME", "host.example.net."),
            ("IN", "A", "192.0.2.1"),
            ("IN", "AAAA", "2001:db8::1"),
            ("CH", "A", "elsewhere.example. 1"),
            ("IN", "TXT", "text"),
        )
    ]
    assert servers.addresses_in(response, dns.rdatatype.from_text(kind)) == found
