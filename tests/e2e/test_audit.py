# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The audit: what SendCloud does not say by itself, in DNS and in what recipients get, for one account and for many."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from sendcloud_emulator import Emulator
from sendcloud_emulator.certificate import Validity

from . import emulator_with_past
from .conftest import Account
from .name_server import ZONE, NameServer, Zone, example_zone
from .namespace import Namespace
from .playing import Ansible, Played, Record, check_for_secrets

AUDIT = "sendcloud.email.audit"
TARGET = "track2.sendcloud.net"
READ, SHOW, FAIL = (
    "Read the account, DNS, and the certificates that are served",
    "Show the report",
    "Fail if something needs attention",
)
ADDRESS = "127.0.0.1"
PORT = 8025
NOW = datetime.now(UTC).replace(microsecond=0)


def findings(report: Mapping[str, Any], account: int = 0) -> dict[str, list[str]]:
    """The codes of what was found, by the names of the domains."""
    domains = report["accounts"][account]["track_domains"]
    return {domain["name"]: [finding["code"] for finding in domain["findings"]] for domain in domains}


def row(played: Played, name: str) -> list[str]:
    """The cells of a name in the table."""
    table: list[str] = played[SHOW]["msg"]
    return next(line.split() for line in table if line.startswith(f"{name} "))


class TestDns:
    """Records that are gone or wrong while SendCloud still says that it has seen them."""

    @pytest.fixture
    def names(self, ansible: Ansible, account: Account, name_server: NameServer) -> Sequence[str]:
        names = good, gone, wrong = [f"{name}.{ZONE}" for name in ("good", "gone", "wrong")]
        certificate = Validity(NOW - timedelta(days=1), NOW + timedelta(days=89))
        for name in names:
            account.emulator.account.add(name, verified=True, certificate=certificate)
        ansible.write(
            name_server,
            Record(good, f"{TARGET}."),
            Record(gone, f"{TARGET}."),
            Record(gone, None),
            Record(wrong, "elsewhere.example.net."),
        )
        return names

    @pytest.mark.parametrize("options", [(), ("--check",)])
    def test_the_audit_finds_exactly_those(
        self, ansible: Ansible, account: Account, names: Sequence[str], tmp_path: Path, options: Sequence[str]
    ) -> None:
        good, gone, wrong = names
        file = tmp_path / "audit.json"

        played = ansible.play(AUDIT, *options, code=2, audit_https=False, audit_file=str(file), audit_width=100)

        # Check mode writes nothing, not even a report.
        assert file.exists() == (not options)
        assert played[FAIL]["msg"] == "2 of 3 tracking domains need attention."
        assert row(played, good) == [good, "yes", "ok", "88", "days", "-"]
        assert row(played, gone)[:9] == [gone, "yes", "MISSING", "88", "days", "-", "Publish", "the", "record"]
        assert row(played, wrong)[2] == "WRONG"
        assert account.endpoints == ["trackDomain/list"]
        if not options:
            report = json.loads(file.read_text(encoding="utf-8"))
            assert findings(report) == {good: [], gone: ["dns_missing"], wrong: ["dns_wrong"]}
            assert (report["schema_version"], report["ok"]) == (1, False)

    def test_looks_and_the_failure_can_be_turned_off(self, ansible: Ansible, names: Sequence[str]) -> None:
        played = ansible.play(AUDIT, audit_https=False, audit_dns=False)
        assert played[SHOW]["msg"][-1] == "0 of 3 tracking domains need attention."
        played = ansible.play(AUDIT, audit_https=False, audit_fail=False)
        assert played[SHOW]["msg"][-1] == "2 of 3 tracking domains need attention."
        assert played.stats["changed"] == 0
        played = ansible.play(AUDIT, code=2, audit_https=False, audit_dns=False, audit_days=90)
        assert played[FAIL]["msg"] == "3 of 3 tracking domains need attention."


class TestAccounts:
    @pytest.fixture
    def accounts(self) -> Iterator[Sequence[Emulator]]:
        with ExitStack() as stack:
            emulators = [Emulator(user=f"user{number:02}", key=secrets.token_hex(16)) for number in range(20)]
            for emulator in emulators:
                stack.enter_context(emulator)
                certificate = Validity(NOW - timedelta(days=1), NOW + timedelta(days=89))
                emulator.account.add(f"track.{emulator.user}.example", verified=True, certificate=certificate)
            yield emulators

    @pytest.fixture
    def inventory(self, accounts: Sequence[Emulator], tmp_path: Path) -> Path:
        """The accounts as hosts; that of user07 has a wrong key."""
        hosts = {
            f"account{number:02}": {
                "sendcloud_api_user": emulator.user,
                "sendcloud_api_key": "wrong" if number == 7 else emulator.key,
                "sendcloud_api_url": emulator.url,
            }
            for number, emulator in enumerate(accounts)
        }
        path = tmp_path / "accounts.yml"
        path.write_text(json.dumps({"accounts": {"hosts": hosts}}), encoding="utf-8")
        return path

    def test_one_with_a_wrong_key_hides_none_of_the_others(
        self, ansible: Ansible, accounts: Sequence[Emulator], inventory: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "audit.json"
        options = {"audit_hosts": "accounts", "audit_https": False, "audit_dns": False, "audit_file": str(file)}

        played = ansible.play(AUDIT, f"--inventory={inventory}", code=2, **options)

        check_for_secrets(played.output, frozenset(emulator.key for emulator in accounts))
        message = "1 of 20 accounts could not be read, and 0 of 19 tracking domains need attention."
        assert played[FAIL]["msg"] == message
        report = json.loads(file.read_text(encoding="utf-8"))
        assert (report["ok"], report["message"]) == (False, message)
        assert [account["host"] for account in report["accounts"]] == [f"account{number:02}" for number in range(20)]
        errors = [account["error"] for account in report["accounts"]]
        assert errors.pop(7)["kind"] == "authentication"
        assert errors == [None] * 19
        for number, account in enumerate(accounts):
            expected = {} if number == 7 else {f"track.{account.user}.example": []}
            assert findings(report, number) == expected
            assert account.journal.endpoints() == ["trackDomain/list"]
        table = played[SHOW]["msg"]
        assert sum(line.startswith("track.user") for line in table) == 19
        assert any("It could not be read: SendCloud refused trackDomain/list" in line for line in table)

        one = ansible.play(AUDIT, f"--inventory={inventory}", "--limit=account03", **options)
        assert one[SHOW]["msg"][-1] == "0 of 1 tracking domains need attention."

    def test_one_whose_variables_cannot_be_read_hides_none_of_the_others(
        self, ansible: Ansible, account: Account, tmp_path: Path
    ) -> None:
        inventory = tmp_path / "accounts.yml"
        broken = {"sendcloud_api_key": "{{ lookup('ansible.builtin.file', '/nowhere/key') }}"}
        inventory.write_text(json.dumps({"accounts": {"hosts": {"broken": broken, "good": {}}}}), encoding="utf-8")

        played = ansible.play(
            AUDIT, f"--inventory={inventory}", code=2, audit_hosts="accounts", audit_https=False, audit_dns=False
        )

        assert played[FAIL]["msg"] == "1 of 2 accounts could not be read."
        table = played[SHOW]["msg"]
        assert "broken:" in table
        assert "    It has no tracking domains." in table

    def test_a_pattern_that_matches_no_host_fails(self, ansible: Ansible, inventory: Path) -> None:
        played = ansible.play(AUDIT, f"--inventory={inventory}", code=2, audit_hosts="acounts")
        assert "No host is to be audited: the pattern audit_hosts, acounts" in played["Find the accounts"]["msg"]

    @pytest.mark.parametrize("wrong", ["audit_host", "audit_hostss", "audit_accounts"])
    def test_a_slip_in_the_name_of_the_pattern_fails(
        self, ansible: Ansible, account: Account, inventory: Path, wrong: str
    ) -> None:
        """Without that, the account of localhost would be audited in place of those meant."""
        played = ansible.play(AUDIT, f"--inventory={inventory}", code=2, **{wrong: "accounts"})
        message = f"This playbook has no variable {wrong}. Set audit_hosts instead."
        assert played["Refuse a variable that is not one"]["msg"] == message
        assert account.endpoints == []


@dataclass(frozen=True)
class Internet:
    """A small one: a name server that everybody asks, and an Ansible that knows it as its resolver."""

    name_server: NameServer
    ansible: Ansible
    authority: Path
    # Starts an emulator with what was uploaded long ago, and what was just now; returns what it was asked.
    start: Callable[..., Callable[[], Sequence[str]]]


@pytest.mark.namespace
class TestServed:
    """What recipients get, on port 443 of the addresses that DNS gives."""

    @pytest.fixture
    def ca(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def internet(self, tmp_path: Path, ca: trustme.CA) -> Iterator[Internet]:
        key = f"key-{secrets.token_hex(16)}"
        authority = tmp_path / "authority.pem"
        authority.write_bytes(ca.cert_pem.bytes())
        root = "@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\nroot. 60 IN A 127.0.0.1"
        target = f"@ 60 IN SOA ns. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\n{TARGET}. 60 IN A {ADDRESS}"
        zones = Zone(".", root), Zone("sendcloud.net", target), example_zone()
        with ExitStack() as stack:
            inside = stack.enter_context(Namespace(tmp_path, ADDRESS)).inside
            server = NameServer(tmp_path / "bind", *zones, address=ADDRESS, port=53, recursion=True, inside=inside)
            stack.enter_context(server)
            environment = {
                "SENDCLOUD_API_USER": "demo-user",
                "SENDCLOUD_API_KEY": key,
                "SENDCLOUD_API_URL": f"http://{ADDRESS}:{PORT}/api",
            }
            ansible = Ansible(tmp_path / "ansible", environment, key, inside)
            stack.callback(ansible.stop)

            def start(
                uploaded: Mapping[str, trustme.LeafCert], late: Mapping[str, trustme.LeafCert] | None = None
            ) -> Callable[[], Sequence[str]]:
                process = stack.enter_context(_emulator(inside))
                stack.callback(process.kill)
                past = {"key": key, "port": PORT, "uploaded": _pairs(uploaded), "late": _pairs(late or {})}
                return _started(process, past)

            yield Internet(server, ansible, authority, start)

    def test_where_all_is_well_it_succeeds(self, internet: Internet, ca: trustme.CA, tmp_path: Path) -> None:
        good = f"good.{ZONE}"
        end = internet.start({good: ca.issue_cert(good, not_after=NOW + timedelta(days=60))})
        internet.ansible.write(internet.name_server, Record(good, f"{TARGET}."))
        file = tmp_path / "audit.json"

        played = internet.ansible.play(AUDIT, audit_https_ca_path=str(internet.authority), audit_file=str(file))

        report = json.loads(file.read_text(encoding="utf-8"))
        assert (report["ok"], report["message"]) == (True, "0 of 1 tracking domains need attention.")
        (domain,) = report["accounts"][0]["track_domains"]
        assert (domain["https"]["trusted"], domain["https"]["matches_sendcloud"]) == (True, True)
        assert row(played, good)[1:] == ["yes", "ok", "59", "days", "the", "same"]
        assert end() == ["trackDomain/list"]

    @pytest.mark.parametrize("servers", [None, [ADDRESS]])
    def test_each_thing_that_is_wrong_is_found(
        self, internet: Internet, ca: trustme.CA, tmp_path: Path, servers: Sequence[str] | None
    ) -> None:
        good, gone, ending, late, foreign = names = [
            f"{one}.{ZONE}" for one in ("good", "gone", "ending", "late", "foreign")
        ]
        days = dict.fromkeys(names, 60) | {ending: 10}
        uploaded = {name: ca.issue_cert(name, not_after=NOW + timedelta(days=number)) for name, number in days.items()}
        uploaded[foreign] = trustme.CA().issue_cert(foreign, not_after=NOW + timedelta(days=60))
        end = internet.start(uploaded, {late: ca.issue_cert(late, not_after=NOW + timedelta(days=80))})
        internet.ansible.write(
            internet.name_server, *(Record(name, f"{TARGET}.") for name in names), Record(gone, None)
        )
        file = tmp_path / "audit.json"
        options: dict[str, Any] = {"audit_https_ca_path": str(internet.authority), "audit_file": str(file)}
        if servers:
            options["audit_dns_servers"] = servers

        played = internet.ansible.play(AUDIT, code=2, audit_width=120, **options)

        report = json.loads(file.read_text(encoding="utf-8"))
        assert findings(report) == {
            good: [],
            gone: ["dns_missing"],
            ending: ["certificate_ending"],
            late: ["https_differs"],
            foreign: ["https_not_trusted"],
        }
        served = {domain["name"]: domain["https"] for domain in report["accounts"][0]["track_domains"]}
        assert [name for name, https in served.items() if https["trusted"]] == [good, ending, late]
        assert [name for name, https in served.items() if https["fingerprint"] is None] == [gone]
        assert [name for name, https in served.items() if https["matches_sendcloud"] is False] == [late]
        assert row(played, good)[1:] == ["yes", "ok", "59", "days", "the", "same"]
        assert row(played, gone)[1:6] == ["yes", "MISSING", "59", "days", "NOTHING"]
        assert row(played, ending)[3:7] == ["9", "days", "the", "same"]
        assert row(played, late)[3:6] == ["79", "days", "ANOTHER"]
        assert row(played, foreign)[3:7] == ["59", "days", "NOT", "TRUSTED"]
        assert played[FAIL]["msg"] == "4 of 5 tracking domains need attention."
        assert end() == ["trackDomain/list"]


def _emulator(inside: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*inside, sys.executable, str(Path(emulator_with_past.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )


def _started(process: subprocess.Popen[str], past: Mapping[str, Any]) -> Callable[[], Sequence[str]]:
    """Wait until it is ready; what is returned ends it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(past) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "ready\n"

    def end() -> Sequence[str]:
        output, _errors = process.communicate()
        asked: Sequence[str] = json.loads(output)
        return asked

    return end


def _pairs(leaves: Mapping[str, trustme.LeafCert]) -> dict[str, tuple[str, str]]:
    return {
        name: (
            "".join(blob.bytes().decode() for blob in leaf.cert_chain_pems),
            leaf.private_key_pem.bytes().decode(),
        )
        for name, leaf in leaves.items()
    }
