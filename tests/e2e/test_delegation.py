# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Without C(dns_servers): the authoritative name servers are found as on any host, from the root down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .internet import FIRST, SECOND, Internet, open_internet
from .name_server import ZONE
from .playing import Record

NAME = f"track.{ZONE}"
RECORD = Record(NAME, "track2.sendcloud.net.")

pytestmark = pytest.mark.namespace


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    with open_internet(tmp_path) as internet:
        yield internet


def test_every_authoritative_server_has_to_have_the_record(internet: Internet) -> None:
    ansible = internet.ansible
    ansible.write(internet.first, RECORD)

    waiting = ansible.start("verify.yml", precheck="always", wait_timeout=60)
    internet.second.wait_for_query(NAME, times=2)
    ansible.write(internet.second, RECORD)

    result = waiting.wait()["Verify"]
    assert result["track_domain"]["cname_verified"]
    assert result["verification"]["attempts"] == 1
    assert result["verification"]["dns"]["found"] == ["track2.sendcloud.net"]


def test_the_diagnosis_names_the_servers(internet: Internet) -> None:
    ansible = internet.ansible
    ansible.write(internet.first, RECORD)

    result = ansible.play("verify.yml", code=2, precheck="always", wait=False)["Verify"]

    assert result["verification"]["attempts"] == 0
    assert "Only 1 of 2 DNS servers have the record" in result["msg"]
    assert f"(ns1.{ZONE} ({FIRST}): CNAME track2.sendcloud.net" in result["msg"]
    assert f"ns2.{ZONE} ({SECOND}): no such name" in result["msg"]
