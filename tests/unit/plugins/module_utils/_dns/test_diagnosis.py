# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import diagnosis as _dns_diagnosis
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import diagnose, explain, why_silent
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look, Server, ServerAnswer

NAME = "track.example.com"
TARGET = "track2.sendcloud.net"
ONE, TWO, THREE = Server("192.0.2.1", 53, "ns1.example.com"), Server("192.0.2.2"), Server("2001:db8::3")

RIGHT = ServerAnswer(ONE, _dns.CNAME, f"CNAME {TARGET}.", target=TARGET)
WRONG = ServerAnswer(TWO, _dns.CNAME, "CNAME elsewhere.example.", target="elsewhere.example")
MISSING = ServerAnswer(TWO, _dns.NO_NAME, "no such name", negative_ttl=900, zone="example.com")
PROXIED = ServerAnswer(TWO, _dns.OTHER_RECORD, "A 192.0.2.7, no CNAME record", negative_ttl=900, zone="example.com")
LEADING = ServerAnswer(TWO, _dns.CNAME, "CNAME a.example.", target="a.example", leads=True)
LATER = ServerAnswer(TWO, _dns.CNAME, "CNAME z.example.", target="z.example", leads=True)
FLATTENED = ServerAnswer(TWO, _dns.OTHER_RECORD, "A 192.0.2.7, no CNAME record", zone="example.com", leads=True)
SILENT = ServerAnswer(THREE, _dns.NO_ANSWER, "no answer in time")


@pytest.mark.parametrize(
    ("answers", "doubled", "cause", "text"),
    [
        ([RIGHT], None, _dns_diagnosis.VISIBLE, "The record is right at every DNS server"),
        ([RIGHT, SILENT], None, _dns_diagnosis.VISIBLE, "The record is right at every DNS server"),
        ([RIGHT, MISSING], None, _dns_diagnosis.PARTIAL, "Only 1 of 2 DNS servers have the record"),
        ([RIGHT, WRONG], None, _dns_diagnosis.DISAGREEMENT, "Only 1 of 2 DNS servers have the record, others point to"),
        ([LEADING], None, _dns_diagnosis.INDIRECT, "and further CNAME records lead from there to track2.sendcloud.net"),
        ([RIGHT, LATER], None, _dns_diagnosis.INDIRECT, "The record points to z.example., and further"),
        ([RIGHT, LEADING], None, _dns_diagnosis.INDIRECT, "The record points to a.example., and further"),
        ([FLATTENED], None, _dns_diagnosis.FLATTENED, "The name has the addresses of track2.sendcloud.net in place of"),
        ([PROXIED, WRONG], None, _dns_diagnosis.WRONG_TARGET, "points to elsewhere.example."),
        ([WRONG], None, _dns_diagnosis.WRONG_TARGET, f"points to elsewhere.example., not to {TARGET}."),
        ([PROXIED], None, _dns_diagnosis.ADDRESS_RECORD, "an address record in place of the CNAME record"),
        ([MISSING], f"{NAME}.example.com", _dns_diagnosis.DOUBLED_ZONE, "enter track alone"),
        ([MISSING, SILENT], None, _dns_diagnosis.NO_RECORD, "There is no such record"),
        ([SILENT], None, _dns_diagnosis.NO_ANSWER, "DNS could not be asked: no DNS server answered"),
    ],
)
def test_the_likely_cause_is_said(answers, doubled, cause, text):
    look = Look(NAME, TARGET, tuple(answers), "nobody is there" if answers == [SILENT] else None, doubled)
    diagnosis = diagnose(look)
    assert diagnosis.cause == cause
    assert text in diagnosis.text
    told = explain(look)
    assert told.startswith(diagnosis.text.rstrip("."))
    for answer in answers:
        assert f"{answer.server}: {answer.detail.rstrip('.')}" in told
    assert len(told) < 300


def test_servers_that_say_the_same_are_named_together():
    other = ServerAnswer(ONE, _dns.NO_NAME, "no such name")
    told = explain(Look(NAME, TARGET, (MISSING, other, SILENT)))
    assert told.endswith(" (192.0.2.2, ns1.example.com (192.0.2.1): no such name; [2001:db8::3]: no answer in time)")


def test_a_host_with_several_addresses_is_named_once():
    both = [ServerAnswer(Server(one, 53, "ns1.example.com"), _dns.NO_NAME, "no such name") for one in ("1", "2")]
    assert explain(Look(NAME, TARGET, tuple(both))).endswith(" (ns1.example.com: no such name)")


def test_of_many_servers_some_are_named():
    def servers(detail):
        return [ServerAnswer(Server(f"192.0.2.{number}"), _dns.NO_NAME, detail) for number in range(1, 9)]

    told = explain(Look(NAME, TARGET, tuple(servers("no such name"))))
    assert told.endswith(" (192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 4 more: no such name)")
    told = explain(Look(NAME, TARGET, tuple(servers("no such name")[:4])))
    assert told.endswith(" (192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4: no such name)")
    answers = [answer for letter in "abcde" for answer in servers(letter)[:1]]
    assert explain(Look(NAME, TARGET, tuple(answers))).endswith(": c and 2 more)")
    assert explain(Look(NAME, TARGET, tuple(answers[:3]))).endswith(": c)")


def test_if_nobody_answers_the_servers_are_named_and_others_asked_for():
    look = Look(NAME, TARGET, (SILENT,), "what the result says")
    assert explain(look) == "DNS could not be asked: no DNS server answered ([2001:db8::3]: no answer in time)"
    assert why_silent(look).startswith("no DNS server answered ([2001:db8::3]: no answer in time). ")
    assert why_silent(look).endswith("give servers that can be reached as dns_servers")
    assert "what the result says" in explain(Look(NAME, TARGET, (), "what the result says"))


def test_a_record_that_sendcloud_does_not_name():
    told = explain(Look(NAME, None, (WRONG,)))
    assert told == "The record points to elsewhere.example (192.0.2.2: CNAME elsewhere.example)"


@pytest.mark.parametrize(("target", "lacks_dot"), [(f"{TARGET}.example.com", True), ("elsewhere.example", False)])
def test_a_target_without_its_trailing_dot_is_recognised(target, lacks_dot):
    answer = ServerAnswer(ONE, _dns.CNAME, f"CNAME {target}.", target=target)
    diagnosis = diagnose(Look(NAME, TARGET, (answer,)))
    assert diagnosis.cause == _dns_diagnosis.WRONG_TARGET
    assert f"points to {target}." in diagnosis.text
    assert ("the target needs a trailing dot" in diagnosis.text) is lacks_dot
    assert (f"not to {TARGET}." in diagnosis.text) is not lacks_dot


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([dataclasses.replace(MISSING, outcome=_dns.NO_RECORD, zone=NAME)], "cannot be at the top of a zone. Track"),
        (
            [dataclasses.replace(FLATTENED, zone=NAME)],
            f"cannot be at the top of a zone (the addresses of {TARGET} are there, which SendCloud may not accept). "
            "Track a name below it, for example track.track.example.com",
        ),
        ([SILENT], "is a zone of its own"),
    ],
)
def test_nobody_is_told_to_publish_a_cname_record_at_the_top_of_a_zone(answers, text):
    look = Look(NAME, TARGET, tuple(answers), is_zone=True)
    assert diagnose(look).cause == _dns_diagnosis.OWN_ZONE
    told = explain(look)
    assert text in told
    assert "ublish" not in told


@pytest.mark.parametrize(("zone", "relative"), [("example.com", "track"), ("com", "track.example"), (None, "track")])
def test_a_doubled_name_is_told_what_to_enter_in_its_zone(zone, relative):
    answer = dataclasses.replace(MISSING, zone=zone)
    diagnosis = diagnose(Look(NAME, TARGET, (answer,), doubled=f"{NAME}.{zone}"))
    assert diagnosis.cause == _dns_diagnosis.DOUBLED_ZONE
    assert diagnosis.text.endswith(f"enter {relative} alone")
