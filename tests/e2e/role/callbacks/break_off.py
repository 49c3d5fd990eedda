# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A callback that breaks a play off once so many tasks have changed something, as a power cut would."""

from __future__ import annotations

import os
import signal
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: break_off
type: notification
short_description: Break a play off
description: Kills Ansible after the task with the number E2E_BREAK_AFTER among those that change something.
"""


class CallbackModule(CallbackBase):
    """Counts, and kills the process that it is in."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "break_off"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._left = int(os.environ["E2E_BREAK_AFTER"])

    def v2_runner_on_ok(self, result: Any) -> None:
        # Renamed with ansible-core 2.19.
        outcome = result.result if hasattr(result, "result") else result._result
        if outcome.get("changed"):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
