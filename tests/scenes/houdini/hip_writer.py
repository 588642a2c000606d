"""Writes small .hip files: a scene of nodes as the members that Houdini saves, in each of its containers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

START = "fplayback -i on -r off -f 1\ntcur 0.125\nfps 24\ntset 0 10\nfrange 1 240\n"
VARIABLES = "set -g HIP = '/elsewhere'\nset -g JOB = '{job}'\nset -g SHOW = 'sh'\nset -g _HIP_SAVEVERSION = '20.5.1'\n"


@dataclass
class Node:
    """One node: `parms` by name, each a value or a tuple of them; `channels` by channel, their expressions."""

    path: str
    kind: str
    parms: dict[str, object] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    flags: str = "lock off bypass off"


def members(nodes: list[Node], job: str = "/job", extra: dict[str, bytes] | None = None) -> list[tuple[str, bytes]]:
    """The scene's files in the order in which Houdini writes them, its end mark left out."""
    found: list[tuple[str, bytes]] = [(".start", START.encode()), (".variables", VARIABLES.format(job=job).encode())]
    found += (extra or {}).items()
    for node in nodes:
        name = node.path.lstrip("/")
        found.append((name + ".init", f"type = {node.kind}\nmatchesdef = 0\n".encode()))
        wires = "".join(f"{index} \t{other} 0 1\n" for index, other in enumerate(node.inputs))
        found.append((name + ".def", f'comment ""\nflags =  {node.flags}\ninputs\n{{\n{wires}}}\nend\n'.encode()))
        rows = "".join(parm_line(key, value, node.channels) for key, value in node.parms.items())
        found.append((name + ".parm", f"{{\nversion 0.8\n{rows}}}\n".encode()))
        if node.channels:
            found.append((name + ".chn", channels(node.channels).encode()))
    return found


def parm_line(name: str, value: object, driven: dict[str, str]) -> str:
    """A line of `.parm`; a part of the tuple that has a channel stands in brackets."""
    values = value if isinstance(value, tuple) else (value,)
    names = [name] if len(values) == 1 else [f"{name}{index + 1}" for index in range(len(values))]
    parts = [f"[ {part}\t{_text(one)} ] " if part in driven else _text(one) for part, one in zip(names, values)]
    return f"{name}\t[ 0\tlocks=0 ]\t(\t" + "\t".join(parts) + "\t)\n"


def channels(expressions: dict[str, str]) -> str:
    """A `.chn` with one segment for each channel; an expression in Python begins with `python `."""
    rows = ""
    for name, expression in expressions.items():
        source = expression.replace("python ", "", 1)
        text = source.replace("\\", "\\\\").replace('"', '\\"')
        words = f'"{text}"' if " " in text else text
        end = words + (" language = python" if source != expression else "")
        options = "options = {\t autoslope  ai ao }\n\n\t"
        segment = f"segment {{ {options} length = 0 value = 0 0 accel = 0.5 0.5\n\t expr = {end} }}"
        rows += f"    channel {name} {{\n      lefttype = extend\n      flags = 0\n      {segment}\n    }}\n"
    return "{\n" + rows + "  }\n"


def cpio(files: list[tuple[str, bytes]], end: bool = True) -> bytes:
    """A cpio archive in the old portable ASCII form."""
    return b"".join(_octal(name, data) for name, data in [*files, *([("TRAILER!!!", b"")] if end else [])])


def marked(files: list[tuple[str, bytes]], magic: bytes = b"HouLC\x1a") -> bytes:
    """The container of a limited licence."""
    end = {b"HouLC\x1a": "LIMITED_COMMERCIAL_FILE!!!", b"HouNC\x1a": "NON_COMMERCIAL_FILE!!!"}[magic]
    return b"".join(
        magic + b"1033600baa0680fb90009a7e595e" + name.encode() + b"\0" + data for name, data in [*files, (end, b"")]
    )


def write_hip(path: Path, nodes: list[Node], job: str = "/job", extra: dict[str, bytes] | None = None) -> Path:
    """A commercial scene of those nodes at `path`; returns it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cpio(members(nodes, job, extra)))
    return path


def _octal(name: str, data: bytes) -> bytes:
    raw = name.encode()
    head = f"070707{0:06o}{1:06o}{0o100644:06o}{0:06o}{0:06o}{1:06o}{0:06o}{0:011o}{len(raw) + 1:06o}{len(data):011o}"
    return head.encode() + raw + b"\0" + data


def _text(value: object) -> str:
    text = str(value)
    plain = text and not any(sign in text for sign in ' "\n\t()')
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
