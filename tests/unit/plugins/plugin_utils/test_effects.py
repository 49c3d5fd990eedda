# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Options that do nothing are warned of where a task gives them for nothing, and nowhere else."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.plugin_utils._effects import options_without_effect


@pytest.mark.parametrize(
    ("arguments", "warning"),
    [
        ({"wait": True, "wait_timeout": "1800"}, "wait and wait_timeout have no effect without state: verified."),
        ({"recheck": "yes"}, "recheck has no effect without state: verified."),
        ({"dns_precheck": "never", "state": None}, "dns_precheck has no effect without state: verified."),
        ({"prune_keep": ["a.example.com"]}, "prune_keep has no effect without prune: true."),
        ({"prune_limit": 3, "state": "verified", "wait": True}, "prune_limit has no effect without prune: true."),
        ({"https_ca_path": "ca.pem"}, "https_ca_path has no effect without check_https: true."),
    ],
)
def test_an_option_without_what_it_belongs_to(arguments, warning):
    assert options_without_effect({"name": "track.example.com", **arguments}, ()) == [warning]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"wait": False, "recheck": "no", "wait_timeout": None, "prune_keep": [], "prune_limit": 0, "https_ca_path": ""},
        # A value that a variable has given may be another one the next time.
        {"state": "present", "wait": True},
        {"prune": False, "prune_limit": 3, "prune_keep": ["a.example.com"]},
        {"check_https": False, "https_ca_path": "ca.pem"},
    ],
)
def test_what_may_be_meant_that_way(arguments):
    assert options_without_effect(arguments, ()) == []


def test_what_module_defaults_may_have_given():
    arguments = {"wait": True, "wait_timeout": 1800}
    assert options_without_effect(arguments, {"wait", "wait_timeout", "wait_interval"}) == []
