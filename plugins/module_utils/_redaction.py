# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Text from outside made fit to show: secrets out, control characters harmless, length bounded."""

from __future__ import annotations

import html
import json
import re
import typing as t
from urllib.parse import quote, quote_plus

MASK = "********"

# Long enough for any message of a person's length, short enough not to bury the task's own words.
LONGEST_TEXT = 600

# C0 and C1 controls, and the bidirectional overrides that can make a terminal show a text in another order.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")

# The shortest line of a PEM body that is taken for a part of the key by itself.
_SHORTEST_KEY_LINE = 8


def _escaped(match: t.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def neutralise(text: str) -> str:
    """The text on one line, with control characters and terminal escapes spelled out (C(\\x1b))."""
    return _UNSAFE.sub(_escaped, text)


def _spellings(secret: str) -> t.Iterator[str]:
    """The secret as an echo of a request may spell it: plain, form-encoded, in JSON, in HTML."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)


def _parts(secret: str) -> t.Iterator[str]:
    """The secret, and where it has several lines (a PEM key) each line that says something about it."""
    yield secret
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) < 2:
        return
    body = [line for line in lines if line and not line.startswith("-----")]
    yield "".join(body)
    for line in body:
        if len(line) >= _SHORTEST_KEY_LINE:
            yield line


class Redactor:
    """Takes secrets out of text that came from SendCloud or from a library."""

    def __init__(self, secrets: t.Iterable[str | None]) -> None:
        spellings = {
            spelling
            for secret in secrets
            if secret and secret.strip()
            for part in _parts(secret.strip())
            for spelling in _spellings(part)
        }
        # The longest first, so that a part does not leave the rest of the whole standing.
        alternatives = "|".join(re.escape(item) for item in sorted(spellings, key=len, reverse=True))
        # Percent-encoding is the same in either case of its digits.
        self._pattern = re.compile(alternatives, re.IGNORECASE) if alternatives else None

    def redact(self, text: str) -> str:
        """The text with every spelling of a secret replaced by C(********)."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def clean(self, text: str) -> str:
        """The text redacted, on one line, without control characters, and cut to O(LONGEST_TEXT) characters."""
        shown = neutralise(self.redact(text).strip())
        return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + " ..."
