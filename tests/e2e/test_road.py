# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The whole way that the guide goes: declare, publish, verify, certify, renew, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .conftest import CHECK_CONFIG, Account
from .name_server import NameServer
from .playing import Ansible, dns_variables

LIST, ADD, UPDATE, DELETE = (f"trackDomain/{name}" for name in ("list", "add", "update", "delete"))


def test_the_way_of_the_guide(ansible: Ansible, account: Account, name_server: NameServer, tmp_path: Path) -> None:
    variables: dict[str, Any] = dns_variables(name_server)
    variables |= {"private_folder": str(ansible.private), "work_folder": str(tmp_path)}

    first = ansible.play("road.yml", **variables)

    assert first.stats["changed"] == first.stats["ok"] == len(first.tasks)
    assert account.endpoints == [LIST, ADD, LIST, CHECK_CONFIG, LIST, UPDATE]
    served = first["Serve it over HTTPS"]
    assert served["track_domain"]["cname_verified"]
    assert served["track_domain"]["https_configured"]
    assert served["track_domain"]["certificate_days_remaining"] == 89
    assert served["diff"]["before"]["certificate_not_after"] is None
    assert "warnings" not in served

    account.emulator.journal.clear()
    second = ansible.play("road.yml", **variables)

    assert second.stats["changed"] == 0
    assert second.stats["ok"] == first.stats["ok"]
    assert account.endpoints == [LIST, LIST, LIST]

    account.emulator.journal.clear()
    renewed = ansible.play("road.yml", **variables, renew=True)

    changed = [name for name, result in renewed.tasks.items() if result["changed"]]
    assert changed == ["Have it signed", "Serve it over HTTPS"]
    assert account.endpoints == [LIST, LIST, LIST, UPDATE]
    was, became = (renewed["Serve it over HTTPS"]["diff"][when] for when in ("before", "after"))
    assert {key for key in was if was[key] != became[key]} == {"certificate_not_before", "certificate_not_after"}

    account.emulator.journal.clear()
    removed = ansible.play("remove.yml")

    assert removed["Delete the tracking domain"]["changed"]
    assert removed["Delete the tracking domain"]["diff"]["after"] == {}
    assert account.endpoints == [LIST, DELETE]
    assert account.emulator.account.domains() == []
