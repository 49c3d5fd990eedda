# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Write what surrounds a task in its process to the file that PROCESS_STATE names, a line of JSON for each look."""

from __future__ import annotations

import gc
import json
import logging
import os
import warnings

from ansible.plugins.lookup import LookupBase

DOCUMENTATION = r"""
name: process_state
short_description: Notes the state of the process
description: For tests that compare it before and after a task.
author: The sendcloud.email contributors (@sendcloud-email)
options: {}
"""


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        loggers = {"": logging.root, **logging.root.manager.loggerDict}
        state = {
            "environment": dict(os.environ),
            "folder": os.getcwd(),
            "filters": repr(warnings.filters),
            "handlers": {name: repr(log.handlers) for name, log in loggers.items() if getattr(log, "handlers", None)},
            "frozen": gc.get_freeze_count(),
            "process": os.getpid(),
        }
        with open(os.environ["PROCESS_STATE"], "a", encoding="utf-8") as file:
            file.write(json.dumps(state, sort_keys=True) + "\n")
        return terms
