# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which failed requests are sent again, and after how long."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import retry

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("repetition", "bounds"),
    [
        (0, (0.25, 0.5)),
        (1, (0.25, 0.5)),
        (2, (0.5, 1)),
        (3, (1, 2)),
        (4, (2, 4)),
        (5, (4, 8)),
        (6, (4, 8)),
        (50, (4, 8)),
    ],
)
def test_a_pause_doubles_up_to_eight_seconds(monkeypatch, repetition, bounds):
    monkeypatch.setattr(retry.random, "uniform", lambda shortest, longest: (shortest, longest))
    assert retry.pause_before(repetition) == bounds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", None),
        ("-5", None),
        ("1", 1),
        (" 7 ", 7),
        ("60", 60),
        ("61", 60),
        ("9" * 400, 60),
        ("\u0663", None),
        ("1.5", None),
        ("Thu, 01 Jan 2026 12:00:10 GMT", 10),
        ("Thu, 01 Jan 2026 12:00:10", 10),
        ("Thu, 01 Jan 2026 12:00:10 -0000", 10),
        ("Thu, 01 Jan 2026 13:00:10 +0100", 10),
        ("Thu, 01 Jan 2026 12:02:00 GMT", 60),
        ("Thu, 01 Jan 2026 12:00:00 GMT", None),
        ("Thu, 01 Jan 2026 11:59:59 GMT", None),
    ],
)
def test_what_a_server_asks_to_wait(header, seconds):
    assert retry.parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize("processed", [_errors.NOT_PROCESSED, _errors.MAYBE_PROCESSED, _errors.PROCESSED])
@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        (_errors.NETWORK, True),
        (_errors.SERVER, True),
        (_errors.RATE_LIMITED, True),
        (_errors.AUTHENTICATION, False),
        (_errors.REJECTED, False),
        (_errors.PROTOCOL, False),
    ],
)
def test_a_write_is_sent_again_only_if_it_was_not_processed(kind, passes, processed):
    error = SendCloudError(kind, "no", processed=processed)
    assert retry.may_repeat(error, True) is passes
    assert retry.may_repeat(error, False) is (passes and processed == _errors.NOT_PROCESSED)
