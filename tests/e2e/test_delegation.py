# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Without C(dns_servers): the authoritative name servers are found as on any host, from the root down.

A root, a resolver and two name servers have port 53 of an address each, in a network of their own.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from .name_server import ZONE, NameServer, Zone, example_zone
from .namespace import Namespace
from .playing import Ansible, Record

NAME = f"track.{ZONE}"
RECORD = Record(NAME, "track2.sendcloud.net.")
RESOLVER, ROOT, FIRST, SECOND = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
NAME_SERVERS = ((f"ns1.{ZONE}.", FIRST), (f"ns2.{ZONE}.", SECOND))
PORT = 53
EMULATOR_PORT = 8025

pytestmark = pytest.mark.namespace


@dataclass(frozen=True)
class Internet:
    """A small one: the two name servers of the zone, and an Ansible that knows only the resolver."""

    first: NameServer
    second: NameServer
    ansible: Ansible


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    key = f"key-{secrets.token_hex(16)}"
    root = [f"@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\nroot. 60 IN A {ROOT}"]
    root += [f"{ZONE}. 60 IN NS {name}\n{name} 60 IN A {address}" for name, address in NAME_SERVERS]
    hint = Zone(".", f". 60 IN NS root.\nroot. 60 IN A {ROOT}", "hint")
    with ExitStack() as stack:
        inside = stack.enter_context(Namespace(tmp_path, RESOLVER, ROOT, FIRST, SECOND)).inside

        def start(name: str, address: str, zone: Zone, *, recursion: bool = False) -> NameServer:
            server = NameServer(tmp_path / name, zone, address=address, port=PORT, recursion=recursion, inside=inside)
            return stack.enter_context(server)

        start("root", ROOT, Zone(".", "\n".join(root)))
        start("resolver", RESOLVER, hint, recursion=True)
        first = start("first", FIRST, example_zone(*NAME_SERVERS))
        second = start("second", SECOND, example_zone(*NAME_SERVERS))
        emulator = stack.enter_context(_emulator(key, first, inside))
        stack.callback(emulator.terminate)
        environment = {
            "SENDCLOUD_API_USER": "demo-user",
            "SENDCLOUD_API_KEY": key,
            "SENDCLOUD_API_URL": f"http://{RESOLVER}:{EMULATOR_PORT}/api",
        }
        ansible = Ansible(tmp_path / "ansible", environment, key, inside)
        stack.callback(ansible.stop)
        yield Internet(first, second, ansible)


def _emulator(key: str, server: NameServer, inside: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sendcloud_emulator", f"--port={EMULATOR_PORT}", f"--key={key}"]
    emulator = subprocess.Popen(
        [*inside, *command, f"--dns-server={server.server}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert emulator.stdout is not None
    # It says where it listens once it does.
    assert emulator.stdout.readline()
    return emulator


def test_every_authoritative_server_has_to_have_the_record(internet: Internet) -> None:
    ansible = internet.ansible
    ansible.write(internet.first, RECORD)

    waiting = ansible.start("verify.yml", precheck="always", wait_timeout=60)
    internet.second.wait_for_query(NAME, times=2)
    ansible.write(internet.second, RECORD)

    result = waiting.wait()["Verify"]
    assert result["track_domain"]["cname_verified"]
    assert result["verification"]["attempts"] == 1
    assert result["verification"]["dns"]["found"] == ["track2.sendcloud.net"]


def test_the_diagnosis_names_the_servers(internet: Internet) -> None:
    ansible = internet.ansible
    ansible.write(internet.first, RECORD)

    result = ansible.play("verify.yml", code=2, precheck="always", wait=False)["Verify"]

    assert result["verification"]["attempts"] == 0
    assert "Only 1 of 2 DNS servers have the record" in result["msg"]
    assert f"ns1.{ZONE} ({FIRST}): CNAME track2.sendcloud.net" in result["msg"]
    assert f"ns2.{ZONE} ({SECOND}): no such name" in result["msg"]
