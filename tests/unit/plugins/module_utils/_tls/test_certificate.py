# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import inspect
import itertools
import re
import ssl
import sys
import textwrap
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType, SimpleNamespace

import certifi
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._tls import certificate as _certificate
from ansible_collections.sendcloud.email.plugins.module_utils._tls import pem as _pem
from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate import (
    CertificateError,
    CertificatePair,
    load_certificate_pair,
)
from ansible_collections.sendcloud.email.plugins.module_utils._tls.validity import ValidityWindow
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils import certificate_factory as factory
from cryptography import x509
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, x25519
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

SECOND = timedelta(seconds=1)

ROOT = factory.make_ca("Test Root")
UPPER = factory.make_ca("Upper CA", issuer=ROOT)
LOWER = factory.make_ca("Lower CA", issuer=UPPER)
LEAF = factory.make_leaf(issuer=LOWER)
SELF_SIGNED = factory.make_leaf()
LABELS = st.text("abcxyz019", min_size=1, max_size=9)
STRANGER = factory.make_ca("Stranger")


def load(*issued, key=None):
    """The pair of a bundle in the order given, with the first one's key unless another is given."""
    return load_certificate_pair(factory.bundle(*issued), key or issued[0].key_pem)


def refusal(certificate, private_key):
    """The reason and message of a refusal, which never shows what is in a key or a certificate."""
    with pytest.raises(CertificateError) as caught:
        load_certificate_pair(certificate, private_key)
    error = caught.value
    assert isinstance(error, InputError)
    assert error.kind == "input"
    assert str(error) == error.message
    shown = repr(error) + error.message
    for line in (certificate or "").splitlines() + (private_key or "").splitlines():
        assert len(line.strip()) < 30 or line.strip().startswith("-----") or line.strip() not in shown
    assert "\n" not in error.message
    return error.reason, error.message


def names_pair(*names):
    window = ValidityWindow(factory.NOT_BEFORE, factory.NOT_AFTER)
    return CertificatePair(bundle="", private_key="", window=window, dns_names=names)


def block(label, content=b"content", header=""):
    body = base64.b64encode(content).decode()
    return f"-----BEGIN {label}-----\n{header}{body}\n-----END {label}-----\n"


class TestPair:
    def test_both_options_or_neither(self):
        assert load_certificate_pair(None, None) is None
        for text in (LEAF.pem, ""):
            reason, message = refusal(text, None)
            assert reason == "half_pair"
            assert "private_key is missing" in message
        reason, message = refusal(None, LEAF.key_pem)
        assert reason == "half_pair"
        assert "certificate is missing" in message

    def test_what_is_known_of_it(self):
        names = ("Track.Example.com", "*.mail.example.com", "xn--bcher-kva.example")
        pair = load(factory.make_leaf(names))
        assert pair.dns_names == ("track.example.com", "*.mail.example.com", "xn--bcher-kva.example")
        assert pair.window == ValidityWindow(factory.NOT_BEFORE, factory.NOT_AFTER)
        assert pair.window.as_text() == ("2026-01-01T08:00:00+08:00", "2026-04-01T08:00:00+08:00")

    def test_the_key_is_in_no_representation(self):
        pair = load(LEAF, LOWER)
        body = LEAF.key_pem.splitlines()[1]
        assert body in pair.private_key
        assert body not in repr(pair)
        assert "PRIVATE KEY" not in repr(pair)
        assert body not in str(pair)
        assert "content" not in repr(_certificate._key_block(LEAF.key_pem))

    def test_it_cannot_be_changed(self):
        for value in (load(LEAF, LOWER), load(LEAF, LOWER).issuers[0]):
            assert hash(value) == hash(dataclasses.replace(value))
            with pytest.raises(dataclasses.FrozenInstanceError):
                value.anything = 1

    def test_it_is_judged_by_its_leaf_and_knows_those_behind(self):
        pair = load(LEAF, LOWER, UPPER)
        assert pair.window == ValidityWindow(factory.NOT_BEFORE, factory.NOT_AFTER)
        assert pair.dns_names == ("track.example.com",)
        authority = ValidityWindow(factory.CA_NOT_BEFORE, factory.CA_NOT_AFTER)
        lower, upper = pair.issuers
        assert (lower.window, upper.window) == (authority, authority)
        assert lower.label == f"no. 2 (CN=Lower CA, serial number {LOWER.certificate.serial_number:x})"
        assert upper.label.startswith("no. 3 (CN=Upper CA, ")

    def test_names_other_than_of_hosts_are_left_out(self):
        alternative = x509.SubjectAlternativeName(
            [x509.RFC822Name("a@track.example.com"), x509.DNSName("a.example.com"), x509.DNSName("b.example.com")]
        )
        leaf = factory.make("CN", private_key=factory.key(), extensions=[alternative])
        assert load(leaf).dns_names == ("a.example.com", "b.example.com")

    @pytest.mark.parametrize(
        ("key_type", "form", "label"),
        [
            ("rsa", "pkcs8", "PRIVATE KEY"),
            ("rsa", "traditional", "RSA PRIVATE KEY"),
            ("ec", "pkcs8", "PRIVATE KEY"),
            ("ec", "traditional", "EC PRIVATE KEY"),
            ("ec384", "traditional", "EC PRIVATE KEY"),
            ("ec521", "pkcs8", "PRIVATE KEY"),
        ],
    )
    def test_key_kinds_and_formats(self, key_type, form, label):
        leaf = factory.make_leaf(key_type=key_type, issuer=ROOT)
        key = factory.key_pem(leaf.private_key, form)
        assert key.startswith(f"-----BEGIN {label}-----\n")
        pair = load(leaf, key=key)
        assert pair.private_key == key
        assert pair.bundle == leaf.pem

    def test_parameters_in_front_of_an_ec_key_are_left_out(self):
        key = factory.key_pem(LEAF.private_key, "traditional")
        parameters = block("EC PARAMETERS", bytes.fromhex("06082a8648ce3d030107"))
        assert load(LEAF, key=parameters + key).private_key == key

    def test_certificates_beside_the_key_are_left_out(self):
        assert load(LEAF, key=LEAF.pem + LEAF.key_pem + LOWER.pem).private_key == LEAF.key_pem

    @given(st.integers(1, 10**9), st.integers(0, 10**9))
    def test_any_validity(self, length, start):
        not_before = datetime(2000, 1, 1, tzinfo=UTC) + start * SECOND
        not_after = not_before + length * SECOND
        assert load(factory.make_leaf((), not_before, not_after)).window == ValidityWindow(not_before, not_after)

    @pytest.mark.parametrize("year", [9999, 9998])
    def test_a_certificate_has_to_end(self, year):
        leaf = factory.make_leaf(not_after=datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC))
        if year == 9998:
            assert load(leaf).window.as_text()[1] == "9999-01-01T07:59:59+08:00"
            return
        reason, message = refusal(leaf.pem, leaf.key_pem)
        assert reason == "no_end"
        assert "never expires (year 9999)" in message


class TestText:
    BUNDLE = factory.bundle(LEAF, LOWER)

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("\n", "\r\n"),
            lambda text: text.replace("\n", "\r"),
            lambda text: text.replace("\n", "\n\n"),
            lambda text: textwrap.indent(text, "    "),
            lambda text: text.replace("\n", "  \t\n"),
            lambda text: text.rstrip("\n"),
            lambda text: "\n\n" + text + "\n\n",
            lambda text: "\ufeff" + text,
            lambda text: "Bag Attributes\n    friendlyName: träck\n" + text.replace("-----\n-", "-----\nsubject=x\n-"),
            lambda text: text.replace("CERTIFICATE-----", "X509 CERTIFICATE-----"),
            lambda text: text.replace("\nMI", "\nM I"),
        ],
        ids=["crlf", "cr", "blank", "indent", "trailing", "no-end", "around", "bom", "text", "old-label", "inside"],
    )
    def test_what_does_not_matter(self, change):
        pair = load_certificate_pair(change(self.BUNDLE), change(LEAF.key_pem))
        assert pair == load_certificate_pair(self.BUNDLE, LEAF.key_pem)
        assert pair.bundle == self.BUNDLE
        assert pair.private_key == LEAF.key_pem

    @pytest.mark.parametrize("between", ["", " ", " \t "])
    def test_two_look_ups_put_together(self, between):
        """C(lookup('file', ...)) takes the last line end away."""
        text = between.join(one.pem.rstrip("\n") for one in (LEAF, LOWER, UPPER))
        assert f"-----END CERTIFICATE-----{between}-----BEGIN CERTIFICATE-----" in text
        assert load_certificate_pair(text, LEAF.key_pem).bundle == factory.bundle(LEAF, LOWER, UPPER)
        key = LEAF.key_pem.rstrip("\n") + between + LEAF.pem
        assert load_certificate_pair(text, key).private_key == LEAF.key_pem

    @pytest.mark.parametrize("between", ["x", "-", "and"])
    def test_what_stands_between_two_blocks_in_one_line_is_not_guessed(self, between):
        text = LEAF.pem.rstrip("\n") + between + LOWER.pem
        assert refusal(text, LEAF.key_pem)[0] == "garbage_pem"

    def test_lines_of_another_length_are_made_64_long(self):
        body = "".join(LEAF.pem.splitlines()[1:-1])
        text = f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----"
        assert load_certificate_pair(text, LEAF.key_pem).bundle == LEAF.pem

    def test_headers_in_a_block_are_left_out(self):
        key = LEAF.key_pem.replace("KEY-----\nM", "KEY-----\nComment: mine\n\nM")
        assert load(LEAF, key=key).private_key == LEAF.key_pem

    @pytest.mark.parametrize("text", ["", "  \n", "/etc/ssl/track.pem", "MIIB", "-----begin certificate-----"])
    def test_no_pem(self, text):
        for option, pair in (("certificate", (text, LEAF.key_pem)), ("private_key", (LEAF.pem, text))):
            reason, message = refusal(*pair)
            assert reason == "no_pem"
            assert message.startswith(f"{option} contains no PEM block")
            assert "not the path of a file" in message

    @pytest.mark.parametrize(
        "join", [" ", "", "\\n"], ids=["folded by YAML", "all line ends lost", "line ends as escapes"]
    )
    def test_lost_line_ends(self, join):
        for option, pair in (
            ("certificate", (join.join(LEAF.pem.splitlines()), LEAF.key_pem)),
            ("private_key", (LEAF.pem, join.join(LEAF.key_pem.splitlines()))),
        ):
            reason, message = refusal(*pair)
            assert reason == "garbage_pem"
            assert message.startswith(f"{option} is not PEM: a BEGIN line does not stand alone")
            assert "In YAML, a | before the text keeps them" in message

    @pytest.mark.parametrize(
        ("change", "what"),
        [
            (lambda lines: lines[:-1], "has no END line. Was the text cut off?"),
            (lambda lines: lines[:1], "has no END line. Was the text cut off?"),
            (lambda lines: [*lines[:-1], "-----END OTHER-----"], "has no END line before the next block"),
            (lambda lines: lines[:-1] + lines, "has no END line before the next block. Was the text"),
            (lambda lines: [lines[0], "!" + lines[1], *lines[2:]], "not all of it is Base64"),
            (lambda lines: [lines[0], "ü" + lines[1], *lines[2:]], "not all of it is Base64"),
            (lambda lines: [lines[0], lines[1][1:], *lines[2:]], "not all of it is Base64"),
            (lambda lines: [lines[0], lines[-1]], "is empty"),
        ],
    )
    def test_garbage(self, change, what):
        for option, label, pair in (
            ("certificate", "CERTIFICATE", ("\n".join(change(LEAF.pem.splitlines())), LEAF.key_pem)),
            ("private_key", "PRIVATE KEY", (LEAF.pem, "\n".join(change(LEAF.key_pem.splitlines())))),
        ):
            reason, message = refusal(*pair)
            assert reason == "garbage_pem"
            assert message.startswith(f"block no. 1 of {option} ({label}) ")
            assert what in message

    def test_the_block_that_is_damaged_is_counted(self):
        reason, message = refusal(LEAF.pem + block("CERTIFICATE"), LEAF.key_pem)
        assert reason == "garbage_pem"
        assert "block no. 2 of certificate (CERTIFICATE) is damaged: it does not contain a readable" in message

    def test_a_certificate_with_something_after_it(self):
        der = base64.b64decode("".join(LEAF.pem.splitlines()[1:-1]))
        assert refusal(block("CERTIFICATE", der + b"\0"), LEAF.key_pem)[0] == "garbage_pem"

    def test_a_certificate_whose_extensions_cannot_be_read(self):
        broken = x509.UnrecognizedExtension(x509.SubjectAlternativeName.oid, b"\x05")
        leaf = factory.make("CN", private_key=factory.key(), extensions=[broken])
        assert refusal(leaf.pem, leaf.key_pem)[0] == "garbage_pem"

    @pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"])
    def test_a_key_that_is_none(self, label):
        reason, message = refusal(LEAF.pem, block(label))
        assert reason == "garbage_pem"
        assert message == f"private_key is damaged: its block ({label}) does not contain such a key"

    def test_the_largest_text(self):
        most = _pem.LARGEST_INPUT
        assert most == 262144
        assert load_certificate_pair(LEAF.pem.ljust(most), LEAF.key_pem.ljust(most)).bundle == LEAF.pem
        for option, pair in (
            ("certificate", (LEAF.pem.ljust(most + 1), LEAF.key_pem)),
            ("private_key", (LEAF.pem, LEAF.key_pem.ljust(most + 1))),
        ):
            assert refusal(*pair) == ("too_large", f"{option} is larger than 256 KiB. Is it the right file?")

    def test_nul(self):
        for option, pair in (
            ("certificate", (LEAF.pem + "\0", LEAF.key_pem)),
            ("private_key", (LEAF.pem, "\0" + LEAF.key_pem)),
        ):
            reason, message = refusal(*pair)
            assert reason == "nul"
            assert message.startswith(f"{option} contains a NUL character")

    @given(st.text(), st.text())
    def test_no_text_is_a_pair_by_chance(self, certificate, private_key):
        assert refusal(certificate, private_key)[0] in ("no_pem", "nul", "garbage_pem", "key_in_certificate", "swapped")

    @given(st.data())
    def test_a_damaged_line_is_a_refusal_and_no_other_error(self, data):
        lines = LEAF.pem.splitlines()
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=70))
        pair, reason = None, None
        try:
            pair = load_certificate_pair("\n".join(lines), LEAF.key_pem)
        except CertificateError as error:
            reason = error.reason
        # A change of the signature alone nobody can see without the issuer.
        kinds = ("garbage_pem", "no_pem", "key_mismatch", "key_in_certificate", "unsupported_key", "no_authority")
        assert pair or reason in kinds


class TestKey:
    def test_key_and_certificate_swapped(self):
        reason, message = refusal(LEAF.key_pem, LEAF.pem)
        assert reason == "swapped"
        assert "certificate and private_key are swapped" in message

    @pytest.mark.parametrize("key", ["", LEAF.key_pem, LEAF.key_pem + LEAF.pem])
    def test_a_key_in_the_certificate_option(self, key):
        for certificate in (LEAF.pem + LEAF.key_pem, LEAF.key_pem, LEAF.key_pem[:60]):
            reason, message = refusal(certificate, key)
            assert reason == "key_in_certificate"
            assert "certificate contains a private key, which would not be kept secret there" in message

    @pytest.mark.parametrize(
        ("text", "label"),
        [
            (LEAF.pem, "CERTIFICATE"),
            (block("PUBLIC KEY"), "PUBLIC KEY"),
            (block("EC PARAMETERS") + block("PUBLIC KEY"), "EC PARAMETERS"),
        ],
    )
    def test_no_key(self, text, label):
        reason, message = refusal(LEAF.pem, text)
        assert reason == "no_key"
        assert message.startswith(f"private_key contains no private key, but a PEM block of type {label}. ")

    def test_several_keys(self):
        reason, message = refusal(LEAF.pem, LEAF.key_pem + LOWER.key_pem)
        assert reason == "several_keys"
        assert "private_key contains 2 private keys" in message

    @pytest.mark.parametrize(("key_type", "form"), [("rsa", "pkcs8"), ("rsa", "traditional"), ("ec", "traditional")])
    def test_an_encrypted_key(self, key_type, form):
        key = factory.key_pem(factory.key(key_type, "leaf"), form, password=b"secret")
        assert "ENCRYPTED" in key
        reason, message = refusal(factory.make_leaf(key_type=key_type).pem, key)
        assert reason == "encrypted_key"
        assert message.startswith("private_key is encrypted")

    def test_an_openssh_key(self):
        leaf = factory.make_leaf(key_type="ed25519", issuer=ROOT)
        reason, message = refusal(leaf.pem, factory.key_pem(leaf.private_key, "openssh"))
        assert reason == "unsupported_key"
        assert "a PEM block of type OPENSSH PRIVATE KEY" in message
        assert "ssh-keygen -p -m PKCS8" in message

    def test_a_dsa_key(self):
        reason, message = refusal(LEAF.pem, factory.key_pem(factory.key("dsa"), "traditional"))
        assert reason == "unsupported_key"
        assert "a PEM block of type DSA PRIVATE KEY" in message
        assert "an RSA key (2048 bits or more) or an EC key (P-256 or P-384)" in message

    def test_a_key_on_an_unknown_curve(self):
        # PKCS#8 with the curve secp112r1 (1.3.132.0.6), which no library of today knows.
        der = bytes.fromhex("3020020100301006072a8648ce3d020106052b8104000604093007020101040200ff")
        reason, message = refusal(LEAF.pem, block("PRIVATE KEY", der))
        assert reason == "unsupported_key"
        assert "on a curve that this machine's cryptography library cannot read" in message

    @pytest.mark.parametrize(
        "key", [factory.key("ec", "other"), factory.key("rsa"), factory.key("dsa"), x25519.X25519PrivateKey.generate()]
    )
    def test_a_key_of_another_certificate(self, key):
        reason, message = refusal(LEAF.pem, factory.key_pem(key))
        assert reason == "key_mismatch"
        serial = f"{LEAF.certificate.serial_number:x}"
        assert f"does not belong to the certificate (CN=track.example.com, serial number {serial})" in message

    def test_a_key_of_none_of_the_certificates(self):
        reason, message = refusal(factory.bundle(LEAF, LOWER), STRANGER.key_pem)
        assert reason == "key_mismatch"
        assert "does not belong to any of the 2 certificates" in message


class TestCertificateBlocks:
    @pytest.mark.parametrize(
        ("label", "hint"),
        [
            ("TRUSTED CERTIFICATE", "openssl x509 -in"),
            ("PKCS7", "openssl pkcs7 -print_certs"),
            ("CMS", "openssl pkcs7 -print_certs"),
            ("CERTIFICATE REQUEST", "issued for this request"),
            ("NEW CERTIFICATE REQUEST", "issued for this request"),
            ("X509 CRL", "Leave it out"),
            ("PUBLIC KEY", "Leave it out"),
            ("DH PARAMETERS", "Leave it out"),
        ],
    )
    def test_other_blocks_are_named(self, label, hint):
        for text in (block(label), LEAF.pem + block(label)):
            reason, message = refusal(text, LEAF.key_pem)
            assert reason == "not_a_certificate"
            assert f"contains a PEM block of type {label}, which is not a certificate. " in message
            assert hint in message

    def test_a_subject_cannot_disturb_the_terminal(self):
        leaf = factory.make_leaf(common_name="\x1b[31mred\r\n\u202e" + "x" * 40)
        _reason, message = refusal(leaf.pem, STRANGER.key_pem)
        assert message.isprintable()
        assert "\\x1b[31mred" in message

    def test_a_long_subject_is_cut(self):
        units = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "u" * 60) for _unused in range(3)]
        key = factory.key()
        certificate = (
            x509.CertificateBuilder(x509.Name(units), x509.Name(units), key.public_key(), 5)
            .not_valid_before(factory.NOT_BEFORE)
            .not_valid_after(factory.NOT_AFTER)
            .sign(key, hashes.SHA256())
        )
        _reason, message = refusal(factory.certificate_pem(certificate), STRANGER.key_pem)
        assert f"(OU={'u' * 60},OU={'u' * 53}..., serial number 5)" in message

    def test_a_certificate_without_a_subject(self):
        leaf = factory.make_leaf(common_name=None)
        assert load(leaf).dns_names == ("track.example.com",)
        assert "(no subject, serial number " in refusal(leaf.pem, STRANGER.key_pem)[1]


class TestChain:
    WHOLE = (LEAF, LOWER, UPPER, ROOT)

    @pytest.mark.parametrize("length", [1, 2, 3, 4])
    def test_it_may_end_anywhere(self, length):
        assert load(*self.WHOLE[:length]).bundle == factory.bundle(*self.WHOLE[:length])

    def test_a_self_signed_certificate(self):
        assert load(SELF_SIGNED).bundle == SELF_SIGNED.pem

    @pytest.mark.parametrize(
        "order", [order for order in itertools.permutations(range(4)) if order != (0, 1, 2, 3)], ids=str
    )
    def test_every_other_order_is_refused_and_the_right_one_said(self, order):
        given_order = [self.WHOLE[index] for index in order]
        reason, message = refusal(factory.bundle(*given_order), LEAF.key_pem)
        assert reason == "chain_order"
        right_order = [order.index(place) + 1 for place in range(4)]
        said = message[message.index("Give the leaf") :]
        assert [int(number) for number in re.findall(r"no\. (\d)", said)] == right_order
        assert f"no. {right_order[0]} (CN=track.example.com, serial number " in said
        owner = f"private_key belongs to no. {right_order[0]} (CN=track.example.com, "
        assert (owner in message) is (order[0] != 0)

    def test_root_first(self):
        reason, message = refusal(factory.bundle(ROOT, UPPER, LOWER, LEAF), LEAF.key_pem)
        assert reason == "chain_order"
        assert "private_key belongs to no. 4 (CN=track.example.com, " in message
        assert "this one has to be the first" in message

    @pytest.mark.parametrize(
        ("bundle", "number", "subject"),
        [
            ((LEAF, STRANGER), 2, "Stranger"),
            ((LEAF, LOWER, STRANGER), 3, "Stranger"),
            ((LEAF, STRANGER, LOWER), 2, "Stranger"),
            ((STRANGER, LEAF), 1, "Stranger"),
            ((LEAF, LOWER, STRANGER, UPPER, ROOT), 3, "Stranger"),
            ((LEAF, UPPER), 2, "Upper CA"),
            ((LEAF, LOWER, ROOT), 3, "Test Root"),
            ((SELF_SIGNED, ROOT), 2, "Test Root"),
        ],
    )
    def test_a_stranger_is_named(self, bundle, number, subject):
        reason, message = refusal(factory.bundle(*bundle), LEAF.key_pem)
        assert reason == "chain_stranger"
        assert f"out of place: no. {number} (CN={subject}, serial number " in message

    @pytest.mark.parametrize("key_type", ["rsa", "ec", "ec384", "ed25519", "ed448"])
    @pytest.mark.parametrize("impostor_type", ["rsa", "ec", "ed25519", "dsa"])
    def test_an_issuer_has_to_have_signed_and_not_only_to_be_called_so(self, key_type, impostor_type):
        issuer = factory.make_ca("Real CA", key_type=key_type)
        leaf = factory.make_leaf(issuer=issuer)
        # What is not to be issued by a DSA key is signed by another one.
        dsa = impostor_type == "dsa"
        impostor = factory.make_ca(
            "Real CA",
            private_key=factory.key(impostor_type, "impostor"),
            issuer=factory.make_ca("Real CA", key_type="rsa") if dsa else None,
        )
        assert load(leaf, issuer).bundle == factory.bundle(leaf, issuer)
        assert refusal(factory.bundle(leaf, impostor), leaf.key_pem)[0] == "chain_stranger"

    @pytest.mark.skipif(
        "rsa_padding" not in inspect.signature(x509.CertificateBuilder.sign).parameters,
        reason="releases of cryptography before 41 cannot make such a signature",
    )
    def test_a_signature_with_the_other_padding_of_rsa(self):
        issuer = factory.make_ca("PSS CA", key_type="rsa")
        scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)
        leaf = factory.make_leaf(issuer=issuer, sign_options={"rsa_padding": scheme})
        assert load(leaf, issuer).bundle == factory.bundle(leaf, issuer)

    def test_a_cross_signed_authority_is_followed_to_where_the_line_goes_on(self):
        key = factory.key("ec", "Cross CA")
        other_root = factory.make_ca("Other Root")
        by_itself = factory.make_ca("Cross CA", private_key=key)
        by_other = factory.make_ca("Cross CA", private_key=key, issuer=other_root)
        leaf = factory.make_leaf(issuer=by_other)
        assert load(leaf, by_other, other_root).bundle == factory.bundle(leaf, by_other, other_root)
        reason, message = refusal(factory.bundle(other_root, by_other, leaf), leaf.key_pem)
        assert reason == "chain_order"
        assert re.findall(r"no\. (\d)", message[message.index("Give the leaf") :]) == ["3", "2", "1"]
        for bundle in ((leaf, by_itself, by_other, other_root), (leaf, by_other, by_itself, other_root)):
            reason, message = refusal(factory.bundle(*bundle), leaf.key_pem)
            assert reason == "chain_stranger"
            assert f"out of place: no. {bundle.index(by_itself) + 1} (CN=Cross CA" in message

    @pytest.mark.parametrize(
        ("bundle", "numbers"),
        [((LEAF, LEAF), (2, 1)), ((LEAF, LOWER, LOWER), (3, 2)), ((LEAF, LOWER, LEAF), (3, 1))],
    )
    def test_twice_the_same(self, bundle, numbers):
        reason, message = refusal(factory.bundle(*bundle), LEAF.key_pem)
        assert reason == "chain_duplicate"
        assert "contains one twice: no. {} is the same as no. {} (CN=".format(*numbers) in message

    def test_a_renewed_leaf_with_the_same_key_is_a_stranger(self):
        renewed = factory.renewed(SELF_SIGNED, timedelta(days=60))
        reason, message = refusal(factory.bundle(SELF_SIGNED, renewed), SELF_SIGNED.key_pem)
        # Whoever signs themselves has signed all other certificates with that name and key, too.
        assert reason == "chain_stranger"
        assert "out of place: no. 2 (CN=track.example.com, serial number " in message

    def test_the_longest_chain(self):
        authorities = [factory.make_ca("CA 0")]
        for number in range(1, 10):
            authorities.append(factory.make_ca(f"CA {number}", issuer=authorities[-1]))
        leaf = factory.make_leaf(issuer=authorities[-1])
        whole = [leaf, *reversed(authorities)]
        assert load(*whole[:10]).bundle == factory.bundle(*whole[:10])
        reason, message = refusal(factory.bundle(*whole), leaf.key_pem)
        assert reason == "chain_too_long"
        assert "contains 11 certificates, and a chain has at most 10" in message

    def test_the_longest_line_is_found_whatever_the_order(self):
        path = _certificate._longest_path
        chain = _certificate._read_chain(factory.bundle(ROOT, STRANGER, LOWER, LEAF, UPPER))
        assert path([chain[3]], [chain[0], chain[1], chain[2], chain[4]]) == [chain[3], chain[2], chain[4], chain[0]]


class TestAuthorities:
    """What browsers ask of those that issue (RFC 5280, section 6.1.4)."""

    def issued_by(self, *authorities):
        """A chain of a leaf and these, given from the root down."""
        leaf = factory.make_leaf(issuer=authorities[-1])
        return leaf, *reversed(authorities)

    @pytest.mark.parametrize("below", [0, 1, 2])
    @pytest.mark.parametrize("fields", [{"authority": False}, {"authority": None}])
    def test_each_has_to_be_one(self, below, fields):
        chain = [ROOT, factory.make_ca("Bad CA", issuer=ROOT, **fields)]
        for number in range(below):
            chain.append(factory.make_ca(f"CA {number}", issuer=chain[-1]))
        whole = self.issued_by(*chain)
        reason, message = refusal(factory.bundle(*whole), whole[0].key_pem)
        assert reason == "no_authority"
        assert message.startswith(f"certificate no. {below + 2} (CN=Bad CA, serial number ")

    @pytest.mark.parametrize("fields", [{"authority": False}, {"authority": None}])
    def test_a_root_has_to_be_one_too(self, fields):
        whole = self.issued_by(factory.make_ca("Bad Root", **fields))
        assert refusal(factory.bundle(*whole), whole[0].key_pem)[0] == "no_authority"
        assert load(*whole[:1]).bundle == whole[0].pem

    @pytest.mark.parametrize("may_sign", [True, False])
    def test_a_key_usage_has_to_include_certificates(self, may_sign):
        usage = x509.KeyUsage(True, False, False, False, False, may_sign, True, False, False)
        whole = self.issued_by(factory.make_ca("CA", issuer=ROOT, extensions=[usage]))
        if may_sign:
            assert load(*whole).bundle == factory.bundle(*whole)
            return
        assert refusal(factory.bundle(*whole), whole[0].key_pem)[0] == "no_authority"

    def test_the_leaf_need_not_be_one_and_may(self):
        for authority in (True, False, None):
            leaf = factory.make_leaf(authority=authority, issuer=ROOT)
            assert load(leaf, ROOT).bundle == factory.bundle(leaf, ROOT)

    def test_of_version_1_only_roots_may(self):
        root = factory.make_version_1("Old Root", private_key=factory.key("ec", "Old Root"))
        below = factory.make_version_1("Old CA", private_key=factory.key("ec", "Old CA"), issuer=root)
        assert root.certificate.version is x509.Version.v1
        whole = self.issued_by(root)
        assert load(*whole).bundle == factory.bundle(*whole)
        whole = self.issued_by(root, below)
        reason, message = refusal(factory.bundle(*whole), whole[0].key_pem)
        assert reason == "no_authority"
        assert "certificate no. 2 (CN=Old CA, " in message

    @pytest.mark.parametrize("length", [0, 1, 2])
    @pytest.mark.parametrize("between", [0, 1, 2, 3])
    def test_a_path_length_counts_the_authorities_in_between(self, length, between):
        chain = [ROOT, factory.make_ca("Short CA", issuer=ROOT, path_length=length)]
        for number in range(between):
            chain.append(factory.make_ca(f"CA {number}", issuer=chain[-1]))
        whole = self.issued_by(*chain)
        if between <= length:
            assert load(*whole).bundle == factory.bundle(*whole)
            return
        reason, message = refusal(factory.bundle(*whole), whole[0].key_pem)
        assert reason == "path_too_long"
        assert "(CN=Short CA, serial number " in message
        assert (
            f"allows {length} further authorities between itself and the leaf, and the chain has {between}," in message
        )

    def test_a_path_length_does_not_count_those_that_issued_themselves(self):
        short = factory.make_ca("Short CA", issuer=ROOT, path_length=0)
        # A new key for the old name, signed with the old key.
        renewed = factory.make_ca("Short CA", issuer=short, private_key=factory.key("ec", "new key"))
        whole = self.issued_by(ROOT, short, renewed)
        assert load(*whole).bundle == factory.bundle(*whole)

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_signature_made_with_sha1(self, place):
        """Of the leaf and its issuer it counts; further up browsers find their own way."""
        key = factory.key("ec", "SHA-1")
        by_sha1 = factory.make_version_1("SHA-1", private_key=key, issuer=ROOT, digest="sha1")
        chain = list(_certificate._read_chain(factory.bundle(LEAF, LOWER, UPPER)))
        chain[place] = _certificate._read_chain(by_sha1.pem)[0]
        chain = [dataclasses.replace(one, may_issue=True) for one in chain]
        if place == 2:
            _certificate._check_issuers(chain)
            return
        with pytest.raises(CertificateError, match=r"SHA-1 or MD5") as caught:
            _certificate._check_issuers(chain)
        assert caught.value.reason == "weak_signature"
        assert "certificate no. 1 (CN=SHA-1, serial number 5) is signed with SHA-1 or MD5" in caught.value.message

    def test_nobody_looks_at_the_signature_of_a_root(self):
        root = factory.make_version_1("Old Root", private_key=factory.key("ec", "Old Root"), digest="sha1")
        whole = self.issued_by(root)
        assert load(*whole).bundle == factory.bundle(*whole)

    @pytest.mark.filterwarnings("ignore:.*:cryptography.utils.CryptographyDeprecationWarning")
    @pytest.mark.parametrize("path", sorted({certifi.where(), ssl.get_default_verify_paths().cafile} - {None}))
    def test_no_root_that_programs_trust_is_refused(self, path):
        bundle = Path(path).read_text(encoding="utf-8")
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----\n", bundle, re.DOTALL)
        assert len(blocks) > 50
        for text in blocks:
            (root,) = _certificate._read_chain(text)
            (leaf,) = _certificate._read_chain(SELF_SIGNED.pem)
            _certificate._check_issuers([leaf, root])
            assert root.is_self_signed
            assert root.pem == text


class TestLeaf:
    """What browsers ask of a server's own certificate."""

    @pytest.mark.parametrize(
        ("key_type", "what"),
        [
            ("rsa1024", "RSA with 1024 bits"),
            ("secp256k1", "EC on the curve secp256k1"),
            ("ed25519", "it is neither RSA nor EC"),
            ("ed448", "it is neither RSA nor EC"),
            ("dsa", "it is neither RSA nor EC"),
        ],
    )
    def test_keys_that_browsers_do_not_accept(self, key_type, what):
        leaf = factory.make_leaf(key_type=key_type, issuer=ROOT)
        reason, message = refusal(factory.bundle(leaf, ROOT), leaf.key_pem)
        assert reason == "unsupported_key"
        assert f"browsers do not accept a server's key of this kind: {what}. Have a certificate issued" in message

    def test_the_smallest_rsa_key(self):
        assert _certificate.SMALLEST_RSA_KEY == 2048
        key = SimpleNamespace(key_size=2047)
        real = _certificate.rsa.RSAPublicKey
        for size, expected in ((2047, "RSA with 2047 bits"), (2048, None), (2049, None)):
            key = type("Key", (), {"key_size": size})()
            real.register(type(key))
            assert _certificate._objection_to_key(key) == expected

    def test_a_key_that_this_machine_cannot_read(self):
        reason, message = refusal(factory.SM2_CERTIFICATE, factory.SM2_KEY)
        assert reason == "unsupported_key"
        assert message.startswith("certificate no. 1 (CN=track.example.com, serial number ")
        assert "has a key of a kind or on a curve that this machine's cryptography library cannot read" in message
        reason, message = refusal(LEAF.pem, factory.SM2_KEY)
        assert reason == "unsupported_key"
        assert message.startswith("private_key is of a kind or on a curve that this machine's cryptography library")

    @pytest.mark.parametrize(
        ("purposes", "taken"),
        [
            (["1.3.6.1.5.5.7.3.1"], True),
            (["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"], True),
            (["2.5.29.37.0"], True),
            (["1.3.6.1.5.5.7.3.2"], False),
            (["1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.2"], False),
        ],
    )
    def test_an_extended_key_usage_has_to_include_servers(self, purposes, taken):
        usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose) for purpose in purposes])
        leaf = factory.make_leaf(issuer=ROOT, extensions=[usage])
        if taken:
            assert load(leaf, ROOT).bundle == factory.bundle(leaf, ROOT)
            return
        reason, message = refusal(factory.bundle(leaf, ROOT), leaf.key_pem)
        assert reason == "not_for_servers"
        assert "its extended key usage lacks serverAuth" in message

    def test_the_usage_of_an_authority_is_left_alone(self):
        usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.2")])
        issuer = factory.make_ca("CA", issuer=ROOT, extensions=[usage])
        leaf = factory.make_leaf(issuer=issuer)
        assert load(leaf, issuer).bundle == factory.bundle(leaf, issuer)


class TestWarnings:
    NOW = datetime(2026, 2, 1, tzinfo=UTC)
    OLD_END = datetime(2021, 9, 30, tzinfo=UTC)

    def test_there_are_none_for_what_is_as_it_should_be(self):
        for chain in ((LEAF, LOWER), (LEAF, LOWER, UPPER, ROOT), (SELF_SIGNED,)):
            assert load(*chain).warnings(self.NOW) == ()

    def test_a_leaf_alone(self):
        (warning,) = load(LEAF).warnings(self.NOW)
        assert warning.startswith("certificate lacks the certificate that issued it, ")
        assert "fullchain.pem in place of cert.pem" in warning

    @pytest.mark.parametrize("self_signed", [True, False])
    def test_the_curve_that_chrome_does_not_know(self, self_signed):
        issuer = None if self_signed else ROOT
        leaf = factory.make_leaf(key_type="ec521", issuer=issuer)
        warnings = load(leaf).warnings(self.NOW)
        assert len(warnings) == 1 if self_signed else 2
        assert warnings[-1].startswith("certificate is for a key on the curve P-521, which Chrome ")
        authority = factory.make_ca("CA", key_type="ec521")
        for key_type in ("ec", "rsa"):
            leaf = factory.make_leaf(key_type=key_type, issuer=authority)
            assert load(leaf, authority).warnings(self.NOW) == ()
        authority = factory.make_ca("CA", key_type="rsa")
        leaf = factory.make_leaf(key_type="ec521", issuer=authority)
        assert len(load(leaf, authority).warnings(self.NOW)) == 1

    def crossed(self, **fields):
        return load(LEAF, LOWER, factory.make_ca("Upper CA", issuer=ROOT, private_key=UPPER.private_key, **fields))

    def test_one_further_up_that_has_expired(self):
        pair = self.crossed(not_after=self.OLD_END)
        assert pair.warnings(self.OLD_END) == ()
        pair.check_time(self.NOW)
        (warning,) = pair.warnings(self.OLD_END + SECOND)
        assert warning.startswith("certificate no. 3 (CN=Upper CA, serial number ")
        assert "further up the chain, expired on 2021-09-30T08:00:00+08:00. Most browsers" in warning

    def test_one_further_up_that_is_not_valid_yet(self):
        start = datetime(2026, 3, 1, tzinfo=UTC)
        pair = self.crossed(not_before=start)
        assert pair.warnings(start) == ()
        pair.check_time(start - SECOND)
        (warning,) = pair.warnings(start - SECOND)
        assert "further up the chain, is not valid before 2026-03-01T08:00:00+08:00. Most browsers" in warning

    def test_each_of_them_is_named(self):
        upper = factory.make_ca("Upper CA", issuer=ROOT, private_key=UPPER.private_key, not_after=self.OLD_END)
        root = factory.make_ca("Test Root", private_key=ROOT.private_key, not_after=self.OLD_END)
        upper_warning, root_warning = load(LEAF, LOWER, upper, root).warnings(self.NOW)
        assert "no. 3 (CN=Upper CA" in upper_warning
        assert "no. 4 (CN=Test Root" in root_warning


class TestNames:
    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            ("track.example.com", "track.example.com"),
            ("track.example.com", "TRACK.example.COM"),
            ("*.example.com", "track.example.com"),
            ("*.example.com", "TRACK.Example.com"),
            ("*.a.b.example.com", "x.a.b.example.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("*.example.com", "xn--bcher-kva.example.com"),
            ("*.xn--bcher-kva.example", "a.xn--bcher-kva.example"),
        ],
    )
    def test_covered(self, pattern, name):
        pair = names_pair("other.example.net", pattern)
        assert pair.covers(name)
        pair.check_covers(name)

    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            ("example.com", "track.example.com"),
            ("track.example.com", "example.com"),
            ("track.example.com", "a.track.example.com"),
            ("*.example.com", "example.com"),
            ("*.example.com", ".example.com"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "trackexample.com"),
            ("*.com", "example.com"),
            ("*.", "com"),
            ("*.", "com."),
            ("*", "example.com"),
            ("*", "com"),
            ("t*.example.com", "track.example.com"),
            ("*k.example.com", "track.example.com"),
            ("tr*k.example.com", "track.example.com"),
            ("track.*.com", "track.example.com"),
            ("*.*.com", "track.example.com"),
            ("**.example.com", "track.example.com"),
            ("xn--*.example.com", "xn--bcher-kva.example.com"),
            ("track.example.com.", "track.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("", "track.example.com"),
        ],
    )
    def test_not_covered(self, pattern, name):
        pair = names_pair(pattern)
        assert not pair.covers(name)
        with pytest.raises(CertificateError) as caught:
            pair.check_covers(name)
        assert caught.value.reason == "name_not_covered"
        assert f"does not cover {name}: it is for {pattern}" in caught.value.message
        assert ("a wildcard stands for exactly one label" in caught.value.message) is pattern.startswith("*.")

    @given(st.lists(LABELS, min_size=2, max_size=4).map(".".join), LABELS)
    def test_a_wildcard_is_one_label_of_three_or_more(self, parent, label):
        pair = names_pair(f"*.{parent}")
        assert pair.covers(f"{label}.{parent}")
        assert not pair.covers(parent)
        assert not pair.covers(f"{label}.{label}.{parent}")
        assert not names_pair(f"*.{label}").covers(f"{parent}.{label}")

    def test_the_common_name_does_not_count(self):
        pair = load(factory.make_leaf(()))
        assert pair.dns_names == ()
        with pytest.raises(CertificateError, match="do not look at its common name") as caught:
            pair.check_covers("track.example.com")
        assert caught.value.reason == "name_not_covered"
        assert caught.value.kind == "input"

    def test_an_address_is_no_name(self):
        alternative = x509.SubjectAlternativeName([x509.RFC822Name("a@track.example.com")])
        leaf = factory.make("track.example.com", private_key=factory.key(), extensions=[alternative])
        assert not load(leaf).covers("track.example.com")

    def test_only_some_of_many_names_are_shown(self):
        names = [f"n{number}.example.com" for number in range(21)]
        for count, shown in ((10, f"{', '.join(names[:10])}."), (21, f"{', '.join(names[:10])} and 11 more.")):
            with pytest.raises(CertificateError) as caught:
                names_pair(*names[:count]).check_covers("track.example.com")
            assert f"it is for {shown}" in caught.value.message

    def test_of_few_names_all_are_shown(self):
        with pytest.raises(CertificateError) as caught:
            load(LEAF).check_covers("click.example.com")
        assert "track.example.com" in caught.value.message
        assert "more" not in caught.value.message

    def test_a_name_cannot_disturb_the_terminal(self):
        with pytest.raises(CertificateError) as caught:
            names_pair("\x1b[31m.example.com").check_covers("track.example.com")
        assert "it is for \\x1b[31m.example.com" in caught.value.message


class TestTime:
    PAIR = names_pair("track.example.com")

    @pytest.mark.parametrize("now", [factory.NOT_BEFORE, factory.NOT_AFTER, datetime(2026, 2, 1, tzinfo=UTC)])
    def test_valid(self, now):
        self.PAIR.check_time(now)
        self.PAIR.check_time(now.astimezone(timezone(timedelta(hours=-7))))

    @pytest.mark.parametrize(
        ("now", "reason", "what"),
        [
            (factory.NOT_BEFORE - SECOND, "not_yet_valid", "is not valid yet, only from 2026-01-01T08:00:00+08:00"),
            (factory.NOT_AFTER + SECOND, "expired", "has expired: it was valid from 2026-01-01T08:00:00+08:00 until "),
        ],
    )
    def test_not_valid(self, now, reason, what):
        with pytest.raises(CertificateError) as caught:
            self.PAIR.check_time(now)
        assert caught.value.reason == reason
        assert what in caught.value.message
        assert "2026-04-01T08:00:00+08:00" in caught.value.message

    def test_the_issuer_has_to_be_valid_too(self):
        issuer = factory.make_ca("CA", not_before=factory.NOT_BEFORE + SECOND, not_after=factory.NOT_AFTER - SECOND)
        pair = load(factory.make_leaf(issuer=issuer), issuer)
        pair.check_time(issuer.not_before)
        pair.check_time(issuer.not_after)
        for now, reason, what in (
            (factory.NOT_BEFORE, "issuer_not_yet_valid", "is not valid yet, only from 2026-01-01T08:00:01+08:00"),
            (factory.NOT_AFTER, "issuer_expired", "expired on 2026-04-01T07:59:59+08:00, so browsers refuse both"),
        ):
            with pytest.raises(CertificateError) as caught:
                pair.check_time(now)
            assert caught.value.reason == reason
            assert "certificate no. 2 (CN=CA, serial number " in caught.value.message
            assert f"which issued the leaf, {what}" in caught.value.message
            assert pair.warnings(now) == ()

    def test_an_authority_may_be_without_an_end(self):
        issuer = factory.make_ca("CA", not_after=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
        pair = load(factory.make_leaf(issuer=issuer), issuer)
        pair.check_time(factory.NOT_AFTER)
        with pytest.raises(CertificateError, match="is not valid yet"):
            pair.check_time(factory.CA_NOT_BEFORE - SECOND)


class TestLibrary:
    """What differs between the versions of cryptography, and how it is when there is none."""

    def test_times_without_a_zone_are_of_utc(self):
        naive = SimpleNamespace(not_valid_before=datetime(2026, 1, 1), not_valid_after=datetime(2026, 1, 1))
        assert ValidityWindow.of(naive).not_before == factory.NOT_BEFORE

    @pytest.mark.parametrize("key_type", ["rsa", "ec", "ed25519"])
    def test_signatures_whose_scheme_is_not_told(self, key_type):
        issuer = factory.make_ca("Real CA", key_type=key_type)
        certificate = factory.make_leaf(issuer=issuer).certificate
        fields = ("signature", "tbs_certificate_bytes", "signature_hash_algorithm")
        old = SimpleNamespace(**{field: getattr(certificate, field) for field in fields})
        assert _certificate._is_signed_with(old, issuer.private_key.public_key())
        old.signature = bytes(len(old.signature))
        assert not _certificate._is_signed_with(old, issuer.private_key.public_key())

    @pytest.fixture(params=["UnsupportedAlgorithm", "InternalError", "NotImplementedError"])
    def refused(self, request):
        """What a library raises that cannot do something, or may not, as in FIPS mode."""
        makers = {
            "UnsupportedAlgorithm": lambda: UnsupportedAlgorithm("not in FIPS mode"),
            "InternalError": lambda: InternalError("unknown OpenSSL error", []),
            "NotImplementedError": lambda: NotImplementedError("no curves without a name"),
        }

        def refused(*_arguments, **_options):
            raise makers[request.param]()

        return refused

    def test_a_key_that_may_not_be_read(self, monkeypatch, refused):
        monkeypatch.setattr(_certificate, "load_pem_private_key", refused)
        reason, message = refusal(LEAF.pem, LEAF.key_pem)
        assert reason == "unsupported_key"
        assert message.startswith("private_key is of a kind or on a curve that this machine's cryptography library")

    def test_a_public_key_that_may_not_be_used(self, monkeypatch, refused):
        monkeypatch.setattr(_certificate, "_encoded", refused)
        reason, message = refusal(LEAF.pem, LEAF.key_pem)
        assert reason == "unsupported_key"
        assert message.startswith("certificate no. 1 (CN=track.example.com, serial number ")

    def test_a_certificate_that_may_not_be_read(self, monkeypatch, refused):
        monkeypatch.setattr(_certificate.x509, "load_der_x509_certificate", refused)
        reason, message = refusal(LEAF.pem, LEAF.key_pem)
        assert reason == "unsupported_certificate"
        assert message == "certificate no. 1 contains something that this machine's cryptography library cannot read"

    def test_where_no_signature_can_be_checked_the_names_have_to_do(self, monkeypatch, refused):
        monkeypatch.setattr(_certificate.ec, "ECDSA", refused)
        assert load(LEAF, LOWER, UPPER, ROOT).bundle == factory.bundle(LEAF, LOWER, UPPER, ROOT)
        assert load(SELF_SIGNED).warnings(factory.NOT_BEFORE) == ()
        assert refusal(factory.bundle(LEAF, UPPER), LEAF.key_pem)[0] == "chain_stranger"

    def test_a_digest_that_is_not_known_is_not_a_broken_one(self, refused):
        certificate = type("Certificate", (), {"signature_hash_algorithm": property(refused)})()
        assert _certificate._digest_name(certificate) is None
        unreadable = type("Certificate", (), {"signature_hash_algorithm": property(lambda self: int("x"))})()
        assert _certificate._digest_name(unreadable) is None
        assert _certificate._digest_name(SimpleNamespace(signature_hash_algorithm=None)) is None
        assert _certificate._digest_name(LEAF.certificate) == "sha256"

    @staticmethod
    def alone(monkeypatch, cryptography):
        """The module as it is where C(import cryptography) gives this (None: nothing)."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography"]:
            monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setitem(sys.modules, "cryptography", cryptography)
        spec = importlib.util.spec_from_file_location("_certificate_alone", _certificate.__file__)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    @pytest.mark.parametrize(
        ("version", "what"),
        [
            ("2.8", "cryptography 2.8 is installed, which is too old"),
            ("3.3.2", "cryptography 3.3.2 is installed, which is too old"),
            ("3.4", "Error"),
            ("50.0.2", "Error"),
        ],
    )
    def test_a_library_that_is_too_old_or_broken(self, monkeypatch, version, what):
        cryptography = ModuleType("cryptography")
        cryptography.__version__ = version
        pair = LEAF.pem, LEAF.key_pem
        with pytest.raises(MissingLibraryError) as caught:
            self.alone(monkeypatch, cryptography).load_certificate_pair(*pair)
        assert caught.value.library == "cryptography >= 3.4"
        assert caught.value.reason == "to check the certificate"
        assert what in caught.value.import_traceback

    def test_a_library_that_fails_in_a_way_of_its_own(self, monkeypatch):
        class Broken(ModuleType):
            def __getattr__(self, name):
                if name == "__path__":
                    raise AttributeError(name)
                raise RuntimeError(f"{name} does not fit this Python")

        with pytest.raises(MissingLibraryError) as caught:
            self.alone(monkeypatch, Broken("cryptography")).load_certificate_pair("", "")
        assert "does not fit this Python" in caught.value.import_traceback

    def test_one_that_is_as_old_as_can_be(self, monkeypatch):
        monkeypatch.setattr(_certificate, "CRYPTOGRAPHY_VERSION", "3.4")
        assert load(LEAF, LOWER).bundle == factory.bundle(LEAF, LOWER)
        monkeypatch.setattr(_certificate, "CRYPTOGRAPHY_VERSION", "3.3")
        with pytest.raises(MissingLibraryError):
            load(LEAF, LOWER)

    def test_without_the_library(self, monkeypatch):
        pair = LEAF.pem, LEAF.key_pem
        module = self.alone(monkeypatch, None)
        with pytest.raises(MissingLibraryError) as caught:
            module.load_certificate_pair(*pair)
        assert caught.value.library == "cryptography >= 3.4"
        assert caught.value.reason == "to check the certificate"
        assert "Error" in caught.value.import_traceback
        assert module.load_certificate_pair(None, None) is None
        with pytest.raises(module.CertificateError, match="private_key is missing"):
            module.load_certificate_pair(pair[0], None)
