# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sendcloud_emulator import Emulator, ManualClock

if TYPE_CHECKING:
    from conftest import Pair, PlainClient


def test_a_write_is_listed_at_once_unless_the_list_lags(client: PlainClient) -> None:
    client.info("add", name="a.example.com")
    assert client.names() == ["a.example.com"]


def test_a_write_is_listed_some_seconds_later(client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
    emulator.change_settings({"list_lag": 10})
    domain_id = client.info("add", name="a.example.com")["data"]["id"]
    clock.advance(5)
    client.info("update", id=domain_id, name="b.example.com")
    clock.advance(4)
    assert client.info("list")["total"] == 0
    clock.advance(1)
    assert client.names() == ["a.example.com"]
    clock.advance(5)
    assert client.names() == ["b.example.com"]
    client.info("delete", id=domain_id)
    assert client.names() == ["b.example.com"]
    clock.advance(10)
    assert client.names() == []


def test_a_write_is_listed_some_calls_later(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    emulator.publish("a.example.com")
    emulator.change_settings({"list_lag_calls": 2})
    assert client.info("checkConfig", id="999224")["dataList"][0]["cname"] is True
    assert [client.info("list")["dataList"][0]["cname"] for _unused in range(3)] == [False, False, True]


def test_of_seconds_and_calls_the_later_counts(client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
    emulator.change_settings({"list_lag": 10, "list_lag_calls": 1})
    client.info("add", name="a.example.com")
    clock.advance(10)
    assert client.names() == []
    assert client.names() == ["a.example.com"]
    client.info("add", name="b.example.com")
    assert [client.names() for _unused in range(2)] == [["a.example.com"]] * 2
    clock.advance(10)
    assert client.names() == ["a.example.com", "b.example.com"]


def test_a_late_certificate(client: PlainClient, emulator: Emulator, pair: Pair) -> None:
    emulator.change_settings({"list_lag_calls": 1})
    emulator.account.add("a.example.com")
    client.info("update", id="999224", certContent=pair.certificate, certKey=pair.key)
    assert [client.info("list")["dataList"][0]["https"] for _unused in range(2)] == [False, True]


def test_only_list_lags(client: PlainClient, emulator: Emulator) -> None:
    emulator.change_settings({"list_lag": 600})
    client.info("add", name="a.example.com")
    assert client.code("add", name="a.example.com") == 41015
    assert client.info("checkConfig", name="a.example.com")["count"] == 1
    emulator.account.add("b.example.com")
    emulator.meanwhile.add("add", name="c.example.com")
    assert client.names() == ["b.example.com", "c.example.com"]


def test_a_call_that_changed_nothing_hides_nothing(client: PlainClient, emulator: Emulator) -> None:
    emulator.change_settings({"list_lag": 600, "delete_missing": "count_zero"})
    emulator.account.add("a.example.com")
    client.info("delete", id="1")
    client.info("checkConfig", id="999224")
    emulator.account.change(999224, verified=True)
    assert client.info("list")["dataList"][0]["cname"] is True


def test_a_reset_forgets_what_is_late(client: PlainClient, emulator: Emulator) -> None:
    emulator.change_settings({"list_lag": 600})
    client.info("add", name="a.example.com")
    emulator.reset()
    assert emulator.account.add("b.example.com").id == 999224
    assert client.names() == ["b.example.com"]


@pytest.mark.parametrize("count", [10_000])
def test_a_large_account_is_paged_and_searched(client: PlainClient, emulator: Emulator, count: int) -> None:
    emulator.account.add_many(f"t{number}.example.com" for number in range(count))
    seen: list[str] = []
    while page := client.names(start=str(len(seen))):
        seen += page
    assert len(set(seen)) == count
    assert emulator.account.find("T9999.example.com") == emulator.account.get(999224 + 9999)
    assert client.names(name="t9999.example.com") == ["t9999.example.com"]
