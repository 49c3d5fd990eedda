# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A converging task from its options to what became of it: the same for one domain and for a set."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._run.converge import converge
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import (
    open_resolver,
    resolver_for,
    secrets_of,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import RunOutcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import make_plan
from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session, say_nothing
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account, naming_its_source
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import read_account

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import OpenResolver, Options
    from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Waiting
    from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Prune, Wanted
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Selection


@dataclasses.dataclass(frozen=True)
class Task:
    """What a task asks for. ``selection`` is what has to be read of the account for it."""

    wanted: tuple[Wanted, ...]
    selection: Selection
    waiting: Waiting
    prune: Prune | None = None


@dataclasses.dataclass(frozen=True)
class TaskEnd:
    """How a task ended, at ``now`` (aware). ``failure`` is what kept it from beginning with any domain."""

    outcome: RunOutcome
    now: datetime
    redactor: Redactor
    failure: SendCloudError | None = None


def run_task(
    options: Options,
    read: t.Callable[[Options], Task],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: OpenResolver = open_resolver,
    report: t.Callable[[str], None] = say_nothing,
) -> TaskEnd:
    """Run a task whose options ``read`` makes a Task of. Never raises SendCloudError.

    ``options`` are those of the module, by name, each with its value or default. With ``preview`` nothing but
    C(list) is sent. ``from_environment`` names the options whose values came from environment variables, ``report`` is
    told what a wait is for. Raises MissingLibraryError where a library that this run needs is not there; then nothing
    was sent.
    """
    clock = clock or Clock()
    redactor = Redactor(secrets_of(options))
    try:
        account = Account.from_options(options, from_environment)
        task = read(options)
        find_resolver = resolver_for(options, open_dns)
        with connect(account, redactor=redactor, clock=clock) as client:
            session = Session(client, clock, account.retries, find_resolver, report)
            plan = make_plan(read_account(client, task.selection), task.wanted, task.prune, clock.now())
            outcome = converge(session, plan, task.waiting, preview=preview)
    except SendCloudError as failure:
        return TaskEnd(RunOutcome(()), clock.now(), redactor, naming_its_source(failure, from_environment))
    return TaskEnd(outcome, clock.now(), redactor)
