# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The options that every module has: which SendCloud account, and how to reach it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  api_user:
    description:
      - The API_USER of the SendCloud account. It is needed.
      - If it is not given, the environment variable E(SENDCLOUD_API_USER) of the host that runs the task is used.
      - It has to come from the same place as O(api_key), both from the task or both from the environment. One of each
        fails, since together they may be of two accounts.
    type: str
  api_key:
    description:
      - The API_KEY of the SendCloud account. It is needed.
      - If it is not given, the environment variable E(SENDCLOUD_API_KEY) of the host that runs the task is used.
      - It has to come from the same place as O(api_user).
      - It travels in the body of a POST request only, never in a URL, and is never shown.
    type: str
  api_url:
    description:
      - The base URL of SendCloud's API in the region of the account. With the URL of another region, SendCloud answers
        that the authentication failed.
      - V(https://api2.sendcloud.net/api) is the default region, V(https://api.aurorasendcloud.com/api) Singapore,
        V(https://api-us.aurorasendcloud.com/api) the United States, V(https://api-hk.aurorasendcloud.com/api) Hong
        Kong, and V(https://api.sendcloud.net/apiv2) mainland China.
      - Give the base URL alone, without an endpoint such as C(/trackDomain/list).
      - It has to be C(https). Plain C(http) is possible to a loopback address only, and never goes through a proxy.
      - If it is not given, the environment variable E(SENDCLOUD_API_URL) is used.
    type: str
    default: https://api2.sendcloud.net/api
  api_timeout:
    description:
      - How many seconds one request may take to connect, and again to give each part of its answer. An answer that is
        not whole after four times that is given up, however steadily it comes.
      - If it is not given, the environment variable E(SENDCLOUD_API_TIMEOUT) is used.
    type: float
    default: 30.0
  api_retries:
    description:
      - How often a request that failed for a passing reason is tried again.
      - Reading is tried again after a lost connection, a timeout, and where SendCloud says that it has a problem or too
        many requests. Writing is tried again only where it certainly was not processed; where that is in doubt, the
        domains are listed first. Wrong credentials and missing permissions are never tried again.
      - If it is not given, the environment variable E(SENDCLOUD_API_RETRIES) is used.
    type: int
    default: 4
  validate_certs:
    description:
      - Whether the TLS certificate of SendCloud's API is checked.
      - With V(false), anyone on the way can read the credentials. Use O(ca_path) instead where the way leads through a
        proxy with a certificate of its own.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the CA certificates to trust, in PEM format, in place of the default ones.
      - If it is not given, the file in the environment variable E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) is used.
    type: path
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(ALL_PROXY), and E(NO_PROXY). The file
    C(~/.netrc) is not looked at, and redirects are not followed.
requirements:
  - requests >= 2.25 (Python library)
"""
