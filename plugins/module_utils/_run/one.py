# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""One tracking domain made as a task wants it: options in, result out, without an AnsibleModule."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import parse_domain_name
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._run.apply import Progress, apply_write
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import (
    ABSENT,
    VERIFIED,
    Desired,
    Plan,
    make_plan,
    status_changed,
)
from ansible_collections.sendcloud.email.plugins.module_utils._run.verify import (
    ALWAYS,
    Verification,
    Verifier,
    Waiting,
    open_resolver,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import (
    Account,
    account_result,
    check_range,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import PrintedWindow, is_same_validity

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import CertificatePair

_LARGEST_ID = 2**63 - 1


def run(
    options: t.Mapping[str, t.Any],
    *,
    preview: bool,
    from_environment: t.Collection[str] = frozenset(),
    clock: Clock | None = None,
    connect: t.Callable[..., SendCloudClient] = SendCloudClient,
    open_dns: t.Callable[[t.Sequence[str], bool], Resolver | None] = open_resolver,
) -> dict[str, t.Any]:
    """The result of a task, also of a failed one (C(failed) is there and true then).

    ``options`` are those of the module, by name, each with its value or default. With ``preview`` nothing but
    C(list) is sent. ``from_environment`` names the options whose values came from environment variables. Raises
    MissingLibraryError where a library that this run needs is not there; then nothing was sent.
    """
    task = _Task(options, clock or Clock(), preview)
    failure: dict[str, t.Any] = {}
    try:
        task.run(Account.from_options(options, from_environment), connect, open_dns)
    except SendCloudError as error:
        failure = {"failed": True, "msg": error.message, "error": error.as_result()}
    return {"account": account_result(options), "error": None, **task.result(), **failure}


class _Task:
    """The straight line of one run, and what is known of it at each point for the result."""

    def __init__(self, options: t.Mapping[str, t.Any], clock: Clock, preview: bool) -> None:
        self._options = options
        self._clock = clock
        self._preview = preview
        self._plan = Plan((), None, None)
        self._progress = Progress()
        self._verification = Verification()
        self._warnings: list[str] = []

    def run(
        self,
        account: Account,
        connect: t.Callable[..., SendCloudClient],
        open_dns: t.Callable[[t.Sequence[str], bool], Resolver | None],
    ) -> None:
        options, clock, progress = self._options, self._clock, self._progress
        desired = _desired(options)
        waiting = Waiting.from_options(options)
        resolver = None
        if desired.state == VERIFIED or options["dns_servers"]:
            insist = desired.state == VERIFIED and waiting.precheck == ALWAYS
            resolver = open_dns(options["dns_servers"] or (), insist)
        # The key as it was given, and as it is sent.
        secrets = (options["private_key"], desired.certificate.private_key if desired.certificate else None)
        with connect(account, secrets=secrets, pause=clock.sleep) as client:
            domains = client.list_domains(desired.names_to_list())
            plan = self._plan = make_plan(domains, desired, clock.now())
            progress.reached = plan.before
            self._warnings.extend(plan.warnings)
            verifier = Verifier(client, waiting, resolver, clock)
            if self._preview:
                if plan.after is not None and plan.verifies:
                    verifier.preview(plan.after, self._verification)
                return
            apply_write(client, desired, plan, progress, account.retries, clock)
            self._warn_of_upload()
            # SendCloud's answer to a write may say another status than the plan could foresee.
            unverified = progress.reached is not None and not progress.reached.cname_verified
            if plan.verifies or (desired.state == VERIFIED and unverified):
                verifier.verify(progress, self._verification)

    def result(self) -> dict[str, t.Any]:
        """What the task returns, as far as it came."""
        plan, progress, now = self._plan, self._progress, self._clock.now()
        before, after = plan.before, plan.after if self._preview else progress.reached
        changed = plan.changed if self._preview else progress.wrote
        if after is not None and status_changed(before, after):
            changed = True
        shown = after
        if after is not None and progress.uploaded is not None:
            # How SendCloud prints it may depend on the region; the preview could show only what was given.
            shown = dataclasses.replace(after, certificate=PrintedWindow.from_window(progress.uploaded.window))
        result: dict[str, t.Any] = {
            "changed": changed,
            "track_domain": after.as_result(now) if after else None,
            "track_domain_before": before.as_result(now) if before else None,
            "diff": {"before": before.as_diff() if before else {}, "after": shown.as_diff() if shown else {}},
            "warnings": [*self._warnings, *self._verification.warnings],
        }
        if self._options["state"] == VERIFIED:
            result["verification"] = self._verification.as_result()
        return result

    def _warn_of_upload(self) -> None:
        """Compare what SendCloud says it has with what was uploaded."""
        uploaded, domain = self._progress.uploaded, self._progress.reached
        if uploaded is None or domain is None:
            return
        printed = domain.certificate
        same = printed is not None and is_same_validity(uploaded.window, printed, domain.updated, self._clock.now())
        if same and domain.https_configured:
            return
        given = " to ".join(uploaded.window.as_text())
        found = " to ".join(printed.as_window().as_text()) if printed else "none"
        https = "on" if domain.https_configured else "off"
        self._warnings.append(
            f"the certificate of {domain.name} was uploaded, but SendCloud does not show it: valid from {given} is "
            f"what was sent, {found} is what SendCloud has, and HTTPS is {https} there"
        )


def _desired(options: t.Mapping[str, t.Any]) -> Desired:
    """What the options ask for; InputError for what can be seen to be wrong before anything is sent."""
    state, name, new_name = options["state"], options["name"], options["new_name"]
    if name is None and options["id"] is None:
        raise InputError("one of name and id is required: which tracking domain is meant?")
    if state == ABSENT and new_name is not None:
        raise InputError("new_name renames a domain, and state=absent deletes it; give one of the two")
    name = None if name is None else parse_domain_name(name)
    new_name = None if new_name is None else parse_domain_name(new_name, "new_name")
    if options["id"] is not None:
        check_range(options, "id", 1, _LARGEST_ID)
    certificate = None if state == ABSENT else _certificate(options, new_name or name)
    return Desired(
        state=state,
        name=name,
        id=options["id"],
        new_name=new_name,
        certificate=certificate,
        always_upload=options["certificate_update"] == "always",
        recheck=options["recheck"],
    )


def _certificate(options: t.Mapping[str, t.Any], name: str | None) -> CertificatePair | None:
    if options["certificate"] is None and options["private_key"] is None:
        return None
    # Imported here, since cryptography takes its time to load and most runs have no certificate.
    from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import load_certificate_pair

    pair = load_certificate_pair(options["certificate"], options["private_key"])
    if pair is not None and name is not None:
        pair.check_covers(name)
    return pair
