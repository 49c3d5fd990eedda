# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A set's plan carried out or previewed: add, update, verify, and only then delete, so that links keep working."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run import verification as _verification
from ansible_collections.sendcloud.email.plugins.module_utils._run.apply import apply_domain
from ansible_collections.sendcloud.email.plugins.module_utils._run.outcome import Outcome, RunOutcome
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    Add,
    Delete,
    DomainPlan,
    Update,
    needs_verification,
    plan_domain,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import NOTHING_VERIFIED, Verification
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import ABSENT, VERIFIED, Wanted
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import read_account

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import Plan
    from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session
    from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Check, Waiting
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain

# After one of these nothing else of the run would go better.
_ENDING_KINDS = frozenset(
    (
        _errors.AUTHENTICATION,
        _errors.PERMISSION,
        _errors.PROTOCOL,
        _errors.NETWORK,
        _errors.SERVER,
        _errors.RATE_LIMITED,
    )
)


# After a wait this long, in seconds, the account is looked at once more before something is deleted.
_WORTH_A_LOOK = 5.0


@dataclasses.dataclass(frozen=True)
class _Progress:
    """How far a run has come. An outcome is None where nothing was tried yet.

    ``full`` is SendCloud's refusal of an add for which there is no room, ``ended_by`` what ended the run.
    """

    domains: tuple[Outcome | None, ...]
    removals: tuple[Outcome | None, ...]
    verification: Verification = NOTHING_VERIFIED
    full: SendCloudError | None = None
    ended_by: SendCloudError | None = None

    @property
    def all_is_well(self) -> bool:
        """Nothing has failed so far, so that domains may be deleted."""
        tried = [outcome for outcome in (*self.domains, *self.removals) if outcome is not None]
        return self.ended_by is None and not any(outcome.error for outcome in tried)

    def untried(self) -> tuple[int, ...]:
        """The places of the wanted domains that nothing was tried for."""
        return tuple(place for place, outcome in enumerate(self.domains) if outcome is None)

    def is_wanted(self, domain: TrackDomain) -> bool:
        """Whether a domain has turned out to be one of those that are wanted: somebody has renamed it meanwhile."""
        return any(outcome.after.id == domain.id for outcome in self.domains if outcome and outcome.after)

    def next_removal(self, plan: Plan) -> int | None:
        """The place of the next domain to delete."""
        untried = (place for place, outcome in enumerate(self.removals) if outcome is None)
        return next((place for place in untried if not self.is_wanted(plan.removals[place])), None)

    def with_domain(self, place: int, outcome: Outcome | None) -> _Progress:
        """The same with what became of a wanted domain."""
        domains = (*self.domains[:place], outcome, *self.domains[place + 1 :])
        return dataclasses.replace(self, domains=domains, ended_by=self.ended_by or _ending_error(outcome))

    def with_removal(self, place: int, outcome: Outcome) -> _Progress:
        """The same with what became of a domain to delete."""
        removals = (*self.removals[:place], outcome, *self.removals[place + 1 :])
        return dataclasses.replace(self, removals=removals, ended_by=self.ended_by or _ending_error(outcome))


def converge(session: Session, plan: Plan, waiting: Waiting, *, preview: bool) -> RunOutcome:
    """Carry the plan out, or with ``preview`` say what that would do. Never raises SendCloudError."""
    return _foresee(session, plan, waiting) if preview else _carry_out(session, plan, waiting)


def _foresee(session: Session, plan: Plan, waiting: Waiting) -> RunOutcome:
    domains = tuple(Outcome.foreseen(one) for one in plan.domains)
    removals = tuple(_removal(domain) for domain in plan.removals)
    # The run deletes nothing after a failure.
    judge = Outcome.begin if any(outcome.error for outcome in domains) else Outcome.foreseen
    verifying = [one.after for one in plan.domains if one.verifies and one.after is not None]
    verification = _verification.preview(session, waiting, verifying)
    warnings = (*plan.warnings, *plan.foreseen, *(text for check in verification.checks for text in check.warnings))
    return RunOutcome(domains, tuple(judge(one) for one in removals), verification, warnings)


def _carry_out(session: Session, plan: Plan, waiting: Waiting) -> RunOutcome:
    progress = _Progress((None,) * len(plan.domains), (None,) * len(plan.removals))
    progress = _write(session, plan, progress)
    deadline = session.clock.monotonic() + waiting.timeout
    places = [place for place, outcome in enumerate(progress.domains) if outcome is not None]
    progress = _verify(session, waiting, progress, places, deadline)
    for place in progress.untried():
        progress = _make_room_and_add(session, plan, waiting, progress, place, deadline)
    while progress.all_is_well and progress.next_removal(plan) is not None:
        progress = _remove_next(session, plan, progress)
    domains = (outcome or _untried(one, progress) for one, outcome in zip(plan.domains, progress.domains))
    removals = (
        one or Outcome.begin(_removal(domain))
        for domain, one in zip(plan.removals, progress.removals)
        if one is not None or not progress.is_wanted(domain)
    )
    return RunOutcome(tuple(domains), tuple(removals), progress.verification, plan.warnings, progress.ended_by)


def _write(session: Session, plan: Plan, progress: _Progress) -> _Progress:
    """Add what is missing, then update. What there is no room for is left untried, if room can be made."""
    adds = [place for place, one in enumerate(plan.domains) if isinstance(one.write, Add)]
    others = [place for place in range(len(plan.domains)) if place not in adds]
    for place in adds:
        if progress.full is None:
            progress = _apply(session, plan, progress, place)
            outcome = progress.domains[place]
            if plan.removals and outcome is not None and _has_no_room(outcome):
                progress = dataclasses.replace(progress.with_domain(place, None), full=outcome.error)
    for place in others:
        progress = _apply(session, plan, progress, place)
    return progress


def _apply(session: Session, plan: Plan, progress: _Progress, place: int) -> _Progress:
    if progress.ended_by is not None:
        return progress
    return progress.with_domain(place, apply_domain(session, plan.domains[place]))


def _has_no_room(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.kind == _errors.LIMIT_REACHED and not outcome.changed


def _verify(
    session: Session, waiting: Waiting, progress: _Progress, places: t.Iterable[int], deadline: float
) -> _Progress:
    """Verify those of the domains that have come so far, all at once."""
    outcomes = {place: outcome for place, outcome in enumerate(progress.domains) if outcome is not None}
    verifying = {place: outcomes[place].after for place in places if _needs_check(outcomes[place])}
    if progress.ended_by is not None:
        for place in verifying:
            progress = progress.with_domain(place, _not_tried(outcomes[place], progress.ended_by))
        return progress
    domains = [domain for domain in verifying.values() if domain is not None]
    if not domains:
        return progress
    verification = _verification.verify(session, waiting, domains, deadline)
    for place, check in zip(verifying, verification.checks):
        progress = progress.with_domain(place, _checked(outcomes[place], check))
    return dataclasses.replace(progress, verification=progress.verification.joined(verification))


def _needs_check(outcome: Outcome) -> bool:
    if outcome.error is not None or outcome.after is None or outcome.wanted.state != VERIFIED:
        return False
    # What was seen for the old name says nothing about the new one.
    is_renamed = any(isinstance(write, Update) and write.new_name is not None for write in outcome.done)
    return is_renamed or needs_verification(outcome.after, outcome.wanted)


def _checked(outcome: Outcome, check: Check) -> Outcome:
    return dataclasses.replace(
        outcome,
        after=None if check.is_gone else check.domain,
        checked=check.changed,
        in_doubt=outcome.in_doubt or check.in_doubt,
        warnings=outcome.warnings + check.warnings,
        error=check.error,
    )


def _make_room_and_add(
    session: Session, plan: Plan, waiting: Waiting, progress: _Progress, place: int, deadline: float
) -> _Progress:
    """A round at the account's limit: delete one, add one, verify it. It is not begun after a failure."""
    if not progress.all_is_well:
        return progress
    if progress.next_removal(plan) is not None:
        progress = _remove_next(session, plan, progress)
        if not progress.all_is_well:
            return progress
    progress = _apply(session, plan, progress, place)
    return _verify(session, waiting, progress, [place], deadline)


def _remove_next(session: Session, plan: Plan, progress: _Progress) -> _Progress:
    place = t.cast(int, progress.next_removal(plan))
    removal = _removal(plan.removals[place])
    if progress.verification.waited >= _WORTH_A_LOOK:
        removal = _planned_again(session, removal)
    return progress.with_removal(place, apply_domain(session, removal))


def _planned_again(session: Session, removal: DomainPlan) -> DomainPlan:
    """The deletion as the account is now: a domain that was renamed during a wait is not the one that was to go."""
    wanted = removal.wanted
    try:
        return plan_domain(read_account(session.client, wanted.selection()), wanted, session.clock.now())
    except SendCloudError as error:
        return dataclasses.replace(removal, error=error)


def _removal(domain: TrackDomain) -> DomainPlan:
    domain_id = t.cast(int, domain.id)
    return DomainPlan(Wanted(ABSENT, name=domain.name, id=domain_id), domain, None, write=Delete(domain_id))


def _untried(plan: DomainPlan, progress: _Progress) -> Outcome:
    """A domain that nothing was tried for."""
    outcome = Outcome.begin(plan)
    if plan.error is not None or (plan.write is None and not plan.verifies):
        return outcome
    if progress.ended_by is not None:
        return _not_tried(outcome, progress.ended_by)
    full = t.cast(SendCloudError, progress.full)
    text = "No domain was deleted to make room for it, because something else failed first"
    return dataclasses.replace(outcome, error=full.adding(text))


def _not_tried(outcome: Outcome, ended_by: SendCloudError) -> Outcome:
    text = f"{outcome.name} was not tried after that failure"
    error = SendCloudError(ended_by.kind, text, endpoint=ended_by.endpoint)
    return dataclasses.replace(outcome, error=error, was_tried=False)


def _ending_error(outcome: Outcome | None) -> SendCloudError | None:
    error = outcome.error if outcome is not None else None
    return error if error is not None and error.kind in _ENDING_KINDS else None
