# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Build the documentation site of the collection: its pages put together, Sphinx, and a look at every link inside.

What was built before is used again as far as it still holds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import links
import yaml

HERE = Path(__file__).resolve().parent
NAME = "sendcloud.email"
REPOSITORY = "https://github.com/ansible-collections/sendcloud.email"
# Where antsibull-docs puts the collection, and Ansible's own site has it.
PLACE = "collections/sendcloud/email"
# Pages that are read on GitHub as well, and what they are called on the site.
MARKDOWN = {
    "docs/messages.md": "background/messages",
    "docs/benchmarks.md": "background/benchmarks",
    "docs/faults.md": "background/faults",
    "docs/api.md": "background/api",
    "docs/architecture.md": "background/architecture",
    "docs/mutation.md": "background/mutation",
    "tests/emulator/README.md": "background/emulator",
    "CONTRIBUTING.md": "background/contributing",
}
_PLUGIN_TITLE = re.compile(r"^sendcloud\.email\.(?P<name>\w+) (?P<kind>module|filter|role) -- (?P<summary>.+)$", re.M)
# A link, or a picture in HTML, to a file of the repository.
_PATH = re.compile(r'(?P<before>\]\(| src="| srcset=")(?P<path>[^)"#:\s]+)(?P<anchor>#[^)"\s]*)?(?P<after>[)"])')
_ENVIRONMENT_VARIABLE = re.compile(r"E\((\w+)\)")


def main() -> int:
    """Return 0 where everything is as it should be; else say what is not, and return the code of what failed."""
    arguments = _arguments()
    collection = arguments.collections.resolve() / "ansible_collections" / "sendcloud" / "email"
    work = arguments.work.resolve()
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(arguments.collections.resolve()),
        "ANSIBLE_HOME": str(work / "ansible"),
    }
    write_changelog(collection, environment)
    generate(work / "generated", environment)
    mirror(pages(collection, work / "generated", options_of_modules(collection, environment)), work / "source")
    site = arguments.site.resolve()
    code = build(work / "source", work / "doctrees", site)
    if code:
        return code
    broken = links.broken(site)
    for line in broken:
        print(f"A link that leads nowhere: {line}", file=sys.stderr)
    return 1 if broken else 0


def write_changelog(collection: Path, environment: Mapping[str, str]) -> None:
    """Add what is not released yet to the changelog of this copy of the collection."""
    version = yaml.safe_load((collection / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    released = yaml.safe_load((collection / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    if version in released or not any((collection / "changelogs" / "fragments").glob("*.yml")):
        return
    _run(["antsibull-changelog", "release", "--version", version], environment, collection)


def generate(folder: Path, environment: Mapping[str, str]) -> None:
    """Have antsibull-docs write a page for each plugin and role."""
    folder.mkdir(parents=True, exist_ok=True)
    # antsibull-docs insists.
    folder.chmod(0o755)
    command = [
        "antsibull-docs",
        f"--config-file={HERE / 'antsibull-docs.cfg'}",
        "collection",
        "--use-current",
        "--fail-on-error",
        "--cleanup=everything",
        f"--dest-dir={folder}",
        NAME,
    ]
    _run(command, environment, folder)


def options_of_modules(collection: Path, environment: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """By module and option, the paragraphs of its description, as ansible-doc shows them."""
    modules = sorted(f"{NAME}.{path.stem}" for path in (collection / "plugins" / "modules").glob("*.py"))
    shown = _run(["ansible-doc", "--json", *modules], environment, collection)
    return {
        module.removeprefix(f"{NAME}."): {
            option: definition["description"] for option, definition in sorted(content["doc"]["options"].items())
        }
        for module, content in json.loads(shown).items()
    }


def pages(collection: Path, generated: Path, options: Mapping[str, Mapping[str, list[str]]]) -> dict[str, bytes]:
    """Everything that Sphinx is given, by its path in Sphinx's folder."""
    place = generated / PLACE
    plugin_pages = {path.stem: path.read_text(encoding="utf-8") for path in sorted(place.glob("*.rst"))}
    taken = {f"{PLACE}/{path.relative_to(place)}": path.read_bytes() for path in sorted(place.rglob("*.rst"))}
    # The front page of the site stands in for the collection's.
    del taken[f"{PLACE}/index.rst"]
    pictures = {path.name: path.read_bytes() for path in sorted((collection / "docs" / "images").glob("*.svg"))}
    texts = {
        "index.rst": (HERE / "index.rst").read_text(encoding="utf-8"),
        "environment_variables.rst": environment_variables(options),
        "guides.inc": "\n".join(guide_toctrees(collection)),
        "plugins.inc": "\n".join(plugin_toctrees(plugin_pages)),
        **dict(markdown_pages(collection)),
    }
    return {
        **taken,
        **{path: text.encode() for path, text in texts.items()},
        # As far from the guides as in the repository, and where the other pages look for them.
        **{f"collections/sendcloud/images/{name}": content for name, content in pictures.items()},
        **{f"images/{name}": content for name, content in pictures.items()},
    }


def guide_toctrees(collection: Path) -> Iterator[str]:
    """The guides in the order of extra-docs.yml, each section with its title."""
    listed = yaml.safe_load((collection / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    for section in listed["sections"]:
        yield from _toctree(section["title"], [f"{PLACE}/docsite/{guide}" for guide in section["toctree"]])


def plugin_toctrees(plugin_pages: Mapping[str, str]) -> Iterator[str]:
    """Modules, roles and filters, each under its short name; the redirected names have no title of this kind."""
    found = [
        (title["kind"], title["name"], page)
        for page, text in plugin_pages.items()
        for title in [_PLUGIN_TITLE.search(text)]
        if title is not None
    ]
    for kind, caption in (("module", "Modules"), ("role", "Roles"), ("filter", "Filters")):
        entries = [f"{name} <{PLACE}/{page}>" for of_kind, name, page in found if of_kind == kind]
        if entries:
            yield from _toctree(caption, entries)


def _toctree(caption: str, entries: list[str]) -> Iterator[str]:
    yield from (".. toctree::", "   :maxdepth: 1", f"   :caption: {caption}", "")
    yield from (f"   {entry}" for entry in entries)
    yield ""


def environment_variables(options: Mapping[str, Mapping[str, list[str]]]) -> str:
    """A page of every variable that the documentation of an option names, and of the options that name it."""
    named: dict[str, dict[str, list[str]]] = {}
    for module, descriptions in options.items():
        for option, paragraphs in descriptions.items():
            for variable in _ENVIRONMENT_VARIABLE.findall(" ".join(paragraphs)):
                modules = named.setdefault(variable, {}).setdefault(option, [])
                if module not in modules:
                    modules.append(module)
    lines = (HERE / "environment_variables.rst").read_text(encoding="utf-8").splitlines()
    for variable, by_option in sorted(named.items()):
        lines += [f"   * - ``{variable}``"]
        for number, (option, modules) in enumerate(by_option.items()):
            label = f"ansible_collections.{NAME}.{{}}_module__parameter-{option}"
            references = ", ".join(f":ref:`{module} <{label.format(module)}>`" for module in modules)
            lines += [f"     {'-' if number == 0 else ' '} ``{option}`` of {references}"]
    return "\n".join(lines) + "\n"


def markdown_pages(collection: Path) -> Iterator[tuple[str, str]]:
    """The pages in Markdown that are there, with links that hold on the site."""
    for path, page in MARKDOWN.items():
        if (collection / path).is_file():
            text = (collection / path).read_text(encoding="utf-8")
            yield f"{page}.md", with_links_of_the_site(text, path)


def with_links_of_the_site(text: str, path: str) -> str:
    """``text``, the Markdown file at ``path`` of the repository, with its links to other files led to the site."""

    def led(link: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join(os.path.dirname(path), link["path"]))
        address = _on_the_site(target, os.path.dirname(MARKDOWN[path]))
        return f"{link['before']}{address}{link['anchor'] or ''}{link['after']}"

    return _PATH.sub(led, text)


def _on_the_site(target: str, folder: str) -> str:
    if target in MARKDOWN:
        return os.path.relpath(f"{MARKDOWN[target]}.md", folder)
    if target.startswith("docs/images/"):
        return os.path.relpath(f"images/{os.path.basename(target)}", folder)
    if target.startswith("docs/docsite/rst/"):
        return os.path.relpath(f"{PLACE}/docsite/{os.path.basename(target)}", folder)
    return f"{REPOSITORY}/blob/main/{target}"


def mirror(files: Mapping[str, bytes], folder: Path) -> None:
    """Make ``folder`` hold just ``files``, and touch only those that are not there yet: Sphinx goes by the time."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if str(path.relative_to(folder)) not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def build(source: Path, doctrees: Path, site: Path) -> int:
    """Have Sphinx make pages of ``source``; return its exit code, with every warning an error.

    What did not change is not read again, but written again: each page shows the titles of all.
    """
    command = [
        "sphinx-build",
        "--quiet",
        "--fail-on-warning",
        "--write-all",
        "--builder=html",
        f"--conf-dir={HERE}",
        f"--doctree-dir={doctrees}",
        str(source),
        str(site),
    ]
    return subprocess.run(command, check=False).returncode


def _run(command: list[str], environment: Mapping[str, str], folder: Path) -> str:
    """What the command says; where it fails, everything it says is shown and this ends with its exit code."""
    process = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if process.returncode:
        print(process.stdout, process.stderr, sep="\n", file=sys.stderr)
        sys.exit(process.returncode)
    return process.stdout


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", type=Path, required=True, help="where ansible_collections/sendcloud/email is")
    parser.add_argument("--work", type=Path, required=True, help="a folder to keep for the next time")
    parser.add_argument("--site", type=Path, required=True, help="where to put the site")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
