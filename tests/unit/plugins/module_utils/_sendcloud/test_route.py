# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The way to the API as the environment has it: proxies, what of them is secret, and what is trusted."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import route
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.route import Proxy, Trust

API = "https://api2.sendcloud.net/api"


@pytest.fixture(autouse=True)
def no_way_but_the_direct_one(monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class TestProxies:
    @pytest.mark.parametrize(
        ("url", "whole", "shown"),
        [
            ("proxy:3128", "http://proxy:3128", "http://proxy:3128"),
            (" proxy:3128 ", "http://proxy:3128", "http://proxy:3128"),
            ("HTTPS://proxy", "HTTPS://proxy", "https://proxy"),
            (" socks5h://proxy:0 ", "socks5h://proxy:0", "socks5h://proxy:0"),
            ("http://user:secret@[2001:db8::1]:3128/", None, "http://[2001:db8::1]:3128"),
        ],
    )
    def test_a_url_is_kept_and_shown_without_credentials(self, url, whole, shown):
        assert route.proxy_from_url(url) == Proxy(url if whole is None else whole, shown)
        assert "secret" not in repr(route.proxy_from_url(url))

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("gopher://proxy:1", "its scheme is not http, https or socks"),
            ("http://", "it names no host"),
            ("http://pro xy", "it names no host"),
            ("http://proxy:1:2", "its host or port cannot be read"),
            ("http://user:1/b@proxy", "percent-encoded"),
            ("http://user:1?b@proxy", "percent-encoded"),
            ("http://proxy/#@", "percent-encoded"),
        ],
    )
    def test_what_is_none_is_refused(self, url, reason):
        with pytest.raises(InputError, match="HTTPS_PROXY or ALL_PROXY is not the URL of a proxy") as caught:
            route.proxy_from_url(url)
        assert reason in caught.value.message

    def test_the_one_for_https_counts(self, monkeypatch):
        assert route.find_proxy(API) is None
        monkeypatch.setenv("ALL_PROXY", "http://all:1")
        assert route.find_proxy(API).shown == "http://all:1"
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
        assert route.find_proxy(API).shown == "http://proxy:1"
        monkeypatch.setenv("NO_PROXY", "api2.sendcloud.net")
        assert route.find_proxy(API) is None

    @pytest.mark.parametrize(
        ("url", "goes_through"),
        [
            ("http://127.0.0.1:8025/api", False),
            ("http://[::1]/api", False),
            ("http://localhost/api", False),
            ("https://127.0.0.1/api", True),
        ],
    )
    def test_plain_http_to_this_host_goes_through_none(self, monkeypatch, url, goes_through):
        monkeypatch.setenv("ALL_PROXY", "http://all:1")
        assert (route.find_proxy(url) is not None) is goes_through

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    @pytest.mark.parametrize(
        ("url", "secrets"),
        [
            ("", []),
            ("http://proxy:1", []),
            ("http://user@proxy:1", []),
            ("http://user:@proxy:1", []),
            ("user:pass@proxy", ["user:pass", "user:pass", "pass", "pass"]),
            ("http://user:abc@proxy", ["user:abc", "user:abc"]),
            ("http://user:p%40ss@proxy", ["user:p%40ss", "user:p@ss", "p%40ss", "p@ss"]),
            ("http://user:%40bc@proxy", ["user:%40bc", "user:@bc", "%40bc"]),
            ("http://us:er:p@ss@proxy", ["us:er:p@ss", "us:er:p@ss", "er:p@ss", "er:p@ss"]),
        ],
    )
    def test_what_must_not_be_shown(self, monkeypatch, variable, url, secrets):
        """A password of less than four characters is none by itself: it would be masked in every other word."""
        monkeypatch.setenv(variable, url)
        found = route.proxy_secrets()
        if secrets:
            assert found.pop(2) == base64.b64encode(secrets[1].encode()).decode()
        assert found == secrets

    def test_what_the_way_depends_on(self, monkeypatch):
        before = route.route_variables()
        for name in ("https_proxy", "ALL_PROXY", "ftp_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUEST_METHOD"):
            monkeypatch.setenv(name, "set")
        monkeypatch.setenv("PROXY", "set")
        assert {name for name, _value in set(route.route_variables()) - set(before)} == {
            "https_proxy", "ALL_PROXY", "ftp_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "REQUEST_METHOD",
        }  # fmt: skip
        assert route.route_variables() == tuple(sorted(route.route_variables()))


class TestTrust:
    def test_the_option_comes_first_then_the_variables_in_turn(self, monkeypatch, tmp_path):
        first, second = tmp_path / "first.pem", tmp_path / "second.pem"
        first.write_text("")
        second.write_text("")
        assert route.find_trust(Account("user", "key")) == Trust(True)
        monkeypatch.setenv("CURL_CA_BUNDLE", str(second))
        assert route.find_trust(Account("user", "key")) == Trust(str(second), "the environment variable CURL_CA_BUNDLE")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(first))
        assert route.find_trust(Account("user", "key")) == Trust(
            str(first), "the environment variable REQUESTS_CA_BUNDLE"
        )
        assert route.find_trust(Account("user", "key", ca_path="own.pem")) == Trust("own.pem", "ca_path")
        assert route.find_trust(Account("user", "key", validate_certs=False, ca_path="own.pem")) == Trust(False)

    def test_a_variable_that_names_nothing_is_passed_over_and_one_that_names_no_file_is_not(self, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")
        assert route.find_trust(Account("user", "key")) == Trust(True)
        monkeypatch.setenv("CURL_CA_BUNDLE", "/does/not/exist")
        with pytest.raises(InputError, match="variable CURL_CA_BUNDLE names a file that does not exist: /does/not"):
            route.find_trust(Account("user", "key"))

    @pytest.mark.parametrize("verify", [True, False, "/"])
    def test_the_default_and_a_folder_are_not_looked_into(self, verify):
        assert Trust(verify, "ca_path").check_ca() is None

    @pytest.mark.parametrize(
        ("content", "reason"), [("no PEM", "contains no CA certificates in PEM format"), (None, "cannot be read")]
    )
    def test_a_file_without_certificates_is_named(self, tmp_path, content, reason):
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_text(content)
        with pytest.raises(InputError) as caught:
            Trust(str(path), "ca_path").check_ca()
        assert caught.value.message == f"ca_path names a file that {reason}: {path}"
