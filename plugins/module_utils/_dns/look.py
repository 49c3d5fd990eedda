# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What DNS servers say about a CNAME record: the authoritative ones of its zone, or those one is told to ask."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import threading
import time
import traceback
import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver
except ImportError:
    DNSPYTHON_IMPORT_ERROR: str | None = traceback.format_exc()
    _FAILURES: tuple[type[Exception], ...] = ()
else:
    DNSPYTHON_IMPORT_ERROR = None
    # What a question may end in. ValueError: a malformed answer, or an /etc/resolv.conf with a host name in it.
    _FAILURES = (dns.exception.DNSException, OSError, EOFError, ValueError)

DNS_PORT = 53

# What a server can say.
CNAME = "cname"  # the record is there; target says where it points
NO_NAME = "no_name"  # there is no such name
NO_RECORD = "no_record"  # the name is there, without this record
OTHER_RECORD = "other_record"  # the name is there, with another record in place of this one
NO_ANSWER = "no_answer"  # nothing, an error, or an answer for which it is not responsible

# One look takes at most so many seconds, whatever the servers do; one question to one server at most the second.
LOOK_TIMEOUT = 4.0
_QUESTION_TIMEOUT = 1.5
# Looks at many names together take at most so many seconds, a number of them side by side.
_ALL_LOOKS_TIMEOUT = 30.0
_LOOKS_SIDE_BY_SIDE = 32
_MOST_SERVERS = 16

_ADDRESS_CHARACTERS = re.compile("[0-9A-Za-z.:%_-]+")

_Found = t.TypeVar("_Found")


@dataclasses.dataclass(frozen=True)
class Server:
    """A DNS server: its IP address, port, and, where it was found by its name, that name."""

    address: str
    port: int = DNS_PORT
    host: str | None = None

    def __str__(self) -> str:
        address = f"[{self.address}]" if ":" in self.address else self.address
        where = address if self.port == DNS_PORT else f"{address}:{self.port}"
        return f"{self.host} ({where})" if self.host else where


@dataclasses.dataclass(frozen=True)
class ServerAnswer:
    """What one server says: one of the outcomes above, and ``detail`` in words.

    ``target`` is that of the CNAME record, in lower case, without a trailing dot. ``negative_ttl`` is for how many
    seconds the record's absence may be remembered (RFC 2308, section 5), ``zone`` the zone that says so.
    """

    server: Server
    outcome: str
    detail: str
    target: str | None = None
    negative_ttl: int | None = None
    zone: str | None = None


@dataclasses.dataclass(frozen=True)
class Look:
    """What all servers say about one name at one time.

    ``expected`` is the target that the record should have, None where that is not known. ``doubled`` is the name with
    its zone twice, if there is a CNAME record there. ``error`` is why nobody answered, None where someone did.
    """

    name: str
    expected: str | None
    answers: tuple[ServerAnswer, ...] = ()
    error: str | None = None
    doubled: str | None = None
    zone_negative_ttl: int | None = None

    @property
    def answered(self) -> tuple[ServerAnswer, ...]:
        """The answers that count."""
        return tuple(answer for answer in self.answers if answer.outcome != NO_ANSWER)

    @property
    def visible(self) -> bool:
        """Whether every server that answers, and at least one, shows the record as expected."""
        targets = {answer.target for answer in self.answered}
        return self.expected is not None and targets == {_comparable(self.expected)}

    @property
    def ready(self) -> bool:
        return self.visible

    @property
    def found(self) -> list[str]:
        """The targets that were found, each once."""
        return sorted({answer.target for answer in self.answered if answer.target is not None})

    @property
    def negative_ttl(self) -> int | None:
        """For how many seconds a resolver may remember that the record is missing; None where that is not known."""
        known = [answer.negative_ttl for answer in self.answers if answer.negative_ttl is not None]
        return max(known) if known else self.zone_negative_ttl

    def as_result(self) -> dict[str, t.Any]:
        """The value of C(dns) in a result."""
        return {
            "expected": self.expected,
            "found": self.found,
            "negative_ttl": self.negative_ttl,
            "error": self.error,
        }


def is_available() -> bool:
    """Whether dnspython can be imported."""
    return DNSPYTHON_IMPORT_ERROR is None


def parse_server(text: str) -> Server:
    """Read C(IP), C(IPv4:port) or C([IPv6]:port). Raises InputError for anything else, a host name among it."""
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
        raise InputError(
            f"dns_servers holds {shown!r}, which is no IP address, IPv4:port or [IPv6]:port (a name would have to "
            "be looked up first)"
        ) from None
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise InputError(f"dns_servers holds {neutralise(text[:80])!r}, whose port is no number from 1 to 65535")
    return Server(str(parsed), int(port))


class _FoundOnce(t.Generic[_Found]):
    """What was found for each DNS name; who asks for the same at the same time waits for the first to find it.

    A failure to find it is not remembered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[dns.name.Name, threading.Lock] = {}
        self._found: dict[dns.name.Name, _Found] = {}

    def get(self, name: dns.name.Name, find: t.Callable[[], _Found]) -> _Found:
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._found:
                self._found[name] = find()
            return self._found[name]


class Resolver:
    """Looks CNAME records up, at the ``servers`` given or else at the authoritative servers of each name.

    ``system`` is dnspython's resolver that finds the authoritative servers, by default that of the host;
    ``authoritative_port`` is the port that they are asked at. Raises MissingLibraryError where dnspython is missing.
    """

    def __init__(
        self,
        servers: t.Sequence[Server] = (),
        *,
        system: dns.resolver.Resolver | None = None,
        authoritative_port: int = DNS_PORT,
        look_timeout: float = LOOK_TIMEOUT,
        question_timeout: float = _QUESTION_TIMEOUT,
    ) -> None:
        if DNSPYTHON_IMPORT_ERROR is not None:
            raise MissingLibraryError("dnspython", DNSPYTHON_IMPORT_ERROR, "to look in DNS")
        self._servers = tuple(servers)
        self._system = system
        self._authoritative_port = authoritative_port
        self._look_timeout = look_timeout
        self._question_timeout = question_timeout
        self._lock = threading.Lock()
        self._zones: _FoundOnce[tuple[dns.name.Name, int | None]] = _FoundOnce()
        self._zone_servers: _FoundOnce[tuple[Server, ...]] = _FoundOnce()

    def look(self, name: str, expected: str | None, *, explain: bool = False, timeout: float | None = None) -> Look:
        """Ask each server for the CNAME record of a name, side by side; never fails, and ends within the time.

        With ``explain`` it also looks for what could be the mistake where the record is missing: other records at the
        name, and the record at the name with its zone twice. ``timeout`` (seconds) shortens the usual time.
        """
        seconds = self._look_timeout if timeout is None else min(timeout, self._look_timeout)
        return self._look(name, expected, explain, time.monotonic() + seconds)

    def look_many(self, names: t.Sequence[tuple[str, str | None]], *, explain: bool = False) -> list[Look]:
        """Look up several names, each with the target expected, side by side; the looks are in the same order."""
        if not names:
            return []
        end = time.monotonic() + _ALL_LOOKS_TIMEOUT

        def look(pair: tuple[str, str | None]) -> Look:
            return self._look(pair[0], pair[1], explain, min(end, time.monotonic() + self._look_timeout))

        with ThreadPoolExecutor(min(len(names), _LOOKS_SIDE_BY_SIDE)) as pool:
            return list(pool.map(look, names))

    def _look(self, name: str, expected: str | None, explain: bool, deadline: float) -> Look:
        try:
            owner = dns.name.from_text(name)
        except (dns.exception.DNSException, ValueError) as error:
            return Look(name, expected, error=f"it is no name that DNS can hold: {_shown(error)}")
        servers, negative_ttl = self._servers, None
        if not servers:
            try:
                servers, negative_ttl = self._discover(owner, deadline)
            except _FAILURES as error:
                shown = _shown(error)
                return Look(name, expected, error=f"its authoritative name servers could not be found: {shown}")

        def ask(server: Server) -> ServerAnswer:
            answer = self._ask_cname(server, owner, deadline)
            explained = explain and answer.outcome == NO_RECORD
            return self._name_other_records(answer, owner, deadline) if explained else answer

        with ThreadPoolExecutor(len(servers)) as pool:
            answers = tuple(pool.map(ask, servers))
        answered = [answer for answer in answers if answer.outcome != NO_ANSWER]
        if not answered:
            silent = "; ".join(f"{answer.server}: {answer.detail}" for answer in answers)
            return Look(name, expected, answers, f"no DNS server answered ({silent})")
        doubled = None
        if explain:
            doubled = self._find_doubled(owner, expected, answered, deadline)
            if negative_ttl is None and all(answer.negative_ttl is None for answer in answered):
                negative_ttl = self._ask_negative_ttl(answered[0].server, owner, deadline)
        return Look(name, expected, answers, doubled=doubled, zone_negative_ttl=negative_ttl)

    def _ask_cname(self, server: Server, owner: dns.name.Name, deadline: float) -> ServerAnswer:
        try:
            response = self._ask(server, owner, dns.rdatatype.CNAME, deadline)
        except _FAILURES as error:
            return ServerAnswer(server, NO_ANSWER, _reason(error))
        code = response.rcode()
        if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return ServerAnswer(server, NO_ANSWER, f"it answers {dns.rcode.to_text(code)}")
        if not self._servers and not response.flags & dns.flags.AA:
            return ServerAnswer(server, NO_ANSWER, "it is not responsible for the zone (lame delegation)")
        found = response.get_rrset(response.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if found:
            target = _comparable(found[0].target.to_text())
            return ServerAnswer(server, CNAME, f"CNAME {target}.", target=target)
        zone, negative_ttl = _negative(response)
        if code == dns.rcode.NXDOMAIN:
            return ServerAnswer(server, NO_NAME, "no such name", negative_ttl=negative_ttl, zone=zone)
        return ServerAnswer(server, NO_RECORD, "no CNAME record", negative_ttl=negative_ttl, zone=zone)

    def _name_other_records(self, answer: ServerAnswer, owner: dns.name.Name, deadline: float) -> ServerAnswer:
        """The answer with the addresses that the name has in place of the CNAME record, if it has any."""
        found = []
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                response = self._ask(answer.server, owner, kind, deadline)
            except _FAILURES:
                continue
            rrset = response.get_rrset(response.answer, owner, dns.rdataclass.IN, kind)
            found += [f"{dns.rdatatype.to_text(kind)} {record.to_text()}" for record in rrset or ()]
        if not found:
            return answer
        return dataclasses.replace(answer, outcome=OTHER_RECORD, detail=f"{', '.join(sorted(found))}, no CNAME record")

    def _find_doubled(
        self, owner: dns.name.Name, expected: str | None, answered: t.Sequence[ServerAnswer], deadline: float
    ) -> str | None:
        """The name with its zone twice, where the record is: what a zone file without the trailing dot makes of it.

        Another target than the one expected (which may lack its trailing dot, too) is a wildcard's, not a mistake.
        """
        for answer in answered:
            if answer.target is not None or answer.zone is None:
                continue
            try:
                doubled = owner.relativize(dns.name.root).derelativize(dns.name.from_text(answer.zone))
            except dns.exception.DNSException:  # too long a name
                return None
            target = self._ask_cname(answer.server, doubled, deadline).target
            if target is None:
                continue
            right = _comparable(expected) if expected is not None else target
            if target in (right, f"{right}.{answer.zone}"):
                return doubled.to_text(omit_final_dot=True).lower()
        return None

    def _ask_negative_ttl(self, server: Server, owner: dns.name.Name, deadline: float) -> int | None:
        try:
            response = self._ask(server, owner.parent(), dns.rdatatype.SOA, deadline)
        except _FAILURES:
            return None
        return _negative(response)[1]

    def _ask(
        self, server: Server, name: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: float
    ) -> dns.message.Message:
        """One question; again once if nothing comes back, by TCP if the answer is cut off."""
        question = dns.message.make_query(name, kind, use_edns=0)
        if not self._servers:
            question.flags &= ~dns.flags.RD
        try:
            return self._exchange(question, server, deadline)
        except dns.exception.Timeout:
            return self._exchange(question, server, deadline)

    def _exchange(self, question: dns.message.Message, server: Server, deadline: float) -> dns.message.Message:
        # Not dnspython's udp_with_fallback, which gives TCP the whole time again.
        seconds = min(self._question_timeout, _left(deadline))
        address, port = server.address, server.port
        try:
            return dns.query.udp(question, address, seconds, port, ignore_unexpected=True, raise_on_truncation=True)
        except dns.message.Truncated:
            return dns.query.tcp(question, address, min(self._question_timeout, _left(deadline)), port)

    def _discover(self, owner: dns.name.Name, deadline: float) -> tuple[tuple[Server, ...], int | None]:
        """The name servers of a name's zone, and the zone's negative TTL."""
        zone, negative_ttl = self._zones.get(owner.parent(), lambda: self._find_zone(owner, deadline))
        return self._zone_servers.get(zone, lambda: self._find_servers(zone, deadline)), negative_ttl

    def _find_zone(self, owner: dns.name.Name, deadline: float) -> tuple[dns.name.Name, int | None]:
        """The zone that an owner of a CNAME record is in, and its negative TTL.

        The search begins above the owner: it cannot be a zone's apex (RFC 1034, section 3.6.2), and a resolver that is
        asked for a name that is not there yet would remember that.
        """
        system = self._system_resolver()
        name = owner
        while name != dns.name.root:
            name = name.parent()
            try:
                answer = system.resolve(name, "SOA", raise_on_no_answer=False, lifetime=_left(deadline))
                response = answer.response
            except dns.resolver.NXDOMAIN as error:
                response = error.response(error.qnames()[0])  # type: ignore[no-untyped-call]
            for section in (response.answer, response.authority):
                for rrset in section:
                    if rrset.rdtype == dns.rdatatype.SOA and owner.is_subdomain(rrset.name):
                        return rrset.name, rrset[0].minimum
        raise dns.resolver.NoAnswer

    def _find_servers(self, zone: dns.name.Name, deadline: float) -> tuple[Server, ...]:
        """The addresses of a zone's name servers."""
        system = self._system_resolver()
        hosts = sorted(record.target for record in system.resolve(zone, "NS", lifetime=_left(deadline)))

        def addresses(question: tuple[dns.name.Name, str]) -> list[Server]:
            host, kind = question
            try:
                found = system.resolve(host, kind, lifetime=_left(deadline))
            except _FAILURES:
                return []
            text = host.to_text(omit_final_dot=True)
            return [Server(record.address, self._authoritative_port, text) for record in found]

        questions = [(host, kind) for host in hosts[:_MOST_SERVERS] for kind in ("A", "AAAA")]
        with ThreadPoolExecutor(len(questions)) as pool:
            servers = [server for found in pool.map(addresses, questions) for server in found]
        if not servers:
            raise dns.resolver.NoNameservers
        return tuple(servers[:_MOST_SERVERS])

    def _system_resolver(self) -> dns.resolver.Resolver:
        with self._lock:
            if self._system is None:
                self._system = dns.resolver.Resolver()
            return self._system


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise dns.exception.Timeout
    return seconds


def _negative(response: dns.message.Message) -> tuple[str | None, int | None]:
    """The zone that an answer is from, and how long its absent records may be remembered (RFC 2308, section 5)."""
    for rrset in (*response.answer, *response.authority):
        if rrset.rdtype == dns.rdatatype.SOA:
            return rrset.name.to_text(omit_final_dot=True).lower(), min(rrset.ttl, rrset[0].minimum)
    return None, None


def _reason(error: BaseException) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"no proper answer ({_shown(error)[:100]})"


def _shown(error: BaseException) -> str:
    return neutralise(str(error) or type(error).__name__)[:300].rstrip(".")


def _comparable(name: str) -> str:
    return (name[:-1] if name.endswith(".") else name).lower()
