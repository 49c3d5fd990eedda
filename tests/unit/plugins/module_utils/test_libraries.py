# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import (
    OLDEST_CRYPTOGRAPHY,
    OLDEST_DNSPYTHON,
    OLDEST_REQUESTS,
    check_library,
)

ROOT = Path(__file__).resolve().parents[4]
OLDEST = {"requests": OLDEST_REQUESTS, "cryptography": OLDEST_CRYPTOGRAPHY, "dnspython": OLDEST_DNSPYTHON}


@pytest.mark.parametrize(
    ("file", "relation"), [("meta/ee-requirements.txt", ">="), ("tests/requirements/oldest.txt", "==")]
)
@pytest.mark.parametrize("library", OLDEST)
def test_what_is_installed_and_tested_is_what_is_required(file, relation, library):
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    (version,) = [line.split()[2] for line in lines if line.startswith(f"{library} {relation} ")]
    assert version.split(".")[:2] == OLDEST[library].split(".")


@pytest.mark.parametrize("library", OLDEST)
def test_the_readme_says_which_releases_are_needed(library):
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"`{library}` {OLDEST[library]} or newer" in text


@pytest.mark.parametrize("installed", ["2.25", "2.25.1", "2.26.0rc1", "3.0.0.dev1", "10.0"])
def test_a_library_that_is_new_enough_is_taken(installed):
    check_library("requests", "2.25", installed, None)


@pytest.mark.parametrize("installed", ["2.24.9", "2.3", "1.99.0", "2"])
def test_a_library_that_is_too_old_counts_as_missing_and_the_oldest_one_that_works_is_named(installed):
    with pytest.raises(MissingLibraryError) as caught:
        check_library("requests", "2.25", installed, None, "to talk to SendCloud")

    assert caught.value.library == "requests >= 2.25"
    assert caught.value.reason == "to talk to SendCloud"
    assert f"requests {installed} is installed" in caught.value.import_traceback


def test_a_library_that_cannot_be_imported_is_missing():
    with pytest.raises(MissingLibraryError) as caught:
        check_library("dnspython", "2.0", None, "Traceback: no module named dns")

    assert caught.value.library == "dnspython >= 2.0"
    assert caught.value.import_traceback == "Traceback: no module named dns"
