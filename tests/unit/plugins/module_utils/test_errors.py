# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Failures, and what can be made of one."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError, as_lines

FIELDS = {"status_code": 6001, "api_message": "no", "http_status": 403, "endpoint": "trackDomain/add"}


def error(message="It was refused"):
    return SendCloudError(_errors.PERMISSION, message, processed=_errors.MAYBE_PROCESSED, **FIELDS)


@pytest.mark.parametrize("message", ["It was refused", "It was refused.", "It was refused. "])
def test_a_sentence_is_added(message):
    more = error(message).adding("Ask again")
    assert more.message == str(more) == "It was refused. Ask again"
    assert more.as_result() == {"kind": "permission", **FIELDS}
    assert more.processed == _errors.MAYBE_PROCESSED


@pytest.mark.parametrize("message", [None, "Another one", ""])
@pytest.mark.parametrize("processed", [None, _errors.NOT_PROCESSED, _errors.PROCESSED])
def test_what_is_replaced_and_what_stays(message, processed):
    other = error().replaced(message=message, processed=processed)
    assert other.message == ("It was refused" if message is None else message)
    assert other.processed == (processed or _errors.MAYBE_PROCESSED)
    assert other.as_result() == error().as_result()


def test_bad_input_was_not_processed():
    refused = InputError("name is empty", "name")
    assert (refused.kind, refused.option, refused.processed) == (_errors.INPUT, "name", _errors.NOT_PROCESSED)


@pytest.mark.parametrize(
    ("count", "last", "lines"), [(1, "no. 1", 1), (10, "no. 10", 10), (11, "and 1 more", 11), (25, "and 15 more", 11)]
)
def test_of_many_texts_ten_are_shown(count, last, lines):
    shown = as_lines([f"no. {number}" for number in range(1, count + 1)]).split("\n")
    assert (shown[0], shown[-1], len(shown)) == ("no. 1", last, lines)
