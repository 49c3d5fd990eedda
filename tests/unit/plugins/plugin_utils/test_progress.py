# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a long wait says on the screen."""

from __future__ import annotations

from ansible_collections.sendcloud.email.plugins.plugin_utils._progress import Progress


def said_at(interval, times):
    """At which times something is said, of those at which there is something to say; the wait starts at 100."""
    time, said = 100.0, []
    progress = Progress(said.append, lambda: time, interval)
    for moment in times:
        time = 100.0 + moment
        progress.report(f"{moment} s")
    return said


def test_a_short_wait_says_nothing():
    assert said_at(3, [0, 3, 6, 9]) == []


def test_a_long_one_speaks_at_most_once_in_ten_seconds():
    assert said_at(4, [0, 4, 8, 12, 16, 20, 24, 28]) == ["12 s", "24 s"]
    assert said_at(10, [0, 10, 20]) == ["10 s", "20 s"]


def test_a_long_interval_is_spoken_of_before_it_begins():
    assert said_at(60, [0, 60]) == ["0 s", "60 s"]
