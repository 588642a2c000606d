"""The names of 3ds Max that plugins/max uses, and no others: a name that is not here fails mypy and the stand-in.

None is published, so each has its source. MAXScript names are not case-sensitive (3ds Max Python help 2024, "Using
pymxs": Case Sensitivity); they stand here as the vendor's pages write them. Arrays count from 0 in Python, `<index>`
arguments from 1, `<integer>` arguments from 0 (MAXScript help 2016, "Index vs Integer Function Arguments").

Sources, by their short names
    FILES    MAXScript help 2025, "3ds Max File Loading and Saving" (GUID-624D3D05)
    PROPS    MAXScript help 2022, "MAX Scene File Properties" (GUID-A8663B8E)
    RENDER   MAXScript help 2024, "Render Setup Dialog" (GUID-30AF1E53)
    ELEMENTS MAXScript help 2016, "Interface: RenderElementMgr" (GUID-E8F75D47)
    BATCH    MAXScript help 2026, "Interface: batchRenderMgr" (GUID-23E161BA)
    STATES   MAXScript help 2016, "Interface: sceneStateMgr" (GUID-9BF5F52D)
    ATS      MAXScript help 2025, "Interface: ATSOps" (GUID-F203ABBC)
    ASSETS   MAXScript help 2018, "Interface: AssetManager" (GUID-E3237B13), "IObject:AssetUser" (GUID-596D54E9)
    XREFS    MAXScript help 2024, "XRefScene Values" (GUID-090B28AB)
    EVENTS   MAXScript help 2024, "General Event Callback Mechanism" (GUID-C1F6495F), 2027 "File Notifications"
    MENUS    MAXScript help 2017, "Menu Manager" (GUID-258F6015), up to 3ds Max 2024
    CUI      MAXScript help 2025, "The Menu System" (GUID-FF48D0EC), "Interface: CuiMenuMgr", from 3ds Max 2025
    PYMXS    3ds Max Python help 2024, "pymxs Module", 2027 "MAXScript Values in pymxs"
    DX       deadline-cloud-for-3ds-max 0.4.2 (PyPI), CX ciomax 0.8.1 (PyPI), ADN ADN-DevTech/3dsMax-Python-HowTos
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")

class MXSWrapperBase:  # PYMXS: what every value is that Python has no type for
    ...

class Array(MXSWrapperBase, Generic[_T]):  # PYMXS: len, iteration and item access, counted from 0
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[_T]: ...

class Time(MXSWrapperBase):  # MAXScript help, "Time Values": .frame
    frame: float

class Interval(MXSWrapperBase):  # MAXScript help, "Interval Values": .start, .end
    start: Time
    end: Time

class MXSClass(MXSWrapperBase):  # what classOf and superClassOf answer: str() is its name (DX, `str(x)`)
    ...
class MXSName(MXSWrapperBase):  # PYMXS: `rt.Name("x")`; str() is the bare name, printed as #x
    ...

class Node(MXSWrapperBase):
    name: str  # MAXScript help, "General Node Properties"

class Renderer(MXSWrapperBase):  # its properties differ by renderer: isProperty and getProperty
    ...

class Renderers(MXSWrapperBase):  # MAXScript help, "Renderers"; DX
    current: Renderer

class RenderElement(MXSWrapperBase):  # DX: enabled, elementName
    enabled: bool
    elementName: str

class RenderElementMgr(MXSWrapperBase):  # ELEMENTS
    def NumRenderElements(self) -> int: ...
    def GetRenderElement(self, index: int) -> RenderElement: ...
    def GetRenderElementFilename(self, index: int) -> str: ...
    def GetElementsActive(self) -> bool: ...

class MaxOps(MXSWrapperBase):  # ELEMENTS: "It is returned by the MaxOps.GetCurRenderElementMgr() method"
    def GetCurRenderElementMgr(self) -> RenderElementMgr: ...

class BatchView(MXSWrapperBase):  # BATCH, "MixinInterface: batchRenderViewOps"; sceneStateName: DX
    enabled: bool
    name: str
    camera: Node | None
    overridePreset: bool
    startFrame: Time
    endFrame: Time
    width: int
    height: int
    pixelAspect: float
    outputFilename: str
    presetFile: str
    sceneStateName: str

class BatchRenderMgr(MXSWrapperBase):  # BATCH
    numViews: int
    def GetView(self, index: int) -> BatchView: ...

class SceneStateMgr(MXSWrapperBase):  # STATES
    def GetCount(self) -> int: ...
    def GetSceneState(self, index: int) -> str: ...

class ATSOps(MXSWrapperBase):  # ATS; the out parameter comes back beside the count (DX)
    def Refresh(self) -> None: ...
    def GetFiles(self, FileList: byref) -> tuple[int, Array[str]]: ...

class AssetUser(MXSWrapperBase):  # ASSETS
    def GetType(self) -> MXSName: ...
    def GetFileName(self) -> str: ...
    def CanGetFullFilePath(self) -> bool: ...
    def GetFullFilePath(self) -> str: ...

class AssetManager(MXSWrapperBase):  # ASSETS; 2027 Python help, "Working with Assets": counted from 1
    def GetNumAssets(self) -> int: ...
    def GetAssetByIndex(self, index: int) -> AssetUser: ...

class XRefScene(MXSWrapperBase):  # XREFS
    filename: str
    disabled: bool

class XRefs(MXSWrapperBase):  # XREFS
    def getXRefFileCount(self, root: XRefScene = ...) -> int: ...
    def getXRefFile(self, index: int, root: XRefScene = ...) -> XRefScene: ...

class PluginManager(MXSWrapperBase):  # ADN, samples/pymxs/plugins.py: "maxscript uses one based indices"
    pluginDllCount: int
    def pluginDllName(self, index: int) -> str: ...
    def pluginDllFullPath(self, index: int) -> str: ...

class FileProperties(MXSWrapperBase):  # PROPS
    def getItems(self, header: str) -> Array[str] | None: ...
    def findProperty(self, set: MXSName, name: str) -> int: ...
    def getPropertyValue(self, set: MXSName, index: int) -> Any: ...
    def addProperty(self, set: MXSName, name: str, value: str) -> Any: ...

class PathConfig(MXSWrapperBase):  # MAXScript help, "pathConfig"; CX `getCurrentProjectFolder()`
    def getCurrentProjectFolder(self) -> str: ...

class Callbacks(MXSWrapperBase):  # EVENTS; Python functions: 3ds Max 2021 and later
    def addScript(self, type: MXSName, function: Callable[[], None], id: MXSName) -> Any: ...
    def removeScripts(self, *, id: MXSName) -> Any: ...
    def notificationParam(self) -> Any: ...  # by event: the node, the CuiMenuMgr, undefined

class MenuItem(MXSWrapperBase): ...  # MENUS

class Menu(MXSWrapperBase):  # MENUS; position -1 is the end (public scripts, `menu.addItem(sep, -1)`)
    def addItem(self, item: MenuItem, position: int) -> None: ...

class MenuMan(MXSWrapperBase):  # MENUS
    def getMainMenuBar(self) -> Menu: ...
    def findMenu(self, name: str) -> Menu | None: ...
    def createMenu(self, name: str) -> Menu: ...
    def createActionItem(self, macro: str, category: str) -> MenuItem: ...
    def createSubMenuItem(self, name: str, menu: Menu) -> MenuItem: ...
    def unRegisterMenu(self, menu: Menu) -> None: ...
    def updateMenuBar(self) -> None: ...

class CuiMenu(MXSWrapperBase):  # CUI; ADN pyStartup.py calls both from Python
    def CreateSubMenu(self, id: str, title: str) -> CuiMenu: ...
    def CreateAction(self, id: str, table: int, action: str, title: str = ...) -> Any: ...

class CuiMenuMgr(MXSWrapperBase):  # CUI
    mainMenuBar: CuiMenu

class _Runtime:
    undefined: Any  # DX: `x is not None and x != rt.undefined`
    camera: MXSClass  # the superclass of cameras (MAXScript help, "Camera : Node")
    def Name(self, text: str) -> MXSName: ...  # PYMXS
    def classOf(self, value: Any) -> MXSClass: ...  # MAXScript help, "Class and Object Inspector Functions"
    def superClassOf(self, value: Any) -> MXSClass: ...  # the same page
    def isProperty(self, value: Any, name: MXSName) -> bool: ...  # the same page
    def getProperty(self, value: Any, name: MXSName) -> Any: ...  # the same page
    def maxVersion(self) -> Array[Any]: ...  # MAXScript help, "3ds Max System Information"; CX reads item 7, the year

    maxFilePath: str  # FILES
    maxFileName: str  # FILES
    def getSaveRequired(self) -> bool: ...  # FILES
    def saveMaxFile(self, filename: str, quiet: bool = ...) -> bool: ...  # FILES
    def getMaxFileVersionData(self, filename: str) -> Array[int] | None: ...  # MAXScript help 2016, GUID-F693FDB5
    def getMAXSaveFileName(self) -> str | None: ...  # FILES: 3ds Max' own dialog; undefined when it is cancelled

    animationRange: Interval  # MAXScript help, "Time Control"
    currentTime: Time  # the same page
    frameRate: int  # the same page
    def isAnimPlaying(self) -> bool: ...  # the same page

    rendTimeType: int  # RENDER
    rendStart: Time  # RENDER
    rendEnd: Time  # RENDER
    rendNThFrame: int  # RENDER
    rendPickupFrames: str  # RENDER
    rendOutputFilename: str  # RENDER
    rendSaveFile: bool  # RENDER
    renderWidth: int  # RENDER
    renderHeight: int  # RENDER
    renderPixelAspect: float  # RENDER
    renderers: Renderers
    maxOps: MaxOps

    cameras: Array[Node]  # MAXScript help, "ObjectSet Values"; the targets are in it (DX)
    def getActiveCamera(
        self,
    ) -> Node | None: ...  # MAXScript help, "Accessing Active Camera"; undefined when there is none
    def getNodeByName(self, name: str) -> Node | None: ...  # MAXScript help, "Node Common Methods"
    def select(self, node: Node) -> None: ...  # MAXScript help, "Object Selection"

    batchRenderMgr: BatchRenderMgr
    sceneStateMgr: SceneStateMgr
    ATSOps: ATSOps
    AssetManager: AssetManager
    xrefs: XRefs
    pluginManager: PluginManager
    def getFileVersion(self, filename: str) -> str | None: ...  # MAXScript help, "External File Methods"; CX

    fileProperties: FileProperties
    pathConfig: PathConfig
    callbacks: Callbacks
    menuMan: MenuMan

runtime: _Runtime

class byref:  # PYMXS, "to handle those situations where a MAXScript function takes a by-reference parameter"
    def __init__(self, value: Any) -> None: ...
