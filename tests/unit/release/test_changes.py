# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a release's changelog is made of is reStructuredText: the markup of plugin documentation would stay as it is."""

from __future__ import annotations

import re
from pathlib import Path

CHANGELOGS = Path(__file__).resolve().parents[3] / "changelogs"
MARKUP = re.compile(r"\b(?:[BCEILMOPRUV]|RV)\([^)]*\)")


def test_no_change_has_the_markup_of_documentation():
    files = [*(CHANGELOGS / "fragments").glob("*.yml"), CHANGELOGS / "changelog.yaml"]
    found = {file.name: MARKUP.findall(file.read_text(encoding="utf-8")) for file in files}
    assert not any(found.values()), found
