# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filter that tells a certificate's fingerprint."""

from __future__ import annotations

import hashlib
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate_error import CertificateError
from ansible_collections.sendcloud.email.plugins.module_utils._tls.pem import read_blocks
from ansible_collections.sendcloud.email.plugins.plugin_utils._plain_values import as_plain

DOCUMENTATION = r"""
name: certificate_fingerprint
short_description: The fingerprint of a certificate
version_added: 1.0.0
author:
  - The sendcloud.email contributors (@sendcloud-email)
description:
  - Returns the SHA-256 fingerprint of the first certificate of a text, in the form in which
    M(sendcloud.email.track_domain_info) returns that of the certificate which is served.
options:
  _input:
    description:
      - A certificate in PEM, the leaf first if its chain is there, too.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Look at the certificate that recipients get
  sendcloud.email.track_domain_info:
    name: track.example.com
    check_https: true
  register: tracking

- name: Insist that it is the one in a file
  ansible.builtin.assert:
    that: tracking.track_domains[0].https.fingerprint == fullchain | sendcloud.email.certificate_fingerprint
  vars:
    fullchain: "{{ lookup('ansible.builtin.file', 'track.example.com.fullchain.pem') }}"
"""

RETURN = r"""
_value:
  description: The fingerprint, in lower-case hex pairs with colons.
  type: str
"""


def certificate_fingerprint(text: t.Any) -> str:
    """The fingerprint of the first certificate. Raises AnsibleFilterError where there is none."""
    plain = as_plain(text)
    if not isinstance(plain, str):
        raise AnsibleFilterError("certificate_fingerprint needs a certificate in PEM")
    try:
        blocks = read_blocks("the certificate", plain)
    except CertificateError as error:
        raise AnsibleFilterError(f"certificate_fingerprint: {error}") from None
    leaf = next((block for block in blocks if block.label == "CERTIFICATE"), None)
    if leaf is None:
        raise AnsibleFilterError("certificate_fingerprint: there is no certificate in the text")
    return hashlib.sha256(leaf.content).digest().hex(":")


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"certificate_fingerprint": certificate_fingerprint}
