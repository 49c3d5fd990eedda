# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Make the pictures of the documentation from what real runs against the emulator and BIND send and say."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drawing
import terminal
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from sendcloud_emulator import Emulator

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "e2e"))

from name_server import NameServer, Zone, example_zone  # noqa: E402  # after the path above

IMAGES = HERE.parent / "images"
DOMAIN = "track.example.com"
MODULE = "sendcloud.email.sendcloud_track_domain"
# A customer's, and where its challenges are written.
CUSTOMERS, ALIAS = "track.customer.example", "customer.acme.example.net"
# Of a set, one is there already, and one is new.
OLD, NEW = "click.example.com", "track.example.com"
# The last record has its zone twice, as for want of a trailing dot.
RECORDS = "\n".join(f"{name}. IN CNAME track2.sendcloud.net." for name in (DOMAIN, OLD, "news.example.com.example.com"))
VERIFY = """\
- name: Keep our tracking domain
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Have it verified
      sendcloud.email.sendcloud_track_domain:
        name: news.example.com
        state: verified
        wait_timeout: 3
"""
DECLARE = """\
- name: Keep our tracking domains
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Declare them
      sendcloud.email.sendcloud_track_domains:
        track_domains:
          - name: click.example.com
            certificate: "{{ lookup('ansible.builtin.file', 'fullchain.pem') }}"
            private_key: "{{ lookup('ansible.builtin.file', 'key.pem') }}"
          - name: track.example.com
"""


@dataclass(frozen=True)
class Stage:
    """Where the runs take place."""

    emulator: Emulator
    folder: Path
    environment: Mapping[str, str]

    def run(self, **options: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Run one task; return its result, and the endpoints that it called."""
        self.emulator.journal.clear()
        command = ["ansible", "localhost", "-m", MODULE, "-a", json.dumps(options)]
        process = subprocess.run(
            command, env=dict(self.environment), cwd=self.folder, capture_output=True, text=True, check=True
        )
        return json.loads(process.stdout.partition("=>")[2]), self.endpoints()

    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that were called last."""
        return tuple(endpoint.removeprefix("trackDomain/") for endpoint in self.emulator.journal.endpoints())

    def show(self, *options: str) -> str:
        """What a terminal shows of the playbook ``tracking.yml``."""
        return terminal.shown(["ansible-playbook", "tracking.yml", *options], self.environment, self.folder)


def main() -> int:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        zone = example_zone()
        zones = Zone(zone.name, f"{zone.records}\n{RECORDS}")
        # A port of its own, so that the pictures do not change with each making.
        with NameServer(folder / "named", zones, port=5353) as name_server, Emulator() as emulator:
            stage = Stage(emulator, folder, _environment(emulator, name_server))
            pictures = {
                "life.svg": drawing.life(_life(stage)),
                "plan_apply.svg": drawing.plan_apply(_plan_apply(stage)),
                "customers_dns.svg": _customers_dns(stage),
                "diff.svg": _diff(stage),
                "verification.svg": _verification(stage),
            }
    for name, content in pictures.items():
        (IMAGES / name).write_text(content, encoding="utf-8")
        print(IMAGES / name)
    return 0


def _environment(emulator: Emulator, name_server: NameServer) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "SENDCLOUD_API_URL": emulator.url,
        "SENDCLOUD_API_USER": emulator.user,
        "SENDCLOUD_API_KEY": emulator.key,
        "SENDCLOUD_DNS_SERVERS": name_server.server,
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
        "TERM": "xterm-256color",
    }


def _life(stage: Stage) -> list[drawing.Step]:
    stage.emulator.reset()
    steps = [_step(stage, "Declare it", f"name: {DOMAIN}", name=DOMAIN)]
    record = stage.run(name=DOMAIN)[0]["track_domain"]["dns_record"]["zone_line"]
    stage.emulator.publish(DOMAIN)
    steps.append(drawing.Step("Publish its record in your DNS", record, (), False, ""))
    steps.append(_step(stage, "Have it verified", "state: verified", name=DOMAIN, state="verified"))
    for title, days in (("Serve it over HTTPS", 20), ("Renew its certificate", 90)):
        certificate, key = certificate_and_key(DOMAIN, datetime.timedelta(days=days))
        options = {"name": DOMAIN, "certificate": certificate, "private_key": key}
        steps.append(_step(stage, title, "certificate: …  private_key: …", **options))
    steps.append(_step(stage, "Run it again, every night", "the same", **options))
    steps.append(_step(stage, "Let it go", "state: absent", name=DOMAIN, state="absent"))
    return steps


def _step(stage: Stage, title: str, shown: str, **options: Any) -> drawing.Step:
    result, endpoints = stage.run(**options)
    return drawing.Step(title, shown, endpoints, result["changed"], _state(result["track_domain"]))


def _state(domain: Mapping[str, Any] | None) -> str:
    if domain is None:
        return "not there"
    verified = "verified" if domain["cname_verified"] else "not verified"
    days = domain["certificate_days_remaining"]
    return f"{verified}, no HTTPS" if days is None else f"{verified}, HTTPS for {days} days"


def _plan_apply(stage: Stage) -> list[drawing.Run]:
    _prepare(stage)
    return [
        _set(stage, "Preview", "--check"),
        _set(stage, "Run"),
        _set(stage, "Run again"),
    ]


def _set(stage: Stage, title: str, *options: str) -> drawing.Run:
    stage.emulator.journal.clear()
    said = stage.show("--diff", *options)
    outcomes = tuple(f"{sign} {name}" for sign, name in (("~", OLD), ("+", NEW)) if f'"{name}"' in said)
    return drawing.Run(
        title,
        " ".join(["ansible-playbook", "tracking.yml", *options]),
        stage.endpoints(),
        outcomes or ("nothing to do",),
        "changed: [localhost]" in said,
    )


def _prepare(stage: Stage) -> None:
    """One domain is there and verified, and is to get a certificate; the other is missing."""
    stage.emulator.reset()
    stage.emulator.publish(OLD)
    stage.run(name=OLD, state="verified")
    certificate, key = certificate_and_key(OLD, datetime.timedelta(days=90))
    for name, text in (("fullchain.pem", certificate), ("key.pem", key), ("tracking.yml", DECLARE)):
        (stage.folder / name).write_text(text, encoding="utf-8")


def _customers_dns(stage: Stage) -> str:
    stage.emulator.reset()
    target = stage.run(name=CUSTOMERS)[0]["track_domain"]["dns_record"]["value"]
    return drawing.customers_dns(CUSTOMERS, target, ALIAS)


def _diff(stage: Stage) -> str:
    _prepare(stage)
    # So that there is one difference to see.
    stage.run(name=NEW)
    said = terminal.shortened(stage.show("--check", "--diff"), stage.folder)
    return terminal.picture("diff", "ansible-playbook tracking.yml --check --diff", said)


def _verification(stage: Stage) -> str:
    stage.emulator.reset()
    (stage.folder / "tracking.yml").write_text(VERIFY, encoding="utf-8")
    said = terminal.shortened(stage.show(), stage.folder)
    return terminal.picture("verification", "ansible-playbook tracking.yml", said)


def certificate_and_key(domain: str, lifetime: datetime.timedelta) -> tuple[str, str]:
    """A self-signed certificate for ``domain`` that is valid from now on, and its key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + lifetime + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


if __name__ == "__main__":
    sys.exit(main())
