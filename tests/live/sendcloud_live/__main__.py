# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Put the open questions of docs/api.md to the real service: ``make live``; docs/live.md is its guide."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._run.plan import USUAL_LIMIT
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.client import SendCloudClient
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.reading import Selection, read_account

from . import report as reporting
from .certificates import ThrowAway, with_ec_key, with_rsa_key
from .interruptions import Interruptions
from .observing import Observer
from .play import play
from .record import Record, read_results
from .saying import say
from .settings import MARK, Settings, read_settings
from .tidying import tidy

DONE, FAILED, REFUSED = 0, 1, 2

# The most requests of each kind that a run sends, where none has to be repeated.
BUDGET = {"list": 28, "checkConfig": 2, "add": 4, "update": 6, "delete": 5}
_MOST_DOMAINS = 2
# After a run that broke off, a write may still be on its way into the list.
_CLEAN_LOOKS = {True: 1, False: 3}

_PLAN = """\
This asks SendCloud ({url}) what docs/api.md does not know, with the account {user}:

  adds at most two tracking domains:
    {names}
  tries upper case, a second add, certificates, a new name, page sizes and a second deletion on these two
  sends about 40 requests, at most {budget}
  changes none of the account's other tracking domains ({count} now)
  deletes both again: nothing stays in the account, also if you break off with Ctrl-C
  uploads {certificates}
  writes {report}
"""


def main(
    environ: Mapping[str, str],
    *,
    terminal: TextIO = sys.stdin,
    clock: Clock | None = None,
    token: str | None = None,
) -> int:
    """Return DONE, FAILED (the run broke off, or left something behind) or REFUSED (nothing was changed)."""
    clock = clock or Clock()
    try:
        settings = read_settings(environ, token=token)
        count = _check_account(settings)
        say(_plan(settings, count))
        _ask(settings, terminal)
    except SendCloudError as refusal:
        say(f"{refusal.message}.\nNothing was changed.", is_trouble=True)
        return REFUSED
    except KeyboardInterrupt:
        say("\nNothing was changed.", is_trouble=True)
        return REFUSED
    return _run(settings, clock)


def _check_account(settings: Settings) -> int:
    """How many domains the account has. Raises SendCloudError where two more would be too many, or are there."""
    with SendCloudClient(settings.account) as client:
        reading = read_account(client, Selection(everything=True, exact=True))
    earlier = [domain.name for domain in reading.domains if _is_of_a_run(domain.name, settings.domain)]
    if earlier:
        raise _refused(
            f"The account has tracking domains of an earlier run: {', '.join(earlier)}. "
            "Delete them first, each with: ansible localhost -m sendcloud.email.sendcloud_track_domain "
            "-a 'name=NAME state=absent'"
        )
    if reading.count + _MOST_DOMAINS > USUAL_LIMIT:
        raise _refused(
            f"The account has {reading.count} tracking domains; two more would go beyond the {USUAL_LIMIT} that "
            "SendCloud allows. Take an account with fewer, made for trying things"
        )
    return reading.count


def _is_of_a_run(name: str, domain: str) -> bool:
    """Whether a name (A-labels) is one that this run, or an earlier one, adds below a domain."""
    label, _unused, rest = name.partition(".")
    return rest == domain and label.removeprefix("xn--").startswith(MARK)


def _refused(message: str) -> SendCloudError:
    return SendCloudError("input", message)


def _plan(settings: Settings, count: int) -> str:
    given = "" if settings.given is None else ", then the one of LIVE_CERTIFICATE"
    return _PLAN.format(
        url=settings.account.api_url,
        user=settings.account.api_user,
        names="\n    ".join(settings.names.own),
        budget=", ".join(f"{number} {endpoint}" for endpoint, number in BUDGET.items()),
        count=count,
        certificates=f"two self-signed certificates{given}",
        report=settings.report,
    )


def _ask(settings: Settings, terminal: TextIO) -> None:
    """Raise SendCloudError unless the user agrees."""
    if settings.says_yes:
        return
    if not terminal.isatty():
        raise _refused("Nobody can be asked, since there is no terminal. Set LIVE_YES=1 to agree to this")
    say("Go on? [y/N] ", end="")
    if terminal.readline().strip().lower() not in ("y", "yes"):
        raise _refused("You did not agree")


def _run(settings: Settings, clock: Clock) -> int:
    started = clock.now()
    throw_away = {"RSA": with_rsa_key(settings.names.own, started), "EC": with_ec_key(settings.names.own, started)}
    with tempfile.TemporaryDirectory(prefix="sendcloud-email-live-") as folder, Interruptions() as interruptions:
        results = Path(folder) / "results.jsonl"
        code = play(settings, throw_away, results, interruptions)
        ending = _why_it_broke_off(code, interruptions)
        say("Looking whether anything is left in the account ...")
        left, trouble = _tidy(settings, throw_away, clock, clean_looks=_CLEAN_LOOKS[ending is None])
        record = Record(
            names=settings.names,
            has_cname=settings.has_cname,
            has_given=settings.given is not None,
            throw_away=throw_away["RSA"],
            results=read_results(results),
        )
        _report(settings, record, started, ending, left)
    if trouble is not None:
        say(f"It could not be seen whether these are still there: {', '.join(left)}. {trouble}", is_trouble=True)
    elif left:
        say(f"These could not be deleted: {', '.join(left)}. Delete them in SendCloud's console.", is_trouble=True)
    return FAILED if ending or left else DONE


def _why_it_broke_off(code: int, interruptions: Interruptions) -> str | None:
    """None if the play was played to its end."""
    if interruptions.count:
        return "it was interrupted"
    if code < 0:
        return f"ansible-playbook was ended by signal {-code}"
    return None if code == 0 else f"ansible-playbook ended with {code}"


def _tidy(
    settings: Settings, throw_away: Mapping[str, ThrowAway], clock: Clock, *, clean_looks: int
) -> tuple[tuple[str, ...], str | None]:
    """The names that are, or may be, left in the account, and why that cannot be said for sure."""
    secrets = [pair.private_key for pair in throw_away.values()]
    try:
        with Observer(settings.account, settings.names.own, secrets) as observer:
            return tidy(observer, clock, clean_looks), None
    except SendCloudError as error:
        return settings.names.own, error.message


def _report(settings: Settings, record: Record, started: datetime, ending: str | None, left: tuple[str, ...]) -> None:
    run = reporting.Run(settings.account.api_url, settings.domain, started, ending, left)
    report = reporting.write(run, record)
    text = _without_secrets(settings.redactor, report.text)
    try:
        settings.report.write_text(text, encoding="utf-8")
    except OSError as error:
        say(f"{text}\n{settings.report} cannot be written ({error.strerror}), so the report stands here.")
    else:
        say(f"The report: {settings.report}")
    say(report.summary)


def _without_secrets(redactor: Redactor, text: str) -> str:
    return "\n".join(redactor.redact(line) for line in text.splitlines()) + "\n"


if __name__ == "__main__":
    sys.exit(main(os.environ))
