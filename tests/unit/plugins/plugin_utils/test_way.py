# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which way a task takes."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.sendcloud.email.plugins.plugin_utils._way import Circumstances, why_as_module

OWN = "/opt/ansible/bin/python"
BEST = Circumstances(
    transport="local",
    becomes=False,
    is_async=False,
    interpreter=None,
    own_interpreter=OWN,
    platform="linux",
    missing=(),
    is_wanted=True,
)


@pytest.mark.parametrize(
    "interpreter",
    [None, "", "auto", "auto_legacy", "auto_silent", "auto_legacy_silent", OWN, "/opt/ansible//bin/python", f" {OWN} "],
)
def test_nothing_is_against_it(interpreter):
    assert why_as_module(dataclasses.replace(BEST, interpreter=interpreter)) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"transport": "ssh"}, "the connection is ssh, not local"),
        ({"becomes": True}, "it becomes another user"),
        ({"is_async": True}, "it is asynchronous"),
        ({"interpreter": "/usr/bin/python3"}, "it asks for the interpreter /usr/bin/python3"),
        ({"interpreter": "python"}, "it asks for the interpreter python"),
        ({"interpreter": "/usr/bin/env python3"}, "it asks for the interpreter /usr/bin/env python3"),
        ({"platform": "darwin"}, "Ansible runs on macOS"),
        ({"missing": ("requests", "dnspython")}, "Ansible's Python lacks requests, dnspython"),
        ({"is_wanted": False}, "sendcloud_in_process is false"),
    ],
    ids=str,
)
def test_one_thing_is_enough_against_it(change, reason):
    assert why_as_module(dataclasses.replace(BEST, **change)) == reason


def test_links_are_not_resolved(tmp_path):
    # A virtual environment's Python is a link; what it is a link to has other libraries.
    python, link = tmp_path / "python3.11", tmp_path / "python"
    python.touch()
    link.symlink_to(python)
    circumstances = dataclasses.replace(BEST, own_interpreter=str(link), interpreter=str(python))
    assert why_as_module(circumstances) is not None
