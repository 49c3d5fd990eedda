# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a call changed in the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .account import TrackingDomain
from .names import comparable

Effect = Literal["added", "renamed", "certified", "uncertified", "verified", "unverified", "deleted"]


@dataclass(frozen=True)
class Change:
    """One thing that happened to one domain; ``name`` is the domain's name afterwards."""

    effect: Effect
    domain_id: int
    name: str


def changes_between(
    before: TrackingDomain | None, after: TrackingDomain | None, *, is_certified: bool = False
) -> tuple[Change, ...]:
    """What became of a domain (None: it is not there). Only the caller knows whether a certificate was uploaded.

    A name that is only spelled in another way (case, A-labels or U-labels) is the same name.
    """
    if after is None:
        return () if before is None else (Change("deleted", before.id, before.name),)
    effects: list[Effect] = []
    if before is None:
        effects.append("added")
    elif comparable(before.name) != comparable(after.name):
        effects.append("renamed")
    if is_certified:
        effects.append("certified")
    if before is not None and before.certificate is not None and after.certificate is None:
        effects.append("uncertified")
    if before is not None and before.verified != after.verified:
        effects.append("verified" if after.verified else "unverified")
    return tuple(Change(effect, after.id, after.name) for effect in effects)
