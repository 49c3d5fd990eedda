# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a look says of everything that can be wrong with a record, its zone and its servers, all of them BIND.

They have port 53 of an address each, in a network of their own, with a root and a resolver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from .looking import TARGET, Seen, look
from .name_server import NameServer, Zone
from .namespace import Namespace

RESOLVER, ROOT, FIRST, SECOND, BETWEEN, SILENT, LIMITED = (f"127.0.0.{number}" for number in range(1, 8))
PORT = 53
NEGATIVE_TTL = 900

FIRST_NS, SECOND_NS = f"ns1.example.com ({FIRST})", f"ns2.example.com ({SECOND})"

# The zones with their name servers, as they are delegated from the root.
DELEGATED: Mapping[str, Mapping[str, str]] = {
    "example.com": {"ns1.example.com": FIRST, "ns2.example.com": SECOND},
    "sendcloud.net": {"ns1.example.com": FIRST},
    # Nobody answers when the resolver asks for the address of the second one.
    "halfdead.test": {"ns1.example.com": FIRST, "ns.gone.test": ""},
    "gone.test": {"ns.silent.test": SILENT},
    "silent.test": {"ns.silent.test": SILENT},
    # A resolver answers in place of the server that is responsible, which this host's resolver can reach all the same.
    "between.test": {"ns.between.test": BETWEEN},
    "limited.test": {"ns.limited.test": LIMITED},
}
RECORDS = f"""
right 60 IN CNAME {TARGET}.
split 60 IN CNAME {TARGET}.
lagging 60 IN CNAME {TARGET}.
chain 60 IN CNAME alias
alias 60 IN CNAME {TARGET}.
flat 60 IN A 192.0.2.80
*.wild 60 IN A 192.0.2.90
track.mail.example.com 60 IN CNAME {TARGET}.
delegated 60 IN NS ns1
"""

pytestmark = pytest.mark.namespace


@dataclass(frozen=True)
class Internet:
    """A small one."""

    inside: Sequence[str]
    servers: Mapping[str, NameServer]

    def look(self, name: str, servers: Sequence[str] = ()) -> Seen:
        (seen,) = look(self.inside, name, servers=servers)
        return seen


def zone(name: str, records: str = "") -> Zone:
    """A zone whose negative TTL is that of its SOA record's minimum."""
    lines = ["$TTL 60", f"@ 3600 IN SOA ns1.example.com. hostmaster 1 3600 600 86400 {NEGATIVE_TTL}"]
    for host, address in DELEGATED.get(name, {"ns1.example.com": FIRST}).items():
        lines.append(f"@ IN NS {host}.")
        if address and host.endswith(f".{name}"):
            lines.append(f"{host}. IN A {address}")
    return Zone(name, "\n".join([*lines, records]))


def root_zone() -> Zone:
    lines = [f"@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\nroot. 60 IN A {ROOT}"]
    glue = {}
    for name, hosts in DELEGATED.items():
        lines += [f"{name}. 60 IN NS {host}." for host in hosts]
        glue.update({host: address for host, address in hosts.items() if address})
    return Zone(".", "\n".join([*lines, *(f"{host}. 60 IN A {address}" for host, address in glue.items())]))


@pytest.fixture(scope="module")
def internet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    folder = tmp_path_factory.mktemp("internet")
    hint = Zone(".", f". 60 IN NS root.\nroot. 60 IN A {ROOT}", "hint")
    other = RECORDS.replace(f"split 60 IN CNAME {TARGET}.", "split 60 IN CNAME old.example.net.")
    other = other.replace(f"lagging 60 IN CNAME {TARGET}.", "")
    elsewhere = "track 60 IN CNAME elsewhere.example.net."
    with ExitStack() as stack:
        addresses = (RESOLVER, ROOT, FIRST, SECOND, BETWEEN, SILENT, LIMITED)
        inside = stack.enter_context(Namespace(folder, *addresses)).inside
        servers: dict[str, NameServer] = {}

        def start(address: str, *zones: Zone, recursion: bool = False, options: str = "") -> None:
            server = NameServer(
                folder / address,
                *zones,
                address=address,
                port=PORT,
                recursion=recursion,
                options=options,
                inside=inside,
            )
            servers[address] = stack.enter_context(server)

        start(ROOT, root_zone())
        start(RESOLVER, hint, zone("between.test"), recursion=True)
        start(
            FIRST,
            zone("example.com", RECORDS),
            zone("delegated.example.com"),
            zone("sendcloud.net", "track2 60 IN A 192.0.2.80"),
            zone("halfdead.test", f"track 60 IN CNAME {TARGET}."),
            zone("between.test", f"track 60 IN CNAME {TARGET}."),
        )
        start(SECOND, zone("example.com", other))
        start(BETWEEN, recursion=True, options=f"forward only; forwarders {{ {FIRST}; }};")
        start(SILENT, zone("silent.test", elsewhere), options="blackhole { any; };")
        limit = "rate-limit { responses-per-second 1; window 5; slip 1; };"
        start(LIMITED, zone("limited.test", elsewhere), options=limit)
        yield Internet(inside, servers)


def test_a_record_that_is_right(internet: Internet) -> None:
    seen = internet.look("right.example.com")
    assert seen.ready
    assert seen.dns == {
        "expected": TARGET,
        "found": [TARGET],
        "consistent": True,
        "negative_ttl": NEGATIVE_TTL,
        "error": None,
    }
    assert seen.told == (
        f"The record is right at every DNS server that answers ({FIRST_NS}, {SECOND_NS}: CNAME {TARGET})"
    )


def test_a_record_that_is_not_there(internet: Internet) -> None:
    seen = internet.look("missing.example.com")
    assert not seen.ready
    assert seen.told == (
        "There is no such record in DNS: publish it, or look for it in another zone "
        f"({FIRST_NS}, {SECOND_NS}: no such name)"
    )


def test_a_name_server_whose_name_does_not_resolve(internet: Internet) -> None:
    seen = internet.look("track.halfdead.test")
    assert seen.ready
    assert seen.dns["found"] == [TARGET]
    assert seen.told == (
        "The record is right at every DNS server that answers "
        "(ns.gone.test: no address: the system's resolver, asked for ns.gone.test: no answer in time; "
        f"{FIRST_NS}: CNAME {TARGET})"
    )


def test_a_secondary_that_lags_behind(internet: Internet) -> None:
    seen = internet.look("lagging.example.com")
    assert not seen.ready
    assert seen.dns["found"] == [TARGET]
    assert seen.dns["consistent"] is False
    assert seen.told == (
        "Only 1 of 2 DNS servers have the record: wait for the others, or find out why they do not get the zone "
        f"({FIRST_NS}: CNAME {TARGET}; {SECOND_NS}: no such name)"
    )


def test_servers_that_disagree(internet: Internet) -> None:
    seen = internet.look("split.example.com")
    assert not seen.ready
    assert seen.dns["found"] == ["old.example.net", TARGET]
    assert seen.told == (
        "Only 1 of 2 DNS servers have the record, others point to old.example.net. Have all of them serve the same "
        f"zone ({FIRST_NS}: CNAME {TARGET}; {SECOND_NS}: CNAME old.example.net)"
    )


@pytest.mark.parametrize("name", ["example.com", "delegated.example.com"])
def test_a_name_that_is_a_zone_of_its_own(internet: Internet, name: str) -> None:
    seen = internet.look(name)
    assert not seen.ready
    servers = FIRST_NS if name.startswith("delegated") else f"{FIRST_NS}, {SECOND_NS}"
    assert seen.told == (
        f"{name} is a zone of its own, and a CNAME record cannot be at the top of a zone. Track a name below it, for "
        f"example track.{name}, or remove the delegation if it is a mistake ({servers}: no CNAME record)"
    )


def test_a_doubled_name_in_a_deep_zone(internet: Internet) -> None:
    seen = internet.look("track.mail.example.com")
    assert seen.told == (
        "There is a record called track.mail.example.com.example.com., with the zone twice in its name: give the name "
        "a trailing dot in a zone file; at a DNS provider, enter track.mail alone "
        f"({FIRST_NS}, {SECOND_NS}: no such name)"
    )


def test_a_chain_of_cname_records(internet: Internet) -> None:
    seen = internet.look("chain.example.com")
    assert seen.ready
    assert seen.dns["consistent"] is False
    assert seen.told == (
        f"The record points to alias.example.com., and further CNAME records lead from there to {TARGET}. SendCloud "
        "may insist on a record that points there directly "
        f"({FIRST_NS}, {SECOND_NS}: CNAME alias.example.com)"
    )


def test_a_flattened_record(internet: Internet) -> None:
    seen = internet.look("flat.example.com")
    assert seen.ready
    assert seen.told == (
        f"The name has the addresses of {TARGET} in place of a CNAME record, as an ALIAS or ANAME record or CNAME "
        "flattening makes them. SendCloud may insist on a CNAME record "
        f"({FIRST_NS}, {SECOND_NS}: A 192.0.2.80, no CNAME record)"
    )


def test_a_wildcard(internet: Internet) -> None:
    seen = internet.look("track.wild.example.com")
    assert not seen.ready
    assert seen.told == (
        "The name has an address record in place of the CNAME record: replace it, or switch off the DNS provider's "
        f"proxy if that makes it ({FIRST_NS}, {SECOND_NS}: A 192.0.2.90, no CNAME record)"
    )


def test_silence(internet: Internet) -> None:
    found = internet.look("track.silent.test")
    assert not found.ready
    assert found.dns["error"] == (
        "its authoritative name servers could not be found: the system's resolver, asked for silent.test: no answer in "
        "time"
    )
    told = internet.look("track.silent.test", servers=[SILENT])
    assert not told.ready
    assert told.dns["error"] == f"no DNS server answered ({SILENT}: no answer in time)"
    assert told.told == f"DNS could not be asked: {told.dns['error']}"


def test_an_answer_that_is_cut_off(internet: Internet) -> None:
    """BIND cuts off what it is asked too often, so that the question comes again by TCP."""
    for seen in look(internet.inside, *["track.limited.test"] * 5):
        assert seen.dns["found"] == ["elsewhere.example.net"]
        assert f"The record points to elsewhere.example.net., not to {TARGET} (" in seen.told
    # The flags are those of the question: no recursion, EDNS, TCP.
    internet.servers[LIMITED].wait_for("query: track.limited.test IN CNAME -E(0)T")


def test_a_resolver_on_the_way_answers_in_place_of_the_server(internet: Internet) -> None:
    assert internet.look("track.between.test", servers=[BETWEEN]).ready
    seen = internet.look("track.between.test")
    assert not seen.ready
    assert seen.dns["error"] == (
        f"no DNS server answered (ns.between.test ({BETWEEN}): a resolver answers in its place, so DNS seems to be "
        "intercepted on the way (dns_servers can name servers that can be reached))"
    )
