# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The play as a process of its own, which can be ended at any time without a request being left under way."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .certificates import ThrowAway
from .interruptions import Interruptions
from .settings import Settings

PLAYBOOK = Path(__file__).resolve().parent.parent / "live.yml"

# Longer than a request with all its repetitions usually takes.
LONGEST_REQUEST = 150.0


def play(settings: Settings, throw_away: Mapping[str, ThrowAway], record: Path, interruptions: Interruptions) -> int:
    """Play live.yml, and return the exit code of ansible-playbook (the number of a signal, negative).

    Its results go to ``record``. When this returns, all processes of the play have ended, however it was ended:
    Ansible's workers lead sessions of their own, and one whose parent was killed still finishes its request.
    """
    variables = {
        "live_first": settings.names.first,
        "live_second": settings.names.second,
        "live_second_unicode": settings.names.second_unicode,
        "live_part": settings.names.part,
        "live_stranger": settings.names.stranger,
    }
    command = [sys.executable, "-m", "ansible", "playbook", str(PLAYBOOK), "--extra-vars", json.dumps(variables)]
    # Whoever has inherited the second end keeps the pipe open.
    watched, inherited = os.pipe()
    try:
        # A session of its own, so that Ctrl-C comes here alone, and here it is decided what ends when.
        process = subprocess.Popen(
            command,
            env=_environment(settings, throw_away, record),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[inherited],
        )
        os.close(inherited)
        interruptions.are_for(process)
        code = process.wait()
        select.select([watched], [], [], LONGEST_REQUEST)
        return code
    finally:
        os.close(watched)


def _environment(settings: Settings, throw_away: Mapping[str, ThrowAway], record: Path) -> dict[str, str]:
    # Nothing of the user's own settings of Ansible, which may be to say more than is fit to be shown.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "LIVE_"))}
    paths = {name: os.environ[name] for name in ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME") if name in os.environ}
    pairs: dict[str, Any] = {f"LIVE_{kind}": pair for kind, pair in throw_away.items()}
    pems = {f"{name}_CERTIFICATE": pair.certificate for name, pair in pairs.items()}
    pems |= {f"{name}_KEY": pair.private_key for name, pair in pairs.items()}
    if settings.given is not None:
        pems |= {"LIVE_GIVEN_CERTIFICATE": settings.given.bundle, "LIVE_GIVEN_KEY": settings.given.private_key}
    configuration = record.with_name("ansible.cfg")
    configuration.touch()
    package = str(Path(__file__).resolve().parent.parent)
    return {
        **kept,
        **paths,
        **pems,
        "SENDCLOUD_API_URL": settings.account.api_url,
        "SENDCLOUD_API_USER": settings.account.api_user,
        "SENDCLOUD_API_KEY": settings.account.api_key,
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_FORCE_COLOR": str(sys.stdout.isatty()),
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "LIVE_RECORD": str(record),
        "PYTHONPATH": os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
