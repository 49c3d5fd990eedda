# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write the argument specifications of the providers' modules to specs.json, as the installed collections have them.

Run it where these collections are installed: C(python tests/e2e/role/stand_ins/make_specs.py).
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from ansible.module_utils import basic

SPECS = Path(__file__).resolve().parent / "specs.json"
MODULES = ("amazon.aws.route53", "community.general.cloudflare_dns", "hetzner.hcloud.zone_rrset")


class _CapturedError(Exception):
    """The module has come to the point where it checks its arguments: these are the arguments of AnsibleModule."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.arguments = arguments


def installed(module: str) -> dict[str, Any]:
    """The specification of a module and the version of its collection. Raises ImportError where it is not there."""
    collection, _dot, name = module.rpartition(".")
    package = importlib.import_module(f"ansible_collections.{collection}")
    manifest = json.loads((Path(package.__path__[0]) / "MANIFEST.json").read_text(encoding="utf-8"))
    code = importlib.import_module(f"ansible_collections.{collection}.plugins.modules.{name}")
    version = manifest["collection_info"]["version"]
    try:
        with mock.patch.object(basic.AnsibleModule, "__init__", _capture):
            code.main()
    except _CapturedError as captured:
        return {"version": version, "arguments": _plain(captured.arguments)}
    raise RuntimeError(f"{module} has ended without an AnsibleModule")


def _capture(_module: object, **arguments: Any) -> None:
    raise _CapturedError(arguments)


def _plain(value: Any) -> Any:
    """As JSON knows it. A fallback is always one to the environment; any other function is an error."""
    if isinstance(value, Mapping):
        return {key: _variables(one) if key == "fallback" else _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if callable(value):
        raise TypeError(f"{value} cannot be written as JSON")
    return value


def _variables(fallback: tuple[Any, list[str]]) -> list[str]:
    function, variables = fallback
    if function is not basic.env_fallback:
        raise TypeError(f"{function} is not a fallback to the environment")
    return variables


def main() -> int:
    """Write the file."""
    specs = {module: installed(module) for module in MODULES}
    SPECS.write_text(json.dumps(specs, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(SPECS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
