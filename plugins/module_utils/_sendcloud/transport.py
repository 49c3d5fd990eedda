# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Requests to SendCloud's API and the verdict on every answer: HTTP, retries, envelopes, typed errors."""

from __future__ import annotations

import socket
import traceback
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import MissingLibraryError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import envelope as _envelope
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud import retry as _retry
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.envelope import (
    Envelope,
    UnreadableEnvelopeError,
    parse_envelope,
)

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError, ReadTimeoutError
except ImportError:
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account

LARGEST_ANSWER = 5 * 1024 * 1024
# What a request that starts at a deadline may still take to be answered, in seconds.
_SHORTEST_TIMEOUT = 5.0


class _OversizedAnswerError(Exception):
    """An answer is larger than any that SendCloud can mean to give."""


class Transport:
    """One connection to the API of one account, and the rules of what is sent again.

    ``redactor`` takes secrets out of what answers and libraries say. ``pause`` waits a number of seconds. The
    constructor raises MissingLibraryError where ``requests`` cannot be imported.
    """

    def __init__(self, account: Account, redactor: Redactor, clock: t.Any) -> None:
        if REQUESTS_IMPORT_ERROR is not None:
            raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
        self._account = account
        self._redactor = redactor
        self._pause = clock.sleep
        self._clock = clock
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1)
        self._session = _session(self._adapter)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def read(self, endpoint: str, parameters: t.Mapping[str, str], deadline: float | None = None) -> Envelope:
        """Ask for something that changes nothing that matters, as often as the account's ``retries`` allow.

        With ``seconds_left`` there is one try, cut to that time. Raises SendCloudError unless it succeeds.
        """
        if deadline is not None:
            return self._request(
                endpoint, parameters, _retry.for_one_attempt(), False, deadline - self._clock.monotonic()
            )
        return self._request(endpoint, parameters, _retry.for_reads(self._account.retries, self._pause), False)

    def write(self, endpoint: str, parameters: t.Mapping[str, str]) -> Envelope:
        """Ask for a change, again only where it certainly was not processed.

        Raises SendCloudError unless it succeeds, with ``doubtful`` set where it may have been processed.
        """
        return self._request(endpoint, parameters, _retry.for_writes(self._account.retries, self._pause), True)

    def _request(
        self,
        endpoint: str,
        parameters: t.Mapping[str, str],
        retry: _retry.SendCloudRetry,
        is_write: bool,
        seconds_left: float | None = None,
    ) -> Envelope:
        while True:
            response = self._post(endpoint, parameters, retry, is_write, seconds_left)
            # urllib3 has used up some of the tries; what is left of them is for this loop.
            retry = t.cast(_retry.SendCloudRetry, response.raw.retries or retry)
            try:
                return self._verdict(endpoint, response, is_write)
            except SendCloudError as error:
                if not _may_repeat(error, is_write):
                    raise
                try:
                    retry = retry.increment("POST", endpoint, response=response.raw)
                except MaxRetryError:
                    raise error from None
                retry.sleep(response.raw)

    def _post(
        self,
        endpoint: str,
        parameters: t.Mapping[str, str],
        retry: _retry.SendCloudRetry,
        is_write: bool,
        seconds_left: float | None,
    ) -> requests.Response:
        account = self._account
        # One adapter, so that there is one connection; which tries it makes depends on the endpoint.
        self._adapter.max_retries = retry
        timeout = account.timeout
        if seconds_left is not None:
            timeout = min(timeout, max(seconds_left, _SHORTEST_TIMEOUT))
        try:
            return self._session.post(
                f"{account.api_url}/{endpoint}",
                data={"apiUser": account.api_user, "apiKey": account.api_key, **parameters},
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                verify=(account.ca_path or True) if account.validate_certs else False,
            )
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise self._network_error(endpoint, error, is_write) from error

    def _verdict(self, endpoint: str, response: requests.Response, is_write: bool) -> Envelope:
        """The envelope of an answer that says success; raises SendCloudError for every other answer."""
        http_status = response.status_code

        def failure(kind: str, text: str, envelope: Envelope | None = None, doubtful: bool = True) -> SendCloudError:
            message = self._redactor.clean(envelope.message) if envelope and envelope.message else None
            return SendCloudError(
                kind,
                text,
                status_code=envelope.status_code if envelope else None,
                api_message=message,
                http_status=http_status,
                endpoint=endpoint,
                processed=_errors.MAYBE_PROCESSED if doubtful else _errors.NOT_PROCESSED,
            )

        if 300 <= http_status < 400:
            response.close()
            target = self._redactor.clean(response.headers.get("Location", "")) or "nowhere"
            raise failure(
                _errors.PROTOCOL,
                f"SendCloud answered {endpoint} with a redirect (HTTP {http_status}) to {target}. Redirects are never "
                "followed, since the credentials would go there too; check api_url",
            )
        try:
            envelope = parse_envelope(_body(response))
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise self._network_error(endpoint, error, is_write, http_status) from error
        except _OversizedAnswerError:
            size = LARGEST_ANSWER // 2**20
            raise failure(
                _errors.PROTOCOL, f"the answer to {endpoint} is larger than {size} MiB and was refused"
            ) from None
        except UnreadableEnvelopeError as error:
            kind = _kind_of_http_status(http_status)
            if kind is not None:
                text = f"{endpoint} failed: SendCloud answered HTTP {http_status}; try again later"
                raise failure(kind, text, doubtful=not _is_unprocessed(response)) from None
            raise failure(
                _errors.PROTOCOL,
                f"the answer to {endpoint} is not one of SendCloud's API: HTTP {http_status} with {error}. Check that "
                "api_url is the base URL of the account's region",
            ) from None
        http_kind = _kind_of_http_status(http_status)
        if envelope.succeeded and http_kind is None:
            return envelope
        # A code that says something is more precise than the HTTP status; one that says nothing is not.
        kind = envelope.kind if http_kind is None or envelope.kind != _errors.REJECTED else http_kind
        doubtful = kind == _errors.SERVER and not _is_unprocessed(response)
        raise failure(kind, self._refusal(endpoint, envelope, http_status), envelope, doubtful)

    def _refusal(self, endpoint: str, envelope: Envelope, http_status: int) -> str:
        said = self._redactor.clean(envelope.message) if envelope.message else "no message"
        code = "no code" if envelope.status_code is None else f"code {envelope.status_code}"
        text = f"SendCloud refused {endpoint} (HTTP {http_status}, {code}): {said}"
        return f"{text}. What to do: {envelope.advice}" if envelope.advice else text

    def _network_error(
        self, endpoint: str, error: Exception, is_write: bool, http_status: int | None = None
    ) -> SendCloudError:
        text = f"{endpoint}: {_what_happened(error, self._account.api_url)}"
        return SendCloudError(
            _errors.NETWORK,
            self._redactor.clean(text),
            http_status=http_status,
            endpoint=endpoint,
            processed=_errors.NOT_PROCESSED if _is_unsent(error) else _errors.MAYBE_PROCESSED,
        )


def _session(adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = "sendcloud.email (Ansible collection)"
    session.headers["Accept"] = "application/json"
    # With an authentication of its own (that adds nothing) requests does not look into ~/.netrc,
    # while proxies from the environment stay honoured.
    session.auth = lambda request: request
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise _OversizedAnswerError
        announced = response.headers.get("Content-Length", "")
        # urllib3 1.26 takes a body that ends early for a whole one.
        if announced.isdigit() and response.raw.tell() < int(announced):
            raise requests.exceptions.ConnectionError("the answer ended early")
    finally:
        response.close()
    return bytes(body)


def _may_repeat(error: SendCloudError, is_write: bool) -> bool:
    """Whether an answer that came is none, and asking again may help (what urllib3 cannot see)."""
    if error.status_code == _envelope.TOO_FREQUENT:
        return True
    return not is_write and (error.kind == _errors.NETWORK or error.status_code == _envelope.SERVER_EXCEPTION)


def _kind_of_http_status(http_status: int) -> str | None:
    if http_status == 429:
        return _errors.RATE_LIMITED
    return _errors.SERVER if http_status >= 500 else None


def _is_unprocessed(response: requests.Response) -> bool:
    """HTTP 429, and 503 with a C(Retry-After): not processed (RFC 6585 section 4, RFC 9110 section 15.6.4)."""
    return response.status_code == 429 or (response.status_code == 503 and "Retry-After" in response.headers)


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The error and what it came from, outermost first: requests and urllib3 wrap it several times over."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        yield current
        inner = getattr(current, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((argument for argument in current.args if isinstance(argument, BaseException)), None)
        current = inner or current.__cause__ or current.__context__


def _is_unsent(error: BaseException) -> bool:
    """Whether no connection was made, so that nothing can have been processed."""
    return any(isinstance(cause, ConnectTimeoutError) for cause in _causes(error))


def _what_happened(error: BaseException, api_url: str) -> str:
    causes = list(_causes(error))
    if any(isinstance(cause, requests.exceptions.SSLError) for cause in causes):
        reason = _deepest_text(causes)
        return f"no trusted TLS connection to {api_url}: {reason}. If a CA of your own signed it, set ca_path"
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        return f"the proxy on the way to {api_url} failed: {_deepest_text(causes)}"
    if any(_is_timeout(cause) for cause in causes):
        return f"no answer from {api_url} in time; check the network, or give a larger api_timeout"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"the host name of {api_url} cannot be resolved: {_deepest_text(causes)}"
    if _is_unsent(error):
        return f"no connection to {api_url}: {_deepest_text(causes)}"
    return f"the connection to {api_url} was lost: {_deepest_text(causes)}"


def _is_timeout(error: BaseException) -> bool:
    # To urllib3 a connection that is refused is a timeout too.
    return isinstance(error, (ReadTimeoutError, ConnectTimeoutError)) and not isinstance(error, NewConnectionError)


def _deepest_text(causes: t.Sequence[BaseException]) -> str:
    """What the operating system or the TLS library said, without the library's own wrapping."""
    for cause in reversed(causes):
        text = getattr(cause, "strerror", None) or str(cause)
        if text:
            return str(text)
    return type(causes[0]).__name__
