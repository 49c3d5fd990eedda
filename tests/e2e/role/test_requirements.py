# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What is missing is said at once, before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest

from .collections_seen import hide
from .runs import RolePlayer
from .world import NAME_ZONE, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

NAME = f"missing.{NAME_ZONE}"


def test_every_variable_that_is_missing_is_named_at_once(world: World, role: RolePlayer) -> None:
    variables = world.variables(NAME)
    missing = ["track_domain_nsupdate_server", "track_domain_acme_account_key", "track_domain_acme_terms_agreed"]
    for name in missing:
        del variables[name]

    run = role.run(**variables, code=2)

    for name in missing:
        assert name in run.message
    assert not run.wrote
    assert run.endpoints == []


def test_manual_with_acme_needs_somebody_to_write_the_challenge(world: World, role: RolePlayer) -> None:
    run = role.run(**world.variables(NAME, track_domain_dns_provider="manual"), code=2)

    assert "track_domain_challenge_provider" in run.message
    assert "\n" not in run.message
    assert not run.wrote
    assert run.endpoints == []


def test_collections_that_are_missing_are_named_with_the_command(
    world: World, role: RolePlayer, tmp_path: Path
) -> None:
    hide(role, tmp_path / "collections", ("community.general", "community.crypto", "community.dns"))

    run = role.run(**world.variables(NAME), code=2)

    assert "ansible-galaxy collection install" in run.message
    for collection in ("community.general", "community.crypto", "community.dns"):
        assert collection in run.message
    assert not run.wrote
    assert run.endpoints == []


def test_what_needs_no_collection_runs_without_any(world: World, role: RolePlayer, tmp_path: Path) -> None:
    hide(role, tmp_path / "collections", ("community.general", "community.crypto", "community.dns"))
    world.settle(NAME)

    run = role.run(**world.variables(NAME, track_domain_dns_provider="manual", track_domain_https="none"))

    assert not run.changed
