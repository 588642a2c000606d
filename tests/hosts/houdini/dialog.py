"""Dialog scripts: how a type, or a node, declares its parms (dialog_script.html of the manual); and their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Definition:
    """A parm as a dialog script declares it."""

    name: str
    type: str = "string"
    size: int = 1
    defaults: list[str] = field(default_factory=list)
    menu: list[str] = field(default_factory=list)
    label: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    base: bool = False
    """A line of a node's own script that says where a parm of the type stands, and no more."""


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^\s"\\]|\\.)(?:[^\s\\]|\\.)*)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def tokens(source: str) -> Iterator[tuple[str, bool]]:
    """(text, was it quoted) of everything that white space parts; a backslash takes the next character as it is."""
    for match in _TOKEN.finditer(source):
        quoted = match[2] is None
        word = match[1] if quoted else match[2]
        yield _ESCAPED.sub(r"\1", word) if "\\" in word else word, quoted


def read_dialog(source: str) -> dict[str, Definition]:
    """Every `parm` of it, groups and multiparms flattened, until its braces close."""
    found: dict[str, Definition] = {}
    stack: list[str] = []
    words = list(tokens(source))
    at = 0
    while at < len(words):
        word, quoted = words[at]
        if word == "{" and not quoted:
            opener = words[at - 1][0] if at else ""
            if opener == "parm":
                at = _read_parm(words, at + 1, found)
                continue
            stack.append(opener)
        elif word == "}" and not quoted:
            stack = stack[:-1]
            if not stack:
                break
        at += 1
    return found


def _read_parm(words: list[tuple[str, bool]], at: int, found: dict[str, Definition]) -> int:
    """One `parm { … }`; returns where it goes on behind the brace."""
    definition = Definition("")
    while words[at] != ("}", False):
        word = words[at][0]
        if word == "name":
            definition.name = words[at + 1][0]
            at += 2
        elif word == "baseparm":
            definition.base = True
            at += 1
        elif word in ("type", "size", "label"):
            setattr(definition, word, int(words[at + 1][0]) if word == "size" else words[at + 1][0])
            at += 2
        elif word == "default":
            at, values = block(words, at + 1)
            definition.defaults = [value for value in values if value not in ("[", "]")]
        elif word == "parmtag":
            at, values = block(words, at + 1)
            definition.tags.update([values[:2]])  # type: ignore[list-item]
        elif word == "menu":
            at, values = block(words, at + 1)
            definition.menu = values[::2]
        elif words[at] == ("{", False):
            at, _ = block(words, at)
        else:
            at += 1
    found[definition.name] = definition
    return at + 1


def block(words: list[tuple[str, bool]], at: int) -> tuple[int, list[str]]:
    """What is between the braces at `at`, without inner braces; and where it goes on."""
    depth, values = 0, []
    while True:
        word, quoted = words[at]
        depth += (word == "{" and not quoted) - (word == "}" and not quoted)
        at += 1
        if depth == 0:
            return at, values
        if not (word in "{}" and not quoted):
            values.append(word)
