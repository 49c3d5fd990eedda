# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Nothing stays in the account: what is there of the two names is deleted, also what comes late."""

from __future__ import annotations

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock

from .observing import Observer

# A write under way when a run broke off, or one that the list shows late, is there after so many seconds.
PAUSE = 2.0
MOST_LOOKS = 12


def tidy(observer: Observer, clock: Clock, clean_looks: int) -> tuple[str, ...]:
    """Delete every own domain, until so many lists in a row (``clean_looks``) show none; the names that are left.

    Raises SendCloudError where SendCloud cannot be asked.
    """
    clean = 0
    left: tuple[str, ...] = ()
    for look in range(MOST_LOOKS):
        if look:
            clock.sleep(PAUSE)
        rows = observer.own_rows()
        left = tuple(str(row["name"]) for row in rows)
        clean = 0 if rows else clean + 1
        if clean == clean_looks:
            return ()
        for row in rows:
            observer.delete(row.get("id"))
    return left
