# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A look in DNS with the collection as it is installed, in a process that may be in another network.

This file is also that process: it reads what to look at as JSON, and writes what was found.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TARGET = "track2.sendcloud.net"

# A look takes at most a few seconds.
_PATIENCE = 60


@dataclass(frozen=True)
class Seen:
    """What a look found: the value of C(dns), whether SendCloud would be asked, and what a person is told."""

    dns: dict[str, Any]
    ready: bool
    told: str


def look(inside: Sequence[str], *names: str, servers: Sequence[str] = ()) -> list[Seen]:
    """Look at names, all with the same resolver, from the network that the command C(inside) leads to."""
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    finished = subprocess.run(
        [*inside, sys.executable, __file__],
        input=json.dumps({"names": names, "servers": servers}),
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=_PATIENCE,
    )
    assert finished.returncode == 0, finished.stderr
    return [Seen(**seen) for seen in json.loads(finished.stdout)]


def main() -> None:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.diagnosis import explain
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import parse_server

    asked = json.load(sys.stdin)
    resolver = Resolver([parse_server(server) for server in asked["servers"]])
    looks = resolver.look_many([(name, TARGET) for name in asked["names"]], explain=True)
    seen = [{"dns": one.as_result(), "ready": one.ready, "told": explain(one)} for one in looks]
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
