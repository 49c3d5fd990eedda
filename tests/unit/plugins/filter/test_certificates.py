# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filters that the role decides with, as a template calls them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.sendcloud.email.plugins.filter import certificate_fingerprint, certificate_renewal
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory
from cryptography.hazmat.primitives import hashes

RENEWAL = certificate_renewal.FilterModule().filters()["certificate_renewal"]
FINGERPRINT = certificate_fingerprint.FilterModule().filters()["certificate_fingerprint"]

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def domain(days):
    end = START + timedelta(days=days)
    # SendCloud's offset.
    zone = timezone(timedelta(hours=8))
    return {
        "certificate_not_before": START.astimezone(zone).isoformat(),
        "certificate_not_after": end.astimezone(zone).isoformat(),
    }


def decide(lifetime, now, days=None):
    return certificate_renewal._decide(domain(lifetime), days, now)


class TestRenewal:
    @pytest.mark.parametrize(
        ("lifetime", "days", "before"),
        [
            (90, None, 30),
            (90, "", 30),
            (397, None, 30),
            (45, None, 15),
            (6, None, 2),
            (90, 7, 7),
            (90, "7", 7),
            (90, 0, 0),
            (90, 0.5, 0.5),
            (90, 89.5, 89.5),
        ],
    )
    def test_it_is_time_to_the_second(self, lifetime, days, before):
        at = START + timedelta(days=lifetime) - timedelta(days=before)
        early, due = decide(lifetime, at - SECOND, days), decide(lifetime, at, days)
        assert (early["due"], due["due"]) == (False, True)
        assert datetime.fromisoformat(due["at"]) == at
        assert early["error"] is due["error"] is None

    @pytest.mark.parametrize("none", [None, {}, {"certificate_not_before": None, "certificate_not_after": None}])
    def test_it_is_time_where_there_is_no_certificate(self, none):
        decision = RENEWAL(none, 10)
        assert (decision["due"], decision["reason"]) == (True, "there is no certificate")

    @pytest.mark.parametrize("days", [90, 91, "100"])
    def test_a_renewal_in_every_run_is_refused(self, days):
        decision = decide(90, START, days)
        assert decision["due"] is False
        assert "valid for 90 days in all" in decision["error"]

    def test_now_is_now(self):
        assert RENEWAL(domain(1))["due"] is True
        assert RENEWAL({**domain(1), "certificate_not_after": "2999-01-01T00:00:00+08:00"})["due"] is False

    @pytest.mark.parametrize("days", ["soon", -1, [1], float("nan"), float("inf")])
    def test_days_that_are_none_are_refused(self, days):
        with pytest.raises(AnsibleFilterError, match="days is a number"):
            RENEWAL(domain(90), days)

    @pytest.mark.parametrize("text", ["soon", 5, "2026-01-01T00:00:00"])
    def test_times_that_are_none_are_refused(self, text):
        with pytest.raises(AnsibleFilterError, match="certificate_not_after"):
            RENEWAL({**domain(90), "certificate_not_after": text})

    @pytest.mark.parametrize("other", ["text", [domain(90)]])
    def test_what_is_no_domain_is_refused(self, other):
        with pytest.raises(AnsibleFilterError, match="needs a tracking domain"):
            RENEWAL(other)


class TestFingerprint:
    def test_it_is_the_leaf_s(self):
        authority = certificate_factory.make_ca("Authority")
        leaf = certificate_factory.make_leaf(issuer=authority)
        digest = leaf.certificate.fingerprint(hashes.SHA256()).hex(":")
        assert FINGERPRINT(certificate_factory.bundle(leaf, authority)) == digest

    @pytest.mark.parametrize("text", [None, 5, "", "text"])
    def test_what_is_no_certificate_is_refused(self, text):
        with pytest.raises(AnsibleFilterError, match="certificate_fingerprint"):
            FINGERPRINT(text)

    def test_a_key_alone_is_refused_and_not_shown(self):
        key = certificate_factory.make_ca("Authority").key_pem
        with pytest.raises(AnsibleFilterError) as caught:
            FINGERPRINT(key)
        assert key.splitlines()[1] not in str(caught.value)
