# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a run works with: the API, DNS, the time, and somebody to tell how it goes on."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient


def say_nothing(text: str) -> None:
    """For a run that nobody watches."""


def look_nowhere() -> Resolver | None:
    """For a run that does not look in DNS."""
    return None


@dataclasses.dataclass(frozen=True)
class Session:
    """The tools of one run.

    ``retries`` is how often the same write is sent again after an outcome in doubt. ``find_resolver`` gives what looks
    in DNS. ``report`` is told, in a line, what a wait is for.
    """

    client: SendCloudClient
    clock: Clock
    retries: int
    find_resolver: t.Callable[[], Resolver | None] = look_nowhere
    report: t.Callable[[str], None] = say_nothing

    @property
    def resolver(self) -> Resolver | None:
        """What looks in DNS; None where nothing is to be looked up or dnspython is not there."""
        return self.find_resolver()
