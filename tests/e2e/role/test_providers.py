# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The providers that cannot be reached from a test, as stand-ins that take the real modules' arguments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .collections_seen import hide
from .providers import CHALLENGE, MODULES, StandIns, credentials, shown, variables
from .runs import RolePlayer
from .world import ALIAS_ZONE, NAME_ZONE, TARGET, World

pytestmark = [pytest.mark.namespace, pytest.mark.pebble]

EVERY_PROVIDER = ("nsupdate", "custom", *MODULES)
OLD_TOKEN = "o" * 43


@pytest.fixture
def stand_ins(tmp_path: Path, world: World, role: RolePlayer) -> StandIns:
    return StandIns(tmp_path / "stand_ins", world, role)


@pytest.mark.parametrize("provider", MODULES)
def test_the_life_of_a_name(world: World, role: RolePlayer, stand_ins: StandIns, provider: str) -> None:
    name = f"{provider}.{NAME_ZONE}"
    given = world.variables(name, track_domain_dns_provider=provider, **variables(world, provider))

    first = role.preview_and_run(**given)

    assert first.changed
    assert first.orders == 1
    assert first.records(name) == [f"{name}. CNAME {TARGET}."]
    assert world.inside("handshake", name=name, authorities=world.root) == first.result["https"]["fingerprint"]
    # The challenge's record was written and removed, and the other one is as the provider has it.
    assert [(record["name"], record["type"]) for record in stand_ins.records(provider)] == [(name, "CNAME")]
    for call in stand_ins.calls:
        assert shown(provider).items() <= call.items()

    second = role.run("--diff", **given)

    assert not second.changed
    assert second.changes == []
    assert not second.wrote

    gone = role.preview_and_run(**given, track_domain_state="absent")

    assert gone.changed
    assert gone.records(name) == []
    assert stand_ins.records(provider) == []
    assert world.inside("domains") == {}
    assert not role.run("--check", **given, track_domain_state="absent").changed


@pytest.mark.parametrize(
    ("provider", "record", "expected"),
    [
        ("route53", {"ttl": 300, "values": ["www.example.net"]}, {"ttl": 300, "values": [TARGET]}),
        (
            "cloudflare",
            {"ttl": 1, "content": "www.example.net", "proxied": True},
            {"ttl": 300, "content": TARGET, "proxied": False},
        ),
        ("hetzner", {"ttl": 3600, "values": ["www.example.net."]}, {"ttl": 300, "values": [f"{TARGET}."]}),
    ],
)
def test_what_is_at_the_name_is_replaced_where_it_may_be(
    world: World,
    role: RolePlayer,
    stand_ins: StandIns,
    provider: str,
    record: dict[str, object],
    expected: dict[str, object],
) -> None:
    name = f"replaced-{provider}.{NAME_ZONE}"
    here = {"zone": NAME_ZONE, "name": name, "type": "CNAME"}
    stand_ins.put(provider, here | record)
    # What goes through Cloudflare's proxy looks like addresses.
    visible = ("A", "192.0.2.80") if record.get("proxied") else ("CNAME", "www.example.net.")
    world.write(NAME_ZONE, (name, *visible))
    given = world.variables(
        name, track_domain_dns_provider=provider, track_domain_https="none", **variables(world, provider)
    )

    refused = role.run(**given, code=2)

    assert "track_domain_dns_replace" in refused.message
    assert stand_ins.records(provider) == [here | record]

    replaced = role.preview_and_run(**given, track_domain_dns_replace=True)

    assert replaced.changed
    assert replaced.records(name) == [f"{name}. CNAME {TARGET}."]
    assert stand_ins.records(provider) == [{**here, **expected}]


@pytest.mark.parametrize("quotes", [False, True])
def test_a_text_that_cloudflare_quotes_is_replaced_and_removed_as_well(
    world: World, role: RolePlayer, stand_ins: StandIns, quotes: bool
) -> None:
    """With a challenge's record that a run has left which was broken off."""
    name = f"quotes-{quotes}.{NAME_ZONE}".lower()
    world.settle(name)
    stand_ins.set_quotes(quotes)
    challenge = f"_acme-challenge.{name}"
    left = {"zone": NAME_ZONE, "name": challenge, "type": "TXT", "ttl": 300}
    stand_ins.put("cloudflare", left | {"content": f'"{OLD_TOKEN}"' if quotes else OLD_TOKEN})
    world.write(NAME_ZONE, (challenge, "TXT", f'"{OLD_TOKEN}"'))
    given = world.variables(name, track_domain_challenge_provider="cloudflare", **variables(world, "cloudflare"))

    run = role.run(**given)

    assert run.orders == 1
    assert run.records(challenge) == []
    assert stand_ins.records("cloudflare") == []


def test_a_hosted_zone_s_id_is_not_used_for_an_alias_in_another_zone(
    world: World, role: RolePlayer, stand_ins: StandIns
) -> None:
    name, alias = f"hosted.{NAME_ZONE}", f"hosted.{ALIAS_ZONE}"
    world.write(NAME_ZONE, (f"_acme-challenge.{name}", "CNAME", f"{alias}."))
    given = world.variables(
        name,
        track_domain_dns_provider="route53",
        track_domain_route53_hosted_zone_id="Z0NAMES",
        track_domain_challenge_alias=alias,
        **variables(world, "route53"),
    )

    run = role.run(**given)

    assert run.orders == 1
    zones = {call["type"]: (call.get("zone"), call.get("hosted_zone_id")) for call in stand_ins.calls}
    assert zones == {"CNAME": (None, "Z0NAMES"), "TXT": (ALIAS_ZONE, None)}


def test_the_record_at_each_provider_and_the_challenge_at_each_other(
    world: World, role: RolePlayer, stand_ins: StandIns, tmp_path: Path
) -> None:
    world.inside("change_settings", max_domains=len(EVERY_PROVIDER) ** 2)
    names = {
        f"{record}-{challenge}.{NAME_ZONE}": (record, challenge)
        for record in EVERY_PROVIDER
        for challenge in EVERY_PROVIDER
    }
    hosts = {
        name: {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "track_domain_name": name,
            "track_domain_dns_provider": record,
            "track_domain_challenge_provider": challenge,
            **variables(world, record),
            **variables(world, challenge, CHALLENGE),
        }
        for name, (record, challenge) in names.items()
    }
    inventory = tmp_path / "pairs.json"
    inventory.write_text(json.dumps({"pairs": {"hosts": hosts}}), encoding="utf-8")
    given = {name: value for name, value in world.variables("").items() if "acme" in name}

    run = role.run(f"--inventory={inventory}", playbook="role/pairs.yml", **given)

    for name in names:
        assert run.records(name) == [f"{name}. CNAME {TARGET}."]
    written = {task.host for task in run.tasks if task.name == "Insist that it is there" and task.outcome == "ok"}
    assert written == names.keys()
    for call in stand_ins.calls:
        provider = next(provider for provider, module in MODULES.items() if module == call["module"])
        assert shown(provider, CHALLENGE if call["type"] == "TXT" else "").items() <= call.items()


@pytest.mark.parametrize(
    ("variable", "given", "missing"),
    [
        ("track_domain_dns_provider", "hetzner", ["hetzner_api_token", "HCLOUD_TOKEN"]),
        ("track_domain_challenge_provider", "hetzner", ["challenge_hetzner_api_token", "HCLOUD_TOKEN"]),
        (
            "track_domain_dns_provider",
            "cloudflare",
            ["cloudflare_api_token", "cloudflare_account_api_key", "CLOUDFLARE_TOKEN"],
        ),
        ("track_domain_cloudflare_account_api_key", "cloudflare", ["cloudflare_account_email"]),
        ("track_domain_route53_access_key", "route53", ["route53_secret_key"]),
    ],
)
def test_credentials_that_are_missing_are_named_before_anything_is_done(
    world: World, role: RolePlayer, stand_ins: StandIns, variable: str, given: str, missing: list[str]
) -> None:
    provider = {} if variable.endswith("_provider") else {"track_domain_dns_provider": given}

    run = role.run(**world.variables(f"missing.{NAME_ZONE}") | provider | {variable: given}, code=2)

    for one in missing:
        assert one in run.message
    assert stand_ins.calls == []
    assert run.endpoints == []


def test_credentials_may_be_in_the_environment(world: World, role: RolePlayer, stand_ins: StandIns) -> None:
    name = f"environment.{NAME_ZONE}"
    role.environment |= {"HCLOUD_TOKEN": credentials("hetzner")["api_token"]}

    run = role.run(**world.variables(name, track_domain_dns_provider="hetzner", track_domain_https="none"))

    assert run.changed
    assert [call["api_token"] for call in stand_ins.calls] == [shown("hetzner")["api_token"]]


@pytest.mark.parametrize(("provider", "module"), MODULES.items())
def test_a_collection_that_is_missing_is_named_with_the_command(
    world: World, role: RolePlayer, tmp_path: Path, provider: str, module: str
) -> None:
    collection = module.rpartition(".")[0]
    hide(role, tmp_path / "collections", [collection])
    given = variables(world, provider)

    run = role.run(**world.variables(f"missing.{NAME_ZONE}", track_domain_dns_provider=provider, **given), code=2)

    assert f"ansible-galaxy collection install --upgrade {collection}" in run.message
    assert run.endpoints == []
