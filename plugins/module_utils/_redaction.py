# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Text from outside made fit to show: secrets out, control characters harmless, length bounded."""

from __future__ import annotations

import base64
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

# How much of a text is looked at: nobody needs more of a message, and looking for pieces of a key takes its time.
_LONGEST_LOOK = 50_000

# So many letters and digits in a row that are in a private key, too, are a piece of it: no name or word is by chance.
# Six short of the 16 characters that nobody may see, since the key's other characters ("+", "/") do not count.
_PIECE = 10
# Between two pieces that are so close (a line's end, in Base64 once more) the key goes on.
_GAP = 16

# What stands for one character, in URLs, in JSON and in HTML; a backslash may itself have been escaped.
_ESCAPE = re.compile(
    r"%(?P<percent>[0-9a-f]{2})|\\+x(?P<hex>[0-9a-f]{2})|\\+u(?P<unicode>[0-9a-f]{4})|\\+[nrtbf]|&(?P<entity>#?\w{1,10});",
    re.IGNORECASE,
)
_URL_SAFE = str.maketrans("-_", "+/")
_BASE64_SHORTEST = 4 * _PIECE // 3


def _escaped(match: t.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def neutralise(text: str) -> str:
    """The text on one line, with control characters and terminal escapes spelled out (C(\\x1b))."""
    return _UNSAFE.sub(_escaped, text)


def _spellings(secret: str) -> t.Iterator[str]:
    """The secret as an echo of a request may spell it: plain, form-encoded, in JSON, in HTML."""
    yield secret
    # What is no text, such as a key in DER read as one, is refused elsewhere.
    yield quote(secret, safe="", errors="surrogatepass")
    yield quote(secret, errors="surrogatepass")
    yield quote_plus(secret, errors="surrogatepass")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)


# A text that was decoded, and for each of its characters the part of the text shown that it comes from: begin, end.
_Traced = t.Tuple[str, t.Sequence[t.Tuple[int, int]]]


def _unescaped(match: t.Match[str]) -> str:
    code = match.group("percent") or match.group("hex") or match.group("unicode")
    if code:
        return chr(int(code, 16))
    # Any other escape is that of white space.
    return html.unescape(match.group()) if match.group("entity") else " "


def _undo_escapes(traced: _Traced) -> _Traced:
    """The text with every escape undone, also those of escapes."""
    text, spans = traced
    while True:
        parts: list[str] = []
        origins: list[tuple[int, int]] = []
        done = 0
        for match in _ESCAPE.finditer(text):
            character = _unescaped(match)
            if len(character) != 1:  # no entity that there is
                continue
            begin, end = match.span()
            parts += text[done:begin], character
            origins += [*spans[done:begin], (spans[begin][0], spans[end - 1][1])]
            done = end
        if not done:
            return text, spans
        text, spans = "".join(parts) + text[done:], [*origins, *spans[done:]]


def _keep(traced: _Traced, is_kept: t.Callable[[str], bool]) -> _Traced:
    text, spans = traced
    kept = [index for index, character in enumerate(text) if is_kept(character)]
    return "".join(text[index] for index in kept), [spans[index] for index in kept]


def _is_of_base64(character: str) -> bool:
    return (character.isascii() and character.isalnum()) or character in "+/"


def _is_letter_or_digit(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _undo_base64(traced: _Traced) -> t.Iterator[_Traced]:
    """What a text is when it is read as Base64 (RFC 4648), from each place at which a group may begin."""
    text, spans = _keep((traced[0].translate(_URL_SAFE), traced[1]), _is_of_base64)
    for first in range(4):
        length = (len(text) - first) // 4 * 4
        decoded = base64.b64decode(text[first : first + length]).decode("latin-1")
        # Three bytes are in four characters: the n-th is in the n-th of them and the next.
        origins = [first + number // 3 * 4 + number % 3 for number in range(len(decoded))]
        yield decoded, [(spans[origin][0], spans[origin + 1][1]) for origin in origins]


def _key_body(secret: str) -> str:
    """The letters and digits of a private key in PEM format (RFC 7468); nothing for other secrets."""
    if "-----BEGIN " not in secret:
        return ""
    # Lines with a colon are the headers of an encrypted key (RFC 1421).
    lines = [line for line in secret.splitlines() if "-----" not in line and ":" not in line]
    return "".join(filter(_is_letter_or_digit, "".join(lines)))


def _joined(spans: t.Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


class Redactor:
    """Takes secrets out of text that came from SendCloud or from a library.

    Of a private key in PEM format every piece of 16 characters is taken out, also where it is broken into other
    lines, cut off, escaped (in URLs, JSON, HTML) any number of times, or encoded in Base64 once more. Any other
    secret is taken out as a whole, however short or ordinary a word it is. So this is for texts that are quoted, not
    for names that are compared.
    """

    def __init__(self, secrets: t.Iterable[str | None]) -> None:
        self._secrets = frozenset(secret.strip() for secret in secrets if secret and secret.strip())
        spellings = {spelling for secret in self._secrets for spelling in _spellings(secret)}
        # The longest first, so that a part does not leave the rest of the whole standing.
        alternatives = "|".join(re.escape(item) for item in sorted(spellings, key=len, reverse=True))
        # Percent-encoding is the same in either case of its digits.
        self._pattern = re.compile(alternatives, re.IGNORECASE) if alternatives else None
        self._longest = max(map(len, spellings), default=0)
        self._pieces = frozenset(
            body[begin : begin + _PIECE]
            for body in map(_key_body, self._secrets)
            for begin in range(len(body) - _PIECE + 1)
        )

    def with_secrets(self, secrets: t.Iterable[str]) -> Redactor:
        """A redactor that takes out these secrets, too."""
        return Redactor((*self._secrets, *secrets))

    def redact(self, text: str) -> str:
        """The text with every spelling of a secret, and every piece of a private key, replaced by C(********)."""
        spans = [match.span() for match in self._pattern.finditer(text)] if self._pattern else []
        shown: list[str] = []
        done = 0
        for begin, end in _joined([*spans, *self._key_spans(text)]):
            shown += text[done:begin], MASK
            done = end
        return "".join(shown) + text[done:]

    def clean(self, text: str) -> str:
        """The text redacted, on one line, without control characters, and cut to O(LONGEST_TEXT) characters."""
        redacted = self.redact(text[:_LONGEST_LOOK].strip())
        if len(text) > _LONGEST_LOOK:
            # A secret that the cut goes through is not one to look for any more.
            redacted = redacted[: -self._longest] if self._longest else redacted
        shown = neutralise(redacted)
        return shown if len(shown) <= LONGEST_TEXT else shown[:LONGEST_TEXT] + " ..."

    def _key_spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a text pieces of a private key are."""
        if not self._pieces or len(text) < _PIECE:
            return []
        plain = _undo_escapes((text, [(index, index + 1) for index in range(len(text))]))
        spans = self._piece_spans(plain)
        if len(plain[0]) >= _BASE64_SHORTEST:
            for decoded in _undo_base64(plain):
                spans += self._piece_spans(_undo_escapes(decoded))
        return spans

    def _piece_spans(self, traced: _Traced) -> list[tuple[int, int]]:
        text, spans = _keep(traced, _is_letter_or_digit)
        found: list[tuple[int, int]] = []  # begin and end in the text that is kept
        for begin in range(len(text) - _PIECE + 1):
            if text[begin : begin + _PIECE] not in self._pieces:
                continue
            if found and begin - found[-1][1] < _GAP:
                found[-1] = (found[-1][0], begin + _PIECE)
            else:
                found.append((begin, begin + _PIECE))
        return [(spans[begin][0], spans[end - 1][1]) for begin, end in found]
