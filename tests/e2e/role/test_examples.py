# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The examples of every plugin, and of the role, pasted and run in their order: previewed, run, run again.

They are here, and not with those of the guides, because some look at the certificates that recipients get.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ..reader import Reader
from .reading import NAME, NAMES, NEW_NAME, authority, give, publish, reader_of, records, served
from .world import NAME_ZONE, TARGET, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

CHALLENGE = f"_acme-challenge.{NAME}"


def read_role(reader: Reader, world: World) -> None:
    reader.paste("tracking.yml")
    own = {"tsig_secret": world.provider.key_secret, "acme_account_key": world.account_key}
    reader.follow("tracking.yml", **own, **authority(world))
    assert records(world, NAME) == [f"{NAME}. CNAME {TARGET}."]
    served(world, NAME)


def read_track_domain(reader: Reader, world: World) -> None:
    declare, verify, recheck, certify, rename, delete = reader.paste_steps()
    reader.follow(declare, **account(world))
    publish(world, NAME)
    reader.follow(verify)
    assert world.inside("domains")[NAME]["verified"]
    reader.follow(recheck)
    give(world, reader, NAME)
    reader.follow(certify)
    served(world, NAME)
    reader.follow(rename)
    assert list(world.inside("domains")) == [NEW_NAME]
    reader.follow(delete)
    assert world.inside("domains") == {}


def read_track_domains(reader: Reader, world: World) -> None:
    declare, verify, certify, prune = reader.paste_steps()
    reader.follow(declare, **account(world))
    publish(world, *NAMES)
    reader.follow(verify)
    assert all(domain["verified"] for domain in world.inside("domains").values())
    give(world, reader, NAME)
    reader.follow(certify)
    served(world, NAME)
    for name in ("legacy", "old", "older"):
        world.inside("add", name=f"{name}.{NAME_ZONE}")
    pruned = reader.follow(prune)
    assert sorted(world.inside("domains")) == sorted([*NAMES, f"legacy.{NAME_ZONE}"])
    assert len(pruned.of("Show the DNS records that nothing uses any more")["msg"]) == 2


def read_info(reader: Reader, world: World) -> None:
    read_all, read_two, compare, look = reader.paste_steps()
    world.settle(NAME, days=60)
    world.inside("add", name=NEW_NAME)
    shown = reader.follow(read_all, **account(world)).of("Show the records to publish")["msg"]
    assert shown == [f"{name}. IN CNAME {TARGET}." for name in NAMES]
    reader.follow(read_two)
    assert f"{NEW_NAME} should be a CNAME for {TARGET}, DNS has []" in reader.follow(compare).output
    assert f"{NEW_NAME}: " in reader.follow(look).output


def read_dns_records_info(reader: Reader, world: World) -> None:
    free, wait = reader.paste_steps()
    reader.follow(free)
    world.write(NAME_ZONE, (CHALLENGE, "TXT", "gfj9Xq...Rg85nM"))
    assert reader.follow(wait).of("Wait until each name server of the zone has a TXT record")["ready"]
    world.write(NAME_ZONE, (CHALLENGE, "TXT", None))


def read_audit(reader: Reader, world: World) -> None:
    world.settle(NAME, days=60)
    (step,) = reader.paste_steps()
    reader.follow(step)


def read_fingerprint(reader: Reader, world: World) -> None:
    publish(world, NAME)
    world.inside("add", name=NAME, verified=True, pair=give(world, reader, NAME))
    (step,) = reader.paste_steps()
    reader.follow(step)


def read_lookup(reader: Reader, world: World) -> None:
    (step,) = reader.paste_steps()
    reader.follow(step)


STORIES: Mapping[str, Callable[[Reader, World], None]] = {
    "plugins/filter/audit_report.py": read_audit,
    "plugins/filter/audit_table.py": read_audit,
    "plugins/filter/certificate_fingerprint.py": read_fingerprint,
    "plugins/filter/certificate_renewal.py": read_audit,
    "plugins/lookup/missing_collections.py": read_lookup,
    "plugins/modules/dns_records_info.py": read_dns_records_info,
    "plugins/modules/sendcloud_track_domain.py": read_track_domain,
    "plugins/modules/sendcloud_track_domains.py": read_track_domains,
    "plugins/modules/track_domain_info.py": read_info,
    "roles/track_domain/README.md": read_role,
}


@pytest.mark.parametrize("page", STORIES)
def test_each_example_runs(page: str, world: World, tmp_path: Path) -> None:
    with reader_of(world, page, tmp_path) as reader:
        STORIES[page](reader, world)


def account(world: World) -> dict[str, str]:
    """What the first example of each module reads from a vault."""
    names = {"sendcloud_api_user": "SENDCLOUD_API_USER", "sendcloud_api_key": "SENDCLOUD_API_KEY"}
    return {variable: world.environment[name] for variable, name in names.items()}
