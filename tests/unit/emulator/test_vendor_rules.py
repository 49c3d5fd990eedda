# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from sendcloud_emulator import Emulator, ManualClock

if TYPE_CHECKING:
    from conftest import Pair, PlainClient


def test_a_new_domain_looks_as_on_the_vendors_page(client: PlainClient) -> None:
    assert client.info("add", name="track.example.com") == {
        "data": {
            "id": 999224,
            "name": "track.example.com",
            "cname": False,
            "cname.domain": "track.example.com",
            "cname.value": "track2.sendcloud.net",
            "https": False,
            "certiValidityStart": "",
            "certiValidityEnd": "",
            "gmtCreated": "2026-01-01 08:00:00",
            "gmtUpdated": "2026-01-01 08:00:00",
        }
    }


def test_the_life_of_a_domain(client: PlainClient, emulator: Emulator, clock: ManualClock) -> None:
    client.info("add", name="track.example.com")
    emulator.publish("track.example.com")
    clock.advance(60)
    checked = client.info("checkConfig", id="999224")
    assert checked["count"] == 1
    assert checked["dataList"][0]["cname"] is True
    assert checked["dataList"][0]["gmtUpdated"] == "2026-01-01 08:01:00"
    clock.advance(60)
    renamed = client.info("update", id="999224", name="click.example.com")["data"]
    assert (renamed["id"], renamed["name"], renamed["cname"]) == (999224, "click.example.com", False)
    assert renamed["gmtCreated"] == "2026-01-01 08:00:00"
    assert renamed["gmtUpdated"] == "2026-01-01 08:02:00"
    assert client.info("delete", id="999224") == {"count": 1}
    assert client.info("list") == {"dataList": [], "total": 0, "count": 0}


@pytest.mark.parametrize("base_path", ["/api", "/apiv2", "/elsewhere"])
def test_the_api_is_under_every_base_path(base_path: str) -> None:
    emulator = Emulator.in_process(base_path="/elsewhere/")
    assert emulator.url.endswith("/elsewhere")
    url = emulator.url.removesuffix("/elsewhere") + base_path
    with emulator.intercept():
        credentials = {"apiUser": emulator.user, "apiKey": emulator.key}
        response = requests.post(f"{url}/trackDomain/list", data=credentials, timeout=5)
    assert response.json()["info"]["total"] == 0


@pytest.mark.parametrize("operation", ["list", "checkConfig", "delete"])
def test_reads_and_deletions_may_be_sent_by_get(client: PlainClient, emulator: Emulator, operation: str) -> None:
    domain = emulator.account.add("track.example.com")
    assert client.get(operation, id=domain.id).json()["info"]["count"] == 1


@pytest.mark.parametrize("operation", ["add", "update"])
def test_writes_have_to_be_sent_by_post(client: PlainClient, operation: str) -> None:
    response = client.get(operation, name="track.example.com", id="999224")
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("path", ["/api/trackDomain/nothing", "/elsewhere/trackDomain/list", "/"])
def test_any_other_path_is_not_found(client: PlainClient, emulator: Emulator, path: str) -> None:
    response = client.session.post(emulator.url.removesuffix("/api") + path, data=client.credentials, timeout=5)
    assert response.status_code == 404
    assert emulator.journal.endpoints() == [path]


@pytest.mark.parametrize("operation", ["list", "add", "update", "checkConfig", "delete"])
@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        ({"apiKey": "wrong"}, 40005),
        ({"apiKey": ""}, 40005),
        ({"apiUser": ""}, 40005),
        ({"apiUser": "nobody"}, 41109),
    ],
)
def test_credentials_come_before_everything_else(
    client: PlainClient, operation: str, credentials: dict[str, str], code: int
) -> None:
    assert client.code(operation, **credentials, name="..", start="x") == code


def test_what_an_unknown_user_is_told_can_be_switched(client: PlainClient, emulator: Emulator) -> None:
    emulator.settings.unknown_user_code = 40005
    assert client.code("list", apiUser="nobody") == 40005


def test_without_permission_every_call_is_refused(client: PlainClient, emulator: Emulator) -> None:
    emulator.settings.permission = False
    assert client.code("list") == 6001
    assert client.code("list", apiKey="wrong") == 40005


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", 41001),
        ("  ", 41001),
        ("a" * 256, 41002),
        ("localhost", 41003),
        ("foo..bar", 41003),
        ("-a.example", 41003),
        ("a-.example", 41003),
        ("a" * 64 + ".example", 41003),
        ("bücher.example", 41003),
        ("192.0.2.1", 41003),
        ("track.example.com.", 41003),
        ("track_1.example.com", 41003),
    ],
)
def test_names_that_are_none_are_refused(client: PlainClient, emulator: Emulator, name: str, code: int) -> None:
    domain = emulator.account.add("other.example.com")
    assert client.code("add", name=name) == code
    if name.strip():
        assert client.code("update", id=domain.id, name=name) == code
    assert emulator.account.domains() == [domain]


@pytest.mark.parametrize(
    "name", ["track.example.com", "a.b", "xn--bcher-kva.example", "1.2.3.example", "T.EXAMPLE.com"]
)
def test_names_that_are_names_are_accepted(client: PlainClient, name: str) -> None:
    assert client.info("add", name=name)["data"]["name"] == name


def test_the_sixth_domain_is_refused_until_the_limit_is_raised(client: PlainClient, emulator: Emulator) -> None:
    for number in range(5):
        client.info("add", name=f"t{number}.example.com")
    assert client.code("add", name="t5.example.com") == 41012
    emulator.settings.max_domains = 6
    client.info("add", name="t5.example.com")
    assert len(emulator.account.domains()) == 6


def test_a_domain_is_not_added_twice(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("track.example.com")
    assert client.code("add", name="Track.Example.com") == 41015
    emulator.settings.duplicate_code = 41099
    assert client.code("add", name="track.example.com") == 41099
    assert len(emulator.account.domains()) == 1


def test_a_sending_domain_cannot_be_a_tracking_domain(client: PlainClient, emulator: Emulator) -> None:
    emulator.settings.sending_domains = ["mail.example.com"]
    domain = emulator.account.add("track.example.com")
    assert client.code("add", name="Mail.example.com") == 41015
    assert client.code("update", id=domain.id, name="mail.example.com") == 41016
    assert emulator.account.domains() == [domain]


def test_a_rename_onto_another_domain_is_refused(client: PlainClient, emulator: Emulator) -> None:
    first, second = emulator.account.add_many(["a.example.com", "b.example.com"])
    assert client.code("update", id=first.id, name="B.example.com") == 41016
    assert emulator.account.domains() == [first, second]


def test_a_rename_can_keep_the_verification(client: PlainClient, emulator: Emulator) -> None:
    domain = emulator.account.add("a.example.com", verified=True)
    assert client.info("update", id=domain.id, name="a.example.com")["data"]["cname"] is True
    emulator.settings.rename_resets_cname = False
    assert client.info("update", id=domain.id, name="b.example.com")["data"]["cname"] is True
    emulator.settings.rename_resets_cname = True
    assert client.info("update", id=domain.id, name="c.example.com")["data"]["cname"] is False


def test_a_rename_and_an_upload_may_cost_what_the_domain_had(
    client: PlainClient, emulator: Emulator, pair: Pair
) -> None:
    domain = emulator.account.add("a.example.com", verified=True, certificate=pair.certificate)
    emulator.change_settings({"rename_drops_certificate": True, "upload_resets_cname": True})
    renamed = client.info("update", id=domain.id, name="b.example.com")["data"]
    assert (renamed["https"], renamed["certiValidityEnd"]) == (False, "")
    emulator.account.change(domain.id, verified=True)
    certified = client.info("update", id=domain.id, certContent=pair.certificate, certKey=pair.key)["data"]
    assert (certified["https"], certified["cname"]) == (True, False)
    effects = [call.effect for call in emulator.journal.calls()]
    assert effects == [("renamed", "uncertified", "unverified"), ("certified", "unverified")]


def test_renaming_to_a_name_that_is_there_has_a_code_of_its_own(client: PlainClient, emulator: Emulator) -> None:
    first, _unused = emulator.account.add_many(["a.example.com", "b.example.com"])
    emulator.settings.rename_taken_code = 41098
    assert client.code("update", id=first.id, name="b.example.com") == 41098
    emulator.settings.takes_duplicates = True
    assert client.info("update", id=first.id, name="b.example.com")["data"]["name"] == "b.example.com"
    client.info("add", name="b.example.com")
    assert client.names() == ["b.example.com"] * 3


@pytest.mark.parametrize("setting", ["takes_self_signed", "takes_ec_keys"])
def test_a_kind_of_certificate_may_be_refused(
    client: PlainClient, emulator: Emulator, pair: Pair, setting: str
) -> None:
    domain = emulator.account.add("a.example.com")
    emulator.change_settings({setting: False})
    certificate = {"certContent": pair.certificate, "certKey": pair.key}
    assert client.code("update", id=domain.id, **certificate) == 41016
    assert client.code("add", name="b.example.com", **certificate) == 41015
    assert emulator.account.domains() == [domain]


def test_what_an_empty_certificate_and_key_do_can_be_switched(
    client: PlainClient, emulator: Emulator, pair: Pair
) -> None:
    domain = emulator.account.add("a.example.com", certificate=pair.certificate)
    empty = {"id": domain.id, "certContent": "", "certKey": ""}
    assert client.info("update", **empty)["data"]["https"] is True
    emulator.settings.empty_certificate = "refused"
    assert client.code("update", **empty) == 41016
    emulator.settings.empty_certificate = "removes"
    assert client.info("update", id=domain.id)["data"]["https"] is True
    assert client.info("update", **empty)["data"]["https"] is False
    assert [change.effect for change in emulator.journal.changes()] == ["uncertified"]


def test_a_check_that_does_not_pass_can_be_a_refusal(client: PlainClient, emulator: Emulator) -> None:
    domain = emulator.account.add("a.example.com", verified=True)
    emulator.settings.missing_cname = "refused"
    assert client.code("checkConfig", id=domain.id) == 41016
    assert emulator.account.domains() == [domain]
    emulator.publish("a.example.com")
    assert client.info("checkConfig", id=domain.id)["dataList"][0]["cname"] is True


def test_what_becomes_of_capitals_can_be_switched(client: PlainClient, emulator: Emulator) -> None:
    emulator.settings.name_case = "lower"
    domain = client.info("add", name="Track.Example.com")["data"]
    assert domain["name"] == "track.example.com"
    assert client.info("update", id=domain["id"], name="Click.example.com")["data"]["name"] == "click.example.com"
    emulator.settings.name_case = "refused"
    assert client.code("add", name="Track.example.com") == 41003
    assert client.names() == ["click.example.com"]


@pytest.mark.parametrize(
    ("form", "printed"), [("a_labels", "xn--bcher-kva.example.com"), ("u_labels", "b\u00fccher.example.com")]
)
def test_names_can_be_printed_in_either_spelling(
    client: PlainClient, emulator: Emulator, form: str, printed: str
) -> None:
    emulator.account.add_many(["b\u00fccher.example.com", "xn--bcher-kva.example.com"])
    emulator.change_settings({"name_form": form})
    rows = client.info("list")["dataList"]
    assert [(row["name"], row["cname.domain"]) for row in rows] == [(printed, printed)] * 2


def test_a_limit_that_is_too_large_can_be_capped(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many([f"{number}.example.com" for number in range(102)])
    assert client.code("list", limit=101) == 40004
    emulator.settings.large_limit = "capped"
    assert client.info("list", limit=101)["count"] == 100


def test_the_filter_may_know_a_trailing_dot(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    assert client.names(name="a.example.com.") == []
    emulator.settings.filter_knows_dot = True
    assert client.names(name="a.example.com.") == ["a.example.com"]


@pytest.mark.parametrize("domain_id", ["1", "", "x", "²", "-1"])
def test_what_is_not_there_cannot_be_changed_or_deleted(client: PlainClient, domain_id: str) -> None:
    assert client.code("update", id=domain_id, name="a.example.com") == 41014
    assert client.code("delete", id=domain_id) == 41014


def test_deleting_what_is_not_there_can_be_a_success(client: PlainClient, emulator: Emulator) -> None:
    emulator.settings.delete_missing = "count_zero"
    assert client.info("delete", id="1") == {"count": 0}


def test_ids_are_never_used_again(client: PlainClient) -> None:
    first = client.info("add", name="a.example.com")["data"]["id"]
    client.info("delete", id=first)
    assert client.info("add", name="a.example.com")["data"]["id"] == first + 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"start": ""}, 40001),
        ({"start": "-1"}, 40002),
        ({"start": "x"}, 40002),
        ({"limit": ""}, 40003),
        ({"limit": "101"}, 40004),
        ({"limit": "-1"}, 40004),
        ({"limit": "1.5"}, 40004),
    ],
)
def test_paging_has_bounds(client: PlainClient, parameters: dict[str, str], code: int) -> None:
    assert client.code("list", **parameters) == code


def test_pages(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(f"t{number}.example.com" for number in range(250))
    everything = client.info("list")
    assert (len(everything["dataList"]), everything["count"], everything["total"]) == (100, 100, 250)
    assert client.names(start="249") == ["t249.example.com"]
    assert client.names(start="250") == []
    assert client.names(start="10", limit="2") == ["t10.example.com", "t11.example.com"]
    assert client.info("list", limit="0") == {"dataList": [], "total": 250, "count": 0}


@pytest.mark.parametrize(
    ("settings", "wanted", "found"),
    [
        ({}, "track.example.com", ["track.example.com", "a-track.example.com", "Track.example.com.au"]),
        ({}, "TRACK.example.com", ["track.example.com", "a-track.example.com", "Track.example.com.au"]),
        ({"case_sensitive": True}, "track.example.com", ["track.example.com", "a-track.example.com"]),
        ({"name_matching": "exact"}, "Track.example.com", ["track.example.com"]),
        ({"name_matching": "exact", "case_sensitive": True}, "Track.example.com", []),
        ({"name_matching": "exact"}, "track.example.com; b.example ;", ["track.example.com", "b.example"]),
        ({}, "au;b.ex", ["Track.example.com.au", "b.example"]),
        ({}, " ; ", ["track.example.com", "a-track.example.com", "Track.example.com.au", "b.example"]),
    ],
)
def test_filtering_by_name(
    client: PlainClient, emulator: Emulator, settings: dict[str, object], wanted: str, found: list[str]
) -> None:
    emulator.account.add_many(["track.example.com", "a-track.example.com", "Track.example.com.au", "b.example"])
    emulator.change_settings(settings)
    assert client.names(name=wanted) == found


@pytest.mark.parametrize(
    ("form", "wanted", "found"),
    [
        ("any", "xn--bcher-kva.example.com", ["B\u00fccher.example.com"]),
        ("any", "b\u00fccher.example.com", ["B\u00fccher.example.com"]),
        ("any", "stra\u00dfe", ["xn--strae-oqa.example.com"]),
        ("any", "xn--strae-oqa.example.com", ["xn--strae-oqa.example.com"]),
        ("a_labels", "xn--bcher-kva.example.com", ["B\u00fccher.example.com"]),
        ("a_labels", "b\u00fccher.example.com", []),
        ("a_labels", "XN--STRAE-OQA.example.com", ["xn--strae-oqa.example.com"]),
        ("a_labels", "stra\u00dfe.example.com", []),
        ("u_labels", "xn--bcher-kva.example.com", []),
        ("u_labels", "b\u00fccher.example.com", ["B\u00fccher.example.com"]),
        ("u_labels", "xn--strae-oqa.example.com", []),
        ("u_labels", "stra\u00dfe.example.com", ["xn--strae-oqa.example.com"]),
        ("u_labels", "c.example.com", ["c.example.com"]),
        ("a_labels", "c.example.com", ["c.example.com"]),
    ],
)
def test_filtering_by_an_internationalised_name(
    client: PlainClient, emulator: Emulator, form: str, wanted: str, found: list[str]
) -> None:
    emulator.account.add_many(["B\u00fccher.example.com", "xn--strae-oqa.example.com", "c.example.com"])
    emulator.change_settings({"filter_form": form})
    assert client.names(name=wanted) == found


def test_names_are_kept_as_they_are_given_and_compared_as_a_labels(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(["Track.Example.com", "b\u00fccher.example.com", "xn--a-0.example.com"])
    assert client.names() == ["Track.Example.com", "b\u00fccher.example.com", "xn--a-0.example.com"]
    assert client.code("add", name="track.example.com") == 41015
    assert client.code("add", name="xn--bcher-kva.example.com") == 41015
    emulator.publish("xn--bcher-kva.example.com")
    (row,) = client.info("checkConfig", name="xn--bcher-kva.example.com")["dataList"]
    assert (row["name"], row["cname"]) == ("b\u00fccher.example.com", True)


def test_check_config_changes_the_status_either_way(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add("a.example.com")
    emulator.account.add("b.example.com", verified=True)
    emulator.account.add("c.example.com", verified=True)
    emulator.publish("a.example.com", "Track2.SendCloud.net.")
    emulator.publish("b.example.com", "elsewhere.example.net")
    rows = client.info("checkConfig", id="999224;1", name="B.example.com")["dataList"]
    assert [(row["name"], row["cname"]) for row in rows] == [("a.example.com", True), ("b.example.com", False)]
    assert [domain.verified for domain in emulator.account.domains()] == [True, False, True]
    emulator.withdraw("a.example.com")
    assert client.info("checkConfig", name="a.example.com")["dataList"][0]["cname"] is False


def test_check_config_moves_the_time_only_if_the_status_changes(
    client: PlainClient, emulator: Emulator, clock: ManualClock
) -> None:
    emulator.account.add("a.example.com")
    clock.advance(60)
    assert client.info("checkConfig", id="999224")["dataList"][0]["gmtUpdated"] == "2026-01-01 08:00:00"


def test_check_config_of_nothing(client: PlainClient) -> None:
    assert client.code("checkConfig") == 41001
    assert client.code("checkConfig", id=" ", name=";") == 41001
    assert client.info("checkConfig", id="1") == {"dataList": [], "count": 0}


def test_a_certificate_is_kept_as_its_validity(client: PlainClient, pair: Pair, other_pair: Pair) -> None:
    row = client.info("add", name="a.example.com", certContent=pair.certificate, certKey=pair.key)["data"]
    assert row["https"] is True
    assert (row["certiValidityStart"], row["certiValidityEnd"]) == ("2026-01-01 08:00:00", "2026-04-01 08:00:00")
    renewed = client.info(
        "update",
        id=row["id"],
        certContent=other_pair.certificate + pair.certificate,
        certKey=other_pair.key,
    )["data"]
    assert renewed["name"] == "a.example.com"
    assert renewed["certiValidityStart"] == "2026-03-02 08:00:00"
    response = client.post("list")
    assert "BEGIN" not in response.text


@pytest.mark.parametrize(
    ("settings", "certificate_start", "created"),
    [
        ({"time_zone": "+08:00"}, "2026-01-01 08:00:00", "2026-01-01 08:00:00"),
        ({"time_zone": "UTC"}, "2026-01-01 00:00:00", "2026-01-01 00:00:00"),
        ({"time_zone": "-07:00"}, "2025-12-31 17:00:00", "2025-12-31 17:00:00"),
        ({"certificate_time_zone": "-07:00"}, "2025-12-31 17:00:00", "2026-01-01 08:00:00"),
        ({"time_zone": "UTC", "certificate_time_zone": "+05:45"}, "2026-01-01 05:45:00", "2026-01-01 00:00:00"),
        ({"time_zone": "Europe/Berlin"}, "2026-01-01 01:00:00", "2026-01-01 01:00:00"),
    ],
)
def test_times_are_printed_in_the_zones_that_are_set(
    client: PlainClient,
    emulator: Emulator,
    pair: Pair,
    settings: dict[str, object],
    certificate_start: str,
    created: str,
) -> None:
    emulator.change_settings(settings)
    emulator.account.add("a.example.com", certificate=pair.certificate)
    row = client.info("list")["dataList"][0]
    assert (row["certiValidityStart"], row["gmtCreated"]) == (certificate_start, created)


def test_a_time_zone_may_have_daylight_saving(client: PlainClient, emulator: Emulator, pair: Pair) -> None:
    emulator.change_settings({"certificate_time_zone": "America/New_York"})
    emulator.account.add("a.example.com", certificate=pair.certificate)
    row = client.info("list")["dataList"][0]
    assert (row["certiValidityStart"], row["certiValidityEnd"]) == ("2025-12-31 19:00:00", "2026-03-31 20:00:00")


def test_pairs_that_are_none_are_refused(client: PlainClient, emulator: Emulator, pair: Pair, other_pair: Pair) -> None:
    domain = emulator.account.add("there.example.com")
    broken = [
        ({"certContent": pair.certificate}, "together"),
        ({"certKey": pair.key}, "together"),
        ({"certContent": "no PEM", "certKey": pair.key}, "no readable certificate"),
        ({"certContent": pair.certificate, "certKey": "no PEM"}, "no readable private key"),
        ({"certContent": pair.certificate, "certKey": other_pair.key}, "does not belong"),
    ]
    for certificate, reason in broken:
        assert client.code("add", name="a.example.com", **certificate) == 41015
        assert client.code("update", id=domain.id, **certificate) == 41016
        assert reason in client.post("add", name="a.example.com", **certificate).json()["message"]
    assert emulator.account.domains() == [domain]


def test_of_a_repeated_parameter_the_first_counts(client: PlainClient, emulator: Emulator) -> None:
    emulator.account.add_many(["a.example.com", "b.example.com"])
    body = f"apiUser={emulator.user}&apiKey={emulator.key}&name=a.example.com&name=b.example.com"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = client.session.post(f"{emulator.url}/trackDomain/list", data=body, headers=headers, timeout=5)
    assert [row["name"] for row in response.json()["info"]["dataList"]] == ["a.example.com"]


def test_tests_change_the_account_past_every_rule(emulator: Emulator) -> None:
    emulator.account.add("localhost", domain_id=7)
    emulator.account.add("localhost")
    assert [domain.id for domain in emulator.account.domains()] == [7, 999224]
    with pytest.raises(ValueError, match="the ID 7 is taken"):
        emulator.account.add("other", domain_id=7)
    found = emulator.account.find("LOCALHOST")
    assert found is not None
    assert found.id == 7
    assert emulator.account.remove(7)
    assert not emulator.account.remove(7)
    emulator.account.clear()
    assert emulator.account.add("first.example.com").id == 999224


def test_settings_are_checked_as_a_whole(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="time_zone must be"):
        emulator.change_settings({"max_domains": 9, "time_zone": "Mars"})
    with pytest.raises(ValueError, match="no setting 'max'"):
        emulator.change_settings({"string_ids": True, "max": 9})
    with pytest.raises(ValueError, match="string_ids must be a boolean"):
        emulator.change_settings({"max_domains": 9, "string_ids": 1})
    assert emulator.settings.max_domains == 5
    assert emulator.quirks.string_ids is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("certificate_time_zone", 8),
        ("name_matching", "regex"),
        ("case_sensitive", "yes"),
        ("max_domains", -1),
        ("sending_domains", "a.example.com"),
        ("time_zone", "America"),
        ("time_zone", "../UTC"),
        ("time_zone", ""),
        ("filter_form", "ascii"),
        ("filter_knows_dot", 1),
        ("name_case", "upper"),
        ("name_form", "any"),
        ("large_limit", 200),
        ("rename_taken_code", "41016"),
        ("takes_duplicates", None),
        ("takes_self_signed", "no"),
        ("takes_ec_keys", 0),
        ("empty_certificate", "taken"),
        ("missing_cname", "passed"),
        ("rename_drops_certificate", "yes"),
        ("upload_resets_cname", 0),
        ("list_lag", -1),
        ("list_lag", True),
        ("list_lag", float("inf")),
        ("list_lag_calls", 0.5),
        ("unreadable_names", "a.example.com"),
        ("https_lag", "1"),
        ("cname_target", ""),
    ],
)
def test_a_setting_takes_only_what_it_can_be(emulator: Emulator, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"the setting {name} must be"):
        emulator.change_settings({name: value})
