# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Action plugins as Ansible runs them, against a SendCloud within the process."""

from __future__ import annotations

import types

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.sendcloud.email.plugins.plugin_utils import _in_process

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19, every text may be a template

    def trust_as_template(value):
        return value


class Display:
    """What was said, by how much one has to want to see it."""

    def __init__(self):
        self.shown = []
        self.very_verbose = []

    def display(self, text):
        self.shown.append(text)

    def vvv(self, text, host=None):
        self.very_verbose.append(text)


@pytest.fixture
def display(monkeypatch):
    display = Display()
    monkeypatch.setattr(_in_process, "_display", display)
    return display


@pytest.fixture
def as_module(monkeypatch):
    """Which tasks took the module's way."""
    taken = []

    def run(self, tmp=None, task_vars=None):
        taken.append(self._task.action)
        return {"way": "module"}

    monkeypatch.setattr(_in_process.NormalAction, "run", run)
    return taken


@pytest.fixture
def act(tmp_path, display):
    """Run an action plugin; its result. C(task) and C(variables) are what differs from a plain local task."""

    def act(plugin, options, task=None, variables=None, connection=None):
        attributes = {
            "action": f"sendcloud.email.{plugin.__name__.rpartition('.')[2]}",
            "args": options,
            "async_val": 0,
            "check_mode": False,
            "delegate_to": None,
            "diff": False,
            "environment": None,
            "failed_when": None,
            "module_defaults": [],
            "no_log": False,
            **(task or {}),
        }
        given = {
            name: trust_as_template(value) if isinstance(value, str) else value
            for name, value in (variables or {}).items()
        }
        variables = {"inventory_hostname": "host", "ansible_inject_invocation": True, **given}
        loader = DataLoader()
        loader.set_basedir(str(tmp_path))
        shell = types.SimpleNamespace(env_prefix=lambda **_: "", tmpdir=None)
        local = {"transport": "local", "become": None, "_shell": shell}
        action = plugin.ActionModule(
            types.SimpleNamespace(**attributes),
            types.SimpleNamespace(**{**local, **(connection or {})}),
            None,
            loader,
            Templar(loader=loader, variables=variables),
            None,
        )
        return action.run(task_vars=variables)

    yield act
    _in_process._connections.close()
