# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One account at SendCloud: its credentials and its tracking domains. The vendor's rules are in ``endpoints``."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from .certificate import CertificatePair, GivenCertificate, Validity, validity_of
from .clock import Clock
from .names import comparable

# The ID in the example of the vendor's page.
FIRST_ID = 999224


@dataclasses.dataclass(frozen=True)
class TrackingDomain:
    """What SendCloud shows of a tracking domain: times are aware datetimes; PEM is never shown."""

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

    With ``keeps_pairs``, certificates are kept with their keys, in memory. Hold ``lock`` for what reads and then
    writes; each method holds it by itself.
    """

    def __init__(self, user: str, key: str, clock: Clock, *, keeps_pairs: bool = False) -> None:
        self.user = user
        self.key = key
        self.lock = threading.RLock()
        self._clock = clock
        self._keeps_pairs = keeps_pairs
        self._domains: dict[int, TrackingDomain] = {}
        self._ids_by_name: dict[str, set[int]] = {}
        self._ordered: tuple[TrackingDomain, ...] | None = None
        # What HTTPS serves, by ID: since when, and what (None: a certificate that came without its key).
        self._uploads: dict[int, list[tuple[datetime, CertificatePair | None]]] = {}
        self._next_id = FIRST_ID

    def __len__(self) -> int:
        with self.lock:
            return len(self._domains)

    def add(
        self,
        name: str,
        *,
        verified: bool = False,
        certificate: GivenCertificate | None = None,
        domain_id: int | None = None,
    ) -> TrackingDomain:
        """Add a domain. Raises ValueError for an ID that is taken.

        The certificate is PEM, a validity, or a pair: only that one can be served.
        """
        validity = None if certificate is None else validity_of(certificate)
        now = self._now()
        with self.lock:
            chosen = self._next_id if domain_id is None else domain_id
            if chosen in self._domains:
                raise ValueError(f"the ID {chosen} is taken")
            self._next_id = max(self._next_id, chosen + 1)
            domain = TrackingDomain(chosen, name, verified, validity, now, now)
            self._put(domain)
            self._keep(domain, certificate)
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
        certificate: GivenCertificate | None = None,
    ) -> TrackingDomain:
        """Change what is given, and with it the time of the last change. Raises KeyError for an unknown ID."""
        validity = None if certificate is None else validity_of(certificate)
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
            self._keep(changed, certificate)
        return changed

    def drop_certificate(self, domain_id: int) -> TrackingDomain:
        """Take a domain's certificate away. Raises KeyError for an unknown ID."""
        with self.lock:
            domain = dataclasses.replace(self._domains[domain_id], certificate=None, updated=self._now())
            self._take(domain_id)
            self._put(domain)
            self._uploads.pop(domain_id, None)
        return domain

    def remove(self, domain_id: int) -> bool:
        """Remove a domain; False if there is none with this ID."""
        with self.lock:
            if domain_id not in self._domains:
                return False
            self._take(domain_id)
            self._uploads.pop(domain_id, None)
            return True

    def served_pair(self, name: str, lag: float) -> CertificatePair | None:
        """The newest pair of a domain that was uploaded ``lag`` seconds ago or earlier."""
        latest = self._clock.now() - timedelta(seconds=lag)
        with self.lock:
            domain = self.find(name)
            uploads = self._uploads.get(domain.id, []) if domain else []
            return next((pair for moment, pair in reversed(uploads) if moment <= latest), None)

    def clear(self) -> None:
        """Remove every domain; IDs start again."""
        with self.lock:
            self._domains.clear()
            self._ids_by_name.clear()
            self._uploads.clear()
            self._ordered = None
            self._next_id = FIRST_ID

    def _put(self, domain: TrackingDomain) -> None:
        self._domains[domain.id] = domain
        self._ids_by_name.setdefault(comparable(domain.name), set()).add(domain.id)
        self._ordered = None

    def _keep(self, domain: TrackingDomain, certificate: GivenCertificate | None) -> None:
        if certificate is None or not self._keeps_pairs:
            return
        pair = certificate if isinstance(certificate, CertificatePair) else None
        self._uploads.setdefault(domain.id, []).append((self._clock.now(), pair))

    def _take(self, domain_id: int) -> None:
        domain = self._domains.pop(domain_id)
        self._ids_by_name[comparable(domain.name)].discard(domain_id)
        self._ordered = None

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)
