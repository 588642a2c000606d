"""The wire to a Flamenco Server: one request, its answer or an error that says what to do.

There is no authentication. Values go as form fields, as the historic clients sent them; answers are JSON, whatever
their Content-Type says (a 204 has an empty body of type application/json).
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..._errors import BadInput, FarmError
from ..._version import __version__
from ...farm import Watch
from ..sessions import new_session
from .errors import Crashed, NoAnswer, NoSuchCall, NotThere, Refused

if TYPE_CHECKING:
    import requests

LOG = logging.getLogger(__name__)

TIMEOUT = (10.0, 60.0)
"""Seconds for connecting, and for the server to say something: some serve one request at a time."""
NO_SUCH_CALL = "No interface defined for URL"
GATEWAY = (502, 503, 504)
"""What a proxy before the server says while it is down."""
PIECE = 1 << 20
LARGEST = 64 << 20
"""Bytes of JSON that are read at most."""
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
PART = ".farmdeck-part"
NO_JSON = object()
WORDS = 300
"""So much of what a server says is shown."""


class Connection:
    """One server; any number of threads may use it at once."""

    def __init__(self, url: str, *, timeout: tuple[float, float] = TIMEOUT) -> None:
        """Cheap: no network. `url` as `http://server:9999`. Raises BadInput."""
        self.url = checked_url(url)
        self._timeout = timeout
        self._opening = threading.Lock()
        self._session: requests.Session | None = None

    def __repr__(self) -> str:
        return f"<Connection to {self.url}>"

    def get(self, path: str, **query: object) -> Any:
        """The JSON that is there."""
        return self.send("GET", path, query=query)

    def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        files: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """The answer's JSON; None where it has none.

        A field that is None is left out, a list is sent as the field repeated. `body`: an open file, sent as it is.
        Raises NoAnswer, Refused in its kinds.
        """
        answer = self._ask(method, path, fields, query=query, files=files, body=body)
        with answer:
            return self._read(method, path, answer)

    def size(self, path: str) -> int:
        """How large the file there is; -1 where the server does not say. Raises as `send`."""
        with self._ask("GET", path) as answer:
            if answer.status_code != 200:
                self._read("GET", path, answer)
            return _length(answer)

    def fetch(self, path: str, target: Path, watch: Watch) -> None:
        """The file there, whole or not at all. Raises as `send`, FarmError when it cannot be written, Cancelled."""
        part = target.with_name(target.name + PART)
        with self._ask("GET", path) as answer:
            if answer.status_code != 200:
                self._read("GET", path, answer)
            with writing(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(part, "wb") as file:
                    for piece in self._pieces(answer):
                        watch.check()
                        file.write(piece)
                if _length(answer) not in (-1, part.stat().st_size):  # not every urllib3 looks at it
                    raise self._cut()
                os.replace(part, target)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    # -- inside

    def _open(self) -> requests.Session:
        with self._opening:
            if self._session is None:
                local = _LOOPBACK.fullmatch(urlsplit(self.url).hostname or "") is not None
                self._session = new_session(self.url, f"farmdeck/{__version__}", local=local)
            return self._session

    def _pieces(self, answer: requests.Response) -> Iterator[bytes]:
        import requests

        try:
            yield from answer.iter_content(PIECE)
        except requests.RequestException as exc:
            raise self._cut() from exc

    def _ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        files: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> requests.Response:
        import requests

        try:
            answer = self._open().request(
                method,
                self.url + quote(path),
                params=_sent(query or {}),
                data=body if body is not None else _sent(fields or {}),
                files=files,
                headers={"Content-Type": "application/octet-stream"} if body is not None else None,
                timeout=self._timeout,
                stream=True,
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            raise NoAnswer(
                f"The Flamenco Server at {self.url} does not answer ({type(exc).__name__}).",
                "Check that it runs and that its address is right; what waits is tried again.",
            ) from exc
        LOG.debug("%s %s: HTTP %d", method, path, answer.status_code)
        return answer

    def _read(self, method: str, path: str, answer: requests.Response) -> Any:
        content = b""
        for piece in self._pieces(answer):
            content += piece
            if len(content) > LARGEST:
                raise self._no_server(path)
        data = _json(content)
        status = answer.status_code
        if 200 <= status < 300:
            if data is NO_JSON:
                raise self._no_server(path)
            return data
        if status in GATEWAY or 300 <= status < 400:
            raise self._no_server(path)
        raise refusal(method, path, status, data)

    def _cut(self) -> NoAnswer:
        return NoAnswer(f"{self.url} stopped in the middle of an answer.", "Try again; what waits is tried again.")

    def _no_server(self, path: str) -> NoAnswer:
        return NoAnswer(
            f"What answers at {self.url}{path} is no Flamenco Server, or it is down.",
            "Check the address, and whether something stands between here and the server.",
        )


def checked_url(url: str) -> str:
    """`http://server:9999`, without a slash at the end. Raises BadInput."""
    text = url.strip()
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    good = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
    if not good or parts.username is not None or re.search(r"\s", text) or port == 0:
        raise BadInput(f'"{url}" is no address of a Flamenco Server.', "Write it like http://server:9999.")
    return parts.geturl().rstrip("/")


def refusal(method: str, path: str, status: int, data: Any) -> Refused:
    """The error for an answer that is not 2xx; `data` is its JSON."""
    said = data.get("message") if isinstance(data, dict) else data
    words = said.strip()[:WORDS] if isinstance(said, str) else ""
    told = f": {words}" if words else ""
    what = f"The Flamenco Server answered {method} {path} with {status}{told}."
    if status == 404 and words == NO_SUCH_CALL:
        return NoSuchCall(what, "A server of this time does not have it; choose another way.", status)
    if status == 404:
        return NotThere(what, "Look at the server's list: it may have been removed there.", status)
    if status >= 500:
        return Crashed(what, "Look at the server's log. It crashes over values that it does not check.", status)
    return Refused(what, "Correct the value and try again.", status)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """OSErrors of this machine's disk, in words."""
    try:
        yield
    except OSError as exc:
        raise FarmError(
            f"{target} cannot be written: {exc.strerror or exc}.", "Free some space, or check the folder's rights."
        ) from exc


def _sent(fields: Mapping[str, object]) -> dict[str, Any]:
    """As a form has them. A bool form field is true for any text, so a false one is not sent at all."""
    kept = {name: value for name, value in fields.items() if value is not None and value is not False}
    return {name: "True" if value is True else value for name, value in kept.items()}


def _length(answer: requests.Response) -> int:
    """As the server says; -1 where it does not."""
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else -1


def _json(content: bytes) -> Any:
    """None for what is empty, NO_JSON for what cannot be read."""
    try:
        return json.loads(content) if content.strip() else None
    except (ValueError, RecursionError):
        return NO_JSON
