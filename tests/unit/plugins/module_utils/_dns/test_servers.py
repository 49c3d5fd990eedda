# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""How a task names a server, and how those of a name are found."""

from __future__ import annotations

import io

import dns.resolver
import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._dns import servers
from ansible_collections.sendcloud.email.plugins.module_utils._dns.exchange import NoAnswerError
from ansible_collections.sendcloud.email.plugins.module_utils._dns.servers import Server, parse_server, system_servers
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError


@pytest.mark.parametrize(
    ("text", "server", "shown"),
    [
        ("192.0.2.1", Server("192.0.2.1", 53), "192.0.2.1"),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353), "192.0.2.1:5353"),
        ("2001:db8::1", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:DB8::1]", Server("2001:db8::1", 53), "[2001:db8::1]"),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353), "[2001:db8::1]:5353"),
    ],
)
def test_a_server_is_an_address_with_or_without_a_port(text, server, shown):
    assert parse_server(text) == server
    assert str(server) == shown
    assert str(Server("192.0.2.1", 53, "ns1.example.com")) == "ns1.example.com (192.0.2.1)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not an IP address"),
        ("ns1.example.com", "is a host name. Give the IP address"),
        ("ns1.example.com:53", "is a host name"),
        ("192.0.2.256", "is not an IP address"),
        ("[192.0.2.1", "is not an IP address"),
        ("[2001:db8::1]53", "is not an IP address"),
        ("192.0.2.1\x00", "is not an IP address"),
        ("x" * 10_000, "is a host name"),
        ("fe80::1%\x1b[31m", "is not an IP address"),
        ("[fe80::1%\x00]:53", "is not an IP address"),
        ("fe80::1%et h0", "is not an IP address"),
        ("192.0.2.1:", "is not a number from 1 to 65535"),
        ("192.0.2.1:0", "is not a number from 1 to 65535"),
        ("192.0.2.1:65536", "is not a number from 1 to 65535"),
        ("192.0.2.1:000065535999", "is not a number from 1 to 65535"),
        ("192.0.2.1:" + "9" * 10_000, "is not a number from 1 to 65535"),
        ("192.0.2.1:dns", "is not a number from 1 to 65535"),
        ("[2001:db8::1]:", "is not a number from 1 to 65535"),
    ],
)
def test_anything_else_is_no_server(text, reason):
    with pytest.raises(InputError, match="dns_servers contains") as caught:
        parse_server(text)
    assert reason in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 300


def test_the_servers_of_this_host(monkeypatch):
    configured = dns.resolver.Resolver
    text = "nameserver 192.0.2.53\nnameserver 2001:db8::53\n"
    monkeypatch.setattr(servers.dns.resolver, "Resolver", lambda: configured(io.StringIO(text)))
    assert system_servers() == (Server("192.0.2.53"), Server("2001:db8::53"))


def test_a_resolver_that_is_configured_with_a_host_name(monkeypatch):
    configured = dns.resolver.Resolver
    monkeypatch.setattr(servers.dns.resolver, "Resolver", lambda: configured(io.StringIO("nameserver localhost\n")))
    with pytest.raises(NoAnswerError, match="names no usable DNS server"):
        system_servers()


def test_a_host_without_a_resolver(monkeypatch):
    def fail():
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(servers.dns.resolver, "Resolver", fail)
    with pytest.raises(NoAnswerError, match="names no usable DNS server"):
        system_servers()


def test_a_space_after_a_comma_is_no_mistake():
    assert parse_server(" 192.0.2.2") == Server("192.0.2.2")
