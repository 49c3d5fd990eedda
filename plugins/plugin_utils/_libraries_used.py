# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which Python libraries a task would use, and which of them the process lacks."""

from __future__ import annotations

import os
import traceback
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

# Imported at the top, before Ansible forks: what a worker imports later, each host pays for.
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_DNSPYTHON, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._options import environment_variable
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import transport
from ansible_collections.sendcloud.email.plugins.module_utils._tls import certificate


def _check_dnspython() -> None:
    """Raise MissingLibraryError where dnspython is missing or too old.

    The library itself is left to those who look: it takes much memory, and only what is not verified is looked up.
    """
    try:
        from dns.version import version
    except Exception:
        check_library("dnspython", OLDEST_DNSPYTHON, None, traceback.format_exc())
    else:
        check_library("dnspython", OLDEST_DNSPYTHON, version, None)


_CHECKS: dict[str, t.Callable[[], None]] = {
    "requests": transport.check_requests,
    "cryptography": certificate.check_cryptography,
    "dnspython": _check_dnspython,
}


def missing_libraries(arguments: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> tuple[str, ...]:
    """The libraries that a task with these ``arguments`` would use and that are missing here or too old.

    ``environment`` holds the variables of the task itself. In doubt, a library counts as used.
    """
    return tuple(library for library in _used(arguments, environment) if not _is_usable(library))


def _used(arguments: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> t.Iterator[str]:
    yield "requests"
    rows = arguments.get("track_domains")
    domains = [arguments, *(rows if isinstance(rows, list) else ())]
    has_certificate = any(
        isinstance(domain, dict) and (domain.get("certificate") or domain.get("private_key")) for domain in domains
    )
    if has_certificate or _is_true(arguments.get("check_https")):
        yield "cryptography"
    variable = environment_variable("dns_servers")
    verifies = arguments.get("state") == "verified" and arguments.get("dns_precheck") != "never"
    has_servers = arguments.get("dns_servers") or environment.get(variable) or os.environ.get(variable)
    if verifies or has_servers or _is_true(arguments.get("check_dns")):
        yield "dnspython"


def _is_true(value: t.Any) -> bool:
    return boolean(value, strict=False) is True  # type: ignore[no-untyped-call]


def _is_usable(library: str) -> bool:
    try:
        _CHECKS[library]()
    except MissingLibraryError:
        return False
    return True
