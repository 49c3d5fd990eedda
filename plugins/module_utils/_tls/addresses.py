# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Where HTTPS of a name is looked for: its IP addresses, from the host's own resolver or from given DNS servers."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import traceback
import typing as t
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoResultYet

from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_DNSPYTHON, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.query
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.version
except ImportError:
    _DNSPYTHON_VERSION: str | None = None
    _DNSPYTHON_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    _DNSPYTHON_VERSION = dns.version.version
    _DNSPYTHON_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server

    # From a name, and the moment (of time.monotonic) until when it may take; raises UnresolvedError.
    FindAddresses = t.Callable[[str, float], t.Tuple[str, ...]]

# A look-up that was given up goes on in a thread of its own until the resolver gives up. With the usual time-outs of
# a resolver these are fewer.
_MOST_LOOKUPS = 200
_QUESTION_TIMEOUT = 1.5
_LONGEST_CHAIN = 16


class UnresolvedError(Exception):
    """No address was found for a name; the text says why."""


class SystemAddresses:
    """Addresses from the resolver of the host, in the order in which they are to be tried (RFC 6724).

    C(getaddrinfo) knows no time limit, so each look-up has a thread of its own that is left alone once the time is up;
    such a thread does not hold up the end of the process.
    """

    def __init__(self, look_up: t.Callable[..., t.Any] = socket.getaddrinfo, most: int = _MOST_LOOKUPS) -> None:
        self._look_up = look_up
        self._free = threading.Semaphore(most)

    def __call__(self, name: str, deadline: float) -> tuple[str, ...]:
        try:
            found = self._in_time(name, deadline)
        except NoResultYet:
            raise UnresolvedError(f"the host's resolver does not say in time where {name} is") from None
        except socket.gaierror as error:
            raise UnresolvedError(_explain(name, error)) from None
        except (OSError, ValueError) as error:
            raise UnresolvedError(f"{name} cannot be resolved: {_shown(error)}") from None
        return tuple(dict.fromkeys(row[4][0] for row in found))

    def _in_time(self, name: str, deadline: float) -> t.Sequence[t.Any]:
        if not self._free.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise NoResultYet
        result: Future[t.Sequence[t.Any]] = Future()

        def look_up() -> None:
            try:
                result.set_result(self._look_up(name, None, type=socket.SOCK_STREAM))
            except Exception as error:
                result.set_exception(error)
            finally:
                self._free.release()

        threading.Thread(target=look_up, name=f"look-up of {name}", daemon=True).start()
        return result.result(max(0.0, deadline - time.monotonic()))


class GivenServersAddresses:
    """Addresses from DNS servers: the first one that answers counts.

    Where its answer ends in a CNAME record without addresses, as that of an authoritative server does, ``elsewhere``
    is asked for the addresses of the record's target. Raises MissingLibraryError where dnspython is missing.
    """

    def __init__(self, servers: t.Sequence[Server], elsewhere: FindAddresses) -> None:
        check_library("dnspython", OLDEST_DNSPYTHON, _DNSPYTHON_VERSION, _DNSPYTHON_IMPORT_ERROR, "to look in DNS")
        self._servers = tuple(servers)
        self._elsewhere = elsewhere

    def __call__(self, name: str, deadline: float) -> tuple[str, ...]:
        silent = []
        for server in self._servers:
            try:
                return self._find_at(server, name, deadline)
            except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
                reason = "no answer in time" if isinstance(error, dns.exception.Timeout) else _shown(error)
                silent.append(f"{server}: {reason}")
        raise UnresolvedError(f"no DNS server says where {name} is ({'; '.join(silent)})")

    def _find_at(self, server: Server, name: str, deadline: float) -> tuple[str, ...]:
        owner = end = dns.name.from_text(name)
        found: list[str] = []
        # The newer protocol first, as the system's resolver sorts them (RFC 6724, section 2.1).
        for kind in (dns.rdatatype.AAAA, dns.rdatatype.A):
            response = _ask(server, owner, kind, deadline)
            end, addresses = _follow(response, owner, kind)
            found += addresses
        if found:
            return tuple(found)
        if end == owner:
            raise UnresolvedError(f"{name} has no address, says the DNS server {server}")
        return self._elsewhere(end.to_text(omit_final_dot=True), deadline)


def _ask(server: Server, owner: dns.name.Name, kind: dns.rdatatype.RdataType, deadline: float) -> dns.message.Message:
    """The answer of one server, by TCP if it is cut off, asked once more if there is none."""
    question = dns.message.make_query(owner, kind, use_edns=0)
    try:
        response = _exchange(question, server, deadline)
    except dns.exception.Timeout:
        response = _exchange(question, server, deadline)
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise ValueError(f"it answers {dns.rcode.to_text(response.rcode())}")
    return response


def _exchange(question: dns.message.Message, server: Server, deadline: float) -> dns.message.Message:
    try:
        return dns.query.udp(
            question,
            server.address,
            _question_time(deadline),
            server.port,
            ignore_unexpected=True,
            raise_on_truncation=True,
        )
    except dns.message.Truncated:
        return dns.query.tcp(question, server.address, _question_time(deadline), server.port)


def _question_time(deadline: float) -> float:
    seconds = min(_QUESTION_TIMEOUT, deadline - time.monotonic())
    if seconds <= 0:
        raise dns.exception.Timeout
    return seconds


def _follow(
    response: dns.message.Message, owner: dns.name.Name, kind: dns.rdatatype.RdataType
) -> tuple[dns.name.Name, list[str]]:
    """Where the CNAME records of an answer lead to, and the addresses it has there."""
    for _step in range(_LONGEST_CHAIN):
        found = response.get_rrset(response.answer, owner, dns.rdataclass.IN, kind)
        if found:
            return owner, [str(ipaddress.ip_address(record.address)) for record in found]
        alias = response.get_rrset(response.answer, owner, dns.rdataclass.IN, dns.rdatatype.CNAME)
        if not alias:
            break
        owner = alias[0].target
    return owner, []


def _explain(name: str, error: socket.gaierror) -> str:
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None)):
        return f"{name} does not resolve: there is no such name, or it has no address"
    return f"{name} cannot be resolved: {_shown(error)}"


def _shown(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return neutralise(text or type(error).__name__)[:200].rstrip(".")
