# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The report of a run, in Markdown: each open question of docs/api.md, and what the service says to it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .findings import Finding, find
from .record import Record

API_PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
_SECTION = "## What is not known"
_ROW = re.compile(r"\| `(?P<id>[a-z-]+)` \| (?P<question>.+) \| (?P<handling>.+) \|")


@dataclasses.dataclass(frozen=True)
class Unknown:
    """An open question of docs/api.md, and what the collection does about it."""

    id: str
    question: str
    handling: str


def unknowns(page: Path = API_PAGE) -> tuple[Unknown, ...]:
    """The open questions in the order of the page."""
    section = page.read_text(encoding="utf-8").partition(_SECTION)[2]
    rows = map(_ROW.fullmatch, section.splitlines())
    return tuple(Unknown(**row.groupdict()) for row in rows if row)


@dataclasses.dataclass(frozen=True)
class Run:
    """What is said of a run as a whole. ``ending`` is why it broke off, ``left`` what could not be deleted."""

    api_url: str
    domain: str
    started: datetime
    ending: str | None
    left: Sequence[str]


@dataclasses.dataclass(frozen=True)
class Report:
    """A report's text, with secrets in it as far as SendCloud has said any, and how many questions are in it."""

    text: str
    questions: int
    settled: int
    objections: int

    @property
    def summary(self) -> str:
        """One line."""
        rest = f"the collection's handling is right for all but {self.objections} of these"
        what = "the collection's handling is right for all of these" if not self.objections else rest
        return f"{self.settled} of {self.questions} open questions are settled; {what}."


def write(run: Run, record: Record) -> Report:
    """Write the report of a run."""
    found = [(unknown, find(unknown.id, record)) for unknown in unknowns()]
    sections = "\n".join(_section(unknown, finding) for unknown, finding in found)
    report = Report(
        text=sections,
        questions=len(found),
        settled=sum(finding.is_settled for _unused, finding in found),
        objections=sum(finding.objection is not None for _unused, finding in found),
    )
    return dataclasses.replace(report, text=f"{_head(run, report)}\n{sections}")


def _head(run: Run, report: Report) -> str:
    lines = [
        "# What SendCloud answers to the open questions of docs/api.md",
        "",
        f"- Asked on {run.started:%Y-%m-%d at %H:%M} UTC, at {run.api_url}, of the account ********,",
        f"  with two tracking domains below {run.domain}.",
        f"- {report.summary}",
    ]
    if run.ending is not None:
        lines.append(f"- The run broke off: {run.ending}. What it had not got to is not settled.")
    if run.left:
        lines.append(f"- Left in the account: {', '.join(run.left)}.")
    return "\n".join([*lines, ""])


def _section(unknown: Unknown, finding: Finding) -> str:
    said = "Observed" if finding.is_settled else "Not settled, because"
    lines = [f"## `{unknown.id}`", "", unknown.question, "", f"- {said}: {finding.text}."]
    if finding.is_settled:
        verdict = "That is right." if finding.objection is None else f"**That is not right**: {finding.objection}."
        lines.append(f"- The collection: {unknown.handling}. {verdict}")
    return "\n".join([*lines, ""])
