# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One account at SendCloud: its credentials and its tracking domains. The vendor's rules are in ``endpoints``."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from datetime import datetime

from .certificate import Validity, read_validity
from .clock import Clock
from .names import comparable

# The ID in the example of the vendor's page.
FIRST_ID = 999224


@dataclasses.dataclass(frozen=True)
class TrackingDomain:
    """What SendCloud keeps of a tracking domain: times are aware datetimes, PEM is not kept."""

    id: int
    name: str
    verified: bool
    certificate: Validity | None
    created: datetime
    updated: datetime

    @property
    def https(self) -> bool:
        """HTTPS is configured as soon as there is a certificate."""
        return self.certificate is not None


class Account:
    """The state of an account. Tests change it directly, past every rule: no limit, no clash is looked at.

    Hold ``lock`` for what reads and then writes; each method holds it by itself.
    """

    def __init__(self, user: str, key: str, clock: Clock) -> None:
        self.user = user
        self.key = key
        self.lock = threading.RLock()
        self._clock = clock
        self._domains: dict[int, TrackingDomain] = {}
        self._ids_by_name: dict[str, set[int]] = {}
        self._ordered: tuple[TrackingDomain, ...] | None = None
        self._next_id = FIRST_ID

    def __len__(self) -> int:
        with self.lock:
            return len(self._domains)

    def add(
        self,
        name: str,
        *,
        verified: bool = False,
        certificate: str | Validity | None = None,
        domain_id: int | None = None,
    ) -> TrackingDomain:
        """Add a domain; the certificate as PEM or as a validity. Raises ValueError for an ID that is taken."""
        validity = read_validity(certificate) if isinstance(certificate, str) else certificate
        now = self._now()
        with self.lock:
            chosen = self._next_id if domain_id is None else domain_id
            if chosen in self._domains:
                raise ValueError(f"the ID {chosen} is taken")
            self._next_id = max(self._next_id, chosen + 1)
            domain = TrackingDomain(chosen, name, verified, validity, now, now)
            self._put(domain)
        return domain

    def add_many(self, names: Iterable[str], *, verified: bool = False) -> list[TrackingDomain]:
        """Add many domains at once."""
        with self.lock:
            return [self.add(name, verified=verified) for name in names]

    def domains(self) -> list[TrackingDomain]:
        """Every domain, oldest first."""
        return list(self.ordered())

    def ordered(self) -> tuple[TrackingDomain, ...]:
        """The same, and at no cost as long as nothing changes."""
        with self.lock:
            if self._ordered is None:
                self._ordered = tuple(self._domains[domain_id] for domain_id in sorted(self._domains))
            return self._ordered

    def get(self, domain_id: int) -> TrackingDomain | None:
        """The domain with an ID."""
        with self.lock:
            return self._domains.get(domain_id)

    def find(self, name: str) -> TrackingDomain | None:
        """The (oldest) domain with a name, however that is spelled (case, A-labels or U-labels)."""
        return next(iter(self.find_all(name)), None)

    def find_all(self, name: str) -> list[TrackingDomain]:
        """Every domain with a name, oldest first."""
        with self.lock:
            return [self._domains[domain_id] for domain_id in sorted(self._ids_by_name.get(comparable(name), ()))]

    def change(
        self,
        domain_id: int,
        *,
        name: str | None = None,
        verified: bool | None = None,
        certificate: str | Validity | None = None,
    ) -> TrackingDomain:
        """Change what is given, and with it the time of the last change. Raises KeyError for an unknown ID."""
        validity = read_validity(certificate) if isinstance(certificate, str) else certificate
        with self.lock:
            domain = self._domains[domain_id]
            changed = dataclasses.replace(
                domain,
                name=domain.name if name is None else name,
                verified=domain.verified if verified is None else verified,
                certificate=domain.certificate if validity is None else validity,
                updated=self._now(),
            )
            self._take(domain_id)
            self._put(changed)
        return changed

    def remove(self, domain_id: int) -> bool:
        """Remove a domain; False if there is none with this ID."""
        with self.lock:
            if domain_id not in self._domains:
                return False
            self._take(domain_id)
            return True

    def clear(self) -> None:
        """Remove every domain; IDs start again."""
        with self.lock:
            self._domains.clear()
            self._ids_by_name.clear()
            self._ordered = None
            self._next_id = FIRST_ID

    def _put(self, domain: TrackingDomain) -> None:
        self._domains[domain.id] = domain
        self._ids_by_name.setdefault(comparable(domain.name), set()).add(domain.id)
        self._ordered = None

    def _take(self, domain_id: int) -> None:
        domain = self._domains.pop(domain_id)
        self._ids_by_name[comparable(domain.name)].discard(domain_id)
        self._ordered = None

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)
