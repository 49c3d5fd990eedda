# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The guide to AWX and Automation Platform: its credentials, playbooks and slices, in jobs that are sent away."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sendcloud_emulator import Emulator
from sendcloud_emulator.certificate import Validity
from sendcloud_emulator.journal import Call

from .conftest import CHECK_CONFIG
from .documents import block, guide
from .job import CredentialType, Job, Ran, slices
from .name_server import ZONE, NameServer
from .playing import Ansible, dns_variables

PAGE = guide("guide_awx")
NUMBER, WRONG = 20, 7
LIST = "trackDomain/list"
ROLE_PLAY = {
    "name": "Take a name of every account to a verified record",
    "hosts": "accounts",
    "gather_facts": False,
    "tasks": [
        {
            "name": "Take it there",
            "ansible.builtin.include_role": {"name": "sendcloud.email.track_domain"},
            "vars": {
                "track_domain_name": "{{ track_domains[0].name }}",
                "track_domain_https": "none",
                "track_domain_dns_provider": "nsupdate",
            },
        }
    ],
}


def role_variables(server: NameServer) -> dict[str, Any]:
    """The variables of the role that are the same for every account."""
    dns = dns_variables(server)
    account = {f"track_domain_api_{name}": f"{{{{ sendcloud_api_{name} }}}}" for name in ("user", "key", "url")}
    return {
        **account,
        "track_domain_dns_zone": dns["dns_zone"],
        "track_domain_dns_servers": [server.server],
        "track_domain_nsupdate_server": dns["dns_address"],
        "track_domain_nsupdate_port": dns["dns_port"],
        "track_domain_nsupdate_key_name": dns["dns_key_name"],
        "track_domain_nsupdate_key_secret": dns["dns_key_secret"],
    }


def credential_type(name: str) -> CredentialType:
    return CredentialType(block(PAGE, f"{name}_inputs.yml").content, block(PAGE, f"{name}_injectors.yml").content)


def domain_of(emulator: Emulator) -> str:
    return f"{emulator.user}.{ZONE}"


class TestManyAccounts:
    """Twenty of them, one with a wrong key, in one job or in two slices."""

    @pytest.fixture
    def accounts(self, name_server: NameServer) -> Iterator[dict[str, Emulator]]:
        """All ask one name server."""
        with ExitStack() as stack:
            emulators = [
                Emulator(user=f"user{number:02}", key=secrets.token_hex(16), dns_server=name_server.server)
                for number in range(NUMBER)
            ]
            yield {f"account{number:02}": stack.enter_context(one) for number, one in enumerate(emulators)}

    @pytest.fixture
    def wrong(self) -> str:
        return f"account{WRONG:02}"

    @pytest.fixture
    def job(self, accounts: Mapping[str, Emulator], wrong: str) -> Job:
        inventory = block(PAGE, "accounts.yml").content
        inventory["accounts"]["hosts"] = {
            host: {"track_domains": [{"name": domain_of(emulator)}]} for host, emulator in accounts.items()
        }
        entries = {
            host: {
                "api_user": one.user,
                "api_key": secrets.token_hex(16) if host == wrong else one.key,
                "api_url": one.url,
            }
            for host, one in accounts.items()
        }
        playbooks = {name: block(PAGE, name).text for name in ("tracking.yml", "audit.yml")}
        playbooks["role.yml"] = yaml.safe_dump([ROLE_PLAY])
        credential = {"accounts": yaml.safe_dump(entries)}
        return Job(playbooks, inventory, credential_type("many_accounts"), credential, {})

    @pytest.mark.parametrize("count", [1, 2])
    def test_nineteen_are_done_and_one_is_said(
        self, job: Job, accounts: Mapping[str, Emulator], wrong: str, ansible: Ansible, tmp_path: Path, count: int
    ) -> None:
        ran = self.run_sliced(job, "tracking.yml", count, accounts, ansible, tmp_path)

        results = {host: result for one in ran for host, result in one.of("Declare them").items()}
        assert sorted(results) == sorted(accounts)
        refused = results.pop(wrong)
        assert refused["error"]["kind"] == "authentication"
        assert not refused["changed"]
        assert {host: result["added"] for host, result in results.items()} == {
            host: [domain_of(accounts[host])] for host in accounts if host != wrong
        }
        for host, emulator in accounts.items():
            expected = [] if host == wrong else [domain_of(emulator)]
            assert [domain.name for domain in emulator.account.domains()] == expected
            assert emulator.journal.endpoints() == ([LIST] if host == wrong else [LIST, "trackDomain/add"])
        # AWX calls a job failed if any host has failed.
        assert sorted(one.code for one in ran) == [0] * (count - 1) + [2]

    def test_the_audit_reads_nineteen_and_says_which_it_could_not(
        self, job: Job, accounts: Mapping[str, Emulator], wrong: str, ansible: Ansible, tmp_path: Path
    ) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        certificate = Validity(now - timedelta(days=1), now + timedelta(days=89))
        for emulator in accounts.values():
            emulator.account.add(domain_of(emulator), verified=True, certificate=certificate)
        options = "--extra-vars=" + json.dumps({"audit_dns": False, "audit_https": False}, separators=(",", ":"))

        ran = self.run_sliced(job, "audit.yml", 2, accounts, ansible, tmp_path, f"'{options}'")

        reports = [
            next(iter(one.of("Find what needs attention").values()))["ansible_facts"]["audit_report"] for one in ran
        ]
        read = {account["host"]: account for report in reports for account in report["accounts"]}
        assert sorted(read) == sorted(accounts)
        assert read.pop(wrong)["error"]["kind"] == "authentication"
        assert {host: [one["name"] for one in account["track_domains"]] for host, account in read.items()} == {
            host: [domain_of(accounts[host])] for host in read
        }
        assert sorted(report["ok"] for report in reports) == [False, True]
        assert sorted(one.code for one in ran) == [0, 2]

    def test_the_role_takes_nineteen_to_a_verified_record(
        self,
        job: Job,
        accounts: Mapping[str, Emulator],
        wrong: str,
        ansible: Ansible,
        name_server: NameServer,
        tmp_path: Path,
    ) -> None:
        job.inventory["accounts"]["vars"].update(role_variables(name_server))

        ran = self.run_sliced(job, "role.yml", 2, accounts, ansible, tmp_path)

        failed = {host: result for one in ran for host, result in one.failed.items()}
        assert {host: result["error"]["kind"] for host, result in failed.items()} == {wrong: "authentication"}
        for host, emulator in accounts.items():
            expected = [] if host == wrong else [(domain_of(emulator), True)]
            assert [(domain.name, domain.verified) for domain in emulator.account.domains()] == expected
        assert sorted(one.code for one in ran) == [0, 2]

    @staticmethod
    def run_sliced(
        job: Job,
        playbook: str,
        count: int,
        accounts: Mapping[str, Emulator],
        ansible: Ansible,
        folder: Path,
        *options: str,
    ) -> Sequence[Ran]:
        known = frozenset(emulator.key for emulator in accounts.values())
        jobs = [
            Job(job.playbooks, inventory, job.credential_type, job.credential, {})
            for inventory in slices(job.inventory, count)
        ]

        def run(number: int) -> Ran:
            return jobs[number].run(playbook, folder / f"slice{number}", ansible, known, *options)

        # Side by side, as AWX runs them.
        with ThreadPoolExecutor() as pool:
            return list(pool.map(run, range(count)))


class TestOneAccount:
    """An account in the environment, and a playbook that asks try by try."""

    NAME = "track.example.com"

    @pytest.fixture
    def emulator(self) -> Iterator[Emulator]:
        def publish(call: Call) -> None:
            if call.endpoint == CHECK_CONFIG:
                emulator.publish(self.NAME)

        with Emulator(key=secrets.token_hex(16), observer=publish) as emulator:
            yield emulator

    def run(
        self, emulator: Emulator, credential: Mapping[str, str], ansible: Ansible, server: NameServer, folder: Path
    ) -> Ran:
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        job = Job(
            {"waiting.yml": block(PAGE, "waiting.yml").text},
            {"all": {"hosts": {"localhost": {**local, "track_domain": self.NAME}}}},
            credential_type("one_account"),
            credential,
            {"SENDCLOUD_DNS_SERVERS": server.server},
        )
        return job.run(
            "waiting.yml", folder, ansible, frozenset([emulator.key]), "--extra-vars=seconds_between_tries=0"
        )

    def test_each_try_is_an_event_until_it_passes(
        self, emulator: Emulator, ansible: Ansible, name_server: NameServer, tmp_path: Path
    ) -> None:
        credential = {"api_user": emulator.user, "api_key": emulator.key, "api_url": emulator.url}

        ran = self.run(emulator, credential, ansible, name_server, tmp_path / "job")

        (result,) = ran.of("Verify the tracking domain").values()
        assert result["track_domain"]["cname_verified"]
        assert (ran.code, result["attempts"], ran.retries) == (0, 2, 1)
        assert emulator.journal.endpoints().count(CHECK_CONFIG) == 2

    def test_another_failure_ends_it_at_once(
        self, emulator: Emulator, ansible: Ansible, name_server: NameServer, tmp_path: Path
    ) -> None:
        credential = {"api_user": emulator.user, "api_key": "wrong", "api_url": emulator.url}

        ran = self.run(emulator, credential, ansible, name_server, tmp_path / "job")

        (result,) = ran.of("Verify the tracking domain").values()
        assert result["error"]["kind"] == "authentication"
        assert (ran.code, ran.retries) == (2, 0)
        assert emulator.journal.endpoints() == [LIST]


class TestCredentialTypes:
    """What AWX makes of them, and what it shows of that."""

    def test_one_account_is_in_the_environment(self, tmp_path: Path) -> None:
        values = {"api_user": "shop", "api_key": "secret-key", "api_url": "https://api.aurorasendcloud.com/api"}

        environment, shown = credential_type("one_account").inject(values, tmp_path)

        assert environment == {f"SENDCLOUD_{name.upper()}": value for name, value in values.items()}
        assert "secret-key" not in json.dumps(shown)

    @pytest.mark.parametrize("values", [{}, {"api_url": ""}])
    def test_without_a_url_it_is_the_default_region(self, tmp_path: Path, values: dict[str, str]) -> None:
        environment, _files = credential_type("one_account").inject(
            {"api_user": "shop", "api_key": "key", **values}, tmp_path
        )
        assert environment["SENDCLOUD_API_URL"] == "https://api2.sendcloud.net/api"

    def test_many_accounts_are_in_a_file_that_others_cannot_read(self, tmp_path: Path) -> None:
        (tmp_path / "env").mkdir()
        accounts = "brand_a: {api_user: shop, api_key: '{{ no_template }}'}\n"

        environment, shown = credential_type("many_accounts").inject({"accounts": accounts}, tmp_path)

        (file,) = (tmp_path / "env").iterdir()
        assert file.read_text(encoding="utf-8") == accounts
        assert file.stat().st_mode & 0o077 == 0
        assert environment == shown == {"SENDCLOUD_ACCOUNTS_FILE": f"/runner/env/{file.name}"}

    @pytest.mark.parametrize(("name", "secret"), [("one_account", ["api_key"]), ("many_accounts", ["accounts"])])
    def test_the_secret_fields_are_marked(self, name: str, secret: list[str]) -> None:
        fields: list[dict[str, Any]] = credential_type(name).inputs["fields"]
        assert [field["id"] for field in fields if field.get("secret")] == secret
