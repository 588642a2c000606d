"""What `hou` has only where there is a window: `hou.ui`, `hou.qt`, `hou.pypanel`, Python panels."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from farmdeck_ui.panel.qt import QtWidgets

from .standin import Hou, Node, OperationFailed
from .strict import EnumValue, Strict


class PythonPanelInterface(Strict, hou="PythonPanelInterface"):
    def __init__(self, name: str, script: str) -> None:
        self._name, self._script = name, script

    def name(self) -> str:
        return self._name

    def script(self) -> str:
        return self._script


class PaneTab(Strict, hou="PaneTab"):
    def __init__(self, world: Hou, kind: EnumValue) -> None:
        self._world, self._kind, self._in_front = world, kind, False

    def type(self) -> EnumValue:
        return self._kind

    def setIsCurrentTab(self) -> None:
        self._in_front = True

    def close(self) -> None:
        self._world.ui._tabs.remove(self)


class PythonPanel(PaneTab, hou="PythonPanel"):
    """Its interface's script has a namespace of its own, with `kwargs["paneTab"]` (Python Panel Editor manual)."""

    _interface: PythonPanelInterface | None = None
    _names: dict[str, Any] = {}
    _widget: Any = None
    _toolbar = True

    def activeInterface(self) -> PythonPanelInterface | None:
        return self._interface

    def setActiveInterface(self, interface: PythonPanelInterface) -> None:
        self._destroy()
        self._interface = interface
        self._names = {"kwargs": {"paneTab": self}}
        exec(compile(interface.script(), "farmdeck.pypanel", "exec"), self._names)  # noqa: S102  # as Houdini does
        self._widget = self._names["onCreateInterface"]()

    def activeInterfaceRootWidget(self) -> Any:
        return self._widget

    def showToolbar(self, show: bool) -> None:
        self._toolbar = show

    def close(self) -> None:
        self._destroy()
        super().close()

    def _destroy(self) -> None:
        if "onDestroyInterface" in self._names:
            self._names["onDestroyInterface"]()
        self._names = {}


class NetworkEditor(PaneTab, hou="NetworkEditor"):
    _at = "/"

    def setPwd(self, node: Node) -> None:
        self._at = node.path()


class Desktop(Strict, hou="Desktop"):
    def __init__(self, world: Hou) -> None:
        self._world = world

    def createFloatingPaneTab(self, pane_tab_type: EnumValue, position: Any = (), size: Any = ()) -> PaneTab:
        python = pane_tab_type == self._world.paneTabType.PythonPanel
        tab = (PythonPanel if python else PaneTab)(self._world, pane_tab_type)
        self._world.ui._tabs.append(tab)
        return tab


class Ui(Strict, hou="ui"):
    def __init__(self, world: Hou) -> None:
        self._world = world
        self._tabs: list[PaneTab] = [NetworkEditor(world, world.paneTabType.NetworkEditor)]
        self._answer = ""

    def curDesktop(self) -> Desktop:
        return Desktop(self._world)

    def paneTabs(self) -> tuple[PaneTab, ...]:
        return tuple(self._tabs)

    def paneTabOfType(self, type: EnumValue) -> PaneTab | None:
        return next((tab for tab in self._tabs if tab.type() == type), None)

    def selectFile(
        self,
        start_directory: str | None = None,
        title: str | None = None,
        *,
        pattern: str | None = None,
        chooser_mode: EnumValue | None = None,
    ) -> str:
        return self._answer


class QtModule(Strict, hou="qt"):
    _window: Any = None

    def mainWindow(self) -> Any:
        self._window = self._window or QtWidgets.QMainWindow()
        return self._window

    def styleSheet(self) -> str:
        return "QWidget { background: #3a3a3a; color: #cccccc; }"


class PyPanel(Strict, hou="pypanel"):
    def __init__(self, *files: Path) -> None:
        self._interfaces = {
            each.attrib["name"]: PythonPanelInterface(each.attrib["name"], each.findtext("script") or "")
            for file in files
            for each in ElementTree.parse(file).getroot().iter("interface")
        }

    def interfaceByName(self, name: str) -> PythonPanelInterface | None:
        return self._interfaces.get(name)


def add_windows(world: Hou, panels: Path | None) -> None:
    """Give it what a graphical Houdini has; `panels`: the folder of .pypanel files on its path."""
    world.ui, world.qt = Ui(world), QtModule()
    world.pypanel = PyPanel(*(sorted(panels.glob("*.pypanel")) if panels is not None else ()))
    world.PythonPanel, world.NetworkEditor = PythonPanel, NetworkEditor


__all__ = ["OperationFailed", "PythonPanel", "add_windows"]
