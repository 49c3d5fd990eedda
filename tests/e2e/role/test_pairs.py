# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Certificates that are given or stored, and the proof that recipients get them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..playing import PLAYBOOKS
from .runs import RolePlayer
from .world import NAME_ZONE, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]


def test_a_given_pair_is_uploaded_once(world: World, role: RolePlayer) -> None:
    name = f"given.{NAME_ZONE}"
    world.settle(name)
    certificate, private_key = world.issue(name, 60)
    role.keep_secret(private_key)
    variables = world.variables(
        name,
        track_domain_https="given",
        track_domain_certificate=certificate,
        track_domain_private_key=private_key,
    )
    del variables["track_domain_acme_account_key"]

    run = role.preview_and_run(**variables)

    assert run.changed
    assert run.endpoints.count("update") == 1
    assert world.inside("pairs")[name][0].strip() == certificate.strip()
    assert run.result["https"]["trusted"]
    assert not role.run(**variables).wrote


def test_a_given_pair_that_does_not_belong_together_is_refused(world: World, role: RolePlayer) -> None:
    name = f"mixed-up.{NAME_ZONE}"
    world.settle(name)
    (certificate, _key), (_certificate, private_key) = world.issue(name, 60), world.issue(name, 60)
    role.keep_secret(private_key)
    variables = world.variables(name, track_domain_https="given", track_domain_certificate=certificate)

    run = role.run(**variables, track_domain_private_key=private_key, code=2)

    assert "key" in run.message
    assert not run.wrote


def test_an_issued_pair_is_stored_and_used_again_before_another_one_is_ordered(
    world: World, role: RolePlayer, tmp_path: Path
) -> None:
    name = f"stored.{NAME_ZONE}"
    store = tmp_path / "store"
    store.mkdir()
    stores = [store / "key.pem"]
    world.settle(name)
    variables = world.variables(
        name,
        store=str(store),
        track_domain_load_tasks=str(PLAYBOOKS / "role" / "load_pair.yml"),
        track_domain_store_tasks=str(PLAYBOOKS / "role" / "store_pair.yml"),
    )

    first = role.run(**variables, stores=stores)

    assert first.orders == 1
    pair = world.inside("pairs")[name]
    assert [(store / file).read_text(encoding="utf-8").strip() for file in ("fullchain.pem", "key.pem")] == [
        text.strip() for text in pair
    ]

    # As when the domain was deleted by hand.
    world.inside("reset")
    world.settle(name)
    again = role.preview_and_run(**variables, stores=stores)

    assert (again.changed, again.orders) == (True, 0)
    assert [text.strip() for text in world.inside("pairs")[name]] == [text.strip() for text in pair]
    assert first.variables_with_keys == again.variables_with_keys == ["track_domain_acme_account_key"]


def test_what_recipients_do_not_get_is_said(world: World, role: RolePlayer) -> None:
    name = f"late.{NAME_ZONE}"
    world.settle(name, days=60)
    certificate, private_key = world.issue(name, 80)
    role.keep_secret(private_key)
    world.inside("change_settings", https_lag=3600)
    variables = world.variables(
        name,
        track_domain_https="given",
        track_domain_certificate=certificate,
        track_domain_private_key=private_key,
        track_domain_wait_timeout=5,
    )

    late = role.run(**variables, code=2)

    assert late.endpoints.count("update") == 1
    assert "certificate" in late.message
    assert world.inside("pairs")[name][0].strip() == certificate.strip()

    unproved = role.run(**variables, track_domain_prove_https=False)

    assert not unproved.changed
    assert not unproved.wrote
