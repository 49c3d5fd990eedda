# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A task's secrets, and its result as AnsibleModule would hand it over: without them."""

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.validation import check_type_dict

try:
    from ansible.module_utils.secrets import register_secrets  # type: ignore[import-not-found]
except ImportError:  # before ansible-core 2.22
    register_secrets = None

_Specification = t.Mapping[str, t.Mapping[str, t.Any]]


def secret_values(specification: _Specification, parameters: t.Mapping[str, t.Any]) -> frozenset[str]:
    """The texts of all options that the argument ``specification`` marks as C(no_log), also within other options."""
    return frozenset(_secrets(specification, parameters))


def _secrets(specification: _Specification, parameters: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for option, definition in specification.items():
        value = parameters.get(option)
        if definition.get("no_log"):
            yield from _texts(value)
        inner = definition.get("options")
        if inner:
            for row in value if isinstance(value, list) else [value]:
                yield from _secrets(inner, _mapping(row))


def _texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
        yield str(value)


def _mapping(row: t.Any) -> t.Mapping[str, t.Any]:
    try:
        # As Ansible does it: JSON and "key=value" in a text are dictionaries, too.
        return t.cast("t.Mapping[str, t.Any]", check_type_dict(row))  # type: ignore[no-untyped-call]
    except TypeError:
        return {}


def as_module_result(result: t.Mapping[str, t.Any], secrets: t.Collection[str]) -> dict[str, t.Any]:
    """The result as AnsibleModule would print it: as JSON has it, and with ``secrets`` masked.

    From ansible-core 2.22 on, modules tell Ansible their secrets, and whatever it shows or logs is masked. Before,
    modules take them out of their results; null and booleans are untouched by that.
    """
    if register_secrets is not None:
        register_secrets(secrets)
        # The mark of what a module has returned.
        return {**_as_json(result), "ansible_parsed": True}
    kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
    return _as_json({**remove_values(dict(result), secrets), **kept})  # type: ignore[no-untyped-call]


def _as_json(result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads(json.dumps(result)))
