# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a module's process has around it, lent for a task."""

from __future__ import annotations

import gc
import os
import warnings

import pytest
from ansible_collections.sendcloud.email.plugins.plugin_utils._surroundings import (
    inherited_memory_left_alone,
    module_surroundings,
)


class Interrupted(BaseException):
    """As a task's timeout comes."""


@pytest.fixture
def before(monkeypatch):
    monkeypatch.setenv("SENDCLOUD_API_USER", "as before")
    monkeypatch.delenv("SENDCLOUD_API_KEY", raising=False)
    return now()


def now():
    # pytest's own variable changes with each step of a test.
    variables = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return variables, os.getcwd(), list(warnings.filters)


def test_they_are_there_for_the_task_and_gone_afterwards(before, tmp_path):
    with module_surroundings({"SENDCLOUD_API_USER": "changed", "SENDCLOUD_API_KEY": "added"}, str(tmp_path)):
        assert os.environ["SENDCLOUD_API_USER"] == "changed"
        assert os.environ["SENDCLOUD_API_KEY"] == "added"
        assert os.path.samefile(".", tmp_path)
        # It would be an error otherwise: pytest makes one of every warning.
        warnings.warn("from a library", stacklevel=1)
    assert now() == before


@pytest.mark.parametrize("error", [ValueError, Interrupted])
def test_they_are_gone_after_a_failure_too(before, tmp_path, error):
    def fail():
        with module_surroundings({"SENDCLOUD_API_KEY": "added"}, str(tmp_path)):
            os.environ["SENDCLOUD_API_KEY"] = "changed again"
            raise error

    with pytest.raises(error):
        fail()
    assert now() == before


def test_a_variable_that_cannot_be_set_leaves_none_behind(before, tmp_path):
    variables = {"SENDCLOUD_API_KEY": "added", "SENDCLOUD_API_URL": "a\0b"}
    with pytest.raises(ValueError, match="null"), module_surroundings(variables, str(tmp_path)):
        pytest.fail("the task ran")
    assert now() == before


@pytest.mark.parametrize("error", [None, ValueError, Interrupted])
def test_the_garbage_collector_leaves_alone_what_is_there_already(error):
    def task():
        with inherited_memory_left_alone():
            assert gc.get_freeze_count() > 0
            if error:
                raise error

    if error:
        with pytest.raises(error):
            task()
    else:
        task()
    assert gc.get_freeze_count() == 0
