# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import re

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _domain_name
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import (
    comparable,
    parse_domain_name,
    same_target,
)
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("track.example.com", "track.example.com"),
        ("Track.Example.COM.", "track.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("点击.例子", "xn--89q526e.xn--fsqu00a"),
        ("点击。例子", "xn--89q526e.xn--fsqu00a"),
        ("a-b.c--d.example", "a-b.c--d.example"),
        ("1.example", "1.example"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
        (".".join(["a" * 49] * 5) + ".com", ".".join(["a" * 49] * 5) + ".com"),
    ],
)
def test_a_name_is_sent_in_lower_case_a_labels_without_the_trailing_dot(given, sent):
    assert parse_domain_name(given) == sent


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (" track.example.com", "begins or ends with white space"),
        ("track.example.com\n", "begins or ends with white space"),
        ("foo..bar", "empty label"),
        (".example.com", "empty label"),
        ("example.com..", "empty label"),
        ("-a.example", "starts or ends with a hyphen: '-a'"),
        ("a-.example", "starts or ends with a hyphen: 'a-'"),
        (f"{'a' * 64}.example", "label of 64 characters"),
        (f"{'ä' * 64}.example", "not a valid internationalised name"),
        (".".join(["a" * 50] * 5) + ".com", "has 258 characters"),
        ("localhost", "has only one label"),
        ("example.", "has only one label"),
        ("https://track.example.com", "is a URL"),
        ("track.example.com/x", "contains a slash"),
        ("track.example.com:443", "contains a colon"),
        ("mail@example.com", "is a mail address"),
        ("*.example.com", "is a wildcard"),
        ("192.0.2.1", "ends in a number"),
        ("tra_ck.example.com", "may contain only letters, digits, hyphens"),
        ("track.exa mple.com", "may contain only letters, digits, hyphens"),
        ("track\x00.example.com", "may contain only letters, digits, hyphens"),
        ("track.\x1b[31mexample.com", "may contain only letters, digits, hyphens"),
        ("a\u2260b.example", "not a valid internationalised name"),
        ("x" * 10_000 + ".example", "has 10008 characters"),
        (".".join(["a" * 49] * 5) + ".comm", "has 254 characters"),
        ("10.track.example.0", "ends in a number"),
    ],
)
def test_what_is_no_host_name_is_refused_with_what_is_wrong(given, reason):
    with pytest.raises(InputError, match="is not a domain name") as caught:
        parse_domain_name(given, "new_name")
    assert reason in caught.value.message
    assert caught.value.message.startswith("new_name ")
    assert caught.value.kind == "input"
    assert "\x1b" not in caught.value.message
    assert "\x00" not in caught.value.message
    assert len(caught.value.message) < 400


@pytest.mark.parametrize(("length", "shown"), [(79, "a" * 79), (80, "a" * 80), (81, "a" * 80 + "...")])
def test_eighty_characters_of_a_name_are_shown(length, shown):
    with pytest.raises(InputError) as caught:
        parse_domain_name("a" * length)
    assert f"can be tracked: {shown!r} has " in caught.value.message


@pytest.mark.parametrize("name", [f"{'a' * 63}.example", ".".join(["a" * 49] * 5) + ".com"])
def test_the_longest_label_and_the_longest_name_may_be_in_capitals(name):
    assert parse_domain_name(name.upper()) == name


@pytest.mark.parametrize("name", ["1.example", "1.2.example", "a.1.example"])
def test_only_the_last_label_may_not_be_a_number(name):
    assert parse_domain_name(name.upper()) == name


def test_an_internationalised_name_needs_the_idna_library(monkeypatch):
    monkeypatch.setattr(_domain_name, "IDNA_IMPORT_ERROR", "Traceback: no idna")
    with pytest.raises(MissingLibraryError) as caught:
        parse_domain_name("bücher.example")
    assert caught.value.library == "idna"
    assert caught.value.import_traceback == "Traceback: no idna"
    assert parse_domain_name("track.example.com") == "track.example.com"
    # Without what the library maps and checks, and yet in the one spelling that can be compared.
    assert comparable("Bücher.example.") == "xn--bcher-kva.example"


def test_without_the_idna_library_other_names_are_no_less_taken(alone):
    without = alone(_domain_name, "idna")
    assert without.parse_domain_name("Track.Example.com.") == "track.example.com"
    with pytest.raises(MissingLibraryError) as caught:
        without.parse_domain_name("bücher.example")
    assert "idna" in caught.value.import_traceback


@pytest.mark.parametrize(
    ("received", "compared"),
    [
        ("Track.Example.com.", "track.example.com"),
        (" track.example.com ", "track.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("no host name", "no host name"),
        ("", ""),
    ],
)
def test_names_from_elsewhere_compare_in_one_spelling(received, compared):
    assert comparable(received) == compared


@given(st.text())
def test_any_text_is_either_refused_clearly_or_a_name_that_stays_as_it_is(text):
    name, refusal = None, None
    try:
        name = parse_domain_name(text)
    except InputError as error:
        refusal = error.message
    assert (name is None) is (refusal is not None and refusal.isprintable())
    if name is not None:
        assert parse_domain_name(name) == comparable(text) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("track2.sendcloud.net", "Track2.SendCloud.NET.", True),
        ("bücher.example", "xn--bcher-kva.example.", True),
        ("track2.sendcloud.net", "track3.sendcloud.net", False),
        ("track2.sendcloud.net", None, False),
        (None, None, False),
    ],
)
def test_when_two_targets_are_the_same(one, other, same):
    for pair in [(one, other), (other, one)]:
        assert same_target(*pair) is same


@given(st.text("ab9-.", max_size=30) | st.from_regex(r"([a-z0-9-]{1,64}\.){1,5}[a-z0-9-]{1,64}", fullmatch=True))
def test_the_short_way_for_names_in_order_leads_to_the_same(name):
    def parsed():
        try:
            return parse_domain_name(name)
        except InputError as error:
            return error.message

    short = parsed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_domain_name, "_IN_ORDER", re.compile("(?!)"))
        assert parsed() == short
