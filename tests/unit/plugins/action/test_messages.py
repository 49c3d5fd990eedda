# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Mistakes that newcomers make, and what they are told: docs/messages.md is what comes out."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from ansible_collections.sendcloud.email.plugins.action import (
    sendcloud_track_domain,
    sendcloud_track_domains,
    track_domain_info,
)
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import transport as _transport
from ansible_collections.sendcloud.email.plugins.module_utils._tls import certificate as _certificate
from ansible_collections.sendcloud.email.plugins.modules import sendcloud_track_domain as module_one
from ansible_collections.sendcloud.email.plugins.plugin_utils import _in_process
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory as factory
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import LoopbackServer
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.tls_server import TlsServer
from sendcloud_emulator import Emulator
from sendcloud_emulator.clock import ManualClock

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "messages.md"
# The file to write the page to. It is told in full, since the tests may run in a copy of the repository.
WRITE_TO = "SENDCLOUD_WRITE_MESSAGES"
HOW_TO_WRITE = f'{WRITE_TO}="$PWD/docs/messages.md" nox -s units -- tests/unit/plugins/action/test_messages.py'

# What a person reads to its end.
LONGEST = 400
MOST_SENTENCES = 3

ONE, SET, INFO = sendcloud_track_domain, sendcloud_track_domains, track_domain_info
USER, KEY = "my_api_user", "1f0c3a7d9e5b2468"
VARIABLES = {"SENDCLOUD_API_USER": USER, "SENDCLOUD_API_KEY": KEY}
NAME = "track.example.com"
TARGET = "track2.sendcloud.net."

CA = factory.make_ca("Example CA")
GOOD = factory.make_leaf([NAME], issuer=CA)
EXPIRED = factory.make_leaf([NAME], datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC), issuer=CA)
OTHER_NAME = factory.make_leaf(["www.example.com"], issuer=CA)
OTHER_KEY = factory.key_pem(factory.key("ec", "another"))


@dataclasses.dataclass(frozen=True)
class File:
    """An option that a task reads from a file, or gives in another way than it is shown in full."""

    shown: str
    content: object

    @classmethod
    def read(cls, path, content, lookup="lookup"):
        return cls(f"{{{{ {lookup}('ansible.builtin.file', '{path}') }}}}", content)


FULLCHAIN = File.read("fullchain.pem", factory.bundle(GOOD, CA))
PRIVATE_KEY = File.read("key.pem", GOOD.key_pem)


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A mistake, the task that makes it, and what to do.

    ``variables`` is the environment, ``prepare`` is called with the stage before the task runs, and what it returns
    stands for placeholders such as C({port}) in the options. Unless the mistake is ``offline``, SendCloud is there.
    """

    title: str
    plugin: object
    options: dict[str, object]
    advice: str
    variables: dict[str, str] = dataclasses.field(default_factory=lambda: VARIABLES)
    prepare: object = None
    offline: bool = False
    as_module: bool = False

    def __str__(self):
        return re.sub("[^a-z0-9]+", "-", self.title.lower()).strip("-")


class FixedClock(Clock):
    """The emulator's time, so that the page has the same times whenever it is written."""

    def __init__(self, manual):
        self._manual = manual

    def now(self):
        return self._manual.now()

    def monotonic(self):
        return (self._manual.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds()

    def sleep(self, seconds):
        self._manual.skip(seconds)


class Stage:
    """Where a mistake is made: an account, a network, an environment. ``shown`` is what stands for what on the page."""

    def __init__(self, emulator, patch, stack, act, execute):
        self.emulator = emulator
        self.patch = patch
        self.stack = stack
        self._act = act
        self._execute = execute
        self.shown = {}

    def play(self, mistake):
        """What a person is told, line by line: the message of a failure, and warnings."""
        for name, value in mistake.variables.items():
            self.patch.setenv(name, value)
        if not mistake.offline:
            self.stack.enter_context(self.emulator.intercept())
        placeholders = mistake.prepare(self) if mistake.prepare else None
        options = _values(mistake.options, placeholders or {})
        result = self._execute(module_one, **options) if mistake.as_module else self._act(mistake.plugin, options)
        told = [result["msg"]] if result.get("failed") else []
        told += [f"[WARNING]: {warning}" for warning in result.get("warnings", ())]
        return [self._as_shown(text) for text in told]

    def _as_shown(self, text):
        for real, shown in self.shown.items():
            text = text.replace(real, shown)
        text = re.sub("serial number [0-9a-f]+", "serial number 4d3f", text)
        return re.sub(r"on \S+'s Python \S+?(?=\.? )", "on host.example.com's Python /usr/bin/python3", text)


def _values(option, placeholders):
    """The options as a task has them."""
    if isinstance(option, File):
        return option.content
    if isinstance(option, dict):
        return {key: _values(value, placeholders) for key, value in option.items()}
    if isinstance(option, list):
        return [_values(value, placeholders) for value in option]
    return option.format(**placeholders) if isinstance(option, str) and placeholders else option


def _as_written(option, shown):
    """The options as a playbook has them."""
    if isinstance(option, File):
        return option.shown
    if isinstance(option, dict):
        return {key: _as_written(value, shown) for key, value in option.items()}
    if isinstance(option, list):
        return [_as_written(value, shown) for value in option]
    if isinstance(option, str):
        for placeholder, text in shown.items():
            option = option.replace(placeholder, text)
    return option


def closed_port(stage):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    stage.shown[f"127.0.0.1:{port}"] = "192.0.2.10:8443"
    return {"port": port}


def closed_proxy(stage):
    port = closed_port(stage)["port"]
    stage.shown[f"127.0.0.1:{port}"] = "proxy.example.com:3128"
    stage.patch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")


def nothing_resolves(stage):
    def look_up(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    stage.patch.setattr(socket, "getaddrinfo", look_up)


def proxy_that_does_not_resolve(stage):
    nothing_resolves(stage)
    stage.patch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")


def untrusted(stage):
    leaf = factory.make_leaf(["localhost"], issuer=CA)
    server = stage.stack.enter_context(TlsServer(leaf.pem, leaf.key_pem))
    stage.shown[f"localhost:{server.port}"] = "api2.sendcloud.net"
    return {"port": server.port}


def slow(stage):
    stage.emulator.faults.add("delay", every=1, seconds=60)


def no_permission(stage):
    stage.emulator.change_settings({"permission": False})


def there(stage):
    stage.emulator.account.add(NAME)


def both_there(stage):
    there(stage)
    stage.emulator.account.add("click.example.com")


def five_there(stage):
    for number in range(1, 6):
        stage.emulator.account.add(f"t{number}.example.com")


def sending(stage):
    stage.emulator.change_settings({"sending_domains": [NAME]})


def dns(records, **options):
    """A domain that SendCloud knows, and a DNS server with these records."""

    def prepare(stage):
        there(stage)
        server = stage.stack.enter_context(LoopbackServer(records, **options))
        stage.shown[f"127.0.0.1:{server.port}"] = "192.0.2.53"
        return {"port": server.port}

    return prepare


def no_requests(stage):
    stage.patch.setattr(_transport, "REQUESTS_IMPORT_ERROR", "Traceback: there is no module named requests")


def old_cryptography(stage):
    stage.patch.setattr(_certificate, "CRYPTOGRAPHY_VERSION", "3.3.2")


def verify(**options):
    return {"name": NAME, "state": "verified", "wait": False, "dns_servers": ["127.0.0.1:{port}"], **options}


def certificate(content, key=PRIVATE_KEY):
    return {"name": NAME, "certificate": content, "private_key": key}


ACCOUNT = [
    Mistake(
        "Neither user nor key",
        ONE,
        {"name": NAME},
        "Both are in SendCloud's console, under **Email API**, **API_USER Management**. Variables count on the host "
        "that runs the task, which for `hosts: localhost` is the machine that runs Ansible; `sudo`, cron and AWX start "
        "with an environment of their own.",
        variables={},
    ),
    Mistake(
        "One of user and key in the environment",
        ONE,
        {"name": NAME},
        "Export both in the same shell. A variable that is set to an empty text counts as not set.",
        variables={"SENDCLOUD_API_USER": USER},
    ),
    Mistake(
        "The user alone in the task",
        ONE,
        {"name": NAME, "api_user": USER},
        "Often `api_key` was to come from a vault file that is not loaded: look at `vars_files`.",
        variables={},
    ),
    Mistake(
        "User and key from two places",
        ONE,
        {"name": NAME, "api_user": "another_user"},
        "Give `api_key` beside `api_user`, or leave out both.",
    ),
    Mistake(
        "A key that is empty",
        ONE,
        {"name": NAME, "api_user": USER, "api_key": File("{{ lookup('ansible.builtin.env', 'MY_KEY') }}", "")},
        "The look-up found nothing: is the variable called that, and exported?",
    ),
    Mistake(
        "A key with a line break at its end",
        ONE,
        {"name": NAME, "api_user": USER, "api_key": File("{{ lookup('ansible.builtin.pipe', 'pass …') }}", KEY + "\n")},
        "Add `| trim` to the expression.",
    ),
    Mistake(
        "A wrong key",
        ONE,
        {"name": NAME, "api_user": USER, "api_key": "0000000000000000"},
        "An API_KEY that was reset works for 15 more minutes, then the new one is needed.",
    ),
    Mistake(
        "The base URL of another region",
        ONE,
        {
            "name": NAME,
            "api_url": "https://api.aurorasendcloud.com/api",
            "api_user": "user_elsewhere",
            "api_key": File("{{ sendcloud_api_key }}", KEY),
        },
        "The console's account settings show the region. The base URLs are in the description of `api_url`.",
    ),
    Mistake(
        "An address that the IP allowlist does not have",
        ONE,
        {"name": NAME},
        "The allowlist belongs to the API_USER, in SendCloud's console. Behind a proxy, it is the proxy's address that "
        "counts.",
        prepare=no_permission,
    ),
]
WAY = [
    Mistake(
        "A base URL without https://",
        ONE,
        {"name": NAME, "api_url": "api2.sendcloud.net/api"},
        "Write it with `https://`.",
    ),
    Mistake(
        "Plain http to another host",
        ONE,
        {"name": NAME, "api_url": "http://api2.sendcloud.net/api"},
        "Write it with `https://`. Plain `http` is for an emulator on this machine.",
    ),
    Mistake(
        "An endpoint in the base URL",
        ONE,
        {"name": NAME, "api_url": "https://api2.sendcloud.net/api/trackDomain/list"},
        "Copy the URL from the message.",
    ),
    Mistake(
        "A wrong path in the base URL",
        ONE,
        {"name": NAME, "api_url": "https://api2.sendcloud.net/apiv9"},
        "The path differs from region to region: `/api`, or `/apiv2` in mainland China.",
    ),
    Mistake(
        "A wrong number in an environment variable",
        ONE,
        {"name": NAME},
        "Correct it, or unset it.",
        variables={**VARIABLES, "SENDCLOUD_API_RETRIES": "many"},
    ),
    Mistake(
        "A host name that does not exist",
        ONE,
        {"name": NAME, "api_url": "https://api2.sendclod.net/api"},
        "Usually a typing mistake. If no name resolves, the host that runs the task has no DNS, or needs a proxy.",
        prepare=nothing_resolves,
        offline=True,
    ),
    Mistake(
        "Nothing listens",
        ONE,
        {"name": NAME, "api_url": "https://127.0.0.1:{port}/api"},
        "`curl -I` with the same URL on the same host shows the same.",
        prepare=closed_port,
        offline=True,
    ),
    Mistake(
        "A proxy that does not listen",
        ONE,
        {"name": NAME},
        "Ansible takes proxies from the environment of the host that runs the task, or from the task's `environment`.",
        prepare=closed_proxy,
        offline=True,
    ),
    Mistake(
        "A proxy whose name does not resolve",
        ONE,
        {"name": NAME},
        "Correct the variable. `NO_PROXY` names hosts that are reached without it.",
        prepare=proxy_that_does_not_resolve,
        offline=True,
    ),
    Mistake(
        "A proxy that is not a URL",
        ONE,
        {"name": NAME},
        "Correct the variable.",
        variables={**VARIABLES, "HTTPS_PROXY": "proxy.example.com:31a28"},
        offline=True,
    ),
    Mistake(
        "A TLS certificate that is not trusted",
        ONE,
        {"name": NAME, "api_url": "https://localhost:{port}/api"},
        "The CA of a company's proxy is usually installed on the workstations already: ask for the file. Do not turn "
        "`validate_certs` off, since then anyone on the way can read the key.",
        prepare=untrusted,
        offline=True,
    ),
    Mistake(
        "A CA file that does not exist",
        ONE,
        {"name": NAME, "ca_path": "/etc/ssl/company.pem"},
        "The path is one on the host that runs the task.",
    ),
    Mistake(
        "No answer",
        ONE,
        {"name": NAME},
        "If it happens now and then, do nothing: a run can be repeated at any time.",
        prepare=slow,
    ),
]
OPTIONS = [
    Mistake(
        "A typing mistake in an option",
        ONE,
        {"nme": NAME},
        "The list of options is at the end of the message.",
    ),
    Mistake(
        "Neither name nor ID",
        ONE,
        {"state": "present"},
        "Give `name`. To read all domains, use `track_domain_info`.",
    ),
    Mistake(
        "A state that does not exist",
        ONE,
        {"name": NAME, "state": "verify"},
        "Choose one of the three.",
    ),
    Mistake(
        "A name with https://",
        ONE,
        {"name": f"https://{NAME}"},
        "Leave the scheme out.",
    ),
    Mistake(
        "A name with a path",
        ONE,
        {"name": f"{NAME}/click"},
        "Give the name alone.",
    ),
    Mistake(
        "A wildcard",
        ONE,
        {"name": "*.example.com"},
        "Declare each name. The certificate may have a wildcard.",
    ),
    Mistake(
        "A name without its domain",
        ONE,
        {"name": "track"},
        "Give the full name.",
    ),
    Mistake(
        "A host name as DNS server",
        ONE,
        {"name": NAME, "state": "verified", "dns_servers": ["ns1.example.net"]},
        "`dig +short ns1.example.net` shows the address. Without `dns_servers`, the authoritative servers are found by "
        "themselves.",
    ),
    Mistake(
        "An ID that does not exist",
        ONE,
        {"id": 12345},
        "An ID is another one after a domain was deleted and added again, so select by name.",
    ),
    Mistake(
        "A new name that is taken",
        ONE,
        {"name": NAME, "new_name": "click.example.com"},
        "Decide which of the two to keep.",
        prepare=both_there,
    ),
    Mistake(
        "Nothing to rename",
        ONE,
        {"name": "trak.example.com", "new_name": "click.example.com"},
        "Correct the name; `track_domain_info` shows those that exist.",
        prepare=there,
    ),
    Mistake(
        "Waiting without state: verified",
        ONE,
        {"name": NAME, "wait": True, "wait_timeout": 1800},
        "Add `state: verified`.",
        prepare=there,
    ),
    Mistake(
        "A library that is missing",
        ONE,
        {"name": NAME},
        "`python -m pip install requests`, with the Python that the message names.",
        prepare=no_requests,
        as_module=True,
    ),
    Mistake(
        "A library that is too old",
        ONE,
        certificate(FULLCHAIN),
        "`python -m pip install --upgrade cryptography`, with the Python that the message names.",
        prepare=old_cryptography,
        as_module=True,
    ),
    Mistake(
        "A CA file, and nothing to check with it",
        INFO,
        {"https_ca_path": "ca.pem"},
        "Add `check_https: true`.",
        prepare=there,
    ),
]
SETS = [
    Mistake(
        "A list that is null",
        SET,
        {"track_domains": None},
        "The variable has no value: usually, there is `domains:` with nothing beneath it.",
    ),
    Mistake(
        "A text in place of the list",
        SET,
        {"track_domains": NAME},
        "Write it as a list, with a dash and `name:`.",
    ),
    Mistake(
        "A list of names",
        SET,
        {"track_domains": [NAME, "click.example.com"]},
        "Write `- name:` before each. If the names are in a variable, "
        "`{{ names | map('community.general.dict_kv', 'name') }}` makes such a list of them.",
    ),
    Mistake(
        "A typing mistake in a row",
        SET,
        {"track_domains": [{"nam": NAME}]},
        "Correct it.",
    ),
    Mistake(
        "An empty list with prune",
        SET,
        {"track_domains": [], "prune": True},
        "Look why the list is empty.",
        prepare=there,
    ),
    Mistake(
        "Half a list with prune",
        SET,
        {"track_domains": [{"name": "t1.example.com"}, {"name": "t2.example.com"}], "prune": True},
        "Look at the names: if they are to go, raise `prune_limit` for this run.",
        prepare=five_there,
    ),
    Mistake(
        "The same name twice",
        SET,
        {"track_domains": [{"name": NAME}, {"name": "Track.Example.com."}]},
        "Remove one of the two.",
    ),
    Mistake(
        "A bad name among good ones",
        SET,
        {"track_domains": [{"name": NAME}, {"name": "click_example.com"}]},
        "Correct the row that the number says, counted from 1.",
    ),
    Mistake(
        "What prune is to keep, without prune",
        SET,
        {"track_domains": [{"name": NAME}], "prune_keep": ["old.example.com"]},
        "Add `prune: true` if other domains are to be deleted.",
        prepare=there,
    ),
    Mistake(
        "Two domains of three that fail",
        SET,
        {
            "track_domains": [
                {"name": NAME},
                {"name": "click.example.com", "certificate": FULLCHAIN, "private_key": PRIVATE_KEY},
                {"name": "open.example.com", "certificate": FULLCHAIN},
            ]
        },
        "The third one was done. `failures` has the same by domain, to act upon.",
    ),
]
CERTIFICATES = [
    Mistake(
        "A path in place of the certificate",
        ONE,
        certificate("/etc/ssl/fullchain.pem", "/etc/ssl/key.pem"),
        "Give `\"{{ lookup('ansible.builtin.file', '/etc/ssl/fullchain.pem') }}\"`, which reads it on the controller.",
    ),
    Mistake(
        "A certificate without its chain",
        ONE,
        certificate(File.read("cert.pem", GOOD.pem)),
        "Upload `fullchain.pem`. Without the chain the page opens in some browsers and not in others.",
    ),
    Mistake(
        "The key of another certificate",
        ONE,
        certificate(FULLCHAIN, File.read("other-key.pem", OTHER_KEY)),
        "Both files have to be of the same renewal.",
    ),
    Mistake(
        "A certificate without its key",
        ONE,
        {"name": NAME, "certificate": FULLCHAIN},
        "Give both.",
    ),
    Mistake(
        "Certificate and key swapped",
        ONE,
        certificate(File.read("key.pem", GOOD.key_pem), File.read("fullchain.pem", factory.bundle(GOOD, CA))),
        "Swap them.",
    ),
    Mistake(
        "A certificate for another name",
        ONE,
        certificate(File.read("www.pem", factory.bundle(OTHER_NAME, CA))),
        "Have one issued for the tracking domain.",
    ),
    Mistake(
        "A certificate that has expired",
        ONE,
        certificate(File.read("old.pem", factory.bundle(EXPIRED, CA))),
        "Renew it.",
    ),
    Mistake(
        "A key with a passphrase",
        ONE,
        certificate(FULLCHAIN, File.read("key.pem", factory.key_pem(GOOD.private_key, password=b"secret"))),
        "`openssl pkey -in key.pem | ansible-vault encrypt_string --stdin-name tracking_key` keeps it in "
        "Ansible Vault.",
    ),
    Mistake(
        "A key as a list of lines",
        ONE,
        certificate(FULLCHAIN, File.read("key.pem", [GOOD.key_pem], lookup="query")),
        "Write `lookup`.",
    ),
]
LIFE = [
    Mistake(
        "A sixth domain",
        ONE,
        {"name": NAME},
        "`track_domain_info` shows those that exist.",
        prepare=five_there,
    ),
    Mistake(
        "A sending domain",
        ONE,
        {"name": NAME},
        "If mail is sent from `example.com`, track under `track.example.com`.",
        prepare=sending,
    ),
    Mistake(
        "No record",
        ONE,
        verify(),
        "Publish the record in quotes. Then wait until the time that the message says, and run the task again.",
        prepare=dns({}),
    ),
    Mistake(
        "A record that points elsewhere",
        ONE,
        verify(),
        "Correct the target.",
        prepare=dns({(NAME, "CNAME"): ["track2.sendcloud.org."]}),
    ),
    Mistake(
        "A record whose target lacks its trailing dot",
        ONE,
        verify(),
        "Add the dot. A zone file completes every name that has none.",
        prepare=dns({(NAME, "CNAME"): [f"{TARGET}example.com."]}),
    ),
    Mistake(
        "A record with the zone twice in its name",
        ONE,
        verify(),
        "Delete that record, and enter the right one.",
        prepare=dns({(f"{NAME}.example.com", "CNAME"): [TARGET]}),
    ),
    Mistake(
        "An address record, or a DNS provider's proxy",
        ONE,
        verify(),
        "At Cloudflare, the cloud beside the record has to be grey (DNS only).",
        prepare=dns({(NAME, "A"): ["198.51.100.7"]}),
    ),
    Mistake(
        "A DNS server that refuses to answer",
        ONE,
        verify(),
        "Ask another one, or leave `dns_servers` out.",
        prepare=dns({}, failing="refused"),
    ),
]
SECTIONS = {
    "Account": ACCOUNT,
    "The way to SendCloud": WAY,
    "Options": OPTIONS,
    "Sets": SETS,
    "Certificates": CERTIFICATES,
    "Limits, DNS and verification": LIFE,
}
MISTAKES = [mistake for mistakes in SECTIONS.values() for mistake in mistakes]


@pytest.fixture
def stages(act, execute, monkeypatch):
    """A fresh stage for each mistake."""

    @contextlib.contextmanager
    def stages():
        clock = ManualClock()
        emulator = Emulator.in_process(user=USER, key=KEY, clock=clock)
        with contextlib.ExitStack() as stack, monkeypatch.context() as patch:
            for name in list(os.environ):
                if name.startswith("SENDCLOUD_API") or name.lower().endswith("_proxy"):
                    patch.delenv(name)
            patch.setattr(_in_process, "Clock", lambda: FixedClock(clock))
            yield Stage(emulator, patch, stack, act, execute)
        _in_process._connections.close()

    return stages


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_each_mistake_is_told_in_few_words(stages, mistake):
    with stages() as stage:
        told = stage.play(mistake)
    assert told
    lines = [line for text in told for line in text.splitlines()]
    for line in lines:
        assert len(line) <= LONGEST
        assert len(_sentences(line)) <= MOST_SENTENCES
        assert KEY not in line
        assert line.isprintable()


def _sentences(text):
    # What is quoted, and what servers say, is no sentence of its own.
    return re.split(r"[.?!] (?=[A-Z])", re.sub(r'"[^"]*"', "it", text))


def test_the_page_says_what_is_told(stages):
    page = render(stages)
    target = os.environ.get(WRITE_TO)
    if target:
        Path(target).write_text(page, encoding="utf-8")
    found = Path(target) if target else DOCUMENT
    assert found.read_text(encoding="utf-8") == page, f"docs/messages.md is not up to date; write it: {HOW_TO_WRITE}"


def _own_license():
    """The license header of this file, which is that of every file."""
    with Path(__file__).open(encoding="utf-8") as lines:
        return "".join(line[2:] for line in itertools.islice(lines, 4)).rstrip("\n")


HEADER = """\
<!--
{license}
-->

# {count} mistakes, and what you are told

Each of these tasks was run by a test, against an emulated SendCloud, and this is the message that it ended with, to the
letter. Only ports, addresses of the test and serial numbers are replaced. Do not edit this page; write it again with

```shell
{command}
```

User and key are right, and in the environment, where nothing else is said. Every failure also returns `error.kind`, by
which a playbook can tell one from another.
"""


def render(stages):
    """The page, from what each mistake is told."""
    parts = [HEADER.format(license=_own_license(), count=len(MISTAKES), command=HOW_TO_WRITE)]
    for section, mistakes in SECTIONS.items():
        parts.append(f"## {section}\n")
        for mistake in mistakes:
            with stages() as stage:
                parts.append(_entry(mistake, stage.play(mistake), stage.shown))
    return "\n".join(parts)


def _entry(mistake, told, shown):
    task = {
        f"sendcloud.email.{mistake.plugin.__name__.rpartition('.')[2]}": _as_written(mistake.options, _marks(shown))
    }
    written = yaml.safe_dump(task, sort_keys=False, allow_unicode=True, width=1000)
    messages = "\n".join(told)
    return (
        f"### {mistake.title}\n\n{_environment(mistake)}```text\n{written}```\n\n```text\n{messages}\n```\n\n"
        f"What to do: {mistake.advice}\n"
    )


def _marks(shown):
    """What stands for an address with a placeholder."""
    return {re.sub(r":\d+$", ":{port}", real): text for real, text in shown.items()}


def _environment(mistake):
    if mistake.variables == VARIABLES:
        return ""
    settings = " ".join(f"{name}={value}" for name, value in mistake.variables.items()) or "(nothing)"
    return f"In the environment: `{settings.replace(KEY, '…')}`\n\n"
