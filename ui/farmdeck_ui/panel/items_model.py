"""The scene's items as rows with check boxes."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from farmdeck import Part, RenderItem, Severity

from . import words
from .qt import Qt, QtCore, Signal

NAME, CAMERA, FRAMES, SIZE, RENDERER = range(5)
OVERRIDE = Qt.ItemDataRole.UserRole + 1
"""True where the artist's choice stands in the place of the scene's."""
WORST = Qt.ItemDataRole.UserRole + 2
"""The icon of the item's worst problem, or ""."""
_ROOT = QtCore.QModelIndex()


class ItemsModel(QtCore.QAbstractTableModel):
    """Tells Qt which items there are and which are checked; decides nothing else."""

    checked_changed = Signal()

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[RenderItem, ...] = ()
        self._shown: list[int] = []
        self._checked: set[str] = set()
        self._names: dict[str, str] = {}
        self._parts: dict[str, list[Part]] = {}
        self._worst: dict[str, str] = {}
        self._wanted = ""
        self._noun = "Item"

    # -- what the page sets and asks

    def set_items(self, items: Sequence[RenderItem]) -> None:
        """Another scene, or the same read again: what was checked by name stays checked."""
        known = {item.name for item in self._items}
        fresh = {item.name for item in items}
        kept = {name for name in self._checked if name in fresh}
        self.beginResetModel()
        self._items = tuple(items)
        self._checked = kept | {item.name for item in items if item.enabled and item.name not in known}
        self._names = _short_names(items)
        self._noun = words.item_nouns([item.kind for item in items])[1]
        self._shown = self._matching()
        self.endResetModel()
        self.checked_changed.emit()

    def set_outcome(self, parts: Sequence[Part], worst: Mapping[str, str]) -> None:
        """What the choices come to for each item."""
        grouped: dict[str, list[Part]] = {}
        for part in parts:
            grouped.setdefault(part.item, []).append(part)
        if (grouped, worst) != (self._parts, self._worst):
            self._parts, self._worst = grouped, dict(worst)
            if self._shown:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, RENDERER), [])

    def search(self, text: str) -> None:
        """Show only items whose name, camera or renderer contains the text."""
        self._wanted = text.strip().lower()
        self.beginResetModel()
        self._shown = self._matching()
        self.endResetModel()

    @property
    def checked(self) -> tuple[str, ...]:
        """Names of the checked items in the scene's order, shown or not."""
        return tuple(item.name for item in self._items if item.name in self._checked)

    def check(self, names: Collection[str], on: bool) -> None:
        """Check or clear them all."""
        changed = {name for name in names if (name in self._checked) is not on}
        if changed:
            self._checked ^= changed
            for row, number in enumerate(self._shown):
                if self._items[number].name in changed:
                    self.dataChanged.emit(self.index(row, 0), self.index(row, RENDERER), [])
            self.checked_changed.emit()

    def check_only(self, names: Collection[str]) -> None:
        """Check these, clear the others; names that are not here are left out."""
        self.check(self._checked - set(names), False)
        self.check({item.name for item in self._items if item.name in names}, True)

    def item(self, index: QtCore.QModelIndex) -> RenderItem | None:
        """The item of that row."""
        return self._items[self._shown[index.row()]] if index.isValid() else None

    def parts(self, name: str) -> list[Part]:
        """What that item comes to; [] while it is not checked."""
        return self._parts.get(name, [])

    def row_of(self, name: str) -> int:
        """Where that item shows; -1 when it does not."""
        rows = [row for row, number in enumerate(self._shown) if self._items[number].name == name]
        return rows[0] if rows else -1

    def short_name(self, item: RenderItem) -> str:
        """As it is called where no other is called so."""
        return self._names.get(item.name, item.name)

    # -- what Qt asks

    def rowCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QtCore.QModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self._noun, "Camera", "Frames", "Size", "Renderer")[section]
        return None

    def flags(self, index: QtCore.QModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else flags

    def data(self, index: QtCore.QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.item(index)
        if item is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, index.column())
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == NAME:
            return Qt.CheckState.Checked if item.name in self._checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(item, index.column())
        if role == OVERRIDE:
            return self._overridden(item, index.column())
        if role == WORST and index.column() == NAME:
            return self._worst.get(item.name, "")
        return None

    def setData(self, index: QtCore.QModelIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        item = self.item(index)
        if item is None or role != Qt.ItemDataRole.CheckStateRole or index.column() != NAME:
            return False
        self.check([item.name], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    # -- words

    def _text(self, item: RenderItem, column: int) -> str:
        parts = self.parts(item.name)
        if column == NAME:
            return self.short_name(item)
        if column == CAMERA:
            cameras = [part.camera for part in parts if part.camera] or list(item.cameras)
            more = f" +{len(cameras) - 1}" if len(cameras) > 1 else ""
            return cameras[0] + more if cameras else words.DASH
        if column == FRAMES:
            return parts[0].frames if parts else item.frames
        if column == SIZE:
            return f"{item.width}×{item.height}"
        return words.renderer_name(item.renderer)

    def _tip(self, item: RenderItem, column: int) -> str:
        if column == CAMERA:
            return "\n".join([part.camera for part in self.parts(item.name) if part.camera] or item.cameras)
        if column == FRAMES and self._overridden(item, column):
            return f"The scene says {item.frames}."
        return item.name if column == NAME else ""

    def _overridden(self, item: RenderItem, column: int) -> bool:
        parts = self.parts(item.name)
        if column == FRAMES:
            return bool(parts) and parts[0].frames != item.frames
        return column == CAMERA and any(part.camera for part in parts)

    def _matching(self) -> list[int]:
        def shows(item: RenderItem) -> bool:
            text = " ".join((item.name, *item.cameras, words.renderer_name(item.renderer)))
            return self._wanted in text.lower()

        return [number for number, item in enumerate(self._items) if shows(item)]


def worst_by_subject(problems: Sequence[Any]) -> dict[str, str]:
    """The worst severity of what is said about each subject, errors and warnings only."""
    worst: dict[str, str] = {}
    for problem in problems:  # worst first
        if problem.severity is not Severity.NOTE:
            worst.setdefault(problem.subject, problem.severity.value)
    return worst


def _short_names(items: Sequence[RenderItem]) -> dict[str, str]:
    """The layer alone where that is enough: the only scene's view layers need not say its name."""
    scenes = {item.address[:-1] for item in items}
    short = len(scenes) == 1
    return {item.name: item.address[-1] if short and item.kind == "view_layer" else item.name for item in items}
