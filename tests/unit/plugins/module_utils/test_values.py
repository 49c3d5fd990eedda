# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What is handed from one step of a run to the next is a value: nobody can change it on the way."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil

import pytest
from ansible_collections.sendcloud.email.plugins import module_utils

MODULES = sorted(module.name for module in pkgutil.walk_packages(module_utils.__path__, f"{module_utils.__name__}."))


def _dataclasses():
    for name in MODULES:
        for thing in vars(importlib.import_module(name)).values():
            if inspect.isclass(thing) and dataclasses.is_dataclass(thing) and thing.__module__ == name:
                yield thing


VALUES = list(_dataclasses())


def test_there_are_values_in_every_folder():
    assert {value.__module__.split(".")[-2] for value in VALUES} >= {"_dns", "_run", "_sendcloud", "_tls"}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value.__module__.rpartition('.')[2]}.{value.__name__}")
def test_no_field_of_a_value_can_be_changed(value):
    instance = object.__new__(value)
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(instance, field.name, None)
