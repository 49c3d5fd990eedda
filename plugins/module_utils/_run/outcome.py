# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""What became of each domain and of a whole run: the values that every result is made of."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import Add, Delete, Update
from ansible_collections.sendcloud.email.plugins.module_utils._run.verification import NOTHING_VERIFIED, Verification
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
    from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import DomainPlan, Write
    from ansible_collections.sendcloud.email.plugins.module_utils._run.wanted import Wanted
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.track_domain import TrackDomain
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one domain, whether all went well or not.

    ``before`` is the domain as it was found, ``after`` as it was last seen. ``done`` holds the writes that this run
    made; ``checked`` says whether a check of this run changed the verification, either way. ``in_doubt`` says that a
    write or a check of this run may have been processed and that nobody knows. ``error`` is why it did not end well;
    ``was_tried`` is false where that is the failure of another domain, which ended the run.
    """

    wanted: Wanted
    before: TrackDomain | None = None
    after: TrackDomain | None = None
    done: tuple[Write, ...] = ()
    checked: bool = False
    in_doubt: bool = False
    warnings: tuple[str, ...] = ()
    error: SendCloudError | None = None
    was_tried: bool = True

    @classmethod
    def begin(cls, plan: DomainPlan) -> Outcome:
        """Nothing was done yet."""
        return cls(plan.wanted, plan.before, plan.before, warnings=plan.warnings, error=plan.error)

    @classmethod
    def foreseen(cls, plan: DomainPlan) -> Outcome:
        """What a preview says: all that is planned goes well."""
        is_renamed = isinstance(plan.write, Update) and plan.write.new_name is not None
        was_verified = plan.before is not None and plan.before.cname_verified and not is_renamed
        checked = plan.verifies and not was_verified
        done = () if plan.write is None else (plan.write,)
        return cls(plan.wanted, plan.before, plan.after, done, checked, warnings=plan.warnings, error=plan.error)

    @property
    def name(self) -> str:
        """What the domain is called."""
        return self.wanted.label

    @property
    def changed(self) -> bool:
        """Whether this run changed the domain at SendCloud, or may have: a handler notified for nothing does less harm
        than one left out. What somebody else did meanwhile does not count."""
        return bool(self.done) or self.checked or self.in_doubt

    @property
    def was_added(self) -> bool:
        """Whether this run added the domain."""
        return any(isinstance(write, Add) for write in self.done)

    @property
    def was_updated(self) -> bool:
        """Whether this run renamed a domain that was there, or gave it a certificate."""
        return any(isinstance(write, Update) for write in self.done) and not self.was_added

    @property
    def was_removed(self) -> bool:
        """Whether this run deleted the domain."""
        return any(isinstance(write, Delete) for write in self.done)

    @property
    def was_verified(self) -> bool:
        """Whether SendCloud saw the CNAME record in this run, and had not before."""
        return self.checked and self.after is not None and self.after.cname_verified

    @property
    def uploaded(self) -> CertificatePair | None:
        """The certificate that SendCloud has from this run."""
        sent = [write.certificate for write in self.done if not isinstance(write, Delete)]
        return next((certificate for certificate in reversed(sent) if certificate is not None), None)

    def diff(self) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The domain before and after, as diff mode shows it: each empty where there is no domain."""
        after = self.after
        if after is not None and self.uploaded is not None:
            # How SendCloud prints it may depend on the region; a preview can show only what was given.
            after = dataclasses.replace(after, certificate=PrintedWindow.from_window(self.uploaded.window))
        return (self.before.as_diff() if self.before else {}, after.as_diff() if after else {})


@dataclasses.dataclass(frozen=True)
class RunOutcome:
    """What became of a run: each wanted domain in the order given, and each one to delete in the order of deletion.

    A removal that was not tried is neither done nor an error. ``error`` is what ended the run before its time.
    """

    domains: tuple[Outcome, ...]
    removals: tuple[Outcome, ...] = ()
    verification: Verification = NOTHING_VERIFIED
    warnings: tuple[str, ...] = ()
    error: SendCloudError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything at SendCloud is different from this run, or may be."""
        return any(outcome.changed for outcome in (*self.domains, *self.removals))
