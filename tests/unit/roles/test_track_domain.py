# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The role's documentation, held against what its tasks use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).parents[3] / "roles" / "track_domain"

# What steps, providers and users' tasks are handed or hand back.
HANDED_OVER = {
    "track_domain_changed",
    "track_domain_info",
    "track_domain_provider",
    "track_domain_record",
    "track_domain_result",
    "track_domain_written",
}


def load(path):
    return yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def options():
    return load("meta/argument_specs.yml")["argument_specs"]["main"]["options"]


@pytest.fixture(scope="module")
def providers():
    return load("vars/main.yml")["__track_domain_providers"]


def test_defaults_are_those_documented(options):
    documented = {name: option["default"] for name, option in options.items() if "default" in option}
    assert load("defaults/main.yml") == documented


def test_each_variable_that_is_used_is_documented(options):
    files = [*ROLE.glob("tasks/**/*.yml"), ROLE / "vars" / "main.yml"]
    used = {name for file in files for name in re.findall(r"(?<![\w.])track_domain_\w*\w\b", file.read_text("utf-8"))}
    used = {name for name in used if not name.endswith("_")}
    assert used - HANDED_OVER <= options.keys()


def test_secrets_are_texts_that_are_not_logged(options):
    secrets = {
        name for name in options if re.search(r"_(secret|(secret|api|account|private)_key|token|password)$", name)
    }
    assert secrets
    for name in secrets:
        assert options[name]["no_log"] is True, name
        assert options[name]["type"] == "str", name


def test_a_provider_is_an_entry_a_file_and_a_choice(options, providers):
    files = {file.stem for file in (ROLE / "tasks" / "providers").glob("*.yml")}
    assert files == providers.keys() - {"manual"}
    assert set(options["track_domain_dns_provider"]["choices"]) == providers.keys()
    # Nobody would be there at a renewal.
    assert set(options["track_domain_challenge_provider"]["choices"]) == files


def test_a_provider_s_options_are_documented_for_record_and_challenge(options, providers):
    for provider in providers.keys() - {"manual", "custom"}:
        file = (ROLE / "tasks" / "providers" / f"{provider}.yml").read_text("utf-8")
        used = set(re.findall(r"track_domain_provider\.(\w+)", file))
        assert used
        entry = providers[provider]
        paired = {option for pair in entry.get("pairs", []) for option in pair}
        needed = {*entry.get("needs", []), *entry.get("one_of", []), *paired}
        for option in used | needed:
            record, challenge = f"track_domain_{provider}_{option}", f"track_domain_challenge_{provider}_{option}"
            assert options[record]["type"] == options[challenge]["type"]
            assert options[record].get("no_log") == options[challenge].get("no_log")
            assert "default" not in options[challenge]


def test_names_of_variables_of_the_role_s_own_are_told_apart(options):
    files = ROLE.glob("tasks/**/*.yml")
    registered = {name for file in files for name in re.findall(r"register: (\w+)", file.read_text("utf-8"))}
    assert {name for name in registered if not name.startswith("__")} == {"track_domain_written"}
