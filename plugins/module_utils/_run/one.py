# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""One tracking domain made as a task wants it: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._run.options import read_waiting, read_wanted
from ansible_collections.sendcloud.email.plugins.module_utils._run.result import domain_of, failure_of, warnings_of
from ansible_collections.sendcloud.email.plugins.module_utils._run.task import Task, run_task
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import VERIFIED
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import account_result

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import Options
    from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome
    from ansible_collections.sendcloud.email.plugins.module_utils._run.task import TaskEnd


def run(options: Options, **circumstances: t.Any) -> dict[str, t.Any]:
    """The result of a task, also of a failed one (C(failed) is there and true then).

    ``circumstances`` are the keyword arguments of C(_run.task.run_task), C(preview) among them.
    """
    end = run_task(options, _read, **circumstances)
    # Nothing is known of a domain that was not even read.
    one = end.outcome.domains[0] if end.outcome.domains else None
    failure = end.failure or (one.error if one else None)
    result = {"account": account_result(options), **_result(end, one), **failure_of(failure, end.redactor)}
    if options["state"] == VERIFIED:
        result["verification"] = end.outcome.verification.of_one()
    return result


def _read(options: Options) -> Task:
    wanted = read_wanted(options)
    return Task((wanted,), wanted.selection(), read_waiting(options))


def _result(end: TaskEnd, one: Outcome | None) -> dict[str, t.Any]:
    """What the task returns, as far as it came."""
    redactor = end.redactor
    before, after = one.diff() if one else ({}, {})
    return {
        "changed": end.outcome.changed,
        "track_domain": domain_of(one.after, end.now, redactor) if one else None,
        "track_domain_before": domain_of(one.before, end.now, redactor) if one else None,
        "diff": {"before": before, "after": after},
        "warnings": warnings_of((*end.outcome.warnings, *(one.warnings if one else ())), redactor),
    }
