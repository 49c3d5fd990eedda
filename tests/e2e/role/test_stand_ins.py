# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Whether the stand-ins still take what the real modules take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from .providers import MODULES
from .stand_ins.make_specs import SPECS, installed

ROLE = Path(__file__).resolve().parents[3] / "roles" / "track_domain"
HINT = "if the role still fits, run tests/e2e/role/stand_ins/make_specs.py"


@pytest.mark.parametrize(("provider", "module"), MODULES.items())
def test_options_that_the_role_uses_are_those_of_the_installed_module(provider: str, module: str) -> None:
    """Releases of a collection may add what the role does not use; the rest is as when the stand-in was made."""
    committed = json.loads(SPECS.read_text(encoding="utf-8"))[module]["arguments"]
    now: dict[str, Any] = installed(module)["arguments"]
    (task,) = yaml.safe_load((ROLE / "tasks" / "providers" / f"{provider}.yml").read_text(encoding="utf-8"))

    for option in task[module]:
        assert now["argument_spec"][option] == committed["argument_spec"][option], HINT
    for rules in committed.keys() - {"argument_spec"}:
        assert now[rules] == committed[rules], HINT
    required = {option for option, spec in now["argument_spec"].items() if spec.get("required")}
    assert required <= task[module].keys()
