# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The module C(sendcloud_track_domain) in Ansible's own process, where that can be."""

from __future__ import annotations

from ansible_collections.sendcloud.email.plugins.module_utils import _options
from ansible_collections.sendcloud.email.plugins.module_utils._run.one import run
from ansible_collections.sendcloud.email.plugins.plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """The same options and the same core as the module's."""

    core = staticmethod(run)
    options = _options.TRACK_DOMAIN
