# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write when tasks begin and when all have ended to the file that STOPWATCH names, a line of JSON for each."""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: stopwatch
type: aggregate
short_description: Notes when tasks begin
description: For benchmarks.
author: The sendcloud.email contributors (@sendcloud-email)
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stopwatch"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._note(task.get_name())

    def v2_playbook_on_stats(self, stats):
        self._note(None)

    def _note(self, task):
        with open(os.environ["STOPWATCH"], "a", encoding="utf-8") as file:
            file.write(json.dumps([time.monotonic(), task]) + "\n")
