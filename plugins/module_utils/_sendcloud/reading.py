# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Reading an account so that what is concluded from it holds: nothing is concluded from a part of it.

SendCloud gives a list in pages, and others may add and delete domains in between. So a reading counts as whole only
where it agrees with the total that came with it; otherwise the account is read again until two readings agree. Only
what a task asks for is kept, so that a large account needs hardly more memory than a small one.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import client as _client
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    TrackDomain,
    UnreadableDomain,
)

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import Page, SendCloudClient

    Row = t.Union[TrackDomain, UnreadableDomain]

MOST_PAGES = 1000
MOST_READINGS = 5

_MOST_REASONS = 3


@dataclasses.dataclass(frozen=True)
class Selection:
    """What a task asks of an account.

    ``names`` (in the form of C(_domain_name.parse_domain_name)) and ``ids`` are the domains it is about. ``may_filter``
    allows to leave off as soon as all of them are found. ``everything`` keeps every row; ``exact`` insists on it that
    the account was read as a whole, since the task acts on what it does not name.
    """

    names: frozenset[str] = frozenset()
    ids: frozenset[int] = frozenset()
    may_filter: bool = False
    everything: bool = False
    exact: bool = False

    def holds(self, row: Row) -> bool:
        """Whether the task asks for this row."""
        return self.everything or row.name in self.names or row.id in self.ids


@dataclasses.dataclass(frozen=True)
class Reading:
    """What an account holds of a selection, in SendCloud's order.

    A name or an ID of the selection that is not among ``domains`` is not in the account: were that not sure, there
    would be no reading. ``count`` is how many domains the account has in all.
    """

    domains: tuple[TrackDomain, ...]
    count: int
    warnings: tuple[str, ...] = ()

    def named(self, name: str | None) -> tuple[TrackDomain, ...]:
        """The domains with a name."""
        return tuple(domain for domain in self.domains if domain.name == name)

    def with_id(self, domain_id: int | None) -> TrackDomain | None:
        """The domain with an ID."""
        return next((domain for domain in self.domains if domain.id == domain_id), None)


@dataclasses.dataclass(frozen=True)
class _Pass:
    """One way through the pages: the rows that are kept, how many there were, and what tells two passes apart."""

    kept: tuple[Row, ...]
    count: int
    fingerprint: int
    totals: tuple[int | None, ...]

    @property
    def total(self) -> int | None:
        return self.totals[-1]

    @property
    def is_whole(self) -> bool:
        """Whether the pages agree with each other and with what is in them; without a total only one page can."""
        if self.total is None:
            return len(self.totals) <= 2 and set(self.totals) == {None}
        return set(self.totals) == {self.count}

    @property
    def falls_short(self) -> bool:
        return self.total is not None and self.count < self.total


def read_account(client: SendCloudClient, selection: Selection, deadline: float | None = None) -> Reading:
    """What the account holds of the selection.

    Raises SendCloudError: C(protocol) where SendCloud's lists contradict each other, or where a row that the task needs
    cannot be read. With ``deadline`` (monotonic, in seconds) each request is tried once, and ends by then.
    """
    first = client.list_page(deadline=deadline)
    found = _read_names(client, selection, first, deadline) if selection.may_filter else None
    if found is not None:
        return found
    last = _read_pages(client, selection, first, deadline)
    for _unused in range(MOST_READINGS - 1):
        if last.is_whole:
            break
        again = _read_pages(client, selection, client.list_page(deadline=deadline), deadline)
        agrees = (again.count, again.fingerprint) == (last.count, last.fingerprint)
        last = again
        if agrees:
            break
    else:
        if not last.is_whole:
            raise _contradiction(f"its list was different in each of {MOST_READINGS} readings. Run the task again")
    warnings = _check_short(client, selection, last, deadline) if last.falls_short else ()
    return _reading(selection, last.kept, last.count, warnings)


def _read_names(client: SendCloudClient, selection: Selection, first: Page, deadline: float | None) -> Reading | None:
    """The selection's names out of a large account without reading all of it; None unless all of them are found."""
    if first.total is None or first.total <= len(first.rows):
        return None
    kept = {_key(row, place): row for place, row in enumerate(first.rows) if selection.holds(row)}
    missing = sorted(selection.names - {row.name for row in kept.values()})
    for begin in range(0, len(missing), _client.PAGE_SIZE):
        names = missing[begin : begin + _client.PAGE_SIZE]
        page = client.list_page(names=names, deadline=deadline)
        kept.update((_key(row, place), row) for place, row in enumerate(page.rows) if row.name in names)
    if not selection.names <= {row.name for row in kept.values()}:
        return None
    return _reading(selection, kept.values(), first.total, ())


def _read_pages(client: SendCloudClient, selection: Selection, first: Page, deadline: float | None) -> _Pass:
    """Page on until the total is reached, or until a page brings nothing new."""
    kept: dict[t.Hashable, Row] = {}
    keys: set[t.Hashable] = set()
    totals: list[int | None] = []
    fingerprint = 0
    page = first
    while True:
        known = len(keys)
        for place, row in enumerate(page.rows):
            key = _key(row, known + place)
            if key in keys:
                continue
            keys.add(key)
            # Independent of the order, and of a size that does not grow with the account.
            fingerprint ^= hash((key, row.name))
            if selection.holds(row) or isinstance(row, UnreadableDomain):
                kept[key] = row
        totals.append(page.total)
        if len(keys) == known or len(keys) == page.total:
            return _Pass(tuple(kept.values()), len(keys), fingerprint, tuple(totals))
        if len(totals) == MOST_PAGES:
            raise _contradiction(f"its list does not end after {MOST_PAGES} pages")
        page = client.list_page(len(keys), deadline=deadline)


def _key(row: Row, place: int) -> t.Hashable:
    """What makes two rows of a list the same domain."""
    return row.id or row.name or ("place", place)


def _check_short(client: SendCloudClient, selection: Selection, last: _Pass, deadline: float | None) -> tuple[str, ...]:
    """Warn of a list that keeps ending before its total; refuse to conclude from it that something is not there."""
    told = f"SendCloud says that the account has {last.total} tracking domains, and lists {last.count}"
    present = {row.id for row in last.kept}
    if selection.exact or not selection.ids <= present:
        raise _contradiction(f"{told}, again and again. What is missing cannot be known")
    for name in sorted(selection.names - {row.name for row in last.kept}):
        page = client.list_page(names=[name], deadline=deadline)
        if page.total != 0 or page.rows:
            raise _contradiction(f"{told}, again and again. Whether {name} is among the missing ones cannot be known")
    return (f"{told}. Those it lists were used",)


def _reading(selection: Selection, rows: t.Iterable[Row], count: int, warnings: tuple[str, ...]) -> Reading:
    kept = tuple(rows)
    domains = tuple(row for row in kept if isinstance(row, TrackDomain))
    unreadable = [row for row in kept if isinstance(row, UnreadableDomain)]
    names = selection.names - {domain.name for domain in domains}
    ids = selection.ids - {domain.id for domain in domains}
    for row in unreadable:
        # One without a name or an ID may be any that is not found.
        may_be_named = row.name in selection.names or (row.name is None and names)
        may_have_id = row.id in selection.ids or (row.id is None and ids)
        if may_be_named or may_have_id or selection.exact:
            raise _contradiction(row.reason)
    if unreadable:
        reasons = "; ".join(row.reason for row in unreadable[:_MOST_REASONS])
        warnings += (
            f"{len(unreadable)} of the rows that SendCloud lists cannot be read, and were left out: {reasons}",
        )
    return Reading(domains, count, warnings)


def _contradiction(what: str) -> SendCloudError:
    return SendCloudError(
        _errors.PROTOCOL, f"SendCloud's answer to {_client.LIST} cannot be used: {what}", endpoint=_client.LIST
    )
