# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""The way to the API as the environment of the process has it: proxies, and the CA certificates that are trusted."""

from __future__ import annotations

import base64
import dataclasses
import os
import typing as t
from urllib.parse import unquote, urlsplit

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import is_loopback

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account

_PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_PROXY_SCHEMES = frozenset(("http", "https", "socks4", "socks4a", "socks5", "socks5h"))

# The order in which requests looks at them.
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

# A shorter password alone may be a part of any word; together with its user it is a secret all the same.
_SHORTEST_PASSWORD = 4


@dataclasses.dataclass(frozen=True)
class Proxy:
    """A proxy's URL (with a password, perhaps), and the same without credentials, to show."""

    url: str = dataclasses.field(repr=False)
    shown: str


def proxy_from_url(url: str) -> Proxy:
    """Read a proxy's URL, C(http) where it has no scheme. Raises InputError, without showing it, where it is none."""
    whole = url.strip() if "://" in url else "http://" + url.strip()
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _no_proxy("its host or port cannot be read") from None
    if parts.scheme.lower() not in _PROXY_SCHEMES:
        raise _no_proxy("its scheme is not http, https or socks")
    if not host or any(character.isspace() for character in host):
        raise _no_proxy("it names no host")
    if "@" in parts.path + parts.query + parts.fragment:
        raise _no_proxy("its password has a character in it that has to be percent-encoded")
    bracketed = f"[{host}]" if ":" in host else host
    return Proxy(whole, neutralise(f"{parts.scheme}://{bracketed}" + ("" if port is None else f":{port}")))


def _no_proxy(reason: str) -> InputError:
    return InputError(
        f"the environment variable HTTPS_PROXY or ALL_PROXY is not the URL of a proxy: {reason}. Set it to a URL such "
        "as http://proxy.example.com:3128, or unset it"
    )


def route_variables() -> tuple[tuple[str, str], ...]:
    """All of the environment that the way to an API depends on: a connection serves while this is the same."""
    return tuple(
        sorted(
            (name, value)
            for name, value in os.environ.items()
            if name.lower().endswith("_proxy") or name in (*_CA_VARIABLES, "REQUEST_METHOD")
        )
    )


def find_proxy(api_url: str) -> Proxy | None:
    """The proxy on the way to ``api_url`` by HTTPS_PROXY, ALL_PROXY and NO_PROXY; None where there is none.

    Plain C(http) to a loopback address never goes through one: it could read the credentials. Raises InputError
    where it is malformed.
    """
    # Imported here for those who have not installed it: whoever asks has checked that before.
    from requests.utils import get_environ_proxies, select_proxy

    parts = urlsplit(api_url)
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return None
    url = select_proxy(api_url, get_environ_proxies(api_url))
    return proxy_from_url(url) if url else None


def proxy_secrets() -> list[str]:
    """What of the proxies in the environment must not be shown: passwords, with and without their users."""
    variables = (name for variable in _PROXY_VARIABLES for name in (variable, variable.lower()))
    return [secret for name in variables for secret in _credentials(os.environ.get(name, ""))]


def _credentials(proxy_url: str) -> t.Iterator[str]:
    # By hand, for a URL that cannot be read: a password may have any character in it.
    userinfo, separator, _host = proxy_url.rpartition("://")[2].rpartition("@")
    user, colon, password = userinfo.partition(":")
    if not separator or not colon or not password:
        return
    plain = f"{unquote(user)}:{unquote(password)}"
    yield userinfo
    yield plain
    yield base64.b64encode(plain.encode("utf-8", errors="surrogateescape")).decode("ascii")
    for spelling in (password, unquote(password)):
        if len(spelling) >= _SHORTEST_PASSWORD:
            yield spelling


@dataclasses.dataclass(frozen=True)
class Trust:
    """What TLS trusts: ``verify`` is what requests takes for it, ``source`` the option or variable it is from."""

    verify: bool | str
    source: str | None = None

    def check_ca(self) -> None:
        """Raise InputError where the CA certificates cannot be loaded: they are not there, or no PEM."""
        if not isinstance(self.verify, str) or os.path.isdir(self.verify):
            return
        # Imported here, since it is needed only where TLS has failed.
        import ssl

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(self.verify)
        except (OSError, ValueError) as error:
            reason = (
                "contains no CA certificates in PEM format" if isinstance(error, ssl.SSLError) else "cannot be read"
            )
            raise InputError(f"{self.source} names a file that {reason}: {neutralise(self.verify)}") from error


def find_trust(account: Account) -> Trust:
    """What TLS connections of the account trust: C(ca_path), else REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE.

    Raises InputError where one of the variables names a file that does not exist.
    """
    if not account.validate_certs:
        return Trust(False)
    if account.ca_path is not None:
        return Trust(account.ca_path, "ca_path")
    for variable in _CA_VARIABLES:
        path = os.environ.get(variable)
        if not path:
            continue
        if not os.path.exists(path):
            raise InputError(
                f"the environment variable {variable} names a file that does not exist: {neutralise(path)}. Correct "
                "it, unset it, or set ca_path"
            )
        return Trust(path, f"the environment variable {variable}")
    return Trust(True)
