# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A small authoritative DNS server with the failings of real ones, at a loopback address or in a made-up network.

In the latter the time is made up, too: whatever servers do, a test takes no time, and the same course each time.
"""

from __future__ import annotations

import asyncio
import errno
import os
import selectors
import socket
import threading

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

SOA = "ns1.example.com. hostmaster.example.com. 1 3600 600 86400 {minimum}"


def _bind_both(address, port):
    """A UDP and a listening TCP socket at one port; which one, if it is 0, has to be free for both."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _unused in range(20):
        udp, tcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            udp.bind((address, port))
            tcp.bind((address, udp.getsockname()[1]))
        except OSError:
            udp.close()
            tcp.close()
            if port:
                raise
            continue
        tcp.listen()
        return udp, tcp
    raise OSError(f"no port of {address} is free for both")


class DnsServer:
    """Answers from ``records``: (name, type) to a list of texts. ``zones`` are the apexes it is responsible for.

    NS records below them are delegations. ``failing`` is C(silent), C(servfail), C(refused), C(lame), C(intercepted) (a
    resolver answers in its place), C(upward) (it refers to the root), C(truncated) (over UDP), C(cut_off) (so, and
    nothing over TCP), C(garbage), C(other_question), or, where it is asked with EDNS, C(edns_silent) or
    C(edns_<response code>). ``delay`` is how many seconds its answers take. ``queries`` holds (name, type, protocol) of
    each question, ``recursion_desired`` whether it asked for recursion.
    """

    def __init__(self, records, zones=("example.com",), *, minimum=900, failing=None, delay=0.0):
        self.records = {(dns.name.from_text(name), kind): texts for (name, kind), texts in records.items()}
        self.zones = [dns.name.from_text(zone) for zone in zones]
        self.minimum = minimum
        self.failing = failing
        self.delay = delay
        self.queries = []
        self.recursion_desired = []

    def publish(self, name, kind, *texts):
        self.records[dns.name.from_text(name), kind] = list(texts)

    def asked(self, name, kind):
        """How often a question was asked."""
        return sum(1 for one in self.queries if one[:2] == (name, kind))

    def respond(self, data, protocol):
        """The answer to a message, None for none."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.queries.append((question.name.to_text(omit_final_dot=True), kind, protocol))
        self.recursion_desired.append(bool(query.flags & dns.flags.RD))
        failing = self.failing or ""
        if failing.startswith("edns_"):
            failing = failing[len("edns_") :] if query.edns >= 0 else ""
        response = dns.message.make_response(query)
        if failing == "silent" or (failing == "cut_off" and protocol == "tcp"):
            return None
        if failing == "garbage":
            return data[:2] + b"\x81\x80" + b"\xff" * 20
        if failing in ("formerr", "notimp", "badvers", "servfail", "refused"):
            response.set_rcode(dns.rcode.from_text(failing.upper()))
        elif failing in ("truncated", "cut_off") and protocol == "udp":
            response.flags |= dns.flags.TC
        elif failing == "upward":
            response.authority.append(dns.rrset.from_text(dns.name.root, 300, "IN", "NS", "root.example."))
        else:
            self._fill(response, question.name, kind)
        if failing == "other_question":
            response.question = dns.message.make_query("another.example", kind).question
        if failing in ("lame", "intercepted"):
            response.flags &= ~dns.flags.AA
        if failing == "intercepted":
            response.flags |= dns.flags.RA
        return response.to_wire()

    def _fill(self, response, name, kind):
        zone = next((zone for zone in sorted(self.zones, key=len, reverse=True) if name.is_subdomain(zone)), None)
        if zone is None:
            response.set_rcode(dns.rcode.REFUSED)
            return
        cuts = [own for own, of in self.records if of == "NS" and own not in self.zones and own.is_subdomain(zone)]
        cut = next((own for own in cuts if name.is_subdomain(own)), None)
        if cut is not None:
            response.authority.append(dns.rrset.from_text_list(cut, 300, "IN", "NS", self.records[cut, "NS"]))
            return
        response.flags |= dns.flags.AA
        texts = self.records.get((name, kind))
        soa = dns.rrset.from_text(zone, 3600, "IN", "SOA", SOA.format(minimum=self.minimum))
        if kind == "SOA" and name == zone:
            response.answer.append(soa)
        elif texts:
            response.answer.append(dns.rrset.from_text_list(name, 300, "IN", kind, texts))
        else:
            names = {own for own, _unused in self.records} | set(self.zones)
            if not any(own.is_subdomain(name) for own in names):
                response.set_rcode(dns.rcode.NXDOMAIN)
            response.authority.append(soa)


class LoopbackServer(DnsServer):
    """Such a server at a loopback address, until the block of the context manager ends."""

    def __init__(self, records, zones=("example.com",), *, address="127.0.0.1", port=0, **options):
        super().__init__(records, zones, **options)
        self._udp, self._tcp = _bind_both(address, port)
        self.address, self.port = self._udp.getsockname()[:2]
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in (self._serve_udp, self._serve_tcp)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info):
        for sock, kind in ((self._udp, socket.SOCK_DGRAM), (self._tcp, socket.SOCK_STREAM)):
            # Wakes the thread up, which then finds its socket closed.
            with socket.socket(sock.family, kind) as waker:
                waker.connect((self.address, self.port))
                if kind == socket.SOCK_DGRAM:
                    waker.send(b"")
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()

    def _serve_udp(self):
        while True:
            data, peer = self._udp.recvfrom(4096)
            if not data:
                return
            response = self.respond(data, "udp")
            if response is not None:
                self._udp.sendto(response, peer)

    def _serve_tcp(self):
        while True:
            connection, _unused = self._tcp.accept()
            with connection:
                head = connection.recv(2)
                if not head:
                    return
                response = self.respond(connection.recv(int.from_bytes(head, "big")), "tcp")
                if response is not None:
                    connection.sendall(len(response).to_bytes(2, "big") + response)


class MadeUpNetwork:
    """Carries messages to servers by their addresses, in place of C(exchange.Network)."""

    def __init__(self, servers):
        self.servers = servers

    async def wait_for_room(self):
        pass

    async def exchange(self, question, server, *, tcp):
        there = self.servers.get(server.address)
        if there is None:
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
        answer = there.respond(question, "tcp" if tcp else "udp")
        if answer is None and tcp:
            raise EOFError
        await asyncio.sleep(there.delay if answer is not None else 86400)
        return answer


class _PassingTime(selectors.SelectSelector):
    """Does not wait: the time that would be waited has passed at once."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        assert timeout is not None, "everyone waits for nothing"
        self.now += max(timeout, 0.0)
        return super().select(0)


def run_in_no_time(coroutine):
    """What a coroutine returns, and how many seconds it would have taken; nothing may be left under way."""
    time = _PassingTime()
    loop = asyncio.SelectorEventLoop(time)
    loop.time = lambda: time.now
    try:
        result = loop.run_until_complete(coroutine)
        assert not asyncio.all_tasks(loop)
        return result, time.now
    finally:
        loop.close()
