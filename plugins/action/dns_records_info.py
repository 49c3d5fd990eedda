# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The look in DNS of C(dns_records_info), in Ansible's own process."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._dns import records_task
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._options import EnvironmentFallbacks
from ansible_collections.sendcloud.email.plugins.plugin_utils._plain_values import as_plain
from ansible_collections.sendcloud.email.plugins.plugin_utils._progress import Progress
from ansible_collections.sendcloud.email.plugins.plugin_utils._surroundings import module_surroundings


class ActionModule(ActionBase):
    """Always runs on the controller; nothing is sent to the host of the task."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        del tmp
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)  # type: ignore[no-untyped-call]
        plain = {str(as_plain(name)): str(as_plain(value)) for name, value in environment.items()}
        with module_surroundings(plain, self._loader.get_basedir()):
            options = self._validated(as_plain(self._task.args))
            clock = Clock()
            progress = Progress(Display().display, clock.monotonic, options["wait_interval"])
            try:
                return records_task.run(options, clock=clock, report=progress.report)
            except InputError as error:
                raise _failure(error.message) from error
            except MissingLibraryError as error:
                raise _failure(f"{error} on the controller. It is needed {error.reason}") from error

    def _validated(self, arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        specification = {
            **records_task.OPTIONS,
            "dns_servers": {
                **records_task.OPTIONS["dns_servers"],
                "fallback": EnvironmentFallbacks().fallback("dns_servers"),
            },
        }
        validation = ArgumentSpecValidator(specification).validate(arguments)  # type: ignore[no-untyped-call]
        if validation.error_messages:
            raise _failure(f"{self._task.action}: {validation.errors.msg}")
        return t.cast("dict[str, t.Any]", validation.validated_parameters)


def _failure(text: str) -> AnsibleActionFail:
    return AnsibleActionFail(text)  # type: ignore[no-untyped-call]
