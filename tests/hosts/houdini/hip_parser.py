"""A .hip file, parsed plainly: for the stand-in only, and of nothing that the product's own reader has.

A scene is an ASCII cpio archive ("odc": magic 070707, octal fields; `man 5 cpio`). What is in a member was learnt
from the sample files themselves: `NODE.init` its type, `.parm` its values, `.chn` expressions and keys, `.def` flags
and inputs, `.userdata` length-prefixed pairs, `.order` the order of a network's nodes, `.spareparmdef` and
`.OPdummydefs` dialog scripts (https://www.sidefx.com/docs/houdini/ref/files/dialog_script.html).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .dialog import Definition, block, read_dialog, tokens

MANAGERS = ("obj", "out", "ch", "shop", "img", "vex", "mat", "stage", "tasks")
"""The networks at the root, each written without an `.init`."""


@dataclass
class Value:
    """One component of a parm: its text, and the channel that drives it ("" for none)."""

    text: str
    channel: str = ""


@dataclass
class Segment:
    """A piece of a channel from `start` seconds on: values at both ends, and the expression that runs it."""

    start: float
    length: float
    values: tuple[float, ...]
    expression: str
    language: str


@dataclass
class FileNode:
    """A node as the file has it."""

    name: str
    type: str = ""
    parent: FileNode | None = None
    children: dict[str, FileNode] = field(default_factory=dict)
    parms: dict[str, list[Value]] = field(default_factory=dict)
    channels: dict[str, list[Segment]] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    inputs: dict[int, str] = field(default_factory=dict)
    user_data: dict[str, str] = field(default_factory=dict)
    spare: dict[str, Definition] = field(default_factory=dict)
    dots: dict[str, str] = field(default_factory=dict)
    """Network dots inside: name to what they hang on."""
    matches_definition: bool = False

    @property
    def path(self) -> str:
        if self.parent is None:
            return "/"
        return f"{self.parent.path.rstrip('/')}/{self.name}"


@dataclass
class HipFile:
    """All of it."""

    root: FileNode
    variables: dict[str, str]
    start: dict[str, str]
    """The lines of `.start` by their first word: `fps`, `frange`, `tcur`, `tset`, `fplayback`."""
    takes: dict[str, tuple[str, dict[str, dict[str, list[Value]]]]]
    """By name: the parent's name, and what it overrides by node path and parm."""
    current_take: str
    scripts: dict[str, str]
    """The dialog script of each asset that the file carries a definition or a dummy of, by `Sop/filecache::2.0`."""
    libraries: dict[str, str]
    """The library of each asset by `Sop/filecache::2.0`."""
    scene_libraries: list[str]
    """What the scene itself installs, as it is written."""
    licence: str
    """`Commercial`, `Indie` or `Apprentice`: the first bytes of the file tell (public .hiplc and .hipnc files)."""


def load(path: str | Path) -> HipFile:
    raw = Path(path).read_bytes()
    members = dict(read_members(raw))
    root = FileNode("")
    for name in MANAGERS:
        _node(root, name).type = name
    for name, data in members.items():
        if "/" in name or name.split(".")[0] in MANAGERS:
            _take(root, name, data)
    for name, data in members.items():
        if name.endswith(".order"):
            _sort(_node(root, name[: -len(".order")]), data)
    takes, current = _takes(text(members.get(".takes", b"")), text(members.get(".cwd", b"")))
    return HipFile(
        root=root,
        variables=_variables(text(members.get(".variables", b""))),
        start={line.split(None, 1)[0]: line.split(None, 1)[-1] for line in lines(members.get(".start", b"")) if line},
        takes=takes,
        current_take=current,
        scripts=_scripts(members.get(".OPdummydefs", b"")),
        libraries=_libraries(text(members.get(".OPfallbacks", b""))),
        scene_libraries=[line for line in lines(members.get(".OPlibraries", b"")) if line],
        licence={b"HouLC\x1a": "Indie", b"HouNC\x1a": "Apprentice"}.get(raw[:6], "Commercial"),
    )


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def lines(data: bytes) -> list[str]:
    return [line.strip() for line in text(data).splitlines()]


def read_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each; a scene of a limited licence marks where each begins, and tells no size."""
    if data[:6] in (b"HouLC\x1a", b"HouNC\x1a"):
        marks = re.finditer(re.escape(data[:6]) + rb"[0-9a-fA-F]{28}([^\0]{1,4000})\0", data)
        heads = [mark for mark in marks if not mark[1].endswith(b"_FILE!!!")]  # which libraries inside have, too
        for head, end in zip(heads, [*(other.start() for other in heads[1:]), len(data)]):
            yield text(head[1]), data[head.end() : end]
        return
    at = 0
    while at + 76 <= len(data) and data[at : at + 6] == b"070707":
        name_size, size = int(data[at + 59 : at + 65], 8), int(data[at + 65 : at + 76], 8)
        name = text(data[at + 76 : at + 76 + name_size - 1])
        if name == "TRAILER!!!":
            return
        begin = at + 76 + name_size
        yield name, data[begin : begin + size]
        at = begin + size
    raise ValueError("no cpio archive, or a cut one")


# -- nodes


def _node(root: FileNode, path: str) -> FileNode:
    node = root
    for name in path.split("/"):
        if name not in node.children:
            node.children[name] = FileNode(name, parent=node)
        node = node.children[name]
    return node


def _take(root: FileNode, member: str, data: bytes) -> None:
    """What one member says, into its node."""
    path, _, kind = member.rpartition(".")
    if kind == "networkdotinit":
        folder, _, name = path.rpartition("/")
        _node(root, folder).dots[f"({name})"] = str(json.loads(text(data)).get("input", "")).split(" ")[0]
        return
    if kind not in ("init", "def", "parm", "chn", "userdata", "spareparmdef"):
        return
    node = _node(root, path)
    if kind == "init":
        words = dict(line.split(" = ", 1) for line in lines(data) if " = " in line)
        node.type, node.matches_definition = words["type"], words.get("matchesdef") == "1"
    elif kind == "def":
        _read_def(node, text(data))
    elif kind == "parm":
        node.parms.update(read_parms(text(data)))
    elif kind == "chn":
        node.channels.update(read_channels(text(data)))
    elif kind == "userdata":
        node.user_data.update(read_user_data(data))
    else:
        node.spare.update(read_dialog(text(data)))


def _sort(node: FileNode, data: bytes) -> None:
    wanted = {name: index for index, name in enumerate(lines(data)[1:])}
    node.children = dict(sorted(node.children.items(), key=lambda pair: wanted.get(pair[0], len(wanted))))


def _read_def(node: FileNode, source: str) -> None:
    flags = re.search(r"^flags =(.*)$", source, re.MULTILINE)
    if flags:
        words = flags[1].split()
        node.flags = {name: value != "off" for name, value in zip(words[::2], words[1::2])}
    block = re.search(r"^inputs\s*\{(.*?)^\}", source, re.MULTILINE | re.DOTALL)
    for line in block[1].splitlines() if block else ():
        words = [word for word, _ in tokens(line)]
        if len(words) >= 2 and words[1]:
            node.inputs[int(words[0])] = words[1]


def read_parms(source: str) -> dict[str, list[Value]]:
    """`name [ 0 locks=0 ] ( value [ channel value ] … )`, one after the other between braces."""
    found: dict[str, list[Value]] = {}
    words = iter(list(tokens(source)))
    for word, _ in words:
        if word in ("{", "}"):
            continue
        if word == "version":
            next(words)
            continue
        name = word
        for inner, quoted in words:  # the bracket with the locks
            if inner == "]" and not quoted:
                break
        next(words)
        values = []
        for inner, quoted in words:
            if inner == ")" and not quoted:
                break
            if inner == "[" and not quoted:
                channel, value = next(words)[0], next(words)[0]
                next(words)
                values.append(Value(value, channel))
            else:
                values.append(Value(inner))
        found[name] = values
    return found


def read_channels(source: str) -> dict[str, list[Segment]]:
    """`channel NAME { … segment { key = value … } … }`."""
    found: dict[str, list[Segment]] = {}
    segments: list[Segment] = []
    words = list(tokens(source))
    at = 0
    while at < len(words):
        word = words[at][0]
        if word == "channel":
            segments = found[words[at + 1][0]] = []
        if word == "segment":
            at, inner = block(words, at + 1)
            segments.append(_segment(inner, segments))
        else:
            at += 1
    return found


def _segment(words: list[str], before: list[Segment]) -> Segment:
    fields: dict[str, list[str]] = {}
    key = ""
    for word, following in zip(words, [*words[1:], ""]):
        if following == "=":
            key = word
            fields[key] = []
        elif word != "=":
            fields[key].append(word)
    last = before[-1] if before else Segment(0.0, 0.0, (), "", "")
    return Segment(
        float(fields["start"][0]) if "start" in fields else last.start + last.length,
        float(fields["length"][0]),
        tuple(float(value) for value in fields.get("value", ())),
        " ".join(fields.get("expr", [])),
        "".join(fields.get("language", [])),
    )


def read_user_data(data: bytes) -> dict[str, str]:
    """A count, then pairs, every text with its length before it: 16 bits for names, value kinds between."""
    found, at = {}, 4
    for _ in range(struct.unpack(">I", data[:4])[0] if len(data) >= 4 else 0):
        (size,) = struct.unpack(">H", data[at : at + 2])
        name = text(data[at + 2 : at + 2 + size])
        at += 2 + size + 4  # the kind: 3 is a text
        (size,) = struct.unpack(">H", data[at : at + 2])
        found[name] = text(data[at + 2 : at + 2 + size])
        at += 2 + size
    return found


# -- the file's own facts


def _variables(source: str) -> dict[str, str]:
    return {name: value for name, value in re.findall(r"^set -g (\w+) = '(.*)'$", source, re.MULTILINE)}


def _takes(source: str, cwd: str) -> tuple[dict[str, tuple[str, dict[str, dict[str, list[Value]]]]], str]:
    found: dict[str, tuple[str, dict[str, dict[str, list[Value]]]]] = {}
    for name in re.findall(r"take name (\S+)", source):
        found[name] = ("", {})
    current = re.search(r"takeset (\S+)", cwd)
    return found or {"Main": ("", {})}, current[1] if current else "Main"


def _libraries(source: str) -> dict[str, str]:
    """`.OPfallbacks`: the asset in the first word, each library twice, first as it was found."""
    found: dict[str, str] = {}
    for line in source.splitlines():
        key, _, library = line.partition(" ")
        if library:
            found.setdefault(key, library)
    return found


def _scripts(data: bytes) -> dict[str, str]:
    """The dialog scripts in `.OPdummydefs` by asset, unread: there are many, and long.

    It is a library: `INDX`, then name, offset, size and time of each section, then the sections one after the other.
    """
    found: dict[str, str] = {}
    if data[:4] != b"INDX":
        return found
    places, at = [], 16
    for _ in range(struct.unpack(">I", data[12:16])[0]):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name = text(data[at + 4 : at + 4 + length])
        places.append((name, *struct.unpack(">II", data[at + 4 + length : at + 12 + length])))
        at += length + 16
    for name, start, size in places:
        section = data[at + start : at + start + size]
        head = section.find(b"# Dialog script for ")
        if "/" in name and head >= 0:
            found[name] = text(section[section.index(b"\n", head) :])
    return found
