# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The options of the modules are those that their documentation promises, down to the defaults."""

from __future__ import annotations

import pytest
import yaml
from ansible.module_utils.common.parameters import AnsibleFallbackNotFound
from ansible_collections.sendcloud.email.plugins.doc_fragments import _account, _dns
from ansible_collections.sendcloud.email.plugins.module_utils import _options
from ansible_collections.sendcloud.email.plugins.module_utils._options import EnvironmentFallbacks, with_shared_options
from ansible_collections.sendcloud.email.plugins.modules import (
    sendcloud_track_domain,
    sendcloud_track_domains,
    track_domain_info,
)

OWN = {
    sendcloud_track_domain: _options.TRACK_DOMAIN,
    sendcloud_track_domains: _options.TRACK_DOMAINS,
    track_domain_info: _options.TRACK_DOMAIN_INFO,
}
# Said in the documentation in other ways, or not at all.
NOT_DOCUMENTED = ("no_log", "fallback", "options")


def documented(module):
    texts = (module.DOCUMENTATION, _account.ModuleDocFragment.DOCUMENTATION, _dns.ModuleDocFragment.DOCUMENTATION)
    return {name: one for text in texts for name, one in yaml.safe_load(text)["options"].items()}


def check(specified, described):
    assert specified.keys() == described.keys()
    for name, definition in specified.items():
        told = {key: value for key, value in described[name].items() if key not in ("description", "suboptions")}
        meant = {key: value for key, value in definition.items() if key not in NOT_DOCUMENTED}
        if "choices" in told:
            told["choices"] = list(told["choices"])
        assert meant == told, name
        check(definition.get("options", {}), described[name].get("suboptions", {}))


@pytest.mark.parametrize("module", OWN, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_documentation_has_the_options_that_there_are(module):
    check(with_shared_options(OWN[module], EnvironmentFallbacks()), documented(module))


@pytest.mark.parametrize("module", OWN, ids=lambda module: module.__name__.rpartition(".")[2])
def test_what_may_hold_a_secret_is_not_logged(module):
    specification = with_shared_options(OWN[module], EnvironmentFallbacks())
    rows = specification.get("track_domains", {}).get("options", {})
    silent = {name for name, one in [*specification.items(), *rows.items()] if one.get("no_log")}
    assert silent == {"api_key", "certificate", "private_key"} & {*specification, *rows}


class TestEnvironment:
    def value(self, environment, option):
        fallback, arguments = environment.fallback(option)
        return fallback(*arguments)

    def test_a_value_is_taken_and_remembered(self, monkeypatch):
        monkeypatch.setenv("SENDCLOUD_API_TIMEOUT", "2.5")
        environment = EnvironmentFallbacks()
        assert self.value(environment, "api_timeout") == "2.5"
        assert (environment.used, environment.complaints) == ({"api_timeout"}, [])

    @pytest.mark.parametrize("value", [None, ""])
    def test_a_variable_that_is_not_set_is_none(self, monkeypatch, value):
        monkeypatch.delenv("SENDCLOUD_API_USER", raising=False)
        if value is not None:
            monkeypatch.setenv("SENDCLOUD_API_USER", value)
        environment = EnvironmentFallbacks()
        with pytest.raises(AnsibleFallbackNotFound):
            self.value(environment, "api_user")
        assert (environment.used, environment.complaints) == (set(), [])

    def test_of_a_wrong_value_forty_characters_are_shown(self, monkeypatch):
        monkeypatch.setenv("SENDCLOUD_API_RETRIES", "x" * 41)
        environment = EnvironmentFallbacks()
        with pytest.raises(AnsibleFallbackNotFound):
            self.value(environment, "api_retries")
        (complaint,) = environment.complaints
        assert f"is '{'x' * 40}' and not a whole number" in complaint
        assert environment.used == set()
