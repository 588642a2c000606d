"""A Maya file, parsed plainly and slowly: what stands in it, statement by statement.

For the stand-in alone, and written without a look at Farmdeck's own reader, so that the two cannot share a bug.
Sources: Autodesk's *Maya ASCII file format* for .ma; for .mb the public parsers cgkit (`mayabinary`) and
`maya_scenefile_parser`, and the real files of both kinds (sizes, paddings, `CREA`'s flags, times in ticks of `TDUR`).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Value = Any
CODECS = {"1252": "cp1252", "932": "cp932", "936": "gbk", "950": "big5", "UTF-8": "utf-8", "1251": "cp1251"}


@dataclass
class NodeDef:
    """A `createNode`, or a `select -ne` of one that Maya makes itself (`type` is "" then)."""

    type: str
    name: str
    parent: str = ""
    shared: bool = False
    values: list[tuple[str, Value]] = field(default_factory=list)
    """(attribute as written without its first dot, value), in the file's order."""
    added: list[tuple[str, str, str, bool]] = field(default_factory=list)
    """(long name, short name, type, is it a file name?) of each `addAttr`."""


@dataclass
class Reference:
    """A `file -r` or `file -rdi` statement."""

    depth: int
    """0 for `-r`, which loads; 1 and deeper for `-rdi`, which only tells.

    Where there are `-rdi` lines, they tell what is unloaded: Maya writes `-dr 1` into every `-r` beside them.
    """
    namespace: str
    node: str
    path: str
    deferred: bool


@dataclass
class PlainFile:
    """All of it that a session could ask for."""

    maya: str = ""
    plugins: list[tuple[str, str]] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    nodes: list[NodeDef] = field(default_factory=list)
    connections: list[tuple[str, str]] = field(default_factory=list)
    ticks: float = 0.0
    """Ticks a second that .mb counts times in; 0: they are frames."""


def parse(path: Path) -> PlainFile:
    """The file at `path`; its first bytes tell which kind it is. Raises ValueError for another kind."""
    data = path.read_bytes()
    if data[:4] in (b"FOR4", b"FOR8"):
        return _Binary(data).file
    if data[:2] == b"//":
        return _ascii(data)
    raise ValueError(f"{path.name} is no Maya file.")


# -- .ma

_TOKEN = re.compile(r'//[^\n]*|"(?:[^"\\]|\\.)*"|;|\(|\)|[^\s";()]+', re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def _text(token: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), token[1:-1], flags=re.DOTALL)


def _statements(text: str) -> Iterator[list[str]]:
    words: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token == ";":
            if words:
                yield words
            words = []
        elif not token.startswith("//"):
            words.append(token)


def _ascii(data: bytes) -> PlainFile:
    match = re.search(rb"//Codeset: (\S+)", data[:2000])
    return parse_text(data.decode(CODECS.get(match[1].decode() if match else "UTF-8", "utf-8"), errors="replace"))


def parse_text(text: str) -> PlainFile:
    """The statements of a .ma."""
    file = PlainFile()
    node: NodeDef | None = None
    for words in _statements(text):
        node = _statement(file, node, words)
    return file


def _flags(words: list[str], valued: set[str]) -> tuple[dict[str, str], list[str]]:
    """The flags with their values (the last of each), and what else there is."""
    flags, rest, index = {}, [], 0
    while index < len(words):
        word = words[index]
        if word.startswith("-") and not re.match(r"-[\d.]", word):
            name = word[1:]
            if name in valued and index + 1 < len(words):
                index += 1
                flags[name] = _text(words[index]) if words[index].startswith('"') else words[index]
            else:
                flags[name] = ""
        else:
            rest.append(word)
        index += 1
    return flags, rest


def _statement(file: PlainFile, node: NodeDef | None, words: list[str]) -> NodeDef | None:
    command, words = words[0], words[1:]
    if command == "createNode":
        flags, rest = _flags(words, {"n", "p"})
        node = NodeDef(rest[0], flags.get("n", rest[0] + "1"), flags.get("p", ""), "s" in flags)
        file.nodes.append(node)
    elif command == "select":
        node = NodeDef("", words[-1].strip('"').lstrip(":"), shared=True)
        file.nodes.append(node)
    elif command == "setAttr" and node is not None:
        _set_attr(node, words)
    elif command == "addAttr" and node is not None:
        flags, _ = _flags(words, {"ln", "sn", "at", "dt", "p", "dv", "min", "max", "smn", "smx", "en", "ci", "h", "k"})
        kind, short = flags.get("at", flags.get("dt", "")), flags.get("sn", "")
        node.added.append((flags.get("ln", short), short, kind, "uaf" in flags))
    elif command == "connectAttr":
        _, rest = _flags(words, set())
        file.connections.append((_text(rest[0]), _text(rest[1])))
    else:
        _header(file, command, words)
    return node


def _header(file: PlainFile, command: str, words: list[str]) -> None:
    if command == "requires":
        _, rest = _flags(words, {"nodeType", "dataType"})
        name, version = (word.strip('"') for word in rest[:2])
        if name == "maya":
            file.maya = version
        else:
            file.plugins.append((name, version))
    elif command == "currentUnit":
        file.units, _ = _flags(words, {"l", "a", "t"})
    elif command == "fileInfo":
        file.info[_text(words[0])] = _text(words[1])
    elif command == "file":
        flags, rest = _flags(words, {"ns", "rfn", "typ", "op", "rdi", "dr", "rpr"})
        if rest and ("r" in flags or "rdi" in flags):
            depth = int(flags["rdi"]) if "rdi" in flags else 0
            deferred = flags.get("dr", "0") == "1"
            space = flags.get("ns", "")
            file.references.append(Reference(depth, space, flags.get("rfn", ""), _text(rest[-1]), deferred))


_WORDS = {"yes": True, "no": False, "on": True, "off": False, "true": True, "false": False}


def _number(word: str) -> Value:
    if word in _WORDS:
        return _WORDS[word]
    try:
        return float(word)
    except ValueError:
        return word


def _set_attr(node: NodeDef, words: list[str]) -> None:
    flags, rest = _flags(words, {"type", "k", "s", "l", "cb", "ch", "ca"})
    if not rest:
        return
    path, values = _text(rest[0]).lstrip("."), rest[1:]
    if flags.get("type") == "string":
        text = "".join(_text(word) for word in values if word.startswith('"'))
        node.values.append((path, text))
    elif "type" in flags:
        node.values.append((path, [_text(word) if word.startswith('"') else _number(word) for word in values]))
    elif values:
        numbers = [_text(word) if word.startswith('"') else _number(word) for word in values]
        _spread(node, path, numbers)


def _spread(node: NodeDef, path: str, values: list[Value]) -> None:
    """`.rlmi[1:4]` with four values is four elements."""
    match = re.fullmatch(r"(.*)\[(\d+):(\d+)\](.*)", path)
    if match is None:
        node.values.append((path, values[0] if len(values) == 1 else values))
        return
    first, last = int(match[2]), int(match[3])
    each = max(1, len(values) // (last - first + 1))
    for index in range(first, last + 1):
        some = values[(index - first) * each : (index - first + 1) * each]
        if some:
            node.values.append((f"{match[1]}[{index}]{match[4]}", some[0] if each == 1 else some))


# -- .mb

TYPES = {
    "XFRM": "transform", "DCAM": "camera", "RNDL": "renderLayer", "RNLM": "renderLayerManager", "RTFT": "file",
    "SCRP": "script", "DMSH": "mesh", "JOIN": "joint", "SHAD": "shadingEngine", "DMTI": "materialInfo",
    "RLLK": "lightLinker", "DPLM": "displayLayerManager", "DSPL": "displayLayer", "RPL2": "place2dTexture",
    "OBST": "objectSet", "REFN": "reference",
}  # fmt: skip
"""The four letters of a type in .mb. The type of another stays its letters; plug-ins' are told by `PLUG` chunks."""
_UNITS = {"LUNI": "l", "AUNI": "a", "TUNI": "t"}


class _Binary:
    """`FOR4` has sizes of 4 bytes and pads to 4, `FOR8` of 8 and pads to 8; a group's content is padded already."""

    def __init__(self, data: bytes) -> None:
        self.file = PlainFile()
        self.wide = data[:4] == b"FOR8"
        self.types = dict(TYPES)
        for _, form, content in self._chunks(data):
            for _, kind, body in self._chunks(content) if form == b"Maya" else ():
                self._group(kind, body)

    def _chunks(self, data: bytes) -> Iterator[tuple[str, bytes, bytes]]:
        """(tag, group's kind or b"", content) of each chunk."""
        at, head = 0, 16 if self.wide else 8
        while at + head <= len(data):
            tag = data[at : at + 4].decode("latin-1")
            size = struct.unpack(">Q" if self.wide else ">I", data[at + head // 2 : at + head])[0]
            body = data[at + head : at + head + size]
            at += head + size
            if tag[:3] in ("FOR", "LIS"):
                yield tag, body[:4], body[4:]
            else:
                at += -size % (8 if self.wide else 4)
                yield tag, b"", body

    def _group(self, kind: bytes, body: bytes) -> None:
        if kind == b"HEAD":
            self._head(body)
        elif kind == b"FREF":
            for _, _, content in self._chunks(body):
                path = content.split(b"\0")[0].decode("utf-8", "replace")
                self.file.references.append(Reference(0, "", "", path, False))
        elif kind == b"CONS":
            for _, _, group in self._chunks(body):
                self._connections(group)
        else:
            self._node(kind, body)

    def _head(self, body: bytes) -> None:
        for tag, _, content in self._chunks(body):
            words = [word.decode("utf-8", "replace") for word in content.split(b"\0")]
            if tag == "VERS":
                self.file.maya = words[0]
            elif tag in _UNITS:
                self.file.units[_UNITS[tag]] = words[0]
            elif tag == "TDUR":
                self.file.ticks = float(words[0])
            elif tag == "FINF":
                self.file.info[words[0]] = words[1]
            elif tag == "PLUG":
                self.file.plugins.append((words[0], words[1]))
                self._plugin_types(content)

    def _plugin_types(self, content: bytes) -> None:
        """After name, version and flags: a type's name, a zero, its number in four bytes; and so on."""
        rest = content.split(b"\0", 3)[-1] if content.count(b"\0") > 2 else b""
        while b"\0" in rest:
            name, rest = rest.split(b"\0", 1)
            self.types[rest[:4].decode("latin-1")] = name.decode("utf-8", "replace")
            rest = rest[4:]

    def _connections(self, group: bytes) -> None:
        for tag, _, content in self._chunks(group):
            if tag == "CWFL":
                source, target = content[1:].split(b"\0")[:2]
                self.file.connections.append((source.decode("utf-8", "replace"), target.decode("utf-8", "replace")))

    def _node(self, kind: bytes, body: bytes) -> None:
        code = kind.decode("latin-1")
        node = NodeDef(self.types.get(code, code), "")
        for tag, _, content in self._chunks(body):
            if tag == "CREA":
                names = content[1:].split(b"\0")
                node.name = names[0].decode("utf-8", "replace")
                node.parent = "" if content[0] & 0x80 else names[1].decode("utf-8", "replace")
                node.shared = bool(content[0] & 1)
            elif tag == "SLCT":
                node = NodeDef("", content.rstrip(b"\0").decode("utf-8", "replace").lstrip(":"), shared=True)
            elif tag == "ATTR":
                names = content[16:].split(b"\0")
                node.added.append((names[0].decode(), names[1].decode(), content[:4].decode("latin-1"), False))
            elif tag in ("DBLE", "STR ", "FLT3", "DBL3"):
                self._value(node, tag, content)
        if node.name:
            self.file.nodes.append(node)

    def _value(self, node: NodeDef, tag: str, content: bytes) -> None:
        name, rest = content.split(b"\0", 1)
        path, rest = name.decode("utf-8", "replace"), rest[1:]
        if tag == "STR ":
            node.values.append((path, rest.split(b"\0")[0].decode("utf-8", "replace")))
            return
        size = 4 if tag == "FLT3" else 8
        raw = [rest[at : at + size] for at in range(0, len(rest) - size + 1, size)]
        values = [struct.unpack(">f" if size == 4 else ">d", piece)[0] for piece in raw]
        if tag == "DBLE" and values:
            _spread(node, path, [Raw(value, int.from_bytes(piece, "big")) for value, piece in zip(values, raw)])
        else:
            node.values.append((path, values))


class Raw(float):
    """A number of .mb; `bits` is what it is when its attribute is a time."""

    bits: int

    def __new__(cls, value: float, bits: int) -> Raw:
        made = super().__new__(cls, value)
        made.bits = bits
        return made
