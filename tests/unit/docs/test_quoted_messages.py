# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What the guides quote of messages, for readers to look for, is what the code says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

COLLECTION = Path(__file__).resolve().parents[3]
GUIDES = COLLECTION / "docs" / "docsite" / "rst"
# Tables of messages have this header; the first column quotes.
HEADER = "   * - the message says\n"


def read_quotes():
    """Each quote with its guide."""
    for guide in sorted(GUIDES.glob("*.rst")):
        for table in guide.read_text(encoding="utf-8").split(HEADER)[1:]:
            rows = table.partition("\n\n")[0]
            for cell in re.findall(r"^   \* - (.*)$", rows, re.MULTILINE):
                for quote in re.findall(r"``(.+?)``", cell):
                    yield pytest.param(quote, id=f"{guide.stem}: {quote}")


def read_texts():
    """Every text in the code, with an ellipsis in place of what is filled in."""
    for path in sorted((COLLECTION / "plugins").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "\u2026" for part in node.values)


QUOTES = tuple(read_quotes())
TEXTS = tuple(read_texts())


def test_there_are_quotes():
    assert len(QUOTES) > 20


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quote_is_what_a_message_says(quote):
    assert any(quote in text for text in TEXTS)
