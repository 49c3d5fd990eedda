# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Options read at the door: what is taken, and up to which bound."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._run import options as _options
from ansible_collections.sendcloud.email.plugins.module_utils._run.session import look_nowhere
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import Waiting
from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Prune, Wanted
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import make_leaf
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.conftest import DEFAULTS

A, B = "a.example.com", "b.example.com"
WEEK, DAY = 604_800, 86_400
SET = {"prune": True, "prune_keep": None, "prune_limit": 1, "track_domains": [{"name": A}]}


def options(**changes):
    return {**DEFAULTS, **changes}


def rows(*names):
    return [{"name": name, "certificate": None, "private_key": None} for name in names]


class TestOne:
    @pytest.mark.parametrize("number", [1, 2, 2**63 - 1])
    def test_an_id_is_a_positive_number(self, number):
        assert _options.read_wanted(options(id=number)) == Wanted("present", id=number)

    @pytest.mark.parametrize("number", [-1, 0, 2**63])
    def test_any_other_is_refused(self, number):
        with pytest.raises(InputError, match=f"id is {number}, but the ID of a tracking domain is a positive number"):
            _options.read_wanted(options(id=number))

    @pytest.mark.parametrize("always", [True, False])
    @pytest.mark.parametrize("recheck", [True, False])
    def test_everything_that_is_wanted_is_read(self, always, recheck):
        given = options(
            name=A, id=5, new_name=B, certificate_update="always" if always else "on_change", recheck=recheck
        )
        assert _options.read_wanted(given) == Wanted("present", A, 5, B, always_upload=always, recheck=recheck)

    def test_a_domain_that_is_to_go_needs_no_certificate(self):
        given = options(name=A, state="absent", certificate="none", private_key="none")
        assert _options.read_wanted(given) == Wanted("absent", A)
        with pytest.raises(InputError, match="certificate"):
            _options.read_wanted(options(name=A, certificate="none", private_key="none"))

    @pytest.mark.parametrize(
        ("names", "is_covered"),
        [
            ({"name": A}, False),
            ({"name": B}, True),
            ({"name": A, "new_name": B}, True),
            ({"name": B, "new_name": A}, False),
            ({"id": 5}, True),
            ({"id": 5, "new_name": A}, False),
        ],
    )
    def test_a_certificate_is_for_the_name_that_there_will_be(self, names, is_covered):
        issued = make_leaf([B])
        given = options(certificate=issued.pem, private_key=issued.key_pem, **names)
        if is_covered:
            assert _options.read_wanted(given).certificate.dns_names == (B,)
            return
        with pytest.raises(InputError, match=B):
            _options.read_wanted(given)

    @pytest.mark.parametrize("missing", ["certificate", "private_key"])
    def test_half_of_a_certificate_is_refused(self, missing):
        given = {"certificate": "none", "private_key": "none", missing: None}
        with pytest.raises(InputError):
            _options.read_wanted(options(name=A, **given))


class TestSet:
    @pytest.mark.parametrize("always", [True, False])
    @pytest.mark.parametrize("recheck", [True, False])
    def test_each_row_is_read_in_order(self, always, recheck):
        update = "always" if always else "on_change"
        given = options(track_domains=rows(B, A), state="verified", certificate_update=update, recheck=recheck)
        assert _options.read_wanted_set(given) == tuple(
            Wanted("verified", name, always_upload=always, recheck=recheck) for name in (B, A)
        )

    def test_a_row_that_is_there_twice_is_named_with_its_first_place(self):
        with pytest.raises(InputError) as caught:
            _options.read_wanted_set(options(track_domains=rows("no name", B, A, "A.example.com.", A, B)))
        lines = caught.value.message.split("\n")
        assert lines[0].startswith("track_domains, no. 1 is not a domain name")
        assert lines[1:] == [
            f"track_domains, no. {place} is the same as no. {first} ({name}). List each tracking domain once"
            for place, first, name in [(4, 3, A), (5, 3, A), (6, 2, B)]
        ]

    def test_the_first_place_is_that_of_the_same_name(self):
        with pytest.raises(InputError, match=r"no\. 3 is the same as no\. 2"):
            _options.read_wanted_set(options(track_domains=rows(A, B, B)))


class TestPrune:
    @pytest.mark.parametrize("limit", [0, 1, 2])
    def test_a_limit_may_be_nothing(self, limit):
        assert _options.read_prune({**SET, "prune_limit": limit}) == Prune(frozenset(), limit)

    def test_it_is_no_less_than_that(self):
        with pytest.raises(InputError, match="prune_limit is -1, but has to be 0 or more"):
            _options.read_prune({**SET, "prune_limit": -1})

    def test_nothing_is_deleted_unless_one_says_so(self):
        assert _options.read_prune({**SET, "prune": False, "track_domains": []}) is None
        with pytest.raises(InputError, match="track_domains is empty"):
            _options.read_prune({**SET, "track_domains": []})

    def test_a_name_that_only_sendcloud_has_may_be_kept(self):
        kept = _options.read_prune({**SET, "prune_keep": ["A_b.Example.com.", "Bücher.example"]})
        assert kept.keep == {"a_b.example.com", "xn--bcher-kva.example"}
        with pytest.raises(InputError, match="prune_keep is not a domain name"):
            _options.read_prune({**SET, "prune_keep": ["a_b"]})


class TestWaiting:
    @pytest.mark.parametrize("timeout", [0, 1, WEEK])
    @pytest.mark.parametrize("interval", [1, DAY])
    def test_up_to_a_week_once_a_day_at_least(self, timeout, interval):
        given = options(wait_timeout=timeout, wait_interval=interval, dns_precheck="always")
        assert _options.read_waiting(given) == Waiting(timeout, interval, "always")
        assert _options.read_waiting({**given, "wait": False}) == Waiting(0, interval, "always")

    @pytest.mark.parametrize(
        ("option", "number", "bounds"),
        [
            ("wait_timeout", -1, (0, WEEK)),
            ("wait_timeout", WEEK + 1, (0, WEEK)),
            ("wait_interval", 0, (1, DAY)),
            ("wait_interval", DAY + 1, (1, DAY)),
        ],
    )
    def test_anything_else_is_refused(self, option, number, bounds):
        with pytest.raises(InputError) as caught:
            _options.read_waiting(options(**{option: number}))
        assert caught.value.message == f"{option} is {number}, but has to be between {bounds[0]} and {bounds[1]}"


class TestResolver:
    @pytest.mark.parametrize(
        ("state", "precheck", "servers", "opened_at_once"),
        [
            ("present", "always", None, None),
            ("present", "always", ["192.0.2.1"], (["192.0.2.1"], False)),
            ("verified", "auto", ["192.0.2.1"], (["192.0.2.1"], False)),
            ("verified", "always", ["192.0.2.1"], (["192.0.2.1"], True)),
            ("verified", "always", None, ((), True)),
        ],
    )
    def test_what_is_sure_to_be_needed_is_opened_at_once(self, state, precheck, servers, opened_at_once):
        opened = []

        def open_resolver(servers, insist):
            opened.append((servers, insist))
            return "a resolver"

        given = options(state=state, dns_precheck=precheck, dns_servers=servers)
        find = _options.resolver_for(given, open_resolver)
        assert opened == ([] if opened_at_once is None else [opened_at_once])
        assert find() == (None if opened_at_once is None else "a resolver")
        assert (find is look_nowhere) is (opened_at_once is None)

    def test_what_may_be_needed_is_opened_then_and_once(self):
        opened = []
        given = options(state="verified", dns_precheck="auto")
        find = _options.resolver_for(given, lambda servers, insist: opened.append((servers, insist)))
        assert opened == []
        assert find() is find() is None
        assert opened == [((), False)]


def test_the_secrets_of_a_task_are_those_of_its_rows_too():
    given = {"api_key": "one", "private_key": None, "track_domains": [{"private_key": "two"}, {"private_key": None}]}
    assert _options.secrets_of(given) == ("one", "two")
    assert _options.secrets_of({"api_key": None, "private_key": "three"}) == ("three",)
