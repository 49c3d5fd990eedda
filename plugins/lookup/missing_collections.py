# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The look-up that says which collections have to be installed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: missing_collections
short_description: Say which collections have to be installed for some modules
version_added: 1.0.0
author:
  - The sendcloud.email contributors (@sendcloud-email)
description:
  - Looks for modules, and returns the collections of those that the controller does not have, because their collection
    is not installed or too old.
  - A module that is missing in a file of tasks ends the whole play as soon as the file is included. This look-up lets
    a role say before what there is to install.
options:
  _terms:
    description:
      - The full names of modules, such as V(community.general.nsupdate), or of whole collections, such as
        V(community.dns).
    type: list
    elements: str
    required: true
notes:
  - A module that a collection has under another name only, as a redirect, counts as missing.
"""

EXAMPLES = r"""
- name: Stop if a collection is missing
  ansible.builtin.assert:
    that: missing | length == 0
    fail_msg: "Run: ansible-galaxy collection install --upgrade {{ missing | join(' ') }}"
  vars:
    missing: "{{ query('sendcloud.email.missing_collections', 'community.general.nsupdate', 'community.dns') }}"
"""

RETURN = r"""
_list:
  description: The names of the collections, each once, in alphabetical order.
  type: list
  elements: str
"""

import importlib.util
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

_LABELS_OF_A_COLLECTION = 2


class LookupModule(LookupBase):
    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        """The collections of those terms that are not there. Raises AnsibleError for a term that is no full name."""
        del variables, kwargs
        return sorted({_collection(term) for term in map(str, terms) if not _is_there(term)})


def _collection(term: str) -> str:
    return ".".join(term.split(".")[:_LABELS_OF_A_COLLECTION])


def _is_there(term: str) -> bool:
    labels = term.split(".")
    if len(labels) < _LABELS_OF_A_COLLECTION or not all(label.isidentifier() for label in labels):
        raise AnsibleError(f"missing_collections: {term!r} is neither a module's full name nor a collection's")
    package = f"ansible_collections.{_collection(term)}"
    module = ".".join(["plugins.modules", *labels[_LABELS_OF_A_COLLECTION:]])
    try:
        spec = importlib.util.find_spec(package if term == _collection(term) else f"{package}.{module}")
    except ImportError:
        return False
    return spec is not None
