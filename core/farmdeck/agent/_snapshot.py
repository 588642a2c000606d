"""The copy of the scene that renders, so that saving on does not change the job."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from .._errors import FarmdeckError, FarmError
from ..submission import Submission, check_unchanged


def snapshot_path(submission: Submission, fallback: Path) -> Path:
    """`NAME.farmdeck-ID.ext` beside the scene, or in `fallback` where that folder cannot be written."""
    scene = Path(submission.scene.path)
    name = f"{scene.stem}.farmdeck-{submission.id}{scene.suffix}"
    beside = scene.with_name(name)
    return beside if os.access(scene.parent, os.W_OK) else fallback / submission.id / name


def take_snapshot(submission: Submission, fallback: Path) -> Path:
    """Copy the scene; whole or not at all. Raises SceneChanged, FarmError."""
    scene = Path(submission.scene.path)
    target = snapshot_path(submission, fallback)
    if target.exists():  # whole, since it got its name last: the step after it was not reached
        return target
    check_unchanged(submission.scene, "The scene")
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent == scene.parent:
            shutil.copyfile(scene, part)
        else:
            _copy_elsewhere(scene, part)
        check_unchanged(submission.scene, "The scene")  # it may have been saved while it was copied
        os.replace(part, target)
    except OSError as exc:
        raise FarmError(
            f"The scene cannot be copied to {target}: {exc.strerror}.",
            "Free some space, or check the rights, and retry.",
        ) from exc
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    _link_caches(scene, target)
    return target


def remove_snapshot(snapshot: str) -> None:
    """Remove the copy and what was made with it; harmless when it is gone."""
    if not snapshot or ".farmdeck-" not in Path(snapshot).name:
        return
    path = Path(snapshot)
    with contextlib.suppress(OSError):
        path.unlink()
    caches = _cache_folder(path)
    if caches.is_symlink():
        with contextlib.suppress(OSError):
            caches.unlink()
    if path.parent.parent.name == "snapshots":
        with contextlib.suppress(OSError):
            path.parent.rmdir()


def _copy_elsewhere(scene: Path, target: Path) -> None:
    """A copy in another folder needs its relative paths made absolute."""
    if scene.suffix.lower() != ".blend":
        raise FarmError(
            f"The folder of {scene.name} cannot be written, and its paths cannot be rewritten for another folder.",
            "Save the scene in a folder that you can write, then submit.",
        )
    from ..scenes.blend import rewrite_paths

    try:
        rewrite_paths(str(scene), str(target), str(scene))
    except FarmdeckError as exc:
        raise FarmError(f"{scene.name} cannot be copied out of its folder: {exc.what}", exc.fix) from exc


def _cache_folder(scene: Path) -> Path:
    return scene.with_name(f"blendcache_{scene.stem}")


def _link_caches(scene: Path, target: Path) -> None:
    """Blender finds point caches by the scene's name: give the copy's name a link to them."""
    caches = _cache_folder(scene)
    if scene.suffix.lower() == ".blend" and caches.is_dir() and not _cache_folder(target).exists():
        with contextlib.suppress(OSError):  # a system without links renders without the baked caches' shortcut
            os.symlink(caches, _cache_folder(target), target_is_directory=True)
