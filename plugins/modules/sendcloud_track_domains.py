#!/usr/bin/python
# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Declare the whole set of tracking domains of a SendCloud account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sendcloud_track_domains
short_description: Declare all tracking domains of a SendCloud account at once
version_added: 1.0.0
description:
  - Adds, verifies, and on request deletes the tracking domains of a SendCloud account so that they become the set that
    is given, and keeps their certificates for HTTPS.
  - The account is read once for the whole set, and SendCloud checks up to 100 CNAME records with one request. For a
    single domain, and to rename one, use M(sendcloud.email.sendcloud_track_domain).
  - Missing domains are added first, then certificates are uploaded, then records are verified, and only then are
    domains deleted, so that links in mail already sent keep working for as long as possible.
  - If one domain fails, the others are still processed. The task fails at the end and returns each failure.
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
      - The only request sent to SendCloud is the one that lists the domains.
      - Verifications are predicted to succeed, and O(recheck) to find nothing new.
  diff_mode:
    support: full
    details:
      - The diff is a mapping from domain name to its state. Domains that do not change are left out.
  idempotent:
    support: partial
    details:
      - With O(certificate_update=always), each certificate that is given is uploaded in every run.
options:
  track_domains:
    description:
      - The tracking domains that the account should have.
      - Domains that are not listed are left alone unless O(prune=true).
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The tracking domain, for example V(track.example.com). Case and a trailing dot make no difference, and an
            internationalised name may be given as it is read.
        type: str
        required: true
      certificate:
        description:
          - The certificate for HTTPS in PEM format, followed by its chain. It is checked before anything is changed.
          - A certificate that cannot be used makes its own domain fail. That domain is not changed, and not pruned
            either.
        type: str
      private_key:
        description:
          - The private key of O(track_domains[].certificate) in PEM format, not encrypted. It is never shown.
        type: str
  state:
    description:
      - With V(present), the domains exist.
      - With V(verified), they exist and SendCloud has seen the CNAME record of each.
    type: str
    choices:
      - present
      - verified
    default: present
  prune:
    description:
      - Whether to delete every tracking domain of the account that is neither in O(track_domains) nor in O(prune_keep).
      - Nothing is deleted after a failure. An empty O(track_domains) is refused, as a list that was not loaded.
      - With O(state=present), domains are deleted although nothing has shown that the new ones work. Prefer
        O(state=verified).
      - If the account is full, the module makes room one domain at a time, see
        R(the guide on whole accounts, ansible_collections.sendcloud.email.docsite.guide_accounts).
    type: bool
    default: false
  prune_keep:
    description:
      - Names of tracking domains that are never pruned.
    type: list
    elements: str
  prune_limit:
    description:
      - How many domains O(prune) may delete. If it would delete more, the task names them and fails before anything is
        changed, also in check mode, so that a list that was loaded only in part does not empty the account.
    type: int
    default: 1
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
      - With O(state=verified), have SendCloud check each CNAME record again, even those that it has seen before.
    type: bool
    default: false
  wait:
    description:
      - With O(state=verified), keep checking until every CNAME record is seen, or until O(wait_timeout). With V(false),
        check once.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for the verification of all domains together. With V(0), check once.
    type: int
    default: 300
  wait_interval:
    description:
      - How many seconds to wait between two checks.
    type: int
    default: 10
  dns_precheck:
    description:
      - With O(state=verified), whether to look each CNAME record up in DNS before SendCloud is asked. If SendCloud is
        asked too early, it remembers that the record is missing, often for 15 to 60 minutes.
      - V(auto) does so if the Python library dnspython is installed, and asks SendCloud at the deadline in any case.
      - V(always) never asks SendCloud before DNS shows the record.
      - V(never) asks SendCloud at once.
    type: str
    choices:
      - auto
      - always
      - never
    default: auto
requirements:
  - cryptography >= 3.4 (Python library), for O(track_domains[].certificate)
  - dnspython >= 2.0 (Python library), to look in DNS with O(state=verified)
seealso:
  - module: sendcloud.email.sendcloud_track_domain
  - module: sendcloud.email.track_domain_info
"""

EXAMPLES = r"""
- name: Make sure that these tracking domains exist
  sendcloud.email.sendcloud_track_domains:
    api_user: "{{ sendcloud_api_user }}"
    api_key: "{{ sendcloud_api_key }}"
    track_domains:
      - name: track.example.com
      - name: click.example.com
  register: tracking

- name: Show the records to publish
  ansible.builtin.debug:
    msg: "{{ tracking.track_domains | map(attribute='dns_record.zone_line') }}"

# Credentials from SENDCLOUD_API_USER and SENDCLOUD_API_KEY from here on.

- name: Wait until SendCloud has seen every record, for up to half an hour
  sendcloud.email.sendcloud_track_domains:
    state: verified
    wait_timeout: 1800
    wait_interval: 30
    track_domains:
      - name: track.example.com
      - name: click.example.com

- name: Serve one of them over HTTPS
  sendcloud.email.sendcloud_track_domains:
    track_domains:
      - name: track.example.com
        certificate: "{{ lookup('ansible.builtin.file', 'track.example.com.fullchain.pem') }}"
        private_key: "{{ lookup('ansible.builtin.file', 'track.example.com.key') }}"
      - name: click.example.com

- name: Delete everything else, two domains at most
  sendcloud.email.sendcloud_track_domains:
    state: verified
    prune: true
    prune_limit: 2
    prune_keep:
      - legacy.example.com
    track_domains:
      - name: track.example.com
      - name: click.example.com
  register: tracking

- name: Show the DNS records that nothing uses any more
  ansible.builtin.debug:
    msg: "{{ tracking.records_to_remove | map(attribute='zone_line') }}"
"""

RETURN = r"""
track_domains:
  description:
    - The tracking domains in the order given, in check mode as they would be, each in the form of
      RV(sendcloud.email.sendcloud_track_domain#module:track_domain). An element is V(none) if that domain does not
      exist.
    - If the task failed, the state that was reached.
  returned: always
  type: list
  elements: dict
  sample:
    - id: 999224
      name: track.example.com
      cname_verified: false
      https_configured: true
      certificate_not_before: "2026-01-01T08:00:00+08:00"
      certificate_not_after: "2026-04-01T08:00:00+08:00"
      certificate_days_remaining: 42
      dns_record:
        type: CNAME
        name: track.example.com
        value: track2.sendcloud.net
        host: track.example.com
        zone_line: track.example.com. IN CNAME track2.sendcloud.net.
      created_at: "2014-11-01T22:41:52+08:00"
      updated_at: "2015-09-25T10:56:06+08:00"
failures:
  description:
    - What failed, by C(name). C(msg) says what went wrong and what to do, and C(error) is for playbooks to act on, in
      the form of RV(error). What was not tried has the kind of the failure that ended the run.
  returned: always
  type: list
  elements: dict
  sample: []
added:
  description: The names of the domains that were added.
  returned: always
  type: list
  elements: str
  sample: [track.example.com]
updated:
  description: The names of the domains that were given a certificate. Those that were added with one are in RV(added).
  returned: always
  type: list
  elements: str
  sample: []
newly_verified:
  description: The names of the domains whose CNAME record SendCloud saw for the first time.
  returned: always
  type: list
  elements: str
  sample: [track.example.com]
removed:
  description: The names of the domains that were pruned.
  returned: always
  type: list
  elements: str
  sample: []
not_removed:
  description: The names of the domains that were to be pruned and were not, because something failed before.
  returned: always
  type: list
  elements: str
  sample: []
records_to_remove:
  description:
    - The DNS record of each domain that was removed, in the form of C(dns_record) in RV(track_domains). Nothing uses
      these records any more.
  returned: always
  type: list
  elements: dict
  sample:
    - type: CNAME
      name: click.example.com
      value: track2.sendcloud.net
      host: click.example.com
      zone_line: click.example.com. IN CNAME track2.sendcloud.net.
verification:
  description:
    - How the verification went. C(attempts) is how often SendCloud was asked to look records up, C(waited) how many
      seconds it took, and C(dns) a mapping from each name to its last look in DNS, in the form of
      RV(sendcloud.email.sendcloud_track_domain#module:verification.dns).
  returned: with O(state=verified)
  type: dict
  sample:
    attempts: 1
    waited: 20.4
account:
  description: The API_USER and the base URL that the task worked with.
  returned: always
  type: dict
  sample:
    api_user: my_api_user
    api_url: https://api2.sendcloud.net/api
error:
  description:
    - What went wrong, for playbooks to act on, in the form of RV(sendcloud.email.sendcloud_track_domain#module:error).
      V(none) on success.
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
from ansible_collections.sendcloud.email.plugins.module_utils._run.set import run


def main() -> None:
    run_module(run, _options.TRACK_DOMAINS)


if __name__ == "__main__":
    main()
