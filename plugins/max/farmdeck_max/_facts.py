"""Reading the open scene, slice by slice, into plain facts."""

from __future__ import annotations

from dataclasses import dataclass

from farmdeck import Plugin
from farmdeck.scenes.max import _rules as rules
from pymxs import runtime as rt

from . import _files, _outputs, _render, _views
from ._files import Managed, XRef
from ._outputs import Element
from ._values import Progress, Steps, known, text
from ._views import BatchView


@dataclass(frozen=True)
class Facts:
    """What 3ds Max said; nothing here needs it any more."""

    file: str
    version: str
    created_with: str
    """The release that wrote the file, where it wrote it in the form of an older one; else ""."""
    unsaved: bool
    project: str
    """The project folder, "" for none."""
    setup: rules.Setup
    elements: tuple[Element, ...]
    segment: tuple[int, int]
    fps: int
    cameras: tuple[str, ...]
    active: str
    views: tuple[BatchView, ...]
    states: tuple[str, ...]
    tracked: tuple[str, ...]
    managed: tuple[Managed, ...]
    xrefs: tuple[XRef, ...]
    plugins: tuple[Plugin, ...]


def file() -> str:
    """The open scene's path; "" when it was never saved."""
    return text(rt.maxFilePath) + text(rt.maxFileName)


def read() -> Steps[Facts]:
    """Ask 3ds Max; one camera, view, element, asset or plug-in a step."""
    wanted = _files.used_plugins()
    progress = Progress(_total())
    cameras = yield from progress.collect(_views.cameras())
    views = yield from progress.collect(_views.batch_views())
    states = yield from progress.collect(_views.states())
    elements = yield from progress.collect(_outputs.elements())
    tracked = yield from progress.collect(_files.tracked())
    managed = yield from progress.collect(_files.managed())
    xrefs = yield from progress.collect(_files.xrefs())
    plugins = yield from progress.collect(_files.installed(wanted))
    versions = {plugin.name: plugin for plugin in plugins}
    return Facts(
        file=file(),
        version=rules.version(int(list(rt.maxVersion())[0])),
        created_with=_created_with(file()),
        unsaved=bool(rt.getSaveRequired()),
        project=text(rt.pathConfig.getCurrentProjectFolder()),
        setup=_render.setup(elements),
        elements=tuple(elements),
        segment=_render.segment(),
        fps=int(rt.frameRate),
        cameras=tuple(cameras),
        active=_views.active(),
        views=tuple(views),
        states=tuple(states),
        tracked=tuple(tracked),
        managed=tuple(managed),
        xrefs=tuple(xrefs),
        plugins=tuple(versions.get(name, Plugin(name)) for name in wanted),
    )


def _created_with(path: str) -> str:
    """3ds Max says the release whose form a file has, and the one that wrote it, in thousandths."""
    said = known(rt.getMaxFileVersionData(path)) if path else None
    form, program = list(said or (0, 0))[:2]
    return rules.version(int(program)) if program != form else ""


def _total() -> int:
    """How many steps there will be, but for what Asset Tracking lists: that is known when it is asked."""
    return (
        len(rt.cameras)
        + int(rt.batchRenderMgr.numViews)
        + int(rt.sceneStateMgr.GetCount())
        + _outputs.element_count()
        + 2 * int(rt.AssetManager.GetNumAssets())
        + int(rt.xrefs.getXRefFileCount())
        + int(rt.pluginManager.pluginDllCount)
    )
