# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Runs of the role, each looked at from all sides: what Ansible says, what was asked, written, ordered and left."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..playing import Ansible, Played, Result
from .private_keys import Watch, traces
from .world import World

PLAYBOOK = "role/run.yml"
REPORT = "Say what the role says"
KEYS = "Say which variables have a private key in them"

_READS = ("list",)


@dataclass(frozen=True)
class Task:
    """What became of a task on a host: C(outcome) is C(ok), C(failed) or C(skipped)."""

    name: str
    host: str
    outcome: str
    result: Result = field(repr=False)

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))


@dataclass(frozen=True)
class Run:
    """A run of the role: its tasks in their order, and what came of it outside.

    C(endpoints) are the calls of SendCloud, C(orders) is how many there were at the authorities, C(before) and C(after)
    are the zones.
    """

    played: Played
    tasks: Sequence[Task]
    endpoints: Sequence[str]
    orders: int
    before: Mapping[str, Sequence[str]]
    after: Mapping[str, Sequence[str]]

    @property
    def changed(self) -> bool:
        """The fact C(track_domain_changed)."""
        return bool(self.played[REPORT]["msg"]["changed"])

    @property
    def result(self) -> Any:
        """The fact C(track_domain_result)."""
        return self.played[REPORT]["msg"]["result"]

    @property
    def variables_with_keys(self) -> list[str]:
        """The variables that have a private key in them afterwards."""
        return re.findall(r"\w+", self.played[KEYS]["msg"])

    @property
    def message(self) -> str:
        """What the task that ended the run says."""
        return str(next(task for task in reversed(self.tasks) if task.outcome == "failed").result["msg"])

    @property
    def changes(self) -> list[str]:
        """The tasks that say that they changed something."""
        return [task.name for task in self.tasks if task.changed]

    @property
    def wrote(self) -> bool:
        """Whether anything was written anywhere."""
        return self.before != self.after or self.orders > 0 or any(call not in _READS for call in self.endpoints)

    def records(self, name: str) -> list[str]:
        """The records of a name afterwards, in every zone."""
        return [record for zone in self.after.values() for record in zone if record.startswith(f"{name}. ")]


class RolePlayer(Ansible):
    """Plays the role in a world, and sees to it that no secret is printed, no key is in a file, nothing is left behind.

    Its keys: those of the zones, the account's at SendCloud and at the authority, and each one that SendCloud has got.
    """

    def __init__(self, folder: Path, world: World) -> None:
        self._home, self._temporary = folder / "user", folder / "tmp"
        self._watch = Watch(folder / "watch", *(folder / name for name in ("user", "tmp", "home", "local", "remote")))
        super().__init__(folder, world.environment, world.api_key, world.command)
        for made in (self._home, self._temporary):
            made.mkdir()
        self.environment |= self._watch.environment
        self.environment |= {"HOME": str(self._home), "TMPDIR": str(self._temporary)}
        self._world = world
        self._traces: set[str] = set()

    def keep_secret(self, *private_keys: str) -> None:
        """Look for these keys, too."""
        for key in private_keys:
            self._traces |= traces(key)

    def keep_credentials_secret(self, *texts: str) -> None:
        """Look for these, too."""
        self._traces |= set(texts)

    def secrets(self) -> frozenset[str]:
        world = self._world
        self.keep_secret(world.account_key, *(key for _chain, key in world.inside("pairs").values()))
        texts = (world.api_key, world.provider.key_secret, world.other_provider.key_secret)
        return frozenset([*texts, "PRIVATE KEY-----", *self._traces])

    def run(
        self,
        *options: str,
        code: int = 0,
        stores: Sequence[Path] = (),
        playbook: str = PLAYBOOK,
        **variables: Any,
    ) -> Run:
        """Run the role once; C(stores) are files that may have a key in them."""
        run = self._run(playbook, *options, code=code, **variables)
        self._check(run, stores)
        if "--check" in options:
            assert not run.wrote, (run.before, run.after, run.endpoints, run.orders)
        return run

    def run_broken_off(self, number: int, callbacks: Path, **variables: Any) -> Run:
        """Run the role until so many tasks have changed something; of what it leaves, only files are looked at."""
        own = self.environment
        self.environment = own | {
            "ANSIBLE_CALLBACK_PLUGINS": str(callbacks),
            "ANSIBLE_CALLBACKS_ENABLED": "break_off",
            "E2E_BREAK_AFTER": str(number),
        }
        try:
            run = self._run(PLAYBOOK, code=None, **variables)
        finally:
            self.environment = own
        self._check_files(())
        # A process that is killed cannot clean up.
        for folder in (self._home, self._temporary):
            shutil.rmtree(folder)
            folder.mkdir()
        return run

    def preview_and_run(self, **arguments: Any) -> Run:
        """Run the role in check mode and then for real. Raises AssertionError where they differ in what they change."""
        preview = self.run("--check", "--diff", **arguments)
        run = self.run("--diff", **arguments)
        assert preview.changed == run.changed
        return run

    def _run(self, playbook: str, *options: str, code: int | None, **variables: Any) -> Run:
        world = self._world
        self._watch.forget()
        world.inside("forget")
        before, orders = world.zones(), world.orders
        played = self.play(playbook, *options, code=code, **variables)
        return Run(
            played,
            tasks_of(played.output),
            world.inside("endpoints"),
            world.orders - orders,
            before,
            world.zones(),
        )

    def _check(self, run: Run, stores: Sequence[Path]) -> None:
        self._check_files(stores)
        remains = [file for folder in (self._home, self._temporary) for file in folder.rglob("*")]
        assert not remains, f"these are left: {remains}"
        left = [record for zone, records in run.after.items() for record in set(records) - set(run.before[zone])]
        assert not any(" TXT " in record for record in left), f"challenges are left: {left}"

    def _check_files(self, stores: Sequence[Path]) -> None:
        assert self._watch.saw_anything()
        files = self._watch.files_with(frozenset(self._traces), but=stores)
        assert not files, f"there is or was a private key in {files}"


def tasks_of(output: str) -> list[Task]:
    """The tasks of a play in their order, of an output with a JSON document on each line."""
    tasks = []
    for line in output.splitlines():
        if not line.startswith('{"_event":"v2_runner_on_'):
            continue
        event = json.loads(line)
        outcome = event["_event"].removeprefix("v2_runner_on_")
        if outcome in ("ok", "failed", "skipped", "unreachable"):
            # Those of a role have its name in front.
            name = event["task"]["name"].rpartition(" : ")[2]
            tasks += [Task(name, host, outcome, result) for host, result in event["hosts"].items()]
    return tasks
