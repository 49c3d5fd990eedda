# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""One domain's plan carried out, and the one rule by which it is decided what became of a write."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import REFUSAL_KINDS, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    Add,
    Delete,
    DomainPlan,
    plan_domain,
    shows_certificate,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import read_account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.retry import pause_before

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import Write
    from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Reading
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain

# Where others keep changing the account, a run gives up after so many plans.
_MOST_PLANS = 20


class Fate(enum.Enum):
    """What became of a write."""

    DONE = "done"
    FOUND_DONE = "found done"  # its outcome was in doubt, and the account shows it
    FOUND = "found"  # it was refused, and the account shows it: another run was faster
    REFUSED = "refused"  # SendCloud said no, or was not reached, and that is all
    NOT_SHOWN = "not shown"  # its outcome is in doubt, and the account does not show it (yet)
    UNKNOWN = "unknown"  # the same, and to send it again would not tell either


def fate_of(failure: SendCloudError, *, was_in_doubt: bool, is_shown: bool) -> Fate:
    """Decide what became of a write that failed.

    ``was_in_doubt`` says whether the same write was in doubt before, when it was sent for the first time; ``is_shown``
    whether the account, read after the failure, is as the write would make it.
    """
    if is_shown:
        is_in_doubt = was_in_doubt or failure.processed != _errors.NOT_PROCESSED
        return Fate.FOUND_DONE if is_in_doubt else Fate.FOUND
    if failure.processed == _errors.PROCESSED:
        return Fate.UNKNOWN
    if failure.processed == _errors.MAYBE_PROCESSED:
        return Fate.NOT_SHOWN
    return Fate.UNKNOWN if was_in_doubt else Fate.REFUSED


@dataclasses.dataclass(frozen=True)
class _Attempt:
    """A write that was sent, what became of it, and what there is to do now.

    ``after`` is the domain as SendCloud answered with it; ``failure`` is None where it did.
    """

    write: Write
    fate: Fate
    plan: DomainPlan
    after: TrackDomain | None = None
    failure: SendCloudError | None = None

    @property
    def leaves_doubt(self) -> bool:
        return self.fate in (Fate.NOT_SHOWN, Fate.UNKNOWN)


def apply_domain(session: Session, plan: DomainPlan) -> Outcome:
    """Send the plan's write, until the domain is as wanted.

    Where a write's outcome is in doubt (a timeout, a lost connection, a 5xx) or the write was refused (another run may
    have been faster), the account is read and planned again, and what the new plan says is done: nothing is added
    twice, nothing is lost, and nothing fails that is as it should be. Never raises SendCloudError: what went wrong is
    the outcome's error.
    """
    outcome = Outcome.begin(plan)
    attempts: tuple[_Attempt, ...] = ()
    while plan.write is not None and plan.error is None:
        attempt = _attempt(session, plan, attempts)
        attempts += (attempt,)
        if attempt.fate in (Fate.DONE, Fate.FOUND_DONE):
            outcome = dataclasses.replace(outcome, done=(*outcome.done, attempt.write))
        if attempt.fate is Fate.DONE:
            return _with_upload_checked(dataclasses.replace(outcome, after=attempt.after))
        plan = attempt.plan
        if _gives_up(attempts, session.retries):
            return _failed(outcome, attempts, t.cast(SendCloudError, attempt.failure))
    if plan.error is not None:
        return _failed(outcome, attempts, plan.error)
    return _with_upload_checked(dataclasses.replace(outcome, after=plan.before))


def _attempt(session: Session, plan: DomainPlan, earlier: tuple[_Attempt, ...]) -> _Attempt:
    write = t.cast("Write", plan.write)
    try:
        return _Attempt(write, Fate.DONE, plan, after=_send(session.client, write))
    except SendCloudError as error:
        failure = error
    was_in_doubt = any(one.leaves_doubt for one in earlier if one.write == write)
    if failure.processed == _errors.NOT_PROCESSED and failure.kind not in REFUSAL_KINDS:
        fate = fate_of(failure, was_in_doubt=was_in_doubt, is_shown=False)
        return _Attempt(write, fate, plan, failure=failure)
    if failure.processed != _errors.NOT_PROCESSED:
        session.clock.sleep(pause_before(1 + sum(one.write == write for one in earlier)))
    try:
        reading = read_account(session.client, plan.wanted.selection())
    except SendCloudError as error:
        is_unknown = was_in_doubt or failure.processed != _errors.NOT_PROCESSED
        fate = Fate.UNKNOWN if is_unknown else Fate.REFUSED
        return _Attempt(write, fate, plan, failure=_with_unread(failure, error) if is_unknown else failure)
    now = session.clock.now()
    is_shown = _is_shown(reading, write, plan.before, now)
    fate = fate_of(failure, was_in_doubt=was_in_doubt, is_shown=is_shown)
    if is_shown and plan.wanted.id is not None and isinstance(write, Delete):
        # With an ID a namesake is not meant.
        return _Attempt(write, fate, DomainPlan(plan.wanted), failure=failure)
    # What is to be uploaded in any case, this run has uploaded then.
    is_uploaded = fate is Fate.FOUND_DONE and not isinstance(write, Delete) and write.certificate is not None
    wanted = dataclasses.replace(plan.wanted, always_upload=plan.wanted.always_upload and not is_uploaded)
    return _Attempt(write, fate, plan_domain(reading, wanted, now), failure=failure)


def _gives_up(attempts: tuple[_Attempt, ...], retries: int) -> bool:
    """Whether nothing more is to be sent, though the domain is not as wanted."""
    last = attempts[-1]
    if last.fate is Fate.UNKNOWN or len(attempts) >= _MOST_PLANS + retries:
        return True
    if last.plan.write != last.write:
        return False
    # The next step of a new plan is no retry; the same write is.
    return last.fate is Fate.REFUSED or sum(one.write == last.write for one in attempts) > retries


def _failed(outcome: Outcome, attempts: tuple[_Attempt, ...], failure: SendCloudError) -> Outcome:
    settled = [one.write for one in attempts if one.fate is Fate.FOUND_DONE]
    in_doubt = any(one.leaves_doubt and one.write not in settled for one in attempts)
    after = attempts[-1].plan.before if attempts else outcome.before
    error = failure.adding(_NOT_KNOWN) if in_doubt else failure
    return dataclasses.replace(outcome, after=after, in_doubt=in_doubt, error=error)


_NOT_KNOWN = "Whether it was done all the same is not known. Run the task again to find out"


def _with_unread(failure: SendCloudError, unread: SendCloudError) -> SendCloudError:
    return failure.adding(f"The domains could not be listed afterwards, either: {unread.message}")


def _with_upload_checked(outcome: Outcome) -> Outcome:
    """Compare what SendCloud says it has with what this run has uploaded, and warn where they differ."""
    uploaded, domain = outcome.uploaded, outcome.after
    if uploaded is None or domain is None:
        return outcome
    # At the beginning of its validity: it may be printed in a time zone in which it seems to have expired by now.
    if shows_certificate(domain, uploaded, uploaded.window.not_before) and domain.https_configured:
        return outcome
    given = " to ".join(uploaded.window.as_text())
    found = f"valid from {' to '.join(domain.certificate.as_window().as_text())}" if domain.certificate else "none"
    https = "on" if domain.https_configured else "off"
    warning = (
        f"the certificate of {domain.name} was uploaded, but SendCloud does not show it: the one sent is valid from "
        f"{given}, the one that SendCloud has is {found}, and HTTPS is {https} there"
    )
    return dataclasses.replace(outcome, warnings=(*outcome.warnings, warning))


def _is_shown(reading: Reading, write: Write, before: TrackDomain | None, now: datetime) -> bool:
    """Whether the account is as the write would make it, and was not before."""
    if isinstance(write, Delete):
        return reading.with_id(write.domain_id) is None
    certificate = write.certificate
    if isinstance(write, Add):
        named = reading.named(write.name)
        return any(certificate is None or shows_certificate(domain, certificate, now) for domain in named)
    domain = reading.with_id(write.domain_id)
    if domain is None or write.new_name not in (None, domain.name):
        return False
    if certificate is None:
        return True
    # The same certificate once more leaves no trace.
    had_it = write.new_name is None and before is not None and shows_certificate(before, certificate, now)
    return shows_certificate(domain, certificate, now) and not had_it


def _send(client: SendCloudClient, write: Write) -> TrackDomain | None:
    if isinstance(write, Delete):
        client.delete(write.domain_id)
        return None
    pair = write.certificate
    pem = (pair.bundle, pair.private_key) if pair else (None, None)
    if isinstance(write, Add):
        return client.add(write.name, *pem)
    return client.update(write.domain_id, write.new_name, *pem)
