# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Where a name is, says the host's resolver, or a DNS server on a loopback address."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import ExitStack

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._tls import addresses as _addresses
from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import (
    GivenServersAddresses,
    SystemAddresses,
    UnresolvedError,
)

NAME = "track.example.com"


class NameServer:
    """Answers with records, each (name, type, text), and those that CNAME records lead to.

    ``code`` is a response code in place of an answer, ``cut_off`` whether answers by UDP are cut off.
    """

    def __init__(self, *records, code="NOERROR", cut_off=False):
        self._records = records
        self._code = dns.rcode.from_text(code)
        self._cut_off = cut_off

    def __enter__(self):
        with ExitStack() as stack:
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            self.port = tcp.getsockname()[1]
            udp.bind(("127.0.0.1", self.port))
            for serve, listener in ((self._serve_udp, udp), (self._serve_tcp, tcp)):
                thread = threading.Thread(target=serve, args=(listener,))
                thread.start()
                stack.callback(thread.join)
            stack.callback(self._wake)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info):
        self._stack.close()

    def _wake(self):
        """Nothing ends a server."""
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.sendto(b"", ("127.0.0.1", self.port))
        socket.create_connection(("127.0.0.1", self.port)).close()

    def _serve_udp(self, listener):
        while True:
            data, peer = listener.recvfrom(4096)
            if not data:
                return
            listener.sendto(self._answer(data, self._cut_off), peer)

    def _serve_tcp(self, listener):
        while True:
            connection, _peer = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                length = stream.read(2)
                if not length:
                    return
                answer = self._answer(stream.read(int.from_bytes(length, "big")), False)
                stream.write(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, data, cut_off):
        response = dns.message.make_response(dns.message.from_wire(data))
        response.set_rcode(self._code)
        if cut_off:
            response.flags |= dns.flags.TC
            return response.to_wire()
        owner, kind = response.question[0].name, response.question[0].rdtype
        for name, of, text in self._records:
            if dns.name.from_text(name) == owner and of in (dns.rdatatype.to_text(kind), "CNAME"):
                response.answer.append(dns.rrset.from_text(owner, 300, "IN", of, text))
                owner = dns.name.from_text(text) if of == "CNAME" else owner
        return response.to_wire()


class JostledServer(NameServer):
    """Somebody else, at another port, answers first each time."""

    def _serve_udp(self, listener):
        with socket.socket(type=socket.SOCK_DGRAM) as other:
            while True:
                data, peer = listener.recvfrom(4096)
                if not data:
                    return
                other.sendto(self._answer(data, True), peer)
                listener.sendto(self._answer(data, False), peer)


class TestSystemAddresses:
    def test_the_host_knows_itself(self):
        assert set(SystemAddresses()("localhost", _soon(30))) <= {"127.0.0.1", "::1"}

    @pytest.mark.parametrize("name", ["nothing.invalid", "a" * 64 + ".example.com"])
    def test_a_name_without_addresses(self, name):
        with pytest.raises(UnresolvedError, match="resolve"):
            SystemAddresses()(name, _soon(30))

    def test_no_such_name_is_told_from_a_passing_failure(self):
        def look_up(name, *_, **__):
            raise socket.gaierror(socket.EAI_NONAME if "gone" in name else socket.EAI_AGAIN, "Try again")

        addresses = SystemAddresses(look_up)
        with pytest.raises(UnresolvedError, match="does not resolve: there is no such name"):
            addresses("gone.example.com", _soon(30))
        with pytest.raises(UnresolvedError, match="cannot be resolved: Try again"):
            addresses("late.example.com", _soon(30))

    def test_one_that_takes_too_long_holds_up_no_other(self):
        ends = threading.Event()

        def look_up(name, *_, **__):
            if name == "slow.example.com":
                ends.wait()
            return [(None, None, None, None, ("192.0.2.1", 0))]

        addresses = SystemAddresses(look_up, most=2)
        with pytest.raises(UnresolvedError, match="does not say in time"):
            addresses("slow.example.com", _soon(0.1))
        assert addresses("fast.example.com", _soon(30)) == ("192.0.2.1",)
        with pytest.raises(UnresolvedError):
            addresses("slow.example.com", _soon(0.1))
        # Both places are taken by look-ups that were given up.
        with pytest.raises(UnresolvedError, match="does not say in time"):
            addresses("fast.example.com", _soon(0.1))
        ends.set()
        assert addresses("fast.example.com", _soon(30)) == ("192.0.2.1",)

    def test_two_hundred_look_ups_may_be_under_way(self):
        ends, begun = threading.Event(), threading.Semaphore(0)

        def look_up(name, *_, **__):
            begun.release()
            ends.wait()
            return [(None, None, None, None, (name, 0))] * 2

        addresses = SystemAddresses(look_up)
        for number in range(200):
            # They begin all the same.
            with pytest.raises(UnresolvedError, match="does not say in time"):
                addresses(f"t{number}.example.com", _soon(0))
        for _each in range(200):
            assert begun.acquire(timeout=60)
        with pytest.raises(UnresolvedError, match="does not say in time"):
            addresses("one-too-many.example.com", _soon(0))
        assert not begun.acquire(blocking=False)
        ends.set()
        assert addresses("then.example.com", _soon(30)) == ("then.example.com",)

    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (
                socket.gaierror(getattr(socket, "EAI_NODATA", socket.EAI_NONAME), "No address"),
                "does not resolve: there is no such name, or it has no address",
            ),
            (socket.gaierror(socket.EAI_FAIL, "x" * 201), f"cannot be resolved: {'x' * 200}"),
            (OSError(5, "It fails."), "cannot be resolved: It fails"),
            (ValueError(), "cannot be resolved: ValueError"),
        ],
    )
    def test_what_the_resolver_of_the_host_says(self, error, text):
        def look_up(*_, **__):
            raise error

        with pytest.raises(UnresolvedError) as caught:
            SystemAddresses(look_up)(NAME, _soon(30))
        assert str(caught.value) == f"{NAME} {text}"

    @pytest.mark.parametrize(("left", "waits"), [(30, 30), (0.5, 0.5), (0, 0), (-5, 0)])
    def test_it_waits_for_what_is_left_of_the_time(self, monkeypatch, left, waits):
        waited = []

        class Place:
            def acquire(self, timeout):
                waited.append(timeout)
                return True

            def release(self):
                pass

        class Answer(Future):
            def result(self, timeout=None):
                waited.append(timeout)
                return super().result()

        monkeypatch.setattr(_addresses.threading, "Semaphore", lambda most: Place())
        monkeypatch.setattr(_addresses, "Future", Answer)
        monkeypatch.setattr(_addresses.time, "monotonic", lambda: 1000.0)
        addresses = SystemAddresses(lambda *_, **__: [(None, None, None, None, ("192.0.2.1", 0))])
        assert addresses(NAME, 1000.0 + left) == ("192.0.2.1",)
        assert waited == [waits, waits]

    def test_its_thread_may_be_left_alone_at_the_end_of_the_process(self):
        threads = []

        def look_up(*_, **__):
            threads.append(threading.current_thread())
            return [(None, None, None, None, ("192.0.2.1", 0))]

        SystemAddresses(look_up)(NAME, _soon(30))
        (thread,) = threads
        assert thread.daemon
        assert thread.name == f"look-up of {NAME}"

    def test_it_does_not_hold_up_the_end_of_the_process(self):
        program = """
import threading, time
from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import SystemAddresses
from ansible_collections.sendcloud.email.plugins.module_utils._tls.served import Visitor
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import SENDCLOUD_TIME
addresses = SystemAddresses(lambda *_, **__: threading.Event().wait())
print(Visitor(find_addresses=addresses, timeout=0.1).visit_many(["slow.example.com"])[0].error)
"""
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "does not say in time where slow.example.com is" in ended.stdout


class TestGivenServersAddresses:
    """Addresses from DNS servers, and from elsewhere for the target of a record."""

    @pytest.fixture
    def ask(self):
        def ask(*servers):
            given = [Server("127.0.0.1", server.port) for server in servers]
            return GivenServersAddresses(given, lambda target, deadline: (f"elsewhere: {target}",))(NAME, _soon(30))

        return ask

    def test_their_answer_counts(self, ask):
        with NameServer((NAME, "A", "192.0.2.1"), (NAME, "A", "192.0.2.2"), (NAME, "AAAA", "2001:db8::1")) as server:
            found = ask(server)
        assert (found[0], set(found[1:])) == ("2001:db8::1", {"192.0.2.1", "192.0.2.2"})

    def test_cname_records_are_followed_to_the_addresses(self, ask):
        records = [(NAME, "CNAME", "a.example.net."), ("a.example.net", "CNAME", "b.example.net.")]
        with NameServer(*records, ("b.example.net", "A", "192.0.2.1")) as server:
            assert ask(server) == ("192.0.2.1",)
        with NameServer(*records) as server:
            assert ask(server) == ("elsewhere: b.example.net",)

    @pytest.mark.parametrize("target", ["a.example.com", "z.example.com"])
    def test_a_record_without_addresses_is_followed_elsewhere(self, ask, target):
        with NameServer((NAME, "CNAME", f"{target}.")) as server:
            assert ask(server) == (f"elsewhere: {target}",)

    def test_what_comes_from_somebody_else_is_no_answer(self, ask):
        with JostledServer((NAME, "A", "192.0.2.1")) as server:
            assert ask(server) == ("192.0.2.1",)

    def test_records_that_lead_in_a_circle_end(self, ask):
        with NameServer((NAME, "CNAME", f"{NAME}.")) as server, pytest.raises(UnresolvedError, match="has no address"):
            ask(server)

    @pytest.mark.parametrize(("records", "found"), [(15, "192.0.2.1"), (16, "elsewhere: a15.example.net")])
    def test_fifteen_cname_records_are_followed(self, ask, records, found):
        names = [NAME, *(f"a{number}.example.net" for number in range(records))]
        chain = [(one, "CNAME", f"{other}.") for one, other in itertools.pairwise(names)]
        with NameServer(*chain, (names[-1], "A", "192.0.2.1")) as server:
            assert ask(server) == (found,)

    @pytest.mark.parametrize(("left", "limits"), [(30, [1.5] * 4), (1.5, [1.5] * 4), (1, [1] * 4), (0, []), (-1, [])])
    def test_a_question_takes_a_second_and_a_half_at_most(self, monkeypatch, left, limits):
        asked = []

        def udp(question, address, timeout, port, **_options):
            assert question.edns == 0
            asked.append((address, port, timeout))
            raise dns.exception.Timeout

        monkeypatch.setattr(_addresses.dns.query, "udp", udp)
        monkeypatch.setattr(_addresses.time, "monotonic", lambda: 1000.0)
        servers = [Server("192.0.2.1"), Server("192.0.2.2", 5353)]
        with pytest.raises(UnresolvedError) as caught:
            GivenServersAddresses(servers, SystemAddresses())(NAME, 1000.0 + left)
        assert [limit for _address, _port, limit in asked] == limits
        assert {(address, port) for address, port, _limit in asked} <= {("192.0.2.1", 53), ("192.0.2.2", 5353)}
        assert str(caught.value) == (
            f"no DNS server says where {NAME} is (192.0.2.1: no answer in time; 192.0.2.2:5353: no answer in time)"
        )

    def test_the_first_server_that_answers_counts(self, ask):
        right, other = (NAME, "A", "192.0.2.1"), (NAME, "A", "192.0.2.2")
        with NameServer(code="REFUSED") as refusing, NameServer(right) as first, NameServer(other) as second:
            assert ask(refusing, first, second) == ("192.0.2.1",)

    def test_an_answer_that_is_cut_off_is_asked_for_by_tcp(self, ask):
        with NameServer((NAME, "A", "192.0.2.1"), cut_off=True) as server:
            assert ask(server) == ("192.0.2.1",)

    @pytest.mark.parametrize("code", ["NOERROR", "NXDOMAIN"])
    def test_a_name_without_addresses(self, ask, code):
        with NameServer(code=code) as server, pytest.raises(UnresolvedError, match="has no address, says the DNS serv"):
            ask(server)

    def test_where_no_server_answers_each_is_named(self, ask):
        with NameServer(code="SERVFAIL") as server, pytest.raises(UnresolvedError) as caught:
            ask(server)
        assert f"127.0.0.1:{server.port}: it answers SERVFAIL" in str(caught.value)

    def test_one_that_is_silent_is_asked_twice(self):
        with socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            addresses = GivenServersAddresses([Server(*silent.getsockname())], SystemAddresses())
            with pytest.raises(UnresolvedError, match="no DNS server says where track"):
                addresses(NAME, _soon(2))
            assert {silent.recv(4096)[12:17], silent.recv(4096)[12:17]} == {b"\5trac"}

    def test_a_library_that_is_missing_is_named(self, alone):
        without = alone(_addresses, "dns")
        assert without.SystemAddresses(lambda *_, **__: [])(NAME, _soon(30)) == ()
        with pytest.raises(MissingLibraryError) as caught:
            without.GivenServersAddresses([], SystemAddresses())
        assert "dns" in caught.value.import_traceback

    def test_a_library_that_is_too_old_is_named(self, monkeypatch):
        monkeypatch.setattr(_addresses, "_DNSPYTHON_VERSION", "1.16.0")
        with pytest.raises(MissingLibraryError):
            GivenServersAddresses([], SystemAddresses())


def _soon(seconds):
    return time.monotonic() + seconds
