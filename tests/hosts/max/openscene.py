"""What is open in the stand-in: a file's facts, or what a test made up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .maxfile import TICKS, FileAsset, MaxFile, read_max


@dataclass
class View:
    """A batch view, as `batchRenderMgr` has it."""

    name: str
    camera: str = ""
    enabled: bool = True
    override_preset: bool = False
    start: int = 0
    end: int = 0
    width: int = 640
    height: int = 480
    pixel_aspect: float = 1.0
    output: str = ""
    preset: str = ""
    scene_state: str = ""


@dataclass
class XRef:
    """An XRef scene, with those inside it."""

    file: str
    disabled: bool = False
    inside: list[XRef] = field(default_factory=list)


@dataclass
class Open:
    """The open scene: a file's facts, and what a test changes."""

    path: str = ""
    """"" is a scene that was never saved."""
    dirty: bool = False
    release: int = 26000
    """Of this 3ds Max, in thousandths; the file has its form."""
    written_by: int = 0
    """The release that wrote the file; 0: the same."""
    cameras: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    active: str = ""
    size: tuple[int, int] = (640, 480)
    pixel_aspect: float = 1.0
    renderer: str = "Default_Scanline_Renderer"
    settings: dict[str, Any] = field(default_factory=dict)
    """Properties of the renderer."""
    fps: int = 30
    range: tuple[float, float] = (0, 100)
    """Frames, as all times here."""
    now: float = 0
    time_type: int = 1
    span: tuple[int, int] = (0, 100)
    step: int = 1
    pickup: str = "1,3,5-12"
    output: str = ""
    save_file: bool = True
    elements_on: bool = True
    elements: list[tuple[str, bool, str]] = field(default_factory=list)
    """(class, enabled, file)."""
    views: list[View] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    tracked: list[str] = field(default_factory=list)
    """What Asset Tracking lists."""
    assets: list[FileAsset] = field(default_factory=list)
    xrefs: list[XRef] = field(default_factory=list)
    headings: dict[str, list[str]] = field(default_factory=dict)
    dlls: list[tuple[str, str]] = field(default_factory=list)
    """(full path, file version) of the plug-ins of this 3ds Max."""
    properties: dict[str, str] = field(default_factory=dict)
    """Custom file properties."""
    playing: bool = False
    project: str = ""


def from_file(path: str) -> Open:
    """What the file tells."""
    told: MaxFile = read_max(path)
    said = lambda key: told.said("Render Data", key)  # noqa: E731
    ticks = TICKS // told.fps
    first, last = int(said("Animation Start") or 0), int(said("Animation End") or 0)
    return Open(
        path=path,
        release=_release(told, 3) or _release(told, 0),
        written_by=_release(told, 0),
        cameras=told.cameras,
        targets=told.targets,
        size=(int(said("Render Width") or 640), int(said("Render Height") or 480)),
        pixel_aspect=float((said("Render Aspect") or "1").replace(",", ".")),
        renderer=_class_word(said("Renderer Name")),
        fps=told.fps,
        range=(told.range[0] / ticks, told.range[1] / ticks),
        now=told.now / ticks,
        time_type=2 if not said("Animation End") else 1 if (first, last) == (0, 0) else 3,
        step=int(said("Nth Frame") or 1),
        output=said("Render Output"),
        span=(first, last),
        tracked=_tracked(told),
        assets=told.assets,
        xrefs=[XRef(asset.name) for asset in told.assets if asset.kind == "XRef"],
        elements=[(_class_word(name), True, "") for name in told.elements],
        headings=told.headings,
    )


def _class_word(name: str) -> str:
    """MAXScript names a class by its title, with `_` for what is neither letter nor digit (`V_Ray_Adv_3_00_08`)."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)


def _release(told: MaxFile, place: int) -> int:
    """Thousandths, of the first line (`3ds Max Version: 21,00`) and the fourth (`Saved As Version: 19,00`).

    By place: a 3ds Max in another language translates the words.
    """
    lines = told.headings.get("General", [])
    number = lines[place].rpartition(":")[2] if place < len(lines) else "0"
    return round(1000 * float(number.replace(",", ".")))


def _tracked(told: MaxFile) -> list[str]:
    """`External Dependencies` names, bare and in lower case, what rendering needs; the assets have the paths.

    The scene itself is in 3ds Max' list too (deadline-cloud-for-3ds-max drops it).
    """
    if "External Dependencies" not in told.headings:
        return [asset.name for asset in told.assets]
    names = {name.lower() for name in told.headings["External Dependencies"]}
    files = [asset.name for asset in told.assets if asset.kind != "Bitmap" or _base(asset.name) in names]
    known = {_base(asset.name) for asset in told.assets}
    return [*files, *sorted(names - known)]


def _base(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].lower()
