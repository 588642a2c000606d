"""Small PNG pictures of finished frames, made by OpenImageIO in a child process.

A broken picture can crash an image library; the child takes that, and the agent goes on.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from .launch import clean_environment

CHILD = Path(__file__).with_name("_preview_child.py")
_PICTURES = (".png", ".exr", ".jpg", ".jpeg", ".tif", ".tiff", ".tga", ".bmp", ".hdr", ".dpx", ".cin", ".webp", ".jp2")
Key = tuple[str, int, int]


class Previews:
    """A thread that asks the child for one picture after another."""

    def __init__(self, folder: Path, made: Callable[[Key, str], None]) -> None:
        """`made(key, path)` is called on this object's thread."""
        self._folder = folder
        self._made = made
        self._asked: queue.Queue[tuple[Key, str] | None] = queue.Queue()
        self._pending: set[Key] = set()
        self._child: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._closing = False

    def ask(self, key: Key, files: Sequence[str]) -> None:
        """Make the picture of the first file that is one, unless it is asked for already."""
        source = next((file for file in files if file.lower().endswith(_PICTURES)), None)
        if source is None or key in self._pending:
            return
        self._pending.add(key)
        self._asked.put((key, source))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="farmdeck-previews", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the child; what was not made is asked for again by the next agent."""
        self._closing = True
        self._asked.put(None)
        if self._child is not None:
            self._child.kill()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            asked = self._asked.get()
            if asked is None or self._closing:
                break
            key, source = asked
            target = self._folder / key[0] / f"{key[1]}.{key[2]}.png"
            if self._make(source, target):
                self._made(key, str(target))
            self._pending.discard(key)
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    pipe.close()

    def _make(self, source: str, target: Path) -> bool:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if self._child is None or self._child.poll() is not None:
                self._child = subprocess.Popen(
                    [sys.executable, "-I", str(CHILD)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    env=clean_environment(),
                )
            assert self._child.stdin is not None and self._child.stdout is not None
            self._child.stdin.write(json.dumps([source, str(target)]) + "\n")
            self._child.stdin.flush()
            return self._child.stdout.readline().strip() == "ok"
        except OSError:
            return False
