# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Options that a task gives and that have no effect, since the option that they belong to is left out."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE

# The option that others belong to, how it is written, and the others. No module has two of these that share a name.
_BELONGING = (
    ("state", "state: verified", ("recheck", "wait", "wait_timeout", "wait_interval", "dns_precheck")),
    ("prune", "prune: true", ("prune_keep", "prune_limit")),
    ("check_https", "check_https: true", ("https_ca_path",)),
)


def options_without_effect(arguments: t.Mapping[str, t.Any], defaults: t.Collection[str]) -> list[str]:
    """Warnings about options in ``arguments`` that do nothing, ``defaults`` left out.

    A task whose C(state) or C(prune) is there, whatever its value, may have that from a variable, with the other
    options for the case that it is set; so nothing is said of it. Neither is it of what C(module_defaults) may have
    given for all tasks, nor of an option that is null, false or empty.
    """
    warnings = []
    for option, written, others in _BELONGING:
        idle = [name for name in others if name not in defaults and _is_set(arguments.get(name))]
        if idle and arguments.get(option) is None:
            has = "has" if len(idle) == 1 else "have"
            warnings.append(f"{' and '.join(idle)} {has} no effect without {written}.")
    return warnings


def _is_set(value: t.Any) -> bool:
    if value is None or isinstance(value, (list, dict)):
        return bool(value)
    return str(value).strip().lower() not in ("", *BOOLEANS_FALSE)
