# Copyright (c) 2026, sendcloud.email contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 sendcloud.email contributors

# This module util is PRIVATE to the sendcloud.email collection: it may change in any release.

"""Requests to SendCloud's API and the verdict on every answer: HTTP, retries, envelopes, typed errors."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import socket
import ssl
import traceback
import typing as t

from ansible_collections.sendcloud.email.plugins.module_utils import _errors
from ansible_collections.sendcloud.email.plugins.module_utils._errors import InputError, SendCloudError
from ansible_collections.sendcloud.email.plugins.module_utils._libraries import OLDEST_REQUESTS, check_library
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.connection import TimeLimit, limited
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.envelope import (
    UnreadableEnvelopeError,
    parse_envelope,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.retry import (
    may_repeat,
    parse_retry_after,
    pause_before,
)
from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.route import (
    find_proxy,
    find_trust,
    proxy_secrets,
)

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import CertificateError  # type: ignore[attr-defined]
    from urllib3.exceptions import (
        ConnectTimeoutError,
        DecodeError,
        HTTPError,
        NewConnectionError,
        ReadTimeoutError,
    )
except ImportError:
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

if t.TYPE_CHECKING:
    from ansible_collections.sendcloud.email.plugins.module_utils._clock import Clock
    from ansible_collections.sendcloud.email.plugins.module_utils._redaction import Redactor
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.account import Account
    from ansible_collections.sendcloud.email.plugins.module_utils._sendcloud.envelope import Envelope

LARGEST_ANSWER = 5 * 1024 * 1024

# What a request that starts at a deadline may still take, in seconds.
# However little is left, a request gets so much time, in seconds.
_SHORTEST_TIME = 0.5
# How many times C(api_timeout) an answer may take as a whole.
_WHOLE_ANSWER = 4


@dataclasses.dataclass(frozen=True)
class _Failure:
    """Why a request failed, whether sending it again cannot help, and how many seconds SendCloud asks to wait."""

    error: SendCloudError
    is_final: bool = False
    retry_after: float | None = None


def check_requests() -> None:
    """Raise MissingLibraryError where requests is missing or too old."""
    installed = None if REQUESTS_IMPORT_ERROR is not None else requests.__version__
    check_library("requests", OLDEST_REQUESTS, installed, REQUESTS_IMPORT_ERROR)


class Transport:
    """One connection to the API of one account, and the rules of what is sent again.

    ``redactor`` takes secrets out of what answers and libraries say; those of proxies are added to it. The
    constructor raises MissingLibraryError where ``requests`` is missing or too old, and InputError where the
    environment names a proxy or CA certificates that cannot be used.
    """

    def __init__(self, account: Account, redactor: Redactor, clock: Clock) -> None:
        check_requests()
        self._account = account
        self._redactor = redactor.with_secrets(proxy_secrets())
        self._clock = clock
        self._trust = find_trust(account)
        self._proxy = find_proxy(account.api_url)
        self._limit = TimeLimit(clock)
        self._trace: t.Callable[[str], None] | None = None
        self._session = self._new_session()

    def serving(self, redactor: Redactor, trace: t.Callable[[str], None]) -> Transport:
        """The same connection for another run on the account, whose secrets ``redactor`` knows.

        ``trace`` is told of each request, in a line: its endpoint, the HTTP status of the answer, and how long it took.
        """
        other = copy.copy(self)
        other._redactor = redactor.with_secrets(proxy_secrets())
        other._trace = trace
        return other

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def read(self, endpoint: str, parameters: t.Mapping[str, str], deadline: float | None = None) -> Envelope:
        """Ask for something that changes nothing that matters, as often as the account's ``retries`` allow.

        With ``deadline``, a time of ``clock.monotonic()``, there is one try, which ends by then.
        Raises SendCloudError unless it succeeds.
        """
        return self._send(endpoint, parameters, is_read=True, deadline=deadline)

    def write(self, endpoint: str, parameters: t.Mapping[str, str]) -> Envelope:
        """Ask for a change, again only where it certainly was not processed.

        Raises SendCloudError unless it succeeds.
        """
        return self._send(endpoint, parameters, is_read=False)

    def _new_session(self) -> requests.Session:
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
        managers = [adapter.poolmanager]
        if self._proxy is not None:
            try:
                managers.append(adapter.proxy_manager_for(self._proxy.url))
            except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
                text = f"the proxy {self._proxy.shown} cannot be used: {self._quoted([error])}"
                raise InputError(text) from error
        for manager in managers:
            classes = manager.pool_classes_by_scheme
            manager.pool_classes_by_scheme = {name: limited(pool, self._limit) for name, pool in classes.items()}
        session = requests.Session()
        # The environment was looked at already; and nothing is taken from ~/.netrc.
        session.trust_env = False
        # Redirects are never followed, and requests would take even those apart that are not.
        session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        session.headers["User-Agent"] = "sendcloud.email (Ansible collection)"
        session.headers["Accept"] = "application/json"
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session

    def _send(
        self,
        endpoint: str,
        parameters: t.Mapping[str, str],
        *,
        is_read: bool,
        deadline: float | None = None,
    ) -> Envelope:
        retries = self._account.retries if deadline is None else 0
        was_in_doubt = False
        for repetition in itertools.count(1):
            verdict = self._try_once(endpoint, parameters, deadline)
            if not isinstance(verdict, _Failure):
                return verdict
            error = verdict.error
            was_in_doubt = was_in_doubt or error.processed == _errors.MAYBE_PROCESSED
            if repetition > retries or verdict.is_final or not may_repeat(error, is_read):
                if repetition > 1:
                    error = error.adding(f"It was tried {repetition} times")
                # That the last try was not processed says nothing of those before.
                raise error.replaced(processed=_errors.MAYBE_PROCESSED) if was_in_doubt else error
            self._clock.sleep(verdict.retry_after or pause_before(repetition))
        raise AssertionError("unreachable")

    def _try_once(self, endpoint: str, parameters: t.Mapping[str, str], deadline: float | None) -> Envelope | _Failure:
        account = self._account
        total = _WHOLE_ANSWER * account.timeout
        if deadline is not None:
            total = min(total, max(deadline - self._clock.monotonic(), _SHORTEST_TIME))
        timeout = min(account.timeout, total)
        self._limit.start(timeout, total)
        http_status = None
        try:
            response = self._session.post(
                f"{account.api_url}/{endpoint}",
                data={"apiUser": account.api_user, "apiKey": account.api_key, **parameters},
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                proxies={} if self._proxy is None else {"http": self._proxy.url, "https": self._proxy.url},
                verify=self._trust.verify,
            )
            http_status = response.status_code
            return self._verdict(endpoint, response)
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            return self._lost(endpoint, error, http_status)
        finally:
            if self._trace is not None:
                status = "no answer" if http_status is None else f"HTTP {http_status}"
                self._trace(f"{endpoint}: {status}, {self._limit.elapsed():.3f} s")

    def _verdict(self, endpoint: str, response: requests.Response) -> Envelope | _Failure:
        """What an answer says: the envelope comes before the HTTP status."""
        http_status = response.status_code
        if 300 <= http_status < 400:
            response.close()
            return self._redirected(endpoint, response)
        http_kind = _kind_of_http_status(http_status)
        is_unprocessed = _is_unprocessed(response)
        try:
            envelope = parse_envelope(_body(response))
        except UnreadableEnvelopeError as unreadable:
            error = self._unreadable(endpoint, http_status, http_kind, is_unprocessed, str(unreadable))
        else:
            if envelope.succeeded and http_kind is None:
                return envelope
            error = self._refused(endpoint, envelope, http_status, http_kind, is_unprocessed)
        retry_after = parse_retry_after(response.headers.get("Retry-After"), self._clock.now())
        return _Failure(error, retry_after=retry_after)

    def _redirected(self, endpoint: str, response: requests.Response) -> _Failure:
        target = self._redactor.clean(response.headers.get("Location", "")) or "nowhere"
        text = (
            f"SendCloud answered {endpoint} with a redirect (HTTP {response.status_code}) to {target}. Redirects are "
            "never followed, since the credentials would go there, too. Check api_url"
        )
        return _Failure(
            SendCloudError(
                _errors.PROTOCOL,
                text,
                http_status=response.status_code,
                endpoint=endpoint,
                processed=_errors.MAYBE_PROCESSED,
            )
        )

    def _refused(
        self, endpoint: str, envelope: Envelope, http_status: int, http_kind: str | None, is_unprocessed: bool
    ) -> SendCloudError:
        # A code that says something is more precise than the HTTP status; one that says nothing is not.
        kind = envelope.kind if http_kind is None or envelope.kind != _errors.REJECTED else http_kind
        in_doubt = envelope.succeeded or envelope.contradicts_itself
        in_doubt = in_doubt or (kind == _errors.SERVER and not is_unprocessed)
        said = self._redactor.clean(envelope.message) if envelope.message else None
        code = "no code" if envelope.status_code is None else f"code {envelope.status_code}"
        text = f"SendCloud refused {endpoint} ({code}): {said or 'it gives no reason'}"
        return SendCloudError(
            kind,
            f"{text.rstrip('.')}. {envelope.advice}" if envelope.advice else text,
            status_code=envelope.status_code,
            api_message=said,
            http_status=http_status,
            endpoint=endpoint,
            processed=_errors.MAYBE_PROCESSED if in_doubt else _errors.NOT_PROCESSED,
        )

    def _unreadable(
        self, endpoint: str, http_status: int, http_kind: str | None, is_unprocessed: bool, what: str
    ) -> SendCloudError:
        if http_kind is not None:
            text = f"SendCloud answered {endpoint} with HTTP {http_status}. Try again later"
        else:
            text = (
                f"what answers at {self._account.api_url} is not SendCloud's API: {endpoint} gave HTTP {http_status} "
                f"with {what}. Check that api_url is the base URL of the account's region"
            )
        return SendCloudError(
            http_kind or _errors.PROTOCOL,
            text,
            http_status=http_status,
            endpoint=endpoint,
            processed=_errors.NOT_PROCESSED if is_unprocessed else _errors.MAYBE_PROCESSED,
        )

    def _lost(self, endpoint: str, error: Exception, http_status: int | None) -> _Failure:
        """What to say where there is no whole answer."""
        causes = list(_causes(error))
        if any(isinstance(cause, OSError) for cause in causes):
            try:
                self._trust.check_ca()
            except InputError as input_error:
                return _Failure(input_error, is_final=True)
        is_unsent = not self._limit.was_connected or any(isinstance(cause, ConnectTimeoutError) for cause in causes)
        is_untrusted = any(_is_untrusted(cause) for cause in causes)
        lost = SendCloudError(
            _errors.NETWORK,
            self._what_happened(causes, is_untrusted, is_unsent),
            http_status=http_status,
            endpoint=endpoint,
            processed=_errors.NOT_PROCESSED if is_unsent else _errors.MAYBE_PROCESSED,
        )
        return _Failure(lost, is_final=is_untrusted)

    def _what_happened(self, causes: t.Sequence[BaseException], is_untrusted: bool, is_unsent: bool) -> str:
        api_url, proxy = self._account.api_url, self._proxy
        where = api_url if proxy is None else f"{api_url} through the proxy {proxy.shown}"
        reason = self._quoted(causes)
        if is_untrusted:
            return (
                f"the TLS certificate of {where} is not trusted: {reason}. If it is signed by a CA of your own, such "
                "as that of a proxy that inspects TLS, give the certificate of this CA with ca_path"
            )
        if any(_is_timeout(cause) for cause in causes):
            return (
                f"no answer from {where} in time. Check the network, and whether a firewall is in the way, or raise "
                "api_timeout"
            )
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            whose = "its host name" if proxy is None else "the host name of the proxy"
            reason = f"{whose} cannot be resolved ({reason})"
        if not is_unsent:
            return f"the connection to {where} was lost: {reason}"
        if proxy is not None:
            return f"no connection to {where}: {reason}. Check HTTPS_PROXY and ALL_PROXY, and whether the proxy is up"
        return (
            f"no connection to {where}: {reason}. Check api_url, and whether this host needs a proxy (HTTPS_PROXY) or "
            "a firewall is in the way"
        )

    def _quoted(self, causes: t.Sequence[BaseException]) -> str:
        """What the operating system or the TLS library said, without the library's own wrapping."""
        for cause in reversed(causes):
            # What OpenSSL found, without the names of its own functions and files.
            found = getattr(cause, "verify_message", None)
            text = found or getattr(cause, "strerror", None) or str(cause)
            if text:
                return self._redactor.clean(str(text))
        return type(causes[0]).__name__


def _body(response: requests.Response) -> bytes:
    """The whole body, so that the connection can be used again.

    Raises UnreadableEnvelopeError where it is too large or cannot be decoded, and what requests and urllib3 raise
    where it does not arrive.
    """
    body = bytearray()
    try:
        for chunk in response.iter_content(65536):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise UnreadableEnvelopeError(f"a body larger than {LARGEST_ANSWER // 2**20} MiB")
        announced = response.headers.get("Content-Length", "")
        # urllib3 1.26 takes a body that ends early for a whole one.
        if announced.isdigit() and response.raw.tell() < int(announced):
            raise requests.exceptions.ConnectionError("the answer ended early")
    except (requests.exceptions.ContentDecodingError, DecodeError):
        raise UnreadableEnvelopeError("a body that cannot be decompressed") from None
    finally:
        response.close()
    return bytes(body)


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


def _is_untrusted(error: BaseException) -> bool:
    # The second is what urllib3 1.26 says of another host's certificate.
    return isinstance(error, (ssl.SSLCertVerificationError, CertificateError))


def _is_timeout(error: BaseException) -> bool:
    # To urllib3 a connection that is refused is a timeout too.
    is_timeout = isinstance(error, (ReadTimeoutError, ConnectTimeoutError, socket.timeout))
    return is_timeout and not isinstance(error, NewConnectionError)
