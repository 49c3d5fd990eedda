# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What can go wrong, as exceptions with fields: nobody has to take a message apart."""

from __future__ import annotations

import typing as t

INPUT = "input"
NOT_FOUND = "not_found"
CONFLICT = "conflict"
AUTHENTICATION = "authentication"
PERMISSION = "permission"
LIMIT_REACHED = "limit_reached"
RATE_LIMITED = "rate_limited"
REJECTED = "rejected"
SERVER = "server"
NETWORK = "network"
PROTOCOL = "protocol"
VERIFICATION = "verification"

# What became of a request: certainly nothing, nobody knows, or done although its answer cannot be read.
NOT_PROCESSED = "no"
MAYBE_PROCESSED = "maybe"
PROCESSED = "yes"

# Failures that may be gone a moment later: a waiting loop counts them as an attempt that did not pass.
PASSING_KINDS = frozenset((NETWORK, SERVER, RATE_LIMITED))

# Refusals of a write for what it asks, so that the account may look otherwise than when the write was planned.
REFUSAL_KINDS = frozenset((REJECTED, LIMIT_REACHED, NOT_FOUND))


_MOST_LINES = 10


class SendCloudError(Exception):
    """A failure with everything that a user's C(error) shows.

    ``kind`` is one of the constants of this file; ``status_code`` and ``api_message`` are the envelope's,
    ``http_status`` is the answer's, ``endpoint`` is for example ``trackDomain/add``; each is None where it does
    not apply. ``message`` says what went wrong and what to do, and holds no secret. ``processed`` says whether
    SendCloud has done what was asked for all the same: NOT_PROCESSED, MAYBE_PROCESSED or PROCESSED.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        status_code: int | None = None,
        api_message: str | None = None,
        http_status: int | None = None,
        endpoint: str | None = None,
        processed: str = NOT_PROCESSED,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status_code = status_code
        self.api_message = api_message
        self.http_status = http_status
        self.endpoint = endpoint
        self.processed = processed

    def adding(self, sentence: str) -> SendCloudError:
        """The same failure with one more sentence in its message."""
        return self.replaced(message=f"{self.message.rstrip('. ')}. {sentence}")

    def replaced(self, *, message: str | None = None, processed: str | None = None) -> SendCloudError:
        """The same failure with another message, another value of ``processed``, or both."""
        return SendCloudError(
            self.kind,
            self.message if message is None else message,
            status_code=self.status_code,
            api_message=self.api_message,
            http_status=self.http_status,
            endpoint=self.endpoint,
            processed=self.processed if processed is None else processed,
        )

    def as_result(self) -> dict[str, t.Any]:
        """The value of C(error) in a task's result."""
        return {
            "kind": self.kind,
            "status_code": self.status_code,
            "api_message": self.api_message,
            "http_status": self.http_status,
            "endpoint": self.endpoint,
        }


class InputError(SendCloudError):
    """An option is wrong; nothing was sent. ``option`` is its name where that alone is wrong."""

    def __init__(self, message: str, option: str | None = None) -> None:
        super().__init__(INPUT, message)
        self.option = option


class MissingLibraryError(Exception):
    """A Python library that this run needs cannot be imported.

    ``library`` is its name on the package index, ``import_traceback`` the traceback of the failed import and
    ``reason`` (may be None) what it is needed for, as a continuation of "This is required ...". ``installed`` is the
    release that is there and too old.
    """

    def __init__(
        self, library: str, import_traceback: str | None, reason: str | None = None, installed: str | None = None
    ) -> None:
        super().__init__(f"the Python library {library} cannot be imported")
        self.library = library
        self.import_traceback = import_traceback
        self.reason = reason
        self.installed = installed


def as_lines(texts: t.Sequence[str]) -> str:
    """Texts one below the other, of many the first ones."""
    shown = [*texts[:_MOST_LINES]]
    return "\n".join(shown if len(texts) <= _MOST_LINES else [*shown, f"and {len(texts) - _MOST_LINES} more"])
