# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The control endpoints under ``/_emulator``, for playbooks and for curl: JSON, no credentials, no trace."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from flask import Blueprint, Response, jsonify, request

if typing.TYPE_CHECKING:
    from .emulator import Emulator

PREFIX = "/_emulator"


class WrongRequestError(ValueError):
    """A control request cannot be understood; the text says why."""


def create_blueprint(emulator: Emulator) -> Blueprint:
    """Build the control endpoints of an emulator."""
    control = Blueprint("control", __name__, url_prefix=PREFIX)

    @control.errorhandler(ValueError)
    def refuse(error: ValueError) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    @control.get("/health")
    def health() -> Response:
        return jsonify(status="ok", url=emulator.url, user=emulator.user)

    @control.post("/publish")
    def publish() -> Response:
        body = _body()
        emulator.publish(_text(body, "name"), _text(body, "target") if body.get("target") is not None else None)
        return jsonify(status="ok")

    @control.post("/withdraw")
    def withdraw() -> Response:
        emulator.withdraw(_text(_body(), "name"))
        return jsonify(status="ok")

    @control.get("/journal")
    def journal() -> Response:
        calls = emulator.journal.calls(request.args.get("endpoint"))
        return jsonify(
            calls=[call.as_dict() for call in calls],
            endpoints=[call.endpoint for call in calls],
            connections=emulator.journal.connections,
            silent_connections=emulator.journal.silent_connections,
        )

    @control.delete("/journal")
    def clear_journal() -> Response:
        emulator.journal.clear()
        return jsonify(status="ok")

    @control.get("/faults")
    def faults() -> Response:
        return jsonify(faults=emulator.faults.rules(), is_spent=emulator.faults.is_spent)

    @control.post("/faults")
    def add_faults() -> Response:
        body = _json()
        plan = body if isinstance(body, list) else [body]
        if not all(isinstance(rule, dict) and isinstance(rule.get("kind"), str) for rule in plan):
            raise WrongRequestError("a fault is an object with a kind")
        emulator.faults.add_all(plan)
        return jsonify(status="ok")

    @control.delete("/faults")
    def clear_faults() -> Response:
        emulator.faults.clear()
        return jsonify(status="ok")

    @control.get("/meanwhile")
    def meanwhile() -> Response:
        return jsonify(meanwhile=emulator.meanwhile.rules(), is_spent=emulator.meanwhile.is_spent)

    @control.post("/meanwhile")
    def add_meanwhile() -> Response:
        body = _json()
        plan = body if isinstance(body, list) else [body]
        if not all(isinstance(rule, dict) and isinstance(rule.get("action"), str) for rule in plan):
            raise WrongRequestError("a rule is an object with an action")
        emulator.meanwhile.add_all(plan)
        return jsonify(status="ok")

    @control.delete("/meanwhile")
    def clear_meanwhile() -> Response:
        emulator.meanwhile.clear()
        return jsonify(status="ok")

    @control.get("/https")
    def https() -> Response:
        host, port = emulator.https_address or (None, None)
        return jsonify(host=host, port=port)

    @control.get("/settings")
    def settings() -> Response:
        return jsonify(settings=emulator.settings.as_dict(), quirks=emulator.quirks.as_dict())

    @control.route("/settings", methods=["PUT", "PATCH"])
    def change_settings() -> Response:
        emulator.change_settings(_body(), start_from_initial=request.method == "PUT")
        return settings()

    @control.get("/account")
    def account() -> Response:
        domains = emulator.account.domains()
        return jsonify(user=emulator.user, domains=[_plain(domain) for domain in domains], total=len(domains))

    @control.post("/domains")
    def seed() -> Response:
        body = _json()
        if isinstance(body, dict) and "count" in body:
            names: list[Any] = list(_numbered(body))
        else:
            entries = body.get("domains") if isinstance(body, dict) else body
            if not isinstance(entries, list):
                raise WrongRequestError("either count and prefix, or a list of domains")
            names = [{"name": entry} if isinstance(entry, str) else entry for entry in entries]
        added = [_add(emulator, entry) for entry in names]
        return jsonify(domains=added)

    @control.post("/down")
    def down() -> Response:
        seconds = _body().get("seconds", 1)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
            raise WrongRequestError("seconds must be a number above 0")
        emulator.down_for(seconds)
        return jsonify(status="ok")

    @control.delete("/reset")
    def reset() -> Response:
        emulator.reset()
        return jsonify(status="ok")

    return control


def _json() -> Any:
    content = request.get_json(force=True, silent=True)
    if content is None:
        raise WrongRequestError("the body must be JSON")
    return content


def _body() -> dict[str, Any]:
    content = _json()
    if not isinstance(content, dict):
        raise WrongRequestError("the body must be a JSON object")
    return content


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise WrongRequestError(f"{name} must be a text")
    return value


def _numbered(body: dict[str, Any]) -> list[dict[str, Any]]:
    count, prefix = body.get("count"), body.get("prefix", "track")
    if isinstance(count, bool) or not isinstance(count, int) or not isinstance(prefix, str):
        raise WrongRequestError("count must be a number, prefix a text")
    suffix, verified = body.get("suffix", "example.com"), body.get("verified", False)
    return [{"name": f"{prefix}-{number}.{suffix}", "verified": verified} for number in range(1, count + 1)]


def _add(emulator: Emulator, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise WrongRequestError("a domain is a name or an object")
    unknown = set(entry) - {"name", "verified", "certificate", "id"}
    if unknown:
        raise WrongRequestError(f"a domain has no {', '.join(sorted(unknown))}")
    domain_id = entry.get("id")
    if domain_id is not None and (isinstance(domain_id, bool) or not isinstance(domain_id, int)):
        raise WrongRequestError("id must be a number")
    domain = emulator.account.add(
        _text(entry, "name"),
        verified=bool(entry.get("verified", False)),
        certificate=_text(entry, "certificate") if entry.get("certificate") is not None else None,
        domain_id=domain_id,
    )
    return _plain(domain)


def _plain(domain: Any) -> dict[str, Any]:
    values: dict[str, Any] = dataclasses.asdict(domain)
    certificate = values["certificate"]
    return {
        **values,
        "https": domain.https,
        "certificate": {name: moment.isoformat() for name, moment in certificate.items()} if certificate else None,
        "created": domain.created.isoformat(),
        "updated": domain.updated.isoformat(),
    }
