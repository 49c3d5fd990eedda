# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The guides around the role, copied from their pages and run, from the first block to the last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ..documents import block, guide
from ..playing import PLAYBOOKS
from ..reader import Reader
from . import powerdns
from .reading import NAME, NEW_NAME, age, authority, give, reader_of, records, served
from .world import ALIAS_ZONE, NAME_ZONE, PROVIDER, TARGET, Account, World, nsupdate

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

PAGE = guide("guide_tracking_domains")
# Where its second half begins.
BY_HAND = "by-hand.yml"

CUSTOMERS = guide("guide_customers_dns")
# Names of customers, and what the page has their challenges written to.
ALIASES = {
    f"track.customer.{NAME_ZONE}": f"track-customer-example-com.{ALIAS_ZONE}",
    f"track.other-customer.{NAME_ZONE}": f"track-other-customer-example-com.{ALIAS_ZONE}",
    f"track.old-customer.{NAME_ZONE}": f"old.{ALIAS_ZONE}",
}


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


def test_the_guide_for_customers(world: World, tmp_path: Path) -> None:
    """With tasks of their own and nsupdate in place of Hetzner and Route 53, which test_providers.py stands in for."""
    shop, customers = world.accounts[:2]
    replace = {
        'hetzner_api_token: "{{ vault_hetzner_token }}"': f"dns_tasks: {PLAYBOOKS / 'role' / 'write_record.yml'}",
        "hetzner": "custom",
        "route53": "nsupdate",
        "shop_user": shop.user,
        "customers_user": f"{customers.user}\n      sendcloud_api_url: {customers.url}",
        "shop.example": f"shop.{NAME_ZONE}",
        "customer.example": f"customer.{NAME_ZONE}",
    }
    own = {
        **authority(world),
        **nsupdate(world.provider),
        **{f"own_{option}": value for option, value in nsupdate(world.other_provider, "").items()},
        "vault_acme_account_key": world.account_key,
        "vault_shop_key": shop.key,
        "vault_customers_key": customers.key,
    }
    first = next(iter(ALIASES))
    with reader_of(world, CUSTOMERS, tmp_path, replace) as reader:
        reader.paste("tracking.yml")
        told = reader.play("tracking.yml", code=2, **own, track_domain_wait_timeout=0)
        assert f"{first}. IN CNAME {shop.target}." in told.output
        set_by_customer(world, shop, {first: f"customer.{ALIAS_ZONE}"})
        reader.follow("tracking.yml", **own)
        served(world, first)

        world.inside("reset")
        set_by_customer(world, customers, ALIASES)
        orders = world.orders
        reader.paste("accounts.yml")
        reader.follow("sendcloud.email.converge", "--inventory=accounts.yml", **own, converge_hosts="accounts")
        assert world.orders == orders + 5
        for name in (f"track.shop.{NAME_ZONE}", f"click.shop.{NAME_ZONE}", *ALIASES):
            served(world, name)


def set_by_customer(world: World, account: Account, aliases: Mapping[str, str]) -> None:
    """Have customers set both of their records, to the target of an account and to an alias for challenges."""
    for name, alias in aliases.items():
        both = ((name, "CNAME", f"{account.target}."), (f"_acme-challenge.{name}", "CNAME", f"{alias}."))
        world.write(NAME_ZONE, *both)


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
