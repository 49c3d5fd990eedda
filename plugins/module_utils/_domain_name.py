# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Domain names: how a user may write one, how SendCloud is given it, and when two are the same."""

from __future__ import annotations

import re
import traceback
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import neutralise

try:
    import idna
except ImportError:
    IDNA_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    IDNA_IMPORT_ERROR = None

# RFC 1035, section 2.3.4: 255 octets on the wire leave 253 characters in writing; 63 for a label.
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_LABEL_CHARACTERS = re.compile(r"[a-z0-9-]+\Z")

# What nearly every name is, given or listed: nothing is wrong with it, and nothing has to be changed.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_IN_ORDER = re.compile(rf"(?=.{{1,{_LONGEST_NAME}}}\Z)(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}\Z")


def without_final_dot(name: str) -> str:
    """The name without the one trailing dot that marks it as fully qualified."""
    return name[:-1] if name.endswith(".") else name


def parse_domain_name(text: str, option: str = "name") -> str:
    """The name as SendCloud and the DNS are given it: lower case, A-labels (IDNA 2008), no trailing dot.

    A tracking domain is a host name of at least two labels: letters, digits and hyphens (RFC 952, RFC 1123
    section 2.1), 63 characters a label and 253 in all (RFC 1035). Raises InputError, saying what is wrong with
    the name; ``option`` is the option it was given with.
    """

    if _IN_ORDER.match(text):
        return text

    def refuse(reason: str) -> InputError:
        shown = neutralise(text if len(text) <= 80 else text[:80] + "...")
        return InputError(f"{option} is not a domain name that can be tracked: {shown!r} {reason}")

    if not text.strip():
        raise refuse("is empty")
    if text != text.strip():
        raise refuse("begins or ends with white space. Remove it")
    for mark, reason in (
        ("://", "is a URL. Give the host name alone"),
        ("@", "is a mail address. Give the host name alone"),
        ("/", "contains a slash. Give the host name alone"),
        (":", "contains a colon. Give the host name alone, without a port"),
        ("*", "is a wildcard. Declare each name by itself"),
    ):
        if mark in text:
            raise refuse(reason)

    name = without_final_dot(_to_ascii(text, refuse)).lower()
    if len(name) > _LONGEST_NAME:
        raise refuse(f"has {len(name)} characters. A domain name has at most {_LONGEST_NAME}")
    labels = name.split(".")
    for label in labels:
        _check_label(label, refuse)
    if len(labels) < 2:
        raise refuse("has only one label. Give the full name, for example track.example.com")
    if labels[-1].isdigit():
        raise refuse("ends in a number, as an IP address does")
    return name


def _to_ascii(text: str, refuse: t.Callable[[str], InputError]) -> str:
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        pass
    else:
        return text
    if IDNA_IMPORT_ERROR is not None:
        raise MissingLibraryError("idna", IDNA_IMPORT_ERROR, "for internationalised domain names")
    try:
        # UTS 46 maps what people type (capitals, full-width forms) to what IDNA 2008 allows.
        return idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise refuse(f"is not a valid internationalised name: {neutralise(str(error))}") from error


def _check_label(label: str, refuse: t.Callable[[str], InputError]) -> None:
    if not label:
        raise refuse("has an empty label (two dots in a row, or a dot at the start)")
    if len(label) > _LONGEST_LABEL:
        raise refuse(f"has a label of {len(label)} characters. A label has at most {_LONGEST_LABEL}")
    if not _LABEL_CHARACTERS.match(label):
        raise refuse(f"may contain only letters, digits, hyphens and dots (see {neutralise(label)!r})")
    if label.startswith("-") or label.endswith("-"):
        raise refuse(f"has a label that starts or ends with a hyphen: {label!r}")


def comparable(name: str) -> str:
    """A name as it came from SendCloud or the DNS, in the one spelling that can be compared.

    Never fails: what is no host name stays as it is, in lower case; labels that IDNA 2008 does not allow are encoded
    with Punycode (RFC 3492) all the same, as others may have done.
    """
    name = without_final_dot(name.strip()).lower()
    try:
        return parse_domain_name(name)
    except (InputError, MissingLibraryError):
        return ".".join(_punycode(label) for label in name.split("."))


def _punycode(label: str) -> str:
    if label.isascii():
        return label
    try:
        return "xn--" + label.encode("punycode").decode("ascii")
    except UnicodeError:
        return label


def same_target(one: str | None, other: str | None) -> bool:
    """Whether two targets of a CNAME record are one (RFC 4343); one that is not known is no other's."""
    return one is not None and other is not None and comparable(one) == comparable(other)
