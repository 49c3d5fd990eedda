# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Sphinx's settings for the documentation site. ``build.py`` puts together the pages and calls Sphinx."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

project = "sendcloud.email"
project_copyright = "2026, sendcloud.email contributors"
html_title = "sendcloud.email"

extensions = [
    "myst_parser",
    "sphinx_antsibull_ext",
    "sphinx_copybutton",
    # In this folder:
    "pages",
]

highlight_language = "yaml"
nitpicky = True
# Nothing is a role until the role is there.
suppress_warnings = ["toc.empty_glob"]
myst_heading_anchors = 4
# The prompt is no part of a command, and what a command says is not copied.
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_use_index = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"

# Each scheme has colours of its own, since furo lets readers choose one that their system has not.
antsibull_ext_color_scheme = "none"
_LINKS = {
    "links-background": "#2d7d7f",
    "links-background-active": "#3c9a9c",
    "links-focus-outline": "#204748",
    "links-text": "white",
}
_LIGHT = {
    **_LINKS,
    "table-background-header": "#d5e6f3",
    "table-background-even": "#f3f7fa",
    "table-background-odd": "#ffffff",
    "table-border": "#c9d1d9",
    "narrowtable-background": "#f3f7fa",
    "option-type": "#80007f",
    "option-elements": "#80007f",
    "option-required": "#c00000",
    "option-version-added": "#005f00",
    "option-aliases": "#005f00",
    "option-default": "#0000c8",
    "option-sample": "#0000c8",
    "option-sample-header": "black",
    "attribute-support-none": "#c00000",
    "attribute-support-partial": "#7a6a00",
    "attribute-support-full": "#00700a",
    "attribute-support-na": "inherit",
    "deprecation-border": "#000",
    "deprecation-background": "#eee",
    "deprecation-color": "#000",
}
_DARK = {
    **_LINKS,
    "table-background-header": "#33383f",
    "table-background-even": "#1c1f23",
    "table-background-odd": "#22262b",
    "table-border": "#474d56",
    "narrowtable-background": "#22262b",
    "option-type": "#ff93ff",
    "option-elements": "#ff93ff",
    "option-required": "#ff8282",
    "option-version-added": "#71d471",
    "option-aliases": "#71d471",
    "option-default": "#adadff",
    "option-sample": "#adadff",
    "option-sample-header": "white",
    "attribute-support-none": "#ff8282",
    "attribute-support-partial": "#c9c900",
    "attribute-support-full": "#3ddc3d",
    "attribute-support-na": "inherit",
    "deprecation-border": "#fff",
    "deprecation-background": "#111",
    "deprecation-color": "#fff",
}
html_theme_options = {
    "light_css_variables": {f"antsibull-{name}": value for name, value in _LIGHT.items()},
    "dark_css_variables": {f"antsibull-{name}": value for name, value in _DARK.items()},
    "source_repository": "https://github.com/ansible-collections/sendcloud.email/",
    "source_branch": "main",
    "top_of_page_buttons": [],
}
