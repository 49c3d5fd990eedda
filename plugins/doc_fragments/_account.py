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
      - The API_USER of the SendCloud account. Required, here or in the environment variable E(SENDCLOUD_API_USER) of
        the host that runs the task.
      - Must come from the same place as O(api_key). If one is given here and the other one in the environment, the task
        fails, because they may belong to two accounts.
    type: str
  api_key:
    description:
      - The API_KEY of the SendCloud account. Required, here or in the environment variable E(SENDCLOUD_API_KEY) of the
        host that runs the task.
      - It is sent in the body of POST requests, never in a URL, and is never shown.
    type: str
  api_url:
    description:
      - The base URL of SendCloud's API in the region of the account, without an endpoint. In any other region,
        authentication fails.
      - The default region is V(https://api2.sendcloud.net/api), Singapore V(https://api.aurorasendcloud.com/api), the
        United States V(https://api-us.aurorasendcloud.com/api), Hong Kong V(https://api-hk.aurorasendcloud.com/api),
        and mainland China V(https://api.sendcloud.net/apiv2).
      - Must be C(https), except for a loopback address.
      - Falls back to E(SENDCLOUD_API_URL).
    type: str
    default: https://api2.sendcloud.net/api
  api_timeout:
    description:
      - How many seconds to wait for a connection, and for each part of an answer. A whole answer may take four times as
        long.
      - Falls back to E(SENDCLOUD_API_TIMEOUT).
    type: float
    default: 30.0
  api_retries:
    description:
      - How often to repeat a request after a lost connection, a timeout, or an answer that says to try again later. A
        change is repeated only if it was certainly not made.
      - Falls back to E(SENDCLOUD_API_RETRIES).
    type: int
    default: 4
  validate_certs:
    description:
      - Whether to verify the TLS certificate of SendCloud's API. With V(false), anyone on the network path can read the
        credentials. If a proxy inspects TLS, use O(ca_path) instead.
    type: bool
    default: true
  ca_path:
    description:
      - A file of CA certificates in PEM format to trust instead of the default ones.
      - Falls back to E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE).
    type: path
notes:
  - Proxies are taken from the environment variables E(HTTPS_PROXY), E(ALL_PROXY), and E(NO_PROXY). The file
    C(~/.netrc) is ignored, and redirects are not followed.
requirements:
  - requests >= 2.25 (Python library)
"""
