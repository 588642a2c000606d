"""The .blend files of a pack: paths that lead to the packed places, and a scene for each part that needs its own."""

from __future__ import annotations

import filecmp
import os
import posixpath
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ..farm import Watch
from ..job import Part
from ..scenes.blend import OUTPUTS, Patch, open_to_change, part_patches, path_patches, resolve, write_patched
from ._layout import Layout


class Blends:
    """Copies of .blend files for one pack, in the work folder; a file that needs no change is not copied."""

    def __init__(self, layout: Layout, work: Path, watch: Watch) -> None:
        self._layout = layout
        self._work = work
        self._watch = watch

    def library(self, source: Path, place: str) -> Path:
        """The file to be packed at `place`. Raises SceneError, Cancelled."""
        with open_to_change(str(source), _Cancel(self._watch)) as blend:
            patches = path_patches(blend, renaming(self._layout, os.path.dirname(source), place), OUTPUTS)
        return self._written(source, place, patches)

    def scenes(self, source: Path, folder: str, place: str, parts: Sequence[Part]) -> dict[str, tuple[Path, list[int]]]:
        """The file for each part: by place in the pack, the file there and the parts' indexes.

        The one that the first part renders is packed at `place`, another beside it as `NAME.partN`. `folder` is where
        the scene lay that `source` is a copy of. Raises SceneError, Cancelled.
        """
        with open_to_change(str(source), _Cancel(self._watch)) as blend:
            paths = path_patches(blend, renaming(self._layout, folder, place), OUTPUTS)
            wanted = [tuple(sorted(part_patches(blend, part.address, part.camera))) for part in parts]
        alike: dict[tuple[Patch, ...], list[int]] = {}
        for index, patches in enumerate(wanted):
            alike.setdefault(patches, []).append(index)
        found: dict[str, tuple[Path, list[int]]] = {}
        for patches, indexes in alike.items():
            named = place if not found else self._beside(place, indexes[0])
            found[named] = self._written(source, named, [*paths, *patches]), indexes
        return found

    def _beside(self, place: str, index: int) -> str:
        stem, extension = posixpath.splitext(place)
        named = f"{stem}.part{index + 1}{extension}"
        while not self._layout.free(named):
            stem += "_"
            named = f"{stem}.part{index + 1}{extension}"
        return named

    def _written(self, source: Path, place: str, patches: Iterable[Patch]) -> Path:
        """The source itself when nothing changes. A copy from before that is the same keeps its time."""
        changes = list(patches)
        if not changes:
            return source
        target = self._work / place
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        write_patched(str(source), str(fresh), changes, _Cancel(self._watch))
        if target.is_file() and filecmp.cmp(fresh, target, shallow=False):
            fresh.unlink()
        else:
            os.replace(fresh, target)
        return target


class _Cancel:
    """For readers and writers whose own progress nobody sees."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def step(self, done: int, total: int) -> None:
        """Raises Cancelled."""
        self._watch.check()


def is_blend(path: str) -> bool:
    """By its name: `.blend`, or a version that Blender kept, `.blend1`."""
    return os.path.splitext(path)[1].lower().startswith(".blend")


def renaming(layout: Layout, folder: str, place: str) -> Callable[[str], str | None]:
    """What becomes of the paths in a .blend which lay in `folder` and is packed at `place`: None for those that stay.

    A path that leads to its packed file already is not written anew.
    """
    here = posixpath.dirname(place)

    def rename(path: str) -> str | None:
        there = layout.find(resolve(path, folder))
        if there is None or (path.startswith("//") and _normal(path[2:], here) == _normal(there, "")):
            return None
        new = "//" + posixpath.relpath(there or ".", here or ".")
        return new + "/" if path.endswith(("/", "\\")) else new

    return rename


def _normal(path: str, folder: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path.replace("\\", "/")))
