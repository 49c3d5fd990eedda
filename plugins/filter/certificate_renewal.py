# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filter that decides whether a certificate has to be renewed."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible.errors import AnsibleFilterError
from ansible_collections.sendcloud.email.plugins.plugin_utils._plain_values import as_plain

DOCUMENTATION = r"""
name: certificate_renewal
short_description: Decide whether the certificate of a tracking domain has to be renewed
version_added: 1.0.0
author:
  - The sendcloud.email contributors (@sendcloud-email)
description:
  - Decides, to the second, from the validity that SendCloud prints. So nothing has to be kept between two runs.
options:
  _input:
    description:
      - A tracking domain, as the modules of this collection return it. V(none) stands for one that is not there.
    type: dict
    required: true
  days:
    description:
      - How many days before its end a certificate is renewed; it may be a fraction. It has to be less than the
        certificate's lifetime, since it would be renewed in every run otherwise; C(error) says so.
      - By default, 30 days or a third of its lifetime, whichever is less.
    type: float
seealso:
  - module: sendcloud.email.track_domain_info
"""

EXAMPLES = r"""
- name: Read a tracking domain
  sendcloud.email.track_domain_info:
    name: track.example.com
  register: tracking

- name: Say when the certificate is renewed
  ansible.builtin.debug:
    msg: "{{ tracking.track_domains[0] | sendcloud.email.certificate_renewal(days=21) }}"
"""

RETURN = r"""
_value:
  description: The decision.
  type: dict
  contains:
    due:
      description: Whether it is time, which it is at once where there is no certificate.
      type: bool
    at:
      description: When it is time, in ISO 8601 format. V(none) where there is no certificate.
      type: str
    reason:
      description: The decision in words.
      type: str
    error:
      description: Why nothing can be decided with so many O(days). V(none) if it can. C(due) is V(false) then.
      type: str
"""

_USUAL = timedelta(days=30)
_USUAL_SHARE = 3


def certificate_renewal(domain: t.Any, days: t.Any = None) -> dict[str, t.Any]:
    """The decision as of now. Raises AnsibleFilterError for bad input."""
    return _decide(as_plain(domain), as_plain(days), datetime.now(timezone.utc))


def _decide(domain: t.Any, days: t.Any, now: datetime) -> dict[str, t.Any]:
    if domain is not None and not isinstance(domain, t.Mapping):
        raise AnsibleFilterError("certificate_renewal needs a tracking domain")
    before = _read_days(days)
    start, end = (_read_time(domain, f"certificate_{field}") for field in ("not_before", "not_after"))
    if start is None or end is None:
        return {"due": True, "at": None, "reason": "there is no certificate", "error": None}
    lifetime = end - start
    if before is None:
        before = min(_USUAL, lifetime / _USUAL_SHARE)
    elif before >= lifetime:
        error = (
            f"a certificate that is valid for {lifetime / timedelta(days=1):.4g} days in all cannot be renewed {days} "
            "days before its end, which would be in every run: give fewer days"
        )
        return {"due": False, "at": None, "reason": error, "error": error}
    at = end - before
    verb = "was to be renewed from" if now >= at else "is to be renewed from"
    reason = f"the certificate ends on {end.isoformat()} and {verb} {at.isoformat()} on"
    return {"due": now >= at, "at": at.isoformat(), "reason": reason, "error": None}


def _read_days(days: t.Any) -> timedelta | None:
    if days is None or days == "":
        return None
    try:
        period = timedelta(days=float(days))
    except (TypeError, ValueError, OverflowError):
        period = timedelta(-1)
    if period < timedelta(0):
        raise AnsibleFilterError(f"certificate_renewal: days is a number that is not negative, not {days!r}")
    return period


def _read_time(domain: t.Mapping[str, t.Any] | None, field: str) -> datetime | None:
    text = (domain or {}).get(field)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise AnsibleFilterError(f"certificate_renewal: {field} is no time in ISO 8601 format: {text!r}") from None
    if moment.tzinfo is None:
        raise AnsibleFilterError(f"certificate_renewal: {field} has no offset from UTC: {text!r}")
    return moment


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"certificate_renewal": certificate_renewal}
