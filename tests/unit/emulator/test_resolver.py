# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from sendcloud_emulator import Emulator, ManualClock

if TYPE_CHECKING:
    from conftest import PlainClient

SOA = "ns.example.com. admin.example.com. 1 3600 600 86400"


class NameServer:
    """A DNS server for one name on a loopback port, that answers what a test put into ``answer``."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.answer: list[str] = []
        self.authority: list[str] = []
        self.rcode = dns.rcode.NOERROR
        self.is_silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def cname(self, target: str, ttl: int = 60) -> None:
        self.answer, self.authority, self.rcode = [f"{ttl} IN CNAME {target}"], [], dns.rcode.NOERROR

    def nothing(self, *, soa_ttl: int, minimum: int, rcode: dns.rcode.Rcode = dns.rcode.NXDOMAIN) -> None:
        self.answer, self.authority, self.rcode = [], [f"{soa_ttl} IN SOA {SOA} {minimum}"], rcode

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while True:
            data, client = self._socket.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text()
            self.questions.append(name)
            if self.is_silent:
                continue
            response = dns.message.make_response(query)
            response.flags |= dns.flags.AA
            response.set_rcode(self.rcode)
            response.answer = [rrset(name, text) for text in self.answer]
            response.authority = [rrset("example.com.", text) for text in self.authority]
            self._socket.sendto(response.to_wire(), client)


def rrset(name: str, text: str) -> dns.rrset.RRset:
    ttl, record_class, record_type, data = text.split(" ", 3)
    return dns.rrset.from_text(name, int(ttl), record_class, record_type, data)


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


def passes(client: PlainClient) -> bool:
    row = client.info("checkConfig", name="track.example.com")["dataList"][0]
    assert isinstance(row["cname"], bool)
    return row["cname"]


@pytest.fixture
def emulator(clock: ManualClock, name_server: NameServer) -> Emulator:
    emulator = Emulator.in_process(clock=clock, dns_server=name_server.address)
    emulator.account.add("track.example.com")
    return emulator


@pytest.mark.parametrize("target", ["track2.sendcloud.net.", "Track2.SENDCLOUD.net."])
def test_a_cname_with_the_right_target_passes(client: PlainClient, name_server: NameServer, target: str) -> None:
    name_server.cname(target)
    assert passes(client)
    assert name_server.questions == ["track.example.com."]


def test_a_cname_with_another_target_does_not_pass(client: PlainClient, name_server: NameServer) -> None:
    name_server.cname("track2.sendcloud.net.example.com.")
    assert not passes(client)


def test_a_record_is_remembered_for_its_ttl(client: PlainClient, name_server: NameServer, clock: ManualClock) -> None:
    name_server.cname("track2.sendcloud.net.", ttl=60)
    assert passes(client)
    name_server.nothing(soa_ttl=60, minimum=60)
    clock.advance(59)
    assert passes(client)
    clock.advance(1)
    assert not passes(client)
    assert len(name_server.questions) == 2


@pytest.mark.parametrize("rcode", [dns.rcode.NXDOMAIN, dns.rcode.NOERROR])
@pytest.mark.parametrize(("soa_ttl", "minimum"), [(30, 900), (900, 30)])
def test_asked_too_early_the_absence_is_remembered_as_the_soa_record_says(
    client: PlainClient,
    name_server: NameServer,
    clock: ManualClock,
    rcode: dns.rcode.Rcode,
    soa_ttl: int,
    minimum: int,
) -> None:
    name_server.nothing(soa_ttl=soa_ttl, minimum=minimum, rcode=rcode)
    assert not passes(client)
    name_server.cname("track2.sendcloud.net.")
    clock.advance(29)
    assert not passes(client)
    clock.advance(1)
    assert passes(client)
    assert len(name_server.questions) == 2


def test_an_absence_without_a_soa_record_is_not_remembered(client: PlainClient, name_server: NameServer) -> None:
    name_server.rcode = dns.rcode.NXDOMAIN
    assert not passes(client)
    name_server.cname("track2.sendcloud.net.")
    assert passes(client)


def test_a_server_failure_is_not_remembered(client: PlainClient, name_server: NameServer) -> None:
    name_server.nothing(soa_ttl=60, minimum=60, rcode=dns.rcode.SERVFAIL)
    assert not passes(client)
    name_server.cname("track2.sendcloud.net.")
    assert passes(client)


def test_a_server_that_does_not_answer_is_no_error(
    client: PlainClient, emulator: Emulator, name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emulator.resolver, "_timeout", 0.05)
    name_server.is_silent = True
    assert not passes(client)
    name_server.is_silent = False
    name_server.cname("track2.sendcloud.net.")
    assert passes(client)


def test_a_reset_empties_the_cache(client: PlainClient, emulator: Emulator, name_server: NameServer) -> None:
    name_server.nothing(soa_ttl=600, minimum=600)
    assert not passes(client)
    emulator.reset()
    emulator.account.add("track.example.com")
    name_server.cname("track2.sendcloud.net.")
    assert passes(client)


def test_with_a_dns_server_nothing_is_published_elsewhere(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="publish them there"):
        emulator.publish("track.example.com")
    with pytest.raises(ValueError, match="publish them there"):
        emulator.withdraw("track.example.com")


@pytest.mark.parametrize("server", ["127.0.0.1", "127.0.0.1:", ":53", "host:port"])
def test_a_dns_server_needs_an_address_and_a_port(server: str) -> None:
    with pytest.raises(ValueError, match="no DNS server"):
        Emulator.in_process(dns_server=server)


class TestInMemory:
    @pytest.fixture
    def emulator(self, clock: ManualClock) -> Emulator:
        emulator = Emulator.in_process(clock=clock, negative_ttl=30)
        emulator.account.add("track.example.com")
        return emulator

    def test_asked_too_early(self, client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
        assert not passes(client)
        emulator.publish("Track.example.com.")
        clock.advance(29)
        assert not passes(client)
        clock.advance(1)
        assert passes(client)

    def test_asked_in_time(self, client: PlainClient, emulator: Emulator) -> None:
        emulator.publish("track.example.com")
        assert passes(client)
        emulator.withdraw("track.example.com")
        assert not passes(client)
