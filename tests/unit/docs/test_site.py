# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The documentation site: links that lead nowhere are found, and those of the repository's pages hold on it."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[3] / "docs" / "site"


@pytest.fixture
def build(monkeypatch):
    monkeypatch.syspath_prepend(str(SITE))
    return importlib.import_module("build")


@pytest.fixture
def links(monkeypatch):
    monkeypatch.syspath_prepend(str(SITE))
    return importlib.import_module("links")


@pytest.mark.parametrize(
    "link",
    [
        "missing.html",
        "other.html#missing",
        "#missing",
        "../outside.html",
        "folder",
    ],
)
def test_a_link_that_leads_nowhere_is_found(links, tmp_path, link):
    site = tmp_path / "site"
    (site / "folder").mkdir(parents=True)
    (tmp_path / "outside.html").touch()
    (site / "other.html").write_text('<h1 id="there">Other</h1>')
    (site / "page.html").write_text(f'<a href="{link}">somewhere</a>')
    assert links.broken(site) == [f"page.html: {link}"]


@pytest.mark.parametrize(
    "link", ["other.html", "other.html#there", "#here", "folder/picture.svg", "https://example.com/missing"]
)
def test_a_link_that_leads_somewhere_is_not(links, tmp_path, link):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "picture.svg").touch()
    (tmp_path / "other.html").write_text('<h1 id="there">Other</h1>')
    (tmp_path / "page.html").write_text(f'<h1 id="here">Here</h1><a href="{link}">x</a>')
    assert links.broken(tmp_path) == []


def test_a_picture_that_is_missing_is_found(links, tmp_path):
    (tmp_path / "page.html").write_text('<img src="missing.svg">')
    assert links.broken(tmp_path) == ["page.html: missing.svg"]


@pytest.mark.parametrize(
    ("path", "link", "led"),
    [
        ("docs/faults.md", "[x](api.md#codes)", "[x](api.md#codes)"),
        ("docs/faults.md", "[x](../CONTRIBUTING.md)", "[x](contributing.md)"),
        ("docs/benchmarks.md", "![x](images/plot.svg)", "![x](../images/plot.svg)"),
        ("docs/benchmarks.md", '<img src="images/plot.svg">', '<img src="../images/plot.svg">'),
        ("CONTRIBUTING.md", "[x](docs/architecture.md)", "[x](architecture.md)"),
        ("CONTRIBUTING.md", "[x](#changelog)", "[x](#changelog)"),
        ("CONTRIBUTING.md", "[x](https://example.com/a.md)", "[x](https://example.com/a.md)"),
        (
            "docs/faults.md",
            "[x](docsite/rst/reliability.rst)",
            "[x](../collections/sendcloud/email/docsite/reliability.rst)",
        ),
        (
            "docs/faults.md",
            "[x](../galaxy.yml)",
            "[x](https://github.com/ansible-collections/sendcloud.email/blob/main/galaxy.yml)",
        ),
    ],
)
def test_links_of_a_page_in_markdown_are_led_to_the_site(build, path, link, led):
    assert build.with_links_of_the_site(f"See {link}.", path) == f"See {led}."


def test_what_is_the_same_is_not_written_again(build, tmp_path):
    build.mirror({"a.rst": b"a", "folder/b.rst": b"b"}, tmp_path)
    os.utime(tmp_path / "a.rst", (0, 0))
    build.mirror({"a.rst": b"a", "c.rst": b"c"}, tmp_path)
    assert sorted(path.name for path in tmp_path.rglob("*.rst")) == ["a.rst", "c.rst"]
    assert (tmp_path / "a.rst").stat().st_mtime == 0


def test_environment_variables_are_those_that_options_name(build):
    options = {
        "one": {"api_user": ["Needed.", "Else E(SENDCLOUD_API_USER)."], "name": ["A name."]},
        "two": {"api_user": ["Else E(SENDCLOUD_API_USER)."]},
    }
    page = build.environment_variables(options)
    row = page[page.index("   * - ``SENDCLOUD_API_USER``") :]
    labels = [f"ansible_collections.sendcloud.email.{name}_module__parameter-api_user" for name in ("one", "two")]
    assert row.splitlines() == [
        "   * - ``SENDCLOUD_API_USER``",
        f"     - ``api_user`` of :ref:`one <{labels[0]}>`, :ref:`two <{labels[1]}>`",
    ]
