# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The option that says where CNAME records are looked up."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  dns_servers:
    description:
      - The DNS servers to ask for CNAME records, each as C(IP), C(IPv4:port) or C([IPv6]:port).
      - By default, the authoritative name servers of the domain are asked, each of them; they are found through the
        resolver of the host that runs the task, which is never asked for the name itself. Give servers where these
        cannot be reached, where DNS is intercepted on the way, or where the domain looks different from the outside.
      - If it is not given, the environment variable E(SENDCLOUD_DNS_SERVERS) is used, with commas between the servers.
    type: list
    elements: str
"""
