# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import json

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.envelope import (
    UnreadableEnvelopeError,
    parse_envelope,
)
from hypothesis import given
from hypothesis import strategies as st


def parse(value):
    return parse_envelope(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "succeeded"),
    [
        ({"result": True, "statusCode": 200, "message": "ok", "info": {}}, True),
        ({"result": "true", "statusCode": "200"}, True),
        ({"result": 1, "statusCode": 200.0}, True),
        ({"result": True}, True),
        ({"statusCode": 200}, True),
        ({"result": None, "statusCode": 200, "info": None}, True),
        ({"result": False, "statusCode": 40005}, False),
        ({"result": False, "statusCode": 200}, False),
        ({"result": True, "statusCode": 501}, False),
        ({"result": "false"}, False),
        ({"statusCode": 41015}, False),
        ({"statusCode": 199}, False),
    ],
)
def test_success_needs_result_and_code_to_agree(value, succeeded):
    assert parse(value).succeeded is succeeded


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (501, "server"),
        (6001, "permission"),
        (40001, "rejected"),
        (40005, "authentication"),
        (41003, "rejected"),
        (41012, "limit_reached"),
        (41014, "not_found"),
        (41015, "rejected"),
        (41109, "authentication"),
        (50000, "rate_limited"),
        ("40005", "authentication"),
        (99999, "rejected"),
    ],
)
def test_a_code_stands_for_a_kind_of_failure(code, kind):
    assert parse({"result": False, "statusCode": code}).kind == kind


def test_advice_is_given_where_there_is_something_to_do():
    assert "base URL of the account's region" in parse({"result": False, "statusCode": 40005}).advice
    assert "IP allowlist" in parse({"result": False, "statusCode": 6001}).advice
    assert "sending domain" in parse({"result": False, "statusCode": 41016}).advice
    assert parse({"result": False, "statusCode": 41001}).advice is None
    assert parse({"result": False}).advice is None


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (501, "Try again later"),
        (6001, "IP allowlist"),
        (40005, "Check api_user and api_key"),
        (41012, "5 tracking domains"),
        (41014, "does not exist any more"),
        (41015, "sending domain"),
        (41016, "sending domain"),
        (41109, "Check api_user and api_key"),
        (50000, "too many requests"),
    ],
)
def test_what_can_be_done_about_each_code(code, advice):
    assert advice in parse({"result": False, "statusCode": code}).advice


@pytest.mark.parametrize(
    ("value", "contradicts"),
    [
        ({"result": True, "statusCode": 501}, True),
        ({"result": False, "statusCode": 200}, True),
        ({"result": True, "statusCode": 200}, False),
        ({"result": False, "statusCode": 501}, False),
        ({"result": True}, False),
        ({"statusCode": 501}, False),
    ],
)
def test_where_result_and_code_disagree(value, contradicts):
    assert parse(value).contradicts_itself is contradicts


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "an empty body"),
        (b" \r\n", "an empty body"),
        (b"<html><body>login</body></html>", "HTML instead of JSON"),
        (b"  <!DOCTYPE html>", "HTML instead of JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[1]", "no SendCloud envelope"),
        (b'"text"', "no SendCloud envelope"),
        (b"null", "no SendCloud envelope"),
        (b"{}", "no result, no statusCode"),
        (b'{"error": "x"}', "no result, no statusCode"),
        (b'{"result": "perhaps"}', "cannot be read"),
        (b'{"result": true, "statusCode": []}', "cannot be read"),
        (b'{"result": true, "statusCode": true}', "cannot be read"),
    ],
)
def test_what_is_no_envelope_is_named(body, what):
    with pytest.raises(UnreadableEnvelopeError, match=what):
        parse_envelope(body)


def test_a_byte_order_mark_does_no_harm():
    assert parse_envelope(b'\xef\xbb\xbf{"result": true}').succeeded


@pytest.mark.parametrize(
    ("message", "read"), [("认证失败", "认证失败"), ("", None), (" ", None), (None, None), (5, None)]
)
def test_the_message_is_text_or_none(message, read):
    assert parse({"result": False, "message": message}).message == read


@pytest.mark.parametrize("info", [None, [], "x", 1])
def test_info_that_is_no_object_is_as_good_as_none(info):
    assert parse({"result": True, "info": info}).info == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from(["result", "statusCode", "message", "info"]), inner),
    )
)
def test_any_json_is_read_or_refused(value):
    envelope, refusal = None, None
    try:
        envelope = parse(value)
    except UnreadableEnvelopeError as error:
        refusal = str(error)
    assert refusal if envelope is None else envelope.succeeded in (True, False)
