# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Refusals by name servers and authorities: the reason is shown, and no challenge is left."""

from __future__ import annotations

from typing import Any

import pytest

from .pebble import BLOCKED
from .runs import RolePlayer
from .world import NAME_ZONE, STRAY_ZONE, TARGET, World, nsupdate

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]


def test_a_zone_that_is_not_delegated_to_who_is_written_to_is_named(world: World, role: RolePlayer) -> None:
    name = f"undelegated.{STRAY_ZONE}"
    variables = world.variables(name, track_domain_wait_timeout=2, **nsupdate(world.other_provider))

    run = role.run(**variables, code=2)

    assert "delegated" in run.message
    assert "\n" not in run.message
    assert run.orders == 0
    # What was done stays for the next run.
    assert run.records(name) == [f"{name}. CNAME {TARGET}."]
    assert world.inside("domains") == {name: {"verified": False, "not_after": None}}


@pytest.mark.parametrize(
    ("prefix", "challenge_provider"), [("track_domain_", None), ("track_domain_challenge_", "nsupdate")]
)
def test_a_wrong_key_of_the_zone_is_said(
    world: World, role: RolePlayer, prefix: str, challenge_provider: str | None
) -> None:
    name = f"wrong-key.{NAME_ZONE}"
    wrong = {f"{prefix}nsupdate_key_secret": world.other_provider.key_secret}
    if challenge_provider:
        world.settle(name)
        wrong["track_domain_challenge_provider"] = challenge_provider

    run = role.run(**world.variables(name) | wrong, code=2)

    assert world.provider.address in run.message
    assert NAME_ZONE in run.message
    assert any(reason in run.message for reason in ("BADSIG", "BADKEY", "NOTAUTH", "TSIG"))
    # The reason comes last, even though the challenge cannot be taken back either.
    assert ("No certificate was issued" in run.message) == bool(challenge_provider)
    assert run.before == run.after
    assert "update" not in run.endpoints


def test_a_name_that_the_authority_issues_nothing_for(world: World, role: RolePlayer) -> None:
    world.settle(BLOCKED)

    run = role.run(**world.variables(BLOCKED), code=2)

    assert "rejectedIdentifier" in run.message
    assert not run.wrote


@pytest.mark.parametrize(
    ("what", "status", "error", "detail"),
    [
        ("newOrder", 429, "rateLimited", "too many certificates already issued for example.com"),
        ("finalize", 403, "caa", "CAA record for example.com prevents issuance"),
        ("newAccount", 403, "unauthorized", "An account with the provided public key is deactivated"),
    ],
)
def test_refusals_of_the_authority(
    world: World, role: RolePlayer, what: str, status: int, error: str, detail: str
) -> None:
    name = f"refused-{error.lower()}.{NAME_ZONE}"
    world.settle(name, days=1)
    world.inside("refuse", what=what, status=status, error=error, detail=detail)
    variables = world.variables(name, track_domain_acme_directory=world.refusing_directory)

    run = role.run(**variables, code=2)

    # Some of community.crypto's messages have the verdict, but not the authority's own words.
    assert detail in run.message or "Account is deactivated" in run.message
    assert "update" not in run.endpoints
    # The certificate that is there goes on being served.
    assert world.inside("domains")[name]["not_after"] is not None


def test_a_challenge_that_the_authority_does_not_see(world: World, role: RolePlayer) -> None:
    """As where the servers that are named are not those that the world asks."""
    name = f"unseen.{STRAY_ZONE}"
    world.inside("add", name=name, verified=True)
    for server in (world.provider, world.other_provider):
        world.write(STRAY_ZONE, (name, "CNAME", f"{TARGET}."), at=server)
    variables: dict[str, Any] = world.variables(name, **nsupdate(world.other_provider))

    run = role.run(**variables, track_domain_dns_servers=[world.other_provider.server], code=2)

    assert "unauthorized" in run.message
    assert f"_acme-challenge.{name}" in run.message
    assert "update" not in run.endpoints


def test_what_sendcloud_refuses(world: World, role: RolePlayer) -> None:
    name = f"no-account.{NAME_ZONE}"

    run = role.run(**world.variables(name), track_domain_api_user="demo-user", track_domain_api_key="wrong", code=2)

    assert "authentication" in run.message
    assert run.before == run.after
    assert run.orders == 0
