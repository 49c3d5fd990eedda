# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""How long a certificate is valid: as the certificate says, as SendCloud prints it, and whether the two agree."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from datetime import datetime, timedelta, timezone

# The vendor's "Rules" page: times are given in UTC+08:00.
SENDCLOUD_TIME = timezone(timedelta(hours=8))

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

# What the clocks of the world are ahead of UTC: whole quarter hours from -12 h to +14 h.
_OFFSETS = tuple(quarter * timedelta(minutes=15) for quarter in range(-12 * 4, 14 * 4 + 1))

# The vendor's form (yyyy-MM-dd HH:mm:ss) and those of ISO 8601 that resemble it.
_PRINTED_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d(?:[.,]\d+)?)? ?(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_NO_DATE = "0000-00-00"


@dataclasses.dataclass(frozen=True)
class ValidityWindow:
    """From when until when a certificate is valid (RFC 5280, section 4.1.2.5): aware times of whole seconds."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def of(cls, certificate: t.Any) -> ValidityWindow:
        """The validity of a certificate as C(cryptography) has read it."""
        return cls(_time(certificate, "not_valid_before"), _time(certificate, "not_valid_after"))

    def as_text(self) -> tuple[str, str]:
        """Both ends in ISO 8601 format with SendCloud's offset, for example C(2026-01-01T08:00:00+08:00)."""
        return time_text(self.not_before), time_text(self.not_after)

    def holds(self, now: datetime) -> bool:
        """Whether the certificate is valid at ``now`` (aware), both ends included."""
        return self.not_before <= now <= self.not_after

    def days_remaining(self, now: datetime) -> int:
        """Whole days until the end, rounded down, so negative once it has passed."""
        return (self.not_after - now) // _DAY


def time_text(moment: datetime) -> str:
    """An aware time in ISO 8601 format with SendCloud's offset, which is that of every time of a certificate here."""
    try:
        return moment.astimezone(SENDCLOUD_TIME).isoformat()
    except OverflowError:
        # The last day of the year 9999 (RFC 5280, section 4.1.2.5).
        return moment.isoformat()


def _time(certificate: t.Any, field: str) -> datetime:
    # Aware since cryptography 42, which warns about the naive ones.
    aware: datetime | None = getattr(certificate, f"{field}_utc", None)
    return aware or t.cast(datetime, getattr(certificate, field).replace(tzinfo=timezone.utc))


@dataclasses.dataclass(frozen=True)
class PrintedWindow:
    """A validity as SendCloud prints it: naive wall-clock times, documented to be of UTC+08:00.

    ``precision`` is the unit of the last digits printed: a second, a minute, or with a date alone a day.
    """

    start: datetime
    end: datetime
    precision: timedelta = _SECOND

    @classmethod
    def from_window(cls, window: ValidityWindow) -> PrintedWindow:
        """What SendCloud prints, as documented, for a certificate with this validity."""
        return cls(
            window.not_before.astimezone(SENDCLOUD_TIME).replace(tzinfo=None),
            window.not_after.astimezone(SENDCLOUD_TIME).replace(tzinfo=None),
        )

    @classmethod
    def parse(cls, start: t.Any, end: t.Any) -> PrintedWindow | None:
        """Both ends as C(parse_printed_time) reads them; None where one of them is missing. Raises ValueError."""
        first, last = _parse(start), _parse(end)
        if first is None or last is None:
            return None
        precision = max(first[1], last[1])
        return cls(_floor(first[0], precision), _floor(last[0], precision), precision)

    def as_window(self) -> ValidityWindow:
        """The validity, read as documented."""
        return ValidityWindow(self.start.replace(tzinfo=SENDCLOUD_TIME), self.end.replace(tzinfo=SENDCLOUD_TIME))

    def has_expired(self, now: datetime) -> bool:
        """Whether the end, read as documented and as late as the digits allow, is before ``now`` (aware)."""
        return now > self.as_window().not_after + (self.precision - _SECOND)


def is_same_validity(given: ValidityWindow, printed: PrintedWindow, now: datetime) -> bool:
    """Whether a certificate is, as far as can be told, the one whose validity SendCloud prints.

    SendCloud never shows a certificate again, and in which time zone a region prints is not certain. So it is the same
    if a clock somewhere in the world would show these times: both ends are ahead of UTC by whole quarter hours from
    -12 h to +14 h, by equally many or, where clocks were changed in between, by an hour more or less. ``now`` is aware.

    For a certificate that is valid from 2026-01-01 00:00:00 until 2026-04-01 00:00:00 (UTC):

        printed start        printed end          ahead by            the same?
        2026-01-01 08:00:00  2026-04-01 08:00:00  +8 h, +8 h          yes, as documented
        2025-12-31 16:00:00  2026-03-31 17:00:00  -8 h, -7 h          yes, US Pacific Time
        2026-01-01 05:45:00  2026-04-01 05:45:00  +5:45 h, +5:45 h    yes, Nepal Time
        2026-01-01 08:00     2026-04-01 08:00     +8 h, +8 h          yes, to the minute
        2026-01-01           2026-04-01           0 to 14 h, twice    yes, to the day
        2026-01-01 08:00:01  2026-04-01 08:00:01  +8:00:01 h, twice   no, not whole quarter hours
        2026-01-01 15:00:00  2026-04-01 15:00:00  +15 h, +15 h        no, no clock is so far ahead
        2026-01-01 08:00:00  2026-04-01 10:00:00  +8 h, +10 h         no, two hours longer
        2026-03-02 08:00:00  2026-05-31 08:00:00  60 days             no, renewed

    One rule goes first: where SendCloud's has expired, read as documented, and the one given has not, they are not the
    same. Otherwise a short-lived one that is renewed in step with the quarter hours would never be replaced.
    """
    if printed.has_expired(now) and now <= given.not_after:
        return False
    starts = _offsets(given.not_before, printed.start, printed.precision)
    ends = _offsets(given.not_after, printed.end, printed.precision)
    return any(abs(end - start) in (timedelta(0), _HOUR) for start in starts for end in ends)


def _floor(moment: datetime, unit: timedelta) -> datetime:
    return datetime.min + (moment - datetime.min) // unit * unit


def _offsets(moment: datetime, printed: datetime, precision: timedelta) -> list[timedelta]:
    """How far clocks may be ahead of UTC that show ``printed``, to that precision, at a moment (aware)."""
    ahead = printed - moment.astimezone(timezone.utc).replace(tzinfo=None)
    return [offset for offset in _OFFSETS if ahead <= offset < ahead + precision]


def parse_printed_time(text: t.Any) -> datetime | None:
    """A time as SendCloud prints it, as the naive time of a clock at UTC+08:00; None for nothing. Raises ValueError.

    Read are C(yyyy-MM-dd HH:mm:ss), the same without seconds, a date alone, and ISO 8601 with a C(T). An offset from
    UTC that is printed (C(Z), C(+01:00)) is converted. Fractions of a second are dropped. Nothing is: null, an empty
    text, and the date 0000-00-00.
    """
    parsed = _parse(text)
    return parsed[0] if parsed else None


def _parse(text: t.Any) -> tuple[datetime, timedelta] | None:
    """A printed time, and the unit of its last digits."""
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if not isinstance(text, str):
        raise ValueError("a time has to be a text")
    match = _PRINTED_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time of the form yyyy-MM-dd HH:mm:ss")
    if match["date"] == _NO_DATE:
        return None
    minute, second = match["minute"] or "00:00", (match["second"] or ":00")[:3]
    precision = _SECOND if match["second"] else _MINUTE if match["minute"] else _DAY
    try:
        clock = datetime.fromisoformat(f"{match['date']} {minute}{second}")
        return (_at_sendcloud(clock, match["offset"]) if match["offset"] else clock), precision
    except (ValueError, OverflowError):
        raise ValueError("no time of the form yyyy-MM-dd HH:mm:ss that a calendar has") from None


def _at_sendcloud(clock: datetime, offset: str) -> datetime:
    """What SendCloud's clock shows when one with this offset from UTC (C(Z), C(+01:00)) shows ``clock``."""
    digits = offset[1:].replace(":", "").ljust(4, "0")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return clock - (-ahead if offset.startswith("-") else ahead) + timedelta(hours=8)
