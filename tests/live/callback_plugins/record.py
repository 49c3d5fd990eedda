# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write what each registered task of live.yml found to the file that LIVE_RECORD names, a line of JSON for each."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: aggregate
short_description: Records what a play against the real service found
description: For the report.
author: The sendcloud.email contributors (@sendcloud-email)
options: {}
"""

_KEPT = ("changed", "error", "missing", "observation", "track_domain", "track_domain_before", "track_domains")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        # The public names are those of ansible-core 2.19 and newer.
        task = getattr(result, "task", None) or result._task
        returned = getattr(result, "result", None) or result._result
        if not task.register:
            return
        kept = {key: returned[key] for key in _KEPT if key in returned}
        with open(os.environ["LIVE_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps({"register": task.register, "result": kept}) + "\n")
