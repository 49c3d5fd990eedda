# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What ``list`` shows: the account, but for the latest writes where the list lags behind."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from .account import Account, TrackingDomain
from .clock import Clock
from .switches import Settings


@dataclasses.dataclass(frozen=True)
class _Hidden:
    """A write that the list does not show yet: what it goes on showing, and for how long."""

    domain_id: int
    shown: TrackingDomain | None
    until: datetime
    calls_left: int


class LateList:
    """The domains as ``list`` sees them.

    A write that was noted is hidden for ``list_lag`` seconds and for the next ``list_lag_calls`` calls of ``list``,
    whichever takes longer. What tests change in the account directly is seen at once.
    """

    def __init__(self, account: Account, settings: Settings, clock: Clock) -> None:
        self._account = account
        self._settings = settings
        self._clock = clock
        self._hidden: list[_Hidden] = []

    def note(self, before: TrackingDomain | None, after: TrackingDomain | None) -> None:
        """Note a write just made; None stands for a domain that is not there."""
        subject = before or after
        lag, calls = self._settings.list_lag, self._settings.list_lag_calls
        if subject is None or before == after or not (lag or calls):
            return
        hidden = _Hidden(subject.id, before, self._clock.now() + timedelta(seconds=lag), calls)
        with self._account.lock:
            self._hidden.append(hidden)

    def read(self) -> Sequence[TrackingDomain]:
        """The domains that a call of ``list`` sees, oldest first. It counts as such a call."""
        now = self._clock.now()
        with self._account.lock:
            still_hidden = [entry for entry in self._hidden if entry.calls_left > 0 or now < entry.until]
            self._hidden = [dataclasses.replace(entry, calls_left=entry.calls_left - 1) for entry in still_hidden]
            domains = self._account.ordered()
        if not still_hidden:
            return domains
        shown: dict[int, TrackingDomain | None] = {domain.id: domain for domain in domains}
        # The oldest write that is hidden comes last, and so has its way.
        shown.update((entry.domain_id, entry.shown) for entry in reversed(still_hidden))
        return [domain for _unused, domain in sorted(shown.items()) if domain is not None]

    def clear(self) -> None:
        """Show everything."""
        with self._account.lock:
            self._hidden.clear()
