# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Private keys, looked for in what was printed and in every file that there was, however short."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

WATCHING = Path(__file__).resolve().parent / "watching"

# Any key, also one that the tests have never heard of.
_MARKER = b"PRIVATE KEY-----"
_WIDTH = 64


def traces(private_key: str) -> frozenset[str]:
    """Texts that give a key in PEM away, however it is printed: as it is, in one line, or encoded once more.

    Of its body those lines that have something of its secret number in them: the rest is in its certificate, too.
    """
    key = load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey))
    numbers = key.private_numbers()
    number = numbers.d if isinstance(numbers, rsa.RSAPrivateNumbers) else numbers.private_value
    secret = number.to_bytes((number.bit_length() + 7) // 8, "big")
    found = {b64encode(private_key.strip().encode()).decode()[_WIDTH:-_WIDTH]}
    for form in (PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8):
        der = key.private_bytes(Encoding.DER, form, NoEncryption())
        start = der.index(secret)
        first, last = (position // 3 * 4 // _WIDTH for position in (start, start + len(secret) - 1))
        body = b64encode(der).decode()
        lines = [body[at : at + _WIDTH] for at in range(0, len(body), _WIDTH)]
        found.update(lines[first : last + 1])
    return frozenset(found)


class Watch:
    """Looks for private keys in the files that a Python with C(environment) writes, and in what is left in folders."""

    def __init__(self, folder: Path, *left_in: Path) -> None:
        self._folder = folder
        self._left_in = left_in
        folder.mkdir(parents=True)
        self.environment = {"E2E_WATCH": str(folder), "PYTHONPATH": str(WATCHING)}

    def files_with(self, texts: frozenset[str], *, but: Sequence[Path] = ()) -> list[str]:
        """The files in which there is or was one of these texts, or any private key; C(but) says which may."""
        wanted = [text.encode() for text in texts] + [_MARKER]
        return sorted(
            {
                path
                for path, content in self._files()
                if Path(path) not in but and any(text in content for text in wanted)
            }
        )

    def forget(self) -> None:
        """Forget what was seen."""
        for file in self._folder.iterdir():
            file.unlink()

    def saw_anything(self) -> bool:
        """Whether any file was written: if not, nothing was watched."""
        return any(self._folder.iterdir())

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for kept in self._folder.glob("*.kept"):
            path, _newline, content = kept.read_bytes().partition(b"\n")
            yield path.decode(), content
        written = {
            Path(line)
            for note in self._folder.glob("*.written")
            for line in note.read_text(encoding="utf-8").splitlines()
        }
        left = {file for folder in self._left_in for file in folder.rglob("*")}
        for file in written | left:
            if file.is_file():
                yield str(file), file.read_bytes()
