# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Play the demo of the installed collection against an emulator: a preview first, then the real thing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from sendcloud_emulator import Emulator


def main() -> int:
    """Return the exit code of the first ansible-playbook that fails, else 0."""
    with Emulator() as emulator:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
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
        variables = {
            "ansible_python_interpreter": sys.executable,
            "emulator_control_url": emulator.control_url,
        }
        command = ["ansible-playbook", "sendcloud.email.demo", "--extra-vars", json.dumps(variables)]
        for options in (["--check", "--diff"], ["--diff"]):
            print(f"\n$ ansible-playbook playbooks/demo.yml {' '.join(options)}", flush=True)
            code = subprocess.run([*command, *options], env=environment, check=False).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
