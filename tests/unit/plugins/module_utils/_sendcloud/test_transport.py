# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What only real sockets show: HTTP statuses with envelopes, cut-off handshakes, dripping answers, proxies."""

from __future__ import annotations

import base64
import errno
import gzip
import itertools
import json
import os
import re
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
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import transport as _transport
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
    """A transport to a base URL; closed at the end. It has time enough by the clock that runs fast."""
    opened = []

    def connect(url, **settings):
        account = Account("user", "the-api-key", url, **{"timeout": 3600.0, **settings})
        transport = Transport(account, Redactor(["the-api-key"]), clock)
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
        (answer(429, refusal(501)), "server", "no", (5, 5)),
        (answer(500, b"<html>", "Retry-After: 2"), "server", "maybe", (5, 1)),
        (answer(504, b"<html>", "Retry-After: 2"), "server", "maybe", (5, 1)),
        (answer(500, refusal(50000)), "rate_limited", "no", (5, 5)),
        (answer(500, refusal(501)), "server", "maybe", (5, 1)),
        (answer(404, refusal(49999)), "rejected", "no", (1, 1)),
        (answer(200, b"<html>"), "protocol", "maybe", (1, 1)),
        (answer(302, b"", "Location: /elsewhere"), "protocol", "maybe", (1, 1)),
        (answer(200, b"no gzip", "Content-Encoding: gzip"), "protocol", "maybe", (1, 1)),
        (answer(200, SUCCESS)[:-1], "network", "maybe", (5, 1)),
        (None, "network", "maybe", (5, 1)),
    ],
    ids=["500-unknown", "502-success", "429-success", "429-unknown", "503-later-501", "429-501", "500-later",
         "504-later", "500-50000", "500-501", "404-unknown", "html", "redirect", "no-gzip", "cut-short", "hung-up"],
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


@pytest.mark.parametrize(("status", "is_redirect"), [(299, False), (300, True), (399, True), (400, False)])
def test_which_http_statuses_are_redirects(connect, status, is_redirect):
    with RawServer(answering(answer(status, SUCCESS, "Location: /elsewhere"))) as server:
        api = connect(server.url)
        if not is_redirect:
            assert api.read(LIST, {}).info == {"count": 1}
            return
        error = failure(api.read, LIST, {})
    assert f"with a redirect (HTTP {status}) to /elsewhere. " in error.message


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (refusal(41016), "(code 41016): no. "),
        (b'{"result": false, "message": "no"}', "(no code): no"),
        (b'{"result": false}', "(no code): it gives no reason"),
    ],
)
def test_a_refusal_is_told_with_its_code(connect, given, shown):
    with RawServer(answering(answer(200, given))) as server:
        error = failure(connect(server.url).read, LIST, {})
    assert error.message.startswith(f"SendCloud refused {LIST} {shown}")


def test_an_answer_need_not_announce_its_length(connect):
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SUCCESS), SUCCESS)
    with RawServer(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)) as server:
        assert connect(server.url).read(LIST, {}).info == {"count": 1}


def test_where_nobody_listens_it_is_said_what_to_check(connect):
    with RawServer(answering(None)) as server:
        url = server.url
    error = failure(connect(url, retries=0).read, LIST, {})
    assert error.message == (
        f"no connection to {url}: {os.strerror(errno.ECONNREFUSED)}. Check api_url, and whether this host needs a "
        "proxy (HTTPS_PROXY) or a firewall is in the way"
    )


@pytest.mark.parametrize(
    ("cause", "shown"),
    [(EOFError(), "ConnectionError"), (EOFError("it ended"), "it ended"), (OSError(5, "it fails"), "it fails")],
)
def test_a_failure_is_shown_as_the_innermost_cause_tells_it(connect, monkeypatch, cause, shown):
    def fail(*_arguments, **_options):
        raise requests.exceptions.ConnectionError from cause

    api = connect("http://127.0.0.1:1", retries=0)
    monkeypatch.setattr(api._session, "post", fail)
    assert failure(api.read, LIST, {}).message == f"the connection to http://127.0.0.1:1 was lost: {shown}"


def test_a_compressed_answer_is_read(connect):
    with RawServer(answering(answer(200, gzip.compress(SUCCESS), "Content-Encoding: gzip"))) as server:
        assert connect(server.url).read(LIST, {}).info == {"count": 1}


@pytest.mark.parametrize(("length", "is_read"), [(5 * 1024 * 1024, True), (5 * 1024 * 1024 + 1, False)])
def test_an_answer_of_five_mebibytes_is_read_and_no_larger_one(connect, length, is_read):
    with RawServer(answering(answer(200, SUCCESS.ljust(length)))) as server:
        transport = connect(server.url, retries=0)
        if is_read:
            assert transport.read(LIST, {}).info == {"count": 1}
            return
        error = failure(transport.read, LIST, {})
    assert (error.kind, error.processed) == ("protocol", "maybe")
    assert "a body larger than 5 MiB" in error.message


def test_each_request_is_traced(connect, clock, monkeypatch):
    lines = []
    with RawServer(answering(answer(429, b""), answer(200, SUCCESS), None)) as server:
        transport = connect(server.url, retries=1).serving(Redactor([]), lines.append)
        monkeypatch.setattr(clock, "monotonic", itertools.count().__next__)
        transport.read(LIST, {})
        failure(transport.write, UPDATE, {})
    assert [re.sub(r"\d+\.000 s", "... s", line) for line in lines] == [
        f"{LIST}: HTTP 429, ... s",
        f"{LIST}: HTTP 200, ... s",
        f"{UPDATE}: no answer, ... s",
    ]


@pytest.mark.parametrize(("retries", "told"), [(0, None), (1, "It was tried 2 times"), (2, "It was tried 3 times")])
def test_how_often_it_was_tried_is_said_if_it_was_more_than_once(connect, retries, told):
    with RawServer(answering(*[answer(429, b"")] * 3)) as server:
        error = failure(connect(server.url, retries=retries).read, LIST, {})
    assert len(server.requests) == retries + 1
    assert error.message.endswith(told) if told else "It was tried" not in error.message


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


@pytest.mark.parametrize(
    ("left", "wait", "total"),
    [(None, 30, 120), (500, 30, 120), (50, 30, 50), (10, 10, 10), (0.5, 0.5, 0.5), (0.2, 0.5, 0.5), (-10, 0.5, 0.5)],
)
def test_what_a_request_may_take(connect, clock, monkeypatch, left, wait, total):
    """Four times the timeout as a whole, or what is left until a deadline; but half a second in any case."""
    monkeypatch.setattr(clock, "monotonic", lambda: 1000.0)
    with RawServer(answering(answer(200, SUCCESS))) as server:
        transport = connect(server.url, timeout=30.0)
        limits = []
        start = transport._limit.start
        monkeypatch.setattr(transport._limit, "start", lambda *limit: limits.append(limit) or start(*limit))
        transport.read(LIST, {}, None if left is None else 1000.0 + left)
    assert limits == [(pytest.approx(wait), pytest.approx(total))]


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
            transport = connect("https://api2.sendcloud.net/api", timeout=30.0, retries=0)
            error = failure(transport.write, UPDATE, {})
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
        assert error.message.endswith(". Check HTTPS_PROXY and ALL_PROXY, and whether the proxy is up")
        assert "someone" not in error.message
        assert server_was_asked_with(proxy, "CONNECT api2.sendcloud.net:443")

    def test_one_that_the_library_cannot_use_is_refused_and_its_password_not_shown(self, connect, monkeypatch):
        def fail(*_arguments, **_options):
            raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

        # Without the library PySocks.
        monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", fail)
        monkeypatch.setenv("HTTPS_PROXY", f"socks5://someone:{PASSWORD}@proxy.invalid:1080")
        with pytest.raises(InputError) as caught:
            connect("https://api2.sendcloud.net/api")
        assert caught.value.message == (
            "the proxy socks5://proxy.invalid:1080 cannot be used: Missing dependencies for SOCKS support."
        )

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


def test_without_requests_it_is_named(alone, clock):
    with pytest.raises(MissingLibraryError) as caught:
        alone(_transport, "requests").Transport(Account("user", "key"), Redactor([]), clock)
    assert caught.value.library == "requests >= 2.25"
    assert "requests" in caught.value.import_traceback
