"""The question before Submit when the scene has unsaved changes."""
# mypy: allow-subclassing-any

from __future__ import annotations

from .qt import Qt, QtWidgets, Signal

SAVE, SAVE_AS, LAST_SAVED = "save", "save_as", "last_saved"


class SaveFirst(QtWidgets.QMessageBox):
    """Emits `chosen` with SAVE, SAVE_AS or LAST_SAVED; Cancel, Esc and closing it say nothing."""

    chosen = Signal(str)

    def __init__(self, name: str, host: str, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Submit")
        self.setIcon(QtWidgets.QMessageBox.Icon.Question)
        self.setText(f"{name} has unsaved changes.")
        self.setInformativeText(f"The farm renders what is saved, not what is open in {host or 'the application'}.")
        role = QtWidgets.QMessageBox.ButtonRole
        self.answers = {
            SAVE: self.addButton("Save and Submit", role.AcceptRole),
            SAVE_AS: self.addButton("Save As…", role.ActionRole),
            LAST_SAVED: self.addButton("Submit Last Saved", role.DestructiveRole),
        }
        self.cancel = self.addButton(QtWidgets.QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(self.answers[SAVE])
        self.setEscapeButton(self.cancel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
        self.buttonClicked.connect(self._clicked)

    def _clicked(self, button: QtWidgets.QAbstractButton) -> None:
        for answer, known in self.answers.items():
            if known is button:
                self.chosen.emit(answer)
