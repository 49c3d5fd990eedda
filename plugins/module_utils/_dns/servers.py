# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""DNS servers: how a task names one, and how the authoritative ones of a name are found, with a time of its own."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import re
import time
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import Network, NoAnswerError
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

if exchange.DNSPYTHON_IMPORT_ERROR is None:
    import dns.exception
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver

DNS_PORT = 53

# One question to the system's resolver takes at most so many seconds; the next of its servers, if there is one, is
# asked after the second number of seconds.
_SYSTEM_TIME = 3.0
_NEXT_SYSTEM_SERVER_AFTER = 0.8
# What was found is asked for again after so many seconds: a zone may move while a task waits.
_REMEMBERED = 300.0

_ADDRESS_CHARACTERS = re.compile("[0-9A-Za-z.:%_-]+")
# A letter keeps an address with a slip of the pen from being called a name.
_HOST_NAME = re.compile(r"[0-9.-]*[A-Za-z][0-9A-Za-z.-]*")


@dataclasses.dataclass(frozen=True)
class Server:
    """A DNS server: its IP address, port, and, where it was found by its name, that name.

    The address is empty where the name was found and its address was not.
    """

    address: str
    port: int = DNS_PORT
    host: str | None = None

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        where = address if self.port == DNS_PORT else f"{address}:{self.port}"
        if not self.host:
            return where
        return f"{self.host} ({where})" if self.address else self.host


@dataclasses.dataclass(frozen=True)
class Cut:
    """A zone that a name is in, and the names of the zone's servers."""

    zone: dns.name.Name
    hosts: tuple[dns.name.Name, ...]


def parse_server(text: str) -> Server:
    """Read C(IP), C(IPv4:port) or C([IPv6]:port). Raises InputError for anything else, a host name among it."""
    text = text.strip()
    address, port = text, str(DNS_PORT)
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        if not bracket or not (rest == "" or rest.startswith(":")):
            address = ""
        elif rest:
            port = rest[1:]
    elif text.count(":") == 1:
        address, port = text.split(":")
    try:
        # Newer Pythons take any text behind a "%" for an interface (RFC 4007, section 11).
        if not _ADDRESS_CHARACTERS.fullmatch(address):
            raise ValueError
        parsed = ipaddress.ip_address(address)
    except ValueError:
        shown = neutralise(text if len(text) <= 80 else text[:80] + "...")
        what = "a host name" if _HOST_NAME.fullmatch(address) else "not an IP address"
        raise InputError(
            f"dns_servers contains {shown!r}, which is {what}. Give the IP address of each server, for example "
            "192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353",
            "dns_servers",
        ) from None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise InputError(
            f"dns_servers contains {neutralise(text[:80])!r}, whose port is not a number from 1 to 65535", "dns_servers"
        )
    return Server(str(parsed), int(port))


def system_servers() -> tuple[Server, ...]:
    """The servers of this host's resolver. Raises NoAnswerError where there are none."""
    try:
        configured = dns.resolver.Resolver()
        servers = tuple(parse_server(str(address)) for address in configured.nameservers)
    except (dns.exception.DNSException, OSError, ValueError, InputError) as error:
        raise NoAnswerError("this host's resolver configuration names no usable DNS server") from error
    if not servers:
        raise NoAnswerError("this host's resolver configuration names no DNS server")
    return servers


class Memory:
    """What the system's resolver said, and where zones begin: what was found in full, for some minutes."""

    def __init__(self) -> None:
        self._facts: dict[t.Any, tuple[float, t.Any]] = {}

    def get(self, key: t.Any) -> t.Any:
        """What is remembered, or None."""
        expires, fact = self._facts.get(key, (0.0, None))
        return fact if time.monotonic() < expires else None

    def put(self, key: t.Any, fact: t.Any) -> None:
        """Remember something."""
        self._facts[key] = (time.monotonic() + _REMEMBERED, fact)


class Finder:
    """Finds the authoritative servers of names. It belongs to one event loop, its memory may outlive that.

    The system's resolver is never asked for a name whose record is looked for, nor for one between it and its
    registered domain: it would remember that such a name is missing, and with it (RFC 8020, RFC 8198) every name below
    and beside it. From the registered domain down, delegations are followed.
    """

    def __init__(self, network: Network, memory: Memory, system: t.Sequence[Server] | None, port: int) -> None:
        self._network = network
        self._memory = memory
        self._system = system
        self._port = port
        self._asking: dict[t.Any, asyncio.Future[dns.message.Message]] = {}

    async def start(self, owner: dns.name.Name, deadline: float) -> Cut:
        """The lowest zone above a name that is known, or can be found without asking for what may not be there.

        Raises NoAnswerError.
        """
        if owner == dns.name.root:
            raise NoAnswerError("it is the root of the DNS")
        name = owner
        while name != dns.name.root:
            name = name.parent()
            hosts = self._memory.get(name)
            if hosts is not None:
                return Cut(name, hosts)
        # The last label is the root's: this leaves example.com of track.mail.example.com.
        domain = zone = dns.name.Name(owner.parent().labels[-3:])
        while True:
            response = await self._ask_system(zone, dns.rdatatype.NS, deadline)
            hosts = tuple(sorted(_records(response, dns.rdatatype.NS, zone)))
            if hosts:
                return Cut(zone, hosts)
            if zone == dns.name.root:
                raise NoAnswerError(f"the system's resolver knows of no domain {_text(domain)}")
            above = [rrset.name for rrset in response.authority if rrset.rdtype == dns.rdatatype.SOA]
            above = [name for name in above if name != zone and zone.is_subdomain(name)] or [zone.parent()]
            if above[0] == dns.name.root and response.rcode() == dns.rcode.NXDOMAIN:
                raise NoAnswerError(f"the system's resolver knows of no domain {_text(domain)}")
            zone = above[0]

    def remember(self, cut: Cut) -> None:
        """Let later looks at names in this zone start there."""
        self._memory.put(cut.zone, cut.hosts)

    async def find(self, host: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: float) -> tuple[Server, ...]:
        """The server at each address of this kind (A, AAAA) that a host has. Raises NoAnswerError."""
        text = _text(host)
        return tuple(
            Server(address, self._port, text) for address in sorted(await self.addresses(host, kind, deadline))
        )

    async def addresses(self, host: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: float) -> frozenset[str]:
        """The addresses of this kind (A, AAAA) that a host has. Raises NoAnswerError."""
        return addresses_in(await self._ask_system(host, kind, deadline), kind)

    async def _ask_system(
        self, name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: float
    ) -> dns.message.Message:
        """Ask once for all who want to know at the same time; who joined late asks again if that failed."""
        key = (name, kind)
        while True:
            known = self._memory.get(key)
            if known is not None:
                return t.cast("dns.message.Message", known)
            begun = self._asking.get(key)
            asking = begun or asyncio.ensure_future(self._ask_system_now(name, kind))
            self._asking[key] = asking
            left = deadline - asyncio.get_running_loop().time()
            await asyncio.wait([asking], timeout=max(left, 0.0))
            if not asking.done():
                raise _system_failure(name, exchange.NO_ANSWER_IN_TIME)
            if self._asking.get(key) is asking:
                del self._asking[key]
            if begun is None or asking.exception() is None:
                return asking.result()

    async def _ask_system_now(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        end = asyncio.get_running_loop().time() + _SYSTEM_TIME
        servers = system_servers() if self._system is None else self._system

        async def attempt(server: Server) -> dns.message.Message:
            response = await exchange.ask(self._network, server, name, kind, recursive=True, deadline=end)
            if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                raise NoAnswerError(f"it answers {dns.rcode.to_text(response.rcode())}")
            return response

        attempts = [(lambda server=server: attempt(server)) for server in servers]
        try:
            response = await exchange.first_answer(attempts, _NEXT_SYSTEM_SERVER_AFTER, end)
        except NoAnswerError as error:
            raise _system_failure(name, error.reason) from error
        self._memory.put((name, kind), response)
        return response

    async def close(self) -> None:
        """End the questions whose answers nobody waits for any more."""
        await exchange.cancel(list(self._asking.values()))


def _system_failure(name: dns.name.Name, reason: str) -> NoAnswerError:
    return NoAnswerError(f"the system's resolver, asked for {_text(name)}: {reason}")


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def addresses_in(response: dns.message.Message, kind: dns.rdatatype.RdataType) -> frozenset[str]:
    """The addresses that an answer holds, at whatever name CNAME records lead to."""
    return frozenset(record.address for record in _rdata(response, kind))


def _rdata(
    response: dns.message.Message, kind: dns.rdatatype.RdataType, owner: dns.name.Name | None = None
) -> list[t.Any]:
    """The records of a kind that answer a question, at whatever name a CNAME leads to unless an owner is given."""
    rrsets = [rrset for rrset in response.answer if rrset.rdtype == kind and owner in (None, rrset.name)]
    # Other classes have records of other forms.
    return [record for rrset in rrsets if rrset.rdclass == dns.rdataclass.IN for record in rrset]


def _records(response: dns.message.Message, kind: dns.rdatatype.RdataType, owner: dns.name.Name) -> list[dns.name.Name]:
    return [record.target for record in _rdata(response, kind, owner)]
