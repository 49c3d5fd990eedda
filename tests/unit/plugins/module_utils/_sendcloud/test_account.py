# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import (
    Account,
    account_result,
    naming_its_source,
)

OPTIONS = {
    "api_user": "user",
    "api_key": "the-key",
    "api_url": "https://api2.sendcloud.net/api",
    "api_timeout": 30.0,
    "api_retries": 4,
    "validate_certs": True,
    "ca_path": None,
}


def account(**changes):
    return Account.from_options({**OPTIONS, **changes})


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://api2.sendcloud.net/api", "https://api2.sendcloud.net/api"),
        ("https://api2.sendcloud.net/api/", "https://api2.sendcloud.net/api"),
        ("https://api.example:8443/apiv2//", "https://api.example:8443/apiv2"),
        ("http://127.0.0.1:8025/api", "http://127.0.0.1:8025/api"),
        ("http://[::1]:8025/api", "http://[::1]:8025/api"),
        ("http://localhost/api", "http://localhost/api"),
    ],
)
def test_the_base_url_is_https_or_a_loopback_address(given, base):
    assert account(api_url=given).api_url == base


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("http://api2.sendcloud.net/api", "has to be https"),
        ("http://127.0.0.1.example.com/api", "has to be https"),
        ("http://mail.example.com/api", "has to be https"),
        ("http://128.0.0.1/api", "has to be https"),
        ("ftp://api2.sendcloud.net/api", "is not an https URL: 'ftp://api2.sendcloud.net/api'"),
        ("api2.sendcloud.net/api", "does not begin with https://: 'api2.sendcloud.net/api'"),
        ("https:///api", "names no host: 'https:///api'"),
        ("https://api .example/api", "names no host"),
        ("https://user:secret@api2.sendcloud.net/api", "contains a user name or password"),
        ("user:secret@api2.sendcloud.net/api", "contains a user name or password"),
        ("https://@api2.sendcloud.net/api", "contains a user name or password"),
        ("https://api2.sendcloud.net/api?x=1", "contains a query"),
        ("https://api2.sendcloud.net/api?", "contains a query"),
        ("https://api2.sendcloud.net/api#x", "contains a query (?) or a fragment (#)"),
        ("https://api2.sendcloud.net:99999/api", "is not a URL"),
        ("https://[::1/api", "is not a URL"),
        (f"https://{'a' * 64}.example/api", "is not a URL"),
        ("", "is empty"),
        (" https://api2.sendcloud.net/api", "white space"),
        ("https://api2.sendcloud.net/\x00", "control character"),
        ("https://api2.sendcloud.net/" + "a" * 10_000, "characters. Is it the right text?"),
    ],
)
def test_any_other_base_url_is_refused(given, reason):
    with pytest.raises(InputError) as caught:
        account(api_url=given)
    assert caught.value.message.startswith("api_url ")
    assert reason in caught.value.message
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("option", ["api_user", "api_key", "ca_path"])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "is empty"),
        (" \t", "is empty"),
        ("value\n", "begins or ends with white space, perhaps a line break"),
        ("va\x00lue", "control character"),
        ("va\x1blue", "control character"),
        ("va\u202elue", "control character"),
        ("v" * 10_000, "has 10000 characters"),
    ],
)
def test_text_that_cannot_be_right_is_refused_and_not_shown(option, value, reason):
    with pytest.raises(InputError) as caught:
        account(**{option: value})
    assert caught.value.message.startswith(option)
    assert reason in caught.value.message
    assert len(caught.value.message) < 100


@pytest.mark.parametrize(("length", "is_taken"), [(1024, True), (1025, False)])
def test_a_text_has_at_most_1024_characters(length, is_taken):
    if is_taken:
        assert account(api_key="k" * length).api_key == "k" * length
        return
    with pytest.raises(InputError, match=f"api_key has {length} characters"):
        account(api_key="k" * length)


def test_of_a_text_that_is_too_long_a_result_shows_the_beginning():
    shown = account_result({"api_user": "u" * 2000, "api_url": "https://" + "h" * 2000})
    assert shown == {"api_user": "u" * 1024, "api_url": "https://" + "h" * 1016}


@pytest.mark.parametrize("seconds", [0.001, 1.0, 3600])
@pytest.mark.parametrize("count", [0, 1, 100])
def test_numbers_up_to_their_bounds_are_taken(seconds, count):
    taken = account(api_timeout=seconds, api_retries=count)
    assert (taken.timeout, taken.retries) == (seconds, count)


def test_what_is_not_given_is_as_in_the_documentation():
    assert Account("user", "the-key") == account()


@pytest.mark.parametrize(
    ("error", "from_environment", "is_named"),
    [
        (InputError("api_timeout is wrong", "api_timeout"), ["api_timeout"], True),
        (InputError("api_timeout is wrong", "api_timeout"), ["api_user"], False),
        (InputError("something is wrong"), ["api_timeout"], False),
        (SendCloudError("network", "lost"), ["api_timeout"], False),
    ],
)
def test_a_variable_that_is_wrong_is_named(error, from_environment, is_named):
    named = naming_its_source(error, from_environment)
    assert (named is not error) is is_named
    if is_named:
        assert named.message.endswith(". It comes from the environment variable SENDCLOUD_API_TIMEOUT")


@pytest.mark.parametrize("seconds", [0, -1, 3600.001, float("nan"), float("inf"), 1e9])
def test_a_timeout_is_a_reasonable_number_of_seconds(seconds):
    with pytest.raises(InputError, match=r"api_timeout is .*more than 0"):
        account(api_timeout=seconds)


@pytest.mark.parametrize("count", [-1, 101])
def test_the_retries_are_a_reasonable_number(count):
    with pytest.raises(InputError, match=f"api_retries is {count}, but has to be between 0 and 100"):
        account(api_retries=count)


def test_a_ca_file_has_to_be_there(tmp_path):
    there = tmp_path / "ca.pem"
    there.write_text("a certificate")
    assert account(ca_path=str(there)).ca_path == str(there)
    with pytest.raises(InputError, match=r"ca_path names a file that does not exist .*missing.pem"):
        account(ca_path=str(tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("taken", "given", "variable"),
    [("api_user", "api_key", "SENDCLOUD_API_USER"), ("api_key", "api_user", "SENDCLOUD_API_KEY")],
)
def test_user_and_key_come_from_one_place(taken, given, variable):
    with pytest.raises(InputError) as caught:
        Account.from_options(OPTIONS, {taken, "api_url"})
    assert f"{given} comes from the task and {taken} from the environment variable {variable}" in caught.value.message
    assert Account.from_options(OPTIONS, {"api_user", "api_key"}) == Account.from_options(OPTIONS, {"api_url"})


def test_the_key_is_not_in_the_representation():
    assert "the-key" not in repr(account())
    assert account_result(OPTIONS) == {"api_user": "user", "api_url": "https://api2.sendcloud.net/api"}


@pytest.mark.parametrize(
    ("api_url", "shown"),
    [
        ("https://user:secret@api.example/api/", "https://api.example/api"),
        ("https://user:sec/ret@api.example", "https://api.example"),
        ("https://api.example/api/trackDomain/list?apiKey=secret", "https://api.example/api/trackDomain/list"),
        ("https://user:sec?ret#@api.example/#secret", "https://api.example"),
        ("no URL", "no URL"),
        (None, None),
    ],
)
def test_a_result_names_the_account_also_where_its_options_were_refused(api_url, shown):
    assert account_result({"api_user": None, "api_url": api_url}) == {"api_user": None, "api_url": shown}


@pytest.mark.parametrize(
    "endpoint",
    [
        "/trackDomain",
        "/trackDomain/",
        "/trackdomain",
        "/TRACKDOMAIN/list",
        "/trackDomain/checkConfig/",
        "//trackDomain/add//",
    ],
)
def test_a_base_url_that_goes_on_to_an_endpoint_is_refused(endpoint):
    with pytest.raises(InputError) as caught:
        account(api_url=f"https://api2.sendcloud.net/api{endpoint}")
    assert caught.value.message.endswith("Give the base URL alone: https://api2.sendcloud.net/api")


def test_a_path_that_is_only_like_an_endpoint_is_none():
    url = "https://gateway.example/trackDomains/my-trackDomain/api"
    assert account(api_url=url).api_url == url


@pytest.mark.parametrize(
    ("missing", "start"),
    [
        (["api_user"], "api_user is missing: the task gives api_key alone. "),
        (
            ["api_key"],
            "api_key is missing: SENDCLOUD_API_USER is set in the environment of the host that runs the task",
        ),
        (["api_user", "api_key"], "api_user and api_key are missing. "),
    ],
)
def test_missing_credentials_are_asked_for(missing, start):
    with pytest.raises(InputError) as caught:
        Account.from_options({**OPTIONS, **dict.fromkeys(missing)}, {"api_user"})
    assert caught.value.message.startswith(start)
    for name in ("api_user", "api_key", "SENDCLOUD_API_USER", "SENDCLOUD_API_KEY", "the host that runs the task"):
        assert name in caught.value.message
