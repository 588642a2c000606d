"""The settings of `farmdeck-render`, our own job type for Maya, Houdini and 3ds Max (resources/flamenco).

A path that the Manager is to rewrite for a worker of another system has to be a setting of its own or begin with a
variable, since it looks at the beginning of each text only (Flamenco 3.9-beta1, internal/manager/api_impl/varrepl.go).
So the texts `parts` and `path_maps` hold paths below `render_output_root` and `files_root`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..._errors import BadInput
from ...frames import parse_frames
from ...job import Part
from ..local import houdini, max, maya
from ..local.application import in_one_go
from .expressions import pure_path
from .frames import to_flamenco

JOB_TYPE = "farmdeck-render"
_LOCAL = Path(houdini.__file__).parent
WORKER_SCRIPTS = (
    Path(__file__).with_name("render_part.py"),
    *(_LOCAL / name for name in ("leash.py", "placing.py", "max_elements.py", "render_hython.py")),
)
"""What has to lie together in a folder that the workers see."""


def parts_text(software: str, parts: Sequence[Part], output_root: str) -> str:
    """The setting `parts`: a JSON list of what has to be rendered, each after what it needs.

    Each part: `name`, `frames` (the Manager's notation), `chunk_size` (0: all frames in one task; None: as the job
    says), `output` (a pattern with `#`, below the root where it is), `needs` (indices of earlier parts), `words` for
    the program, `task` for Houdini's script, and for people `item`, `camera`, `renderer`. Raises BadInput.
    """
    if software not in _APPLICATIONS:
        raise BadInput(f"{JOB_TYPE} does not render scenes of {software}.", "Choose another job type.")
    documents = [
        {
            "name": part.name,
            "item": part.item,
            "camera": part.camera,
            "renderer": part.renderer,
            "frames": to_flamenco(parse_frames(part.frames)),
            "chunk_size": 0 if in_one_go(software, part) else None,
            "output": below(output_root, part.output),
            "needs": [index for index, other in enumerate(parts[:place]) if other.item in part.needs],
            **_APPLICATIONS[software](part, any(part.item in other.needs for other in parts)),
        }
        for place, part in enumerate(parts)
    ]
    return json.dumps(documents)


def maps_text(maps: Sequence[tuple[str, str]]) -> str:
    """The setting `path_maps`: a JSON list of [folder of the artist's machine, below `files_root` or absolute]."""
    return json.dumps([list(pair) for pair in maps])


def outputs_root(parts: Sequence[Part], default: str) -> str:
    """The innermost folder that every part's pictures go below; `default` where they share nothing but the disk."""
    folders = [pure_path(part.output).parent for part in parts]
    shared = [
        above
        for above in ([folders[0], *folders[0].parents] if folders else [])
        if str(above) not in ("/", ".") and all(above == folder or above in folder.parents for folder in folders)
    ]
    return str(shared[0]) if shared else default


def below(root: str, path: str) -> str:
    """The path below the root, with forward slashes; as it is where it does not lie there."""
    try:
        return pure_path(path).relative_to(pure_path(root)).as_posix()
    except ValueError:  # elsewhere, or of another system
        return path


def _maya(part: Part, needed: bool) -> Mapping[str, Any]:
    return {"words": [maya.mel_text(word) for word in maya.part_words(part)]}


def _houdini(part: Part, needed: bool) -> Mapping[str, Any]:
    return {"words": [], "task": json.dumps({**houdini.part_task(part), "needed": needed})}


def _max(part: Part, needed: bool) -> Mapping[str, Any]:
    return {"words": max.part_words(part)}


_APPLICATIONS: Mapping[str, Callable[[Part, bool], Mapping[str, Any]]] = {
    "Maya": _maya,
    "Houdini": _houdini,
    "3ds Max": _max,
}
