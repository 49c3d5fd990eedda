# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Which of the installed collections Ansible sees, in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .runs import RolePlayer


def hide(role: RolePlayer, folder: Path, hidden: Iterable[str]) -> Path:
    """Have Ansible see every collection that is installed but these. Returns the folder where collections are now."""
    import ansible_collections.ansible.posix as neighbour

    installed = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"]) / "ansible_collections"
    packages = Path(neighbour.__path__[0]).parents[1]
    for source in (installed, packages):
        for collection in source.glob("*/*"):
            name = f"{collection.parent.name}.{collection.name}"
            link = folder / "ansible_collections" / collection.parent.name / collection.name
            if collection.is_dir() and name not in hidden and not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(collection)
    role.environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
    }
    return folder / "ansible_collections"


def replace_modules(role: RolePlayer, folder: Path, modules: Iterable[Path]) -> None:
    """Have Ansible see these modules, each in a folder with the name of its collection, in place of the real ones.

    Of a collection that is installed, everything else is seen, too.
    """
    import ansible_collections

    modules = list(modules)
    collections = hide(role, folder, {module.parent.name for module in modules})
    roots = [Path(root) for root in ansible_collections.__path__]
    for module in modules:
        namespace, _dot, name = module.parent.name.partition(".")
        real = next((root / namespace / name for root in roots if (root / namespace / name).is_dir()), None)
        own = collections / namespace / name
        inside = own / "plugins" / "modules"
        inside.mkdir(parents=True)
        for level in ("plugins/modules", "plugins", ""):
            _link(real / level if real else None, own / level, {module.name})
        (inside / module.name).write_text(module.read_text(encoding="utf-8"), encoding="utf-8")


def _link(source: Path | None, target: Path, but: set[str]) -> None:
    """Link what is in a folder, but for these names and what is in the other one already."""
    for entry in source.iterdir() if source else ():
        link = target / entry.name
        if entry.name not in but and not link.exists():
            link.symlink_to(entry)
