"""Reading a .ma: each statement that may matter becomes something in a `Table`."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from .._watch import Watch
from ._rules import Value, length_unit
from ._statements import Statements, Wanted
from ._table import (
    ALWAYS,
    ATTRIBUTE_STARTS,
    ATTRIBUTES,
    MANY,
    MANY_ATTRIBUTES,
    SOMETIMES,
    Node,
    RefLine,
    Table,
    is_wanted,
    plug_attribute,
)

_PLAIN = r'[^\s"();+{},][^\s"();{},]*'
_STRING = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_TOKEN = re.compile(rf"{_STRING}|({_PLAIN})|([()+])", re.DOTALL)
_PLAIN_TOKEN = re.compile(rf'"([^"]*)"|({_PLAIN})')
_NODE = re.compile(r'(\w+) (-s )?-n "([^"\\]*)"(?: -p "([^"\\]*)")?;?\s*\Z')
"""`createNode` as Maya writes it."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_SHORT = _STRING.replace(")*)", "){0,200})")
_EDIT = re.compile(rf'\s2 {_SHORT} "(\w+)"\s+{_SHORT}', re.DOTALL)
"""Of a reference's edits, those that set an attribute: `2 "node" "attribute" " value"`."""
_EDITS = re.compile(rb'"\.ed"')
_LONGEST = 1 << 20
"""Of a statement other than those of reference edits: what we ask for is a path or a number."""
_WIDE = {
    932: re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\xfc]"),
    936: re.compile(rb"[\x81-\xfe][\x40-\xfe]"),
    949: re.compile(rb"[\x81-\xfe][\x40-\xfe]"),
    950: re.compile(rb"[\x81-\xfe][\x40-\xfe]"),
}
"""Code pages that have a backslash among their second bytes: Japanese, Chinese, Korean."""
_FLAGS_ALONE = frozenset(("-s", "-shared", "-ss", "-skipSelect", "-av", "-ne", "-noExpand", "-r", "-reference", "-na"))


class Word(NamedTuple):
    """A word of a statement."""

    text: str
    quoted: bool


def words(statement: str) -> list[Word]:
    """The words of a statement without its `;`; `("a" + "b")` is one."""
    if "\\" not in statement and "(" not in statement:
        return [Word(text or plain, not plain) for text, plain in _PLAIN_TOKEN.findall(statement)]
    listed: list[Word] = []
    joins = False
    for quoted, plain, mark in _TOKEN.findall(statement):
        if mark:
            joins = mark == "+" and bool(listed) and listed[-1].quoted
        elif plain:
            listed.append(Word(plain, False))
        else:
            text = _ESCAPE.sub(_escaped, quoted)
            listed.append(Word(listed.pop().text + text if joins else text, True))
            joins = False
    return listed


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])


def read_ascii(path: str, watch: Watch | None = None) -> Table:
    """The table of a .ma. Raises OSError, SceneError when it is absurdly large, and what `watch` raises."""
    with open(path, "rb", buffering=0) as file:
        starts = (rf"{start}_\w+" for start in ATTRIBUTE_STARTS)
        wanted = Wanted(ALWAYS | SOMETIMES, (*ATTRIBUTES, *starts), MANY_ATTRIBUTES)
        statements = Statements(file, os.fstat(file.fileno()).st_size, wanted, watch)
        reader = _Reader(Table(path), statements)
        for statement in statements:
            reader.read(statement)
        reader.table.cut_short = statements.cut_short
    return reader.table


class _Reader:
    """Keeps what is read, and which node the attributes are of."""

    def __init__(self, table: Table, statements: Statements) -> None:
        self.table = table
        self._statements = statements
        self._encoding = "latin-1"
        self._made: tuple[str, str, str] = ("", "", "")
        self._node: Node | None = None

    def read(self, raw: bytes) -> None:
        """One statement or comment."""
        if raw.startswith(b"//"):
            self._comment(raw)
            return
        edits = _EDITS.search(raw, 0, 80) is not None
        if len(raw) > _LONGEST and not edits:
            return
        text = raw.decode(self._encoding, errors="replace")
        if edits:
            self._edits(text)
            return
        command, _, rest = text.partition(" ")
        action = {
            "createNode": self._create, "select": self._select, "setAttr": self._set, "connectAttr": self._connect,
            "file": self._file, "requires": self._requires, "currentUnit": self._units, "fileInfo": self._info,
        }.get(command)  # fmt: skip
        if action is not None:
            action(rest)

    def _comment(self, raw: bytes) -> None:
        match = re.match(rb"//Codeset: *([\w-]+)", raw)
        if match is None:
            return
        told = match[1].decode("ascii")
        name = f"cp{told}" if told.isdigit() else told
        try:
            b"a".decode(name)
        except (LookupError, ValueError):
            return
        self._encoding = name
        self._statements.wide = _WIDE.get(int(told)) if told.isdigit() else None

    def _create(self, rest: str) -> None:
        match = _NODE.match(rest)
        if match:
            kind, name, parent, shared = match[1], match[3], match[4] or "", bool(match[2])
        else:
            kind, flags, listed = _parsed(rest, first=True)
            shared = "-s" in listed or "-shared" in listed
            name = flags.get("-n") or flags.get("-name") or kind
            parent = flags.get("-p") or flags.get("-parent") or ""
        if parent:
            self.table.place(name.rpartition("|")[2], parent)
        self._made = (kind, name, parent)
        self._node = self.table.node(kind, name, parent, shared) if kind in ALWAYS else None
        self._statements.inside = kind in ALWAYS or (kind in SOMETIMES and kind not in MANY)

    def _select(self, rest: str) -> None:
        listed = [word.text for word in words(rest) if not word.text.startswith("-")]
        self._made = ("", listed[-1], "") if listed else ("", "", "")
        self._node = None
        self._statements.inside = bool(listed)

    def _set(self, rest: str) -> None:
        listed = words(rest)
        at = next((index for index, word in enumerate(listed) if word.quoted), len(listed))
        while at < len(listed) and "." not in listed[at].text:  # the type of `setAttr -type "string" ".a" "b"`
            at += 1
        if at >= len(listed):
            return
        before, _, attribute = listed[at].text.partition(".")
        if not is_wanted(attribute):
            return
        value = _value(listed[:at], listed[at + 1 :])
        if value is not None:
            node = self.table.node("", before) if before else self._current()
            node.values[attribute] = value

    def _current(self) -> Node:
        if self._node is None:
            self._node = self.table.node(*self._made)
        return self._node

    def _edits(self, rest: str) -> None:
        for match in _EDIT.finditer(rest):
            if is_wanted(match[2]):
                self.table.edit(match[1], match[2], _ESCAPE.sub(r"\1", match[3]).strip())

    def _connect(self, rest: str) -> None:
        plugs = [word.text for word in words(rest) if word.quoted]
        if len(plugs) >= 2 and plug_attribute(plugs[1]):
            self.table.link(plugs[0], plugs[1])

    def _file(self, rest: str) -> None:
        path, flags, listed = _parsed(rest, first=False)
        depth = flags.get("-rdi") or flags.get("-referenceDepthInfo") or ""
        if not path or not (depth or "-r" in listed or "-reference" in listed):
            return
        deferred = (flags.get("-dr") or flags.get("-deferReference") or "0") in ("1", "on", "true", "yes")
        space = flags.get("-ns") or flags.get("-namespace") or ""
        node = flags.get("-rfn") or flags.get("-referenceNode") or ""
        level = int(depth) if depth.isdigit() else 0
        self.table.references.append(RefLine(level, node, space, path, deferred))

    def _requires(self, rest: str) -> None:
        listed = [word.text for word in words(rest)]
        while len(listed) > 2 and listed[0].startswith("-"):
            listed = listed[2:]
        if len(listed) >= 2 and listed[0] == "maya":
            self.table.maya = listed[1]
        elif listed and not listed[0].startswith("-"):
            self.table.plugins[listed[0]] = listed[1].strip() if len(listed) > 1 else ""

    def _units(self, rest: str) -> None:
        _, flags, _ = _parsed(rest, first=False)
        self.table.time_unit = flags.get("-t") or flags.get("-time") or self.table.time_unit
        self.table.length_unit = length_unit(flags.get("-l") or flags.get("-linear") or self.table.length_unit)

    def _info(self, rest: str) -> None:
        listed = [word.text for word in words(rest)]
        if len(listed) >= 2:
            self.table.info[listed[0]] = listed[1]


def _parsed(rest: str, first: bool) -> tuple[str, dict[str, str], list[str]]:
    """The object of a command (its first or its last word), flags with their values, all words."""
    listed = words(rest)
    flags: dict[str, str] = {}
    loose: list[str] = []
    at = 0
    while at < len(listed):
        word = listed[at]
        if word.text.startswith("-") and not word.quoted and not re.match(r"-\d", word.text):
            if word.text not in _FLAGS_ALONE and at + 1 < len(listed):
                flags[word.text] = listed[at + 1].text
                at += 1
        else:
            loose.append(word.text)
        at += 1
    target = (loose[0] if first else loose[-1]) if loose else ""
    return target, flags, [word.text for word in listed]


def _value(before: list[Word], after: list[Word]) -> Value:
    """What a `setAttr` sets: a text, or the first number or switch; None where it only sets flags."""
    rest = [word for word in after if word.quoted or not re.match(r"-[A-Za-z]", word.text)]
    kinds = [word.text for word in before if word.quoted]
    for index, word in enumerate(after):
        if word.text in ("-type", "-typ") and not word.quoted and index + 1 < len(after):
            kinds.append(after[index + 1].text)
            rest = rest[1:]
    if not rest:
        return None
    if "string" in kinds or rest[0].quoted:
        return rest[0].text
    return plain_value(rest[0].text)


def plain_value(text: str) -> Value:
    """`yes` is True, `12` a number, anything else the text."""
    if text in ("yes", "on", "true"):
        return True
    if text in ("no", "off", "false"):
        return False
    try:
        return float(text)
    except ValueError:
        return text
