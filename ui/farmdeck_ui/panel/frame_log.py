"""The log of one frame: the end of its file, read on the background thread."""
# mypy: allow-subclassing-any

from __future__ import annotations

import os
from dataclasses import dataclass

from farmdeck import FarmdeckError, Frame, FrameState

from .background import Background
from .qt import QtGui, QtWidgets
from .widgets import GRID, Words

LINES = 5_000
BYTES = 4_000_000


@dataclass(frozen=True)
class Tail:
    """The end of a file."""

    lines: tuple[str, ...]
    cut: bool
    """Is it only the end?"""


def read_tail(path: str, lines: int = LINES, most: int = BYTES) -> Tail:
    """At most `lines` lines and `most` bytes from the end. For a worker thread. Raises FarmdeckError."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            text = file.read(most).decode("utf-8", errors="replace")
    except OSError as exc:
        raise FarmdeckError(f"The log {path} cannot be read: {exc.strerror}.", "Try again.") from exc
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if found and not found[-1]:
        found.pop()
    if size > most:
        found = found[1:]  # begun in the middle
    return Tail(tuple(found[-lines:]), size > most or len(found) > lines)


class LogView(QtWidgets.QWidget):
    """Follows a frame that renders while the view is at its end; otherwise stays where it is."""

    def __init__(self, background: Background, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._shown: tuple[str, int, str] = ("", 0, "")
        self.line = Words("faint", wraps=True)
        self.text = QtWidgets.QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(LINES)
        self.text.setUndoRedoEnabled(False)
        self.text.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("Log")
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.line)
        column.addWidget(self.text, 1)

    def show_frame(self, frame: Frame | None) -> None:
        """The log of that frame; the same frame again reads what was added."""
        if frame is None or not frame.log:
            self._background.forget("log")
            self._shown = ("", 0, "")
            waits = frame is not None and frame.state is FrameState.WAITING
            why = "waits: no log yet." if waits else "has no log here."
            self.line.say("" if frame is None else f"Frame {frame.number} {why}")
            self.text.clear()
            return
        path, attempt = frame.log, frame.attempt
        key = (path, attempt, "")
        if key[:2] != self._shown[:2]:
            self.line.say(f"Log of frame {frame.number}")
            self.text.setPlainText("")
        self._shown = key
        self._background.run(lambda: read_tail(path), self._show_tail, self._sorry, key="log")

    def _show_tail(self, tail: Tail) -> None:
        fresh = "\n".join(tail.lines)
        have = self.text.toPlainText()
        bar = self.text.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 1
        if have and not tail.cut and fresh.startswith(have):
            added = fresh[len(have) :].lstrip("\n") if fresh[len(have) :].startswith("\n") else fresh[len(have) :]
            if added:
                self.text.appendPlainText(added)
        elif fresh != have:
            self.text.setPlainText(fresh)
            follows = True
        if follows:
            bar.setValue(bar.maximum())
        if tail.cut and "last" not in self.line.said:
            self.line.say(f"{self.line.said}, its last {len(tail.lines):,} lines")

    def _sorry(self, error: FarmdeckError) -> None:
        self.line.say(str(error), "error")
