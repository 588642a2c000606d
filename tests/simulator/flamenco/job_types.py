"""The job types: the two that come with every Manager, and scripts given to it.

Source: Flamenco 3.9-beta1, GET /api/v3/jobs/types of the running program and what it makes of jobs.
"""

from __future__ import annotations

import copy
import datetime
import hashlib
import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .frame_ranges import BadRange, chunks, explode
from .jobs import Command

RENDER, ECHO = "simple-blender-render", "echo-sleep-test"
NO_VIDEO_FROM = ("EXR", "MULTILAYER", "OPEN_EXR", "OPEN_EXR_MULTILAYER")
VIDEO = ("FFMPEG", "AVI_RAW", "AVI_JPEG")
SCENE_RENDER_SETTINGS = (
    "import bpy; r = bpy.context.scene.render; r.use_file_extension = True; "
    "r.use_overwrite = False; r.use_placeholder = False"
)

RENDER_SETTINGS: list[dict[str, Any]] = [
    {
        "key": "frames",
        "type": "string",
        "required": True,
        "eval": "f'{C.scene.frame_start}-{C.scene.frame_end}'",
        "evalInfo": {"showLinkButton": True, "description": "Scene frame range"},
        "description": "Frames to render, such as '47', '1-30' or '3, 5-10'",
    },
    {
        "key": "chunk_size",
        "type": "int32",
        "default": 1,
        "description": "How many frames one task renders",
        "visible": "submission",
    },
    {
        "key": "render_output_root",
        "type": "string",
        "subtype": "dir_path",
        "required": True,
        "visible": "submission",
        "description": "Folder below which the pictures of each job get one of their own",
    },
    {
        "key": "add_path_components",
        "type": "int32",
        "required": True,
        "default": 0,
        "propargs": {"min": 0, "max": 32},
        "visible": "submission",
        "description": "How many of the last folders of the scene's path become part of the output path",
    },
    {
        "key": "render_output_path",
        "type": "string",
        "subtype": "file_path",
        "editable": False,
        "eval": "str(Path(abspath(settings.render_output_root), last_n_dir_parts(settings.add_path_components), "
        "jobname, '{timestamp}', '######'))",
        "description": "Where the pictures will be",
    },
    {
        "key": "blendfile",
        "type": "string",
        "required": True,
        "visible": "web",
        "description": "The Blend file",
    },
    {"key": "fps", "type": "float", "eval": "C.scene.render.fps / C.scene.render.fps_base", "visible": "hidden"},
    {
        "key": "format",
        "type": "string",
        "required": True,
        "eval": "C.scene.render.image_settings.file_format",
        "visible": "web",
    },
    {
        "key": "image_file_extension",
        "type": "string",
        "required": True,
        "eval": "C.scene.render.file_extension",
        "visible": "hidden",
        "description": "Extension of the pictures",
    },
    {
        "key": "has_previews",
        "type": "bool",
        "required": False,
        "eval": "C.scene.render.image_settings.use_preview",
        "visible": "hidden",
        "description": "Whether there are JPEG previews beside the pictures",
    },
    {
        "key": "scene",
        "type": "string",
        "required": True,
        "eval": "C.scene.name",
        "visible": "web",
        "description": "The scene to render",
    },
]
ECHO_SETTINGS: list[dict[str, Any]] = [
    {"key": "message", "type": "string", "required": True},
    {"key": "sleep_duration_seconds", "type": "int32", "default": 1},
    {"key": "sleep_repeats", "type": "int32", "default": 1},
]


class CompileError(Exception):
    """The script refused the settings: the text that it threw, and where."""


@dataclass
class Authored:
    """A task as a compiler makes it; dependencies by their place in the list of tasks."""

    name: str
    type: str
    commands: list[Command] = field(default_factory=list)
    dependencies: list[int] = field(default_factory=list)


@dataclass
class Draft:
    """A job on its way through a compiler, which may change its settings and metadata."""

    name: str
    type: str
    priority: int
    settings: dict[str, Any]
    metadata: dict[str, str]
    created: datetime.datetime = field(default_factory=datetime.datetime.now)

    def timestamp(self) -> str:
        """When it was made, as part of a file's name."""
        return self.created.strftime("%Y-%m-%d_%H%M%S")


@dataclass(frozen=True)
class JobType:
    """A job type's document and its compiler (which raises CompileError)."""

    document: dict[str, Any]
    compile: Callable[[Draft], list[Authored]]


def etag(document: dict[str, Any]) -> str:
    """Changes with the document."""
    return hashlib.sha1(json.dumps(document, sort_keys=True).encode()).hexdigest()


def finished(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The document under its name, with its etag."""
    document = {**document, "name": name}
    return {**document, "etag": etag(document)}


def built_in(version: tuple[int, int]) -> dict[str, JobType]:
    """The Manager's own job types, by name."""
    settings = copy.deepcopy(RENDER_SETTINGS)
    if version < (3, 6):
        settings = [one for one in settings if one["key"] != "scene"]
    if version < (3, 3):
        for one in settings:
            one.pop("evalInfo", None)
    render = {"label": "Simple Blender Render", "description": "Render frames and make a video", "settings": settings}
    echo = {"label": "Echo Sleep Test", "settings": copy.deepcopy(ECHO_SETTINGS)}
    return {
        ECHO: JobType(finished(echo, ECHO), _compile_echo),
        RENDER: JobType(finished(render, RENDER), lambda draft: _compile_render(draft, version)),
    }


def name_of(script: Path) -> str:
    """The name of the type in a script's file."""
    return script.stem.replace("_", "-")


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def _compile_echo(draft: Draft) -> list[Authored]:
    settings = draft.settings
    tasks = [Authored("echo", "misc", [Command("echo", {"message": settings.get("message")})])]
    for _ in range(_whole(settings.get("sleep_repeats"))):
        seconds = settings.get("sleep_duration_seconds")
        tasks.append(Authored("sleep", "misc", [Command("sleep", {"duration_in_seconds": seconds})], [0]))
    return tasks


def _compile_render(draft: Draft, version: tuple[int, int]) -> list[Authored]:
    settings = draft.settings
    where = "(simple_blender_render.js:1:1(1))"
    if settings.get("format") in VIDEO:
        raise CompileError(f'This job type only renders images, and not "{settings["format"]}" at compileJob {where}')
    if not settings.get("render_output_path"):
        raise CompileError(f"no render_output_path setting! at renderOutputPath {where}")
    output = str(settings["render_output_path"]).replace("{timestamp}", draft.timestamp())
    settings["render_output_path"] = output
    try:
        ranges = chunks(str(settings.get("frames", "")), _whole(settings.get("chunk_size")))
    except BadRange as error:
        raise CompileError(f"GoError: {error} at jsFrameChunker (native)") from error
    tasks = [_render_task(settings, text, output, version) for text in ranges]
    video = _video_task(settings, output, version)
    return [*tasks, Authored("preview-video", "ffmpeg", [video], list(range(len(tasks))))] if video else tasks


def _render_task(settings: dict[str, Any], frames: str, output: str, version: tuple[int, int]) -> Authored:
    arguments = ["--scene", settings["scene"]] if settings.get("scene") and version >= (3, 6) else []
    if version >= (3, 9):
        arguments += ["--python-expr", SCENE_RENDER_SETTINGS]
    arguments += ["--render-output", output.replace("\\", "/"), "--render-format", settings.get("format")]
    parameters = {
        "exe": "{blender}",
        "exeArgs": "{blenderArgs}",
        "argsBefore": [],
        "blendfile": settings.get("blendfile"),
        "args": [*arguments, "--render-frame", frames.replace("-", "..")],
    }
    return Authored(f"render-{frames}", "blender", [Command("blender-render", parameters, len(explode(frames)))])


def _video_task(settings: dict[str, Any], output: str, version: tuple[int, int]) -> Command | None:
    previews = settings.get("format") in NO_VIDEO_FROM
    if (previews and not settings.get("has_previews")) or not settings.get("fps"):
        return None
    folder = posixpath.dirname(output.replace("\\", "/"))
    stem = re.sub(r"\.[^.]*$", "", posixpath.basename(str(settings.get("blendfile")).replace("\\", "/")))
    frames = str(settings["frames"])
    if "," in frames and version >= (3, 5):
        numbers = explode(frames)
        frames = f"{numbers[0]}-{numbers[-1]}"
    extension = ".jpg" if previews else settings.get("image_file_extension")
    return Command(
        "frames-to-video",
        {
            "exe": "ffmpeg",
            "fps": settings["fps"],
            "inputGlob": f"{folder}/*{extension}",
            "outputFile": f"{folder}/{stem.replace('.flamenco', '')}-{frames}.mp4",
            "args": ["-c:v", "h264", "-r", settings["fps"], "-y"],
        },
    )
