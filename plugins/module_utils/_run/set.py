# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A set of tracking domains made as a task wants it: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._run.converge import converge
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import (
    open_resolver,
    read_prune,
    read_waiting,
    read_wanted_set,
    resolver_for,
    secrets_of,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import RunOutcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import make_plan
from ansible_collections.sendcloud.email.plugins.module_utils._run.result import (
    domain_of,
    error_of,
    failure_of,
    warnings_of,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session, say_nothing
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import VERIFIED, selection_of
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account, account_result
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import read_account

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import OpenResolver
    from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome


def run(
    options: t.Mapping[str, t.Any],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: OpenResolver = open_resolver,
    report: t.Callable[[str], None] = say_nothing,
) -> dict[str, t.Any]:
    """The result of a task, also of a failed one. The arguments are those of C(_run.one.run)."""
    clock = clock or Clock()
    redactor = Redactor(secrets_of(options))
    outcome, failure = RunOutcome(()), None
    try:
        account = Account.from_options(options, from_environment)
        wanted, prune, waiting = read_wanted_set(options), read_prune(options), read_waiting(options)
        resolver = resolver_for(options, open_dns)
        with connect(account, redactor=redactor, clock=clock) as client:
            session = Session(client, clock, account.retries, resolver, report)
            plan = make_plan(read_account(client, selection_of(wanted, prune)), wanted, prune, clock.now())
            outcome = converge(session, plan, waiting, preview=preview)
    except SendCloudError as error:
        failure = error
    failed = [one for one in (*outcome.domains, *outcome.removals) if one.error is not None]
    return {
        "account": account_result(options),
        **_result(outcome, failed, clock.now(), redactor, verifies=options["state"] == VERIFIED),
        **(failure_of(failure, redactor) if failure or not failed else _failure(outcome, failed, redactor)),
    }


def _failure(outcome: RunOutcome, failed: t.Sequence[Outcome], redactor: Redactor) -> dict[str, t.Any]:
    """The first failure is the task's; its message names all of them."""
    first = outcome.error or failed[0].error
    if len(failed) == 1:
        return failure_of(first, redactor)
    count = len(outcome.domains)
    told = "; ".join(t.cast(SendCloudError, one.error).message.rstrip(".") for one in failed)
    return failure_of(first, redactor, f"{len(failed)} of {count} tracking domains failed: {told}")


def _result(
    outcome: RunOutcome, failed: t.Sequence[Outcome], now: datetime, redactor: Redactor, *, verifies: bool
) -> dict[str, t.Any]:
    every = (*outcome.domains, *outcome.removals)
    removed = [one for one in outcome.removals if one.was_removed]
    result: dict[str, t.Any] = {
        "changed": outcome.changed,
        "track_domains": [domain_of(one.after, now, redactor) for one in outcome.domains],
        "failures": [_failure_row(one, redactor) for one in failed],
        "added": [one.name for one in outcome.domains if one.was_added],
        "updated": [one.name for one in outcome.domains if one.was_updated],
        "newly_verified": [one.name for one in outcome.domains if one.was_verified],
        "removed": [one.name for one in removed],
        "not_removed": [one.name for one in outcome.removals if not one.was_removed],
        "records_to_remove": [_record(one, now, redactor) for one in removed],
        "diff": _diff(every),
        "warnings": warnings_of((*outcome.warnings, *(text for one in every for text in one.warnings)), redactor),
    }
    if verifies:
        result["verification"] = outcome.verification.of_set()
    return result


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
