# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The emulator as a Flask application: the control endpoints, and everything else for the vendor's side."""

from __future__ import annotations

import typing
from dataclasses import dataclass

from flask import Flask, Response, request

from .exchange import Line, Lost, Outcome, Request
from .service import Service

if typing.TYPE_CHECKING:
    from flask import Blueprint

# Where in the WSGI environment the server leaves an Exchange.
EXCHANGE_KEY = "sendcloud_emulator.exchange"
# What a WSGI server that leaves none sees of a lost exchange.
_LOST_STATUS = 502
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass
class Exchange:
    """The client's end of an exchange, and what came of it: None if it was not for the vendor's side."""

    line: Line
    outcome: Outcome | None = None


class _UnknownLine:
    """For a WSGI server that says nothing of its connections (Flask's test client, for one)."""

    def connection(self) -> int:
        return 1

    def wait(self, seconds: float) -> bool:
        return True


def create_app(service: Service, control: Blueprint) -> Flask:
    """Build the application."""
    app = Flask("sendcloud_emulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider's attribute
    app.register_blueprint(control)

    @app.route("/", defaults={"path": ""}, methods=_METHODS)
    @app.route("/<path:path>", methods=_METHODS)
    def vendor(path: str) -> Response:
        query = request.query_string.decode("latin-1")
        exchange: Exchange = request.environ.get(EXCHANGE_KEY) or Exchange(_UnknownLine())
        vendor_request = Request.read(request.method, request.path, query, dict(request.headers), request.get_data())
        exchange.outcome = service.handle(vendor_request, exchange.line)
        return _response(exchange.outcome)

    return app


def _response(outcome: Outcome) -> Response:
    if isinstance(outcome, Lost):
        return Response(status=_LOST_STATUS)
    headers = [("Content-Type", outcome.content_type), *outcome.headers]
    return Response(outcome.body, status=outcome.status, headers=headers)
