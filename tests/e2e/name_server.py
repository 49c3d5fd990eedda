# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""BIND 9 as a child process on loopback addresses, and what it logs as events to wait for."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import threading
from base64 import b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ZONE = "example.com"
# How long a resolver may remember that a name of the zone is missing: longer than any test waits for a verification.
NEGATIVE_TTL = 30
KEY_NAME = "e2e"
KEY_ALGORITHM = "hmac-sha256"

# Nothing here takes nearly so long; it is for a machine that is busy, and for what will never happen, in seconds.
_PATIENCE = 60
_LAST_LINES = 40


@dataclass(frozen=True)
class Zone:
    """A zone and its records in zone-file form; C(kind) is BIND's type of it, C(primary) or C(hint)."""

    name: str
    records: str
    kind: str = "primary"


def example_zone(*name_servers: tuple[str, str], negative_ttl: int = NEGATIVE_TTL) -> Zone:
    """The zone that tests write to, whose name servers are given by name and address."""
    lines = [
        "$TTL 1",
        # The TTL of a negative answer is the smaller of the record's own TTL and its last field (RFC 2308, section 5).
        f"@ {negative_ttl} IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 {negative_ttl}",
    ]
    for name, address in name_servers or [(f"ns1.{ZONE}.", "127.0.0.1")]:
        lines += [f"@ IN NS {name}", f"{name} IN A {address}"]
    return Zone(ZONE, "\n".join(lines))


class NameServer:
    """A C(named) that serves zones, which can be updated with its TSIG key. It knows no other server on its own.

    As a context manager it is there, with its zones loaded, until the block ends. Port 0 stands for a free one.
    C(inside) is a command that runs another one in another network, see C(namespace.Namespace). C(options) are more
    statements for BIND's block of that name.
    """

    def __init__(
        self,
        folder: Path,
        *zones: Zone,
        address: str = "127.0.0.1",
        port: int = 0,
        recursion: bool = False,
        options: str = "",
        key_name: str = KEY_NAME,
        inside: Sequence[str] = (),
    ) -> None:
        self.address = address
        self.key_name = key_name
        self.port = port or free_port(address)
        self.key_secret = b64encode(secrets.token_bytes(32)).decode()
        self._folder = folder
        self._zones = zones or (example_zone(),)
        self._recursion = recursion
        self._options = options
        self._inside = inside
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._is_over = False
        self._stack = ExitStack()

    @property
    def server(self) -> str:
        """As an element of O(dns_servers)."""
        return f"{self.address}:{self.port}"

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        # AppArmor, where it is on, lets a named in its usual place read and write usual places only.
        program = shutil.copy(named(), self._folder / "named")
        (self._folder / "named.conf").write_text(self._configuration(), encoding="utf-8")
        with ExitStack() as stack:
            # Everything is logged to standard error, queries and updates among it.
            process = stack.enter_context(
                subprocess.Popen(
                    [*self._inside, program, "-g", "-4", "-n", "1", "-c", str(self._folder / "named.conf")],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                )
            )
            reader = threading.Thread(target=self._read, args=(process,), name=f"log of named at {self.server}")
            reader.start()
            stack.callback(reader.join)
            stack.callback(process.terminate)
            self.wait_for("all zones loaded")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def wait_for(self, text: str, times: int = 1, *, patience: float = _PATIENCE) -> None:
        """Wait until so many lines of the log have this text in them. Raises AssertionError if that does not happen.

        C(patience), in seconds, is for what is known to take long.
        """
        with self._news:
            self._news.wait_for(lambda: self._is_over or self._count(text) >= times, timeout=patience)
            if self._count(text) < times:
                end = "\n".join(self._lines[-_LAST_LINES:])
                raise AssertionError(f"named at {self.server} did not say {text!r} {times} times, but:\n{end}")

    def wait_for_query(self, name: str, times: int = 1, *, patience: float = _PATIENCE) -> None:
        """Wait until this server was asked for the CNAME record of a name so often."""
        self.wait_for(_query(name), times, patience=patience)

    def queries(self, name: str, *, after: str = "") -> int:
        """How often this server was asked for the CNAME record of a name, after the first line with this text in it."""
        with self._news:
            start = next(number for number, line in enumerate(self._lines) if after in line)
            return sum(_query(name) in line for line in self._lines[start:])

    def _count(self, text: str) -> int:
        return sum(text in line for line in self._lines)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            with self._news:
                self._lines.append(line.rstrip())
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _configuration(self) -> str:
        parts = [
            f"""
            options {{
                directory "{self._folder}";
                listen-on port {self.port} {{ {self.address}; }};
                recursion {"yes" if self._recursion else "no"};
                allow-query {{ any; }};
                dnssec-validation no;
                empty-zones-enable no;
                notify no;
                pid-file none;
                session-keyfile none;
                lock-file none;
                querylog yes;
                {self._options}
            }};
            controls {{ }};
            key {self.key_name} {{ algorithm {KEY_ALGORITHM}; secret "{self.key_secret}"; }};
            """
        ]
        for number, zone in enumerate(self._zones):
            file = f"{number}.zone"
            (self._folder / file).write_text(zone.records + "\n", encoding="utf-8")
            update = f"allow-update {{ key {self.key_name}; }};" if zone.kind == "primary" else ""
            parts.append(f'zone "{zone.name}" {{ type {zone.kind}; file "{file}"; {update} }};')
        return "\n".join(parts)


def named() -> str:
    """Where BIND's server is. Raises FileNotFoundError, with what to install."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    found = shutil.which("named", path=path)
    if found is None:
        raise FileNotFoundError("tests/e2e needs BIND 9, install it: apt-get install bind9 bind9-utils bind9-dnsutils")
    return found


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on, neither with UDP nor with TCP."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket(type=socket.SOCK_STREAM) as tcp:
            udp.bind((address, 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind((address, port))
            except OSError:
                continue
            return port


def _query(name: str) -> str:
    return f" query: {name} IN CNAME "
