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
  - Adds, renames, verifies, and deletes a tracking domain of SendCloud, and keeps its certificate for HTTPS.
  - A tracking domain is the host name that the links in your mail are rewritten to, so that opens and clicks can be
    counted. It is a CNAME record that points to SendCloud.
  - The domain is declared as it should be. The module lists what is there, and sends what is missing, and nothing in a
    second run.
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
      - Nothing but a list of the domains is asked of SendCloud.
      - A verification is predicted to succeed, and O(recheck) to find nothing new. If DNS can be looked at and shows
        that the verification would fail today, there is a warning.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(certificate_update=always), a certificate that is given is uploaded in each run.
options:
  name:
    description:
      - The tracking domain, a host name of at least two labels, for example V(track.example.com).
      - Upper case and a trailing dot make no difference. An internationalised name may be given as it is read, or in
        A-labels (C(xn--...)).
      - At least one of O(name) and O(id) is required. If both are given they have to be the same domain.
    type: str
  id:
    description:
      - The ID that SendCloud gave the tracking domain. It selects a domain that is there.
    type: int
  new_name:
    description:
      - The name that the selected domain should have.
      - If the selected name is gone and the new one is there, the renaming is done already. If both are there, or
        neither, the task fails.
      - Not possible with O(state=absent).
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
      - The certificate for HTTPS in PEM format, followed by its chain.
      - It is checked before anything is written. It has to be for servers, belong to O(private_key), cover the name of
        the domain in its subject alternative names, and be valid now, like the authority that issued it; its chain has
        to be in order, and each authority in it has to be allowed to issue.
      - SendCloud never shows a certificate again, only its validity, in a time zone that is documented but not certain.
        So it counts as the same if a clock somewhere in the world would show the times that SendCloud prints. It does
        not if SendCloud's has expired and this one has not. O(certificate_update=always) uploads it in any case.
      - Ignored with O(state=absent).
    type: str
  private_key:
    description:
      - The private key of O(certificate) in PEM format, not encrypted. It is never shown.
      - RSA with 2048 bits or more, or EC on the curve P-256 or P-384.
    type: str
  certificate_update:
    description:
      - With V(on_change), a certificate that is given is uploaded if SendCloud has another one, or none.
      - With V(always), it is uploaded each time, and the task reports a change each time.
    type: str
    choices:
      - on_change
      - always
    default: on_change
  recheck:
    description:
      - With O(state=verified), have SendCloud look the CNAME record up even if it says that it has seen it.
    type: bool
    default: false
  wait:
    description:
      - With O(state=verified), keep looking until the CNAME record is seen, or until O(wait_timeout). With V(false),
        there is one look.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for the verification. With V(0), there is one look.
    type: int
    default: 300
  wait_interval:
    description:
      - How many seconds to wait between two looks.
    type: int
    default: 10
  dns_precheck:
    description:
      - With O(state=verified), whether the CNAME record is looked up in DNS before SendCloud is asked. SendCloud's
        resolver remembers that a record is missing for the negative TTL of its zone, often 15 to 60 minutes, so it is
        better not asked too early. SendCloud is asked only when every DNS server that answers shows the record.
      - V(auto) looks first if the Python library dnspython is installed. SendCloud is asked once at the deadline
        whatever DNS says (with O(wait=false), at once), and if no DNS server answers.
      - V(always) never asks SendCloud before DNS shows the record. It needs dnspython.
      - V(never) does not look before SendCloud is asked. If the verification fails, DNS is still looked at to say why.
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
    - The tracking domain, in check mode as it would be. V(none) if it is not there.
    - If the task failed, the state that was reached.
  returned: always
  type: dict
  contains: &track_domain
    id:
      description: The ID SendCloud gave it. V(none) where check mode would add it.
      type: int
      returned: success
      sample: 999224
    name:
      description: The name, in lower case, in A-labels, without a trailing dot.
      type: str
      returned: success
      sample: track.example.com
    cname_verified:
      description: Whether SendCloud has seen its CNAME record, when it last looked.
      type: bool
      returned: success
      sample: false
    https_configured:
      description: Whether SendCloud has a certificate for it.
      type: bool
      returned: success
      sample: true
    certificate_not_before:
      description: When the certificate's validity begins, in ISO 8601 format. V(none) without a certificate.
      type: str
      returned: success
      sample: "2026-01-01T08:00:00+08:00"
    certificate_not_after:
      description: When the certificate's validity ends, in ISO 8601 format. V(none) without a certificate.
      type: str
      returned: success
      sample: "2026-04-01T08:00:00+08:00"
    certificate_days_remaining:
      description: The whole days until the certificate expires, negative once it has. V(none) without a certificate.
      type: int
      returned: success
      sample: 42
    dns_record:
      description: The DNS record to publish.
      type: dict
      returned: success
      contains:
        type:
          description: The type of the record, always V(CNAME).
          type: str
          returned: success
          sample: CNAME
        name:
          description: The owner of the record, fully qualified, without a trailing dot.
          type: str
          returned: success
          sample: track.example.com
        value:
          description: The target of the record, without a trailing dot. V(none) where it is not known yet (check mode).
          type: str
          returned: success
          sample: track2.sendcloud.net
        host:
          description: The host record as SendCloud gives it.
          type: str
          returned: success
          sample: track.example.com
        zone_line:
          description: The record as a line of a zone file. V(none) where its target is not known yet.
          type: str
          returned: success
          sample: track.example.com. IN CNAME track2.sendcloud.net.
    created_at:
      description: When it was added, in ISO 8601 format.
      type: str
      returned: success
      sample: "2014-11-01T22:41:52+08:00"
    updated_at:
      description: When it was last changed, in ISO 8601 format.
      type: str
      returned: success
      sample: "2015-09-25T10:56:06+08:00"
track_domain_before:
  description: The tracking domain as it was found. V(none) if it was not there.
  returned: always
  type: dict
  contains: *track_domain
verification:
  description: How the verification went.
  returned: with O(state=verified)
  type: dict
  contains:
    attempts:
      description: How often SendCloud was asked to look the record up.
      type: int
      returned: success
      sample: 1
    waited:
      description: How many seconds it took.
      type: float
      returned: success
      sample: 20.4
    dns:
      description: The last look in DNS. V(none) if DNS was not looked at.
      type: dict
      returned: success
      contains:
        expected:
          description: The target that the CNAME record should have, in lower case, without a trailing dot.
          type: str
          returned: success
          sample: track2.sendcloud.net
        found:
          description: The targets that the DNS servers gave, in the same form.
          type: list
          elements: str
          returned: success
          sample: [track2.sendcloud.net]
        consistent:
          description: Whether every DNS server that answers gives the target expected. V(false) if none answers.
          type: bool
          returned: success
          sample: true
        negative_ttl:
          description:
            - How many seconds resolvers remember that a record of this zone is missing, the lesser of the TTL and the
              minimum of its SOA record. V(none) if not known.
          type: int
          returned: success
          sample: 900
        error:
          description: Why no DNS server answered. V(none) if one did.
          type: str
          returned: success
          sample: null
account:
  description: The account that the task worked on.
  returned: always
  type: dict
  contains:
    api_user:
      description: The API_USER.
      type: str
      returned: success
      sample: my_api_user
    api_url:
      description: The base URL of the API.
      type: str
      returned: success
      sample: https://api2.sendcloud.net/api
error:
  description: What went wrong, to act upon. V(none) on success.
  returned: always
  type: dict
  contains:
    kind:
      description:
        - V(input) if an option is wrong; V(not_found) if there is nothing under the ID, or to rename; V(conflict) if
          two domains match, or the new name is taken; V(authentication) if user, key or region are wrong;
          V(permission) if the API user may not do that; V(limit_reached) if the account has as many domains as it may
          have; V(rate_limited) if there were too many requests; V(rejected) for any other refusal; V(server) if
          SendCloud has a problem; V(network) if it could not be reached; V(protocol) if its answer makes no sense;
          V(verification) if it does not see the CNAME record.
      type: str
      returned: failure
      sample: limit_reached
    status_code:
      description: SendCloud's status code. V(none) if there was none.
      type: int
      returned: failure
      sample: 41012
    api_message:
      description: SendCloud's message. V(none) if there was none.
      type: str
      returned: failure
      sample: the number of track domains has reached the limit
    http_status:
      description: The HTTP status of SendCloud's answer. V(none) if there was none.
      type: int
      returned: failure
      sample: 200
    endpoint:
      description: The endpoint that failed. V(none) if the failure is not that of a request.
      type: str
      returned: failure
      sample: trackDomain/add
"""

from ansible_collections.sendcloud.email.plugins.module_utils import _options
from ansible_collections.sendcloud.email.plugins.module_utils._ansible_module import run_module
from ansible_collections.sendcloud.email.plugins.module_utils._run.one import run


def main() -> None:
    run_module(run, _options.TRACK_DOMAIN)


if __name__ == "__main__":
    main()
