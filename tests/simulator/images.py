"""Pictures for frames: a few pixels drawn here, or rendered by Blender in a child process."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

SCRIPT = Path(__file__).with_name("inside_blender.py")


def png(frame: int, width: int = 16, height: int = 9) -> bytes:
    """A small picture whose colours tell the frame."""
    rows = b"".join(
        b"\0"
        + bytes(
            ((frame * 7 + x * 11) % 256, (frame * 13 + y * 17) % 256, (x * y + frame) % 256)[c]
            for x in range(width)
            for c in range(3)
        )
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def padded(frame: int, digits: int) -> str:
    """A frame number in a file's name; the sign does not count as a digit."""
    return f"{'-' if frame < 0 else ''}{abs(frame):0{digits}d}"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Render:
    """Blender at work on some frames of a file; `poll` looks, `close` ends it."""

    def __init__(self, blender: Path, scene: Path, frames: tuple[int, ...]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="simulated-render-"))
        self._log = (self._folder / "log.txt").open("wb")
        options = ["--background", "--factory-startup", "-noaudio", "--disable-autoexec", str(scene)]
        self._files = {frame: self._folder / f"frame_{padded(frame, 6)}.png" for frame in frames}
        asked = {frame: str(file) for frame, file in self._files.items()}
        script = ["-F", "PNG", "-t", "1", "--python", str(SCRIPT), "--", json.dumps(asked)]
        self._process = subprocess.Popen(
            [str(blender), *options, *script],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "BLENDER_USER_RESOURCES": str(self._folder / "user")},
        )
        self.log = ""

    def poll(self) -> dict[int, bytes] | None:
        """None while it renders, else each frame's picture; a frame that failed is not in it."""
        if self._process.poll() is None:
            return None
        self.log = (self._folder / "log.txt").read_text("utf-8", "replace")
        return {frame: file.read_bytes() for frame, file in self._files.items() if file.is_file()}

    def close(self) -> None:
        """End it and remove what it left."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)
