# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Loaded by each Python that a playbook starts: keeps what is in a file before the file is gone.

A file that is removed, replaced, emptied or written over is copied to the folder C(E2E_WATCH) first, and each path that
is opened to be written is noted there. What is written by other programs than Python is not seen on its way, but what
they leave is.
"""

from __future__ import annotations

import itertools
import os
import sys

_WRITING = os.O_WRONLY | os.O_RDWR
_GOING = {"os.remove": (0, 1), "os.rename": (0, 2), "os.truncate": (0, None)}


def _watch(folder: str) -> None:
    numbers = itertools.count()
    busy: list[bool] = []

    def full(path: object, directory: object) -> str | None:
        if isinstance(path, int) or path is None:
            return None
        text = os.fsdecode(path)  # type: ignore[arg-type]  # what else there is has been said
        if not os.path.isabs(text) and isinstance(directory, int) and directory >= 0:
            text = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), text)
        return os.path.abspath(text)

    def keep(path: str) -> None:
        if path.startswith(folder) or not os.path.isfile(path) or os.path.islink(path):
            return
        with open(path, "rb") as file:
            content = file.read()
        if content:
            with open(os.path.join(folder, f"{os.getpid()}-{next(numbers)}.kept"), "wb") as copy:
                copy.write(os.fsencode(path) + b"\n" + content)

    def note(path: str) -> None:
        if not path.startswith((folder, "/dev/", "/proc/")):
            with open(os.path.join(folder, f"{os.getpid()}.written"), "a", encoding="utf-8") as file:
                file.write(path + "\n")

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if busy or event not in ("open", "os.rename", "os.remove", "os.truncate"):
            return
        busy.append(True)
        try:
            if event == "open":
                flags = arguments[2]
                path = full(arguments[0], None)
                if path and isinstance(flags, int) and flags & _WRITING:
                    keep(path)
                    note(path)
                return
            place, directory = _GOING[event]
            path = full(arguments[place], None if directory is None else arguments[directory])
            if path:
                keep(path)
            if event == "os.rename" and (target := full(arguments[1], arguments[3])):
                keep(target)
                note(target)
        except OSError:
            pass  # gone already, or not to be read: then the one who removes it sees that, too
        finally:
            busy.pop()

    sys.addaudithook(hook)


if "E2E_WATCH" in os.environ:
    _watch(os.environ["E2E_WATCH"])
