# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Check that what an artefact holds agrees: its version, the changelog, the tag, and its own links.

"nox -s release-check" calls this with the folder into which the artefact was unpacked.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

# A link in Markdown that leads to a file: C([text](path)), without a fragment.
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
# What would keep a tool from saying something.
_IGNORES = ("tests/sanity/ignore-*.txt", ".ansible-lint-ignore")
_SKIPPED = ("exclude_paths", "skip_list", "warn_list")


def main() -> int:
    """Return 0 if there is no problem."""
    parser = argparse.ArgumentParser(description="Check that what an artefact holds agrees.")
    parser.add_argument("folder", type=Path, help="the artefact, unpacked")
    parser.add_argument("--tag", help="the tag that it was built from")
    options = parser.parse_args()
    found = [*version_problems(options.folder, options.tag), *ignores(options.folder), *dead_links(options.folder)]
    print(*found, sep="\n")
    return 1 if found else 0


def version_problems(folder: Path, tag: str | None) -> Iterator[str]:
    """Where version, changelog and tag do not agree."""
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    version = manifest["collection_info"]["version"]
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"galaxy.yml has the version {version}, which is not that of a release."
    if tag is not None and tag != version:
        yield f"The tag is {tag}, and galaxy.yml has the version {version}."
    changelog = yaml.safe_load((folder / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    releases = changelog["releases"]
    newest = max(releases, key=lambda release: [int(number) for number in re.findall(r"\d+", release)], default="none")
    if newest != version:
        yield f"In changelogs/changelog.yaml, the newest release is {newest}, and galaxy.yml has the version {version}."
    page = folder / "CHANGELOG.rst"
    if not page.exists() or f"\nv{version}\n" not in page.read_text(encoding="utf-8"):
        yield f"CHANGELOG.rst says nothing of {version}."
    for fragment in sorted((folder / "changelogs" / "fragments").glob("*.y*ml")):
        yield f"{fragment.relative_to(folder)} is not in the changelog yet."


def ignores(folder: Path) -> Iterator[str]:
    """What keeps sanity tests or ansible-lint from looking at all there is."""
    for pattern in _IGNORES:
        for file in folder.glob(pattern):
            yield f"{file.relative_to(folder)} is a list of what not to look at."
    configuration = yaml.safe_load((folder / ".ansible-lint").read_text(encoding="utf-8"))
    for key in _SKIPPED:
        if configuration.get(key):
            yield f".ansible-lint has a {key}."


def dead_links(folder: Path) -> Iterator[str]:
    """Links of the artefact's own pages to files that are not in it."""
    for page in sorted(folder.rglob("*.md")):
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield f"{page.relative_to(folder)} has a link to {target}, which is not there."


if __name__ == "__main__":
    sys.exit(main())
