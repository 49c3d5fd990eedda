# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A stand-in for C(hetzner.hcloud.zone_rrset), see C(stand_in.py)."""

from __future__ import annotations

import os
import sys

from ansible.module_utils.basic import AnsibleModule

# Ansible runs a copy of this file, far from its neighbours.
sys.path.insert(0, os.environ["STAND_INS"])

from stand_in import Hetzner, run

if __name__ == "__main__":
    run("hetzner.hcloud.zone_rrset", Hetzner, AnsibleModule)
