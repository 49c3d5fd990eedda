# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which failed requests are sent again, and after how long."""

from __future__ import annotations

import random
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ansible_collections.sendcloud.email.plugins.module_utils import _errors

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_RETRY_AFTER = 60.0


def pause_before(repetition: int) -> float:
    """Seconds to wait before the n-th repetition: from half to the whole of 0.5 s * 2^(n-1), at most 8 s.

    The jitter keeps hundreds of runs that were refused together from coming back together.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, repetition - 1))
    return random.uniform(longest / 2, longest)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a C(Retry-After) header (RFC 9110, section 10.2.3) asks to wait from ``now``, at most 60.

    None where there is no header, or where it names neither a date to come nor a number of seconds above 0.
    """
    if header is None:
        return None
    text = header.strip()
    try:
        seconds = float(text) if text.isascii() and text.isdigit() else _seconds_until(text, now)
    except (IndexError, OverflowError, TypeError, ValueError):  # what parsedate_to_datetime raises varies
        return None
    return min(LONGEST_RETRY_AFTER, seconds) if seconds > 0 else None


def _seconds_until(http_date: str, now: datetime) -> float:
    moment = parsedate_to_datetime(http_date)
    if moment.tzinfo is None:  # "-0000", and what has no zone: an HTTP date is in GMT
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - now).total_seconds()


def may_repeat(error: SendCloudError, is_read: bool) -> bool:
    """Whether it is harmless and may help to send a request again that failed like this.

    A write is sent again only where it certainly was not processed. What no second try
    mends (credentials, a refusal, an answer that is not SendCloud's) is never sent again.
    """
    if error.kind not in _errors.PASSING_KINDS:
        return False
    return is_read or error.processed == _errors.NOT_PROCESSED
