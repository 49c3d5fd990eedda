# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter
from sendcloud_emulator import Emulator, ManualClock
from urllib3.util.retry import Retry

if TYPE_CHECKING:
    from conftest import PlainClient


def test_without_the_emulator_behind_it_the_url_leads_nowhere(emulator: Emulator) -> None:
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.ConnectionError):
            session.post(f"{emulator.url}/trackDomain/list", timeout=5)
    assert emulator.journal.calls() == ()


def test_every_host_is_the_emulator(client: PlainClient, emulator: Emulator) -> None:
    for host in ("https://api2.sendcloud.net", "http://127.0.0.1:1", "https://[::1]:8443"):
        url = f"{host}/api/trackDomain/list"
        assert client.session.post(url, data=client.credentials, timeout=5).json()["statusCode"] == 200
    assert len(emulator.journal.calls()) == 3


def test_one_adapter_is_enough(emulator: Emulator) -> None:
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
    adapter.poolmanager = emulator.pool_manager(num_pools=1, maxsize=1)
    with requests.Session() as session:
        session.mount("https://", adapter)
        for _unused in range(2):
            session.get("https://api2.sendcloud.net/api/trackDomain/list", timeout=5)
    assert emulator.journal.connections == 1


def test_adapters_are_connected_only_while_intercepted(emulator: Emulator) -> None:
    with emulator.intercept():
        requests.get(f"{emulator.url}/trackDomain/list", timeout=5)
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.ConnectionError):
            session.get(f"{emulator.url}/trackDomain/list", timeout=5)
    assert len(emulator.journal.calls()) == 1


def test_urllib3_retries_as_it_is_told(client: PlainClient, emulator: Emulator) -> None:
    pauses: list[float | None] = []

    class Patient(Retry):
        def sleep(self, response: object = None) -> None:
            pauses.append(self.get_retry_after(response) if response is not None else None)  # type: ignore[arg-type]

    retry = Patient(total=9, allowed_methods=None, status_forcelist=[429, 500], redirect=False)
    for adapter in client.session.adapters.values():
        assert isinstance(adapter, HTTPAdapter)
        adapter.max_retries = retry
    emulator.faults.add_all(
        [
            {"kind": "refuse"},
            {"kind": "reset"},
            {"kind": "delay", "seconds": 60},
            {"kind": "status", "status": 429, "retry_after": 17},
            {"kind": "status", "status": 500},
        ]
    )
    client.info("list")
    assert pauses == [None, None, None, 17, None]
    assert emulator.faults.is_spent
    assert [call.connection for call in emulator.journal.calls()] == [None, 1, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("fault", "error"), [("reset", ConnectionResetError), ("refuse", urllib3.exceptions.NewConnectionError)]
)
def test_a_lost_answer_is_met_by_whoever_reads_it(emulator: Emulator, fault: str, error: type[Exception]) -> None:
    """http.client leaves half an object behind, which complains when it goes, if there is nothing to read from."""
    emulator.faults.add(fault)
    pool = emulator.pool_manager().connection_from_url(emulator.url)
    connection = pool.ConnectionCls("127.0.0.1")
    connection.connect()
    connection.sock.sendall(b"GET /api/trackDomain/list HTTP/1.1\r\n\r\n")
    stream = connection.sock.makefile("rb")
    with pytest.raises(error):
        stream.readline()


def test_the_state_is_that_of_a_server_too(clock: ManualClock) -> None:
    with Emulator(clock=clock) as emulator, requests.Session() as session:
        emulator.mount(session)
        data = {"apiUser": emulator.user, "apiKey": emulator.key, "name": "a.example.com"}
        session.post(f"{emulator.url}/trackDomain/add", data=data, timeout=5)
        response = requests.post(f"{emulator.url}/trackDomain/list", data=data, timeout=5)
    assert response.json()["info"]["total"] == 1
    assert emulator.journal.connections == 2
