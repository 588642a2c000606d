"""A Manager's JSON, read field by field: what is not as the API promises is named, never guessed at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .errors import OddAnswer, clean

_LONGEST_VALUE = 60


class Document:
    """A JSON object of an answer, read field by field."""

    def __init__(self, value: Any, name: str) -> None:
        """`name` is what an error calls it: `job`. Raises OddAnswer when the value is no object."""
        if not isinstance(value, dict):
            raise odd(name, value, "no object")
        self._value: dict[str, Any] = value
        self._name = name

    def text(self, key: str, default: str | None = None) -> str:
        """A string; null and a missing one are the default, where there is one."""
        return str(self._typed(key, str, "no text", default))

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        return int(self._typed(key, int, "no whole number", default))

    def flag(self, key: str, default: bool | None = None) -> bool:
        """A boolean."""
        return bool(self._typed(key, bool, "neither true nor false", default))

    def mapping(self, key: str) -> dict[str, Any]:
        """An object as it is; {} when it is missing."""
        return dict(self._typed(key, dict, "no object", {}))

    def items(self, key: str) -> list[Any]:
        """An array as it is; [] when it is missing (Go writes an empty list as null)."""
        return list(self._typed(key, list, "no list", []))

    def texts(self, key: str) -> tuple[str, ...]:
        """An array of strings."""
        found = self.items(key)
        for value in found:
            if not isinstance(value, str):
                raise odd(f"{self._name}.{key}", value, "no text")
        return tuple(found)

    def moment(self, key: str) -> float | None:
        """An RFC 3339 time; None when it is missing, and for the year 1, which is how Go writes none."""
        text = self.text(key, "")
        if not text or text.startswith("0001-"):
            return None
        try:
            return datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError, OSError):
            raise odd(f"{self._name}.{key}", text, "no time") from None

    def child(self, key: str) -> Document | None:
        """An object in it; None when it is missing."""
        value = self._value.get(key)
        return None if value is None else Document(value, f"{self._name}.{key}")

    def children(self, key: str) -> list[Document]:
        """An array of objects."""
        return [Document(value, f"{self._name}.{key}") for value in self.items(key)]

    def _typed(self, key: str, kind: type, complaint: str, default: Any) -> Any:
        value = self._value.get(key)
        if value is None:
            value = default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise odd(f"{self._name}.{key}", value, complaint)
        return value


def odd(name: str, value: Any, complaint: str) -> OddAnswer:
    """The error for a value that is not what the API promises."""
    shown = clean(repr(value))
    shown = shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"
    return OddAnswer(
        f"The Manager's answer is odd: {name} is {shown}, {complaint}.",
        "Check that the address is that of a Flamenco Manager, and which version it is.",
    )
