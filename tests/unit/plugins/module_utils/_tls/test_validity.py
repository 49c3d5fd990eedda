# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import (
    SENDCLOUD_TIME,
    PrintedWindow,
    ValidityWindow,
    is_same_validity,
    parse_printed_time,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)
WINDOW = ValidityWindow(START, END)
NOW = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
# What regions may print: as documented, UTC, and US (Pacific) time.
LIKELY = [8 * HOUR, 0 * HOUR, -7 * HOUR]


def at(moment, offset):
    """What a clock that is ``offset`` ahead of UTC shows."""
    return moment.astimezone(UTC).replace(tzinfo=None) + offset


def printed(window, offset):
    return PrintedWindow(at(window.not_before, offset), at(window.not_after, offset))


def later(window, shift):
    return ValidityWindow(window.not_before + shift, window.not_after + shift)


def same(offset, updated=None, window=WINDOW):
    return is_same_validity(window, printed(WINDOW, offset), updated, NOW)


class TestWindow:
    def test_it_is_shown_in_sendclouds_time(self):
        assert WINDOW.as_text() == ("2026-01-01T08:00:00+08:00", "2026-04-01T08:00:00+08:00")
        elsewhere = timezone(-7 * HOUR)
        assert ValidityWindow(START.astimezone(elsewhere), END.astimezone(elsewhere)).as_text() == WINDOW.as_text()

    @pytest.mark.parametrize(
        ("now", "days"),
        [
            (END - 2 * DAY, 2),
            (END - 2 * DAY + SECOND, 1),
            (END - DAY, 1),
            (END - SECOND, 0),
            (END, 0),
            (END + SECOND, -1),
            (END + DAY, -1),
            (END + DAY + SECOND, -2),
        ],
    )
    def test_whole_days_remain_and_are_negative_once_it_has_expired(self, now, days):
        assert WINDOW.days_remaining(now) == days
        assert WINDOW.days_remaining(now.astimezone(SENDCLOUD_TIME)) == days

    def test_what_sendcloud_prints_is_read_as_documented(self):
        expected = PrintedWindow(datetime(2026, 1, 1, 8), datetime(2026, 4, 1, 8))
        assert PrintedWindow.from_window(WINDOW) == expected
        assert expected.as_window() == WINDOW
        assert expected.as_window().as_text() == WINDOW.as_text()

    def test_a_printed_window_at_the_edges_of_the_calendar_can_be_shown(self):
        window = PrintedWindow(datetime.min, datetime.max.replace(microsecond=0)).as_window()
        assert window.as_text() == ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59+08:00")
        assert window.days_remaining(NOW) > 2_900_000


class TestSameValidity:
    @pytest.mark.parametrize("hours", [-12, -7, -3.5, 0, 5.75, 8, 14])
    def test_a_zone_of_whole_quarter_hours_is_no_difference(self, hours):
        assert same(hours * HOUR)

    @pytest.mark.parametrize(
        "offset",
        [SECOND, MINUTE, 14 * MINUTE, 8 * HOUR + SECOND, 8 * HOUR - SECOND, 14 * HOUR - SECOND, -12 * HOUR + SECOND],
    )
    def test_what_is_no_quarter_hour_is_a_difference(self, offset):
        assert not same(offset)

    @pytest.mark.parametrize("offset", [14 * HOUR + QUARTER, -12 * HOUR - QUARTER, 16 * HOUR, -16 * HOUR, DAY, -DAY])
    def test_what_no_zone_can_be_is_a_difference(self, offset):
        assert not same(offset)

    @pytest.mark.parametrize("change", [SECOND, -SECOND, QUARTER, 8 * HOUR, -8 * HOUR, DAY])
    def test_another_length_is_a_difference(self, change):
        assert not same(8 * HOUR, window=ValidityWindow(START, END + change))
        assert not same(8 * HOUR, window=ValidityWindow(START + change, END))

    def test_the_zone_of_the_times_given_does_not_matter(self):
        zone = timezone(timedelta(hours=5))
        window = ValidityWindow(START.astimezone(zone), END.astimezone(zone))
        updated = at(NOW, 8 * HOUR)
        assert is_same_validity(window, printed(WINDOW, 9 * HOUR), updated, NOW.astimezone(zone))
        assert not is_same_validity(window, printed(WINDOW, 7 * HOUR), updated, NOW.astimezone(zone))

    def test_a_zone_in_which_the_last_update_is_in_the_future_is_a_difference(self):
        updated = at(NOW, 8 * HOUR)
        assert same(8 * HOUR - QUARTER)
        assert not same(8 * HOUR - QUARTER, updated)
        assert same(8 * HOUR - QUARTER, updated - 5 * MINUTE)
        assert not same(8 * HOUR - QUARTER, updated - 5 * MINUTE + SECOND)
        assert same(8 * HOUR + QUARTER, updated)

    @pytest.mark.parametrize("offset", LIKELY)
    def test_the_likely_zones_are_never_ruled_out(self, offset):
        assert same(offset, at(NOW, 14 * HOUR))

    @pytest.mark.parametrize("hours", [-8, -6, 1, 7])
    def test_other_zones_are_ruled_out(self, hours):
        assert not same(hours * HOUR, at(NOW, 14 * HOUR))


seconds = st.integers(0, 40 * 365 * 86400)
windows = st.builds(
    lambda start, length: ValidityWindow(
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=start),
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=start + length),
    ),
    seconds,
    seconds,
)
zones = st.integers(-48, 56).map(lambda quarters: quarters * QUARTER)
moments = seconds.map(lambda count: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=count))
ages = seconds.map(lambda count: timedelta(seconds=count))


@given(windows, zones, moments, ages)
def test_a_certificate_is_itself_whatever_zone_sendcloud_prints(window, zone, now, age):
    assert is_same_validity(window, printed(window, zone), at(now - age, zone), now)
    assert is_same_validity(window, printed(window, zone), None, now)


@given(windows, zones, moments, st.integers(-600, 600))
def test_clocks_may_be_ten_minutes_apart(window, zone, now, skew):
    assert is_same_validity(window, printed(window, zone), at(now + skew * SECOND, zone), now)


@given(windows, st.sampled_from(LIKELY), zones, moments, ages)
def test_a_certificate_is_itself_where_the_update_is_printed_in_another_zone(window, zone, other, now, age):
    assert is_same_validity(window, printed(window, zone), at(now - age, other), now)


@given(windows, windows, zones)
def test_another_length_is_always_seen(one, other, zone):
    assume(one.not_after - one.not_before != other.not_after - other.not_before)
    assert not is_same_validity(one, printed(other, zone), None, NOW)


@given(windows, st.integers(-(10**6), 10**6), zones)
@example(WINDOW, 1, 0 * HOUR)
def test_a_shift_is_seen_unless_it_makes_another_zone(window, shift, zone):
    now_there = zone - shift * SECOND
    assume(now_there % QUARTER or not -12 * HOUR <= now_there <= 14 * HOUR)
    assert not is_same_validity(later(window, shift * SECOND), printed(window, zone), None, NOW)


@pytest.mark.parametrize("zone", LIKELY, ids=["+08:00", "UTC", "-07:00"])
@pytest.mark.parametrize(
    "shift", [SECOND, HOUR + SECOND, 16 * HOUR, DAY, 60 * DAY], ids=["1s", "1h1s", "16h", "1d", "60d"]
)
@given(window=windows, now=moments, age=st.integers(0, 3600))
def test_a_renewal_is_seen(zone, shift, window, now, age):
    updated = at(now - age * SECOND, zone)
    assert not is_same_validity(later(window, shift), printed(window, zone), updated, now)


class TestTheExceptionThatRemains:
    """As documented: a renewal that is shifted as if SendCloud printed another zone."""

    @pytest.mark.parametrize("shift", [-6 * HOUR, -QUARTER, 8 * HOUR, 15 * HOUR])
    def test_these_shifts_are_never_seen(self, shift):
        assert is_same_validity(later(WINDOW, shift), printed(WINDOW, 8 * HOUR), at(NOW, 8 * HOUR), NOW)

    @pytest.mark.parametrize("shift", [QUARTER, HOUR, 16 * HOUR, 20 * HOUR])
    def test_these_are_seen_until_the_update_is_as_long_ago(self, shift):
        now_there = at(NOW, 8 * HOUR)
        renewed = later(WINDOW, shift)
        assert not is_same_validity(renewed, printed(WINDOW, 8 * HOUR), now_there, NOW)
        assert is_same_validity(renewed, printed(WINDOW, 8 * HOUR), now_there - shift, NOW)

    @pytest.mark.parametrize("shift", [-6 * HOUR - QUARTER, 20 * HOUR + QUARTER])
    def test_beyond_them_every_shift_is_seen(self, shift):
        assert not is_same_validity(later(WINDOW, shift), printed(WINDOW, 8 * HOUR), None, NOW)


class TestPrintedTime:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-01-01 08:00:59",
            "2026-01-01T08:00:59",
            "2026-01-01 08:00:59.0",
            "2026-01-01T08:00:59.999",
            " 2026-01-01 08:00:59\n",
        ],
    )
    def test_it_is_read(self, text):
        assert parse_printed_time(text) == datetime(2026, 1, 1, 8, 0, 59)

    @pytest.mark.parametrize("nothing", [None, "", "  "])
    def test_nothing_is_none(self, nothing):
        assert parse_printed_time(nothing) is None

    @pytest.mark.parametrize(
        "text",
        ["2026-01-01", "08:00:00", "2026-02-30 00:00:00", "2026-01-01 08:00:00+08:00", "10000-01-01 07:59:59", "soon"],
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(ValueError, match="yyyy-MM-dd HH:mm:ss"):
            parse_printed_time(text)

    @pytest.mark.parametrize("value", [0, 1767225600, True, [], {}])
    def test_what_is_no_text_is_refused(self, value):
        with pytest.raises(ValueError, match="has to be a text"):
            parse_printed_time(value)

    @given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
    def test_every_time_is_read_as_it_is_printed(self, moment):
        assert parse_printed_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == moment
