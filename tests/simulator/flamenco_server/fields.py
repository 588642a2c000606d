"""What a request sends: form fields, a JSON body, the query, all in one bag, with the server's few checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl


class BadField(Exception):
    """The server's words about a value that it cannot read, and the field's name: 400 {"message": …}."""


class BadBody(Exception):
    """A body that is no JSON though it says so: 400 with a status."""


def _whole(value: Any) -> int:
    """Python 2.7's int(), and its words."""
    try:
        return int(value)
    except ValueError:
        raise BadField(f"invalid literal for int() with base 10: {value!r}") from None
    except TypeError:
        kind = type(value).__name__
        raise BadField(f"int() argument must be a string or a number, not {kind!r}") from None


def _text(value: Any) -> str | None:
    """Python 2.7's str() of a unicode text: ASCII or an error. (Seen at the real server: `job_name=café` is 400.)"""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    for place, letter in enumerate(text):
        if ord(letter) > 127:
            shown = ascii(letter)[1:-1]
            raise BadField(
                f"'ascii' codec can't encode character u'{shown}' in position {place}: ordinal not in range(128)"
            )
    return text


READERS: dict[str, Callable[[Any], Any]] = {"int": _whole, "text": _text, "bool": bool}


class Fields:
    """Every value that was sent, in order; a name may come several times."""

    def __init__(self, values: list[tuple[str, Any]], files: dict[str, bytes], raw: bytes) -> None:
        self._values = values
        self.files = files
        self.raw = raw

    @property
    def plain(self) -> dict[str, object]:
        """For the journal: each name once, several values as a list."""
        made: dict[str, object] = {}
        for name, _ in self._values:
            sent = self._all(name)
            made[name] = sent[0] if len(sent) == 1 else sent
        return made

    def parse(self, specification: str) -> dict[str, Any]:
        """The values of `name:kind` (int, text, bool, or ints: all of that name), None where nothing was sent.

        bool: any text that is not empty is true, "False" too. Raises BadField.
        """
        made: dict[str, Any] = {}
        for one in specification.split():
            name, _, kind = one.partition(":")
            sent = self._all(name)
            try:
                if kind == "ints":
                    made[name] = [_whole(value) for value in sent] if sent else None
                else:
                    made[name] = READERS[kind](sent[0]) if sent else None
            except BadField as exc:
                raise BadField(exc.args[0], name) from None
        return made

    def _all(self, name: str) -> list[Any]:
        return [value for key, value in self._values if key == name]


def read_fields(query: str, content_type: str, body: bytes) -> Fields:
    """JSON first, then the query, then the form. Raises BadBody."""
    values: list[tuple[str, Any]] = []
    files: dict[str, bytes] = {}
    kind = content_type.partition(";")[0].strip()
    if kind == "application/json":
        values += _json(body)
    values += parse_qsl(query, keep_blank_values=True)
    if kind == "application/x-www-form-urlencoded":
        values += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    elif kind == "multipart/form-data":
        message = BytesParser().parsebytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body)
        for part in message.get_payload():
            name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
            content = part.get_payload(decode=True)  # type: ignore[union-attr]
            if part.get_filename() is None:  # type: ignore[union-attr]
                values.append((name, content.decode("utf-8", "replace")))  # type: ignore[union-attr]
            else:
                files[name] = content  # type: ignore[assignment]
    return Fields(values, files, body)


def _json(body: bytes) -> list[tuple[str, Any]]:
    try:
        document = json.loads(body)
    except ValueError:
        raise BadBody from None
    made: list[tuple[str, Any]] = []
    for name, value in document.items():
        made += [(name, one) for one in value] if isinstance(value, list) else [(name, value)]
    return made
