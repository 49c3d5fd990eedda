# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The playbook converge: many names of several accounts, one waiting time, and no failure that stops another name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from .runs import RolePlayer, Task, tasks_of
from .world import NAME_ZONE, STRAY_ZONE, Account, World, nsupdate

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

PLAYBOOK = "sendcloud.email.converge"
# How many names are worked on at the same time, and how long is waited between two looks, in seconds.
FORKS, INTERVAL = 5, 10
# A run of twenty names hangs if it takes longer, in seconds.
PATIENCE = 3600
PUBLISHED, VERIFIED = "Note whether it was written", "Wait until SendCloud has verified the record"
REASONS, SUMMARY = "Fail if a name is not done", "Say what was changed"


def inventory(folder: Path, accounts: Mapping[Account, Sequence[str | dict[str, Any]]], **variables: Any) -> str:
    """The option for an inventory with an account, and its names, on each host, and variables of all."""
    hosts = {
        account.user: {
            "sendcloud_api_user": account.user,
            "sendcloud_api_key": account.key,
            "sendcloud_api_url": account.url,
            "converge_names": names,
        }
        for account, names in accounts.items()
    }
    file = folder / "accounts.json"
    file.write_text(json.dumps({"accounts": {"hosts": hosts, "vars": variables}}), encoding="utf-8")
    return f"--inventory={file}"


@pytest.fixture
def role(role: RolePlayer, world: World) -> RolePlayer:
    role.keep_credentials_secret(*(account.key for account in world.accounts))
    return role


def test_twenty_names_of_four_accounts_wait_as_long_as_one(world: World, role: RolePlayer, tmp_path: Path) -> None:
    """Their records are written to a server that is asked by nobody, and seen only after the test has copied them.

    One name is left out in this, as if its zone were not delegated to who is written to.
    """
    names = {account: [f"{account.user}-{number}.{STRAY_ZONE}" for number in range(5)] for account in world.accounts}
    every = [name for some in names.values() for name in some]
    bad = every[-1]
    shared = {name: value for name, value in world.variables("").items() if name != "track_domain_name"}
    shared |= nsupdate(world.other_provider) | nsupdate(world.provider, "track_domain_challenge_")
    shared |= {"track_domain_challenge_provider": "nsupdate", "track_domain_certificate_key_type": "ecc256"}
    # Its variables go before those of its account. It is looked at once.
    listed: dict[Account, list[str | dict[str, Any]]] = {account: list(some) for account, some in names.items()}
    listed[world.accounts[-1]][-1] = {"track_domain_name": bad, "track_domain_wait_timeout": 0}
    options = [inventory(tmp_path, listed, **shared), f"--forks={FORKS}"]
    orders = world.orders

    playing = role.start(PLAYBOOK, *options, converge_hosts="accounts")
    world.other_provider.wait_for(f"updating zone '{STRAY_ZONE}/IN': adding an RR", len(every), patience=PATIENCE)
    asked = world.provider.queries(every[0])
    world.provider.wait_for_query(every[0], asked + 1, patience=PATIENCE)
    records = [(name, "CNAME", f"{account.target}.") for account, some in names.items() for name in some if name != bad]
    world.write(STRAY_ZONE, *records)
    played = playing.wait(code=2, patience=PATIENCE)

    tasks = tasks_of(played.output)
    order = [task.name for task in tasks]
    assert order.count(PUBLISHED) >= len(every)
    first_wait = order.index(VERIFIED)
    assert sum(name == PUBLISHED for name in order[:first_wait]) == len(every)
    waits = [task.result["verification"] for task in tasks if task.name == VERIFIED]
    assert len(waits) == len(every)
    # Only those that were the first to wait have waited at all; and SendCloud was asked once for each.
    assert 0 < sum(wait["waited"] >= INTERVAL for wait in waits) <= FORKS
    assert [wait["attempts"] for wait in waits] == [1] * len(every)
    for number, some in enumerate(names.values()):
        domains = world.inside("of_account", number=number, what="domains")
        for name in some:
            assert domains[name]["verified"] == (name != bad)
            assert (domains[name]["not_after"] is not None) == (name != bad)
    for name in every[:-1]:
        assert world.inside("handshake", name=name, authorities=world.root)
    assert world.orders - orders == len(every) - 1
    assert f"19 of {len(every)} names are done" in played[SUMMARY]["msg"]
    assert bad in played[REASONS]["msg"]
    assert "not delegated" in played[REASONS]["msg"]
    assert not any(name in played[REASONS]["msg"] for name in every[:-1])

    again = role.start(PLAYBOOK, *options, converge_hosts="accounts").wait(code=2, patience=PATIENCE)

    assert world.orders - orders == len(every) - 1
    assert changes(tasks_of(again.output)) == []
    assert bad in again[REASONS]["msg"]


def test_check_mode_changes_nothing_and_an_account_that_cannot_be_read_stops_no_other(
    world: World, role: RolePlayer, tmp_path: Path
) -> None:
    first, second, third, fourth = world.accounts
    name = f"converged.{NAME_ZONE}"
    shared = {name: value for name, value in world.variables("").items() if name != "track_domain_name"}
    # A template of the account's, which is worked out for each name.
    shared |= {"track_domain_https": "none", "track_domain_dns_zone": "{{ track_domain_name.split('.', 1)[1] }}"}
    accounts: dict[Account, Any] = {
        first: [name],
        second: [],
        third: [{"track_domain_nmae": f"mistyped.{NAME_ZONE}"}],
        fourth: [{"track_domain_name": f"bad-input.{NAME_ZONE}", "track_domain_https": "acmee"}],
    }
    options = [inventory(tmp_path, accounts, **shared)]

    for check in (["--check"], []):
        before = world.zones()
        played = role.play(PLAYBOOK, *options, *check, converge_hosts="accounts", code=2)

        reasons = played[REASONS]["msg"]
        assert f"{second.user}: Set converge_names" in reasons
        assert f"{third.user}: Each element of converge_names" in reasons
        assert f"bad-input.{NAME_ZONE}@{fourth.user}: " in reasons
        assert "track_domain_https" in reasons
        assert "\n" not in reasons
        assert name not in reasons
        assert f"Changed: {name}@{first.user}." in played[SUMMARY]["msg"]
        assert (world.zones() == before) == bool(check)
        assert set(world.inside("domains")) == (set() if check else {name})

    assert world.inside("domains")[name]["verified"]
    assert changes(tasks_of(role.play(PLAYBOOK, *options, converge_hosts="accounts", code=2).output)) == []

    leaving = [{"track_domain_name": name, "track_domain_state": "absent"}]
    gone = role.play(PLAYBOOK, inventory(tmp_path, {first: leaving}, **shared), converge_hosts="accounts")

    assert world.inside("domains") == {}
    assert f"1 of 1 names are done. Changed: {name}@{first.user}." in gone[SUMMARY]["msg"]


@pytest.mark.parametrize(
    ("options", "hosts", "said"),
    [
        (["--limit=user-4"], "accounts", "-e converge_hosts=user-4"),
        ([], "acounts", "the pattern converge_hosts, acounts, matches none"),
    ],
)
def test_a_run_that_would_leave_names_out_is_refused(
    world: World, role: RolePlayer, tmp_path: Path, options: list[str], hosts: str, said: str
) -> None:
    given = inventory(tmp_path, {world.accounts[1]: [f"left-out.{NAME_ZONE}"]})

    played = role.play(PLAYBOOK, given, *options, converge_hosts=hosts, code=2)

    assert any(said in str(task.result.get("msg")) for task in tasks_of(played.output) if task.outcome == "failed")
    assert world.inside("of_account", number=1, what="endpoints") == []


def changes(tasks: Sequence[Task]) -> list[str]:
    """The tasks that say that they changed something."""
    return [task.name for task in tasks if task.changed]
