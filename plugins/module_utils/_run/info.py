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
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._run.options import open_resolver, read_names, secrets_of
from ansible_collections.sendcloud.email.plugins.module_utils._run.result import domain_of, failure_of, warnings_of
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account, account_result
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import (
    Reading,
    Selection,
    read_account,
)

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import OpenResolver


def run(
    options: t.Mapping[str, t.Any],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: OpenResolver = open_resolver,
) -> dict[str, t.Any]:
    """The result of a task, also of a failed one. The arguments are those of C(_run.one.run).

    Reading is the same with ``preview`` and without.
    """
    del preview
    clock = clock or Clock()
    redactor = Redactor(secrets_of(options))
    result: dict[str, t.Any] = {"changed": False, "track_domains": None, "missing": None, "warnings": []}
    failure = None
    try:
        account = Account.from_options(options, from_environment)
        selection = _selection(options)
        resolver = None
        if options["check_dns"] or options["dns_servers"]:
            resolver = open_dns(options["dns_servers"] or (), options["check_dns"])
        with connect(account, redactor=redactor, clock=clock) as client:
            reading = read_account(client, selection)
    except SendCloudError as error:
        failure = error
    else:
        rows = [t.cast("dict[str, t.Any]", domain_of(one, clock.now(), redactor)) for one in reading.domains]
        if options["check_dns"] and resolver is not None:
            rows = _with_dns(rows, resolver, reading)
        result = {
            "changed": False,
            "track_domains": rows,
            "missing": _missing(options, reading),
            "warnings": warnings_of(reading.warnings, redactor),
        }
    return {"account": account_result(options), **result, **failure_of(failure, redactor)}


def _selection(options: t.Mapping[str, t.Any]) -> Selection:
    """What is asked for: everything where neither names nor IDs are given; nothing where these lists are empty."""
    names, ids = options["names"], options["ids"]
    if names is None and ids is None:
        return Selection(everything=True)
    for domain_id in ids or ():
        if domain_id < 1:
            raise InputError(f"ids holds {domain_id}; the ID of a tracking domain is a positive number")
    # SendCloud's list can be narrowed to names, and not to IDs.
    return Selection(read_names(options, "names"), frozenset(ids or ()), may_filter=not ids)


def _with_dns(rows: t.Sequence[dict[str, t.Any]], resolver: Resolver, reading: Reading) -> list[dict[str, t.Any]]:
    looks = resolver.look_many([(domain.name, domain.cname_value) for domain in reading.domains])
    return [{**row, "dns": look.as_result()} for row, look in zip(rows, looks)]


def _missing(options: t.Mapping[str, t.Any], reading: Reading) -> list[str | int]:
    """The names and IDs that were asked for and are not there, each once, in the order given."""
    found = {domain.name for domain in reading.domains} | {domain.id for domain in reading.domains}
    names = [parse_domain_name(name, "names") for name in options["names"] or ()]
    return [wanted for wanted in dict.fromkeys([*names, *(options["ids"] or ())]) if wanted not in found]
