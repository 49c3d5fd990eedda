# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import queue
import ssl
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from sendcloud_emulator import Call, Emulator, Faults, Kind, ManualClock
from urllib3.util.retry import Retry

if TYPE_CHECKING:
    from conftest import PlainClient

BOTH_MOMENTS = [
    ("reset", {}),
    ("status", {"status": 500}),
    ("status", {"status": 429, "retry_after": 7}),
    ("truncated", {}),
    ("invalid_json", {}),
    ("empty_body", {}),
    ("html", {}),
    ("json_no_envelope", {"value": "x"}),
    ("code", {"code": 501}),
    ("redirect", {}),
    ("echo", {}),
    ("control_characters", {}),
]


def names(emulator: Emulator) -> list[str]:
    return [domain.name for domain in emulator.account.domains()]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("kind", "arguments"), BOTH_MOMENTS)
def test_a_request_is_processed_exactly_if_the_fault_comes_after(
    either: PlainClient, kind: str, arguments: dict[str, Any], when: str
) -> None:
    emulator = either.emulator
    emulator.faults.add(kind, endpoint="add", when=when, **arguments)
    try:
        answer = either.post("add", name="a.example.com")
    except requests.RequestException:
        answer = None
    (call,) = emulator.journal.calls()
    assert names(emulator) == (["a.example.com"] if when == "after" else [])
    assert call.fault == kind
    assert call.processed_code == (200 if when == "after" else None)
    assert call.succeeded is (when == "after")
    assert call.http_status in (None if answer is None else answer.status_code, 200)
    assert either.code("add", name="a.example.com") == 41015 if when == "after" else either.info("add", name="b.c")


def test_a_broken_connection(either: PlainClient) -> None:
    either.emulator.faults.add("reset")
    with pytest.raises(requests.ConnectionError) as caught:
        either.post("list")
    assert isinstance(caught.value.args[0], urllib3.exceptions.ProtocolError)
    assert isinstance(caught.value.args[0].args[1], ConnectionResetError)


def test_a_truncated_body(either: PlainClient) -> None:
    either.emulator.faults.add("truncated", when="after")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        either.post("list")
    assert either.info("list")["total"] == 0


def test_the_next_request_after_a_lost_connection_has_a_new_one(either: PlainClient) -> None:
    for kind in ("reset", "truncated"):
        either.emulator.faults.add(kind)
        with pytest.raises(requests.RequestException):
            either.post("list")
    either.info("list")
    either.info("list")
    assert [call.connection for call in either.emulator.journal.calls()] == [1, 2, 3, 3]
    assert either.emulator.journal.connections == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599])
@pytest.mark.parametrize("retry_after", [None, 3, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_an_http_status(either: PlainClient, status: int, retry_after: object) -> None:
    either.emulator.faults.add("status", status=status, retry_after=retry_after)
    response = either.post("list")
    assert response.status_code == status
    assert response.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.text.startswith("<html>")


def test_bodies_that_are_no_envelope(either: PlainClient) -> None:
    faults = either.emulator.faults
    faults.add("invalid_json")
    assert either.post("list").text.startswith('{"result": true')
    faults.add("empty_body")
    assert either.post("list").content == b""
    faults.add("html")
    assert either.post("list").text.startswith("<html>")
    for value in ([1], "x", {}, None, 5, {"result": True}):
        faults.add("json_no_envelope", value=value)
        response = either.post("list")
        assert response.status_code == 200
        assert response.json() == value


def test_the_wrong_content_type(either: PlainClient) -> None:
    either.emulator.faults.add("wrong_content_type", content_type="image/png")
    response = either.post("list")
    assert response.headers["Content-Type"] == "image/png"
    assert response.json()["info"]["total"] == 0


def test_codes_within_an_http_200(either: PlainClient) -> None:
    either.emulator.faults.add("code")
    either.emulator.faults.add("code", code=501, when="after")
    either.emulator.faults.add("code", code=49999, message="what?")
    assert [either.code("list") for _unused in range(2)] == [50000, 501]
    assert either.post("list").json() == {"result": False, "statusCode": 49999, "message": "what?", "info": {}}


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect(either: PlainClient, status: int) -> None:
    either.emulator.faults.add("redirect", status=status)
    response = either.post("list")
    assert response.status_code == status
    assert response.headers["Location"] == "https://elsewhere.example/api/trackDomain/list"
    either.emulator.faults.add("redirect", location="http://other.example/")
    assert either.post("list").headers["Location"] == "http://other.example/"


def test_an_echo_of_everything(either: PlainClient) -> None:
    either.emulator.faults.add("echo")
    message = either.post("add", name="a.example.com", certKey="very secret").json()["message"]
    assert either.emulator.key in message
    assert "very secret" in message
    assert "a.example.com" in message


def test_an_oversized_answer(either: PlainClient) -> None:
    either.emulator.faults.add("oversized")
    response = either.post("list")
    assert len(response.content) > 5 * 1024 * 1024
    assert response.json()["info"]["total"] == 0
    either.emulator.faults.add("oversized", size=10)
    assert len(either.post("list").json()["padding"]) == 10


def test_control_characters(either: PlainClient) -> None:
    either.emulator.faults.add("control_characters", code=41016)
    answer = either.post("list").json()
    assert answer["statusCode"] == 41016
    assert all(character in answer["message"] for character in "\x1b\r\n\x00\x07")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay_that_the_client_bears(either: PlainClient, when: str) -> None:
    either.emulator.faults.add("delay", seconds=0.01, when=when)
    either.info("add", name="a.example.com")
    assert names(either.emulator) == ["a.example.com"]


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["a.example.com"])])
def test_a_delay_that_the_client_does_not_bear(
    client: PlainClient, emulator: Emulator, clock: ManualClock, when: str, left: list[str]
) -> None:
    emulator.faults.add("delay", seconds=60, when=when)
    began = clock.now()
    with pytest.raises(requests.ReadTimeout):
        client.post("add", name="a.example.com")
    assert (clock.now() - began).total_seconds() == client.timeout
    assert names(emulator) == left
    assert emulator.journal.calls()[0].http_status is None
    assert client.info("list")["total"] == len(left)
    assert emulator.journal.connections == 2


class UntilGivenUp(threading.Event):
    """In the place of a server's event of stopping: every delay lasts until the client has given up."""

    def __init__(self) -> None:
        super().__init__()
        self.given_up = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        assert self.given_up.wait(20)
        return False


@pytest.mark.parametrize(("when", "left"), [("before", []), ("after", ["a.example.com"])])
@pytest.mark.parametrize("tls", [False, True])
def test_a_live_server_drops_what_nobody_waits_for(when: str, left: list[str], tls: bool) -> None:
    finished: queue.Queue[Call] = queue.Queue()
    delay = UntilGivenUp()
    with Emulator(tls=tls, observer=finished.put) as emulator:
        emulator.server.stopping = delay
        emulator.faults.add("delay", seconds=600, when=when)
        credentials = {"apiUser": emulator.user, "apiKey": emulator.key}
        with pytest.raises(requests.ReadTimeout):
            requests.post(
                f"{emulator.url}/trackDomain/add",
                data={**credentials, "name": "a.example.com"},
                timeout=(20, 0.1),
                verify=emulator.ca_path if tls else True,
            )
        delay.given_up.set()
        call = finished.get(timeout=20)
        assert names(emulator) == left
    assert call.fault == "delay"
    assert call.http_status is None
    assert call.processed_code == (200 if left else None)


def test_a_refused_connection_in_process(client: PlainClient, emulator: Emulator) -> None:
    emulator.faults.add("refuse", endpoint="add", times=2)
    client.info("list")
    for _unused in range(2):
        with pytest.raises(requests.ConnectionError) as caught:
            client.post("add", name="a.example.com")
        reason = caught.value.args[0].reason
        assert isinstance(reason, urllib3.exceptions.NewConnectionError)
    client.info("add", name="a.example.com")
    calls = emulator.journal.calls()
    assert [call.fault for call in calls] == [None, "refuse", "refuse", None]
    assert [call.connection for call in calls] == [1, None, None, 2]
    assert [call.processed_code for call in calls] == [200, None, None, 200]


def test_a_refused_connection_counts_as_one_that_could_not_be_made(client: PlainClient, emulator: Emulator) -> None:
    pauses: list[object] = []

    class Patient(Retry):
        def sleep(self, response: object = None) -> None:
            pauses.append(response)

    for adapter in client.session.adapters.values():
        assert isinstance(adapter, HTTPAdapter)
        adapter.max_retries = Patient(connect=3, read=False, redirect=False)
    emulator.faults.add("refuse", times=3)
    client.info("add", name="a.example.com")
    assert len(pauses) == 3
    emulator.faults.add("reset")
    with pytest.raises(requests.ConnectionError):
        client.post("list")
    assert len(pauses) == 3


def test_a_refused_connection_of_a_live_server_is_broken_off_unprocessed(
    live_client: PlainClient, live: Emulator
) -> None:
    live.faults.add("refuse", endpoint="add")
    with pytest.raises(requests.ConnectionError):
        live_client.post("add", name="a.example.com")
    assert names(live) == []
    assert live.journal.calls()[0].connection is None


def test_going_down(either: PlainClient) -> None:
    emulator = either.emulator
    emulator.faults.add("go_down", seconds=600)
    assert either.info("list")["total"] == 0
    assert not emulator.is_up
    for _unused in range(2):
        with pytest.raises(requests.ConnectionError) as caught:
            either.post("list")
        assert isinstance(caught.value.args[0].reason, urllib3.exceptions.NewConnectionError)
    emulator.resume()
    assert emulator.is_up
    assert either.info("list")["total"] == 0
    assert [call.connection for call in emulator.journal.calls()] == [1, 2]


def test_being_down_ends_idle_connections(either: PlainClient) -> None:
    either.info("list")
    either.emulator.pause()
    with pytest.raises(requests.ConnectionError):
        either.post("list")
    either.emulator.resume()
    either.info("list")
    assert either.emulator.journal.connections == 2


def test_being_down_for_a_time(client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
    emulator.down_for(10)
    clock.advance(9)
    with pytest.raises(requests.ConnectionError):
        client.post("list")
    clock.advance(1)
    client.info("list")


@pytest.mark.parametrize(
    ("selection", "hit"),
    [
        ({}, [1]),
        ({"times": 3}, [1, 2, 3]),
        ({"nth": 2}, [2]),
        ({"nth": [1, 4]}, [1, 4]),
        ({"start_at": 4}, [4, 5, 6]),
        ({"every": 2}, [2, 4, 6]),
        ({"every": 1}, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_rule_says_which_calls_it_is_for(selection: dict[str, Any], hit: list[int]) -> None:
    faults = Faults()
    faults.add("reset", endpoint="list", **selection)
    assert faults.take("trackDomain/add") is None
    assert [number for number in range(1, 7) if faults.take("trackDomain/list")] == hit


def test_of_several_rules_the_first_takes_the_call() -> None:
    faults = Faults()
    faults.add("reset", nth=2)
    faults.add("html", endpoint="trackDomain/list", times=2)
    faults.add("empty_body", endpoint="any", start_at=1)
    taken = [faults.take("trackDomain/list") for _unused in range(5)]
    assert [fault.kind.value for fault in taken if fault] == ["html", "reset", "html", "empty_body", "empty_body"]
    assert not faults.is_spent
    assert [rule["fired"] for rule in faults.rules()] == [1, 2, 2]


def test_a_plan_that_ends_is_spent() -> None:
    faults = Faults()
    assert faults.is_spent
    faults.add_all([{"kind": "reset", "nth": [1, 3]}, {"kind": "html", "times": 1}])
    for _unused in range(2):
        faults.take("trackDomain/list")
    assert not faults.is_spent
    faults.take("trackDomain/list")
    assert faults.is_spent
    faults.clear()
    assert faults.rules() == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"kind": "explode"}, "no fault 'explode'; there are: refuse,"),
        ({}, "no fault None"),
        ({"kind": "reset", "endpoint": "lists"}, "no endpoint 'lists'; there are: any, trackDomain/list"),
        ({"kind": "reset", "seconds": 1}, "the fault reset takes no seconds"),
        ({"kind": "refuse", "when": "after"}, "the fault refuse can only be: before"),
        ({"kind": "oversized", "when": "before"}, "the fault oversized can only be: after"),
        ({"kind": "reset", "when": "never"}, "the fault reset can only be: before, after"),
        ({"kind": "reset", "times": 1, "nth": 2}, "only one of times"),
        ({"kind": "reset", "times": 0}, "counted from 1"),
        ({"kind": "reset", "nth": []}, "counted from 1"),
        ({"kind": "reset", "nth": "2"}, "counted from 1"),
        ({"kind": "reset", "every": True}, "counted from 1"),
        ({"kind": "delay", "seconds": "1"}, "seconds must be a number"),
        ({"kind": "status", "status": "500"}, "status must be an integer"),
        ({"kind": "redirect", "location": 5}, "location must be a text"),
        ({"kind": "drip", "headers": "no"}, "headers must be a boolean"),
        ({"kind": "drip", "when": "before"}, "the fault drip can only be: after"),
        ({"kind": "handshake", "endpoint": "list"}, "a handshake is for no endpoint"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_whole_plan(rule: dict[str, Any], reason: str) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=reason):
        faults.add_all([{"kind": "reset"}, rule])
    assert faults.rules() == []


def test_a_drip_in_process_takes_time_for_each_byte(
    client: PlainClient, emulator: Emulator, clock: ManualClock
) -> None:
    emulator.faults.add("drip", seconds=2)
    emulator.faults.add("drip", seconds=2, headers=False)
    taken = []
    for _unused in range(2):
        began = clock.now()
        response = client.post("list")
        assert response.json()["info"]["total"] == 0
        taken.append((clock.now() - began).total_seconds())
    assert taken[1] == 2 * len(response.content)
    assert taken[0] > taken[1]
    assert emulator.journal.connections == 1


def test_a_drip_in_process_that_is_too_slow_is_a_timeout(client: PlainClient, emulator: Emulator) -> None:
    emulator.faults.add("drip", endpoint="add", seconds=20)
    with pytest.raises(requests.ReadTimeout):
        client.post("add", name="a.example.com")
    assert names(emulator) == ["a.example.com"]
    assert client.info("list")["total"] == 1
    assert emulator.journal.connections == 2


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("tls", [False, True])
def test_a_drip_of_a_live_server(headers: bool, tls: bool) -> None:
    with Emulator(tls=tls) as emulator:
        emulator.faults.add("drip", seconds=0.0001, headers=headers)
        response = requests.post(
            f"{emulator.url}/trackDomain/list",
            data={"apiUser": emulator.user, "apiKey": emulator.key},
            timeout=20,
            verify=emulator.ca_path if tls else True,
        )
    assert response.json()["info"]["total"] == 0


def test_a_drip_of_a_live_server_ends_when_the_client_has_gone() -> None:
    with Emulator() as emulator:
        emulator.faults.add("drip", seconds=0.01, headers=False)
        data = {"apiUser": emulator.user, "apiKey": emulator.key}
        with requests.post(f"{emulator.url}/trackDomain/list", data=data, timeout=20, stream=True) as response:
            assert next(response.iter_content(1)) == b"{"
        assert requests.post(f"{emulator.url}/trackDomain/list", data=data, timeout=20).json()["info"]["total"] == 0
        assert emulator.journal.connections == 2


def ended_in_handshake(client: PlainClient) -> Exception:
    with pytest.raises(requests.exceptions.SSLError) as caught:
        client.post("list")
    assert isinstance(caught.value.args[0], urllib3.exceptions.MaxRetryError)
    reason = caught.value.args[0].reason
    assert isinstance(reason, urllib3.exceptions.SSLError)
    cause: Exception = reason.args[0]
    return cause


def test_a_connection_that_ends_in_its_handshake(client: PlainClient, emulator: Emulator) -> None:
    """In process and live, one after the other: the same is raised."""
    emulator.faults.add("handshake", times=2)
    emulator.faults.add("code", code=501)
    in_process = [ended_in_handshake(client) for _unused in range(2)]
    assert client.code("list") == 501
    with Emulator(tls=True) as secure:
        live_client = type(client)(secure)
        live_client.session.verify = secure.ca_path
        secure.faults.add("handshake", times=2)
        secure.faults.add("code", code=501)
        live = [ended_in_handshake(live_client) for _unused in range(2)]
        assert live_client.code("list") == 501
        live_client.session.close()
    for one, other in zip(in_process, live, strict=True):
        assert isinstance(one, ssl.SSLEOFError)
        assert isinstance(other, ssl.SSLEOFError)
        assert one.errno == other.errno
        assert str(other.strerror).startswith(str(one.strerror))
    for each in (emulator, secure):
        assert each.faults.is_spent
        assert (each.journal.silent_connections, each.journal.connections) == (2, 1)


@pytest.mark.parametrize("kept", [False, True])
def test_a_handshake_is_only_that_of_a_new_connection(client: PlainClient, emulator: Emulator, kept: bool) -> None:
    client.info("list")
    emulator.faults.add("handshake", start_at=1)
    if kept:
        client.info("list")
        return
    client.session.close()
    with pytest.raises(requests.exceptions.SSLError):
        client.info("list")


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_a_code_under_an_http_status(either: PlainClient, status: int) -> None:
    either.emulator.faults.add("code", code=40005, status=status)
    response = either.post("list")
    assert (response.status_code, response.json()["statusCode"]) == (status, 40005)
    (call,) = either.emulator.journal.calls()
    assert (call.http_status, call.status_code) == (status, 40005)


def test_a_success_that_cannot_be_read(either: PlainClient) -> None:
    emulator = either.emulator
    emulator.faults.add("success_unreadable", times=3)
    assert either.info("add", name="a.example.com") == {"data": "unreadable"}
    assert either.info("list") == {"dataList": ["unreadable"], "total": 1, "count": 1}
    assert either.post("delete", id="999224").json()["info"] == "unreadable"
    emulator.faults.add("success_unreadable", value={"id": "x"})
    assert either.info("add", name="b.example.com") == {"data": {"id": "x"}}
    assert names(emulator) == ["b.example.com"]
    emulator.faults.add("success_unreadable")
    assert either.code("add", name="b.example.com") == 41015


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.HANDSHAKE])
def test_every_kind_of_fault_hits_once_and_leaves_no_trace(either: PlainClient, kind: Kind) -> None:
    seconds = {Kind.DELAY: 0.01, Kind.GO_DOWN: 0.01, Kind.DRIP: 0.0001}
    either.emulator.faults.add(kind, **({"seconds": seconds[kind]} if kind in seconds else {}))
    try:
        either.post("list")
    except requests.RequestException:
        assert kind in (Kind.REFUSE, Kind.RESET, Kind.TRUNCATED)
    either.emulator.resume()
    assert either.info("list") == {"dataList": [], "total": 0, "count": 0}
    assert [call.fault for call in either.emulator.journal.calls()] == [kind.value, None]
