# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filter that shows a report to a person."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.sendcloud.email.plugins.plugin_utils.audit import SCHEMA_VERSION, make_table

DOCUMENTATION = r"""
name: audit_table
short_description: Show a report on tracking domains as a table
version_added: 1.0.0
author:
  - The sendcloud.email contributors (@sendcloud-email)
description:
  - Makes lines of text of a report of P(sendcloud.email.audit_report#filter). For each account there is a table, in
    which what needs attention comes first and is in upper case. The last line sums up.
options:
  _input:
    description:
      - The report.
    type: dict
    required: true
  width:
    description:
      - How many characters a line may have. Where that is too narrow for a column that says what to do, it stands
        beneath each row. By default, it is what the screen has beside the quotes and the indentation of
        M(ansible.builtin.debug).
    type: int
seealso:
  - plugin: sendcloud.email.audit_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the account
  sendcloud.email.track_domain_info:
    check_dns: true
  register: tracking

- name: Show what needs attention
  ansible.builtin.debug:
    msg: "{{ dict(ours=tracking) | sendcloud.email.audit_report | sendcloud.email.audit_table }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

# Eight spaces before, two quotes and a comma.
_AROUND = 11


def audit_table(report: t.Any, width: t.Any = None) -> list[str]:
    """The table of C(plugin_utils.audit.make_table). Raises AnsibleFilterError for bad input."""
    if not isinstance(report, t.Mapping) or report.get("schema_version") != SCHEMA_VERSION:
        raise AnsibleFilterError("audit_table needs a report of sendcloud.email.audit_report")
    return make_table(report, _read_width(width))


def _read_width(width: t.Any) -> int:
    if width is None or width == "":
        # The width of Ansible's own lines: of the terminal, 79 without one.
        return t.cast("int", Display().columns) - _AROUND
    try:
        number = int(width)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise AnsibleFilterError(f"audit_table: width is a positive number, not {width!r}")
    return number


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"audit_table": audit_table}
