# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A task's secrets, and its result without them."""

from __future__ import annotations

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _options
from ansible_collections.sendcloud.email.plugins.plugin_utils import _masking
from ansible_collections.sendcloud.email.plugins.plugin_utils._masking import as_module_result, secret_values

SPECIFICATION = _options.with_shared_options(_options.TRACK_DOMAINS, _options.EnvironmentFallbacks())


def test_secrets_are_what_the_specification_marks():
    rows = [{"name": "a", "private_key": "key of a"}, '{"name": "b", "certificate": "of b"}', "no mapping", None]
    parameters = {"api_user": "user", "api_key": "the key", "track_domains": rows}
    assert secret_values(SPECIFICATION, parameters) == {"the key", "key of a", "of b"}


@pytest.mark.parametrize("value", [None, "", True, ["a list is set aside before"]])
def test_what_is_no_text_is_no_secret(value):
    assert secret_values(SPECIFICATION, {"api_key": value}) == set()


def test_a_number_is_one():
    assert secret_values(SPECIFICATION, {"api_key": 12345}) == {"12345"}


@pytest.mark.skipif(_masking.register_secrets is not None, reason="ansible-core masks what it shows by itself")
def test_secrets_are_taken_out():
    result = {"msg": "it is 12345, he said", "rows": [{"id": 12345, "key": "12345"}], "changed": False, "error": None}
    assert as_module_result(result, {"12345"}) == {
        "msg": "it is ********, he said",
        "rows": [
            {"id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "key": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"},
        ],
        "changed": False,
        "error": None,
    }


@pytest.mark.skipif(_masking.register_secrets is not None, reason="ansible-core masks what it shows by itself")
@pytest.mark.parametrize("secret", ["True", "False", "None", "e"])
def test_null_and_booleans_stay(secret):
    result = {"changed": True, "failed": False, "error": None}
    assert as_module_result(result, {secret}) == result


def test_it_is_what_json_can_carry():
    assert as_module_result({"names": ("a", "b")}, set())["names"] == ["a", "b"]
