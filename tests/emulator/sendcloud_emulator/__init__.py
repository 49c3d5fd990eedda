# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""An emulator of SendCloud's tracking-domain API, for tests and for trying the collection without an account."""

from __future__ import annotations

from .account import Account, TrackingDomain
from .certificate import CertificatePair, Validity
from .changes import Change
from .clock import Clock, ManualClock, SystemClock
from .emulator import Emulator
from .faults import Faults, Kind
from .journal import Call, Journal
from .meanwhile import Meanwhile
from .switches import Quirks, Settings

__all__ = [
    "Account",
    "Call",
    "CertificatePair",
    "Change",
    "Clock",
    "Emulator",
    "Faults",
    "Journal",
    "Kind",
    "ManualClock",
    "Meanwhile",
    "Quirks",
    "Settings",
    "SystemClock",
    "TrackingDomain",
    "Validity",
]
