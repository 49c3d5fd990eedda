# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The guide to the life of a tracking domain, copied from the page and run, from its first block to its last."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..documents import block, guide
from ..reader import Reader
from . import powerdns
from .reading import NAME, NEW_NAME, age, authority, give, reader_of, records, served
from .world import PROVIDER, TARGET, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

PAGE = guide("guide_tracking_domains")
# Where its second half begins.
BY_HAND = "by-hand.yml"


def test_the_guide_with_the_role(world: World, tmp_path: Path) -> None:
    orders = world.orders
    with reader_of(world, PAGE, tmp_path, until=BY_HAND) as reader:
        reader.next("vault.yml")
        keep_vault(world, reader)
        reader.paste("tracking.yml")
        reader.follow("tracking.yml", **authority(world))
        assert world.orders == orders + 1
        assert records(world, NAME) == [f"{NAME}. CNAME {TARGET}."]
        first = served(world, NAME)

        # Every night: nothing, until it is time; then one new certificate; then nothing again.
        old = age(world, NAME, days=10)
        reader.follow("tracking.yml", **authority(world))
        assert world.orders == orders + 2
        assert len({first, old, served(world, NAME)}) == 3

        # With a copy of the certificate.
        reader.paste("store.yml")
        reader.paste("load.yml")
        reader.paste_variables("tracking.yml")
        reader.repeat("tracking.yml", **authority(world))
        age(world, NAME, days=10)
        reader.follow("tracking.yml", **authority(world))
        assert world.orders == orders + 3
        stored = served(world, NAME)
        age(world, NAME, days=10)
        reader.play("tracking.yml", **authority(world))
        assert (world.orders, served(world, NAME)) == (orders + 3, stored)

        # With another provider, which also writes the challenge's record.
        reader.paste("powerdns.yml")
        reader.paste_variables("tracking.yml", instead_of="track_domain_nsupdate_")
        key = (world.provider.key_name, world.provider.key_secret)
        with powerdns.powerdns(world.command, PROVIDER, key):
            own = {**authority(world), "powerdns_key": powerdns.KEY}
            reader.repeat("tracking.yml", **own)
            reader.play("tracking.yml", **own, track_domain_certificate_renew="always")
            assert world.orders == orders + 4
            reader.follow("tracking.yml", **own, track_domain_state="absent")
        assert (records(world, NAME), world.inside("domains")) == ([], {})

        # With a certificate from elsewhere.
        reader.paste("given.yml")
        give(world, reader, NAME)
        reader.follow("given.yml", **authority(world))
        assert world.orders == orders + 4
        reader.follow("given.yml", **authority(world), track_domain_state="absent")
        assert (records(world, NAME), world.inside("domains")) == ([], {})


def test_the_guide_with_the_modules_alone(world: World, tmp_path: Path) -> None:
    with reader_of(world, PAGE, tmp_path, since=BY_HAND) as reader:
        keep_vault(world, reader)
        give(world, reader, NAME)
        reader.paste(BY_HAND)
        reader.follow(BY_HAND)
        assert records(world, NAME) == [f"{NAME}. CNAME {TARGET}."]
        assert world.inside("domains")[NAME]["verified"]
        served(world, NAME)

        reader.paste_instead(BY_HAND, "again.yml")
        reader.follow("again.yml")
        assert "checkConfig" in world.inside("endpoints")

        reader.paste("rename.yml")
        give(world, reader, NEW_NAME)
        reader.follow("rename.yml")
        assert records(world, NEW_NAME) == [f"{NEW_NAME}. CNAME {TARGET}."]
        assert list(world.inside("domains")) == [NEW_NAME]
        assert world.inside("domains")[NEW_NAME]["verified"]
        served(world, NEW_NAME)


def keep_vault(world: World, reader: Reader) -> None:
    """Put the reader's own secrets into the vault, under the names that the page gives them; the rest is for that."""
    reader.keep_vault(
        "vault.yml",
        block(PAGE, "vault.yml"),
        sendcloud_api_user=world.environment["SENDCLOUD_API_USER"],
        sendcloud_api_key=world.api_key,
        tsig_secret=world.provider.key_secret,
        acme_account_key=world.account_key,
    )
    # For the authority's own HTTPS.
    reader.environment = {"SSL_CERT_FILE": world.environment["SSL_CERT_FILE"]}
