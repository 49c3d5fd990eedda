# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A SendCloud within the process, and a clock that stands still until someone sleeps."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._run import info as _info
from ansible_collections.sendcloud.email.plugins.module_utils._run import one as _one
from ansible_collections.sendcloud.email.plugins.module_utils._run import set as _set
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from sendcloud_emulator import Emulator
from sendcloud_emulator.clock import ManualClock

KEY = "9f3b-emulated-api-key-77"

DEFAULTS = {
    "api_key": KEY,
    "api_retries": 4,
    "api_timeout": 30.0,
    "api_user": "demo-user",
    "ca_path": None,
    "certificate": None,
    "certificate_update": "on_change",
    "dns_precheck": "never",
    "dns_servers": None,
    "id": None,
    "name": None,
    "new_name": None,
    "private_key": None,
    "recheck": False,
    "state": "present",
    "validate_certs": True,
    "wait": True,
    "wait_interval": 10,
    "wait_timeout": 300,
}


class SharedClock(Clock):
    """The emulator's time as the collection sees it: a sleep moves it for both, and is remembered."""

    def __init__(self, manual):
        self.manual = manual
        self.started = manual.now()
        self.sleeps = []
        self.at_sleep = []

    def now(self):
        return self.manual.now()

    def monotonic(self):
        return (self.manual.now() - self.started).total_seconds()

    def sleep(self, seconds):
        self.sleeps.append(seconds)
        self.manual.skip(seconds)
        for act in self.at_sleep:
            act(self.monotonic())


@pytest.fixture
def alone(monkeypatch):
    """A module as it is where a library cannot be imported."""

    def alone(module, library):
        for name in [name for name in sys.modules if name.partition(".")[0] == library]:
            monkeypatch.setitem(sys.modules, name, None)
        spec = importlib.util.spec_from_file_location(f"{module.__name__}_alone", module.__file__)
        again = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, again)
        spec.loader.exec_module(again)
        return again

    return alone


@pytest.fixture
def manual_clock():
    return ManualClock()


@pytest.fixture
def clock(manual_clock):
    return SharedClock(manual_clock)


@pytest.fixture
def emulator(manual_clock):
    emulator = Emulator.in_process(key=KEY, clock=manual_clock)
    with emulator.intercept():
        yield emulator


@pytest.fixture
def account(emulator):
    return Account(api_user=emulator.user, api_key=emulator.key, api_url=emulator.url)


@pytest.fixture
def client(account, clock):
    with SendCloudClient(account, clock=clock) as client:
        yield client


@pytest.fixture
def run(emulator, clock):
    """The core of C(sendcloud_track_domain), with the options that matter to a test."""

    def run(preview=False, open_dns=lambda servers, insist: None, **options):
        return _one.run(
            {**DEFAULTS, "api_url": emulator.url, **options}, preview=preview, clock=clock, open_dns=open_dns
        )

    return run


@pytest.fixture
def run_set(emulator, clock):
    """The core of C(sendcloud_track_domains), with the options that matter to a test; a name alone may be a row."""

    def run_set(track_domains, preview=False, open_dns=lambda servers, insist: None, **options):
        rows = [{"name": row} if isinstance(row, str) else row for row in track_domains]
        rows = [{"certificate": None, "private_key": None, **row} for row in rows]
        own = {"track_domains": rows, "prune": False, "prune_keep": None, "prune_limit": 1}
        return _set.run(
            {**DEFAULTS, "api_url": emulator.url, **own, **options}, preview=preview, clock=clock, open_dns=open_dns
        )

    return run_set


@pytest.fixture
def read(emulator, clock):
    """The core of C(track_domain_info), with the options that matter to a test."""

    def read(open_dns=lambda servers, insist: None, open_https=_info.open_https, **options):
        own = {"names": None, "ids": None, "check_dns": False, "check_https": False, "https_ca_path": None}
        own |= {"https_addresses": "first"}
        return _info.run(
            {**DEFAULTS, "api_url": emulator.url, **own, **options},
            preview=False,
            clock=clock,
            open_dns=open_dns,
            open_https=open_https,
        )

    return read
