# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The SendCloud account a run works on, and how to reach it: the options that every module has."""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import os
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

DEFAULT_API_URL = "https://api2.sendcloud.net/api"

_LONGEST_TEXT = 1024
_LONGEST_TIMEOUT = 3600
_MOST_RETRIES = 100

_ENDPOINT = re.compile(r"/+trackDomain(/.*)?$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Account:
    """Credentials, base URL and transport settings; every value checked.

    ``timeout`` is in seconds, for the connection and for each read. ``retries`` counts the tries after the first.
    ``ca_path`` is a CA bundle to trust instead of the default one.
    """

    api_user: str
    api_key: str = dataclasses.field(repr=False)
    api_url: str = DEFAULT_API_URL
    timeout: float = 30.0
    retries: int = 4
    validate_certs: bool = True
    ca_path: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], from_environment: t.Collection[str] = frozenset()) -> Account:
        """The account that a task's options name. Raises InputError where one of them cannot be right.

        ``from_environment`` holds the names of the options whose values came from environment variables.
        """
        _check_credentials_are_there(options, from_environment)
        _check_one_source(from_environment)
        return cls(
            api_user=check_text(options, "api_user"),
            api_key=check_text(options, "api_key"),
            api_url=_base_url(check_text(options, "api_url")),
            timeout=_timeout(options["api_timeout"]),
            retries=check_range(options, "api_retries", 0, _MOST_RETRIES),
            validate_certs=options["validate_certs"],
            ca_path=_ca_path(options),
        )


def account_result(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The value of RV(account): which account a result is about, also where its options were refused."""

    def shown(option: str) -> str | None:
        value = options.get(option)
        return neutralise(value[:_LONGEST_TEXT]) if isinstance(value, str) else None

    api_url = shown("api_url")
    return {"api_user": shown("api_user"), "api_url": _without_secrets(api_url).rstrip("/") if api_url else None}


def check_text(options: t.Mapping[str, t.Any], option: str) -> str:
    """The text of an option that is sent as it is. Raises InputError if it is empty, padded or no clean text."""
    text: str = options[option]
    if not text.strip():
        raise InputError(f"{option} is empty. Was the variable that it is taken from loaded?", option)
    if text != text.strip():
        raise InputError(f"{option} begins or ends with white space, perhaps a line break. Remove it", option)
    if neutralise(text) != text:
        raise InputError(f"{option} contains a control character. Remove it", option)
    if len(text) > _LONGEST_TEXT:
        raise InputError(f"{option} has {len(text)} characters. Is it the right text?", option)
    return text


def check_range(options: t.Mapping[str, t.Any], option: str, lowest: int, highest: int) -> int:
    """The number of an option. Raises InputError if it is out of its range."""
    number: int = options[option]
    if not lowest <= number <= highest:
        raise InputError(f"{option} is {number}, but has to be between {lowest} and {highest}", option)
    return number


def naming_its_source(error: SendCloudError, from_environment: t.Collection[str]) -> SendCloudError:
    """The failure, and the environment variable where the option that is wrong came from one: the task shows none."""
    if not isinstance(error, InputError) or error.option not in from_environment:
        return error
    return error.adding(f"It comes from the environment variable {_variable(error.option)}")


def _variable(option: str | None) -> str:
    return f"SENDCLOUD_{option}".upper()


def _check_credentials_are_there(options: t.Mapping[str, t.Any], from_environment: t.Collection[str]) -> None:
    missing = [option for option in ("api_user", "api_key") if options.get(option) is None]
    if not missing:
        return
    where = "in the environment of the host that runs the task"
    if len(missing) == 2:
        raise InputError(
            "api_user and api_key are missing. Give both in the task, or set SENDCLOUD_API_USER and SENDCLOUD_API_KEY "
            + where
        )
    (lacking,) = missing
    given = "api_key" if lacking == "api_user" else "api_user"
    if given in from_environment:
        raise InputError(
            f"{lacking} is missing: {_variable(given)} is set {where}, and {_variable(lacking)} is not. Set both "
            "there, or give api_user and api_key in the task"
        )
    raise InputError(
        f"{lacking} is missing: the task gives {given} alone. Give both in the task, or leave both out and set "
        f"SENDCLOUD_API_USER and SENDCLOUD_API_KEY {where}"
    )


def _check_one_source(from_environment: t.Collection[str]) -> None:
    taken = [option for option in ("api_user", "api_key") if option in from_environment]
    if len(taken) == 1:
        given = "api_key" if taken[0] == "api_user" else "api_user"
        raise InputError(
            f"{given} comes from the task and {taken[0]} from the environment variable {_variable(taken[0])}, so "
            "they may belong to two accounts. Give both in the task, or both in the environment"
        )


def _timeout(seconds: float) -> float:
    if math.isfinite(seconds) and 0 < seconds <= _LONGEST_TIMEOUT:
        return seconds
    raise InputError(
        f"api_timeout is {seconds}, but has to be more than 0 and at most {_LONGEST_TIMEOUT} seconds", "api_timeout"
    )


def _ca_path(options: t.Mapping[str, t.Any]) -> str | None:
    if options.get("ca_path") is None:
        return None
    path = check_text(options, "ca_path")
    if not os.path.exists(path):
        raise InputError(f"ca_path names a file that does not exist on the host that runs the task: {path}", "ca_path")
    return path


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname
        parts.port  # noqa: B018  # raises ValueError where it is no port
        (host or "").encode("idna")
    except ValueError as error:  # UnicodeError is one
        # The library's text would quote a part of it, which may be of a password.
        raise _bad_url("api_url is not a URL") from error
    if "@" in text:
        raise _bad_url("api_url contains a user name or password, which belong in api_user and api_key")
    if parts.scheme not in ("https", "http"):
        what = "does not begin with https://" if "://" not in text else "is not an https URL"
        raise _bad_url(f"api_url {what}: {_without_secrets(text)!r}")
    if not host or " " in text:
        raise _bad_url(f"api_url names no host: {_without_secrets(text)!r}")
    if "?" in text or "#" in text:
        raise _bad_url("api_url contains a query (?) or a fragment (#)")
    endpoint = _ENDPOINT.search(text)
    if endpoint:
        base_url = text[: endpoint.start()]
        raise InputError(f"api_url contains an endpoint. Give the base URL alone: {base_url}", "api_url")
    if parts.scheme == "http" and not is_loopback(host):
        raise InputError(
            f"api_url has to be https: with {text!r}, anyone on the way could read the credentials", "api_url"
        )
    return text.rstrip("/")


def _bad_url(reason: str) -> InputError:
    return InputError(f"{reason}. Give the base URL of the account's region, for example {DEFAULT_API_URL}", "api_url")


def is_loopback(host: str) -> bool:
    """Whether a host (without brackets) is this machine: C(localhost), 127.0.0.0/8 or ::1."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_secrets(url: str) -> str:
    """A URL that was given by mistake with credentials, without them: no user and password, and no query."""
    scheme, separator, rest = url.partition("://")
    if separator:
        url = scheme + separator + rest.rpartition("@")[2]
    return re.split("[?#]", url)[0]
