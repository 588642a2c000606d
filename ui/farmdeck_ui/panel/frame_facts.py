"""What is known of the chosen frame, and Retry."""
# mypy: allow-subclassing-any

from __future__ import annotations

from farmdeck import Frame, FrameState

from . import words
from .qt import Qt, QtWidgets, Signal
from .widgets import GRID, ActionButton, Picture, Words, bold


class FrameFacts(QtWidgets.QFrame):
    """State, what happened, attempt, time; Retry where the farm can and the frame has ended."""

    retry_asked = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = Picture("", "text", 14)
        self.state = Words("text")
        self.title = Words("text")
        self.title.setFont(bold(self.font()))
        self.message = Words("text", wraps=True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts: dict[str, tuple[Words, Words]] = {}
        self.retry = ActionButton("retry", "Retry frame")
        self.retry.clicked.connect(self.retry_asked)
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self._mark)
        head.addWidget(self.state)
        head.addWidget(self.title, 1)
        grid = QtWidgets.QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for row, name in enumerate(("Attempt", "Began", "Took", "Progress", "File")):
            pair = (Words("faint"), Words("text").elide(Qt.TextElideMode.ElideMiddle))
            pair[0].say(name)
            self.facts[name] = pair
            grid.addWidget(pair[0], row, 0)
            grid.addWidget(pair[1], row, 1)
        grid.setColumnStretch(1, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(head)
        column.addWidget(self.message)
        column.addLayout(grid)
        column.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.setMinimumWidth(200)

    def show_frame(self, frame: Frame | None, part: str, can_retry: bool) -> None:
        """The frame as it is now."""
        self.setEnabled(frame is not None)
        if frame is None:
            self._mark.show_icon("", "text")
            self.state.say("")
            self.title.say("No frame chosen", "faint")
            self.message.hide()
            self.retry.hide()
            self._say({})
            return
        role = frame.state.value
        self._mark.show_icon(role, role)
        self.state.say(frame.state.word, role)
        self.title.say(f"Frame {frame.number}, {part}" if part else f"Frame {frame.number}", "text")
        self.message.say(frame.message)
        self.message.setVisible(bool(frame.message))
        self.retry.setVisible(can_retry and frame.state.ended)
        running = frame.state is FrameState.RENDERING
        self._say(
            {
                "Attempt": str(frame.attempt) if frame.attempt else "",
                "Began": words.clock_time(frame.started) if frame.started else "",
                "Took": words.duration(frame.seconds) if frame.seconds is not None else "",
                "Progress": f"{frame.progress:.0%}" if running else "",
                "File": words.path_name(frame.files[0]) if frame.files else "",
            }
        )

    def _say(self, facts: dict[str, str]) -> None:
        for name, (label, value) in self.facts.items():
            text = facts.get(name, "")
            label.setVisible(bool(text))
            value.setVisible(bool(text))
            value.say(text)
