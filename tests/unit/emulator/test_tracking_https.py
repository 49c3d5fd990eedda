# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
import sendcloud_emulator
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sendcloud_emulator import CertificatePair, Emulator, ManualClock

if TYPE_CHECKING:
    from conftest import Pair, PlainClient


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    """The API in process, the tracking domains on a port."""
    with Emulator.in_process(clock=clock, https=True) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def given(leaf: trustme.LeafCert) -> CertificatePair:
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    return CertificatePair.read(chain.decode(), leaf.private_key_pem.bytes().decode())


def connect(emulator: Emulator, name: str | None, context: ssl.SSLContext) -> ssl.SSLSocket:
    assert emulator.https_address is not None
    return context.wrap_socket(socket.create_connection(emulator.https_address, timeout=20), server_hostname=name)


def served(emulator: Emulator, name: str | None) -> bytes | None:
    """The leaf in DER that is served for a name; None: the handshake was refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with connect(emulator, name, context) as connection:
            return connection.getpeercert(binary_form=True)
    except ssl.SSLError as error:
        if error.reason != "TLSV1_UNRECOGNIZED_NAME":
            raise
        return None


def leaf_of(pair: Pair) -> bytes:
    return x509.load_pem_x509_certificate(pair.certificate.encode()).public_bytes(Encoding.DER)


def test_each_name_has_the_certificate_that_was_uploaded_for_it(
    client: PlainClient, emulator: Emulator, pair: Pair, other_pair: Pair
) -> None:
    client.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    client.info("add", name="b.example.com")
    client.info("update", id="999225", certContent=other_pair.certificate, certKey=other_pair.key)
    assert served(emulator, "a.example.com") == leaf_of(pair)
    assert served(emulator, "B.example.com") == leaf_of(other_pair)
    client.info("update", id="999224", name="c.example.com")
    assert served(emulator, "c.example.com") == leaf_of(pair)
    assert served(emulator, "a.example.com") is None


def test_without_a_certificate_there_is_no_connection(client: PlainClient, emulator: Emulator, pair: Pair) -> None:
    client.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    emulator.account.add("without.example.com")
    emulator.account.add("keyless.example.com", certificate=pair.certificate)
    for name in ("without.example.com", "keyless.example.com", "unknown.example.com", None):
        assert served(emulator, name) is None
    client.info("delete", id="999224")
    assert served(emulator, "a.example.com") is None
    emulator.account.add("b.example.com", certificate=CertificatePair.read(pair.certificate, pair.key))
    assert served(emulator, "b.example.com") == leaf_of(pair)
    emulator.reset()
    assert served(emulator, "b.example.com") is None


def test_the_certificate_before_is_served_for_a_while(
    client: PlainClient, emulator: Emulator, clock: ManualClock, pair: Pair, other_pair: Pair
) -> None:
    emulator.settings.https_lag = 60
    client.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    assert served(emulator, "a.example.com") is None
    clock.advance(60)
    assert served(emulator, "a.example.com") == leaf_of(pair)
    client.info("update", id="999224", certContent=other_pair.certificate, certKey=other_pair.key)
    clock.advance(59)
    assert served(emulator, "a.example.com") == leaf_of(pair)
    clock.advance(1)
    assert served(emulator, "a.example.com") == leaf_of(other_pair)


def test_any_get_is_answered(emulator: Emulator, authority: trustme.CA) -> None:
    emulator.account.add("a.example.com", certificate=given(authority.issue_cert("a.example.com")))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with connect(emulator, "a.example.com", context) as connection:
        for target in (b"/", b"/some/link?x=1"):
            connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: a.example.com\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert emulator.journal.calls() == ()
    assert emulator.journal.silent_connections == 0


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_chain_is_served_as_it_was_uploaded(emulator: Emulator, authority: trustme.CA, is_whole: bool) -> None:
    leaf = authority.create_child_ca().issue_cert("a.example.com")
    chain = [blob.bytes().decode() for blob in leaf.cert_chain_pems]
    assert len(chain) == 2
    pair = CertificatePair.read("".join(chain if is_whole else chain[:1]), leaf.private_key_pem.bytes().decode())
    emulator.account.add("a.example.com", certificate=pair)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if is_whole:
        connect(emulator, "a.example.com", context).close()
        return
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        connect(emulator, "a.example.com", context)


def test_no_key_is_shown_or_left_on_disk(
    client: PlainClient, emulator: Emulator, pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)
    assert served(emulator, "a.example.com") is not None
    assert list(tmp_path.iterdir()) == []
    control = emulator.app().test_client()
    shown = [control.get(f"/_emulator/{path}").text for path in ("account", "journal", "settings", "https")]
    shown += [repr(emulator.account.domains()), repr(CertificatePair.read(pair.certificate, pair.key))]
    for text in shown:
        assert pair.key.splitlines()[1] not in text
        assert "PRIVATE" not in text


def test_where_the_domains_are_served_can_be_asked_for(emulator: Emulator) -> None:
    host, port = emulator.https_address or ("", 0)
    answer = emulator.app().test_client().get("/_emulator/https").get_json()
    assert answer == {"host": "127.0.0.1", "port": port} == {"host": host, "port": port}
    emulator.stop()
    assert emulator.https_address is None
    without = Emulator.in_process().app().test_client()
    assert without.get("/_emulator/https").get_json() == {"host": None, "port": None}


def test_no_key_is_kept_where_none_is_served(clock: ManualClock, pair: Pair) -> None:
    emulator = Emulator.in_process(clock=clock)
    emulator.account.add("a.example.com", certificate=CertificatePair.read(pair.certificate, pair.key))
    assert emulator.account.served_pair("a.example.com", 0) is None


def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    with Emulator(https=True) as emulator:
        for ports in ({"port": emulator.port}, {"https_port": (emulator.https_address or ("", 0))[1]}):
            other = Emulator(https=True, **ports)  # type: ignore[arg-type]  # ports are no other parameter
            with pytest.raises(OSError, match="in use"):
                other.start()
            assert other.https_address is None


def test_the_command_serves_the_tracking_domains(tmp_path: Path, pair: Pair) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "sendcloud_emulator", "--port", "0", "--port-file", str(port_file)]
    with subprocess.Popen(
        [*command, "--https-port", "0"],
        env={**os.environ, "PYTHONPATH": str(Path(sendcloud_emulator.__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("Tracking domains over HTTPS"))
        url = f"http://127.0.0.1:{int(port_file.read_text())}"
        data: dict[str, Any] = {"apiUser": "demo-user", "apiKey": "demo-key", "name": "a.example.com"}
        data |= {"certContent": pair.certificate, "certKey": pair.key}
        requests.post(f"{url}/api/trackDomain/add", data=data, timeout=20).raise_for_status()
        address = json.loads(requests.get(f"{url}/_emulator/https", timeout=20).text)
        assert line == f"Tracking domains over HTTPS: {address['host']}:{address['port']}\n"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection((address["host"], address["port"]), timeout=20)
        with context.wrap_socket(raw, server_hostname="a.example.com") as connection:
            assert connection.getpeercert(binary_form=True) == leaf_of(pair)
        process.terminate()
        assert process.wait(20) == 0
