# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""From nothing to a handshake that a client trusts, and nothing more to do after it."""

from __future__ import annotations

import pytest

from .runs import RolePlayer
from .world import NAME_ZONE, TARGET, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]


def test_from_nothing_to_live_https_and_then_nothing_more(world: World, role: RolePlayer) -> None:
    name = f"first.{NAME_ZONE}"

    first = role.preview_and_run(**world.variables(name))

    assert first.changed
    assert first.orders == 1
    assert first.records(name) == [f"{name}. CNAME {TARGET}."]
    served = world.inside("handshake", name=name, authorities=world.root)
    assert world.inside("domains")[name]["verified"]
    assert first.result["track_domain"]["https_configured"]
    assert (first.result["https"]["trusted"], first.result["https"]["fingerprint"]) == (True, served)

    second = role.preview_and_run(**world.variables(name))

    assert not second.changed
    assert second.changes == []
    assert not second.wrote
    assert second.result["https"]["fingerprint"] == served
    assert first.variables_with_keys == second.variables_with_keys == ["track_domain_acme_account_key"]
