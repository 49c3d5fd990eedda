# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What time it is: the machine's time, or one that a test moves by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Everything in the emulator that depends on time asks one of these."""

    def now(self) -> datetime:
        """The present, an aware datetime in UTC."""

    def skip(self, seconds: float) -> None:
        """Time that a request would have waited for, were there a network: only a manual clock moves."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def skip(self, seconds: float) -> None:
        pass


class ManualClock:
    """A time that stands still until it is moved."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def skip(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)

    advance = skip
