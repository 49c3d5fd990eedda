# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""From what was recorded to what is known: a pure function for each open question of docs/api.md, by its ID."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import parse_boolean
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import parse_printed_time

from .record import NotRecordedError, Record

_DOCUMENTED_ZONE = timedelta(hours=8)
_QUARTER = timedelta(minutes=15)
# A request under way, and two clocks that differ a little.
_TOLERANCE = timedelta(minutes=2)


@dataclasses.dataclass(frozen=True)
class Finding:
    """What became of a question.

    ``text`` is what was observed or, where ``is_settled`` is false, why it is not settled. ``objection`` says in what
    the collection's handling is not right for it.
    """

    text: str
    is_settled: bool = True
    objection: str | None = None


def find(unknown: str, record: Record) -> Finding:
    """What a record says to an open question. Raises KeyError for an ID that is none."""
    try:
        return _FINDERS[unknown](record)
    except NotRecordedError:
        return _open("the run did not get that far, or SendCloud did not answer in a way that says anything of it")


def _open(reason: str) -> Finding:
    return Finding(reason, is_settled=False)


def _never(reason: str) -> Callable[[Record], Finding]:
    return lambda record: _open(reason)


def _quoted(value: object) -> str:
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _answer(observation: Mapping[str, Any]) -> str:
    code, message = observation["code"], observation["message"]
    return f"code {code}" + (f", {_quoted(message)}" if message else "")


def _failure(record: Record, *tasks: str) -> str | None:
    """Which of the modules' tasks failed, and how; None if none did. Raises NotRecordedError."""
    for task in tasks:
        error = record.result(task).get("error")
        if error is not None:
            return f"the task `{task}` failed ({error['kind']}, code {error['status_code']})"
    return None


def _repeats_itself(record: Record, task: str) -> str | None:
    """What is wrong with a task that has nothing to do; None if it did nothing. Raises NotRecordedError."""
    failure = _failure(record, task)
    return failure or (f"the task `{task}` changed what was right already" if record.result(task)["changed"] else None)


def _is_found(record: Record, name: str) -> bool:
    return bool(record.observation(name)["own"])


def _is_ignored(record: Record) -> bool:
    return _is_found(record, "by_stranger")


def _filter_match(record: Record) -> Finding:
    whole = _is_found(record, "by_lower_case") or _is_found(record, "by_upper_case")
    objection = _repeats_itself(record, "found")
    if _is_ignored(record):
        return Finding("neither: the filter is ignored, and returns domains of other names", objection=objection)
    if _is_found(record, "by_part"):
        return Finding("parts of names", objection=objection)
    if whole:
        return Finding("whole names alone", objection=objection)
    return Finding("neither: the filter found nothing at all", objection=objection)


def _filter_case(record: Record) -> Finding:
    lower, upper = _is_found(record, "by_lower_case"), _is_found(record, "by_upper_case")
    if _is_ignored(record) or not (lower or upper):
        return _open("the filter does not filter, so its case cannot be told")
    stored = _quoted(record.own(record.added_by)["name"])
    if lower and upper:
        return Finding(f"no: {stored} is found in lower and in upper case")
    return Finding(f"yes: {stored} is found in {'lower' if lower else 'upper'} case alone")


def _filter_dot(record: Record) -> Finding:
    if _is_ignored(record):
        return _open("the filter does not filter, so what it knows cannot be told")
    return Finding("yes" if _is_found(record, "by_dot") else f"no ({_answer(record.observation('by_dot'))})")


def _filter_form(record: Record) -> Finding:
    a_labels, u_labels = _is_found(record, "by_a_labels"), _is_found(record, "by_u_labels")
    failure = _failure(record, "renamed")
    if _is_ignored(record) or failure:
        return _open(failure or "the filter does not filter, so what it knows cannot be told")
    known = {(True, True): "both", (True, False): "A-labels alone", (False, True): "U-labels alone"}
    return Finding(known.get((a_labels, u_labels), "neither of them"), objection=_failure(record, "read_back"))


def _name_case(record: Record) -> Finding:
    objection = _repeats_itself(record, "found")
    if record.added_by == "added_in_lower_case":
        return Finding(f"upper case is refused ({_answer(record.observation('added'))})", objection=objection)
    sent, stored = record.observation("added")["sent"]["name"], record.own("added")["name"]
    kept = "it is kept as it was given" if stored == sent else "it is stored in another case"
    return Finding(f"{kept}: {_quoted(sent)} became {_quoted(stored)}", objection=objection)


def _name_form(record: Record) -> Finding:
    if failure := _failure(record, "renamed"):
        return _open(failure)
    printed = _renamed_row(record)["name"]
    form = "A-labels" if printed.lower() == record.names.second else "U-labels"
    return Finding(f"in {form}: {_quoted(printed)}", objection=_failure(record, "read_back"))


def _field_types(record: Record) -> Finding:
    row = record.own(record.added_by)
    kinds = ", ".join(f"`{key}` {_type(value)}" for key, value in row.items())
    return Finding(f"a new domain has {kinds}", objection=_failure(record, "found"))


def _type(value: object) -> str:
    if value is None or isinstance(value, bool):
        return _quoted(value)
    return "a number" if isinstance(value, (int, float)) else "a text" if value != "" else "an empty text"


def _cname_key(record: Record) -> Finding:
    row = record.own(record.added_by)
    keys = {key: value for key, value in row.items() if key.startswith("cname") and key != "cname"}
    text = ", ".join(f"`{key}` is {_quoted(value)}" for key, value in keys.items()) or "neither is there"
    read = (record.result("found").get("track_domain") or {}).get("dns_record", {})
    is_right = read.get("value") in [str(value).rstrip(".") for value in keys.values()]
    return Finding(text, objection=None if is_right else f"the collection read {_quoted(read.get('value'))}")


def _time_form(record: Record) -> Finding:
    printed = record.own(record.added_by).get("gmtCreated")
    if not printed:
        return _open("a new domain has no `gmtCreated`")
    return Finding(f"`{re.sub('[0-9]', '0', str(printed))}`", objection=_unreadable(printed))


def _unreadable(printed: object) -> str | None:
    try:
        return None if parse_printed_time(printed) else "the collection takes it for no time"
    except ValueError:
        return "the collection cannot read it"


def _time_zone(record: Record) -> Finding:
    observation = record.observation(record.added_by)
    printed = record.own(record.added_by).get("gmtCreated")
    if not printed or _unreadable(printed):
        return _open("a new domain has no `gmtCreated` that can be read")
    ahead = _ahead(printed, datetime.fromisoformat(observation["asked_at"]), _TOLERANCE)
    text = f"`gmtCreated` is {_quoted(printed)} for a domain added at `{observation['asked_at']}`"
    if ahead is None:
        return Finding(f"{text}: no time zone has that time", objection="`created_at` is not when it was added")
    objection = None if ahead == _DOCUMENTED_ZONE else "`created_at` and `updated_at` are given as UTC+08:00"
    return Finding(f"{text}: {_zone(ahead)}", objection=objection)


def _ahead(printed: str, moment: datetime, tolerance: timedelta) -> timedelta | None:
    """How far ahead of UTC a clock is that shows a printed time at a moment, or almost; None if no clock does."""
    clock = parse_printed_time(printed)
    if clock is None:
        return None
    ahead = clock - moment.astimezone(UTC).replace(tzinfo=None)
    nearest = round(ahead / _QUARTER) * _QUARTER
    return nearest if abs(ahead - nearest) <= tolerance else None


def _zone(ahead: timedelta) -> str:
    minutes = abs(ahead) // timedelta(minutes=1)
    return f"UTC{'-' if ahead < timedelta(0) else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _certificate_zone(record: Record) -> Finding:
    if record.observation("self_signed")["code"] != 200:
        return _open("SendCloud did not take the self-signed certificate, and of another one the end is not known here")
    start, end = (record.own("self_signed").get(key) for key in ("certiValidityStart", "certiValidityEnd"))
    real = [record.throw_away.not_before, record.throw_away.not_after]
    text = f"{_quoted(start)} until {_quoted(end)} for one that is valid `{real[0]:%F %T}` until `{real[1]:%F %T}` UTC"
    objection = _repeats_itself(record, "certified_again")
    if not (start and end) or _unreadable(start) or _unreadable(end):
        return Finding(text, objection=objection)
    zones = [_ahead(printed, moment, timedelta(0)) for printed, moment in zip((start, end), real, strict=True)]
    shown = " and ".join(
        dict.fromkeys("no whole quarter of an hour" if zone is None else _zone(zone) for zone in zones)
    )
    return Finding(f"{text}: {shown}", objection=objection)


def _no_certificate(record: Record) -> Finding:
    row = record.own(record.added_by)
    values = {key: row[key] for key in ("certiValidityStart", "certiValidityEnd") if key in row}
    text = ", ".join(f"`{key}` is {_quoted(value)}" for key, value in values.items()) or "neither key is there"
    domain = record.result("found").get("track_domain") or {}
    is_right = domain.get("certificate_not_before", "") is None
    return Finding(text, objection=None if is_right else "the collection takes it for a certificate")


def _refusal(observation: Mapping[str, Any]) -> str | None:
    """What is wrong with how the collection takes a refusal of a write; None where it lists again and looks."""
    if observation["kind"] in (*_errors.REFUSAL_KINDS, _errors.SERVER):
        return None
    return f"to the collection this is of the kind `{observation['kind']}`, after which it does not list again"


def _add_twice(record: Record) -> Finding:
    observation = record.observation("added_again")
    if observation["code"] != 200:
        return Finding(_answer(observation), objection=_refusal(observation))
    if [row.get("id") for row in observation["own"]] == [record.own(record.added_by).get("id")]:
        return Finding(
            "none: it is a success, with the domain that is there", objection=_repeats_itself(record, "found")
        )
    text = "none: it adds a second domain of the same name"
    return Finding(
        text, objection="two runs at once may add a name twice, which every later run takes for a `conflict`"
    )


def _rename_taken(record: Record) -> Finding:
    if "rename_taken" not in record.results and "added_again" in record.results:
        return _open("there was no second domain whose name is taken")
    observation = record.observation("rename_taken")
    if observation["code"] != 200:
        return Finding(_answer(observation), objection=_refusal(observation))
    return Finding("none: two domains may have one name", objection="every later run takes them for a `conflict`")


def _delete_missing(record: Record) -> Finding:
    observation = record.observation("deleted_again")
    count = f", `count` is {_quoted(observation['count'])}" if observation["code"] == 200 else ""
    said = "it is a success" if observation["code"] == 200 else "it is refused"
    return Finding(f"{said} ({_answer(observation)}{count})", objection=_repeats_itself(record, "removed_again"))


def _write_shown(record: Record) -> Finding:
    if _failure(record, "renamed"):
        return _open("the renaming failed")
    late = [] if _is_found(record, "shown") else ["the new domain was not there at once"]
    rows = record.observation("shown_renamed")["own"]
    if not any(comparable(str(row["name"])) == record.names.second for row in rows):
        late.append("the new name was not there at once")
    return Finding(
        "; ".join(late) or "yes, an added domain and a new name", objection=_failure(record, "removed_second")
    )


def _page_size(record: Record) -> Finding:
    shown = record.observation("shown_emptied")
    real = len(shown["own"]) + shown["others"]
    texts = [f"`total` is {_quoted(shown['total'])} for {real} domains"]
    for name in ("first_page", "second_page"):
        page = record.observation(name)
        texts.append(f"`limit` 1 from {page['sent']['start']} on: {_rows(page)}")
    large = record.observation("large_page")
    texts.append(f"`limit` 101: {_rows(large)}")
    return Finding("; ".join(texts), objection=_failure(record, "read_back"))


def _rows(page: Mapping[str, Any]) -> str:
    if page["code"] != 200:
        return _answer(page)
    count = len(page["own"]) + page["others"]
    return f"{count} {'row' if count == 1 else 'rows'}"


def _check_missing(record: Record) -> Finding:
    if record.has_cname:
        return _open("LIVE_CNAME says that the record is there; a run without it asks for one that is not")
    observation = record.observation("checked")
    error = record.result("verified").get("error") or {"kind": "none"}
    kind = error["kind"]
    objection = None if kind == _errors.VERIFICATION else f"a task that waits for it ends with the kind `{kind}`"
    if observation["code"] != 200:
        return Finding(f"it refuses ({_answer(observation)})", objection=objection)
    if not observation["own"]:
        return Finding("a success that says nothing of the domain", objection=objection)
    return Finding(f"a success with `cname` {_quoted(record.own('checked').get('cname'))}", objection=objection)


def _passed(row: Mapping[str, Any]) -> bool:
    return bool(parse_boolean(row.get("cname")))


def _needs_verification(record: Record) -> Finding | None:
    if not record.has_cname:
        return _open(
            "this needs a domain that has passed: publish `*.LIVE_DOMAIN` as a CNAME record with SendCloud's target, "
            "and set LIVE_CNAME=1"
        )
    if not _passed(record.own("checked")):
        return _open("LIVE_CNAME says that the record is there, and SendCloud does not see it")
    return None


def _renamed_row(record: Record) -> Mapping[str, Any]:
    """The domain under its new name, in the first list that shows it so. Raises NotRecordedError."""
    lists = ("shown_renamed", "by_a_labels", "by_u_labels", "first_page", "second_page")
    rows: list[Mapping[str, Any]] = [row for name in lists for row in record.observation(name)["own"]]
    named = [row for row in rows if comparable(str(row["name"])) == record.names.second]
    if not named:
        raise NotRecordedError("shown_renamed")
    return named[0]


def _rename_verification(record: Record) -> Finding:
    if unsettled := _needs_verification(record):
        return unsettled
    if failure := _failure(record, "renamed"):
        return _open(failure)
    row, domain = _renamed_row(record), record.result("renamed")["track_domain"]
    is_reported = domain["cname_verified"] == _passed(row)
    objection = None if is_reported else "the collection reports the contrary"
    return Finding(f"{'no' if _passed(row) else 'yes'}: `cname` is {_quoted(row.get('cname'))}", objection=objection)


def _upload_verification(record: Record) -> Finding:
    if unsettled := _needs_verification(record):
        return unsettled
    uploaded = "given" if record.has_given else "self_signed"
    if record.observation(uploaded)["code"] != 200:
        return _open("SendCloud did not take the certificate; set LIVE_CERTIFICATE and LIVE_PRIVATE_KEY to another one")
    row = record.own(uploaded)
    objection = None if _passed(row) else "a preview does not say that an upload costs the verification"
    return Finding(f"{'no' if _passed(row) else 'yes'}: `cname` is {_quoted(row.get('cname'))}", objection=objection)


def _rename_certificate(record: Record) -> Finding:
    before = record.own("given" if record.has_given else "self_signed")
    if failure := _failure(record, "renamed"):
        return _open(failure)
    if not parse_boolean(before.get("https")):
        return _open("the domain had no certificate")
    row, domain = _renamed_row(record), record.result("renamed")["track_domain"]
    keeps = bool(parse_boolean(row.get("https")))
    objection = None if domain["https_configured"] == keeps else "the collection reports the contrary"
    end = _quoted(row.get("certiValidityEnd"))
    return Finding(
        f"{'yes' if keeps else 'no'}: `https` is {_quoted(row.get('https'))}, valid until {end}", objection=objection
    )


def _self_signed(record: Record) -> Finding:
    observation = record.observation("self_signed")
    return Finding("yes" if observation["code"] == 200 else f"no ({_answer(observation)})")


def _elliptic(record: Record) -> Finding:
    if record.observation("elliptic")["code"] == 200:
        return Finding("yes")
    if record.observation("self_signed")["code"] != 200:
        return _open("SendCloud did not take a self-signed certificate with an RSA key either")
    return Finding(f"no ({_answer(record.observation('elliptic'))})")


def _https_off(record: Record) -> Finding:
    emptied = record.observation("emptied")
    if not any(name in record.results and record.observation(name)["own"] for name in ("self_signed", "given")):
        return _open("the domain had no certificate")
    if emptied["code"] != 200:
        return Finding(f"no, not so: it is refused ({_answer(emptied)})")
    renamed = record.result("renamed")["track_domain"]
    if not renamed or not renamed["https_configured"]:
        return _open("the domain had no certificate any more")
    # The list may be late; the answer itself may be of before.
    rows = [*emptied["own"], *record.observation("shown_emptied")["own"]]
    is_on = all(parse_boolean(row.get("https")) for row in rows if comparable(str(row["name"])) == record.names.second)
    return Finding("no, not so: it is a success that changes nothing" if is_on else "yes: `https` is false afterwards")


_FINDERS: Mapping[str, Callable[[Record], Finding]] = {
    "filter-match": _filter_match,
    "filter-case": _filter_case,
    "filter-dot": _filter_dot,
    "filter-form": _filter_form,
    "name-case": _name_case,
    "name-form": _name_form,
    "field-types": _field_types,
    "cname-key": _cname_key,
    "time-form": _time_form,
    "time-zone": _time_zone,
    "certificate-zone": _certificate_zone,
    "no-certificate": _no_certificate,
    "add-twice": _add_twice,
    "rename-taken": _rename_taken,
    "delete-missing": _delete_missing,
    "write-shown": _write_shown,
    "write-lost": _never("no answer can be lost on purpose without doubt about the account"),
    "page-size": _page_size,
    "page-stable": _never("somebody else would have to change the account while it is read"),
    "check-missing": _check_missing,
    "check-cache": _never("a record would have to be published in the middle of the run, and waited for"),
    "rename-verification": _rename_verification,
    "upload-verification": _upload_verification,
    "rename-certificate": _rename_certificate,
    "certificate-self-signed": _self_signed,
    "certificate-ec": _elliptic,
    "https-off": _https_off,
}

IDS = tuple(_FINDERS)
