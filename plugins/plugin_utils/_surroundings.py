# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What surrounds a module's process, lent to Ansible's own process for the time of a task."""

from __future__ import annotations

import contextlib
import gc
import os
import typing as t
import warnings


@contextlib.contextmanager
def module_surroundings(environment: t.Mapping[str, str], folder: str) -> t.Iterator[None]:
    """The environment variables and the working folder that a module would have, and nothing left of them afterwards.

    What libraries warn of goes where it goes in a module: nowhere.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(_restore_environment, {name: os.environ.get(name) for name in environment})
        os.environ.update(environment)
        stack.callback(os.chdir, os.getcwd())
        os.chdir(folder)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def inherited_memory_left_alone() -> t.Iterator[None]:
    """Keep the garbage collector off what is there already.

    It would write to all objects that a forked process has from Ansible, and with that copy their memory: half as much
    again for each fork, and a good part of the time that a task takes.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _restore_environment(before: t.Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
