# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""One question to one server, over real sockets on loopback addresses; and what dnspython has to be for that."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import resource
import socket
import sys

import dns.message
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
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.dns_server import (
    DnsServer,
    LoopbackServer,
    MadeUpNetwork,
    run_in_no_time,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import (
    server_that_takes_no_connection,
)

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


def test_an_answer_that_is_no_message(serve, monkeypatch):
    server = serve()
    monkeypatch.setattr(server, "respond", lambda data, protocol: data[:2])
    with pytest.raises(NoAnswerError, match="no proper answer"):
        ask(server)


@pytest.mark.parametrize(
    ("error", "shown"),
    [(ValueError("x" * 101), "x" * 100), (ValueError("it is short."), "it is short"), (KeyError(), "KeyError")],
)
def test_what_a_parser_says_is_shown(serve, monkeypatch, error, shown):
    def fail(*_arguments, **_options):
        raise error

    server = serve(failing="refused")
    monkeypatch.setattr(server, "respond", lambda data, protocol: data)
    monkeypatch.setattr(exchange.dns.message, "from_wire", fail)
    with pytest.raises(NoAnswerError) as caught:
        ask(server)
    assert caught.value.reason == f"no proper answer ({shown})"


def without_question(data, answer):
    """The answer alone: nobody knows to what."""
    message = dns.message.from_wire(answer)
    message.question = []
    return message.to_wire()


def the_question(data, answer):
    """What was sent, sent back."""
    return data


@pytest.mark.parametrize("changed", [without_question, the_question])
def test_what_is_no_answer_to_the_question(serve, monkeypatch, changed):
    server = serve()
    respond = server.respond
    monkeypatch.setattr(server, "respond", lambda data, protocol: changed(data, respond(data, protocol)))
    with pytest.raises(NoAnswerError, match="it is not an answer to the question"):
        ask(server)


def test_what_follows_an_answer_is_passed_over(serve, monkeypatch):
    server = serve()
    respond = server.respond
    monkeypatch.setattr(server, "respond", lambda data, protocol: respond(data, protocol) + b"more")
    assert ask(server).answer


@pytest.mark.parametrize("difference", [1, -1])
def test_an_answer_by_tcp_with_another_id(serve, monkeypatch, difference):
    server = serve(failing="truncated")
    respond = server.respond

    def respond_to_another(data, protocol):
        answer = respond(data, protocol)
        if protocol == "udp":
            return answer
        return ((int.from_bytes(answer[:2], "big") + difference) % 2**16).to_bytes(2, "big") + answer[2:]

    monkeypatch.setattr(server, "respond", respond_to_another)
    with pytest.raises(NoAnswerError, match="it is not an answer to the question"):
        ask(server)


class SilentNetwork(MadeUpNetwork):
    """A server that never answers, and when it was asked what."""

    def __init__(self):
        super().__init__({"192.0.2.1": DnsServer({}, failing="silent")})
        self.asked = []

    async def exchange(self, question, server, *, tcp):
        self.asked.append((asyncio.get_running_loop().time(), dns.message.from_wire(question)))
        return await super().exchange(question, server, tcp=tcp)


@pytest.mark.parametrize(("deadline", "seconds"), [(60, 2.5), (1.5, 1.5)])
def test_a_silent_server_is_asked_twice_within_two_and_a_half_seconds(deadline, seconds):
    network = SilentNetwork()

    async def run():
        name = dns.name.from_text(NAME)
        with pytest.raises(NoAnswerError, match="no answer in time"):
            await exchange.ask(
                network, Server("192.0.2.1"), name, dns.rdatatype.CNAME, recursive=False, deadline=deadline
            )

    _nothing, took = run_in_no_time(run())
    assert took == pytest.approx(seconds)
    assert [moment for moment, _question in network.asked] == pytest.approx([0, 0.8])
    # What passes any network in one piece (DNS flag day 2020); the second time without EDNS.
    assert [(question.edns, question.payload) for _moment, question in network.asked] == [(0, 1232), (-1, 0)]


def test_a_refusal_need_not_repeat_the_question(serve, monkeypatch):
    server = serve(failing="refused")
    respond = server.respond

    def respond_in_short(data, protocol):
        return respond(data, protocol)[:4] + bytes(8)

    monkeypatch.setattr(server, "respond", respond_in_short)
    assert ask(server).rcode() == dns.rcode.REFUSED


def test_late_and_forged_answers_are_passed_over():
    question = b"\x12\x34question"

    async def run():
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ours, theirs:
            ours.setblocking(False)
            theirs.send(b"\x12\x21forged")
            theirs.send(b"\x43\x34late")
            theirs.send(b"\x12\x34answer")
            return await exchange._exchange_udp(ours, question)

    assert asyncio.run(run()) == b"\x12\x34answer"


def test_a_server_that_does_not_take_a_connection_holds_up_nobody():
    with server_that_takes_no_connection() as address:

        async def run():
            asking = asyncio.ensure_future(Network().exchange(b"a question", Server(*address), tcp=True))
            await asyncio.wait([asking], timeout=0.1)
            assert not asking.done()
            await exchange.cancel([asking])

        asyncio.run(run())


class NoSocket:
    """Takes the place of a socket, and carries nothing."""

    def __init__(self, *_options):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def setblocking(self, _flag):
        pass

    def connect(self, _address):
        pass


@pytest.mark.parametrize(
    ("files", "sockets", "in_use"),
    [(40, 20, 16), (41, 20, 16), (10, 16, 13), (4096, 1024, 769), (resource.RLIM_INFINITY, 1024, 769)],
)
def test_further_looks_wait_while_silent_servers_hold_the_sockets(monkeypatch, files, sockets, in_use):
    """No more sockets are open than half the descriptors; beyond three quarters of those nobody begins to look."""
    monkeypatch.setattr(exchange.resource, "getrlimit", lambda which: (files, files))
    hanging = []

    async def hang_twice():
        network = Network()
        for _again in range(2):
            await hang(network)

    async def hang(network):
        release = asyncio.Event()

        async def wait_for_release(sock, question):
            hanging.append(question)
            await release.wait()
            return b""

        hanging.clear()
        asked = []
        with monkeypatch.context() as patch:
            patch.setattr(exchange.socket, "socket", NoSocket)
            patch.setattr(exchange, "_exchange_udp", wait_for_release)
            while True:
                waiting = asyncio.ensure_future(network.wait_for_room())
                await asyncio.sleep(0)
                if not waiting.done():
                    break
                asked.append(asyncio.ensure_future(network.exchange(b"", Server("127.0.0.1"), tcp=False)))
                await asyncio.sleep(0)
            assert len(asked) == in_use
            more = (network.exchange(b"", Server("127.0.0.1"), tcp=False) for _each in range(400))
            asked += map(asyncio.ensure_future, more)
            await asyncio.sleep(0)
            assert not waiting.done()
            assert len(hanging) == sockets
            release.set()
            await asyncio.gather(waiting, *asked)

    run_in_no_time(hang_twice())


def test_a_look_over_real_sockets(serve):
    servers = [serve(), serve(address="127.0.0.2")]
    told = Resolver([Server(server.address, server.port) for server in servers])
    looks = told.look_many([(NAME, TARGET), ("missing.example.com", TARGET)])
    assert [look.visible for look in looks] == [True, False]
    assert told.look_many([]) == []
    assert told.look(NAME, TARGET) == looks[0]


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
