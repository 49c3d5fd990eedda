# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Renewal, decided from the window that SendCloud prints."""

from __future__ import annotations

import pytest

from .runs import RolePlayer
from .world import NAME_ZONE, SHORT_LIFE, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

# For so long recipients get the old certificate, in seconds.
LAG = 20


def test_a_certificate_near_its_end_is_renewed_once_and_proved_by_its_fingerprint(
    world: World, role: RolePlayer
) -> None:
    name = f"renewed.{NAME_ZONE}"
    world.settle(name, days=10)
    world.inside("change_settings", https_lag=LAG)

    renewed = role.preview_and_run(**world.variables(name))

    assert renewed.changed
    assert renewed.orders == 1
    # That of Pebble alone is trusted here: the old one is not served any more.
    served = world.inside("handshake", name=name, authorities=world.root)
    assert renewed.result["https"]["fingerprint"] == served
    assert renewed.result["track_domain"]["certificate_days_remaining"] == 89

    unchanged = role.run(**world.variables(name))

    assert not unchanged.changed
    assert not unchanged.wrote


def test_a_certificate_that_is_good_for_a_while_is_left_alone_unless_asked_otherwise(
    world: World, role: RolePlayer
) -> None:
    name = f"good.{NAME_ZONE}"
    world.settle(name, days=31)

    unchanged = role.run("--check", **world.variables(name))
    longer = role.run("--check", **world.variables(name), track_domain_certificate_renew_days=31.5)

    assert (unchanged.changed, longer.changed) == (False, True)


def test_short_lived_certificates_are_not_renewed_every_night(world: World, role: RolePlayer) -> None:
    """Here in processes of their own, as modules run on other hosts: no key is in a file then, either."""
    name = f"short.{NAME_ZONE}"
    world.settle(name, days=SHORT_LIFE * 0.9, lifetime=SHORT_LIFE)
    key = world.inside("pairs")[name][1]
    variables = world.variables(
        name,
        sendcloud_in_process=False,
        track_domain_acme_directory=world.short_pebble.directory,
        track_domain_certificate_key_type="ecc256",
    )

    refused = role.run(**variables, track_domain_certificate_renew_days=SHORT_LIFE + 0.5, code=2)

    assert "track_domain_certificate_renew_days" in refused.message
    assert not refused.wrote

    asked = role.run(**variables, track_domain_certificate_renew="always")

    assert (asked.changed, asked.orders) == (True, 1)
    assert asked.result["track_domain"]["certificate_days_remaining"] == SHORT_LIFE - 1
    assert asked.result["https"]["trusted"]
    # As when the old one is known to others.
    assert world.inside("pairs")[name][1] != key

    unchanged = role.run(**variables)

    assert not unchanged.changed
    assert not unchanged.wrote
