# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What is said of a verification: which of the possible causes is named, and which is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look, Server, ServerAnswer
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run import verification_text
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Check
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import CHECK_CONFIG
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain

NAME, TARGET = "track.example.com", "track2.sendcloud.net"
DOMAIN = TrackDomain(7, NAME, cname_host=NAME, cname_value=TARGET)
FIRST, SECOND = Server("192.0.2.1"), Server("192.0.2.2", host="ns2.example.net")

RIGHT = ServerAnswer(FIRST, _dns.CNAME, f"CNAME {TARGET}.", target=TARGET)
WRONG = ServerAnswer(FIRST, _dns.CNAME, "CNAME elsewhere.example.", target="elsewhere.example")
MISSING = ServerAnswer(FIRST, _dns.NO_NAME, "no such name", negative_ttl=900, zone="example.com")
MISSING_AT_SECOND = replace(MISSING, server=SECOND)
SILENT = ServerAnswer(FIRST, _dns.NO_ANSWER, "no answer in time")

NETWORK_ERROR = SendCloudError(_errors.NETWORK, "the connection was reset")


def look(*answers):
    return Look(NAME, TARGET, answers, "no DNS server answered" if answers == (SILENT,) else None)


def check(**fields):
    return Check(DOMAIN, was_verified=False, **fields)


class TestWaiting:
    @pytest.mark.parametrize(
        ("waiting", "text"),
        [
            (check(), "SendCloud does not see the record yet"),
            (check(look=look(MISSING), is_ready=True), "SendCloud does not see the record yet"),
            (check(look=look(MISSING)), "192.0.2.1 has no record yet"),
            (check(look=look(MISSING, MISSING_AT_SECOND)), "192.0.2.1 has no record yet"),
            (check(look=look(WRONG, MISSING_AT_SECOND)), "ns2.example.net has no record yet"),
            (check(look=look(WRONG)), "the record points elsewhere"),
            (check(look=look(SILENT)), "no DNS server answers"),
            (check(look=look(MISSING), no_answer=NETWORK_ERROR), "SendCloud gives no answer"),
        ],
    )
    def test_it_is_said_what_is_missing(self, waiting, text):
        assert verification_text.waiting_for([waiting], 39.6, 1800) == f"{NAME}: {text}, 40 s of 1800 s"

    @pytest.mark.parametrize("others", [1, 2])
    def test_the_others_are_counted(self, others):
        another = replace(check(), domain=replace(DOMAIN, id=8, name="click.example.com"))
        line = verification_text.waiting_for([check(), *[another] * others], 0, 10)
        assert line.startswith(f"{NAME} (and {others} more): ")


class TestForeseen:
    @pytest.mark.parametrize("seen", [None, look(RIGHT)])
    def test_nothing_is_warned_of(self, seen):
        assert verification_text.foreseen(check(look=seen)) == ()

    def test_a_wrong_record_is(self):
        (warning,) = verification_text.foreseen(check(look=look(WRONG)))
        assert "elsewhere.example" in warning
        assert f'"{NAME}. IN CNAME {TARGET}."' in warning


class TestFailure:
    def said(self, failed, has_dns=True):
        return verification_text.failure(failed, 20.4, has_dns=has_dns)

    def test_without_any_answer_it_is_the_failure_of_the_last_question(self):
        error = self.said(check(asked=2, no_answer=NETWORK_ERROR))
        assert error.kind == _errors.NETWORK
        assert error.message.startswith("the connection was reset. ")
        assert NAME in error.message

    def test_after_an_answer_the_last_question_is_an_addition(self):
        error = self.said(check(asked=2, was_answered=True, no_answer=NETWORK_ERROR))
        assert (error.kind, error.endpoint) == (_errors.VERIFICATION, CHECK_CONFIG)
        assert error.message.endswith("the connection was reset")

    def test_where_every_question_was_answered_nothing_is_said_of_failures(self):
        assert "failed otherwise" not in self.said(check(asked=1, was_answered=True)).message

    def test_what_was_not_asked_has_no_endpoint(self):
        error = self.said(check(look=look(MISSING)))
        assert error.endpoint is None
        assert "within 20 s, and SendCloud was not asked" in error.message

    def test_the_record_to_publish_is_named_without_a_look_in_dns(self):
        assert f'"{NAME}. IN CNAME {TARGET}."' in self.said(check(asked=1, was_answered=True)).message

    def test_also_where_it_is_not_known(self):
        unknown = Check(replace(DOMAIN, cname_value=None), was_verified=False, asked=1, was_answered=True)
        message = self.said(unknown).message
        assert "does not see its CNAME record" in message
        assert "None" not in message

    @pytest.mark.parametrize("has_dns", [True, False])
    def test_dnspython_is_recommended_where_it_is_missing(self, has_dns):
        message = self.said(check(asked=1, was_answered=True), has_dns).message
        assert ("dnspython" in message) is not has_dns

    @pytest.mark.parametrize("in_doubt", [True, False])
    def test_a_doubt_is_said(self, in_doubt):
        for failed in (check(asked=1, was_answered=True), check(asked=1, no_answer=NETWORK_ERROR)):
            message = self.said(replace(failed, in_doubt=in_doubt)).message
            assert ("is not known" in message) is in_doubt


class TestWhatIsRemembered:
    """What SendCloud's resolver was told, it may hold on to (RFC 2308)."""

    ASKED_AT = datetime(2026, 1, 1, 8, 0, 0, 123456, tzinfo=UTC)

    def said(self, *answers, **fields):
        failed = check(look=look(*answers), **{"asked": 1, "was_answered": True, **fields})
        return verification_text.failure(failed, 20, has_dns=True).message

    def test_until_when_a_missing_record_may_be(self):
        message = self.said(MISSING, asked_early=self.ASKED_AT)
        assert "until 2026-01-01T08:15:00+00:00" in message

    def test_for_how_long_if_it_was_asked_in_time(self):
        message = self.said(RIGHT, MISSING)
        assert "for up to 900 s" in message
        assert "until" not in message

    def test_nothing_without_an_answer_of_sendclouds(self):
        assert "remember" not in self.said(MISSING, asked=0, was_answered=False, asked_early=self.ASKED_AT)

    def test_nothing_without_a_negative_ttl(self):
        assert "remember" not in self.said(replace(MISSING, negative_ttl=None), asked_early=self.ASKED_AT)

    def test_a_wrong_target_where_every_server_has_one(self):
        assert "may remember the wrong target" in self.said(WRONG)
        assert "may remember the wrong target" not in self.said(WRONG, MISSING)

    @pytest.mark.parametrize("answer", [RIGHT, SILENT])
    def test_no_wrong_target_where_none_was_seen(self, answer):
        assert "wrong target" not in self.said(answer)
