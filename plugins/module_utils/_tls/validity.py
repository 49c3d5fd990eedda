# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""How long a certificate is valid: as the certificate says, as SendCloud prints it, and whether the two agree."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta, timezone

# The vendor's "Rules" page: times are given in UTC+08:00.
SENDCLOUD_TIME = timezone(timedelta(hours=8))

_QUARTER_HOUR = timedelta(minutes=15)
_LOWEST_OFFSET = timedelta(hours=-12)
_HIGHEST_OFFSET = timedelta(hours=14)
# What regions may plausibly print in: as documented, UTC, and US (Pacific) time.
_LIKELY_OFFSETS = frozenset((timedelta(hours=8), timedelta(0), timedelta(hours=-7)))
# How far the clocks of SendCloud and of the host that runs the task may be apart.
_CLOCK_SKEW = timedelta(minutes=10)

_PRINTED_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")


@dataclasses.dataclass(frozen=True)
class ValidityWindow:
    """From when until when a certificate is valid (RFC 5280, section 4.1.2.5): aware times of whole seconds."""

    not_before: datetime
    not_after: datetime

    def as_text(self) -> tuple[str, str]:
        """Both ends in ISO 8601 format with SendCloud's offset, for example C(2026-01-01T08:00:00+08:00)."""
        return (
            self.not_before.astimezone(SENDCLOUD_TIME).isoformat(),
            self.not_after.astimezone(SENDCLOUD_TIME).isoformat(),
        )

    def days_remaining(self, now: datetime) -> int:
        """Whole days until the end, rounded down, so negative once it has passed."""
        return (self.not_after - now) // timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class PrintedWindow:
    """A validity as SendCloud prints it: naive wall-clock times, documented to be of UTC+08:00."""

    start: datetime
    end: datetime

    @classmethod
    def from_window(cls, window: ValidityWindow) -> PrintedWindow:
        """What SendCloud prints, as documented, for a certificate with this validity."""
        return cls(
            window.not_before.astimezone(SENDCLOUD_TIME).replace(tzinfo=None),
            window.not_after.astimezone(SENDCLOUD_TIME).replace(tzinfo=None),
        )

    def as_window(self) -> ValidityWindow:
        """The validity, read as documented."""
        return ValidityWindow(self.start.replace(tzinfo=SENDCLOUD_TIME), self.end.replace(tzinfo=SENDCLOUD_TIME))


def is_same_validity(
    given: ValidityWindow, printed: PrintedWindow, printed_updated: datetime | None, now: datetime
) -> bool:
    """Whether a certificate is, as far as can be told, the one whose validity SendCloud prints.

    SendCloud never shows a certificate again, and whether every region prints times of UTC+08:00 is not known. So
    both have to be equally long to the second, and to lie apart by what can be a time zone: a multiple of 15
    minutes from -12 h to +14 h. ``printed_updated`` (C(gmtUpdated), naive; None if there is none) narrows that:
    SendCloud cannot have updated the domain in the future (``now``, aware, give or take 10 minutes), which rules
    out the zones further west. The likely ones (+08:00 as documented, UTC, -07:00) are never ruled out, as the two
    times may be printed in different zones.

    One exception remains: another certificate, as long to the second, that begins earlier or later by exactly what
    makes the difference between two such zones (a multiple of 15 minutes) may count as the same. Where SendCloud
    prints UTC+08:00 these are renewals that begin up to 6 h earlier or up to 20 h later; those later by other than
    8 h and 15 h count as the same only once the last update is as long ago as the shift. To upload such a one takes
    C(certificate_update=always).
    """
    if printed.end - printed.start != given.not_after - given.not_before:
        return False
    offset = printed.start - given.not_before.astimezone(timezone.utc).replace(tzinfo=None)
    if offset % _QUARTER_HOUR or not _LOWEST_OFFSET <= offset <= _HIGHEST_OFFSET:
        return False
    if printed_updated is None or offset in _LIKELY_OFFSETS:
        return True
    return offset >= printed_updated - now.astimezone(timezone.utc).replace(tzinfo=None) - _CLOCK_SKEW


def parse_printed_time(text: t.Any) -> datetime | None:
    """A time as SendCloud prints it (C(yyyy-MM-dd HH:mm:ss)), naive; None for nothing. Raises ValueError."""
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if not isinstance(text, str):
        raise ValueError("a time has to be a text")
    for form in _PRINTED_FORMATS:
        try:
            return datetime.strptime(text.strip().replace("T", " "), form).replace(microsecond=0)
        except ValueError:
            continue
    raise ValueError("no time of the form yyyy-MM-dd HH:mm:ss")
