# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Secrets that came as something other than text, taken out of a task's options before anything quotes them.

Ansible makes text of a list or a dictionary that is given for an option of type C(str), and then no longer finds the
secrets in it that C(no_log) is to mask: a private key read with C(query) in place of C(lookup) would be shown whole.

Of options that hold such secrets the form is checked here, too, with messages that say how it should be.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.validation import check_type_dict

# What Ansible itself shows in place of a secret.
PLACEHOLDER = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

_OPTION_NAME = re.compile("[a-z_]{1,20}")

_Specification = t.Mapping[str, t.Mapping[str, t.Any]]


def set_misplaced_secrets_aside(
    specification: _Specification, parameters: t.Mapping[str, t.Any]
) -> tuple[dict[str, t.Any], list[str]]:
    """The parameters without the secrets that are no text, and what to say of each of those.

    Which options are secret, also within other options, is what the argument ``specification`` marks as C(no_log).
    In place of what is taken out there is a text that passes validation, so that the complaint can be the failure.
    """
    complaints: list[str] = []
    safe = dict(parameters)
    for option, definition in specification.items():
        for name in (option, *definition.get("aliases", ())):
            if parameters.get(name) is not None or (name in parameters and definition.get("required")):
                safe[name], found = _set_aside(definition, name, parameters[name])
                complaints += found
    return safe, complaints


def _set_aside(definition: t.Mapping[str, t.Any], name: str, value: t.Any) -> tuple[t.Any, list[str]]:
    if definition.get("no_log"):
        return _secret(name, value)
    inner = definition.get("options")
    if not inner or not _has_secrets(inner):
        return value, []
    if isinstance(value, (list, tuple)):
        pairs = [_mapping(inner, f"{name}, no. {number}", item) for number, item in enumerate(value, 1)]
        return [item for item, _found in pairs], [text for _item, found in pairs for text in found]
    if definition.get("type") == "list":
        loaded = "Was the variable that it is taken from loaded? " if value is None else ""
        return [], [f"{name} is {_what(value)}. {loaded}{_how(inner)}"]
    return _mapping(inner, name, value)


def _has_secrets(specification: _Specification) -> bool:
    return any(
        definition.get("no_log") or _has_secrets(definition.get("options") or {})
        for definition in specification.values()
    )


def _secret(name: str, value: t.Any) -> tuple[t.Any, list[str]]:
    if not isinstance(value, (list, tuple, dict)):
        return value, []
    if isinstance(value, dict):
        advice = "Give the text itself"
    else:
        advice = "Read a file with lookup('ansible.builtin.file', ...), which gives text, not with query"
    return PLACEHOLDER, [f"{name} is {_what(value)}, not text. {advice}"]


def _mapping(specification: _Specification, name: str, value: t.Any) -> tuple[t.Any, list[str]]:
    try:
        # As Ansible does it: JSON and "key=value" in a text are dictionaries, too.
        mapping = check_type_dict(value)  # type: ignore[no-untyped-call]
    except TypeError:
        return _stand_in(specification), [f"{name} is {_what(value)}, not a dictionary. {_how(specification)}"]
    safe, complaints = set_misplaced_secrets_aside(specification, mapping)
    known = {one for option, definition in specification.items() for one in (option, *definition.get("aliases", ()))}
    unknown = [str(key) for key in mapping if key not in known]
    if unknown:
        # Of a text that Ansible takes for "key=value", a name may be a piece of a secret.
        shown = ", ".join(key if _OPTION_NAME.fullmatch(key) else "a name that is not shown" for key in unknown)
        option = "option" if len(unknown) == 1 else "options"
        complaints.append(f"unsupported {option}: {shown}. The options are {', '.join(sorted(specification))}")
        safe = {**_stand_in(specification), **{key: safe[key] for key in mapping if key in known}}
    return safe, [f"{name}: {text}" for text in complaints]


def _stand_in(specification: _Specification) -> dict[str, t.Any]:
    """A mapping that passes validation, so that what is wrong with the one given can be said."""
    return {option: PLACEHOLDER for option, definition in specification.items() if definition.get("required")}


def _how(specification: _Specification) -> str:
    """How a row is written in a list of such."""
    example = "track.example.com" if "name" in specification else "..."
    return f'Give a list of dictionaries, for example [{{"name": "{example}"}}]'


def _what(value: t.Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "text" if isinstance(value, str) else "a number, true or false"
