# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a person is told about a verification: what it waits for, why it failed, what to publish."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import CHECK_CONFIG

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look
    from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Check
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain


def waiting_for(pending: t.Sequence[Check], waited: float, timeout: int) -> str:
    """A line about a wait, for example C(track.example.com: ns1.example.net has no record yet, 40 s of 1800 s)."""
    first, others = pending[0], len(pending) - 1
    more = f" (and {others} more)" if others else ""
    return f"{first.domain.name}{more}: {_what_is_missing(first)}, {waited:.0f} s of {timeout} s"


def _what_is_missing(check: Check) -> str:
    if check.no_answer is not None:
        return "SendCloud gives no answer"
    if check.look is None or check.is_ready:
        return "SendCloud does not see the record yet"
    lacking = [answer for answer in check.look.answered if answer.target is None]
    if lacking:
        return f"{lacking[0].server.host or lacking[0].server} has no record yet"
    return "the record points elsewhere" if check.look.answered else "no DNS server answers"


def no_server(domain: TrackDomain, look: Look) -> str:
    """A warning: nobody could be asked for the record."""
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import why_silent

    return f"the CNAME record of {domain.name} could not be looked up: {why_silent(look)}"


def foreseen(check: Check) -> tuple[str, ...]:
    """The warnings of a preview whose look in DNS is C(check.look)."""
    look = check.look
    if look is None or look.ready:
        return ()
    if not look.answered:
        return (no_server(check.domain, look),)
    what = f"the verification of {check.domain.name} would fail today, since DNS does not show {_record(check.domain)}"
    return (f"{what}. {_diagnosis(look)}",)


def passed_unseen(domain: TrackDomain, look: Look) -> str:
    """A warning: SendCloud passes what DNS does not show."""
    return f"SendCloud has verified {domain.name}, but DNS does not show {_record(domain)}. {_diagnosis(look)}"


def removed_meanwhile(domain: TrackDomain) -> str:
    """A failure: the domain is gone."""
    return (
        f"{domain.name} was removed at SendCloud while its verification was under way. Run the task again to add it "
        "again"
    )


def renamed_meanwhile(domain: TrackDomain, now: TrackDomain) -> str:
    """A failure: the domain has another name."""
    return (
        f"{domain.name} was renamed to {now.name} at SendCloud while its verification was under way. Run the task "
        "again if the old name is the right one"
    )


def failure(check: Check, waited: float, *, has_dns: bool) -> SendCloudError:
    """Why a domain did not pass: what is expected, what DNS says, and until when SendCloud may remember otherwise."""
    if check.no_answer is not None and not check.was_answered:
        unanswered = f"{check.domain.name} could not be verified: SendCloud gave no answer in time"
        return in_doubt(check, check.no_answer.adding(unanswered))
    parts = [_what_failed(check, waited)]
    if check.look is not None:
        parts += [_diagnosis(check.look), _what_is_remembered(check, check.look)]
    elif not has_dns:
        parts.append(
            "Publish that record, if it is not there; to read here what DNS answers, install the Python library "
            "dnspython on the host that runs the task"
        )
    if check.no_answer is not None:
        parts.append(f"The last attempt failed otherwise: {check.no_answer.message}")
    text = ". ".join(part.rstrip(". ") for part in parts if part)
    error = SendCloudError(_errors.VERIFICATION, text, endpoint=CHECK_CONFIG if check.asked else None)
    return in_doubt(check, error)


def in_doubt(check: Check, error: SendCloudError) -> SendCloudError:
    """The error, and that the status may have changed where nobody knows."""
    if not check.in_doubt:
        return error
    return error.adding("Whether the last check changed anything is not known. Run the task again to find out")


def _record(domain: TrackDomain) -> str:
    zone_line = domain.zone_line()
    return f'the record "{zone_line}"' if zone_line else "its CNAME record"


def _what_failed(check: Check, waited: float) -> str:
    name, record = check.domain.name, _record(check.domain)
    if not check.asked:
        return (
            f"{name} is not verified: DNS did not show {record} within {waited:.0f} s, and SendCloud was not asked "
            "(dns_precheck is always)"
        )
    return f"{name} is not verified: SendCloud does not see {record}"


def _what_is_remembered(check: Check, look: Look) -> str:
    """Until when SendCloud's resolver may hold on to what it was told (RFC 2308)."""
    if not check.was_answered:
        return ""
    if look.answered and not look.ready and all(answer.target for answer in look.answered):
        return "SendCloud may remember the wrong target for the TTL of the record"
    if look.negative_ttl is None:
        return ""
    if check.asked_early is not None:
        until = (check.asked_early + timedelta(seconds=look.negative_ttl)).replace(microsecond=0)
        return f"SendCloud may remember it as missing until {until.isoformat()}"
    return (
        "If SendCloud was asked before the record was there, it may remember it as missing for up to "
        f"{look.negative_ttl} s from then"
    )


def _diagnosis(look: Look) -> str:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import explain

    return explain(look)
