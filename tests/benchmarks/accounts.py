# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The accounts that plays work on, each an emulator of its own that speaks TLS."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rows import Row
from sendcloud_emulator import Emulator
from sendcloud_emulator.switches import Settings
from slow_network import SlowNetwork


@dataclass(frozen=True)
class Account:
    """An account, where it is reached, and the domains that it is to have."""

    emulator: Emulator
    port: int
    names: tuple[str, ...]

    def prepare(self, *, adds: bool) -> None:
        """Begin anew: the records are published, and the domains are there unless they are to be added."""
        self.emulator.reset()
        for name in self.names:
            self.emulator.publish(name)
        if not adds:
            self.emulator.account.add_many(self.names, verified=True)

    def is_converged(self) -> bool:
        """Whether all domains are there, and nothing else, and their CNAME records have passed."""
        domains = self.emulator.account.domains()
        return {domain.name for domain in domains} == set(self.names) and all(domain.verified for domain in domains)

    def requests(self) -> int:
        return len(self.emulator.journal.calls())

    def connections(self) -> int:
        return self.emulator.journal.connections + self.emulator.journal.silent_connections

    @property
    def url(self) -> str:
        return self.emulator.url.replace(f":{self.emulator.port}/", f":{self.port}/")

    def environment(self) -> dict[str, str]:
        """The account in environment variables, for plays that are about one."""
        return {
            "SENDCLOUD_API_USER": self.emulator.user,
            "SENDCLOUD_API_KEY": self.emulator.key,
            "SENDCLOUD_API_URL": self.url,
            "REQUESTS_CA_BUNDLE": self.emulator.ca_path,
        }

    def variables(self) -> dict[str, Any]:
        """The variables of its inventory host."""
        credentials = {"apiUser": self.emulator.user, "apiKey": self.emulator.key}
        return {
            "account_user": self.emulator.user,
            "account_key": self.emulator.key,
            "account_url": self.url,
            "account_ca_path": self.emulator.ca_path,
            "credentials": credentials,
            "names": list(self.names),
            "track_domains": [{"name": name} for name in self.names],
            "certificates": {},
        }


@contextlib.contextmanager
def accounts_of(row: Row) -> Iterator[list[Account]]:
    """The accounts of a row, until the block ends."""
    with contextlib.ExitStack() as stack:
        accounts = []
        for number in range(row.accounts):
            settings = Settings(max_domains=row.names)
            emulator = Emulator(user=f"user-{number}", key=f"key-of-{number}", tls=True, settings=settings)
            stack.enter_context(emulator)
            port = emulator.port
            if row.round_trip:
                port = stack.enter_context(SlowNetwork(port, row.round_trip)).port
            names = tuple(f"t{index}.customer{number}.example" for index in range(row.names))
            accounts.append(Account(emulator, port, names))
        yield accounts
