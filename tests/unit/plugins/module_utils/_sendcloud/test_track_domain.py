# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    TrackDomain,
    UnreadableDomain,
    UnreadableDomainError,
    parse_boolean,
    parse_integer,
    parse_row,
    parse_track_domain,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)

RAW = {
    "id": 999224,
    "name": "track.example.com",
    "cname": False,
    "cname.domain": "track.example.com",
    "cname.value": "track2.sendcloud.net",
    "https": True,
    "certiValidityStart": "2026-01-01 08:00:00",
    "certiValidityEnd": "2026-04-01 08:00:00",
    "gmtCreated": "2014-11-01 22:41:52",
    "gmtUpdated": "2015-09-25 10:56:06",
}


def read(**changes):
    raw = {key: value for key, value in {**RAW, **changes}.items() if value != "ABSENT"}
    return parse_track_domain(raw)


def test_a_domain_is_returned_as_the_interface_says():
    assert read().as_result(NOW, str) == {
        "id": 999224,
        "name": "track.example.com",
        "cname_verified": False,
        "https_configured": True,
        "certificate_not_before": "2026-01-01T08:00:00+08:00",
        "certificate_not_after": "2026-04-01T08:00:00+08:00",
        "certificate_days_remaining": 31,
        "dns_record": {
            "type": "CNAME",
            "name": "track.example.com",
            "value": "track2.sendcloud.net",
            "host": "track.example.com",
            "zone_line": "track.example.com. IN CNAME track2.sendcloud.net.",
        },
        "created_at": "2014-11-01T22:41:52+08:00",
        "updated_at": "2015-09-25T10:56:06+08:00",
    }


def test_a_domain_without_a_certificate_has_no_validity():
    domain = read(https=False, certiValidityStart="", certiValidityEnd="")
    result = domain.as_result(NOW, str)
    assert domain.certificate is None
    assert (result["certificate_not_before"], result["certificate_not_after"]) == (None, None)
    assert result["certificate_days_remaining"] is None


def test_the_diff_shows_what_a_run_can_change_and_nothing_else():
    assert read().as_diff() == {
        "name": "track.example.com",
        "cname_verified": False,
        "https_configured": True,
        "certificate_not_before": "2026-01-01T08:00:00+08:00",
        "certificate_not_after": "2026-04-01T08:00:00+08:00",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "999224", "cname": "false", "https": "true"},
        {"id": 999224.0, "cname": 0, "https": 1},
        {"cname": "0", "https": "1"},
        {"cname": None, "https": "TRUE"},
        {"cname": "ABSENT"},
        {"cname": ""},
        {"name": "Track.Example.com."},
        {"cname.value": "track2.sendcloud.net."},
        {"cname.domain": "ABSENT", "cname domain": "track.example.com"},
        {"cname.value": "ABSENT", "cname value": " track2.sendcloud.net "},
        {"gmtCreated": "2014-11-01 22:41:52.0", "gmtUpdated": "2015-09-25T10:56:06"},
        {"unknown": {"more": []}},
    ],
)
def test_a_domain_is_read_tolerantly(changes):
    assert read(**changes) == read()


@pytest.mark.parametrize("nothing", ["ABSENT", None, ""])
def test_what_may_be_missing_is_none(nothing):
    optional = ("cname.domain", "cname.value", "certiValidityStart", "certiValidityEnd", "gmtCreated", "gmtUpdated")
    domain = read(**dict.fromkeys(optional, nothing), https=nothing, cname=nothing)
    assert domain == TrackDomain(id=999224, name="track.example.com")
    assert domain.zone_line() is None
    assert domain.as_result(NOW, str)["created_at"] is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"id": "ABSENT"}, "track.example.com has no ID"),
        ({"id": None}, "has no ID"),
        ({"id": "x"}, "has no ID"),
        ({"id": True}, "has no ID"),
        ({"id": 0}, "has no ID"),
        ({"id": -1}, "has no ID"),
        ({"id": 1.5}, "has no ID"),
        ({"id": "9" * 30}, "has no ID"),
        ({"name": "ABSENT"}, "has no name"),
        ({"name": " "}, "has no name"),
        ({"name": 5}, "has no name"),
        ({"cname": "passed"}, "'cname' of the tracking domain track.example.com is not a boolean"),
        ({"https": []}, "'https' of"),
        ({"certiValidityStart": "soon"}, "certificate validity of the tracking domain track.example.com is not a time"),
        ({"certiValidityEnd": "2026-02-30 00:00:00"}, "is not a time"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(changes, what):
    with pytest.raises(UnreadableDomainError, match=what):
        read(**changes)


@pytest.mark.parametrize("raw", [None, [], "x", 5])
def test_a_domain_is_an_object(raw):
    with pytest.raises(UnreadableDomainError, match="not a JSON object"):
        parse_track_domain(raw)


@pytest.mark.parametrize("number", [1, "1", 2**62])
def test_an_id_is_any_positive_number(number):
    assert read(id=number).id == int(number)


def test_a_date_of_zeros_is_no_certificate():
    assert read(certiValidityStart="0000-00-00 00:00:00", certiValidityEnd="0000-00-00 00:00:00").certificate is None


def test_a_date_that_is_only_shown_never_fails():
    assert read(gmtCreated="yesterday").created is None


def test_text_from_sendcloud_is_cleaned_where_it_is_shown_and_read_as_it_is():
    domain = read(**{"cname.value": "secret.net", "name": "secret.com"})
    assert (domain.name, domain.cname_value) == ("secret.com", "secret.net")
    record = domain.as_result(NOW, lambda text: text.replace("secret", "***"))["dns_record"]
    assert (record["value"], record["host"]) == ("***.net", "track.example.com")
    assert record["zone_line"] == "***.com. IN CNAME ***.net."


def test_a_name_with_terminal_escapes_is_harmless():
    assert read(name="\x1b[31mred.example.com").name == "\\x1b[31mred.example.com"


def test_a_row_that_can_be_read_is_a_domain():
    assert parse_row(RAW) == read()


@pytest.mark.parametrize(
    ("row", "unreadable"),
    [
        ({**RAW, "certiValidityEnd": "soon"}, (999224, "track.example.com")),
        ({**RAW, "id": None}, (None, "track.example.com")),
        ({**RAW, "name": ""}, (999224, None)),
        ("text", (None, None)),
    ],
)
def test_a_row_that_cannot_be_read_says_what_is_known_of_it(row, unreadable):
    found = parse_row(row)
    assert isinstance(found, UnreadableDomain)
    assert (found.id, found.name) == unreadable
    assert found.reason


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("9" * 19, int("9" * 19)),
        ("9" * 20, None),
        (" 7 ", 7),
        (0, 0),
        (-1, -1),
        (False, None),
        ("007", 7),
        (7.0, 7),
        (True, None),
        ("", None),
        ("٣", None),
        (None, None),
        ([], None),
    ],
)
def test_integers(value, number):
    assert parse_integer(value) == number


@pytest.mark.parametrize(("value", "boolean"), [("True", True), (1.0, None), (2, None), ({}, None), (None, False)])
def test_booleans(value, boolean):
    assert parse_boolean(value) is boolean
