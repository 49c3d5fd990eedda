# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What tests of the role do from within the network of their own: one process, the emulator in it, told in JSON.

The class C(Inside) is the tests' end of it. This file is also that process: it reads a call on each line of its
standard input, and writes what came of it.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

API_PORT, HTTPS_PORT, REFUSING_PORT = 8025, 443, 14443

_PATIENCE = 60
# That of the role's own records, which it would give to those that it finds.
_TTL = 300


class Inside:
    """The process, and its functions (see C(_Functions)): C(inside("domains")), C(inside("forget"))."""

    def __init__(self, command: Sequence[str], options: Mapping[str, Any]) -> None:
        self._command = [*command, sys.executable, str(Path(__file__).resolve())]
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd=Path(__file__).parent
        )
        self._exchange(self._options)
        return self

    def __exit__(self, *exc_info: object) -> None:
        assert self._process is not None
        # It ends with its standard input.
        self._process.communicate()

    def __call__(self, function: str, **arguments: Any) -> Any:
        """Call a function. Raises AssertionError if that raises anything."""
        return self._exchange({"function": function, "arguments": arguments})

    def _exchange(self, message: Mapping[str, Any]) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the process in the other network has ended, told {message.get('function', 'to start')}"
        answer = json.loads(line)
        assert answer["error"] is None, answer["error"]
        return answer["value"]


class _Functions:
    """What can be called; arguments and values are what JSON knows."""

    def __init__(self, emulators: Sequence[Any], acme: Any) -> None:
        self._emulators = emulators
        # The one that all is about, but for runs with several accounts.
        self._emulator = emulators[0]
        self._acme = acme

    def reset(self) -> None:
        """Empty accounts, and authorities that refuse nothing."""
        for emulator in self._emulators:
            emulator.reset()
        self._acme.refusal = None

    def forget_dns(self) -> None:
        """Have SendCloud's resolver forget what it has in its cache."""
        self._emulator.resolver.clear()

    def endpoints(self) -> list[str]:
        """The endpoints of SendCloud that were called, in their order."""
        return [endpoint.rpartition("/")[2] for endpoint in self._emulator.journal.endpoints()]

    def forget(self) -> None:
        """Forget these calls, and those of all other accounts."""
        for emulator in self._emulators:
            emulator.journal.clear()

    def of_account(self, number: int, what: str) -> Any:
        """What another function of these says of another account."""
        return getattr(_Functions([self._emulators[number]], self._acme), what)()

    def domains(self) -> dict[str, dict[str, Any]]:
        """The tracking domains by their names: whether verified, until when their certificate is valid."""
        return {
            domain.name: {
                "verified": domain.verified,
                "not_after": domain.certificate.end.isoformat() if domain.certificate else None,
            }
            for domain in self._emulator.account.domains()
        }

    def add(self, name: str, verified: bool = False, pair: Sequence[str] | None = None) -> None:
        """Put a tracking domain into the account, with a certificate chain and its key in PEM."""
        from sendcloud_emulator import CertificatePair

        self._emulator.account.add(
            name, verified=verified, certificate=CertificatePair.read(*pair) if pair is not None else None
        )

    def replace_pair(self, name: str, pair: Sequence[str]) -> None:
        """Have SendCloud keep and serve another certificate for a verified domain, which nobody has uploaded."""
        account = self._emulator.account
        (old,) = (domain.id for domain in account.domains() if domain.name == name)
        account.remove(old)
        self.add(name, verified=True, pair=pair)

    def pairs(self) -> dict[str, list[str]]:
        """The newest certificate chain and key of each tracking domain that has them."""
        served = {name: self._emulator.account.served_pair(name, 0) for name in self.domains()}
        return {name: [pair.chain, pair.private_key] for name, pair in served.items() if pair is not None}

    def change_settings(self, **settings: Any) -> None:
        """Change settings of the emulator."""
        self._emulator.change_settings(settings)

    def add_fault(self, kind: str, **arguments: Any) -> None:
        """Have a bad day at SendCloud."""
        self._emulator.faults.add(kind, **arguments)

    def refuse(self, **refusal: Any) -> None:
        """Have the authority behind another port refuse something, see C(refusing_acme.Refusal)."""
        from refusing_acme import Refusal

        self._acme.refusal = Refusal(**refusal)

    def zone(self, server: str, name: str) -> list[str]:
        """Every record of a zone, as that server would transfer it, in the form of zone files."""
        import dns.query
        import dns.zone

        transfer = dns.query.xfr(server, f"{name}.", timeout=_PATIENCE, relativize=False)
        zone = dns.zone.from_xfr(transfer, relativize=False)
        return sorted(f"{owner} {record.rdtype.name} {record}" for owner, _ttl, record in zone.iterate_rdatas())

    def write(self, server: str, zone: str, key: Sequence[str], records: Sequence[Sequence[str | None]]) -> None:
        """Replace records at a server: owner, type and the new value (null: none), with a key's name and secret."""
        import dns.query
        import dns.rcode
        import dns.tsig
        import dns.tsigkeyring
        import dns.update

        keys = dns.tsigkeyring.from_text({key[0]: key[1]})
        update = dns.update.UpdateMessage(zone, keyring=keys, keyalgorithm=dns.tsig.HMAC_SHA256)
        for owner, kind, _value in records:
            update.delete(f"{owner}.", kind)
        for owner, kind, value in records:
            if value is not None:
                update.add(f"{owner}.", _TTL, kind, value)
        code = dns.query.tcp(update, server, timeout=_PATIENCE).rcode()
        if code != dns.rcode.NOERROR:
            raise ValueError(f"{server} refused the update of {zone}: {dns.rcode.to_text(code)}")

    def handshake(self, name: str, authorities: str) -> str:
        """The SHA-256 of the certificate that a client gets which trusts these authorities alone (PEM).

        Raises OSError where it does not trust what it gets.
        """
        context = ssl.create_default_context(cadata=authorities)
        with (
            socket.create_connection((name, HTTPS_PORT), timeout=_PATIENCE) as connection,
            context.wrap_socket(connection, server_hostname=name) as secured,
        ):
            certificate = secured.getpeercert(binary_form=True)
        digest = hashlib.sha256(certificate or b"").hexdigest()
        return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))

    def fetch(self, url: str, authority: str) -> str:
        """The text at an HTTPS address whose certificate this authority (PEM) has issued."""
        from urllib.error import URLError
        from urllib.request import urlopen

        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                with urlopen(url, context=ssl.create_default_context(cadata=authority)) as response:
                    return str(response.read().decode())
            except URLError as error:
                # Pebble says that it is there just before it listens.
                if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


def main() -> None:
    from refusing_acme import RefusingAcme
    from sendcloud_emulator import Emulator, Settings

    options = json.loads(sys.stdin.readline())
    credentials = Path(options["certificate"]), Path(options["private_key"])
    with ExitStack() as stack:
        emulators = [
            stack.enter_context(
                Emulator(
                    user=account["user"],
                    key=account["key"],
                    host=account["address"],
                    port=API_PORT,
                    https=True,
                    https_port=HTTPS_PORT,
                    settings=Settings(cname_target=account["target"]),
                    dns_server=options["dns_server"],
                )
            )
            for account in options["accounts"]
        ]
        acme = stack.enter_context(RefusingAcme(REFUSING_PORT, options["pebble_port"], *credentials))
        functions = _Functions(emulators, acme)
        _answer(None)
        for line in sys.stdin:
            call = json.loads(line)
            try:
                value = getattr(functions, call["function"])(**call["arguments"])
            except Exception as error:
                _answer(None, f"{call['function']}: {type(error).__name__}: {error}")
            else:
                _answer(value)


def _answer(value: Any, error: str | None = None) -> None:
    print(json.dumps({"value": value, "error": error}), flush=True)


if __name__ == "__main__":
    main()
