# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""SendCloud's tracking-domain API over HTTP: five endpoints, one connection, typed answers and errors.

It knows no Ansible, and is usable from a Python prompt::

    with SendCloudClient(Account("user", "key")) as client:
        print(client.list_page())
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import (
    TrackDomain,
    UnreadableDomain,
    UnreadableDomainError,
    parse_integer,
    parse_row,
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

# The most domains in one page of a list, and in one call of checkConfig.
PAGE_SIZE = 100


@dataclasses.dataclass(frozen=True)
class Page:
    """A part of a list: its rows in SendCloud's order, and how many matches there are in all (None: not said)."""

    rows: tuple[TrackDomain | UnreadableDomain, ...]
    total: int | None


class SendCloudClient:
    """The API of one account.

    ``redactor`` takes secrets out of what SendCloud's answers are quoted with; by default it knows the account's,
    ``transport`` is a connection to the account that is there already.

    Close the client, or use it as a context manager.

    Every method raises SendCloudError, and where ``requests`` is missing the constructor MissingLibraryError.
    """

    def __init__(
        self,
        account: Account,
        *,
        redactor: Redactor | None = None,
        clock: Clock | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._redactor = redactor or Redactor((account.api_key,))
        self._transport = transport or Transport(account, self._redactor, clock or Clock())

    def __enter__(self) -> SendCloudClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def list_page(self, start: int = 0, names: t.Sequence[str] | None = None, *, deadline: float | None = None) -> Page:
        """The rows of the list from the zero-based place ``start`` on, of the whole account or of the ``names`` alone.

        Whether SendCloud takes a name as a whole or as a part of a name, in which case and in which form, is not known.
        With ``deadline`` (on the clock's monotonic scale, in seconds) there is one try, which ends by then.
        """
        parameters = {"start": str(start), "limit": str(PAGE_SIZE)}
        if names is not None:
            parameters["name"] = ";".join(names)
        envelope = self._transport.read(LIST, parameters, deadline)
        total = parse_integer(envelope.info.get("total"))
        rows = envelope.info.get("dataList")
        if rows is None and total == 0:
            rows = []
        if not isinstance(rows, list):
            what = "it has no dataList" if rows is None else "its dataList is not a list"
            raise self._unreadable(LIST, what)
        return Page(tuple(parse_row(row) for row in rows), total)

    def add(self, name: str, certificate: str | None = None, private_key: str | None = None) -> TrackDomain:
        """Add a tracking domain, with a certificate and its key (PEM) or without."""
        parameters = {"name": name, **_pem(certificate, private_key)}
        return self._written(ADD, self._transport.write(ADD, parameters), name=name)

    def update(
        self,
        domain_id: int,
        name: str | None = None,
        certificate: str | None = None,
        private_key: str | None = None,
    ) -> TrackDomain:
        """Rename a tracking domain, upload a certificate and its key (PEM), or both at once."""
        parameters = {"id": str(domain_id), **_pem(certificate, private_key)}
        if name is not None:
            parameters["name"] = name
        return self._written(UPDATE, self._transport.write(UPDATE, parameters), name=name, domain_id=domain_id)

    def delete(self, domain_id: int) -> None:
        """Delete a tracking domain."""
        envelope = self._transport.write(DELETE, {"id": str(domain_id)})
        if parse_integer(envelope.info.get("count")) == 0:
            # Success that deleted nothing: the other way to say that it does not exist.
            raise SendCloudError(
                _errors.NOT_FOUND,
                f"SendCloud deleted nothing: there is no tracking domain with the ID {domain_id} any more",
                status_code=envelope.status_code,
                http_status=200,
                endpoint=DELETE,
            )

    def check_config(self, domain_ids: t.Sequence[int], *, deadline: float | None = None) -> dict[int, TrackDomain]:
        """Have SendCloud look the CNAME records up and store what it finds; the domains as they are then, by ID.

        At most PAGE_SIZE domains at a time; what SendCloud does not answer for, or not readably, is left out. With
        ``deadline`` there is one try, which ends by then.
        """
        parameters = {"id": ";".join(str(domain_id) for domain_id in domain_ids)}
        rows = self._transport.read(CHECK_CONFIG, parameters, deadline).info.get("dataList")
        domains = [parse_row(row) for row in rows] if isinstance(rows, list) else []
        return {
            t.cast(int, domain.id): domain
            for domain in domains
            if isinstance(domain, TrackDomain) and domain.id in domain_ids
        }

    def _written(
        self, endpoint: str, envelope: Envelope, *, name: str | None = None, domain_id: int | None = None
    ) -> TrackDomain:
        try:
            domain = parse_track_domain(envelope.info.get("data"))
        except UnreadableDomainError as error:
            raise self._unreadable(endpoint, str(error), _errors.PROCESSED) from error
        if domain.name != (name or domain.name) or domain.id != (domain_id or domain.id):
            what = f"SendCloud answered with another tracking domain, {domain.name}"
            raise self._unreadable(endpoint, what, _errors.PROCESSED)
        return domain

    def _unreadable(self, endpoint: str, what: str, processed: str = _errors.NOT_PROCESSED) -> SendCloudError:
        return SendCloudError(
            _errors.PROTOCOL,
            self._redactor.clean(f"SendCloud's answer to {endpoint} cannot be read: {what}"),
            http_status=200,
            endpoint=endpoint,
            processed=processed,
        )


def _pem(certificate: str | None, private_key: str | None) -> dict[str, str]:
    if certificate is None or private_key is None:
        return {}
    return {"certContent": certificate, "certKey": private_key}
