# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Run a command, and write what it used to a file: C(measured.py FILE COMMAND...). Linux only.

Whatever the command starts counts, also what ends after it: this process adopts it. The file gets a JSON object:
C(code), the exit code; C(wall) and C(cpu), in seconds; C(memory) and C(memory_with_forks), in bytes.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
# In seconds. More often would be more exact, and take time from what is measured.
_BETWEEN_LOOKS = 0.1
_HIGH_WATER_MARK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class PeakMemory:
    """The most memory that a command needed, in bytes, looked at every tenth of a second.

    C(alone) is that of the command's own process, as the kernel notes it (the high water mark of its resident set).
    C(with_forks) is what all its processes had at one time. There what they share counts once (the proportional set
    size); what is gone before one looks is missed.
    """

    def __init__(self, pid: int) -> None:
        self.alone = 0
        self.with_forks = 0
        self._process = psutil.Process(pid)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(_BETWEEN_LOOKS):
            with contextlib.suppress(psutil.Error, OSError):
                status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
                # One that has ended and waits to be noticed has none.
                self.alone = max([self.alone, *(1024 * int(mark[1]) for mark in _HIGH_WATER_MARK.finditer(status))])
                processes = [self._process, *self._process.children(recursive=True)]
                self.with_forks = max(self.with_forks, sum(map(_memory, processes)))


def _memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0  # it has ended meanwhile


def measure(command: list[str]) -> dict[str, float]:
    """Run a command, wait for all that it has started, and say what they used."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "this needs Linux")
    started = time.monotonic()
    process = subprocess.Popen(command)
    with PeakMemory(process.pid) as peak:
        code = process.wait()
        wall = time.monotonic() - started
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "code": code,
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": peak.alone,
        "memory_with_forks": peak.with_forks,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(measure(sys.argv[2:])), encoding="utf-8")
