# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A run in a large account needs hardly more memory than in a small one, since it keeps only what it asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.conftest import DEFAULTS
from sendcloud_emulator import Emulator

SMALL, LARGE = 10, 10_000
MOST = 1.5

# A process of its own, whose peak begins with it; ru_maxrss would begin with what the parent needs.
RUN = """
import json, sys
from ansible_collections.sendcloud.email.plugins.module_utils._run.one import run
result = run(json.loads(sys.argv[1]), preview=False)
assert result["error"] is None, result["error"]
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
"""


def peak(size, task):
    """The peak of the resident set, in KiB, of a task's run in an account of so many domains."""
    with Emulator() as emulator:
        emulator.account.add_many(f"d{number}.example.com" for number in range(size))
        account = {"api_url": emulator.url, "api_user": emulator.user, "api_key": emulator.key}
        command = [sys.executable, "-c", RUN, json.dumps({**DEFAULTS, **account, **task})]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment)
    return int(run.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize(
    "task", [{"name": "d7.example.com"}, {"name": "x.example.com", "state": "absent"}], ids=["there", "not there"]
)
def test_an_account_of_ten_thousand_domains_needs_hardly_more_memory(task):
    small, large = peak(SMALL, task), peak(LARGE, task)
    assert large < MOST * small, f"{small} KiB in an account of {SMALL}, {large} KiB in one of {LARGE}"
