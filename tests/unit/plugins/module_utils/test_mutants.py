# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Behaviour that mutation testing found to be proved nowhere else."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from datetime import timedelta

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import retry as _retry
from ansible_collections.sendcloud.email.plugins.module_utils._tls import certificate as _certificate
from ansible_collections.sendcloud.email.plugins.module_utils._tls import validity as _validity
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import (
    CertificateError,
    CertificatePair,
    load_certificate_pair,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import (
    NOT_AFTER,
    bundle,
    make_ca,
    make_leaf,
)
from urllib3.exceptions import MaxRetryError, SSLError

NAME = "track.example.com"
NEW = "click.example.com"
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def issued():
    return make_leaf([NAME])


@pytest.fixture(scope="module")
def pair(issued):
    return load_certificate_pair(issued.pem, issued.key_pem)


@pytest.mark.parametrize(
    "value",
    [
        _validity.ValidityWindow(NOT_AFTER, NOT_AFTER),
        _validity.PrintedWindow(NOT_AFTER, NOT_AFTER),
        CertificatePair("", "", _validity.ValidityWindow(NOT_AFTER, NOT_AFTER), ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_planned_cannot_be_changed_afterwards(value):
    assert hash(value) == hash(dataclasses.replace(value))
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.anything = 1


class TestRetries:
    @pytest.mark.parametrize("repetition", [0, 1])
    def test_the_first_pause_is_from_a_quarter_to_half_a_second(self, repetition):
        pauses = [_retry.pause_before(repetition) for _unused in range(1000)]
        assert 0.25 <= min(pauses) < 0.3
        assert 0.45 < max(pauses) <= 0.5

    def test_no_pause_is_longer_than_eight_seconds(self):
        pauses = [_retry.pause_before(repetition) for repetition in range(5, 1000)]
        assert 4 <= min(pauses) < 4.4
        assert 7.6 < max(pauses) <= 8

    def test_an_answer_that_blames_the_client_is_not_asked_for_again(self, emulator, run):
        emulator.faults.add("status", endpoint="list", status=499)
        assert run(name=NAME)["failed"]
        assert emulator.journal.endpoints() == ["trackDomain/list"]

    @pytest.mark.parametrize("rules", [_retry.for_reads(4), _retry.for_writes(4), _retry.for_one_attempt()])
    def test_an_untrusted_server_is_not_asked_again(self, rules):
        with pytest.raises(MaxRetryError):
            rules.increment("POST", "/", error=SSLError("certificate verify failed"))

    def test_the_rules_can_be_read_where_urllib3_is_missing(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "urllib3.util.retry", None)
        specification = importlib.util.spec_from_file_location("retry_without_urllib3", _retry.__file__)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        assert "urllib3" in module.URLLIB3_IMPORT_ERROR
        assert _retry.URLLIB3_IMPORT_ERROR is None


class TestCertificates:
    def test_a_bundle_is_judged_by_its_leaf(self):
        root = make_ca()
        leaf = make_leaf([NAME], issuer=root)
        loaded = load_certificate_pair(bundle(leaf, root), leaf.key_pem)
        assert loaded.window.not_after == NOT_AFTER
        assert loaded.dns_names == (NAME,)

    def test_a_private_key_is_in_no_representation(self, issued, pair):
        content = _certificate._key_block(issued.key_pem)
        for line in issued.key_pem.splitlines()[1:-1]:
            assert line not in repr(pair)
        assert "content" not in repr(content)

    def test_of_few_names_all_are_shown(self, pair):
        with pytest.raises(CertificateError) as caught:
            pair.check_covers(NEW)
        assert NAME in caught.value.message
        assert "more" not in caught.value.message

    def test_of_many_names_a_few_are_shown_and_the_others_counted(self):
        issued = make_leaf([f"n{number}.example.com" for number in range(25)])
        many = load_certificate_pair(issued.pem, issued.key_pem)
        with pytest.raises(CertificateError) as caught:
            many.check_covers(NAME)
        assert "n9.example.com" in caught.value.message
        assert "n10.example.com" not in caught.value.message
        assert "and 15 more" in caught.value.message
