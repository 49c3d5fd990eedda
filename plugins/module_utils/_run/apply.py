# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""A plan carried out, and the one rule by which a doubtful or refused write is settled."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._errors import REFUSAL_KINDS, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    Add,
    Delete,
    Desired,
    Plan,
    Update,
    make_plan,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.retry import pause_before

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
    from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import Write
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair


@dataclasses.dataclass
class Progress:
    """How far a run has come: what its result says, whether it ends well or not.

    ``reached`` is the domain as last seen. ``wrote`` is true once this run has changed it, or may have.
    ``uploaded`` is the certificate that SendCloud has from this run.
    """

    reached: TrackDomain | None = None
    wrote: bool = False
    uploaded: CertificatePair | None = None


def apply_write(
    client: SendCloudClient, desired: Desired, plan: Plan, progress: Progress, retries: int, clock: Clock
) -> None:
    """Send the plan's write, until the account is as desired.

    Where a write's outcome is in doubt (a timeout, a lost connection, a 5xx) or the write was refused (another run
    may have been faster), the whole account is listed again and planned again, and what the new plan says is done:
    nothing is added twice, nothing is lost, and nothing fails that is as it should be. Raises SendCloudError.
    """
    in_doubt = False
    settled = False
    for attempt in range(retries + 1):
        write = plan.write
        if write is None:
            break
        try:
            progress.reached = _send(client, write)
            progress.wrote = True
            progress.uploaded = _certificate(write)
            return
        except SendCloudError as error:
            if not error.doubtful and error.kind not in REFUSAL_KINDS:
                raise
            in_doubt = in_doubt or error.doubtful
            # Until the list says otherwise: a handler notified for nothing does less harm than one left out.
            progress.wrote = in_doubt
            if error.doubtful:
                clock.sleep(pause_before(attempt + 1))
            plan = make_plan(_list_again(client, error, in_doubt), desired, clock.now())
            progress.reached = plan.before
            # An upload alone that is wanted in any case leaves no trace in the plan.
            untraceable = desired.always_upload and isinstance(write, Update) and write.new_name is None
            settled = settled or (in_doubt and (plan.write != write or untraceable))
            progress.wrote = settled
            progress.uploaded = _certificate(write) if settled else None
            refused_again = not error.doubtful and plan.write == write
            if refused_again or (plan.write is not None and attempt == retries):
                raise


def _list_again(client: SendCloudClient, error: SendCloudError, in_doubt: bool) -> list[TrackDomain]:
    try:
        return client.list_domains()
    except SendCloudError as listing_error:
        if not in_doubt:
            raise error from listing_error
        error.message += (
            f". Whether it was done all the same is not known, since listing the domains failed too "
            f"({listing_error.message}); running the task again settles it"
        )
        raise error from listing_error


def _send(client: SendCloudClient, write: Write) -> TrackDomain | None:
    if isinstance(write, Delete):
        client.delete(write.domain_id)
        return None
    pair = write.certificate
    pem = (pair.bundle, pair.private_key) if pair else (None, None)
    if isinstance(write, Add):
        return client.add(write.name, *pem)
    return client.update(write.domain_id, write.new_name, *pem)


def _certificate(write: Write) -> CertificatePair | None:
    return None if isinstance(write, Delete) else write.certificate
