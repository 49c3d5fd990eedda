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
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import (
    Account,
    account_result,
    naming_its_source,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import (
    Reading,
    Selection,
    read_account,
)
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import is_same_validity

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._run.options import OpenResolver
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.served import Served, Visitor

    OpenHttps = t.Callable[[t.Sequence[str], t.Optional[str]], Visitor]


def open_https(servers: t.Sequence[str], ca_path: str | None) -> Visitor:
    """What looks at the certificates that are served; addresses come from the DNS servers, if any are given.

    Raises InputError for a malformed server and for a ``ca_path`` that is of no use, MissingLibraryError where
    cryptography, or with servers dnspython, is missing.
    """
    # Imported here, since cryptography takes its time to load and most runs do not look.
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import (
        GivenServersAddresses,
        SystemAddresses,
    )
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.served import Visitor

    if not servers:
        return Visitor(ca_path)
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import parse_server

    parsed = [parse_server(text) for text in servers]
    return Visitor(ca_path, find_addresses=GivenServersAddresses(parsed, SystemAddresses()))


def run(
    options: t.Mapping[str, t.Any],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: OpenResolver = open_resolver,
    open_https: OpenHttps = open_https,
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
        resolver, visitor = _resolver(options, open_dns), _visitor(options, open_https)
        with connect(account, redactor=redactor, clock=clock) as client:
            reading = read_account(client, selection)
    except SendCloudError as error:
        failure = naming_its_source(error, from_environment)
    else:
        rows = [t.cast("dict[str, t.Any]", domain_of(one, clock.now(), redactor)) for one in reading.domains]
        if options["check_dns"] and resolver is not None:
            rows = _with_dns(rows, resolver, reading)
        if visitor is not None:
            look = _with_https_everywhere if options["https_addresses"] == "all" else _with_https
            rows = look(rows, visitor, reading, clock, redactor)
        read = {"track_domains": rows, "missing": _missing(options, reading)}
        result = {**result, **read, "warnings": warnings_of(reading.warnings, redactor)}
    return {"account": account_result(options), **result, **failure_of(failure, redactor)}


def _selection(options: t.Mapping[str, t.Any]) -> Selection:
    """What is asked for: everything where neither names nor IDs are given; nothing where these lists are empty."""
    names, ids = options["names"], options["ids"]
    if names is None and ids is None:
        return Selection(everything=True)
    for domain_id in ids or ():
        if domain_id < 1:
            raise InputError(f"ids contains {domain_id}, but the ID of a tracking domain is a positive number")
    # SendCloud's list can be narrowed to names, and not to IDs.
    return Selection(read_names(options, "names"), frozenset(ids or ()), may_filter=not ids)


def _resolver(options: t.Mapping[str, t.Any], open_dns: OpenResolver) -> Resolver | None:
    """What looks in DNS. Servers that are given are checked in any case."""
    if not options["check_dns"] and not options["dns_servers"]:
        return None
    return open_dns(options["dns_servers"] or (), options["check_dns"])


def _visitor(options: t.Mapping[str, t.Any], open_https: OpenHttps) -> Visitor | None:
    if not options["check_https"]:
        return None
    return open_https(options["dns_servers"] or (), options["https_ca_path"])


def _with_dns(rows: t.Sequence[dict[str, t.Any]], resolver: Resolver, reading: Reading) -> list[dict[str, t.Any]]:
    looks = resolver.look_many([(domain.name, domain.cname_value) for domain in reading.domains])
    return [{**row, "dns": look.as_result()} for row, look in zip(rows, looks)]


def _with_https(
    rows: t.Sequence[dict[str, t.Any]], visitor: Visitor, reading: Reading, clock: Clock, redactor: Redactor
) -> list[dict[str, t.Any]]:
    visits = visitor.visit_many([domain.name for domain in reading.domains])
    now = clock.now()
    return [
        {**row, "https": _cleaned(served.as_result(now, _matches(served, domain, now)), redactor)}
        for row, served, domain in zip(rows, visits, reading.domains)
    ]


def _with_https_everywhere(
    rows: t.Sequence[dict[str, t.Any]], visitor: Visitor, reading: Reading, clock: Clock, redactor: Redactor
) -> list[dict[str, t.Any]]:
    visits = visitor.visit_everywhere([domain.name for domain in reading.domains])
    now = clock.now()
    return [
        {
            **row,
            "https": {
                **_cleaned(_worst(everywhere).as_result(now, _matches(_worst(everywhere), domain, now)), redactor),
                "addresses": [_cleaned(_at_address(served), redactor) for served in everywhere],
            },
        }
        for row, everywhere, domain in zip(rows, visits, reading.domains)
    ]


def _worst(everywhere: t.Sequence[Served]) -> Served:
    """What is served at the first address that is not trusted, or else at the first of all."""
    return next((served for served in everywhere if not served.trusted), everywhere[0])


def _at_address(served: Served) -> dict[str, t.Any]:
    return {
        "address": served.address,
        "trusted": served.trusted,
        "fingerprint": served.leaf.fingerprint if served.leaf else None,
        "error": served.error,
    }


def _matches(served: Served, domain: TrackDomain, now: datetime) -> bool | None:
    """Whether the certificate that is served is, as far as can be told, the one SendCloud has; None without one."""
    if served.leaf is None or served.leaf.window is None:
        return None
    printed = domain.certificate
    return printed is not None and is_same_validity(served.leaf.window, printed, now)


def _cleaned(https: t.Mapping[str, t.Any], redactor: Redactor) -> dict[str, t.Any]:
    """The texts that others wrote, the issuer and what an error quotes, fit to show."""
    return {
        key: redactor.clean(value) if key in ("issuer", "error") and value is not None else value
        for key, value in https.items()
    }


def _missing(options: t.Mapping[str, t.Any], reading: Reading) -> list[str | int]:
    """The names and IDs that were asked for and are not there, each once, in the order given."""
    found = {domain.name for domain in reading.domains} | {domain.id for domain in reading.domains}
    names = [parse_domain_name(name, "names") for name in options["names"] or ()]
    return [wanted for wanted in dict.fromkeys([*names, *(options["ids"] or ())]) if wanted not in found]
