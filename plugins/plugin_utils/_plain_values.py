# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Plain values made of those that Ansible hands to an action plugin."""

from __future__ import annotations

import typing as t


def as_plain(value: t.Any) -> t.Any:
    """The value as JSON would carry it to a module.

    From ansible-core 2.19 on, texts and numbers are of subclasses that carry tags along; before, a C(!vault) value is
    an object that is text only when asked for it. Raises what decrypting raises.
    """
    if value is None or isinstance(value, bool):
        return value
    for plain in (str, int, float):
        if isinstance(value, plain):
            return plain.__str__(value) if plain is str else plain(value)
    if isinstance(value, t.Mapping):
        return {as_plain(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_plain(item) for item in value]
    # A vault's value, a date: what they say of themselves.
    return str.__str__(str(value))
