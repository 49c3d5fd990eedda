# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import (
    SENDCLOUD_TIME,
    PrintedWindow,
    ValidityWindow,
    is_same_validity,
    parse_printed_time,
    time_text,
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


def shown(window, offset, end_offset=None):
    """What a clock prints that is so far ahead of UTC, at the end perhaps by something else."""
    last = offset if end_offset is None else end_offset
    return PrintedWindow(
        window.not_before.replace(tzinfo=None) + offset,
        window.not_after.replace(tzinfo=None) + last,
    )


def later(window, shift):
    return ValidityWindow(window.not_before + shift, window.not_after + shift)


def same(offset, end_offset=None, now=NOW):
    return is_same_validity(WINDOW, shown(WINDOW, offset, end_offset), now)


class TestWindow:
    def test_it_is_shown_in_sendclouds_time(self):
        assert WINDOW.as_text() == ("2026-01-01T08:00:00+08:00", "2026-04-01T08:00:00+08:00")
        elsewhere = timezone(-7 * HOUR)
        assert ValidityWindow(START.astimezone(elsewhere), END.astimezone(elsewhere)).as_text() == WINDOW.as_text()

    def test_a_time_beyond_the_last_year_stays_as_it_is(self):
        assert time_text(datetime(9999, 12, 31, 23, tzinfo=UTC)) == "9999-12-31T23:00:00+00:00"

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
    """The table of the docstring, row by row, and what lies at its edges."""

    @pytest.mark.parametrize(
        ("start", "end", "same"),
        [
            ("2026-01-01 08:00:00", "2026-04-01 08:00:00", True),
            ("2025-12-31 16:00:00", "2026-03-31 17:00:00", True),
            ("2026-01-01 05:45:00", "2026-04-01 05:45:00", True),
            ("2026-01-01 08:00", "2026-04-01 08:00", True),
            ("2026-01-01", "2026-04-01", True),
            ("2026-01-01 08:00:01", "2026-04-01 08:00:01", False),
            ("2026-01-01 15:00:00", "2026-04-01 15:00:00", False),
            ("2026-01-01 08:00:00", "2026-04-01 10:00:00", False),
            ("2026-03-02 08:00:00", "2026-05-31 08:00:00", False),
        ],
    )
    def test_the_table(self, start, end, same):
        assert is_same_validity(WINDOW, PrintedWindow.parse(start, end), NOW) is same
        if same:
            row = f"{start:<21}{end:<21}"
            assert re.search(rf"^ +{row}.* +yes, ", is_same_validity.__doc__, re.MULTILINE)
        else:
            assert re.search(rf"^ +{start:<21}{end:<21}.* +no, ", is_same_validity.__doc__, re.MULTILINE)

    @pytest.mark.parametrize("quarters", range(-48, 57))
    def test_every_zone_of_whole_quarter_hours_is_no_difference(self, quarters):
        assert same(quarters * QUARTER)

    @pytest.mark.parametrize(
        "offset",
        [
            SECOND,
            MINUTE,
            14 * MINUTE,
            8 * HOUR + SECOND,
            8 * HOUR - SECOND,
            14 * HOUR + SECOND,
            14 * HOUR - SECOND,
            14 * HOUR + QUARTER,
            -12 * HOUR + SECOND,
            -12 * HOUR - SECOND,
            -12 * HOUR - QUARTER,
            16 * HOUR,
            -16 * HOUR,
            DAY,
            -DAY,
        ],
    )
    def test_what_no_clock_can_be_ahead_is_a_difference(self, offset):
        assert not same(offset)

    @pytest.mark.parametrize(("change", "expected"), [(HOUR, True), (-HOUR, True)])
    @pytest.mark.parametrize("offset", [-8 * HOUR, 0 * HOUR, 8 * HOUR])
    def test_one_change_of_clocks_is_no_difference(self, offset, change, expected):
        assert same(offset, offset + change) is expected

    @pytest.mark.parametrize(
        "change",
        [SECOND, -SECOND, QUARTER, -QUARTER, 2 * QUARTER, 3 * QUARTER, HOUR + SECOND, 2 * HOUR, -2 * HOUR, DAY],
    )
    def test_another_length_is_a_difference(self, change):
        assert not same(8 * HOUR, 8 * HOUR + change)
        assert not same(8 * HOUR + change, 8 * HOUR)

    @pytest.mark.parametrize(("start", "end"), [(14 * HOUR, 15 * HOUR), (-13 * HOUR, -12 * HOUR)])
    def test_both_ends_have_to_be_within_reach(self, start, end):
        assert not same(start, end)

    def test_the_zone_of_the_times_given_does_not_matter(self):
        zone = timezone(timedelta(hours=5))
        window = ValidityWindow(START.astimezone(zone), END.astimezone(zone))
        assert is_same_validity(window, shown(WINDOW, -12 * HOUR), NOW.astimezone(zone))
        assert not is_same_validity(window, shown(WINDOW, -12 * HOUR), (END - HOUR).astimezone(zone))

    @pytest.mark.parametrize(
        ("offset", "now", "expected"),
        [
            # SendCloud's clock is 12 h behind UTC, so its last moment reads 20 h too early at UTC+08:00.
            (-12 * HOUR, END - 20 * HOUR, True),
            (-12 * HOUR, END - 20 * HOUR + SECOND, False),
            (-12 * HOUR, END, False),
            (-12 * HOUR, END + SECOND, True),
            (7 * HOUR, END - HOUR, True),
            (7 * HOUR, END - HOUR + SECOND, False),
            (8 * HOUR, END, True),
            (8 * HOUR, END + SECOND, True),
            (14 * HOUR, END, True),
            (14 * HOUR, END + DAY, True),
        ],
    )
    def test_one_that_has_not_expired_is_not_one_that_has(self, offset, now, expected):
        assert same(offset, now=now) is expected

    @pytest.mark.parametrize(
        ("start", "end", "now", "expected"),
        [
            ("2026-01-01", "2026-04-01", datetime(2026, 4, 1, 15, 59, 59, tzinfo=UTC), True),
            ("2026-01-01", "2026-04-01", datetime(2026, 4, 1, 16, 0, 0, tzinfo=UTC), False),
            ("2026-01-01 08:00", "2026-04-02 07:59", datetime(2026, 4, 1, 23, 59, 59, tzinfo=UTC), True),
            ("2026-01-01 08:00", "2026-04-02 07:59", datetime(2026, 4, 2, tzinfo=UTC), False),
        ],
    )
    def test_it_has_expired_only_after_all_that_the_digits_may_mean(self, start, end, now, expected):
        assert PrintedWindow.parse(start, end).has_expired(now) is not expected

    @pytest.mark.parametrize(
        ("start", "end", "same"),
        [
            # 2026-01-01 03:14:15 to 2026-04-01 03:14:14, as Let's Encrypt cuts them.
            ("2026-01-01 11:14", "2026-04-01 11:14", True),
            ("2026-01-01 11:15", "2026-04-01 11:15", False),
            ("2026-01-01 11:13", "2026-04-01 11:13", False),
            ("2025-12-31", "2026-03-31", True),
            ("2026-01-01", "2026-03-31", True),
            ("2026-01-01", "2026-04-01", True),
            ("2026-01-02", "2026-04-02", False),
            ("2025-12-30", "2026-03-30", False),
            ("2026-01-01", "2026-04-02", False),
            ("2026-01-01", "2026-04-01 11:14:14", True),
            ("2026-01-01 11:14", "2026-04-01 11:14:59", True),
        ],
    )
    def test_nothing_is_compared_more_finely_than_it_is_printed(self, start, end, same):
        window = ValidityWindow(
            START + 3 * HOUR + 14 * MINUTE + 15 * SECOND, END + 3 * HOUR + 14 * MINUTE + 14 * SECOND
        )
        assert is_same_validity(window, PrintedWindow.parse(start, end), NOW) is same


seconds = st.integers(0, 40 * 365 * 86400)
windows = st.builds(
    lambda start, length: ValidityWindow(
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=start),
        datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=start + length),
    ),
    seconds,
    seconds,
)
offsets = st.integers(-48, 56).map(lambda quarters: quarters * QUARTER)
moments = seconds.map(lambda count: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=count))


@given(windows, offsets, moments)
def test_a_certificate_is_itself_whatever_zone_sendcloud_prints(window, offset, now):
    # But for the last hours, of which the rule on expired ones says that it is uploaded once more.
    last_hours = window.not_after + offset - 8 * HOUR < now <= window.not_after
    assert is_same_validity(window, shown(window, offset), now) is not last_hours


@given(windows, windows, offsets)
def test_another_length_is_always_seen(one, other, offset):
    difference = (one.not_after - one.not_before) - (other.not_after - other.not_before)
    assume(abs(difference) not in (timedelta(0), HOUR))
    assert not is_same_validity(one, shown(other, offset), datetime(2000, 1, 1, tzinfo=UTC))


@given(windows, st.integers(-(10**6), 10**6), offsets)
@example(WINDOW, 1, 0 * HOUR)
def test_a_shift_is_seen_unless_it_makes_another_zone(window, shift, offset):
    ahead = offset - shift * SECOND
    assume(ahead % QUARTER or not -12 * HOUR <= ahead <= 14 * HOUR)
    assert not is_same_validity(later(window, shift * SECOND), shown(window, offset), datetime(2000, 1, 1, tzinfo=UTC))


WEEKS = [datetime(2026, 1, 1, 3, 14, 15, tzinfo=UTC) + week * 7 * DAY for week in range(80)]


def places():
    """One name for each way in which clocks are set, of the hundreds of places that have a name."""
    # Lord Howe Island puts clocks forward by half an hour, a station in Antarctica by two hours: the rule is for one.
    left_out = {"Australia/Lord_Howe", "Australia/LHI", "Antarctica/Troll", "localtime"}
    names = sorted(available_timezones() - left_out)
    return sorted(
        {tuple(week.astimezone(ZoneInfo(name)).utcoffset() for week in WEEKS): name for name in names}.values()
    )


FIXED = [f"Etc/GMT{-hours:+d}" for hours in range(-12, 15) if hours]
CLOCK_CHANGES = ["America/Los_Angeles", "America/New_York", "Europe/Berlin", "Europe/London", "Australia/Sydney"]


# How long certificates live, and when ACME clients renew them.
LIFETIMES = [
    pytest.param(90 * DAY, 60 * DAY, id="90 days, renewed after 60"),
    pytest.param(6 * DAY, 3 * DAY, id="6 days, renewed after 3"),
    pytest.param(DAY, 8 * HOUR + 7 * SECOND, id="24 hours, renewed after 8 hours on another second"),
]


class TestServersInEveryZone:
    """What a task sees that runs again and again, while SendCloud prints the local time of a place."""

    def printed(self, window, zone):
        start, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (window.not_before, window.not_after))
        return PrintedWindow.parse(f"{start:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}")

    @pytest.mark.parametrize(("lifetime", "renewed_after"), LIFETIMES)
    @pytest.mark.parametrize("zone", [*FIXED, "UTC", "Asia/Shanghai", "Asia/Kathmandu", *CLOCK_CHANGES])
    def test_it_is_uploaded_once_and_then_its_renewal(self, zone, lifetime, renewed_after):
        zone = ZoneInfo(zone)
        # Every day of a year, so that both changes of the clocks lie at the start, inside and at the end.
        for day in range(366):
            start = datetime(2026, 1, 1, 3, 14, 15, tzinfo=UTC) + day * DAY
            window = ValidityWindow(start, start + lifetime - SECOND)
            uploaded = self.printed(window, zone)
            renewal = later(window, renewed_after)
            assert is_same_validity(window, uploaded, start)
            # West of UTC+08:00 it may be uploaded again in the last 20 h of its life.
            assert lifetime == DAY or is_same_validity(window, uploaded, start + renewed_after)
            assert not is_same_validity(renewal, uploaded, start + renewed_after)
            assert is_same_validity(renewal, self.printed(renewal, zone), start + renewed_after)

    @pytest.mark.parametrize("zone", places())
    def test_no_place_on_earth_makes_a_certificate_another_one(self, zone):
        for start in WEEKS[:53]:
            for lifetime in (DAY, 6 * DAY, 90 * DAY, 200 * DAY):
                window = ValidityWindow(start, start + lifetime)
                assert is_same_validity(window, self.printed(window, ZoneInfo(zone)), start)

    @pytest.mark.parametrize("quarters", [-24, -1, 1, 32, 80])
    def test_one_renewed_on_the_same_second_of_a_quarter_hour_is_uploaded_once_the_old_one_has_expired(self, quarters):
        window = ValidityWindow(START, START + DAY)
        uploaded, renewal = PrintedWindow.from_window(window), later(window, quarters * QUARTER)
        assert is_same_validity(renewal, uploaded, START)
        assert is_same_validity(renewal, uploaded, window.not_after)
        # One that ends earlier has expired by then, too.
        assert is_same_validity(renewal, uploaded, window.not_after + SECOND) is (quarters < 0)

    @pytest.mark.parametrize("quarters", [-25, 81])
    def test_beyond_the_zones_that_there_are_every_renewal_is_seen(self, quarters):
        window = ValidityWindow(START, START + DAY)
        assert not is_same_validity(later(window, quarters * QUARTER), PrintedWindow.from_window(window), START)


class TestPrintedTime:
    @pytest.mark.parametrize(
        ("text", "precision"),
        [
            ("2026-01-01 08:15:59", SECOND),
            ("2026-01-01T08:15:59", SECOND),
            ("2026-01-01 08:15:59.0", SECOND),
            ("2026-01-01T08:15:59.999", SECOND),
            ("2026-01-01T08:15:59,999", SECOND),
            (" 2026-01-01 08:15:59\n", SECOND),
            ("2026-01-01T00:15:59Z", SECOND),
            ("2026-01-01T00:15:59.000Z", SECOND),
            ("2026-01-01 00:15:59 +00:00", SECOND),
            ("2026-01-01T08:15:59+08:00", SECOND),
            ("2026-01-01T09:45:59+0930", SECOND),
            ("2025-12-31T17:15:59-07", SECOND),
            ("2025-12-31T20:45:59-03:30", SECOND),
            ("2026-01-01 08:15", MINUTE),
            ("2026-01-01T08:15", MINUTE),
            ("2026-01-01T00:15Z", MINUTE),
            ("2026-01-01", DAY),
        ],
    )
    def test_it_is_read_and_how_finely_it_is_printed(self, text, precision):
        expected = datetime(2026, 1, 1, 8, 15, 59)
        if precision is not SECOND:
            expected = expected.replace(second=0)
        if precision is DAY:
            expected = datetime(2026, 1, 1)
        assert parse_printed_time(text) == expected
        assert PrintedWindow.parse(text, text) == PrintedWindow(expected, expected, precision)

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2026-01-01", "2026-04-01 08:15:59", (datetime(2026, 1, 1), datetime(2026, 4, 1), DAY)),
            ("2026-01-01 08:15:59", "2026-04-01", (datetime(2026, 1, 1), datetime(2026, 4, 1), DAY)),
            ("2026-01-01 08:15:59", "2026-04-01 08:00", (datetime(2026, 1, 1, 8, 15), datetime(2026, 4, 1, 8), MINUTE)),
        ],
    )
    def test_a_window_is_as_fine_as_its_coarser_end(self, start, end, expected):
        assert PrintedWindow.parse(start, end) == PrintedWindow(*expected)

    @pytest.mark.parametrize("nothing", [None, "", "  ", "0000-00-00 00:00:00", "0000-00-00", "0000-00-00T00:00:00Z"])
    def test_nothing_is_none(self, nothing):
        assert parse_printed_time(nothing) is None
        for start, end in ((nothing, nothing), (nothing, "2026-04-01"), ("2026-01-01", nothing)):
            assert PrintedWindow.parse(start, end) is None

    @pytest.mark.parametrize(
        "text",
        [
            "08:00:00",
            "2026-02-30 00:00:00",
            "2026-01-01 24:00:00",
            "2026-01-01 08",
            "2026-01-01+08:00",
            "2026-01-01 08:00:00 CST",
            "2026-01-01 08:00:00+8",
            "2026-01-01 08:00:00 2",
            "٢٠٢٦-01-01 08:00:00",
            "10000-01-01 07:59:59",
            "0000-00-01",
            "9999-12-31T23:59:59Z",
            "0001-01-01T00:00:00+14:00",
            "soon",
        ],
    )
    def test_anything_else_is_refused(self, text):
        with pytest.raises(ValueError, match="yyyy-MM-dd HH:mm:ss"):
            parse_printed_time(text)
        for start, end in ((text, "2026-04-01"), ("2026-01-01", text)):
            with pytest.raises(ValueError, match="yyyy-MM-dd HH:mm:ss"):
                PrintedWindow.parse(start, end)

    @pytest.mark.parametrize("value", [0, 1767225600, True, [], {}])
    def test_what_is_no_text_is_refused(self, value):
        with pytest.raises(ValueError, match="has to be a text"):
            parse_printed_time(value)

    @given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0)))
    def test_every_time_is_read_as_it_is_printed(self, moment):
        assert parse_printed_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == moment


@pytest.mark.parametrize("value", [WINDOW, PrintedWindow.from_window(WINDOW)], ids=lambda value: type(value).__name__)
def test_a_window_cannot_be_changed(value):
    assert hash(value) == hash(dataclasses.replace(value))
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.anything = 1


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (START - timedelta(seconds=1), False),
        (START, True),
        (NOW, True),
        (START + timedelta(days=90), True),
        (START + timedelta(days=90, seconds=1), False),
    ],
)
def test_a_certificate_is_valid_from_its_begin_to_its_end(now, holds):
    assert ValidityWindow(START, START + timedelta(days=90)).holds(now) is holds
