# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sendcloud_emulator import Emulator, Quirks

if TYPE_CHECKING:
    from conftest import Pair, PlainClient

QUIRKS_OF_ROWS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("string_booleans",), {"cname": "true", "https": "false"}),
    (("numeric_booleans",), {"cname": 1, "https": 0}),
    (("string_booleans", "numeric_booleans"), {"cname": "1", "https": "0"}),
    (("string_ids",), {"id": "999224"}),
    (("nulls",), {"certiValidityStart": None, "certiValidityEnd": None}),
    (("spaced_keys",), {"cname domain": "a.example.com", "cname value": "track2.sendcloud.net"}),
]
QUIRKS_THAT_REMOVE: list[tuple[tuple[str, ...], set[str]]] = [
    (("spaced_keys",), {"cname.domain", "cname.value"}),
    (("absent_empty_keys",), {"https", "certiValidityStart", "certiValidityEnd"}),
    (("absent_empty_keys", "nulls", "string_booleans"), {"https", "certiValidityStart", "certiValidityEnd"}),
    (("absent_empty_keys", "numeric_booleans"), {"https", "certiValidityStart", "certiValidityEnd"}),
    (("absent_optional_keys",), {"cname.domain", "gmtCreated", "gmtUpdated"}),
    (("absent_optional_keys", "spaced_keys"), {"cname.domain", "cname domain", "cname.value", "gmtCreated"}),
    (("no_id",), {"id"}),
    (("no_name",), {"name"}),
]


@pytest.fixture
def usual(client: PlainClient, emulator: Emulator) -> dict[str, Any]:
    """A domain as it looks without quirks."""
    emulator.account.add("a.example.com", verified=True)
    row: dict[str, Any] = client.info("list")["dataList"][0]
    return row


@pytest.mark.parametrize(("quirks", "values"), QUIRKS_OF_ROWS)
def test_a_quirk_changes_values(
    client: PlainClient, emulator: Emulator, usual: dict[str, Any], quirks: tuple[str, ...], values: dict[str, Any]
) -> None:
    emulator.quirks.enable(*quirks)
    row = client.info("list")["dataList"][0]
    assert {name: row[name] for name in values} == values
    assert [type(row[name]) for name in values] == [type(value) for value in values.values()]
    assert {name: row[name] for name in row if name not in values} == {
        name: usual[name] for name in row if name not in values
    }


@pytest.mark.parametrize(("quirks", "removed"), QUIRKS_THAT_REMOVE)
def test_a_quirk_removes_keys(
    client: PlainClient, emulator: Emulator, usual: dict[str, Any], quirks: tuple[str, ...], removed: set[str]
) -> None:
    emulator.quirks.enable(*quirks)
    row = client.info("list")["dataList"][0]
    assert not removed & set(row)
    assert set(usual) - removed <= set(row) | {"gmtUpdated"}


def test_keys_with_a_value_stay(client: PlainClient, emulator: Emulator, pair: Pair) -> None:
    emulator.account.add("a.example.com", verified=True, certificate=pair.certificate)
    before = client.info("list")
    emulator.quirks.enable("absent_empty_keys", "nulls")
    assert client.info("list") == before


def test_quirks_of_the_envelope(client: PlainClient, emulator: Emulator) -> None:
    emulator.quirks.enable("string_status_code", "string_result", "chinese_messages")
    success = client.post("list").json()
    assert (success["result"], success["statusCode"], success["message"]) == ("true", "200", "请求成功")
    emulator.quirks.enable("null_info")
    refusal = client.post("list", apiKey="wrong").json()
    assert refusal == {"result": "false", "statusCode": "40005", "message": "认证失败", "info": None}


def test_quirks_of_counts(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(["a.example.com", "b.example.com"])
    emulator.quirks.enable("string_counts")
    assert client.info("list", limit="1")["total"] == "2"
    assert client.info("list", limit="1")["count"] == "1"
    emulator.quirks.enable("total_too_large")
    assert client.info("list")["total"] == "5"
    emulator.quirks.update({"total_too_large": False, "total_too_small": True, "string_counts": False})
    assert client.info("list")["total"] == 1
    emulator.quirks.enable("no_total", "no_count")
    assert set(client.info("list")) == {"dataList"}
    assert set(client.info("checkConfig", id="999224")) == {"dataList"}
    assert client.info("delete", id="999224") == {}


def test_quirks_of_pages(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(f"t{number}.example.com" for number in range(20))
    emulator.quirks.short_pages = True
    assert client.names(limit="5") == [f"t{number}.example.com" for number in range(3)]
    assert client.names(limit="1") == ["t0.example.com"]
    emulator.quirks.update({"short_pages": False, "long_pages": True})
    assert len(client.names(limit="5")) == 12
    assert client.names(limit="0") == []
    emulator.quirks.update({"long_pages": False, "repeated_rows": True})
    assert client.names(limit="2") == ["t0.example.com", "t1.example.com"]
    assert client.names(limit="2", start="2") == ["t1.example.com", "t2.example.com", "t3.example.com"]
    assert client.names(start="20") == []


@pytest.mark.parametrize("quirk", ["short_pages", "long_pages", "repeated_rows"])
@pytest.mark.parametrize("count", [0, 1, 100, 101, 200, 250])
def test_whoever_goes_on_after_the_last_row_sees_every_domain(
    client: PlainClient, emulator: Emulator, quirk: str, count: int
) -> None:
    emulator.account.add_many(f"t{number}.example.com" for number in range(count))
    emulator.quirks.enable(quirk)
    seen: list[str] = []
    while page := client.names(start=str(len(seen))):
        seen += page
    assert set(seen) == {domain.name for domain in emulator.account.domains()}


def test_a_lying_filter_returns_strangers(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(["a.example.com", "b.example.com"])
    emulator.quirks.lying_filter = True
    assert client.names(name="a.example.com") == ["a.example.com", "b.example.com"]


def test_json_may_be_announced_as_html(client: PlainClient, emulator: Emulator) -> None:
    emulator.quirks.html_content_type = True
    response = client.post("list")
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.json()["statusCode"] == 200


def test_an_unknown_quirk_is_an_error(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="no quirk 'string_id'; there are: string_booleans,"):
        emulator.quirks.enable("string_id")


def test_every_quirk_can_be_combined_with_every_other(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    without_rows = {"no_data_list", "null_data_list", "no_info", "text_info"}
    emulator.quirks.enable(*(name for name in Quirks.names() if name not in without_rows))
    row, *invented = client.post("list", limit="3").json()["info"]["dataList"]
    assert row == {
        "cname value": "track2.sendcloud.net",
        "certiValidityStart": "0000-00-00",
        "certiValidityEnd": "0000-00-00",
    }
    assert len(invented) == 1
    emulator.quirks.enable(*without_rows)
    assert "info" not in client.post("list").json()


@pytest.mark.parametrize(
    ("quirk", "info"),
    [
        ("no_data_list", {"total": 1, "count": 1}),
        ("null_data_list", {"dataList": None, "total": 1, "count": 1}),
        ("text_info", "see dataList"),
    ],
)
def test_a_list_without_its_rows(either: PlainClient, quirk: str, info: object) -> None:
    either.emulator.account.add("a.example.com")
    either.emulator.quirks.enable(quirk)
    answer = either.post("list").json()
    assert (answer["result"], answer["statusCode"], answer["info"]) == (True, 200, info)
    assert either.info("checkConfig", id="999224")["count"] == 1
    assert either.code("list", apiKey="wrong") == 40005


def test_a_list_without_info(client: PlainClient, emulator: Emulator) -> None:
    emulator.quirks.enable("no_info")
    assert client.post("list").json() == {"result": True, "statusCode": 200, "message": "request success"}


def test_pages_of_invented_ids_never_end(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    emulator.quirks.enable("invented_ids")
    pages = [client.info("list", start=str(start), limit="50") for start in (0, 50, 999_950, 0)]
    assert [page["total"] for page in pages] == [1_000_000] * 4
    assert [page["count"] for page in pages] == [50] * 4
    assert [page["dataList"][0]["id"] == 999224 for page in pages] == [True, False, False, True]
    invented = [row["id"] for page in pages for row in page["dataList"] if row["id"] != 999224]
    assert len(set(invented)) == len(invented) == 198
    assert client.info("list", limit="0")["dataList"] == []


@pytest.mark.parametrize(
    ("quirks", "start", "empty"),
    [
        (("zero_dates",), "2026-01-01 08:00:00", "0000-00-00 00:00:00"),
        (("date_only",), "2026-01-01", ""),
        (("no_seconds",), "2026-01-01 08:00", ""),
        (("iso_times",), "2026-01-01T08:00:00+08:00", ""),
        (("iso_times", "no_seconds", "zero_dates"), "2026-01-01T08:00+08:00", "0000-00-00T00:00+00:00"),
        (("iso_times", "date_only", "zero_dates"), "2026-01-01", "0000-00-00"),
    ],
)
def test_quirks_of_times(
    client: PlainClient, emulator: Emulator, pair: Pair, quirks: tuple[str, ...], start: str, empty: str
) -> None:
    emulator.account.add("a.example.com", certificate=pair.certificate)
    emulator.account.add("b.example.com")
    emulator.quirks.enable(*quirks)
    with_certificate, without = client.info("list")["dataList"]
    assert with_certificate["certiValidityStart"] == with_certificate["gmtCreated"] == start
    assert (without["certiValidityStart"], without["certiValidityEnd"], without["gmtUpdated"]) == (empty, empty, start)


def test_a_row_with_an_unreadable_time(client: PlainClient, emulator: Emulator, pair: Pair) -> None:
    emulator.account.add("a.example.com", certificate=pair.certificate)
    emulator.account.add("b\u00fccher.example.com")
    usual = client.info("list")["dataList"]
    emulator.change_settings({"unreadable_names": ["xn--bcher-kva.example.com"]})
    assert client.info("list")["dataList"] == [usual[0], {**usual[1], "certiValidityStart": "soon"}]
    emulator.change_settings({"unreadable_names": ["A.example.com."]})
    assert client.info("checkConfig", id="999224")["dataList"] == [{**usual[0], "certiValidityStart": "soon"}]
