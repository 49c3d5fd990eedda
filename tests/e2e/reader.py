# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Somebody who follows a page: pastes its blocks into files, in their order, and runs what there is to run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .documents import Block, blocks, outputs
from .playing import Result, check_for_secrets, clean_environment

# No playbook takes nearly so long; it is for one that hangs, in seconds.
_PATIENCE = 600
_LAST_LINES = 60
_PASSWORD_FILE = "vault.pass"
_VARIABLES = "variables.json"
_PLAY = {"name": "Try it", "hosts": "localhost", "gather_facts": False}


@dataclass(frozen=True)
class Followed:
    """How a run of Ansible ended: Ansible's own count by host, and the result of each task by name and host."""

    stats: Mapping[str, Mapping[str, int]]
    results: Mapping[tuple[str, str], Result]
    output: str

    @property
    def changed(self) -> list[str]:
        """The tasks that say that they changed something."""
        return [task for (task, _host), result in self.results.items() if result.get("changed")]

    def of(self, task: str, host: str = "localhost") -> Result:
        """The result of a task. Those of a role have its name in front, which is left out."""
        return self.results[task, host]


@dataclass(frozen=True)
class Sight:
    """What is looked at around each run: what can be written, and which secrets must not be shown.

    C(state) is another value once anything was written, at SendCloud, in DNS, or elsewhere. C(calls) are the endpoints
    of SendCloud that were called so far.
    """

    state: Callable[[], Any]
    calls: Callable[[], Sequence[str]]
    secrets: Callable[[], frozenset[str]]


class Reader:
    """Follows one page in a folder of its own, or what of it is before the file C(until), or from C(since) on.

    C(environment) is what is exported there, C(replace) what the reader puts in place of the page's example values
    (addresses, paths), C(inside) a command that runs another one in another network. As a context manager it insists
    that no block is left out, and no output.
    """

    def __init__(
        self,
        page: str,
        folder: Path,
        sight: Sight,
        *,
        environment: Mapping[str, str],
        replace: Mapping[str, str],
        inside: Sequence[str] = (),
        until: str | None = None,
        since: str | None = None,
    ) -> None:
        self.folder = folder / "project"
        self.folder.mkdir(parents=True)
        self.environment = dict(environment)
        self._page = page
        all_blocks = list(blocks(page))
        names = [block.file for block in all_blocks]
        self._left = all_blocks[names.index(since) if since else 0 : names.index(until) if until else None]
        self._ansible = clean_environment(folder)
        self._sight = sight
        self._outputs = list(outputs(page))
        self._replace = replace
        self._inside = inside

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            assert not self._left, f"nobody reads {', '.join(map(str, self._left))}"
            assert not self._outputs, f"nobody compares {len(self._outputs)} runs that {self._page} shows"

    # Reading

    def next(self, file: str | None = None) -> Block:
        """The next block, which is to be this file. Raises AssertionError where it is another one."""
        block = self._left.pop(0)
        assert file is None or block.file == file, f"{block} comes where {file} should"
        return block

    def text(self, block: Block) -> str:
        """The text of a block with the reader's own values."""
        text = block.text
        for example, own in self._replace.items():
            text = text.replace(example, own)
        return text

    # Writing

    def write(self, file: str, text: str) -> None:
        """Write a file of the project."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def paste(self, file: str) -> None:
        """Paste the next block into the file that it is."""
        self.write(file, self.text(self.next(file)))

    def keep_vault(self, file: str, block: Block, **own: str) -> None:
        """Write the reader's own values into a vault, under the keys that a block has.

        Raises AssertionError unless the keys of the two are the same.
        """
        assert block.content.keys() == own.keys()
        self.write(_PASSWORD_FILE, "a password\n")
        self.write(file, yaml.safe_dump(own))
        self.call("ansible-vault", "encrypt", f"--vault-password-file={_PASSWORD_FILE}", file)

    def paste_tasks(self, file: str) -> None:
        """Paste the next block, a list of tasks, into a play of its own."""
        block = self.next()
        assert block.file is None, f"{block} is a file of its own"
        self.write(file, yaml.safe_dump([{**_PLAY, "tasks": yaml.safe_load(self.text(block))}], sort_keys=False))

    def paste_steps(self) -> list[str]:
        """Paste the next block, a list of tasks, into playbooks that are run one by one; return their names.

        Each begins with a task of this collection, and what it registers is looked at in the tasks that follow.
        """
        steps: list[list[Any]] = []
        for task in yaml.safe_load(self.text(self.next())):
            if not steps or any(keyword.startswith("sendcloud.email.") for keyword in task):
                steps.append([])
            steps[-1].append(task)
        names = [f"step-{number}.yml" for number in range(1, len(steps) + 1)]
        for name, tasks in zip(names, steps, strict=True):
            self.write(name, yaml.safe_dump([{**_PLAY, "tasks": tasks}], sort_keys=False))
        return names

    def paste_variables(self, playbook: str, *, instead_of: str = "") -> None:
        """Paste the next block among the variables of the one task of a playbook that is there already.

        Those whose names begin with C(instead_of) go.
        """
        block = self.next()
        (play,) = yaml.safe_load((self.folder / playbook).read_text(encoding="utf-8"))
        (task,) = play["tasks"]
        kept = {name: value for name, value in task["vars"].items() if not (instead_of and name.startswith(instead_of))}
        task["vars"] = kept | yaml.safe_load(self.text(block))
        self.write(playbook, yaml.safe_dump([play], sort_keys=False))

    def paste_instead(self, playbook: str, to: str) -> None:
        """Paste the next block, a list of tasks, in place of the tasks of a playbook that is there already."""
        (play,) = yaml.safe_load((self.folder / playbook).read_text(encoding="utf-8"))
        play["tasks"] = yaml.safe_load(self.text(self.next()))
        self.write(to, yaml.safe_dump([play], sort_keys=False))

    # Running

    def follow(self, playbook: str, *options: str, **variables: Any) -> Followed:
        """Run a playbook in check mode, for real, and again; return the second of these runs.

        Raises AssertionError where check mode writes anything or predicts another end, or the last run changes
        anything.
        """
        before, number = self._sight.state(), len(self._sight.calls())
        preview = self.play(playbook, "--check", "--diff", *options, **variables)
        assert self._sight.state() == before, "check mode has written something"
        assert {call.rpartition("/")[2] for call in self._sight.calls()[number:]} <= {"list"}
        real = self.play(playbook, "--diff", *options, **variables)
        assert bool(preview.changed) == bool(real.changed), (preview.changed, real.changed)
        self.repeat(playbook, *options, **variables)
        return real

    def repeat(self, playbook: str, *options: str, **variables: Any) -> Followed:
        """Run a playbook that has nothing left to do. Raises AssertionError where it changes or writes anything."""
        before = self._sight.state()
        again = self.play(playbook, "--diff", *options, **variables)
        assert not again.changed, again.changed
        assert self._sight.state() == before
        return again

    def play(self, playbook: str, *options: str, code: int = 0, **variables: Any) -> Followed:
        """Run a playbook of the project or, by its full name, of the collection."""
        # In a file: the command line is for everyone to see.
        self.write(_VARIABLES, json.dumps(variables))
        return self.call(
            "ansible-playbook", playbook, *self._vault(), *options, f"--extra-vars=@{_VARIABLES}", code=code
        )

    def show(self, playbook: str, *options: str) -> None:
        """Run a playbook, and compare what Ansible shows with the next output on the page.

        Raises AssertionError where they differ. Headings may be filled up with more or fewer asterisks.
        """
        shown = self.call("ansible-playbook", playbook, *self._vault(), *options, ANSIBLE_STDOUT_CALLBACK="default")
        expected = self._outputs.pop(0)
        # Before it, Ansible warns that there is no inventory.
        real = shown.output[shown.output.index("PLAY [") :]
        assert _plain(real) == _plain(expected), real

    def _vault(self) -> list[str]:
        return [f"--vault-password-file={_PASSWORD_FILE}"] if (self.folder / _PASSWORD_FILE).exists() else []

    def call(self, *command: str, code: int = 0, **environment: str) -> Followed:
        """Run a command in the folder of the project.

        Raises AssertionError for another exit code, and for a secret in what is shown.
        """
        ended = subprocess.run(
            # Another network has another idea of the folder that it works in.
            [*self._inside, "env", f"--chdir={self.folder}", *command],
            # Ansible tells a relative path's start from it.
            env={**self._ansible, **self.environment, "PWD": str(self.folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_PATIENCE,
        )
        check_for_secrets(ended.stdout, self._sight.secrets())
        end = "\n".join(ended.stdout.splitlines()[-_LAST_LINES:])
        assert ended.returncode == code, f"{shlex.join(command)} ended with {ended.returncode}:\n{end}"
        return _read(ended.stdout)


def _read(output: str) -> Followed:
    results: dict[tuple[str, str], Result] = {}
    stats: Mapping[str, Mapping[str, int]] = {}
    for line in output.splitlines():
        if not line.startswith('{"_event":'):
            continue
        event = json.loads(line)
        if event["_event"] in ("v2_runner_on_ok", "v2_runner_on_failed", "v2_runner_on_skipped"):
            name = event["task"]["name"].rpartition(" : ")[2]
            results |= {(name, host): result for host, result in event["hosts"].items()}
        elif event["_event"] == "v2_playbook_on_stats":
            stats = event["stats"]
    return Followed(stats, results, output)


def _plain(output: str) -> list[str]:
    lines = (re.sub(r"\*{3,}", "***", line).rstrip() for line in output.splitlines())
    return [line for line in lines if line]
