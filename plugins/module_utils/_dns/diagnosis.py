# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a look in DNS means: what each server answers, and what the mistake probably is."""

from __future__ import annotations

import dataclasses

from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import CNAME, OTHER_RECORD, Look

# Likely causes.
NO_RECORD = "no_record"
DOUBLED_ZONE = "doubled_zone"
ADDRESS_RECORD = "address_record"
WRONG_TARGET = "wrong_target"
PARTIAL = "partial"
NO_ANSWER = "no_answer"
VISIBLE = "visible"


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The likely cause, one of the constants of this file, and what to say about it."""

    cause: str
    text: str


def diagnose(look: Look) -> Diagnosis:
    """Why SendCloud does not see the record, as far as DNS tells."""
    answered = look.answered
    if not answered:
        return Diagnosis(NO_ANSWER, f"DNS could not be asked: {look.error}")
    if look.visible:
        return Diagnosis(VISIBLE, "The record is there and right, at every DNS server that answers")
    right = [answer for answer in answered if answer.target is not None and answer.target == _target(look)]
    if right:
        text = f"Only {len(right)} of {len(answered)} DNS servers have the record: the others lag behind, wait for them"
        return Diagnosis(PARTIAL, f"{text} (or look why they do not get the zone)")
    if look.doubled is not None:
        owner = look.name.partition(".")[0]
        return Diagnosis(
            DOUBLED_ZONE,
            f"There is a record called {look.doubled}.: its name has the zone twice. In a zone file the name needs a "
            f"trailing dot; where the DNS provider adds the zone by itself, enter {owner} alone",
        )
    if any(answer.outcome == OTHER_RECORD for answer in answered):
        return Diagnosis(
            ADDRESS_RECORD,
            "The name has an address record in place of the CNAME record. Replace it; if the DNS provider proxies the "
            "name, switch that off, since a proxied record looks like this",
        )
    if any(answer.outcome == CNAME for answer in answered):
        targets = ", ".join(f"{target}." for target in look.found)
        expected = f", not to {look.expected}." if look.expected else ""
        text = f"The record points to {targets}{expected}"
        if look.expected and any(target.startswith(f"{_target(look)}.") for target in look.found):
            text = f"{text} In a zone file the target needs a trailing dot, or the zone is added to it"
        return Diagnosis(WRONG_TARGET, text)
    return Diagnosis(
        NO_RECORD, "There is no such record; it was not published yet, or under another name or in another zone"
    )


def explain(look: Look, zone_line: str | None) -> str:
    """What to publish, what is wrong, and what each server answers, in sentences without a full stop at the end."""
    diagnosis = diagnose(look)
    parts = []
    if diagnosis.cause != VISIBLE and zone_line:
        parts.append(f'Publish this record: "{zone_line}"')
    parts.append(diagnosis.text)
    if look.answered:
        parts.append(f"Asked for {look.name}, {_answers(look)}")
    return ". ".join(part.rstrip(".") for part in parts)


def _answers(look: Look) -> str:
    """What the servers say, those that say the same together."""
    servers: dict[str, list[str]] = {}
    for answer in look.answers:
        servers.setdefault(answer.detail, []).append(str(answer.server))
    return "; ".join(f"{', '.join(names)}: {detail.rstrip('.')}" for detail, names in servers.items())


def _target(look: Look) -> str | None:
    return look.expected.rstrip(".").lower() if look.expected is not None else None
