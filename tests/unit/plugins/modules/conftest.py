# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Modules run as on a managed node."""

from __future__ import annotations

import contextlib
import os

import pytest
from ansible.module_utils.common.parameters import remove_values

try:
    from ansible.module_utils.secrets import mask_secrets
except ImportError:  # before ansible-core 2.22
    mask_secrets = None

_REDACTED = "(redacted)"


@pytest.fixture
def execute(execute):
    """Run a module; the result as Ansible shows it, which from 2.22 on masks itself what a module says is secret."""
    if mask_secrets is None:
        return execute

    def execute_and_mask(module, **options):
        result = execute(module, **options)
        result.pop("_ansible_new_secrets", None)
        texts = [text for text in (*options.values(), *os.environ.values()) if isinstance(text, str)]
        secrets = {text for text in texts if mask_secrets(text.strip(), mask_placeholder=_REDACTED) == _REDACTED}
        kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
        return {**remove_values(result, secrets), **kept}

    return execute_and_mask


@pytest.fixture(autouse=True)
def on_a_managed_node(monkeypatch):
    """Once a test has imported what is the controller's, ansible-core shows warnings itself, from 2.19 on."""
    with contextlib.suppress(ImportError):
        monkeypatch.setattr("ansible.module_utils._internal.is_controller", False, raising=False)
