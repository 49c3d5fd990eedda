# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Generated mixtures of slow, silent, lying and lagging servers: no healthy name is called bad, no bad one healthy.

The network and its time are made up, so that a look that takes four seconds takes none.
"""

from __future__ import annotations

import dns.name
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import explain
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver, Server
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import (
    DnsServer,
    MadeUpNetwork,
    run_in_no_time,
)
from hypothesis import given, settings
from hypothesis import strategies as st

TARGET = "track2.sendcloud.net"
SYSTEM = "192.0.2.53"

# What takes nothing from an answer that arrives in time.
HEALTHY = st.sampled_from([None, "truncated", "edns_formerr", "edns_notimp", "edns_badvers", "edns_silent"])
# What keeps a server from counting.
DEAD = st.sampled_from(["silent", "servfail", "refused", "lame", "upward", "intercepted", "garbage", "other_question"])
# What a server holds that is wrong: nothing (it lags behind), another target, an address, an alias of itself.
WRONG = st.sampled_from([None, ("CNAME", "elsewhere.example."), ("A", "192.0.2.200"), ("CNAME", "{name}.")])

healthy_servers = st.tuples(st.just("healthy"), HEALTHY, st.floats(0, 0.6), st.none())
dead_servers = st.tuples(st.just("dead"), DEAD, st.floats(0, 5), WRONG)
wrong_servers = st.tuples(st.just("wrong"), HEALTHY, st.floats(0, 0.6), WRONG)
# A host whose name the system's resolver is silent about, or does not know.
hidden_servers = st.tuples(st.sampled_from(["unresolved", "unknown"]), HEALTHY, st.just(0), WRONG)

# Zones, each with some servers; the name of the record is one or two labels below.
zones = st.lists(
    st.tuples(
        st.lists(st.one_of(healthy_servers, dead_servers, wrong_servers, hidden_servers), min_size=1, max_size=5),
        st.sampled_from(["track", "track.mail"]),
    ),
    min_size=1,
    max_size=6,
)


class SystemResolver(DnsServer):
    """Knows all zones, and is silent about some hosts."""

    def __init__(self, **options):
        super().__init__({}, zones=["example", "net"], **options)
        self.unresolved = set()

    def respond(self, data, protocol):
        answer = super().respond(data, protocol)
        return None if self.queries[-1][0] in self.unresolved else answer


def build(zones, system):
    """The servers by address; the pairs to look at; for each of these what its servers are."""
    servers, pairs, kinds = {SYSTEM: system}, [], []
    for number, (members, label) in enumerate(zones):
        zone = f"zone{number}.example"
        name = f"{label}.{zone}"
        pairs.append((name, TARGET))
        kinds.append([kind for kind, *_unused in members])
        system.zones.append(dns.name.from_text(zone))
        system.publish(zone, "NS", *(f"ns{one}.{zone}." for one in range(len(members))))
        for one, (kind, failing, delay, wrong) in enumerate(members):
            address, host = f"192.0.{number + 3}.{one + 1}", f"ns{one}.{zone}"
            if kind == "unresolved":
                system.unresolved.add(host)
            if kind != "unknown":
                system.publish(host, "A", address)
            record = ("CNAME", f"{TARGET}.") if kind == "healthy" else wrong
            records = {} if record is None else {(name, record[0]): [record[1].format(name=name)]}
            servers[address] = DnsServer(records, zones=[zone], failing=failing, delay=delay)
    return servers, pairs, kinds


@given(zones=zones, delay=st.floats(0, 0.5), explained=st.booleans(), many=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_look_is_right_and_ends_in_time(zones, delay, explained, many):
    servers, pairs, kinds = build(zones, SystemResolver(delay=delay))
    network = MadeUpNetwork(servers)
    resolver = Resolver(system=[Server(SYSTEM)], open_network=lambda: network)
    batches = [pairs] if many else [[pair] for pair in pairs]
    looks = []
    for batch in batches:
        found, seconds = run_in_no_time(resolver.look_side_by_side(batch, explain=explained))
        assert seconds <= _dns.LOOK_TIME + 0.1
        looks += found

    for look, members in zip(looks, kinds, strict=True):
        answering = {kind for kind in members if kind in ("healthy", "wrong")}
        assert look.ready is look.visible is look.consistent is (answering == {"healthy"})
        assert len(look.answered) == sum(kind in ("healthy", "wrong") for kind in members)
        assert (look.error is None) is bool(answering)
        assert explain(look)
    for address, server in servers.items():
        # At most: the record, two kinds of addresses, the doubled name, the SOA record; each with EDNS and without.
        assert address == SYSTEM or len(server.queries) <= 2 * 2 * 5
    assert not any(name in {name for name, _unused in pairs} for name, *_unused in servers[SYSTEM].queries)
