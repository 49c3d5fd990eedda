# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The figures as a picture."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from figures import Table
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rows import WAYS, Row

# To be replaced by the colour of text where the picture is shown, light or dark.
_TEXT = "#012345"
_OURS, _OTHERS = "#2f81f7", "#8c959f"
_STYLE = "<style>svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}}</style>"
_COLUMNS = 2


def draw(table: Table, path: Path) -> None:
    """Draw how long the tasks of each row take in each way, as an SVG that is legible on light and on dark ground."""
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "sendcloud.email",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 8,
        **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _TEXT),
    }
    rows = table.rows()
    lines = -(-len(rows) // _COLUMNS)
    with mpl.rc_context(settings):
        figure = Figure(figsize=(9, 1.6 * lines), layout="constrained")
        axes = figure.subplots(lines, _COLUMNS, squeeze=False).flat
        for row, ax in zip(rows, axes, strict=False):
            _panel(table, row, ax)
        for ax in list(axes)[len(rows) :]:
            ax.set_axis_off()
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None, "Title": "Seconds for the tasks"})
    svg = path.read_text(encoding="utf-8").replace(_TEXT, "currentColor")
    head, defs, rest = svg.partition("<defs>")
    path.write_text(f"{head}{_STYLE}{defs}{rest}", encoding="utf-8")


def _panel(table: Table, row: Row, ax: Axes) -> None:
    measured = [(way, figures) for way in WAYS if (figures := table.get(row.key, way.key)) is not None]
    bars = ax.barh(
        [way.title for way, _figures in measured],
        [figures.tasks for _way, figures in measured],
        color=[_OURS if way.key == "in_process" else _OTHERS for way, _figures in measured],
        alpha=0.9,
        height=0.7,
    )
    labels = [f"{'≈ ' if figures.is_extrapolated else ''}{figures.tasks:.2f} s" for _way, figures in measured]
    ax.bar_label(bars, labels, padding=3, color=_TEXT)
    ax.set_title(row.title, loc="left", fontweight="bold", fontsize=9)
    ax.invert_yaxis()
    ax.margins(x=0.18)
    ax.tick_params(length=0)
    ax.set_xticks([])
    for side in ("top", "right", "bottom"):
        ax.spines[side].set_visible(False)
