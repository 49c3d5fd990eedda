# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The options of each module, declared once: for the module, for Ansible's own process, and for the tests.

Those that every module has are in C(_ansible_module.py), since their values may come from the environment.
"""

from __future__ import annotations

import typing as t

Specification = t.Dict[str, t.Dict[str, t.Any]]

_CERTIFICATE: Specification = {
    # No secret, but by mistake it may be a file with the key in it.
    "certificate": {"type": "str", "no_log": True},
    "private_key": {"type": "str", "no_log": True},
}

_CONVERGING: Specification = {
    "certificate_update": {"type": "str", "choices": ["on_change", "always"], "default": "on_change"},
    "recheck": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    "wait_interval": {"type": "int", "default": 10},
    "dns_precheck": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
}

TRACK_DOMAIN: Specification = {
    "name": {"type": "str"},
    "id": {"type": "int"},
    "new_name": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent", "verified"], "default": "present"},
    **_CERTIFICATE,
    **_CONVERGING,
}
TRACK_DOMAIN_REQUIRED_ONE_OF = (("name", "id"),)

TRACK_DOMAINS: Specification = {
    "track_domains": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, **_CERTIFICATE},
    },
    "state": {"type": "str", "choices": ["present", "verified"], "default": "present"},
    "prune": {"type": "bool", "default": False},
    "prune_keep": {"type": "list", "elements": "str"},
    "prune_limit": {"type": "int", "default": 1},
    **_CONVERGING,
}

TRACK_DOMAIN_INFO: Specification = {
    "names": {"type": "list", "elements": "str", "aliases": ["name"]},
    "ids": {"type": "list", "elements": "int"},
    "check_dns": {"type": "bool", "default": False},
    "check_https": {"type": "bool", "default": False},
    "https_ca_path": {"type": "path"},
}
