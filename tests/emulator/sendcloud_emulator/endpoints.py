# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The five endpoints and the vendor's rules: parameters in, ``info`` out, or a refusal with its code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from . import codes
from .account import Account, TrackingDomain
from .certificate import CertificateRefusedError, Validity, read_pair
from .codes import RefusedError
from .rendering import domain_object
from .resolver import Resolver, comparable
from .switches import Quirks, Settings

LIST = "trackDomain/list"
ADD = "trackDomain/add"
UPDATE = "trackDomain/update"
CHECK_CONFIG = "trackDomain/checkConfig"
DELETE = "trackDomain/delete"

# How each may be called.
METHODS: Mapping[str, tuple[str, ...]] = {
    LIST: ("GET", "POST"),
    ADD: ("POST",),
    UPDATE: ("POST",),
    CHECK_CONFIG: ("GET", "POST"),
    DELETE: ("GET", "POST"),
}

LONGEST_NAME = 255
LARGEST_PAGE = 100
_LONG_PAGE_SURPLUS = 7

# RFC 1123, section 2.1, with at least two labels and a last one that is no number.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}", re.IGNORECASE | re.ASCII)

Parameters = Mapping[str, str]
Info = dict[str, Any]


class Endpoints:
    """SendCloud's side of the API for one account."""

    def __init__(self, account: Account, settings: Settings, quirks: Quirks, resolver: Resolver) -> None:
        self._account = account
        self._settings = settings
        self._quirks = quirks
        self._resolver = resolver
        self._operations: Mapping[str, Callable[[Parameters], Info]] = {
            LIST: self._list,
            ADD: self._add,
            UPDATE: self._update,
            CHECK_CONFIG: self._check_config,
            DELETE: self._delete,
        }

    def call(self, endpoint: str, parameters: Parameters) -> Info:
        """Answer a call of one of METHODS. Raises RefusedError; the credentials come before everything else."""
        self._authenticate(parameters)
        return self._operations[endpoint](parameters)

    def _authenticate(self, parameters: Parameters) -> None:
        user = parameters.get("apiUser", "")
        if user and user != self._account.user:
            raise RefusedError(self._settings.unknown_user_code)
        if not user or parameters.get("apiKey") != self._account.key:
            raise RefusedError(codes.AUTHENTICATION_FAILED)
        if not self._settings.permission:
            raise RefusedError(codes.NO_PERMISSION)

    def _list(self, parameters: Parameters) -> Info:
        start = _bounded(parameters, "start", 0, None, codes.START_EMPTY, codes.START_INVALID)
        limit = _bounded(parameters, "limit", LARGEST_PAGE, LARGEST_PAGE, codes.LIMIT_EMPTY, codes.LIMIT_INVALID)
        matches = [domain for domain in self._account.domains() if self._is_asked_for(domain, parameters)]
        first, size = start, limit
        if self._quirks.short_pages:
            size = (limit + 1) // 2
        elif self._quirks.long_pages and limit:
            size = limit + _LONG_PAGE_SURPLUS
        if self._quirks.repeated_rows and start and limit:
            first, size = start - 1, size + 1
        page = matches[first : first + size] if start < len(matches) else []
        total = len(matches)
        if self._quirks.total_too_large:
            total += 3
        if self._quirks.total_too_small:
            total = max(0, total - 1)
        info: Info = {"dataList": self._print_all(page)}
        if not self._quirks.no_total:
            info["total"] = self._count(total)
        return self._with_count(info, len(page))

    def _is_asked_for(self, domain: TrackingDomain, parameters: Parameters) -> bool:
        wanted = _split(parameters.get("name", ""))
        if not wanted or self._quirks.lying_filter:
            return True
        name = domain.name
        if not self._settings.case_sensitive:
            name, wanted = name.lower(), [part.lower() for part in wanted]
        if self._settings.name_matching == "exact":
            return name in wanted
        return any(part in name for part in wanted)

    def _add(self, parameters: Parameters) -> Info:
        name = self._acceptable_name(parameters.get("name", "").strip(), codes.CREATE_FAILED)
        certificate = _certificate(parameters, codes.CREATE_FAILED)
        with self._account.lock:
            if self._account.find(name):
                raise RefusedError(self._settings.duplicate_code, f"{name} is a tracking domain already")
            if len(self._account.domains()) >= self._settings.max_domains:
                raise RefusedError(codes.TOO_MANY_DOMAINS)
            domain = self._account.add(name, certificate=certificate)
        return {"data": self._print(domain)}

    def _update(self, parameters: Parameters) -> Info:
        domain_id = _identifier(parameters)
        name = parameters.get("name", "").strip() or None
        if name is not None:
            self._acceptable_name(name, codes.MODIFY_FAILED)
        certificate = _certificate(parameters, codes.MODIFY_FAILED)
        with self._account.lock:
            domain = self._account.get(domain_id)
            if domain is None:
                raise RefusedError(codes.NOT_FOUND)
            other = self._account.find(name) if name is not None else None
            if other is not None and other.id != domain_id:
                raise RefusedError(codes.MODIFY_FAILED, f"{name} is a tracking domain already")
            is_renamed = name is not None and comparable(name) != comparable(domain.name)
            resets = is_renamed and self._settings.rename_resets_cname
            domain = self._account.change(
                domain_id, name=name, verified=False if resets else None, certificate=certificate
            )
        return {"data": self._print(domain)}

    def _check_config(self, parameters: Parameters) -> Info:
        ids = _split(parameters.get("id", ""))
        names = [comparable(name) for name in _split(parameters.get("name", ""))]
        if not ids and not names:
            raise RefusedError(codes.NAME_EMPTY, "one of id and name has to be given")
        asked_for = [d for d in self._account.domains() if str(d.id) in ids or comparable(d.name) in names]
        # Not under the account's lock: a slow DNS server must not hold up other calls.
        passed = {domain.id: self._has_passed(domain.name) for domain in asked_for}
        checked: list[TrackingDomain] = []
        with self._account.lock:
            for before in asked_for:
                domain = self._account.get(before.id)
                if domain is None:
                    continue
                if domain.name == before.name and domain.verified != passed[domain.id]:
                    domain = self._account.change(domain.id, verified=passed[domain.id])
                checked.append(domain)
        return self._with_count({"dataList": self._print_all(checked)}, len(checked))

    def _has_passed(self, name: str) -> bool:
        target = self._resolver.target(name)
        return target is not None and comparable(target) == comparable(self._settings.cname_target)

    def _delete(self, parameters: Parameters) -> Info:
        is_deleted = self._account.remove(_identifier(parameters))
        if not is_deleted and self._settings.delete_missing == "refused":
            raise RefusedError(codes.NOT_FOUND)
        return self._with_count({}, int(is_deleted))

    def _acceptable_name(self, name: str, clash_code: int) -> str:
        if not name:
            raise RefusedError(codes.NAME_EMPTY)
        if len(name) > LONGEST_NAME:
            raise RefusedError(codes.NAME_LENGTH)
        if not _DOMAIN_NAME.fullmatch(name):
            raise RefusedError(codes.NAME_INVALID)
        if comparable(name) in (comparable(sending) for sending in self._settings.sending_domains):
            raise RefusedError(clash_code, f"{name} is a sending domain")
        return name

    def _print(self, domain: TrackingDomain) -> dict[str, Any]:
        return domain_object(domain, self._settings, self._quirks)

    def _print_all(self, domains: list[TrackingDomain]) -> list[dict[str, Any]]:
        return [self._print(domain) for domain in domains]

    def _count(self, number: int) -> int | str:
        return str(number) if self._quirks.string_counts else number

    def _with_count(self, info: Info, number: int) -> Info:
        return info if self._quirks.no_count else {**info, "count": self._count(number)}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _bounded(
    parameters: Parameters, name: str, default: int, largest: int | None, empty_code: int, invalid_code: int
) -> int:
    if name not in parameters:
        return default
    text = parameters[name].strip()
    if not text:
        raise RefusedError(empty_code)
    if not (text.isascii() and text.isdigit() and len(text) < 10) or (largest is not None and int(text) > largest):
        raise RefusedError(invalid_code)
    return int(text)


def _identifier(parameters: Parameters) -> int:
    text = parameters.get("id", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise RefusedError(codes.NOT_FOUND, "id must be an integer")
    return int(text)


def _certificate(parameters: Parameters, code: int) -> Validity | None:
    certificate, private_key = parameters.get("certContent", ""), parameters.get("certKey", "")
    if not certificate and not private_key:
        return None
    if not certificate or not private_key:
        raise RefusedError(code, "certContent and certKey must be given together")
    try:
        return read_pair(certificate, private_key)
    except CertificateRefusedError as error:
        raise RefusedError(code, str(error)) from error
