# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

"""SendCloud's status codes, and what it says with them in either language."""

from __future__ import annotations

SUCCESS = 200
SERVER_EXCEPTION = 501
NO_PERMISSION = 6001
START_EMPTY = 40001
START_INVALID = 40002
LIMIT_EMPTY = 40003
LIMIT_INVALID = 40004
AUTHENTICATION_FAILED = 40005
NAME_EMPTY = 41001
NAME_LENGTH = 41002
NAME_INVALID = 41003
TOO_MANY_DOMAINS = 41012
NOT_FOUND = 41014
CREATE_FAILED = 41015
MODIFY_FAILED = 41016
USER_UNKNOWN = 41109
TOO_FREQUENT = 50000

_MESSAGES = {
    SUCCESS: ("request success", "请求成功"),
    SERVER_EXCEPTION: ("server exception", "服务器异常"),
    NO_PERMISSION: ("no permission", "没有权限"),
    START_EMPTY: ("start cannot be empty", "start不能为空"),
    START_INVALID: ("start is invalid", "start格式错误"),
    LIMIT_EMPTY: ("limit cannot be empty", "limit不能为空"),
    LIMIT_INVALID: ("limit is invalid", "limit格式错误"),
    AUTHENTICATION_FAILED: ("authentication failed", "认证失败"),
    NAME_EMPTY: ("the domain name cannot be empty", "域名不能为空"),
    NAME_LENGTH: ("the domain name is too long", "域名长度错误"),
    NAME_INVALID: ("the domain name is invalid", "域名格式错误"),
    TOO_MANY_DOMAINS: ("the user has the most domains allowed", "用户域名数量已达上限"),
    NOT_FOUND: ("the domain does not exist", "域名不存在"),
    CREATE_FAILED: ("creating the domain failed", "域名创建失败"),
    MODIFY_FAILED: ("modifying the domain failed", "域名修改失败"),
    USER_UNKNOWN: ("the user does not exist", "用户不存在"),
    TOO_FREQUENT: ("the interface is called too frequently", "接口调用频率受限"),
}


class RefusedError(Exception):
    """The vendor says no: a status code, and an English detail that follows its message."""

    def __init__(self, code: int, detail: str | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def message_for(code: int, detail: str | None = None, *, chinese: bool = False) -> str:
    """What SendCloud says with a code. The detail is given in English only, as only the English page has any."""
    english, original = _MESSAGES.get(code, ("unknown error", "未知错误"))
    if chinese:
        return original
    return f"{english}: {detail}" if detail else english
