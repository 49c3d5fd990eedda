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
  - On request, looks at the certificate that each domain serves. Nothing else shows which certificate recipients get,
    since SendCloud never shows one.
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
      - The domains to return. If neither O(names) nor O(ids) is given, all are returned; an empty list returns none.
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
      - Whether to look up the CNAME record of each domain in DNS. This changes nothing, and does not ask SendCloud.
      - Needs the Python library dnspython.
    type: bool
    default: false
  check_https:
    description:
      - Whether to look at the certificate that each domain serves on port 443. There is a TLS handshake and no request,
        without a proxy. It takes at most 10 seconds for each domain, and 50 domains are looked at side by side.
      - A certificate is trusted if browsers trust it. They need TLS 1.2 or newer, strong enough keys and signatures,
        the whole chain, and the name among the subject alternative names. Revocation is not checked.
      - The addresses of a domain come from the resolver of the host that runs the task, or from O(dns_servers).
      - Needs the Python library cryptography, with O(dns_servers) also dnspython, and OpenSSL 1.1.1 or newer.
    type: bool
    default: false
  https_ca_path:
    description:
      - A file of CA certificates in PEM format, or a folder prepared with C(openssl rehash), to trust with
        O(check_https) instead of those of the host that runs the task.
    type: path
  https_addresses:
    description:
      - At which addresses of a domain to look with O(check_https).
    type: str
    choices:
      first: The first one that connects, as a browser does.
      all:
        - All of them, side by side, and one domain after the other. C(https) is what the first address serves that is
          not trusted, or else the first of all, and C(addresses) in it is what each serves.
        - An address that this host has no route to, as one of IPv6 often is, is left out where there is another one.
    default: first
requirements:
  - cryptography >= 3.4 (Python library), for O(check_https)
  - dnspython >= 2.0 (Python library), for O(check_dns), and for O(check_https) with O(dns_servers)
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

- name: Read two domains
  sendcloud.email.track_domain_info:
    names:
      - track.example.com
      - click.example.com
  register: tracking

- name: Stop if one of them does not exist
  ansible.builtin.assert:
    that: tracking.missing | length == 0
    fail_msg: "Not at SendCloud: {{ tracking.missing | join(', ') }}"

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

- name: Look at the certificates that recipients get
  sendcloud.email.track_domain_info:
    check_https: true
  register: tracking

- name: Name the domains whose certificate is not trusted, or differs from the one at SendCloud
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.https.error or 'it serves another certificate than the one at SendCloud' }}"
  loop: "{{ tracking.track_domains }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.https.error is not none or item.https.matches_sendcloud is false
"""

RETURN = r"""
track_domains:
  description:
    - The tracking domains, each once, in the form of
      RV(sendcloud.email.sendcloud_track_domain#module:track_domain). They have C(id), C(name), C(cname_verified),
      C(https_configured), C(certificate_not_before), C(certificate_not_after), C(certificate_days_remaining),
      C(dns_record), C(created_at), and C(updated_at), and on request what follows.
  returned: always
  type: list
  elements: dict
  contains:
    dns:
      description:
        - What DNS says about its CNAME record. C(expected) is the target that it should have, and C(found) are those
          that the DNS servers gave, in lower case and without a trailing dot.
        - C(consistent) is whether every server that answers gives the target expected, and C(error) why none did.
        - C(negative_ttl) is how many seconds resolvers remember that a record of this zone is missing, V(none) if not
          known.
      type: dict
      returned: with O(check_dns=true)
      sample:
        expected: track2.sendcloud.net
        found: [track2.sendcloud.net]
        consistent: true
        negative_ttl: 900
        error: null
    https:
      description: The certificate that it serves.
      type: dict
      returned: with O(check_https=true)
      contains:
        trusted:
          description:
            - Whether browsers trust the certificate, so that its chain, name and validity are right.
            - V(none) where there was no connection.
          type: bool
          sample: true
        fingerprint:
          description:
            - The SHA-256 fingerprint of the certificate, in lower-case hex pairs with colons, also of one that is not
              trusted. V(none) where none was served.
          type: str
          sample: 7f:83:b1:65:7f:f1:fc:53:b9:2d:c1:81:48:a1:d6:5d:fc:2d:4b:1f:a3:d6:77:28:4a:dd:d2:00:12:6d:90:69
        issuer:
          description: The name of its issuer (RFC 4514). V(none) if none was served, or if it cannot be read.
          type: str
          sample: CN=R11,O=Let's Encrypt,C=US
        not_before:
          description: When it becomes valid, in ISO 8601 format. V(none) if none was served.
          type: str
          sample: "2026-01-01T08:00:00+08:00"
        not_after:
          description: When it expires, in ISO 8601 format. V(none) if none was served.
          type: str
          sample: "2026-04-01T08:00:00+08:00"
        days_remaining:
          description: Whole days until it expires, negative afterwards. V(none) if none was served.
          type: int
          sample: 42
        matches_sendcloud:
          description:
            - Whether it is the certificate that was uploaded, going by the validity that SendCloud shows. V(none) if
              none was served.
          type: bool
          sample: true
        error:
          description: Why it is not trusted, or could not be seen. V(none) if it is trusted.
          type: str
          sample: null
        addresses:
          description:
            - What each address serves. C(address) is V(none) where none was found; the rest is as above, for this
              address.
          type: list
          elements: dict
          returned: with O(https_addresses=all)
          sample:
            - address: 203.0.113.7
              trusted: true
              fingerprint: 7f:83:b1:65:...:6d:90:69
              error: null
missing:
  description: The names and IDs that were asked for and do not exist. V(none) if the task failed.
  returned: always
  type: list
  elements: raw
  sample: [click.example.com, 999225]
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
from ansible_collections.sendcloud.email.plugins.module_utils._run.info import run


def main() -> None:
    run_module(run, _options.TRACK_DOMAIN_INFO)


if __name__ == "__main__":
    main()
