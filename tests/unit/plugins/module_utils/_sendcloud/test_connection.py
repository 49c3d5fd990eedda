# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The time that the steps of a request have, on a clock that stands still."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.connection import TimeLimit


class StandingClock(Clock):
    def __init__(self):
        self.seconds = 4711.0

    def monotonic(self):
        return self.seconds


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def limit(clock):
    limit = TimeLimit(clock)
    limit.start(10.0, 25.0)
    return limit


@pytest.mark.parametrize(("passed", "left"), [(0, 10), (14, 10), (15, 10), (16, 9), (24.5, 0.5)])
def test_a_step_may_take_what_is_left_and_no_longer_than_one_wait(clock, limit, passed, left):
    clock.seconds += passed
    assert limit.seconds() == left
    assert limit.elapsed() == passed


@pytest.mark.parametrize("passed", [25, 26])
def test_when_the_time_is_up_it_is_a_timeout_of_the_socket(clock, limit, passed):
    clock.seconds += passed
    with pytest.raises(socket.timeout, match="timed out"):
        limit.seconds()


def test_each_request_has_its_own_time(clock, limit):
    clock.seconds += 30
    limit.was_connected = False
    limit.start(2.0, 5.0)
    assert (limit.elapsed(), limit.seconds(), limit.was_connected) == (0, 2, True)


def test_a_request_that_was_not_started_has_no_time(clock):
    limit = TimeLimit(clock)
    assert limit.was_connected
    with pytest.raises(socket.timeout):
        limit.seconds()
