# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A look at the records of a name, repeated until it shows what is waited for: options in, result out."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
from ansible_collections.sendcloud.email.plugins.module_utils._dns.records import (
    TYPES,
    Record,
    RecordsLook,
    look_at_records,
    make_record,
    parse_owner,
)
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import parse_server
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError

OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "types": {"type": "list", "elements": "str", "choices": list(TYPES), "default": list(TYPES)},
    "value": {"type": "str"},
    "dns_servers": {"type": "list", "elements": "str"},
    "wait_timeout": {"type": "int", "default": 0},
    "wait_interval": {"type": "int", "default": 5},
}

Look = t.Callable[[str, t.Sequence[str]], RecordsLook]


@dataclasses.dataclass(frozen=True)
class _Wanted:
    """What is looked for: a ``record``, or None for no record at all of the ``types``."""

    name: str
    types: tuple[str, ...]
    record: Record | None

    def is_met(self, look: RecordsLook) -> bool:
        return look.is_empty if self.record is None else look.everywhere(self.record)


def open_look(servers: t.Sequence[str]) -> Look:
    """What looks, at the servers given or else at the authoritative ones.

    Raises InputError for a malformed server, MissingLibraryError where dnspython is missing or too old.
    """
    told = [parse_server(text) for text in servers]
    resolver = Resolver(told)
    return lambda name, types: look_at_records(resolver, name, types, recursive=bool(told))


def run(
    options: t.Mapping[str, t.Any],
    *,
    clock: Clock,
    report: t.Callable[[str], None] = lambda text: None,
    open_look: t.Callable[[t.Sequence[str]], Look] = open_look,
) -> dict[str, t.Any]:
    """The result of a task, with validated options as OPTIONS declares them.

    ``report`` is told what is waited for. Raises InputError and MissingLibraryError.
    """
    wanted = _read_wanted(options)
    look_at = open_look(options["dns_servers"] or ())
    start = clock.monotonic()
    while True:
        look = look_at(wanted.name, wanted.types)
        waited = clock.monotonic() - start
        left = options["wait_timeout"] - waited
        if wanted.is_met(look) or left <= 0:
            return _as_result(look, wanted.is_met(look), waited)
        report(f"{wanted.name}: {look.as_text()}, {waited:.0f} s of {options['wait_timeout']} s")
        clock.sleep(min(options["wait_interval"], left))


def _read_wanted(options: t.Mapping[str, t.Any]) -> _Wanted:
    types, value = tuple(dict.fromkeys(options["types"])), options["value"]
    if not types:
        raise InputError("types is empty: which records are meant?")
    if value is not None and len(types) != 1:
        raise InputError("value needs exactly one type in types: the type of the record with this value")
    if options["wait_timeout"] < 0 or options["wait_interval"] < 1:
        raise InputError("wait_timeout has to be 0 or more, and wait_interval 1 or more, in seconds")
    record = None if value is None else make_record(types[0], value)
    return _Wanted(parse_owner(options["name"]), types, record)


def _as_result(look: RecordsLook, ready: bool, waited: float) -> dict[str, t.Any]:
    return {
        "changed": False,
        "name": look.name,
        "zone": look.zone,
        "ready": ready,
        "records": [dataclasses.asdict(record) for record in look.records],
        "servers": [dataclasses.asdict(server) for server in look.servers],
        "summary": look.as_text(),
        "waited": round(waited),
        "error": look.error if look.answered or look.error else "no DNS server answers: " + look.as_text(),
    }
