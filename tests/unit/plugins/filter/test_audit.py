# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""The filters of the audit, as a template calls them."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.sendcloud.email.plugins.filter import audit_report, audit_table

REPORT = audit_report.FilterModule().filters()["audit_report"]
TABLE = audit_table.FilterModule().filters()["audit_table"]

READ = {"track_domains": [], "account": {"api_user": "user", "api_url": "https://api.example.com/api"}, "error": None}


@pytest.mark.parametrize("days", [None, "", 30, "30", 0.5])
def test_a_report_is_made_as_of_now(days):
    made = REPORT({"localhost": READ}, days)
    assert made["ok"] is True
    assert made["generated_at"].endswith("+00:00")


@pytest.mark.parametrize("results", [None, [READ], {"localhost": None}, "text"])
def test_what_is_no_dictionary_of_results_is_refused(results):
    with pytest.raises(AnsibleFilterError, match="dictionary of results"):
        REPORT(results)


@pytest.mark.parametrize("days", ["many", -1, "nan", 10**6, []])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(AnsibleFilterError, match="days is a number from 0 to 36500"):
        REPORT({}, days)


def test_the_table_is_as_wide_as_the_screen(monkeypatch):
    failed = {"localhost": {"msg": "word " * 60}}
    monkeypatch.setattr(Display(), "columns", 100)
    assert 80 < max(len(line) for line in TABLE(REPORT(failed))) <= 89
    assert max(len(line) for line in TABLE(REPORT(failed), "50")) <= 50


@pytest.mark.parametrize("width", [0, -5, "wide"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(AnsibleFilterError, match="width is a positive number"):
        TABLE(REPORT({}), width)


@pytest.mark.parametrize("report", [None, [], {}, {"schema_version": 2}])
def test_what_is_no_report_is_refused(report):
    with pytest.raises(AnsibleFilterError, match="needs a report"):
        TABLE(report)
