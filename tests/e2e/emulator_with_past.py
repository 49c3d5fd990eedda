# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""An emulator whose account has a past: what is served has been uploaded an hour ago, or is late.

This is a program for a network of its own, see namespace.py. It reads JSON from its standard input, says that it is
ready, and ends with its input.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

from sendcloud_emulator import CertificatePair, Emulator
from sendcloud_emulator.switches import Settings

_LAG = 1800


class _ShiftedClock:
    """The system's clock, late by ``hours``."""

    def __init__(self) -> None:
        self.hours = 0

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(hours=self.hours)

    def skip(self, seconds: float) -> None:
        raise NotImplementedError("nothing here waits")


def main() -> None:
    past = json.loads(sys.stdin.readline())
    clock = _ShiftedClock()
    with Emulator(
        key=past["key"], port=past["port"], https=True, https_port=443, clock=clock, settings=Settings(https_lag=_LAG)
    ) as emulator:
        clock.hours = 1
        for name, pair in past["uploaded"].items():
            emulator.account.add(name, verified=True, certificate=CertificatePair.read(*pair))
        clock.hours = 0
        for name, pair in past["late"].items():
            domain = emulator.account.find(name)
            assert domain is not None
            emulator.account.change(domain.id, certificate=CertificatePair.read(*pair))
        print("ready", flush=True)
        sys.stdin.read()
        print(json.dumps(emulator.journal.endpoints()), flush=True)


if __name__ == "__main__":
    main()
