# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""All checks of the collection; CONTRIBUTING.md says how to run them. They need nothing but a package index."""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import tempfile
from pathlib import Path

import antsibull_nox
import nox
from antsibull_nox.sessions import CollectionSetup, prepare_collections

ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "tests" / "requirements"
EMULATOR = ROOT / "tests" / "emulator"
LIVE = ROOT / "tests" / "live"

# What is played of the collection once it is installed; all else in it is for people.
PLAYED = ("meta", "playbooks", "plugins", "roles")

# The releases of ansible-core that are supported, and the Python that each is tested on as a controller.
MATRIX = {"2.17": "3.11", "2.18": "3.11", "2.19": "3.12", "2.20": "3.12", "2.21": "3.13", "2.22": "3.13"}
# What is not released yet: its release candidate is tested, and does not count.
CANDIDATES = {"2.22"}
RELEASES = [release for release in MATRIX if release not in CANDIDATES]

# pip, which a user has set up for the package index at hand; uv would know nothing of that.
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.download_python = "never"
# What finds most mistakes in the least time comes first.
nox.options.sessions = [
    "codeqa",
    "yamllint",
    "antsibull-nox-config",
    "format-check",
    "typing",
    "changelog",
    "license-check",
    "extra-checks",
    "docs-check",
    "docs",
    "units",
    "oldest",
    "newest",
    "build-import-check",
    "ansible-lint",
    "demo",
    "demo-check",
    "live-check",
    "integration",
    "sanity",
    "e2e",
]

# pyenv's shims stand for each Python that is installed, and work for those only that are switched on. The checks that
# look for several Pythons are shown the real ones instead.
_ENTRIES = [Path(entry) for entry in os.environ["PATH"].split(os.pathsep)]
_SHIMS = [entry for entry in _ENTRIES if entry.name == "shims"]
_PYTHONS = sorted({python for shims in _SHIMS for python in shims.parent.glob("versions/*/bin")})
os.environ["PATH"] = os.pathsep.join(map(str, [*(entry for entry in _ENTRIES if entry not in _SHIMS), *_PYTHONS]))

# The newest that the newest ansible-core runs on, of those that are installed.
NEWEST_PYTHON = next((version for version in ("3.14", "3.13", "3.12") if shutil.which(f"python{version}")), "3.13")

antsibull_nox.load_antsibull_nox_toml()


@nox.session(name="format")
def format_code(session: nox.Session) -> None:
    """Format the Python code."""
    session.install("ruff")
    session.run("ruff", "check", "--no-cache", "--select", "I", "--fix", ".")
    session.run("ruff", "format", "--no-cache", ".")


@nox.session(name="format-check")
def format_check(session: nox.Session) -> None:
    """Check that the Python code is formatted ("make format" does it)."""
    session.install("ruff")
    session.run("ruff", "format", "--no-cache", "--diff", ".")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of the plugins, the emulator and what drives the tests, with mypy."""
    _install(session, "typing")
    setup = _copy(session)
    checked = (
        "plugins",
        "tests/emulator",
        "tests/integration/run.py",
        "tests/demo/run.py",
        "tests/live/sendcloud_live",
        "docs/site/build.py",
        "noxfile.py",
    )
    collection = setup.current_path.relative_to(setup.current_place)
    roots = [str(setup.current_path / folder) for folder in ("tests/emulator", "tests/live", "docs/site")]
    with session.chdir(setup.current_place):
        session.run(
            "mypy",
            f"--config-file={ROOT / 'pyproject.toml'}",
            f"--cache-dir={_cache(session) / 'mypy'}",
            *(session.posargs or [str(collection / path) for path in checked]),
            env={"MYPYPATH": os.pathsep.join([str(setup.current_place), *roots])},
        )


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments; or "nox -s changelog -- release" to write it."""
    _install(session, "ansible-core")
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", *(session.posargs or ["lint"]))
    session.run("antsibull-changelog", "lint-changelog-yaml", "changelogs/changelog.yaml")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site; warnings, and links that lead nowhere inside it, are errors."""
    _install(session, "ansible-core", "docs")
    setup = _copy(session)
    site = ROOT / "docs" / "build"
    work = _cache(session) / "docs"
    session.run(
        "python",
        "docs/site/build.py",
        f"--collections={setup.current_place}",
        f"--work={work}",
        f"--site={site}",
    )
    session.log(f"The documentation site is at {site / 'index.html'}")


@nox.session(default=False)
def pictures(session: nox.Session) -> None:
    """Make the pictures of the documentation anew; needs BIND 9."""
    _install(session, "ansible-core", "integration", "pictures")
    session.run("python", "docs/pictures/make.py", env=_install_collection(session))


@nox.session
def units(session: nox.Session) -> None:
    """Run the unit tests and look at their coverage; what stands behind "--" goes to pytest."""
    _install(session, "ansible-core", "units")
    _run_units(session, *session.posargs)


@nox.session(default=False)
def properties(session: nox.Session) -> None:
    """Play thousands of made-up accounts, wishes and bad days, new ones each time; "-- 10000" plays that many."""
    _install(session, "ansible-core", "units")
    examples = session.posargs[0] if session.posargs else "3000"
    tests = [f"tests/unit/plugins/module_utils/_run/test_{name}.py" for name in ("properties", "set_properties")]
    arguments = ("--numprocesses=auto", "--dist=worksteal", *tests)
    _run_units(session, *arguments, environment={"SENDCLOUD_EXAMPLES": examples})


@nox.session(default=False)
@nox.parametrize(("python", "ansible_core"), [(python, release) for release, python in MATRIX.items()])
def matrix(session: nox.Session, ansible_core: str) -> None:
    """Run all tests on a release of ansible-core, with modules on each Python that is installed."""
    _install_ansible_core(session, ansible_core)
    session.install(*(f"--requirement={REQUIREMENTS / name}.txt" for name in ("units", "integration")))
    setup = _copy(session, install_in_site_packages=True)
    session.run(
        "python",
        "tests/matrix/row.py",
        f"--units={setup.current_path}",
        f"--row={_rows(session) / ansible_core}.json",
        f"--cache={_cache(session) / 'matrix'}",
        f"--work={Path(session.create_tmp()).resolve() / 'row'}",
        *session.posargs,
        env=_install_collection(session),
    )


@nox.session(default=False)
def versions(session: nox.Session) -> None:
    """Write the table of versions in docs/versions.md from what the sessions of the matrix have left."""
    session.run("python", "tests/matrix/versions.py", f"--rows={_rows(session)}", "--page=docs/versions.md", *RELEASES)


@nox.session(python="3.11")
def oldest(session: nox.Session) -> None:
    """Run what depends on them with the oldest ansible-core and libraries; Python 3.11 is the newest they run on."""
    _install_ansible_core(session, RELEASES[0])
    _install(session, "oldest")
    # These give the emulator certificates, and it needs a newer cryptography to read them.
    without = "--ignore=tests/unit/plugins/action/test_messages.py"
    # What the libraries say that newer Pythons will not let them do is no news.
    _run_dependent_tests(session, "-W", "ignore", without)


@nox.session(python=NEWEST_PYTHON)
def newest(session: nox.Session) -> None:
    """Run what depends on them with the newest Python, ansible-core and libraries, whatever was installed before."""
    upgrade = ("--upgrade", "--upgrade-strategy=eager")
    _install_ansible_core(session, RELEASES[-1], *upgrade)
    session.install(*upgrade, *(f"--requirement={REQUIREMENTS / name}.txt" for name in ("units", "integration")))
    _run_dependent_tests(session)


@nox.session(default=False)
def mutation(session: nox.Session) -> None:
    """See whether the unit tests notice mutants of the module utils; what stands behind "--" goes to the runner."""
    _install(session, "ansible-core", "units")
    session.install("cosmic-ray>=8.4.6")
    # Kept from session to session, so that a run can be resumed.
    work = _cache(session) / "mutants"
    session.run("python", "tests/mutation/run.py", f"--work={work}", *session.posargs)


@nox.session(default=False)
def bench_dns(session: nox.Session) -> None:
    """Time looks in DNS at hundreds of names; what stands behind "--" goes to the benchmark."""
    _install(session, "ansible-core", "units")
    setup = _copy(session, install_in_site_packages=True)
    with session.chdir(setup.current_path):
        session.run("python", "tests/benchmarks/dns_looks.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Compare with playbooks by hand and with Mitogen; what stands behind "--" goes to the benchmark."""
    _install(session, "ansible-core", "benchmarks")
    environment = _install_collection(session)
    # A part of it is no reason to write the page anew.
    arguments = session.posargs or [f"--docs={ROOT / 'docs'}"]
    session.run("python", "tests/benchmarks/run.py", *arguments, env=environment)


@nox.session
def demo(session: nox.Session) -> None:
    """Install the collection as its users do, and play tests/demo/demo.yml against the emulator."""
    _install(session, "ansible-core", "integration")
    session.run("python", "tests/demo/run.py", env=_install_collection(session))


@nox.session(name="demo-check")
def demo_check(session: nox.Session) -> None:
    """Check what the demo says and what it refuses."""
    _install(session, "ansible-core", "integration")
    session.install("pytest>=8.0")
    cache = f"cache_dir={_cache(session) / 'pytest-demo'}"
    session.run("pytest", "-o", cache, "tests/demo", env=_install_collection(session))


@nox.session(default=False)
def live(session: nox.Session) -> None:
    """Put the open questions of docs/api.md to the real service, with your own account: docs/live.md says how."""
    _install(session, "ansible-core", "integration")
    environment = _with_live(_install_collection(session))
    # Whatever it takes: it deletes what it has added.
    session.run("python", "-m", "sendcloud_live", env=environment, interrupt_timeout=None, terminate_timeout=None)


@nox.session(name="live-check")
def live_check(session: nox.Session) -> None:
    """Check what "make live" does and leaves behind, against the emulator as several services."""
    _install(session, "ansible-core", "integration")
    session.install("pytest>=8.0", "pytest-xdist>=3.5")
    environment = _with_live(_install_collection(session))
    cache = f"cache_dir={_cache(session) / 'pytest-live'}"
    arguments = session.posargs or ["tests/live"]
    session.run("pytest", "--numprocesses=auto", "--dist=worksteal", "-o", cache, *arguments, env=environment)


@nox.session
def integration(session: nox.Session) -> None:
    """Run the integration targets against the emulator; what stands behind "--" goes to their runner."""
    _install(session, "ansible-core", "integration")
    _run_targets(session, "--without-collections", *session.posargs)


@nox.session
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity; what stands behind "--" replaces "all tests"."""
    _install(session, "ansible-core")
    # Outside of this folder: ansible-test would ask git about a copy inside, and git ignores that.
    setup = _copy(session, install_out_of_tree=True)
    _run_sanity(session, setup.current_path, *session.posargs)


@nox.session
def e2e(session: nox.Session) -> None:
    """Run what needs other collections, BIND or Pebble; what stands behind "--" goes to pytest."""
    _install(session, "e2e")
    environment = _run_targets(session, "--with-collections")
    _run_e2e(session, environment, "--numprocesses=2", "--dist=worksteal", *(session.posargs or ["tests/e2e"]))


@nox.session(default=False)
def role_breaks(session: nox.Session) -> None:
    """Break the role off after each task that writes, run it again, and write a table of what came of it."""
    _install(session, "e2e")
    environment = _install_collection(session)
    table = Path(session.create_tmp()).resolve() / "breaks.md"
    _run_e2e(session, environment | {"E2E_BREAKS": str(table)}, "tests/e2e/role/breaks.py", *session.posargs)
    session.log(f"The table is in {table}.")


def _run_e2e(session: nox.Session, environment: dict[str, str], *arguments: str) -> None:
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin", "/usr/local/sbin"])
    if shutil.which("named", path=path) is None:
        _leave_out(session, "tests/e2e needs BIND 9, install it: apt-get install bind9 bind9-utils bind9-dnsutils")
        return
    session.run(
        "pytest",
        "-o",
        f"cache_dir={_cache(session) / 'pytest-e2e'}",
        *arguments,
        env=environment | {"PATH": path},
    )


@nox.session(name="release-check", default=False)
def release_check(session: nox.Session) -> None:
    """Build the artefact of a release into this folder and check all that is in it; "-- TAG" is the tag it is for."""
    _install(session, "ansible-core", "release")
    for old in ROOT.glob("sendcloud-email-*.tar.gz"):
        old.unlink()
    artefact = _build(session, ROOT)
    # Outside of this folder, as for the sanity tests.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "ansible_collections" / "sendcloud" / "email"
        shutil.unpack_archive(artefact, folder)
        session.run("python", "tests/release/check.py", str(folder), *(f"--tag={tag}" for tag in session.posargs))
        with session.chdir(folder):
            session.run("antsibull-changelog", "lint")
            session.run("antsibull-docs", "lint-collection-docs", "--plugin-docs", ".")
            session.run("ansible-lint", "--strict", env={"ANSIBLE_COLLECTIONS_PATH": place})
        with session.chdir(place):
            _run_importer(session, artefact)
        _run_sanity(session, folder)
    session.log(f"{artefact.name} is ready to be published.")


def _leave_out(session: nox.Session, what: str) -> None:
    """Say what a machine lacks, here and at the end of "make test"; continuous integration has to have it."""
    if os.environ.get("CI"):
        session.error(what)
    session.warn(f"LEFT OUT: {what}")
    with (ROOT / ".nox" / "left-out").open("a", encoding="utf-8") as file:
        file.write(f"LEFT OUT: {what}\n")


def _install(session: nox.Session, *requirements: str) -> None:
    session.install(*(f"--requirement={REQUIREMENTS / name}.txt" for name in requirements))


def _copy(
    session: nox.Session, *, install_in_site_packages: bool = False, install_out_of_tree: bool = False
) -> CollectionSetup:
    """A copy, less what git ignores, in ansible_collections/sendcloud/email: Ansible's tools insist on that path."""
    setup = prepare_collections(
        session, install_in_site_packages=install_in_site_packages, install_out_of_tree=install_out_of_tree
    )
    assert setup is not None, "this runs in a virtual environment"
    return setup


def _install_ansible_core(session: nox.Session, release: str, *options: str) -> None:
    session.install(*options, f"ansible-core~={release}.0{'rc1' if release in CANDIDATES else ''}")


def _rows(session: nox.Session) -> Path:
    return _cache(session) / "matrix" / "rows"


def _cache(session: nox.Session) -> Path:
    # Spelled out in full, since it is asked for in other folders, too.
    return ROOT / session.cache_dir


def _run_units(session: nox.Session, *arguments: str, environment: dict[str, str] | None = None) -> None:
    setup = _copy(session, install_in_site_packages=True)
    # A part of the tests cannot cover everything, so its coverage says nothing; and a few tests are over before a
    # worker for each processor has started.
    options = arguments or ("--cov", "--numprocesses=auto", "--dist=worksteal")
    names_tests = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
    with session.chdir(setup.current_path):
        session.run(
            "pytest",
            "--hypothesis-profile=ci",
            "-o",
            f"cache_dir={_cache(session) / 'pytest'}",
            *options,
            *([] if names_tests else ["tests/unit"]),
            env={
                **(environment or {}),
                "COVERAGE_FILE": str(Path(session.create_tmp()) / "coverage"),
                "HYPOTHESIS_STORAGE_DIRECTORY": str(_cache(session) / "hypothesis"),
                "PYTHONPATH": str(setup.current_path / "tests" / "emulator"),
            },
        )


def _run_dependent_tests(session: nox.Session, *options: str) -> None:
    """Run the unit tests of what needs a library or ansible-core, and play two targets in both ways."""
    setup = _copy(session, install_in_site_packages=True)
    utils = [f"module_utils/{folder}" for folder in ("_sendcloud", "_dns", "_tls")]
    tests = [f"tests/unit/plugins/{folder}" for folder in (*utils, "action", "modules", "plugin_utils")]
    with session.chdir(setup.current_path):
        session.run(
            "pytest",
            "--numprocesses=auto",
            "--dist=worksteal",
            "--hypothesis-profile=ci",
            "-o",
            f"cache_dir={_cache(session) / 'pytest'}",
            *options,
            *(session.posargs or tests),
            env={
                "HYPOTHESIS_STORAGE_DIRECTORY": str(_cache(session) / "hypothesis"),
                "PYTHONPATH": str(setup.current_path / "tests" / "emulator"),
            },
        )
    if not session.posargs:
        _run_targets(session, "--target=track_domain_life", "--target=track_domain_in_process")


def _run_importer(session: nox.Session, artefact: Path) -> None:
    """See whether Galaxy takes it; what Galaxy only complains of is an error here."""
    log = str(session.run("python", "-m", "galaxy_importer.main", str(artefact), silent=True))
    session.log(log)
    if any(line.startswith(("ERROR", "WARNING")) for line in log.splitlines()):
        session.error("Galaxy complains of the artefact.")


def _run_sanity(session: nox.Session, folder: Path, *arguments: str) -> None:
    # ansible-test clears the environment and keeps HOME, where it also has its virtual environments.
    home = _cache(session) / "ansible-test-home"
    pip_configuration = home / ".config" / "pip" / "pip.conf"
    _write_pip_configuration(session, pip_configuration)
    _write_get_pip(session, home / ".ansible" / "test" / "cache")
    try:
        with session.chdir(folder):
            session.run(
                "ansible-test",
                "sanity",
                "--local",
                "--color=no",
                *arguments,
                env={"HOME": str(home), "XDG_CONFIG_HOME": None},
            )
    finally:
        pip_configuration.unlink()


def _build(session: nox.Session, folder: Path) -> Path:
    """Build the artefact from what is not ignored by git."""
    setup = _copy(session)
    session.run(
        "ansible-galaxy", "collection", "build", f"--output-path={folder}", str(setup.current_path), silent=True
    )
    (artefact,) = folder.glob("*.tar.gz")
    return artefact


def _install_collection(session: nox.Session) -> dict[str, str]:
    """Build and install the collection as its users do; return the environment in which Ansible knows that one only.

    Folders that are not played are deleted from what is installed, so that nothing comes to depend on them.
    """
    work = Path(session.create_tmp()).resolve() / "installed"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    configuration = work / "ansible.cfg"
    configuration.touch()
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(work / "collections"),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(work / "home"),
        "PYTHONPATH": str(EMULATOR),
    }
    session.run(
        "ansible-galaxy",
        "collection",
        "install",
        "--offline",
        # Also where the unit tests have a copy in site-packages.
        "--force",
        f"--collections-path={work / 'collections'}",
        str(_build(session, work)),
        env=environment,
        silent=True,
    )
    for folder in (work / "collections" / "ansible_collections" / "sendcloud" / "email").iterdir():
        if folder.is_dir() and folder.name not in PLAYED:
            shutil.rmtree(folder)
    return environment


def _with_live(environment: dict[str, str]) -> dict[str, str]:
    """The environment in which the package sendcloud_live finds the installed collection, and the emulator."""
    path = [str(LIVE), environment["PYTHONPATH"], environment["ANSIBLE_COLLECTIONS_PATH"]]
    return environment | {"PYTHONPATH": os.pathsep.join(path)}


def _run_targets(session: nox.Session, *arguments: str) -> dict[str, str]:
    environment = _install_collection(session)
    logs = Path(session.create_tmp()).resolve() / "logs"
    session.run("python", "tests/integration/run.py", f"--logs={logs}", *arguments, env=environment)
    return environment


def _write_pip_configuration(session: nox.Session, path: Path) -> None:
    """Write down for ansible-test's children where packages come from: they see neither PIP_* nor a proxy."""
    configuration = configparser.RawConfigParser()
    configuration.read_dict({"global": {"quiet": "1"}})
    listed = session.run("python", "-m", "pip", "config", "list", silent=True) or ""
    # The environment comes last, because it has the last word.
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, value = line.split("=", 1)
        section, option = name.replace(":env:", "global").split(".", 1)
        if not configuration.has_section(section):
            configuration.add_section(section)
        configuration.set(section, option, ast.literal_eval(value))
    configuration.remove_option("global", "config-file")
    proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    if proxy and not configuration.has_option("global", "proxy"):
        configuration.set("global", "proxy", proxy)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        configuration.write(file)


def _write_get_pip(session: nox.Session, folder: Path) -> None:
    """Put the stand-in where ansible-test looks before it downloads a script from a web site of its own."""
    version = session.run(
        "python",
        "-c",
        "import platform, types; from ansible_test._internal import python_requirements; "
        "python = types.SimpleNamespace(version='.'.join(platform.python_version_tuple()[:2])); "
        "print(python_requirements.get_venv_packages(python)['pip'])",
        silent=True,
    )
    folder.mkdir(parents=True, exist_ok=True)
    name = f"get_pip_{str(version).strip().replace('.', '_')}.py"
    shutil.copy(ROOT / "tests" / "sanity" / "get_pip.py", folder / name)
