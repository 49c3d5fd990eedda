# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""What a browser meets, at real TLS servers on loopback addresses."""

from __future__ import annotations

import errno
import hashlib
import itertools
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils import _libraries
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._tls import served as _served
from ansible_collections.sendcloud.email.plugins.module_utils._tls.addresses import (
    UnresolvedError,
)
from ansible_collections.sendcloud.email.plugins.module_utils._tls.served import Leaf, Visitor
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import SENDCLOUD_TIME
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.certificate_factory import (
    bundle,
    make_ca,
    make_leaf,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import (
    server_that_takes_no_connection,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.tls_server import TlsServer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

NAME = "track.example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
BEGIN, END = NOW - timedelta(days=1), NOW + timedelta(days=60)
DAY = timedelta(days=1)

ROOT = make_ca("Served Root")
INTERMEDIATE = make_ca("Served Intermediate", issuer=ROOT)
STRANGER = make_ca("Strange Root")
LEAF = make_leaf([NAME], BEGIN, END, issuer=INTERMEDIATE)
CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH


def leaf(names=(NAME,), begin=BEGIN, end=END, issuer=INTERMEDIATE, **fields):
    return make_leaf(names, begin, end, issuer=issuer, **fields)


def fingerprint(issued):
    digest = hashlib.sha256(issued.certificate.public_bytes(Encoding.DER)).digest()
    return ":".join(f"{byte:02x}" for byte in digest)


@pytest.fixture(scope="module")
def ca_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_text(ROOT.pem)
    return str(path)


@pytest.fixture
def visit(ca_path):
    """Look at a name that a server serves; it has the server's address, or those given."""

    def visit(server, name=NAME, addresses=None, timeout=30.0, trusted=ca_path):
        found = tuple(addresses or [server.address])
        visitor = Visitor(trusted, find_addresses=lambda name, deadline: found, port=server.port, timeout=timeout)
        return visitor.visit(name)

    return visit


@pytest.fixture
def serve(visit):
    """What is met where a chain is served."""

    def serve(*chain, name=NAME, **options):
        with TlsServer(bundle(*chain), chain[0].key_pem, **options) as server:
            return visit(server, name)

    return serve


def test_the_right_certificate_is_trusted_and_described(serve):
    found = serve(LEAF, INTERMEDIATE)
    assert (found.trusted, found.error) == (True, None)
    assert found.as_result(NOW, True) == {
        "trusted": True,
        "fingerprint": fingerprint(LEAF),
        "issuer": "CN=Served Intermediate",
        "not_before": BEGIN.astimezone(SENDCLOUD_TIME).isoformat(),
        "not_after": END.astimezone(SENDCLOUD_TIME).isoformat(),
        "days_remaining": 60,
        "matches_sendcloud": True,
        "error": None,
    }


def test_the_name_is_sent_and_no_request(visit):
    with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
        visit(server)
    assert server.names == [NAME]


OLD_INTERMEDIATE = make_ca("Old Intermediate", issuer=ROOT, not_after=NOW - DAY)
YOUNG_INTERMEDIATE = make_ca("Young Intermediate", issuer=ROOT, not_before=NOW + DAY)

# What is served, and what is said of it.
OBJECTIONS = {
    "expired": ([leaf(begin=NOW - 9 * DAY, end=NOW - DAY), INTERMEDIATE], "the certificate has expired, on "),
    "not yet valid": ([leaf(begin=NOW + DAY), INTERMEDIATE], "the certificate is not valid before "),
    "expired issuer": (
        [leaf(issuer=OLD_INTERMEDIATE), OLD_INTERMEDIATE],
        "a certificate of the chain that is served has",
    ),
    "wrong name": ([leaf(["a.example.com"]), INTERMEDIATE], "is not for this name, but for a.example.com"),
    "common name alone": ([leaf((), common_name=NAME), INTERMEDIATE], "is not for this name, but for none"),
    "self-signed": ([leaf(issuer=None)], "is signed by itself, not by an authority"),
    "young issuer": (
        [leaf(issuer=YOUNG_INTERMEDIATE), YOUNG_INTERMEDIATE],
        "a certificate of the chain that is served is not valid yet",
    ),
    "unknown issuer": ([leaf(issuer=STRANGER), STRANGER], "ends at an authority that is not trusted here"),
    "missing intermediate": ([LEAF], "an intermediate certificate is missing"),
    "weak key": (
        [leaf(private_key=rsa.generate_private_key(65537, 1024)), INTERMEDIATE],
        "key of the certificate is too",
    ),
    "for clients": (
        [leaf(extensions=[x509.ExtendedKeyUsage([CLIENT_AUTH])]), INTERMEDIATE],
        "not made for TLS servers",
    ),
}


@pytest.mark.parametrize("case", list(OBJECTIONS))
def test_what_is_not_trusted_has_a_reason_and_its_fingerprint(serve, case):
    chain, error = OBJECTIONS[case]
    found = serve(*chain)
    assert found.trusted is False
    assert error in found.error
    assert found.leaf.fingerprint == fingerprint(chain[0])


def test_when_it_ended_or_will_begin_is_said(serve):
    ended, begins = NOW - DAY, NOW + DAY
    assert serve(leaf(begin=NOW - 9 * DAY, end=ended), INTERMEDIATE).error == (
        f"the certificate has expired, on {ended.astimezone(SENDCLOUD_TIME).isoformat()}"
    )
    assert serve(leaf(begin=begins), INTERMEDIATE).error == (
        f"the certificate is not valid before {begins.astimezone(SENDCLOUD_TIME).isoformat()}"
    )


@pytest.mark.parametrize(("year", "has_window"), [(9998, True), (9999, False)])
def test_a_certificate_without_an_end_has_no_window(serve, year, has_window):
    found = serve(leaf(end=datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)), INTERMEDIATE)
    assert found.leaf.fingerprint
    assert (found.leaf.window is not None) is has_window


def test_a_certificate_without_names_is_described_all_the_same(serve):
    found = serve(leaf((), common_name=NAME), INTERMEDIATE)
    assert (found.leaf.issuer, found.leaf.dns_names) == ("CN=Served Intermediate", ())
    assert found.leaf.window is not None


def test_of_what_cannot_be_read_there_is_a_fingerprint():
    digest = hashlib.sha256(b"no certificate").digest()
    assert _served._leaf(b"no certificate") == Leaf(":".join(f"{byte:02x}" for byte in digest))


def test_a_server_that_is_gone_when_its_untrusted_certificate_is_fetched(serve, monkeypatch):
    connect, times = socket.create_connection, itertools.count()

    def create_connection(where, **options):
        if next(times):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        return connect(where, **options)

    monkeypatch.setattr(socket, "create_connection", create_connection)
    found = serve(leaf(["a.example.com"]), INTERMEDIATE)
    assert (found.trusted, found.leaf) == (False, None)
    assert found.error == "the certificate is not for this name, but for none"


def ssl_error(reason):
    error = ssl.SSLError(1, "said by OpenSSL")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ssl_error("SOME_NEW_REASON"), "some new reason"),
        (ssl_error(None), "said by OpenSSL"),
        (OSError(5, "it fails."), "it fails"),
    ],
)
def test_any_other_failure_of_the_handshake_is_quoted(serve, monkeypatch, error, shown):
    def fail(_context, connection, *_others):
        connection.close()
        raise error

    monkeypatch.setattr(_served, "_handshake", fail)
    found = serve(LEAF, INTERMEDIATE)
    assert (found.trusted, found.error) == (False, f"the TLS handshake failed: {shown}")


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        ("nameless", "no certificate is served for this name (TLS alert unrecognized_name)"),
        ("old", "TLS 1.2 or newer is not offered, and browsers speak nothing older"),
        ("plain", "what answers does not speak TLS"),
        ("closes", "the server ended the connection during the TLS handshake"),
    ],
)
def test_where_no_certificate_is_served_the_error_says_why(serve, failing, error):
    found = serve(LEAF, INTERMEDIATE, failing=failing)
    assert (found.trusted, found.leaf, found.error) == (False, None, error)


def test_a_server_that_connects_and_says_nothing(visit):
    with TlsServer(LEAF.pem, LEAF.key_pem, failing="silent") as server:
        found = visit(server, timeout=0.5)
    assert (found.trusted, found.leaf) == (False, None)
    assert "does not answer the TLS handshake" in found.error


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_port_that_is_closed(ca_path, closed_port):
    found = Visitor(ca_path, find_addresses=lambda *_: ("127.0.0.1",), port=closed_port).visit(NAME)
    assert (found.trusted, found.leaf) == (None, None)
    assert found.error == f"no connection to port {closed_port} (127.0.0.1: closed, it refuses connections)"


def test_a_network_that_says_nothing(ca_path):
    with server_that_takes_no_connection() as (address, port):
        found = Visitor(ca_path, find_addresses=lambda *_: (address,), port=port, timeout=0.3).visit(NAME)
    assert (found.trusted, found.leaf) == (None, None)
    assert "(127.0.0.1: no answer)" in found.error


def test_addresses_are_tried_in_their_order(visit):
    with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
        assert visit(server, addresses=["127.0.0.9", server.address]).trusted
        assert visit(server, addresses=["127.0.0.9", "127.0.0.8"]).error.count("closed") == 2


@pytest.mark.parametrize("place", [1, 4, 5])
def test_four_addresses_are_tried(visit, place):
    with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
        closed = [f"127.0.0.{number}" for number in range(10, 10 + place - 1)]
        found = visit(server, addresses=[*closed, server.address])
    assert found.trusted is (True if place <= 4 else None)
    assert place <= 4 or found.error.count("closed") == 4


class Connections:
    """Takes the place of socket.create_connection, and connects to nothing; what it was asked for."""

    def __init__(self, number):
        self._number = number
        self.asked = []

    def __call__(self, where, timeout):
        self.asked.append((where, timeout))
        raise OSError(self._number, "it fails.")


@pytest.fixture
def connections(monkeypatch):
    connections = Connections(errno.EHOSTUNREACH)
    monkeypatch.setattr(socket, "create_connection", connections)
    monkeypatch.setattr(_served.time, "monotonic", lambda: 1000.0)
    return connections


def test_each_address_has_its_share_of_the_ten_seconds(ca_path, connections):
    deadlines = []

    def find(name, deadline):
        deadlines.append(deadline)
        return ("192.0.2.1", "192.0.2.2", "2001:db8::3")

    found = Visitor(ca_path, find_addresses=find).visit(NAME)
    assert deadlines == [1010.0]
    assert connections.asked == [
        (("192.0.2.1", 443), pytest.approx(10 / 3)),
        (("192.0.2.2", 443), pytest.approx(5)),
        (("2001:db8::3", 443), pytest.approx(10)),
    ]
    assert found.error == (
        "no connection to port 443 (192.0.2.1: it fails; 192.0.2.2: it fails; 2001:db8::3: it fails)"
    )
    assert found.has_route


def test_of_the_addresses_that_are_looked_at_each_has_ten_seconds(ca_path, connections):
    deadlines = []

    def find(name, deadline):
        deadlines.append(deadline)
        return ("192.0.2.1", "2001:db8::2")

    ((first, second),) = Visitor(ca_path, find_addresses=find).visit_everywhere([NAME])
    assert deadlines == [1010.0]
    assert sorted(connections.asked) == [(("192.0.2.1", 443), 10.0), (("2001:db8::2", 443), 10.0)]
    assert first.error == "no connection to port 443 (192.0.2.1: it fails)"
    assert second.error == "no connection to port 443 (2001:db8::2: it fails)"


@pytest.mark.parametrize("timeout", [0, -1])
def test_at_the_deadline_nothing_is_tried(ca_path, connections, timeout):
    found = Visitor(ca_path, find_addresses=lambda *_: ("192.0.2.1",), timeout=timeout).visit(NAME)
    assert (connections.asked, found.error) == ([], "no connection to port 443 (192.0.2.1: no answer)")


@pytest.mark.parametrize(
    ("number", "has_route"),
    [
        (errno.ENETUNREACH, False),
        (errno.EADDRNOTAVAIL, False),
        (errno.EAFNOSUPPORT, False),
        (errno.EHOSTUNREACH, True),
        (None, True),
    ],
)
def test_what_a_host_without_a_route_says(ca_path, monkeypatch, number, has_route):
    monkeypatch.setattr(socket, "create_connection", Connections(number))
    found = Visitor(ca_path, find_addresses=lambda *_: ("192.0.2.1",)).visit(NAME)
    assert (found.trusted, found.has_route) == (None, has_route)


@pytest.mark.parametrize(
    ("error", "shown"),
    [(OSError(5, "x" * 201), "x" * 200), (ValueError("short."), "short"), (OSError(), "OSError")],
)
def test_what_the_system_says_is_shown(error, shown):
    assert _served._shown(error) == shown


# From OpenSSL's x509_vfy.h.
@pytest.mark.parametrize(
    ("code", "objection"),
    [
        (2, "an intermediate certificate is missing"),
        (9, "a certificate of the chain that is served is not valid yet"),
        (10, "a certificate of the chain that is served has expired"),
        (18, "signed by itself"),
        (19, "ends at an authority that is not trusted here"),
        (20, "an intermediate certificate is missing"),
        (21, "an intermediate certificate is missing"),
        (26, "not made for TLS servers"),
        (62, "the certificate is not for this name, but for none"),
        (66, "the key of the certificate is too weak"),
        (1, "the certificate is not trusted: said by OpenSSL"),
        (23, "the certificate is not trusted: said by OpenSSL"),
    ],
)
def test_what_openssl_objects_to(code, objection):
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "said by OpenSSL"
    assert objection in _served._objection(error, None)


def test_of_many_other_names_three_are_shown(serve):
    names = [f"{letter}.example.com" for letter in "abcd"]
    error = serve(leaf(names), INTERMEDIATE).error
    assert error == f"the certificate is not for this name, but for {', '.join(names[:3])}"


def test_a_name_that_does_not_resolve(ca_path):
    def find(name, deadline):
        raise UnresolvedError(f"{name} does not resolve")

    found = Visitor(ca_path, find_addresses=find).visit(NAME)
    assert (found.trusted, found.leaf, found.error) == (None, None, f"{NAME} does not resolve")


def test_an_intermediate_among_the_authorities_is_trusted(visit, tmp_path):
    path = tmp_path / "intermediate.pem"
    path.write_text(INTERMEDIATE.pem)
    with TlsServer(LEAF.pem, LEAF.key_pem) as server:
        assert visit(server, trusted=str(path)).trusted


def test_without_a_file_the_authorities_of_the_system_count(visit, monkeypatch, ca_path):
    with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
        assert visit(server, trusted=None).trusted is False
        monkeypatch.setenv("SSL_CERT_FILE", ca_path)
        assert visit(server, trusted=None).trusted is True


def test_a_folder_without_the_authority_is_taken_and_trusts_nobody(visit, tmp_path):
    with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
        assert visit(server, trusted=str(tmp_path)).trusted is False


@pytest.mark.parametrize("content", [None, "", "no PEM"])
def test_a_file_without_authorities_is_bad_input(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=r"https_ca_path '.*ca.pem' is not a file of CA certificates"):
        Visitor(str(path))


def test_a_library_that_is_missing_or_too_old_is_named(monkeypatch):
    monkeypatch.setattr(_served, "_CRYPTOGRAPHY_VERSION", "3.3")
    with pytest.raises(MissingLibraryError) as caught:
        Visitor()
    assert caught.value.library == f"cryptography >= {_libraries.OLDEST_CRYPTOGRAPHY}"


def test_without_the_library_it_is_named(alone):
    with pytest.raises(MissingLibraryError) as caught:
        alone(_served, "cryptography").Visitor()
    assert "cryptography" in caught.value.import_traceback


def test_of_a_path_two_hundred_characters_are_shown(tmp_path):
    path = f"{tmp_path}/{'x' * 200}"
    with pytest.raises(InputError) as caught:
        Visitor(path)
    assert f"https_ca_path '{path[:200]}' is not a file" in caught.value.message


def test_the_oldest_tls_library_that_will_do(monkeypatch):
    monkeypatch.setattr(ssl, "OPENSSL_VERSION_INFO", (1, 1, 1, 0, 0))
    assert Visitor().visit_many([]) == []


@pytest.mark.parametrize(
    ("name", "value"), [("OPENSSL_VERSION_INFO", (1, 1, 0, 12, 15)), ("OPENSSL_VERSION", "LibreSSL 3.3.6")]
)
def test_a_python_with_another_tls_library_is_refused(monkeypatch, name, value):
    monkeypatch.setattr(ssl, name, value)
    with pytest.raises(InputError, match=r"OpenSSL 1\.1\.1 or newer"):
        Visitor()


def test_nothing_is_left_to_the_defaults_of_the_release(ca_path):
    context = Visitor(ca_path)._strict
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert context.verify_flags == ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    assert not context.hostname_checks_common_name
    # 4 is SSL_OP_LEGACY_SERVER_CONNECT, which the ssl module names since Python 3.12.
    assert context.options == ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).options | 4
    assert Visitor(ca_path)._curious.options == context.options


def test_many_names_are_looked_at_side_by_side_and_no_more_than_fifty(ca_path):
    names = [f"t{number}.example.com" for number in range(500)]
    wild = leaf(["*.example.com"])
    with TlsServer(bundle(wild, INTERMEDIATE), wild.key_pem, gathering=50) as server:
        visitor = Visitor(ca_path, find_addresses=lambda *_: (server.address,), port=server.port, timeout=60)
        threads = threading.active_count()
        found = visitor.visit_many([*names, "elsewhere.example.net"])
        assert threading.active_count() - threads <= 51
    assert [one.trusted for one in found] == [True] * 500 + [False]
    assert "not for this name" in found[-1].error
    # An untrusted one has a second connection, while the server has not noticed the end of the first.
    assert 50 <= server.most <= 52
    assert sorted(set(server.names)) == sorted([*names, "elsewhere.example.net"])


@pytest.mark.parametrize(("names", "threads"), [(1, 1), (50, 50), (51, 50)])
def test_no_more_threads_are_made_than_there_is_work_for(ca_path, monkeypatch, names, threads):
    made = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, most):
            made.append(most)
            super().__init__(most)

    def find(name, deadline):
        raise UnresolvedError(f"{name} does not resolve")

    monkeypatch.setattr(_served, "ThreadPoolExecutor", Pool)
    found = Visitor(ca_path, find_addresses=find).visit_many([f"t{number}.example.com" for number in range(names)])
    assert found[-1].error == f"t{names - 1}.example.com does not resolve"
    assert made == [threads]


def test_of_no_names_nothing_is_served(ca_path):
    assert Visitor(ca_path).visit_many([]) == []


class TestEverywhere:
    @pytest.fixture
    def server(self):
        with TlsServer(bundle(LEAF, INTERMEDIATE), LEAF.key_pem) as server:
            yield server

    @pytest.fixture
    def visit(self, ca_path, server):
        """Look at each of some addresses of a name."""

        def visit(*addresses):
            visitor = Visitor(ca_path, find_addresses=lambda *_: addresses, port=server.port, timeout=30.0)
            (found,) = visitor.visit_everywhere([NAME])
            return found

        return visit

    @pytest.fixture
    def no_route(self, monkeypatch):
        """Let there be no route to an address."""
        connect = socket.create_connection
        address = "2001:db8::1"

        def create_connection(where, **options):
            if where[0] == address:
                raise OSError(errno.ENETUNREACH, "Network is unreachable")
            return connect(where, **options)

        monkeypatch.setattr(socket, "create_connection", create_connection)
        return address

    def test_each_address_is_looked_at(self, visit, server):
        found = visit("127.0.0.9", server.address)
        assert [(one.address, one.trusted) for one in found] == [("127.0.0.9", None), (server.address, True)]
        assert "closed" in found[0].error
        assert found[1].leaf.fingerprint == fingerprint(LEAF)

    def test_an_address_without_a_route_does_not_count(self, visit, server, no_route):
        assert [one.address for one in visit(no_route, server.address)] == [server.address]

    def test_no_address_is_none(self, visit):
        assert visit() == ()

    def test_of_very_many_addresses_thirty_two_are_looked_at(self, visit, no_route):
        assert len(visit(*[no_route] * 33)) == 32

    def test_unless_there_is_no_other(self, visit, no_route):
        (found,) = visit(no_route)
        assert (found.address, found.trusted) == (no_route, None)
        assert "Network is unreachable" in found.error

    def test_a_name_that_does_not_resolve_is_nowhere(self, ca_path):
        def find(name, deadline):
            raise UnresolvedError(f"{name} does not resolve")

        (found,) = Visitor(ca_path, find_addresses=find).visit_everywhere([NAME])
        assert [(one.address, one.trusted, one.error) for one in found] == [(None, None, f"{NAME} does not resolve")]

    def test_names_keep_their_order(self, ca_path, server):
        visitor = Visitor(ca_path, find_addresses=lambda *_: (server.address,), port=server.port, timeout=30.0)
        assert [[one.trusted for one in found] for found in visitor.visit_everywhere(["other.example", NAME])] == [
            [False],
            [True],
        ]
