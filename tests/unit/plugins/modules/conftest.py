# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Modules run as on a managed node."""

from __future__ import annotations

import contextlib

import pytest


@pytest.fixture(autouse=True)
def on_a_managed_node(monkeypatch):
    """Once a test has imported what is the controller's, ansible-core shows warnings itself, from 2.19 on."""
    with contextlib.suppress(ImportError):
        monkeypatch.setattr("ansible.module_utils._internal.is_controller", False, raising=False)
