# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The five endpoints and the vendor's rules: parameters in, ``info`` out, or a refusal with its code."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from . import codes
from .account import Account, TrackingDomain
from .certificate import CertificatePair, CertificateRefusedError
from .changes import Change, changes_between
from .codes import RefusedError
from .late_list import LateList
from .names import a_labels, comparable, u_labels
from .rendering import domain_object, list_info
from .resolver import Resolver
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

# Where there is no end of IDs: far from any that an account has, and more than anybody pages through.
_FIRST_INVENTED_ID = 1_000_000_000
_ENDLESS_TOTAL = 1_000_000
_INVENTED_TIME = datetime(2026, 1, 1, tzinfo=UTC)

# RFC 1123, section 2.1, with at least two labels and a last one that is no number.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}", re.IGNORECASE | re.ASCII)

Parameters = Mapping[str, str]


@dataclasses.dataclass(frozen=True)
class Success:
    """What a call is answered with (``info`` None: without any), and what it changed in the account."""

    info: dict[str, Any] | str | None
    changes: tuple[Change, ...] = ()


class Endpoints:
    """SendCloud's side of the API for one account."""

    def __init__(
        self, account: Account, late_list: LateList, settings: Settings, quirks: Quirks, resolver: Resolver
    ) -> None:
        self._account = account
        self._late_list = late_list
        self._invented_ids = itertools.count(_FIRST_INVENTED_ID)
        self._settings = settings
        self._quirks = quirks
        self._resolver = resolver
        self._operations: Mapping[str, Callable[[Parameters], Success]] = {
            LIST: self._list,
            ADD: self._add,
            UPDATE: self._update,
            CHECK_CONFIG: self._check_config,
            DELETE: self._delete,
        }

    def call(self, endpoint: str, parameters: Parameters) -> Success:
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

    def _list(self, parameters: Parameters) -> Success:
        start = _bounded(parameters, "start", 0, None, codes.START_EMPTY, codes.START_INVALID)
        largest = LARGEST_PAGE if self._settings.large_limit == "refused" else None
        limit = _bounded(parameters, "limit", LARGEST_PAGE, largest, codes.LIMIT_EMPTY, codes.LIMIT_INVALID)
        limit = min(limit, LARGEST_PAGE)
        matches = self._matches(_split(parameters.get("name", "")))
        page = self._page(matches, start, limit)
        total = len(matches)
        if self._quirks.total_too_large:
            total += 3
        if self._quirks.total_too_small:
            total = max(0, total - 1)
        if self._quirks.invented_ids:
            total = _ENDLESS_TOTAL
        counts = {} if self._quirks.no_total else {"total": self._count(total)}
        return Success(list_info(self._print_all(page), self._with_count(counts, len(page)), self._quirks))

    def _matches(self, wanted: list[str]) -> Sequence[TrackingDomain]:
        domains = self._late_list.read()
        if not wanted or self._quirks.lying_filter:
            return domains
        parts = {self._as_wanted(part) for part in wanted}
        if self._settings.name_matching == "exact":
            return [domain for domain in domains if self._as_stored(domain.name) in parts]
        return [domain for domain in domains if any(part in self._as_stored(domain.name) for part in parts)]

    def _as_stored(self, name: str) -> str:
        """A domain's name as the filter sees it."""
        form = a_labels if self._settings.filter_form == "a_labels" else u_labels
        return self._in_case(form(name))

    def _as_wanted(self, name: str) -> str:
        """A name that is asked for, as the filter sees it: one that does not know the spelling takes it literally."""
        if self._settings.filter_knows_dot:
            name = name.rstrip(".")
        return self._in_case(u_labels(name) if self._settings.filter_form == "any" else name)

    def _in_case(self, name: str) -> str:
        return name if self._settings.case_sensitive else name.lower()

    def _page(self, matches: Sequence[TrackingDomain], start: int, limit: int) -> list[TrackingDomain]:
        first, size = start, limit
        if self._quirks.short_pages:
            size = (limit + 1) // 2
        elif self._quirks.long_pages and limit:
            size = limit + _LONG_PAGE_SURPLUS
        if self._quirks.repeated_rows and start and limit:
            first, size = start - 1, size + 1
        page = list(matches[first : first + size]) if start < len(matches) else []
        if self._quirks.invented_ids:
            page += [self._invent() for _unused in range(size - len(page))]
        return page

    def _invent(self) -> TrackingDomain:
        number = next(self._invented_ids)
        return TrackingDomain(number, f"invented-{number}.example.com", False, None, _INVENTED_TIME, _INVENTED_TIME)

    def _add(self, parameters: Parameters) -> Success:
        name = self._acceptable_name(parameters.get("name", "").strip(), codes.CREATE_FAILED)
        certificate = self._certificate(parameters, codes.CREATE_FAILED)
        with self._account.lock:
            if self._account.find(name) and not self._settings.takes_duplicates:
                raise RefusedError(self._settings.duplicate_code, f"{name} is a tracking domain already")
            if len(self._account) >= self._settings.max_domains:
                raise RefusedError(codes.TOO_MANY_DOMAINS)
            domain = self._account.add(name, certificate=certificate)
            self._late_list.note(None, domain)
        changes = changes_between(None, domain, is_certified=certificate is not None)
        return Success({"data": self._print(domain)}, changes)

    def _update(self, parameters: Parameters) -> Success:
        domain_id = _identifier(parameters)
        name = parameters.get("name", "").strip() or None
        if name is not None:
            name = self._acceptable_name(name, codes.MODIFY_FAILED)
        certificate = self._certificate(parameters, codes.MODIFY_FAILED)
        with self._account.lock:
            before = self._account.get(domain_id)
            if before is None:
                raise RefusedError(codes.NOT_FOUND)
            other = self._account.find(name) if name is not None else None
            if other is not None and other.id != domain_id and not self._settings.takes_duplicates:
                raise RefusedError(self._settings.rename_taken_code, f"{name} is a tracking domain already")
            is_renamed = name is not None and comparable(name) != comparable(before.name)
            resets = is_renamed and self._settings.rename_resets_cname
            resets = resets or (certificate is not None and self._settings.upload_resets_cname)
            after = self._account.change(
                domain_id, name=name, verified=False if resets else None, certificate=certificate
            )
            if certificate is None and (
                self._wants_no_certificate(parameters) or (is_renamed and self._settings.rename_drops_certificate)
            ):
                after = self._account.drop_certificate(domain_id)
            self._late_list.note(before, after)
        changes = changes_between(before, after, is_certified=certificate is not None)
        return Success({"data": self._print(after)}, changes)

    def _check_config(self, parameters: Parameters) -> Success:
        ids, names = _split(parameters.get("id", "")), _split(parameters.get("name", ""))
        if not ids and not names:
            raise RefusedError(codes.NAME_EMPTY, "one of id and name has to be given")
        asked_for = self._asked_for(ids, names)
        # Not under the account's lock: a slow DNS server must not hold up other calls.
        passed = {domain.id: self._has_passed(domain.name) for domain in asked_for}
        if self._settings.missing_cname == "refused" and not all(passed.values()):
            raise RefusedError(codes.MODIFY_FAILED, "the CNAME record is missing")
        checked: list[TrackingDomain] = []
        changes: list[Change] = []
        with self._account.lock:
            for seen in asked_for:
                before = self._account.get(seen.id)
                if before is None:
                    continue
                after = before
                if before.name == seen.name and before.verified != passed[seen.id]:
                    after = self._account.change(seen.id, verified=passed[seen.id])
                    self._late_list.note(before, after)
                checked.append(after)
                changes += changes_between(before, after)
        info = self._with_count({"dataList": self._print_all(checked)}, len(checked))
        return Success(info, tuple(changes))

    def _asked_for(self, ids: list[str], names: list[str]) -> list[TrackingDomain]:
        by_id = (self._account.get(int(text)) for text in ids if _is_identifier(text))
        by_name = (domain for name in names for domain in self._account.find_all(name))
        found = {domain.id: domain for domain in itertools.chain(by_id, by_name) if domain is not None}
        return [domain for _unused, domain in sorted(found.items())]

    def _has_passed(self, name: str) -> bool:
        target = self._resolver.target(name)
        return target is not None and comparable(target) == comparable(self._settings.cname_target)

    def _delete(self, parameters: Parameters) -> Success:
        domain_id = _identifier(parameters)
        with self._account.lock:
            before = self._account.get(domain_id)
            if before is None and self._settings.delete_missing == "refused":
                raise RefusedError(codes.NOT_FOUND)
            self._account.remove(domain_id)
            self._late_list.note(before, None)
        return Success(self._with_count({}, int(before is not None)), changes_between(before, None))

    def _acceptable_name(self, name: str, clash_code: int) -> str:
        if not name:
            raise RefusedError(codes.NAME_EMPTY)
        if len(name) > LONGEST_NAME:
            raise RefusedError(codes.NAME_LENGTH)
        if not _DOMAIN_NAME.fullmatch(name):
            raise RefusedError(codes.NAME_INVALID)
        if self._settings.name_case == "refused" and name != name.lower():
            raise RefusedError(codes.NAME_INVALID)
        if comparable(name) in (comparable(sending) for sending in self._settings.sending_domains):
            raise RefusedError(clash_code, f"{name} is a sending domain")
        return name.lower() if self._settings.name_case == "lower" else name

    def _certificate(self, parameters: Parameters, code: int) -> CertificatePair | None:
        pair = _certificate(parameters, code)
        if pair is not None and pair.is_self_signed and not self._settings.takes_self_signed:
            raise RefusedError(code, "certContent is self-signed")
        if pair is not None and pair.has_ec_key and not self._settings.takes_ec_keys:
            raise RefusedError(code, "certKey is no RSA key")
        if self._settings.empty_certificate == "refused" and _is_emptied(parameters):
            raise RefusedError(code, "certContent and certKey are empty")
        return pair

    def _wants_no_certificate(self, parameters: Parameters) -> bool:
        return self._settings.empty_certificate == "removes" and _is_emptied(parameters)

    def _print(self, domain: TrackingDomain) -> dict[str, Any]:
        return domain_object(domain, self._settings, self._quirks)

    def _print_all(self, domains: list[TrackingDomain]) -> list[dict[str, Any]]:
        return [self._print(domain) for domain in domains]

    def _count(self, number: int) -> int | str:
        return str(number) if self._quirks.string_counts else number

    def _with_count(self, info: dict[str, Any], number: int) -> dict[str, Any]:
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
    if not _is_identifier(text):
        raise RefusedError(codes.NOT_FOUND, "id must be an integer")
    return int(text)


def _is_identifier(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _is_emptied(parameters: Parameters) -> bool:
    return parameters.get("certContent") == "" and parameters.get("certKey") == ""


def _certificate(parameters: Parameters, code: int) -> CertificatePair | None:
    certificate, private_key = parameters.get("certContent", ""), parameters.get("certKey", "")
    if not certificate and not private_key:
        return None
    if not certificate or not private_key:
        raise RefusedError(code, "certContent and certKey must be given together")
    try:
        return CertificatePair.read(certificate, private_key)
    except CertificateRefusedError as error:
        raise RefusedError(code, str(error)) from error
