# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Behaviour that mutation testing found to be proved nowhere else."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
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
