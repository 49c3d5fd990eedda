# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Certificates in the core of C(sendcloud_track_domain): uploaded when they are others, and only then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory as factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAME = "track.example.com"
NEW = "click.example.com"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2025, 12, 31, 3, 14, 15, tzinfo=UTC)
ZONES = ["+08:00", "UTC", "-07:00"]
# Every zone there is a whole hour of, those with quarters, and both ways of changing clocks.
EVERY_ZONE = [
    *[f"{'-' if hours < 0 else '+'}{abs(hours):02}:00" for hours in range(-12, 15)],
    "-09:30", "-03:30", "+03:30", "+05:45", "+09:30", "+12:45",
    "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Europe/London",
]  # fmt: skip


def leaf(names=(NAME,), start=START, days=90, **fields):
    return factory.make_leaf(names, start, start + timedelta(days=days), **fields)


def pair(issued, *chain):
    return {"certificate": factory.bundle(issued, *chain), "private_key": issued.key_pem}


def short(emulator):
    return [endpoint.partition("/")[2] for endpoint in emulator.journal.endpoints()]


def windows(diff):
    return {side: (diff[side].get("certificate_not_before"), diff[side].get("certificate_not_after")) for side in diff}


def preview_and_run(run, emulator, **options):
    """Run with a preview before; both have to say the same, and the preview must only list."""
    emulator.journal.clear()
    preview = run(preview=True, **options)
    assert set(short(emulator)) <= {"list"}
    emulator.journal.clear()
    result = run(**options)
    assert preview["changed"] is result["changed"]
    assert preview["diff"] == result["diff"]
    assert preview.get("msg") == result.get("msg")
    return result


@pytest.fixture
def there(emulator):
    return emulator.account.add(NAME)


class TestUpload:
    def test_a_new_domain_is_added_with_its_certificate_at_once(self, run, emulator):
        result = preview_and_run(run, emulator, name=NAME, **pair(leaf()))
        assert short(emulator) == ["list", "add"]
        assert result["track_domain"]["https_configured"] is True
        assert result["track_domain"]["certificate_not_before"] == "2025-12-31T11:14:15+08:00"
        assert result["track_domain"]["certificate_not_after"] == "2026-03-31T11:14:15+08:00"
        assert result["track_domain"]["certificate_days_remaining"] == 89
        assert windows(result["diff"]) == {
            "before": (None, None),
            "after": ("2025-12-31T11:14:15+08:00", "2026-03-31T11:14:15+08:00"),
        }

    def test_a_domain_gets_its_first_certificate_in_one_update(self, run, emulator, there):
        result = preview_and_run(run, emulator, name=NAME, **pair(leaf()))
        assert short(emulator) == ["list", "update"]
        assert result["changed"] is True
        assert emulator.journal.connections == 1

    def test_a_rename_and_a_certificate_are_one_update(self, run, emulator, there):
        result = preview_and_run(run, emulator, name=NAME, new_name=NEW, **pair(leaf([NEW])))
        assert short(emulator) == ["list", "update"]
        assert result["track_domain"]["name"] == NEW
        assert result["warnings"] == []

    def test_what_is_sent_is_the_bundle_in_order_and_nothing_else(self, run, emulator, there, monkeypatch):
        root = factory.make_ca("Root")
        middle = factory.make_ca("Middle", issuer=root)
        issued = leaf(issuer=middle)
        received = {}
        handle = emulator.service.handle
        monkeypatch.setattr(
            emulator.service,
            "handle",
            lambda request, connection: received.update(request.form) or handle(request, connection),
        )
        text = "subject=track\r\n" + factory.bundle(issued, middle, root).replace("\n", "  \r\n")
        run(name=NAME, certificate=text, private_key="\n" + issued.key_pem + "\n\n")
        assert received["certContent"] == factory.bundle(issued, middle, root)
        assert received["certKey"] == issued.key_pem

    def test_absent_does_not_look_at_it(self, run, emulator, there):
        result = run(name=NAME, state="absent", certificate="garbage", private_key=None)
        assert (result["error"], result["changed"]) == (None, True)


class TestComparison:
    @pytest.mark.parametrize("zone", ZONES)
    def test_the_same_certificate_again_is_no_change_and_one_request(self, run, emulator, zone):
        emulator.change_settings({"time_zone": zone})
        options = {"name": NAME, **pair(leaf())}
        assert run(**options)["changed"] is True
        result = preview_and_run(run, emulator, **options)
        assert (result["changed"], result["warnings"]) == (False, [])
        assert short(emulator) == ["list"]

    @pytest.mark.parametrize("zone", ZONES)
    def test_also_where_only_certificates_are_printed_in_that_zone(self, run, emulator, zone):
        emulator.change_settings({"certificate_time_zone": zone})
        options = {"name": NAME, **pair(leaf())}
        run(**options)
        emulator.clock.skip(40 * 24 * 3600)
        assert run(**options)["changed"] is False

    @pytest.mark.parametrize(
        "later",
        [
            timedelta(seconds=1),
            timedelta(hours=1, seconds=1),
            timedelta(hours=20, minutes=15),
            timedelta(days=1),
            timedelta(days=60),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("zone", ZONES)
    def test_a_renewed_certificate_is_uploaded_once(self, run, emulator, later, zone):
        emulator.change_settings({"time_zone": zone})
        first = leaf(start=NOW - timedelta(days=61))
        second = factory.renewed(first, later)
        run(name=NAME, **pair(first))
        result = preview_and_run(run, emulator, name=NAME, **pair(second))
        assert (result["changed"], result["warnings"]) == (True, [])
        assert short(emulator) == ["list", "update"]
        result = preview_and_run(run, emulator, name=NAME, **pair(second))
        assert result["changed"] is False
        assert short(emulator) == ["list"]

    @pytest.mark.parametrize(
        ("days", "later"),
        [
            (90, timedelta(days=60)),
            (6, timedelta(days=3)),
            (1, timedelta(hours=8, seconds=1)),
        ],
        ids=["90 days", "6 days", "24 hours"],
    )
    @pytest.mark.parametrize("zone", EVERY_ZONE)
    def test_wherever_sendcloud_prints_a_certificate_is_uploaded_once_and_so_is_its_renewal(
        self, run, emulator, clock, zone, days, later
    ):
        """From February to May, so that clocks change within the longest window."""
        clock.sleep(45 * 24 * 3600)
        emulator.change_settings({"time_zone": zone})
        first = leaf(start=clock.now() - timedelta(hours=1, minutes=7, seconds=11), days=days)
        second = factory.renewed(first, later)
        for issued in (first, second):
            assert run(name=NAME, **pair(issued))["changed"] is True
            again = run(name=NAME, **pair(issued))
            assert (again["changed"], again["warnings"]) == (False, [])
            clock.sleep(later.total_seconds())

    def test_always_uploads_each_time(self, run, emulator):
        options = {"name": NAME, "certificate_update": "always", **pair(leaf())}
        for expected in (["list", "add"], ["list", "update"], ["list", "update"]):
            result = preview_and_run(run, emulator, **options)
            assert result["changed"] is True
            assert short(emulator) == expected

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        zone=st.sampled_from(ZONES),
        key_type=st.sampled_from(["rsa", "ec", "ec384"]),
        days=st.integers(1, 825),
        start=st.integers(0, 86399),
        later=st.integers(-86400, 7 * 86400),
        longer=st.sampled_from([0, 0, 1, 86400]),
    )
    def test_any_certificate_is_the_same_again_and_another_one_is_seen(
        self, run, emulator, zone, key_type, days, start, later, longer
    ):
        emulator.reset()
        emulator.change_settings({"time_zone": zone})
        begin = emulator.clock.now().replace(microsecond=0) - timedelta(seconds=start)
        first = leaf(start=begin, days=days + 2, key_type=key_type)
        assert run(name=NAME, **pair(first))["changed"] is True
        assert run(name=NAME, **pair(first))["changed"] is False
        shift = timedelta(seconds=later)
        second = factory.make_leaf(
            [NAME], begin + shift, first.not_after + shift + timedelta(seconds=longer), key_type=key_type
        )
        result = run(preview=True, name=NAME, **pair(second))
        seen = result["changed"] or result["error"] is not None
        # The documented exception: as long to the second, and apart by what can be a time zone.
        offset = {"+08:00": 8, "UTC": 0, "-07:00": -7}[zone] * 3600 - later
        might_be_a_time_zone = longer == 0 and offset % 900 == 0 and -12 * 3600 <= offset <= 14 * 3600
        assert seen or might_be_a_time_zone


class TestAfterwards:
    """What SendCloud answers to an upload is compared with what was sent."""

    def answer(self, emulator, there, **fields):
        domain = {"id": there.id, "name": NAME, "cname": False, "https": True, **fields}
        value = {"result": True, "statusCode": 200, "info": {"data": domain}}
        emulator.faults.add("json_no_envelope", endpoint="update", when="after", value=value)

    def test_another_validity_is_warned_of(self, run, emulator, there):
        self.answer(emulator, there, certiValidityStart="2025-01-01 00:00:00", certiValidityEnd="2025-04-01 00:00:00")
        (warning,) = run(name=NAME, **pair(leaf()))["warnings"]
        assert "sent is valid from 2025-12-31T11:14:15+08:00 to 2026-03-31T11:14:15+08:00" in warning
        assert "SendCloud has is valid from 2025-01-01T00:00:00+08:00 to 2025-04-01T00:00:00+08:00" in warning

    def test_https_that_stays_off_is_warned_of(self, run, emulator, there):
        self.answer(
            emulator,
            there,
            https=False,
            certiValidityStart="2025-12-31 11:14:15",
            certiValidityEnd="2026-03-31 11:14:15",
        )
        (warning,) = run(name=NAME, **pair(leaf()))["warnings"]
        assert "HTTPS is off there" in warning

    def test_no_validity_is_warned_of(self, run, emulator, there):
        self.answer(emulator, there)
        (warning,) = run(name=NAME, **pair(leaf()))["warnings"]
        assert "the one that SendCloud has is none" in warning

    def test_a_rename_without_a_certificate_is_warned_of(self, run, emulator):
        run(name=NAME, **pair(leaf()))
        (warning,) = run(name=NAME, new_name=NEW)["warnings"]
        assert f"{NAME} has a certificate" in warning


class TestRefusals:
    """Each by name, and before anything is written; where no list is needed to tell, before any request."""

    @pytest.mark.parametrize(
        ("options", "text"),
        [
            (lambda: {"certificate": leaf().pem}, "private_key is missing"),
            (lambda: {"private_key": leaf().key_pem}, "certificate is missing"),
            (lambda: {**pair(leaf()), "certificate": "no PEM at all"}, "no PEM block"),
            (lambda: {**pair(leaf()), "certificate": leaf().pem.replace("M", "?", 1)}, "damaged"),
            (lambda: {**pair(leaf()), "private_key": "no PEM at all"}, "no PEM block"),
            (lambda: {**pair(leaf()), "private_key": factory.key_pem(leaf().private_key, password=b"x")}, "encrypted"),
            (lambda: {**pair(leaf()), "private_key": factory.key_pem(factory.key("ec", "other"))}, "not belong to"),
            (lambda: pair(leaf(issuer=factory.make_ca("R")), factory.make_ca("Stranger")), "Stranger"),
            (lambda: pair(leaf(["other.example.com"])), f"does not cover {NAME}"),
            (lambda: pair(leaf(["*.com"])), f"does not cover {NAME}"),
            (lambda: pair(leaf([])), "subject alternative names"),
            (lambda: {**pair(leaf()), "certificate": ""}, "no PEM block"),
            (lambda: {**pair(leaf()), "certificate": "\0"}, "NUL"),
        ],
    )  # fmt: skip
    def test_before_any_request(self, run, emulator, there, options, text):
        result = run(name=NAME, **options())
        assert result["error"]["kind"] == "input"
        assert text in result["msg"]
        assert "-----BEGIN PRIVATE" not in result["msg"]
        assert short(emulator) == []

    def test_a_chain_out_of_order(self, run, emulator, there):
        root = factory.make_ca("Root")
        middle = factory.make_ca("Middle", issuer=root)
        result = run(name=NAME, **pair(leaf(issuer=middle), root, middle))
        assert "order" in result["msg"]
        assert short(emulator) == []

    @pytest.mark.parametrize(
        ("start", "text"), [(NOW - timedelta(days=91), "expired"), (NOW + timedelta(days=1), "not valid yet")]
    )
    def test_a_certificate_that_is_not_valid_now(self, run, emulator, there, start, text):
        result = preview_and_run(run, emulator, name=NAME, **pair(leaf(start=start)))
        assert result["error"]["kind"] == "input"
        assert text in result["msg"]
        assert short(emulator) == ["list"]

    def test_it_has_to_cover_the_new_name(self, run, emulator, there):
        result = run(name=NAME, new_name=NEW, **pair(leaf([NAME])))
        assert f"does not cover {NEW}" in result["msg"]
        assert short(emulator) == []

    def test_a_name_that_only_the_list_tells(self, run, emulator, there):
        result = run(id=there.id, **pair(leaf([NEW])))
        assert f"does not cover {NAME}" in result["msg"]
        assert short(emulator) == ["list"]

    def test_the_same_one_that_expired_meanwhile_only_warns(self, run, emulator):
        options = {"name": NAME, **pair(leaf())}
        run(**options)
        emulator.clock.skip(120 * 24 * 3600)
        result = preview_and_run(run, emulator, **options)
        assert (result["changed"], result["error"]) == (False, None)
        assert result["track_domain"]["certificate_days_remaining"] < 0
        assert "has expired" in result["warnings"][0]

    def test_but_it_is_not_uploaded_once_more(self, run, emulator):
        options = {"name": NAME, **pair(leaf())}
        run(**options)
        emulator.clock.skip(120 * 24 * 3600)
        result = run(certificate_update="always", **options)
        assert "has expired" in result["msg"]
        assert short(emulator) == ["list", "add", "list"]


class TestDoubt:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("update", ["on_change", "always"])
    def test_an_upload_in_doubt_is_settled(self, run, emulator, there, when, update):
        emulator.faults.add("reset", endpoint="update", when=when)
        result = run(name=NAME, certificate_update=update, **pair(leaf()))
        assert (result["changed"], result["error"], result["warnings"]) == (True, None, [])
        assert result["diff"]["after"]["certificate_not_before"] == "2025-12-31T11:14:15+08:00"
        assert run(name=NAME, **pair(leaf()))["changed"] is False

    @pytest.mark.parametrize("new_name", [None, NEW])
    def test_what_is_never_answered_and_never_shown_stays_in_doubt(self, run, emulator, there, new_name):
        emulator.faults.add("reset", endpoint="update", when="before", every=1)
        result = run(name=NAME, new_name=new_name, **pair(leaf([new_name or NAME])))
        assert (result["error"]["kind"], result["changed"]) == ("network", True)
        assert "Whether it was done all the same is not known" in result["msg"]

    def test_an_upload_that_is_always_wanted_and_shows_is_not_repeated(self, run, emulator, there):
        emulator.faults.add("reset", endpoint="update", when="after", every=1)
        result = run(name=NAME, certificate_update="always", **pair(leaf()))
        assert (result["error"], result["changed"]) == (None, True)
        assert short(emulator) == ["list", "update", "list"]

    def test_the_same_certificate_once_more_leaves_no_trace_to_be_settled_by(self, run, emulator):
        issued = leaf()
        run(name=NAME, **pair(issued))
        emulator.journal.clear()
        emulator.faults.add("reset", endpoint="update", when="after", every=1)
        result = run(name=NAME, certificate_update="always", **pair(issued))
        assert (result["error"]["kind"], result["changed"]) == ("network", True)
        assert short(emulator) == ["list"] + ["update", "list"] * 5


@pytest.mark.parametrize("fault", ["echo", "html", "reset", "control_characters"])
def test_the_private_key_is_in_no_result(run, emulator, there, fault):
    issued = leaf()
    emulator.faults.add(fault, endpoint="update", every=1)
    result = run(name=NAME, **pair(issued))
    assert result["failed"]
    for line in issued.key_pem.splitlines()[1:-1]:
        assert line not in repr(result)
