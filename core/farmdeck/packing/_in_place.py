"""Can a scene be rendered where it lies, by machines that see the same folders?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..scenes.blend import OUTPUTS, open_to_change, part_patches, path_patches, resolve
from ..submission import Submission
from ._blend import is_blend

_NAMED = 3


def in_place(submission: Submission, scene: Path) -> list[str]:
    """Why the snapshot `scene` cannot be rendered as it is, as sentences; [] when it can.

    Whether the farm's machines see its folder is another question. Raises SceneError.
    """
    found = []
    if scene.parent != Path(submission.scene.path).parent:
        found.append(f"{scene.parent} is not where {Path(submission.scene.path).name} belongs.")
    if submission.software.name == "Blender":
        files = {os.path.normcase(file.path) for file in submission.files}
        found += _of_scene(submission, scene, files)
        for file in submission.files:
            if is_blend(file.path):
                found += _absolute(Path(file.path), files)
    return found


def _of_scene(submission: Submission, scene: Path, files: set[str]) -> Iterator[str]:
    yield from _absolute(scene, files)
    with open_to_change(str(scene)) as blend:
        for part in submission.parts:
            if part_patches(blend, part.address, part.camera):
                yield f"The scene file is not set to render {part.name} and nothing else."


def _absolute(blend_file: Path, files: set[str]) -> Iterator[str]:
    """A sentence when the file names some of the files by absolute paths: another system calls them otherwise."""
    paths: dict[str, None] = {}

    def look(path: str) -> None:
        if os.path.normcase(resolve(path, "")) in files:  # a relative path stays relative: none is
            paths[path] = None

    with open_to_change(str(blend_file)) as blend:
        path_patches(blend, look, OUTPUTS)
    if paths:
        named = ", ".join(list(paths)[:_NAMED]) + (", …" if len(paths) > _NAMED else "")
        yield f"{blend_file.name} names files by absolute paths, which another system may not have: {named}"
