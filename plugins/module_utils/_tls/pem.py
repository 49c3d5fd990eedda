# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""PEM (RFC 7468), read as tolerantly as can be done without guessing."""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils._tls.certificate_error import CertificateError

# A leaf, its chain and a key take some kilobytes.
LARGEST_INPUT = 256 * 1024

# RFC 7468, section 3; a label that long is none.
_BEGIN = re.compile(r"-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,40})-----\Z")
# RFC 7468, section 2.
_LINE_LENGTH = 64
# Two texts put together, the first without its last line end, as lookup('file') returns it.
_JOINED = re.compile(r"(-----END [A-Z0-9 ]{1,41}-----)[ \t]*(?=-----BEGIN )")


def check_text(option: str, text: str) -> None:
    """Raise CertificateError unless an option's text can be PEM at all (C(too_large), C(nul))."""
    if len(text) > LARGEST_INPUT:
        raise CertificateError(
            "too_large", f"{option} is larger than {LARGEST_INPUT // 1024} KiB. Is it the right file?"
        )
    if "\0" in text:
        raise CertificateError("nul", f"{option} contains a NUL character. It has to be PEM, which is text")


@dataclasses.dataclass(frozen=True)
class Block:
    """One PEM block: its label, its headers (old encrypted keys have them), and what its body decodes to."""

    label: str
    headers: tuple[str, ...]
    content: bytes = dataclasses.field(repr=False)

    def as_pem(self) -> str:
        """The block anew, with lines of 64 characters and without its headers."""
        text = base64.b64encode(self.content).decode("ascii")
        body = "\n".join(text[start : start + _LINE_LENGTH] for start in range(0, len(text), _LINE_LENGTH))
        return f"-----BEGIN {self.label}-----\n{body}\n-----END {self.label}-----\n"


def read_blocks(option: str, text: str) -> list[Block]:
    """All PEM blocks of an option's text; what stands between them is passed over, as OpenSSL does.

    Raises CertificateError (C(no_pem), C(garbage_pem)).
    """
    blocks: list[Block] = []
    lines = iter(line.strip() for line in _JOINED.sub("\\1\n", text.lstrip("\ufeff")).splitlines())
    for line in lines:
        begin = _BEGIN.match(line)
        if begin is not None:
            blocks.append(_read_block(option, len(blocks) + 1, begin.group(1), lines))
        elif "-----BEGIN " in line:
            raise CertificateError(
                "garbage_pem",
                f"{option} is not PEM: a BEGIN line does not stand alone. Were its line breaks lost on the way? In "
                "YAML, a | before the text keeps them",
            )
    if not blocks:
        raise CertificateError(
            "no_pem",
            f"{option} contains no PEM block (-----BEGIN ...-----). Give the text itself, not the path of a file: "
            "lookup('ansible.builtin.file', PATH) reads one",
        )
    return blocks


def _read_block(option: str, number: int, label: str, lines: t.Iterator[str]) -> Block:
    headers, body = [], []
    for line in lines:
        if line == f"-----END {label}-----":
            break
        if line.startswith("-----"):
            raise garbage(option, number, label, "has no END line before the next block. Was the text cut off?")
        if ":" in line:
            headers.append(line)
        else:
            body.extend(line.split())
    else:
        raise garbage(option, number, label, "has no END line. Was the text cut off?")
    try:
        content = base64.b64decode("".join(body), validate=True)
    except ValueError:
        raise garbage(option, number, label, "is damaged: not all of it is Base64") from None
    if not content:
        raise garbage(option, number, label, "is empty")
    return Block(label, tuple(headers), content)


def garbage(option: str, number: int, label: str, what: str) -> CertificateError:
    """The error that says ``what`` is wrong with a block; ``number`` counts from 1."""
    return CertificateError("garbage_pem", f"block no. {number} of {option} ({label}) {what}")
