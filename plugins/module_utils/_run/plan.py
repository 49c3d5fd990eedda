# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""From what is and what is wanted to what to do: pure functions, without any I/O.

Idempotence, renaming, the comparison of certificates and pruning live here. A preview is the plan that is not applied.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime, timedelta

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.selection import select
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import ABSENT, VERIFIED
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow, is_same_validity

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Prune, Wanted
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Reading
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair

# Where nobody has asked SendCloud's support for more.
USUAL_LIMIT = 5

# A validity that is printed in a time zone further east than documented (UTC+14:00) seems to end so much later.
_FURTHEST_EAST = timedelta(hours=6)


@dataclasses.dataclass(frozen=True)
class Add:
    """Add a domain, with its certificate in the same request."""

    name: str
    certificate: CertificatePair | None = None


@dataclasses.dataclass(frozen=True)
class Update:
    """Rename a domain, upload a certificate, or both, in one request."""

    domain_id: int
    new_name: str | None = None
    certificate: CertificatePair | None = None


@dataclasses.dataclass(frozen=True)
class Delete:
    """Delete a domain."""

    domain_id: int


Write = t.Union[Add, Update, Delete]


@dataclasses.dataclass(frozen=True)
class DomainPlan:
    """What to do for one domain: one write or none, then a verification or none.

    ``before`` is the domain as it is and ``after`` as it will be (None where it is not there). ``error`` is why nothing
    is to be done.
    """

    wanted: Wanted
    before: TrackDomain | None = None
    after: TrackDomain | None = None
    write: Write | None = None
    verifies: bool = False
    warnings: tuple[str, ...] = ()
    error: SendCloudError | None = None


@dataclasses.dataclass(frozen=True)
class Plan:
    """What to do for a set: each domain in the order given, and the domains to delete, in the order of their deletion.

    ``foreseen`` warns of what only a preview has to foresee.
    """

    domains: tuple[DomainPlan, ...]
    removals: tuple[TrackDomain, ...] = ()
    warnings: tuple[str, ...] = ()
    foreseen: tuple[str, ...] = ()


def make_plan(reading: Reading, wanted: t.Sequence[Wanted], prune: Prune | None, now: datetime) -> Plan:
    """Plan how the account becomes what is wanted; ``now`` (aware) dates certificates.

    Raises InputError where more would be deleted than may be.
    """
    domains = tuple(plan_domain(reading, one, now) for one in wanted)
    removals = () if prune is None else _plan_removals(reading, wanted, prune)
    adds = sum(isinstance(one.write, Add) for one in domains)
    count = reading.count + adds - len(removals)
    foreseen: tuple[str, ...] = ()
    if adds and count > USUAL_LIMIT:
        foreseen = (
            f"the account would have {count} tracking domains. SendCloud allows {USUAL_LIMIT} unless its support has "
            "raised the limit for the account",
        )
    return Plan(domains, removals, reading.warnings, foreseen)


def plan_domain(reading: Reading, wanted: Wanted, now: datetime) -> DomainPlan:
    """Plan one domain: what cannot be done is the plan's error."""
    selection = select(reading, wanted)
    before, error = selection.domain, wanted.error or selection.error
    if error is not None:
        return DomainPlan(wanted, before, before, error=error)
    if wanted.state == ABSENT:
        return DomainPlan(wanted, before, None, write=None if before is None else Delete(t.cast(int, before.id)))
    try:
        return _plan_add(wanted, now) if before is None else _plan_update(before, wanted, now)
    except InputError as refusal:
        return DomainPlan(wanted, before, before, error=refusal)


def _plan_add(wanted: Wanted, now: datetime) -> DomainPlan:
    # Without a name there is nothing that could be added: the selection has refused an ID that is not there.
    name = t.cast(str, wanted.name)
    warnings = _check_upload(wanted.certificate, name, now)
    after = _with_certificate(TrackDomain(id=None, name=name), wanted.certificate)
    return _with_verification(DomainPlan(wanted, None, after, Add(name, wanted.certificate), warnings=warnings))


def _plan_update(before: TrackDomain, wanted: Wanted, now: datetime) -> DomainPlan:
    new_name = wanted.new_name if wanted.new_name != before.name else None
    after = before
    warnings: tuple[str, ...] = ()
    if new_name is not None:
        # Whether a new name needs another target, and a new proof, only SendCloud's answer will tell.
        after = dataclasses.replace(before, name=new_name, cname_verified=False, cname_host=None, cname_value=None)
        warnings = _warn_of_rename(before, new_name, wanted)
    # With a new name the certificate goes along: that SendCloud's is as long says little of the names it is for.
    goes_along = new_name is not None and wanted.certificate is not None and wanted.certificate.window.holds(now)
    uploads = goes_along or needs_upload(before, wanted, now)
    certificate = wanted.certificate if uploads else None
    if uploads:
        warnings += _check_upload(certificate, after.name, now) + _warn_of_older(before, certificate)
        after = _with_certificate(after, certificate)
    elif wanted.certificate is not None:
        wanted.certificate.check_covers(after.name)
        warnings += _warn_of_kept(after, wanted.certificate, now)
    write = Update(t.cast(int, before.id), new_name, certificate) if new_name is not None or uploads else None
    return _with_verification(DomainPlan(wanted, before, after, write, warnings=warnings))


def _with_verification(plan: DomainPlan) -> DomainPlan:
    after = t.cast(TrackDomain, plan.after)
    if not needs_verification(after, plan.wanted):
        return plan
    return dataclasses.replace(plan, verifies=True, after=dataclasses.replace(after, cname_verified=True))


def needs_verification(domain: TrackDomain, wanted: Wanted) -> bool:
    """Whether SendCloud has to look for the domain's CNAME record."""
    return wanted.state == VERIFIED and (wanted.recheck or not domain.cname_verified)


def needs_upload(domain: TrackDomain, wanted: Wanted, now: datetime) -> bool:
    """Whether the certificate that is given has to be sent."""
    if wanted.certificate is None:
        return False
    return wanted.always_upload or not shows_certificate(domain, wanted.certificate, now)


def shows_certificate(domain: TrackDomain, certificate: CertificatePair, now: datetime) -> bool:
    """Whether SendCloud's domain has, as far as can be told, this certificate."""
    printed = domain.certificate
    return printed is not None and is_same_validity(certificate.window, printed, now)


def _check_upload(certificate: CertificatePair | None, name: str, now: datetime) -> tuple[str, ...]:
    if certificate is None:
        return ()
    certificate.check_covers(name)
    certificate.check_time(now)
    return certificate.warnings(now)


def _with_certificate(domain: TrackDomain, certificate: CertificatePair | None) -> TrackDomain:
    if certificate is None:
        return domain
    return dataclasses.replace(domain, https_configured=True, certificate=PrintedWindow.from_window(certificate.window))


def _warn_of_rename(before: TrackDomain, new_name: str, wanted: Wanted) -> tuple[str, ...]:
    if wanted.certificate is not None or not (before.https_configured or before.certificate):
        return ()
    return (
        f"{before.name} has a certificate, which may not cover {new_name}. Give certificate and private_key for the "
        "new name",
    )


def _warn_of_older(before: TrackDomain, given: CertificatePair | None) -> tuple[str, ...]:
    if given is None or before.certificate is None:
        return ()
    current = before.certificate.as_window()
    if given.window.not_after + _FURTHEST_EAST >= current.not_after:
        return ()
    return (
        f"the certificate given for {before.name} is valid until {given.window.as_text()[1]}, and replaces one that is "
        f"valid until {current.as_text()[1]}. Is it an old file?",
    )


def _warn_of_kept(domain: TrackDomain, given: CertificatePair, now: datetime) -> tuple[str, ...]:
    """Warnings about a certificate that SendCloud has already."""
    warnings = given.warnings(now)
    if now > given.window.not_after:
        warnings += (f"the certificate of {domain.name} has expired, and SendCloud has no other. Renew it",)
    if not domain.https_configured:
        warnings += (
            f"SendCloud has the certificate of {domain.name}, but shows HTTPS as off. Upload it once more with "
            "certificate_update=always; if that does not help, ask SendCloud's support",
        )
    return warnings


def _plan_removals(reading: Reading, wanted: t.Sequence[Wanted], prune: Prune) -> tuple[TrackDomain, ...]:
    kept = prune.keep.union(one.name for one in wanted if one.name is not None)
    removals = sorted((domain for domain in reading.domains if domain.name not in kept), key=_value_to_its_owner)
    if len(removals) > prune.limit:
        names = ", ".join(domain.name for domain in removals)
        raise InputError(
            f"prune would delete {len(removals)} tracking domains, but prune_limit allows {prune.limit}: {names}. "
            "Raise prune_limit if they are to go, or complete track_domains or prune_keep"
        )
    return tuple(removals)


def _value_to_its_owner(domain: TrackDomain) -> tuple[bool, bool, str, int]:
    """What is missed least comes first: unverified domains, then those without HTTPS, then the oldest."""
    created = domain.created.isoformat() if domain.created else ""
    return (domain.cname_verified, domain.https_configured, created, t.cast(int, domain.id))
