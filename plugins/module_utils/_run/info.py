# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The tracking domains of an account read for a task: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import parse_domain_name
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.verify import open_resolver
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account, account_result
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver


def run(
    options: t.Mapping[str, t.Any],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: t.Callable[[t.Sequence[str], bool], Resolver | None] = open_resolver,
) -> dict[str, t.Any]:
    """The result of a task, also of a failed one (C(failed) is there and true then).

    The arguments are those of C(_track_domain.run); reading is the same with ``preview`` and without. Raises
    MissingLibraryError where a library that this run needs is not there; then nothing was sent.
    """
    del preview
    result: dict[str, t.Any] = {
        "account": account_result(options),
        "changed": False,
        "error": None,
        "missing": [],
        "track_domains": [],
        "warnings": [],
    }
    try:
        account = Account.from_options(options, from_environment)
        result.update(_read(options, account, clock or Clock(), connect, open_dns))
    except SendCloudError as error:
        result.update(failed=True, msg=error.message, error=error.as_result())
    return result


def _read(
    options: t.Mapping[str, t.Any],
    account: Account,
    clock: Clock,
    connect: t.Callable[..., SendCloudClient],
    open_dns: t.Callable[[t.Sequence[str], bool], Resolver | None],
) -> dict[str, t.Any]:
    names = list(dict.fromkeys(parse_domain_name(name, "names") for name in options["names"] or ()))
    ids = list(dict.fromkeys(options["ids"] or ()))
    for domain_id in ids:
        if domain_id < 1:
            raise InputError(f"ids holds {domain_id}; the ID of a tracking domain is a positive number")
    resolver = None
    if options["check_dns"] or options["dns_servers"]:
        resolver = open_dns(options["dns_servers"] or (), options["check_dns"])
    with connect(account, pause=clock.sleep) as client:
        # An ID cannot be asked for, so that with one the whole list is read.
        domains = client.list_domains(names if names and not ids else None)
    if names or ids:
        domains = [domain for domain in domains if domain.name in names or domain.id in ids]
    now = clock.now()
    rows = [domain.as_result(now) for domain in domains]
    if options["check_dns"] and resolver is not None:
        looks = resolver.look_many([(domain.name, domain.cname_value) for domain in domains])
        for row, look in zip(rows, looks):
            row["dns"] = look.as_result()
    found = {domain.name for domain in domains} | {domain.id for domain in domains}
    return {"track_domains": rows, "missing": [wanted for wanted in (*names, *ids) if wanted not in found]}
