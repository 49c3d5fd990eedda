# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The collection as it is installed, less every folder that is not played: all tests here and in the targets use it."""

from __future__ import annotations

import os
from pathlib import Path

PLAYED = {"meta", "playbooks", "plugins", "roles"}


def test_there_is_no_other_folder_to_depend_on() -> None:
    installed = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections" / "sendcloud" / "email"
    folders = {path.name for path in installed.iterdir() if path.is_dir()}
    # Without the role, there is no folder for roles.
    assert folders - {"roles"} == PLAYED - {"roles"}
