# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a long wait says on the screen."""

from __future__ import annotations

import typing as t

# In seconds: a shorter wait says nothing, and a longer one nothing more often.
_PAUSE = 10.0


class Progress:
    """Says what is waited for, at most once in ten seconds.

    ``interval`` is how long, in seconds, nothing is heard between two reports: with one of more than ten seconds the
    first report is said already.
    """

    def __init__(self, say: t.Callable[[str], None], monotonic: t.Callable[[], float], interval: float) -> None:
        self._say = say
        self._monotonic = monotonic
        self._last = monotonic() - (_PAUSE if interval > _PAUSE else 0.0)

    def report(self, text: str) -> None:
        """Say what is waited for, if it is time to."""
        now = self._monotonic()
        if now - self._last >= _PAUSE:
            self._last = now
            self._say(text)
