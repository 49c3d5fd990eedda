# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The collection as it is installed, BIND, and the emulator that looks records up there with a cache of its own.

The collection has to be in C(ANSIBLE_COLLECTIONS_PATH), and the emulator in C(PYTHONPATH): "nox -s e2e" sees to that.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sendcloud_emulator import Emulator
from sendcloud_emulator.journal import Call

from .name_server import NameServer, named
from .namespace import Namespace
from .playing import Ansible
from .role.pebble import pebble
from .unbound import unbound

CHECK_CONFIG = "trackDomain/checkConfig"
LEFT_OUT = pytest.StashKey[list[str]]()
_WORKER_OUTPUT = "left_out"

# Nothing that is waited for takes nearly so long, in seconds.
_PATIENCE = 60


class Account:
    """The account at the emulator, whose C(checkConfig) asks a name server; and what it is asked, as events."""

    def __init__(self, name_server: NameServer) -> None:
        self._news = threading.Condition()
        self._calls: list[Call] = []
        self.emulator = Emulator(
            key=f"key-{secrets.token_hex(16)}", dns_server=name_server.server, observer=self._observe
        )

    @property
    def environment(self) -> dict[str, str]:
        """The credentials for a module."""
        return {
            "SENDCLOUD_API_USER": self.emulator.user,
            "SENDCLOUD_API_KEY": self.emulator.key,
            "SENDCLOUD_API_URL": self.emulator.url,
        }

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that were called, in their order."""
        return self.emulator.journal.endpoints()

    def wait_for_call(self, endpoint: str, times: int = 1) -> None:
        """Wait until an endpoint was called so often. Raises AssertionError if it is not."""
        with self._news:
            done = self._news.wait_for(
                lambda: sum(call.endpoint == endpoint for call in self._calls) >= times, timeout=_PATIENCE
            )
            assert done, f"{endpoint} was not called {times} times, but there were {self.endpoints}"

    def _observe(self, call: Call) -> None:
        with self._news:
            self._calls.append(call)
            self._news.notify_all()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "namespace: needs a network of its own, see namespace.py")
    config.addinivalue_line("markers", "unbound: needs Unbound, see unbound.py")
    config.addinivalue_line("markers", "pebble: needs Pebble, see role/pebble.py")
    # Whether to do without all these tests is for the caller to decide.
    try:
        named()
    except FileNotFoundError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reasons = {
        marker: reason
        for marker, find_reason in _WHY_NOT.items()
        if any(item.get_closest_marker(marker) for item in items) and (reason := find_reason())
    }
    left_out = {item: reason for item in items for marker, reason in reasons.items() if item.get_closest_marker(marker)}
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=list(left_out))
        config.stash[LEFT_OUT] = [f"LEFT OUT {item.nodeid}: {reason}" for item, reason in left_out.items()]


def pytest_sessionfinish(session: pytest.Session) -> None:
    # Where tests run side by side (pytest-xdist), each process knows for itself, and one of them tells.
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_WORKER_OUTPUT] = session.config.stash.get(LEFT_OUT, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    left_out = getattr(node, "workeroutput", {}).get(_WORKER_OUTPUT, [])
    if left_out:
        node.config.stash[LEFT_OUT] = left_out


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(line)


def _why_no_namespace() -> str | None:
    return None if Namespace.is_possible() else "it needs leave to make Linux namespaces (unshare, nsenter)"


def _why_no(find: Callable[[], str]) -> str | None:
    """In continuous integration nothing is left out: the tests fail."""
    try:
        find()
    except FileNotFoundError as error:
        return None if os.environ.get("CI") else str(error)
    return None


_WHY_NOT: Mapping[str, Callable[[], str | None]] = {
    "namespace": _why_no_namespace,
    "unbound": partial(_why_no, unbound),
    "pebble": partial(_why_no, pebble),
}


@pytest.fixture
def name_server(tmp_path: Path) -> Iterator[NameServer]:
    """The primary name server of example.com, the one that SendCloud asks."""
    with NameServer(tmp_path / "primary") as server:
        yield server


@pytest.fixture
def other_name_server(tmp_path: Path) -> Iterator[NameServer]:
    """Another name server of example.com. It gets nothing from the first one, so it lags until it is written to."""
    with NameServer(tmp_path / "secondary") as server:
        yield server


@pytest.fixture
def account(name_server: NameServer) -> Iterator[Account]:
    account = Account(name_server)
    with account.emulator:
        yield account


@pytest.fixture
def ansible(tmp_path: Path, account: Account, name_server: NameServer) -> Iterator[Ansible]:
    """Ansible with the account and the name server in its environment."""
    environment = {**account.environment, "SENDCLOUD_DNS_SERVERS": name_server.server}
    ansible = Ansible(tmp_path / "ansible", environment, account.emulator.key)
    yield ansible
    ansible.stop()
