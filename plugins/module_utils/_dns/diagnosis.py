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


# How many servers that say the same, and how many different answers, a text names.
_MOST_SERVERS = 4
_MOST_ANSWERS = 3


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The likely cause, one of the constants of this file, and what to say about it."""

    cause: str
    text: str


def diagnose(look: Look) -> Diagnosis:
    """Why SendCloud does not see the record, as far as DNS tells."""
    if look.visible:
        return Diagnosis(VISIBLE, "The record is right at every DNS server that answers")
    if look.is_zone and not look.found:
        return _diagnose_own_zone(look)
    if not look.answered:
        return Diagnosis(NO_ANSWER, f"DNS could not be asked: {_silence(look)}")
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
            "The name has an address record in place of the CNAME record: replace it, or switch off the DNS provider's "
            "proxy if that makes it",
        )
    return Diagnosis(NO_RECORD, "There is no such record in DNS: publish it, or look for it in another zone")


def explain(look: Look) -> str:
    """What is wrong, what to do, and in parentheses what each server answers; no full stop at the end."""
    text = diagnose(look).text.rstrip(".")
    return f"{text} ({_answers(look)})" if look.answered else text


def why_silent(look: Look) -> str:
    """Why nobody answered, and what to do."""
    return f"{_silence(look)}. If a firewall blocks DNS here, give servers that can be reached as dns_servers"


def _silence(look: Look) -> str | None:
    return f"no DNS server answered ({_answers(look)})" if look.answers else look.error


def _diagnose_own_zone(look: Look) -> Diagnosis:
    flattened = any(answer.leads for answer in look.answered)
    seen = f" (the addresses of {look.expected} are there, which SendCloud may not accept)" if flattened else ""
    return Diagnosis(
        OWN_ZONE,
        f"{look.name} is a zone of its own, and a CNAME record cannot be at the top of a zone{seen}. Track a name "
        f"below it, for example track.{look.name}, or remove the delegation if it is a mistake",
    )


def _diagnose_detour(look: Look) -> Diagnosis:
    """All servers lead to the target, some or all of them not by the record itself."""
    if any(answer.outcome == OTHER_RECORD for answer in look.answered):
        return Diagnosis(
            FLATTENED,
            f"The name has the addresses of {look.expected} in place of a CNAME record, as an ALIAS or ANAME record or "
            "CNAME flattening makes them. SendCloud may insist on a CNAME record",
        )
    targets = ", ".join(f"{target}." for target in look.found if target != comparable(look.expected or ""))
    return Diagnosis(
        INDIRECT,
        f"The record points to {targets}, and further CNAME records lead from there to {look.expected}. SendCloud may "
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
        return Diagnosis(DISAGREEMENT, f"{text}, others point to {targets} Have all of them serve the same zone")
    return Diagnosis(PARTIAL, f"{text}: wait for the others, or find out why they do not get the zone")


def _diagnose_doubled(look: Look, doubled: str) -> Diagnosis:
    zone = look.zone or ""
    relative = look.name[: -len(zone) - 1] if look.name.endswith(f".{zone}") else look.name.partition(".")[0]
    return Diagnosis(
        DOUBLED_ZONE,
        f"There is a record called {doubled}., with the zone twice in its name: give the name a trailing dot in "
        f"a zone file; at a DNS provider, enter {relative} alone",
    )


def _diagnose_target(look: Look) -> Diagnosis:
    targets = ", ".join(f"{target}." for target in look.found)
    if look.expected and any(target.startswith(f"{comparable(look.expected)}.") for target in look.found):
        hint = ": in a zone file, the target needs a trailing dot"
    else:
        hint = f", not to {comparable(look.expected)}." if look.expected else ""
    return Diagnosis(WRONG_TARGET, f"The record points to {targets}{hint}")


def _answers(look: Look) -> str:
    """What the servers say, those that say the same together."""
    servers: dict[str, dict[str, str]] = {}
    for answer in look.answers:
        # A host has an IPv4 and an IPv6 address, mostly, and says the same at both.
        host = answer.server.host or str(answer.server)
        named = servers.setdefault(answer.detail.rstrip("."), {})
        named[host] = host if host in named else str(answer.server)
    told = [f"{_some(list(named.values()), _MOST_SERVERS, ', ')}: {detail}" for detail, named in servers.items()]
    return _some(told, _MOST_ANSWERS, "; ")


def _some(texts: list[str], most: int, separator: str) -> str:
    shown = separator.join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"
