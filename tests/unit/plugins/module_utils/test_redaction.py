# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import base64
import html
import json
import random
import re
from urllib.parse import quote, quote_plus, unquote

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import LONGEST_TEXT, MASK, Redactor, neutralise
from hypothesis import given
from hypothesis import strategies as st

KEY = 'k+y/with "odd" & <characters>\\ %41'
PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIFRT\nb1w/fbo+NpDYmtHf3Q==\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
        lambda text: quote(text, safe="").lower(),
        lambda text: json.dumps(text)[1:-1],
        html.escape,
    ],
)
def test_each_spelling_of_a_secret_is_taken_out(spelling):
    text = f"refused: apiKey={spelling(KEY)}&name=x"
    assert Redactor([KEY]).clean(text) == f"refused: apiKey={MASK}&name=x"


@pytest.mark.parametrize(
    "spelling", [str, quote_plus, lambda text: json.dumps(text)[1:-1], lambda text: " ".join(text.split("\n"))]
)
def test_no_line_of_a_private_key_is_left(spelling):
    shown = Redactor([PEM]).clean(f"certKey={spelling(PEM)}.")
    for line in PEM.splitlines()[1:-1]:
        assert line not in shown
        assert quote_plus(line) not in shown


def test_a_private_key_without_its_line_breaks_is_taken_out():
    body = "".join(PEM.splitlines()[1:-1])
    assert Redactor([PEM]).clean(f"got {body}") == f"got {MASK}=="


@pytest.mark.parametrize("nothing", [None, "", "  \n"])
def test_nothing_is_no_secret(nothing):
    assert Redactor([nothing]).clean("as it is") == "as it is"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("two\nlines\r\n", "two\\x0alines\\x0d\\x0a"),
        ("a\x00b\x7f\x9b", "a\\x00b\\x7f\\x9b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("认证失败 é", "认证失败 é"),
    ],
)
def test_control_characters_are_spelled_out(text, shown):
    assert neutralise(text) == shown


def test_a_long_text_is_cut():
    shown = Redactor([]).clean("x" * 10_000)
    assert shown == "x" * LONGEST_TEXT + " ..."


@given(st.text(min_size=4), st.text(), st.text())
def test_a_secret_is_never_in_cleaned_text(secret, before, after):
    secret = secret.strip()
    if not secret or set(secret) <= set(MASK + " ."):
        return
    assert secret not in Redactor([secret]).redact(before + secret + after)


# The same at each run, and as long as a key of 2048 bits.
_ENCODED = base64.b64encode(random.Random("a private key").randbytes(1218)).decode()
_LINES = [_ENCODED[start : start + 64] for start in range(0, len(_ENCODED), 64)]
PRIVATE_KEY = "\n".join(["-----BEGIN PRIVATE KEY-----", *_LINES, "-----END PRIVATE KEY-----", ""])
BODY = "".join(PRIVATE_KEY.splitlines()[1:-1])


def undone(text):
    """The text without escapes, and without what is no letter of Base64."""
    while (decoded := html.unescape(unquote(text))) != text:
        text = decoded
    return re.sub(r"\\+[nrt]|[^A-Za-z0-9+/=]", "", text)


def runs(text, length=16):
    return {text[begin : begin + length] for begin in range(len(text) - length + 1)}


ENCODINGS = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "percent-twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form-twice": lambda text: quote_plus(quote_plus(text)),
    "json": lambda text: json.dumps(text).replace("/", "\\/"),
    "json-twice": lambda text: json.dumps(json.dumps(text)),
    "html": lambda text: html.escape(text).replace("+", "&#43;").replace("/", "&#x2F;").replace("\n", "&NewLine;"),
    "unicode": lambda text: text.replace("+", "\\u002b").replace("/", "\\x2F"),
}


@given(
    begin=st.integers(0, len(BODY) - 1),
    length=st.integers(1, len(BODY)),
    width=st.integers(1, 100),
    separator=st.sampled_from(["\n", "\r\n", " ", "\n> ", '", "', "\t"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    around=st.tuples(st.sampled_from(["", "got ", "certKey=", "a%2"]), st.sampled_from(["", ".", "&name=x", " end"])),
)
def test_no_piece_of_a_private_key_is_left(begin, length, width, separator, encoding, around):
    cut = BODY[begin : begin + length]
    wrapped = separator.join(cut[start : start + width] for start in range(0, len(cut), width))
    shown = Redactor([PRIVATE_KEY]).redact(around[0] + ENCODINGS[encoding](wrapped) + around[1])
    assert not runs(undone(shown)) & runs(BODY)


@given(
    begin=st.integers(0, len(BODY) - 1),
    length=st.integers(1, len(BODY)),
    width=st.integers(1, 100),
    offset=st.integers(0, 3),
    url_safe=st.booleans(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
def test_no_piece_of_a_private_key_is_left_in_base64(begin, length, width, offset, url_safe, encoding):
    cut = BODY[begin : begin + length]
    wrapped = "\n".join(cut[start : start + width] for start in range(0, len(cut), width))
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    shown = Redactor([PRIVATE_KEY]).redact(
        "got " + ENCODINGS[encoding](encode(b"x" * offset + wrapped.encode()).decode())
    )
    left = undone(shown).replace("=", "").replace("-", "+").replace("_", "/")
    for first in range(4):
        group = left[first : first + (len(left) - first) // 4 * 4]
        assert not runs(undone(base64.b64decode(group).decode("latin-1"))) & runs(BODY)


def piece(start, length):
    """A piece of the key that begins and ends with a letter or a digit: other characters at its ends may stay."""
    ends = (begin for begin in range(start, len(BODY)) if (BODY[begin] + BODY[begin + length - 1]).isalnum())
    begin = next(ends)
    return BODY[begin : begin + length]


def test_a_key_is_taken_out_as_a_whole_and_what_is_around_it_stays():
    redactor = Redactor([PRIVATE_KEY])
    assert redactor.clean(f"refused (certKey={PRIVATE_KEY.strip()}), sorry") == f"refused (certKey={MASK}), sorry"
    assert redactor.clean(f"refused ({piece(0, 64)}), sorry") == f"refused ({MASK}), sorry"
    assert redactor.clean(f"{piece(100, 16)} is left of {BODY[40:43]}") == f"{MASK} is left of {BODY[40:43]}"
    encoded = base64.b64encode(PRIVATE_KEY.encode()).decode()
    # Its first and last line are no secret.
    shown = redactor.clean(f"got {encoded}.")
    assert shown.startswith(f"got {encoded[:30]}")
    assert shown.count(MASK) == 1
    assert len(shown) < 100


def test_lines_of_a_key_are_one_mask():
    # At its ends, other characters than letters and digits may stay.
    assert Redactor([PRIVATE_KEY]).redact("\n".join(PRIVATE_KEY.splitlines()[1:-1])[:300]).strip("+/") == MASK
    assert Redactor([PRIVATE_KEY]).redact(f"{BODY[:50]} {'-' * 9} {'x' * 30} {BODY[50:90]}").count(MASK) == 2


@pytest.mark.parametrize(
    "text",
    [
        "the domain track.example.com is taken by another account, see https://api2.sendcloud.net/api/trackDomain/add",
        "50 % of %41ll is &lt;not&gt; \\n C:\\new &nothing; &#; 100%",
        "-----BEGIN PRIVATE KEY----- is missing, Proc-Type: 4,ENCRYPTED",
        "认证失败" * 20,
        "VHJhY2tpbmcgZG9tYWlucyBhcmUgbm90IGtleXMsIGFuZCBzdGF5IGFzIHRoZXkgYXJlLg==",
        "x" * 300,
    ],
)
def test_what_is_no_piece_of_a_key_stays(text):
    encrypted = PRIVATE_KEY.replace(
        "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789AB\n", 1
    )
    assert Redactor([PRIVATE_KEY, encrypted, "key"[:0]]).redact(text) == text


def test_what_is_no_private_key_is_masked_as_a_whole_only():
    path = "/etc/ssl/private/track.example.com/private-key-of-the-tracking-domain.pem"
    assert Redactor([path]).redact(f"{path} track.example.com/private-key") == f"{MASK} track.example.com/private-key"


@pytest.mark.parametrize("key", ["example", "track"])
def test_a_short_key_is_masked_wherever_it_is_quoted(key):
    assert Redactor([key]).clean("track.example.com") == "track.example.com".replace(key, MASK)


def test_secrets_beside_each_other_are_masked_each():
    assert Redactor(["first", "second"]).redact("firstsecond, first second") == f"{MASK}{MASK}, {MASK} {MASK}"


def test_the_longest_spelling_goes_first():
    assert Redactor(["key", "key-and-more"]).redact("key-and-more key") == f"{MASK} {MASK}"


def test_secrets_can_be_added():
    first = Redactor(["first"])
    both = first.with_secrets(["second"])
    assert both.redact("first second") == f"{MASK} {MASK}"
    assert first.redact("first second") == f"{MASK} second"


def alphanumeric(length):
    """A piece of the key that is nothing but letters and digits."""
    return next(run for run in sorted(runs(BODY, length)) if run.isalnum())


@pytest.mark.parametrize(("length", "is_masked"), [(9, False), (10, True), (11, True), (30, True)])
def test_ten_letters_and_digits_are_a_piece(length, is_masked):
    text = alphanumeric(length)
    assert Redactor([PRIVATE_KEY]).redact(text) == (MASK if is_masked else text)
    assert Redactor([PRIVATE_KEY]).redact(f"({text})") == (f"({MASK})" if is_masked else f"({text})")


def test_four_groups_of_base64_hold_a_piece():
    encoded = base64.b64encode(alphanumeric(12).encode()).decode()
    assert len(encoded) == 16
    assert Redactor([PRIVATE_KEY]).redact(encoded) == MASK
    assert Redactor([PRIVATE_KEY]).redact(f"({encoded})") == f"({MASK})"


@pytest.mark.parametrize(("letters", "masks"), [(0, 1), (1, 1), (15, 1), (16, 2), (17, 2)])
def test_between_pieces_that_are_close_the_key_goes_on(letters, masks):
    between = "x" * letters
    first, second = alphanumeric(12), alphanumeric(11)
    shown = Redactor([PRIVATE_KEY]).redact(f"{first} {between} {second}")
    assert shown == (MASK if masks == 1 else f"{MASK} {between} {MASK}")


def test_the_key_goes_on_after_each_of_its_pieces():
    one, two, three = (alphanumeric(length) for length in (10, 11, 12))
    text = f"{one} {'x' * 16} {two} {'y' * 15} {three}"
    assert Redactor([PRIVATE_KEY]).redact(text) == f"{MASK} {'x' * 16} {MASK}"


@pytest.mark.parametrize(("dots", "shown"), [(100, MASK * 2 + "." * 100), (101, "")])
def test_of_fifty_thousand_characters_the_end_is_shown_and_of_more_it_is_not(dots, shown):
    secret = "s" * 24_950
    assert Redactor([secret]).clean(secret * 2 + "." * dots) == shown


def test_from_a_text_that_is_cut_the_longest_spelling_is_taken_off():
    longest = len(quote(PRIVATE_KEY.strip(), safe=""))
    keys = (BODY * 30)[: 50_000 - longest - 100].rstrip("+/=")
    dots = 50_000 - len(keys) - longest
    assert Redactor([PRIVATE_KEY]).clean(keys.ljust(50_001, ".")) == MASK + "." * dots


def test_from_a_text_that_is_cut_as_much_is_taken_off_as_a_secret_is_long():
    secret = "s" * 500
    assert Redactor([secret]).clean(secret * 100 + ".") == (MASK * 100)[:-500]


def test_without_secrets_nothing_is_cut_off_but_what_is_too_long():
    assert Redactor([]).clean("x" * 60_000) == "x" * 600 + " ..."
    assert Redactor([]).clean("  as it is \n") == "as it is"
    assert Redactor([]).clean("as it is" + " " * 60_000) == "as it is"


@pytest.mark.parametrize(
    ("escaped", "shown"),
    [
        ("%61", MASK),
        ("\\x61", MASK),
        ("\\u0061", MASK),
        ("&#97;", MASK),
        ("&#x61;", MASK),
        ("%2561", MASK),
        ("&amp;#97;", MASK),
        ("&nothing;", None),
    ],
)
def test_an_escape_stands_for_its_character(escaped, shown):
    """With the first letter of a piece escaped, the piece is masked together with the escape."""
    key = "-----BEGIN PRIVATE KEY-----\na234567890\n-----END PRIVATE KEY-----\n"
    text = f"got {escaped}234567890."
    assert Redactor([key]).redact(text) == (text if shown is None else f"got {shown}.")


@pytest.mark.parametrize("escaped", ["%30", "\\x30", "\\u0030", "&#48;", "&#x30;", "%2530", "&amp;#48;"])
def test_an_escape_at_the_end_is_masked_as_a_whole(escaped):
    key = "-----BEGIN PRIVATE KEY-----\na234567890\n-----END PRIVATE KEY-----\n"
    for end in ("", "."):
        assert Redactor([key]).redact(f"got a23456789{escaped}{end}") == f"got {MASK}{end}"


@pytest.mark.parametrize("before", ["&#1;", "&nothing; ", "&#1;&nothing; %20"])
def test_what_only_looks_like_an_escape_stands_for_itself(before):
    key = "-----BEGIN PRIVATE KEY-----\na234567890\n-----END PRIVATE KEY-----\n"
    assert Redactor([key]).redact(f"{before}a23456789%30.") == f"{before}{MASK}."


def test_after_a_secret_a_whole_key_is_one_mask():
    text = f"key, {PRIVATE_KEY.strip()}, key, {PRIVATE_KEY.strip()}."
    assert Redactor(["key", PRIVATE_KEY]).redact(text) == f"{MASK}, {MASK}, {MASK}, {MASK}."


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        html.escape,
        quote,
        quote_plus,
        lambda text: quote(text, safe=""),
    ],
)
def test_a_secret_beyond_ascii_is_taken_out_whole(spelling):
    secret = '\u00e9/ "k" /\u00e8'
    assert Redactor([secret]).redact(f"({spelling(secret)})") == f"({MASK})"


@pytest.mark.parametrize("length", range(49_980, 50_010))
def test_a_secret_is_not_cut_in_two(length):
    """So much of the text is masked that its very end would be shown."""
    key = "abcdefghij"
    text = (key * (length // 10 + 1))[:length].ljust(60_000, "-")
    assert "abcde" not in Redactor([key]).clean(text)
    before = PRIVATE_KEY * (length // len(PRIVATE_KEY))
    assert not runs(undone(Redactor([PRIVATE_KEY]).clean(before.ljust(length, ".") + BODY))) & runs(BODY)


@pytest.mark.parametrize(("length", "ending"), [(600, ""), (601, " ...")])
def test_only_a_long_text_is_cut(length, ending):
    assert Redactor(["key"]).clean("x" * length) == "x" * 600 + ending
