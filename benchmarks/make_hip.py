"""Make a large .hip: `python benchmarks/make_hip.py FILE [NODES]`. Its nodes are as long as those of real scenes.

A scene of NODES nodes (200,000 unless told): objects with geometry networks in them, every fiftieth node a File, every
tenth with animation, three cameras, forty Mantra nodes behind a merge.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

IN_EACH = 200
_START = "fplayback -i on -r off -f 1 -e on -h on -t on -a on -k on -s 1\ntcur 0\nfps 24\ntset 0 10\nfrange 1 240\n"
_VARIABLES = (
    "set -g ACTIVETAKE = 'Main'\nset -g HIP = '/shows/big'\nset -g HIPNAME = 'big'\nset -g JOB = '/shows'\n"
    "set -g _HIP_SAVEVERSION = '20.5.522'\n"
)
_USERDATA = b"\0\0\0\1\0\r___Version___\0\0\0\3\0\x0820.5.522"
_KINDS = ("attribwrangle", "xform", "null", "switch", "merge", "normal", "polyextrude::2.0", "copytopoints::2.0")
_ORDINARY = "".join(
    f"setting{i}\t[ 0\tlocks=0 ]\t(\t{value}\t)\n" for i, value in enumerate(['"on"', "0", "1.5", '""'] * 14)
)


def make_hip(path: Path, nodes: int = 200_000) -> None:
    """Write a scene of about that many nodes to `path`; about 2.6 kB for each, as in real ones."""
    with path.open("wb") as file:
        for name, data in _members(nodes):
            file.write(_member(name, data))


def _member(name: str, data: bytes) -> bytes:
    """One member of a cpio archive in the old portable ASCII form."""
    raw = name.encode()
    head = f"070707{0:06o}{1:06o}{0o100644:06o}{0:06o}{0:06o}{1:06o}{0:06o}{0:011o}{len(raw) + 1:06o}{len(data):011o}"
    return head.encode() + raw + b"\0" + data


def _members(nodes: int) -> Iterator[tuple[str, bytes]]:
    yield ".start", _START.encode()
    yield ".variables", _VARIABLES.encode()
    yield ".OPfallbacks", b""
    yield from _node("obj", "", "")
    for group in range(max(1, nodes // IN_EACH)):
        name = f"obj/geo{group}"
        yield from _node(name, "geo", _parm("shop_materialpath", f"/mat/shader{group % 20}"))
        for index in range(IN_EACH - 1):
            yield from _sop(name, group * IN_EACH + index, index)
    for index in range(3):
        yield from _node(f"obj/cam{index}", "cam", "res\t[ 0\tlocks=0 ]\t(\t1920\t1080\t)\n")
    yield from _node("out", "", "")
    for index in range(40):
        yield from _node(f"out/mantra{index}", "ifd", _mantra(index))
    wires = "".join(f"{index} \tmantra{index} 0 1\n" for index in range(40))
    yield from _node("out/all", "merge", "", wires)
    yield "TRAILER!!!", b""


def _sop(parent: str, number: int, index: int) -> Iterator[tuple[str, bytes]]:
    wires = f"0 \tnode{index - 1} 0 1\n" if index else ""
    if number % 50 == 0:
        parms = _parm("file", f"$HIP/geo/asset_{number:06d}.$F4.bgeo.sc")
        yield from _node(f"{parent}/node{index}", "file", parms, wires)
        return
    kind = _KINDS[number % len(_KINDS)]
    parms = _parm("snippet", '"f@pscale = ch(\\"scale\\") / 2;"') if kind == "attribwrangle" else ""
    yield from _node(f"{parent}/node{index}", kind, parms, wires)
    if number % 10 == 0:
        segment = "segment { length = 0 value = 0 0 expr = sin($F/24) }"
        text = f"{{\n    channel tx {{\n      lefttype = extend\n      flags = 0\n      {segment}\n    }}\n  }}\n"
        yield f"{parent}/node{index}.chn", text.encode()


def _node(path: str, kind: str, parms: str, wires: str = "") -> Iterator[tuple[str, bytes]]:
    if kind:
        yield f"{path}.init", f"type = {kind}\nmatchesdef = 0\n".encode()
    yield f"{path}.def", _DEFINITION.format(wires=wires).encode()
    yield f"{path}.parm", f"{{\nversion 0.8\n{parms}{_ORDINARY if kind else ''}}}\n".encode()
    yield f"{path}.userdata", _USERDATA


def _mantra(index: int) -> str:
    return (
        'trange\t[ 0\tlocks=0 ]\t(\t"normal"\t)\nf\t[ 0\tlocks=0 ]\t(\t1\t240\t1\t)\n'
        + _parm("camera", f"/obj/cam{index % 3}")
        + _parm("vm_picture", "$HIP/render/$HIPNAME.$OS.$F4.exr")
    )


def _parm(name: str, text: str) -> str:
    return f"{name}\t[ 0\tlocks=0 ]\t(\t{text}\t)\n"


_DEFINITION = """comment ""
position 1.5 -2.25
connectornextid 1
flags =  lock off model off template off footprint off xray off bypass off display off render off highlight off \
unload off savedata off compress on colordefault on exposed on
outputsNamed3
{{
0 "output1"
}}
inputs
{{
{wires}}}
stat
{{
  create 1639113443
  modify 1639123935
  author artist@workstation
  access 0777
}}
color UT_Color RGB 0.8 0.8 0.8
delscript ""
exprlanguage hscript
end
"""

if __name__ == "__main__":
    make_hip(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200_000)
