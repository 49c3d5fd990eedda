# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""From what is and what is wanted to what to do: a pure function, without any I/O.

Idempotence, renaming and the comparison of certificates live here. A preview is the plan that is not applied.
"""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow, is_same_validity

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair

PRESENT = "present"
ABSENT = "absent"
VERIFIED = "verified"


@dataclasses.dataclass(frozen=True)
class Desired:
    """What one tracking domain should be. Names are in the form of C(_domain_name.parse_domain_name).

    At least one of ``name`` and ``id`` is given. ``new_name`` is None with the state ``absent``.
    ``always_upload`` uploads a certificate even if SendCloud has it; ``recheck`` verifies again what has passed.
    """

    state: str
    name: str | None = None
    id: int | None = None
    new_name: str | None = None
    certificate: CertificatePair | None = None
    always_upload: bool = False
    recheck: bool = False

    def names_to_list(self) -> list[str] | None:
        """The names that SendCloud's list can be narrowed to; None where the whole list is needed."""
        if self.name is None or self.id is not None or self.new_name is not None:
            return None
        return [self.name]


@dataclasses.dataclass(frozen=True)
class Add:
    """Add a domain, with its certificate in the same request."""

    name: str
    certificate: CertificatePair | None


@dataclasses.dataclass(frozen=True)
class Update:
    """Rename a domain, upload a certificate, or both, in one request."""

    domain_id: int
    new_name: str | None
    certificate: CertificatePair | None


@dataclasses.dataclass(frozen=True)
class Delete:
    """Delete a domain."""

    domain_id: int


@dataclasses.dataclass(frozen=True)
class Verify:
    """Have SendCloud look the CNAME record up until it passes."""


Write = t.Union[Add, Update, Delete]
Step = t.Union[Add, Update, Delete, Verify]


@dataclasses.dataclass(frozen=True)
class Plan:
    """The steps to take, and the domain as it is and as it will be (None where it is not there)."""

    steps: tuple[Step, ...]
    before: TrackDomain | None
    after: TrackDomain | None
    warnings: tuple[str, ...] = ()

    @property
    def write(self) -> Write | None:
        """The one request of the plan that changes the domain, if there is one."""
        return next((step for step in self.steps if not isinstance(step, Verify)), None)

    @property
    def verifies(self) -> bool:
        """Whether the verification is a part of the plan."""
        return any(isinstance(step, Verify) for step in self.steps)

    @property
    def changed(self) -> bool:
        """Whether something at SendCloud would be different afterwards."""
        return self.write is not None or status_changed(self.before, self.after)


def status_changed(before: TrackDomain | None, after: TrackDomain | None) -> bool:
    """Whether a domain's verification is another than it was, either way."""
    return bool(after and after.cname_verified) != bool(before and before.cname_verified)


def make_plan(domains: t.Sequence[TrackDomain], desired: Desired, now: datetime) -> Plan:
    """Plan how one of the account's ``domains`` becomes what is desired; ``now`` (aware) dates certificates.

    ``domains`` holds at least every domain that ``desired.names_to_list`` asks for. Raises SendCloudError where the
    selection is ambiguous (C(conflict)) or names nothing (C(not_found)), and CertificateError (C(input)) where the
    certificate would have to be uploaded and must not be.
    """
    before = _select(domains, desired)
    if desired.state == ABSENT:
        steps = () if before is None else (Delete(t.cast(int, before.id)),)
        return Plan(steps, before, None)
    if before is None:
        return _plan_add(desired, now)
    return _plan_update(before, desired, now)


def _plan_add(desired: Desired, now: datetime) -> Plan:
    # Without a name there is nothing that could be added: the selection has refused an ID that is not there.
    name = t.cast(str, desired.name)
    _check_upload(desired.certificate, name, now)
    after = _with_certificate(TrackDomain(id=None, name=name), desired.certificate)
    return _with_verification((Add(name, desired.certificate),), None, after, desired)


def _plan_update(before: TrackDomain, desired: Desired, now: datetime) -> Plan:
    new_name = desired.new_name if desired.new_name != before.name else None
    certificate = desired.certificate if _needs_upload(before, desired, now) else None
    warnings = []
    after = before
    if new_name is not None:
        # Whether a new name needs another target, and a new proof, only SendCloud's answer will tell.
        after = dataclasses.replace(before, name=new_name, cname_verified=False, cname_host=None, cname_value=None)
        if desired.certificate is None and (before.https_configured or before.certificate):
            warnings.append(
                f"{before.name} has a certificate, which was made for that name and may not cover {new_name}: "
                "give certificate and private_key for the new name"
            )
    if certificate is not None:
        _check_upload(certificate, after.name, now)
        after = _with_certificate(after, certificate)
    elif desired.certificate is not None:
        desired.certificate.check_covers(after.name)
        if now > desired.certificate.window.not_after:
            warnings.append(f"the certificate of {after.name} has expired, and SendCloud has no other; renew it")
    steps: tuple[Step, ...] = ()
    if new_name is not None or certificate is not None:
        steps = (Update(t.cast(int, before.id), new_name, certificate),)
    return _with_verification(steps, before, after, desired, tuple(warnings))


def _with_verification(
    steps: tuple[Step, ...],
    before: TrackDomain | None,
    after: TrackDomain,
    desired: Desired,
    warnings: tuple[str, ...] = (),
) -> Plan:
    if desired.state == VERIFIED and (desired.recheck or not after.cname_verified):
        steps += (Verify(),)
        after = dataclasses.replace(after, cname_verified=True)
    return Plan(steps, before, after, warnings)


def _needs_upload(before: TrackDomain, desired: Desired, now: datetime) -> bool:
    if desired.certificate is None:
        return False
    if desired.always_upload or before.certificate is None:
        return True
    return not is_same_validity(desired.certificate.window, before.certificate, before.updated, now)


def _check_upload(certificate: CertificatePair | None, name: str, now: datetime) -> None:
    if certificate is not None:
        certificate.check_covers(name)
        certificate.check_time(now)


def _with_certificate(domain: TrackDomain, certificate: CertificatePair | None) -> TrackDomain:
    if certificate is None:
        return domain
    return dataclasses.replace(domain, https_configured=True, certificate=PrintedWindow.from_window(certificate.window))


def _select(domains: t.Sequence[TrackDomain], desired: Desired) -> TrackDomain | None:
    """The domain that is meant; None where it is not there and that is fine."""
    return _select_by_name(domains, desired) if desired.id is None else _select_by_id(domains, desired)


def _select_by_name(domains: t.Sequence[TrackDomain], desired: Desired) -> TrackDomain | None:
    selected = _by_name(domains, desired.name)
    if desired.new_name is None:
        return selected
    renamed = _by_name(domains, desired.new_name)
    if selected is None and renamed is None:
        text = f"neither {desired.name} nor {desired.new_name} is a tracking domain of this account"
        raise SendCloudError(_errors.NOT_FOUND, f"{text}; there is nothing to rename")
    if selected is not None and renamed is not None and selected.id != renamed.id:
        raise _name_taken(selected, renamed)
    return selected or renamed


def _select_by_id(domains: t.Sequence[TrackDomain], desired: Desired) -> TrackDomain | None:
    selected = next((domain for domain in domains if domain.id == desired.id), None)
    namesake = next((domain for domain in domains if domain.name == desired.name and domain.id != desired.id), None)
    if selected is None:
        if desired.state != ABSENT:
            text = f"there is no tracking domain with the ID {desired.id} in this account"
            raise SendCloudError(_errors.NOT_FOUND, f"{text}; sendcloud.email.track_domain_info shows those there are")
        if namesake is not None:
            raise _conflict(f"id and name disagree: {namesake.name} has the ID {namesake.id}, not {desired.id}")
        return None
    is_renamed = selected.name == desired.new_name and namesake is None
    if desired.name not in (None, selected.name) and not is_renamed:
        raise _conflict(f"id and name are two domains: the ID {desired.id} is {selected.name}, not {desired.name}")
    if desired.new_name is not None:
        taken = next((one for one in domains if one.name == desired.new_name and one.id != desired.id), None)
        if taken is not None:
            raise _name_taken(selected, taken)
    return selected


def _by_name(domains: t.Sequence[TrackDomain], name: str | None) -> TrackDomain | None:
    found = [domain for domain in domains if domain.name == name]
    if len(found) > 1:
        ids = ", ".join(str(domain.id) for domain in found)
        raise _conflict(f"{len(found)} tracking domains of this account are called {name} (IDs {ids}); say which by id")
    return found[0] if found else None


def _name_taken(selected: TrackDomain, taken: TrackDomain) -> SendCloudError:
    text = f"{selected.name} cannot be renamed: there is a tracking domain {taken.name} already (ID {taken.id})"
    return _conflict(f"{text}. Delete one of the two, or leave new_name out")


def _conflict(message: str) -> SendCloudError:
    return SendCloudError(_errors.CONFLICT, message)
