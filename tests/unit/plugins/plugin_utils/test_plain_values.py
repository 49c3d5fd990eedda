# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Plain values of what Ansible hands to an action plugin."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.plugin_utils._plain_values import as_plain


class TaggedText(str):
    def __str__(self):  # pylint: disable=invalid-str-returned
        return self


class TaggedNumber(int):
    pass


class Vaulted:
    """As the objects for C(!vault): text only when asked for it."""

    def __str__(self):  # pylint: disable=invalid-str-returned
        return TaggedText("secret")


def test_subclasses_become_what_they_are_of():
    plain = as_plain({TaggedText("name"): [TaggedText("track.example.com")], "id": TaggedNumber(5), "wait": 1.5})
    assert plain == {"name": ["track.example.com"], "id": 5, "wait": 1.5}
    assert [type(key) for key in plain] == [str, str, str]
    assert (type(plain["name"][0]), type(plain["id"])) == (str, int)


@pytest.mark.parametrize("value", [None, True, False, 0, "", "yes"])
def test_plain_values_stay(value):
    assert as_plain(value) is value


def test_a_vault_is_its_text():
    plain = as_plain({"api_key": Vaulted()})
    assert plain == {"api_key": "secret"}
    assert [type(value) for value in plain.values()] == [str]


def test_tuples_and_sets_are_lists():
    assert as_plain(("a", {"b"})) == ["a", ["b"]]
