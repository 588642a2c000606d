"""The wire to a Manager: one request in, its answer out, or an error that says what to do.

What is repeated: a question (`ask`) whenever the connection failed or the Manager was busy or in trouble; a change
(`tell`) only when the Manager said that it is busy, so that nothing was done; what is sent `once`, never. Waits grow;
the Manager's Retry-After is kept to, all within `patience`.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._errors import BadInput, Cancelled, FarmError, FarmUnreachable
from ..._version import __version__
from ..sessions import new_session
from .errors import Complaint, OddAnswer, Trouble, Unavailable, error_for

if TYPE_CHECKING:
    import requests
    import tenacity

LOG = logging.getLogger(__name__)

PORT = 8080
"""Where a Manager listens when nobody says otherwise."""
REPEATS = 3
LONGEST_WAIT = 4.0
"""Seconds between two attempts, when the Manager does not say how many."""
LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes. A job in a list takes one to two thousand."""
LONGEST_ANSWER = 300.0
"""Seconds from an answer's first byte to its last."""
CHUNK = 256 * 1024

_HOST, _PATH = re.compile(r"[\w.:%-]+"), re.compile(r"[\w./~%+-]*")
_OWN_PAGES = re.compile(r"/(?:app|api)(?:/.*)?$")
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")


def read_address(text: str) -> str:
    """`http://host:8080`, as a Manager's paths follow it, from what a person types or copies from a browser.

    Without `http://` the port is 8080 unless another one is given. A path is kept (a Manager behind a web server),
    but not those of the Manager's own pages. Raises BadInput.
    """
    text = text.strip()
    bare = "://" not in text
    try:
        parts = urlsplit(f"http://{text}" if bare else text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_address(text) from None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        raise _bad_address(text)
    if "@" in parts.netloc:
        raise BadInput("A Manager's address holds no log-in.", "Give it as http://host:8080.")
    port = port or (PORT if bare else None)
    named = f"[{host}]" if ":" in host else host
    path = _OWN_PAGES.sub("", parts.path.rstrip("/"))
    return f"{parts.scheme}://{named}{f':{port}' if port else ''}{path}"


def _bad_address(text: str) -> BadInput:
    return BadInput(f'"{text}" is no address of a Flamenco Manager.', "Give it as http://host:8080.")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes

    @property
    def text(self) -> str:
        """It as text; what is no UTF-8 is marked."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """It as JSON; None when it is empty. Raises OddAnswer."""
        if not self.content.strip():
            return None
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise OddAnswer(
                "The Manager's answer is odd: it is no JSON.",
                "Check that the address is that of a Flamenco Manager.",
            ) from None


class Connection:
    """One Manager; any number of threads may use it at once."""

    def __init__(
        self,
        url: str,
        *,
        timeout: tuple[float, float] = (10.0, 60.0),
        patience: float = 60.0,
        first_wait: float = 0.25,
        repeats: int = REPEATS,
    ) -> None:
        """Cheap: no network. `timeout`: seconds for connecting, and for the Manager to say something.

        `patience`: seconds that a busy Manager is waited for. `repeats`: how often a question is asked again when no
        answer came, `first_wait` seconds later the first time, and twice as long each time after. Raises BadInput.
        """
        self.address = read_address(url)
        self.host = urlsplit(self.address).netloc
        self._timeout = timeout
        self._patience = patience
        self._first_wait = first_wait
        self._repeats = repeats
        self._session: requests.Session | None = None
        self._opening = threading.Lock()
        self._closed = threading.Event()

    def __repr__(self) -> str:
        return f"<Connection to {self.address}>"

    def close(self) -> None:
        """Give the connections back; what waits for a repetition ends at once, with Cancelled."""
        self._closed.set()
        with self._opening:
            if self._session is not None:
                self._session.close()

    def ask(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> Answer:
        """GET, or POST with a body: a question that changes nothing. Raises FarmError in its kinds, Cancelled."""
        method = "GET" if body is None else "POST"
        return self._repeated(
            (FarmUnreachable, Trouble), lambda: self._attempt(method, path, _encoded(body), headers, largest)
        )

    def tell(self, path: str, body: Any = None, *, method: str = "POST") -> Answer:
        """A change that may be asked for again when the Manager was busy. Raises FarmError in its kinds, Cancelled."""
        return self._repeated((Unavailable,), lambda: self._attempt(method, path, _encoded(body)))

    def once(self, path: str, body: Any) -> Answer:
        """A change that is never asked for twice.

        Raises FarmUnreachable when no answer came: it may have been made or not. Raises FarmError in its kinds.
        """
        return self._attempt("POST", path, _encoded(body))

    def send(self, path: str, data: Any, headers: Mapping[str, str]) -> Answer:
        """POST of something that has a length and gives chunks of bytes; never repeated. Raises as `once`."""
        return self._attempt("POST", path, data, headers)

    def _repeated(self, kinds: tuple[type[FarmError], ...], work: Callable[[], Answer]) -> Answer:
        import tenacity

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda exc: isinstance(exc, kinds) and _may_pass(exc)),
            stop=self._out_of_patience,
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(work)

    def _out_of_patience(self, state: tenacity.RetryCallState) -> bool:
        if isinstance(_error_of(state), Unavailable):
            return (state.seconds_since_start or 0.0) + self._pause(state) > self._patience
        return state.attempt_number > self._repeats

    def _pause(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next attempt."""
        error = _error_of(state)
        if isinstance(error, Unavailable) and error.retry_after is not None:
            return error.retry_after
        return min(LONGEST_WAIT, self._first_wait * 2.0 ** min(state.attempt_number - 1, 10))

    def _sleep(self, seconds: float) -> None:
        if self._closed.wait(seconds):
            raise _closed()

    def _attempt(
        self,
        method: str,
        path: str,
        data: Any,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> Answer:
        import requests  # slow to import, and not needed before the first call

        if self._closed.is_set():
            raise _closed()
        if not path.startswith("/"):  # a server's path that would lead to another host
            raise OddAnswer(f'The Manager\'s answer is odd: "{path}" is no path.', "Ask who looks after it.")
        began = time.monotonic()
        outcome: object = "no answer"
        try:
            with self._open().request(
                method,
                self.address + path,
                data=data,
                headers={"Content-Type": "application/json", **(headers or {})} if data is not None else headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                outcome = response.status_code
                answer = Answer(response.status_code, self._content(response, largest))
                if not 200 <= answer.status < 300:
                    raise error_for(self.host, answer.status, _complaint(answer), _retry_after(response))
                return answer
        except requests.RequestException as exc:
            raise _silence(self.host, exc) from exc
        finally:
            LOG.debug("%s %s: %s in %.0f ms", method, path, outcome, (time.monotonic() - began) * 1000)

    def _content(self, response: requests.Response, largest: int) -> bytes:
        """The whole answer, which neither grows nor lasts without end."""
        content = bytearray()
        until = time.monotonic() + LONGEST_ANSWER
        for chunk in response.iter_content(CHUNK):
            content += chunk
            if len(content) > largest:
                raise OddAnswer(
                    f"{self.host} gave an answer of more than {largest / 1024**2:g} MB.", "Ask who looks after it."
                )
            if time.monotonic() > until:
                raise FarmUnreachable(f"{self.host} took too long to answer.", "Try again in a few minutes.")
        return bytes(content)

    def _open(self) -> requests.Session:
        with self._opening:
            if self._session is None:
                local = _LOOPBACK.fullmatch(urlsplit(self.address).hostname or "") is not None
                self._session = new_session(self.address, f"farmdeck/{__version__}", local=local)
            return self._session


def _encoded(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body).encode("ascii")


def _error_of(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _may_pass(exc: BaseException) -> bool:
    """Would it be any use to ask again?"""
    if isinstance(exc, Unavailable):
        return exc.retry_after is not None
    return not isinstance(exc, OddAnswer)


def _complaint(answer: Answer) -> Complaint:
    """What the answer says of an error; its `code` tells the API's own ones (OpenAPI: Error) from a web server's."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return Complaint()
    if not isinstance(found, dict):
        return Complaint()
    words = found.get("message")
    return Complaint(words if isinstance(words, str) else "", "code" in found)


def _retry_after(response: requests.Response) -> float | None:
    """The header's seconds, which are whole (Flamenco 3.9-beta1, internal/manager/api_impl/api_impl.go)."""
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}", text) else None


def _closed() -> Cancelled:
    return Cancelled("The connection to the Manager was closed.", "Start again.")


def _silence(host: str, exc: Exception) -> FarmUnreachable:
    """Why no answer came, in words; foreign errors become ours here and nowhere else."""
    from requests import exceptions

    if isinstance(exc, exceptions.SSLError):
        return FarmUnreachable(
            f"The certificate of {host} cannot be verified.",
            "Check this machine's clock and the address: most Managers speak http, not https.",
        )
    if isinstance(exc, exceptions.ProxyError):
        return FarmUnreachable(f"The proxy on the way to {host} does not work.", "Ask IT about the proxy.")
    if isinstance(exc, exceptions.ReadTimeout):
        return FarmUnreachable(f"The Manager at {host} took too long to answer.", "Try again in a few minutes.")
    if isinstance(exc, exceptions.ConnectTimeout) or "NewConnectionError" in str(exc):
        return FarmUnreachable(
            f"No Manager can be reached at {host}.", "Check that it runs, and the farm's address in the settings."
        )
    return FarmUnreachable(f"The connection to {host} broke.", "Check the network, then try again.")
