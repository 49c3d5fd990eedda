# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
import sendcloud_emulator
from sendcloud_emulator import Emulator

PACKAGE_FOLDER = Path(sendcloud_emulator.__file__).parents[1]


def call(emulator: Emulator, **options: object) -> requests.Response:
    data = {"apiUser": emulator.user, "apiKey": emulator.key}
    return requests.post(f"{emulator.url}/trackDomain/list", data=data, timeout=20, **options)  # type: ignore[arg-type]


def test_it_serves_until_the_block_ends() -> None:
    threads = threading.active_count()
    with Emulator() as emulator:
        assert emulator.url == f"http://127.0.0.1:{emulator.port}/api"
        assert call(emulator).json()["statusCode"] == 200
        port = emulator.port
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert emulator.journal.endpoints() == ["trackDomain/list"]
    with pytest.raises(RuntimeError, match="does not serve a port"):
        _unused = emulator.port


def test_it_ends_with_connections_open_and_requests_waiting() -> None:
    threads = threading.active_count()
    emulator = Emulator()
    emulator.start()
    emulator.start()
    idle = socket.create_connection(("127.0.0.1", emulator.port))
    arrived = threading.Event()
    take = emulator.faults.take

    def observed(endpoint: str) -> object:
        fault = take(endpoint)
        arrived.set()
        return fault

    emulator.faults.take = observed  # type: ignore[assignment,method-assign]
    emulator.faults.add("delay", seconds=600)
    waiting = socket.create_connection(("127.0.0.1", emulator.port))
    waiting.sendall(b"GET /api/trackDomain/list HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert arrived.wait(20)
    emulator.stop()
    emulator.stop()
    assert threading.active_count() == threads
    assert idle.recv(1) == b""
    assert waiting.recv(1) == b""
    idle.close()
    waiting.close()


def test_it_ends_with_a_tls_connection_that_says_nothing() -> None:
    with Emulator(tls=True) as emulator:
        silent = socket.create_connection(("127.0.0.1", emulator.port))
        with pytest.raises(requests.exceptions.SSLError):
            call(emulator)
    assert silent.recv(1) == b""
    assert emulator.journal.silent_connections == 2
    silent.close()


def test_it_can_be_started_again_with_what_it_knows() -> None:
    emulator = Emulator()
    with emulator:
        emulator.account.add("track.example.com")
    with emulator:
        assert call(emulator).json()["info"]["total"] == 1


def test_a_paused_server_keeps_its_port_and_refuses_connections() -> None:
    with Emulator() as emulator:
        port = emulator.port
        emulator.pause()
        emulator.pause()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"), socket.socket() as other:
            other.bind(("127.0.0.1", port))
        emulator.resume()
        emulator.resume()
        assert call(emulator).status_code == 200
        assert emulator.port == port


def test_it_comes_back_by_itself() -> None:
    with Emulator() as emulator:
        emulator.down_for(600)
        emulator.down_for(0.01)
        while not emulator.is_up:
            threading.Event().wait(0.01)
        assert call(emulator).status_code == 200


@pytest.mark.parametrize(
    "garbage",
    [b"\r\n", b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\x16\x03\x01\x00\xff\x00\r\n"],
)
def test_garbage_does_no_harm(garbage: bytes) -> None:
    with Emulator() as emulator:
        with socket.create_connection(("127.0.0.1", emulator.port)) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        assert call(emulator).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_with_a_throw_away_ca(host: str) -> None:
    with Emulator(tls=True) as emulator:
        assert emulator.url == f"https://127.0.0.1:{emulator.port}/api"
        data = {"apiUser": emulator.user, "apiKey": emulator.key}
        url = emulator.url.replace("127.0.0.1", host)
        with requests.Session() as session:
            session.trust_env = False
            session.verify = emulator.ca_path
            for _unused in range(2):
                response = session.post(f"{url}/trackDomain/list", data=data, timeout=20)
                assert response.json()["statusCode"] == 200
        assert emulator.journal.connections == 1
        ca_path = Path(emulator.ca_path)
        assert ca_path.is_file()
    assert not ca_path.exists()


def test_tls_is_not_trusted_without_its_ca() -> None:
    with Emulator(tls=True) as emulator, pytest.raises(requests.exceptions.SSLError):
        call(emulator)
    assert emulator.journal.calls() == ()
    assert emulator.journal.silent_connections == 1


def test_tls_is_not_spoken_to_in_clear_text() -> None:
    with Emulator(tls=True) as emulator:
        with socket.create_connection(("127.0.0.1", emulator.port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(4096):
                    pass
        context = ssl.create_default_context(cafile=emulator.ca_path)
        with (
            socket.create_connection(("127.0.0.1", emulator.port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secured,
        ):
            assert secured.version() in ("TLSv1.2", "TLSv1.3")


def test_without_tls_there_is_no_ca() -> None:
    with Emulator() as emulator, pytest.raises(RuntimeError, match="does not serve TLS"):
        _unused = emulator.ca_path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("tls", [False, True])
def test_the_command_serves_and_ends_cleanly(tmp_path: Path, number: signal.Signals, tls: bool) -> None:
    port_file, ca_file = tmp_path / "port", tmp_path / "ca.pem"
    options = ["--tls", "--ca-file", str(ca_file)] if tls else []
    options += ["--user", "me", "--key", "my-key", "--quirk", "string_ids", "--max-domains", "1", "--verbose"]
    with subprocess.Popen(
        [sys.executable, "-m", "sendcloud_emulator", "--port", "0", "--port-file", str(port_file), *options],
        env={**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first_line = process.stdout.readline()
        url = f"{'https' if tls else 'http'}://127.0.0.1:{int(port_file.read_text())}"
        assert first_line == f"SendCloud emulator: {url}/api\n"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = str(ca_file) if tls else True
            data = {"apiUser": "me", "apiKey": "my-key", "name": "track.example.com"}
            added = session.post(f"{url}/api/trackDomain/add", data=data, timeout=20).json()
            refused = session.post(f"{url}/api/trackDomain/add", data={**data, "name": "b.c"}, timeout=20).json()
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
    assert added["info"]["data"]["id"] == "999224"
    assert refused["statusCode"] == 41012
    assert "1 POST trackDomain/add {'name': 'track.example.com'} -> 200 200\n" in output


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--quirk", "nonsense"], "no quirk 'nonsense'"),
        (["--time-zone", "Mars"], "time_zone must be"),
        (["--dns-server", "nowhere"], "no DNS server"),
        (["--name-matching", "regex"], "invalid choice"),
    ],
)
def test_the_command_says_what_is_wrong_with_an_option(options: list[str], reason: str) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "sendcloud_emulator", *options],
        env={**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 2
    assert reason in process.stderr


def test_the_command_says_that_a_port_is_taken() -> None:
    with Emulator() as emulator:
        process = subprocess.run(
            [sys.executable, "-m", "sendcloud_emulator", "--port", str(emulator.port)],
            env={**os.environ, "PYTHONPATH": str(PACKAGE_FOLDER)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert process.returncode == 1
    assert process.stderr.startswith("The emulator cannot start: ")
    assert process.stderr.endswith("choose another port with --port\n")
    assert "Traceback" not in process.stderr
