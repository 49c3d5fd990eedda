# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The emulator with and without a network, and a client so plain that nothing hides behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sendcloud_emulator import Emulator, ManualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


class PlainClient:
    """requests with the account's credentials, and nothing more."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.timeout: float = 20

    @property
    def credentials(self) -> dict[str, str]:
        return {"apiUser": self.emulator.user, "apiKey": self.emulator.key}

    def post(self, operation: str, **parameters: Any) -> requests.Response:
        return self.session.post(
            f"{self.emulator.url}/trackDomain/{operation}",
            data={**self.credentials, **parameters},
            timeout=self.timeout,
            allow_redirects=False,
        )

    def get(self, operation: str, **parameters: Any) -> requests.Response:
        return self.session.get(
            f"{self.emulator.url}/trackDomain/{operation}",
            params={**self.credentials, **parameters},
            timeout=self.timeout,
        )

    def info(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The ``info`` of a success."""
        answer = self.post(operation, **parameters).json()
        assert answer["result"] is True, answer
        assert answer["statusCode"] == 200
        info: dict[str, Any] = answer["info"]
        return info

    def code(self, operation: str, **parameters: Any) -> int:
        """The ``statusCode`` of a refusal."""
        response = self.post(operation, **parameters)
        answer = response.json()
        assert response.status_code == 200
        assert answer["result"] is False, answer
        assert answer["info"] == {}
        code: int = answer["statusCode"]
        return code

    def names(self, **parameters: Any) -> list[str]:
        return [row["name"] for row in self.info("list", **parameters)["dataList"]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def emulator(clock: ManualClock) -> Emulator:
    """Without a network: for everything that is the vendor's."""
    return Emulator.in_process(clock=clock)


@pytest.fixture
def client(emulator: Emulator) -> Iterator[PlainClient]:
    plain = PlainClient(emulator)
    emulator.mount(plain.session)
    with plain.session:
        yield plain


@pytest.fixture
def live() -> Iterator[Emulator]:
    """With a real server."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def live_client(live: Emulator) -> Iterator[PlainClient]:
    plain = PlainClient(live)
    with plain.session:
        yield plain


@pytest.fixture(params=["in_process", "live"])
def either(request: pytest.FixtureRequest) -> PlainClient:
    """A client of each of the two, one after the other: what a client sees must not differ."""
    name = {"in_process": "client", "live": "live_client"}[request.param]
    chosen: PlainClient = request.getfixturevalue(name)
    return chosen


class Pair:
    """A self-signed certificate for 90 days and its key, as PEM."""

    def __init__(self, start: datetime = START, days: int = 90) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "track.example.com")])
        self.start, self.end = start, start + timedelta(days=days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.start)
            .not_valid_after(self.end)
            .sign(key, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(Encoding.PEM).decode()
        self.key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture(scope="session")
def pair() -> Pair:
    return Pair()


@pytest.fixture(scope="session")
def other_pair() -> Pair:
    return Pair(START + timedelta(days=60))
