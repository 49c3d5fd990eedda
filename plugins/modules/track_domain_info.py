#!/usr/bin/python
# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Read the tracking domains of a SendCloud account."""

from __future__ import annotations

DOCUMENTATION = r"""
module: track_domain_info
short_description: Read the tracking domains of a SendCloud account
version_added: 1.0.0
description:
  - Returns tracking domains of SendCloud with the CNAME record that each needs, whether SendCloud has seen it, and how
    long its certificate is valid.
  - On request, looks each CNAME record up in DNS. That finds a record that was deleted or changed while SendCloud still
    says that it has seen it.
author:
  - The sendcloud.email contributors (@sendcloud-email)
extends_documentation_fragment:
  - sendcloud.email._account
  - sendcloud.email._dns
  - sendcloud.email._attributes
  - sendcloud.email._attributes.info_module
  - sendcloud.email._attributes.actiongroup_sendcloud
options:
  names:
    description:
      - The domains to return. If neither O(names) nor O(ids) are given, all are returned.
    type: list
    elements: str
    aliases:
      - name
  ids:
    description:
      - The IDs of further domains to return.
    type: list
    elements: int
  check_dns:
    description:
      - Whether to look the CNAME record of each domain up in DNS. Nothing is changed by that, and SendCloud is not
        asked.
      - Needs the Python library dnspython.
    type: bool
    default: false
requirements:
  - dnspython >= 2.0 (Python library), for O(check_dns)
seealso:
  - module: sendcloud.email.sendcloud_track_domain
"""

EXAMPLES = r"""
- name: Read all tracking domains
  sendcloud.email.track_domain_info:
    api_user: "{{ sendcloud_api_user }}"
    api_key: "{{ sendcloud_api_key }}"
  register: tracking

- name: Show the records to publish
  ansible.builtin.debug:
    msg: "{{ tracking.track_domains | map(attribute='dns_record.zone_line') }}"

# Credentials from SENDCLOUD_API_USER and SENDCLOUD_API_KEY from here on.

- name: Stop if a domain is not there
  sendcloud.email.track_domain_info:
    names:
      - track.example.com
      - click.example.com
  register: tracking
  failed_when: tracking.missing is not defined or tracking.missing | length > 0

- name: Compare with DNS
  sendcloud.email.track_domain_info:
    check_dns: true
  register: tracking

- name: Name the domains whose record is gone or wrong
  ansible.builtin.debug:
    msg: "{{ item.name }} should be a CNAME for {{ item.dns.expected }}, DNS has {{ item.dns.found }}"
  loop: "{{ tracking.track_domains }}"
  loop_control:
    label: "{{ item.name }}"
  when:
    - item.dns.error is none
    - not item.dns.consistent
"""

RETURN = r"""
track_domains:
  description: The tracking domains, each once.
  returned: always, but for failures of Ansible itself
  type: list
  elements: dict
  contains:
    id:
      description: The ID SendCloud gave it.
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
      description: The begin of the certificate's validity, in ISO 8601 format. V(none) without a certificate.
      type: str
      returned: success
      sample: "2026-01-01T08:00:00+08:00"
    certificate_not_after:
      description: The end of the certificate's validity, in ISO 8601 format. V(none) without a certificate.
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
          description: The target of the record, without a trailing dot. V(none) where SendCloud does not say.
          type: str
          returned: success
          sample: track2.sendcloud.net
        host:
          description: The host record as SendCloud gives it.
          type: str
          returned: success
          sample: track.example.com
        zone_line:
          description: The record as a line of a zone file. V(none) where its target is not known.
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
    dns:
      description: What DNS says about its CNAME record.
      type: dict
      returned: with O(check_dns=true)
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
missing:
  description: The names and IDs that were asked for and are not there.
  returned: always, but for failures of Ansible itself
  type: list
  elements: raw
  sample: [click.example.com, 999225]
account:
  description: The account that the task worked on.
  returned: always, but for failures of Ansible itself
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
  returned: always, but for failures of Ansible itself
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
from ansible_collections.sendcloud.email.plugins.module_utils._run.info import run


def main() -> None:
    run_module(run, _options.TRACK_DOMAIN_INFO)


if __name__ == "__main__":
    main()
