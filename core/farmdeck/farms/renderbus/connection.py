"""The wire to Renderbus: one request in, the answer's `data` out, or an error that says what to do.

What is repeated: only calls whose row says that repeating is safe, and only when the connection failed or the server
answered HTTP 5xx (up to REPEATS times, after short growing waits), or when the farm found this machine's clock wrong
(once, with the clock corrected). Everything that the farm says itself costs exactly one request.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..._errors import BadInput, Cancelled
from ..._version import __version__
from ...redaction import redact
from ..sessions import new_session
from .dialects import CALLS, Call, Dialect, detect, dialect_named
from .errors import (
    AnswerLost,
    ClockWrong,
    ServerDown,
    SignatureRefused,
    Unreachable,
    UnreadableAnswer,
    WrongServer,
    error_for,
)
from .signature import sign

if TYPE_CHECKING:
    import requests

    from ...farm import Watch

LOG = logging.getLogger(__name__)

SUCCESS = 200
SIGNATURE_EXPIRED = 610
CHANNEL = "4"
"""Requests through the API, as opposed to the farm's own clients (protocol V3, 2018)."""
REPEATS = 3
LONGEST_WAIT = 4.0
"""Seconds between two attempts at most."""
LOOK = 0.02
"""Seconds between two looks at whether somebody pressed Stop."""
SHORTEST_SECRET = 4
"""Shorter texts are no secrets, and would tear words apart."""

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?")
_LOOPBACK = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?")
_ACCESS_ID = re.compile(r"[!-~]+")
_NONCES = 899_999_963  # a prime: a stride below it visits every number once
_FIRST_NONCE, _STRIDE = secrets.randbelow(_NONCES), 1 + secrets.randbelow(_NONCES - 1)
_COUNT = itertools.count()


def fresh_nonce() -> str:
    """Nine digits, random at first sight, and no two alike in a process."""
    return str(100_000_000 + (_FIRST_NONCE + next(_COUNT) * _STRIDE) % _NONCES)


class Connection:
    """One account at one farm; any number of threads may use it at once.

    The network's proxy is used as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, never for this machine itself; a netrc is
    not read. Certificates are always verified.
    """

    def __init__(
        self,
        domain: str,
        access_id: str,
        access_key: str | Callable[[], str],
        platform: str | int,
        dialect: str = "",
        *,
        protocol: str = "https",
        timeout: tuple[float, float] = (10.0, 60.0),
        first_wait: float = 0.25,
    ) -> None:
        """Cheap: no network, no keyring.

        `domain` with its port when it needs one; `access_key` may be a function that is called when the key is first
        needed; `dialect` is `v3`, `current` or empty: found out at the first call. `timeout`: seconds for connecting,
        and for the server to say something. `first_wait`: seconds before the first repetition; they double.
        Raises BadInput.
        """
        self.domain = _checked_domain(domain, protocol)
        self.platform = _checked_platform(platform)
        self._url = f"{protocol}://{self.domain}"
        self._access_id = _checked_access_id(access_id)
        self._ask_key = access_key if callable(access_key) else _saying(access_key)
        self._key = ""
        self._secrets: frozenset[str] = frozenset()
        self.keep_secret(self._access_id)
        self._dialect = dialect_named(dialect) if dialect else None
        self._timeout = timeout
        self._first_wait = first_wait
        self._offset = 0.0
        self._session: requests.Session | None = None
        self._opening = threading.Lock()
        self._closed = threading.Event()

    def __repr__(self) -> str:
        return f"<Connection to {self.domain}>"

    @property
    def clock_offset(self) -> float:
        """Seconds by which the farm's clock is ahead of this machine's; 0 until the farm complained."""
        return self._offset

    @property
    def mainland(self) -> bool:
        """The farm for China; by the domain, as rayvision_api 3.0.4.3 tells the two apart."""
        return "renderbus" in self.domain

    def close(self) -> None:
        """Give the connections back; waits for a repetition end at once, with Cancelled."""
        self._closed.set()
        with self._opening:
            if self._session is not None:
                self._session.close()

    def keep_secret(self, secret: str) -> None:
        """Keep this one, too, out of the texts of errors."""
        if len(secret) >= SHORTEST_SECRET:
            self._secrets |= {secret}  # a new set: other threads may be reading the old one

    def dialect(self, watch: Watch | None = None) -> Dialect:
        """The account's dialect; found out when no setting says it. Raises WrongServer and what `call` raises."""
        if self._dialect is None:  # threads that come at once ask twice: better than one waiting for the other
            self._dialect = detect(self, watch)
            LOG.info("%s speaks %s", self.domain, self._dialect.name)
        return self._dialect

    def call(self, name: str, body: Mapping[str, Any] | None = None, watch: Watch | None = None) -> Any:
        """`data` of the answer; None where the farm answers null.

        `name` is a row of `dialects.CALLS`, `body` has the names of the current dialect. `watch` is looked at before
        each attempt and while waiting for the next one; a request that is under way ends with its timeout.
        Raises RenderbusError in its kinds, BadInput, Cancelled.
        """
        return self.call_in(self.dialect(watch), name, body, watch)

    def call_in(
        self, dialect: Dialect, name: str, body: Mapping[str, Any] | None = None, watch: Watch | None = None
    ) -> Any:
        """The same in a dialect of the caller's choice."""
        call = CALLS[name]
        path = call.path(dialect)
        sent = call.body(dialect, body or {})
        if not call.repeatable:
            return self._only_once(call, dialect, path, sent, watch)
        return self._repeated(dialect, path, sent, watch)

    def _only_once(self, call: Call, dialect: Dialect, path: str, body: dict[str, Any], watch: Watch | None) -> Any:
        try:
            return self._attempt(dialect, path, body, watch)
        except (Unreachable, UnreadableAnswer, ServerDown) as exc:
            if isinstance(exc, Unreachable) and not exc.sent:
                raise
            raise AnswerLost(
                f"{self.domain} was asked to {call.asks} but gave no readable answer, so it may have been done or not.",
                "Look at the farm's list before doing it again.",
                code=exc.code,
                request_id=exc.request_id,
            ) from exc

    def _repeated(self, dialect: Dialect, path: str, body: dict[str, Any], watch: Watch | None) -> Any:
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((Unreachable, ServerDown)),
            stop=tenacity.stop_after_attempt(1 + REPEATS),
            wait=tenacity.wait_exponential(multiplier=self._first_wait, max=LONGEST_WAIT),
            sleep=lambda seconds: self._wait(seconds, watch),
            reraise=True,
        )
        return retrying(self._with_clock, dialect, path, body, watch)

    def _with_clock(self, dialect: Dialect, path: str, body: dict[str, Any], watch: Watch | None) -> Any:
        before = self._offset
        try:
            return self._attempt(dialect, path, body, watch)
        except ClockWrong:
            if self._offset == before:  # the farm did not say what time it is
                raise
        try:
            return self._attempt(dialect, path, body, watch)
        except ClockWrong:
            self._offset = 0.0  # then its clock was no help
            raise

    def _wait(self, seconds: float, watch: Watch | None) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._look(watch)
            self._closed.wait(left if watch is None else min(left, LOOK))

    def _look(self, watch: Watch | None) -> None:
        if self._closed.is_set():
            raise Cancelled("The connection to the farm was closed.", "Start again.")
        if watch is not None:
            watch.check()

    def _attempt(self, dialect: Dialect, path: str, body: dict[str, Any], watch: Watch | None) -> Any:
        self._look(watch)
        headers = self._headers(dialect, path, body)
        began = time.monotonic()
        outcome: object = "no answer"
        try:
            status, content = self._post(path, headers, json.dumps(body).encode("ascii"))
            outcome = f"HTTP {status}"
            answer = self._envelope(status, content)
            outcome = code = _whole(answer.get("code"))
            if code == SUCCESS and "data" in answer:
                return answer["data"]
            raise self._refusal(code, answer, headers["signature"])
        finally:
            LOG.debug("POST %s: %s in %.0f ms", path, outcome, (time.monotonic() - began) * 1000)

    def _refusal(self, code: int, answer: Mapping[str, Any], signature: str) -> Exception:
        if code == SUCCESS:
            return self._unreadable("has no data")
        if code == SIGNATURE_EXPIRED:
            self._learn_clock(answer.get("serverTime"))
        hidden = self._secrets | {signature}
        words = redact(str(answer.get("message") or ""), hidden)
        request = redact(str(answer.get("requestId") or ""), hidden)
        error = error_for(code, words, request)
        if isinstance(error, SignatureRefused):
            self._key = ""  # ask again next time: it may be corrected by then
        return error

    def _learn_clock(self, server_ms: object) -> None:
        milliseconds = _whole(server_ms)
        if milliseconds > 0:
            self._offset = milliseconds / 1000 - time.time()

    def _headers(self, dialect: Dialect, path: str, body: Mapping[str, Any]) -> dict[str, str]:
        headers = {
            "accessId": self._access_id,
            "channel": CHANNEL,
            "platform": self.platform,
            "UTCTimestamp": str(int(time.time() + self._offset)),
            "nonce": fresh_nonce(),
            "version": dialect.version,
        }
        headers["signature"] = sign(self._access_key(), self.domain, path, headers, body)
        headers["Content-Type"] = "application/json"
        if dialect.language_flag:
            headers["languageFlag"] = "0" if self.mainland else "1"
        return headers

    def _access_key(self) -> str:
        key = self._key or self._ask_key().strip()
        if not key:
            raise BadInput(
                f"There is no access key for {self.domain}.", "Give it: farmdeck farms add … --secret-stdin."
            )
        self._key = key
        self.keep_secret(key)
        return key

    def _post(self, path: str, headers: Mapping[str, str], payload: bytes) -> tuple[int, bytes]:
        import requests  # slow to import, and not needed before the first call

        try:
            answer = self._open().post(
                self._url + path, data=payload, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as exc:
            raise _silence(self.domain, exc) from exc
        return answer.status_code, answer.content

    def _open(self) -> requests.Session:
        with self._opening:
            if self._session is None:
                local = _LOOPBACK.fullmatch(self.domain) is not None
                self._session = new_session(self._url, f"farmdeck/{__version__}", local=local)
            return self._session

    def _envelope(self, status: int, content: bytes) -> dict[str, Any]:
        """The farm's answer as a dict with a code. Raises ServerDown, UnreadableAnswer, WrongServer, or by status."""
        if status >= 500:
            raise ServerDown(
                f"{self.domain} is in trouble (HTTP {status}).", "Try again in a few minutes.", code=status
            )
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and _whole(answer.get("code")):
            return answer
        if 300 <= status < 400:
            raise WrongServer(f"{self.domain} sends visitors elsewhere.", "Check the farm's domain in the settings.")
        if status >= 400:
            raise error_for(status, f"HTTP {status}")
        raise self._unreadable("cannot be read" if answer is None else "has no code")

    def _unreadable(self, why: str) -> UnreadableAnswer:
        return UnreadableAnswer(
            f"{self.domain} gave an answer that {why}.",
            "Check the network: a log-in page or a proxy may answer in the farm's place. Then try again.",
        )


def _silence(domain: str, exc: Exception) -> Unreachable:
    """Why no answer came, in words; foreign errors become ours here and nowhere else."""
    from requests import exceptions
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    cause = exc.args[0] if exc.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(exc, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(exc):
        return Unreachable(
            f"The certificate of {domain} cannot be verified.",
            "Check this machine's clock, and ask IT whether the network opens encrypted traffic.",
            sent=False,
        )
    if isinstance(exc, exceptions.ProxyError):
        return Unreachable(f"The proxy on the way to {domain} does not work.", "Ask IT about the proxy.", sent=False)
    if isinstance(exc, exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError):
        return Unreachable(
            f"{domain} cannot be reached.", "Check the network and the farm's domain in the settings.", sent=False
        )
    if isinstance(exc, exceptions.Timeout):
        return Unreachable(f"{domain} took too long to answer.", "Try again in a few minutes.")
    return Unreachable(f"The connection to {domain} broke.", "Check the network, then try again.")


def _saying(text: str) -> Callable[[], str]:
    return lambda: text


def _checked_domain(domain: str, protocol: str) -> str:
    domain = domain.strip().lower()  # as it will stand in the header Host, which the farm verifies
    if not _DOMAIN.fullmatch(domain):
        raise BadInput(f'"{domain}" is no domain.', "Give the name only, for example task.renderbus.com.")
    if protocol not in ("https", "http"):
        raise BadInput(f'Renderbus does not speak "{protocol}".', "Give https.")
    if protocol == "http" and not _LOOPBACK.fullmatch(domain):
        raise BadInput(f"{domain} would be spoken to in the open.", "Use https; http is for this machine only.")
    return domain


def _checked_access_id(access_id: str) -> str:
    access_id = access_id.strip()
    if not _ACCESS_ID.fullmatch(access_id):
        raise BadInput("The access id is empty or holds characters that none has.", "Copy it again from the farm.")
    return access_id


def _checked_platform(platform: str | int) -> str:
    text = str(platform).strip()
    if not text.isascii() or not text.isdigit():
        raise BadInput(f'"{text}" is no platform.', "Give the platform's number, for example 2 or 62.")
    return text


def _whole(value: object) -> int:
    """A whole number that the farm sent, also as text; 0 when it is none."""
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return int(value)
        except (ValueError, OverflowError):
            return 0
    return 0
