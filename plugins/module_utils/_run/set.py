# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A set of tracking domains made as a task wants it: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import (
    read_prune,
    read_waiting,
    read_wanted_set,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.result import (
    domain_of,
    error_of,
    failure_of,
    warnings_of,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.task import Task, run_task
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import VERIFIED, selection_of
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import account_result

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import Options
    from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome
    from ansible_collections.sendcloud.email.plugins.module_utils._run.task import TaskEnd


# How many failures are told in full; the others are named, and in full among the result's C(failures).
_MOST_LINES = 10


def run(options: Options, **circumstances: t.Any) -> dict[str, t.Any]:
    """The result of a task, also of a failed one. The arguments are those of C(_run.one.run)."""
    end = run_task(options, _read, **circumstances)
    failed = [one for one in (*end.outcome.domains, *end.outcome.removals) if one.error is not None]
    result = {"account": account_result(options), **_result(end, failed), **_failure(end, failed)}
    if options["state"] == VERIFIED:
        result["verification"] = end.outcome.verification.of_set()
    return result


def _read(options: Options) -> Task:
    wanted, prune = read_wanted_set(options), read_prune(options)
    return Task(wanted, selection_of(wanted, prune), read_waiting(options), prune)


def _failure(end: TaskEnd, failed: t.Sequence[Outcome]) -> dict[str, t.Any]:
    """The first failure is the task's; its message names all of them."""
    outcome = end.outcome
    if end.failure is not None or not failed:
        return failure_of(end.failure, end.redactor)
    first = next((one.error for one in failed if one.was_tried), outcome.error)
    count = len(outcome.domains) + len(outcome.removals)
    if count == 1:
        return failure_of(first, end.redactor)
    told = [_told(one) for one in failed if one.was_tried]
    lines = [f"{len(failed)} of {count} tracking domains failed:", *told[:_MOST_LINES]]
    others = [one.name for one in failed if one.was_tried][_MOST_LINES:]
    untried = [one.name for one in failed if not one.was_tried]
    if others:
        lines.append(f"also failed, see failures: {', '.join(others)}")
    if untried:
        lines.append(f"not tried after that: {', '.join(untried)}")
    return failure_of(first, end.redactor, "\n".join(lines))


def _told(outcome: Outcome) -> str:
    """A failure's message, on a line that begins with its domain."""
    message = t.cast(SendCloudError, outcome.error).message.rstrip(".")
    return message if message.startswith(outcome.name) else f"{outcome.name}: {message}"


def _result(end: TaskEnd, failed: t.Sequence[Outcome]) -> dict[str, t.Any]:
    outcome, redactor = end.outcome, end.redactor
    every = (*outcome.domains, *outcome.removals)
    removed = [one for one in outcome.removals if one.was_removed]
    return {
        "changed": outcome.changed,
        "track_domains": [domain_of(one.after, end.now, redactor) for one in outcome.domains],
        "failures": [_failure_row(one, redactor) for one in failed],
        "added": [one.name for one in outcome.domains if one.was_added],
        "updated": [one.name for one in outcome.domains if one.was_updated],
        "newly_verified": [one.name for one in outcome.domains if one.was_verified],
        "removed": [one.name for one in removed],
        "not_removed": [one.name for one in outcome.removals if one.after is not None],
        "records_to_remove": [_record(one, end.now, redactor) for one in removed],
        "diff": _diff(every),
        "warnings": warnings_of((*outcome.warnings, *(text for one in every for text in one.warnings)), redactor),
    }


def _failure_row(outcome: Outcome, redactor: Redactor) -> dict[str, t.Any]:
    error = t.cast(SendCloudError, outcome.error)
    return {"name": outcome.name, "msg": redactor.redact(error.message), "error": error_of(error, redactor)}


def _record(outcome: Outcome, now: datetime, redactor: Redactor) -> dict[str, t.Any]:
    domain = domain_of(outcome.before, now, redactor)
    return t.cast("dict[str, t.Any]", t.cast("dict[str, t.Any]", domain)["dns_record"])


def _diff(outcomes: t.Iterable[Outcome]) -> dict[str, t.Any]:
    """The domains that change, by name; a mapping reads well however many there are."""
    before, after = {}, {}
    for outcome in outcomes:
        was, will_be = outcome.diff()
        if was == will_be:
            continue
        if was:
            before[outcome.name] = was
        if will_be:
            after[outcome.name] = will_be
    return {"before": before, "after": after}
