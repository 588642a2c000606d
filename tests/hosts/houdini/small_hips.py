"""Small .hip files of our own, written as Houdini writes them, for what the real samples do not show."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FLAGS = "lock off model off template off footprint off bypass {bypass} display on render off exposed on"


@dataclass
class N:
    """A node: its type, parms by name (a text, or several for a tuple), expressions by channel, and what is inside.

    Of a node inside a locked asset the file tells no type: "".
    """

    type: str
    parms: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    inputs: Sequence[str] = ()
    expressions: Mapping[str, str] = field(default_factory=dict)
    bypass: bool = False
    locked: bool = False
    """Is it a digital asset that matches its definition?"""
    children: Mapping[str, N] = field(default_factory=dict)


def write_hip(
    path: Path,
    networks: Mapping[str, Mapping[str, N]],
    variables: Mapping[str, str] | None = None,
    seconds: tuple[float, float] = (0, 10),
    fps: float = 24,
    libraries: Mapping[str, str] | None = None,
    scripts: Mapping[str, str] | None = None,
) -> Path:
    """`networks`: `{"out": {"mantra1": N("ifd", …)}}`; `scripts`: dialog scripts by `Sop/type`."""
    saved = {"JOB": "/jobs/show", "_HIP_SAVEVERSION": "20.5.278", "ACTIVETAKE": "Main", **(variables or {})}
    start = f"tcur 0\nfps {fps:g}\ntset {seconds[0]:g} {seconds[1]:g}\nfrange 1 {seconds[1] * fps:g}\n"
    members = {
        ".start": f"fplayback -i on -r off -f 1 -s 1\n{start}",
        ".variables": "".join(f"set -g {name} = '{value}'\n" for name, value in saved.items()),
        ".OPfallbacks": "".join(f"{key} {library}\n" for key, library in (libraries or {}).items()),
        ".takes": "HoudiniTakeFile 1.0\ntake name Main kids 0\n   e\n",
        ".cwd": "opcf /\ntakeset Main\n",
    }
    raw = {name: text.encode() for name, text in members.items()}
    raw[".OPdummydefs"] = _library(scripts or {})
    for network, nodes in networks.items():
        raw[f"{network}.def"] = _definition(N(network))
        for name, node in nodes.items():
            _add(raw, f"{network}/{name}", node)
        raw[f"{network}.net"] = b"1\n"
    path.write_bytes(b"".join(_member(name, data) for name, data in raw.items()) + _member("TRAILER!!!", b""))
    return path


def _add(raw: dict[str, bytes], path: str, node: N) -> None:
    if node.type:
        raw[f"{path}.init"] = f"type = {node.type}\nmatchesdef = {int(node.locked)}\n".encode()
    raw[f"{path}.def"] = _definition(node)
    if node.expressions:
        raw[f"{path}.chn"] = "".join(["{\n", *map(_channel, node.expressions.items()), "  }\n"]).encode()
    raw[f"{path}.parm"] = _parms(node).encode()
    raw[f"{path}.userdata"] = struct.pack(">I", 0)
    for name, child in node.children.items():
        _add(raw, f"{path}/{name}", child)
    if node.children:
        raw[f"{path}.net"] = b"1\n"


def _library(scripts: Mapping[str, str]) -> bytes:
    """`INDX`, a table of name, offset, size and time, and the sections one after the other."""
    sections = {
        key: f"# Dialog script for {key} automatically generated\n{text}".encode() for key, text in scripts.items()
    }
    at, rows = 0, []
    for key, section in sections.items():
        rows.append(struct.pack(">I", len(key)) + key.encode() + struct.pack(">III", at, len(section), 0))
        at += len(section)
    return b"".join([b"INDX", b"\0" * 8, struct.pack(">I", len(rows)), *rows, *sections.values()])


def _definition(node: N) -> bytes:
    wired = "".join(f"{index} \t{name or chr(34) * 2} 0 1\n" for index, name in enumerate(node.inputs))
    flags = FLAGS.format(bypass="on" if node.bypass else "off")
    return f'comment ""\nposition 0 0\nflags =  {flags}\ninputs\n{{\n{wired}}}\nend\n'.encode()


def _channel(pair: tuple[str, str]) -> str:
    name, expression = pair
    quoted = expression.replace('"', '\\"')
    inner = f'"{quoted}"' if " " in quoted else quoted
    segment = f"segment {{ options = {{\t autoslope  ai ao }}\n\n\t length = 0 expr = {inner} }}"
    return f"    channel {name} {{\n      lefttype = extend\n      flags = 0\n      {segment}\n    }}\n"


def _parms(node: N) -> str:
    rows = ["{", "version 0.8"]
    for name, value in node.parms.items():
        texts = [value] if isinstance(value, str) else list(value)
        parts = "1234567890" if name == "f" else "xyzw"
        channels = [name if len(texts) == 1 else name + parts[index] for index in range(len(texts))]
        written = [
            f"[ {channel}\t{_quoted(text)} ] " if channel in node.expressions else _quoted(text)
            for channel, text in zip(channels, texts)
        ]
        rows.append("\t".join([name, "[ 0\tlocks=0 ]", "(", *written, ")"]))
    return "\n".join([*rows, "}", ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if not text or " " in text or '"' in text else escaped


def _member(name: str, data: bytes) -> bytes:
    head = "070707" + "000001" * 1 + "000000" + "000666" + "000000" * 2 + "000001" + "000000" + "0" * 11
    return f"{head}{len(name.encode()) + 1:06o}{len(data):011o}".encode() + name.encode() + b"\0" + data
