# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Which of the account's domains a task means by a name, an ID, and a new name."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import ABSENT

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Wanted
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Reading
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain


@dataclasses.dataclass(frozen=True)
class Selected:
    """The domain that is meant, None where it is not there; ``error`` is why that cannot be worked with.

    With a C(conflict) the domain is there all the same, so that a result can show it.
    """

    domain: TrackDomain | None
    error: SendCloudError | None = None


def select(reading: Reading, wanted: Wanted) -> Selected:
    """The domain that is meant. A domain that is not there is an error only where it has to be there."""
    if wanted.id is not None:
        return _select_by_id(reading, wanted)
    if wanted.new_name is not None:
        return _select_to_rename(reading, wanted)
    return _only_one(reading, wanted.name)


def _select_to_rename(reading: Reading, wanted: Wanted) -> Selected:
    selected, renamed = _only_one(reading, wanted.name), _only_one(reading, wanted.new_name)
    if selected.error or renamed.error:
        return selected if selected.error else renamed
    old, new = selected.domain, renamed.domain
    if old is None and new is None:
        text = f"neither {wanted.name} nor {wanted.new_name} is a tracking domain of this account"
        hint = "There is nothing to rename: check name and new_name"
        return Selected(None, SendCloudError(_errors.NOT_FOUND, f"{text}. {hint}"))
    if old is not None and new is not None and old.id != new.id:
        return Selected(old, _name_taken(old, new))
    return Selected(old or new)


def _select_by_id(reading: Reading, wanted: Wanted) -> Selected:
    selected = reading.with_id(wanted.id)
    namesake = next((domain for domain in reading.named(wanted.name) if domain.id != wanted.id), None)
    if selected is None:
        return _not_there(wanted, namesake)
    is_renamed = selected.name == wanted.new_name
    if wanted.name not in (None, selected.name) and not (is_renamed and namesake is None):
        text = f"id and name are two domains: the ID {wanted.id} is {selected.name}, not {wanted.name}"
        return Selected(selected, _conflict(f"{text}. Give one of them"))
    taken = next((domain for domain in reading.named(wanted.new_name) if domain.id != wanted.id), None)
    if taken is not None and not is_renamed:
        return Selected(selected, _name_taken(selected, taken))
    return Selected(selected)


def _not_there(wanted: Wanted, namesake: TrackDomain | None) -> Selected:
    if wanted.state != ABSENT:
        text = f"there is no tracking domain with the ID {wanted.id} in this account"
        hint = "The module sendcloud.email.track_domain_info lists those that exist"
        return Selected(None, SendCloudError(_errors.NOT_FOUND, f"{text}. {hint}"))
    if namesake is not None:
        text = f"id and name disagree: {namesake.name} has the ID {namesake.id}, not {wanted.id}. Give one of them"
        return Selected(namesake, _conflict(text))
    return Selected(None)


def _only_one(reading: Reading, name: str | None) -> Selected:
    found = () if name is None else reading.named(name)
    if len(found) > 1:
        ids = ", ".join(str(domain.id) for domain in found)
        text = f"{len(found)} tracking domains of this account are called {name} (IDs {ids}). Say which one with id"
        return Selected(None, _conflict(text))
    return Selected(found[0] if found else None)


def _name_taken(selected: TrackDomain, taken: TrackDomain) -> SendCloudError:
    text = f"{selected.name} cannot be renamed to {taken.name}, which is another tracking domain (ID {taken.id})"
    return _conflict(f"{text}. Delete one of the two, or leave new_name out")


def _conflict(message: str) -> SendCloudError:
    return SendCloudError(_errors.CONFLICT, message)
