# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A task's options read at the door into values; after it nobody sees the options themselves."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable, parse_domain_name
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, as_lines
from ansible_collections.sendcloud.email.plugins.module_utils._run.session import look_nowhere
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import ALWAYS, Waiting
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import ABSENT, VERIFIED, Prune, Wanted
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import check_range

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair

    Options = t.Mapping[str, t.Any]
    OpenResolver = t.Callable[[t.Sequence[str], bool], t.Optional[Resolver]]

_LARGEST_ID = 2**63 - 1
_LISTED_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+\Z")
_ONE_WEEK = 7 * 24 * 3600
_ONE_DAY = 24 * 3600


def read_wanted(options: Options) -> Wanted:
    """The one domain that a task wants; InputError for what can be seen to be wrong before anything is sent."""
    state, name, new_name = options["state"], options["name"], options["new_name"]
    if name is None and options["id"] is None:
        raise InputError("one of the following is required: name, id. Which tracking domain is meant?")
    if state == ABSENT and new_name is not None:
        raise InputError("new_name renames a domain, and state=absent deletes it. Give one of the two")
    name = None if name is None else parse_domain_name(name)
    new_name = None if new_name is None else parse_domain_name(new_name, "new_name")
    if options["id"] is not None and not 1 <= options["id"] <= _LARGEST_ID:
        raise InputError(f"id is {options['id']}, but the ID of a tracking domain is a positive number")
    return Wanted(
        state=state,
        name=name,
        id=options["id"],
        new_name=new_name,
        certificate=None if state == ABSENT else read_certificate(options, new_name or name),
        always_upload=options["certificate_update"] == "always",
        recheck=options["recheck"],
    )


def read_wanted_set(options: Options) -> tuple[Wanted, ...]:
    """The domains that a task wants, in the order given.

    Raises InputError, with the places in the list, for names that are malformed or there twice. A certificate that
    cannot be used is its domain's C(error).
    """
    rows = options["track_domains"]
    names, problems = [], []
    for place, row in enumerate(rows, 1):
        option = f"track_domains, no. {place}"
        try:
            name = parse_domain_name(row["name"], option)
        except InputError as error:
            problems.append(error.message)
            continue
        if name in names:
            first = next(number for number, one in enumerate(rows, 1) if _same_name(one["name"], name))
            problems.append(f"{option} is the same as no. {first} ({name}). List each tracking domain once")
        names.append(name)
    if problems:
        raise InputError(as_lines(problems))
    return tuple(_wanted_row(options, row, name) for row, name in zip(rows, names))


def _same_name(text: str, name: str) -> bool:
    try:
        return parse_domain_name(text) == name
    except InputError:
        return False


def _wanted_row(options: Options, row: Options, name: str) -> Wanted:
    certificate, error = None, None
    try:
        certificate = read_certificate(row, name)
    except InputError as refusal:
        error = InputError(f"{name}: {refusal.message}")
    return Wanted(
        state=options["state"],
        name=name,
        certificate=certificate,
        always_upload=options["certificate_update"] == "always",
        recheck=options["recheck"],
        error=error,
    )


def read_prune(options: Options) -> Prune | None:
    """Which other domains a task deletes. Raises InputError for a list that was left empty, and for bad names."""
    if not options["prune"]:
        return None
    if not options["track_domains"]:
        raise InputError(
            "track_domains is empty, so prune would delete every tracking domain of the account. Was the list left "
            "empty by mistake? To delete a domain, use sendcloud.email.sendcloud_track_domain with state=absent"
        )
    if options["prune_limit"] < 0:
        raise InputError(f"prune_limit is {options['prune_limit']}, but has to be 0 or more")
    keep = frozenset(_kept_name(name) for name in options["prune_keep"] or ())
    return Prune(keep, options["prune_limit"])


def _kept_name(text: str) -> str:
    """A name that is not to be pruned: SendCloud may list one that could not be added (with an underscore, say)."""
    try:
        return parse_domain_name(text, "prune_keep")
    except InputError:
        name = comparable(text)
        if not _LISTED_NAME.match(name):
            raise
        return name


def read_names(options: Options, option: str) -> frozenset[str]:
    """The domain names of a list; none where it is not given. Raises InputError."""
    return frozenset(parse_domain_name(name, option) for name in options[option] or ())


def read_certificate(options: Options, name: str | None) -> CertificatePair | None:
    """The certificate that is given, if one is. Raises CertificateError where it is of no use for the name."""
    if options["certificate"] is None and options["private_key"] is None:
        return None
    # Imported here, since cryptography takes its time to load and most runs have no certificate.
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import load_certificate_pair

    pair = load_certificate_pair(options["certificate"], options["private_key"])
    if pair is not None and name is not None:
        pair.check_covers(name)
    return pair


def read_waiting(options: Options) -> Waiting:
    """How a task waits. Raises InputError for a number that is out of its range."""
    timeout = check_range(options, "wait_timeout", 0, _ONE_WEEK)
    interval = check_range(options, "wait_interval", 1, _ONE_DAY)
    return Waiting(timeout if options["wait"] else 0, interval, options["dns_precheck"])


def resolver_for(options: Options, open_resolver: OpenResolver) -> t.Callable[[], Resolver | None]:
    """How to come by what looks in DNS for a verification: None where there is none, or dnspython is not there.

    Servers that are given are checked at once, in any state, and so is dnspython where it is insisted on. Otherwise
    nothing is loaded before it is needed: where all is verified already, nobody looks.
    """
    servers, verifies = options["dns_servers"] or (), options["state"] == VERIFIED
    if not verifies and not servers:
        return look_nowhere
    insist = verifies and options["dns_precheck"] == ALWAYS
    if servers or insist:
        resolver = open_resolver(servers, insist)
        return lambda: resolver
    return functools.lru_cache(maxsize=None)(lambda: open_resolver(servers, insist))


def open_resolver(servers: t.Sequence[str], insist: bool) -> Resolver | None:
    """What looks in DNS, at the given servers or at the authoritative ones; None where dnspython is missing.

    Raises InputError for a malformed server, and MissingLibraryError where one insists on dnspython.
    """
    # Imported here, since dnspython takes its time to load and most runs do not look in DNS.
    from ansible_collections.sendcloud.email.plugins.module_utils._dns import look

    parsed = [look.parse_server(text) for text in servers]
    return look.Resolver(parsed) if insist or look.is_available() else None


def secrets_of(options: Options) -> tuple[str, ...]:
    """The secrets among the options, also those in the rows of a set, as they were given."""
    rows = (options, *(options.get("track_domains") or ()))
    secrets = (options["api_key"], *(row.get("private_key") for row in rows))
    return tuple(secret for secret in secrets if isinstance(secret, str))
