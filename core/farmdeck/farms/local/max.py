"""3ds Max: `3dsmaxcmd`, which renders as a render server does, so that plug-ins need no workstation licence.

Switches: https://help.autodesk.com/view/3DSMAX/2024/ENU/?guid=GUID-E5239450-557C-4F51-8DBE-B9BE22F881CA (Command-Line
Rendering Switches). A frame's number is appended to `-outputName` by Max itself, folders have to be there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePath, PureWindowsPath

from ...frames import format_frames
from ...job import Part
from .application import Application, Order, Run, steady, step_of
from .max_elements import elements_script

_USUAL: Mapping[str, tuple[str, ...]] = {
    "win32": (
        "C:\\Program Files\\Autodesk\\3ds Max *\\3dsmaxcmd.exe",
        "C:\\Program Files\\Autodesk\\3ds Max *\\3dsmaxcmdio.exe",
    )
}
_FOLDER = re.compile(r"3ds[ _-]?max[ _-]?(\d{4})", re.IGNORECASE)
_IO_YEAR = "2024"
"""In that year 3dsmaxcmdio is the one that prints to the console (Conductor's submitter does the same)."""
_LONG = 8000
"""Letters of a command line, well below Windows' 32,767."""


def order(program: str, run: Run) -> Order:
    """`3dsmaxcmd -v:5 -frames:1-10 -camera:C -w:W -h:H -outputName:FOLDER/x.exr -preRenderScript:… SCENE`.

    Long lists of frames go into a file of options, one a line.
    """
    part = run.part
    script = _join(run.scratch, "elements.ms")
    options = [
        "-v:5",
        *_frames(run.numbers),
        *part_words(part),
        f"-outputName:{_join(run.folder, re.sub('#+', '', _name(part.output)))}",
        f"-preRenderScript:{script}",
    ]
    files = {script: elements_script(run.folder)}
    if sum(map(len, options)) > _LONG:
        listed = _join(run.scratch, "options.txt")
        files[listed] = "\n".join(options) + "\n"
        options = [f"-cmdFile:{listed}"]
    return Order((program, *options, run.scene), files)


def version(program: str) -> str:
    """The year that its folder is called by. Of the two programs in it, the one that is to be used has one."""
    named = _FOLDER.search(program)
    if named is None:
        return ""
    path = Path(program)
    io = path.stem.lower().endswith("io")
    other = path.with_name(("3dsmaxcmd" if io else "3dsmaxcmdio") + path.suffix)
    return named.group(1) if io is (named.group(1) == _IO_YEAR) or not other.exists() else ""


def takes(scene: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Any list, but for frames below zero, whose sign a list cannot tell from a range."""
    return numbers if numbers[0] >= 0 else steady(numbers)


def _frames(numbers: tuple[int, ...]) -> list[str]:
    if steady(numbers) == numbers:
        return [f"-start:{numbers[0]}", f"-end:{numbers[-1]}", f"-nthFrame:{step_of(numbers)}"]
    pieces = format_frames(numbers).split(",")
    plain = [piece if "x" not in piece else _spelled(piece) for piece in pieces]
    return [f"-frames:{','.join(plain)}"]


def _spelled(piece: str) -> str:
    """`1-5x2` as `1,3,5`: a list of 3dsmaxcmd's has no steps."""
    first, last, step = map(int, re.split("[-x]", piece))
    return ",".join(map(str, range(first, last + 1, step)))


def part_words(part: Part) -> list[str]:
    """What 3dsmaxcmd is told of a part, whatever its frames: `-camera:C -w:W -h:H`.

    A batch view brings its own camera, scene state and preset; the active view is what Max renders by itself.
    """
    size = [f"-w:{part.width}", f"-h:{part.height}"] if part.width and part.height else []
    chosen = [f"-camera:{part.camera}"] if part.camera else []
    if part.kind == "batch_view":
        return [f"-batchRender:{part.address[-1]}", *chosen, *size]
    return [*(chosen or ([f"-camera:{part.address[-1]}"] if part.address[-1] else [])), *size]


def _name(path: str) -> str:
    return PureWindowsPath(path).name if "\\" in path else PurePath(path).name


def _join(folder: str, name: str) -> str:
    return str((PureWindowsPath(folder) if "\\" in folder else PurePath(folder)) / name)


MAX = Application(
    name="3ds Max",
    key="max",
    programs=("3dsmaxcmd", "3dsmaxcmdio"),
    usual=_USUAL,
    version=version,
    order=order,
    takes=takes,
)
