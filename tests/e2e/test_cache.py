# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One resolver with a cache for this host and for SendCloud: looking early never makes it remember an absence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .internet import Internet, open_internet
from .name_server import ZONE
from .playing import Record

TARGET = "track2.sendcloud.net"
# Whoever made the resolver remember that the record is missing would wait in vain.
NEGATIVE_TTL = 3600
WAIT = 120

pytestmark = [pytest.mark.namespace, pytest.mark.unbound]


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    with open_internet(tmp_path, unbound=True, negative_ttl=NEGATIVE_TTL) as internet:
        yield internet


def test_looking_early_costs_nothing(internet: Internet) -> None:
    auto, always = f"track.{ZONE}", f"track.new.mail.{ZONE}"
    ansible = internet.ansible
    waiting = {
        name: ansible.start("verify.yml", domain=name, precheck=precheck, wait_timeout=WAIT)
        for name, precheck in ((auto, "auto"), (always, "always"))
    }
    for name in waiting:
        internet.second.wait_for_query(name)

    records = [Record(name, f"{TARGET}.") for name in waiting]
    ansible.write(internet.first, *records)
    ansible.write(internet.second, *records)

    for playing in waiting.values():
        result = playing.wait()["Verify"]
        assert result["track_domain"]["cname_verified"]
        assert result["verification"]["attempts"] == 1
        assert result["verification"]["dns"]["consistent"] is True
        assert "warnings" not in result


def test_asking_early_costs_the_negative_ttl(internet: Internet) -> None:
    """The counterpart, without which the other test would show nothing."""
    name = f"track.{ZONE}"
    internet.ansible.play("verify.yml", code=2, domain=name, precheck="never", wait=False)
    for server in (internet.first, internet.second):
        internet.ansible.write(server, Record(name, f"{TARGET}."))

    result = internet.ansible.play("verify.yml", code=2, domain=name, precheck="always", wait=False)["Verify"]

    assert result["verification"]["attempts"] == 1
    assert result["verification"]["dns"]["consistent"] is True
    assert "The record is right at every DNS server that answers" in result["msg"]
    assert f"may remember it as missing for up to {NEGATIVE_TTL} s" in result["msg"]
