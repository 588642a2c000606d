"""A 3ds Max with a real scene open, as plugins/max sees one: `with opened(path) as max: …`.

It answers `pymxs` from what `maxfile` reads, raises on every name that the stub `pymxs.pyi` does not have, on every
call off the main thread and on every change that was not allowed. What a file does not tell is 3ds Max' default; what
a scene is given by a test is set in `Open`.
"""

from __future__ import annotations

import inspect
import os
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

from .maxfile import FileAsset
from .names import members
from .openscene import Open, View, XRef, from_file
from .values import Array, Byref, Name, Undefined, Value, Watchman, from_one, from_zero

EVENTS = {
    "filepostopen", "filepostmerge", "filepostsave", "filepresave", "systempostnew", "systempostreset",
    "postrendererchange", "animationrangechange", "timeunitschange", "noderenamed", "scenexrefpostmerge",
    "scenenodeadded", "nodepredelete", "prerender", "postrender", "presystemshutdown", "cuiregistermenus",
}  # fmt: skip
"""Those used, of NOTIFICATIONS in ADN-DevTech/3dsMax-Python-HowTos (samples/pymxs/notifications.py); the last is of
MAXScript help 2025, "Menu Notifications"."""


class Max:
    """The stand-in itself: `open` is the scene, `watchman` what saw every access."""

    def __init__(self, scene: Open) -> None:
        self.open = scene
        self.watchman = Watchman(members())
        self.undefined = Undefined()
        self.callbacks: list[tuple[str, Callable[[], None], Name]] = []
        self.menus: dict[str, list[str]] = {}
        self.bar: list[str] = []
        self.selected: list[str] = []
        self.save_name: str | None = None
        """What the artist answers in the Save As dialog; None is Cancel."""
        self.param: Any = self.undefined
        self.runtime = self._runtime()

    def fire(self, event: str, param: Any = None) -> None:
        """3ds Max tells who registered for the event."""
        self.param = self.undefined if param is None else param
        for name, function, _ in list(self.callbacks):
            if name.lower() == event.lower():
                function()

    # -- the values

    def value(self, kind: str, word: str | None = None, **given: Any) -> Value:
        """A value of a class of the stub; `word` is its str()."""
        return Value(self.watchman, kind, given, word)

    def time(self, frame: float) -> Value:
        return self.value("Time", f"{frame}f", frame=float(frame))

    def node(self, name: str) -> Any:
        return self.value("Node", f"$Camera:{name}", name=name) if name else self.undefined

    def maybe(self, text: str) -> Any:
        return text or self.undefined

    def _runtime(self) -> Value:
        scene = self.open
        nodes = lambda: [*scene.cameras, *scene.targets]  # noqa: E731
        interval = lambda: self.value("Interval", start=self.time(scene.range[0]), end=self.time(scene.range[1]))  # noqa: E731
        return self.value(
            "_Runtime",
            undefined=self.undefined,
            camera="camera",
            Name=Name,
            classOf=lambda value: "Targetobject" if self._is_target(value) else str(value),
            superClassOf=lambda value: "GeometryClass" if self._is_target(value) else "camera",
            isProperty=lambda value, name: str(name).lower() in self._settings(),
            getProperty=lambda value, name: self._settings()[str(name).lower()],
            maxVersion=lambda: Array([scene.release, 0, 0, 0, 0, 0, 0, 1998 + scene.release // 1000, ".0 Update"]),
            maxFilePath=lambda: os.path.dirname(scene.path) + os.sep if scene.path else "",
            maxFileName=lambda: os.path.basename(scene.path),
            getSaveRequired=lambda: scene.dirty,
            saveMaxFile=self._save,
            getMaxFileVersionData=lambda filename: Array([scene.release, scene.written_by or scene.release]),
            getMAXSaveFileName=lambda: self.maybe(self.save_name or ""),
            animationRange=interval,
            currentTime=lambda: self.time(scene.now),
            frameRate=lambda: scene.fps,
            isAnimPlaying=lambda: scene.playing,
            rendTimeType=lambda: scene.time_type,
            rendStart=lambda: self.time(scene.span[0]),
            rendEnd=lambda: self.time(scene.span[1]),
            rendNThFrame=lambda: scene.step,
            rendPickupFrames=lambda: scene.pickup,
            rendOutputFilename=lambda: scene.output,
            rendSaveFile=lambda: scene.save_file,
            renderWidth=lambda: scene.size[0],
            renderHeight=lambda: scene.size[1],
            renderPixelAspect=lambda: scene.pixel_aspect,
            renderers=self.value("Renderers", current=self._renderer),
            maxOps=self.value("MaxOps", GetCurRenderElementMgr=self._elements),
            cameras=lambda: Array([self.node(name) for name in nodes()]),
            getActiveCamera=lambda: self.node(scene.active),
            getNodeByName=lambda name: self.node(next((one for one in nodes() if one.lower() == name.lower()), "")),
            select=lambda node: self.selected.append(node.name),
            batchRenderMgr=self.value(
                "BatchRenderMgr",
                numViews=lambda: len(scene.views),
                GetView=lambda index: from_one([self._view(view) for view in scene.views])(index),
            ),
            sceneStateMgr=self.value(
                "SceneStateMgr",
                GetCount=lambda: len(scene.states),
                GetSceneState=lambda index: from_one(scene.states)(index),
            ),
            ATSOps=self.value("ATSOps", Refresh=lambda: None, GetFiles=self._files),
            AssetManager=self.value(
                "AssetManager",
                GetNumAssets=lambda: len(scene.assets),
                GetAssetByIndex=lambda index: self._asset(from_one(scene.assets)(index)),
            ),
            xrefs=self.value(
                "XRefs",
                getXRefFileCount=lambda root=None: len(self._xrefs(root)),
                getXRefFile=lambda index, root=None: self._xref(from_one(self._xrefs(root))(index)),
            ),
            pluginManager=self.value(
                "PluginManager",
                pluginDllCount=lambda: len(scene.dlls),
                pluginDllName=lambda index: from_one(scene.dlls)(index)[0].replace("\\", "/").rsplit("/", 1)[-1],
                pluginDllFullPath=lambda index: from_one(scene.dlls)(index)[0],
            ),
            getFileVersion=lambda filename: self.maybe(dict(scene.dlls).get(filename, "")),
            fileProperties=self._file_properties(),
            pathConfig=self.value("PathConfig", getCurrentProjectFolder=lambda: scene.project),
            callbacks=self.value(
                "Callbacks",
                addScript=self._add_callback,
                removeScripts=self._remove,
                notificationParam=lambda: self.param,
            ),
            menuMan=self._menu_man(),
        )

    def _is_target(self, value: Any) -> bool:
        return isinstance(value, Value) and value._kind == "Node" and value._members["name"] in self.open.targets

    def _settings(self) -> dict[str, Any]:
        return {name.lower(): value for name, value in self.open.settings.items()}

    def _renderer(self) -> Value:
        return self.value("Renderer", self.open.renderer)

    def _save(self, filename: str, quiet: bool = False) -> bool:
        self.fire("filePreSave", filename)
        self.open.path, self.open.dirty = filename, False
        self.fire("filePostSave", filename)
        return os.path.isdir(os.path.dirname(filename))

    def _elements(self) -> Value:
        elements = self.open.elements
        made = [self.value("RenderElement", word, elementName=word, enabled=on) for word, on, _ in elements]
        return self.value(
            "RenderElementMgr",
            NumRenderElements=lambda: len(elements),
            GetRenderElement=from_zero(made),
            GetRenderElementFilename=from_zero([file for _, _, file in elements]),
            GetElementsActive=lambda: self.open.elements_on,
        )

    def _view(self, view: View) -> Value:
        return self.value(
            "BatchView",
            name=view.name,
            enabled=view.enabled,
            camera=self.node(view.camera),
            overridePreset=view.override_preset,
            startFrame=self.time(view.start),
            endFrame=self.time(view.end),
            width=view.width,
            height=view.height,
            pixelAspect=view.pixel_aspect,
            outputFilename=view.output,
            presetFile=view.preset,
            sceneStateName=view.scene_state,
        )

    def _files(self, filelist: Byref) -> tuple[int, Array]:
        if not isinstance(filelist, Byref):
            raise TypeError("GetFiles takes its array by reference: pymxs.byref(None)")
        files = [self.open.path, *self.open.tracked] if self.open.path else self.open.tracked
        return len(files), Array(files)

    def _asset(self, asset: FileAsset) -> Value:
        return self.value(
            "AssetUser",
            GetType=lambda: Name(asset.kind),
            GetFileName=lambda: asset.name,
            CanGetFullFilePath=lambda: bool(asset.found),
            GetFullFilePath=lambda: asset.found,
        )

    def _xrefs(self, root: Value | None) -> list[XRef]:
        return self.open.xrefs if root is None else root._members["_inside"]

    def _xref(self, xref: XRef) -> Value:
        return self.value("XRefScene", filename=xref.file, disabled=xref.disabled, _inside=xref.inside)

    def _file_properties(self) -> Value:
        kept = self.open.properties
        return self.value(
            "FileProperties",
            getItems=lambda header: Array(self.open.headings.get(header, ())) if self.open.path else self.undefined,
            findProperty=lambda set, name: list(kept).index(name) + 1 if name in kept else 0,
            getPropertyValue=lambda set, index: from_one(list(kept.values()))(index),
            addProperty=lambda set, name, value: kept.update({name: value}),
        )

    def _add_callback(self, type: Name, function: Callable[[], None], id: Name) -> None:
        if str(type).lower() not in EVENTS:
            raise RuntimeError(f"-- Runtime error: unknown callback type: #{type}")
        if inspect.signature(function).parameters:
            raise RuntimeError("-- Runtime error: a callback takes no arguments, optional ones neither")
        self.callbacks.append((str(type), function, id))

    def _remove(self, id: Name) -> None:
        self.callbacks[:] = [row for row in self.callbacks if row[2] != id]

    def _menu_man(self) -> Value:
        return self.value(
            "MenuMan",
            getMainMenuBar=lambda: self.value("Menu", addItem=lambda item, position: self.bar.append(str(item))),
            findMenu=lambda name: self._menu(name) if name in self.menus else self.undefined,
            createMenu=lambda name: self.menus.setdefault(name, []) is None or self._menu(name),
            createActionItem=lambda macro, category: self.value("MenuItem", f"{macro}`{category}"),
            createSubMenuItem=lambda name, menu: self.value("MenuItem", name),
            unRegisterMenu=self._unregister,
            updateMenuBar=lambda: None,
        )

    def _menu(self, name: str) -> Value:
        return self.value("Menu", name, addItem=lambda item, position: self.menus[name].append(str(item)))

    def _unregister(self, menu: Value) -> None:
        del self.menus[str(menu)]
        self.bar.remove(str(menu))

    def cui_manager(self) -> Value:
        """What `cuiRegisterMenus` hands over; its menus come into `bar` and `menus`."""

        def sub(id: str, title: str) -> Value:
            self.bar.append(title)
            self.menus[title] = []
            create = lambda id, table, action, title="": self.menus[word].append(action)  # noqa: E731
            word = title
            return self.value("CuiMenu", title, CreateAction=create)

        return self.value("CuiMenuMgr", mainMenuBar=self.value("CuiMenu", CreateSubMenu=sub))


@contextmanager
def opened(scene: Open | str) -> Iterator[Max]:
    """`pymxs` and `qtmax` are this 3ds Max while it lasts; farmdeck_max is imported anew."""
    host = Max(from_file(scene) if isinstance(scene, str) else scene)
    pymxs, qtmax = types.ModuleType("pymxs"), types.ModuleType("qtmax")
    pymxs.runtime, pymxs.byref = host.runtime, Byref  # type: ignore[attr-defined]
    qtmax.windows = []  # type: ignore[attr-defined]
    qtmax.GetQMaxMainWindow = lambda: qtmax.windows[0]  # type: ignore[attr-defined]
    qtmax.DisableMaxAcceleratorsOnFocus = lambda widget, off: None  # type: ignore[attr-defined]
    mine = ("pymxs", "qtmax", "farmdeck_max")
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in mine}
    sys.modules.update(pymxs=pymxs, qtmax=qtmax)
    try:
        yield host
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in mine]:
            del sys.modules[name]
        sys.modules.update(before)
