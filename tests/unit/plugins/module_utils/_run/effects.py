# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Whether a result's C(changed) is what the journal says that the run did."""

from __future__ import annotations

WRITES = ("add", "update", "delete")


def check_changed(result, journal, *, is_lied_to=False, may_be_mistaken=False):
    """Insist on it that C(changed) is true exactly if a call of this run had an effect, or if nobody knows.

    ``is_lied_to``: an answer said no to what it had done. ``may_be_mistaken``: somebody else did just what a call of
    this run, which was lost, was to do; no client can tell these apart.
    """
    effects = [call.effect for call in journal.calls() if call.effect]
    if result["changed"] is False:
        assert not effects or is_lied_to, effects
    elif not effects and not may_be_mistaken:
        assert "is not known" in result["msg"]


def is_lie(fault):
    """Whether a fault (as the emulator is told) is a refusal of what has been done."""
    refuses = fault["kind"] in ("echo", "control_characters") or (fault["kind"] == "code" and fault["code"] != 501)
    return refuses and fault["when"] == "after"
