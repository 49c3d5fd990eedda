# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Why a certificate or its key cannot be used."""

from __future__ import annotations

from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError


class CertificateError(InputError):
    """A certificate or its key cannot be used; nothing was sent.

    ``reason`` says why in a word: C(half_pair), C(too_large), C(nul), C(no_pem), C(garbage_pem),
    C(key_in_certificate), C(swapped), C(not_a_certificate), C(no_key), C(several_keys), C(encrypted_key),
    C(unsupported_key), C(unsupported_certificate), C(key_mismatch), C(chain_order), C(chain_duplicate),
    C(chain_stranger), C(chain_too_long), C(no_end), C(not_for_servers), C(weak_signature), C(no_authority),
    C(path_too_long), C(name_not_covered), C(expired), C(not_yet_valid), C(issuer_expired) or
    C(issuer_not_yet_valid). The message never holds any PEM.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
