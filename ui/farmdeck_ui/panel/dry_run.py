"""What Submit would send, to read and to copy."""
# mypy: allow-subclassing-any

from __future__ import annotations

import json

from farmdeck import Submission
from farmdeck.submission import submission_document

from . import words
from .qt import QtGui, QtWidgets
from .widgets import GRID, Words


class DryRun(QtWidgets.QDialog):
    """A line for each part, then the document."""

    def __init__(self, submission: Submission, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Dry run of {submission.name}")
        self.resize(640, 560)
        self.summary = Words("text", wraps=True)
        lines = [f"{part.name}: {part.frames} to {part.output}" for part in submission.parts]
        files = words.count(len(submission.files), "file")
        size = words.size(submission.scene.size + sum(file.size for file in submission.files))
        self.summary.say("\n".join([*lines, f"The scene and {files}, {size}. Nothing was sent."]))
        self.document = QtWidgets.QPlainTextEdit(json.dumps(submission_document(submission), indent=2))
        self.document.setReadOnly(True)
        self.document.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self.document.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        copy = QtWidgets.QPushButton("Copy")
        copy.clicked.connect(lambda: QtGui.QGuiApplication.clipboard().setText(self.document.toPlainText()))
        close = QtWidgets.QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QtWidgets.QHBoxLayout()
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.addWidget(self.summary)
        column.addWidget(self.document, 1)
        column.addLayout(row)
