# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Run the emulator by itself: ``python -m sendcloud_emulator``."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
import threading
from pathlib import Path

from .emulator import Emulator
from .journal import Call
from .switches import Quirks, Settings

_DEFAULT_PORT = 8025

_EXAMPLE = """\
SendCloud emulator: {url}
{https}
Try it (another shell):
  curl -d apiUser={user} -d apiKey={key} -d name=track.example.com {verify}{url}/trackDomain/add
  curl -d apiUser={user} -d apiKey={key} {verify}{url}/trackDomain/list

With the collection:
  export SENDCLOUD_API_USER={user} SENDCLOUD_API_KEY={key} SENDCLOUD_API_URL={url}
  ansible localhost -m sendcloud.email.sendcloud_track_domain -a 'name=track.example.com{option}'

Publish the CNAME record, which only the emulator sees, and have it verified:
  curl -d '{{"name": "track.example.com"}}' {verify}{control_url}/publish
  ansible localhost -m sendcloud.email.sendcloud_track_domain \\
    -a 'name=track.example.com state=verified dns_precheck=never{option}'

Ends with Ctrl-C.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sendcloud_emulator",
        description="An emulator of SendCloud's tracking-domain API. Nothing it is told leaves this machine.",
        epilog=f"Quirks: {', '.join(Quirks.names())}.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=_DEFAULT_PORT, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--port-file", type=Path, metavar="FILE", help="write the port here once it is listened on")
    parser.add_argument("--user", default="demo-user", help="the account's API_USER (default: %(default)s)")
    parser.add_argument("--key", default="demo-key", help="the account's API_KEY (default: %(default)s)")
    parser.add_argument("--base-path", default="/api", help="path of the API (default: %(default)s)")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate of a throw-away CA")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="with --tls: write the CA's certificate here")
    parser.add_argument(
        "--https-port",
        type=int,
        metavar="PORT",
        help="serve the tracking domains themselves here, each with the certificate that was uploaded; 0: a free port",
    )
    parser.add_argument("--dns-server", metavar="IP:PORT", help="checkConfig asks this DNS server")
    parser.add_argument(
        "--negative-ttl",
        type=float,
        metavar="SECONDS",
        help="without --dns-server: remember for so long that a record was missing",
    )
    defaults = Settings()
    parser.add_argument(
        "--time-zone",
        default=defaults.time_zone,
        help="of all times: UTC, +08:00, Europe/Berlin (default: %(default)s)",
    )
    parser.add_argument("--certificate-time-zone", help="of certificate times alone")
    parser.add_argument(
        "--name-matching",
        choices=("substring", "exact"),
        default=defaults.name_matching,
        help="how list filters by name (default: %(default)s)",
    )
    parser.add_argument("--case-sensitive", action="store_true", help="the name filter of list minds the case")
    parser.add_argument(
        "--max-domains", type=int, default=defaults.max_domains, help="domains allowed (default: %(default)s)"
    )
    parser.add_argument(
        "--sending-domain", action="append", default=[], metavar="NAME", help="a sending domain (may be repeated)"
    )
    parser.add_argument(
        "--delete-missing",
        choices=("refused", "count_zero"),
        default=defaults.delete_missing,
        help="how the deletion of a missing domain is answered (default: %(default)s)",
    )
    parser.add_argument("--quirk", action="append", default=[], metavar="NAME", help="see below (may be repeated)")
    parser.add_argument("--verbose", action="store_true", help="print each call (without secrets)")
    return parser


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    parser = _parser()
    options = parser.parse_args()
    settings, quirks = Settings(), Quirks()
    try:
        settings.update(
            {
                "time_zone": options.time_zone,
                "certificate_time_zone": options.certificate_time_zone,
                "name_matching": options.name_matching,
                "case_sensitive": options.case_sensitive,
                "max_domains": options.max_domains,
                "sending_domains": options.sending_domain,
                "delete_missing": options.delete_missing,
            }
        )
        quirks.enable(*options.quirk)
        emulator = Emulator(
            user=options.user,
            key=options.key,
            base_path=options.base_path,
            host=options.host,
            port=options.port,
            tls=options.tls,
            https=options.https_port is not None,
            https_port=options.https_port or 0,
            settings=settings,
            quirks=quirks,
            dns_server=options.dns_server,
            negative_ttl=options.negative_ttl,
            observer=_print_call if options.verbose else None,
        )
    except ValueError as error:
        parser.error(str(error))

    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    try:
        emulator.start()
    except (OSError, ImportError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        hint = ". Is another emulator still running? End it, or choose another port with --port" if taken else ""
        print(f"The emulator cannot start: {error}{hint}", file=sys.stderr)
        return 1
    with emulator:
        ca_path = emulator.ca_path if options.tls else None
        if ca_path and options.ca_file:
            _write(options.ca_file, Path(ca_path).read_text(encoding="ascii"))
            ca_path = str(options.ca_file)
        if options.port_file:
            _write(options.port_file, f"{emulator.port}\n")
        address = emulator.https_address
        print(
            _EXAMPLE.format(
                url=emulator.url,
                control_url=emulator.control_url,
                user=emulator.user,
                key=emulator.key,
                verify=f"--cacert {ca_path} " if ca_path else "",
                https="Tracking domains over HTTPS: {}:{}\n".format(*address) if address else "",
                option=f" ca_path={ca_path}" if ca_path else "",
            ),
            flush=True,
        )
        end.wait()
    return 0


def _write(path: Path, content: str) -> None:
    # Whoever waits for the file must never see half of it.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(content, encoding="ascii")
    temporary.replace(path)


def _print_call(call: Call) -> None:
    outcome = call.http_status if call.fault is None else f"{call.http_status} ({call.fault})"
    parameters = {name: value for name, value in call.parameters.items() if name not in ("apiUser", "apiKey")}
    print(f"{call.ordinal} {call.method} {call.endpoint} {parameters} -> {outcome} {call.status_code}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
