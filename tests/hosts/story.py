"""Do an adapter and a reader tell the same story? What differs between their scenes of one file, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from farmdeck import Scene
from farmdeck.documents import to_plain


def differences(reader: Scene, adapter: Scene) -> list[tuple[str, str]]:
    """(field, what each says) for each that differs: `items.masterLayer.width`, `assets.image.file1.files`, `fps`.

    Rows are paired by name, an asset by kind, owner and path. Of problems only severity and subject are compared: the
    two may have different words. `unsaved` is the adapter's alone.
    """
    one, other = to_plain(reader), to_plain(adapter)
    found: list[tuple[str, str]] = []
    for field in ("file", "software", "cameras", "frames", "fps", "variables", "details"):
        found.extend(_values(field, one[field], other[field]))
    for field, key in (("items", ("name",)), ("assets", ("kind", "owner", "path")), ("references", ("node",))):
        found.extend(_rows(field, one[field], other[field], key))
    found.extend(_rows("plugins", one["plugins"], other["plugins"], ("name",)))
    said = [
        Counter(f"{problem['severity']} {problem['subject']}" for problem in scene["problems"])
        for scene in (one, other)
    ]
    for name in sorted((said[0] - said[1]) | (said[1] - said[0])):
        found.append((f"problems.{name}", f"reader says {said[0][name]}, adapter says {said[1][name]}"))
    if [item["name"] for item in one["items"]] != [item["name"] for item in other["items"]] and not found:
        found.append(("items", "they are in another order"))
    return found


def _values(field: str, one: Any, other: Any) -> Iterator[tuple[str, str]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _values(f"{field}.{key}", one.get(key), other.get(key))
    elif one != other:
        yield field, f"reader {one!r}, adapter {other!r}"


def _rows(
    field: str, ones: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], key: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Rows of the two, paired by their key; several with one key are paired in their order."""
    left, right = _keyed(ones, key), _keyed(others, key)
    for name in sorted({*left, *right}):
        if name not in right:
            yield f"{field}.{name}", "the reader alone has it"
        elif name not in left:
            yield f"{field}.{name}", "the adapter alone has it"
        else:
            yield from _values(f"{field}.{name}", left[name], right[name])


def _keyed(rows: Sequence[dict[str, Any]], key: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    named: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = plain = ".".join(str(row[part]) for part in key)
        count = 1
        while name in named:
            count += 1
            name = f"{plain} ({count})"
        named[name] = row
    return named
