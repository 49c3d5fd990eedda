# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which libraries a task would use."""

from __future__ import annotations

import os
import subprocess
import sys
import types

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.plugins.plugin_utils import _libraries_used


def without(*names):
    def check(name):
        def look():
            if name in names:
                raise MissingLibraryError(name, None)

        return look

    return {name: check(name) for name in ("requests", "cryptography", "dnspython")}


@pytest.fixture
def nothing_installed(monkeypatch):
    monkeypatch.delenv("SENDCLOUD_DNS_SERVERS", raising=False)
    monkeypatch.setattr(_libraries_used, "_CHECKS", without("requests", "cryptography", "dnspython"))


@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        ({}, []),
        ({"state": "absent"}, []),
        ({"certificate": "PEM", "private_key": "PEM"}, ["cryptography"]),
        ({"private_key": "PEM"}, ["cryptography"]),
        ({"track_domains": [{"name": "a"}, {"name": "b", "certificate": "PEM"}]}, ["cryptography"]),
        ({"track_domains": [{"name": "a"}, "b"]}, []),
        ({"track_domains": "no list"}, []),
        ({"check_https": True}, ["cryptography"]),
        ({"state": "verified"}, ["dnspython"]),
        ({"state": "verified", "dns_precheck": "never"}, []),
        ({"check_dns": "yes"}, ["dnspython"]),
        ({"check_dns": False}, []),
        ({"dns_servers": ["192.0.2.1"]}, ["dnspython"]),
    ],
    ids=str,
)
def test_what_a_task_would_use(arguments, more):
    assert _libraries_used.missing_libraries(arguments, {}) == ("requests", *more)


@pytest.mark.usefixtures("nothing_installed")
def test_servers_may_come_from_the_environment(monkeypatch):
    variables = {"SENDCLOUD_DNS_SERVERS": "192.0.2.1"}
    assert "dnspython" in _libraries_used.missing_libraries({}, variables)
    monkeypatch.setenv("SENDCLOUD_DNS_SERVERS", "192.0.2.1")
    assert "dnspython" in _libraries_used.missing_libraries({}, {})


def test_what_is_there_is_not_missing(monkeypatch):
    arguments = {"state": "verified", "certificate": "PEM", "private_key": "PEM"}
    assert _libraries_used.missing_libraries(arguments, {}) == ()
    monkeypatch.setattr(_libraries_used, "_CHECKS", without("cryptography"))
    assert _libraries_used.missing_libraries(arguments, {}) == ("cryptography",)


@pytest.mark.parametrize("version", [None, "1.16.0"])
def test_dnspython_that_is_missing_or_too_old(monkeypatch, version):
    module = None if version is None else types.SimpleNamespace(version=version)
    monkeypatch.setitem(sys.modules, "dns.version", module)
    assert _libraries_used.missing_libraries({"state": "verified"}, {}) == ("dnspython",)


def test_ansible_itself_gets_no_larger_by_what_looks_in_dns():
    """Each fork imports it if it has to look, which few tasks do; the controller's memory is there for all of them."""
    code = (
        "import sys; from ansible_collections.sendcloud.email.plugins.action import sendcloud_track_domains; "
        "sys.exit(str([name for name in ('asyncio', 'dns.message', 'dns.resolver') if name in sys.modules]))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8", env=environment, check=False)
    assert run.stderr.strip() == "[]"
