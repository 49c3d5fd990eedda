# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What a task wants of an account, as values: each domain, and what is to become of the others."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Selection

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair

PRESENT = "present"
ABSENT = "absent"
VERIFIED = "verified"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What one tracking domain should be. Names are in the form of C(_domain_name.parse_domain_name).

    At least one of ``name`` and ``id`` is given. ``new_name`` is None with the state ``absent``. ``always_upload``
    uploads a certificate even if SendCloud has it; ``recheck`` verifies again what has passed. ``error`` is why this
    domain is not to be touched (its certificate is bad, say), though it is wanted.
    """

    state: str
    name: str | None = None
    id: int | None = None
    new_name: str | None = None
    certificate: CertificatePair | None = None
    always_upload: bool = False
    recheck: bool = False
    error: SendCloudError | None = None

    @property
    def label(self) -> str:
        """What the domain is called in a message."""
        return self.new_name or self.name or f"the tracking domain with the ID {self.id}"

    def selection(self) -> Selection:
        """What has to be read of the account for this domain alone."""
        names = frozenset(name for name in (self.name, self.new_name) if name is not None)
        ids = frozenset() if self.id is None else frozenset((self.id,))
        return Selection(names, ids, may_filter=self.id is None and self.new_name is None)


@dataclasses.dataclass(frozen=True)
class Prune:
    """That the account keeps only what is wanted and ``keep``, as long as that deletes at most ``limit`` domains."""

    keep: frozenset[str] = frozenset()
    limit: int = 1


def selection_of(wanted: t.Sequence[Wanted], prune: Prune | None) -> Selection:
    """What has to be read of the account for a set."""
    if prune is not None:
        return Selection(everything=True, exact=True)
    return Selection(frozenset(one.name for one in wanted if one.name is not None))
