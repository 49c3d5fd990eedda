# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The vendor's side as a whole: a request goes through the journal, the fault plan and the endpoints."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from http import HTTPStatus

from . import codes
from .account import Account
from .changes import Change
from .codes import RefusedError
from .endpoints import METHODS, Endpoints
from .exchange import Answer, Drip, Line, Lost, Outcome, Request
from .faults import Fault, Faults, Kind
from .journal import Journal
from .meanwhile import Meanwhile
from .rendering import envelope_answer, html_answer
from .switches import Quirks

# What a terminal, a log file and a C program each dislike most.
CONTROL_CHARACTERS = "\x1b[31mred\x1b[0m\x1b]0;title\x07\r\nsecond line\x00\x08\x7f\u202ereversed\u2028end"


@dataclasses.dataclass(frozen=True)
class _Processed:
    """The right answer to a call, and what the call changed in the account."""

    answer: Answer
    changes: tuple[Change, ...] = ()


class Service:
    """Answers requests, with or without a network: ``handle`` is all that a transport needs.

    ``base_paths`` are those under which the API is there, ``go_down`` makes the transport unreachable for a number
    of seconds.
    """

    def __init__(
        self,
        account: Account,
        endpoints: Endpoints,
        quirks: Quirks,
        faults: Faults,
        meanwhile: Meanwhile,
        journal: Journal,
        *,
        base_paths: tuple[str, ...],
        go_down: Callable[[float], None],
    ) -> None:
        self._account = account
        self._endpoints = endpoints
        self._quirks = quirks
        self._faults = faults
        self._meanwhile = meanwhile
        self._journal = journal
        self._base_paths = base_paths
        self._go_down = go_down

    def handle(self, request: Request, line: Line) -> Outcome:
        """Answer a request, or lose it as the fault plan wants."""
        endpoint = self.endpoint_of(request.path)
        ordinal = self._journal.begin(request, endpoint, self._account.key)
        fault = self._faults.take(endpoint)
        acts = self._meanwhile.take(endpoint)
        self._meanwhile.perform(acts, "before")
        outcome, processed = self._run(endpoint, request, fault, line)
        self._meanwhile.perform(acts, "after")
        answer = outcome if isinstance(outcome, Answer) else None
        self._journal.complete(
            ordinal,
            connection=None if outcome is Lost.REFUSED else line.connection(),
            fault=fault.kind.value if fault else None,
            processed_code=processed.answer.code if processed else None,
            status_code=answer.code if answer else None,
            http_status=answer.status if answer else None,
            changes=processed.changes if processed else (),
        )
        return outcome

    def endpoint_of(self, path: str) -> str:
        """The endpoint that a path stands for, or the path itself if it is none."""
        for base_path in self._base_paths:
            endpoint = path.removeprefix(f"{base_path}/")
            if endpoint != path and endpoint in METHODS:
                return endpoint
        return path

    def _run(
        self, endpoint: str, request: Request, fault: Fault | None, line: Line
    ) -> tuple[Outcome, _Processed | None]:
        if fault is None:
            processed = self._process(endpoint, request)
            return processed.answer, processed
        if fault.kind is Kind.REFUSE:
            return Lost.REFUSED, None
        if fault.kind is Kind.DELAY and fault.when == "before" and not line.wait(fault.seconds):
            return Lost.ABANDONED, None
        if fault.kind is not Kind.DELAY and fault.when == "before":
            return self._spoil(fault, request, envelope_answer(codes.SUCCESS, {}, self._quirks)), None
        processed = self._process(endpoint, request)
        if fault.kind is not Kind.DELAY:
            return self._spoil(fault, request, processed.answer), processed
        if fault.when == "after" and not line.wait(fault.seconds):
            return Lost.ABANDONED, processed
        return processed.answer, processed

    def _process(self, endpoint: str, request: Request) -> _Processed:
        methods = METHODS.get(endpoint)
        if methods is None:
            return _Processed(html_answer(404, "Not Found"))
        if request.method not in methods:
            return _Processed(html_answer(405, "Method Not Allowed", (("Allow", ", ".join(methods)),)))
        try:
            success = self._endpoints.call(endpoint, request.parameters)
        except RefusedError as refusal:
            return _Processed(envelope_answer(refusal.code, {}, self._quirks, detail=refusal.detail))
        return _Processed(envelope_answer(codes.SUCCESS, success.info, self._quirks), success.changes)

    def _spoil(self, fault: Fault, request: Request, answer: Answer) -> Outcome:
        """What the client gets in place of ``answer``."""
        if fault.kind is Kind.RESET:
            return Lost.RESET
        if fault.kind is Kind.GO_DOWN:
            self._go_down(fault.seconds)
            return answer
        return self._refusal(fault, request) or _other_page(fault) or _bent(fault, answer)

    def _refusal(self, fault: Fault, request: Request) -> Answer | None:
        match fault.kind:
            case Kind.CODE:
                return self._refuse(fault.code, fault.message, fault.status)
            case Kind.ECHO:
                parameters = "; ".join(f"{name}={value}" for name, value in request.parameters.items())
                return self._refuse(fault.code, f"refused: {parameters}")
            case Kind.CONTROL_CHARACTERS:
                return self._refuse(fault.code, CONTROL_CHARACTERS)
            case _:
                return None

    def _refuse(self, code: int, message: str | None, status: int = 200) -> Answer:
        return envelope_answer(code, {}, self._quirks, message=message, status=status)


def _other_page(fault: Fault) -> Answer | None:
    """An answer that has nothing to do with the right one."""
    match fault.kind:
        case Kind.STATUS:
            headers = (("Retry-After", fault.retry_after),) if fault.retry_after is not None else ()
            return html_answer(fault.status, _title(fault.status), headers)
        case Kind.REDIRECT:
            return html_answer(fault.status, _title(fault.status), (("Location", fault.location),))
        case Kind.INVALID_JSON:
            return Answer(200, b'{"result": true, "statusCode": 200, "message": "request suc')
        case Kind.EMPTY_BODY:
            return Answer(200, b"")
        case Kind.HTML:
            return html_answer(200, "Welcome")
        case Kind.NO_ENVELOPE:
            return Answer(200, json.dumps(fault.value).encode())
        case _:
            return None


def _bent(fault: Fault, answer: Answer) -> Answer:
    """The right answer, with something wrong about it."""
    match fault.kind:
        case Kind.TRUNCATED:
            half = answer.body[: len(answer.body) // 2]
            return dataclasses.replace(answer, body=half, promised_length=len(answer.body), code=None)
        case Kind.WRONG_CONTENT_TYPE:
            return dataclasses.replace(answer, content_type=fault.content_type)
        case Kind.OVERSIZED:
            padding = b'{"padding": "' + b"x" * fault.size + b'", '
            return dataclasses.replace(answer, body=padding + answer.body.removeprefix(b"{"))
        case Kind.DRIP:
            return dataclasses.replace(answer, drip=Drip(fault.seconds, fault.headers))
        case Kind.SUCCESS_UNREADABLE:
            return _with_unreadable_domains(answer, fault.value)
        case _:
            raise AssertionError(fault.kind)


def _with_unreadable_domains(answer: Answer, value: object) -> Answer:
    if answer.code != codes.SUCCESS:
        return answer
    envelope = json.loads(answer.body)
    info = envelope.get("info")
    if isinstance(info, dict) and "data" in info:
        envelope["info"] = {**info, "data": value}
    elif isinstance(info, dict) and isinstance(info.get("dataList"), list):
        envelope["info"] = {**info, "dataList": [value for _unused in info["dataList"]]}
    else:
        envelope["info"] = value
    return dataclasses.replace(answer, body=json.dumps(envelope, ensure_ascii=False).encode())


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
