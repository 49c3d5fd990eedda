# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A small authoritative DNS server on a loopback address, with the failings that real ones have."""

from __future__ import annotations

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

    ``failing`` is C(silent), C(servfail), C(refused), C(lame), C(truncated) (over UDP) or C(garbage). ``queries`` holds
    (name, type, protocol) of each question.
    """

    def __init__(self, records, zones=("example.com",), address="127.0.0.1", port=0, minimum=900, failing=None):
        self.records = {(dns.name.from_text(name), kind): texts for (name, kind), texts in records.items()}
        self.zones = [dns.name.from_text(zone) for zone in zones]
        self.minimum = minimum
        self.failing = failing
        self.queries = []
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

    def publish(self, name, kind, *texts):
        self.records[dns.name.from_text(name), kind] = list(texts)

    def asked(self, name, kind):
        """How often a question was asked."""
        return sum(1 for one in self.queries if one[:2] == (name, kind))

    def _serve_udp(self):
        while True:
            data, peer = self._udp.recvfrom(4096)
            if not data:
                return
            response = self._respond(data, "udp")
            if response is not None:
                self._udp.sendto(response, peer)

    def _serve_tcp(self):
        while True:
            connection, _unused = self._tcp.accept()
            with connection:
                head = connection.recv(2)
                if not head:
                    return
                response = self._respond(connection.recv(int.from_bytes(head, "big")), "tcp")
                if response is not None:
                    connection.sendall(len(response).to_bytes(2, "big") + response)

    def _respond(self, data, protocol):
        query = dns.message.from_wire(data)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        self.queries.append((question.name.to_text(omit_final_dot=True), kind, protocol))
        if self.failing == "silent":
            return None
        if self.failing == "garbage":
            return data[:2] + b"\x81\x80" + b"\xff" * 20
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if self.failing in ("servfail", "refused"):
            response.set_rcode(dns.rcode.from_text(self.failing.upper()))
            return response.to_wire()
        if self.failing != "lame":
            response.flags |= dns.flags.AA
        if self.failing == "truncated" and protocol == "udp":
            response.flags |= dns.flags.TC
            return response.to_wire()
        self._fill(response, question.name, kind)
        return response.to_wire()

    def _fill(self, response, name, kind):
        zone = next((zone for zone in sorted(self.zones, key=len, reverse=True) if name.is_subdomain(zone)), None)
        if zone is None:
            response.set_rcode(dns.rcode.REFUSED)
            return
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
