"""The gate: what each request is checked for before it is handled."""

from __future__ import annotations

import json
import time
from collections import deque
from email.message import Message
from typing import TYPE_CHECKING, Any

from .accounts import Account
from .codes import Refusal
from .journal import last_name
from .signature import SIGNED, is_signed

if TYPE_CHECKING:
    from .renderbus import Renderbus


def decode(content: bytes) -> dict[str, Any]:
    """The body of a request. Raises Refusal 400."""
    try:
        body = json.loads(content or b"{}")
    except ValueError:
        raise Refusal(400, "the body is no JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, "the body is no object")
    return body


class Gate:
    """Knows who calls, and whether it is them, now, and for the first time."""

    def __init__(self, farm: Renderbus) -> None:
        self._farm = farm
        self._seen: dict[str, float] = {}
        self._order: deque[tuple[float, str]] = deque()

    def admit(self, path: str, headers: Message, body: dict[str, Any], client: str) -> Account:
        """The caller. Raises Refusal 403, 602, 603, 610, 611, 804 and 812."""
        values = {name: headers.get(name) or "" for name in SIGNED}
        account = self._farm.accounts.get(values["accessId"])
        if account is None:
            raise Refusal(602)
        missing = [name for name in SIGNED if not values[name]]
        if missing or values["version"] not in ("1.0.0", "2.0.0"):
            raise Refusal(603, f"header {', '.join(missing) or 'version'}")
        self._check_time(values["UTCTimestamp"])
        self._check_signature(account, path, headers, values, body)
        self._check_replay(headers.get("signature") or "")
        if account.disabled:
            raise Refusal(804)
        if account.allowed_ips is not None and client not in account.allowed_ips:
            raise Refusal(812)
        if account.forbidden & {path, last_name(path)}:
            raise Refusal(403)
        return account

    def _check_time(self, stamp: str) -> None:
        if not stamp.isdigit():
            raise Refusal(610, "UTCTimestamp")
        if abs(time.time() + self._farm.clock_skew - int(stamp)) > self._farm.settings.window:
            raise Refusal(610)

    def _check_signature(
        self, account: Account, path: str, headers: Message, values: dict[str, str], body: dict[str, Any]
    ) -> None:
        names = tuple(dict.fromkeys(filter(None, (headers.get("Host"), self._farm.domain, self._farm.settings.name))))
        java = self._farm.settings.java_values
        if not is_signed(account.access_key, headers.get("signature") or "", names, path, values, body, java):
            raise Refusal(611)

    def _check_replay(self, signature: str) -> None:
        """The same signature twice is the same request twice: nonce and time are in it."""
        now = time.time()
        while self._order and self._order[0][0] < now - 2 * self._farm.settings.window:
            self._seen.pop(self._order.popleft()[1], None)
        if signature in self._seen:
            raise Refusal(603, "nonce")
        self._seen[signature] = now
        self._order.append((now, signature))
