"""A node's `.parm`, `.chn` and `.def` members.

`.parm` has a line for each parameter, tuples as one, with tabs between: `f [ 0 locks=0 ] ( [ f1 1 ] [ f2 240 ] 1 )`. A
value in brackets has a channel of that name in `.chn`, and is what the channel was worth when the file was saved. Some
texts are quoted, with `\\"` inside; they may span lines. Seen in files of Houdini 18 to 20.5.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_HEAD = re.compile(r"^([^\s{}]+)\t\[[^\]\n]*\]\t\(", re.MULTILINE)
_VALUE = re.compile(
    rf"\t(?:(?P<end>\)$)|\[ (?P<channel>[^\t\n]*)\t(?P<held>{_QUOTED}|[^\t\n]*?) \] ?"
    rf"|(?P<plain>{_QUOTED}|[^\"\t\n][^\t\n]*))",
    re.MULTILINE,
)
"""One value, or the end of the line; only ever matched at a place, so that no text makes it slow."""
_CHANNEL = re.compile(r"^ +channel (\S+) \{$", re.MULTILINE)
_SEGMENT = re.compile(
    rf"segment \{{(?: options = \{{[^{{}}]*\}})?(?:(?!expr)[^{{}}])*expr = ({_QUOTED}|\S*)( language = python)? \}}$",
    re.MULTILINE,
)
"""Options take lines of their own; after them come numbers, then the expression, quoted when it has spaces."""
_CURVES = frozenset(
    "bezier() constant() cubic() ease() easein() easeout() linear() match() matchin() matchout() qlinear() quintic() "
    "raw() spline() vmatch() vmatchin() vmatchout()".split()
)
"""*Channel segment functions*, which run between keys (https://www.sidefx.com/docs/houdini/expressions/bezier.html)."""
_INPUTS = re.compile(r"^inputs\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_FLAGS = re.compile(r"^flags = +(.*)$", re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
MAX_TEXT = 8 << 20
"""A longer `.parm` or `.chn` is cut: it holds a drawing, not file names."""
_PARTS = {"x": 0, "y": 1, "z": 2, "w": 3, "r": 0, "g": 1, "b": 2, "a": 3}


class Expression(NamedTuple):
    """What runs a channel."""

    text: str
    python: bool = False


class Held(NamedTuple):
    """One value as written, and the channel that drives it (the key in `channels`); "" for none."""

    text: str
    channel: str = ""


def values(raw: bytes) -> dict[str, tuple[Held, ...]]:
    """Every parameter's values by its name. What cannot be made out is left out; never raises."""
    text = _text(raw)
    found: dict[str, tuple[Held, ...]] = {}
    head = _HEAD.search(text)
    while head is not None:
        row, at = _row(text, head.end())
        found[head[1]] = row
        head = _HEAD.search(text, at)
    return found


def _row(text: str, at: int) -> tuple[tuple[Held, ...], int]:
    """The values from `at` on, and where the line goes on."""
    row: list[Held] = []
    while True:
        value = _VALUE.match(text, at)
        if value is None or value["end"]:
            return tuple(row), at
        plain = value["plain"]
        row.append(Held(_plain(value["held"]), value["channel"]) if plain is None else Held(_plain(plain)))
        at = value.end()


def part(held: dict[str, tuple[Held, ...]], name: str) -> Held | None:
    """The value of that name: a parameter's own (`camera`), or of a part of a tuple (`f1`, `resx`)."""
    if name in held:
        return held[name][0] if held[name] else None
    last = name[-1:]
    index = int(last) - 1 if last.isdigit() else _PARTS.get(last, -1)
    tuple_values = held.get(name[:-1], ())
    return tuple_values[index] if 0 <= index < len(tuple_values) and len(tuple_values) > 1 else None


def channels(raw: bytes) -> dict[str, Expression]:
    """The expression of each channel's first segment; keys and curves, which have none, are left out."""
    text = _text(raw)
    heads = list(_CHANNEL.finditer(text))
    found = {}
    for head, after in zip(heads, [*(other.start() for other in heads[1:]), len(text)]):
        segment = _SEGMENT.search(text, head.end(), after)
        if segment is not None and segment[1] not in _CURVES:
            found[head[1]] = Expression(_plain(segment[1]), segment[2] is not None)
    return found


def inputs(raw: bytes) -> tuple[str, ...]:
    """The names of the nodes that are wired in, in the order of the inputs; a dot as `(__dot1)`."""
    block = _INPUTS.search(_text(raw))
    rows = [line.split() for line in block[1].splitlines()] if block is not None else []
    return tuple(row[1] for row in rows if len(row) > 1 and row[1] != '""')


def flags(raw: bytes) -> dict[str, str]:
    """`{"bypass": "off", "lock": "off", …}`."""
    line = _FLAGS.search(_text(raw))
    words = line[1].split() if line is not None else []
    return dict(zip(words[::2], words[1::2]))


def _text(raw: bytes) -> str:
    return raw[:MAX_TEXT].decode("utf-8", "replace")


def _plain(text: str) -> str:
    text = text[1:-1] if text[:1] == '"' else text
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
