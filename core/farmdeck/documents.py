"""Frozen dataclasses to JSON documents and back.

A document names its schema and refuses surprises: an unknown or a missing key is an error, so a misspelt key
is never silently lost. Nested dataclasses are named by the field's metadata `{"of": Class}`; enums by
`{"enum": Class}`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from ._errors import BadDocument

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Dataclasses, tuples and enums as the dicts, lists and strings that JSON has."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    return value


def from_plain(cls: type[T], doc: Any, where: str = "") -> T:
    """The `cls` that `doc` describes. Raises BadDocument naming the place."""
    where = where or cls.__name__
    if not isinstance(doc, Mapping):
        raise BadDocument(f"{where} is not a table of keys.", "Write it again from Farmdeck.")
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    odd = sorted(set(doc) - set(fields))
    needed = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    missing = sorted(needed - set(doc))
    if odd or missing:
        said = [f"unknown: {', '.join(odd)}"] * bool(odd) + [f"missing: {', '.join(missing)}"] * bool(missing)
        raise BadDocument(f"{where} has keys that do not fit ({'; '.join(said)}).", "Check the spelling.")
    values: dict[str, Any] = {name: _value(fields[name], doc[name], f"{where}.{name}") for name in doc}
    return cls(**values)


def _value(field: Any, raw: Any, where: str) -> Any:
    inner = field.metadata.get("of")
    if inner is not None and isinstance(raw, (list, tuple)):
        return tuple(from_plain(inner, item, f"{where}[{i}]") for i, item in enumerate(raw))
    if inner is not None and raw is not None:
        return from_plain(inner, raw, where)
    choice = field.metadata.get("enum")
    if choice is not None:
        try:
            return choice(raw)
        except ValueError:
            raise BadDocument(f"{where} says {raw!r}.", f"Use one of: {', '.join(c.value for c in choice)}.") from None
    return tuple(raw) if isinstance(raw, list) else raw


def with_schema(schema: str, value: Any) -> dict[str, Any]:
    """The document of `value`, its schema name first."""
    return {"schema": schema, **to_plain(value)}


def read_schema(schema: str, cls: type[T], doc: Any) -> T:
    """The `cls` in a document that must say `schema`. Raises BadDocument."""
    if not isinstance(doc, Mapping) or doc.get("schema") != schema:
        said = doc.get("schema") if isinstance(doc, Mapping) else None
        raise BadDocument(
            f"This document says {said!r}; {schema!r} is read here.", "Update Farmdeck, or write it again."
        )
    return from_plain(cls, {key: value for key, value in doc.items() if key != "schema"})
