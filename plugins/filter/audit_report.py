# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filter that makes a report of what was read."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleFilterError
from ansible_collections.sendcloud.email.plugins.plugin_utils.audit import make_report

DOCUMENTATION = r"""
name: audit_report
short_description: Find what needs attention among tracking domains
version_added: 1.0.0
author:
  - The sendcloud.email contributors (@sendcloud-email)
description:
  - Makes a report of results of M(sendcloud.email.track_domain_info), with what needs attention and what to do about
    it. The playbook C(sendcloud.email.audit) writes it as JSON.
  - How the report is built is described in
    R(the guide on audits, ansible_collections.sendcloud.email.docsite.guide_audit).
options:
  _input:
    description:
      - The results, by a name for each account, such as that of its host. Failed ones are reported as such.
      - Results may come with O(sendcloud.email.track_domain_info#module:check_dns) and
        O(sendcloud.email.track_domain_info#module:check_https), or without.
    type: dict
    required: true
  days:
    description:
      - A certificate that is valid for fewer days than this needs attention. By default, the limit is 21 days or a
        quarter of the certificate's lifetime, whichever is shorter.
    type: float
seealso:
  - plugin: sendcloud.email.audit_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the account
  sendcloud.email.track_domain_info:
    check_dns: true
  register: tracking

- name: Fail if something needs attention
  ansible.builtin.assert:
    that: (dict(ours=tracking) | sendcloud.email.audit_report).ok
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
  contains:
    schema_version:
      description: The version of this form. It is raised when something is removed or gets another meaning.
      type: int
      returned: success
      sample: 1
    generated_at:
      description: When the report was made, in ISO 8601 format.
      type: str
      returned: success
      sample: "2026-11-25T02:00:00+00:00"
    ok:
      description: Whether every account was read, and nothing needs attention.
      type: bool
      returned: success
      sample: false
    message:
      description: The report in one sentence.
      type: str
      returned: success
      sample: 2 of 5 tracking domains need attention.
    summary:
      description: How many there are of RV(_value.accounts) and their tracking domains.
      type: dict
      returned: success
      sample: {accounts: 1, accounts_not_read: 0, track_domains: 5, track_domains_with_findings: 2}
    accounts:
      description: The accounts, in the order given, with their tracking domains and what was found about each.
      type: list
      elements: dict
      returned: success
"""


def audit_report(results: t.Any, days: t.Any = None) -> dict[str, t.Any]:
    """The report of C(plugin_utils.audit.make_report), as of now. Raises AnsibleFilterError for bad input."""
    if not isinstance(results, t.Mapping) or not all(isinstance(result, t.Mapping) for result in results.values()):
        raise AnsibleFilterError("audit_report needs a dictionary of results of sendcloud.email.track_domain_info")
    return make_report(results, datetime.now(timezone.utc), _read_days(days))


def _read_days(days: t.Any) -> float | None:
    if days is None or days == "":
        return None
    try:
        number = float(days)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 36500:
        raise AnsibleFilterError(f"audit_report: days is a number from 0 to 36500, not {days!r}")
    return number


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"audit_report": audit_report}
