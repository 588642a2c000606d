"""What played workers do: one step of a task at a time, pictures in the folder of the farm.

Pictures are small PNGs whatever their extension. Arguments as Blender reads them: its manual, "Command Line
Arguments"; log lines as the real worker looks for them: Flamenco 3.9-beta1, internal/worker/command_blender.go.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .frame_ranges import explode
from .jobs import Command, Task
from .pictures import png
from .worker import Worker

if TYPE_CHECKING:
    from .manager import Manager

EXTENSIONS = {"JPEG": ".jpg", "OPEN_EXR": ".exr", "OPEN_EXR_MULTILAYER": ".exr", "TIFF": ".tif", "TARGA": ".tga"}


class TaskFailed(Exception):
    """The worker could not do it: the last line of the log."""


class Work:
    """One worker at one task; commands are functions of it and their parameters that pause between steps."""

    def __init__(self, farm: Manager, task: Task, worker: Worker) -> None:
        self.farm, self.task, self.worker = farm, task, worker

    def __iter__(self) -> Iterator[None]:
        """Each turn is a step; raises TaskFailed."""
        for command in self.task.commands:
            before = self.task.steps_completed
            yield from self._do(command)
            if self.task.steps_completed == before:
                self.step()

    def _do(self, command: Command) -> Iterator[None]:
        parameters = {
            key: self.farm.variables.expand(value, self.worker.platform) for key, value in command.parameters.items()
        }
        self.log(f"executing command {command.name}")
        does = {**COMMANDS, **self.farm.commands}.get(command.name)
        if does is None:
            raise TaskFailed(f"unknown command: {command.name}")
        yield from does(self, parameters)

    def log(self, line: str) -> None:
        """A line of the task's log."""
        self.farm.write_log(self.task, line + "\n")

    def step(self) -> None:
        """One more step is done."""
        if self.task.steps_completed < self.task.steps_total:
            self.task.steps_completed += 1
        self.task.job.sum_up()
        self.farm.tell_job(self.task.job)
        self.farm.tell_task(self.task)

    def wait_for(self, frame: int | None) -> Iterator[None]:
        """Ask the test how it goes on, until it does. Raises TaskFailed."""
        while True:
            outcome = self.farm.outcome(self.task, frame, self.task.attempt)
            if outcome == "done":
                return
            if outcome == "failed":
                raise TaskFailed(f"Error: the test wants frame {frame} to fail")
            yield

    def place(self, text: str) -> Path:
        """A path of a command, which has to be in the folder of the farm. Raises TaskFailed."""
        path = Path(os.path.normpath(text))
        if not path.is_absolute() or self.farm.inside not in path.parents:
            raise TaskFailed(f"Error: {text} is not in the folder of the simulated farm, {self.farm.inside}")
        return path

    def picture(self, path: Path, frame: int, overwrite: bool = True) -> Iterator[None]:
        """Render one frame; a picture that is there stays unless it may be overwritten."""
        yield from self.wait_for(frame)
        self.task.activity = f"rendering frame {frame}"
        if path.exists() and not overwrite:
            self.log(f'skipping existing frame "{path}"')
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.part")
            partial.write_bytes(png(frame))
            partial.replace(path)
            self.log(f"Fra:{frame} Mem:8.00M (Peak 9.00M) | Time:00:00.10 | Rendering\nSaved: '{path}'")
            self.farm.show(self.task, f"{path.name} {frame}")
        self.log(" Time: 00:00.10 (Saving: 00:00.01)")


def _options(arguments: list[Any]) -> dict[str, str]:
    """--name value."""
    return {str(one): str(after) for one, after in zip(arguments, arguments[1:]) if str(one).startswith("--")}


def numbered(pattern: str, frame: int, extension: str) -> str:
    """The file of a frame: the last row of # is its number, else four digits at the end."""
    rows = list(re.finditer("#+", pattern))
    if not rows:
        return f"{pattern}{frame:04d}{extension}"
    last = rows[-1]
    return f"{pattern[: last.start()]}{frame:0{len(last.group())}d}{pattern[last.end() :]}{extension}"


def _blender_render(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    scene = parameters.get("blendfile")
    if work.farm.check_files and scene and not Path(scene).is_file():
        raise TaskFailed(f'Error: Cannot read file "{scene}": No such file or directory')
    options = _options([*parameters.get("argsBefore", []), *parameters.get("args", [])])
    extension = EXTENSIONS.get(options.get("--render-format", "PNG"), ".png")
    overwrite = "use_overwrite = False" not in options.get("--python-expr", "")
    for frame in explode(options["--render-frame"]):
        path = work.place(numbered(options["--render-output"], frame, extension))
        yield from work.picture(path, frame, overwrite)
        work.step()
        yield


def _exec(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    """Any program, played: a picture for each frame of --frames, where --output has its number."""
    options = _options(parameters.get("args", []))
    if not {"--output", "--frames"} <= options.keys():
        yield from work.wait_for(None)
        return
    for frame in explode(options["--frames"]):
        yield from work.picture(work.place(numbered(options["--output"], frame, "")), frame)
        yield


def _echo(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    work.log(f'echo: "{parameters.get("message")}"')


def _sleep(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    work.log(f"sleep: {parameters.get('duration_in_seconds')} seconds")


def _frames_to_video(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    pattern = work.place(parameters["inputGlob"])
    if not sorted(pattern.parent.glob(pattern.name)):
        raise TaskFailed(f"no files match {pattern}")
    work.place(parameters["outputFile"]).write_bytes(b"a video of " + str(pattern).encode())


def _copy_file(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    source, target = work.place(parameters["src"]), work.place(parameters["dest"])
    if target.exists():
        raise TaskFailed(f"destination path {target} already exists, not moving")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _move_directory(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    source, target = work.place(parameters["src"]), work.place(parameters["dest"])
    if target.exists():
        target.rename(target.with_name(f"{target.name}-moved"))
    source.rename(target)


def _make_directory(work: Work, parameters: dict[str, Any]) -> Iterator[None]:
    yield from work.wait_for(None)
    work.place(parameters["path"]).mkdir(parents=True, exist_ok=True)


Does = Callable[[Work, dict[str, Any]], Iterator[None]]

COMMANDS: dict[str, Does] = {
    "blender-render": _blender_render,
    "exec": _exec,
    "echo": _echo,
    "sleep": _sleep,
    "frames-to-video": _frames_to_video,
    "copy-file": _copy_file,
    "move-directory": _move_directory,
    "make-directory": _make_directory,
}
"""What a worker can do; a test adds others, or another `exec`, in Manager.commands."""
