# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import json

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._misplaced_secrets import (
    PLACEHOLDER,
    set_misplaced_secrets_aside,
)

SPECIFICATION = {
    "name": {"type": "str"},
    "labels": {"type": "dict", "options": {"colour": {"type": "str"}}},
    "private_key": {"type": "str", "no_log": True, "aliases": ["key"]},
    "track_domains": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": {"type": "str", "required": True}, "private_key": {"type": "str", "no_log": True}},
    },
    "outer": {"type": "dict", "options": {"inner": {"type": "dict", "options": {"secret": {"no_log": True}}}}},
}


def test_what_is_as_it_should_be_stays():
    given = {
        "name": ["no text, and no secret"],
        "labels": "colour=red",
        "private_key": "a key",
        "track_domains": [{"name": "a", "private_key": "a key"}, {"name": "b", "private_key": None}],
        "outer": {"inner": {"secret": "text"}},
        "unknown": {"private_key": []},
    }
    assert set_misplaced_secrets_aside(SPECIFICATION, given) == (given, [])


@pytest.mark.parametrize(
    ("given", "safe", "start"),
    [
        ({"private_key": ["hush"]}, {"private_key": PLACEHOLDER}, "private_key is a list, not text. Read a file with"),
        ({"key": ("hush",)}, {"key": PLACEHOLDER}, "key is a list, not text. Read a file with lookup("),
        ({"private_key": {"hush": 1}}, {"private_key": PLACEHOLDER}, "private_key is a dictionary, not text. Give"),
        (
            {"track_domains": [{"name": "a"}, {"name": "b", "private_key": ["hush"]}]},
            {"track_domains": [{"name": "a"}, {"name": "b", "private_key": PLACEHOLDER}]},
            "track_domains, no. 2: private_key is a list, not text. Read",
        ),
        (
            {"track_domains": ['{"name": "b", "private_key": ["hush"]}']},
            {"track_domains": [{"name": "b", "private_key": PLACEHOLDER}]},
            "track_domains, no. 1: private_key is a list, not text. Read",
        ),
        (
            {"track_domains": ["hush"]},
            {"track_domains": [{"name": PLACEHOLDER}]},
            "track_domains, no. 1 is text, not a dictionary. Give a list of dictionaries, for example "
            '[{"name": "track.example.com"}]',
        ),
        (
            {"track_domains": [5]},
            {"track_domains": [{"name": PLACEHOLDER}]},
            "track_domains, no. 1 is a number, true or false, not a dictionary",
        ),
        (
            {"track_domains": [{"nam": "a"}]},
            {"track_domains": [{"name": PLACEHOLDER}]},
            "track_domains, no. 1: unsupported option: nam. The options are name, private_key",
        ),
        (
            {"track_domains": [{"nam": "a", "key": "b"}]},
            {"track_domains": [{"name": PLACEHOLDER}]},
            "track_domains, no. 1: unsupported options: nam, key. The options are name, private_key",
        ),
        (
            {"track_domains": [{"name": "a", "hush" * 6: "b"}]},
            {"track_domains": [{"name": "a"}]},
            "track_domains, no. 1: unsupported option: a name that is not shown. ",
        ),
        ({"track_domains": "hush"}, {"track_domains": []}, "track_domains is text. Give a list of dictionaries, "),
        ({"track_domains": None}, {"track_domains": []}, "track_domains is null. Was the variable that it is taken"),
        (
            {"track_domains": {"private_key": "hush"}},
            {"track_domains": []},
            "track_domains is a dictionary. Give a list of dictionaries, ",
        ),
        (
            {"outer": {"inner": {"secret": ["hush"]}}},
            {"outer": {"inner": {"secret": PLACEHOLDER}}},
            "outer: inner: secret is a list, not text",
        ),
    ],
)  # fmt: skip
def test_a_secret_that_is_no_text_is_taken_out(given, safe, start):
    before = json.dumps(given)
    found, complaints = set_misplaced_secrets_aside(SPECIFICATION, given)
    assert found == safe
    (complaint,) = complaints
    assert complaint.startswith(start)
    assert "hush" not in complaint
    assert json.dumps(given) == before
