# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What DNS servers say about a CNAME record: the authoritative ones of its zone, or those one is told to ask."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import Network, NoAnswerError, is_available
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import (
    DNS_PORT,
    Cut,
    Finder,
    Memory,
    Server,
    addresses_in,
    parse_server,
)
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable, same_target
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

if exchange.DNSPYTHON_IMPORT_ERROR is None:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype

__all__ = ["Look", "Resolver", "Server", "ServerAnswer", "is_available", "parse_server"]

# What a server can say.
CNAME = "cname"  # the record is there; target says where it points
NO_NAME = "no_name"  # there is no such name
NO_RECORD = "no_record"  # the name is there, without this record
OTHER_RECORD = "other_record"  # the name is there, with addresses in place of this record
NO_ANSWER = "no_answer"  # nothing, an error, or an answer for which it is not responsible

# One look takes at most so many seconds, whatever the servers do. What was not found after the second number of seconds
# is not waited for, so that what was found can still be asked.
LOOK_TIME = 4.0
_FINDING_TIME = 3.2
# So many looks are under way at the same time. Each begins a moment after the one before: on a busy machine, answers
# that have arrived are read before more is asked.
_LOOKS_SIDE_BY_SIDE = 100
_PACE = 0.002
_MOST_SERVERS = 16  # of a zone
_MOST_SERVERS_IN_ALL = 48
# A CNAME record that points elsewhere is followed through so many further records.
_MOST_ALIASES = 4


@dataclasses.dataclass(frozen=True)
class ServerAnswer:
    """What one server says: one of the outcomes above, and ``detail`` in words.

    ``target`` is that of the CNAME record, in lower case, without a trailing dot. ``leads`` says whether the answer
    leads to the target that is expected in another way: by a CNAME record to another CNAME record, or by the same
    addresses. ``negative_ttl`` is for how many seconds the record's absence may be remembered (RFC 2308, section 5),
    ``zone`` the zone that says so.
    """

    server: Server
    outcome: str
    detail: str
    target: str | None = None
    negative_ttl: int | None = None
    zone: str | None = None
    leads: bool = False


@dataclasses.dataclass(frozen=True)
class Look:
    """What all servers say about one name at one time.

    ``expected`` is the target that the record should have, None where that is not known. ``doubled`` is the name with
    its zone twice, if there is a CNAME record there. ``error`` is why nobody answered, None where someone did.
    ``is_zone`` says that the name is a zone of its own, where a CNAME record cannot be (RFC 1034, section 3.6.2).
    """

    name: str
    expected: str | None
    answers: tuple[ServerAnswer, ...] = ()
    error: str | None = None
    doubled: str | None = None
    zone_negative_ttl: int | None = None
    is_zone: bool = False

    @property
    def answered(self) -> tuple[ServerAnswer, ...]:
        """The answers that count."""
        return tuple(answer for answer in self.answers if answer.outcome != NO_ANSWER)

    @property
    def visible(self) -> bool:
        """Whether every server that answers, and at least one, shows the record as expected."""
        return bool(self.answered) and all(self.shows(answer) for answer in self.answered)

    @property
    def ready(self) -> bool:
        """Whether SendCloud may be asked: what every server answers leads to the target, in one way or another."""
        return bool(self.answered) and all(self.shows(answer) or answer.leads for answer in self.answered)

    @property
    def consistent(self) -> bool:
        """Whether every server that answers says what is expected; false where none answers."""
        return self.visible

    @property
    def found(self) -> list[str]:
        """The targets that were found, each once."""
        return sorted({answer.target for answer in self.answered if answer.target is not None})

    @property
    def zone(self) -> str | None:
        """The zone that the name is in, where a server told."""
        return next((answer.zone for answer in self.answered if answer.zone is not None), None)

    @property
    def negative_ttl(self) -> int | None:
        """For how many seconds a resolver may remember that the record is missing; None where that is not known."""
        known = [answer.negative_ttl for answer in self.answers if answer.negative_ttl is not None]
        return max(known) if known else self.zone_negative_ttl

    def shows(self, answer: ServerAnswer) -> bool:
        """Whether an answer is the record as expected."""
        return same_target(answer.target, self.expected)

    def as_result(self) -> dict[str, t.Any]:
        """The value of C(dns) in a result."""
        return {
            "expected": None if self.expected is None else comparable(self.expected),
            "found": self.found,
            "consistent": self.consistent,
            "negative_ttl": self.negative_ttl,
            "error": self.error,
        }


class Resolver:
    """Looks CNAME records up, at the ``servers`` given or else at the authoritative servers of each name.

    ``system`` are the servers that find the authoritative ones, by default those of this host's resolver;
    ``authoritative_port`` is the port that the latter are asked at, and ``open_network`` what carries the questions.
    Raises MissingLibraryError where dnspython is missing or too old.
    """

    def __init__(
        self,
        servers: t.Sequence[Server] = (),
        *,
        system: t.Sequence[Server] | None = None,
        authoritative_port: int = DNS_PORT,
        open_network: t.Callable[[], Network] = Network,
    ) -> None:
        exchange.check_available()
        self._servers = tuple(servers)
        self._system = system
        self._authoritative_port = authoritative_port
        self._open_network = open_network
        self._memory = Memory()

    def look(self, name: str, expected: str | None, *, explain: bool = False) -> Look:
        """Ask each server for the CNAME record of a name, side by side; never fails, and ends within LOOK_TIME.

        With ``explain`` it also looks for the record at the name with its zone twice, and for the negative TTL of a
        zone where the record is there.
        """
        return self.look_many([(name, expected)], explain=explain)[0]

    def look_many(self, pairs: t.Sequence[tuple[str, str | None]], *, explain: bool = False) -> list[Look]:
        """Look up several names, each with the target expected, side by side; the looks are in the same order."""
        return asyncio.run(self.look_side_by_side(pairs, explain=explain)) if pairs else []

    async def look_side_by_side(
        self, pairs: t.Sequence[tuple[str, str | None]], *, explain: bool = False
    ) -> list[Look]:
        """The same, for who has an event loop."""
        network = self._open_network()
        finder = Finder(network, self._memory, self._system, self._authoritative_port)
        free = asyncio.Semaphore(_LOOKS_SIDE_BY_SIDE)

        async def look(name: str, expected: str | None) -> Look:
            try:
                return await self._look(network, finder, name, expected, explain)
            finally:
                free.release()

        looks = []
        try:
            for name, expected in pairs:
                await network.wait_for_room()
                await free.acquire()
                looks.append(asyncio.ensure_future(look(name, expected)))
                await asyncio.sleep(_PACE)
            return list(await asyncio.gather(*looks))
        finally:
            await exchange.cancel(looks)
            await finder.close()

    async def _look(self, network: Network, finder: Finder, name: str, expected: str | None, explain: bool) -> Look:
        try:
            owner = dns.name.from_text(name)
        except (dns.exception.DNSException, ValueError) as error:
            shown = neutralise(str(error) or type(error).__name__)[:300].rstrip(".")
            return Look(name, expected, error=f"it is no name that DNS can hold: {shown}")
        start = asyncio.get_running_loop().time()
        around = _Surroundings(network, finder, self._servers, start + _FINDING_TIME, start + LOOK_TIME)
        return await _Looking(around, owner, expected, explain, {owner}).look(name)


@dataclasses.dataclass(frozen=True)
class _Surroundings:
    """What a look works with; the two ends are in the event loop's time."""

    network: Network
    finder: Finder
    told: tuple[Server, ...]
    finding_end: float
    end: float


class _Looking:
    """One look while it is under way. No server is asked twice for the same, so that it ends whatever they say.

    ``followed`` are the names that a chain of CNAME records has led through, this one included.
    """

    def __init__(
        self,
        around: _Surroundings,
        owner: dns.name.Name,
        expected: str | None,
        explain: bool,
        followed: set[dns.name.Name],
    ) -> None:
        self._around = around
        self._owner = owner
        self._expected = expected
        self._explain = explain
        self._followed = followed
        self._asked: set[str] = set()
        self._cuts: set[Cut] = set()
        self._answers: list[ServerAnswer] = []
        self._doubled: str | None = None
        self._chains: dict[str, asyncio.Future[bool]] = {}

    async def look(self, name: str) -> Look:
        """Ask everyone there is to ask."""
        around = self._around
        try:
            if around.told:
                await asyncio.gather(*(self._ask(server, None) for server in around.told))
            else:
                await self._descend(await around.finder.start(self._owner, around.finding_end))
        except NoAnswerError as error:
            reason = f"its authoritative name servers could not be found: {error.reason}"
            return Look(name, self._expected, error=reason)
        finally:
            await exchange.cancel(list(self._chains.values()))
        return self._as_look(name)

    def _as_look(self, name: str) -> Look:
        order = {str(server): number for number, server in enumerate(self._around.told)}
        answers = sorted(
            self._answers,
            key=lambda one: (
                order.get(str(one.server), 0),
                one.server.host or "",
                ":" in one.server.address,
                one.server.address,
            ),
        )
        error = None
        if all(answer.outcome == NO_ANSWER for answer in answers):
            silent = "; ".join(f"{answer.server}: {answer.detail}" for answer in answers)
            error = f"no DNS server answered ({silent})" if silent else "no DNS server is responsible for it"
        own = self._owner.to_text(omit_final_dot=True).lower()
        is_zone = any(cut.zone == self._owner for cut in self._cuts) or any(one.zone == own for one in answers)
        return Look(name, self._expected, tuple(answers), error, self._doubled, is_zone=is_zone)

    async def _descend(self, cut: Cut) -> None:
        """Ask the servers of a zone, each as soon as it is found, and those of the zones that they refer to."""
        self._cuts.add(cut)
        questions = [
            self._ask_host(host, kind, cut.zone)
            for host in cut.hosts[:_MOST_SERVERS]
            for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)
        ]
        referrals = [one for found in await asyncio.gather(*questions) for one in found]
        agreed = set(referrals)
        if len(agreed) == 1:
            (referral,) = agreed
            if referral is not None and self._owner != referral.zone:
                self._around.finder.remember(referral)

    async def _ask_host(
        self, host: dns.name.Name, kind: dns.rdatatype.RdataType, zone: dns.name.Name
    ) -> list[Cut | None]:
        """Where each server at a host refers to, None for one that answers itself; those that do neither left out."""
        try:
            servers = await self._around.finder.find(host, kind, self._around.finding_end)
        except NoAnswerError as error:
            # Once for both kinds of addresses.
            if kind == dns.rdatatype.A:
                text = host.to_text(omit_final_dot=True).lower()
                self._answers.append(ServerAnswer(Server("", host=text), NO_ANSWER, f"no address: {error.reason}"))
            return []
        room = _MOST_SERVERS_IN_ALL - len(self._asked)
        new = [server for server in servers if server.address not in self._asked][:room]
        self._asked.update(server.address for server in new)
        referrals = await asyncio.gather(*(self._ask(server, zone) for server in new))
        return [referral for answered, referral in referrals if answered]

    async def _ask(self, server: Server, zone: dns.name.Name | None) -> tuple[bool, Cut | None]:
        """Whether a server answers, and the zone that it refers to."""
        try:
            response = await self._question(server, self._owner, dns.rdatatype.CNAME)
        except NoAnswerError as error:
            self._answers.append(ServerAnswer(server, NO_ANSWER, error.reason))
            return False, None
        cut = None if zone is None else _referral(response, self._owner, zone)
        if cut is not None and cut.hosts and not response.answer and not response.flags & dns.flags.AA:
            if cut not in self._cuts:
                await self._descend(cut)
            return True, cut
        answer = _read(server, response, self._owner, self._must_be_responsible)
        self._answers.append(await self._look_closer(answer))
        if cut is not None and answer.outcome != NO_ANSWER:
            # It serves the zone above, too; the others of the zone itself have to be found yet.
            whole = await self._with_hosts(server, cut)
            if whole not in self._cuts:
                await self._descend(whole)
        return answer.outcome != NO_ANSWER, None

    async def _with_hosts(self, server: Server, cut: Cut) -> Cut:
        if cut.hosts:
            return cut
        try:
            response = await self._question(server, cut.zone, dns.rdatatype.NS)
        except NoAnswerError:
            return cut
        rrset = response.get_rrset(response.answer, cut.zone, dns.rdataclass.IN, dns.rdatatype.NS)
        return Cut(cut.zone, tuple(sorted(record.target for record in rrset or ())))

    async def _look_closer(self, answer: ServerAnswer) -> ServerAnswer:
        """The answer with what more there is to know where it is not what is expected."""
        if answer.outcome == CNAME:
            if self._explain:
                answer = dataclasses.replace(answer, negative_ttl=await self._negative_ttl(answer.server))
            if self._expected is None or same_target(answer.target, self._expected):
                return answer
            return dataclasses.replace(answer, leads=await self._leads(t.cast(str, answer.target)))
        if answer.outcome == NO_RECORD:
            answer = await self._with_addresses(answer)
        if self._explain and answer.zone is not None:
            await self._look_for_doubled(answer.server, answer.zone)
        return answer

    async def _with_addresses(self, answer: ServerAnswer) -> ServerAnswer:
        """The answer with the addresses that the name has in place of the CNAME record, if it has any."""
        kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
        found = await asyncio.gather(*(self._addresses(answer.server, self._owner, kind) for kind in kinds))
        if not any(found):
            return answer
        # A provider that flattens a record may leave IPv6 out.
        present = [(kind, addresses) for kind, addresses in zip(kinds, found) if addresses]
        there = await asyncio.gather(*(self._addresses_of_target(answer.server, kind) for kind, _unused in present))
        return dataclasses.replace(
            answer,
            outcome=OTHER_RECORD,
            detail=", ".join(
                [f"{dns.rdatatype.to_text(kind)} {one}" for kind, addresses in present for one in sorted(addresses)]
                + ["no CNAME record"]
            ),
            leads=all(addresses == right for (_unused, addresses), right in zip(present, there)),
        )

    async def _addresses(self, server: Server, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> frozenset[str]:
        """The addresses that a server gives for a name; none where it gives no answer."""
        try:
            response = await self._question(server, name, kind)
        except NoAnswerError:
            return frozenset()
        return addresses_in(response, kind)

    async def _addresses_of_target(self, server: Server, kind: dns.rdatatype.RdataType) -> frozenset[str]:
        try:
            target = dns.name.from_text(self._expected or "")
        except (dns.exception.DNSException, ValueError):
            return frozenset()
        found = await self._addresses(server, target, kind) if self._around.told else frozenset()
        if found:
            return found
        try:
            return await self._around.finder.addresses(target, kind, self._around.end)
        except NoAnswerError:
            return frozenset()

    async def _leads(self, target: str) -> bool:
        """Whether further CNAME records lead from a target to the one expected."""
        name = dns.name.from_text(target)
        if target not in self._chains:
            if name in self._followed or len(self._followed) > _MOST_ALIASES:
                return False
            self._followed.add(name)
            looking = _Looking(self._around, name, self._expected, False, self._followed)
            self._chains[target] = asyncio.ensure_future(looking.leads())
        return await asyncio.shield(self._chains[target])

    async def leads(self) -> bool:
        """Whether what every server says leads to the target expected, by CNAME records."""
        look = await self.look("")
        return look.ready and all(answer.outcome == CNAME for answer in look.answered)

    async def _look_for_doubled(self, server: Server, zone: str) -> None:
        """Look for the record at the name with its zone twice: what a zone file without the trailing dot makes of it.

        Another target than the one expected (which may lack its trailing dot, too) is a wildcard's, not a mistake.
        """
        try:
            doubled = self._owner.relativize(dns.name.root).derelativize(dns.name.from_text(zone))
            response = await self._question(server, doubled, dns.rdatatype.CNAME)
        except (NoAnswerError, dns.exception.DNSException):  # the latter: too long a name
            return
        target = _read(server, response, doubled, self._must_be_responsible).target
        right = self._expected if self._expected is not None else target
        if same_target(target, right) or same_target(target, f"{comparable(right or '')}.{zone}"):
            self._doubled = doubled.to_text(omit_final_dot=True).lower()

    async def _negative_ttl(self, server: Server) -> int | None:
        try:
            response = await self._question(server, self._owner.parent(), dns.rdatatype.SOA)
        except NoAnswerError:
            return None
        return _negative(response)[1]

    async def _question(
        self, server: Server, name: dns.name.Name, kind: dns.rdatatype.RdataType
    ) -> dns.message.Message:
        around = self._around
        return await exchange.ask(around.network, server, name, kind, recursive=bool(around.told), deadline=around.end)

    @property
    def _must_be_responsible(self) -> bool:
        return not self._around.told


def _read(server: Server, response: dns.message.Message, owner: dns.name.Name, responsible: bool) -> ServerAnswer:
    """What a server says about the CNAME record of a name; it must be ``responsible`` for it, or may have asked."""
    code = response.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return ServerAnswer(server, NO_ANSWER, f"it answers {dns.rcode.to_text(code)}")
    if responsible and not response.flags & dns.flags.AA:
        if response.flags & dns.flags.RA:
            return ServerAnswer(
                server,
                NO_ANSWER,
                "a resolver answers in its place, so DNS seems to be intercepted on the way (dns_servers can name "
                "servers that can be reached)",
            )
        return ServerAnswer(server, NO_ANSWER, "it is not responsible for the zone (lame delegation)")
    found = response.get_rrset(response.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME)
    if found:
        target = comparable(found[0].target.to_text())
        return ServerAnswer(server, CNAME, f"CNAME {target}.", target=target)
    zone, negative_ttl = _negative(response)
    if code == dns.rcode.NXDOMAIN:
        return ServerAnswer(server, NO_NAME, "no such name", negative_ttl=negative_ttl, zone=zone)
    return ServerAnswer(server, NO_RECORD, "no CNAME record", negative_ttl=negative_ttl, zone=zone)


def _referral(response: dns.message.Message, owner: dns.name.Name, zone: dns.name.Name) -> Cut | None:
    """The zone below this one that an answer says the name is in; without hosts where only its SOA record says so."""
    for kind in (dns.rdatatype.NS, dns.rdatatype.SOA):
        for rrset in response.authority:
            is_below = rrset.name != zone and rrset.name.is_subdomain(zone) and owner.is_subdomain(rrset.name)
            if rrset.rdtype == kind and is_below:
                hosts = [record.target for record in rrset] if kind == dns.rdatatype.NS else []
                return Cut(rrset.name, tuple(sorted(hosts)))
    return None


def _negative(response: dns.message.Message) -> tuple[str | None, int | None]:
    """The zone that an answer is from, and how long its absent records may be remembered (RFC 2308, section 5)."""
    for rrset in (*response.answer, *response.authority):
        if rrset.rdtype == dns.rdatatype.SOA:
            return rrset.name.to_text(omit_final_dot=True).lower(), min(rrset.ttl, rrset[0].minimum)
    return None, None
