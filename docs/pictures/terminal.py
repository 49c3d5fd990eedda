# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a command shows in a terminal, and a picture of it."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS = 88
# That of this file: the checks of licenses would take a second one in it for its own.
_HEADER = [line[2:] for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:4]]
LICENSE = "\n".join(["<!--", *_HEADER, "", "Made by docs/pictures: make nox ARGS='-s pictures'", "-->", ""])

# A terminal is dark whatever is around it. These colours have a contrast of 5 to 1 or more on its ground.
_THEME = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        (125, 133, 144),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (86, 212, 221),
        (201, 209, 217),
    ],
    [
        (145, 152, 161),
        (255, 161, 152),
        (126, 231, 135),
        (242, 204, 96),
        (165, 214, 255),
        (226, 197, 255),
        (118, 227, 234),
        (240, 246, 252),
    ],
)
# Rich's own picture asks for a font from the network.
_FORMAT = (
    LICENSE.replace("{", "{{").replace("}", "}}")
    + """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-family: system-ui, "DejaVu Sans", sans-serif; }}
{styles}
</style>
<defs>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
)


def shown(command: list[str], environment: Mapping[str, str], folder: Path) -> str:
    """What a terminal shows while a command runs in ``folder``, with its colours, whatever its exit code."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    with subprocess.Popen(command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=its, stderr=its):
        os.close(its)
        text = _read(ours).decode()
    os.close(ours)
    return text.replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    read = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError as error:
            # So Linux says that the other side is closed.
            if error.errno != errno.EIO:
                raise
            return read
        if not chunk:
            return read
        read += chunk


def shortened(text: str, folder: Path) -> str:
    """``text`` without the recap, the path of ``folder``, and the result of a failure, which repeats the message."""
    text = text.partition("\nPLAY RECAP")[0].replace(f"{folder}/", "")
    return re.sub(r"(FAILED! => \{).*\}", r"\1...}", text)


def picture(name: str, title: str, text: str) -> str:
    """An SVG of a terminal with ``title`` that shows ``text``; ``name`` tells its parts from those of others."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text.from_ansi(text.strip("\n")), soft_wrap=False)
    svg = console.export_svg(title=title, theme=_THEME, code_format=_FORMAT, unique_id=name)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
