# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A small internet: a root, a resolver, two name servers and SendCloud, in a network of their own."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .name_server import NEGATIVE_TTL, ZONE, NameServer, Zone, example_zone
from .namespace import Namespace
from .playing import Ansible
from .unbound import Unbound

RESOLVER, ROOT, FIRST, SECOND = "127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"
NAME_SERVERS = ((f"ns1.{ZONE}.", FIRST), (f"ns2.{ZONE}.", SECOND))
PORT = 53
EMULATOR_PORT = 8025


@dataclass(frozen=True)
class Internet:
    """The two name servers of the zone, and an Ansible that knows only the resolver."""

    first: NameServer
    second: NameServer
    ansible: Ansible


@contextmanager
def open_internet(folder: Path, *, unbound: bool = False, negative_ttl: int = NEGATIVE_TTL) -> Iterator[Internet]:
    """An internet whose resolver is BIND, and whose SendCloud asks the first name server.

    Or whose resolver is C(unbound), which SendCloud asks, too, so that what one is told the other remembers.
    """
    key = f"key-{secrets.token_hex(16)}"
    root = [f"@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\nroot. 60 IN A {ROOT}"]
    root += [f"{ZONE}. 60 IN NS {name}\n{name} 60 IN A {address}" for name, address in NAME_SERVERS]
    hints = f". 60 IN NS root.\nroot. 60 IN A {ROOT}"
    with ExitStack() as stack:
        inside = stack.enter_context(Namespace(folder, RESOLVER, ROOT, FIRST, SECOND)).inside

        def start(name: str, address: str, zone: Zone, *, recursion: bool = False) -> NameServer:
            server = NameServer(folder / name, zone, address=address, port=PORT, recursion=recursion, inside=inside)
            return stack.enter_context(server)

        start("root", ROOT, Zone(".", "\n".join(root)))
        if unbound:
            stack.enter_context(Unbound(folder / "resolver", hints, address=RESOLVER, port=PORT, inside=inside))
        else:
            start("resolver", RESOLVER, Zone(".", hints, "hint"), recursion=True)
        first = start("first", FIRST, example_zone(*NAME_SERVERS, negative_ttl=negative_ttl))
        second = start("second", SECOND, example_zone(*NAME_SERVERS, negative_ttl=negative_ttl))
        emulator = stack.enter_context(_emulator(key, f"{RESOLVER}:{PORT}" if unbound else first.server, inside))
        stack.callback(emulator.terminate)
        environment = {
            "SENDCLOUD_API_USER": "demo-user",
            "SENDCLOUD_API_KEY": key,
            "SENDCLOUD_API_URL": f"http://{RESOLVER}:{EMULATOR_PORT}/api",
        }
        ansible = Ansible(folder / "ansible", environment, key, inside)
        stack.callback(ansible.stop)
        yield Internet(first, second, ansible)


def _emulator(key: str, server: str, inside: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sendcloud_emulator", f"--port={EMULATOR_PORT}", f"--key={key}"]
    emulator = subprocess.Popen(
        [*inside, *command, f"--dns-server={server}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert emulator.stdout is not None
    # It says where it listens once it does.
    assert emulator.stdout.readline()
    return emulator
