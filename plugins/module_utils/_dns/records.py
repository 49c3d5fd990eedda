# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What name servers say about a name, whatever the type of its records, and the zone that it is in."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import Network, NoAnswerError
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import NO_ANSWER, Resolver
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable, without_final_dot
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

if exchange.DNSPYTHON_IMPORT_ERROR is None:
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server

# The types that are found beside a CNAME record where one should not be. A server need not answer to "any" (RFC 8482).
TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT")

# All questions to one server, side by side, take at most so many seconds.
_QUESTIONS_TIME = 3.0
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_LONGEST_NAME = 253


@dataclasses.dataclass(frozen=True, order=True)
class Record:
    """A record without its owner: its type, and its data as in a zone file.

    A target has no trailing dot and is in lower case. The strings of a TXT record are put together, without quotes.
    """

    type: str
    value: str

    def __str__(self) -> str:
        return f"{self.type} {self.value}"


@dataclasses.dataclass(frozen=True)
class ServerRecords:
    """The records that a server has at a name; ``error`` is why it gives no answer, None if it does."""

    server: str
    records: tuple[Record, ...] = ()
    error: str | None = None

    def __str__(self) -> str:
        return f"{self.server}: {self.error or ', '.join(map(str, self.records)) or 'no such record'}"


@dataclasses.dataclass(frozen=True)
class RecordsLook:
    """What all servers say about one name at one time.

    ``zone`` is the zone that the name is in, None where no server tells. ``error`` is why nobody answered, None where
    someone did.
    """

    name: str
    zone: str | None = None
    servers: tuple[ServerRecords, ...] = ()
    error: str | None = None

    @property
    def answered(self) -> tuple[ServerRecords, ...]:
        """The servers that count."""
        return tuple(server for server in self.servers if server.error is None)

    @property
    def records(self) -> tuple[Record, ...]:
        """The records that at least one server has, each once."""
        return tuple(sorted({record for server in self.answered for record in server.records}))

    def everywhere(self, wanted: Record) -> bool:
        """Whether every server that answers, and at least one, has a record."""
        return bool(self.answered) and all(wanted in server.records for server in self.answered)

    @property
    def is_empty(self) -> bool:
        """Whether every server that answers, and at least one, has none of the records asked for."""
        return bool(self.answered) and not self.records

    def as_text(self) -> str:
        """The servers and what they say, in one line."""
        return "; ".join(map(str, self.servers)) or self.error or "nobody was asked"


def parse_owner(text: str) -> str:
    """The owner of a record: lower case, A-labels, no trailing dot. Raises InputError.

    It may have underscores (RFC 8552), as C(_acme-challenge.track.example.com) has, and internationalised labels.
    """
    name = comparable(text)
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or len(labels) < 2 or not all(map(_LABEL.match, labels)):
        raise InputError(f"name is no name that a record can have: {neutralise(text[:80])!r}")
    return name


def make_record(kind: str, value: str) -> Record:
    """A record as one looks for it; names are compared without their trailing dot and regardless of case."""
    return Record(kind, comparable(value) if kind in ("CNAME", "NS") else value)


def look_at_records(
    resolver: Resolver,
    name: str,
    types: t.Sequence[str],
    *,
    recursive: bool,
    open_network: t.Callable[[], Network] = Network,
) -> RecordsLook:
    """Ask every server that counts for the records of a name (as C(parse_owner) returns it); never fails.

    The servers are those that ``resolver`` finds, or those it was told; ``recursive`` says that it was told some.
    """
    return asyncio.run(look_in_loop(resolver, name, types, recursive=recursive, open_network=open_network))


async def look_in_loop(
    resolver: Resolver,
    name: str,
    types: t.Sequence[str],
    *,
    recursive: bool,
    open_network: t.Callable[[], Network] = Network,
) -> RecordsLook:
    """The same, for who has an event loop."""
    (look,) = await resolver.look_side_by_side([(name, None)])
    if look.error is not None:
        return RecordsLook(name, error=look.error)
    ask = _Questions(open_network(), dns.name.from_text(name), recursive)
    counted = [answer.server for answer in look.answers if answer.outcome != NO_ANSWER]
    silent = [
        ServerRecords(str(answer.server), error=answer.detail) for answer in look.answers if answer.outcome == NO_ANSWER
    ]
    servers = await asyncio.gather(*(ask.records(server, types) for server in counted))
    zones = await asyncio.gather(*(ask.zone(server) for server in counted))
    return RecordsLook(name, next((zone for zone in zones if zone), None), (*servers, *silent))


class _Questions:
    """Questions about one name to servers that are known."""

    def __init__(self, network: Network, owner: dns.name.Name, recursive: bool) -> None:
        self._network = network
        self._owner = owner
        self._recursive = recursive

    async def records(self, server: Server, types: t.Sequence[str]) -> ServerRecords:
        """The records of some types that a server has at the name itself."""
        try:
            found = await asyncio.gather(*(self._of_type(server, kind) for kind in types))
        except NoAnswerError as error:
            return ServerRecords(str(server), error=error.reason)
        return ServerRecords(str(server), tuple(sorted({record for records in found for record in records})))

    async def zone(self, server: Server) -> str | None:
        """The zone that the name is in, as the SOA record says that comes with an answer (RFC 2308, section 3)."""
        try:
            response = await self._ask(server, "SOA")
        except NoAnswerError:
            return None
        for rrset in (*response.answer, *response.authority):
            # Behind a CNAME record it may be the zone of the target.
            if rrset.rdtype == dns.rdatatype.SOA and self._owner.is_subdomain(rrset.name):
                return rrset.name.to_text(omit_final_dot=True).lower()
        return None

    async def _of_type(self, server: Server, kind: str) -> list[Record]:
        response = await self._ask(server, kind)
        number = dns.rdatatype.from_text(kind)
        rrset = response.get_rrset(response.answer, self._owner, dns.rdataclass.IN, number)
        return [Record(kind, _value(kind, rdata)) for rdata in rrset or ()]

    async def _ask(self, server: Server, kind: str) -> dns.message.Message:
        deadline = asyncio.get_running_loop().time() + _QUESTIONS_TIME
        number = dns.rdatatype.from_text(kind)
        response = await exchange.ask(
            self._network, server, self._owner, number, recursive=self._recursive, deadline=deadline
        )
        if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise NoAnswerError(f"it answers {dns.rcode.to_text(response.rcode())}")
        return response


def _value(kind: str, rdata: t.Any) -> str:
    if kind == "TXT":
        return neutralise(b"".join(rdata.strings).decode("utf-8", "replace"))
    text = rdata.to_text()
    return without_final_dot(text).lower() if kind in ("CNAME", "NS") else neutralise(text)
