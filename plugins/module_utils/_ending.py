# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""How a task ends: the same for a module and for Ansible's own process."""

from __future__ import annotations

import dataclasses
import platform
import sys
import typing as t

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.sendcloud.email.plugins.module_utils._errors import (
    INPUT,
    InputError,
    MissingLibraryError,
    SendCloudError,
    as_lines,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import account_result

# What does a module's work, without Ansible, as C(_run.one.run) does.
Core = t.Callable[..., t.Dict[str, t.Any]]


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a task ended: its ``result`` without its ``warnings``, whether it failed, and the traceback to a failure."""

    result: dict[str, t.Any]
    failed: bool
    warnings: tuple[str, ...] = ()
    import_traceback: str | None = None


def carry_out(
    core: Core,
    options: t.Mapping[str, t.Any],
    complaints: t.Sequence[str],
    *,
    preview: bool,
    diff: bool,
    from_environment: t.Collection[str],
    **tools: t.Any,
) -> Ending:
    """Run ``core`` with validated ``options``, unless there are ``complaints`` about them.

    ``preview`` is check mode, ``diff`` diff mode, and ``from_environment`` names the options whose values came from
    environment variables. ``tools`` are handed to the core as they are.
    """
    if complaints:
        return _refusal(options, InputError(as_lines(complaints)))
    try:
        result = core(options, preview=preview, from_environment=from_environment, **tools)
    except MissingLibraryError as error:
        return _refusal(options, SendCloudError(INPUT, _missing_library(error)), error.import_traceback)
    left_out = {"warnings", "failed"} if diff else {"warnings", "failed", "diff"}
    return Ending(
        {key: value for key, value in result.items() if key not in left_out},
        failed=result.get("failed", False),
        warnings=tuple(result["warnings"]),
    )


def _refusal(options: t.Mapping[str, t.Any], error: SendCloudError, import_traceback: str | None = None) -> Ending:
    """The end of a task before its core has done anything."""
    result = {"msg": error.message, "account": account_result(options), "error": error.as_result()}
    return Ending(result, failed=True, import_traceback=import_traceback)


def _missing_library(error: MissingLibraryError) -> str:
    if error.installed is None:
        return str(missing_required_lib(error.library, reason=error.reason))  # type: ignore[no-untyped-call]
    needed = f"{error.library} is needed {error.reason}" if error.reason else f"{error.library} is needed"
    return (
        f"the Python library {error.installed} on {platform.node()}'s Python {sys.executable} is too old: {needed}. "
        "Upgrade it there, or set ansible_python_interpreter to a Python that has a newer one"
    )
