# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Drawings of what runs have sent and changed, legible on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from terminal import LICENSE

WIDTH = 680
_STYLE = """
:root {
  --ground: #ffffff; --edge: #d0d7de; --text: #1f2328; --quiet: #57606a;
  --read: #0969da; --write: #9a6700; --good: #1a7f37; --chip: #f6f8fa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161b22; --edge: #444c56; --text: #e6edf3; --quiet: #a3adb8;
    --read: #79c0ff; --write: #e3b341; --good: #56d364; --chip: #21262d;
  }
}
text { font-family: system-ui, "DejaVu Sans", sans-serif; fill: var(--text); font-size: 16px; }
.code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 14px; }
.title { font-weight: 600; }
.quiet { fill: var(--quiet); font-size: 14px; }
.read { fill: var(--read); }
.write { fill: var(--write); }
.good { fill: var(--good); }
.ground { fill: var(--ground); stroke: var(--edge); }
.chip { fill: var(--chip); stroke: var(--edge); }
.line { stroke: var(--edge); stroke-width: 2; }
.dot { stroke: none; }
"""
_READING = ("list",)


@dataclass(frozen=True)
class Step:
    """A step in the life of a domain: what is done, as a title and as options, what that sent, and what is then.

    ``endpoints`` are those of the API that were called, in their order, without ``trackDomain/``.
    """

    title: str
    options: str
    endpoints: tuple[str, ...]
    changed: bool
    after: str


@dataclass(frozen=True)
class Run:
    """A run of one playbook: its title and command, what it sent, and how each domain fared."""

    title: str
    command: str
    endpoints: tuple[str, ...]
    outcomes: tuple[str, ...]
    changed: bool


def life(steps: Sequence[Step]) -> str:
    """The steps one below the other, along a line."""
    height = 92
    parts = [f'<line class="line" x1="34" y1="40" x2="34" y2="{40 + height * (len(steps) - 1)}"/>']
    for number, step in enumerate(steps):
        top = 24 + number * height
        kind = _kind(step.endpoints) if step.endpoints else "good"
        parts += [
            f'<circle class="dot {kind}" cx="34" cy="{top + 16}" r="9"/>',
            _text(62, top + 22, step.title, "title"),
            _text(62, top + 45, step.options, "code"),
            *_sent(62, top + 68, step.endpoints),
            _text(WIDTH - 24, top + 22, step.after, "quiet", anchor="end"),
            _changed(WIDTH - 24, top + 68, step.changed) if step.endpoints else "",
        ]
    bottom = 24 + height * len(steps)
    parts += [
        _text(62, bottom + 8, "blue: reads", "quiet read"),
        _text(160, bottom + 8, "amber: writes", "quiet write"),
        _text(WIDTH - 24, bottom + 8, "on the right: what SendCloud has afterwards", "quiet", anchor="end"),
    ]
    return _svg("The life of a tracking domain", parts, bottom + 28)


def plan_apply(runs: Sequence[Run]) -> str:
    """The runs one below the other, each as plan and as what was sent."""
    height = 146
    parts: list[str] = []
    for number, run in enumerate(runs):
        top = 20 + number * height
        parts += [
            _text(24, top + 20, run.title, "title"),
            _text(WIDTH - 24, top + 20, run.command, "code", anchor="end"),
            f'<rect class="chip" x="24" y="{top + 34}" width="300" height="88" rx="8"/>',
            _text(38, top + 56, "plan", "quiet"),
            *(_text(38, top + 80 + 24 * line, outcome, "code") for line, outcome in enumerate(run.outcomes)),
            f'<line class="line" x1="324" y1="{top + 78}" x2="356" y2="{top + 78}"/>',
            f'<rect class="chip" x="356" y="{top + 34}" width="300" height="88" rx="8"/>',
            _text(370, top + 56, "sent", "quiet"),
            *_sent(370, top + 80, run.endpoints),
            _changed(642, top + 56, run.changed),
        ]
    return _svg("What a preview, a run and a second run send", parts, 8 + height * len(runs))


def customers_dns(domain: str, target: str, alias: str) -> str:
    """The two records of a customer's DNS: where they lead, and who looks after that."""
    left, right, width = 24, 356, 300
    parts = [
        *_box(left, 20, WIDTH - 48, 116, "The customer's DNS", "two records, set once"),
        *_record(left, 72, domain, target),
        *_record(left, 100, f"_acme-challenge.{domain}", alias),
        *_arrow(left + 120, 136, 188),
        *_arrow(right + 120, 136, 188),
        *_box(left, 190, width, 96, "SendCloud", "serves the links"),
        _text(left + 14, 242, target, "code read"),
        _text(left + 14, 268, "with the certificate uploaded", "quiet"),
        *_box(right, 190, width, 96, "A zone of yours", "written to by you"),
        _text(right + 14, 242, alias, "code read"),
        _text(right + 14, 268, "TXT, while an order is going on", "quiet"),
        *_arrow(left + 120, 340, 288),
        *_arrow(right + 120, 340, 288),
        _text(left + 134, 322, "uploads the certificate", "quiet write"),
        _text(right + 134, 322, "writes the challenge", "quiet write"),
        *_box(left, 340, WIDTH - 48, 76, "The role track_domain", "every night"),
        _text(left + 14, 396, "renews in time, and otherwise changes nothing", "quiet"),
    ]
    return _svg("A customer's two records, and what happens behind them", parts, 436)


def _box(x: int, y: int, width: int, height: int, title: str, remark: str) -> list[str]:
    return [
        f'<rect class="chip" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>',
        _text(x + 14, y + 26, title, "title"),
        _text(x + width - 14, y + 26, remark, "quiet", anchor="end"),
    ]


def _record(x: int, y: int, owner: str, target: str) -> list[str]:
    return [_text(x + 14, y, f"{owner}.", "code"), _text(WIDTH - 38, y, f"→ {target}.", "code read", anchor="end")]


def _arrow(x: int, start: int, end: int) -> list[str]:
    """From one height to another, with its head at the end."""
    base = end - 8 if end > start else end + 8
    return [
        f'<line class="line" x1="{x}" y1="{start}" x2="{x}" y2="{base}"/>',
        f'<path class="quiet" d="M {x - 6} {base} L {x + 6} {base} L {x} {end} Z"/>',
    ]


def _kind(endpoints: Sequence[str]) -> str:
    return "read" if all(endpoint in _READING for endpoint in endpoints) else "write"


def _sent(x: int, y: int, endpoints: Sequence[str]) -> list[str]:
    parts = []
    for endpoint in endpoints:
        parts.append(_text(x, y, endpoint, f"code {_kind((endpoint,))}"))
        x += 9 * len(endpoint) + 16
    return parts


def _changed(x: int, y: int, changed: bool) -> str:
    return _text(x, y, "changed" if changed else "ok", f"code {'write' if changed else 'good'}", anchor="end")


def _text(x: int, y: int, text: str, classes: str, *, anchor: str = "start") -> str:
    return f'<text class="{classes}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str], height: int) -> str:
    return "\n".join(
        [
            f'{LICENSE}<svg viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="10"/>',
            *(part for part in parts if part),
            "</svg>\n",
        ]
    )
