"""The 2016 API on the wire: one address, `{head, body}` as JSON, the verb in `head.action`.

Sources: Fox Python API page (2016) and HTTP API manual (2017). The access key travels in the message itself, so the
connection has to be encrypted; it is never in an address, a log, an error or a repr.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..._errors import BadInput
from ...redaction import redact
from .errors import NoAnswer, refusal
from .fields import CALLS, check_body, plain

if TYPE_CHECKING:
    import requests

LOG = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30.0
"""HTTP API manual 2017, 6.4."""
MAX_BYTES = 200_000
"""Of a message; HTTP API manual 2017, 6.1."""
PAUSES = (0.5, 2.0)
"""Seconds before a call that only reads is tried again."""
VERSIONS = ("v1", "v2")
PAGE_SIZE = 100

Item = dict[str, Any]
"""One entry of an answer's `data`: texts by field name."""


class Api:
    """The fourteen calls, each by the name of its action; keyword arguments are the fields of the body.

    `server`: a host, `www5.renderbus.com`; always over TLS. A whole address with `http://` is taken for this machine
    only. Every call raises BadInput for a value that the farm would refuse, NoAnswer when nothing usable comes back,
    and Refused with the farm's code and words. Calls that only read are tried three times, the others once: after
    NoAnswer from one of those, the farm may have acted.
    """

    def __init__(
        self,
        server: str,
        account: str,
        access_key: str,
        *,
        version: str = "v1",
        language: str = "en",
        timeout: float = TIMEOUT_SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        if version not in VERSIONS:
            raise BadInput(f"There is no version {version!r} of this API.", f"Give one of: {', '.join(VERSIONS)}.")
        if not (account and access_key):
            raise BadInput("The account or its access key is empty.", "Ask the farm's support for an access key.")
        self.account = account
        self.url = f"{_base(server)}/api/{version}/task"
        self._key = access_key
        self._language = language
        self._timeout = timeout
        self._pauses = tuple(pauses)
        self._session: requests.Session | None = None

    def __repr__(self) -> str:
        return f"Api({self.url!r}, {self.account!r})"

    def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            self._session.close()

    # -- tasks

    def create_task(self, **fields: Any) -> list[Item]:
        """Maya. project_name, input_scene_path, cg_soft_name, frames and more; [{task_id, submit_result}]."""
        return self._data("create_task", fields)

    def create_max_task(self, **fields: Any) -> list[Item]:
        """3ds Max. project_name, input_scene_path, cg_soft_name and more; [{task_id, submit_result}]."""
        return self._data("create_max_task", fields)

    def create_houdini_task(self, **fields: Any) -> list[Item]:
        """Houdini. layer_list is [{frames, layerName, option}], option "-1" renders, else it simulates."""
        return self._data("create_houdini_task", fields)

    def create_blender_task(self, **fields: Any) -> list[Item]:
        """Blender. project_name, input_scene_path, cg_soft_name, frames, plugin_name; no camera and no layer."""
        return self._data("create_blender_task", fields)

    def create_sketchup_task(self, **fields: Any) -> list[Item]:
        """SketchUp. image_width, image_height, use_vary, page_name, render_type besides the usual three."""
        return self._data("create_sketchup_task", fields)

    def create_vrstandalone_task(self, **fields: Any) -> list[Item]:
        """V-Ray standalone. `x_####.vrscene 1-24` names many files; first_frames with after_first_render."""
        return self._data("create_vrstandalone_task", fields)

    def query_task(self, **filters: Any) -> list[Item]:
        """Tasks, all of them in one answer unless `is_paging`; with frames for is_jobs_included="1"."""
        return self._data("query_task", filters)

    def tasks(self, **filters: Any) -> Iterator[Item]:
        """The same, page after page, newest first: whoever stops looking asks for no more."""
        page = 1
        while True:
            paging = {"sort_code": 0, "sort_type": 1, "is_paging": 1, "page_size": PAGE_SIZE, "page_no": page}
            found = self.query_task(**filters, **paging)
            yield from found
            if len(found) < PAGE_SIZE:
                return
            page += 1

    def operate_task(self, **fields: Any) -> list[Item]:
        """task_id "1,2", operate_order "0" stop, "1" restart, "2" delete, "3" modify; [{task_id, operate_result}].

        restart_type: "0" failed, "1" abandoned, "2" finished, "3" started, "4" waiting frames; `frame` narrows it down.
        """
        return self._data("operate_task", fields)

    # -- projects and plug-ins

    def query_project(self, **filters: Any) -> list[Item]:
        """Projects with their `plugins`: [{config_id, cg_soft_name, plugin_name, is_default}]."""
        return self._data("query_project", filters)

    def create_project(self, **fields: Any) -> Item:
        """project_name of up to 20 letters and digits; {project_id, create_result}."""
        return self._body("create_project", fields)

    def operate_project(self, **fields: Any) -> Item:
        """project_id, operate_type "0" add, "1" modify, "2" delete a configuration; {operate_result}."""
        return self._body("operate_project", fields)

    def query_plugin(self, **filters: Any) -> list[Item]:
        """What can be configured: [{cg_soft_name, plugin_name}]."""
        return self._data("query_plugin", filters)

    # -- people

    def query_customer(self, **filters: Any) -> list[Item]:
        """The account of that login_name; without one, the account and those below it."""
        return self._data("query_customer", filters)

    def update_customer(self, **fields: Any) -> list[Item]:
        """notification_type 0-3 with notification_mode "1" address, "2" mail, "3" text message."""
        return self._data("update_customer", fields)

    # -- the wire

    def _data(self, action: str, fields: Mapping[str, Any]) -> list[Item]:
        """The answer's list. Older servers give the bare list as the body."""
        body = self.call(action, fields)
        data = body if isinstance(body, list) else body.get("data")
        found = [item for item in data or () if isinstance(item, dict)]
        for item in found:
            _check_done(action, item)
        return found

    def _body(self, action: str, fields: Mapping[str, Any]) -> Item:
        body = self.call(action, fields)
        item = body if isinstance(body, dict) else {}
        _check_done(action, item)
        return item

    def call(self, action: str, fields: Mapping[str, Any]) -> Any:
        """One call; the answer's body as it came, {} when there is none. Raises as the class says."""
        body = plain({name: value for name, value in fields.items() if value is not None})
        check_body(action, body)
        head = {"access_key": self._key, "account": self.account, "msg_locale": self._language, "action": action}
        message = json.dumps({"head": head, "body": body}).encode("ascii")
        if len(message) > MAX_BYTES:
            raise BadInput(
                f"The message of {action} is {len(message) // 1000:,} kB; the farm takes {MAX_BYTES // 1000} kB.",
                "Ask for less at a time.",
            )
        for pause in self._pauses if CALLS[action].reads else ():
            try:
                return self._answer(action, message)
            except NoAnswer as exc:
                LOG.info("%s: %s; tried again in %s s", action, exc.what, pause)
                time.sleep(pause)
        return self._answer(action, message)

    def _answer(self, action: str, message: bytes) -> Any:
        answer = self._read(self._post(action, message))
        head = answer["head"]
        if str(head.get("result")) == "0":
            return answer.get("body") or {}
        said = head.get("error_message") or head.get("description") or head.get("message") or ""
        raise refusal(action, str(head.get("error_code") or ""), redact(str(said), [self._key]))

    def _post(self, action: str, message: bytes) -> requests.Response:
        import requests  # on first use: farms are imported before anything is asked of them

        if self._session is None:
            self._session = requests.Session()
        host = urlsplit(self.url).netloc
        headers = {"Content-Type": "application/json"}
        try:
            # A redirect could carry the key to somebody else.
            return self._session.post(
                self.url, data=message, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.Timeout as exc:
            raise NoAnswer(f"{host} did not answer to {action} in {self._timeout:g} s.", _RETRY) from exc
        except requests.exceptions.SSLError as exc:
            raise NoAnswer(f"{host} could not prove that it is {host}.", "Ask IT about its certificate.") from exc
        except requests.RequestException as exc:
            raise NoAnswer(f"{host} cannot be reached for {action} ({type(exc).__name__}).", _RETRY) from exc

    def _read(self, response: requests.Response) -> Item:
        """The answer, its shape checked. Raises NoAnswer."""
        host = urlsplit(self.url).netloc
        status = response.status_code
        if status == 405:
            raise NoAnswer(
                f"{host} does not take this request (HTTP 405).", "Check the server and version in the settings."
            )
        if status != 200:
            raise NoAnswer(f"{host} failed (HTTP {status}).", _RETRY)
        try:
            answer = response.json()
        except ValueError as exc:
            what = "sent a web page" if response.content.lstrip()[:1] == b"<" else "broke off its answer"
            raise NoAnswer(f"{host} {what} where data should be.", _RETRY) from exc
        if not isinstance(answer, dict) or not isinstance(answer.get("head"), dict):
            raise NoAnswer(f"{host} answered with something else than this API does.", "Check the server's name.")
        return answer


def _check_done(action: str, item: Item) -> None:
    """The message was good and the deed failed all the same: that is said in the body. Raises Refused."""
    if any(str(item.get(result)) == "1" for result in ("create_result", "operate_result")):
        said = item.get("description") or item.get("result_msg") or ""
        named = f"{item['task_id']}: " if item.get("task_id") else ""
        raise refusal(action, "", f"{named}{said or 'failed'}")


_RETRY = "Check the network, then try again."


def _base(server: str) -> str:
    """`https://host`; plain http for this machine only. Raises BadInput."""
    text = server.strip().rstrip("/")
    parts = urlsplit(text if "//" in text else f"https://{text}")
    if not parts.hostname or parts.path or parts.query or parts.username:
        raise BadInput(f'"{server}" is not a server.', "Give its name, such as www5.renderbus.com.")
    here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and here):
        raise BadInput(f"{server} would show the access key to everybody on the way.", "Use https.")
    return f"{parts.scheme}://{parts.netloc}"
