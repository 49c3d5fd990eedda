# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""SendCloud's tracking-domain API over HTTP: five endpoints, one connection, typed answers and errors.

It knows no Ansible, and is usable from a Python prompt::

    with SendCloudClient(Account("user", "key")) as client:
        print(client.list_domains())
"""

from __future__ import annotations

import time
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    TrackDomain,
    UnreadableDomainError,
    parse_integer,
    parse_track_domain,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.transport import Transport

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.envelope import Envelope

LIST = "trackDomain/list"
ADD = "trackDomain/add"
UPDATE = "trackDomain/update"
CHECK_CONFIG = "trackDomain/checkConfig"
DELETE = "trackDomain/delete"
_WRITES = frozenset((ADD, UPDATE, DELETE))

# The vendor's default and maximum.
PAGE_SIZE = 100


def _unreadable(endpoint: str, what: str) -> SendCloudError:
    return SendCloudError(
        _errors.PROTOCOL,
        f"SendCloud's answer to {endpoint} cannot be read: {what}",
        http_status=200,
        endpoint=endpoint,
        doubtful=endpoint in _WRITES,
    )


class SendCloudClient:
    """The API of one account.

    ``pause`` waits a number of seconds between two tries, ``secrets`` are further texts (private keys) that
    must not appear in what SendCloud's answers are quoted with. Close it, or use it as a context manager.

    Every method raises SendCloudError, and where ``requests`` is missing the constructor MissingLibraryError.
    """

    def __init__(
        self,
        account: Account,
        *,
        secrets: t.Iterable[str | None] = (),
        pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._redactor = Redactor((account.api_key, *secrets))
        self._transport = Transport(account, self._redactor, pause)

    def __enter__(self) -> SendCloudClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def list_domains(
        self, names: t.Sequence[str] | None = None, *, seconds_left: float | None = None
    ) -> list[TrackDomain]:
        """Every tracking domain of the account, each once, or those with the given names.

        Whether SendCloud takes a name as a whole or as a part of a name is not known: the answer is filtered again.
        With ``seconds_left`` there is one try, cut to that time.
        """
        found: dict[int, TrackDomain] = {}
        while True:
            known = len(found)
            parameters = {"start": str(known), "limit": str(PAGE_SIZE)}
            if names is not None:
                parameters["name"] = ";".join(names)
            envelope = self._transport.read(LIST, parameters, seconds_left)
            page = self._domains(LIST, envelope)
            for domain in page:
                found.setdefault(t.cast(int, domain.id), domain)
            # A page with nothing new is the end whatever the total says, so the paging always ends.
            if len(found) in (known, parse_integer(envelope.info.get("total"))):
                break
        wanted = None if names is None else frozenset(names)
        return [domain for domain in found.values() if wanted is None or domain.name in wanted]

    def add(self, name: str, certificate: str | None = None, private_key: str | None = None) -> TrackDomain:
        """Add a tracking domain, with a certificate and its key (PEM) or without."""
        return self._write(ADD, {"name": name}, certificate, private_key, name=name)

    def update(
        self,
        domain_id: int,
        name: str | None = None,
        certificate: str | None = None,
        private_key: str | None = None,
    ) -> TrackDomain:
        """Rename a tracking domain, upload a certificate and its key (PEM), or both at once."""
        parameters = {"id": str(domain_id)}
        if name is not None:
            parameters["name"] = name
        return self._write(UPDATE, parameters, certificate, private_key, name=name, domain_id=domain_id)

    def delete(self, domain_id: int) -> None:
        """Delete a tracking domain."""
        envelope = self._transport.write(DELETE, {"id": str(domain_id)})
        if parse_integer(envelope.info.get("count")) == 0:
            # Success that deleted nothing: the other way to say that it does not exist.
            text = f"SendCloud deleted nothing: the tracking domain {domain_id} is not there (any more)"
            raise SendCloudError(
                _errors.NOT_FOUND, text, status_code=envelope.status_code, http_status=200, endpoint=DELETE
            )

    def check_config(self, domain_ids: t.Sequence[int], *, seconds_left: float | None = None) -> dict[int, TrackDomain]:
        """Have SendCloud look the CNAME records up and store what it finds; the domains as they are then, by ID.

        With ``seconds_left`` there is one try, cut to that time.
        """
        parameters = {"id": ";".join(str(domain_id) for domain_id in domain_ids)}
        envelope = self._transport.read(CHECK_CONFIG, parameters, seconds_left)
        domains = self._domains(CHECK_CONFIG, envelope)
        return {t.cast(int, domain.id): domain for domain in domains if domain.id in domain_ids}

    def _write(
        self,
        endpoint: str,
        parameters: dict[str, str],
        certificate: str | None,
        private_key: str | None,
        *,
        name: str | None = None,
        domain_id: int | None = None,
    ) -> TrackDomain:
        if certificate is not None and private_key is not None:
            parameters = {**parameters, "certContent": certificate, "certKey": private_key}
        envelope = self._transport.write(endpoint, parameters)
        domain = self._domain(endpoint, envelope.info.get("data"))
        if domain.name != (name or domain.name) or domain.id != (domain_id or domain.id):
            raise _unreadable(endpoint, f"SendCloud answered with another tracking domain, {domain.name}")
        return domain

    def _domains(self, endpoint: str, envelope: Envelope) -> list[TrackDomain]:
        rows = envelope.info.get("dataList")
        if rows is None:
            rows = []
        if not isinstance(rows, list):
            raise _unreadable(endpoint, "its dataList is no list")
        return [self._domain(endpoint, row) for row in rows]

    def _domain(self, endpoint: str, raw: t.Any) -> TrackDomain:
        try:
            return parse_track_domain(raw, self._redactor.clean)
        except UnreadableDomainError as error:
            raise _unreadable(endpoint, str(error)) from error
