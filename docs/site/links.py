# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Find links and pictures in built pages that lead nowhere inside the site; other sites are not asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINKING = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "srcset"}


@dataclass(frozen=True)
class Page:
    """The anchors of a page, and the links on it as they are written."""

    anchors: frozenset[str]
    links: tuple[str, ...]


@dataclass
class _Reader(HTMLParser):
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.update(value for value in (given.get("id"), given.get("name")) if value)
        link = given.get(_LINKING.get(tag, ""))
        if link:
            self.links.append(link)


def read(text: str) -> Page:
    """What a page in HTML links to, and what can be linked to on it."""
    reader = _Reader()
    reader.feed(text)
    return Page(frozenset(reader.anchors), tuple(reader.links))


def broken(site: Path) -> list[str]:
    """One line for each link inside ``site``, a folder of HTML pages, whose file or anchor is not there."""
    pages = {path: read(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {link}"
        for path, page in pages.items()
        for link in dict.fromkeys(page.links)
        if not _leads_somewhere(site, path, link, pages)
    ]


def _leads_somewhere(site: Path, path: Path, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file() or not target.is_relative_to(site):
        return False
    return not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].anchors
