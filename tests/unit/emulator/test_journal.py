# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
import requests
from sendcloud_emulator import Call, Change, Emulator, ManualClock

if TYPE_CHECKING:
    from conftest import Pair, PlainClient


def everything(emulator: Emulator) -> str:
    return repr(emulator.journal.calls()) + json.dumps([call.as_dict() for call in emulator.journal.calls()])


def test_a_call_is_kept_with_its_answer(either: PlainClient) -> None:
    either.session.headers["User-Agent"] = "test/1"
    either.info("add", name="a.example.com")
    (call,) = either.emulator.journal.calls()
    assert (call.ordinal, call.endpoint, call.method) == (1, "trackDomain/add", "POST")
    assert call.path == "/api/trackDomain/add"
    assert dict(call.parameters) == {"apiUser": "demo-user", "apiKey": "**apiKey**", "name": "a.example.com"}
    assert call.credentials_in == "body"
    assert call.headers["user-agent"] == "test/1"
    assert call.headers["accept"] == "*/*"
    assert not call.has_authorization
    assert (call.processed_code, call.status_code, call.http_status) == (200, 200, 200)
    assert call.fault is None
    assert call.connection == 1


def test_where_the_credentials_were(either: PlainClient) -> None:
    either.get("list")
    either.post("list")
    either.session.params = {"apiKey": "x"}
    either.post("list")
    either.session.params = {}
    either.session.post(f"{either.emulator.url}/trackDomain/list", timeout=5)
    assert [call.credentials_in for call in either.emulator.journal.calls()] == ["query", "body", "both", None]


def test_an_authorization_header_is_noticed_and_not_kept(either: PlainClient) -> None:
    either.session.auth = ("someone", "a password")
    either.info("list")
    assert either.emulator.journal.calls()[0].has_authorization
    assert "c29tZW9uZTphIHBhc3N3b3Jk" not in everything(either.emulator)


def test_no_secret_is_kept_wherever_it_was_put(either: PlainClient, pair: Pair) -> None:
    emulator = either.emulator
    either.session.headers["User-Agent"] = f"agent {emulator.key}"
    either.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    either.post("list", apiKey="another-secret", name="another-secret")
    either.post("list", name=emulator.key)
    either.post("add", name="b.example.com", certContent=pair.key + pair.certificate)
    either.session.post(f"{emulator.url}/{emulator.key}", data={emulator.key: "x"}, timeout=5)
    emulator.faults.add("echo")
    either.post("add", name="a.example.com", certKey=pair.key)
    kept = everything(emulator)
    for secret in (emulator.key, "another-secret", pair.key, pair.key.splitlines()[1]):
        assert secret not in kept
    assert emulator.journal.calls()[0].parameters["certKey"] == "**certKey**"
    assert emulator.journal.calls()[0].parameters["certContent"] == pair.certificate


def test_the_journal_can_be_asked_for_one_endpoint_and_cleared(client: PlainClient, emulator: Emulator) -> None:
    client.info("list")
    client.info("add", name="a.example.com")
    assert emulator.journal.endpoints() == ["trackDomain/list", "trackDomain/add"]
    assert [call.ordinal for call in emulator.journal.calls("trackDomain/add")] == [2]
    emulator.journal.clear()
    assert emulator.journal.calls() == ()
    assert emulator.journal.connections == 0
    client.info("list")
    assert [call.ordinal for call in emulator.journal.calls()] == [3]
    assert emulator.journal.connections == 1


def effects(emulator: Emulator) -> list[tuple[str, ...]]:
    return [call.effect for call in emulator.journal.calls()]


def test_a_call_is_kept_with_what_it_changed(either: PlainClient, pair: Pair) -> None:
    emulator = either.emulator
    either.info("list")
    either.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    either.code("add", name="a.example.com")
    emulator.publish("a.example.com")
    either.info("checkConfig", id="999224")
    either.info("checkConfig", id="999224")
    either.info("update", id="999224", name="b.example.com", certContent=pair.certificate, certKey=pair.key)
    either.info("update", id="999224", name="B.Example.com")
    either.info("delete", id="999224")
    either.code("delete", id="999224")
    assert effects(emulator) == [
        (),
        ("added", "certified"),
        (),
        ("verified",),
        (),
        ("renamed", "certified", "unverified"),
        (),
        ("deleted",),
        (),
    ]
    assert emulator.journal.calls()[-2].changes == (Change("deleted", 999224, "B.Example.com"),)
    assert [change.effect for change in emulator.journal.changes()] == [e for each in effects(emulator) for e in each]


def test_what_changed_is_told_for_each_domain(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    emulator.account.add("b.example.com", verified=True)
    emulator.account.add("c.example.com")
    for name in ("a.example.com", "c.example.com"):
        emulator.publish(name)
    client.info("checkConfig", id="999224;999225;999226")
    (call,) = emulator.journal.calls()
    assert call.effect == ("verified", "unverified")
    assert call.changes == (
        Change("verified", 999224, "a.example.com"),
        Change("unverified", 999225, "b.example.com"),
        Change("verified", 999226, "c.example.com"),
    )
    assert call.as_dict()["effect"] == ["verified", "unverified"]
    assert call.as_dict()["changes"][1] == {"effect": "unverified", "domain_id": 999225, "name": "b.example.com"}


def test_what_changed_is_kept_whether_or_not_the_client_was_told(either: PlainClient) -> None:
    either.emulator.faults.add("code", when="after")
    either.emulator.faults.add("code", when="before")
    for name in ("a.example.com", "b.example.com"):
        either.post("add", name=name)
    assert effects(either.emulator) == [("added",), ()]


def test_the_time_is_that_of_the_clock(client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
    clock.advance(5)
    client.info("list")
    assert emulator.journal.calls()[0].time == clock.now()


def test_connections_are_counted(either: PlainClient) -> None:
    for _unused in range(3):
        either.info("list")
    assert either.emulator.journal.connections == 1
    either.session.close()
    either.info("list")
    assert [call.connection for call in either.emulator.journal.calls()] == [1, 1, 1, 2]
    assert either.emulator.journal.connections == 2


def test_control_connections_are_not_counted(live_client: PlainClient, live: Emulator) -> None:
    live_client.info("list")
    for _unused in range(2):
        journal = requests.get(f"{live.control_url}/journal", timeout=5).json()
        assert journal["endpoints"] == ["trackDomain/list"]
        assert (journal["connections"], journal["silent_connections"]) == (1, 0)


def test_connections_without_a_request_are_counted_apart() -> None:
    with Emulator() as emulator:
        for _unused in range(3):
            socket.create_connection(("127.0.0.1", emulator.port)).close()
        # The answer comes after the three: connections are accepted in their order.
        assert requests.get(f"{emulator.control_url}/health", timeout=5).json()["status"] == "ok"
    assert emulator.journal.silent_connections == 3
    assert emulator.journal.connections == 0


def test_parallel_calls_lose_nothing(live: Emulator) -> None:
    live.settings.max_domains = 1000
    failures: list[Exception] = []

    def run(number: int) -> None:
        try:
            with requests.Session() as session:
                session.trust_env = False
                for name in ("same.example.com", f"t{number}.example.com"):
                    data = {"apiUser": live.user, "apiKey": live.key, "name": name}
                    session.post(f"{live.url}/trackDomain/add", data=data, timeout=60).raise_for_status()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    calls = live.journal.calls()
    assert [call.ordinal for call in calls] == list(range(1, 61))
    assert live.journal.connections == 30
    assert len([call for call in calls if call.succeeded and call.parameters["name"] == "same.example.com"]) == 1
    assert len(live.account.domains()) == 31
    assert len({domain.id for domain in live.account.domains()}) == 31


def test_an_observer_sees_each_finished_call() -> None:
    seen: list[Call] = []
    emulator = Emulator.in_process(observer=seen.append)
    with emulator.intercept():
        requests.post(f"{emulator.url}/trackDomain/list", timeout=5)
    assert tuple(seen) == emulator.journal.calls()
    assert seen[0].status_code == 40005


@pytest.mark.parametrize("tls", [False, True])
def test_a_request_in_the_query_leaves_no_secret_on_the_terminal(tls: bool, capfd: pytest.CaptureFixture[str]) -> None:
    with Emulator(tls=tls) as emulator:
        requests.get(
            f"{emulator.url}/trackDomain/list",
            params={"apiUser": emulator.user, "apiKey": emulator.key},
            timeout=5,
            verify=emulator.ca_path if tls else True,
        ).raise_for_status()
    assert capfd.readouterr() == ("", "")
