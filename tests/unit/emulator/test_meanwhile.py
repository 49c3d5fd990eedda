# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from sendcloud_emulator import Emulator, Validity

if TYPE_CHECKING:
    from conftest import Pair, PlainClient


def state(emulator: Emulator) -> list[tuple[int, str, bool]]:
    return [(domain.id, domain.name, domain.verified) for domain in emulator.account.domains()]


@pytest.mark.parametrize(("when", "seen"), [("before", ["a.example.com", "b.example.com"]), ("after", [])])
def test_somebody_adds_a_domain(either: PlainClient, when: Any, seen: list[str]) -> None:
    either.emulator.meanwhile.add(lambda account: account.add("a.example.com"), endpoint="list", nth=2, when=when)
    either.emulator.meanwhile.add("add", endpoint="list", nth=2, when=when, name="b.example.com", verified=True)
    assert either.names() == []
    either.info("checkConfig", id="1")
    assert either.names() == seen
    assert either.names() == ["a.example.com", "b.example.com"]
    assert state(either.emulator)[1] == (999225, "b.example.com", True)
    assert either.emulator.meanwhile.is_spent
    assert either.emulator.journal.changes() == []


@pytest.mark.parametrize(
    ("action", "arguments", "left"),
    [
        ("remove", {"name": "A.example.com"}, [(999225, "b.example.com", False)]),
        ("remove", {"id": 999224}, [(999225, "b.example.com", False)]),
        ("remove", {"index": 0}, [(999225, "b.example.com", False)]),
        ("remove", {"index": -1}, [(999224, "a.example.com", False)]),
        (
            "rename",
            {"index": 1, "new_name": "c.example.com"},
            [(999224, "a.example.com", False), (999225, "c.example.com", False)],
        ),
        ("verify", {"name": "a.example.com"}, [(999224, "a.example.com", True), (999225, "b.example.com", False)]),
    ],
)
def test_somebody_changes_a_domain(
    client: PlainClient, emulator: Emulator, action: str, arguments: dict[str, Any], left: list[tuple[int, str, bool]]
) -> None:
    emulator.account.add_many(["a.example.com", "b.example.com"])
    emulator.meanwhile.add(action, **arguments)
    client.info("list")
    assert state(emulator) == left


def test_somebody_takes_the_verification_away(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com", verified=True)
    emulator.meanwhile.add("verify", index=0, verified=False)
    assert client.info("list")["dataList"][0]["cname"] is False


def test_somebody_uploads_a_certificate(client: PlainClient, emulator: Emulator, pair: Pair, other_pair: Pair) -> None:
    emulator.meanwhile.add("add", name="a.example.com", certificate=pair.certificate)
    emulator.meanwhile.add("certify", name="a.example.com", certificate=other_pair.certificate, when="after")
    assert client.info("list")["dataList"][0]["certiValidityStart"] == "2026-01-01 08:00:00"
    assert client.info("list")["dataList"][0]["certiValidityStart"] == "2026-03-02 08:00:00"
    emulator.meanwhile.add("certify", index=0, certificate=Validity(pair.start, pair.end))
    assert client.info("list")["dataList"][0]["certiValidityStart"] == "2026-01-01 08:00:00"


def test_what_is_not_there_is_left_alone(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    for selector in ({"name": "b.example.com"}, {"id": 1}, {"index": 1}, {"index": -2}):
        emulator.meanwhile.add("remove", **selector)  # type: ignore[arg-type]  # selectors are no other parameter
    emulator.meanwhile.add("add", name="A.example.com")
    client.info("list")
    assert state(emulator) == [(999224, "a.example.com", False)]
    assert emulator.meanwhile.is_spent


def test_it_happens_whatever_fault_the_same_call_meets(either: PlainClient) -> None:
    emulator = either.emulator
    for number, (kind, when) in enumerate((("status", "before"), ("reset", "after"), ("truncated", "before")), 1):
        emulator.faults.add(kind, when=when)
        emulator.meanwhile.add("add", name=f"before-{number}.example.com", nth=number)
        emulator.meanwhile.add("add", name=f"after-{number}.example.com", nth=number, when="after")
    for _unused in range(3):
        try:
            either.post("list")
        except requests.RequestException:
            continue
    assert sorted(either.names()) == sorted(
        f"{when}-{n}.example.com" for when in ("before", "after") for n in (1, 2, 3)
    )


def test_a_list_that_shifts_while_it_is_paged(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(f"t{number}.example.com" for number in range(150))
    emulator.meanwhile.add("remove", endpoint="list", nth=2, index=0)
    seen = client.names() + client.names(start="100")
    assert len(seen) == 149
    assert "t100.example.com" not in seen


def test_rules_are_shown_and_dropped(emulator: Emulator, pair: Pair) -> None:
    emulator.meanwhile.add("add", name="a.example.com", certificate=pair.certificate, every=2)
    emulator.meanwhile.add(print, endpoint="add", when="after")
    assert emulator.meanwhile.rules() == [
        {
            "action": "add",
            "when": "before",
            "name": "a.example.com",
            "endpoint": None,
            "seen": 0,
            "fired": 0,
            "is_spent": False,
        },
        {
            "action": "function",
            "when": "after",
            "endpoint": "trackDomain/add",
            "seen": 0,
            "fired": 0,
            "is_spent": False,
        },
    ]
    emulator.meanwhile.clear()
    assert emulator.meanwhile.rules() == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"action": "explode"}, "no act 'explode'; there are: add, remove,"),
        ({"action": ["add"]}, "no act"),
        ({"action": "add"}, "the act add needs name"),
        ({"action": "add", "name": 5}, "name must be a text"),
        ({"action": "add", "name": "a", "id": 5}, "the act add takes no id"),
        ({"action": "add", "name": "a", "certificate": "no PEM"}, "no readable certificate"),
        ({"action": "remove"}, "needs one of name, id, index"),
        ({"action": "remove", "name": "a", "id": 5}, "needs one of name, id, index"),
        ({"action": "remove", "index": True}, "index must be a number"),
        ({"action": "remove", "index": 0, "when": "never"}, "when is one of before, after"),
        ({"action": "rename", "index": 0}, "the act rename needs new_name"),
        ({"action": "verify", "index": 0, "verified": 1}, "verified must be a boolean"),
        ({"action": "certify", "index": 0}, "the act certify needs certificate"),
        ({"action": print, "index": 0}, "a function takes no index"),
        ({"action": "remove", "index": 0, "times": 1, "nth": 1}, "only one of times"),
        ({"action": "remove", "index": 0, "endpoint": "lists"}, "no endpoint 'lists'"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_whole_plan(emulator: Emulator, rule: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        emulator.meanwhile.add_all([{"action": "remove", "index": 0}, rule])
    assert emulator.meanwhile.rules() == []
