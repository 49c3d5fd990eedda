# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What checkConfig finds in DNS: records published in memory, or a real DNS server, each with a cache if wanted."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from .clock import Clock
from .names import a_labels, comparable


@dataclass(frozen=True)
class Lookup:
    """The target of a name's CNAME (None: there is none), and for how many seconds that may be remembered."""

    target: str | None
    seconds: float | None


class Resolver(Protocol):
    """Looks CNAME records up."""

    def target(self, name: str) -> str | None:
        """The target of the CNAME record of a name, or None."""

    def clear(self) -> None:
        """Forget everything that was published or remembered."""


class RecordCache:
    """What a resolver remembers, the absence of a record too (RFC 2308)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, tuple[float, str | None]] = {}

    def get(self, name: str) -> Lookup | None:
        """What is remembered of a name and still good."""
        now = self._clock.now().timestamp()
        with self._lock:
            expiry, target = self._entries.get(comparable(name), (now, None))
        return Lookup(target, expiry - now) if expiry > now else None

    def put(self, name: str, lookup: Lookup) -> None:
        """Remember what was found, if it may be."""
        if not lookup.seconds:
            return
        expiry = self._clock.now().timestamp() + lookup.seconds
        with self._lock:
            self._entries[comparable(name)] = (expiry, lookup.target)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


class MemoryResolver:
    """Records published in this process. With ``negative_ttl`` (seconds) it remembers a record that was missing."""

    def __init__(self, clock: Clock, negative_ttl: float | None = None) -> None:
        self.negative_ttl = negative_ttl
        self._records: dict[str, str] = {}
        self._cache = RecordCache(clock)
        self._lock = threading.Lock()

    def publish(self, name: str, target: str) -> None:
        """Put a CNAME record into the zone. A resolver that remembers it as missing goes on doing so."""
        with self._lock:
            self._records[comparable(name)] = target

    def withdraw(self, name: str) -> None:
        """Take the CNAME record out of the zone, if it is there."""
        with self._lock:
            self._records.pop(comparable(name), None)

    def target(self, name: str) -> str | None:
        if self._cache.get(name) is not None:
            return None
        with self._lock:
            target = self._records.get(comparable(name))
        if target is None:
            self._cache.put(name, Lookup(None, self.negative_ttl))
        return target

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
        self._cache.clear()


class DnsResolver:
    """Asks one DNS server (``IP:port`` or ``[v6]:port``) and caches as a real resolver does.

    A record is remembered for its TTL; its absence for the smaller of the SOA record's TTL and its MINIMUM field,
    and not at all where the answer has no SOA record (RFC 2308, section 5). A server that does not answer, or
    with an error, is no absence and is not remembered.
    """

    def __init__(self, server: str, clock: Clock, *, timeout: float = 3.0) -> None:
        host, _unused, port = server.rpartition(":")
        if not host or not port.isdigit():
            raise ValueError(f"{server!r} is no DNS server of the form IP:port")
        self._host = host.strip("[]")
        self._port = int(port)
        self._timeout = timeout
        self._cache = RecordCache(clock)

    def target(self, name: str) -> str | None:
        lookup = self._cache.get(name)
        if lookup is None:
            lookup = self._ask(name)
            self._cache.put(name, lookup)
        return lookup.target

    def clear(self) -> None:
        self._cache.clear()

    def _ask(self, name: str) -> Lookup:
        import dns.exception
        import dns.flags
        import dns.message
        import dns.name
        import dns.query
        import dns.rcode
        import dns.rdatatype

        owner = dns.name.from_text(a_labels(name))
        query = dns.message.make_query(owner, dns.rdatatype.CNAME)
        try:
            response, _unused = dns.query.udp_with_fallback(query, self._host, timeout=self._timeout, port=self._port)
        except (dns.exception.DNSException, OSError, EOFError):
            return Lookup(None, None)
        for records in response.answer:
            if records.name == owner and records.rdtype == dns.rdatatype.CNAME:
                return Lookup(str(records[0].target).rstrip("."), records.ttl)
        if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return Lookup(None, None)
        for records in response.authority:
            if records.rdtype == dns.rdatatype.SOA:
                return Lookup(None, min(records.ttl, records[0].minimum))
        return Lookup(None, None)
