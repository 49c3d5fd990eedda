# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which failed requests are sent again, and after how long: urllib3's Retry with SendCloud's rules."""

from __future__ import annotations

import random
import time
import traceback
import typing as t

try:
    from urllib3.exceptions import HTTPError
    from urllib3.util.retry import Retry
except ImportError:
    URLLIB3_IMPORT_ERROR: str | None = traceback.format_exc()
    Retry = object  # type: ignore[assignment,misc]
else:
    URLLIB3_IMPORT_ERROR = None

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_RETRY_AFTER = 60.0

_TOO_MANY_REQUESTS = 429
_SERVICE_UNAVAILABLE = 503


def pause_before(repetition: int) -> float:
    """Seconds to wait before the n-th repetition: from half to the whole of 0.5 s * 2^(n-1), at most 8 s.

    The jitter keeps hundreds of runs that were refused together from coming back together.
    """
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** max(0, repetition - 1))
    return random.uniform(longest / 2, longest)


class SendCloudRetry(Retry):
    """urllib3's Retry with a jittered exponential back-off and a bounded C(Retry-After).

    C(Retry-After) (RFC 9110, section 10.2.3) is honoured up to 60 s. ``pause`` waits; a test gives one that does not.
    """

    # What may be repeated on the word of a Retry-After header alone: nothing of it was processed.
    RETRY_AFTER_STATUS_CODES = frozenset((_TOO_MANY_REQUESTS, _SERVICE_UNAVAILABLE))

    def __init__(self, *args: t.Any, pause: t.Callable[[float], None] = time.sleep, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.pause = pause

    def new(self, **kwargs: t.Any) -> SendCloudRetry:
        return super().new(pause=self.pause, **kwargs)

    def get_backoff_time(self) -> float:
        return pause_before(len(self.history))

    def get_retry_after(self, response: t.Any) -> float | None:
        try:
            seconds = super().get_retry_after(response)
            return None if seconds is None else min(LONGEST_RETRY_AFTER, float(seconds))
        except (HTTPError, OverflowError, ValueError):  # a header that is no time
            return None

    def sleep(self, response: t.Any = None) -> None:
        retry_after = self.get_retry_after(response) if response is not None else None
        self.pause(retry_after if retry_after else self.get_backoff_time())


def for_reads(retries: int, pause: t.Callable[[float], None] = time.sleep) -> SendCloudRetry:
    """C(list) and C(checkConfig): a lost connection, a timeout, HTTP 429 and every 5xx are tried again."""
    return SendCloudRetry(
        total=retries,
        other=0,  # TLS: a certificate that is not trusted is not trusted a second later either
        redirect=False,
        allowed_methods=None,
        status_forcelist=frozenset(range(500, 600)) | {_TOO_MANY_REQUESTS},
        raise_on_status=False,
        pause=pause,
    )


def for_writes(retries: int, pause: t.Callable[[float], None] = time.sleep) -> SendCloudRetry:
    """C(add), C(update), C(delete): tried again only where they certainly were not processed.

    That is a connection that could not be made, HTTP 429, and HTTP 503 with C(Retry-After).
    """
    return SendCloudRetry(
        total=retries,
        read=False,
        other=0,
        redirect=False,
        allowed_methods=None,
        status_forcelist=frozenset((_TOO_MANY_REQUESTS,)),
        raise_on_status=False,
        pause=pause,
    )


def for_one_attempt() -> SendCloudRetry:
    """No repetition: while waiting, the loop that waits is the repetition."""
    return SendCloudRetry(total=0, read=False, other=0, redirect=False, allowed_methods=None, raise_on_status=False)
