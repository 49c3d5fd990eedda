# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Send one request to SendCloud as it is, and return what SendCloud says: for live.yml alone.

The tasks of one play share no connection, since each is a process of its own.
"""

from __future__ import annotations

import os

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from sendcloud_live.observing import Observer
from sendcloud_live.settings import account_of


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset(("endpoint", "parameters"))

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        parameters = {name: str(value) for name, value in self._task.args.get("parameters", {}).items()}
        own_names = (task_vars["live_first"], task_vars["live_second"])
        try:
            with Observer(account_of(os.environ), own_names, [parameters.get("certKey", "")]) as observer:
                observation = observer.ask(str(self._task.args["endpoint"]), parameters)
        except SendCloudError as error:
            raise AnsibleActionFail(error.message) from None
        is_change = observation["endpoint"] not in ("trackDomain/list", "trackDomain/checkConfig")
        return {"changed": is_change and observation["code"] == 200, "observation": observation}
