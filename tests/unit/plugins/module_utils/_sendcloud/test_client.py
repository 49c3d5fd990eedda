# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import pytest
import requests
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import retry as _retry
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import transport as _transport
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import Page, SendCloudClient
from sendcloud_emulator import Emulator

READS = ["list", "checkConfig"]
WRITES = ["add", "update", "delete"]


@pytest.fixture
def call(emulator, client):
    """Call an endpoint by its name, for a domain that is there (C(add): for one that is not)."""
    there = emulator.account.add("there.example.com")

    calls = {
        "list": client.list_page,
        "checkConfig": lambda: client.check_config([there.id]),
        "add": lambda: client.add("new.example.com"),
        "update": lambda: client.update(there.id, "renamed.example.com"),
        "delete": lambda: client.delete(there.id),
    }
    return lambda endpoint: calls[endpoint]()


def failure(call, endpoint):
    with pytest.raises(SendCloudError) as caught:
        call(endpoint)
    assert caught.value.endpoint == f"trackDomain/{endpoint}"
    return caught.value


def test_the_life_of_a_domain(client, emulator):
    added = client.add("track.example.com")
    assert (added.name, added.cname_verified, added.cname_value) == ("track.example.com", False, "track2.sendcloud.net")
    assert client.update(added.id, "click.example.com").name == "click.example.com"
    emulator.publish("click.example.com")
    assert client.check_config([added.id])[added.id].cname_verified
    assert [domain.name for domain in client.list_page().rows] == ["click.example.com"]
    client.delete(added.id)
    assert client.list_page().rows == ()
    assert emulator.journal.connections == 1


def test_credentials_travel_in_the_body_of_a_post_alone(call, emulator):
    for endpoint in READS + WRITES:
        call(endpoint)
    assert [entry.endpoint for entry in emulator.journal.calls()] == [f"trackDomain/{name}" for name in READS + WRITES]
    for entry in emulator.journal.calls():
        assert entry.method == "POST"
        assert entry.credentials_in == "body"
        assert not entry.has_authorization
        assert "?" not in entry.path


def test_netrc_is_not_looked_at(call, emulator, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("default login someone password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert requests.utils.get_netrc_auth(emulator.url) == ("someone", "something")
    call("list")
    assert not emulator.journal.calls()[0].has_authorization


@pytest.mark.parametrize(
    "quirks",
    [["string_booleans"], ["numeric_booleans"], ["string_booleans", "numeric_booleans"], ["string_ids"], ["nulls"],
     ["absent_empty_keys"], ["spaced_keys"], ["string_status_code", "string_result"], ["html_content_type"]],
    ids="+".join,
)  # fmt: skip
def test_quirks_make_no_difference(client, emulator, quirks):
    emulator.account.add("track.example.com", verified=True)
    emulator.account.add("plain.example.com")
    plain = client.list_page().rows
    emulator.quirks.enable(*quirks)
    assert client.list_page().rows == plain


@pytest.mark.parametrize(
    ("quirk", "what"), [("no_id", "the tracking domain new.example.com has no ID"), ("no_name", "has no name")]
)
def test_an_answer_to_a_write_that_cannot_be_read_says_that_it_was_processed(call, emulator, quirk, what):
    emulator.quirks.enable(quirk)
    error = failure(call, "add")
    assert (error.kind, error.processed) == ("protocol", "yes")
    assert what in error.message


@pytest.mark.parametrize("quirk", ["no_id", "no_name"])
def test_a_check_leaves_out_what_it_cannot_read(call, emulator, quirk):
    emulator.quirks.enable(quirk)
    assert call("checkConfig") == {}


def test_a_check_leaves_out_what_it_was_not_asked_for(client, emulator):
    rows = [{"id": 5, "name": "a.example.com", "cname": True}, {"id": 6, "name": "b.example.com", "cname": True}]
    emulator.faults.add("json_no_envelope", value={"result": True, "statusCode": 200, "info": {"dataList": rows}})
    assert set(client.check_config([6, 7])) == {6}


@pytest.mark.parametrize("pem", [("certificate", None), (None, "key")])
def test_half_of_a_certificate_is_not_sent(client, emulator, pem):
    client.add("track.example.com", *pem)
    (call,) = emulator.journal.calls()
    assert not {"certContent", "certKey"} & set(call.parameters)


def test_a_page_is_asked_for_by_its_first_row_and_its_size(client, emulator):
    client.list_page()
    client.list_page(7, ["a.example.com", "b.example.com"])
    asked = [
        {key: value for key, value in call.parameters.items() if key in ("start", "limit", "name")}
        for call in emulator.journal.calls()
    ]
    assert asked == [
        {"start": "0", "limit": "100"},
        {"start": "7", "limit": "100", "name": "a.example.com;b.example.com"},
    ]


def test_a_success_that_cannot_be_used_says_where_it_came_from(client, emulator):
    emulator.change_settings({"delete_missing": "count_zero"})
    with pytest.raises(SendCloudError) as caught:
        client.delete(5)
    assert (caught.value.http_status, caught.value.status_code, caught.value.endpoint) == (
        200,
        200,
        "trackDomain/delete",
    )
    emulator.faults.add("json_no_envelope", value={"result": True, "statusCode": 200, "info": {}})
    with pytest.raises(SendCloudError) as caught:
        client.list_page()
    assert (caught.value.http_status, caught.value.processed) == (200, "no")


@pytest.mark.parametrize(
    ("info", "what"),
    [
        ({"dataList": {"id": 1}}, "its dataList is not a list"),
        ({"dataList": "none"}, "its dataList is not a list"),
        ({"dataList": None}, "it has no dataList"),
        ({"dataList": None, "total": 3}, "it has no dataList"),
        ({"total": 3}, "it has no dataList"),
        ({}, "it has no dataList"),
        ("text", "it has no dataList"),
        (None, "it has no dataList"),
    ],
)
def test_an_answer_without_a_list_is_no_empty_account(client, emulator, info, what):
    emulator.faults.add("json_no_envelope", value={"result": True, "statusCode": 200, "info": info})
    with pytest.raises(SendCloudError) as caught:
        client.list_page()
    assert (caught.value.kind, caught.value.endpoint) == ("protocol", "trackDomain/list")
    assert what in caught.value.message


@pytest.mark.parametrize("info", [{"total": 0}, {"total": "0", "dataList": None}, {"total": 0, "dataList": []}])
def test_beside_a_total_of_nothing_it_is(client, emulator, info):
    emulator.faults.add("json_no_envelope", value={"result": True, "statusCode": 200, "info": info})
    assert client.list_page() == Page((), 0)


@pytest.mark.parametrize(
    "data",
    [
        {"id": 5, "name": "other.example.com"},
        {"id": 5},
        None,
        {"id": 5, "name": "renamed.example.com"},
        {"id": 999999, "name": "renamed.example.com"},
        {"id": "ITS OWN", "name": "other.example.com"},
        {"id": "ITS OWN", "name": "web.example.com"},
    ],
)
def test_an_answer_about_another_domain_leaves_a_write_in_doubt(call, emulator, data):
    if data and data["id"] == "ITS OWN":
        data = {**data, "id": emulator.account.find("there.example.com").id}
    emulator.faults.add("json_no_envelope", value={"result": True, "statusCode": 200, "info": {"data": data}})
    error = failure(call, "update")
    assert error.kind == "protocol"
    assert error.processed == "yes"


def test_a_deletion_that_deletes_nothing_says_so(client, emulator):
    emulator.change_settings({"delete_missing": "count_zero"})
    with pytest.raises(SendCloudError, match="deleted nothing") as caught:
        client.delete(5)
    assert caught.value.kind == "not_found"
    assert caught.value.processed == "no"
    emulator.change_settings({"delete_missing": "refused"})
    with pytest.raises(SendCloudError) as caught:
        client.delete(5)
    assert (caught.value.kind, caught.value.status_code) == ("not_found", 41014)


# What comes back, and what is made of it: fault, kind, HTTP status, code, whether a write is in doubt.
FAULTS = [
    ("html", {}, "protocol", 200, None, True, "HTML instead of JSON"),
    ("empty_body", {}, "protocol", 200, None, True, "an empty body"),
    ("invalid_json", {}, "protocol", 200, None, True, "no JSON"),
    ("json_no_envelope", {}, "protocol", 200, None, True, "no SendCloud envelope"),
    ("oversized", {}, "protocol", 200, None, True, "larger than 5 MiB"),
    ("redirect", {"location": "https://elsewhere.example/x"}, "protocol", 302, None, True, "to https://elsewhere.example/x."),
    ("redirect", {"status": 307, "location": ""}, "protocol", 307, None, True, "to nowhere."),
    ("status", {"status": 404}, "protocol", 404, None, True, "HTTP 404 with HTML"),
    ("status", {"status": 429}, "rate_limited", 429, None, False, "with HTTP 429. Try again later"),
    ("status", {"status": 500}, "server", 500, None, True, "with HTTP 500. Try again later"),
    ("status", {"status": 503}, "server", 503, None, True, "HTTP 503"),
    ("status", {"status": 503, "retry_after": 1}, "server", 503, None, False, "HTTP 503"),
    ("code", {"code": 501}, "server", 200, 501, True, "a problem of its own"),
    ("code", {"code": 50000}, "rate_limited", 200, 50000, False, "too many requests"),
    ("code", {"code": 6001}, "permission", 200, 6001, False, "IP allowlist"),
    ("code", {"code": 40005}, "authentication", 200, 40005, False, "base URL of the account's region"),
    ("code", {"code": 41012}, "limit_reached", 200, 41012, False, "An account may have 5 tracking domains"),
    ("code", {"code": 77777, "message": "odd"}, "rejected", 200, 77777, False, "odd"),
    ("reset", {}, "network", None, None, True, "was lost"),
    ("refuse", {}, "network", None, None, False, "no connection to"),
    ("delay", {"seconds": 31}, "network", None, None, True, "no answer from"),
    ("truncated", {}, "network", 200, None, True, "was lost"),
]  # fmt: skip


@pytest.mark.parametrize("endpoint", READS + WRITES)
@pytest.mark.parametrize(
    ("fault", "arguments", "kind", "http_status", "code", "in_doubt", "text"),
    FAULTS,
    ids=["-".join([fault, *map(str, arguments.values())]) for fault, arguments, *_unused in FAULTS],
)
def test_each_failure_is_typed(call, emulator, endpoint, fault, arguments, kind, http_status, code, in_doubt, text):
    emulator.faults.add(fault, every=1, **arguments)
    error = failure(call, endpoint)
    assert (error.kind, error.http_status, error.status_code) == (kind, http_status, code)
    assert error.processed == ("maybe" if in_doubt else "no")
    assert text in error.message
    assert emulator.key not in repr(error.as_result()) + error.message


# How often each is sent with 4 retries.
@pytest.mark.parametrize(
    ("fault", "arguments", "reads", "writes"),
    [
        ("refuse", {}, 5, 5),
        ("reset", {}, 5, 1),
        ("reset", {"when": "after"}, 5, 1),
        ("delay", {"seconds": 31}, 5, 1),
        ("truncated", {}, 5, 1),
        ("status", {"status": 429}, 5, 5),
        ("status", {"status": 429, "retry_after": 3}, 5, 5),
        ("status", {"status": 500}, 5, 1),
        ("status", {"status": 502}, 5, 1),
        ("status", {"status": 503}, 5, 1),
        ("status", {"status": 503, "retry_after": 3}, 5, 5),
        ("status", {"status": 504}, 5, 1),
        ("status", {"status": 599}, 5, 1),
        ("status", {"status": 403}, 1, 1),
        ("status", {"status": 499}, 1, 1),
        ("code", {"code": 50000}, 5, 5),
        ("code", {"code": 501}, 5, 1),
        ("code", {"code": 40005}, 1, 1),
        ("code", {"code": 6001}, 1, 1),
        ("code", {"code": 41109}, 1, 1),
        ("code", {"code": 77777}, 1, 1),
        ("html", {}, 1, 1),
        ("redirect", {}, 1, 1),
        ("json_no_envelope", {}, 1, 1),
        ("oversized", {}, 1, 1),
    ],
)
@pytest.mark.parametrize("endpoint", READS + WRITES)
def test_what_is_sent_again_and_how_often(call, emulator, clock, endpoint, fault, arguments, reads, writes):
    emulator.faults.add(fault, every=1, **arguments)
    failure(call, endpoint)
    expected = reads if endpoint in READS else writes
    assert emulator.journal.endpoints() == [f"trackDomain/{endpoint}"] * expected
    assert len(clock.sleeps) == expected - 1
    if arguments.get("retry_after"):
        assert clock.sleeps == [3.0] * 4


@pytest.mark.parametrize(
    "fault", [("reset", {}), ("status", {"status": 500}), ("code", {"code": 501}), ("truncated", {})]
)
@pytest.mark.parametrize("endpoint", READS)
def test_the_tries_of_both_loops_are_one_budget(call, emulator, endpoint, fault):
    kind, arguments = fault
    emulator.faults.add("code", code=50000, nth=[1, 3, 5])
    emulator.faults.add(kind, nth=[2, 4], **arguments)
    failure(call, endpoint)
    assert len(emulator.journal.calls()) == 5
    emulator.faults.clear()
    emulator.faults.add("code", code=50000, nth=[1, 3])
    emulator.faults.add(kind, nth=[2, 4], **arguments)
    call(endpoint)
    assert len(emulator.journal.calls()) == 10


@pytest.mark.parametrize("endpoint", WRITES)
def test_a_write_that_was_not_processed_succeeds_in_the_end(call, emulator, endpoint):
    emulator.faults.add_all(
        [
            {"kind": "refuse", "nth": 1},
            {"kind": "status", "status": 429, "nth": 2},
            {"kind": "code", "code": 50000, "nth": 3},
            {"kind": "status", "status": 503, "retry_after": "0", "nth": 4},
        ]
    )
    call(endpoint)
    assert [entry.succeeded for entry in emulator.journal.calls()] == [False] * 4 + [True]


def test_no_retries_means_one_try(emulator, clock):
    account = Account(emulator.user, emulator.key, emulator.url, retries=0)
    emulator.faults.add("code", code=50000, every=1)
    with SendCloudClient(account, clock=clock) as client, pytest.raises(SendCloudError):
        client.list_page()
    emulator.faults.clear()
    emulator.faults.add("reset", every=1)
    with SendCloudClient(account, clock=clock) as client, pytest.raises(SendCloudError):
        client.list_page()
    assert len(emulator.journal.calls()) == 2
    assert clock.sleeps == []


@pytest.mark.parametrize("fault", ["reset", "refuse", "truncated", "status", "code"])
def test_while_waiting_there_is_one_try(client, emulator, clock, fault):
    emulator.faults.add(fault, every=1)
    with pytest.raises(SendCloudError):
        client.check_config([1], deadline=clock.monotonic() + 100)
    assert len(emulator.journal.calls()) == 1
    assert clock.sleeps == []


@pytest.mark.parametrize(
    ("seconds_left", "delay", "answers"),
    [(8, 7, True), (8, 9, False), (0, 0.4, True), (0, 1, False), (99, 29, True), (99, 31, False)],
)
def test_while_waiting_a_request_is_cut_to_the_time_that_is_left(client, emulator, clock, seconds_left, delay, answers):
    emulator.faults.add("delay", seconds=delay, when="after")
    if answers:
        assert client.list_page(deadline=clock.monotonic() + seconds_left).rows == ()
        return
    with pytest.raises(SendCloudError, match="no answer from"):
        client.list_page(deadline=clock.monotonic() + seconds_left)


@pytest.mark.parametrize("fault", ["echo", "control_characters"])
@pytest.mark.parametrize("endpoint", READS + WRITES)
def test_what_the_service_says_is_shown_without_secrets_and_escapes(call, emulator, endpoint, fault):
    emulator.faults.add(fault, every=1)
    error = failure(call, endpoint)
    shown = error.message + error.api_message
    assert emulator.key not in shown
    assert shown.isprintable()
    assert error.api_message in error.message


def test_an_echoed_private_key_is_taken_out(account, emulator):
    key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFRT/+xyz=\n-----END PRIVATE KEY-----\n"
    emulator.faults.add("echo", every=1)
    client = SendCloudClient(account, redactor=Redactor([emulator.key, key]))
    with client, pytest.raises(SendCloudError) as caught:
        client.add("track.example.com", "a certificate", key)
    assert "apiUser" in caught.value.api_message
    assert "MC4CAQAwBQYDK2VwBCIEIFRT" not in caught.value.api_message


def test_requests_is_needed(monkeypatch):
    monkeypatch.setattr(_transport, "REQUESTS_IMPORT_ERROR", "Traceback: no requests")
    with pytest.raises(MissingLibraryError) as caught:
        SendCloudClient(Account("user", "key"))
    assert (caught.value.library, caught.value.import_traceback) == ("requests >= 2.25", "Traceback: no requests")


class TestBackOff:
    @pytest.mark.parametrize("repetition", [0, 1])
    def test_the_first_pause_is_from_a_quarter_to_half_a_second(self, repetition):
        pauses = [_retry.pause_before(repetition) for _unused in range(1000)]
        assert 0.25 <= min(pauses) < 0.3
        assert 0.45 < max(pauses) <= 0.5

    def test_no_pause_is_longer_than_eight_seconds(self):
        pauses = [_retry.pause_before(repetition) for repetition in range(5, 1000)]
        assert 4 <= min(pauses) < 4.4
        assert 7.6 < max(pauses) <= 8

    def test_it_doubles_with_jitter_up_to_a_limit(self, call, emulator, clock):
        emulator.faults.add("status", status=500, every=1)
        failure(call, "list")
        for pause, longest in zip(clock.sleeps, (0.5, 1, 2, 4), strict=True):
            assert longest / 2 <= pause <= longest
        assert all(4 <= _retry.pause_before(repetition) <= 8 for repetition in (5, 6, 50))
        assert len({_retry.pause_before(1) for _unused in range(50)}) > 1

    @pytest.mark.parametrize(
        ("header", "pauses"),
        [("7", [7.0]), ("60", [60.0]), ("61", [60.0]), ("9" * 500, [60.0]), ("Fri, 31 Dec 2999 23:59:59 GMT", [60.0])],
    )
    def test_retry_after_is_honoured_up_to_a_minute(self, call, emulator, clock, header, pauses):
        emulator.faults.add("status", status=503, retry_after=header)
        call("list")
        assert clock.sleeps == pauses

    @pytest.mark.parametrize("header", ["0", "soon", "-1", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 99 Dec 2999"])
    def test_a_retry_after_that_says_nothing_leaves_the_back_off(self, call, emulator, clock, header):
        emulator.faults.add("status", status=429, retry_after=header)
        call("list")
        assert len(clock.sleeps) == 1
        assert 0.25 <= clock.sleeps[0] <= 0.5


class TestOverANetwork:
    """What only real sockets show."""

    def test_nobody_listens(self, tmp_path):
        with Emulator() as stopped:
            url = stopped.url
        with SendCloudClient(Account("u", "k", url, retries=0)) as client, pytest.raises(SendCloudError) as caught:
            client.list_page()
        assert caught.value.kind == "network"
        assert "no connection to" in caught.value.message
        assert "refused" in caught.value.message

    def test_a_host_that_does_not_exist(self):
        account = Account("u", "k", "https://host.invalid/api", retries=0)
        with SendCloudClient(account) as client, pytest.raises(SendCloudError) as caught:
            client.list_page()
        assert caught.value.kind == "network"
        assert "https://host.invalid/api: its host name cannot be resolved" in caught.value.message

    def test_tls_is_checked_against_the_ca(self, clock):
        with Emulator(tls=True) as emulator:
            trusting = Account(emulator.user, emulator.key, emulator.url, ca_path=emulator.ca_path)
            with SendCloudClient(trusting) as client:
                assert client.list_page().rows == ()
            careless = Account(emulator.user, emulator.key, emulator.url, validate_certs=False)
            with pytest.warns(match="Unverified HTTPS request"), SendCloudClient(careless) as client:
                assert client.list_page().rows == ()
            emulator.journal.clear()
            strict = Account(emulator.user, emulator.key, emulator.url)
            with SendCloudClient(strict, clock=clock) as client, pytest.raises(SendCloudError) as caught:
                client.list_page()
            assert caught.value.kind == "network"
            assert "is not trusted" in caught.value.message
            assert caught.value.processed == "no"
            assert clock.sleeps == []
            assert "ca_path" in caught.value.message
            assert emulator.journal.calls() == ()

    def test_a_proxy_from_the_environment_is_used(self, monkeypatch):
        with Emulator() as proxy:
            for variable in ("no_proxy", "NO_PROXY"):
                monkeypatch.delenv(variable, raising=False)
            monkeypatch.setenv("https_proxy", proxy.url)
            account = Account("u", "k", "https://api2.sendcloud.net/api", retries=0)
            with SendCloudClient(account) as client, pytest.raises(SendCloudError) as caught:
                client.list_page()
        assert caught.value.kind == "network"
        assert (
            "no connection to https://api2.sendcloud.net/api through the proxy http://127.0.0.1:"
            in caught.value.message
        )

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("fault", ["reset", "truncated"])
    def test_a_connection_lost_in_the_middle(self, fault, when, clock):
        with Emulator() as emulator:
            emulator.faults.add(fault, when=when, nth=1)
            account = Account(emulator.user, emulator.key, emulator.url)
            with SendCloudClient(account, clock=clock) as client:
                assert client.list_page().rows == ()
            assert len(emulator.journal.calls()) == 2
