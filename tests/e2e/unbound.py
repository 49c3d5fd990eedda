# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Unbound as a child process: a resolver with a cache, which remembers what is missing as those of the world do."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

# What it says once it answers.
_READY = "start of service"


class Unbound:
    """A resolver that begins at the root given as a hints file, until the block of the context manager ends."""

    def __init__(self, folder: Path, hints: str, *, address: str, port: int, inside: Sequence[str]) -> None:
        self._folder = folder
        self._hints = hints
        self._address = address
        self._port = port
        self._inside = inside
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        # AppArmor, where it is on, lets an unbound in its usual place read and write usual places only.
        program = shutil.copy(unbound(), self._folder / "unbound")
        (self._folder / "root.hints").write_text(self._hints + "\n", encoding="utf-8")
        configuration = self._folder / "unbound.conf"
        configuration.write_text(self._configuration(), encoding="utf-8")
        with ExitStack() as stack:
            process = stack.enter_context(
                subprocess.Popen(
                    [*self._inside, program, "-d", "-c", str(configuration)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="replace",
                )
            )
            assert process.stderr is not None
            said: list[str] = []
            stack.callback(process.terminate)
            while not said or _READY not in said[-1]:
                line = process.stderr.readline()
                if not line:
                    raise AssertionError(f"unbound did not start, but said: {''.join(said)}")
                said.append(line)
            # What more it says is of no interest, but has to go somewhere.
            reader = threading.Thread(target=process.stderr.read, name="log of unbound")
            reader.start()
            # Last in, first out: it is terminated, then read to the end, then waited for.
            stack.callback(reader.join)
            stack.callback(process.terminate)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def _configuration(self) -> str:
        return f"""
            server:
                directory: "{self._folder}"
                root-hints: "{self._folder / "root.hints"}"
                interface: {self._address}
                port: {self._port}
                access-control: 127.0.0.0/8 allow
                chroot: ""
                username: ""
                pidfile: ""
                use-syslog: no
                do-ip6: no
                do-not-query-localhost: no
                module-config: "iterator"
                verbosity: 1
            remote-control:
                control-enable: no
        """


def unbound() -> str:
    """Where Unbound is. Raises FileNotFoundError, with what to install."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    found = shutil.which("unbound", path=path)
    if found is None:
        raise FileNotFoundError("it needs Unbound, install it: apt-get install unbound")
    return found
