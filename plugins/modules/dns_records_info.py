#!/usr/bin/python
# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# The work is done by the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_records_info
short_description: See which records the name servers of a zone have at a name
version_added: 1.0.0
description:
  - Asks every authoritative name server of a zone, or every server given, for the records at a name. No resolver's
    memory of an old or missing record is in the way.
  - On request, waits until all of them show a record, or have it no more.
  - The role P(sendcloud.email.track_domain#role) uses it before and after it writes a record.
author:
  - The sendcloud.email contributors (@sendcloud-email)
attributes:
  check_mode:
    description: Previews the run in C(check_mode), with the C(changed) status it would have, and writes nothing.
    support: full
    details:
      - This module only reads. It waits in C(check_mode), too.
  diff_mode:
    description: In diff mode, returns what was changed, or in C(check_mode) what would be.
    support: N/A
    details:
      - This module only reads.
  idempotent:
    description: A second run with the same options, right after the first, reports no change.
    support: full
    details:
      - This module only reads.
  action:
    description: Has an action plugin, which does the work.
    support: full
    details:
      - It always runs on the controller, whatever the host of the task is.
options:
  name:
    description:
      - The fully qualified name to look at, with or without a trailing dot.
    type: str
    required: true
  types:
    description:
      - The types of the records to look for. By default, those that may not stand beside a CNAME record, and CNAME.
    type: list
    elements: str
    choices: [A, AAAA, CAA, CNAME, MX, NS, SRV, TXT]
    default: [A, AAAA, CAA, CNAME, MX, NS, SRV, TXT]
  value:
    description:
      - The data of the record to look for, such as the target of a CNAME record or the text of a TXT record, without
        quotes. Then O(types) holds one type, and RV(ready) says whether all servers have this record. Other records
        may be beside it.
      - Without it, RV(ready) says that none of the servers has any record of O(types).
    type: str
  dns_servers:
    description:
      - The DNS servers to ask, each as C(IP), C(IPv4:port) or C([IPv6]:port). By default, the authoritative name
        servers, which are found through the resolver of the controller.
      - If it is not set, the environment variable E(SENDCLOUD_DNS_SERVERS) is used, with commas between the servers.
    type: list
    elements: str
  wait_timeout:
    description:
      - How many seconds to wait until the result is RV(ready). With V(0), it looks once.
      - The task does not fail when the time is up. It returns what it saw last.
    type: int
    default: 0
  wait_interval:
    description:
      - How many seconds to wait between two looks.
    type: int
    default: 5
requirements:
  - dnspython >= 2.0 (Python library) on the controller
seealso:
  - module: sendcloud.email.track_domain_info
"""

EXAMPLES = r"""
- name: See what is at a name
  sendcloud.email.dns_records_info:
    name: track.example.com
  register: there

- name: Insist that the name is free
  ansible.builtin.assert:
    that: there.records | length == 0
    fail_msg: "{{ there.summary }}"

- name: Wait until each name server of the zone has a TXT record
  sendcloud.email.dns_records_info:
    name: _acme-challenge.track.example.com
    types: [TXT]
    value: gfj9Xq...Rg85nM
    wait_timeout: 300
  register: challenge
  failed_when: not challenge.ready
"""

RETURN = r"""
name:
  description: The name, in lower case, in A-labels, without a trailing dot.
  returned: success
  type: str
  sample: track.example.com
zone:
  description: The zone that the name is in, by its SOA record. V(none) where no server tells.
  returned: success
  type: str
  sample: example.com
ready:
  description:
    - Whether every server that answers has the record with O(value), or without O(value), none of O(types).
    - V(false) if no server answers.
  returned: success
  type: bool
  sample: true
records:
  description: The records that at least one server has, each once.
  returned: success
  type: list
  elements: dict
  contains:
    type:
      description: The type of the record.
      type: str
      sample: CNAME
    value:
      description:
        - Its data, as in a zone file. Targets of CNAME and NS records are in lower case and without a trailing dot. The
          strings of a TXT record are put together, without quotes.
      type: str
      sample: track2.sendcloud.net
servers:
  description: What each server says.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: The server.
      type: str
      sample: ns1.example.com (192.0.2.1)
    records:
      description: The records that it has, as in RV(records).
      type: list
      elements: dict
    error:
      description: Why it gives no answer. V(none) if it gives one.
      type: str
      sample: no answer in time
summary:
  description: What the servers say, in one line for a person.
  returned: success
  type: str
  sample: "ns1.example.com (192.0.2.1): CNAME track2.sendcloud.net"
waited:
  description: How many seconds it took.
  returned: success
  type: int
  sample: 0
error:
  description: Why no server answered. V(none) if one did.
  returned: success
  type: str
  sample: null
"""
