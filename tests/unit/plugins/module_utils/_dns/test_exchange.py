# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One question to one server, over real sockets on loopback addresses; and what dnspython has to be for that."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import socket
import sys

import dns.name
import dns.rcode
import dns.rdatatype
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import exchange
from ansible_collections.sendcloud.email.plugins.module_utils._dns import look as _dns
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import Network, NoAnswerError
from ansible_collections.sendcloud.email.plugins.module_utils._dns.look import Resolver
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import LoopbackServer

NAME = "track.example.com"
TARGET = "track2.sendcloud.net"
RIGHT = {(NAME, "CNAME"): [f"{TARGET}."]}


@pytest.fixture
def serve():
    with contextlib.ExitStack() as stack:
        yield lambda records=RIGHT, **options: stack.enter_context(LoopbackServer(records, **options))


@pytest.fixture
def ipv6():
    """Only where the host has a loopback address of it."""
    try:
        with LoopbackServer({}, address="::1"):
            pass
    except OSError as error:
        pytest.skip(f"this host has no IPv6 loopback address: {error}")


def ask(server, *, recursive=False):
    """The answer of a server to the question for the record."""

    async def run():
        deadline = asyncio.get_running_loop().time() + 60
        where = Server(server.address, server.port)
        name = dns.name.from_text(NAME)
        return await exchange.ask(Network(), where, name, dns.rdatatype.CNAME, recursive=recursive, deadline=deadline)

    return asyncio.run(run())


def test_an_answer_by_udp(serve):
    server = serve()
    response = ask(server)
    assert response.answer[0].to_text() == f"{NAME}. 300 IN CNAME {TARGET}."
    assert server.queries == [(NAME, "CNAME", "udp")]
    assert server.recursion_desired == [False]


def test_a_resolver_is_asked_to_recurse(serve):
    server = serve()
    ask(server, recursive=True)
    assert server.recursion_desired == [True]


@pytest.mark.usefixtures("ipv6")
def test_ipv6(serve):
    assert ask(serve(address="::1")).answer


def test_an_answer_that_is_cut_off_is_asked_for_by_tcp(serve):
    server = serve(failing="truncated")
    assert ask(server).answer
    assert [protocol for *_unused, protocol in server.queries] == ["udp", "tcp"]


@pytest.mark.parametrize("code", ["formerr", "notimp", "badvers"])
def test_a_server_that_does_not_know_edns_is_asked_without(serve, code):
    server = serve(failing=f"edns_{code}")
    assert ask(server).answer
    assert server.asked(NAME, "CNAME") == 2


def test_a_server_that_leaves_edns_unanswered_is_asked_without(serve):
    assert ask(serve(failing="edns_silent")).answer


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        ("garbage", "no proper answer"),
        ("other_question", "it is not an answer to the question"),
        ("cut_off", "it closes the connection without an answer"),
    ],
)
def test_no_proper_answer(serve, failing, reason):
    with pytest.raises(NoAnswerError) as caught:
        ask(serve(failing=failing))
    assert reason in caught.value.reason


def test_a_server_that_is_not_there():
    with LoopbackServer({}) as gone:
        pass
    with pytest.raises(NoAnswerError, match="Connection refused"):
        ask(gone)


def test_silence(serve, monkeypatch):
    monkeypatch.setattr(exchange, "QUESTION_TIME", 0.2)
    monkeypatch.setattr(exchange, "_ASK_AGAIN_AFTER", 0.1)
    silent = serve(failing="silent")
    with pytest.raises(NoAnswerError, match="no answer in time"):
        ask(silent)
    assert silent.asked(NAME, "CNAME") == 2


def test_a_refusal_need_not_repeat_the_question(serve, monkeypatch):
    server = serve(failing="refused")
    respond = server.respond

    def respond_in_short(data, protocol):
        return respond(data, protocol)[:4] + bytes(8)

    monkeypatch.setattr(server, "respond", respond_in_short)
    assert ask(server).rcode() == dns.rcode.REFUSED


def test_late_and_forged_answers_are_passed_over():
    question = b"\x12\x34the question"

    async def run():
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ours, theirs:
            ours.setblocking(False)
            theirs.send(b"\x43\x21forged")
            theirs.send(b"\x12\x34the answer")
            return await exchange._exchange_udp(ours, question)

    assert asyncio.run(run()) == b"\x12\x34the answer"


def test_further_looks_wait_while_silent_servers_hold_the_sockets(monkeypatch):
    monkeypatch.setattr(exchange.resource, "getrlimit", lambda which: (40, 40))

    async def run():
        release = asyncio.Event()

        async def hang(sock, question):
            await release.wait()
            return b""

        monkeypatch.setattr(exchange, "_exchange_udp", hang)
        network = Network()
        await network.wait_for_room()
        asked = [asyncio.ensure_future(network.exchange(b"", Server("127.0.0.1"), tcp=False)) for _each in range(40)]
        await asyncio.sleep(0)
        waiting = asyncio.ensure_future(network.wait_for_room())
        await asyncio.sleep(0)
        waited = not waiting.done()
        release.set()
        await asyncio.gather(waiting, *asked)
        return waited

    assert asyncio.run(run())


def test_a_look_over_real_sockets(serve):
    servers = [serve(), serve(address="127.0.0.2")]
    told = Resolver([Server(server.address, server.port) for server in servers])
    looks = told.look_many([(NAME, TARGET), ("missing.example.com", TARGET)])
    assert [look.visible for look in looks] == [True, False]
    assert told.look_many([]) == []


class TestAvailability:
    def test_dnspython_is_there(self):
        assert _dns.is_available()

    @pytest.mark.parametrize(("version", "found"), [(None, "Traceback"), ("1.16.0", "dnspython 1.16.0 is installed")])
    def test_it_is_missing_or_too_old(self, monkeypatch, version, found):
        monkeypatch.setattr(exchange, "DNSPYTHON_VERSION", version)
        monkeypatch.setattr(exchange, "DNSPYTHON_IMPORT_ERROR", None if version else "Traceback: no dnspython")
        assert not _dns.is_available()
        with pytest.raises(MissingLibraryError) as caught:
            Resolver()
        assert caught.value.library == "dnspython >= 2.0"
        assert found in caught.value.import_traceback

    @pytest.mark.parametrize("error", [ImportError("no dnspython"), AttributeError("collections.MutableMapping")])
    def test_whatever_its_import_ends_in(self, monkeypatch, error):
        class Failing:
            def find_spec(self, name, path=None, target=None):
                if name == "dns" or name.startswith("dns."):
                    raise error

        for name in [name for name in sys.modules if name == "dns" or name.startswith("dns.")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setattr(sys, "meta_path", [Failing(), *sys.meta_path])
        spec = importlib.util.spec_from_file_location("_exchange_without_dnspython", exchange.__file__)
        without = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(without)
        assert not without.is_available()
        assert str(error) in without.DNSPYTHON_IMPORT_ERROR
