# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Pebble, the certification authority for tests, as a child process: real ACME, which looks for challenges in DNS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Names that this authority issues nothing for.
BLOCKED = "blocked.example.com"

_ADDRESS = "127.0.0.1"
_PATIENCE = 60
_LAST_LINES = 40
# What it does to try clients out would make each run another one: it refuses nonces, takes authorisations over from
# earlier orders, and sleeps before it looks.
_ENVIRONMENT = {"PEBBLE_AUTHZREUSE": "0", "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}


@dataclass(frozen=True)
class Credentials:
    """The files with the certificate and the key that Pebble speaks HTTPS with."""

    certificate: Path
    private_key: Path


class Pebble:
    """An authority whose certificates are valid for C(days), at a port and, for its management, at the next one.

    C(dns_server) (C(IP:port)) is where it looks for challenges. C(inside) is a command that runs another one in another
    network, see C(namespace.Namespace). As a context manager it is there until the block ends.
    """

    def __init__(
        self,
        folder: Path,
        credentials: Credentials,
        *,
        dns_server: str,
        port: int,
        days: float = 90,
        inside: Sequence[str] = (),
    ) -> None:
        self.port = port
        self._folder = folder
        self._credentials = credentials
        self._dns_server = dns_server
        self._seconds = round(days * 86400)
        self._inside = inside
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._is_over = False
        self._stack = ExitStack()

    @property
    def directory(self) -> str:
        """The URL that an ACME client begins with."""
        return f"https://{_ADDRESS}:{self.port}/dir"

    @property
    def root_url(self) -> str:
        """Where its root certificate is, another one at each start."""
        return f"https://{_ADDRESS}:{self.port + 1}/roots/0"

    @property
    def orders(self) -> int:
        """How many orders it has been given."""
        with self._news:
            return sum("Added order" in line for line in self._lines)

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        configuration = self._folder / "pebble.json"
        configuration.write_text(json.dumps(self._configuration()), encoding="utf-8")
        command = [pebble(), f"-config={configuration}", f"-dnsserver={self._dns_server}", "-strict=true"]
        with ExitStack() as stack:
            process = stack.enter_context(
                subprocess.Popen(
                    [*self._inside, *command],
                    env={**os.environ, **_ENVIRONMENT},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                )
            )
            reader = threading.Thread(target=self._read, args=(process,), name=f"log of pebble at {self.port}")
            reader.start()
            stack.callback(reader.join)
            stack.callback(process.terminate)
            self._wait_for("ACME directory available")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def _wait_for(self, text: str) -> None:
        with self._news:
            self._news.wait_for(lambda: self._is_over or self._has_said(text), timeout=_PATIENCE)
            if not self._has_said(text):
                raise AssertionError(f"Pebble did not start, but said: {self._lines[-_LAST_LINES:]}")

    def _has_said(self, text: str) -> bool:
        return any(text in line for line in self._lines)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._news:
                self._lines.append(line.rstrip())
                self._news.notify_all()
        with self._news:
            self._is_over = True
            self._news.notify_all()

    def _configuration(self) -> dict[str, object]:
        return {
            "pebble": {
                "listenAddress": f"{_ADDRESS}:{self.port}",
                "managementListenAddress": f"{_ADDRESS}:{self.port + 1}",
                "certificate": str(self._credentials.certificate),
                "privateKey": str(self._credentials.private_key),
                # For the two kinds of challenges that are not used here.
                "httpPort": 5002,
                "tlsPort": 5001,
                "certificateValidityPeriod": self._seconds,
                "domainBlocklist": [BLOCKED],
            }
        }


def pebble() -> str:
    """Where Pebble is. Raises FileNotFoundError, with what to install."""
    found = shutil.which("pebble")
    if found is None:
        raise FileNotFoundError("it needs Pebble, install it: apt-get install pebble")
    return found
