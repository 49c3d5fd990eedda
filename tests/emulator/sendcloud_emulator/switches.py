# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What can be switched: the open questions of the vendor's API (settings) and its possible oddities (quirks)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_ZONE = "time zone: UTC, an offset such as +08:00, or a name such as Europe/Berlin"


@lru_cache
def parse_zone(text: str) -> tzinfo:
    """``UTC``, an offset such as ``+08:00``, or a zone such as ``Europe/Berlin``. Raises ValueError if it is none."""
    if text == "UTC":
        return UTC
    match = _OFFSET.fullmatch(text)
    if match:
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{text!r} is no {_ZONE}") from error


class Switches:
    """What settings and quirks have in common: to be changed by name, and set back."""

    def update(self, values: Mapping[str, object]) -> None:
        """Change what is named. Raises ValueError, with nothing changed, for an unknown name or a wrong value."""
        for name, value in values.items():
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def reset(self, initial: Self) -> None:
        """Take every value from another one."""
        for name, value in initial.as_dict().items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, object]:
        """Every name with its value."""
        return {name: getattr(self, name) for name in self.names()}

    @classmethod
    def names(cls) -> list[str]:
        """Everything that can be switched."""
        return [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]  # the subclasses are

    def copy(self) -> Self:
        """The same values, apart from this one's."""
        return dataclasses.replace(self)  # type: ignore[type-var]  # the subclasses are dataclasses

    def _check(self, name: str, value: object) -> None:
        raise NotImplementedError


def _is_zone(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_zone(value)
    except ValueError:
        return False
    return True


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_duration(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < float("inf")


def _is_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


_SETTING_CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "time_zone": (_is_zone, f"a {_ZONE}"),
    "certificate_time_zone": (lambda value: value is None or _is_zone(value), f"null or a {_ZONE}"),
    "name_matching": (lambda value: value in ("substring", "exact"), "substring or exact"),
    "filter_form": (lambda value: value in ("any", "a_labels", "u_labels"), "any, a_labels or u_labels"),
    "case_sensitive": (_is_boolean, "a boolean"),
    "filter_knows_dot": (_is_boolean, "a boolean"),
    "name_case": (lambda value: value in ("kept", "lower", "refused"), "kept, lower or refused"),
    "name_form": (lambda value: value in ("given", "a_labels", "u_labels"), "given, a_labels or u_labels"),
    "large_limit": (lambda value: value in ("refused", "capped"), "refused or capped"),
    "max_domains": (_is_count, "a number from 0"),
    "sending_domains": (_is_texts, "a list of domain names"),
    "permission": (_is_boolean, "a boolean"),
    "unknown_user_code": (_is_count, "a status code"),
    "duplicate_code": (_is_count, "a status code"),
    "rename_taken_code": (_is_count, "a status code"),
    "takes_duplicates": (_is_boolean, "a boolean"),
    "takes_self_signed": (_is_boolean, "a boolean"),
    "takes_ec_keys": (_is_boolean, "a boolean"),
    "empty_certificate": (lambda value: value in ("ignored", "refused", "removes"), "ignored, refused or removes"),
    "missing_cname": (lambda value: value in ("unverified", "refused"), "unverified or refused"),
    "delete_missing": (lambda value: value in ("refused", "count_zero"), "refused or count_zero"),
    "rename_resets_cname": (_is_boolean, "a boolean"),
    "rename_drops_certificate": (_is_boolean, "a boolean"),
    "upload_resets_cname": (_is_boolean, "a boolean"),
    "cname_target": (lambda value: isinstance(value, str) and value != "", "a host name"),
    "list_lag": (_is_duration, "a number of seconds from 0"),
    "list_lag_calls": (_is_count, "a number from 0"),
    "unreadable_names": (_is_texts, "a list of domain names"),
    "https_lag": (_is_duration, "a number of seconds from 0"),
}


@dataclasses.dataclass
class Settings(Switches):
    """How this account behaves where accounts, regions or readings of the vendor's page differ.

    ``time_zone`` is that of every printed time, ``certificate_time_zone`` (None: the same) that of the
    certificate validity alone. ``name_matching``, ``case_sensitive`` and ``filter_form`` are of the ``name`` filter of
    ``list``: ``any`` knows both spellings of an internationalised name, the others take only the one that they name;
    with ``filter_knows_dot`` a name with a trailing dot is found, too. ``name_case`` says whether capitals in a name
    are ``kept``, made ``lower`` or refused (41003), ``name_form`` in which spelling a name is printed, ``large_limit``
    what becomes of a ``limit`` above 100. With ``takes_duplicates`` a name may be there twice. Certificates that are
    self-signed or have an EC key may be refused (41015, 41016); ``empty_certificate`` says what an ``update`` with an
    empty certificate and key does, ``missing_cname`` how ``checkConfig`` answers for a domain that has not passed
    (refused: with 41016).

    ``permission`` False makes every call fail with 6001. ``unknown_user_code``, ``duplicate_code`` and
    ``rename_taken_code`` are what an unknown user, a second ``add`` of a name and renaming to one that is there are
    refused with; ``delete_missing`` says whether the deletion of an ID that is not there is refused (41014) or succeeds
    with ``count`` 0. ``list`` shows a write only after ``list_lag`` seconds and ``list_lag_calls`` further calls of it.
    A domain whose name is among ``unreadable_names`` has a certificate that is valid from ``soon`` on. For
    ``https_lag`` seconds after an upload the certificate before it is served to recipients.
    """

    time_zone: str = "+08:00"
    certificate_time_zone: str | None = None
    name_matching: Literal["substring", "exact"] = "substring"
    case_sensitive: bool = False
    filter_knows_dot: bool = False
    name_case: Literal["kept", "lower", "refused"] = "kept"
    name_form: Literal["given", "a_labels", "u_labels"] = "given"
    large_limit: Literal["refused", "capped"] = "refused"
    filter_form: Literal["any", "a_labels", "u_labels"] = "any"
    max_domains: int = 5
    sending_domains: tuple[str, ...] | list[str] = ()
    permission: bool = True
    unknown_user_code: int = 41109
    duplicate_code: int = 41015
    rename_taken_code: int = 41016
    takes_duplicates: bool = False
    takes_self_signed: bool = True
    takes_ec_keys: bool = True
    empty_certificate: Literal["ignored", "refused", "removes"] = "ignored"
    missing_cname: Literal["unverified", "refused"] = "unverified"
    delete_missing: Literal["refused", "count_zero"] = "refused"
    rename_resets_cname: bool = True
    rename_drops_certificate: bool = False
    upload_resets_cname: bool = False
    cname_target: str = "track2.sendcloud.net"
    list_lag: float = 0
    list_lag_calls: int = 0
    unreadable_names: tuple[str, ...] | list[str] = ()
    https_lag: float = 0

    def _check(self, name: str, value: object) -> None:
        if name not in _SETTING_CHECKS:
            raise ValueError(f"there is no setting {name!r}; there are: {', '.join(self.names())}")
        fits, wanted = _SETTING_CHECKS[name]
        if not fits(value):
            raise ValueError(f"the setting {name} must be {wanted}")


@dataclasses.dataclass
class Quirks(Switches):
    """Oddities of an answer, each of which a tolerant client has to live with (or refuse clearly). All are off.

    ========================  =================================================================================
    ``string_booleans``       ``cname`` and ``https`` as ``"true"``/``"false"``
    ``numeric_booleans``      the same as 1/0 (together with the former: ``"1"``/``"0"``)
    ``string_ids``            ``id`` as a string
    ``nulls``                 null in place of an empty string
    ``absent_empty_keys``     keys without a value (empty strings, false) are not there
    ``absent_optional_keys``  ``cname.domain``, ``gmtCreated`` and ``gmtUpdated`` are not there
    ``spaced_keys``           ``cname domain`` and ``cname value`` in place of the keys with a dot
    ``no_id``, ``no_name``    domains without ``id``, without ``name``
    ``string_status_code``    ``statusCode`` as a string
    ``string_result``         ``result`` as a string
    ``null_info``             a refusal's ``info`` is null
    ``chinese_messages``      ``message`` in Chinese
    ``short_pages``           ``list`` returns half as many rows as ``limit``
    ``long_pages``            ``list`` returns up to seven rows more than ``limit``
    ``total_too_large``       ``total`` is three more than there are
    ``total_too_small``       ``total`` is one less than there are
    ``no_total``              ``total`` is not there
    ``no_count``              ``count`` is not there
    ``string_counts``         ``total`` and ``count`` as strings
    ``repeated_rows``         every page but the first begins with the last row of the page before
    ``lying_filter``          ``list`` ignores ``name`` and returns every domain
    ``no_data_list``          a success of ``list`` has no ``dataList``
    ``null_data_list``        its ``dataList`` is null
    ``no_info``               it has no ``info``
    ``text_info``             its ``info`` is a text
    ``invented_ids``          every page of ``list`` is full, of new IDs at its end; ``total`` is never reached
    ``zero_dates``            ``0000-00-00 00:00:00`` where there is no certificate
    ``date_only``             times without the time of day
    ``no_seconds``            times without seconds
    ``iso_times``             times as in ISO 8601, with the offset
    ``html_content_type``     JSON is announced as ``text/html``
    ========================  =================================================================================
    """

    string_booleans: bool = False
    numeric_booleans: bool = False
    string_ids: bool = False
    nulls: bool = False
    absent_empty_keys: bool = False
    absent_optional_keys: bool = False
    spaced_keys: bool = False
    no_id: bool = False
    no_name: bool = False
    string_status_code: bool = False
    string_result: bool = False
    null_info: bool = False
    chinese_messages: bool = False
    short_pages: bool = False
    long_pages: bool = False
    total_too_large: bool = False
    total_too_small: bool = False
    no_total: bool = False
    no_count: bool = False
    string_counts: bool = False
    repeated_rows: bool = False
    lying_filter: bool = False
    no_data_list: bool = False
    null_data_list: bool = False
    no_info: bool = False
    text_info: bool = False
    invented_ids: bool = False
    zero_dates: bool = False
    date_only: bool = False
    no_seconds: bool = False
    iso_times: bool = False
    html_content_type: bool = False

    def enable(self, *names: str) -> None:
        """Switch on by name. Raises ValueError for a name that is none."""
        self.update(dict.fromkeys(names, True))

    def _check(self, name: str, value: object) -> None:
        if name not in self.names():
            raise ValueError(f"there is no quirk {name!r}; there are: {', '.join(self.names())}")
        if not isinstance(value, bool):
            raise ValueError(f"the quirk {name} must be a boolean")
