# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The CNAME record: what else is at the name, who publishes it, and how it goes."""

from __future__ import annotations

import pytest

from .runs import RolePlayer
from .world import NAME_ZONE, TARGET, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

TOKEN = "x" * 43


@pytest.mark.parametrize(("kind", "value"), [("A", "192.0.2.1"), ("CNAME", "www.example.net.")])
def test_another_record_at_the_name_stays_unless_it_may_be_replaced(
    world: World, role: RolePlayer, kind: str, value: str
) -> None:
    name = f"taken-{kind.lower()}.{NAME_ZONE}"
    world.write(NAME_ZONE, (name, kind, value))
    variables = world.variables(name, track_domain_https="none")

    refused = role.run(**variables, code=2)

    assert value.rstrip(".") in refused.message
    assert "track_domain_dns_replace" in refused.message
    assert refused.before == refused.after

    replaced = role.preview_and_run(**variables, track_domain_dns_replace=True)

    assert replaced.changed
    assert replaced.records(name) == [f"{name}. CNAME {TARGET}."]
    assert world.inside("domains")[name]["verified"]


def test_manual_waits_and_says_what_to_publish(world: World, role: RolePlayer) -> None:
    name = f"manual.{NAME_ZONE}"
    variables = world.variables(name, track_domain_dns_provider="manual", track_domain_https="none")

    waited = role.run(**variables | {"track_domain_wait_timeout": 5}, code=2)

    assert f"{name}. IN CNAME {TARGET}." in waited.message
    assert waited.before == waited.after

    world.write(NAME_ZONE, (name, "CNAME", f"{TARGET}."))
    world.inside("forget_dns")
    published = role.run(**variables)

    assert published.changed
    assert published.result["track_domain"]["cname_verified"]


def test_the_safe_way_out(world: World, role: RolePlayer) -> None:
    name = f"leaving.{NAME_ZONE}"
    world.settle(name, days=60)
    others = f"_acme-challenge.{name}"
    world.write(NAME_ZONE, (others, "TXT", f'"{TOKEN}"'))
    variables = world.variables(name, track_domain_state="absent")

    preview = role.run("--check", "--diff", **variables)
    gone = role.run("--diff", **variables)

    assert (preview.changed, gone.changed) == (True, True)
    assert gone.records(name) == gone.records(others) == []
    assert world.inside("domains") == {}
    assert gone.endpoints[-1] == "delete"
    assert gone.result["track_domain"] is None
    # The record goes before the domain does: SendCloud is told when no mail leads there any more.
    written = [task.name for task in gone.tasks if task.changed]
    assert written[-1] == "Delete the domain at SendCloud"

    again = role.run(**variables)

    assert not again.changed
    assert not again.wrote


def test_on_the_way_out_a_record_that_points_elsewhere_stays(world: World, role: RolePlayer) -> None:
    name = f"elsewhere.{NAME_ZONE}"
    world.settle(name)
    challenge = f"_acme-challenge.{name}"
    world.write(NAME_ZONE, (name, "CNAME", "www.example.net."), (challenge, "TXT", '"of somebody else"'))

    gone = role.run(**world.variables(name, track_domain_state="absent"))

    assert gone.changed
    assert gone.before == gone.after
    assert world.inside("domains") == {}


def test_on_the_way_out_manual_leaves_the_record(world: World, role: RolePlayer) -> None:
    name = f"leaving-manual.{NAME_ZONE}"
    world.settle(name)

    gone = role.run(**world.variables(name, track_domain_state="absent", track_domain_dns_provider="manual"))

    assert gone.changed
    assert gone.before == gone.after
    assert world.inside("domains") == {}
