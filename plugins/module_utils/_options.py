# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The options of each module, declared once: for the module, for Ansible's own process, and for the tests."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.parameters import AnsibleFallbackNotFound  # type: ignore[attr-defined]
from ansible.module_utils.common.validation import check_type_float, check_type_int
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import DEFAULT_API_URL

Specification = t.Dict[str, t.Dict[str, t.Any]]


_NUMBERS: dict[str, tuple[t.Callable[[str], t.Any], str]] = {
    "api_timeout": (check_type_float, "a number"),
    "api_retries": (check_type_int, "a whole number"),
}
_LONGEST_VALUE = 40


class EnvironmentFallbacks:
    """Fallbacks to environment variables that remember which options they gave a value to.

    ``complaints`` are about variables that have no such value: Ansible would blame the option, which the task may not
    even have.
    """

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.complaints: list[str] = []

    def fallback(self, option: str) -> tuple[t.Callable[..., str], list[str]]:
        """The C(fallback) of an option's specification. A variable that is set to nothing counts as not set."""
        return self._value, [option]

    def _value(self, option: str) -> str:
        value = os.environ.get(environment_variable(option), "")
        if not value:
            raise AnsibleFallbackNotFound
        self._check_number(option, value)
        self.used.add(option)
        return value

    def _check_number(self, option: str, value: str) -> None:
        check, what = _NUMBERS.get(option, (str, ""))
        try:
            check(value)
        except TypeError:
            variable, shown = environment_variable(option), neutralise(value[:_LONGEST_VALUE])
            self.complaints.append(
                f"the environment variable {variable}, which sets {option}, is {shown!r} and not {what}. Correct or "
                "unset it"
            )
            raise AnsibleFallbackNotFound from None


def environment_variable(option: str) -> str:
    """The environment variable an option falls back to, for example C(SENDCLOUD_API_USER)."""
    return f"SENDCLOUD_{option.upper()}"


def with_shared_options(own: t.Mapping[str, t.Mapping[str, t.Any]], environment: EnvironmentFallbacks) -> Specification:
    """A module's ``own`` options and those that every module has, whose values may come from the environment."""
    return {
        "api_user": {"type": "str", "fallback": environment.fallback("api_user")},
        "api_key": {"type": "str", "no_log": True, "fallback": environment.fallback("api_key")},
        "api_url": {"type": "str", "default": DEFAULT_API_URL, "fallback": environment.fallback("api_url")},
        "api_timeout": {"type": "float", "default": 30.0, "fallback": environment.fallback("api_timeout")},
        "api_retries": {"type": "int", "default": 4, "fallback": environment.fallback("api_retries")},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "dns_servers": {"type": "list", "elements": "str", "fallback": environment.fallback("dns_servers")},
        **{option: dict(definition) for option, definition in own.items()},
    }


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
# That one of name and id is required is said by C(_run.options.read_wanted): Ansible would say it of a typing mistake
# ("nme"), too, and nothing of the mistake.

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
    "https_addresses": {"type": "str", "choices": ["first", "all"], "default": "first"},
}
