# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which releases of the Python libraries the collection works with."""

from __future__ import annotations

import re

from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError

OLDEST_REQUESTS = "2.25"
OLDEST_CRYPTOGRAPHY = "3.4"
OLDEST_DNSPYTHON = "2.0"


def check_library(
    library: str, oldest: str, installed: str | None, import_traceback: str | None, reason: str | None = None
) -> None:
    """Raise MissingLibraryError unless the library was imported and is not too old.

    ``library`` is its name on the package index, ``oldest`` the oldest release that works. ``installed`` is the
    release that was imported, as its C(__version__) gives it, or None where the import failed with
    ``import_traceback``. ``reason`` completes "This is required ..." in the message.
    """
    needed = f"{library} >= {oldest}"
    if installed is None:
        raise MissingLibraryError(needed, import_traceback, reason)
    if _release(installed) < _release(oldest):
        text = f"{library} {installed} is installed, which is too old"
        raise MissingLibraryError(needed, text, reason, f"{library} {installed}")


def _release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version (PEP 440): what follows them, as in C(2.0rc1), makes no difference here."""
    return tuple(int(number) for number in re.findall(r"\d+", re.split(r"[^0-9.]", version)[0]))
