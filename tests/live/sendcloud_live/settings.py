# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What the user gives in environment variables, checked before anything is sent."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._domain_name import parse_domain_name
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import DEFAULT_API_URL, Account
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import (
    CertificatePair,
    load_certificate_pair,
)

# Every name that this run adds begins like this: a later one recognises what an earlier one had to leave.
MARK = "sendcloud-live-"
_ANSWERS = {"": False, "0": False, "1": True}


@dataclasses.dataclass(frozen=True)
class Names:
    """The two names that the account gets for a while, as A-labels in lower case.

    ``second_unicode`` is the second one, an internationalised name, in U-labels. ``part`` is a part of the first, and
    ``stranger`` a name that resembles both and is never added.
    """

    first: str
    second: str
    second_unicode: str
    part: str
    stranger: str

    @classmethod
    def below(cls, domain: str, token: str) -> Names:
        """Two names directly below a domain (A-labels). Raises InputError where that makes them too long."""
        unicode = f"{MARK}{token}-b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.{domain}"
        return cls(
            first=parse_domain_name(f"{MARK}{token}.{domain}", "LIVE_DOMAIN"),
            second=parse_domain_name(unicode, "LIVE_DOMAIN"),
            second_unicode=unicode,
            part=f"{MARK}{token}",
            stranger=f"{MARK}{token}-none.{domain}",
        )

    @property
    def own(self) -> tuple[str, str]:
        """Both names."""
        return self.first, self.second


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run goes by. ``given`` is the user's own certificate, ``has_cname`` says that its records are there."""

    account: Account
    domain: str
    names: Names
    given: CertificatePair | None
    has_cname: bool
    says_yes: bool
    report: Path

    @property
    def redactor(self) -> Redactor:
        """Takes everything out of a text that a report must not hold."""
        given = None if self.given is None else self.given.private_key
        return Redactor((self.account.api_key, self.account.api_user, given))


def account_of(environ: Mapping[str, str]) -> Account:
    """The account that the environment names. Raises InputError."""
    variables = {
        "api_user": environ.get("SENDCLOUD_API_USER") or None,
        "api_key": environ.get("SENDCLOUD_API_KEY") or None,
    }
    missing = [f"SENDCLOUD_{option.upper()}" for option, value in variables.items() if value is None]
    if missing:
        raise InputError(f"Set {' and '.join(missing)}: the account to ask, which should be one made for trying things")
    url = environ.get("SENDCLOUD_API_URL") or DEFAULT_API_URL
    rest = {"api_url": url, "api_timeout": 30.0, "api_retries": 4, "validate_certs": True}
    return Account.from_options({**variables, **rest})


def read_settings(environ: Mapping[str, str], *, token: str | None = None) -> Settings:
    """What the environment says; ``token`` makes the names unique (by default, at random). Raises InputError."""
    account = account_of(environ)
    domain = environ.get("LIVE_DOMAIN", "")
    if not domain:
        raise InputError(
            "Set LIVE_DOMAIN to a domain of yours, for example LIVE_DOMAIN=example.com: for the time of the run, two "
            "tracking domains with random names below it are added to the account"
        )
    domain = parse_domain_name(domain, "LIVE_DOMAIN")
    names = Names.below(domain, token or secrets.token_hex(4))
    return Settings(
        account=account,
        domain=domain,
        names=names,
        given=_given_certificate(environ, names),
        has_cname=_switch(environ, "LIVE_CNAME"),
        says_yes=_switch(environ, "LIVE_YES"),
        report=_new_file(environ),
    )


def _new_file(environ: Mapping[str, str]) -> Path:
    report = Path(environ.get("LIVE_REPORT") or f"live-report-{Clock().now():%Y%m%d-%H%M%S}.md").absolute()
    try:
        what = "is there already" if report.exists() else None
    except OSError as error:
        what = f"cannot be a file: {error.strerror}"
    if not report.parent.is_dir():
        what = "would be in a folder that is not there"
    if what is not None:
        raise InputError(f"LIVE_REPORT: {report} {what}. Name a new file")
    return report


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "")
    if value not in _ANSWERS:
        raise InputError(f"{name} is {value!r}; it is 1 (yes), 0 or nothing (no)")
    return _ANSWERS[value]


def _given_certificate(environ: Mapping[str, str], names: Names) -> CertificatePair | None:
    certificate, private_key = (_file(environ, name) for name in ("LIVE_CERTIFICATE", "LIVE_PRIVATE_KEY"))
    if (certificate is None) != (private_key is None):
        raise InputError("Set both LIVE_CERTIFICATE and LIVE_PRIVATE_KEY to names of files, or neither of them")
    pair = load_certificate_pair(certificate, private_key)
    if pair is not None:
        for name in names.own:
            pair.check_covers(name)
        pair.check_time(Clock().now())
    return pair


def _file(environ: Mapping[str, str], name: str) -> str | None:
    if not environ.get(name):
        return None
    try:
        return Path(environ[name]).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no PEM file"
        raise InputError(f"{name} names a file that cannot be read, {environ[name]}: {reason}") from error
