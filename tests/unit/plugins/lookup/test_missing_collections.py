# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The look-up of collections that are missing."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleError
from ansible_collections.sendcloud.email.plugins.lookup.missing_collections import LookupModule


def find(*terms):
    return LookupModule().run(list(terms), variables={})


def test_what_is_there_is_not_missing():
    assert find("sendcloud.email", "sendcloud.email.track_domain_info") == []


def test_a_collection_is_named_once():
    assert find("no_one.has_it.b", "no_one.has_it.a", "also_no_one.has_it", "sendcloud.email") == [
        "also_no_one.has_it",
        "no_one.has_it",
    ]


def test_a_collection_that_lacks_the_module_is_too_old():
    assert find("sendcloud.email.no_such_module") == ["sendcloud.email"]


@pytest.mark.parametrize("term", ["copy", "", "a.b c", "../x.y"])
def test_what_is_no_full_name_is_refused(term):
    with pytest.raises(AnsibleError, match="neither a module's full name"):
        find(term)
