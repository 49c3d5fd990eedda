# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This plugin util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Connections that outlive a task: those of a loop, which all of its items share."""

from __future__ import annotations

import collections
import contextlib
import os
import ssl
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.route import route_variables
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.transport import Transport

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
    from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account

_MOST_KEPT = 8

# OpenSSL sets itself up with the first context: here, before Ansible forks, instead of once for each host.
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Connections:
    """The connections of a process, by account (with its settings) and by what of the environment they depend on.

    Ansible runs a loop in a process of its own, and with that they end.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._kept: collections.OrderedDict[t.Any, Transport] = collections.OrderedDict()

    @contextlib.contextmanager
    def client(
        self, account: Account, redactor: Redactor, clock: Clock, trace: t.Callable[[str], None]
    ) -> t.Iterator[SendCloudClient]:
        """A client of the account whose connection stays open, unless the run is interrupted."""
        key = (account, route_variables())
        transport = self._take(key) or Transport(account, redactor, clock)
        try:
            serving = transport.serving(redactor, trace)
            yield SendCloudClient(account, redactor=redactor, clock=clock, transport=serving)
        except SendCloudError:
            self._keep(key, transport)
            raise
        except BaseException:  # a task's timeout is one, too
            transport.close()
            raise
        self._keep(key, transport)

    def close(self) -> None:
        """Close all connections."""
        while self._kept:
            self._kept.popitem()[1].close()

    def _take(self, key: t.Any) -> Transport | None:
        if self._process != os.getpid():
            # Forked: these are the connections of the process that this one comes from.
            self._process = os.getpid()
            self._kept.clear()
        return self._kept.pop(key, None)

    def _keep(self, key: t.Any, transport: Transport) -> None:
        self._kept[key] = transport
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)[1].close()
