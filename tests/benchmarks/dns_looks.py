# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""How long an audit of many names takes, and whether a healthy name is called bad.

Each zone has two name servers, at loopback addresses of their own, and everyone answers after some milliseconds. Run it
with C(nox -s bench_dns); what stands behind C(--) goes to it, C(--help) for one.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver, Server

TARGET = "track2.sendcloud.net"
SYSTEM = "127.0.0.53"
PORT = 5300
SOA = "ns1.example. hostmaster.example. 1 3600 600 86400 900"


@dataclass(frozen=True)
class Scene:
    """So many zones with so many names in all; the addresses at which nobody answers; what everyone else takes."""

    names: int
    zones: int
    dead: Collection[str]
    delay: float

    def pairs(self) -> list[tuple[str, str | None]]:
        return [(f"t{number}.zone{number % self.zones}.example", TARGET) for number in range(self.names)]


def address(zone: int, host: int) -> str:
    """Where a name server of a zone is."""
    return f"127.{host}.{zone // 250}.{zone % 250 + 1}"


class Responder(asyncio.DatagramProtocol):
    """A system resolver at one address, an authoritative server at any other one."""

    def __init__(self, scene: Scene, own: str) -> None:
        self._scene = scene
        self._own = own

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._own in self._scene.dead:
            return
        response = respond(data, recursive=self._own == SYSTEM).to_wire()
        asyncio.get_running_loop().call_later(self._scene.delay, self._send, response, addr)

    def _send(self, response: bytes, peer: tuple[str, int]) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(response, peer)


def respond(data: bytes, *, recursive: bool) -> dns.message.Message:
    """Every name has its record, and every zone two name servers."""
    query = dns.message.from_wire(data)
    (question,) = query.question
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA if recursive else dns.flags.AA
    labels = name.split(".")
    zone = ".".join(labels[-2:])
    texts: list[str] = []
    if kind == "NS" and len(labels) == 2:
        texts = [f"ns1.{zone}.", f"ns2.{zone}."]
    elif kind == "A" and labels[0] in ("ns1", "ns2"):
        texts = [address(int(labels[1].removeprefix("zone")), int(labels[0].removeprefix("ns")))]
    elif kind == "CNAME" and not recursive:
        texts = [f"{TARGET}."]
    if texts:
        response.answer.append(dns.rrset.from_text_list(question.name, 300, "IN", kind, texts))
    else:
        response.authority.append(dns.rrset.from_text(dns.name.from_text(zone), 3600, "IN", "SOA", SOA))
    return response


@contextmanager
def served(scene: Scene) -> Iterator[None]:
    """All servers, in a thread of their own, until the block ends."""
    loop = asyncio.new_event_loop()
    hosts = [SYSTEM, *(address(zone, host) for zone in range(scene.zones) for host in (1, 2))]

    async def start() -> list[asyncio.BaseTransport]:
        opened = []
        for own in hosts:
            transport, _unused = await loop.create_datagram_endpoint(
                lambda own=own: Responder(scene, own), local_addr=(own, PORT)
            )
            opened.append(transport)
        return opened

    transports = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for transport in transports:
            transport.close()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def measure(scene: Scene) -> tuple[float, int, int]:
    """The seconds that the looks take, how many names are called bad, and for how many nobody answered."""
    resolver = Resolver(system=[Server(SYSTEM, PORT)], authoritative_port=PORT)
    with served(scene):
        start = time.perf_counter()
        looks = resolver.look_many(scene.pairs())
        seconds = time.perf_counter() - start
    return seconds, sum(not look.visible for look in looks), sum(look.error is not None for look in looks)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure looks in DNS at many healthy names.")
    parser.add_argument("--names", type=int, default=500, help="how many names (default: %(default)s)")
    parser.add_argument("--delay", type=float, default=20.0, help="milliseconds for an answer (default: %(default)s)")
    arguments = parser.parse_args()
    print(f"{arguments.names} names, {arguments.delay:g} ms for an answer, 2 name servers a zone")
    print(f"{'zones':>6} {'dead servers':>13} {'seconds':>8} {'false alarms':>13} {'unanswered':>11}")
    for zones in (1, 50, arguments.names):
        for some_dead in (False, True):
            # The second server of each tenth zone, so that one server of twenty is dead and each name is healthy.
            dead = {address(zone, 2) for zone in range(zones) if some_dead and zone % 10 == 0}
            scene = Scene(arguments.names, zones, dead, arguments.delay / 1000)
            seconds, alarms, unanswered = measure(scene)
            share = f"{len(dead) / (2 * zones):.0%}"
            print(f"{zones:>6} {share:>13} {seconds:>8.1f} {alarms:>13} {unanswered:>11}")


if __name__ == "__main__":
    main()
