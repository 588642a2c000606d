"""Scenes, farms and jobs to show. No pytest: the PySide2 check runs with this too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Action, Asset, Frame, FrameState, Job, Part, Problem, RenderItem, Scene, Severity, Software
from farmdeck.documents import to_plain
from farmdeck.environments import RenderEnv
from farmdeck.farm import Capabilities, Option
from farmdeck.store import FarmInfo
from farmdeck_ui.panel.source import SceneSource

EVERY_ACTION = (Action.STOP, Action.START, Action.RETRY, Action.ABANDON, Action.DELETE)
OPTIONS = (
    Option("chunk", "Frames per task", "int", 1, 1, 100, (), "frames"),
    Option("device", "Hardware", "choice", "CPU", None, None, ("CPU", "GPU")),
    Option("overwrite", "Render frames that are on disk", "bool", False),
    Option("limit", "Memory, at most", "float", 0.0, 0.0, 512.0, (), "GB"),
    Option("tag", "Tag", "text", ""),
)
ENVS = (
    RenderEnv("Blender 3.4.1", Software("Blender", "3.4.1")),
    RenderEnv("Blender 4.5.3", Software("Blender", "4.5.3"), default=True),
)


def make_item(name: str, enabled: bool = True, frames: str = "1-10", kind: str = "view_layer") -> RenderItem:
    """A view layer of the scene called Scene."""
    return RenderItem(
        f"Scene/{name}", kind, ("Scene", name), ("cam",), frames, 320, 180, "CYCLES", "/tmp/####.png", enabled
    )


def make_scene(folder: Path, *items: RenderItem, **changes: Any) -> Scene:
    """A saved scene with one texture on disk."""
    file, texture = folder / "shot_v012.blend", folder / "wood.png"
    file.write_bytes(b"BLENDER" + b"x" * 1000)
    texture.write_bytes(b"p" * 440_000)
    asset = Asset("//wood.png", (str(texture),), False, "image", "wood")
    scene = Scene(
        file=str(file),
        software=Software("Blender", "4.5.3"),
        items=items or (make_item("beauty"), make_item("fog", enabled=False)),
        cameras=("cam", "camB"),
        frames="1-10",
        assets=(asset,),
    )
    return replace(scene, **changes)


def missing_asset(folder: Path) -> Asset:
    """A texture that is not there."""
    return Asset("//gone.png", (str(folder / "gone.png"),), True, "image", "wall")


def make_farm(name: str = "local", capabilities: Capabilities | None = None, envs: Any = ENVS, **row: Any) -> FarmInfo:
    """The row that the agent writes."""
    can = capabilities or Capabilities(
        actions=EVERY_ACTION, environments=True, logs=True, priority=True, hold=True, options=OPTIONS
    )
    document = {"capabilities": to_plain(can), "environments": to_plain(envs)}
    label = "This machine" if name == "local" else name
    return FarmInfo(name, row.pop("kind", name), label, document, row.pop("status", "Ready, 2 renderers"), **row)


def make_job(number: int = 0, **changes: Any) -> Job:
    """A job with one part; higher numbers are newer."""
    part = Part("beauty", "Scene/beauty", ("Scene", "beauty"), "", "1-10", 320, 180, "CYCLES", "/out/####.png")
    job = Job(
        id=f"job{number:05d}",
        name=f"shot_v{number:03d}",
        farm="local",
        software="Blender 4.5.3",
        renderer="CYCLES",
        owner="mei",
        created=1_000_000.0 + number,
        updated=1_000_000.0 + number,
        total=10,
        output="/out",
        parts=(part,),
    )
    return replace(job, **changes)


def two_parts(job: Job) -> Job:
    """The same with a second part."""
    return replace(job, parts=(*job.parts, replace(job.parts[0], name="crypto", item="Scene/crypto")))


def make_frames(*states: FrameState, part: int = 0, **changes: Any) -> list[Frame]:
    """Frames 1, 2, … in those states."""
    return [Frame(part, number, state, attempt=1, **changes) for number, state in enumerate(states, 1)]


class GivenScene(SceneSource):
    """A source whose scene is given; reading it answers at once."""

    fixes = frozenset({"save"})
    name = "shot_v012.blend"  # type: ignore[assignment]

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.fixed: list[Problem] = []
        self.selected: list[str] = []

    def read(self, on_scene: Any, on_error: Any, on_step: Any) -> None:
        on_scene(self.scene)

    def fix(self, problem: Problem) -> None:
        self.fixed.append(problem)
        self.scene = replace(self.scene, unsaved=False)

    def select(self, subject: str) -> None:
        self.selected.append(subject)


WARNING = Problem(Severity.WARNING, "Two scenes write to one folder.", "Scene")
