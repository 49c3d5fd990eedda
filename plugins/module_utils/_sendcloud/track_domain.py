# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A tracking domain as SendCloud describes it, read tolerantly, and as a task returns it."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable, without_final_dot
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import (
    SENDCLOUD_TIME,
    PrintedWindow,
    parse_printed_time,
)

# The vendor's key has a dot in it; one printed copy of its page has a space.
_HOST_KEYS = ("cname.domain", "cname domain")
_VALUE_KEYS = ("cname.value", "cname value")

_TRUE = frozenset(("true", "1"))
_FALSE = frozenset(("false", "0", ""))


class UnreadableDomainError(ValueError):
    """SendCloud described a tracking domain in a way that cannot be understood; the text says which part."""


@dataclasses.dataclass(frozen=True)
class UnreadableDomain:
    """A tracking domain that SendCloud described in a way that cannot be understood; ``reason`` says which part.

    ``id`` and ``name`` are None where it is these that cannot be read.
    """

    id: int | None
    name: str | None
    reason: str


@dataclasses.dataclass(frozen=True)
class TrackDomain:
    """One tracking domain.

    ``id`` is None where check mode would add it. ``name`` is in lower case, in A-labels, without a trailing dot.
    ``cname_host`` and ``cname_value`` are the owner and the target of the CNAME record to publish, None where they
    are not known yet. ``certificate`` is the validity SendCloud prints, ``created`` and ``updated`` are its own
    clock's wall times, UTC+08:00 as documented.
    """

    id: int | None
    name: str
    cname_verified: bool = False
    cname_host: str | None = None
    cname_value: str | None = None
    https_configured: bool = False
    certificate: PrintedWindow | None = None
    created: datetime | None = None
    updated: datetime | None = None

    def zone_line(self) -> str | None:
        """The CNAME record as a line of a zone file (RFC 1035, section 5.1); None while its target is not known."""
        if self.cname_value is None:
            return None
        return f"{self.name}. IN CNAME {self.cname_value}."

    def as_result(self, now: datetime, clean: t.Callable[[str], str]) -> dict[str, t.Any]:
        """The value of RV(track_domain).

        The days that remain are counted from ``now`` (aware). ``clean`` makes a text of SendCloud's fit to show.
        """

        def shown(text: str | None) -> str | None:
            return None if text is None else clean(text)

        window = self.certificate.as_window() if self.certificate else None
        not_before, not_after = window.as_text() if window else (None, None)
        return {
            "id": self.id,
            "name": self.name,
            "cname_verified": self.cname_verified,
            "https_configured": self.https_configured,
            "certificate_not_before": not_before,
            "certificate_not_after": not_after,
            "certificate_days_remaining": window.days_remaining(now) if window else None,
            "dns_record": {
                "type": "CNAME",
                "name": self.name,
                "value": shown(self.cname_value),
                "host": shown(self.cname_host),
                "zone_line": shown(self.zone_line()),
            },
            "created_at": _iso(self.created),
            "updated_at": _iso(self.updated),
        }

    def as_diff(self) -> dict[str, t.Any]:
        """What a run can be asked to change, and nothing else: so a preview's diff and the run's are equal."""
        not_before, not_after = self.certificate.as_window().as_text() if self.certificate else (None, None)
        return {
            "name": self.name,
            "cname_verified": self.cname_verified,
            "https_configured": self.https_configured,
            "certificate_not_before": not_before,
            "certificate_not_after": not_after,
        }


def parse_track_domain(raw: t.Any) -> TrackDomain:
    """Read SendCloud's domain object: booleans and numbers as strings, nulls and absent keys are understood.

    Raises UnreadableDomainError where the ID or the name is missing, or where a status or a certificate's validity
    cannot be read: to guess one would be to change it.
    """
    if not isinstance(raw, dict):
        raise UnreadableDomainError("a tracking domain is not a JSON object")
    name = _name(raw)
    if name is None:
        raise UnreadableDomainError("a tracking domain has no name")
    domain_id = _id(raw)
    if domain_id is None:
        raise UnreadableDomainError(f"the tracking domain {name} has no ID")
    value = _text(raw, _VALUE_KEYS)
    return TrackDomain(
        id=domain_id,
        name=name,
        cname_verified=_flag(raw, "cname", name),
        cname_host=_text(raw, _HOST_KEYS),
        cname_value=without_final_dot(value) if value else None,
        https_configured=_flag(raw, "https", name),
        certificate=_certificate(raw, name),
        created=_time_or_none(raw.get("gmtCreated")),
        updated=_time_or_none(raw.get("gmtUpdated")),
    )


def parse_row(raw: t.Any) -> TrackDomain | UnreadableDomain:
    """Read one of several domain objects: one that cannot be understood is a value, too, and spoils no other."""
    try:
        return parse_track_domain(raw)
    except UnreadableDomainError as error:
        known = raw if isinstance(raw, dict) else {}
        return UnreadableDomain(_id(known), _name(known), str(error))


def _text(raw: t.Mapping[str, t.Any], keys: t.Iterable[str]) -> str | None:
    for key in keys:
        value = raw.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def parse_integer(value: t.Any) -> int | None:
    """An integer, also one written as a string or with a zero fraction; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) else None


def parse_boolean(value: t.Any) -> bool | None:
    """A boolean, also one written as C("true"), C("1") or C(1), where null and nothing mean false; else None."""
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if not isinstance(value, (str, int, float)):
        return None
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def _name(raw: t.Mapping[str, t.Any]) -> str | None:
    # Harmless to show, and yet as it is: what is masked can no longer be told apart.
    return comparable(neutralise(_text(raw, ("name",)) or "")) or None


def _id(raw: t.Mapping[str, t.Any]) -> int | None:
    number = parse_integer(raw.get("id"))
    return number if number is not None and number > 0 else None


def _flag(raw: t.Mapping[str, t.Any], key: str, name: str) -> bool:
    flag = parse_boolean(raw.get(key))
    if flag is None:
        raise UnreadableDomainError(f"the status {key!r} of the tracking domain {name} is not a boolean")
    return flag


def _certificate(raw: t.Mapping[str, t.Any], name: str) -> PrintedWindow | None:
    try:
        return PrintedWindow.parse(raw.get("certiValidityStart"), raw.get("certiValidityEnd"))
    except ValueError as error:
        raise UnreadableDomainError(f"the certificate validity of the tracking domain {name} is not a time") from error


def _time_or_none(value: t.Any) -> datetime | None:
    # Shown to the user and nothing more: no reason to fail.
    try:
        return parse_printed_time(value)
    except ValueError:
        return None


def _iso(printed: datetime | None) -> str | None:
    return printed.replace(tzinfo=SENDCLOUD_TIME).isoformat() if printed else None
