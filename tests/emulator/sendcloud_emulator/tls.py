# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A throw-away certificate authority for the loopback interface."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path


class ThrowAwayTls:
    """A server certificate for 127.0.0.1, ::1 and localhost, and the file of the CA that issued it."""

    def __init__(self) -> None:
        import trustme

        self._directory = tempfile.TemporaryDirectory(prefix="sendcloud-emulator-")
        authority = trustme.CA()
        path = Path(self._directory.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        self.ca_path = str(path)
        self.ca_pem = path.read_text(encoding="ascii")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "::1", "localhost").configure_cert(self.context)

    def close(self) -> None:
        """Remove the file."""
        self._directory.cleanup()
