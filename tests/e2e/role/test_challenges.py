# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Where challenges are written: through an alias, with another provider than the record, by tasks of one's own."""

from __future__ import annotations

import pytest

from ..playing import PLAYBOOKS
from .runs import RolePlayer
from .world import ALIAS_ZONE, NAME_ZONE, OTHER_PROVIDER, STRAY_ZONE, TARGET, World, nsupdate

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

CHALLENGE_PREFIX = "track_domain_challenge_"


def test_two_records_once_and_never_again(world: World, role: RolePlayer) -> None:
    """A name whose zone others look after: they publish two CNAME records, and the rest goes without them."""
    name, alias = f"customer.{NAME_ZONE}", f"customer.{ALIAS_ZONE}"
    variables = world.variables(
        name,
        track_domain_dns_provider="manual",
        track_domain_challenge_provider="nsupdate",
        track_domain_challenge_alias=alias,
        **nsupdate(world.other_provider, CHALLENGE_PREFIX),
    )
    world.write(NAME_ZONE, (name, "CNAME", f"{TARGET}."))

    missing = role.run(**variables, code=2)

    assert f"_acme-challenge.{name}. IN CNAME {alias}." in missing.message
    assert missing.orders == 0

    world.write(NAME_ZONE, (f"_acme-challenge.{name}", "CNAME", f"{alias}."))
    run = role.preview_and_run(**variables)

    assert run.changed
    assert run.orders == 1
    written = [zone for zone in run.after if run.before[zone] != run.after[zone]]
    assert written == [f"{ALIAS_ZONE} at {OTHER_PROVIDER}"]
    assert world.inside("handshake", name=name, authorities=world.root) == run.result["https"]["fingerprint"]


def test_a_standing_record_that_nobody_spoke_of_is_named(world: World, role: RolePlayer) -> None:
    name, alias = f"standing.{NAME_ZONE}", f"standing.{ALIAS_ZONE}"
    world.settle(name)
    world.write(NAME_ZONE, (f"_acme-challenge.{name}", "CNAME", f"{alias}."))

    run = role.run(**world.variables(name), code=2)

    assert alias in run.message
    assert "track_domain_challenge_alias" in run.message
    assert not run.wrote


@pytest.mark.parametrize("custom", ["record", "challenge"])
def test_tasks_of_ones_own_write_the_one_and_nsupdate_the_other(world: World, role: RolePlayer, custom: str) -> None:
    name = f"custom-{custom}.{NAME_ZONE}"
    own = {f"own_{option}": value for option, value in nsupdate(world.provider, "").items()}
    variables = world.variables(
        name,
        **own,
        track_domain_dns_provider="custom" if custom == "record" else "nsupdate",
        track_domain_challenge_provider="custom" if custom == "challenge" else "nsupdate",
        track_domain_dns_tasks=str(PLAYBOOKS / "role" / "write_record.yml"),
    )

    run = role.run(**variables)

    assert run.changed
    kinds = [task.result["msg"] for task in run.tasks if task.name == "Say which record own tasks are asked for"]
    assert kinds == (
        [f"present CNAME {name} {TARGET} {NAME_ZONE}"]
        if custom == "record"
        else [f"{state} TXT _acme-challenge.{name} (the token) {NAME_ZONE}" for state in ("present", "absent")]
    )
    assert world.inside("handshake", name=name, authorities=world.root) == run.result["https"]["fingerprint"]
    assert not role.run("--check", **variables).changed


def test_an_alias_whose_zone_is_not_delegated_is_named_and_its_record_taken_back(
    world: World, role: RolePlayer
) -> None:
    name, alias = f"undelegated-alias.{NAME_ZONE}", f"undelegated.{STRAY_ZONE}"
    world.settle(name)
    world.write(NAME_ZONE, (f"_acme-challenge.{name}", "CNAME", f"{alias}."))
    variables = world.variables(
        name,
        track_domain_challenge_alias=alias,
        track_domain_wait_timeout=1,
        **nsupdate(world.other_provider, CHALLENGE_PREFIX),
    )

    run = role.run(**variables, code=2)

    assert "delegated" in run.message
    assert alias in run.message
    assert run.endpoints.count("update") == 0


def test_other_texts_where_the_challenge_belongs_are_not_lost(world: World, role: RolePlayer) -> None:
    name = f"texts.{NAME_ZONE}"
    world.settle(name)
    place = f"_acme-challenge.{name}"
    world.write(NAME_ZONE, (place, "TXT", '"of somebody else"'))

    run = role.run(**world.variables(name), code=2)

    assert place in run.message
    assert "of somebody else" in run.message
    assert not run.wrote

    world.write(NAME_ZONE, (place, "TXT", '"of somebody else"'), (place, "TXT", f'"{"x" * 43}"'))
    gone = role.run(**world.variables(name, track_domain_state="absent"))

    assert gone.records(name) == []
    assert len(gone.records(place)) == len(["of somebody else", "x" * 43])
