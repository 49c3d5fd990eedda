# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Where Ansible and the collection's own code meet: a module's options in, its result out."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.sendcloud.email.plugins.module_utils._ending import carry_out
from ansible_collections.sendcloud.email.plugins.module_utils._misplaced_secrets import set_misplaced_secrets_aside
from ansible_collections.sendcloud.email.plugins.module_utils._options import (
    EnvironmentFallbacks,
    with_shared_options,
)

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._ending import Core


class _Module(AnsibleModule):
    """An AnsibleModule that takes secrets which are no text out of its parameters before it validates them.

    Later is too late: what validation refuses is shown with all parameters as they are then.
    """

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[no-untyped-call]
        self.params, self.complaints = set_misplaced_secrets_aside(self.argument_spec, self.params)


def run_module(core: Core, options: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    """Run a module: its own ``options`` and those that all modules share in, what ``core`` returns out."""
    environment = EnvironmentFallbacks()
    module = _Module(  # type: ignore[no-untyped-call]
        argument_spec=with_shared_options(options, environment), supports_check_mode=True
    )
    ending = carry_out(
        core,
        module.params,
        (*module.complaints, *environment.complaints),
        preview=module.check_mode,
        diff=module._diff,
        from_environment=frozenset(environment.used),
    )
    for warning in ending.warnings:
        module.warn(warning)
    if not ending.failed:
        module.exit_json(**ending.result)
    more = {} if ending.import_traceback is None else {"exception": ending.import_traceback}
    module.fail_json(**ending.result, **more)
