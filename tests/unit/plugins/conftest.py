# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Modules run as Ansible runs them, against a SendCloud within the process."""

from __future__ import annotations

import contextlib
import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS
from sendcloud_emulator import Emulator

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:  # before ansible-core 2.19

    @contextlib.contextmanager
    def patch_module_args(args):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": args}).encode())
            yield


# From ansible-core 2.21 on, a module shows what it was called with only if it is asked to; before, nobody may ask.
INVOCATION = {"_ansible_inject_invocation": True} if "inject_invocation" in PASS_VARS else {}
KEY = "5e0c-the-key-of-the-account"


@pytest.fixture
def emulator(monkeypatch):
    for option in ("API_USER", "API_KEY", "API_URL", "API_TIMEOUT", "API_RETRIES", "DNS_SERVERS"):
        monkeypatch.delenv(f"SENDCLOUD_{option}", raising=False)
    emulator = Emulator.in_process(key=KEY)
    with emulator.intercept():
        yield emulator


@pytest.fixture
def execute(capfd):
    """Run a module; the result it prints, and whether it says that it failed."""

    def execute(module, check_mode=False, diff=False, **options):
        arguments = {
            **options,
            "_ansible_check_mode": check_mode,
            "_ansible_diff": diff,
            "_ansible_remote_tmp": ".",
            **INVOCATION,
        }
        # A module is a process of its own: what another one has warned of is not to be seen in its result.
        warnings._global_warnings.clear()
        with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
            module.main()
        result = json.loads(capfd.readouterr().out)
        assert bool(ended.value.code) is result.get("failed", False)
        return result

    return execute


@pytest.fixture
def given(emulator):
    return {"api_user": emulator.user, "api_key": emulator.key, "api_url": emulator.url}
