# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A task's result: what is the same for every module, and the texts in it made fit to show."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
    from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain


def failure_of(error: SendCloudError | None, redactor: Redactor, message: str | None = None) -> dict[str, t.Any]:
    """What every result says of the task's failure, or that there is none; ``message`` replaces the error's own."""
    if error is None:
        return {"error": None}
    return {
        "failed": True,
        "msg": redactor.redact(error.message if message is None else message),
        "error": error_of(error, redactor),
    }


def error_of(error: SendCloudError, redactor: Redactor) -> dict[str, t.Any]:
    """The value of C(error)."""
    told = error.as_result()
    api_message = told["api_message"]
    return {**told, "api_message": redactor.redact(api_message) if api_message else api_message}


def domain_of(domain: TrackDomain | None, now: datetime, redactor: Redactor) -> dict[str, t.Any] | None:
    """The value of C(track_domain)."""
    return None if domain is None else domain.as_result(now, redactor.clean)


def warnings_of(warnings: t.Iterable[str], redactor: Redactor) -> list[str]:
    """Each warning once."""
    return list(dict.fromkeys(redactor.redact(text) for text in warnings))
