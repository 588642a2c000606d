"""One report on its way: sent, refused, not sent, or nobody knows."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .._version import __version__
from ..redaction import redact
from ._credentials import Credentials
from ._settings import LOOPBACK, ReportSettings
from ._wire import CONTENT_TYPES, BadAnswer, ServiceAnswer, read_answer

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS = 10.0
LONGEST_ANSWER = 65536
LONGEST_WAIT = 3600.0
GOOD = "00"
_NOT_TAKEN = (408, 429, 503)
"""HTTP's words for "not now": nothing was done with it (RFC 9110, 15.5.9, 15.6.4; RFC 6585, 4)."""


class Outcome(str, Enum):
    """What came of sending a report."""

    TAKEN = "taken"
    REFUSED = "refused"
    """The service does not want it as it is; sending it again changes nothing."""
    AWAY = "away"
    """It was surely not taken: to be sent again later."""
    LOST = "lost"
    """It was sent, and no answer says what became of it."""


@dataclass(frozen=True)
class Came:
    """An outcome, a whole sentence about it, and how long the service wants to be left alone."""

    outcome: Outcome
    message: str = ""
    wait_seconds: float = 0.0


class Service:
    """The accounting service, as the settings name it."""

    def __init__(self, settings: ReportSettings) -> None:
        self._settings = settings
        self._host = urlsplit(settings.address).hostname or ""

    def send(self, text: str, credentials: Credentials) -> Came:
        """Send what `body` made once, and say what came of it: no secret is in that, no error of the network is raised.

        `credentials` are those in the text.
        """
        from urllib3.exceptions import HTTPError  # on first use only: most agents send no reports

        data = _Body(text.encode("utf-8"))
        try:
            with self._session() as session:
                came = self._post(session, data)
        except (OSError, HTTPError) as exc:  # all of the library's own are OSErrors
            came = self._silence(exc, data.begun)
        return Came(came.outcome, redact(came.message, (credentials.id, credentials.key)), came.wait_seconds)

    def _session(self) -> requests.Session:
        """Proxies as the environment says, never for this machine itself; no netrc, no kept connection."""
        import requests
        from requests.utils import get_environ_proxies

        session = requests.Session()
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        if not LOOPBACK.fullmatch(self._host):
            session.proxies = dict(get_environ_proxies(self._settings.address))
        return session

    def _post(self, session: requests.Session, data: _Body) -> Came:
        kind = CONTENT_TYPES[self._settings.format]
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Accept": kind,
            "User-Agent": f"farmdeck/{__version__}",
            "Connection": "close",
        }
        timeout = (CONNECT_SECONDS, self._settings.timeout_seconds)
        with session.post(
            self._settings.address, data=data, headers=headers, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            said = b""
            for piece in response.iter_content(LONGEST_ANSWER):
                said += piece
                if len(said) > LONGEST_ANSWER:
                    break
            return self._judged(response.status_code, said[:LONGEST_ANSWER], response.headers.get("Retry-After", ""))

    def _judged(self, status: int, said: bytes, wait: str) -> Came:
        try:
            answer: ServiceAnswer | None = read_answer(said)
        except BadAnswer:
            answer = None
        if status in _NOT_TAKEN:
            seconds = min(float(wait), LONGEST_WAIT) if wait.isascii() and wait.isdigit() else 0.0
            return Came(Outcome.AWAY, f"{self._host} is busy (HTTP {status}).", seconds)
        if answer is not None and answer.code != GOOD:
            return Came(Outcome.REFUSED, f"{self._host} refuses it with code {answer.code}: {_sentence(answer)}")
        if answer is not None and 200 <= status < 300:
            return Came(Outcome.TAKEN, answer.description)
        if 300 <= status < 500:
            return Came(Outcome.REFUSED, f"{self._host} refuses it with HTTP {status}. {_remedy(status)}")
        return Came(Outcome.LOST, f"{self._host} answered something that cannot be understood (HTTP {status}).")

    def _silence(self, exc: Exception, begun: bool) -> Came:
        if begun:
            return Came(Outcome.LOST, f"It was sent to {self._host}, and the answer was lost.")
        if "CERTIFICATE_VERIFY_FAILED" in str(exc):
            return Came(Outcome.AWAY, f"The certificate of {self._host} cannot be verified.")
        return Came(Outcome.AWAY, f"{self._host} cannot be reached.")


class _Body(io.BytesIO):
    """Tells whether anybody began to send it: until then, whatever broke, the service has nothing."""

    begun = False

    def read(self, size: int | None = -1, /) -> bytes:
        self.begun = True
        return super().read(size)


def _sentence(answer: ServiceAnswer) -> str:
    text = answer.description or "it gives no reason"
    return text if text.endswith((".", "!", "?")) else text + "."


def _remedy(status: int) -> str:
    if status in (401, 403):
        return "Check the Id and the Key: farmdeck reports setup --secret-stdin"
    if status < 400 or status in (404, 405):
        return "Check reports.address in the settings."
    return "Look at what would be sent: farmdeck report JOB --dry-run"
