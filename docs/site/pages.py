# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A Sphinx extension: what pages written for docs.ansible.com need on a site of their own."""

from __future__ import annotations

import re

from docutils import nodes
from docutils.parsers.rst.directives.parts import Contents
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ANSIBLE_DOCS = "https://docs.ansible.com/projects/ansible/latest"
# Labels of Ansible's own documentation.
_ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
_PLUGIN = re.compile(
    r"ansible_collections\.(?P<namespace>\w+)\.(?P<collection>\w+)\.(?P<page>\w+?_[a-z]+)(?:__(?P<anchor>[\w/-]+))?$"
)


def address(label: str) -> str | None:
    """The address where Ansible documents what ``label`` stands for; none for what is not documented there."""
    if label in _ANSIBLE_PAGES:
        return f"{ANSIBLE_DOCS}/{_ANSIBLE_PAGES[label]}"
    plugin = _PLUGIN.match(label)
    if plugin is None or (plugin["namespace"], plugin["collection"]) == ("sendcloud", "email"):
        return None
    anchor = f"#{plugin['anchor']}" if plugin["anchor"] else ""
    return f"{ANSIBLE_DOCS}/collections/{plugin['namespace']}/{plugin['collection']}/{plugin['page']}.html{anchor}"


def _link_to_ansible(
    app: Sphinx, environment: BuildEnvironment, reference: pending_xref, text: nodes.TextElement
) -> nodes.reference | None:
    found = address(reference["reftarget"]) if reference["reftype"] == "ref" else None
    return None if found is None else nodes.reference("", "", text, refuri=found, internal=False)


class _NoContents(Contents):
    """The directive ``contents`` without effect: the theme shows the contents of each page beside it."""

    def run(self) -> list[nodes.Node]:
        return []


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("missing-reference", _link_to_ansible)
    app.add_directive("contents", _NoContents, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
