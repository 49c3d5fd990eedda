# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations


class ModuleDocFragment:
    """What each module supports, said once. PRIVATE to this collection: do not use it from elsewhere."""

    # Every module extends this one and adds C(support) to each attribute.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Previews the run in C(check_mode), with the C(changed) status it would have, and writes nothing.
  diff_mode:
    description: In diff mode, returns what was changed, or in C(check_mode) what would be.
  idempotent:
    description:
      - A second run with the same options, right after the first, reports no change.
      - This holds as long as nobody else changed the account in between.
  action:
    description:
      - Has an action plugin, which does the work in Ansible's own process where the task runs on the controller itself.
      - See R(the guide on speed, ansible_collections.sendcloud.email.docsite.guide_speed) for when that is.
    support: full
  async:
    description: Supports the C(async) keyword. Such a task always runs as a module.
    support: full
"""

    # For modules that only read; used together with the plain fragment.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
  idempotent:
    support: full
    details:
      - This module only reads.
"""

    ACTIONGROUP_SENDCLOUD = r"""
options: {}
attributes:
  action_group:
    description: Options given for C(group/sendcloud.email.sendcloud) in C(module_defaults) apply to this module.
    support: full
    membership:
      - sendcloud.email.sendcloud
"""
