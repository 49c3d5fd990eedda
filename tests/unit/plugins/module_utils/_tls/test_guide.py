# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Every kind of certificate, chain and key, and what becomes of it: guide_certificates.rst is what comes out."""

from __future__ import annotations

import base64
import itertools
import os
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_CRYPTOGRAPHY
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import (
    CertificateError,
    load_certificate_pair,
)
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory as factory
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "docsite" / "rst" / "guide_certificates.rst"
# The file to write the page to. It is told in full, since the tests may run in a copy of the repository.
WRITE_TO = "SENDCLOUD_WRITE_CERTIFICATES"
HOW_TO_WRITE = (
    f'{WRITE_TO}="$PWD/docs/docsite/rst/guide_certificates.rst" '
    "nox -s units -- tests/unit/plugins/module_utils/_tls/test_guide.py"
)

NAME = "track.example.com"
NOW = datetime(2026, 2, 1, tzinfo=UTC)
PAST = {"not_before": datetime(2000, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 9, 30, tzinfo=UTC)}
FUTURE = {"not_before": datetime(2026, 3, 1, tzinfo=UTC), "not_after": datetime(2040, 1, 1, tzinfo=UTC)}

ROOT = factory.make_ca("Example Root")
MIDDLE = factory.make_ca("Example CA", issuer=ROOT)
LEAF = factory.make_leaf([NAME], issuer=MIDDLE)


@dataclass(frozen=True)
class Row:
    """What is given, what becomes of it in a word (or the reason why it is refused), and how to make it."""

    what: str
    verdict: str
    make: Callable[[], tuple[str, str]]
    name: str = NAME


def chain(*issued, key=None):
    """The options C(certificate) and C(private_key)."""
    return factory.bundle(*issued), key or issued[0].key_pem


def of_key(key_type, form="pkcs8"):
    leaf = factory.make_leaf([NAME], key_type=key_type, issuer=MIDDLE)
    return chain(leaf, MIDDLE, key=factory.key_pem(leaf.private_key, form))


def of_names(*names):
    return chain(factory.make_leaf(names, issuer=MIDDLE), MIDDLE)


def of_extensions(*extensions, names=(NAME,)):
    return chain(factory.make_leaf(names, issuer=MIDDLE, extensions=extensions, common_name=NAME), MIDDLE)


def of_usage(*purposes):
    return of_extensions(x509.ExtendedKeyUsage(purposes))


def of_issuer(**fields):
    issuer = factory.make_ca("Another CA", **{"issuer": ROOT, **fields})
    return chain(factory.make_leaf([NAME], issuer=issuer), issuer)


def of_text(change):
    return tuple(change(text) for text in chain(LEAF, MIDDLE))


def of_one_without_end():
    return chain(
        factory.make_leaf([NAME], issuer=MIDDLE, not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)), MIDDLE
    )


def of_path_length():
    upper = factory.make_ca("Upper CA", issuer=ROOT, path_length=0)
    lower = factory.make_ca("Lower CA", issuer=upper)
    return chain(factory.make_leaf([NAME], issuer=lower), lower, upper)


def of_cross_signed(*, expired=False, by_itself_too=False):
    old_root = factory.make_ca("Old Root", **(PAST if expired else {}))
    crossed = factory.make_ca(
        "Example Root", private_key=ROOT.private_key, issuer=old_root, **(PAST if expired else {})
    )
    return chain(LEAF, MIDDLE, *([ROOT] if by_itself_too else []), crossed)


def of_version_1(*, root):
    own = factory.make_version_1("Old CA", private_key=factory.key("ec", "Old CA"), issuer=None if root else ROOT)
    return chain(factory.make_leaf([NAME], issuer=own), own)


def of_sha1():
    leaf = factory.make_version_1(NAME, private_key=factory.key("ec", "leaf"), issuer=MIDDLE, digest="sha1")
    return chain(leaf, MIDDLE)


def of_self_signed(**fields):
    return chain(factory.make_leaf([NAME], **fields))


def of_wrong_time(**fields):
    return chain(factory.make_leaf([NAME], issuer=MIDDLE, **fields), MIDDLE)


def bag_attributes(text):
    return re.sub("^(?=-----BEGIN)", "Bag Attributes\n    friendlyName: track\n", text, flags=re.MULTILINE)


def joined(*issued):
    """What C(lookup('file', A) + lookup('file', B)) makes: a look-up takes the last line end away."""
    return "".join(one.pem.rstrip("\n") for one in issued), issued[0].key_pem


def of_encrypted_key():
    return factory.bundle(LEAF, MIDDLE), factory.key_pem(LEAF.private_key, password=b"secret")


def of_block(label):
    content = base64.b64encode(b"content").decode()
    return f"-----BEGIN {label}-----\n{content}\n-----END {label}-----\n", LEAF.key_pem


TAKEN, WARNED = "taken", "warned"
SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
ANY = x509.ObjectIdentifier("2.5.29.37.0")
NO_SIGNING = x509.KeyUsage(True, False, False, False, False, False, True, False, False)

SECTIONS = {
    "Keys": [
        Row("RSA 2048", TAKEN, lambda: of_key("rsa")),
        Row("RSA 3072", TAKEN, lambda: of_key("rsa3072")),
        Row("RSA 4096", TAKEN, lambda: of_key("rsa4096")),
        Row("RSA 1024", "unsupported_key", lambda: of_key("rsa1024")),
        Row("EC on the curve P-256 (secp256r1)", TAKEN, lambda: of_key("ec")),
        Row("EC on the curve P-384 (secp384r1)", TAKEN, lambda: of_key("ec384")),
        Row("EC on the curve P-521 (secp521r1)", WARNED, lambda: of_key("ec521")),
        Row("EC on the curve secp256k1", "unsupported_key", lambda: of_key("secp256k1")),
        Row("EC on the curve SM2", "unsupported_key", lambda: (factory.SM2_CERTIFICATE, factory.SM2_KEY)),
        Row("Ed25519", "unsupported_key", lambda: of_key("ed25519")),
        Row("Ed448", "unsupported_key", lambda: of_key("ed448")),
        Row("DSA, in PKCS#8 form", "unsupported_key", lambda: of_key("dsa")),
        Row("DSA, in a form of its own", "unsupported_key", lambda: of_key("dsa", "traditional")),
        Row("PKCS#8 form (BEGIN PRIVATE KEY)", TAKEN, lambda: of_key("rsa", "pkcs8")),
        Row("PKCS#1 form (BEGIN RSA PRIVATE KEY)", TAKEN, lambda: of_key("rsa", "traditional")),
        Row("SEC 1 form (BEGIN EC PRIVATE KEY)", TAKEN, lambda: of_key("ec", "traditional")),
        Row("OpenSSH form (BEGIN OPENSSH PRIVATE KEY)", "unsupported_key", lambda: of_key("ec", "openssh")),
        Row("an encrypted key", "encrypted_key", of_encrypted_key),
        Row(
            "the key of another certificate",
            "key_mismatch",
            lambda: chain(LEAF, MIDDLE, key=factory.key_pem(factory.key("rsa"))),
        ),
    ],
    "Chains": [
        Row("leaf and the authority that issued it, without the root", TAKEN, lambda: chain(LEAF, MIDDLE)),
        Row("the same with the root", TAKEN, lambda: chain(LEAF, MIDDLE, ROOT)),
        Row("the leaf alone (cert.pem)", WARNED, lambda: chain(LEAF)),
        Row("a certificate that is signed by itself", TAKEN, of_self_signed),
        Row("the same, as an authority of its own", TAKEN, lambda: of_self_signed(authority=True)),
        Row("root first", "chain_order", lambda: chain(ROOT, MIDDLE, LEAF, key=LEAF.key_pem)),
        Row("one in between is missing", "chain_stranger", lambda: chain(LEAF, ROOT)),
        Row("one of them twice", "chain_duplicate", lambda: chain(LEAF, MIDDLE, MIDDLE)),
        Row("a root that is cross-signed by another one at the end", TAKEN, of_cross_signed),
        Row("the same, and the cross-signed one has expired", WARNED, lambda: of_cross_signed(expired=True)),
        Row(
            "a root both as it signed itself and cross-signed",
            "chain_stranger",
            lambda: of_cross_signed(by_itself_too=True),
        ),
        Row("an issuer that has expired", "issuer_expired", lambda: of_issuer(**PAST)),
        Row("an issuer that is not valid yet", "issuer_not_yet_valid", lambda: of_issuer(**FUTURE)),
        Row("an issuer that is no authority (CA:FALSE)", "no_authority", lambda: of_issuer(authority=False)),
        Row("an issuer without basic constraints", "no_authority", lambda: of_issuer(authority=None)),
        Row(
            "an issuer whose key usage leaves out keyCertSign",
            "no_authority",
            lambda: of_issuer(extensions=[NO_SIGNING]),
        ),
        Row("more authorities than a path length allows", "path_too_long", of_path_length),
        Row("a root of X.509 version 1", TAKEN, lambda: of_version_1(root=True)),
        Row("an issuer of X.509 version 1 that is no root", "no_authority", lambda: of_version_1(root=False)),
        Row("signed with SHA-1", "weak_signature", of_sha1),
    ],
    "The leaf": [
        Row("for servers (extended key usage serverAuth)", TAKEN, lambda: of_usage(SERVER)),
        Row("for servers and clients", TAKEN, lambda: of_usage(CLIENT, SERVER)),
        Row("for any purpose (anyExtendedKeyUsage)", TAKEN, lambda: of_usage(ANY)),
        Row("for clients alone (clientAuth)", "not_for_servers", lambda: of_usage(CLIENT)),
        Row("expired", "expired", lambda: of_wrong_time(**PAST)),
        Row("not valid yet", "not_yet_valid", lambda: of_wrong_time(**FUTURE)),
        Row("without an end (year 9999)", "no_end", of_one_without_end),
    ],
    "Names": [
        Row("the name itself", TAKEN, lambda: of_names("www.example.com", NAME)),
        Row("a wildcard, ``*.example.com``", TAKEN, lambda: of_names("*.example.com")),
        Row("a wildcard for another level, ``*.com``", "name_not_covered", lambda: of_names("*.com")),
        Row("a wildcard beside letters, ``t*.example.com``", "name_not_covered", lambda: of_names("t*.example.com")),
        Row(
            "an internationalised name (A-label), for ``bücher.example``",
            TAKEN,
            lambda: of_names("xn--bcher-kva.example"),
            "xn--bcher-kva.example",
        ),
        Row("another name", "name_not_covered", lambda: of_names("www.example.com")),
        Row("a common name alone, no alternative names", "name_not_covered", lambda: of_extensions(names=())),
        Row(
            "an IP address alone",
            "name_not_covered",
            lambda: of_extensions(x509.SubjectAlternativeName([x509.IPAddress(ip_address("192.0.2.1"))]), names=()),
        ),
    ],
    "Texts": [
        Row("Windows line ends (CRLF)", TAKEN, lambda: of_text(lambda text: text.replace("\n", "\r\n"))),
        Row("a byte order mark at the start", TAKEN, lambda: of_text(lambda text: "\ufeff" + text)),
        Row("the indentation of YAML", TAKEN, lambda: of_text(lambda text: textwrap.indent(text, "        "))),
        Row("bag attributes, as ``openssl pkcs12`` writes them", TAKEN, lambda: of_text(bag_attributes)),
        Row("two ``file`` look-ups put together with nothing between", TAKEN, lambda: joined(LEAF, MIDDLE)),
        Row(
            "line breaks lost, as in YAML without a ``|``",
            "garbage_pem",
            lambda: of_text(lambda text: text.replace("\n", " ")),
        ),
        Row("cut off", "garbage_pem", lambda: (LEAF.pem[:400], LEAF.key_pem)),
        Row("the path of a file", "no_pem", lambda: ("/etc/ssl/track.pem", "/etc/ssl/track.key")),
        Row("certificate and key swapped", "swapped", lambda: (LEAF.key_pem, LEAF.pem)),
        Row("both in ``certificate``", "key_in_certificate", lambda: (LEAF.pem + LEAF.key_pem, LEAF.key_pem)),
        Row("PKCS#7 (BEGIN PKCS7)", "not_a_certificate", lambda: of_block("PKCS7")),
        Row("a request (BEGIN CERTIFICATE REQUEST)", "not_a_certificate", lambda: of_block("CERTIFICATE REQUEST")),
    ],
}
ROWS = [pytest.param(row, id=row.what) for rows in SECTIONS.values() for row in rows]


def outcome(row):
    """What becomes of it, in a word and in the words that a person reads."""
    try:
        pair = load_certificate_pair(*row.make())
        pair.check_covers(row.name)
        pair.check_time(NOW)
    except CertificateError as error:
        return error.reason, error.message
    warnings = pair.warnings(NOW)
    return (WARNED if warnings else TAKEN), " ".join(warnings)


@pytest.mark.parametrize("row", ROWS)
def test_what_becomes_of_it(row):
    word, message = outcome(row)
    assert word == row.verdict
    assert (message == "") is (word == TAKEN)


def test_the_page_says_what_happens():
    page = render()
    target = os.environ.get(WRITE_TO)
    if target:
        Path(target).write_text(page, encoding="utf-8")
    found = Path(target) if target else DOCUMENT
    how = f"the page is not up to date; write it with: {HOW_TO_WRITE}"
    assert found.read_text(encoding="utf-8") == page, how


def _own_license():
    """The license header of this file, which is that of every file."""
    with Path(__file__).open(encoding="utf-8") as lines:
        return "".join("  " + line[2:] for line in itertools.islice(lines, 4)).rstrip("\n")


HEADER = """\
..
{license}

..
  The test that runs every case on this page writes it. Do not edit it; write it again with
  {command}

.. _ansible_collections.sendcloud.email.docsite.guide_certificates:

Which certificates are taken
============================

A certificate and its key are checked before anything is sent to SendCloud, so that what browsers would refuse never
replaces what works. This page shows what becomes of each kind of certificate, chain and key that is given as
:ansopt:`sendcloud.email.sendcloud_track_domain#module:certificate` and
:ansopt:`sendcloud.email.sendcloud_track_domain#module:private_key`, and with which words. It is for the tracking domain
``track.example.com`` on 2026-02-01.

*Taken* means that it is sent (if SendCloud has another one). A *warning* does not keep it from being sent. What is
*refused* fails the task, with ``error.kind`` set to ``input``; nothing is changed then.

What SendCloud itself takes is documented nowhere. RSA is the safe choice.

Not looked at are name constraints, the extended key usage of authorities, policies, transparency logs, revocation, and
whether browsers trust the root.

The host that runs the task needs the Python library ``cryptography`` {oldest} or newer. What that library cannot read
there, in FIPS mode for example, is refused with a message that says so. Where it cannot check a signature, it
only compares the names of issuer and subject.
"""


def render():
    """The page."""
    header = (
        HEADER.replace("{license}", _own_license())
        .replace("{command}", HOW_TO_WRITE)
        .replace("{oldest}", OLDEST_CRYPTOGRAPHY)
    )
    return "\n".join([header, *(_section(title, rows) for title, rows in SECTIONS.items())])


def _section(title, rows):
    lines = [title, "-" * len(title), "", ".. list-table::", "   :header-rows: 1", "   :widths: 35 65", ""]
    lines += ["   * - what is given", "     - what happens"]
    for row in rows:
        lines += [f"   * - {row.what}", f"     - {_said(*outcome(row))}"]
    return "\n".join(lines) + "\n"


def _said(word, message):
    # Serial numbers are made by chance.
    text = re.sub(r", serial number [0-9a-f]+", "", message)
    text = re.sub(r"([\\*|`])", r"\\\1", text)
    if word == TAKEN:
        return "taken"
    return f"taken, with a *warning*: {text}" if word == WARNED else f"*refused*: {text}"
