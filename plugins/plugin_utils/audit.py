# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What an audit makes of the tracking domains that were read: findings, a report as data, and a table."""

from __future__ import annotations

import dataclasses
import textwrap
import typing as t
from datetime import datetime, timedelta

SCHEMA_VERSION = 1

# A certificate needs attention when fewer days than that are left, or a shorter part of its lifetime.
_MOST_DAYS = 21.0
_PART_OF_LIFETIME = 4

_HEADINGS = ("name", "verified", "DNS", "at SendCloud", "served")
_TO_DO = "what to do"
_GAP = "  "
_INDENT = "    "
# Narrower than that, what to do stands beneath its row.
_NARROWEST_TO_DO = 36
_LONGEST_NAME = 40

Values = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Finding:
    """Something that needs attention: a word for a program, and what to do for a person."""

    code: str
    to_do: str


def make_report(results: t.Mapping[str, Values], now: datetime, days: float | None = None) -> dict[str, t.Any]:
    """The report on accounts: what C(track_domain_info) returned for each, by the name of its host.

    ``now`` is aware. A certificate is near its end when it is valid for fewer than ``days``; by default, 21 days or a
    quarter of its lifetime, whichever is shorter.
    """
    accounts = [_account(host, result, now, days) for host, result in results.items()]
    domains = [domain for account in accounts for domain in account["track_domains"]]
    failed = sum(account["error"] is not None for account in accounts)
    found = sum(bool(domain["findings"]) for domain in domains)
    summary = {
        "accounts": len(accounts),
        "accounts_not_read": failed,
        "track_domains": len(domains),
        "track_domains_with_findings": found,
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": now.isoformat(timespec="seconds"),
        "ok": not failed and not found,
        "message": _message(summary),
        "summary": summary,
        "accounts": accounts,
    }


def _message(summary: Values) -> str:
    parts = []
    if summary["accounts_not_read"]:
        parts.append(f"{summary['accounts_not_read']} of {summary['accounts']} accounts could not be read")
    if summary["track_domains"] or not parts:
        found = summary["track_domains_with_findings"]
        verb = "needs" if found == 1 else "need"
        parts.append(f"{found} of {summary['track_domains']} tracking domains {verb} attention")
    return f"{', and '.join(parts)}."


def make_table(report: Values, width: int) -> list[str]:
    """The report as lines of at most ``width`` characters, where words allow; what needs attention comes first."""
    lines = []
    for account in report["accounts"]:
        lines += [_title(account), ""]
        if account["error"] is not None:
            lines += _wrapped(f"It could not be read: {account['error']['message']}", width, _INDENT)
        elif account["track_domains"]:
            lines += _account_table(account["track_domains"], width)
        else:
            lines.append(f"{_INDENT}It has no tracking domains.")
        lines.append("")
    return [*lines, *_wrapped(report["message"], width)]


def _account(host: str, result: Values, now: datetime, days: float | None) -> dict[str, t.Any]:
    domains = result.get("track_domains")
    known = result.get("account") or {}
    return {
        "host": host,
        "api_user": known.get("api_user"),
        "api_url": known.get("api_url"),
        "error": _error(result) if domains is None else None,
        "track_domains": [_domain(domain, now, days) for domain in domains or ()],
    }


def _error(result: Values) -> dict[str, t.Any]:
    error = result.get("error") or {}
    return {"kind": error.get("kind"), "message": result.get("msg") or "the module ended without a result"}


def _domain(domain: Values, now: datetime, days: float | None) -> dict[str, t.Any]:
    certificate = None
    if domain["certificate_not_after"] is not None:
        certificate = {
            "not_before": domain["certificate_not_before"],
            "not_after": domain["certificate_not_after"],
            "days_remaining": domain["certificate_days_remaining"],
        }
    return {
        "id": domain["id"],
        "name": domain["name"],
        "cname_verified": domain["cname_verified"],
        "https_configured": domain["https_configured"],
        "dns": domain.get("dns"),
        "certificate": certificate,
        "https": domain.get("https"),
        "findings": [dataclasses.asdict(finding) for finding in _findings(domain, now, days)],
    }


def _findings(domain: Values, now: datetime, days: float | None) -> list[Finding]:
    """What needs attention, causes before effects; an effect of a cause that is named is left out."""
    dns, certificate = _dns_finding(domain), _certificate_finding(domain, now, days)
    found = [finding for finding in (dns, certificate) if finding is not None]
    if not domain["cname_verified"]:
        found.append(_verification_finding(domain, dns))
    https = _https_finding(domain)
    if https is not None and not _explains(dns, certificate, https):
        found.append(https)
    return found


def _explains(dns: Finding | None, certificate: Finding | None, https: Finding) -> bool:
    causes = {finding.code for finding in (dns, certificate) if finding is not None}
    if https.code == "https_not_trusted":
        return "certificate_expired" in causes
    return https.code == "https_unreachable" and bool(causes & {"dns_missing", "dns_wrong"})


def _dns_finding(domain: Values) -> Finding | None:
    dns = domain.get("dns")
    if dns is None or dns["consistent"]:
        return None
    name, expected, found = domain["name"], dns["expected"], dns["found"]
    if dns["error"] is not None:
        return Finding("dns_unknown", f"Find out why DNS cannot be asked: {dns['error']}")
    if expected is None:
        return Finding("dns_unknown", "Ask SendCloud for the target of the CNAME record: the account does not show one")
    if not found:
        return Finding("dns_missing", f"Publish the record {name}. IN CNAME {expected}.")
    if expected in found:
        return Finding("dns_inconsistent", f"Let every name server have the record {name}. IN CNAME {expected}.")
    return Finding("dns_wrong", f"Let {name} be a CNAME for {expected}; DNS has {', '.join(found)}")


def _verification_finding(domain: Values, dns: Finding | None) -> Finding:
    when = "Then have" if dns is not None and dns.code != "dns_unknown" else "Have"
    return Finding("not_verified", f"{when} SendCloud verify it (state: verified)")


def _certificate_finding(domain: Values, now: datetime, days: float | None) -> Finding | None:
    if not domain["https_configured"]:
        return Finding("no_certificate", "Upload a certificate: SendCloud has none")
    if domain["certificate_not_after"] is None:
        return None
    begin = datetime.fromisoformat(domain["certificate_not_before"])
    end = datetime.fromisoformat(domain["certificate_not_after"])
    if end < now:
        return Finding("certificate_expired", f"Renew the certificate: it has expired, on {end:%Y-%m-%d}")
    if end - now >= _least_remaining(end - begin, days):
        return None
    return Finding("certificate_ending", f"Renew the certificate: it expires in {_count((end - now).days, 'day')}")


def _least_remaining(lifetime: timedelta, days: float | None) -> timedelta:
    if days is not None:
        return timedelta(days=days)
    return min(timedelta(days=_MOST_DAYS), lifetime / _PART_OF_LIFETIME)


def _https_finding(domain: Values) -> Finding | None:
    https = domain.get("https")
    # Without a certificate there is nothing to be seen, and that is said already.
    if https is None or not domain["https_configured"]:
        return None
    if https["trusted"] is None:
        return Finding("https_unreachable", f"Find out why HTTPS cannot be reached: {https['error']}")
    if https["matches_sendcloud"] is False:
        seen = f", which browsers refuse ({https['error']})" if https["error"] else ""
        return Finding(
            "https_differs",
            f"Wait until SendCloud serves the certificate it has, or upload it again: another one is served{seen}",
        )
    if not https["trusted"]:
        return Finding("https_not_trusted", f"Upload a certificate that browsers trust: {https['error']}")
    return None


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _title(account: Values) -> str:
    where = [text for text in (account["api_user"], account["api_url"]) if text]
    return f"{account['host']}: {' at '.join(where)}" if where else f"{account['host']}:"


def _account_table(domains: t.Sequence[Values], width: int) -> list[str]:
    ordered = sorted(domains, key=lambda domain: not domain["findings"])
    rows = [_HEADINGS, *(_cells(domain) for domain in ordered)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    others = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
    widths[0] = min(widths[0], _LONGEST_NAME, max(len(_HEADINGS[0]), width - others))
    left = width - widths[0] - others - len(_GAP)
    beside = left >= _NARROWEST_TO_DO
    heading = [_TO_DO] if beside else []
    lines = _row(_HEADINGS, widths, heading)
    lines.append(_GAP.join("-" * one for one in [*widths, *([left] if beside else [])]))
    for domain, cells in zip(ordered, rows[1:]):
        to_do = [finding["to_do"] for finding in domain["findings"]]
        if beside:
            lines += _row(cells, widths, [line for text in to_do for line in _wrapped(text, left)])
        else:
            lines += _row(cells, widths, [])
            lines += [line for text in to_do for line in _wrapped(text, width, _INDENT)]
    return lines


def _row(cells: t.Sequence[str], widths: t.Sequence[int], to_do: t.Sequence[str]) -> list[str]:
    """A row, and as many lines as what to do takes; a name that is too long for its column has a line of its own."""
    first, blank = list(cells), [" " * one for one in widths]
    lines = []
    if len(first[0]) > widths[0]:
        lines.append(first[0])
        first[0] = ""
    for number, text in enumerate(to_do or [""]):
        shown = [cell.ljust(one) for cell, one in zip(first, widths)] if number == 0 else blank
        lines.append(_GAP.join([*shown, text]).rstrip())
    return lines


def _cells(domain: Values) -> tuple[str, ...]:
    return (
        domain["name"],
        "yes" if domain["cname_verified"] else "NO",
        _dns_cell(domain),
        _certificate_cell(domain),
        _https_cell(domain["https"]),
    )


def _dns_cell(domain: Values) -> str:
    if domain["dns"] is None:
        return "-"
    codes = [finding["code"] for finding in domain["findings"]]
    shown = {"dns_missing": "MISSING", "dns_wrong": "WRONG", "dns_inconsistent": "PARTLY", "dns_unknown": "UNKNOWN"}
    return next((shown[code] for code in codes if code in shown), "ok")


def _certificate_cell(domain: Values) -> str:
    if not domain["https_configured"]:
        return "NONE"
    if domain["certificate"] is None:
        return "yes"
    days = domain["certificate"]["days_remaining"]
    return "EXPIRED" if days < 0 else _count(days, "day")


def _https_cell(https: Values | None) -> str:
    if https is None:
        return "-"
    if https["fingerprint"] is None:
        return "NOTHING"
    if https["matches_sendcloud"] is False:
        return "ANOTHER"
    return "the same" if https["trusted"] else "NOT TRUSTED"


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        # What is to be copied stays in one piece.
        break_long_words=False,
        break_on_hyphens=False,
    )
