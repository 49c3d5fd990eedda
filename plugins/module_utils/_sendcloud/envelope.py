# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""SendCloud's answers: the envelope around every result, and what its status codes mean."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    parse_boolean,
    parse_integer,
)

SUCCESS = 200
SERVER_EXCEPTION = 501
NO_PERMISSION = 6001
AUTHENTICATION_FAILED = 40005
LIMIT_REACHED = 41012
DOES_NOT_EXIST = 41014
CREATING_FAILED = 41015
MODIFYING_FAILED = 41016
USER_DOES_NOT_EXIST = 41109
TOO_FREQUENT = 50000

_KINDS = {
    SERVER_EXCEPTION: _errors.SERVER,
    NO_PERMISSION: _errors.PERMISSION,
    AUTHENTICATION_FAILED: _errors.AUTHENTICATION,
    USER_DOES_NOT_EXIST: _errors.AUTHENTICATION,
    LIMIT_REACHED: _errors.LIMIT_REACHED,
    DOES_NOT_EXIST: _errors.NOT_FOUND,
    TOO_FREQUENT: _errors.RATE_LIMITED,
}

_WRONG_ACCOUNT = (
    "Check api_user and api_key, and that api_url is the base URL of the account's region: other regions do not know "
    "the account"
)
_NAME_NOT_TAKEN = (
    "Perhaps the name is a sending domain of the account, which cannot be a tracking domain as well. Choose another "
    "name, for example a subdomain"
)
_ADVICE = {
    SERVER_EXCEPTION: "SendCloud has a problem of its own. Try again later",
    NO_PERMISSION: "The API user lacks the permission, or its IP allowlist does not contain the address of this host",
    AUTHENTICATION_FAILED: _WRONG_ACCOUNT,
    USER_DOES_NOT_EXIST: _WRONG_ACCOUNT,
    LIMIT_REACHED: "An account may have 5 tracking domains, unless SendCloud's support has raised the limit. Delete "
    "one, or ask support for more",
    CREATING_FAILED: _NAME_NOT_TAKEN,
    MODIFYING_FAILED: _NAME_NOT_TAKEN,
    DOES_NOT_EXIST: "The tracking domain does not exist any more. Run the task again",
    TOO_FREQUENT: "The account sends too many requests. Try again later, or with fewer runs at a time",
}


class UnreadableEnvelopeError(ValueError):
    """An answer is not what SendCloud's API answers; the text says in what way."""


@dataclasses.dataclass(frozen=True)
class Envelope:
    """C({"result": …, "statusCode": …, "message": …, "info": …}), the form of every answer.

    ``succeeded`` joins C(result) and C(statusCode), which have to agree; ``contradicts_itself`` where they do not.
    ``status_code`` is None if there was none.
    """

    succeeded: bool
    status_code: int | None
    message: str | None
    info: t.Mapping[str, t.Any]
    contradicts_itself: bool = False

    @property
    def kind(self) -> str:
        """The kind of failure that the status code stands for."""
        return _KINDS.get(self.status_code or 0, _errors.REJECTED)

    @property
    def advice(self) -> str | None:
        """What a person can do about the status code."""
        return _ADVICE.get(self.status_code or 0)


def parse_envelope(body: bytes) -> Envelope:
    """Read an answer's body. Raises UnreadableEnvelopeError where it is no envelope.

    The HTTP status is no part of the verdict: an application's refusal usually arrives as HTTP 200.
    """
    text = body.decode("utf-8", errors="replace").lstrip("\ufeff").strip()
    if not text:
        raise UnreadableEnvelopeError("an empty body")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        looks_like_html = text[:200].lstrip().startswith("<")
        raise UnreadableEnvelopeError("HTML instead of JSON" if looks_like_html else "a body that is no JSON") from None
    if not isinstance(raw, dict):
        raise UnreadableEnvelopeError("JSON that is no SendCloud envelope")
    has_result = raw.get("result") is not None
    has_code = raw.get("statusCode") is not None
    if not has_result and not has_code:
        raise UnreadableEnvelopeError("JSON that is no SendCloud envelope (no result, no statusCode)")
    result = parse_boolean(raw["result"]) if has_result else None
    code = parse_integer(raw["statusCode"]) if has_code else None
    if (has_result and result is None) or (has_code and code is None):
        raise UnreadableEnvelopeError("an envelope whose result or statusCode cannot be read")
    message = raw.get("message")
    info = raw.get("info")
    verdicts = {verdict for verdict in (result, None if code is None else code == SUCCESS) if verdict is not None}
    return Envelope(
        succeeded=verdicts == {True},
        contradicts_itself=len(verdicts) == 2,
        status_code=code,
        message=message if isinstance(message, str) and message.strip() else None,
        info=info if isinstance(info, dict) else {},
    )
