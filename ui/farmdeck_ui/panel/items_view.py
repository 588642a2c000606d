"""The section "What renders": the items, their cameras, and where the pictures go."""
# mypy: allow-subclassing-any

from __future__ import annotations

from pathlib import PurePath

from farmdeck import RenderItem, Scene

from . import words
from .choices import Outcome
from .icons import paint_icon
from .items_model import CAMERA, FRAMES, NAME, OVERRIDE, RENDERER, SIZE, WORST, ItemsModel, worst_by_subject
from .menus import CheckMenu
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, point_of
from .theme import theme_of
from .widgets import GRID, FlatHeader, Section, Words, bold, row_height, tool_button

SEARCH_FROM = 7  # items
ROWS_SHOWN = 8
_ICONS = {"batch_view": "camera", "camera": "camera", "view": "camera", "rop": "machine"}


class ItemDelegate(QtWidgets.QStyledItemDelegate):
    """Check box, kind icon, name; the accent where the artist's choice stands in the place of the scene's."""

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> QtCore.QSize:
        hint = super().sizeHint(option, index)
        extra = 30 if index.column() == NAME else 8
        return QtCore.QSize(hint.width() + extra, row_height(option.fontMetrics))

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: QtCore.QModelIndex) -> None:
        theme = theme_of(option.widget)
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(option.rect, theme.highlight)
        box = option.rect.adjusted(6, 0, -6, 0)
        off = index.sibling(index.row(), NAME).data(Qt.ItemDataRole.CheckStateRole)
        off = Qt.CheckState(off) != Qt.CheckState.Checked
        ink = theme.highlight_text if chosen else theme.faint if off else theme.text
        if index.column() == NAME:
            box = self._paint_marks(painter, option, index, ink)
        elif index.data(OVERRIDE):
            ink = theme.highlight_text if chosen else theme["accent"]
            paint_icon(painter, "override", QtCore.QRectF(box.left() - 2, box.center().y() - 4.5, 10, 10), ink)
            painter.setFont(bold(option.font))
            box.setLeft(box.left() + 11)
        painter.setPen(ink)
        mode = Qt.TextElideMode.ElideMiddle if index.column() in (NAME, CAMERA) else Qt.TextElideMode.ElideRight
        text = QtGui.QFontMetrics(painter.font()).elidedText(str(index.data()), mode, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(option.font)
        if option.state & QtWidgets.QStyle.StateFlag.State_HasFocus and index.column() == NAME:
            painter.fillRect(option.rect.left(), option.rect.top(), 2, option.rect.height(), theme["accent"])

    def editorEvent(
        self,
        event: QtCore.QEvent,
        model: QtCore.QAbstractItemModel,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
    ) -> bool:
        """Space, or a click on the box, turns the check."""
        if index.column() != NAME:
            return False
        kind = event.type()
        if kind == QtCore.QEvent.Type.MouseButtonRelease:
            wanted = self._check_box(option).adjusted(-4, -6, 4, 6).contains(point_of(event))
        elif kind == QtCore.QEvent.Type.KeyPress:
            wanted = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select)
        else:
            return False
        if wanted:
            on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
            fresh = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
            model.setData(index, fresh, Qt.ItemDataRole.CheckStateRole)
        return bool(wanted)

    def _paint_marks(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionViewItem,
        index: QtCore.QModelIndex,
        ink: QtGui.QColor,
    ) -> QtCore.QRect:
        """The check box, the kind and the worst problem; returns where the name goes."""
        theme = theme_of(option.widget)
        box = self._check_box(option)
        on = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
        paint_check(painter, box, on, theme)
        item = index.model().item(index)
        kind = _ICONS.get(item.kind, "layers") if item else "layers"
        paint_icon(painter, kind, QtCore.QRectF(box.right() + 7, box.center().y() - 6, 13, 13), ink)
        rest = option.rect.adjusted(0, 0, -6, 0)
        rest.setLeft(box.right() + 27)
        worst = index.data(WORST)
        if worst:
            text = option.fontMetrics.horizontalAdvance(str(index.data()))
            x = min(rest.left() + text + 8, rest.right() - 14)
            paint_icon(painter, worst, QtCore.QRectF(x, box.center().y() - 6, 13, 13), theme[worst])
            rest.setRight(x - 4)
        return rest

    @staticmethod
    def _check_box(option: QtWidgets.QStyleOptionViewItem) -> QtCore.QRect:
        return QtCore.QRect(option.rect.left() + 6, option.rect.center().y() - 6, 14, 14)


def paint_check(painter: QtGui.QPainter, box: QtCore.QRect, on: bool, theme: object) -> None:
    """A check box: filled and ticked, or an outline."""
    painter.save()
    painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, True)
    edge = QtCore.QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QtGui.QPen(theme.fill if on else theme.edge, 1))  # type: ignore[attr-defined]
    painter.setBrush(theme.fill if on else theme.base)  # type: ignore[attr-defined]
    painter.drawRoundedRect(edge, 2, 2)
    painter.restore()
    if on:
        inner = QtCore.QRectF(box).adjusted(2, 2, -2, -2)
        paint_icon(painter, "done", inner, theme.fill_text)  # type: ignore[attr-defined]


class ItemsTree(QtWidgets.QTreeView):
    """As high as its rows, up to `ROWS_SHOWN`."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.setItemDelegate(ItemDelegate(self))
        self.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QtWidgets.QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What renders")
        self.setHeader(FlatHeader(self))

    def sizeHint(self) -> QtCore.QSize:
        rows = self.model().rowCount() if self.model() is not None else 0
        height = self.header().sizeHint().height() + max(1, min(rows, ROWS_SHOWN)) * row_height(self.fontMetrics())
        return QtCore.QSize(320, height + 2 * self.frameWidth())

    minimumSizeHint = sizeHint

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """The name takes what the others leave; narrow panels show the name and the frames."""
        width = self.viewport().width()
        narrow = width < 480
        for column in (CAMERA, SIZE, RENDERER):
            self.setColumnHidden(column, narrow)
        digit = self.fontMetrics().averageCharWidth()
        wanted = {CAMERA: 13, FRAMES: 16, SIZE: 14, RENDERER: 12}
        left = width
        for column, letters in wanted.items():
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, digit * letters)
                left -= digit * letters
        self.setColumnWidth(NAME, max(90, left))


class ItemsSection(Section):
    """Emits `changed` when another set of items, cameras or another folder is chosen."""

    changed = Signal()

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__("What renders", parent)
        self.model = ItemsModel(self)
        self.tree = ItemsTree()
        self.tree.setModel(self.model)
        self.search = QtWidgets.QLineEdit()
        self.search.setPlaceholderText("Find a layer, camera or renderer")
        self.search.setClearButtonEnabled(True)
        self.cameras = CheckMenu("each item’s own")
        self._scene: Scene | None = None
        self._folder = ""
        self._noun = "item"
        self._empty = Words("faint", wraps=True)
        self.form.addWidget(self.search)
        self.form.addWidget(self.tree)
        self.form.addWidget(self._empty)
        self._make_camera_row()
        self._make_output_row()
        self.search.textChanged.connect(self.model.search)
        self.model.checked_changed.connect(self.changed)
        self.model.modelReset.connect(self.tree.updateGeometry)
        self.cameras.changed.connect(self.changed)
        self.tree.selectionModel().currentChanged.connect(lambda *_: self._say_output())

    def _make_camera_row(self) -> None:
        self._camera_row = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(self._camera_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        label = Words("faint")
        label.say("Camera")
        row.addWidget(label)
        row.addWidget(self.cameras, 1)
        self.form.addWidget(self._camera_row)

    def _make_output_row(self) -> None:
        self._output_label = Words("faint")
        self.output = QtWidgets.QLineEdit()
        self.output.setReadOnly(True)
        self.output.setAccessibleName("Output")
        self.folder_button = tool_button("folder", "Write to another folder…")
        self.folder_button.clicked.connect(self._ask_folder)
        self.reset_button = tool_button("undo", "Back to the scene’s own folder")
        self.reset_button.clicked.connect(lambda: self.set_folder(""))
        self.reset_button.hide()
        row = QtWidgets.QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._output_label)
        row.addWidget(self.output, 1)
        row.addWidget(self.reset_button)
        row.addWidget(self.folder_button)
        self.form.addLayout(row)

    # -- what the page sets and asks

    def set_scene(self, scene: Scene) -> None:
        """Show its items; choices by name stay."""
        current = self.current_item()
        self._scene = scene
        self._noun = words.item_nouns([item.kind for item in scene.items])[0]
        self.model.set_items(scene.items)
        self.cameras.set_choices(scene.cameras, f"each {self._noun}’s own")
        self._camera_row.setVisible(len(scene.cameras) > 1)
        self.search.setVisible(len(scene.items) >= SEARCH_FROM)
        self.search.setPlaceholderText(f"Find a {self._noun}, camera or renderer")
        self.tree.setVisible(bool(scene.items))
        self._empty.setVisible(not scene.items)
        self._empty.say(f"No {'render layers' if self._noun == 'layer' else 'items to render'} in this scene.")
        wanted = current.name if current else next(iter(self.model.checked), "")
        self.tree.setCurrentIndex(self.model.index(max(0, self.model.row_of(wanted)), 0))
        self.tree.fit_columns()

    def show_outcome(self, outcome: Outcome) -> None:
        """What the choices come to."""
        self.model.set_outcome(outcome.parts, worst_by_subject(outcome.problems))
        checked, every = len(self.model.checked), len(self._scene.items) if self._scene else 0
        of = f"{checked} of {words.count(every, self._noun)}" if checked != every else words.count(every, self._noun)
        self.set_summary(f"{of} · {words.count(outcome.frames, 'frame')}")
        self._say_output()

    @property
    def folder(self) -> str:
        """The folder chosen in the place of the scene's; "" for the scene's."""
        return self._folder

    def set_folder(self, folder: str) -> None:
        """Choose it, or "" for the scene's own."""
        if folder != self._folder:
            self._folder = folder
            self.reset_button.setVisible(bool(folder))
            self.changed.emit()

    def current_item(self) -> RenderItem | None:
        """The item whose output shows."""
        return self.model.item(self.tree.currentIndex())

    # -- inside

    def _say_output(self) -> None:
        item = self.current_item()
        parts = self.model.parts(item.name) if item else []
        self._output_label.say(f"Output of {self.model.short_name(item)}" if item else "Output")
        pattern = parts[0].output if parts else ""
        scene_file = self._scene.file if self._scene else ""
        more = f"  (+ {words.count(len(parts) - 1, 'camera')})" if len(parts) > 1 else ""
        self.output.setText(words.beside(pattern, scene_file) + more)
        off = item is not None and item.name not in self.model.checked
        self.output.setPlaceholderText("not checked, so not rendered" if off else "")
        self.output.setToolTip("\n".join(part.output for part in parts))
        self.output.end(False)  # the file's name is what tells them apart

    def _ask_folder(self) -> None:
        start = self._folder or (str(PurePath(self._scene.file).parent) if self._scene and self._scene.file else "")
        dialog = QtWidgets.QFileDialog(self, "Write the frames to", start)
        dialog.setFileMode(QtWidgets.QFileDialog.FileMode.Directory)
        dialog.setOption(QtWidgets.QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(self.set_folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
        dialog.open()
