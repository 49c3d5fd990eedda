# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The core of C(track_domain_info): options in, result out, against the emulator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Look
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._run import info as _info
from ansible_collections.sendcloud.email.plugins.module_utils._tls import served as _served
from ansible_collections.sendcloud.email.plugins.module_utils._tls.served import Leaf, Served
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import ValidityWindow
from sendcloud_emulator.certificate import Validity


def names(result):
    return [domain["name"] for domain in result["track_domains"]]


@pytest.fixture
def three(emulator):
    return emulator.account.add_many(["a.example.com", "b.example.com", "track.a.example.com"])


def test_all_of_many_are_returned_once_in_as_few_requests_as_possible(read, emulator):
    emulator.account.add_many(f"d{number}.example.com" for number in range(250))
    result = read()
    assert len(set(names(result))) == len(names(result)) == 250
    assert emulator.journal.endpoints() == ["trackDomain/list"] * 3
    assert emulator.journal.connections == 1
    assert (result["changed"], result["error"], result["missing"]) == (False, None, [])


def test_none_at_all(read, emulator):
    result = read()
    assert (result["track_domains"], result["missing"]) == ([], [])
    assert emulator.journal.endpoints() == ["trackDomain/list"]
    assert result["account"] == {"api_user": "demo-user", "api_url": emulator.url}


def test_a_domain_is_returned_as_the_main_module_does(read, run, three):
    assert read(names=["a.example.com"])["track_domains"] == [run(name="a.example.com")["track_domain"]]


def test_without_names_and_ids_all_are_returned(read, three):
    assert len(read(names=None, ids=None)["track_domains"]) == 3


@pytest.mark.parametrize(("asked_for", "ids"), [([], None), (None, []), ([], [])])
def test_of_an_empty_list_none_are_returned(read, three, asked_for, ids):
    result = read(names=asked_for, ids=ids)
    assert (result["track_domains"], result["missing"], result["error"]) == ([], [], None)


def test_names_and_ids_select_by_either(read, three):
    result = read(names=["B.example.com.", "b.example.com", "missing.example.com"], ids=[three[0].id, 5, 5])
    assert names(result) == ["a.example.com", "b.example.com"]
    assert result["missing"] == ["missing.example.com", 5]


@pytest.mark.parametrize("check_dns", [True, False])
def test_servers_alone_are_no_look_in_dns(read, three, check_dns):
    class Resolver:
        def look_many(self, pairs):
            return [Look(name, expected) for name, expected in pairs]

    opened = []
    result = read(
        check_dns=check_dns,
        dns_servers=["192.0.2.1"],
        open_dns=lambda servers, insist: opened.append((servers, insist)) or Resolver(),
    )
    assert opened == [(["192.0.2.1"], check_dns)]
    assert ["dns" in domain for domain in result["track_domains"]] == [check_dns] * 3


def test_one_is_the_first_id(read, three):
    assert read(ids=[1])["missing"] == [1]


def test_names_alone_are_asked_for(read, emulator, three):
    result = read(names=["a.example.com", "bücher.example"])
    assert names(result) == ["a.example.com"]
    assert result["missing"] == ["xn--bcher-kva.example"]
    assert emulator.journal.endpoints() == ["trackDomain/list"]


def test_of_a_large_account_names_alone_are_asked_for(read, emulator):
    emulator.account.add_many(f"d{number}.example.com" for number in range(250))
    result = read(names=["d249.example.com", "d5.example.com", "d120.example.com"])
    assert sorted(names(result)) == ["d120.example.com", "d249.example.com", "d5.example.com"]
    assert [call.parameters.get("name") for call in emulator.journal.calls()] == [
        None,
        "d120.example.com;d249.example.com",
    ]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"names": ["foo..bar"]}, "names is not a domain name"),
        ({"names": [""]}, "is empty"),
        ({"ids": [0]}, "ids contains 0"),
        ({"api_user": " "}, "api_user is empty"),
    ],
)
def test_bad_input_is_refused_before_any_request(read, emulator, options, text):
    result = read(**options)
    assert result["failed"]
    assert (result["error"]["kind"], result["track_domains"], result["missing"]) == ("input", None, None)
    assert text in result["msg"]
    assert emulator.journal.calls() == ()


@pytest.mark.parametrize("fault", ["html", "empty_body", "json_no_envelope", "echo"])
def test_a_failed_read_is_a_clear_error(read, emulator, fault):
    emulator.faults.add(fault, every=1)
    result = read()
    assert (result["failed"], result["changed"], result["warnings"]) == (True, False, [])
    assert result["error"]["endpoint"] == "trackDomain/list"
    assert emulator.key not in repr(result)


class TestCheckHttps:
    @pytest.fixture
    def window(self, clock):
        return ValidityWindow(clock.now() - timedelta(days=1), clock.now() + timedelta(days=89))

    @pytest.fixture
    def visited(self, read):
        """What is returned where this is served, and the arguments with which it was looked at."""

        def visited(*served, **options):
            asked = []

            class Visits:
                def visit_many(self, names):
                    asked.append(names)
                    return list(served)

                def visit_everywhere(self, names):
                    asked.append(("everywhere", names))
                    return list(served)

            def open_https(servers, ca_path):
                asked.append((servers, ca_path))
                return Visits()

            result = read(check_https=True, open_https=open_https, **options)
            return [domain["https"] for domain in result["track_domains"]], asked

        return visited

    def test_each_domain_is_looked_at_where_the_options_say(self, visited, three):
        https, asked = visited(
            Served(None), Served(None), Served(None), dns_servers=["127.0.0.1:53"], https_ca_path="/a"
        )
        assert asked == [(["127.0.0.1:53"], "/a"), ["a.example.com", "b.example.com", "track.a.example.com"]]
        assert [one["trusted"] for one in https] == [None, None, None]

    def test_what_is_served_is_compared_with_what_sendcloud_prints(self, visited, emulator, window, clock):
        emulator.account.add("same.example.com", certificate=Validity(window.not_before, window.not_after))
        emulator.account.add("other.example.com", certificate=Validity(window.not_before, clock.now()))
        emulator.account.add("none.example.com")
        emulator.account.add("silent.example.com")
        served = Served(True, Leaf("ab:cd", "CN=Issuer", window))
        emulator.account.add("endless.example.com")
        https, _asked = visited(served, served, served, Served(False, None, "no"), Served(True, Leaf("ab:cd")))
        assert [one["matches_sendcloud"] for one in https] == [True, False, False, None, None]
        assert https[0] == served.as_result(clock.now(), True)
        assert (https[0]["days_remaining"], https[0]["fingerprint"]) == (89, "ab:cd")

    def test_a_secret_in_what_is_served_is_masked(self, visited, emulator, window):
        emulator.account.add("a.example.com")
        leaf = Leaf("ab:cd", f"CN={emulator.key}\n", window)
        (https,), _asked = visited(Served(False, leaf, f"it is for {emulator.key}"))
        assert emulator.key not in repr(https)
        assert https["error"] == "it is for ********"

    def test_every_address_is_looked_at_on_request(self, visited, emulator, window):
        emulator.account.add("a.example.com", certificate=Validity(window.not_before, window.not_after))
        first = Served(True, Leaf("ab:cd", "CN=Issuer", window), address="192.0.2.1")
        second = Served(False, Leaf("ef:01", "CN=Issuer", window), f"no {emulator.key}", address="192.0.2.2")
        (https,), asked = visited((first, second), https_addresses="all")
        assert asked[1] == ("everywhere", ["a.example.com"])
        # The one that is not trusted counts.
        assert (https["trusted"], https["fingerprint"], https["matches_sendcloud"]) == (False, "ef:01", True)
        assert https["addresses"] == [
            {"address": "192.0.2.1", "trusted": True, "fingerprint": "ab:cd", "error": None},
            {"address": "192.0.2.2", "trusted": False, "fingerprint": "ef:01", "error": "no ********"},
        ]

    def test_where_all_addresses_are_trusted_the_first_counts(self, visited, emulator, window):
        emulator.account.add("a.example.com")
        first, second = (Served(True, Leaf(print_, None, window), address="192.0.2.1") for print_ in ("ab", "cd"))
        (https,), _asked = visited((first, second), https_addresses="all")
        assert (https["trusted"], https["fingerprint"]) == (True, "ab")

    def test_an_address_that_nothing_is_served_at_has_no_fingerprint(self, visited, emulator):
        emulator.account.add("a.example.com")
        (https,), _asked = visited((Served(None, error="it does not resolve"),), https_addresses="all")
        assert https["addresses"] == [
            {"address": None, "trusted": None, "fingerprint": None, "error": "it does not resolve"}
        ]

    def test_nothing_is_looked_at_unless_asked_for(self, read, three):
        assert "https" not in read()["track_domains"][0]

    @pytest.mark.parametrize("servers", [None, ["127.0.0.1:1"]])
    def test_a_missing_library_is_known_before_anything_is_sent(self, read, emulator, monkeypatch, servers):
        monkeypatch.setattr(_served, "_CRYPTOGRAPHY_VERSION", None)
        with pytest.raises(MissingLibraryError):
            read(check_https=True, dns_servers=servers)
        assert emulator.journal.calls() == ()

    def test_a_malformed_server_is_bad_input(self):
        with pytest.raises(InputError, match="dns_servers contains"):
            _info.open_https(["ns1.example.com"], None)
