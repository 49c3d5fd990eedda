# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The providers that the role knows, each with its own credentials; stand-ins for those that cannot be reached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..playing import PLAYBOOKS
from .collections_seen import replace_modules
from .runs import RolePlayer
from .stand_ins.stand_in import disguised
from .world import ALIAS_ZONE, NAME_ZONE, World, nsupdate

STAND_INS = Path(__file__).resolve().parent / "stand_ins"
MODULES = {
    "route53": "amazon.aws.route53",
    "cloudflare": "community.general.cloudflare_dns",
    "hetzner": "hetzner.hcloud.zone_rrset",
}
CHALLENGE = "challenge_"
# Route 53's IDs of zones.
HOSTED_ZONES = {"Z0NAMES": NAME_ZONE, "Z0ALIASES": ALIAS_ZONE}

_CREDENTIALS = {
    "route53": {"access_key": "AKIA-{}", "secret_key": "aws-secret-{}", "session_token": "aws-session-{}"},
    "cloudflare": {"api_token": "cloudflare-token-{}"},
    "hetzner": {"api_token": "hetzner-token-{}"},
}
_SECRETS = ("secret_key", "session_token", "api_token")


class StandIns:
    """The stand-ins, seen by a player in place of the modules that they stand in for."""

    def __init__(self, folder: Path, world: World, role: RolePlayer) -> None:
        self._world = world
        self._state = folder / "state"
        self._state.mkdir(parents=True)
        modules = [
            STAND_INS / module.rpartition(".")[0] / f"{module.rpartition('.')[2]}.py" for module in MODULES.values()
        ]
        replace_modules(role, folder / "collections", modules)
        role.environment |= {"STAND_INS": str(STAND_INS), "STAND_INS_STATE": str(self._state)}
        for provider in _CREDENTIALS:
            for purpose in ("", CHALLENGE):
                given = credentials(provider, purpose)
                role.keep_credentials_secret(*(given[option] for option in _SECRETS if option in given))
        self.set_quotes(False)

    def set_quotes(self, quotes: bool) -> None:
        """Have Cloudflare put texts in quotes, or not; its API has done either."""
        servers = {NAME_ZONE: self._world.provider, ALIAS_ZONE: self._world.other_provider}
        zones = {zone: [server.address, server.key_name, server.key_secret] for zone, server in servers.items()}
        settings = {"zones": zones, "hosted_zones": HOSTED_ZONES, "quotes": quotes}
        (self._state / "settings.json").write_text(json.dumps(settings), encoding="utf-8")

    @property
    def calls(self) -> list[Mapping[str, Any]]:
        """The arguments of each call that have a value, C(module) and C(check_mode); for secrets, see C(shown)."""
        file = self._state / "calls.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [{name: value for name, value in json.loads(line).items() if value is not None} for line in lines]

    def records(self, provider: str) -> list[Mapping[str, Any]]:
        """What a provider has."""
        file = self._state / f"{MODULES[provider]}.json"
        return list(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []

    def put(self, provider: str, *records: Mapping[str, Any]) -> None:
        """Have a provider have these, and nothing else; DNS does not learn of it."""
        (self._state / f"{MODULES[provider]}.json").write_text(json.dumps(records), encoding="utf-8")


def credentials(provider: str, purpose: str = "") -> dict[str, str]:
    """The credentials for a provider, by the names of its module's options; those for challenges are others."""
    whose = "challenges" if purpose else "records"
    return {option: value.format(whose) for option, value in _CREDENTIALS[provider].items()}


def shown(provider: str, purpose: str = "") -> Mapping[str, str]:
    """The credentials as C(StandIns.calls) have them."""
    given = credentials(provider, purpose)
    return {option: disguised(value) if option in _SECRETS else value for option, value in given.items()}


def variables(world: World, provider: str, purpose: str = "") -> dict[str, Any]:
    """The role's variables for a provider of the record, or with C(CHALLENGE) of the challenge."""
    if provider == "nsupdate":
        return nsupdate(world.provider, f"track_domain_{purpose}")
    if provider == "custom":
        own = {f"own_{option}": value for option, value in nsupdate(world.provider, "").items()}
        return {**own, f"track_domain_{purpose}dns_tasks": str(PLAYBOOKS / "role" / "write_record.yml")}
    given = credentials(provider, purpose)
    return {f"track_domain_{purpose}{provider}_{option}": value for option, value in given.items()}
