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
      - The IP addresses of the DNS servers to ask for CNAME records, each as C(IP), C(IPv4:port) or C([IPv6]:port).
      - The default is to ask every authoritative name server of the domain. Give servers if a firewall blocks these, or
        if DNS looks different from outside your network.
      - Falls back to E(SENDCLOUD_DNS_SERVERS), separated by commas.
    type: list
    elements: str
"""
