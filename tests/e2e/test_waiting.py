# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Waiting for a record: when it is looked for, when SendCloud is asked, and what either choice leads to."""

from __future__ import annotations

import socket

from .conftest import CHECK_CONFIG, Account
from .name_server import NEGATIVE_TTL, NameServer, free_port
from .playing import Ansible, Record

NAME = "track.example.com"
TARGET = "track2.sendcloud.net."
LIST = "trackDomain/list"
# Shorter than the name server's negative TTL: who asked too early waits in vain.
SHORT_WAIT = NEGATIVE_TTL - 8


def test_asking_too_early_is_paid_for_and_looking_first_is_not(
    ansible: Ansible, account: Account, name_server: NameServer
) -> None:
    early, patient = "early.example.com", "patient.example.com"
    account.emulator.account.add_many([early, patient])
    without_look = ansible.start("verify.yml", domain=early, precheck="never", wait_timeout=SHORT_WAIT)
    with_look = ansible.start("verify.yml", domain=patient, wait_timeout=120)
    account.wait_for_call(CHECK_CONFIG)
    name_server.wait_for_query(patient)

    # It takes its seconds: both are waiting when the records appear.
    ansible.write(name_server, Record(early, TARGET), Record(patient, TARGET))

    patient_result = with_look.wait()["Verify"]
    assert patient_result["changed"]
    assert patient_result["track_domain"]["cname_verified"]
    assert patient_result["verification"]["attempts"] == 1
    assert patient_result["verification"]["dns"]["found"] == [TARGET.rstrip(".")]
    # Once it was there, one look found it, and then SendCloud did. (One more look may come just as it is written.)
    assert name_server.queries(patient, after=f"adding an RR at '{patient}' CNAME") in (2, 3)
    early_result = without_look.wait(code=2)["Verify"]
    assert not early_result["changed"]
    assert early_result["error"]["kind"] == "verification"
    assert early_result["verification"]["attempts"] > 2
    assert early_result["verification"]["waited"] >= SHORT_WAIT
    assert "The record is right at every DNS server that answers" in early_result["msg"]
    assert "may remember it as missing until 20" in early_result["msg"]
    assert early_result["verification"]["dns"]["negative_ttl"] == NEGATIVE_TTL
    # The negative cache asked once for all the calls of checkConfig, and the diagnosis once more.
    assert name_server.queries(early) == 2


def test_every_server_has_to_have_the_record(
    ansible: Ansible, account: Account, name_server: NameServer, other_name_server: NameServer
) -> None:
    account.emulator.account.add(NAME)
    ansible.write(name_server, Record(NAME, TARGET))
    servers = [name_server.server, other_name_server.server]

    waiting = ansible.start("verify.yml", dns_servers=servers, wait_timeout=60)
    other_name_server.wait_for_query(NAME, times=3)
    asked_meanwhile = account.endpoints
    ansible.write(other_name_server, Record(NAME, TARGET))

    result = waiting.wait()["Verify"]
    assert asked_meanwhile == [LIST]
    assert account.endpoints == [LIST, CHECK_CONFIG]
    assert result["changed"]
    assert result["track_domain"]["cname_verified"]
    assert result["verification"]["attempts"] == 1


def test_a_dead_server_does_not_block(ansible: Ansible, account: Account, name_server: NameServer) -> None:
    account.emulator.account.add(NAME)
    ansible.write(name_server, Record(NAME, TARGET))
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        servers = [name_server.server, f"127.0.0.1:{free_port()}", f"127.0.0.1:{silent.getsockname()[1]}"]

        result = ansible.play("verify.yml", dns_servers=servers, precheck="always", wait=False)["Verify"]

    assert result["track_domain"]["cname_verified"]
    assert result["verification"]["attempts"] == 1
    assert result["verification"]["dns"]["error"] is None
    assert account.endpoints == [LIST, CHECK_CONFIG]


def test_without_dns_auto_warns_and_verifies(ansible: Ansible, account: Account, name_server: NameServer) -> None:
    account.emulator.account.add(NAME)
    ansible.write(name_server, Record(NAME, TARGET))
    nobody = f"127.0.0.1:{free_port()}"

    result = ansible.play("verify.yml", dns_servers=[nobody])["Verify"]

    assert result["changed"]
    assert result["track_domain"]["cname_verified"]
    assert result["verification"]["attempts"] == 1
    assert nobody in result["verification"]["dns"]["error"]
    (warning,) = result["warnings"]
    assert f"the CNAME record of {NAME} could not be looked up: no DNS server answered" in warning
    assert account.endpoints == [LIST, CHECK_CONFIG]


def test_without_dns_always_never_asks(ansible: Ansible, account: Account) -> None:
    account.emulator.account.add(NAME)
    nobody = f"127.0.0.1:{free_port()}"

    result = ansible.play("verify.yml", code=2, dns_servers=[nobody], precheck="always", wait=False)["Verify"]

    assert not result["changed"]
    assert result["error"]["kind"] == "verification"
    assert result["verification"]["attempts"] == 0
    assert "SendCloud was not asked (dns_precheck is always)" in result["msg"]
    assert "DNS could not be asked: no DNS server answered" in result["msg"]
    assert account.endpoints == [LIST]


def test_a_preview_looks_in_dns_and_only_lists(ansible: Ansible, account: Account, name_server: NameServer) -> None:
    account.emulator.account.add(NAME)

    result = ansible.play("verify.yml", "--check", wait_timeout=600)["Verify"]

    assert result["changed"]
    assert result["diff"]["before"]["cname_verified"] is False
    assert result["diff"]["after"]["cname_verified"] is True
    (warning,) = result["warnings"]
    assert f"the verification of {NAME} would fail today" in warning
    assert f"{NAME}. IN CNAME {TARGET}" in warning
    assert "There is no such record" in warning
    assert account.endpoints == [LIST]
    assert name_server.queries(NAME) == 1


def test_a_lost_record_is_a_failure_and_a_change(ansible: Ansible, account: Account, name_server: NameServer) -> None:
    account.emulator.account.add(NAME, verified=True)

    lost = ansible.play("verify.yml", code=2, recheck=True, wait=False)["Verify"]

    assert lost["changed"]
    assert lost["error"]["kind"] == "verification"
    assert lost["diff"]["before"]["cname_verified"] is True
    assert lost["diff"]["after"] == {**lost["diff"]["before"], "cname_verified": False}
    assert lost["track_domain"]["cname_verified"] is False
    assert "There is no such record" in lost["msg"]
    assert f"{NAME}. IN CNAME {TARGET}" in lost["msg"]
    assert account.endpoints == [LIST, CHECK_CONFIG]


def test_a_domain_that_is_removed_meanwhile_ends_the_waiting(ansible: Ansible, account: Account) -> None:
    domain = account.emulator.account.add(NAME)

    waiting = ansible.start("verify.yml", precheck="never", wait_timeout=600)
    account.wait_for_call(CHECK_CONFIG, times=2)
    account.emulator.account.remove(domain.id)

    result = waiting.wait(code=2)["Verify"]
    assert result["error"]["kind"] == "not_found"
    assert f"{NAME} was removed at SendCloud while its verification was under way" in result["msg"]
    assert not result["changed"]
    assert result["track_domain"] is None
    assert account.endpoints[-1] == LIST
