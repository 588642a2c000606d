"""Maya's window in the stand-in: menus, shelves, the dock, scriptJobs. What was made and not removed can be seen."""

from __future__ import annotations

from typing import Any, Callable

from .graph import Unknown


class Interface:
    """The commands that build interface, mixed into `Commands`. It opens with one shelf, `Custom`."""

    def __init__(self) -> None:
        self.menus: dict[str, list[dict[str, Any]]] = {}
        self.buttons: list[dict[str, Any]] = []
        self.controls: dict[str, dict[str, Any]] = {}
        self.jobs: dict[int, dict[str, Any]] = {}
        self.answers: list[list[str] | None] = []
        """What fileDialog2 gives, one after the other."""
        self.make_dock: Callable[[str], Any] = lambda name: None
        """Makes the widget of a workspace control; what it gives is its current parent while uiScript runs."""
        self.docks: dict[str, Any] = {}
        self.current_dock: Any = None
        self.globals = {"$gMainWindow": "MayaWindow", "$gShelfTopLevel": "MayaWindow|Shelf|ShelfLayout"}
        self._ids = iter(range(1, 10_000))

    def left(self) -> list[str]:
        """What is there that we would have to take away."""
        return [*self.menus, *self.controls, *(f"scriptJob {id}" for id in self.jobs)]

    def mel(self, text: str) -> str:
        """`maya.mel.eval`: global variables alone."""
        name = text.rpartition("= ")[2].rstrip(";")
        if name not in self.globals:
            raise Unknown(f"mel.eval({text!r})")
        return self.globals[name]

    def menu(self, name: str, **flags: Any) -> Any:
        if flags.pop("exists", False):
            return name in self.menus
        _need(flags, {"label", "parent"}, {"tearOff"})
        if flags["parent"] != self.globals["$gMainWindow"] or name in self.menus:
            raise RuntimeError(f"Object's name '{name}' is not unique.\n")
        self.menus[name] = []
        return name

    def menuItem(self, **flags: Any) -> str:
        menu = self.menus[flags["parent"]]
        if not flags.get("divider"):
            _need(flags, {"label", "command", "parent"}, {"sourceType"})
            if isinstance(flags["command"], str) and flags.get("sourceType") != "python":
                raise Unknown("A menu item's text is MEL unless sourceType says python.")
        menu.append(flags)
        return f"{flags['parent']}|item{len(menu)}"

    def deleteUI(self, *names: str, **flags: Any) -> None:
        for name in names:
            if name in self.menus and flags.get("menu"):
                del self.menus[name]
            elif name in self.controls:
                self.close_control(name)
            else:
                raise RuntimeError(f"Object '{name}' not found.\n")

    def tabLayout(self, name: str, **flags: Any) -> str:
        if name != self.globals["$gShelfTopLevel"] or flags != {"query": True, "selectTab": True}:
            raise Unknown(f"tabLayout {name} {flags}")
        return "Custom"

    def shelfButton(self, **flags: Any) -> str:
        _need(flags, {"parent", "label", "image", "command", "sourceType", "annotation"}, set())
        if flags["parent"] != self.globals["$gShelfTopLevel"] + "|Custom":
            raise RuntimeError(f"Object '{flags['parent']}' not found.\n")
        self.buttons.append(flags)
        return f"shelfButton{len(self.buttons)}"

    def workspaceControl(self, name: str, **flags: Any) -> Any:
        if flags.pop("exists", False):
            return name in self.controls
        if flags.pop("edit", False):
            if name not in self.controls or set(flags) != {"restore"}:
                raise RuntimeError(f"Object '{name}' not found.\n")
            self.controls[name]["raised"] = True
            return name
        if name in self.controls:
            raise RuntimeError(f"Object's name '{name}' is not unique.\n")
        if not isinstance(flags.get("uiScript"), str):
            raise Unknown("uiScript has to be text, or the dock is empty after a restart.")
        self.controls[name] = flags
        if flags.get("loadImmediately"):
            self.run_ui_script(name)
        return name

    def run_ui_script(self, name: str) -> None:
        """What Maya does when the dock is shown, and again after a restart."""
        self.docks[name] = self.current_dock = self.make_dock(name)
        try:
            exec(self.controls[name]["uiScript"], {})
        finally:
            self.current_dock = None

    def close_control(self, name: str) -> None:
        """The artist closes the dock, or deleteUI does: its widgets are deleted unless it is retained."""
        if not self.controls.pop(name).get("retain", True):
            dock = self.docks.pop(name, None)
            if dock is not None:
                dock.deleteLater()

    def scriptJob(self, **flags: Any) -> Any:
        if "exists" in flags:
            return flags["exists"] in self.jobs
        if "kill" in flags:
            del self.jobs[flags["kill"]]
            return None
        _need(flags, {"attributeChange"}, {"killWithScene"})
        id = next(self._ids)
        self.jobs[id] = flags
        return id

    def fileDialog2(self, **flags: Any) -> list[str] | None:
        return self.answers.pop(0)


def _need(flags: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    if not needed <= set(flags) <= needed | allowed:
        raise Unknown(f"flags {sorted(flags)}, not {sorted(needed)}")
