# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Waiting until SendCloud has seen the CNAME records of a set: when to look in DNS, when to ask SendCloud."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run import verification_text as _text
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import CHECK_CONFIG, PAGE_SIZE
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Selection, read_account

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look
    from ansible_collections.sendcloud.email.plugins.module_utils._run.session import Session
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain

AUTO = "auto"
ALWAYS = "always"
NEVER = "never"

# A sleep may end this much before its time by the clock that the deadline is counted with, in seconds.
_CLOCK_GRAIN = 0.001

# By how much a check, and the list that settles it, may outlive the deadline, in seconds.
_CHECK_GRACE = 3.0
_LIST_GRACE = 5.0
_SHORTEST_REQUEST = 1.0
# What a look in DNS may take, in seconds.
_LOOK_TIME = 4.0


@dataclasses.dataclass(frozen=True)
class Waiting:
    """How to wait: seconds until the deadline (0: one look and no waiting), seconds between two looks.

    ``precheck`` says whether DNS is looked at before SendCloud is asked: C(auto), C(always) or C(never).
    """

    timeout: int
    interval: int
    precheck: str


@dataclasses.dataclass(frozen=True)
class Check:
    """How far the verification of one domain has come.

    ``domain`` is as SendCloud last showed it, ``was_verified`` its status when the verification began. ``look`` is the
    last look in DNS, ``is_ready`` says that DNS has shown the record. ``asked`` is how often SendCloud was asked, and
    ``asked_early`` when it last was without DNS having shown the record. ``was_answered`` says that SendCloud has
    answered at all, ``no_answer`` is why the last question had no answer, and ``in_doubt`` says that such a question
    may have changed the status. ``error`` is why the domain did not pass.
    """

    domain: TrackDomain
    was_verified: bool
    look: Look | None = None
    is_ready: bool = False
    asked: int = 0
    asked_early: datetime | None = None
    was_answered: bool = False
    no_answer: SendCloudError | None = None
    in_doubt: bool = False
    passed: bool = False
    warnings: tuple[str, ...] = ()
    error: SendCloudError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be done for this domain."""
        return self.passed or self.error is not None

    @property
    def is_gone(self) -> bool:
        """Whether the domain is not there any more."""
        return self.error is not None and self.error.kind == _errors.NOT_FOUND

    @property
    def changed(self) -> bool:
        """Whether the status has changed, either way."""
        return self.domain.cname_verified != self.was_verified

    def warning(self, text: str) -> Check:
        """The same with a warning, which is given once."""
        return self if text in self.warnings else dataclasses.replace(self, warnings=(*self.warnings, text))


@dataclasses.dataclass(frozen=True)
class Verification:
    """What was done to verify a set: a check for each domain, calls of C(checkConfig), seconds waited.

    ``error`` is what ended it for all of them: it is that of each check that was not over, too.
    """

    checks: tuple[Check, ...] = ()
    attempts: int = 0
    waited: float = 0.0
    error: SendCloudError | None = None

    @property
    def pending(self) -> tuple[Check, ...]:
        """The checks that are not over."""
        return tuple(check for check in self.checks if not check.is_over)

    def replacing(self, changed: t.Iterable[Check]) -> Verification:
        """The same with newer states of some of its checks."""
        newer = {check.domain.id: check for check in changed}
        return dataclasses.replace(self, checks=tuple(newer.get(one.domain.id, one) for one in self.checks))

    def of_one(self) -> dict[str, t.Any]:
        """The value of RV(verification) for one domain."""
        look = self.checks[0].look if self.checks else None
        return {**self._as_result(), "dns": look.as_result() if look else None}

    def of_set(self) -> dict[str, t.Any]:
        """The value of RV(verification) for a set: looks in DNS by name."""
        looks = {check.domain.name: check.look for check in self.checks}
        return {**self._as_result(), "dns": {name: look.as_result() if look else None for name, look in looks.items()}}

    def _as_result(self) -> dict[str, t.Any]:
        return {"attempts": self.attempts, "waited": round(self.waited, 1)}

    def joined(self, later: Verification) -> Verification:
        """This one and one that came after it, as one."""
        return Verification(
            (*self.checks, *later.checks),
            self.attempts + later.attempts,
            self.waited + later.waited,
            self.error or later.error,
        )


NOTHING_VERIFIED = Verification()


def verify(session: Session, waiting: Waiting, domains: t.Iterable[TrackDomain], deadline: float) -> Verification:
    """Wait until the domains are verified, or until the ``deadline`` (monotonic, in seconds).

    SendCloud is not asked before DNS shows a record, unless one is told to. The first look is at once; the last one is
    such that another one as slow would not end before the deadline. Never raises SendCloudError: each check has its
    own error.
    """
    clock = session.clock
    started = clock.monotonic()
    state = Verification(tuple(Check(domain, domain.cname_verified) for domain in domains))
    slowest_look = 0.0
    is_first = True
    while True:
        now = clock.monotonic()
        # After the deadline there is no time for another look.
        if is_first or now <= deadline + _CLOCK_GRAIN:
            # A look that may be the last one has to find out what the mistake is.
            state = _look(session, waiting, state, explain=deadline - slowest_look - now < _LOOK_TIME)
        is_first = False
        slowest_look = max(slowest_look, clock.monotonic() - now)
        is_last = deadline - slowest_look - now < _CLOCK_GRAIN
        state = _ask(session, waiting, state, deadline, is_last=is_last)
        if is_last or state.error is not None:
            state = _settle(session, waiting, state, deadline)
        state = dataclasses.replace(state, waited=clock.monotonic() - started)
        if state.error is not None or not state.pending:
            return _ended(state)
        if is_last:
            return _give_up(session, waiting, state, deadline)
        session.report(_text.waiting_for(state.pending, state.waited, waiting.timeout))
        clock.sleep(max(0.0, min(waiting.interval, deadline - slowest_look - clock.monotonic())))


def preview(session: Session, waiting: Waiting, domains: t.Iterable[TrackDomain]) -> Verification:
    """Look in DNS, as far as the records are known, and warn of what would not be verified today."""
    state = Verification(tuple(Check(domain, domain.cname_verified) for domain in domains))
    known = [check for check in state.checks if check.domain.cname_value is not None]
    if waiting.precheck == NEVER or not known or session.resolver is None:
        return state
    looks = session.resolver.look_many([_question(check) for check in known], explain=True)
    looked = [dataclasses.replace(check, look=look) for check, look in zip(known, looks)]
    return state.replacing(check.warning(text) for check in looked for text in _text.foreseen(check))


def _question(check: Check) -> tuple[str, str | None]:
    return (check.domain.name, check.domain.cname_value)


def _looks_first(session: Session, waiting: Waiting, check: Check) -> bool:
    """Whether DNS is looked at before SendCloud is asked for this domain."""
    if waiting.precheck == NEVER or check.is_ready or session.resolver is None:
        return False
    return check.domain.cname_value is not None or waiting.precheck == ALWAYS


def _look(session: Session, waiting: Waiting, state: Verification, *, explain: bool) -> Verification:
    """Look for the records that DNS has not shown yet, side by side."""
    looking = [check for check in state.pending if _looks_first(session, waiting, check)]
    if not looking or session.resolver is None:
        return state
    looks = session.resolver.look_many([_question(check) for check in looking], explain=explain)
    seen = []
    for check, look in zip(looking, looks):
        looked = dataclasses.replace(check, look=look, is_ready=look.ready)
        seen.append(looked if look.answered else looked.warning(_text.no_server(check.domain, look)))
    return state.replacing(seen)


def _may_ask(session: Session, waiting: Waiting, check: Check, *, is_last: bool) -> bool:
    """Whether to ask SendCloud now: too early, and its resolver remembers that the record is missing."""
    if not _looks_first(session, waiting, check):
        return True
    if waiting.precheck == ALWAYS:
        return False
    return is_last or not (check.look and check.look.answered)


def _ask(session: Session, waiting: Waiting, state: Verification, deadline: float, *, is_last: bool) -> Verification:
    """Ask SendCloud for each domain that it may be asked for, a hundred at a time."""
    asking = [check for check in state.pending if _may_ask(session, waiting, check, is_last=is_last)]
    for begin in range(0, len(asking), PAGE_SIZE):
        if begin and not _has_time(session, waiting, deadline, _SHORTEST_REQUEST):
            break
        now = session.clock.now()
        some = [
            dataclasses.replace(check, asked=check.asked + 1, asked_early=check.asked_early if check.is_ready else now)
            for check in asking[begin : begin + PAGE_SIZE]
        ]
        state = dataclasses.replace(state, attempts=state.attempts + 1)
        try:
            asked = _ask_some(session, some, _request_deadline(session, waiting, deadline, _CHECK_GRACE))
        except SendCloudError as error:
            may_be_done = error.processed != _errors.NOT_PROCESSED
            asked = [
                dataclasses.replace(check, no_answer=error, in_doubt=check.in_doubt or may_be_done) for check in some
            ]
            if error.kind not in _errors.PASSING_KINDS:
                return dataclasses.replace(state.replacing(asked), error=error)
        state = state.replacing(asked)
    return state


def _ended(state: Verification) -> Verification:
    """The end of a verification that had none, or was ended for all by one failure."""
    if state.error is None or not state.pending:
        return dataclasses.replace(state, error=None)
    ended = [dataclasses.replace(check, error=_text.in_doubt(check, state.error)) for check in state.pending]
    return state.replacing(ended)


def _request_deadline(session: Session, waiting: Waiting, deadline: float, grace: float) -> float | None:
    """Until when a request may take; a verification that does not wait gives it the time that it usually has."""
    if waiting.timeout == 0:
        return None
    return min(max(deadline + grace, session.clock.monotonic() + _SHORTEST_REQUEST), deadline + _LIST_GRACE)


def _has_time(session: Session, waiting: Waiting, deadline: float, seconds: float) -> bool:
    """Whether something that takes so many seconds ends before nothing may go on any more."""
    return waiting.timeout == 0 or session.clock.monotonic() + seconds <= deadline + _LIST_GRACE


def _ask_some(session: Session, checks: t.Sequence[Check], deadline: float | None) -> list[Check]:
    ids = [t.cast(int, check.domain.id) for check in checks]
    try:
        answers = session.client.check_config(ids, deadline=deadline)
    except SendCloudError as error:
        if error.kind != _errors.NOT_FOUND:
            raise
        answers = {}
    unanswered = [check for check in checks if check.domain.id not in answers]
    if unanswered:
        # An answer without a domain says nothing sure about it; the list does.
        answers = {**answers, **_listed(session, unanswered, deadline)}
    return [_answered(check, answers.get(t.cast(int, check.domain.id))) for check in checks]


def _listed(session: Session, checks: t.Sequence[Check], deadline: float | None) -> dict[int, TrackDomain]:
    ids = frozenset(t.cast(int, check.domain.id) for check in checks)
    reading = read_account(session.client, Selection(ids=ids), deadline)
    return {t.cast(int, domain.id): domain for domain in reading.domains}


def _answered(check: Check, answer: TrackDomain | None) -> Check:
    if answer is None:
        error = SendCloudError(_errors.NOT_FOUND, _text.removed_meanwhile(check.domain), endpoint=CHECK_CONFIG)
        return dataclasses.replace(check, was_answered=True, in_doubt=False, error=error)
    if answer.name != check.domain.name:
        error = SendCloudError(_errors.CONFLICT, _text.renamed_meanwhile(check.domain, answer), endpoint=CHECK_CONFIG)
        return dataclasses.replace(check, domain=answer, was_answered=True, in_doubt=False, error=error)
    # Another target is another record: DNS has not shown that one.
    is_ready = check.is_ready and answer.cname_value == check.domain.cname_value
    answered = dataclasses.replace(
        check,
        domain=answer,
        is_ready=is_ready,
        was_answered=True,
        no_answer=None,
        in_doubt=False,
        passed=answer.cname_verified,
    )
    if answer.cname_verified and check.look and check.look.answered and not check.look.ready:
        return answered.warning(_text.passed_unseen(answer, check.look))
    return answered


def _settle(session: Session, waiting: Waiting, state: Verification, deadline: float) -> Verification:
    """List the domains whose last check had no answer: it may have changed their status all the same."""
    doubtful = [check for check in state.pending if check.in_doubt]
    if not doubtful or not _has_time(session, waiting, deadline, _SHORTEST_REQUEST):
        return state
    try:
        listed = _listed(session, doubtful, _request_deadline(session, waiting, deadline, _LIST_GRACE))
    except SendCloudError:
        return state
    found = [(check, listed.get(t.cast(int, check.domain.id))) for check in doubtful]
    # A change that the list does not show (yet) is no less in doubt.
    return state.replacing(
        _answered(check, seen)
        for check, seen in found
        if seen is not None and seen.cname_verified != check.domain.cname_verified
    )


def _give_up(session: Session, waiting: Waiting, state: Verification, deadline: float) -> Verification:
    """Say for each domain that did not pass why, with what DNS says now."""
    pending = state.pending
    # The others were looked at just now.
    unseen = [check for check in pending if check.look is None or check.is_ready]
    if unseen and session.resolver is not None and _has_time(session, waiting, deadline, _LOOK_TIME):
        looks = session.resolver.look_many([_question(check) for check in unseen], explain=True)
        looked = [dataclasses.replace(check, look=look) for check, look in zip(unseen, looks)]
        pending = state.replacing(looked).pending
    has_dns = session.resolver is not None
    failed = [
        dataclasses.replace(check, error=_text.failure(check, state.waited, has_dns=has_dns)) for check in pending
    ]
    return state.replacing(failed)
