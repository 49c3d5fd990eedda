# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A network of its own on this machine, with a system resolver of its own: port 53 is free there, for everyone.

It is made of Linux namespaces, with C(unshare) and C(nsenter) of util-linux, and needs no privileges where users may
make namespaces. This file is also the program that sets it up, from within.
"""

from __future__ import annotations

import fcntl
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_READY = "ready"
_UNSHARE = ("unshare", "--user", "--map-root-user", "--net", "--mount")

# From linux/sockios.h and linux/if.h.
_SIOCSIFFLAGS = 0x8914
_SIOCSIFADDR = 0x8916
_IFF_UP = 0x1


class Namespace:
    """A network with nothing but the loopback addresses given; the first one is the system resolver's.

    It is there until the block of the context manager ends. What is run behind the command C(inside) is in it.
    """

    def __init__(self, folder: Path, *addresses: str) -> None:
        self._folder = folder
        self._addresses = addresses
        self._process: subprocess.Popen[str] | None = None

    @staticmethod
    def is_possible() -> bool:
        """Whether such a network can be made here."""
        if not all(shutil.which(program) for program in ("unshare", "nsenter", "mount")):
            return False
        tried = subprocess.run(
            [*_UNSHARE, sys.executable, __file__, "/dev/null", "127.0.0.1", "127.0.0.2"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return tried.returncode == 0

    def __enter__(self) -> Self:
        configuration = self._folder / "resolv.conf"
        configuration.write_text(f"nameserver {self._addresses[0]}\n", encoding="utf-8")
        self._process = subprocess.Popen(
            [*_UNSHARE, sys.executable, __file__, str(configuration), *self._addresses],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != _READY:
            self.__exit__(None, None, None)
            raise AssertionError("the network could not be set up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        # It ends with its standard input.
        self._process.communicate()

    @property
    def inside(self) -> Sequence[str]:
        """The command that runs another one in this network."""
        assert self._process is not None
        target = f"--target={self._process.pid}"
        return ("nsenter", target, "--user", "--preserve-credentials", "--net", "--mount", "--")


def set_up(configuration: str, addresses: Sequence[str]) -> None:
    """Give the loopback interface its addresses, and this process and its children another /etc/resolv.conf."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for number, address in enumerate(addresses):
            label = f"lo:{number}" if number else "lo"
            _set(control, _SIOCSIFADDR, label, struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address)))
            _set(control, _SIOCSIFFLAGS, label, struct.pack("=H14x", _IFF_UP))
    subprocess.run(["mount", "--bind", configuration, "/etc/resolv.conf"], check=True)


def _set(control: socket.socket, request: int, label: str, value: bytes) -> None:
    fcntl.ioctl(control, request, struct.pack("=16s16s8x", label.encode("ascii"), value))


if __name__ == "__main__":
    set_up(sys.argv[1], sys.argv[2:])
    print(_READY, flush=True)
    sys.stdin.read()
