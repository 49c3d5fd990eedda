# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Domain names in the two spellings of RFC 5890: A-labels (``xn--bcher-kva``) and U-labels (``bücher``)."""

from __future__ import annotations

import functools

import idna

_PREFIX = "xn--"


def a_labels(name: str) -> str:
    """The name with each internationalised label as an A-label. What is no valid label stays as it is."""
    if name.isascii():
        return name
    return ".".join(_a_label(label) for label in name.split("."))


def u_labels(name: str) -> str:
    """The name with each A-label as a U-label. What is no valid label stays as it is."""
    if _PREFIX not in name.lower():
        return name
    return ".".join(_u_label(label) for label in name.split("."))


def comparable(name: str) -> str:
    """A name for comparison: DNS knows no case (RFC 4343), and the final dot is a matter of notation."""
    return a_labels(name.rstrip(".")).lower()


@functools.lru_cache(maxsize=4096)
def _a_label(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.alabel(label.lower()).decode("ascii")
    except idna.IDNAError:
        return label


@functools.lru_cache(maxsize=4096)
def _u_label(label: str) -> str:
    if not label.lower().startswith(_PREFIX):
        return label
    try:
        return idna.ulabel(label)
    except idna.IDNAError:
        return label
