# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import Any

import pytest
import requests
from sendcloud_emulator import Emulator


class Control:
    """The control endpoints of an emulator, without a network."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._client = emulator.app().test_client()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        response = self._client.open(f"/_emulator/{path}", method=method, json=body)
        assert response.status_code == 200, response.text
        return response.get_json()

    def refusal(self, method: str, path: str, body: Any) -> str:
        response = self._client.open(f"/_emulator/{path}", method=method, json=body)
        assert response.status_code == 400
        error: str = response.get_json()["error"]
        return error

    def list(self) -> Any:
        data = {"apiUser": self.emulator.user, "apiKey": self.emulator.key}
        return self._client.post("/api/trackDomain/list", data=data).get_json()["info"]


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return Control(emulator)


def test_health(control: Control) -> None:
    assert control.send("GET", "health") == {"status": "ok", "url": control.emulator.url, "user": "demo-user"}


def test_records_are_published_and_withdrawn(control: Control) -> None:
    resolver = control.emulator.resolver
    control.send("POST", "publish", {"name": "Track.example.com."})
    assert resolver.target("track.example.com") == "track2.sendcloud.net"
    control.send("POST", "publish", {"name": "track.example.com", "target": "wrong.example.net"})
    assert resolver.target("track.example.com") == "wrong.example.net"
    control.send("POST", "withdraw", {"name": "track.example.com"})
    assert resolver.target("track.example.com") is None


def test_the_journal_is_shown_and_cleared(control: Control) -> None:
    control.list()
    journal = control.send("GET", "journal")
    assert journal["endpoints"] == ["trackDomain/list"]
    assert journal["calls"][0]["parameters"] == {"apiUser": "demo-user", "apiKey": "**apiKey**"}
    assert journal["connections"] == 1
    assert control.send("GET", "journal?endpoint=trackDomain/add")["calls"] == []
    control.send("DELETE", "journal")
    assert control.send("GET", "journal")["calls"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "code", "code": 41012, "endpoint": "list", "nth": [1, 2]},
        [{"kind": "code", "code": 41012, "times": 2}],
    ],
)
def test_faults_are_planned_shown_and_dropped(control: Control, body: object) -> None:
    control.send("POST", "faults", body)
    control.list()
    shown = control.send("GET", "faults")
    assert shown["is_spent"] is False
    assert [(rule["kind"], rule["code"], rule["fired"]) for rule in shown["faults"]] == [("code", 41012, 1)]
    control.send("DELETE", "faults")
    assert control.send("GET", "faults") == {"faults": [], "is_spent": True}


def test_acts_of_somebody_else_are_planned_shown_and_dropped(control: Control) -> None:
    control.send("POST", "meanwhile", {"action": "add", "name": "a.example.com", "endpoint": "list"})
    control.send("POST", "meanwhile", [{"action": "verify", "index": 0, "nth": 2}])
    assert control.list()["dataList"][0]["cname"] is False
    assert control.list()["dataList"][0]["cname"] is True
    shown = control.send("GET", "meanwhile")
    assert shown["is_spent"] is True
    assert [(rule["action"], rule["fired"]) for rule in shown["meanwhile"]] == [("add", 1), ("verify", 1)]
    control.send("DELETE", "meanwhile")
    assert control.send("GET", "meanwhile") == {"meanwhile": [], "is_spent": True}


def test_settings_are_changed_and_set_back(control: Control) -> None:
    control.send("PATCH", "settings", {"max_domains": 9, "string_ids": True})
    changed = control.send("PATCH", "settings", {"time_zone": "UTC"})
    assert (changed["settings"]["max_domains"], changed["settings"]["time_zone"]) == (9, "UTC")
    assert changed["quirks"]["string_ids"] is True
    assert control.send("GET", "settings") == changed
    replaced = control.send("PUT", "settings", {"max_domains": 7})
    assert (replaced["settings"]["max_domains"], replaced["settings"]["time_zone"]) == (7, "+08:00")
    assert replaced["quirks"]["string_ids"] is False


def test_domains_are_put_into_the_account(control: Control) -> None:
    control.send("POST", "domains", {"count": 250, "prefix": "t", "suffix": "example.org", "verified": True})
    assert control.list()["total"] == 250
    control.send("POST", "domains", ["a.example.com", {"name": "b.example.com", "id": 5}])
    added = control.send("POST", "domains", {"domains": ["c.example.com"]})["domains"]
    assert [domain["name"] for domain in added] == ["c.example.com"]
    account = control.send("GET", "account")
    assert account["total"] == 253
    assert account["domains"][0]["name"] == "b.example.com"
    assert (account["domains"][1]["name"], account["domains"][1]["verified"]) == ("t-1.example.org", True)


def test_a_domain_with_a_certificate(control: Control, pair: Any) -> None:
    control.send("POST", "domains", [{"name": "a.example.com", "certificate": pair.certificate}])
    (domain,) = control.send("GET", "account")["domains"]
    assert domain["https"] is True
    assert domain["certificate"] == {"start": pair.start.isoformat(), "end": pair.end.isoformat()}


def test_a_reset_undoes_everything() -> None:
    emulator = Emulator.in_process()
    emulator.settings.max_domains = 6
    control = Control(emulator)
    control.list()
    control.send("POST", "domains", {"count": 1})
    control.send("POST", "publish", {"name": "track-1.example.com"})
    control.send("POST", "faults", {"kind": "reset"})
    control.send("POST", "meanwhile", {"action": "remove", "index": 0})
    control.send("PATCH", "settings", {"no_id": True})
    control.send("POST", "down", {"seconds": 600})
    control.send("DELETE", "reset")
    assert emulator.is_up
    assert emulator.account.domains() == []
    assert emulator.resolver.target("track-1.example.com") is None
    assert emulator.faults.rules() == []
    assert emulator.meanwhile.rules() == []
    assert emulator.journal.calls() == ()
    assert emulator.quirks.no_id is False
    assert emulator.settings.max_domains == 5


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("POST", "publish", {}, "name must be a text"),
        ("POST", "publish", ["a"], "must be a JSON object"),
        ("POST", "publish", None, "must be JSON"),
        ("POST", "faults", {"kind": "explode"}, "no fault 'explode'"),
        ("POST", "faults", "reset", "a fault is an object with a kind"),
        ("POST", "faults", [{"endpoint": "add"}], "a fault is an object with a kind"),
        ("POST", "meanwhile", {"action": "explode"}, "no act 'explode'"),
        ("POST", "meanwhile", "remove", "a rule is an object with an action"),
        ("POST", "meanwhile", [{"index": 0}], "a rule is an object with an action"),
        ("PATCH", "settings", {"nonsense": 1}, "no setting 'nonsense'"),
        ("POST", "domains", {"count": "5"}, "count must be a number"),
        ("POST", "domains", {}, "either count and prefix, or a list"),
        ("POST", "domains", [{"title": "a"}], "a domain has no title"),
        ("POST", "domains", [{"name": "a", "certificate": "no PEM"}], "no readable certificate"),
        ("POST", "domains", [5], "a domain is a name or an object"),
        ("POST", "domains", [{"name": "a", "id": "5"}], "id must be a number"),
        ("POST", "down", {"seconds": 0}, "seconds must be a number"),
    ],
)
def test_what_is_wrong_is_said(control: Control, method: str, path: str, body: object, reason: str) -> None:
    assert reason in control.refusal(method, path, body)


def test_a_live_server_goes_down_when_told() -> None:
    with Emulator() as emulator:
        requests.post(f"{emulator.control_url}/down", json={"seconds": 600}, timeout=5).raise_for_status()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{emulator.control_url}/health", timeout=5)
        emulator.resume()
        assert requests.get(f"{emulator.control_url}/health", timeout=5).json()["url"] == emulator.url
