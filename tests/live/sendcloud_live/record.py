# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a play found, as it was written down while it went on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .certificates import ThrowAway
from .settings import Names


@dataclasses.dataclass(frozen=True)
class Record:
    """The results of live.yml by the name that each is registered under; what was not got to is not there.

    ``throw_away`` is the self-signed certificate with an RSA key; ``has_cname`` and ``has_given`` say what the user
    gave.
    """

    names: Names
    has_cname: bool
    has_given: bool
    throw_away: ThrowAway
    results: Mapping[str, Mapping[str, Any]]

    def observation(self, name: str) -> Mapping[str, Any]:
        """What SendCloud said to a raw request. Raises NotRecordedError."""
        found: Mapping[str, Any] = self.result(name)["observation"]
        return found

    def result(self, name: str) -> Mapping[str, Any]:
        """The result of a task. Raises NotRecordedError."""
        if name not in self.results:
            raise NotRecordedError(name)
        return self.results[name]

    def own(self, name: str) -> Mapping[str, Any]:
        """The first own row of an observation. Raises NotRecordedError where it has none."""
        rows = self.observation(name)["own"]
        if not rows:
            raise NotRecordedError(name)
        row: Mapping[str, Any] = rows[0]
        return row

    @property
    def added_by(self) -> str:
        """Which of the two requests added the first domain. Raises NotRecordedError."""
        return "added" if self.observation("added")["own"] else "added_in_lower_case"


class NotRecordedError(Exception):
    """The play did not get to a task, or got no usable answer to it."""


def read_results(path: Path) -> dict[str, dict[str, Any]]:
    """The results in a file that callback_plugins/record.py wrote; the play may have ended in the middle of a line."""
    results: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            entry = json.loads(line)
        except ValueError:
            break
        results[entry["register"]] = entry["result"]
    return results
