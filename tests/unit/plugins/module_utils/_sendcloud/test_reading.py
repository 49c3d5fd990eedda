# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Nothing is concluded from a part of an account, whatever its lists are like."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import Page
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import (
    Reading,
    Selection,
    read_account,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    TrackDomain,
    UnreadableDomain,
)

EVERYTHING = Selection(everything=True)


def one(name):
    return Selection(frozenset([name]), may_filter=True)


def names_in(reading):
    return sorted(domain.name for domain in reading.domains)


def numbered(count):
    return [f"d{number}.example.com" for number in range(count)]


def calls(emulator):
    return [(call.parameters["start"], call.parameters.get("name")) for call in emulator.journal.calls()]


class Pages:
    """A client whose lists are scripted: a function of the start, the names, and how many lists came before."""

    def __init__(self, page):
        self._page = page
        self.asked = []

    def list_page(self, start=0, names=None, *, deadline=None):
        self.asked.append((start, names))
        return self._page(start, names, len(self.asked) - 1)


def rows(*numbers):
    return tuple(TrackDomain(number, f"d{number}.example.com") for number in numbers)


def refusal(client, selection=EVERYTHING):
    with pytest.raises(SendCloudError) as caught:
        read_account(client, selection)
    assert (caught.value.kind, caught.value.endpoint) == ("protocol", "trackDomain/list")
    return caught.value.message


class TestWholeAccounts:
    @pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 130, 250])
    @pytest.mark.parametrize(
        "quirks",
        [[], ["repeated_rows"], ["short_pages"], ["long_pages"], ["no_total", "no_count"],
         ["total_too_large"], ["string_counts", "string_ids"]],
        ids="+".join,
    )  # fmt: skip
    def test_every_domain_is_found_once(self, client, emulator, count, quirks):
        emulator.account.add_many(numbered(count))
        emulator.quirks.enable(*quirks)
        reading = read_account(client, EVERYTHING)
        assert names_in(reading) == sorted(numbered(count))
        assert reading.count == count
        assert bool(reading.warnings) is ("total_too_large" in quirks)
        if quirks in ([], ["string_counts", "string_ids"]):
            assert len(emulator.journal.calls()) == max(1, -(-count // 100))

    def test_a_total_that_is_too_small_is_noticed_where_a_page_goes_beyond_it(self, client, emulator):
        emulator.account.add_many(numbered(7))
        emulator.quirks.enable("total_too_small")
        reading = read_account(client, EVERYTHING)
        assert (len(reading.domains), reading.warnings) == (7, ())

    def test_the_last_row_that_stands_alone_is_found_where_pages_overlap(self, client, emulator):
        emulator.account.add_many(numbered(201))
        emulator.quirks.enable("repeated_rows")
        assert len(read_account(client, EVERYTHING).domains) == 201

    def test_only_what_is_asked_for_is_kept(self, client, emulator):
        emulator.account.add_many(numbered(150))
        reading = read_account(client, Selection(frozenset(["d7.example.com"]), frozenset([999224 + 149])))
        assert names_in(reading) == ["d149.example.com", "d7.example.com"]
        assert reading.count == 150

    @pytest.mark.parametrize(
        ("lists", "requests"),
        [
            ([((), None)], 1),
            ([(rows(1, 2), None), ((), None)], 2),
            # Several pages, or totals that come and go: only a second reading shows that the first was whole.
            ([(rows(1, 2), None), (rows(3), None), ((), None)], 6),
            ([(rows(1, 2), 5), ((), None)], 4),
        ],
        ids=["empty", "one page", "two pages", "one total"],
    )
    def test_without_a_total_one_page_alone_is_taken_for_the_whole(self, lists, requests):
        client = Pages(lambda start, names, number: Page(*lists[number % len(lists)]))
        reading = read_account(client, EVERYTHING)
        assert reading.domains == tuple(row for some, _total in lists for row in some)
        assert (len(client.asked), reading.warnings) == (requests, ())

    def test_namesakes_are_two_domains(self):
        namesakes = (TrackDomain(1, "d1.example.com"), TrackDomain(2, "d1.example.com"))
        reading = read_account(Pages(lambda start, names, number: Page(namesakes, 2)), EVERYTHING)
        assert reading.named("d1.example.com") == namesakes

    def test_a_domain_is_found_by_its_id(self):
        reading = Reading(rows(3, 1, 2), 3)
        assert [reading.with_id(number).id for number in (1, 2, 3)] == [1, 2, 3]
        assert reading.with_id(4) is None


class TestOneNameOfMany:
    @pytest.fixture
    def many(self, emulator):
        emulator.account.add_many(numbered(250))

    def test_on_the_first_page_it_is_found_at_once(self, client, emulator, many):
        assert names_in(read_account(client, one("d7.example.com"))) == ["d7.example.com"]
        assert calls(emulator) == [("0", None)]

    @pytest.mark.parametrize("matching", ["exact", "substring"])
    def test_further_on_it_is_asked_for(self, client, emulator, many, matching):
        emulator.change_settings({"name_matching": matching})
        assert names_in(read_account(client, one("d207.example.com"))) == ["d207.example.com"]
        assert calls(emulator) == [("0", None), ("0", "d207.example.com")]

    def test_that_it_is_not_there_is_concluded_from_the_whole(self, client, emulator, many):
        assert read_account(client, one("track.example.com")).domains == ()
        assert calls(emulator) == [("0", None), ("0", "track.example.com"), ("100", None), ("200", None)]

    def test_a_filter_that_minds_the_case_hides_nothing(self, client, emulator, many):
        emulator.account.add("Track.Example.com")
        emulator.change_settings({"case_sensitive": True})
        assert names_in(read_account(client, one("track.example.com"))) == ["track.example.com"]

    def test_a_filter_that_ignores_the_name_hides_nothing(self, client, emulator, many):
        emulator.quirks.enable("lying_filter")
        assert names_in(read_account(client, one("d207.example.com"))) == ["d207.example.com"]

    def test_a_repeated_row_is_one_domain(self):
        def page(start, names, number):
            return Page(rows(7, 7) if names else (*rows(1, 1), *rows(*range(20, 118))), 120)

        reading = read_account(Pages(page), Selection(frozenset(["d1.example.com", "d7.example.com"]), may_filter=True))
        assert [domain.id for domain in reading.domains] == [1, 7]

    def test_where_the_first_page_goes_beyond_the_total_no_filter_is_used(self):
        client = Pages(lambda start, names, number: Page(rows(1, 2, 3), 2))
        assert read_account(client, one("d9.example.com")).domains == ()
        assert {names for _start, names in client.asked} == {None}

    def test_names_like_it_are_not_it(self, client, emulator, many):
        emulator.account.add_many(["a-track.example.com", "track.example.com.au"])
        assert read_account(client, one("track.example.com")).domains == ()

    def test_many_names_are_asked_for_a_hundred_at_a_time(self, client, emulator, many):
        emulator.account.add_many(f"e{number}.example.com" for number in range(110))
        wanted = Selection(frozenset(f"e{number}.example.com" for number in range(110)), may_filter=True)
        assert len(read_account(client, wanted).domains) == 110
        assert [len((names or "").split(";")) for _unused, names in calls(emulator)] == [1, 100, 10]


class TestListsThatShift:
    def test_a_domain_deleted_between_two_pages_hides_no_other(self, client, emulator):
        emulator.account.add_many(numbered(150))
        handle = emulator.service.handle

        def delete_before_the_second_page(request, line):
            if request.parameters["start"] == "100" and emulator.account.find("d5.example.com"):
                emulator.account.remove(emulator.account.find("d5.example.com").id)
            return handle(request, line)

        emulator.service.handle = delete_before_the_second_page
        reading = read_account(client, EVERYTHING)
        assert names_in(reading) == sorted(set(numbered(150)) - {"d5.example.com"})
        assert [start for start, _unused in calls(emulator)] == ["0", "100", "0", "100"]

    def test_it_is_read_again_until_two_readings_agree(self):
        # The total is too large by one in any case; the third reading is like the second.
        lists = [rows(1, 2), rows(1, 3), rows(1, 3)]
        client = Pages(lambda start, names, number: Page(() if start else lists[number // 2], 3))
        reading = read_account(client, EVERYTHING)
        assert [domain.id for domain in reading.domains] == [1, 3]
        assert len(client.asked) == 6

    def test_a_renamed_domain_makes_another_reading(self):
        lists = [(TrackDomain(1, "a.example.com"),), (TrackDomain(1, "b.example.com"),)] * 3
        client = Pages(lambda start, names, number: Page(() if start else lists[number // 2], 3))
        assert "in each of 5 readings" in refusal(client)
        assert len(client.asked) == 10

    def test_the_last_of_five_readings_may_be_whole(self):
        lists = [rows(number) for number in range(1, 5)] + [rows(7, 8)]
        client = Pages(lambda start, names, number: Page(() if start else lists[number // 2], 2))
        assert [domain.id for domain in read_account(client, EVERYTHING).domains] == [7, 8]

    def test_new_ids_on_each_page_for_ever_end_after_a_thousand(self):
        client = Pages(lambda start, names, number: Page(rows(*range(start + 1, start + 6)), None))
        assert "does not end after 1000 pages" in refusal(client)
        assert len(client.asked) == 1000

    def test_a_service_that_ignores_the_start_is_not_asked_for_ever(self):
        client = Pages(lambda start, names, number: Page(rows(1), 10**9))
        assert [domain.id for domain in read_account(client, EVERYTHING).domains] == [1]
        assert len(client.asked) == 4


class TestListsThatFallShort:
    """Two equal readings that have fewer rows than their total says."""

    def short(self, total_of_the_filter=0, found=()):
        def page(start, names, number):
            if names is not None:
                return Page(found, total_of_the_filter)
            return Page(() if start else rows(1, 2), 5)

        return Pages(page)

    def test_what_was_found_is_used_with_a_warning(self):
        reading = read_account(self.short(), Selection(frozenset(["d1.example.com"]), frozenset([2])))
        assert [domain.id for domain in reading.domains] == [1, 2]
        (warning,) = reading.warnings
        assert "says that the account has 5 tracking domains, and lists 2" in warning

    def test_that_a_name_is_not_there_takes_a_filter_that_says_so(self):
        assert read_account(self.short(), Selection(frozenset(["track.example.com"]))).domains == ()

    @pytest.mark.parametrize(("total", "found"), [(1, ()), (None, ()), (0, rows(9))])
    def test_a_filter_that_says_anything_else_leaves_it_open(self, total, found):
        message = refusal(self.short(total, found), Selection(frozenset(["track.example.com"])))
        assert "Whether track.example.com is among the missing ones cannot be known" in message

    @pytest.mark.parametrize(
        "selection", [Selection(ids=frozenset([7])), Selection(everything=True, exact=True)], ids=["id", "exact"]
    )
    def test_an_id_and_what_acts_on_the_rest_need_the_whole(self, selection):
        assert "What is missing cannot be known" in refusal(self.short(), selection)


class TestRowsThatCannotBeRead:
    def client(self, row, *others):
        return Pages(lambda start, names, number: Page((*rows(1), row, *others), 2 + len(others)))

    BAD_TIME = UnreadableDomain(2, "track.example.com", "the certificate validity of track.example.com is not a time")
    NAMELESS = UnreadableDomain(2, None, "a tracking domain has no name")
    WITHOUT_ID = UnreadableDomain(None, "track.example.com", "the tracking domain track.example.com has no ID")

    @pytest.mark.parametrize("row", [BAD_TIME, NAMELESS, WITHOUT_ID])
    @pytest.mark.parametrize("selection", [one("d1.example.com"), EVERYTHING])
    def test_whoever_does_not_need_it_is_warned(self, row, selection):
        reading = read_account(self.client(row), selection)
        assert [domain.id for domain in reading.domains] == [1]
        assert reading.warnings == (
            f"1 of the rows that SendCloud lists cannot be read, and were left out: {row.reason}",
        )

    @pytest.mark.parametrize(
        ("row", "selection"),
        [
            (BAD_TIME, one("track.example.com")),
            (BAD_TIME, Selection(ids=frozenset([2]))),
            # It may be any that is not found.
            (NAMELESS, one("click.example.com")),
            (NAMELESS, Selection(ids=frozenset([2]))),
            (WITHOUT_ID, Selection(ids=frozenset([7]))),
            (WITHOUT_ID, one("track.example.com")),
            (BAD_TIME, Selection(everything=True, exact=True)),
        ],
    )
    def test_whoever_needs_it_fails(self, row, selection):
        assert row.reason in refusal(self.client(row), selection)

    def test_those_without_name_and_id_are_counted_by_their_places(self):
        nobody = UnreadableDomain(None, None, "a tracking domain has no name")
        client = Pages(lambda start, names, number: Page((nobody, nobody) if start else (nobody,), 3))
        reading = read_account(client, EVERYTHING)
        assert reading.count == 3
        assert reading.warnings[0].startswith("3 of the rows")
        assert [start for start, _names in client.asked] == [0, 1]

    def test_the_same_name_without_an_id_counts_once(self):
        client = Pages(lambda start, names, number: Page((self.WITHOUT_ID,) * 2, 1))
        assert read_account(client, EVERYTHING).count == 1
        assert len(client.asked) == 1

    def test_of_many_a_few_are_quoted(self):
        others = [UnreadableDomain(number, f"x{number}.example.com", f"reason {number}") for number in range(3, 8)]
        (warning,) = read_account(self.client(self.NAMELESS, *others), one("d1.example.com")).warnings
        assert warning.startswith("6 of the rows")
        assert warning.endswith("left out: a tracking domain has no name; reason 3; reason 4")
