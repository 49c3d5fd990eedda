# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Every option with values that cannot be right: a clear failure, and not one request."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.modules import sendcloud_track_domain, track_domain_info
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory

LONG = "x" * 10_000
TEXTS = ["", "  ", "a\0b", "a\x1b[2Jb", LONG]
NUMBERS = ["", " ", "many", "1.5", "\0", LONG, [], {}, -1, 10**30]
BOOLEANS = ["", " ", "perhaps", "\0", LONG, [], 2]
CHOICES = ["", " ", "other", "\0", LONG]

LEAF = certificate_factory.make_leaf(["track.example.com"])

ACCOUNT = {
    "api_user": TEXTS,
    "api_key": TEXTS,
    "api_url": [*TEXTS, "api2.sendcloud.net", "ftp://api2.sendcloud.net", "http://api2.sendcloud.net"],
    "api_timeout": [*(value for value in NUMBERS if value != "1.5"), 0, "nan", "inf"],
    "api_retries": NUMBERS,
    "validate_certs": BOOLEANS,
    "ca_path": [*TEXTS, "/does/not/exist"],
    "dns_servers": [[value] for value in [*TEXTS, "ns1.example.com", "192.0.2.1:0"]],
}
ONE = {
    "name": TEXTS,
    "id": [*NUMBERS, 0],
    "new_name": TEXTS,
    "state": CHOICES,
    "certificate": TEXTS,
    "private_key": TEXTS,
    "certificate_update": CHOICES,
    "recheck": BOOLEANS,
    "wait": BOOLEANS,
    "wait_timeout": NUMBERS,
    "wait_interval": [*NUMBERS, 0],
    "dns_precheck": CHOICES,
}
INFO = {
    "names": [[value] for value in TEXTS],
    "ids": [[value] for value in [*NUMBERS, 0] if value != 10**30] + [LONG],
    "check_dns": BOOLEANS,
    "check_https": BOOLEANS,
    "https_ca_path": [*TEXTS, "/does/not/exist"],
    "https_addresses": CHOICES,
}


def cases():
    for module, own in ((sendcloud_track_domain, ONE), (track_domain_info, INFO)):
        for option, values in {**ACCOUNT, **own}.items():
            for value in values:
                shown = repr(value)
                name = module.__name__.rpartition(".")[2]
                label = f"{name}-{option}-{shown if len(shown) < 30 else f'{len(shown)} characters'}"
                yield pytest.param(module, option, value, id=label.encode("unicode_escape").decode())


@pytest.mark.parametrize(("module", "option", "value"), list(cases()))
def test_it_fails_clearly_before_any_request(execute, emulator, given, module, option, value):
    options = {"name": "track.example.com"}
    if option in ("certificate", "private_key"):
        options.update(certificate=LEAF.pem, private_key=LEAF.key_pem)
    if option == "https_ca_path":
        options.update(check_https=True)
    if option == "names":
        options.clear()
    result = execute(module, **{**given, **options, option: value})
    assert result["failed"]
    # From Python 3.12 on, Ansible cannot log such a text, and says so before anyone looks at the option.
    refused_by_ansible = "error" not in result and "embedded null character" in result["msg"]
    assert option in result["msg"] or refused_by_ansible
    assert "Traceback" not in str(result)
    assert emulator.journal.calls() == ()
    # Where Ansible itself refuses an option, the words are its own.
    if "error" in result:
        assert result["error"]["kind"] == "input"
        assert result["msg"].isprintable()
        assert len(result["msg"]) < 500


@pytest.mark.parametrize("module", [sendcloud_track_domain, track_domain_info])
def test_every_option_is_tried(module, monkeypatch):
    specified = {}
    monkeypatch.setattr(module, "run_module", lambda core, options: specified.update(options))
    module.main()
    tried = ONE if module is sendcloud_track_domain else INFO
    assert set(specified) == set(tried)
