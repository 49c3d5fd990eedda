# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""Connections that the items of a loop share."""

from __future__ import annotations

import os

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
from ansible_collections.sendcloud.email.plugins.plugin_utils._connections import Connections
from ansible_collections.sendcloud.email.tests.unit.plugins.module_utils.raw_server import RawServer, answer, answering

EMPTY = answer(200, b'{"result":true,"statusCode":200,"info":{"total":0,"dataList":[]}}')


@pytest.fixture
def server():
    with RawServer(answering(EMPTY)) as server:
        yield server


@pytest.fixture
def connections():
    connections = Connections()
    yield connections
    connections.close()


@pytest.fixture
def ask(connections, server):
    """One run that asks for the list; what it traced."""

    def ask(ending=None, redactor=None, **changes):
        account = Account(**{"api_user": "user", "api_key": "key", "api_url": server.url, "retries": 0, **changes})
        traced = []
        with connections.client(account, redactor or Redactor(["key"]), Clock(), traced.append) as client:
            assert client.list_page().total == 0
            if ending is not None:
                raise ending
        return traced

    return ask


def test_a_second_run_shares_the_connection(ask, server):
    ask()
    ask()
    assert (server.connections, len(server.requests)) == (1, 2)


def test_it_is_shared_after_a_failure(ask, server):
    with pytest.raises(InputError):
        ask(InputError("of the task"))
    ask()
    assert server.connections == 1


class Interrupted(BaseException):
    """As a task's timeout comes."""


def test_an_interruption_closes_it(ask, server):
    with pytest.raises(Interrupted):
        ask(Interrupted())
    assert server.ended.wait(60)
    ask()
    assert server.connections == 2


@pytest.mark.parametrize(
    "changes", [{"api_user": "other"}, {"api_key": "other"}, {"timeout": 5.0}, {"validate_certs": False}], ids=str
)
def test_another_account_or_setting_has_its_own(ask, server, changes):
    ask()
    ask(**changes)
    assert server.connections == 2


@pytest.mark.parametrize("variable", ["no_proxy", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE"])
def test_another_environment_has_its_own(ask, server, monkeypatch, variable):
    ask()
    monkeypatch.setenv(variable, __file__ if variable == "REQUESTS_CA_BUNDLE" else "http://proxy.example.com")
    ask()
    assert server.connections == 2


def test_a_process_that_was_forked_has_its_own(ask, server, monkeypatch):
    ask()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    ask()
    assert server.connections == 2


def test_only_a_few_are_kept(ask, server):
    for number in range(9):
        ask(api_user=f"user-{number}")
    assert server.ended.wait(60)
    ask(api_user="user-8")
    assert server.connections == 9
    ask(api_user="user-0")
    assert server.connections == 10


def test_each_request_is_a_line_without_parameters(ask):
    (line,) = ask()
    assert line.startswith("trackDomain/list: HTTP 200, 0.")
    assert line.endswith(" s")


def test_secrets_are_those_of_the_run_at_hand(server, connections):
    """A kept connection quotes what SendCloud says without the secrets of the run that it serves now."""
    account = Account("user", "key", server.url, retries=0)
    first, second = Redactor(["key", "first-secret"]), Redactor(["key", "second-secret"])
    with connections.client(account, first, Clock(), print):
        pass
    with connections.client(account, second, Clock(), print) as client:
        assert client._transport._redactor.clean("second-secret") != "second-secret"
