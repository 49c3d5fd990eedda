# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The place where the role is at home: a small internet, and everything in it that the role talks to.

127.0.0.1
  The system's resolver, the root, and SendCloud's own zone; its port 443 is where recipients go.
127.0.0.2
  The provider of C(example.com), C(example.net) and C(example.org).
127.0.0.3
  Another provider, with another key. It has C(acme.example.net), which is cut out of the other one's zone, and a copy
  of C(example.org) that nobody asks for.
127.0.0.4, 127.0.0.5, 127.0.0.6
  Where recipients go for the names of three other accounts at SendCloud, each with a target of its own.

Beside them SendCloud (the emulator), Pebble, a second Pebble whose certificates are short-lived, and an ACME server
that refuses what a test wants it to.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ..name_server import KEY_ALGORITHM, NameServer, Zone
from ..namespace import Namespace
from .inside import API_PORT, REFUSING_PORT, Inside
from .pebble import Credentials, Pebble

WORLD, PROVIDER, OTHER_PROVIDER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
TARGET = "track2.sendcloud.net"
NAME_ZONE, PARENT_ZONE, ALIAS_ZONE, STRAY_ZONE = "example.com", "example.net", "acme.example.net", "example.org"
# Of certificates that are short-lived, in days.
SHORT_LIFE = 2

# How long a resolver may remember that a name is missing: long enough to be noticed by who asks too early.
_NEGATIVE_TTL = 30
_PORT = 53
_PEBBLE_PORT, _SHORT_PEBBLE_PORT = 14000, 14010
_OPTIONS = "allow-transfer { any; };"
# The tests are about servers that say what is; what resolvers remember has tests of its own.
_RESOLVER_OPTIONS = f"{_OPTIONS} max-cache-ttl 0; max-ncache-ttl 0;"


@dataclass(frozen=True)
class Account:
    """An account at SendCloud, and the C(target) of its names, which is at C(address)."""

    user: str
    address: str
    target: str
    key: str = field(repr=False)

    @property
    def url(self) -> str:
        """The base URL of its API."""
        return f"http://{self.address}:{API_PORT}/api"


@dataclass(frozen=True)
class World:
    """Everything in it; C(environment) is for Ansible.

    C(root) is Pebble's root certificate, C(authorities) a file with that, that of the other Pebble, and that of
    C(own_authority), which issues certificates as old as a test wants them. C(accounts) begins with the one that is in
    the environment.
    """

    provider: NameServer
    other_provider: NameServer
    pebble: Pebble
    short_pebble: Pebble
    inside: Inside
    command: tuple[str, ...]
    root: str
    own_authority: trustme.CA
    authorities: Path
    accounts: tuple[Account, ...]
    account_key: str = field(repr=False)
    api_key: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)

    @property
    def refusing_directory(self) -> str:
        """The ACME directory of the authority that refuses what it is told to."""
        return f"https://{WORLD}:{REFUSING_PORT}/dir"

    @property
    def orders(self) -> int:
        """How many orders the two authorities have been given."""
        return self.pebble.orders + self.short_pebble.orders

    def zones(self) -> dict[str, list[str]]:
        """Every record that can be written, their serial numbers included, by zone and server."""
        places = [(PROVIDER, NAME_ZONE), (PROVIDER, PARENT_ZONE), (PROVIDER, STRAY_ZONE)]
        places += [(OTHER_PROVIDER, ALIAS_ZONE), (OTHER_PROVIDER, STRAY_ZONE)]
        return {f"{name} at {server}": self.inside("zone", server=server, name=name) for server, name in places}

    def write(self, zone: str, *records: tuple[str, str, str | None], at: NameServer | None = None) -> None:
        """Replace records, each given by owner, type and value (None: there is to be none)."""
        server = at or self.provider
        key = (server.key_name, server.key_secret)
        self.inside("write", server=server.address, zone=zone, key=key, records=records)

    def settle(self, name: str, *, days: float | None = None, lifetime: float = 90) -> None:
        """Have a name verified and its record published; with a certificate of which so many days are left."""
        self.write(NAME_ZONE, (name, "CNAME", f"{TARGET}."))
        pair = None if days is None else self.issue(name, days, lifetime=lifetime)
        self.inside("add", name=name, verified=True, pair=pair)

    def issue(self, name: str, days: float, *, lifetime: float = 90) -> tuple[str, str]:
        """A certificate chain and its key, of whose lifetime in days so many are left. C(authorities) has its root."""
        end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
        leaf = self.own_authority.issue_cert(
            name, not_before=end - timedelta(days=lifetime), not_after=end, key_type=trustme.KeyType.ECDSA
        )
        chain = "".join(blob.bytes().decode() for blob in leaf.cert_chain_pems)
        return chain, leaf.private_key_pem.bytes().decode()

    def variables(self, name: str, **more: Any) -> dict[str, Any]:
        """The role's variables for a name whose record and challenge are written by nsupdate, and C(more)."""
        return {
            "track_domain_name": name,
            "track_domain_dns_provider": "nsupdate",
            **nsupdate(self.provider),
            "track_domain_acme_directory": self.pebble.directory,
            "track_domain_acme_account_key": self.account_key,
            "track_domain_acme_terms_agreed": True,
            "track_domain_https_ca_path": str(self.authorities),
            "track_domain_wait_timeout": 300,
        } | more


def nsupdate(server: NameServer, prefix: str = "track_domain_") -> dict[str, Any]:
    """The role's variables for a provider that is this server; a challenge's have another prefix."""
    return {
        f"{prefix}nsupdate_server": server.address,
        f"{prefix}nsupdate_key_name": server.key_name,
        f"{prefix}nsupdate_key_secret": server.key_secret,
        f"{prefix}nsupdate_key_algorithm": KEY_ALGORITHM,
    }


@contextmanager
def open_world(folder: Path) -> Iterator[World]:
    """The world, until the block ends."""
    authority = trustme.CA()
    credentials = _credentials(folder, authority)
    accounts = _accounts()
    api_key = accounts[0].key
    with ExitStack() as stack:
        command = tuple(stack.enter_context(Namespace(folder, WORLD, PROVIDER, OTHER_PROVIDER)).inside)
        _start(
            stack, folder, command, WORLD, [_root(), _sendcloud(accounts)], recursion=True, options=_RESOLVER_OPTIONS
        )
        zones = [_zone(NAME_ZONE), _zone(PARENT_ZONE, more=_delegation(ALIAS_ZONE, OTHER_PROVIDER)), _zone(STRAY_ZONE)]
        provider = _start(stack, folder, command, PROVIDER, zones, key_name="ansible")
        zones = [_zone(name, server=OTHER_PROVIDER) for name in (ALIAS_ZONE, STRAY_ZONE)]
        other = _start(stack, folder, command, OTHER_PROVIDER, zones, key_name="other-provider")
        pebbles = [
            stack.enter_context(
                Pebble(
                    folder / f"pebble-{port}",
                    credentials,
                    dns_server=f"{WORLD}:{_PORT}",
                    port=port,
                    days=days,
                    inside=command,
                )
            )
            for port, days in ((_PEBBLE_PORT, 90), (_SHORT_PEBBLE_PORT, SHORT_LIFE))
        ]
        options = {
            "accounts": [asdict(account) for account in accounts],
            "dns_server": f"{WORLD}:{_PORT}",
            "pebble_port": _PEBBLE_PORT,
            "certificate": str(credentials.certificate),
            "private_key": str(credentials.private_key),
        }
        inside = stack.enter_context(Inside(command, options))
        own_root = authority.cert_pem.bytes().decode()
        roots = [inside("fetch", url=pebble.root_url, authority=own_root) for pebble in pebbles]
        authorities = folder / "authorities.pem"
        authorities.write_text("".join([*roots, own_root]), encoding="ascii")
        environment = {
            "SENDCLOUD_API_USER": accounts[0].user,
            "SENDCLOUD_API_KEY": api_key,
            "SENDCLOUD_API_URL": accounts[0].url,
            # So that the authority's own HTTPS is checked, as it is in life.
            "SSL_CERT_FILE": str(folder / "acme.pem"),
        }
        yield World(
            provider,
            other,
            pebbles[0],
            pebbles[1],
            inside,
            command,
            roots[0],
            authority,
            authorities,
            accounts,
            new_account_key(),
            api_key,
            environment,
        )


def _start(
    stack: ExitStack,
    folder: Path,
    command: tuple[str, ...],
    address: str,
    zones: list[Zone],
    *,
    recursion: bool = False,
    options: str = _OPTIONS,
    key_name: str = "nobody",
) -> NameServer:
    server = NameServer(
        folder / f"bind-{address}",
        *zones,
        address=address,
        port=_PORT,
        recursion=recursion,
        options=options,
        key_name=key_name,
        inside=command,
    )
    return stack.enter_context(server)


def _credentials(folder: Path, authority: trustme.CA) -> Credentials:
    authority.cert_pem.write_to_path(str(folder / "acme.pem"))
    leaf = authority.issue_cert(WORLD)
    credentials = Credentials(folder / "pebble.pem", folder / "pebble.key")
    leaf.cert_chain_pems[0].write_to_path(str(credentials.certificate))
    leaf.private_key_pem.write_to_path(str(credentials.private_key))
    return credentials


def new_account_key() -> str:
    """The key of an account that no authority knows yet, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def _root() -> Zone:
    delegations = [_delegation(name, PROVIDER) for name in (NAME_ZONE, PARENT_ZONE, STRAY_ZONE)]
    start = f"@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root.\nroot. 60 IN A {WORLD}"
    return Zone(".", "\n".join([start, *delegations]))


def _accounts() -> tuple[Account, ...]:
    places = [("demo-user", WORLD, TARGET)]
    places += [(f"user-{number}", f"127.0.0.{number}", f"track{number}.sendcloud.net") for number in (4, 5, 6)]
    return tuple(Account(*place, f"key-{secrets.token_hex(16)}") for place in places)


def _sendcloud(accounts: Sequence[Account]) -> Zone:
    start = "@ 60 IN SOA root. nobody.invalid. 1 60 60 60 1\n@ 60 IN NS root."
    return Zone("sendcloud.net", "\n".join([start, *(f"{one.target}. 60 IN A {one.address}" for one in accounts)]))


def _zone(name: str, *, server: str = PROVIDER, more: str = "") -> Zone:
    # The TTL of a negative answer is the smaller of the record's own TTL and its last field (RFC 2308, section 5).
    soa = f"@ {_NEGATIVE_TTL} IN SOA ns.{name}. hostmaster.{name}. 1 3600 600 86400 {_NEGATIVE_TTL}"
    return Zone(name, "\n".join([soa, _delegation(name, server), more]))


def _delegation(name: str, server: str) -> str:
    return f"{name}. 60 IN NS ns.{name}.\nns.{name}. 60 IN A {server}"
