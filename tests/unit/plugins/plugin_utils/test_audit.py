# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What an audit finds, and how it says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.sendcloud.email.plugins.plugin_utils.audit import make_report, make_table

NAME, TARGET = "track.example.com", "track2.sendcloud.net"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
RIGHT = {"expected": TARGET, "found": [TARGET], "consistent": True, "negative_ttl": 900, "error": None}
SERVED = {
    "trusted": True,
    "fingerprint": "ab:cd",
    "issuer": "CN=R11",
    "not_before": None,
    "not_after": None,
    "days_remaining": 60,
    "matches_sendcloud": True,
    "error": None,
}
NOT_SERVED = {**dict.fromkeys(SERVED), "error": "the reason"}


def domain(name=NAME, remaining=60.0, lifetime=90.0, **fields):
    """A domain with nothing to do, but for ``fields``; ``remaining`` and ``lifetime`` are days of its certificate."""
    end = NOW + timedelta(days=remaining)
    return {
        "id": 5,
        "name": name,
        "cname_verified": True,
        "https_configured": True,
        "certificate_not_before": (end - timedelta(days=lifetime)).isoformat(),
        "certificate_not_after": end.isoformat(),
        "certificate_days_remaining": (end - NOW) // timedelta(days=1),
        "dns": RIGHT,
        "https": SERVED,
        **fields,
    }


WITHOUT_CERTIFICATE = {
    "https_configured": False,
    "certificate_not_before": None,
    "certificate_not_after": None,
    "certificate_days_remaining": None,
}


def result(*domains):
    account = {"api_user": "user", "api_url": "https://api.example.com/api"}
    return {"track_domains": list(domains), "account": account, "error": None}


def report(*domains, days=None):
    return make_report({"localhost": result(*domains)}, NOW, days)


def findings(**fields):
    return report(domain(**fields))["accounts"][0]["track_domains"][0]["findings"]


def codes(**fields):
    return [finding["code"] for finding in findings(**fields)]


def test_where_all_is_well_nothing_is_found():
    made = report(domain())
    assert (made["ok"], made["message"]) == (True, "0 of 1 tracking domains need attention.")
    assert made["accounts"][0]["track_domains"][0]["findings"] == []


def test_the_report_has_what_was_read_and_can_be_written_as_json():
    made = report(domain(), domain("plain.example.com", **WITHOUT_CERTIFICATE))
    assert json.loads(json.dumps(made)) == made
    assert made["generated_at"] == "2026-11-25T02:00:00+00:00"
    assert made["schema_version"] == 1
    assert made["summary"] == {
        "accounts": 1,
        "accounts_not_read": 0,
        "track_domains": 2,
        "track_domains_with_findings": 1,
    }
    (account,) = made["accounts"]
    assert {key: account[key] for key in ("host", "api_user", "api_url", "error")} == {
        "host": "localhost",
        "api_user": "user",
        "api_url": "https://api.example.com/api",
        "error": None,
    }
    good, plain = account["track_domains"]
    assert (good["dns"], good["https"]) == (RIGHT, SERVED)
    assert good["certificate"]["days_remaining"] == 60
    assert plain["certificate"] is None


@pytest.mark.parametrize(
    ("fields", "code", "to_do"),
    [
        ({"cname_verified": False}, "not_verified", "Have SendCloud verify it (state: verified)"),
        (WITHOUT_CERTIFICATE, "no_certificate", "Upload a certificate: SendCloud has none"),
        ({"remaining": -0.5}, "certificate_expired", "Renew the certificate: it has expired, on 2026-11-24"),
        ({"remaining": 20.9}, "certificate_ending", "Renew the certificate: it expires in 20 days"),
        ({"remaining": 1.5}, "certificate_ending", "Renew the certificate: it expires in 1 day"),
        (
            {"dns": {**RIGHT, "consistent": False, "found": []}},
            "dns_missing",
            f"Publish the record {NAME}. IN CNAME {TARGET}.",
        ),
        (
            {"dns": {**RIGHT, "consistent": False, "found": ["a.example"]}},
            "dns_wrong",
            f"be a CNAME for {TARGET}; DNS has a.example",
        ),
        ({"dns": {**RIGHT, "consistent": False}}, "dns_inconsistent", "Let every name server have the record"),
        (
            {"dns": {**RIGHT, "consistent": False, "found": [TARGET, "x.example"]}},
            "dns_inconsistent",
            "Let every name server have the record",
        ),
        (
            {"dns": {**RIGHT, "consistent": False, "found": [], "error": "why"}},
            "dns_unknown",
            "Find out why DNS cannot be asked: why",
        ),
        (
            {"dns": {**RIGHT, "consistent": False, "expected": None}},
            "dns_unknown",
            "Ask SendCloud for the target of the CNAME record",
        ),
        ({"https": NOT_SERVED}, "https_unreachable", "Find out why HTTPS cannot be reached: the reason"),
        ({"https": {**SERVED, "trusted": False, "error": "why"}}, "https_not_trusted", "that browsers trust: why"),
        ({"https": {**NOT_SERVED, "trusted": False}}, "https_not_trusted", "that browsers trust: the reason"),
        ({"https": {**SERVED, "matches_sendcloud": False}}, "https_differs", "another one is served"),
        (
            {"https": {**SERVED, "matches_sendcloud": False, "trusted": False, "error": "why"}},
            "https_differs",
            "another one is served, which browsers refuse (why)",
        ),
    ],
)
def test_each_finding_says_what_to_do(fields, code, to_do):
    (finding,) = findings(**fields)
    assert finding["code"] == code
    assert to_do in finding["to_do"]


def test_what_was_not_looked_at_is_no_finding():
    read = {key: value for key, value in domain().items() if key not in ("dns", "https")}
    (account,) = make_report({"localhost": result(read)}, NOW)["accounts"]
    assert account["track_domains"][0]["findings"] == []
    assert (account["track_domains"][0]["dns"], account["track_domains"][0]["https"]) == (None, None)


def test_the_cause_is_named_and_not_its_effects():
    missing = {**RIGHT, "consistent": False, "found": []}
    assert codes(dns=missing, https=NOT_SERVED) == ["dns_missing"]
    assert codes(remaining=-1, https={**SERVED, "trusted": False}) == ["certificate_expired"]
    assert codes(https=NOT_SERVED, **WITHOUT_CERTIFICATE) == ["no_certificate"]
    # These are causes of their own.
    assert codes(dns=missing, https={**SERVED, "trusted": False}) == ["dns_missing", "https_not_trusted"]
    assert codes(remaining=-1, https=NOT_SERVED) == ["certificate_expired", "https_unreachable"]
    assert codes(remaining=-1, https={**SERVED, "matches_sendcloud": False}) == ["certificate_expired", "https_differs"]


def test_a_verification_comes_after_its_record():
    first, second = findings(cname_verified=False, dns={**RIGHT, "consistent": False, "found": []})
    assert (first["code"], second["to_do"]) == ("dns_missing", "Then have SendCloud verify it (state: verified)")
    assert findings(cname_verified=False, dns={**RIGHT, "consistent": False, "error": "why"})[1]["to_do"].startswith(
        "Have SendCloud"
    )


@pytest.mark.parametrize(
    ("lifetime", "days", "limit"),
    [(90, None, 21), (398, None, 21), (40, None, 10), (6, None, 1.5), (90, 30, 30), (90, 0.5, 0.5), (90, 0, 0)],
)
def test_when_a_certificate_is_near_its_end(lifetime, days, limit):
    def found(remaining):
        return not report(domain(remaining=remaining, lifetime=lifetime), days=days)["ok"]

    assert not found(limit)
    assert found(limit - 0.001)


@pytest.mark.parametrize(
    ("failed", "kind", "message"),
    [
        (
            {
                "track_domains": None,
                "msg": "wrong key",
                "error": {"kind": "authentication"},
                "account": {"api_user": "u"},
            },
            "authentication",
            "wrong key",
        ),
        ({"msg": "missing required arguments"}, None, "missing required arguments"),
        ({}, None, "the module ended without a result"),
    ],
)
def test_an_account_that_was_not_read_hides_no_other(failed, kind, message):
    made = make_report({"bad": failed, "good": result(domain())}, NOW)
    assert made["ok"] is False
    bad, good = made["accounts"]
    assert (bad["error"], bad["track_domains"]) == ({"kind": kind, "message": message}, [])
    assert good["track_domains"][0]["name"] == NAME
    assert made["message"] == "1 of 2 accounts could not be read, and 0 of 1 tracking domains need attention."
    table = make_table(made, 120)
    assert f"    It could not be read: {message}" in table
    assert any(line.startswith(NAME) for line in table)


def test_an_empty_account_is_one():
    made = report()
    assert (made["ok"], made["message"]) == (True, "0 of 0 tracking domains need attention.")
    assert "    It has no tracking domains." in make_table(made, 80)
    assert make_report({"a": {}}, NOW)["message"] == "1 of 1 accounts could not be read."


MIXED = (
    domain("good.example.com"),
    domain("gone.example.com", cname_verified=False, dns={**RIGHT, "consistent": False, "found": []}, https=NOT_SERVED),
    domain("old.example.com", remaining=3, https={**SERVED, "matches_sendcloud": False}),
)


def test_the_table_on_a_wide_screen():
    assert make_table(report(*MIXED), 110) == [
        "localhost: user at https://api.example.com/api",
        "",
        "name              verified  DNS      at SendCloud  served    what to do",
        f"----------------  --------  -------  ------------  --------  {'-' * 49}",
        "gone.example.com  NO        MISSING  60 days       NOTHING   Publish the record gone.example.com. IN CNAME",
        "                                                               track2.sendcloud.net.",
        "                                                             Then have SendCloud verify it (state: verified)",
        "old.example.com   yes       ok       3 days        ANOTHER   Renew the certificate: it expires in 3 days",
        "                                                             Wait until SendCloud serves the certificate it",
        "                                                               has, or upload it again: another one is served",
        "good.example.com  yes       ok       60 days       the same",
        "",
        "2 of 3 tracking domains need attention.",
    ]


def test_the_table_on_a_narrow_screen():
    assert make_table(report(*MIXED), 68)[2:] == [
        "name              verified  DNS      at SendCloud  served",
        "----------------  --------  -------  ------------  --------",
        "gone.example.com  NO        MISSING  60 days       NOTHING",
        "    Publish the record gone.example.com. IN CNAME",
        "      track2.sendcloud.net.",
        "    Then have SendCloud verify it (state: verified)",
        "old.example.com   yes       ok       3 days        ANOTHER",
        "    Renew the certificate: it expires in 3 days",
        "    Wait until SendCloud serves the certificate it has, or upload it",
        "      again: another one is served",
        "good.example.com  yes       ok       60 days       the same",
        "",
        "2 of 3 tracking domains need attention.",
    ]


def test_a_long_name_has_a_line_of_its_own():
    long = f"{'x' * 50}.example.com"
    lines = make_table(report(domain(long), domain("a.example.com")), 68)
    assert lines[lines.index(long) + 1].split() == ["yes", "ok", "60", "days", "the", "same"]
    assert max(len(line) for line in lines) <= 68


def test_every_state_has_a_word():
    def cells(**fields):
        row = next(line for line in make_table(report(domain(**fields)), 60) if line.startswith(NAME))
        return row.split()[1:]

    assert cells(dns=None, https=None) == ["yes", "-", "60", "days", "-"]
    assert cells(certificate_not_after=None) == ["yes", "ok", "yes", "the", "same"]
    assert cells(remaining=-2, https={**SERVED, "trusted": False}) == ["yes", "ok", "EXPIRED", "NOT", "TRUSTED"]
    assert cells(dns={**RIGHT, "consistent": False, "found": ["x.example"]})[1] == "WRONG"
    assert cells(dns={**RIGHT, "consistent": False})[1] == "PARTLY"
    assert cells(dns={**RIGHT, "consistent": False, "error": "why"})[1] == "UNKNOWN"
    assert cells(**WITHOUT_CERTIFICATE)[2] == "NONE"
