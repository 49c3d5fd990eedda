# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Code blocks of a guide, by the names of their files."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_GUIDES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
# A paragraph that ends with a file's name, which may be in parentheses, and the block that follows.
_BLOCK = re.compile(r"``([\w.-]+\.yml)``\)?:\n\n\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)")


def text(guide: str, file: str) -> str:
    """What a guide says is in a file. Raises KeyError where it says nothing of that file."""
    return _files(guide)[file]


def content(guide: str, file: str) -> Any:
    """The same, read as YAML."""
    return yaml.safe_load(text(guide, file))


@cache
def _files(guide: str) -> dict[str, str]:
    page = (_GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    return {name: textwrap.dedent(block) for name, block in _BLOCK.findall(page)}
