#!/usr/bin/python
# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Declare one tracking domain of a SendCloud account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sendcloud_track_domain
short_description: Declare a tracking domain of a SendCloud account
version_added: 1.0.0
description:
  - Adds, renames, verifies, and deletes a tracking domain of SendCloud, and keeps its HTTPS certificate up to date.
  - A tracking domain is the host name that links in your mail are rewritten to, so that opens and clicks can be
    counted. It is a CNAME record that points to SendCloud.
author:
  - The sendcloud.email contributors (@sendcloud-email)
extends_documentation_fragment:
  - sendcloud.email._account
  - sendcloud.email._dns
  - sendcloud.email._attributes
  - sendcloud.email._attributes.actiongroup_sendcloud
attributes:
  check_mode:
    support: full
    details:
      - The only request sent to SendCloud is the one that lists the domains. A verification is predicted to succeed,
        with a warning if DNS shows that it would fail today.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(certificate_update=always), a certificate is uploaded in every run.
options:
  name:
    description:
      - The tracking domain, for example V(track.example.com). Case and a trailing dot make no difference, and an
        internationalised name may be given as it is read.
      - At least one of O(name) and O(id) is required. If both are given, they must be the same domain.
    type: str
  id:
    description:
      - The ID of a tracking domain that exists.
    type: int
  new_name:
    description:
      - The name to rename the domain to. If it has that name already, nothing is done.
    type: str
  state:
    description:
      - With V(present), the domain exists.
      - With V(verified), it exists, and SendCloud has seen its CNAME record. Publish RV(track_domain.dns_record)
        first, or while the task waits.
      - With V(absent), it does not exist.
    type: str
    choices:
      - present
      - absent
      - verified
    default: present
  certificate:
    description:
      - The certificate for HTTPS in PEM format, followed by its chain. Ignored with O(state=absent).
      - It is checked before anything is changed. See
        R(which certificates are taken, ansible_collections.sendcloud.email.docsite.guide_certificates).
    type: str
  private_key:
    description:
      - The private key of O(certificate) in PEM format, not encrypted.
    type: str
  certificate_update:
    description:
      - With V(on_change), a certificate is uploaded if its validity differs from that of SendCloud's, which is all that
        SendCloud shows.
      - With V(always), it is uploaded in every run, and the task reports a change each time.
    type: str
    choices:
      - on_change
      - always
    default: on_change
  recheck:
    description:
      - With O(state=verified), have SendCloud check again even if it has seen the CNAME record.
    type: bool
    default: false
  wait:
    description:
      - With O(state=verified), keep checking until the CNAME record is seen, or until O(wait_timeout). With V(false),
        check once.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for the verification.
    type: int
    default: 300
  wait_interval:
    description:
      - How many seconds to wait between two checks.
    type: int
    default: 10
  dns_precheck:
    description:
      - With O(state=verified), whether to look the CNAME record up in DNS before SendCloud is asked. If SendCloud is
        asked too early, it remembers that the record is missing, often for 15 to 60 minutes.
      - V(auto) does so if the Python library dnspython is installed, and asks SendCloud at the deadline anyway.
      - V(always) never asks SendCloud before DNS shows the record.
      - V(never) asks SendCloud at once.
    type: str
    choices:
      - auto
      - always
      - never
    default: auto
requirements:
  - cryptography >= 3.4 (Python library), for O(certificate)
  - dnspython >= 2.0 (Python library), to look in DNS with O(state=verified)
seealso:
  - module: sendcloud.email.track_domain_info
"""

EXAMPLES = r"""
- name: Make sure that a tracking domain exists
  sendcloud.email.sendcloud_track_domain:
    api_user: "{{ sendcloud_api_user }}"
    api_key: "{{ sendcloud_api_key }}"
    name: track.example.com
  register: tracking

- name: Show the record to publish
  ansible.builtin.debug:
    var: tracking.track_domain.dns_record.zone_line

# Credentials from SENDCLOUD_API_USER and SENDCLOUD_API_KEY from here on.

- name: Wait until SendCloud has seen the CNAME record, for up to half an hour
  sendcloud.email.sendcloud_track_domain:
    name: track.example.com
    state: verified
    wait_timeout: 1800
    wait_interval: 30

- name: Find out whether the record is still there
  sendcloud.email.sendcloud_track_domain:
    name: track.example.com
    state: verified
    recheck: true
    wait: false

- name: Serve tracked links over HTTPS
  sendcloud.email.sendcloud_track_domain:
    name: track.example.com
    certificate: "{{ lookup('ansible.builtin.file', 'track.example.com.fullchain.pem') }}"
    private_key: "{{ lookup('ansible.builtin.file', 'track.example.com.key') }}"

- name: Rename a tracking domain
  sendcloud.email.sendcloud_track_domain:
    name: track.example.com
    new_name: click.example.com

- name: Delete a tracking domain
  sendcloud.email.sendcloud_track_domain:
    name: click.example.com
    state: absent
"""

RETURN = r"""
track_domain:
  description:
    - The tracking domain, in check mode as it would be. V(none) if it does not exist.
    - If the task failed, the state that was reached.
  returned: always
  type: dict
  contains:
    id:
      description: The ID. V(none) if check mode would add the domain.
      type: int
      sample: 999224
    name:
      description: The name, in lower case, in A-labels (C(xn--...)), without a trailing dot.
      type: str
      sample: track.example.com
    cname_verified:
      description: Whether SendCloud saw the CNAME record when it last checked.
      type: bool
      sample: false
    https_configured:
      description: Whether SendCloud has a certificate for the domain.
      type: bool
      sample: true
    certificate_not_before:
      description: When the certificate becomes valid. V(none) without a certificate.
      type: str
      sample: "2026-01-01T08:00:00+08:00"
    certificate_not_after:
      description: When the certificate expires. V(none) without a certificate.
      type: str
      sample: "2026-04-01T08:00:00+08:00"
    certificate_days_remaining:
      description: Whole days until it expires, negative afterwards. V(none) without a certificate.
      type: int
      sample: 42
    dns_record:
      description:
        - The DNS record to publish. C(zone_line) is the record as a line of a zone file, C(host) what SendCloud calls
          it. In check mode, C(value) and C(zone_line) are V(none) if they are not known yet.
      type: dict
      sample:
        type: CNAME
        name: track.example.com
        value: track2.sendcloud.net
        host: track.example.com
        zone_line: track.example.com. IN CNAME track2.sendcloud.net.
    created_at:
      description: When the domain was added.
      type: str
      sample: "2014-11-01T22:41:52+08:00"
    updated_at:
      description: When the domain was last changed.
      type: str
      sample: "2015-09-25T10:56:06+08:00"
track_domain_before:
  description: The tracking domain as it was found. V(none) if it did not exist.
  returned: always
  type: dict
verification:
  description: How the verification went.
  returned: with O(state=verified)
  type: dict
  contains:
    attempts:
      description: How often SendCloud was asked to check the record.
      type: int
      sample: 1
    waited:
      description: How many seconds it took.
      type: float
      sample: 20.4
    dns:
      description:
        - The last look in DNS, V(none) if there was none. C(found) are the targets that DNS servers gave, C(consistent)
          says whether each that answers gives the C(expected) one, C(negative_ttl) for how many seconds resolvers may
          remember that a record is missing, and C(error) why no server answered.
      type: dict
      sample:
        expected: track2.sendcloud.net
        found: [track2.sendcloud.net]
        consistent: true
        negative_ttl: 900
        error: null
account:
  description: The API_USER and the base URL that the task worked with.
  returned: always
  type: dict
  sample:
    api_user: my_api_user
    api_url: https://api2.sendcloud.net/api
error:
  description:
    - What went wrong, for playbooks to act on. V(none) on success.
    - C(kind) is V(input) for a wrong option or a missing library; V(not_found) if there is nothing under that ID, or
      to rename; V(conflict) if two domains match, or the new name is taken; V(authentication) for a wrong user, key or
      region; V(permission); V(limit_reached) if the account is full; V(rate_limited); V(rejected) for other refusals;
      V(server) if SendCloud has a problem; V(network) if it cannot be reached; V(protocol) if its answer makes no
      sense; V(verification) if it does not see the CNAME record.
    - C(status_code), C(api_message), C(http_status), and C(endpoint) are those of a request that failed, or V(none).
  returned: always
  type: dict
  sample:
    kind: limit_reached
    status_code: 41012
    api_message: the number of track domains has reached the limit
    http_status: 200
    endpoint: trackDomain/add
"""

from ansible_collections.sendcloud.email.plugins.module_utils import _options
from ansible_collections.sendcloud.email.plugins.module_utils._ansible_module import run_module
from ansible_collections.sendcloud.email.plugins.module_utils._run.one import run


def main() -> None:
    run_module(run, _options.TRACK_DOMAIN)


if __name__ == "__main__":
    main()
