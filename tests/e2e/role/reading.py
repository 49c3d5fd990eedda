# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Following pages in the world of the role, and what a reader does there beside pasting and running."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..reader import Reader, Sight
from . import powerdns
from .inside import API_PORT
from .private_keys import traces
from .world import NAME_ZONE, PROVIDER, TARGET, WORLD, World

NAMES = NAME, NEW_NAME = f"track.{NAME_ZONE}", f"click.{NAME_ZONE}"


def reader_of(world: World, page: str, folder: Path, replace: Mapping[str, str] | None = None, **part: str) -> Reader:
    """Somebody who follows a page, or a part of it, in an account without tracking domains and a zone without records.

    Their credentials are in the environment. C(replace) is what they put in place of examples that no other page has.
    """
    world.inside("reset")
    world.write(NAME_ZONE, *((name, kind, None) for name in NAMES for kind in ("CNAME", "TXT")))
    own = {
        "https://api.aurorasendcloud.com/api": world.environment["SENDCLOUD_API_URL"],
        "https://dns.example.net": f"http://{powerdns.ADDRESS}:{powerdns.PORT}",
        "192.0.2.53": PROVIDER,
        "/etc/ssl/tracking": str(folder / "kept"),
    }
    assert own["https://api.aurorasendcloud.com/api"] == f"http://{WORLD}:{API_PORT}/api"
    sight = Sight(
        state=lambda: (world.zones(), world.inside("domains"), world.orders),
        calls=lambda: world.inside("endpoints"),
        secrets=lambda: secrets(world),
    )
    own |= replace or {}
    return Reader(page, folder, sight, environment=world.environment, replace=own, inside=world.command, **part)


def secrets(world: World) -> frozenset[str]:
    """What must not be in any output: the keys of the account, of the zones, and of each certificate."""
    keys = [world.account_key, *(key for _chain, key in world.inside("pairs").values())]
    found = frozenset().union(*(traces(key) for key in keys))
    return found | {world.api_key, world.provider.key_secret, world.other_provider.key_secret, "PRIVATE KEY-----"}


def authority(world: World) -> Mapping[str, str]:
    """The variables without which the role would go to Let's Encrypt, and trust the system's authorities."""
    return {
        "track_domain_acme_directory": world.pebble.directory,
        "track_domain_https_ca_path": str(world.authorities),
    }


def give(world: World, reader: Reader, name: str) -> tuple[str, str]:
    """Have a certificate and its key in the files that pages read them from, and return both."""
    certificate, private_key = world.issue(name, 60)
    reader.write(f"{name}.fullchain.pem", certificate)
    reader.write(f"{name}.key", private_key)
    return certificate, private_key


def age(world: World, name: str, days: float) -> str:
    """Let so much time pass that a certificate has these days left; return the fingerprint of what is served then."""
    world.inside("replace_pair", name=name, pair=world.issue(name, days))
    return served(world, name)


def served(world: World, name: str) -> str:
    """The fingerprint of the certificate that recipients get, who have to trust it."""
    fingerprint: str = world.inside("handshake", name=name, authorities=world.authorities.read_text(encoding="ascii"))
    return fingerprint


def publish(world: World, *names: str) -> None:
    """Publish the records of tracking domains."""
    world.write(NAME_ZONE, *((name, "CNAME", f"{TARGET}.") for name in names))


def records(world: World, name: str) -> list[str]:
    """The records of a name in all zones."""
    return [record for zone in world.zones().values() for record in zone if record.startswith(f"{name}. ")]
