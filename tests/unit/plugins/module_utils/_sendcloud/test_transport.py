# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What only real sockets show: HTTP statuses with envelopes, cut-off handshakes, dripping answers, proxies."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import time
from urllib.parse import quote

import pytest
import requests
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import (
    InputError,
    MissingLibraryError,
    SendCloudError,
)
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.transport import Transport
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import (
    RawServer,
    answer,
    answering,
)

LIST = "trackDomain/list"
CHECK_CONFIG = "trackDomain/checkConfig"
UPDATE = "trackDomain/update"
CHECK_CONFIG = "trackDomain/checkConfig"
SUCCESS = json.dumps({"result": True, "statusCode": 200, "info": {"count": 1}}).encode()
PASSWORD = "pa%2Fss-w0rd"


def refusal(code, message="no"):
    return json.dumps({"result": False, "statusCode": code, "message": message}).encode()


class FastClock(Clock):
    """A thousand seconds pass in one, and sleeping takes none of them. It may stand still until a server is asked."""

    def __init__(self):
        self.sleeps = []
        self._stands_for = None
        self._started = 0.0

    def stand_until_asked(self, server):
        """So that the time in which a connection is made is none of the time that a test gives a request."""
        self._stands_for = server
        self._started = time.monotonic()

    def monotonic(self):
        now = time.monotonic()
        if self._stands_for and not self._stands_for.requests:
            self._started = now
        return (now - self._started) * 1000

    def sleep(self, seconds):
        self.sleeps.append(seconds)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def clock():
    return FastClock()


@pytest.fixture
def connect(clock):
    """A transport to a base URL; closed at the end."""
    opened = []

    def connect(url, **settings):
        transport = Transport(Account("user", "the-api-key", url, **settings), Redactor(["the-api-key"]), clock)
        opened.append(transport)
        return transport

    yield connect
    for transport in opened:
        transport.close()


def failure(ask, *arguments, **options):
    with pytest.raises(SendCloudError) as caught:
        ask(*arguments, **options)
    return caught.value


def asked(transport, kind):
    return {
        "read": lambda: transport.read(LIST, {}),
        "write": lambda: transport.write(UPDATE, {}),
    }[kind]


KINDS = ["read", "write"]


@pytest.mark.parametrize(("code", "kind"), [(40005, "authentication"), (6001, "permission"), (41012, "limit_reached")])
@pytest.mark.parametrize(("status", "headers"), [(500, ()), (503, ("Retry-After: 1",)), (429, ()), (403, ())])
@pytest.mark.parametrize("asks", KINDS)
def test_a_code_counts_more_than_the_http_status(connect, clock, code, kind, status, headers, asks):
    with RawServer(answering(answer(status, refusal(code), *headers))) as server:
        error = failure(asked(connect(server.url), asks))
    assert (error.kind, error.status_code, error.http_status, error.processed) == (kind, code, status, "no")
    assert len(server.requests) == 1
    assert clock.sleeps == []


@pytest.mark.parametrize(
    ("given", "kind", "processed", "tries"),
    [
        # A code that says nothing leaves the HTTP status; a success under it is none, and no refusal either.
        (answer(500, refusal(49999)), "server", "maybe", (5, 1)),
        (answer(502, SUCCESS), "server", "maybe", (5, 1)),
        (answer(429, SUCCESS), "rate_limited", "maybe", (5, 1)),
        (answer(429, refusal(49999)), "rate_limited", "no", (5, 5)),
        (answer(503, refusal(501), "Retry-After: 2"), "server", "no", (5, 5)),
        (answer(500, refusal(50000)), "rate_limited", "no", (5, 5)),
        (answer(500, refusal(501)), "server", "maybe", (5, 1)),
        (answer(404, refusal(49999)), "rejected", "no", (1, 1)),
        (answer(200, b"<html>"), "protocol", "maybe", (1, 1)),
        (answer(302, b"", "Location: /elsewhere"), "protocol", "maybe", (1, 1)),
        (answer(200, b"no gzip", "Content-Encoding: gzip"), "protocol", "maybe", (1, 1)),
        (answer(200, SUCCESS)[:-1], "network", "maybe", (5, 1)),
        (None, "network", "maybe", (5, 1)),
    ],
    ids=["500-unknown", "502-success", "429-success", "429-unknown", "503-later-501", "500-50000", "500-501",
         "404-unknown", "html", "redirect", "no-gzip", "cut-short", "hung-up"],
)  # fmt: skip
@pytest.mark.parametrize("asks", KINDS)
def test_the_verdict_decides_what_is_sent_again(connect, clock, given, kind, processed, tries, asks):
    def serve(server, connection):
        while server.read_request(connection) is not None and given is not None:
            connection.sendall(given)
            if given.endswith(SUCCESS[:-1]):
                return

    with RawServer(serve) as server:
        error = failure(asked(connect(server.url), asks))
    assert (error.kind, error.processed) == (kind, processed)
    assert len(server.requests) == tries[KINDS.index(asks)]
    assert len(clock.sleeps) == len(server.requests) - 1


def test_a_success_in_an_http_status_that_blames_the_client_is_one(connect):
    with RawServer(answering(answer(404, SUCCESS))) as server:
        assert connect(server.url).write(UPDATE, {}).info == {"count": 1}


def test_a_compressed_answer_is_read(connect):
    with RawServer(answering(answer(200, gzip.compress(SUCCESS), "Content-Encoding: gzip"))) as server:
        assert connect(server.url).read(LIST, {}).info == {"count": 1}


def test_a_doubt_outlives_the_tries_that_follow(connect):
    """The first is lost, the second refused: what became of the first is still not known."""
    with RawServer(answering(answer(500, b""), answer(429, b""), answer(200, refusal(41016)))) as server:
        error = failure(connect(server.url).read, CHECK_CONFIG, {})
    assert (error.kind, error.status_code, error.processed) == ("rejected", 41016, "maybe")
    assert error.endpoint == CHECK_CONFIG
    assert len(server.requests) == 3


def test_one_connection_is_kept_whatever_is_answered(connect):
    bodies = [answer(500, b"<html>"), answer(429, b"x" * 70_000), answer(200, refusal(501)), answer(200, SUCCESS)]
    with RawServer(answering(*bodies)) as server:
        transport = connect(server.url)
        transport.read(LIST, {})
        transport.write(UPDATE, {})
    assert (len(server.requests), server.connections) == (5, 1)


def test_with_a_deadline_there_is_one_try(connect, clock):
    with RawServer(answering(answer(429, b""))) as server:
        error = failure(connect(server.url).read, CHECK_CONFIG, {}, clock.monotonic() + 10_000)
    assert error.kind == "rate_limited"
    assert len(server.requests) == 1


class TestTls:
    @pytest.mark.parametrize("asks", KINDS)
    def test_a_handshake_that_is_cut_off_is_a_lost_connection(self, connect, asks):
        with RawServer(lambda server, connection: connection.recv(65536)) as server:
            error = failure(asked(connect(server.url.replace("http:", "https:")), asks))
            assert server.connections == 5
        assert (error.kind, error.processed) == ("network", "no")
        assert "ca_path" not in error.message

    def test_ca_certificates_that_are_none_are_named(self, connect, tmp_path):
        bundle = tmp_path / "ca.pem"
        bundle.write_text("no certificate")
        with RawServer(lambda server, connection: connection.recv(65536)) as server:
            transport = connect(server.url.replace("http:", "https:"), ca_path=str(bundle))
            error = failure(transport.read, LIST, {})
        assert (error.kind, error.processed) == ("input", "no")
        assert error.message == f"ca_path names a file that contains no CA certificates in PEM format: {bundle}"

    @pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_ca_certificates_that_the_environment_names_are_used(self, connect, monkeypatch, tmp_path, variable):
        bundle = tmp_path / "ca.pem"
        monkeypatch.setenv(variable, str(bundle))
        with pytest.raises(InputError, match=f"{variable} names a file that does not exist: .*ca.pem"):
            connect("https://127.0.0.1:1")
        # Where they do not count they do not matter.
        connect("https://127.0.0.1:1", validate_certs=False)
        connect("https://127.0.0.1:1", ca_path=str(tmp_path))
        bundle.write_text("no certificate")
        error = failure(connect("https://127.0.0.1:1", retries=0).read, LIST, {})
        assert variable in error.message
        assert "contains no CA certificates" in error.message


def dripping(*parts):
    """Serve the parts, the last one again and again, each in so many milliseconds."""

    def serve(server, connection):
        if server.read_request(connection) is None:
            return
        for part in itertools.chain(parts, itertools.repeat(parts[-1])):
            connection.sendall(part)
            # A wait that ends early where the client hangs up.
            connection.settimeout(0.002)
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                pass
            finally:
                connection.settimeout(None)

    return serve


HEAD = b"HTTP/1.1 200 OK\r\n"


class TestDripping:
    """Each piece comes well in time, so that no single wait is too long."""

    @pytest.mark.parametrize(
        "parts",
        [
            (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
            (HEAD + b"X-Padding: ", b"x"),
            (b"H", b"T"),
        ],
        ids=["body", "chunks", "headers", "status-line"],
    )
    @pytest.mark.parametrize("asks", KINDS)
    def test_an_answer_is_given_up_after_four_times_the_timeout(self, connect, clock, parts, asks):
        with RawServer(dripping(*parts)) as server:
            clock.stand_until_asked(server)
            error = failure(asked(connect(server.url, timeout=30.0, retries=0), asks))
            assert server.ended.wait(60)
        assert (error.kind, error.processed) == ("network", "maybe")
        assert "in time" in error.message

    @pytest.mark.parametrize("left", [-1000, 0])
    def test_a_deadline_that_has_passed_leaves_time_for_hardly_anything(self, connect, clock, left):
        with RawServer(dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b" ")) as server:
            error = failure(connect(server.url, timeout=3600.0).read, CHECK_CONFIG, {}, clock.monotonic() + left)
        assert "in time" in error.message

    @pytest.mark.parametrize("left", [20, 100])
    def test_no_answer_outlives_a_deadline(self, connect, clock, left):
        with RawServer(dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b" ")) as server:
            clock.stand_until_asked(server)
            transport = connect(server.url, timeout=3600.0)
            error = failure(transport.read, CHECK_CONFIG, {}, clock.monotonic() + left)
            assert server.ended.wait(60)
        assert "in time" in error.message
        assert len(server.requests) == 1

    def test_a_proxy_that_drips_is_given_up(self, connect, clock, monkeypatch):
        with RawServer(dripping(HEAD + b"X-Padding: ", b"x")) as server:
            clock.stand_until_asked(server)
            monkeypatch.setenv("HTTPS_PROXY", server.url)
            error = failure(connect("https://api2.sendcloud.net/api", retries=0).write, UPDATE, {})
            assert server.ended.wait(60)
        assert (error.kind, error.processed) == ("network", "no")

    def test_a_handshake_that_drips_is_given_up(self):
        # An endless handshake message of 16 MiB, announced in a TLS record (RFC 8446, section 5.1).
        record = b"\x16\x03\x03\x40\x00\x02\xff\xff\xff"

        def serve(server, connection):
            connection.recv(65536)
            connection.sendall(record)
            while True:
                connection.sendall(b"\x00")
                connection.settimeout(0.002)
                try:
                    if connection.recv(1) == b"":
                        return
                except TimeoutError:
                    pass

        with RawServer(serve) as server:
            account = Account("user", "key", server.url.replace("http:", "https:"), timeout=0.2, retries=0)
            error = failure(Transport(account, Redactor([]), Clock()).read, LIST, {})
            assert server.ended.wait(60)
        assert (error.kind, error.processed) == ("network", "no")


class Interrupted(BaseException):
    """As Ansible's time limit for a task comes: from a signal, at any place."""


@pytest.mark.parametrize("moment", [3, 4, 5], ids=["connected", "waiting for an answer", "in the middle of the answer"])
def test_an_interruption_leaves_no_connection_behind(connect, clock, monkeypatch, moment):
    """The clock is read at the start, before and after a connection is made, and before each read."""
    moments = itertools.count(1)

    def monotonic():
        if next(moments) == moment:
            raise Interrupted
        return 0.0

    def serve(server, connection):
        if server.read_request(connection) is not None:
            connection.sendall(HEAD)
            assert connection.recv(1) == b""

    with RawServer(serve) as server:
        transport = connect(server.url)
        monkeypatch.setattr(clock, "monotonic", monotonic)
        with pytest.raises(Interrupted):
            transport.read(LIST, {})
        # The server sees the connection end while the exception is still held.
        assert server.ended.wait(60)
        assert len(server.requests) == (moment > 3)


class TestProxies:
    @pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_plain_http_goes_through_none(self, connect, monkeypatch, variable, host):
        with RawServer(answering(answer(200, SUCCESS))) as server, RawServer(answering(None)) as proxy:
            monkeypatch.setenv(variable, proxy.url)
            connect(server.url.replace("127.0.0.1", host)).read(LIST, {})
        assert proxy.connections == 0

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
    def test_it_is_named_without_its_password(self, connect, monkeypatch, variable):
        with RawServer(answering(answer(407, b""))) as proxy:
            address = proxy.url.partition("://")[2]
            monkeypatch.setenv(variable, f"http://someone:{PASSWORD}@{address}")
            error = failure(connect("https://api2.sendcloud.net/api", retries=0).write, UPDATE, {})
        assert (error.kind, error.processed) == ("network", "no")
        assert error.message.startswith(
            f"no connection to https://api2.sendcloud.net/api through the proxy http://{address}: "
        )
        assert "407" in error.message
        assert "someone" not in error.message
        assert server_was_asked_with(proxy, "CONNECT api2.sendcloud.net:443")

    def test_no_proxy_is_heeded(self, connect, monkeypatch):
        with RawServer(answering(None)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            failure(connect("https://127.0.0.1:1", retries=0).read, LIST, {})
        assert proxy.connections == 0

    @pytest.mark.parametrize(
        "shown",
        [PASSWORD, "pa/ss-w0rd", f"someone:{PASSWORD}", quote(PASSWORD, safe=""),
         base64.b64encode(b"someone:pa/ss-w0rd").decode()],
    )  # fmt: skip
    def test_a_password_that_is_repeated_is_not_shown(self, connect, monkeypatch, shown):
        status_line = f"HTTP/1.1 407 not {shown}!\r\nContent-Length: 0\r\n\r\n".encode()
        with RawServer(answering(status_line)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", f"://someone:{PASSWORD}@"))
            error = failure(connect("https://api2.sendcloud.net/api", retries=0).read, LIST, {})
        assert "407 not ********!" in error.message

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            (f"http://someone:{PASSWORD}@", "it names no host"),
            (f"http://someone:{PASSWORD}@:3128", "it names no host"),
            (f"http://someone:{PASSWORD}@pro xy:3128", "it names no host"),
            (f"http://someone:{PASSWORD}@proxy:port", "cannot be read"),
            (f"http://someone:{PASSWORD}@proxy:99999", "cannot be read"),
            (f"http://someone:{PASSWORD}", "cannot be read"),
            (f"http://someone:{PASSWORD}@[::1", "cannot be read"),
            ("http://someone:12/34-w0rd@proxy:3128", "percent-encoded"),
            ("http://someone:12#34-w0rd@proxy:3128", "percent-encoded"),
            (f"ftp://someone:{PASSWORD}@proxy:3128", "scheme"),
        ],
    )
    def test_a_url_that_is_none_is_refused_and_not_shown(self, connect, monkeypatch, url, reason):
        monkeypatch.setenv("HTTPS_PROXY", url)
        with pytest.raises(InputError) as caught:
            connect("https://api2.sendcloud.net/api")
        assert "HTTPS_PROXY or ALL_PROXY is not the URL of a proxy" in caught.value.message
        assert reason in caught.value.message
        assert "w0rd" not in caught.value.message

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("proxy.example.com:3128", "http://proxy.example.com:3128"),
            ("http://proxy.invalid", "http://proxy.invalid"),
            ("http://proxy.invalid:3128/", "http://proxy.invalid:3128"),
            ("http://a:b@[::1]:1", "http://[::1]:1"),
        ],
    )
    def test_a_url_that_is_one_is_taken(self, connect, monkeypatch, url, shown):
        monkeypatch.setenv("HTTPS_PROXY", url.replace("proxy.example.com", "proxy.invalid"))
        error = failure(connect("https://api2.sendcloud.net/api", retries=0).read, LIST, {})
        assert f"through the proxy {shown.replace('proxy.example.com', 'proxy.invalid')}: " in error.message
        assert error.processed == "no"


def server_was_asked_with(server, start):
    return any(line.startswith(start) for line in server.requests)


def test_words_of_the_message_itself_are_not_masked():
    """An API key may be an ordinary word: it is taken out of what is quoted only."""
    clock = FastClock()
    with RawServer(answering(None)) as server:
        account = Account("user", "lost", server.url, retries=0)
        error = failure(Transport(account, Redactor(["lost"]), clock).read, LIST, {})
    assert "was lost" in error.message
    assert not error.message.startswith(LIST)


def test_requests_has_to_be_new_enough(connect, monkeypatch):
    monkeypatch.setattr(requests, "__version__", "2.24.9")
    with pytest.raises(MissingLibraryError) as caught:
        connect("http://127.0.0.1:1")
    assert caught.value.library == "requests >= 2.25"
    monkeypatch.setattr(requests, "__version__", "2.25.0")
    connect("http://127.0.0.1:1")
