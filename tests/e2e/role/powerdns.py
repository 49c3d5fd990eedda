# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""A stand-in for the API of PowerDNS, in front of BIND: C(PATCH /api/v1/servers/localhost/zones/ZONE.).

It insists on what PowerDNS insists on (https://doc.powerdns.com/authoritative/http-api/zone.html): the key, names with
a trailing dot, TXT records in quotes. This file is also its program; it runs in the tests' own network.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from dns import query, rcode, tsig, tsigkeyring, update

ADDRESS, PORT = "127.0.0.1", 8081
KEY = "changeme"

_PATH = "/api/v1/servers/localhost/zones/"
_PATIENCE = 60
_READY = "ready"


@contextmanager
def powerdns(inside: Sequence[str], server: str, key: tuple[str, str]) -> Iterator[str]:
    """The stand-in, until the block ends, and its URL. It writes to a server with a key's name and secret."""
    command = [*inside, sys.executable, str(Path(__file__).resolve())]
    options = json.dumps({"server": server, "key": key})
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(options + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"{_READY}\n"
        yield f"http://{ADDRESS}:{PORT}"
        process.terminate()


def main() -> None:
    options = json.loads(sys.stdin.readline())

    class Handler(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("X-API-Key") != KEY:
                self._answer(401)
                return
            zone = self.path.removeprefix(_PATH)
            try:
                _write(options["server"], options["key"], zone, json.loads(body)["rrsets"])
            except ValueError as error:
                self._answer(422, {"error": str(error)})
            else:
                self._answer(204)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

        def _answer(self, status: int, content: object = None) -> None:
            self.send_response(status)
            self.end_headers()
            if content is not None:
                self.wfile.write(json.dumps(content).encode())

    with HTTPServer((ADDRESS, PORT), Handler) as server:
        print(_READY, flush=True)
        server.serve_forever()


def _write(server: str, key: Sequence[str], zone: str, rrsets: Sequence[Mapping[str, Any]]) -> None:
    """Replace and delete sets of records. Raises ValueError for what PowerDNS or the server would refuse."""
    keys = tsigkeyring.from_text({key[0]: key[1]})
    message = update.UpdateMessage(_absolute(zone), keyring=keys, keyalgorithm=tsig.HMAC_SHA256)
    for rrset in rrsets:
        name, kind = _absolute(rrset["name"]), rrset["type"]
        message.delete(name, kind)
        if rrset["changetype"] == "REPLACE":
            for record in rrset["records"]:
                message.add(name, int(rrset["ttl"]), kind, _content(kind, record["content"]))
    code = query.tcp(message, server, timeout=_PATIENCE).rcode()
    if code != rcode.NOERROR:
        raise ValueError(f"the server answers {rcode.to_text(code)}")


def _absolute(name: str) -> str:
    if not name.endswith("."):
        raise ValueError(f"{name} has no trailing dot")
    return name


def _content(kind: str, content: str) -> str:
    if kind == "TXT" and not (content.startswith('"') and content.endswith('"')):
        raise ValueError(f"{content} is not in quotes")
    return _absolute(content) if kind == "CNAME" else content


if __name__ == "__main__":
    main()
