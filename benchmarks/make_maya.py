"""Makes a large .ma and a large .mb, with the kinds of content that real ones have, for measuring the readers.

    python benchmarks/make_maya.py FOLDER [--ma MEGABYTES] [--mb MEGABYTES]

Most bytes of a real scene are meshes and animation curves; between them are thousands of transforms, shaders and
connections, and at the end what the reader is after.
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

MEGABYTE = 1_000_000
TICKS = 141_120_000
HEADER = """//Maya ASCII 2024 scene
//Name: large.ma
//Last modified: Mon, Feb 22, 2024 01:09:37 PM
//Codeset: UTF-8
file -rdi 1 -ns "set" -rfn "setRN" -op "v=0;" -typ "mayaAscii" "sets/street.ma";
file -r -ns "set" -dr 1 -rfn "setRN" -op "v=0;" -typ "mayaAscii" "sets/street.ma";
requires maya "2024";
requires -nodeType "aiOptions" -nodeType "aiAOVDriver" -nodeType "aiImage" "mtoa" "5.3.1";
currentUnit -l centimeter -a degree -t film;
fileInfo "application" "maya";
fileInfo "product" "Maya 2024";
fileInfo "version" "2024";
createNode transform -n "shotCam";
createNode camera -n "shotCamShape" -p "shotCam";
\tsetAttr -k off ".v";
\tsetAttr ".fl" 34.999999999999993;
createNode renderLayerManager -n "renderLayerManager";
createNode renderLayer -n "defaultRenderLayer";
\tsetAttr ".g" yes;
createNode aiAOVDriver -s -n "defaultArnoldDriver";
\tsetAttr ".ai_translator" -type "string" "exr";
createNode script -n "uiConfigurationScriptNode";
\tsetAttr ".b" -type "string" (
\t\t"global string $gMainPane;\\nif (`paneLayout -exists $gMainPane`) {\\n\\tstring $name = \\"modelPanel4\\";\\n"
\t\t+ "createNode file -n \\"notANode\\";\\n}\\n");
\tsetAttr ".st" 3;
"""
FOOTER = """select -ne :time1;
\tsetAttr ".o" 1001;
select -ne :defaultRenderGlobals;
\tsetAttr ".ren" -type "string" "arnold";
\tsetAttr ".an" yes;
\tsetAttr ".fs" 1001;
\tsetAttr ".ef" 1250;
\tsetAttr ".ep" 4;
\tsetAttr ".pff" yes;
\tsetAttr ".ifp" -type "string" "<RenderLayer>/<Scene>";
select -ne :defaultResolution;
\tsetAttr ".w" 2048;
\tsetAttr ".h" 858;
\tsetAttr ".dar" 2.3869464397430420;
connectAttr "renderLayerManager.rlmi[0]" "defaultRenderLayer.rlid";
// End of large.ma
"""


def make_ma(path: Path, megabytes: float) -> None:
    """A .ma of about that size."""
    end = megabytes * MEGABYTE
    with path.open("w", encoding="utf-8", newline="\n") as file:
        written = file.write(HEADER)
        for index, block in enumerate(_blocks()):
            if written + len(FOOTER) >= end:
                break
            written += file.write(block.replace("@", str(index)))
        file.write(FOOTER)


def _blocks() -> Iterator[str]:
    """Without end: an object with its mesh, curves, shader and connections; `@` stands for its number."""
    chance = random.Random(7)
    sizes = [_object(chance, vertices) for vertices in (200, 900, 4000, 12000)]
    while True:
        yield chance.choice(sizes)


def _object(chance: random.Random, vertices: int) -> str:
    numbers = [f"{chance.uniform(-50, 50):.8g}" for _ in range(vertices * 3)]
    lines = "\n\t\t".join(" ".join(numbers[at : at + 9]) for at in range(0, len(numbers), 9))
    faces = "\n".join(
        f"\t\tf 4 {a} {a + 1} {a + 7} {-a - 2}\n\t\tmu 0 4 {a} {a + 1} {a + 8} {a + 7}" for a in range(vertices)
    )
    tweaks = "\n".join(
        f'\tsetAttr ".pt[{index}]" -type "float3" {chance.uniform(0, 1):.7g} -2.9802322e-08 0 ;'
        for index in range(vertices // 20)
    )
    keys = " ".join(f"{frame} {chance.uniform(-9, 9):.12g}" for frame in range(1001, 1001 + vertices // 10))
    return f"""createNode transform -n "prop@";
\trename -uid "7CF15D9C-4A57-C267-384B-2C9A27840FEF";
\tsetAttr ".t" -type "double3" {" ".join(numbers[:3])} ;
createNode mesh -n "prop@Shape" -p "prop@";
\trename -uid "1EC0F8D8-4927-A435-C1DC-8EAA44826E29";
\tsetAttr -k off ".v";
\tsetAttr ".vir" yes;
\tsetAttr ".uvst[0].uvsn" -type "string" "map1";
\tsetAttr -s {vertices} ".vt[0:{vertices - 1}]"  {lines};
\tsetAttr -s {vertices} -ch {vertices * 4} ".fc[0:{vertices - 1}]" -type "polyFaces"
{faces};
{tweaks}
createNode animCurveTL -n "prop@_translateX";
\tsetAttr ".tan" 18;
\tsetAttr -s {vertices // 10} ".ktv[0:{vertices // 10}]"  {keys};
createNode lambert -n "propShader@";
\tsetAttr ".c" -type "float3" 0.5 0.5 0.5 ;
createNode file -n "propTexture@";
\tsetAttr ".ftn" -type "string" "sourceimages/props/prop@.<UDIM>.exr";
\tsetAttr ".cs" -type "string" "ACEScg";
createNode place2dTexture -n "place2d@";
connectAttr "prop@_translateX.o" "prop@.tx";
connectAttr "propTexture@.oc" "propShader@.c";
connectAttr "place2d@.c" "propTexture@.c";
connectAttr "prop@Shape.iog" ":initialShadingGroup.dsm" -na;
"""


def make_mb(path: Path, megabytes: float) -> None:
    """A .mb (64-bit) of about that size."""
    end = megabytes * MEGABYTE
    chance = random.Random(7)
    with path.open("wb") as file:
        file.write(bytes(20))
        file.write(_head())
        for node in _cameras():
            file.write(node)
        index = 0
        while file.tell() < end:
            file.write(_thing(index, chance.choice((900, 4000, 12000, 40000))))
            index += 1
        file.write(_ending())
        size = file.tell()
        file.seek(0)
        file.write(b"FOR8\0\0\0\0" + struct.pack(">Q", size - 16) + b"Maya")


def chunk(tag: bytes, data: bytes) -> bytes:
    """A chunk of a 64-bit .mb, padded."""
    return tag + bytes(4) + struct.pack(">Q", len(data)) + data + bytes(-len(data) % 8)


def group(kind: bytes, *chunks: bytes, tag: bytes = b"FOR8") -> bytes:
    """A group of chunks."""
    data = kind + b"".join(chunks)
    return tag + bytes(4) + struct.pack(">Q", len(data)) + data


def text(name: str, value: str) -> bytes:
    """A text attribute."""
    return chunk(b"STR ", name.encode() + b"\0 " + value.encode() + b"\0")


def number(name: str, value: float) -> bytes:
    """A number attribute."""
    return chunk(b"DBLE", name.encode() + b"\0 " + struct.pack(">d", value))


def time(name: str, frame: float) -> bytes:
    """A time attribute, at 24 frames in a second."""
    return chunk(b"DBLE", name.encode() + b"\0 " + struct.pack(">q", round(frame / 24 * TICKS)))


def made(name: str, parent: str = "") -> bytes:
    """The chunk that makes a node."""
    whose = parent.encode() + b"\0" if parent else b""
    return chunk(b"CREA", bytes([0x04 if parent else 0x80]) + name.encode() + b"\0" + whose + bytes(16))


def _head() -> bytes:
    pairs = ((b"application", b"maya"), (b"product", b"Maya 2024"), (b"version", b"2024"))
    return group(
        b"HEAD",
        chunk(b"VERS", b"2024"),
        chunk(b"LUNI", b"cm"),
        chunk(b"TUNI", b"film"),
        chunk(b"TDUR", b"141120000"),
        *(chunk(b"FINF", key + b"\0" + value + b"\0") for key, value in pairs),
        chunk(b"PLUG", b'mtoa\x005.3.1\0 -nodeType "aiImage"\0aiImage\0' + struct.pack(">I", 0x115D17)),
    )


def _cameras() -> Iterator[bytes]:
    yield group(b"XFRM", made("shotCam"))
    yield group(b"DCAM", made("shotCamShape", "shotCam"), number("fl", 35))
    yield group(b"RNLM", made("renderLayerManager"))
    yield group(b"RNDL", made("defaultRenderLayer"), number("g", 1))


def _thing(index: int, vertices: int) -> bytes:
    name = f"prop{index}"
    return b"".join(
        (
            group(b"XFRM", made(name), chunk(b"DBL3", b"t\0 " + struct.pack(">3d", 1, 2, 3))),
            group(
                b"DMSH",
                made(name + "Shape", name),
                number("vir", 1),
                chunk(b"FLT3", f"vt[0:{vertices}]".encode() + b"\0 " + bytes(vertices * 12)),
                chunk(b"CMP#", b"fc\0 " + bytes(vertices * 16)),
            ),
            group(b"PCTL", made(name + "_translateX"), chunk(b"CMPD", b"ktv[0:99]\0 " + bytes(1600))),
            group(b"RTFT", made(f"propTexture{index}"), text("ftn", f"sourceimages/props/prop{index}.<UDIM>.exr")),
        )
    )


def _ending() -> bytes:
    globals_ = (
        chunk(b"SLCT", b":defaultRenderGlobals"), text("ren", "arnold"), number("an", 1), time("fs", 1001),
        time("ef", 1250), number("ep", 4), number("pff", 1), text("ifp", "<RenderLayer>/<Scene>"),
    )  # fmt: skip
    link = chunk(b"CWFL", b"\0renderLayerManager.rlmi[0]\0defaultRenderLayer.rlid\0")
    return b"".join(
        (
            group(b"SLCT", chunk(b"SLCT", b":time1"), time("o", 1001)),
            group(b"SLCT", *globals_),
            group(b"CONS", group(b"CONN", link), tag=b"LIS8"),
        )
    )


def main(arguments: list[str]) -> int:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ma", type=float, default=1000, metavar="MEGABYTES")
    parser.add_argument("--mb", type=float, default=500, metavar="MEGABYTES")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    make_ma(options.folder / "large.ma", options.ma)
    make_mb(options.folder / "large.mb", options.mb)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
