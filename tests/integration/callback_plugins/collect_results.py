# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write the results of this collection's tasks to the file that COLLECTED_RESULTS names, a line of JSON for each."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: collect_results
type: aggregate
short_description: Collects the results of this collection's tasks
description: For comparing two runs of the same playbook.
author: The sendcloud.email contributors (@sendcloud-email)
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "collect_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result):
        self._collect("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._collect("failed", result)

    def v2_runner_item_on_ok(self, result):
        self._collect("ok", result)

    def v2_runner_item_on_failed(self, result):
        self._collect("failed", result)

    def v2_runner_retry(self, result):
        self._collect("retry", result)

    def _collect(self, how, result):
        # The public names are those of ansible-core 2.19 and newer.
        task = getattr(result, "task", None) or result._task
        returned = getattr(result, "result", None) or result._result
        if not (task.resolved_action or "").startswith("sendcloud.email."):
            return
        shown = {key: value for key, value in returned.items() if not key.startswith("_ansible_")}
        line = json.dumps([task.get_name(), how, shown], sort_keys=True, default=_text)
        with open(os.environ["COLLECTED_RESULTS"], "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _text(value):
    """The message of a warning or an error, which newer releases of ansible-core have objects for."""
    return str(getattr(getattr(value, "event", None), "msg", value))
