# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""How an answer is written: the vendor's keys, times and envelope, and the quirks that bend them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .account import TrackingDomain
from .codes import SUCCESS, message_for
from .exchange import HTML, JSON, Answer
from .names import a_labels, comparable, u_labels
from .switches import Quirks, Settings, parse_zone

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_NAME_FORMS: Mapping[str, Callable[[str], str]] = {"given": str, "a_labels": a_labels, "u_labels": u_labels}
_OPTIONAL_KEYS = ("cname.domain", "cname domain", "gmtCreated", "gmtUpdated")


def domain_object(domain: TrackingDomain, settings: Settings, quirks: Quirks) -> dict[str, Any]:
    """A tracking domain as the API returns it."""
    certificate_start, certificate_end = _certificate_times(domain, settings, quirks)
    time_format = _time_format(quirks)
    separator = " " if quirks.spaced_keys else "."
    name = _NAME_FORMS[settings.name_form](domain.name)
    printed: dict[str, Any] = {
        "id": str(domain.id) if quirks.string_ids else domain.id,
        "name": name,
        "cname": _boolean(domain.verified, quirks),
        f"cname{separator}domain": name,
        f"cname{separator}value": settings.cname_target,
        "https": _boolean(domain.https, quirks),
        "certiValidityStart": certificate_start,
        "certiValidityEnd": certificate_end,
        "gmtCreated": _time(domain.created, settings.time_zone, time_format),
        "gmtUpdated": _time(domain.updated, settings.time_zone, time_format),
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


def list_info(rows: list[dict[str, Any]], counts: dict[str, Any], quirks: Quirks) -> dict[str, Any] | str | None:
    """The ``info`` of a success of ``list``; None where the quirks want none."""
    if quirks.no_info:
        return None
    if quirks.text_info:
        return "see dataList"
    if quirks.no_data_list:
        return counts
    return {"dataList": None if quirks.null_data_list else rows, **counts}


def envelope_answer(
    code: int,
    info: dict[str, Any] | str | None,
    quirks: Quirks,
    *,
    detail: str | None = None,
    message: str | None = None,
    status: int = 200,
) -> Answer:
    """An answer in the frame that every answer has; ``message`` replaces the usual one, ``info`` None leaves it out."""
    succeeded = code == SUCCESS
    envelope: dict[str, Any] = {
        "result": str(succeeded).lower() if quirks.string_result else succeeded,
        "statusCode": str(code) if quirks.string_status_code else code,
        "message": message or message_for(code, detail, chinese=quirks.chinese_messages),
    }
    if info is not None:
        envelope["info"] = None if quirks.null_info and not succeeded else info
    body = json.dumps(envelope, ensure_ascii=False).encode()
    return Answer(status, body, HTML if quirks.html_content_type else JSON, code)


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


def _certificate_times(domain: TrackingDomain, settings: Settings, quirks: Quirks) -> tuple[str, str]:
    certificate, time_format = domain.certificate, _time_format(quirks)
    if certificate is not None:
        zone = settings.certificate_time_zone or settings.time_zone
        start, end = _time(certificate.start, zone, time_format), _time(certificate.end, zone, time_format)
    elif quirks.zero_dates:
        start = end = re.sub(r"\d", "0", _time(_ANY_TIME, "UTC", time_format))
    else:
        start = end = ""
    if settings.unreadable_names and comparable(domain.name) in map(comparable, settings.unreadable_names):
        start = "soon"
    return start, end


def _time_format(quirks: Quirks) -> str:
    if quirks.date_only:
        return "%Y-%m-%d"
    time_of_day = "%H:%M" if quirks.no_seconds else "%H:%M:%S"
    return f"%Y-%m-%dT{time_of_day}%:z" if quirks.iso_times else f"%Y-%m-%d {time_of_day}"


# In a large account most domains were made in the same second.
@functools.lru_cache(maxsize=4096)
def _time(moment: datetime, zone: str, time_format: str) -> str:
    local = moment.astimezone(parse_zone(zone))
    offset = local.strftime("%z")
    # Python knows %:z from 3.12 on.
    return local.strftime(time_format.replace("%:z", f"{offset[:3]}:{offset[3:]}"))
