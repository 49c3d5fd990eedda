# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which way a task takes: in Ansible's own process, or as a module."""

from __future__ import annotations

import dataclasses
import os

# The values of C(interpreter_python) that leave it to Ansible to find an interpreter.
_AUTOMATIC = frozenset(("auto", "auto_legacy", "auto_silent", "auto_legacy_silent"))


@dataclasses.dataclass(frozen=True)
class Circumstances:
    """What decides on the way.

    ``transport`` is the name of the connection plugin's transport and ``interpreter`` the Python asked for, both of
    the host that the task is delegated to, if it is. ``own_interpreter`` is the path of the Python that runs Ansible,
    ``platform`` what C(sys.platform) says, ``missing`` the libraries that the task would use and that cannot be
    imported, and ``is_wanted`` the variable C(sendcloud_in_process).
    """

    transport: str
    becomes: bool
    is_async: bool
    interpreter: str | None
    own_interpreter: str
    platform: str
    missing: tuple[str, ...]
    is_wanted: bool


def why_as_module(circumstances: Circumstances) -> str | None:
    """Why a task has to run as a module; None where it can run in Ansible's own process."""
    if not circumstances.is_wanted:
        return "sendcloud_in_process is false"
    if circumstances.transport != "local":
        return f"the connection is {circumstances.transport}, not local"
    if circumstances.becomes:
        return "it becomes another user"
    if circumstances.is_async:
        return "it is asynchronous"
    if not _is_own(circumstances.interpreter, circumstances.own_interpreter):
        return f"it asks for the interpreter {circumstances.interpreter}"
    if circumstances.platform == "darwin":
        # Its proxy look-up crashes in forked processes.
        return "Ansible runs on macOS"
    if circumstances.missing:
        return f"Ansible's Python lacks {', '.join(circumstances.missing)}"
    return None


def _is_own(interpreter: str | None, own: str) -> bool:
    # Links are not resolved: a virtual environment's Python is a link to one that has other libraries.
    asked = (interpreter or "").strip()
    return not asked or asked in _AUTOMATIC or os.path.normpath(asked) == os.path.normpath(own)
