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
    description: Predicts in check mode what a run would change, and changes nothing.
  diff_mode:
    description: Returns in diff mode what was changed, or in check mode what would be.
  idempotent:
    description:
      - A second run with the same options reports no change, unless somebody else has changed the account since.
  action:
    description:
      - Runs in Ansible's own process if the task runs on the controller, see
        R(the guide on speed, ansible_collections.sendcloud.email.docsite.guide_speed).
    support: full
  async:
    description: Supports the C(async) keyword.
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
    description: Is in C(group/sendcloud.email.sendcloud) for C(module_defaults).
    support: full
    membership:
      - sendcloud.email.sendcloud
"""
