"""A submission's scene and files, laid out to be brought to a farm as they are."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from .._errors import FarmError
from ..farm import Watch
from ..submission import FileStamp, Submission, check_unchanged
from ._blend import Blends, is_blend
from ._layout import Layout

_CACHES = "blendcache_"


@dataclass(frozen=True)
class PackedFile:
    """One file of a pack."""

    path: str
    """Below the pack, with forward slashes."""
    source: Path
    """The original, or a changed copy in the work folder."""
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Pack:
    """All that a farm needs to render a submission, wherever it is put."""

    files: tuple[PackedFile, ...]
    """By path."""
    scenes: tuple[str, ...]
    """For each part of the submission the packed scene that renders it."""
    maps: tuple[tuple[str, str], ...]
    """(folder here, folder in the pack) for applications that find a scene's absolute paths by such pairs.

    Forward slashes; "" is the pack's top. Nothing inside a Maya, Houdini or 3ds Max scene is rewritten: what it names
    by an absolute path, a farm finds through these (Maya's dirmap, HOUDINI_PATHMAP, 3ds Max's asset paths).
    """

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def make_pack(submission: Submission, scene: Path, work: Path, watch: Watch) -> Pack:
    """The submission's pack; `scene` is the snapshot, which is packed under the original's name.

    Of a .blend, and of every library that it links, paths lead to the packed files, and the scene's copy renders a part
    and nothing else (the scene, the view layer, the camera), one copy for each part that differs. What needs no change
    is packed as it lies, as are other applications' scenes. Changed copies lie in `work` as long as the pack is used;
    the same submission gives the same pack, also after a crash. Originals are only read; files that are not there are
    left out. `watch.step` counts bytes of .blend files.
    Raises SceneError, SceneChanged, FarmError, Cancelled.
    """
    project = _project_files(submission)
    layout = Layout(submission.scene.path, [*(file.path for file in submission.files), *project])
    blender = submission.software.name == "Blender"
    blends = Blends(layout, work, watch)
    meter = _Meter(submission, watch)
    place = layout.places[submission.scene.path]
    if blender:
        copies = blends.scenes(scene, str(PurePath(submission.scene.path).parent), place, submission.parts)
    else:
        copies = {place: (scene, [])}
    meter.read(submission.scene)
    packed = {path: source for path, (source, _) in copies.items()}
    for file in submission.files:
        if file.path == submission.scene.path:
            continue
        check_unchanged(file, "The file")
        source = Path(file.path)
        if blender and is_blend(file.path):
            packed[layout.places[file.path]] = blends.library(source, layout.places[file.path])
            meter.read(file)
        else:
            packed[layout.places[file.path]] = source
    packed.update((layout.places[path], Path(path)) for path in project)
    packed |= dict(_caches(packed, list(copies)))
    scenes = {index: path for path, (_, indexes) in copies.items() for index in indexes}
    return Pack(
        files=tuple(_file(path, source) for path, source in sorted(packed.items())),
        scenes=tuple(scenes.get(index, place) for index in range(len(submission.parts))),
        maps=layout.maps,
    )


def _project_files(submission: Submission) -> list[str]:
    """What makes a folder of the pack Maya's project, by which it finds relative paths."""
    if submission.software.name != "Maya":
        return []
    from ..farms.local.maya import project_folder  # the whole local farm comes with it

    folder = project_folder(submission.scene.path)
    return [os.path.join(folder, "workspace.mel")] if folder else []


def _caches(packed: dict[str, Path], scenes: list[str]) -> Iterator[tuple[str, Path]]:
    """Blender finds point caches in a folder that is named after the scene: each further copy has its own."""
    first = _cache_folder(scenes[0])
    for scene in scenes[1:]:
        for path, source in packed.items():
            if path.startswith(first):
                yield _cache_folder(scene) + path[len(first) :], source


def _cache_folder(scene: str) -> str:
    folder, name = posixpath.split(scene)
    return posixpath.join(folder, _CACHES + posixpath.splitext(name)[0]) + "/"


def _file(path: str, source: Path) -> PackedFile:
    try:
        info = os.stat(source)
    except OSError as exc:
        raise FarmError(f"{source} cannot be read: {exc.strerror}.", "Put it back, then press Start.") from exc
    return PackedFile(path, source, info.st_size, info.st_mtime_ns)


class _Meter:
    """Bytes of .blend files that were looked through."""

    def __init__(self, submission: Submission, watch: Watch) -> None:
        blends = [file.size for file in submission.files if is_blend(file.path)]
        self._total = submission.scene.size + sum(blends)
        self._watch = watch
        self._done = 0
        watch.step(0, self._total)

    def read(self, file: FileStamp) -> None:
        self._done += file.size
        self._watch.step(self._done, self._total)
