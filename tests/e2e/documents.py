# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The YAML in what a user reads: code blocks of pages, and the examples of plugins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from docutils.core import publish_doctree
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
GUIDES = "docs/docsite/rst"

_LANGUAGES = ("yaml", "yaml+jinja", "yml")
# What Sphinx knows and docutils does not (roles such as "ref") is of no interest here, and no reason to stop.
_QUIET = {"report_level": 5, "halt_level": 5, "syntax_highlight": "none", "file_insertion_enabled": False}
# A file's name: in the first line of a block, or at the end of the paragraph before it, which may be in parentheses.
_NAME = r"[\w./-]+\.yml"
_FIRST_LINE = re.compile(rf"# ({_NAME})\b.*\n")
_LAST_WORDS = re.compile(rf"`{{1,2}}({_NAME})`{{1,2}}\)?:\Z")


@dataclass(frozen=True)
class Block:
    """A block of YAML on a page: its text, the first of its lines there, and the name of the file that it is, if any.

    A file whose first line is a comment with its name, and nothing else, is called that.
    """

    page: str
    line: int
    text: str
    file: str | None

    @property
    def content(self) -> Any:
        """The block, read as YAML."""
        return yaml.safe_load(self.text)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}" + (f" ({self.file})" if self.file else "")


def pages() -> list[str]:
    """The paths of everything that a user reads and that may contain YAML, from the folder of the collection."""
    patterns = ("README.md", f"{GUIDES}/*.rst", "roles/*/README.md", "plugins/*/*.py")
    return sorted(str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern))


def outputs(page: str) -> list[str]:
    """What the page shows of whole runs of C(ansible-playbook), in its order."""
    return [text for _language, _line, text, _before in _find(page) if text.startswith("PLAY [")]


@cache
def blocks(page: str) -> tuple[Block, ...]:
    """The blocks of YAML of a page, in their order; a plugin has one, its examples."""
    return tuple(
        Block(page, line, block, _file_of(block, before))
        for language, line, block, before in _find(page)
        if language in _LANGUAGES
    )


def block(page: str, file: str) -> Block:
    """The block of a page that is this file. Raises KeyError where there is none."""
    return {block.file: block for block in blocks(page)}[file]


def guide(name: str) -> str:
    """The page of a guide."""
    return f"{GUIDES}/{name}.rst"


def doctree(text: str) -> nodes.document:
    """A page in reStructuredText as a program that is not Sphinx reads it."""
    return publish_doctree(text, settings_overrides=_QUIET)


# Each finds languages, first lines, texts, and what the paragraph before says.
_Found = Iterator[tuple[str, int, str, str]]


def _find(page: str) -> _Found:
    path = ROOT / page
    find = {".rst": _in_rst, ".md": _in_markdown, ".py": _in_plugin}[path.suffix]
    return find(path.read_text(encoding="utf-8"))


def _in_rst(text: str) -> _Found:
    lines = [line.strip() for line in text.splitlines()]
    line = 0
    for node in doctree(text).findall(nodes.literal_block):
        content = node.astext() + "\n"
        # docutils notes no line that can be relied on.
        line = lines.index(content.partition("\n")[0].strip(), line) + 1
        # A block without a language has no class but "code", and one from "::" not even that.
        language = next((name for name in node["classes"] if name != "code"), "")
        position = node.parent.index(node)
        yield language, line, content, node.parent[position - 1].rawsource if position else ""


def _in_markdown(text: str) -> _Found:
    before = ""
    for token in MarkdownIt().parse(text):
        if token.type == "inline":
            before = token.content
        elif token.type == "fence":
            assert token.map is not None
            yield token.info.strip(), token.map[0] + 2, token.content, before


def _in_plugin(text: str) -> _Found:
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "EXAMPLES":
            yield "yaml", statement.value.lineno + 1, ast.literal_eval(statement.value), ""


def _file_of(text: str, before: str) -> str | None:
    found = _FIRST_LINE.match(text) or _LAST_WORDS.search(before)
    return found[1] if found else None
