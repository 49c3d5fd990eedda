# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Where Ansible and the collection's own code meet: a module's options in, its result out."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound  # type: ignore[attr-defined]
from ansible_collections.sendcloud.email.plugins.module_utils._errors import (
    INPUT,
    InputError,
    MissingLibraryError,
    SendCloudError,
)
from ansible_collections.sendcloud.email.plugins.module_utils._misplaced_secrets import set_misplaced_secrets_aside
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import DEFAULT_API_URL, account_result

if t.TYPE_CHECKING:

    class Core(t.Protocol):
        """What does a module's work, without Ansible."""

        def __call__(
            self, options: t.Mapping[str, t.Any], *, preview: bool, from_environment: t.Collection[str]
        ) -> dict[str, t.Any]: ...


class _Environment:
    """Fallbacks to environment variables that remember which options they gave a value to."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def fallback(self, option: str) -> tuple[t.Callable[..., str], list[str]]:
        """The C(fallback) of an option's specification. A variable that is set to nothing counts as not set."""
        return self._value, [option]

    def _value(self, option: str) -> str:
        value = os.environ.get(environment_variable(option), "")
        if not value:
            raise AnsibleFallbackNotFound
        self.used.add(option)
        return value


def environment_variable(option: str) -> str:
    """The environment variable an option falls back to, for example C(SENDCLOUD_API_USER)."""
    return f"SENDCLOUD_{option.upper()}"


def _account_options(environment: _Environment) -> dict[str, dict[str, t.Any]]:
    return {
        "api_user": {"type": "str", "fallback": environment.fallback("api_user")},
        "api_key": {"type": "str", "no_log": True, "fallback": environment.fallback("api_key")},
        "api_url": {"type": "str", "default": DEFAULT_API_URL, "fallback": environment.fallback("api_url")},
        "api_timeout": {"type": "float", "default": 30.0, "fallback": environment.fallback("api_timeout")},
        "api_retries": {"type": "int", "default": 4, "fallback": environment.fallback("api_retries")},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "dns_servers": {"type": "list", "elements": "str", "fallback": environment.fallback("dns_servers")},
    }


class _Module(AnsibleModule):
    """An AnsibleModule that takes secrets which are no text out of its parameters before it validates them.

    Later is too late: what validation refuses is shown with all parameters as they are then.
    """

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        self.params, self.complaints = set_misplaced_secrets_aside(self.argument_spec, self.params)


def run_module(core: Core, options: t.Mapping[str, t.Mapping[str, t.Any]], **specification: t.Any) -> None:
    """Run a module: its own ``options`` and those that all modules share in, what ``core`` returns out.

    This is the one place that knows check mode: as ``preview`` it goes to the core.
    """
    environment = _Environment()
    module = _Module(  # type: ignore[no-untyped-call]
        argument_spec={**_account_options(environment), **options}, supports_check_mode=True, **specification
    )
    if module.complaints:
        _fail(module, InputError(". ".join(module.complaints)))
    try:
        result = core(module.params, preview=module.check_mode, from_environment=frozenset(environment.used))
    except MissingLibraryError as error:
        _fail(module, SendCloudError(INPUT, _missing_library(error)), exception=error.import_traceback)
    for warning in result.pop("warnings"):
        module.warn(warning)
    if not module._diff:
        result.pop("diff", None)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _fail(module: AnsibleModule, error: SendCloudError, **more: t.Any) -> t.NoReturn:
    """End the task before its core has done anything."""
    module.fail_json(msg=error.message, account=account_result(module.params), error=error.as_result(), **more)


def _missing_library(error: MissingLibraryError) -> str:
    return str(missing_required_lib(error.library, reason=error.reason))  # type: ignore[no-untyped-call]
