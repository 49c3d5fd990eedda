# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What is said to the user, who may have closed the terminal: nothing depends on somebody reading it."""

from __future__ import annotations

import contextlib
import sys


def say(text: str, *, is_trouble: bool = False, end: str = "\n") -> None:
    """Print a text, trouble on the standard error. Does nothing where nobody can read it any more."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr if is_trouble else sys.stdout, end=end, flush=True)
