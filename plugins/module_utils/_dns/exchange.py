# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""One question to one DNS server, over UDP and, where the answer is cut off, TCP; many of them side by side."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import traceback
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_DNSPYTHON, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

# A release of dnspython that is too old for this Python fails in ways of its own while it is imported.
try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver
    import dns.version

    DNSPYTHON_VERSION: str | None = dns.version.version
    DNSPYTHON_IMPORT_ERROR: str | None = None
except Exception:
    DNSPYTHON_VERSION = None
    DNSPYTHON_IMPORT_ERROR = traceback.format_exc()

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server

NO_ANSWER_IN_TIME = "no answer in time"

# One question to one server takes at most so many seconds; it is asked again after the second number of seconds.
QUESTION_TIME = 2.5
_ASK_AGAIN_AFTER = 0.8

# What passes any network in one piece (DNS flag day 2020).
_UDP_PAYLOAD = 1232
_LONGEST_DATAGRAM = 65535
_WAIT_FOR_ROOM = 0.02
_MOST_SOCKETS = 1024

_Answer = t.TypeVar("_Answer")


class NoAnswerError(Exception):
    """A question that got no proper answer; ``reason`` says why, in the same words each time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_available() -> None:
    """Raise MissingLibraryError where dnspython is missing or too old."""
    check_library("dnspython", OLDEST_DNSPYTHON, DNSPYTHON_VERSION, DNSPYTHON_IMPORT_ERROR, "to look in DNS")


def is_available() -> bool:
    """Whether dnspython can be imported and is new enough."""
    try:
        check_available()
    except MissingLibraryError:
        return False
    return True


class Network:
    """Carries DNS messages, as they are on the wire, to servers and back. It belongs to one event loop."""

    def __init__(self) -> None:
        # A process that has used up its file descriptors would take every server for dead.
        files, _unused = resource.getrlimit(resource.RLIMIT_NOFILE)
        unlimited = files == resource.RLIM_INFINITY
        self._limit = _MOST_SOCKETS if unlimited else min(_MOST_SOCKETS, max(files // 2, 16))
        self._in_use = 0
        self._sockets = asyncio.Semaphore(self._limit)

    async def wait_for_room(self) -> None:
        """Wait until there is room for further looks, so that those under way need not wait for a socket.

        Silent servers may hold all sockets otherwise, while the time of those who wait for one runs out.
        """
        while self._in_use > self._limit * 3 // 4:
            await asyncio.sleep(_WAIT_FOR_ROOM)

    async def exchange(self, question: bytes, server: Server, *, tcp: bool) -> bytes:
        """The answer to a message; it takes as long as the server does. Raises OSError or EOFError."""
        kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        self._in_use += 1
        try:
            async with self._sockets:
                with socket.socket(family, kind) as sock:
                    sock.setblocking(False)
                    with contextlib.suppress(BlockingIOError):
                        # Connected, so that the kernel passes on what comes from this server alone, and its refusals.
                        sock.connect((server.address, server.port))
                    return await (_exchange_tcp if tcp else _exchange_udp)(sock, question)
        finally:
            self._in_use -= 1


async def _exchange_udp(sock: socket.socket, question: bytes) -> bytes:
    sock.send(question)
    while True:
        answer = await _read(sock, _LONGEST_DATAGRAM)
        # An answer to another question is a forgery, or a late one.
        if answer[:2] == question[:2]:
            return answer


async def _exchange_tcp(sock: socket.socket, question: bytes) -> bytes:
    loop = asyncio.get_running_loop()
    unsent = len(question).to_bytes(2, "big") + question

    def send() -> int:
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        return sock.send(unsent)

    while unsent:
        unsent = unsent[await _when_ready(sock, loop.add_writer, loop.remove_writer, send) :]
    length = int.from_bytes(await _read_exactly(sock, 2), "big")
    return await _read_exactly(sock, length)


async def _read_exactly(sock: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = await _read(sock, length - len(data))
        if not part:
            raise EOFError
        data += part
    return data


async def _read(sock: socket.socket, length: int) -> bytes:
    loop = asyncio.get_running_loop()
    return await _when_ready(sock, loop.add_reader, loop.remove_reader, lambda: sock.recv(length))


async def _when_ready(
    sock: socket.socket, watch: t.Callable[..., t.Any], unwatch: t.Callable[..., t.Any], act: t.Callable[[], _Answer]
) -> _Answer:
    """What ``act`` returns, once the socket is ready for it."""
    done: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()

    def try_it() -> None:
        if done.done():
            return
        try:
            done.set_result(act())
        except BlockingIOError:
            pass
        except OSError as error:
            done.set_exception(error)

    watch(sock.fileno(), try_it)
    try:
        return await done
    finally:
        unwatch(sock.fileno())


async def ask(
    network: Network,
    server: Server,
    name: dns.name.Name,
    kind: dns.rdatatype.RdataType,
    *,
    recursive: bool,
    deadline: float,
) -> dns.message.Message:
    """The answer of a server, whatever its response code; ``deadline`` is in the event loop's time.

    It is asked with EDNS (RFC 6891), and again without where that gets no answer, or one that shows that the server
    does not know EDNS: C(FORMERR), C(NOTIMP), C(BADVERS). Raises NoAnswerError.
    """

    async def attempt(edns: bool) -> dns.message.Message:
        question = dns.message.make_query(name, kind)
        if edns:
            question.use_edns(0, payload=_UDP_PAYLOAD)
        if not recursive:
            question.flags &= ~dns.flags.RD
        answer = await _exchange(network, server, question)
        if edns and answer.rcode() in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
            raise NoAnswerError(f"it answers {dns.rcode.to_text(answer.rcode())}")
        return answer

    end = min(deadline, asyncio.get_running_loop().time() + QUESTION_TIME)
    return await first_answer([lambda: attempt(True), lambda: attempt(False)], _ASK_AGAIN_AFTER, end)


async def _exchange(network: Network, server: Server, question: dns.message.Message) -> dns.message.Message:
    wire = question.to_wire()
    try:
        answer = await network.exchange(wire, server, tcp=False)
        if len(answer) > 2 and answer[2] & (dns.flags.TC >> 8):
            answer = await network.exchange(wire, server, tcp=True)
    except OSError as error:
        raise NoAnswerError(neutralise(error.strerror or type(error).__name__)) from error
    except EOFError as error:
        raise NoAnswerError("it closes the connection without an answer") from error
    try:
        message = dns.message.from_wire(answer, ignore_trailing=True)
    except Exception as error:  # what a server sends may break a parser in any way
        raise NoAnswerError(f"no proper answer ({_shown(error)})") from error
    # A server that refuses a question need not repeat it.
    same = message.question == question.question or not (message.question or message.answer)
    if message.id != question.id or not message.flags & dns.flags.QR or not same:
        raise NoAnswerError("no proper answer (it is not an answer to the question)")
    return message


async def first_answer(
    attempts: t.Sequence[t.Callable[[], t.Awaitable[_Answer]]], again_after: float, end: float
) -> _Answer:
    """What the first attempt that succeeds returns.

    The next attempt begins when those before it have failed, or ``again_after`` seconds later; an attempt that has
    begun goes on, since a slow answer is as good as a fast one. Raises the last NoAnswerError, or another one when the
    event loop's time is ``end``.
    """
    loop = asyncio.get_running_loop()
    to_begin = list(attempts)
    running: set[asyncio.Future[_Answer]] = set()
    failure = NoAnswerError(NO_ANSWER_IN_TIME)
    try:
        while (to_begin or running) and loop.time() < end:
            if to_begin:
                running.add(asyncio.ensure_future(to_begin.pop(0)()))
            seconds = end - loop.time()
            if to_begin:
                seconds = min(seconds, again_after)
            done, running = await asyncio.wait(running, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                try:
                    return attempt.result()
                except NoAnswerError as error:
                    failure = error
        raise NoAnswerError(NO_ANSWER_IN_TIME) if running else failure
    finally:
        await cancel(running)


async def cancel(tasks: t.Collection[asyncio.Future[t.Any]]) -> None:
    """End tasks whose results nobody needs any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _shown(error: BaseException) -> str:
    return neutralise(str(error) or type(error).__name__)[:100].rstrip(".")
