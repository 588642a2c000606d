"""How the farm checks a signature: its own reading of the protocol, sharing nothing with the client under test.

Sources: protocol V3, 2018 ("Signature generation rules"), and the header version 2.0.0 of the SDK method document.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

SIGNED = ("accessId", "channel", "platform", "UTCTimestamp", "nonce", "version")
"""The headers a signature covers."""


def leaves(value: Any, name: str = "", java: bool = False) -> Iterator[tuple[str, str]]:
    """Every leaf as (name, text): `a.b` for an object's child, `a0` for a list's; an empty one gives nothing."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from leaves(child, f"{name}.{key}" if name else key, java)
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from leaves(child, f"{name}{place}", java)
    elif java and (value is None or isinstance(value, bool)):
        yield name, {None: "null", True: "true", False: "false"}[value]
    else:
        yield name, f"{value}"


def text_to_sign(
    domain: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any], java: bool = False
) -> str:
    """What is signed; a parameter with the name of a header takes its place."""
    merged = {name: headers[name] for name in SIGNED} | dict(body)
    joined = "&".join(f"{name}={text}" for name, text in sorted(leaves(merged, java=java), key=lambda leaf: leaf[0]))
    return f"[POST]{domain}:{path}&{joined}"


def sign(key: str, text: str) -> str:
    """HMAC-SHA256 in Base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode("ascii")


def is_signed(
    key: str,
    given: str,
    domains: tuple[str, ...],
    path: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
    java: bool = False,
) -> bool:
    """Is `given` right for one of the names that this farm answers to?

    A `java` farm prints true, false and null as Java does; Python's True, False and None are then wrong.
    """
    wanted = (sign(key, text_to_sign(domain, path, headers, body, java)) for domain in domains)
    return any(hmac.compare_digest(one.encode(), given.encode()) for one in wanted)
