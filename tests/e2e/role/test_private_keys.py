# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Whether the tests of the role would see a private key: in a file that is gone, and in what is printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .private_keys import Watch, traces

_PROGRAMS = {
    "removed": "open('key', 'w').write(sys.argv[1]); os.remove('key')",
    "replaced": "open('key', 'w').write(sys.argv[1]); open('new', 'w').write('x'); os.replace('new', 'key')",
    "overwritten": "open('key', 'w').write(sys.argv[1]); open('key', 'w').write('x')",
    "removed with its folder": "os.mkdir('d'); open('d/key', 'w').write(sys.argv[1]); shutil.rmtree('d')",
    "temporary": "f = tempfile.NamedTemporaryFile('w'); f.write(sys.argv[1]); f.flush(); f.close()",
    "left": "open('key', 'w').write(sys.argv[1])",
}


def pem(form: PrivateFormat, *, is_rsa: bool) -> str:
    key = rsa.generate_private_key(65537, 2048) if is_rsa else ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@pytest.mark.parametrize("is_rsa", [True, False])
@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_a_key_is_recognised_however_it_is_printed(form: PrivateFormat, is_rsa: bool) -> None:
    key = pem(form, is_rsa=is_rsa)
    other = traces(pem(form, is_rsa=is_rsa))
    body = "".join(key.splitlines()[1:-1])
    for printed in (key, json.dumps(key), json.dumps(json.dumps(key)), body, b64encode(key.encode()).decode()):
        assert any(trace in printed for trace in traces(key))
        assert not any(trace in printed for trace in other)


@pytest.mark.parametrize("program", _PROGRAMS.values(), ids=_PROGRAMS)
def test_a_key_in_a_file_is_seen_however_short_it_was_there(tmp_path: Path, program: str) -> None:
    key = pem(PrivateFormat.PKCS8, is_rsa=False)
    body = "".join(key.splitlines()[1:-1])
    watch = Watch(tmp_path / "watch")
    work = tmp_path / "work"
    work.mkdir()

    subprocess.run(
        [sys.executable, "-c", f"import os, shutil, sys, tempfile; {program}", body],
        cwd=work,
        env={**os.environ, **watch.environment, "TMPDIR": str(work)},
        check=True,
    )

    (file,) = watch.files_with(traces(key))
    assert Path(file).is_relative_to(work)
    assert watch.files_with(traces(key), but=[Path(file)]) == []
    watch.forget()
    assert not watch.saw_anything()
