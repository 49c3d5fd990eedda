# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Signals that ask a run to end: they end the play, and never what tidies up after it."""

from __future__ import annotations

import signal
import subprocess
from typing import Any, Self

from .saying import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptions:
    """As a context manager: while it lasts, Ctrl-C and its like end the play that ``are_for`` names, and nothing else.

    No exception is raised, so that there is no moment at which one would skip the tidying up.
    """

    def __init__(self) -> None:
        self.count = 0
        self._play: subprocess.Popen[bytes] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def are_for(self, play: subprocess.Popen[bytes]) -> None:
        """From here on they end this process, which leads a process group; if there was one already, at once."""
        self._play = play
        if self.count:
            self._end()

    def _note(self, *_unused: object) -> None:
        self.count += 1
        say("\nBreaking off; what is in the account is deleted, which takes a moment ...")
        self._end()

    def _end(self) -> None:
        if self._play is None or self._play.returncode is not None:
            return
        # The first one is a request, which may take until an answer is there; who asks again means it.
        self._play.send_signal(signal.SIGINT if self.count == 1 else signal.SIGKILL)
