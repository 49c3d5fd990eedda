# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import html
import json
from urllib.parse import quote, quote_plus

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
