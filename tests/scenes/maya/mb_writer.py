"""A plain writer of .mb files, from the text of a .ma: for twins in the tests. It shares nothing with the readers."""

from __future__ import annotations

import re
import struct

TICKS = 141_120_000
OWN = {
    "camera": b"DCAM", "transform": b"XFRM", "file": b"RTFT", "imagePlane": b"DIPL", "audio": b"AUDI",
    "mesh": b"DMSH", "cacheFile": b"CCHF", "reference": b"REFN", "renderLayer": b"RNDL",
    "renderLayerManager": b"RNLM", "script": b"SCRP", "psdFileTex": b"PSDT", "lambert": b"RLAM",
}  # fmt: skip
TIMES = {"fs", "ef", "o", "unw"}
FPS = {"film": 24.0, "pal": 25.0, "ntsc": 30.0, "23.976fps": 23.976}


def statements(text: str) -> list[list[str]]:
    """The words of each statement; a text that was quoted begins with a quote."""
    found: list[list[str]] = [[]]
    text = re.sub(r"^//.*$", "", text, flags=re.MULTILINE)
    joined = False
    for quoted, other in re.findall(r'("(?:[^"\\]|\\.)*")|([^\s"();+]+|[();+])', text):
        word = "'" + quoted[1:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\") if quoted else other
        if word == ";":
            found.append([])
        elif word == "+":
            joined = True
        elif joined:
            found[-1][-1] += word[1:]
            joined = False
        elif word not in "()":
            found[-1].append(word)
    return [words for words in found if words]


class MbWriter:
    """Puts the statements of a .ma into chunks of either width."""

    def __init__(self, wide: bool) -> None:
        self.wide = wide
        self.unit = 8 if wide else 4
        self.head: list[bytes] = []
        self.nodes: list[bytes] = []
        self.links: list[bytes] = []
        self.current: list[bytes] = []
        self.kind = b""
        self.ids: dict[str, bytes] = {}
        self.fps = 24.0
        self.is_time = False

    def write(self, text: str) -> bytes:
        """The whole file."""
        for words in statements(text):
            getattr(self, "do_" + words[0], lambda words: None)(words)
        self.finish()
        parts = [self.group(b"HEAD", self.head), *self.nodes]
        parts.append(self.group(b"CONS", [self.group(b"CONN", self.links)], b"LIS"))
        parts.append(self.group(b"HEAD", [self.chunk(b"OBJN", b"51")]))
        return self.group(b"Maya", parts)

    def chunk(self, tag: bytes, data: bytes) -> bytes:
        junk, size = (b"\x7f\0\0\1", ">Q") if self.wide else (b"", ">I")
        return tag + junk + struct.pack(size, len(data)) + data + bytes(-len(data) % self.unit)

    def group(self, kind: bytes, chunks: list[bytes], tag: bytes = b"FOR") -> bytes:
        data = kind + b"".join(chunks)
        junk, size = (bytes(4), ">Q") if self.wide else (b"", ">I")
        return tag + (b"8" if self.wide else b"4") + junk + struct.pack(size, len(data)) + data

    def finish(self) -> None:
        if self.current:
            self.nodes.append(self.group(self.kind, self.current))
        self.current = []

    def do_requires(self, words: list[str]) -> None:
        kinds = [words[at + 1][1:] for at, word in enumerate(words) if word == "-nodeType"]
        named = [word[1:] for at, word in enumerate(words[1:], 1) if word[0] == "'" and words[at - 1][0] != "-"]
        if "maya" in words:
            self.head.append(self.chunk(b"VERS", named[0].encode()))
            return
        data = named[0].encode() + b"\0" + named[1].encode() + b"\0"
        data += "".join(f' -nodeType "{kind}"' for kind in kinds).encode() + b"\0"
        for kind in kinds:
            self.ids[kind] = struct.pack(">I", 0x00081000 + len(self.ids))
            data += kind.encode() + b"\0" + self.ids[kind]
        self.head.append(self.chunk(b"PLUG", data))

    def do_currentUnit(self, words: list[str]) -> None:
        short = {"centimeter": b"cm", "meter": b"m"}[words[words.index("-l") + 1]]
        unit = words[words.index("-t") + 1]
        self.fps = FPS[unit]
        self.head += [self.chunk(b"LUNI", short), self.chunk(b"TUNI", unit.encode())]
        self.head.append(self.chunk(b"TDUR", str(TICKS).encode()))

    def do_fileInfo(self, words: list[str]) -> None:
        self.head.append(self.chunk(b"FINF", words[1][1:].encode() + b"\0" + words[2][1:].encode() + b"\0"))

    def do_createNode(self, words: list[str]) -> None:
        self.finish()
        kind, name = words[1], words[words.index("-n") + 1][1:]
        parent = words[words.index("-p") + 1][1:] if "-p" in words else ""
        flags = (0x01 if "-s" in words else 0) | (0x04 if parent else 0x80)
        data = bytes([flags]) + name.encode() + b"\0" + (parent.encode() + b"\0" if parent else b"")
        self.kind = OWN.get(kind) or self.ids.get(kind) or struct.pack(">I", RENDER_SETUP[kind])
        self.current = [self.chunk(b"CREA", data + (bytes(range(1, 17)) if self.wide else b""))]

    def do_select(self, words: list[str]) -> None:
        self.finish()
        self.kind, self.current = b"SLCT", [self.chunk(b"SLCT", words[-1].encode())]

    def do_setAttr(self, words: list[str]) -> None:
        at = next(index for index, word in enumerate(words) if word[:2] == "'.")
        name, rest = words[at][2:], words[at + 1 :]
        if not rest or words[at - 2] == "-s":
            return
        head = name.encode() + b"\0 "
        if rest[0] == "-type":
            if rest[1] == "'string":
                self.is_time = name == "atr" and rest[2] in ("'startFrame", "'endFrame")
                self.current.append(self.chunk(b"STR ", head + rest[2][1:].encode() + b"\0"))
            return
        value = {"yes": 1.0, "no": 0.0}.get(rest[0])
        value = float(rest[0]) if value is None else value
        if name in TIMES or (name == "atv" and self.is_time):
            self.current.append(self.chunk(b"DBLE", head + struct.pack(">q", round(value / self.fps * TICKS))))
        else:
            self.current.append(self.chunk(b"DBLE", head + struct.pack(">d", value)))

    def do_connectAttr(self, words: list[str]) -> None:
        plugs = [word[1:].encode() for word in words if word[0] == "'"]
        self.links.append(self.chunk(b"CWFL", b"\0" + plugs[0] + b"\0" + plugs[1] + b"\0"))


RENDER_SETUP = {
    "renderSetup": 0x58000371, "renderSetupLayer": 0x58000372, "collection": 0x58000373, "absOverride": 0x58000378,
    "renderSettingsCollection": 0x58000395, "simpleSelector": 0x5800039E, "absUniqueOverride": 0x580003A0,
    "relUniqueOverride": 0x580003A1, "applyAbsFloatOverride": 0x5800037D,
}  # fmt: skip


def to_mb(text: str, wide: bool = True) -> bytes:
    """A .mb of the same content, in sizes of 64 or 32 bits. It has no references: their form is not known."""
    return MbWriter(wide).write(text)
