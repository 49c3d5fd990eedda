# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""One tracking domain made as a task wants it: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._run.converge import converge
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import (
    open_resolver,
    read_waiting,
    read_wanted,
    resolver_for,
    secrets_of,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import RunOutcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import make_plan
from ansible_collections.sendcloud.email.plugins.module_utils._run.result import domain_of, failure_of, warnings_of
from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session, say_nothing
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import VERIFIED
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account, account_result
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import read_account

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import OpenResolver


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
    """The result of a task, also of a failed one (C(failed) is there and true then).

    ``options`` are those of the module, by name, each with its value or default. With ``preview`` nothing but
    C(list) is sent. ``from_environment`` names the options whose values came from environment variables, ``report`` is
    told what a wait is for. Raises MissingLibraryError where a library that this run needs is not there; then nothing
    was sent.
    """
    clock = clock or Clock()
    redactor = Redactor(secrets_of(options))
    outcome, failure = RunOutcome(()), None
    try:
        account = Account.from_options(options, from_environment)
        wanted, waiting = read_wanted(options), read_waiting(options)
        resolver = resolver_for(options, open_dns)
        with connect(account, redactor=redactor, clock=clock) as client:
            session = Session(client, clock, account.retries, resolver, report)
            plan = make_plan(read_account(client, wanted.selection()), (wanted,), None, clock.now())
            outcome = converge(session, plan, waiting, preview=preview)
    except SendCloudError as error:
        failure = error
    return {
        "account": account_result(options),
        **_result(outcome, clock, redactor, verifies=options["state"] == VERIFIED),
        **failure_of(failure or _failure(outcome), redactor),
    }


def _failure(outcome: RunOutcome) -> SendCloudError | None:
    return outcome.domains[0].error


def _result(outcome: RunOutcome, clock: Clock, redactor: Redactor, *, verifies: bool) -> dict[str, t.Any]:
    """What the task returns, as far as it came: nothing is known of a domain that was not even read."""
    one = outcome.domains[0] if outcome.domains else None
    now = clock.now()
    before, after = one.diff() if one else ({}, {})
    result: dict[str, t.Any] = {
        "changed": outcome.changed,
        "track_domain": domain_of(one.after, now, redactor) if one else None,
        "track_domain_before": domain_of(one.before, now, redactor) if one else None,
        "diff": {"before": before, "after": after},
        "warnings": warnings_of((*outcome.warnings, *(one.warnings if one else ())), redactor),
    }
    if verifies:
        result["verification"] = outcome.verification.of_one()
    return result
