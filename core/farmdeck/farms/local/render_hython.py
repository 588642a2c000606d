# SPDX-License-Identifier: Apache-2.0
"""Renders frames of one ROP inside hython, in a child process of the local farm.

    hython render_hython.py TASK.json

TASK.json: {"scene", "original", "rop", "take", "camera", "camera_parm", "output_parms", "instead", "planes", "name",
"place", "folder", "frames": [{"number", "folder"}], "in_one_go", "wedge", "needed"}. Told on standard output as by
render_blender.py.

What the ROP writes goes into the job's temporary folder first: its output is set so, in the copy of the scene that is
open here and that nobody saves. Pictures render one by one; a simulation, a cache or one file for all frames renders as
one range, in order. The copy takes the scene's own name once it is open, so that $HIP and $HIPNAME are what they were.

The calls: hou of types-houdini 21; trange, f1, f2 and f3 as AWS Deadline Cloud for Houdini sets them; its handling of
wedges too (getwedges, applyspecificwedge, WEDGENUM), since the wedge's own module has no published types.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any, cast

import hou

Task = dict[str, Any]
Stamp = tuple[int, int, int]
Others = dict[str, dict[int, str]]
SPECIAL = ("op:", "opdef:", "oplib:", "temp:", "ip", "md")


class Trouble(Exception):
    """The scene is not as the task says; the text is for the artist."""


def tell(event: str, **values: Any) -> None:
    """One line to the local farm; begins on a line of its own, since renderers end their lines late."""
    sys.stdout.write("\nFARMDECK " + json.dumps(dict(values, event=event)) + "\n")
    sys.stdout.flush()


def main(task_file: str) -> int:
    """Render the task's frames; the exit code is 0 when each was rendered or told as failed."""
    with open(task_file, encoding="utf-8") as file:
        task = json.load(file)
    try:
        node = open_scene(task)
        tell("ready", version=hou.applicationVersionString())
        if task["needed"] and switched_off(node):
            pass_over(task)
        elif task["in_one_go"]:
            render_all(node, task)
        else:
            others = other_outputs(driver_of(node, task), task)
            for frame in task["frames"]:
                render_frame(node, task, frame, others)
    except Trouble as exc:
        tell("fatal", message=str(exc))
        return 3
    return 0


def open_scene(task: Task) -> hou.OpNode:
    """The ROP in the open scene, in its take and through its camera. Raises Trouble."""
    try:
        hou.hipFile.load(task["scene"], suppress_save_prompt=True, ignore_load_warnings=True)
    except hou.OperationFailed as exc:
        version = hou.applicationVersionString()
        raise Trouble(f"Houdini {version} cannot open the scene: {words(exc)}") from exc
    hou.hipFile.setName(task["original"])
    node = cast("hou.OpNode | None", hou.node(task["rop"]))
    if node is None:
        raise Trouble("The scene file has no node {}.".format(task["rop"]))
    if task["take"]:
        take = hou.takes.findTake(task["take"])
        if take is None:
            raise Trouble('The scene has no take "{}".'.format(task["take"]))
        hou.takes.setCurrentTake(take)
    if task["camera"]:
        target = driver_of(node, task)
        if target.parm(task["camera_parm"]) is None:
            raise Trouble(f"{target.path()} has no camera of its own to set.")
        set_parm(target, task["camera_parm"], task["camera"])
    return node


def driver_of(node: hou.OpNode, task: Task) -> hou.OpNode:
    """The node that writes: the ROP itself, or what a wedge renders. Raises Trouble."""
    if not task["wedge"]:
        return node
    named = parm_of(node, "driver").evalAsString()
    driver = node.node(named) if named else next(iter(node.inputs()), None)
    if driver is None:
        raise Trouble(f"{node.path()} names no node to render.")
    return driver


def switched_off(node: hou.Node) -> bool:
    """Is the node, or a network that it lies in, bypassed or locked? Houdini passes it over on the way to another."""
    asked = [getattr(node, name, None) for name in ("isBypassed", "isLocked")]  # ROPs have both, others one or none
    if any(flag() for flag in asked if flag is not None):
        return True
    above = node.parent()
    return above is not None and switched_off(above)


def pass_over(task: Task) -> None:
    """Nothing to do: what it would write is taken as it lies."""
    for frame in task["frames"]:
        tell("begin", frame=frame["number"])
        tell("done", frame=frame["number"], files=[], seconds=0)


def render_frame(node: hou.OpNode, task: Task, frame: Task, others: Others) -> None:
    """One picture, or one of each wedge, into a folder of its own."""
    number, folder = frame["number"], frame["folder"]
    tell("begin", frame=number)
    began = time.time()
    try:
        target = driver_of(node, task)
        files = []
        for index in wedges(node, task):
            inside = folder if index is None else os.path.join(folder, f"wedge{index}")
            os.makedirs(inside, exist_ok=True)
            aside = redirect(target, task, inside, number, others)
            run(target, number, number, 1)
            files += written(inside, aside, index)
    except (hou.Error, OSError) as exc:
        tell("failed", frame=number, message=words(exc))
        return
    if not files:
        tell("failed", frame=number, message="")
        return
    tell("done", frame=number, files=files, seconds=time.time() - began)


def render_all(node: hou.OpNode, task: Task) -> None:
    """All frames in order, into one folder; every one of them is done at the end, or none."""
    numbers = [frame["number"] for frame in task["frames"]]
    began, folder = time.time(), task["folder"]
    name = re.sub("#+", lambda run: f"$F{len(run.group())}", task["name"])
    parm = output_parm(node, task)
    before = {number: stamp(place_of(task, number)) for number in numbers}
    set_parm(node, parm, folder.replace("\\", "/") + "/" + name)
    tell("begin", frame=numbers[0])
    listen(node, numbers)
    try:
        for first, last, step in ranges(numbers):
            run(node, first, last, step)
    except hou.Error as exc:
        tell("failed", frame=numbers[0], message=words(exc))
        return
    files = {number: cache_files(task, number, before[number]) for number in numbers}
    if "#" not in task["name"]:  # one file for all frames
        files = {number: files[number] if number == numbers[0] else [] for number in numbers}
    missing = [number for number in numbers if not files[number] and ("#" in task["name"] or number == numbers[0])]
    if missing:
        tell("failed", frame=missing[0], message=f"Houdini wrote no file for frame {missing[0]}.")
        return
    for number in numbers:
        tell("done", frame=number, files=files[number], seconds=(time.time() - began) / len(numbers))


def cache_files(task: Task, number: int, before: Stamp | None) -> list[list[str]]:
    """What was written for the frame: in the temporary folder, or right in place by a node that would not be moved."""
    name = file_name(task["name"], number)
    path = os.path.join(task["folder"], name)
    if os.path.isfile(path):
        return [[path, name]]
    place = place_of(task, number)
    return [[place, place]] if stamp(place) not in (None, before) else []


def place_of(task: Task, number: int) -> str:
    """Where the frame's file belongs."""
    return os.path.join(task["place"], file_name(task["name"], number))


def stamp(path: str) -> Stamp | None:
    """What tells a new file from the old one; None when there is none."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_size, info.st_mtime_ns, info.st_ino


def wedges(node: hou.OpNode, task: Task) -> Iterator[int | None]:
    """The wedges' indices, each applied in its turn; [None] for a ROP that is no wedge."""
    if not task["wedge"]:
        yield None
        return
    module = node.hdaModule()
    found, _stashed, _error = module.getwedges(node)
    for index, wedge in enumerate(found):
        hou.hscript(f"set WEDGENUM = {index}")
        hou.hscript("varchange")
        module.applyspecificwedge(node, wedge)
        yield index


def other_outputs(node: hou.OpNode, task: Task) -> Others:
    """What else the ROP writes: {parameter: {frame: path}}, as the artist chose it. Asked before anything is set."""
    main_parm = output_parm(node, task)
    planes = [re.compile(name.replace("#", "[0-9]+")) for name in task["planes"]]
    found = {}
    for parm in node.parms():
        name, tags = parm.name(), parm.parmTemplate().tags()
        writes = tags.get("filechooser_mode") == "write" or any(plane.fullmatch(name) for plane in planes)
        if writes and name != main_parm:
            paths = {frame["number"]: parm.evalAsStringAtFrame(frame["number"]) for frame in task["frames"]}
            if all(os.path.dirname(path) and not path.startswith(SPECIAL) for path in paths.values()):
                found[name] = paths
    return found


def redirect(node: hou.OpNode, task: Task, folder: str, number: int, others: Others) -> dict[str, str]:
    """All that the ROP writes goes into `folder`: {sub-folder: what the artist chose} for all but the picture."""
    aside: dict[str, str] = {}
    for name, paths in others.items():
        sub = f"parm{len(aside)}"
        aside[sub] = os.path.dirname(paths[number])
        os.makedirs(os.path.join(folder, sub), exist_ok=True)
        set_parm(node, name, "/".join((folder.replace("\\", "/"), sub, os.path.basename(paths[number]))))
    set_parm(node, output_parm(node, task), folder.replace("\\", "/") + "/" + file_name(task["name"], number))
    return aside


def written(folder: str, aside: dict[str, str], wedge: int | None) -> list[list[str]]:
    """[file, where it belongs] of every file in `folder`, the picture first; a wedge's are called by its number."""
    files = []
    for at, _folders, names in os.walk(folder):
        for name in sorted(names):
            inside = os.path.relpath(os.path.join(at, name), folder)
            sub, _, rest = inside.replace(os.sep, "/").partition("/")
            place = os.path.join(aside[sub], rest) if sub in aside else inside
            if wedge is not None:
                place = os.path.join(os.path.dirname(place), f"wedge{wedge}_{os.path.basename(place)}")
            files.append([os.path.join(at, name), place])
    return sorted(files, key=lambda file: (os.path.isabs(file[1]), file[1]))


def output_parm(node: hou.OpNode, task: Task) -> str:
    """The parameter that says what the ROP writes. Raises Trouble."""
    for toggle, name in task["instead"]:
        switch = node.parm(toggle)
        if switch is not None and switch.evalAsInt() and node.parm(name) is not None:
            return str(name)
    known = [str(name) for name in task["output_parms"] if node.parm(name) is not None]
    told = [name for name in known if parm_of(node, name).evalAsString()]
    if not known:
        raise Trouble(f"{node.path()} has no output that Farmdeck knows.")
    return (told or known)[0]


def run(node: hou.OpNode, first: int, last: int, step: int) -> None:
    """Render the range, this node alone: what it needs has been rendered. Raises hou.Error."""
    for name, value in (("trange", 1), ("f1", first), ("f2", last), ("f3", step), ("soho_foreground", 1)):
        if node.parm(name) is not None:
            set_parm(node, name, value)
    if hasattr(node, "render"):
        node.render(
            frame_range=(first, last, step),
            ignore_inputs=True,
            ignore_bypass_flags=True,
            verbose=True,
            output_progress=True,
        )
    else:  # a node in a SOP or LOP network renders with its button
        parm_of(node, "execute").pressButton()
    if node.errors():
        raise hou.OperationFailed("; ".join(node.errors()))


def listen(node: hou.OpNode, numbers: list[int]) -> None:
    """Tells the frames of a range as they begin, where the node says so."""
    if not hasattr(node, "addRenderEventCallback"):
        return
    told = {numbers[0]}

    def heard(_node: hou.RopNode, kind: object, _when: float) -> None:
        number = hou.intFrame()
        if kind == hou.ropRenderEventType.PreFrame and number in numbers and number not in told:
            told.add(number)
            tell("begin", frame=number)

    node.addRenderEventCallback(heard)


def set_parm(node: hou.OpNode, name: str, value: Any) -> None:
    """Set it whatever it is: locked, animated or an expression."""
    parm = parm_of(node, name)
    parm.lock(False)
    parm.deleteAllKeyframes()
    parm.set(value)


def parm_of(node: hou.OpNode, name: str) -> hou.Parm:
    """The node's parameter. Raises Trouble."""
    parm = node.parm(name)
    if parm is None:
        raise Trouble(f'{node.path()} has no parameter "{name}".')
    return parm


def ranges(numbers: list[int]) -> list[tuple[int, int, int]]:
    """(first, last, step) of each run of ascending numbers that has one step."""
    found = []
    start = 0
    while start < len(numbers):
        end = start + 1
        step = numbers[end] - numbers[start] if end < len(numbers) else 1
        while end < len(numbers) and numbers[end] - numbers[end - 1] == step:
            end += 1
        found.append((numbers[start], numbers[end - 1], step))
        start = end
    return found


def file_name(pattern: str, number: int) -> str:
    """`shot.####.exr` as `shot.0007.exr`; a pattern without # stays as it is."""
    sign = "-" if number < 0 else ""
    return re.sub("#+", lambda run: sign + str(abs(number)).zfill(len(run.group())), pattern)


def words(exc: Exception) -> str:
    """What a host's error says, on one line."""
    said = exc.instanceMessage() if isinstance(exc, hou.Error) else str(exc)
    return " ".join(said.split())


def run_and_leave() -> None:
    """Leave at once with the code: renderers' plug-ins do not always let the process end by itself."""
    try:
        code = main(sys.argv[1])
    except Exception:  # noqa: BLE001 - the outermost edge of a child process: told, then ended
        tell("fatal", message="The render script stopped: " + traceback.format_exc(limit=-3).strip().splitlines()[-1])
        traceback.print_exc()
        code = 4
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run_and_leave()
