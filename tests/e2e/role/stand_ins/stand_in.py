# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Stand-ins for modules of DNS providers that cannot be reached from a test.

A stand-in takes the arguments that the real module takes (C(specs.json)), and does with names, values, dots, quotes and
older records what the real module and its provider do according to their documentation. What a provider has is in a
file of the test, and what it would answer in DNS is written to the name server of the zone, so that everything else is
real: verification, challenge and proof.

The folder in the environment variable C(STAND_INS_STATE) has C(settings.json), a mapping with C(zones) (name to
address, key name and key secret of the name server), C(hosted_zones) (Route 53's ID to zone) and C(quotes) (whether
Cloudflare puts a text in quotes). The stand-ins add C(calls.jsonl), with the arguments of each call, and a file of
records for each module.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

_PATIENCE = 60
_CLOUDFLARE_TTL, _HETZNER_TTL = 120, 60
# Where Cloudflare's proxy is (documentation addresses).
_PROXY = "192.0.2.80"

Records = list[dict[str, Any]]


class Provider:
    """What one provider has, as far as all providers are alike."""

    def __init__(self, name: str, module: Any) -> None:
        state = Path(os.environ["STAND_INS_STATE"])
        self._file = state / f"{name}.json"
        self._settings: Mapping[str, Any] = json.loads((state / "settings.json").read_text(encoding="utf-8"))
        self._module = module
        self._options: Mapping[str, Any] = module.params
        self._records: Records = json.loads(self._file.read_text("utf-8")) if self._file.exists() else []
        with (state / "calls.jsonl").open("a", encoding="utf-8") as calls:
            calls.write(json.dumps({"module": name, "check_mode": module.check_mode, **_recorded(module)}) + "\n")

    def present(self) -> bool:
        """Do what C(state: present) does, and say whether it changed anything."""
        raise NotImplementedError

    def absent(self) -> bool:
        """Do what C(state: absent) does, and say whether it changed anything."""
        raise NotImplementedError

    def _refuse(self, message: str) -> NoReturn:
        self._module.fail_json(msg=message)
        raise SystemExit

    def _insist_on_zone(self, zone: str) -> None:
        if zone not in self._settings["zones"]:
            self._refuse(f"there is no zone {zone}")

    def _of(self, zone: str, name: str, kind: str) -> Records:
        return [one for one in self._records if (one["zone"], one["name"], one["type"]) == (zone, name, kind)]

    def _insist_that_it_fits(self, name: str, kind: str) -> None:
        others = {one["type"] for one in self._records if one["name"] == name} - {kind}
        if others and "CNAME" in {kind, *others}:
            self._refuse(f"a CNAME record cannot stand beside {', '.join(sorted({kind, *others} - {'CNAME'}))}")

    def _replace(self, old: Records, new: Records) -> None:
        self._records = [one for one in self._records if one not in old] + new
        self._file.write_text(json.dumps(self._records), encoding="utf-8")

    def _publish(self, zone: str, name: str, kind: str, ttl: int, data: Iterable[str]) -> None:
        """Make these the data at the name (fully qualified, without a trailing dot), in the form of zone files."""
        import dns.query
        import dns.rcode
        import dns.tsig
        import dns.tsigkeyring
        import dns.update

        address, key_name, key_secret = self._settings["zones"][zone]
        keys = dns.tsigkeyring.from_text({key_name: key_secret})
        update = dns.update.UpdateMessage(zone, keyring=keys, keyalgorithm=dns.tsig.HMAC_SHA256)
        update.delete(f"{name}.", kind)
        for one in data:
            update.add(f"{name}.", ttl, kind, one)
        code = dns.query.tcp(update, address, timeout=_PATIENCE).rcode()
        if code != dns.rcode.NOERROR:
            self._refuse(dns.rcode.to_text(code))


class Route53(Provider):
    """Amazon's: sets of records. Names are fully qualified, with or without the final dot; texts need their quotes."""

    @property
    def _zone(self) -> str:
        zone_id = self._options["hosted_zone_id"]
        if not zone_id:
            return str(self._options["zone"]).lower().rstrip(".")
        if zone_id not in self._settings["hosted_zones"]:
            self._refuse(f"No hosted zone found with ID: {zone_id}")
        return str(self._settings["hosted_zones"][zone_id])

    def present(self) -> bool:
        name, kind, values, ttl = self._name(), self._options["type"], self._options["value"], self._options["ttl"]
        old = self._of(self._zone, name, kind)
        new = [{"zone": self._zone, "name": name, "type": kind, "ttl": ttl, "values": values}]
        if old == new:
            return False
        if old and not self._options["overwrite"]:
            self._refuse("Record already exists with different value. Set 'overwrite' to replace it")
        if not self._module.check_mode:
            self._insist_that_it_fits(name, kind)
            if kind == "TXT" and not all(_is_quoted(value) for value in values):
                self._refuse("InvalidChangeBatch: Value should be enclosed in quotation marks")
            self._replace(old, new)
            # Route 53 takes each name in a value as fully qualified.
            dot = "." if kind == "CNAME" else ""
            self._publish(self._zone, name, kind, ttl, (value.rstrip(".") + dot for value in values))
        return True

    def absent(self) -> bool:
        name, kind = self._name(), self._options["type"]
        old = self._of(self._zone, name, kind)
        if old and not self._module.check_mode:
            if self._options["value"] not in (None, old[0]["values"]):
                self._refuse("InvalidChangeBatch: the values provided do not match the current values")
            self._replace(old, [])
            self._publish(self._zone, name, kind, 0, ())
        return bool(old)

    def _name(self) -> str:
        self._insist_on_zone(self._zone)
        name = str(self._options["record"]).lower().rstrip(".")
        if not f".{name}".endswith(f".{self._zone}"):
            self._refuse(f"RRSet with DNS name {name}. is not permitted in zone {self._zone}.")
        return name


class Cloudflare(Provider):
    """Cloudflare's: single records, which are searched for by their exact names and values."""

    def present(self) -> bool:
        zone, name, kind, ttl = self._target()
        if ttl != 1 and ttl < _CLOUDFLARE_TTL:
            self._refuse("9021: TTL must be between 120 and 2147483647 seconds, or 1 for automatic")
        given = self._value()
        content = f'"{given}"' if kind == "TXT" and self._settings["quotes"] and not _is_quoted(given) else given
        new = {"zone": zone, "name": name.rstrip("."), "type": kind, "ttl": ttl, "content": content}
        new |= {"proxied": self._options["proxied"]} if kind == "CNAME" else {}
        there = self._of(zone, name, kind)
        doomed = [one for one in there if self._options["solo"] and one["content"] != given]
        found = [one for one in there if one not in doomed and (kind == "CNAME" or one["content"] == given)]
        if not self._module.check_mode:
            self._replace(doomed, [])
            self._put(found, new)
        return bool(doomed) or found != [new]

    def absent(self) -> bool:
        if self._options["solo"]:
            self._refuse("solo=true can only be used with state=present")
        zone, name, kind, _ttl = self._target()
        old = self._of(zone, name, kind)
        if self._options["value"] is not None:
            old = [one for one in old if one["content"] == self._value()]
        if not self._module.check_mode:
            self._replace(old, [])
            self._show(zone, name, kind)
        return bool(old)

    def _target(self) -> tuple[str, str, str, int]:
        zone, name = str(self._options["zone"]).lower(), str(self._options["record"]).lower()
        self._insist_on_zone(zone)
        name = zone if name == "@" else name
        if not f".{name.rstrip('.')}".endswith(f".{zone}"):
            # As in a zone file: Cloudflare adds the zone.
            name = f"{name}.{zone}"
        return zone, name, self._options["type"], self._options["ttl"]

    def _value(self) -> str:
        value = str(self._options["value"])
        return value.rstrip(".").lower() if self._options["type"] == "CNAME" else value

    def _put(self, old: Records, new: dict[str, Any]) -> None:
        if old == [new]:
            return
        self._insist_that_it_fits(new["name"], new["type"])
        rest = [one for one in self._of(new["zone"], new["name"], new["type"]) if one not in old]
        if any(one["content"] == new["content"] for one in rest):
            self._refuse("81058: An identical record already exists.")
        self._replace(old, [new])
        self._show(new["zone"], new["name"], new["type"])

    def _show(self, zone: str, name: str, kind: str) -> None:
        records = self._of(zone, name, kind)
        proxied = any(one.get("proxied") for one in records)
        self._publish(zone, name, "A", 300, [_PROXY] if proxied else [])
        data = [_as_data(kind, one["content"]) for one in records]
        self._publish(zone, name, kind, 300, [] if proxied else data)


class Hetzner(Provider):
    """Hetzner's: sets of records. Names are relative to the zone; values are data as in a zone file."""

    def present(self) -> bool:
        zone, name, kind = self._options["zone"], self._name(), self._options["type"]
        values = [record["value"] for record in self._options["records"]]
        ttl = self._options["ttl"]
        old = self._of(zone, name, kind)
        new = [{"zone": zone, "name": name, "type": kind, "ttl": ttl, "values": values}]
        if old != new and not self._module.check_mode:
            self._insist_that_it_fits(name, kind)
            if ttl < _HETZNER_TTL:
                self._refuse("invalid input in field 'ttl' (invalid_input)")
            if kind == "TXT" and not all(_is_quoted(value) for value in values):
                self._refuse("invalid TXT record: must be quoted (invalid_input)")
            self._replace(old, new)
            # A name without its final dot is below the zone.
            full = (value if kind != "CNAME" or value.endswith(".") else f"{value}.{zone}." for value in values)
            self._publish(zone, name, kind, ttl, full)
        return old != new

    def absent(self) -> bool:
        zone, name, kind = self._options["zone"], self._name(), self._options["type"]
        old = self._of(zone, name, kind)
        if old and not self._module.check_mode:
            self._replace(old, [])
            self._publish(zone, name, kind, 0, ())
        return bool(old)

    def _name(self) -> str:
        zone, name = self._options["zone"], self._options["name"]
        self._insist_on_zone(zone)
        if name != name.lower() or name.endswith((".", f".{zone}")) or name == zone:
            self._refuse("invalid input in field 'name': must be relative to the zone, in lower case (invalid_input)")
        return zone if name == "@" else f"{name}.{zone}"


def run(name: str, provider: type[Provider], module_class: Any) -> None:
    """Be the module of this name; C(module_class) is AnsibleModule."""
    specs = json.loads((Path(os.environ["STAND_INS"]) / "specs.json").read_text(encoding="utf-8"))
    module = module_class(**_with_fallbacks(specs[name]["arguments"]))
    # Hosts may write at the same time.
    with (Path(os.environ["STAND_INS_STATE"]) / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stand_in = provider(name, module)
        changed = stand_in.present() if module.params["state"] == "present" else stand_in.absent()
    module.exit_json(changed=changed)


def _with_fallbacks(arguments: Mapping[str, Any]) -> dict[str, Any]:
    from ansible.module_utils.basic import env_fallback

    spec = {
        option: {**one, "fallback": (env_fallback, one["fallback"])} if "fallback" in one else one
        for option, one in arguments["argument_spec"].items()
    }
    return {**arguments, "argument_spec": spec}


def _recorded(module: Any) -> dict[str, Any]:
    secrets = {option for option, spec in module.argument_spec.items() if spec.get("no_log")}
    return {
        option: disguised(value) if value and option in secrets else value for option, value in module.params.items()
    }


def disguised(secret: str) -> str:
    """A secret as C(calls.jsonl) has it: no test may find one in a file."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text.startswith('"') and text.endswith('"')


def _as_data(kind: str, content: str) -> str:
    if kind == "CNAME":
        return f"{content}."
    return content if kind != "TXT" or _is_quoted(content) else f'"{content}"'
