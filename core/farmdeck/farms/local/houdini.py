"""Houdini: our script in `hython` for .hip files, `husk` for USD files.

`hbatch` ends with 0 when a render failed, so it is not used. husk's options: `husk --help` of 21 and 22, and
https://www.sidefx.com/docs/houdini/ref/utils/husk.html.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePath

from ...chain import WEDGE
from ...job import Part
from .application import Application, Order, Run, in_one_go, steady, step_of, task_text

SCRIPT = Path(__file__).with_name("render_hython.py")
_USUAL: Mapping[str, tuple[str, ...]] = {
    "linux": ("/opt/hfs*/bin/hython",),
    "darwin": ("/Applications/Houdini/Houdini*/Frameworks/Houdini.framework/Versions/Current/Resources/bin/hython",),
    "win32": ("C:\\Program Files\\Side Effects Software\\Houdini *\\bin\\hython.exe",),
}
_FOLDER = re.compile(r"(?:hfs|houdini)[ _-]?(\d+\.\d+\.\d+)", re.IGNORECASE)
_SETUP = re.compile(r"HOUDINI_(?:MAJOR_RELEASE|MINOR_RELEASE|BUILD_VERSION)=\"?(\d+)")
_USD = frozenset({".usd", ".usda", ".usdc", ".usdz"})


def order(program: str, run: Run) -> Order:
    """hython or husk, by the kind of file."""
    return _husk(program, run) if _is_usd(run.scene) else _hython(program, run)


def version(program: str) -> str:
    """The version that its folder is called by, else what `houdini_setup_bash` in it says; nothing is started.

    Every system's Houdini has that file. A folder such as /opt/hfs20.5 is a link to one with the whole version.
    """
    real = os.path.realpath(program)
    for path in (real, program):
        named = _FOLDER.search(path)
        if named:
            return named.group(1)
    try:
        text = (Path(real).parent.parent / "houdini_setup_bash").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    numbers = _SETUP.findall(text)
    return ".".join(numbers[:3]) if len(numbers) >= 3 else ""


def _hython(program: str, run: Run) -> Order:
    part = run.part
    task = str(PurePath(run.scratch) / "task.json")
    text = task_text(
        {
            **part_task(part),
            "scene": run.scene,
            "original": run.original,
            "name": PurePath(part.output).name,
            "place": str(PurePath(part.output).parent),
            "folder": run.folder,
            "frames": [{"number": number, "folder": folder} for number, folder in run.folders.items()],
            "needed": run.needed,
        }
    )
    limit = {"HOUDINI_MAXTHREADS": str(run.threads)} if run.threads else {}
    return Order((program, str(SCRIPT), task), {task: text}, limit, tells=True)


def part_task(part: Part) -> dict[str, object]:
    """What render_hython.py is told of a part, whatever its frames and files."""
    return {
        "rop": part.address[-1],
        "take": part.take,
        "camera": part.camera,
        **_parameters(part.renderer),
        "in_one_go": in_one_go(HOUDINI.name, part),
        "wedge": part.renderer == WEDGE,
    }


def _parameters(renderer: str) -> dict[str, object]:
    """What the ROP's parameters are called, as the reader knows them.

    A node of the same base name may be a ROP, a SOP and a LOP: each of the names is tried. What a wedge renders can be
    any of them.
    """
    from ...scenes.houdini._rules import ROPS, UNKNOWN_DRIVER

    rows = [row for name, row in ROPS.items() if name.split("/")[1] == renderer and row.output] or [UNKNOWN_DRIVER]
    return {
        "camera_parm": rows[0].camera,
        "output_parms": list(dict.fromkeys(name for row in rows for name in row.output)),
        "instead": [list(row.instead) for row in rows if row.instead[0]],
        "planes": [row.planes.file for row in rows if row.planes],
    }


def _husk(program: str, run: Run) -> Order:
    """`husk --frame 1 --frame-count 5 --frame-inc 2 … --output FOLDER/x.$F4.exr FILE`; `run.numbers` have one step."""
    part, numbers = run.part, run.numbers
    name = re.sub("#+", lambda run_of: f"$F{len(run_of.group())}", PurePath(part.output).name)
    settings = part.address[-1] if part.address else ""
    words = [
        *("--frame", str(numbers[0]), "--frame-count", str(len(numbers)), "--frame-inc", str(step_of(numbers))),
        *("--verbose", "3a"),  # 3: what it does, a: Alfred's progress lines
        "--make-output-path",
        *(("--settings", settings) if settings.startswith("/") else ()),
        *(("--camera", part.camera) if part.camera else ()),
        *(("--res", str(part.width), str(part.height)) if part.width and part.height else ()),
        *(("--threads", str(run.threads)) if run.threads else ()),
        *("--output", str(PurePath(run.folder) / name)),
        run.scene,
    ]
    husk = PurePath(program).with_name("husk" + PurePath(program).suffix)
    return Order((str(husk), *words))


def _is_usd(scene: str) -> bool:
    return PurePath(scene).suffix.lower() in _USD


HOUDINI = Application(
    name="Houdini",
    key="houdini",
    programs=("hython",),
    usual=_USUAL,
    version=version,
    order=order,
    takes=lambda scene, numbers: steady(numbers) if _is_usd(scene) else numbers,
)
