"""The signature that every request carries (protocol V3, 2018, "Signature generation rules").

What that document leaves open is settled as rayvision_api 3.0.4.3 does it: six headers are signed, the method stands in
brackets, a body key replaces a header of the same name, lists count without a dot, nothing is escaped. For true, false,
null and fractions no rule is published and clients disagree, so they are refused here and never reach the wire.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from ..._errors import BadInput

UNSIGNED = ("signature", "Content-Type")


def sign(access_key: str, domain: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """The value of the header `signature`, Base64.

    `domain` with its port when it has one, without a scheme; `path` with its leading slash. Raises BadInput, see
    `check_body`.
    """
    check_body(body)
    text = string_to_sign(domain, path, headers, body)
    digest = hmac.new(access_key.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def string_to_sign(domain: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    """`[POST]domain:path&key=value&…`, keys by code point."""
    merged: dict[str, Any] = {name: value for name, value in headers.items() if name not in UNSIGNED}
    merged.update(body)
    leaves = dict(_leaves("", merged))
    pairs = "&".join(f"{key}={leaves[key]}" for key in sorted(leaves))
    return f"[POST]{domain}:{path}&{pairs}"


def check_body(body: Mapping[str, Any]) -> None:
    """Raises BadInput when the body holds anything but texts, whole numbers, lists and dicts, and names the place."""
    _check("", body)


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every value that is no list and no dict, under its flattened key; empty lists and dicts give nothing."""
    if isinstance(value, Mapping):
        for name, child in value.items():
            yield from _leaves(f"{key}.{name}" if key else name, child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(f"{key}{index}", child)
    else:
        yield key, str.__str__(value) if isinstance(value, str) else int.__repr__(value)  # an Enum as its value


def _check(place: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, child in value.items():
            if not isinstance(name, str):
                raise _refused(place, f"a key that is no text, {type(name).__name__}")
            _check_text(place, name)
            _check(f"{place}.{name}" if place else name, child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            _check(f"{place}{index}", child)
    elif isinstance(value, str):
        _check_text(place, value)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise _refused(place, type(value).__name__)


def _check_text(place: str, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise _refused(place, "a character that cannot be sent") from None


def _refused(place: str, what: str) -> BadInput:
    return BadInput(
        f'A request to Renderbus holds {what} at "{place}", which cannot be signed.',
        "Give a text or a whole number there.",
    )
