# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Waiting until SendCloud has seen a CNAME record: when to look in DNS, when to ask SendCloud, what to say."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import check_range
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import CHECK_CONFIG

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look, Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._run.apply import Progress
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain

AUTO = "auto"
ALWAYS = "always"
NEVER = "never"

_ONE_WEEK = 7 * 24 * 3600
_ONE_DAY = 24 * 3600

# A sleep may end this much before its time by the clock that the deadline is counted with, in seconds.
_CLOCK_GRAIN = 0.001

# Even a look at the deadline gets the time for one exchange with a name server, in seconds.
_SHORTEST_LOOK = 1.0


@dataclasses.dataclass(frozen=True)
class Waiting:
    """How to wait: seconds until the deadline (0: one look and no waiting), seconds between two looks.

    ``precheck`` says whether DNS is looked at before SendCloud is asked: C(auto), C(always) or C(never).
    """

    timeout: int
    interval: int
    precheck: str

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Waiting:
        """The waiting that a task's options describe. Raises InputError for a number out of its range."""
        timeout = check_range(options, "wait_timeout", 0, _ONE_WEEK)
        interval = check_range(options, "wait_interval", 1, _ONE_DAY)
        return cls(timeout if options["wait"] else 0, interval, options["dns_precheck"])


@dataclasses.dataclass
class Verification:
    """What was done to verify: calls of C(checkConfig), seconds waited, the last look in DNS."""

    attempts: int = 0
    waited: float = 0.0
    look: Look | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)

    def as_result(self) -> dict[str, t.Any]:
        """The value of RV(verification)."""
        return {
            "attempts": self.attempts,
            "waited": round(self.waited, 1),
            "dns": self.look.as_result() if self.look else None,
        }


class Verifier:
    """Asks SendCloud to check a domain until it passes, not before DNS shows its record (unless told to).

    ``resolver`` looks in DNS; None where dnspython is not there, which then is said in a failure.
    """

    def __init__(self, client: SendCloudClient, waiting: Waiting, resolver: Resolver | None, clock: Clock) -> None:
        self._client = client
        self._waiting = waiting
        self._resolver = resolver
        self._clock = clock
        self._record_seen = False
        self._asked_early: datetime | None = None
        self._refused = False
        self._passing_error: SendCloudError | None = None

    def verify(self, progress: Progress, verification: Verification) -> None:
        """Wait until the domain that ``progress`` has reached is verified; both arguments tell how far it came.

        The first look is at once, the last one at the deadline. Raises SendCloudError: C(verification) where
        SendCloud does not see the record, another kind where it could not be asked.
        """
        started = self._clock.monotonic()
        deadline = started + self._waiting.timeout
        while True:
            seconds_left = deadline - self._clock.monotonic()
            is_last = seconds_left < _CLOCK_GRAIN
            domain = t.cast("TrackDomain", progress.reached)
            passed = False
            if self._may_ask(domain, verification, max(seconds_left, _SHORTEST_LOOK), is_last):
                verification.attempts += 1
                passed = self._ask(progress, seconds_left if self._waiting.timeout else None)
            verification.waited = self._clock.monotonic() - started
            if passed:
                return
            if is_last and self._was_seen_unanswered(progress):
                return
            if is_last:
                raise self._failure(t.cast("TrackDomain", progress.reached), verification)
            self._clock.sleep(max(0.0, min(self._waiting.interval, deadline - self._clock.monotonic())))

    def preview(self, domain: TrackDomain, verification: Verification) -> None:
        """Look in DNS, as far as the record is known, and warn if the verification would fail today."""
        if self._resolver is None or self._waiting.precheck == NEVER or domain.cname_value is None:
            return
        look = verification.look = self._resolver.look(domain.name, domain.cname_value, explain=True)
        if not look.answered:
            verification.warnings.append(_no_server_warning(domain, look))
        elif not look.visible:
            verification.warnings.append(
                f"the verification of {domain.name} would fail today. {_diagnosis(look, domain)}"
            )

    def _may_ask(self, domain: TrackDomain, verification: Verification, seconds: float, is_last: bool) -> bool:
        """Whether to ask SendCloud now: too early, and its resolver remembers that the record is missing."""
        precheck = self._waiting.precheck
        unknown_record = domain.cname_value is None and precheck == AUTO
        if self._resolver is None or precheck == NEVER or unknown_record:
            self._asked_early = self._clock.now()
            return True
        if self._record_seen:
            return True
        look = verification.look = self._resolver.look(domain.name, domain.cname_value, timeout=seconds)
        self._record_seen = look.visible
        if look.visible:
            return True
        if precheck == ALWAYS:
            return False
        if not look.answered:
            warning = _no_server_warning(domain, look)
            if warning not in verification.warnings:
                verification.warnings.append(warning)
        elif not is_last:
            return False
        self._asked_early = self._clock.now()
        return True

    def _ask(self, progress: Progress, seconds_left: float | None) -> bool:
        """Whether SendCloud says now that the record is there; no answer for a passing reason is a no."""
        domain = t.cast("TrackDomain", progress.reached)
        self._passing_error = None
        try:
            answer = self._check(domain, seconds_left)
        except SendCloudError as error:
            if error.kind not in _errors.PASSING_KINDS:
                raise
            self._passing_error = error
            return False
        self._refused = True
        progress.reached = answer
        if answer is None:
            raise SendCloudError(
                _errors.NOT_FOUND,
                f"{domain.name} was removed at SendCloud while its verification was under way; run the task again to "
                "add it again",
                endpoint=CHECK_CONFIG,
            )
        return answer.cname_verified

    def _was_seen_unanswered(self, progress: Progress) -> bool:
        """Whether the last check, whose answer was lost, made SendCloud see the record all the same."""
        if self._passing_error is None:
            return False
        before = t.cast("TrackDomain", progress.reached)
        try:
            listed = self._client.list_domains(seconds_left=0.0)
        except SendCloudError:
            return False
        progress.reached = next((one for one in listed if one.id == before.id), before)
        return progress.reached.cname_verified and not before.cname_verified

    def _check(self, domain: TrackDomain, seconds_left: float | None) -> TrackDomain | None:
        """The domain as SendCloud sees it after a check; None where it is not there any more."""
        domain_id = t.cast(int, domain.id)
        try:
            checked = self._client.check_config([domain_id], seconds_left=seconds_left).get(domain_id)
        except SendCloudError as error:
            if error.kind != _errors.NOT_FOUND:
                raise
            checked = None
        if checked is not None:
            return checked
        # An answer without the domain says nothing sure; the list does.
        listed = self._client.list_domains(seconds_left=seconds_left)
        return next((one for one in listed if one.id == domain_id), None)

    def _failure(self, domain: TrackDomain, verification: Verification) -> SendCloudError:
        if self._passing_error is not None and not self._refused:
            self._passing_error.message += f". {domain.name} could not be verified: SendCloud gave no answer in time"
            return self._passing_error
        parts = [_what_failed(domain, verification)]
        if self._resolver is None:
            zone_line = domain.zone_line()
            parts.append(f'Publish this record: "{zone_line}"' if zone_line else "SendCloud names no record to publish")
            parts.append("With the Python library dnspython on the host that runs the task, this says what DNS answers")
        else:
            look = verification.look = self._resolver.look(domain.name, domain.cname_value, explain=True)
            parts.append(_diagnosis(look, domain))
            parts.append(self._what_is_remembered(look))
        if self._passing_error is not None:
            parts.append(f"The last attempt failed otherwise: {self._passing_error.message}")
        text = ". ".join(part.rstrip(". ") for part in parts if part)
        return SendCloudError(_errors.VERIFICATION, text, endpoint=CHECK_CONFIG if verification.attempts else None)

    def _what_is_remembered(self, look: Look) -> str:
        """Until when SendCloud's resolver may hold on to what it was told (RFC 2308)."""
        if not self._refused:
            return ""
        if look.answered and not look.visible and all(answer.target for answer in look.answered):
            return "SendCloud's resolver may remember the wrong target for as long as the record's TTL says"
        if look.negative_ttl is None:
            return ""
        if self._asked_early is not None:
            until = (self._asked_early + timedelta(seconds=look.negative_ttl)).replace(microsecond=0)
            return (
                f"SendCloud was asked while the record was not known to be there: its resolver may remember it as "
                f"missing until {until.isoformat()} (negative TTL {look.negative_ttl} s)"
            )
        return (
            "If SendCloud was asked before the record was there, its resolver may remember it as missing for up to "
            f"{look.negative_ttl} s from then (negative TTL)"
        )


def _what_failed(domain: TrackDomain, verification: Verification) -> str:
    if not verification.attempts:
        return (
            f"{domain.name} is not verified: SendCloud was not asked, since DNS did not show the record within "
            f"{verification.waited:.0f} s (dns_precheck is always)"
        )
    times = "once" if verification.attempts == 1 else f"{verification.attempts} times"
    return (
        f"{domain.name} is not verified: SendCloud does not see its CNAME record "
        f"(asked {times} in {verification.waited:.0f} s)"
    )


def _diagnosis(look: Look, domain: TrackDomain) -> str:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import explain

    return explain(look, domain.zone_line())


def _no_server_warning(domain: TrackDomain, look: Look) -> str:
    return f"the CNAME record of {domain.name} could not be looked up: {look.error}"


def open_resolver(servers: t.Sequence[str], insist: bool) -> Resolver | None:
    """What looks in DNS, at the given servers or at the authoritative ones; None where dnspython is missing.

    Raises InputError for a malformed server, and MissingLibraryError where one insists on dnspython.
    """
    # Imported here, since dnspython takes its time to load and most runs do not look in DNS.
    from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns

    parsed = [_dns.parse_server(text) for text in servers]
    return _dns.Resolver(parsed) if insist or _dns.is_available() else None
