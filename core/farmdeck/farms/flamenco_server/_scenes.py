"""The file that renders each part: these servers choose no view layer and no camera, so each part has its own scene.

Until February 2015 workers open it in the project's folder: copies lie beside the snapshot there. Later it travels to
them in a zip with all that it needs.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from ...farm import Watch
from ...packing import Pack, make_pack
from ...scenes.blend import OUTPUTS, Patch, open_to_change, part_patches, path_patches, write_patched
from ...submission import Submission
from .connection import PART, writing

PIECE = 8 << 20


def beside(submission: Submission, scene: Path, folder: str, watch: Watch) -> tuple[list[Path], list[Path]]:
    """For each part the scene in the project's `folder` that renders it, the snapshot or a changed copy beside it; and
    all that was made for that.

    Absolute paths into the folder become relative ones, since another system calls it otherwise. Made again, a copy
    is the same. Raises SceneError, Cancelled.
    """
    with open_to_change(str(scene)) as blend:
        paths = path_patches(blend, lambda path: _relative(path, folder, scene.parent), OUTPUTS)
        wanted = [tuple(sorted(part_patches(blend, part.address, part.camera))) for part in submission.parts]
    found: dict[tuple[Patch, ...], Path] = {}
    made = []
    for index, patches in enumerate(wanted):
        watch.check()
        changes = [*paths, *patches]
        if patches not in found and changes:
            copy = scene.with_name(f"{scene.stem}.part{index + 1}{scene.suffix}")
            write_patched(str(scene), str(copy), changes)
            made += [copy, *_link_caches(scene, copy)]
            found[patches] = copy
    return [found.get(patches, scene) for patches in wanted], made


def _link_caches(scene: Path, copy: Path) -> Iterator[Path]:
    """Blender finds point caches by the scene's name: the copy's name gets a link to them, where links can be made."""
    caches, link = (one.with_name(f"blendcache_{one.stem}") for one in (scene, copy))
    if caches.is_dir():
        with suppress(OSError):
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(caches.resolve(), link.parent), target_is_directory=True)
            yield link


def _relative(path: str, folder: str, home: Path) -> str | None:
    """A path of the scene that is written absolute and lies in the project, from the scene's own folder."""
    if path.startswith("//") or not os.path.isabs(path) or not PurePath(path).is_relative_to(folder):
        return None
    return "//" + os.path.relpath(path, home).replace(os.sep, "/") + ("/" if path.endswith(("/", os.sep)) else "")


def packed(submission: Submission, scene: Path, target: Path, watch: Watch) -> tuple[str, ...]:
    """Make the zip of a submission, whole or not at all; the place of each part's scene in it.

    One that is there already is not made again. `watch.step` counts bytes.
    Raises SceneError, SceneChanged, FarmError, Cancelled.
    """
    if not target.exists():
        work = target.with_suffix("")
        pack = make_pack(submission, scene, work, _Quiet(watch))
        part = target.with_name(target.name + PART)
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(pack, part, watch)
            os.replace(part, target)
        shutil.rmtree(work, ignore_errors=True)
    with writing(target), zipfile.ZipFile(target) as made:
        return tuple(json.loads(made.comment))


def attachment(places: Iterable[str], folders: Sequence[str], target: Path) -> None:
    """Make a zip of the scenes at these places in the project, whole or not at all. Raises FarmError."""
    part = target.with_name(target.name + PART)
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as zipped:
            for place in sorted(set(places)):
                found = (os.path.join(folder, place) for folder in folders)
                zipped.write(next(filter(os.path.isfile, found), os.path.join(folders[0], place)), place)
        os.replace(part, target)


def _write(pack: Pack, target: Path, watch: Watch) -> None:
    """Not compressed: pictures and .blend files are already."""
    done = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as zipped:
        for file in pack.files:
            info = zipfile.ZipInfo.from_file(file.source, file.path, strict_timestamps=False)
            with open(file.source, "rb") as reads, zipped.open(info, "w", force_zip64=file.size > 1 << 31) as writes:
                for piece in _pieces(reads.fileno()):
                    watch.step(min(done, pack.size), pack.size)
                    writes.write(piece)
                    done += len(piece)
        zipped.comment = json.dumps(pack.scenes).encode("ascii")
    watch.step(pack.size, pack.size)


def _pieces(file: int) -> Iterator[bytes]:
    while piece := os.read(file, PIECE):
        yield piece


class _Quiet(Watch):
    """For packing, whose own progress would go to the end before the zip is begun."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._other = watch

    def check(self) -> None:
        self._other.check()
