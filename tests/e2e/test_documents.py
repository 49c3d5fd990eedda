# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""No example escapes being run, and what the README links to reads right on GitHub."""

from __future__ import annotations

import re

import pytest
from docutils import nodes

from . import test_examples
from .documents import GUIDES, ROOT, blocks, doctree, pages
from .role import test_examples as test_plugin_examples
from .role import test_guide

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_somebody_follows_each_page_with_yaml() -> None:
    followed = [*test_examples.STORIES, *test_plugin_examples.STORIES, test_guide.PAGE, test_guide.CUSTOMERS]
    assert sorted(followed) == [page for page in pages() if blocks(page)]


@pytest.mark.parametrize("page", sorted(set(re.findall(rf"\(({GUIDES}/\w+\.rst)\)", README))))
def test_a_guide_that_the_readme_links_needs_no_sphinx(page: str) -> None:
    """GitHub shows a role that it does not know as its source, and leaves a directive that it does not know out."""
    unknown = [node.astext() for node in doctree((ROOT / page).read_text(encoding="utf-8")).findall(nodes.problematic)]
    assert not unknown
