# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a failed verification says about records that are wrong, each in its own way, in a real zone."""

from __future__ import annotations

from .conftest import CHECK_CONFIG, Account
from .name_server import NEGATIVE_TTL, ZONE, NameServer
from .playing import Ansible, Record, Result

TARGET = "track2.sendcloud.net."


def test_each_mistake_is_named(
    ansible: Ansible, account: Account, name_server: NameServer, other_name_server: NameServer
) -> None:
    names = [f"{name}.{ZONE}" for name in ("missing", "doubled", "proxied", "mistyped", "lagging")]
    missing, doubled, proxied, mistyped, lagging = names
    account.emulator.account.add_many(names)
    ansible.write(
        name_server,
        Record(f"{doubled}.{ZONE}", TARGET),
        Record(proxied, "192.0.2.1", "A"),
        Record(proxied, "2001:db8::1", "AAAA"),
        Record(mistyped, "track2.sendcloud.com."),
    )
    ansible.write(other_name_server, Record(lagging, TARGET))
    both = [name_server.server, other_name_server.server]
    domains = [{"name": name, "servers": both if name == lagging else both[:1]} for name in names]

    played = ansible.play("verify_in_vain.yml", domains=domains)

    failures: dict[str, Result] = {result["item"]["name"]: result for result in played["Verify each"]["results"]}
    messages = {name: str(failure["msg"]) for name, failure in failures.items()}
    assert list(failures) == names
    assert {failure["error"]["kind"] for failure in failures.values()} == {"verification"}
    assert account.endpoints.count(CHECK_CONFIG) == len(names)
    for name in names:
        assert f"{name}. IN CNAME {TARGET}" in messages[name]
        remembered = "the wrong target for the TTL" if name == mistyped else "it as missing until 20"
        assert remembered in messages[name]

    assert "There is no such record" in messages[missing]
    assert f"{name_server.server}: no such name" in messages[missing]
    assert failures[missing]["verification"]["dns"] == {
        "expected": TARGET.rstrip("."),
        "found": [],
        "consistent": False,
        "negative_ttl": NEGATIVE_TTL,
        "error": None,
    }

    assert f"There is a record called {doubled}.{ZONE}" in messages[doubled]
    assert "with the zone twice in its name" in messages[doubled]
    assert "trailing dot" in messages[doubled]

    assert "The name has an address record in place of the CNAME record" in messages[proxied]
    assert "A 192.0.2.1, AAAA 2001:db8::1, no CNAME record" in messages[proxied]

    assert f"The record points to track2.sendcloud.com., not to {TARGET.rstrip('.')} (" in messages[mistyped]
    assert failures[mistyped]["verification"]["dns"]["found"] == ["track2.sendcloud.com"]

    assert "Only 1 of 2 DNS servers have the record" in messages[lagging]
    assert f"{name_server.server}: no such name" in messages[lagging]
    assert f"{other_name_server.server}: CNAME {TARGET.rstrip('.')}" in messages[lagging]
