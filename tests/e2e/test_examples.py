# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Every YAML block of the README and the guides, pasted and run in the order of the page: previewed, run, run again.

Here are the pages that need no more than accounts and a name server. C(role/test_examples.py) has those that need the
certificates which recipients get, and C(role/test_guide.py) the guide around the role. A page that nobody follows, or a
block of a page that nobody pastes, is a failure.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.query
import dns.tsig
import dns.tsigkeyring
import dns.update
import pytest
import trustme
import yaml
from sendcloud_emulator import Emulator

from .documents import guide
from .job import CredentialType
from .name_server import ZONE, NameServer
from .reader import Followed, Reader, Sight

NAMES = TRACK, CLICK = f"track.{ZONE}", f"click.{ZONE}"
TARGET = "track2.sendcloud.net"
BRANDS = ("brand_a", "brand_b")


@dataclass(frozen=True)
class Desk:
    """Where a reader sits: two accounts (the first one is in the environment), and a zone to write to."""

    account: Emulator
    other: Emulator
    name_server: NameServer

    @property
    def brands(self) -> Mapping[str, Emulator]:
        """The accounts of pages about several of them."""
        return dict(zip(BRANDS, (self.account, self.other), strict=True))

    def publish(self, *names: str) -> None:
        """Publish the records of tracking domains."""
        server = self.name_server
        keys = dns.tsigkeyring.from_text({server.key_name: server.key_secret})
        update = dns.update.UpdateMessage(ZONE, keyring=keys, keyalgorithm=dns.tsig.HMAC_SHA256)
        for name in names:
            update.replace(f"{name}.", 1, "CNAME", f"{TARGET}.")
        dns.query.tcp(update, server.address, port=server.port)

    def names(self, account: Emulator | None = None) -> list[str]:
        """The tracking domains of an account, of the first one unless another is given."""
        return sorted(domain.name for domain in (account or self.account).account.domains())

    def give(self, reader: Reader, name: str) -> None:
        """Have a certificate and its key in the files that pages read them from."""
        leaf = trustme.CA().issue_cert(name)
        reader.write(f"{name}.fullchain.pem", "".join(blob.bytes().decode() for blob in leaf.cert_chain_pems))
        reader.write(f"{name}.key", leaf.private_key_pem.bytes().decode())


@pytest.fixture
def desk(name_server: NameServer) -> Iterator[Desk]:
    first, second = (
        Emulator(user=user, key=secrets.token_hex(16), dns_server=name_server.server)
        for user in ("brand_a_mail", "brand_b_mail")
    )
    with first, second:
        yield Desk(first, second, name_server)


def reader_of(desk: Desk, page: str, folder: Path) -> Reader:
    """Somebody who follows a page, with the credentials of the first account in the environment."""
    emulators = (desk.account, desk.other)
    sight = Sight(
        state=lambda: [repr(emulator.account.domains()) for emulator in emulators],
        calls=lambda: [call for emulator in emulators for call in emulator.journal.endpoints()],
        secrets=lambda: frozenset([desk.account.key, desk.other.key, "PRIVATE KEY-----"]),
    )
    replace = {
        "https://api2.sendcloud.net/api": desk.account.url,
        "https://api.aurorasendcloud.com/api": desk.other.url,
    }
    return Reader(page, folder, sight, environment=environment_of(desk), replace=replace)


def environment_of(desk: Desk) -> dict[str, str]:
    return {
        "SENDCLOUD_API_USER": desk.account.user,
        "SENDCLOUD_API_KEY": desk.account.key,
        "SENDCLOUD_API_URL": desk.account.url,
        "SENDCLOUD_DNS_SERVERS": desk.name_server.server,
    }


def read_readme(reader: Reader, desk: Desk) -> None:
    reader.paste("tracking.yml")
    preview_and_show(reader, desk, "tracking.yml", "")
    install(reader)


def read_getting_started(reader: Reader, desk: Desk) -> None:
    install(reader)
    own = {"sendcloud_api_user": desk.account.user, "sendcloud_api_key": desk.account.key}
    reader.keep_vault("vault.yml", reader.next("vault.yml"), **own)
    reader.paste("vaulted.yml")
    from_vault = {name: value for name, value in reader.environment.items() if "API_" not in name}
    environment, reader.environment = reader.environment, {**from_vault, "SENDCLOUD_API_URL": desk.account.url}
    assert reader.follow("vaulted.yml").of("Show their names")["msg"] == []
    reader.environment = environment
    reader.paste("tracking.yml")
    preview_and_show(reader, desk, "tracking.yml", "--check --diff", "")
    desk.publish(TRACK)
    reader.paste("verify.yml")
    verified = reader.follow("verify.yml").of("Wait until SendCloud has seen the record")
    assert verified["track_domain"]["cname_verified"]


def read_accounts(reader: Reader, desk: Desk) -> None:
    reader.paste("one-account.yml")
    desk.give(reader, TRACK)
    desk.publish(*NAMES)
    reader.follow("one-account.yml")
    assert all(domain.verified for domain in desk.account.account.domains())

    reader.play("sendcloud.email.export", export_file="track_domains.yml")
    reader.paste("as-exported.yml")
    assert not reader.follow("as-exported.yml").changed
    assert desk.names() == sorted(NAMES)

    desk.account.reset()
    reader.paste("accounts.yml")
    vault = reader.next("host_vars/brand_a/vault.yml")
    for brand, account in desk.brands.items():
        own = {"sendcloud_api_user": account.user, "sendcloud_api_key": account.key}
        reader.keep_vault(f"host_vars/{brand}/vault.yml", vault, **own)
    reader.environment = {"SENDCLOUD_DNS_SERVERS": desk.name_server.server}
    reader.paste("host_vars/brand_a/track_domains.yml")
    in_the_open = yaml.safe_load((reader.folder / "host_vars/brand_a/track_domains.yml").read_text())
    reader.write(
        "host_vars/brand_b/track_domains.yml", yaml.safe_dump(in_the_open).replace("brand-a.example", "brand-b.example")
    )
    reader.paste("tracking.yml")
    reader.follow("tracking.yml", "--inventory=accounts.yml")
    assert [desk.names(account) for account in desk.brands.values()] == [
        ["track.brand-a.example"],
        ["track.brand-b.example"],
    ]
    reader.repeat("tracking.yml", "--inventory=accounts.yml", "--limit=brand_b")

    desk.other.account.add("by-hand.brand-b.example")
    export = {"export_hosts": "accounts", "export_file": "host_vars/{{ inventory_hostname }}/track_domains.yml"}
    refused = reader.play("sendcloud.email.export", "--inventory=accounts.yml", code=2, **export)
    assert "is there already" in refused.output
    reader.play("sendcloud.email.export", "--inventory=accounts.yml", **export, export_overwrite=True)
    reader.repeat("tracking.yml", "--inventory=accounts.yml")
    exported = yaml.safe_load((reader.folder / "host_vars/brand_b/track_domains.yml").read_text())
    assert sorted(domain["name"] for domain in exported["track_domains"]) == desk.names(desk.other)
    # None of the records is published.
    audited = audit(reader, "--inventory=accounts.yml", code=2, audit_hosts="accounts")
    assert "3 of 3 tracking domains need attention" in audited.output

    reader.environment = environment_of(desk)
    desk.account.reset()
    desk.publish(TRACK)
    desk.account.account.add_many(["legacy.example.com", "old.example.com", "older.example.com"])
    reader.paste_tasks("prune.yml")
    pruned = reader.follow("prune.yml", track_domains=[{"name": TRACK}])
    assert desk.names() == ["legacy.example.com", TRACK]
    assert len(pruned.of("Replace the old domains")["records_to_remove"]) == 2


def read_audit(reader: Reader, desk: Desk) -> None:
    desk.account.account.add(TRACK, verified=True)
    desk.publish(TRACK)
    report = reader.next().content
    audit(reader, code=2, audit_file="audit.json")
    written = json.loads((reader.folder / "audit.json").read_text(encoding="utf-8"))
    assert_same_keys(report, written)

    reader.paste("audit.yml")
    reader.write("accounts.yml", yaml.safe_dump({"accounts": {"hosts": {"shop": None}}}))
    for options in (("--check",), (), ()):
        audited = audit(reader, "--inventory=accounts.yml", *options, playbook="audit.yml", code=2)
        assert "1 of 1 tracking domains needs attention" in audited.output
    assert not audited.changed


def read_awx(reader: Reader, desk: Desk) -> None:
    # What ansible-builder makes of it is in test_execution_environment.py, the jobs are in test_awx.py.
    definition = reader.next("execution-environment.yml").content
    assert {"name": "sendcloud.email"} in definition["dependencies"]["galaxy"]["collections"]

    kind = CredentialType(
        reader.next("one_account_inputs.yml").content, reader.next("one_account_injectors.yml").content
    )
    values = {"api_user": desk.account.user, "api_key": desk.account.key, "api_url": desk.account.url}
    reader.environment |= kind.inject(values, reader.folder)[0]
    reader.paste("one_account.yml")
    reader.follow("one_account.yml")
    assert desk.names() == [TRACK]

    desk.account.reset()
    kind = CredentialType(
        reader.next("many_accounts_inputs.yml").content, reader.next("many_accounts_injectors.yml").content
    )
    credential = reader.next("credential.yml").content
    for brand, account in desk.brands.items():
        assert credential[brand].keys() <= {"api_user", "api_key", "api_url"}
        credential[brand] |= {"api_user": account.user, "api_key": account.key, "api_url": account.url}
    (reader.folder / "env").mkdir()
    made, _shown = kind.inject({"accounts": yaml.safe_dump(credential)}, reader.folder)
    # There is no container here, so the path in it is that of the folder.
    file = made["SENDCLOUD_ACCOUNTS_FILE"].replace("/runner", str(reader.folder))
    reader.environment = {"SENDCLOUD_ACCOUNTS_FILE": file}
    reader.paste("accounts.yml")
    reader.paste("tracking.yml")
    reader.follow("tracking.yml", "--inventory=accounts.yml")
    assert [desk.names(account) for account in desk.brands.values()] == [
        ["track.brand-a.example"],
        ["track.brand-b.example"],
    ]
    reader.paste("audit.yml")
    for options in (("--check",), (), ()):
        audited = audit(reader, "--inventory=accounts.yml", *options, playbook="audit.yml", code=2, audit_dns=False)
        assert "2 of 2 tracking domains need attention" in audited.output

    reader.environment = environment_of(desk)
    reader.paste("waiting.yml")
    desk.account.account.add("wait.example.com")
    desk.publish("wait.example.com")
    reader.follow("waiting.yml", track_domain="wait.example.com")


def read_check_mode(reader: Reader, desk: Desk) -> None:
    reader.paste("preview.yml")
    reader.follow("preview.yml")
    assert desk.names() == sorted(NAMES)

    desk.account.reset()
    reader.paste("publish.yml")
    desk.publish(TRACK)
    reader.follow("publish.yml")
    assert (reader.folder / "example.com.zone").read_text() == f"{TRACK}. IN CNAME {TARGET}.\n"

    reader.paste("compare.yml")
    reader.follow("compare.yml")
    desk.account.reset()
    for options in (("--check",), ()):
        differs = reader.play("compare.yml", *options, code=2)
        assert differs.of("Fail if it would change anything")["msg"] == "The account differs from what is declared."
    assert desk.names() == []


def read_migrating(reader: Reader, desk: Desk) -> None:
    desk.publish(TRACK)
    reader.paste("before.yml")
    # It has no preview: that is one of the reasons to migrate.
    reader.play("before.yml", "--check")
    assert desk.names() == []
    reader.play("before.yml")
    assert desk.names() == [TRACK]
    reader.repeat("before.yml")

    reader.paste("after.yml")
    assert not reader.follow("after.yml").changed
    desk.account.reset()
    reader.follow("after.yml")

    reader.play("sendcloud.email.export", export_file="track_domains.yml")
    reader.paste("converge.yml")
    assert not reader.follow("converge.yml").changed


def read_speed(reader: Reader, desk: Desk) -> None:
    reader.paste_tasks("task.yml")
    assert reader.follow("task.yml").of("Run as a module in any case")["track_domains"] == []


def read_troubleshooting(reader: Reader, desk: Desk) -> None:
    reader.paste("act.yml")
    reader.follow("act.yml")
    desk.account.reset()
    desk.account.account.add_many([f"{number}.example.com" for number in range(5)])
    for _time in range(2):
        full = reader.play("act.yml")
        assert full.of("Say that the account is full")["msg"].startswith(f"{desk.account.user} is full: ")
        assert not full.changed


def read_verification(reader: Reader, desk: Desk) -> None:
    reader.paste("look-once.yml")
    reader.play("look-once.yml", "--check")
    early = reader.play("look-once.yml")
    assert "There is no such record" in early.of("Say how it went")["msg"]
    desk.account.resolver.clear()
    desk.publish(TRACK)
    verified = reader.follow("look-once.yml")
    assert verified.of("Say how it went")["msg"] == "verified"

    assert_same_keys(
        reader.next().content["verification"], verified.of("Have it verified if the record is there")["verification"]
    )

    reader.paste("check-again.yml")
    assert not reader.follow("check-again.yml").changed


STORIES: Mapping[str, Callable[[Reader, Desk], None]] = {
    "README.md": read_readme,
    guide("guide_accounts"): read_accounts,
    guide("guide_audit"): read_audit,
    guide("guide_awx"): read_awx,
    guide("guide_check_mode"): read_check_mode,
    guide("guide_getting_started"): read_getting_started,
    guide("guide_migrating"): read_migrating,
    guide("guide_speed"): read_speed,
    guide("guide_troubleshooting"): read_troubleshooting,
    guide("guide_verification"): read_verification,
}


@pytest.mark.parametrize("page", STORIES)
def test_each_block_of_the_page_runs(page: str, desk: Desk, tmp_path: Path) -> None:
    with reader_of(desk, page, tmp_path) as reader:
        STORIES[page](reader, desk)


def install(reader: Reader) -> None:
    """Install what the file of requirements says: it is there, and has to be what they ask for."""
    reader.paste("requirements.yml")
    installed = reader.call("ansible-galaxy", "collection", "install", "--offline", "-r", "requirements.yml")
    assert "already installed" in installed.output


def preview_and_show(reader: Reader, desk: Desk, playbook: str, *shown: str) -> None:
    """Run a playbook as the page does, each time with the options given, and compare what it shows with the page."""
    for options in shown:
        reader.show(playbook, *options.split())
    desk.account.reset()
    declared = reader.follow(playbook)
    assert declared.of("Declare it")["track_domain"]["name"] == TRACK


def audit(reader: Reader, *options: str, playbook: str = "sendcloud.email.audit", code: int, **more: Any) -> Followed:
    """Audit, without a look at what recipients get: nobody gets anything here."""
    return reader.play(playbook, *options, code=code, audit_https=False, **more)


def assert_same_keys(shown: object, real: object) -> None:
    """Raise AssertionError where what a page shows has other keys than what it is of, at any depth."""
    if isinstance(shown, Mapping) and isinstance(real, Mapping):
        assert shown.keys() == real.keys()
        for key in shown:
            assert_same_keys(shown[key], real[key])
    elif isinstance(shown, list) and isinstance(real, list) and shown and real:
        assert_same_keys(shown[0], real[0])
