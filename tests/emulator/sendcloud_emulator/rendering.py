# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""How an answer is written: the vendor's keys, times and envelope, and the quirks that bend them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from .account import TrackingDomain
from .codes import SUCCESS, message_for
from .exchange import HTML, JSON, Answer
from .switches import Quirks, Settings, parse_zone

_OPTIONAL_KEYS = ("cname.domain", "cname domain", "gmtCreated", "gmtUpdated")


def domain_object(domain: TrackingDomain, settings: Settings, quirks: Quirks) -> dict[str, Any]:
    """A tracking domain as the API returns it."""
    certificate = domain.certificate
    certificate_zone = settings.certificate_time_zone or settings.time_zone
    separator = " " if quirks.spaced_keys else "."
    printed: dict[str, Any] = {
        "id": str(domain.id) if quirks.string_ids else domain.id,
        "name": domain.name,
        "cname": _boolean(domain.verified, quirks),
        f"cname{separator}domain": domain.name,
        f"cname{separator}value": settings.cname_target,
        "https": _boolean(domain.https, quirks),
        "certiValidityStart": _time(certificate.start, certificate_zone) if certificate else "",
        "certiValidityEnd": _time(certificate.end, certificate_zone) if certificate else "",
        "gmtCreated": _time(domain.created, settings.time_zone),
        "gmtUpdated": _time(domain.updated, settings.time_zone),
    }
    if quirks.no_id:
        del printed["id"]
    if quirks.no_name:
        del printed["name"]
    if quirks.absent_optional_keys:
        printed = {key: value for key, value in printed.items() if key not in _OPTIONAL_KEYS}
    if quirks.absent_empty_keys:
        empty = ("", _boolean(False, quirks))
        printed = {key: value for key, value in printed.items() if value not in empty}
    if quirks.nulls:
        printed = {key: None if value == "" else value for key, value in printed.items()}
    return printed


def envelope_answer(
    code: int, info: dict[str, Any], quirks: Quirks, *, detail: str | None = None, message: str | None = None
) -> Answer:
    """An answer in the frame that every answer has, with HTTP status 200; ``message`` replaces the usual one."""
    succeeded = code == SUCCESS
    envelope = {
        "result": str(succeeded).lower() if quirks.string_result else succeeded,
        "statusCode": str(code) if quirks.string_status_code else code,
        "message": message or message_for(code, detail, chinese=quirks.chinese_messages),
        "info": None if quirks.null_info and not succeeded else info,
    }
    body = json.dumps(envelope, ensure_ascii=False).encode()
    return Answer(200, body, HTML if quirks.html_content_type else JSON, code)


def html_answer(status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A page such as a proxy in front of a service sends."""
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>\r\n"
    return Answer(status, page.encode(), HTML, headers=headers)


def _boolean(value: bool, quirks: Quirks) -> bool | int | str:
    if quirks.string_booleans and quirks.numeric_booleans:
        return str(int(value))
    if quirks.string_booleans:
        return str(value).lower()
    return int(value) if quirks.numeric_booleans else value


def _time(moment: datetime, zone: str) -> str:
    return moment.astimezone(parse_zone(zone)).strftime("%Y-%m-%d %H:%M:%S")
