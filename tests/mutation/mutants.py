# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The mutants of a module, made by cosmic-ray's operators, and the place in the code that each of them changes."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import re
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
# Where the grammar has an operator of two values: elsewhere C(*) and C(**) unpack, or mark what has to be named.
_OF_TWO_VALUES = ("arith_expr", "term", "power")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a mutant differs.

    C(lines) are those of the statement, or of the head of a compound one. C(function) is the first line of the function
    around it (of the outermost, with its decorators) and C(function_lines) all of its lines; None and empty for what
    runs when the module is imported: constants, decorators, defaults of arguments.
    """

    lines: range
    function: int | None
    function_lines: range


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A module with one change in it, which an operator of cosmic-ray makes in one part of the source."""

    path: Path
    operator: str
    occurrence: int
    number: int
    place: Place
    before: str
    part: str
    after: str

    def key(self) -> str:
        """What is the same only as long as the module is."""
        source = hashlib.sha256((self.before + self.part + self.after).encode()).hexdigest()
        return f"{source} {self.number} {self.operator} {self.occurrence}"

    def code(self) -> types.CodeType | None:
        """The module with the change; None where that is no Python, as with another operator before `*args`."""
        try:
            return compile(self.text(), self.path, "exec", dont_inherit=True)
        except (AttributeError, SyntaxError):  # AttributeError: cosmic-ray cannot replace an exception's dotted name
            return None

    def changed_lines(self) -> tuple[str, str]:
        """The lines that differ, as they were and as they became, each as one text."""
        old, new = (self.before + self.part + self.after).splitlines(), self.text().splitlines()
        first = _same(old, new)
        last = _same(old[first:][::-1], new[first:][::-1])
        return _joined(old[first : len(old) - last]), _joined(new[first : len(new) - last])

    def text(self) -> str:
        """The source of the module with the change."""
        operator = cosmic_ray.plugins.get_operator(self.operator)()
        return self.before + mutate_code(self.part, operator, self.occurrence) + self.after


def mutants_of(path: Path, excluded: Sequence[str]) -> Iterator[Mutant]:
    """Each mutant of the module in this file, less those of the operators that match one of these patterns."""
    source = path.read_text(encoding="utf-8")
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.stmt, ast.excepthandler))]
    before = ""
    # One function or class at a time, since cosmic-ray parses a source anew for each mutant.
    for part in (child.get_code() for child in get_ast(source).children):
        after = source[len(before) + len(part) :]
        for operator, occurrence, (line, column) in _positions(part, excluded):
            number = before.count("\n") + line
            place = _place(statements, (number, column))
            yield Mutant(path, operator, occurrence, number, place, before, part, after)
        before += part


def _positions(part: str, excluded: Sequence[str]) -> Iterator[tuple[str, int, tuple[int, int]]]:
    nodes = list(ast_nodes(get_ast(part)))
    for name in sorted(cosmic_ray.plugins.operator_names()):
        operator_class: type[Operator] = cosmic_ray.plugins.get_operator(name)
        if operator_class.arguments() or any(re.fullmatch(pattern, name) for pattern in excluded):
            continue
        found = [(node, start) for node in nodes for start, _end in operator_class().mutation_positions(node)]
        for occurrence, (node, start) in enumerate(found):
            if "ReplaceBinaryOperator" not in name or node.parent.type in _OF_TWO_VALUES:
                yield name, occurrence, start


def _place(statements: list[ast.AST], position: tuple[int, int]) -> Place:
    # From the outermost to the innermost.
    around = sorted((node for node in statements if _start(node) <= position < _end(node)), key=_start)
    function = next((node for node in around if isinstance(node, _Function) and _start(node.body[0]) <= position), None)
    lines = _head(around[-1]) if around else range(position[0], position[0] + 1)
    if function is None:
        return Place(lines, None, range(0))
    return Place(lines, _start(function)[0], range(function.lineno, _end(function)[0] + 1))


def _start(node: ast.AST) -> tuple[int, int]:
    decorators = getattr(node, "decorator_list", [])
    return (decorators[0].lineno, 0) if decorators else (node.lineno, node.col_offset)


def _end(node: ast.AST) -> tuple[int, int]:
    return (node.end_lineno, node.end_col_offset)


def _head(node: ast.AST) -> range:
    body = getattr(node, "body", None)
    return range(_start(node)[0], max(body[0].lineno, node.lineno + 1) if body else node.end_lineno + 1)


def _same(some: list[str], others: list[str]) -> int:
    """How many lines the two have in common at their beginning."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(some), len(others)))


def _joined(lines: list[str]) -> str:
    return " ".join(filter(None, (line.strip() for line in lines)))
