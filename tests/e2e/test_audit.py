# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The audit: records that are gone or wrong while SendCloud still says that it has seen them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sendcloud_emulator.certificate import Validity

from .conftest import Account
from .name_server import NameServer
from .playing import Ansible, Record

TARGET = "track2.sendcloud.net"


def test_the_audit_lists_exactly_what_needs_attention(
    ansible: Ansible, account: Account, name_server: NameServer
) -> None:
    good, gone, wrong = "good.example.com", "gone.example.com", "wrong.example.com"
    now = datetime.now(UTC).replace(microsecond=0)
    for name in (good, gone, wrong):
        certificate = Validity(now - timedelta(days=1), now + timedelta(days=89))
        account.emulator.account.add(name, verified=True, certificate=certificate)
    ansible.write(
        name_server,
        Record(good, f"{TARGET}."),
        Record(gone, f"{TARGET}."),
        Record(gone, None),
        Record(wrong, "elsewhere.example.net."),
    )

    played = ansible.play("sendcloud.email.attention")

    read = played["Read the domains, and what DNS says about each"]["track_domains"]
    assert all(domain["cname_verified"] for domain in read)
    assert {domain["name"]: domain["dns"]["found"] for domain in read} == {
        good: [TARGET],
        gone: [],
        wrong: ["elsewhere.example.net"],
    }
    assert all(domain["dns"]["expected"] == TARGET and domain["dns"]["error"] is None for domain in read)
    assert played["Show what needs attention"]["msg"] == [
        f"{gone}: DNS has no CNAME record in place of {TARGET}",
        f"{wrong}: DNS has elsewhere.example.net in place of {TARGET}",
    ]
    assert played.stats["changed"] == 0
    assert account.endpoints == ["trackDomain/list"]
