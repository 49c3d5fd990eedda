# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The action plugins' common part: a module's work done in Ansible's own process, where that can be."""

from __future__ import annotations

import functools
import re
import sys
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.ansible_release import __version__
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._ending import Ending, carry_out
from ansible_collections.sendcloud.email.plugins.module_utils._misplaced_secrets import set_misplaced_secrets_aside
from ansible_collections.sendcloud.email.plugins.module_utils._options import (
    EnvironmentFallbacks,
    with_shared_options,
)
from ansible_collections.sendcloud.email.plugins.plugin_utils._connections import Connections
from ansible_collections.sendcloud.email.plugins.plugin_utils._effects import options_without_effect
from ansible_collections.sendcloud.email.plugins.plugin_utils._libraries_used import missing_libraries
from ansible_collections.sendcloud.email.plugins.plugin_utils._masking import as_module_result, secret_values
from ansible_collections.sendcloud.email.plugins.plugin_utils._plain_values import as_plain
from ansible_collections.sendcloud.email.plugins.plugin_utils._progress import Progress
from ansible_collections.sendcloud.email.plugins.plugin_utils._surroundings import (
    inherited_memory_left_alone,
    module_surroundings,
)
from ansible_collections.sendcloud.email.plugins.plugin_utils._way import Circumstances, why_as_module

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._ending import Core
    from ansible_collections.sendcloud.email.plugins.module_utils._options import Specification

    Variables = t.Mapping[str, t.Any]

# From ansible-core 2.19 on, a failure that C(failed_when) calls none is noted in C(failed_when_suppressed_exception);
# that has its text from C(exception), which modules always have when they fail.
_NOTES_SUPPRESSED_FAILURES = tuple(int(number) for number in __version__.split(".")[:2]) >= (2, 19)

_VARIABLE = re.compile(r"\{\{ *([a-z_]+) *\}\}\Z")

_display = Display()
_connections = Connections()


class InProcessAction(NormalAction):
    """Runs a module's ``core`` in Ansible's own process where nothing is against it, and else the module.

    ``options`` are what the module gives C(run_module), and ``waits`` says whether the core can wait.
    """

    core: t.ClassVar[Core]
    options: t.ClassVar[Specification]
    waits: t.ClassVar[bool] = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        variables: Variables = task_vars or {}
        environment = self._task_environment()
        arguments = as_plain(self._task.args)
        obstacle = why_as_module(self._circumstances(arguments, environment, variables))
        if obstacle is not None:
            _display.vvv(f"{self._task.action} runs as a module: {obstacle}", host=variables.get("inventory_hostname"))
            result = t.cast("dict[str, t.Any]", super().run(tmp, task_vars))  # type: ignore[no-untyped-call]
        else:
            with inherited_memory_left_alone(), module_surroundings(environment, self._loader.get_basedir()):
                result = self._run_here(arguments, variables)
        hints = options_without_effect(arguments, self._default_options())
        return {**result, "warnings": [*result.get("warnings", ()), *hints]} if hints else result

    def _default_options(self) -> frozenset[str]:
        """The options that C(module_defaults) may have given: Ansible does not say which of them it took."""
        groups = [options for defaults in self._task.module_defaults or () for options in defaults.values()]
        return frozenset(str(option) for options in groups if isinstance(options, t.Mapping) for option in options)

    def _task_environment(self) -> dict[str, str]:
        """The task's C(environment), each value as a shell would have it."""
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)  # type: ignore[no-untyped-call]
        return {str(as_plain(name)): str(as_plain(value)) for name, value in environment.items()}

    def _circumstances(
        self, arguments: t.Mapping[str, t.Any], environment: t.Mapping[str, str], variables: Variables
    ) -> Circumstances:
        return Circumstances(
            transport=self._connection.transport,
            becomes=bool(self._connection.become),
            is_async=bool(self._task.async_val),
            interpreter=self._interpreter(variables),
            own_interpreter=sys.executable,
            platform=sys.platform,
            missing=missing_libraries(arguments, environment),
            is_wanted=self._is_wanted(variables),
        )

    def _interpreter(self, variables: Variables) -> str | None:
        """The Python asked for, as Ansible itself finds it: a variable of the host, or a setting."""
        delegate = self._task.delegate_to
        host = variables.get("ansible_delegated_vars", {}).get(delegate, {}) if delegate else variables
        asked = constants.config.get_config_value("INTERPRETER_PYTHON", variables=host)  # type: ignore[no-untyped-call]
        return None if asked is None else str(as_plain(self._templated(asked, host)))

    def _templated(self, value: t.Any, variables: Variables) -> t.Any:
        """What a variable or a setting says, once its templates are filled in.

        For a task that takes some milliseconds a template is much: what has none, or is C({{ variable }}) of a text
        without one, as C(ansible_playbook_python) is, needs no Jinja.
        """
        if not isinstance(value, str) or "{" not in value:
            return value
        name = _VARIABLE.match(value)
        text = variables.get(name.group(1)) if name else None
        return text if isinstance(text, str) and "{" not in text else self._templar.template(value)

    def _is_wanted(self, variables: Variables) -> bool:
        value = as_plain(self._templated(variables.get("sendcloud_in_process", True), variables))
        try:
            return bool(boolean(value))  # type: ignore[no-untyped-call]
        except TypeError as error:
            text = f"the variable sendcloud_in_process has to be true or false: {error}"
            raise AnsibleActionFail(text) from error  # type: ignore[no-untyped-call]

    def _run_here(self, arguments: t.Mapping[str, t.Any], variables: Variables) -> dict[str, t.Any]:
        fallbacks = EnvironmentFallbacks()
        specification = with_shared_options(self.options, fallbacks)
        given, complaints = set_misplaced_secrets_aside(specification, arguments)
        validation = ArgumentSpecValidator(specification).validate(given)  # type: ignore[no-untyped-call]
        parameters = {**given, **validation.validated_parameters}
        if validation.error_messages:
            ending = Ending({"msg": self._refusal(validation.errors)}, failed=True)
        else:
            ending = carry_out(
                type(self).core,
                parameters,
                (*complaints, *fallbacks.complaints),
                preview=self._task.check_mode,
                diff=self._task.diff,
                from_environment=frozenset(fallbacks.used),
                **self._tools(parameters, variables),
            )
        result = {**ending.result, **self._failure()} if ending.failed else ending.result
        warnings = [*_alias_warnings(specification, given), *ending.warnings]
        if warnings:
            result = {**result, "warnings": warnings}
        if _shows_invocation(variables):
            result = {**result, "invocation": {"module_args": parameters}}
        secrets = secret_values(specification, given) | secret_values(specification, parameters)
        return as_module_result(result, secrets)

    def _refusal(self, errors: t.Any) -> str:
        """Why Ansible refuses the options, in the words of AnsibleModule."""
        if isinstance(errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._task.action}) module: {errors.msg}"
        return str(errors.msg)

    def _failure(self) -> dict[str, t.Any]:
        """What Ansible adds to the result of a module that has failed."""
        if self._task.failed_when and _NOTES_SUPPRESSED_FAILURES:
            return {"failed": True, "exception": "(traceback unavailable)"}
        return {"failed": True}

    def _tools(self, parameters: t.Mapping[str, t.Any], variables: Variables) -> dict[str, t.Any]:
        """What a core is given here beside its options."""
        clock = Clock()
        host = variables.get("inventory_hostname")
        trace = functools.partial(_display.vvv, host=host)
        tools: dict[str, t.Any] = {"clock": clock, "connect": functools.partial(_connections.client, trace=trace)}
        if self.waits and not self._task.no_log:
            progress = Progress(_display.display, clock.monotonic, parameters["wait_interval"])
            tools["report"] = progress.report
        return tools


def _alias_warnings(specification: Specification, given: t.Mapping[str, t.Any]) -> list[str]:
    return [
        f"Both option {option} and its alias {alias} are set."
        for option, definition in specification.items()
        for alias in definition.get("aliases", ())
        if option in given and alias in given
    ]


def _shows_invocation(variables: Variables) -> bool:
    """Whether results of modules have C(invocation): always before ansible-core 2.21, and by a setting since."""
    if constants.config.get_configuration_definition("INJECT_INVOCATION") is None:  # type: ignore[no-untyped-call]
        return True
    return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))  # type: ignore[no-untyped-call]
