"""Finished pictures: in the project's folder where that is mounted here, or out of the zip that later servers give."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePath, PurePosixPath

from ..._errors import FarmError
from ...farm import Output, Watch
from ...job import Frame, FrameState
from ._records import Record
from ._states import Held
from .client import Client
from .connection import writing

_NUMBER = re.compile(r"-?\d+", re.ASCII)
"""The workers' pattern is #####, so a picture is its number and an ending."""


def outputs(root: Path, found: Sequence[Held], record: Record | None) -> list[Output]:
    """The picture of each frame that is done, as the part's pattern calls it, with the ending that it has.

    `root` has a folder for each of the server's jobs.
    """
    listed: dict[int, dict[int, Path]] = {}
    made = []
    for each in found:
        job = each.known.piece.job.id
        if job not in listed:
            listed[job] = _pictures(root / str(job))
        file = listed[job].get(each.frame.number)
        if each.frame.state is FrameState.DONE and file is not None:
            with suppress(FileNotFoundError):  # deleted just now
                made.append(_output(file, job, each.frame, record))
    return made


def _output(file: Path, job: int, frame: Frame, record: Record | None) -> Output:
    info = file.stat()
    path = _named(record, frame.part, frame.number, file)
    return Output(f"{job}/{file.name}", frame.part, path, info.st_size, info.st_mtime, frame.number)


def _pictures(folder: Path) -> dict[int, Path]:
    """By frame; of several for one frame, the last by name."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return {}
    return {int(Path(name).stem): folder / name for name in names if _NUMBER.fullmatch(Path(name).stem)}


def _named(record: Record | None, part: int, number: int, file: Path) -> str:
    """`beauty.0001.png` for `…/beauty.####.exr`, frame 1 and `00001.png`."""
    if record is None or part >= len(record.outputs):
        return file.name
    pattern = PurePath(record.outputs[part]).name
    hashes = re.findall(r"#+", pattern)
    if not hashes:
        return file.name
    width = len(hashes[-1]) + (number < 0)
    head, _, tail = pattern.rpartition(hashes[-1])
    tail = tail.removesuffix(PurePath(f"x{tail}").suffix)
    return f"{head}{number:0{width}d}{tail}{file.suffix}"


class Zipped:
    """Pictures of servers that give them as one zip of the whole job, kept here until they are fetched.

    A whole zip for each frame that gets ready would be ever the same pictures again: it is asked for when a job has
    come to rest, and before that when twice as many are ready as the last time.
    """

    def __init__(self, client: Client, root: Path) -> None:
        self._client = client
        self.root = root
        self._had: dict[int, int] = {}
        """By job: how many frames were in it when its zip was asked for."""

    def refresh(self, found: Iterable[Held], at_rest: bool, watch: Watch) -> None:
        """Bring what is new here. Raises FarmError."""
        ready: dict[int, int] = {}
        for each in found:  # a task's pictures come when all of it is done
            job = each.known.piece.job.id
            ready[job] = ready.get(job, 0) + (each.task is not None and each.task.done)
        for job, count in ready.items():
            had = self._had.get(job, 0)
            if count != had and (at_rest or count >= 2 * had):
                self._bring(job, watch)
                self._had[job] = count

    def forget(self, jobs: Iterable[int]) -> None:
        """They are fetched, or not wanted any more."""
        for job in jobs:
            self._had.pop(job, None)
            shutil.rmtree(self.root / str(job), ignore_errors=True)

    def _bring(self, job: int, watch: Watch) -> None:
        zipped = self.root / f"{job}.zip"
        self._client.pictures(job, zipped, watch)
        try:
            with writing(zipped), zipfile.ZipFile(zipped) as opened:
                for info in opened.infolist():
                    watch.check()
                    _extract(opened, info, self.root / str(job))
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as exc:  # what zipfile says of a strange one
            raise FarmError(f"The server's pictures of job {job} are no zip that can be read.", "Try again.") from exc
        finally:
            zipped.unlink(missing_ok=True)


def _extract(opened: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> None:
    """One picture, by its bare name, with its time; anything that is no picture of a frame stays out."""
    name = PurePosixPath(info.filename.replace("\\", "/")).name
    if info.is_dir() or not _NUMBER.fullmatch(PurePosixPath(name).stem) or "\0" in name or ":" in name:
        return
    target = folder / name
    if target.is_file() and target.stat().st_size == info.file_size and int(target.stat().st_mtime) == _time(info):
        return
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{name}.part")
    with opened.open(info) as reads, open(part, "wb") as writes:
        shutil.copyfileobj(reads, writes)
    os.utime(part, (_time(info), _time(info)))
    os.replace(part, target)


def _time(info: zipfile.ZipInfo) -> int:
    """Zips keep local time without a zone, in steps of two seconds."""
    try:
        return int(time.mktime((*info.date_time, 0, 0, -1)))
    except (ValueError, OverflowError):
        return 0
