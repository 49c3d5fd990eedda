# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Play the demo with the installed collection against an emulator: a preview first, then the real thing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sendcloud_emulator import Emulator

PLAYBOOK = Path(__file__).resolve().with_name("demo.yml")


def command(emulator: Emulator, *options: str, control_url: str | None = None) -> list[str]:
    """The command that plays the demo; ``control_url`` takes the place of the emulator's own."""
    variables = {
        "ansible_python_interpreter": sys.executable,
        "emulator_control_url": emulator.control_url if control_url is None else control_url,
    }
    return ["ansible-playbook", str(PLAYBOOK), "--extra-vars", json.dumps(variables), *options]


def environment(emulator: Emulator) -> Mapping[str, str]:
    """The environment in which the demo is played: the account, and an output that is easy to read."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "SENDCLOUD_API_URL": emulator.url,
        "SENDCLOUD_API_USER": emulator.user,
        "SENDCLOUD_API_KEY": emulator.key,
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_FORCE_COLOR": str(sys.stdout.isatty()),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
    }


def main() -> int:
    """Return the exit code of the first ansible-playbook that fails, else 0."""
    with Emulator() as emulator:
        for options in (["--check", "--diff"], ["--diff"]):
            print(f"\n$ ansible-playbook tests/demo/demo.yml {' '.join(options)}", flush=True)
            code = subprocess.run(command(emulator, *options), env=environment(emulator), check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
