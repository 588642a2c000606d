"""Maya: `Render`, the vendor's own command, which knows how each renderer of the scene is started.

The other way, a script of ours in mayapy, would need a call of its own for every renderer (`arnoldRender`, `vrend`,
`rsRender`, …), each with its own idea of layers, of the MEL that runs before and after, and of licences. `Render` takes
one set of flags for whatever renderer the scene is set to (`-r file`), and its exit codes are known.

Flags: `Render -help -r file`, and for Arnold
https://help.autodesk.com/cloudhelp/2024/ENU/AR-Maya/files/am-Arnold_for_Maya_User_Guide/rendering
/arnold_for_maya_rendering_am_Batch_Render_Flags_html.html. Exit codes: Deadline's MayaCmd plug-in.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePath

from ..._errors import FarmError
from ...job import Part
from ...launch import clean_environment
from .application import Application, Order, Run, steady, step_of

ASK_SECONDS = 60
_USUAL: Mapping[str, tuple[str, ...]] = {
    "linux": ("/usr/autodesk/maya*/bin/Render", "/opt/autodesk/maya*/bin/Render"),
    "darwin": ("/Applications/Autodesk/maya*/Maya.app/Contents/bin/Render",),
    "win32": ("C:\\Program Files\\Autodesk\\Maya*\\bin\\Render.exe",),
}
_FOLDER = re.compile(r"maya[ _-]?(\d{4}(?:\.\d+)?)", re.IGNORECASE)
_RENDERERS: Mapping[str, tuple[str, ...]] = {"arnold": ("-r", "arnold", "-ai:lve", "2", "-ai:alf", "true")}
"""What a renderer has to be told besides: to say how far it is, and to end where there is no licence."""
_THREADS: Mapping[str, str] = {"arnold": "-ai:threads"}
EXITS: Mapping[int, str] = {
    206: "Maya did not understand its command line, or cannot use the project folder.",
    210: "Maya could not open the scene.",
    211: "Maya opened the scene with errors.",
}


def order(program: str, run: Run) -> Order:
    """`Render -r file -proj P -rl LAYER -cam CAMERA -s 1 -e 10 -b 1 -x W -y H -rd FOLDER SCENE`. Raises FarmError.

    The names come from the scene: what it wrote where is found out afterwards (see placing.py). `run.numbers` have one
    step.
    """
    part, numbers = run.part, run.numbers
    project = project_folder(run.original)  # the copy may lie elsewhere
    words = [
        *part_words(part),
        *(("-proj", project) if project else ()),
        *((_THREADS[part.renderer], str(run.threads)) if run.threads and part.renderer in _THREADS else ()),
        *("-s", str(numbers[0]), "-e", str(numbers[-1]), "-b", str(step_of(numbers))),
        *("-rd", run.folder),
        run.scene,
    ]
    return Order((program, *map(mel_text, words)))


def part_words(part: Part) -> list[str]:
    """What `Render` is told of a part, whatever its frames: `-r file -rl LAYER -cam CAM -x W -y H`, `-r` first."""
    return [
        *_RENDERERS.get(part.renderer, ("-r", "file")),
        *("-rl", part.address[-1]),
        *(("-cam", part.camera) if part.camera else ()),
        *(("-x", str(part.width), "-y", str(part.height)) if part.width and part.height else ()),
    ]


def mel_text(text: str) -> str:
    """A value as `Render` can put it between the quotes of the MEL that it makes. Raises FarmError.

    A path of Windows gets forward slashes, which also keeps a last backslash from hiding the quote after it.
    """
    if re.match(r"[A-Za-z]:[\\/]|\\\\", text):
        text = text.replace("\\", "/")
    for letter, called in (('"', "a quotation mark"), ("\\", "a backslash"), ("\n", "a line break")):
        if letter in text:
            raise FarmError(
                f"{text!r} has {called} in it, which Maya's Render cannot take.", "Rename it, then submit again."
            )
    return text


def project_folder(scene: str) -> str:
    """The nearest folder at or above the scene's that has a workspace.mel; "" when none has."""
    return next((str(folder) for folder in Path(scene).parents if (folder / "workspace.mel").is_file()), "")


def version(program: str) -> str:
    """The year that its folder is called by, else what `maya -v` beside it says: `Maya 2024, Cut Number …`."""
    for path in (program, os.path.realpath(program)):
        named = _FOLDER.search(path)
        if named:
            return named.group(1)
    maya = PurePath(program).with_name("maya" + PurePath(program).suffix)
    try:
        said = subprocess.run(
            [str(maya), "-v"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ASK_SECONDS,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"^Maya (\d{4}(?:\.\d+)?)", said.stdout, re.MULTILINE)
    return match.group(1) if match else ""


MAYA = Application(
    name="Maya",
    key="maya",
    programs=("Render",),
    usual=_USUAL,
    version=version,
    order=order,
    takes=lambda scene, numbers: steady(numbers),
    exits=EXITS,
)
