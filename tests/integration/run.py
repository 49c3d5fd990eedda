# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Run the integration targets, each against an emulator of its own, and look for secrets in all that Ansible says.

Each target is played twice: with the work done in Ansible's own process, and with modules. The results of this
collection's tasks have to be the same. With C(--interpreter), it is played once, with modules that run on that Python.

A target is a role in C(tests/integration/targets). It gets these variables:

* C(emulator_url), C(emulator_user), C(emulator_key): what a module needs to reach the emulator's account;
* C(emulator_control_url): where the emulator's own endpoints are (C(journal), C(publish) and so on);
* C(target_work_dir): an empty folder. Each line that a target writes to the file C(secrets.txt) there is, like the key,
  a secret: it must not be in the output.

A target may set C(sendcloud_in_process) for a task to have it take the same way in both plays. Values that it has
encrypted with Ansible's vault have the password C(integration).

A target with a C(requirements.yml) needs other collections. Targets called C(setup_*) are for others to depend on, and
those called C(*_in_process) are about Ansible's own process, so that C(--interpreter) leaves them out.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from sendcloud_emulator import Emulator

TARGETS = Path(__file__).resolve().parent / "targets"
_RESULTS = "results.jsonl"
_NEVER_THE_SAME = (
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?([+-]\d\d:\d\d|Z)?", "TIME"),
    (r'"waited": [\d.]+', '"waited": SECONDS'),
    (r"serial number [0-9a-f]+", "serial number NUMBER"),
    # Where Ansible has unpacked a module whose traceback is shown.
    (r"_payload_\w+", "_payload"),
)
# How much of a failed target's output is shown.
_LAST_LINES = 80


@dataclass(frozen=True)
class Play:
    """How a target was played in one of the two ways. C(results) are those of this collection's tasks, in order."""

    problems: tuple[str, ...]
    recap: str
    output: str
    results: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How a target ended. C(problems) says what is wrong with it, and C(recap) is Ansible's own count."""

    target: str
    problems: tuple[str, ...]
    recap: str
    seconds: float
    output: str

    def __str__(self) -> str:
        verdict = "; ".join(self.problems) or "ok"
        return f"{self.target:<32} {verdict} ({self.recap}; {self.seconds:.0f} s)"


def main() -> int:
    """Return 0 if there was a target, and none of them failed."""
    options = _parser().parse_args()
    targets = sorted(_find(options))
    if not targets:
        print("No integration target was found.", file=sys.stderr)
        return 1
    if options.list:
        print(*targets, sep="\n")
        return 0
    options.logs.mkdir(parents=True, exist_ok=True)
    problems: dict[str, Sequence[str]] = {}
    run = functools.partial(_run, interpreter=options.interpreter)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for outcome in pool.map(run, targets):
            log = options.logs / f"{outcome.target}.log"
            log.write_text(outcome.output, encoding="utf-8")
            print(outcome, flush=True)
            problems[outcome.target] = outcome.problems
            if options.verbose:
                print(outcome.output, flush=True)
            elif outcome.problems:
                print(*outcome.output.splitlines()[-_LAST_LINES:], f"All of it: {log}", sep="\n", flush=True)
    if options.report:
        options.report.write_text(json.dumps(problems), encoding="utf-8")
    failed = sum(map(bool, problems.values()))
    print(f"{len(targets) - failed} of {len(targets)} integration targets passed.")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Run the integration targets against the emulator.")
    parser.add_argument("--target", action="append", help="run this one only (may be repeated)")
    parser.add_argument("--list", action="store_true", help="show what would be run")
    parser.add_argument("-v", "--verbose", action="store_true", help="show the output of those that pass, too")
    parser.add_argument("--logs", type=Path, default=Path("logs"), help="folder for the output (default: %(default)s)")
    parser.add_argument("--interpreter", help="play the targets as modules that run on this Python")
    parser.add_argument("--report", type=Path, help="file to write the problems of each target to, as JSON")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--with-collections", action="store_true", help="only what needs other collections")
    which.add_argument("--without-collections", action="store_true", help="only what needs no other collection")
    return parser


def _find(options: argparse.Namespace) -> Iterator[str]:
    for tasks in TARGETS.glob("*/tasks/main.yml"):
        target = tasks.parent.parent
        needs_collections = (target / "requirements.yml").exists()
        if target.name.startswith("setup_") or (options.target and target.name not in options.target):
            continue
        if options.interpreter and target.name.endswith("_in_process"):
            continue
        if (options.with_collections and not needs_collections) or (options.without_collections and needs_collections):
            continue
        yield target.name


def _run(target: str, *, interpreter: str | None = None) -> Outcome:
    started = time.monotonic()
    # The same for both plays: it may be a part of what is compared.
    key = f"key-{secrets.token_hex(16)}"
    if interpreter:
        plays = [_play(target, key, in_process=False, interpreter=interpreter)]
    else:
        plays = [_play(target, key, in_process=in_process) for in_process in (True, False)]
    problems = [problem for play in plays for problem in play.problems]
    if not problems and len(plays) > 1:
        problems = _differences(*plays)
    return Outcome(
        target=target,
        problems=tuple(problems),
        recap=plays[0].recap,
        seconds=time.monotonic() - started,
        output="\n".join(play.output for play in plays),
    )


def _play(target: str, key: str, *, in_process: bool, interpreter: str = "{{ ansible_playbook_python }}") -> Play:
    with (
        tempfile.TemporaryDirectory(prefix="sendcloud-email-") as folder,
        Emulator(key=key) as emulator,
    ):
        work = Path(folder) / "work"
        work.mkdir()
        variables = {
            "emulator_url": emulator.url,
            "emulator_control_url": emulator.control_url,
            "emulator_user": emulator.user,
            "emulator_key": emulator.key,
            "target_work_dir": str(work),
        }
        finished = subprocess.run(
            _command(Path(folder), target, variables, in_process=in_process, interpreter=interpreter),
            env=_environment(Path(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        way = "in process" if in_process else "as modules"
        problems = [f"{way}, ansible-playbook ended with {finished.returncode}"] if finished.returncode else []
        problems += [
            f"{way}, line {line} of the output has a secret in it" for line in _leaks(finished.stdout, emulator, work)
        ]
        collected = Path(folder) / _RESULTS
        lines = collected.read_text(encoding="utf-8").splitlines() if collected.exists() else []
        results = [_comparable(line, folder) for line in lines]
    recap = re.search(r"^localhost\s+: (.*?)\s*$", finished.stdout, re.MULTILINE)
    return Play(
        problems=tuple(problems),
        recap=re.sub(r"\s+", " ", recap[1]) if recap else "no recap",
        output=finished.stdout,
        results=tuple(results),
    )


def _comparable(line: str, folder: str) -> str:
    """A line of collected results without what no two plays share (folders, ports, times) and what may differ."""
    name, how, result = json.loads(line)
    facts = result.get("ansible_facts", {})
    facts.pop("discovered_interpreter_python", None)
    if not facts:
        result.pop("ansible_facts", None)
    # Some releases of ansible-core show an empty list for a try that is repeated.
    if result.get("warnings") == []:
        del result["warnings"]
    text = json.dumps([name, how, result], indent=1, sort_keys=True).replace(folder, "FOLDER")
    for pattern, placeholder in _NEVER_THE_SAME:
        text = re.sub(pattern, placeholder, text)
    return text


def _differences(here: Play, there: Play) -> list[str]:
    if len(here.results) != len(there.results):
        return [f"{len(here.results)} results in process, {len(there.results)} as modules"]
    different = [pair for pair in zip(here.results, there.results, strict=True) if pair[0] != pair[1]]
    return [
        "the results differ:\n"
        + "\n".join(unified_diff(a.splitlines(), b.splitlines(), "in process", "as modules", lineterm=""))
        for a, b in different
    ]


def _command(folder: Path, target: str, variables: dict[str, str], *, in_process: bool, interpreter: str) -> list[str]:
    play = {
        "name": f"Integration target {target}",
        "hosts": "localhost",
        "gather_facts": False,
        "roles": [target],
    }
    playbook = folder / "playbook.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    # In a file: the command line is for everyone to see.
    extra = folder / "variables.json"
    extra.write_text(json.dumps(variables), encoding="utf-8")
    inventory = folder / "inventory.yml"
    host = {
        "ansible_connection": "local",
        "ansible_python_interpreter": interpreter,
        "sendcloud_in_process": in_process,
    }
    (folder / "vault_password").write_text("integration", encoding="utf-8")
    inventory.write_text(json.dumps({"all": {"hosts": {"localhost": host}}}), encoding="utf-8")
    # Everything is shown, because nothing that is shown may be a secret.
    return ["ansible-playbook", "-vvvv", f"--inventory={inventory}", f"--extra-vars=@{extra}", str(playbook)]


def _environment(folder: Path) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SENDCLOUD_")}
    # The emulator is for this process: a module must do with what its user has installed.
    environment.pop("PYTHONPATH", None)
    return environment | {
        "ANSIBLE_CALLBACKS_ENABLED": "collect_results",
        "ANSIBLE_CALLBACK_PLUGINS": str(TARGETS.parent / "callback_plugins"),
        "ANSIBLE_FORCE_COLOR": "false",
        # What modules return of their arguments is compared, too.
        "ANSIBLE_INJECT_INVOCATION": "true",
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_NOCOWS": "true",
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_ROLES_PATH": str(TARGETS),
        "ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "vault_password"),
        "COLLECTED_RESULTS": str(folder / _RESULTS),
    }


def _leaks(output: str, emulator: Emulator, work: Path) -> list[int]:
    """The numbers of the lines with a secret in them; PEM's own first and last lines are none."""
    known = {emulator.key}
    listed = work / "secrets.txt"
    if listed.exists():
        lines = (line.strip() for line in listed.read_text(encoding="utf-8").splitlines())
        known.update(line for line in lines if line and not line.startswith("-----"))
    return [
        number for number, line in enumerate(output.splitlines(), start=1) if any(secret in line for secret in known)
    ]


if __name__ == "__main__":
    sys.exit(main())
