# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a look in DNS means: what each server answers, and what the mistake probably is."""

from __future__ import annotations

import dataclasses

from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import (
    CNAME,
    OTHER_RECORD,
    Look,
)
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable

# Likely causes.
NO_RECORD = "no_record"
DOUBLED_ZONE = "doubled_zone"
ADDRESS_RECORD = "address_record"
WRONG_TARGET = "wrong_target"
PARTIAL = "partial"
DISAGREEMENT = "disagreement"
OWN_ZONE = "own_zone"
INDIRECT = "indirect"
FLATTENED = "flattened"
NO_ANSWER = "no_answer"
VISIBLE = "visible"


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The likely cause, one of the constants of this file, and what to say about it."""

    cause: str
    text: str


def diagnose(look: Look) -> Diagnosis:
    """Why SendCloud does not see the record, as far as DNS tells."""
    if look.visible:
        return Diagnosis(VISIBLE, "The record is there and right, at every DNS server that answers")
    if look.is_zone and not look.found:
        return _diagnose_own_zone(look)
    if not look.answered:
        return Diagnosis(NO_ANSWER, f"DNS could not be asked: {look.error}")
    if look.ready:
        return _diagnose_detour(look)
    if any(look.shows(answer) for answer in look.answered):
        return _diagnose_difference(look)
    if look.doubled is not None:
        return _diagnose_doubled(look, look.doubled)
    if any(answer.outcome == CNAME for answer in look.answered):
        return _diagnose_target(look)
    if any(answer.outcome == OTHER_RECORD for answer in look.answered):
        return Diagnosis(
            ADDRESS_RECORD,
            "The name has an address record in place of the CNAME record. Replace it; if the DNS provider proxies the "
            "name, switch that off, since a proxied record looks like this",
        )
    return Diagnosis(
        NO_RECORD, "There is no such record; it was not published yet, or under another name or in another zone"
    )


def explain(look: Look, zone_line: str | None) -> str:
    """What to publish, what is wrong, and what each server answers, in sentences without a full stop at the end."""
    diagnosis = diagnose(look)
    parts = []
    # At the top of a zone that record is impossible.
    if diagnosis.cause not in (VISIBLE, OWN_ZONE) and zone_line:
        parts.append(f'Publish this record: "{zone_line}"')
    parts.append(diagnosis.text)
    if look.answered:
        parts.append(f"Asked for {look.name}, {_answers(look)}")
    return ". ".join(part.rstrip(".") for part in parts)


def _diagnose_own_zone(look: Look) -> Diagnosis:
    flattened = any(answer.leads for answer in look.answered)
    seen = f" (it has the addresses of {look.expected}, but SendCloud may insist on a CNAME record)"
    return Diagnosis(
        OWN_ZONE,
        f"{look.name} is a zone of its own (the top of a domain, or delegated to name servers of its own), and a CNAME "
        f"record cannot be at the top of a zone{seen if flattened else ''}. Track another name below it, for example "
        f"track.{look.name}; or, if it was delegated by mistake, remove its NS records from the zone above and publish "
        "the record there",
    )


def _diagnose_detour(look: Look) -> Diagnosis:
    """All servers lead to the target, some or all of them not by the record itself."""
    if any(answer.outcome == OTHER_RECORD for answer in look.answered):
        return Diagnosis(
            FLATTENED,
            f"The name has the addresses of {look.expected} in place of a CNAME record: an ALIAS or ANAME record, or "
            "one that the DNS provider flattens. SendCloud may insist on a CNAME record",
        )
    targets = ", ".join(f"{target}." for target in look.found if target != comparable(look.expected or ""))
    return Diagnosis(
        INDIRECT,
        f"The record points to {targets}, and from there further CNAME records lead to {look.expected}. SendCloud may "
        "insist on a record that points there directly",
    )


def _diagnose_difference(look: Look) -> Diagnosis:
    """Some servers have the record; the others have none yet, or another one."""
    answered = look.answered
    right = sum(look.shows(answer) for answer in answered)
    others = sorted({answer.target for answer in answered if answer.target and not look.shows(answer)})
    text = f"Only {right} of {len(answered)} DNS servers have the record"
    if others:
        targets = ", ".join(f"{target}." for target in others)
        return Diagnosis(
            DISAGREEMENT,
            f"{text}: others point to {targets} They serve an old version of the zone, or another zone of that name; "
            "see to it that all of them serve the same",
        )
    return Diagnosis(
        PARTIAL,
        f"{text}: the others lag behind, wait for them (or look why they do not get the zone)",
    )


def _diagnose_doubled(look: Look, doubled: str) -> Diagnosis:
    zone = look.zone or ""
    relative = look.name[: -len(zone) - 1] if look.name.endswith(f".{zone}") else look.name.partition(".")[0]
    return Diagnosis(
        DOUBLED_ZONE,
        f"There is a record called {doubled}.: its name has the zone twice. In a zone file the name needs a trailing "
        f"dot; where the DNS provider adds the zone by itself, enter {relative} alone",
    )


def _diagnose_target(look: Look) -> Diagnosis:
    targets = ", ".join(f"{target}." for target in look.found)
    expected = f", not to {comparable(look.expected)}." if look.expected else ""
    text = f"The record points to {targets}{expected}"
    if look.expected and any(target.startswith(f"{comparable(look.expected)}.") for target in look.found):
        text = f"{text} In a zone file the target needs a trailing dot, or the zone is added to it"
    return Diagnosis(WRONG_TARGET, text)


def _answers(look: Look) -> str:
    """What the servers say, those that say the same together."""
    servers: dict[str, list[str]] = {}
    for answer in look.answers:
        servers.setdefault(answer.detail, []).append(str(answer.server))
    return "; ".join(f"{', '.join(names)}: {detail.rstrip('.')}" for detail, names in servers.items())
