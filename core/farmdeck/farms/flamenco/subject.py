"""What Farmdeck knows of a job that Flamenco asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...job import Part
from .expressions import Value, pure_path
from .frames import to_flamenco
from .render_settings import maps_text, outputs_root, parts_text


@dataclass(frozen=True)
class Subject:
    """One job's scene and pictures. Paths are as the workers see them, but for `original`."""

    name: str
    """The job's."""
    software: str
    """As in `Software.name`."""
    scene_file: str
    """What the workers open; it may begin with a variable of the Manager's: `{jobs}/…/shot.blend`."""
    original: str
    """The scene file as the artist knows it, on this machine."""
    output_root: str
    """The folder that pictures go below where nothing else is said; `parts` that share a folder say it themselves."""
    frames: tuple[int, ...] = ()
    output: str = ""
    """Where the pictures go, outright: a path with `######` and without extension; "" leaves it to the job type."""
    scene: str = ""
    """Blender's scene, by name."""
    format: str = ""
    """As in Blender's files: `PNG`, `OPEN_EXR_MULTILAYER`."""
    extension: str = ""
    """`.png`"""
    has_previews: bool = False
    fps: float = 0.0
    frame_start: int | None = None
    frame_end: int | None = None
    frame_step: int = 1
    camera: str = ""
    width: int = 0
    """Pixels of the finished picture, percentage applied; 0 where it is not known."""
    height: int = 0
    parts: tuple[Part, ...] = ()
    """For `farmdeck-render`, as are all that follow: every part, its output as the workers see it."""
    scripts: str = ""
    """The folder with WORKER_SCRIPTS (see render_settings.py)."""
    project: str = ""
    """Maya's project folder; "" for none."""
    files_root: str = ""
    """The folder with the job's files; "" where they lie in place."""
    path_maps: tuple[tuple[str, str], ...] = ()
    """(folder of the artist's machine, where its files are now: below `files_root`, "" for itself, or absolute)."""

    def facts(self) -> Mapping[str, Value]:
        """What expressions can ask for, by dotted name; what is not known is left out."""
        whole_fps = max(1, round(self.fps)) if self.fps else 0  # Blender's is whole; 23.976 is 24 by a base of 1.001
        every: dict[str, Value] = {
            "jobname": self.name,
            "bpy.data.filepath": self.original,
            "C.scene.name": self.scene,
            "C.scene.frame_start": self.frame_start,
            "C.scene.frame_end": self.frame_end,
            "C.scene.frame_step": self.frame_step,
            "C.scene.frame_current": self.frames[0] if len(self.frames) == 1 else None,
            "C.scene.camera.name": self.camera,
            "C.scene.render.fps": whole_fps or None,
            "C.scene.render.fps_base": whole_fps / self.fps if self.fps else None,
            "C.scene.render.resolution_x": self.width or None,
            "C.scene.render.resolution_y": self.height or None,
            "C.scene.render.resolution_percentage": 100,
            "C.scene.render.file_extension": self.extension,
            "C.scene.render.image_settings.file_format": self.format,
            "C.scene.render.image_settings.use_preview": self.has_previews,
        }
        return {name: value for name, value in every.items() if value not in (None, "")}


def _output(subject: Subject) -> str:
    return subject.output or str(pure_path(subject.output_root) / subject.name / "######")


def _parts(subject: Subject) -> str:
    if not subject.parts:
        return ""
    return parts_text(subject.software, subject.parts, outputs_root(subject.parts, subject.output_root))


OUTPUTS = frozenset({"render_output_path", "render_output"})
"""Where the pictures go: worked out by the type's own expression, where it has one, unless it is wanted outright."""
KNOWN: Mapping[str, Callable[[Subject], Any]] = {
    "blendfile": lambda subject: subject.scene_file,
    "frames": lambda subject: to_flamenco(subject.frames) if subject.frames else "",
    "scene": lambda subject: subject.scene,
    "render_output_root": lambda subject: outputs_root(subject.parts, subject.output_root),
    **dict.fromkeys(OUTPUTS, _output),
    "format": lambda subject: subject.format,
    "image_file_extension": lambda subject: subject.extension,
    "has_previews": lambda subject: subject.has_previews,
    "fps": lambda subject: subject.fps or None,
}
"""Settings that are never asked for, by the keys that published job types have; None or "" for not known."""
KNOWN_HIDDEN: Mapping[str, Callable[[Subject], Any]] = {
    "software": lambda subject: subject.software,
    "scene_file": lambda subject: subject.scene_file,
    "scripts": lambda subject: subject.scripts,
    "project": lambda subject: subject.project,
    "files_root": lambda subject: subject.files_root,
    "path_maps": lambda subject: maps_text(subject.path_maps),
    "parts": _parts,
}
"""The same for `farmdeck-render`: settings that the Manager shows to nobody who submits."""

SAMPLE = Subject(
    name="shot",
    software="Blender",
    scene_file="/jobs/shot.blend",
    original="/jobs/shot.blend",
    output_root="/render",
    frames=(1,),
    scene="Scene",
    format="PNG",
    extension=".png",
    fps=24.0,
    frame_start=1,
    frame_end=1,
    camera="Camera",
    width=1920,
    height=1080,
)
"""A subject of which everything is known: what cannot be worked out for it never can."""
