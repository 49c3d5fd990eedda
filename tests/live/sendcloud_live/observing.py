# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What SendCloud itself says, before the collection makes anything of it: one request, one observation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Self

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import comparable
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import CHECK_CONFIG, DELETE, LIST
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.transport import Transport

_READS = (LIST, CHECK_CONFIG)
# After these there is nothing more to be learned from the account.
_ENDS = (_errors.AUTHENTICATION, _errors.PERMISSION, _errors.RATE_LIMITED)
_SECRET_PARAMETERS = ("certContent", "certKey")

Observation = dict[str, Any]


class Observer:
    """One connection to an account, for raw requests.

    Of a list it keeps the rows of ``own_names`` alone: whatever else the account holds is nobody's business.
    ``secrets`` are kept out of what SendCloud says, beside the account's key.
    """

    def __init__(self, account: Account, own_names: Collection[str], secrets: Collection[str] = ()) -> None:
        self._transport = Transport(account, Redactor((account.api_key, *secrets)), Clock())
        self._own_names = frozenset(own_names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._transport.close()

    def ask(self, endpoint: str, parameters: Mapping[str, str]) -> Observation:
        """Send one request; a refusal is an observation like any other.

        ``code``, ``message``, ``total`` and ``count`` are as SendCloud gives them (None: not there), ``kind`` is how
        the collection takes a refusal, ``own`` holds the raw rows of the own names, ``others`` counts the rest, and
        ``asked_at`` is in UTC. Raises SendCloudError where there is no answer, or one that ends everything.
        """
        send = self._transport.read if endpoint in _READS else self._transport.write
        observation: Observation = {
            "endpoint": endpoint,
            "sent": {name: value for name, value in parameters.items() if name not in _SECRET_PARAMETERS},
            "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **dict.fromkeys(("kind", "message", "total", "count")),
        }
        try:
            envelope = send(endpoint, parameters)
        except SendCloudError as error:
            if error.status_code is None or error.kind in _ENDS:
                raise
            return {
                **observation,
                "code": error.status_code,
                "kind": error.kind,
                "message": error.api_message,
                "own": [],
                "others": 0,
            }
        rows = _rows(envelope.info)
        own = [row for row in rows if isinstance(row, dict) and self._is_own(row)]
        return {
            **observation,
            "code": envelope.status_code,
            "total": envelope.info.get("total"),
            "count": envelope.info.get("count"),
            "own": own,
            "others": len(rows) - len(own),
        }

    def own_rows(self) -> list[dict[str, Any]]:
        """The rows of the own names as the account holds them now. Raises SendCloudError."""
        observation = self.ask(LIST, {"start": "0", "limit": "100"})
        if observation["kind"] is not None:
            raise SendCloudError(observation["kind"], f"SendCloud refused {LIST} with code {observation['code']}")
        own: list[dict[str, Any]] = observation["own"]
        return own

    def delete(self, domain_id: object) -> None:
        """Delete a domain; a refusal shows in the next list. Raises SendCloudError where there is no answer."""
        self.ask(DELETE, {"id": str(domain_id)})

    def _is_own(self, row: Mapping[str, Any]) -> bool:
        return comparable(str(row.get("name") or "")) in self._own_names


def _rows(info: Mapping[str, Any]) -> list[Any]:
    if "data" in info:
        return [info["data"]]
    rows = info.get("dataList")
    return rows if isinstance(rows, list) else []
