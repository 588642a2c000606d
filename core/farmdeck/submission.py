"""What the artist asked for: the immutable `Submission`, made from a `Scene` and a few choices."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import PurePath
from typing import Any

from ._errors import BadInput, SceneChanged
from .documents import read_schema, with_schema
from .frames import format_frames, parse_frames
from .job import JOB_TYPES, Accounting, Part
from .outputs import written_files
from .parts import make_parts
from .scene import Plugin, RenderItem, Scene, Software

SUBMISSION_SCHEMA = "farmdeck.submission/1"
_AGAIN = "Submit it again to render it as it is now."
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
LONGEST_MISSION = 100
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread over a shoulder


class SubmissionState(str, Enum):
    """The durable steps from Submit to the farm; each is entered once the one before is on disk."""

    QUEUED = "queued"
    """Written by the application; the agent has not looked at it."""
    COLLECTED = "collected"
    """The snapshot of the scene is taken and every file was checked."""
    HASHED = "hashed"
    UPLOADED = "uploaded"
    """Everything is where the farm can read it."""
    SUBMITTED = "submitted"
    """The farm has it and said its id."""
    FAILED = "failed"
    """It could not be submitted; the job's message says why. Retry begins again where it stopped."""


@dataclass(frozen=True)
class FileStamp:
    """A file as it was at Submit. `inode` is 0 where the system has none."""

    path: str
    size: int
    mtime_ns: int
    inode: int = 0


@dataclass(frozen=True)
class Submission:
    """What to render, where and how. Never changed once it is submitted."""

    id: str
    name: str
    created: float
    """Seconds since the epoch."""
    owner: str
    farm: str
    """Name of a farm that is set up: `local`, or an account's name."""
    scene: FileStamp = field(metadata={"of": FileStamp})
    software: Software = field(metadata={"of": Software})
    parts: tuple[Part, ...] = field(metadata={"of": Part})
    files: tuple[FileStamp, ...] = field(default=(), metadata={"of": FileStamp})
    """Every other file the scene needs; missing ones, and those that the job itself makes, are left out."""
    env: str = ""
    """A render environment's name; "" leaves the choice to the match at submission."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """By the farm's own option names."""
    priority: int = 50
    hold: bool = False
    """True: the farm takes it and waits for Start."""
    project: str = ""
    notes: str = ""
    plugins: tuple[Plugin, ...] = field(default=(), metadata={"of": Plugin})
    """What the scene needs, for a farm that has to be told."""
    cameras: tuple[str, ...] = ()
    """Every camera of the scene."""
    fps: float = 24.0
    missing: tuple[str, ...] = ()
    """Paths, as written in the scene, of files that were not there at Submit."""
    accounting: Accounting = field(default=Accounting(), metadata={"of": Accounting})

    @property
    def output(self) -> str:
        """The folder that holds every part's frames."""
        folders = [str(PurePath(part.output).parent) for part in self.parts]
        try:
            return os.path.commonpath(folders) if folders else ""
        except ValueError:  # on two drives
            return folders[0]


def new_id() -> str:
    """Eight letters that name a submission; 31**8 of them."""
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in os.urandom(8))  # a name, not a secret


def stamp(path: str) -> FileStamp:
    """The file as it is now. Raises OSError."""
    info = os.stat(path)
    return FileStamp(path, info.st_size, info.st_mtime_ns, info.st_ino)


def check_unchanged(recorded: FileStamp, what: str) -> None:
    """Raises SceneChanged when the file is no longer what was submitted."""
    try:
        now = stamp(recorded.path)
    except OSError as exc:
        raise SceneChanged(f"{what} {recorded.path} cannot be read any more: {exc.strerror}.", _AGAIN) from exc
    same = (now.size, now.mtime_ns) == (recorded.size, recorded.mtime_ns)
    if not same or (recorded.inode and now.inode != recorded.inode):
        raise SceneChanged(f"{what} {recorded.path} changed after Submit.", _AGAIN)


def prepare(
    scene: Scene,
    *,
    farm: str = "local",
    items: Sequence[str] = (),
    cameras: Sequence[str] = (),
    frames: str = "",
    env: str = "",
    options: Mapping[str, Any] | None = None,
    output: str = "",
    name: str = "",
    priority: int = 50,
    hold: bool = False,
    project: str = "",
    notes: str = "",
    accounting: Accounting = Accounting(),  # noqa: B008 - it is frozen
) -> Submission:
    """A submission of the scene's chosen items (all enabled ones when none are named).

    `cameras`: each item renders once through each; none means the item's own. `frames`: fileseq syntax, for every
    item; "" leaves each item its own range. `output`: a folder in the place of the scene's own. Stats every file,
    so it belongs on a worker thread. `accounting`: for reports to an accounting service. Raises BadInput, BadFrames.
    """
    if not scene.file:
        raise BadInput("The scene was never saved.", "Save it, then submit.")
    chosen = choose_items(scene, items)
    through = choose_cameras(scene, cameras)
    wanted = format_frames(parse_frames(frames)) if frames.strip() else ""
    try:
        scene_stamp = stamp(scene.file)
    except OSError as exc:
        raise BadInput(f"{scene.file} cannot be read: {exc.strerror}.", "Save the scene, then submit.") from exc
    parts = make_parts(scene, chosen, through, wanted, output)
    if not parts:
        raise BadInput(f"{chosen[0].name} renders nothing itself.", "Wire a ROP into it, or choose another.")
    made = written_files(part.output for part in parts)
    return Submission(
        id=new_id(),
        name=name or PurePath(scene.file).stem,
        created=time.time(),
        owner=_user(),
        farm=farm,
        scene=scene_stamp,
        software=scene.software,
        parts=parts,
        files=tuple(_stamps(file for asset in scene.assets for file in asset.files if not made(file))),
        env=env,
        options=dict(options or {}),
        priority=priority,
        hold=hold,
        project=project,
        notes=notes,
        plugins=scene.plugins,
        cameras=scene.cameras,
        fps=scene.fps,
        missing=tuple(sorted({asset.path for asset in scene.assets if asset.missing})),
        accounting=checked_accounting(accounting),
    )


def choose_items(scene: Scene, names: Sequence[str]) -> list[RenderItem]:
    """The named items; a view layer's own name is enough where it is unique. Raises BadInput."""
    if not names:
        enabled = [item for item in scene.items if item.enabled]
        if not enabled:
            raise BadInput("Nothing in this scene is set to render.", "Turn on what is to render, or name an item.")
        return enabled
    chosen = []
    for name in names:
        found = [item for item in scene.items if name in (item.name, item.address[-1])]
        exact = [item for item in found if item.name == name] or found
        if not exact:
            known = ", ".join(item.name for item in scene.items) or "none"
            raise BadInput(f'No item is called "{name}".', f"This scene has: {known}.")
        if len(exact) > 1:  # the one that is switched on is meant
            exact = [item for item in exact if item.enabled] if sum(item.enabled for item in exact) == 1 else exact
        if len(exact) > 1:
            raise BadInput(f'"{name}" is in several scenes.', f"Name one of: {', '.join(i.name for i in exact)}.")
        if exact[0] not in chosen:
            chosen.append(exact[0])
    return chosen


def choose_cameras(scene: Scene, names: Sequence[str]) -> tuple[str, ...]:
    """The named cameras, or ("",) for each item's own. Raises BadInput."""
    for name in names:
        if name not in scene.cameras:
            known = ", ".join(scene.cameras) or "none"
            raise BadInput(f'No camera is called "{name}".', f"This scene has: {known}.")
    return tuple(dict.fromkeys(names)) or ("",)


def checked_accounting(given: Accounting) -> Accounting:
    """The same, blanks around it taken off and the GUID in its usual form. Raises BadInput."""
    job_type, mission, guid, email = (
        text.strip() for text in (given.job_type, given.mission_id, given.mission_guid, given.email)
    )
    if job_type and job_type not in JOB_TYPES:
        raise BadInput(f'"{job_type}" is no job type.', f"Use one of: {', '.join(JOB_TYPES)}.")
    if not mission.isprintable() or len(mission) > LONGEST_MISSION:
        raise BadInput("The mission id cannot be used.", f"Give one line of at most {LONGEST_MISSION} characters.")
    if email and not EMAIL.fullmatch(email):
        raise BadInput(f'"{email}" is no e-mail address.', "Write it as name@studio.com.")
    if any(number is not None and not 0 <= number < math.inf for number in (given.credits, given.saas_credits)):
        raise BadInput("Credits cannot be counted like that.", "Give a number from 0 up.")
    return replace(given, job_type=job_type, mission_id=mission, mission_guid=_guid(guid), email=email)


def _guid(text: str) -> str:
    digits = text.strip("{}").replace("-", "").lower()
    if text and not re.fullmatch("[0-9a-f]{32}", digits):
        raise BadInput(f'"{text}" is no GUID.', "Write it as 0f8fad5b-d9cb-469f-a165-70867728950e.")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if text else ""


def submission_document(submission: Submission) -> dict[str, Any]:
    """The JSON that is stored, shown, diffed and sent again."""
    return with_schema(SUBMISSION_SCHEMA, submission)


def submission_from_document(doc: Any) -> Submission:
    """Raises BadDocument."""
    return read_schema(SUBMISSION_SCHEMA, Submission, doc)


def _stamps(files: Iterable[str]) -> Iterable[FileStamp]:
    for file in sorted(set(files)):
        try:
            yield stamp(file)
        except OSError:
            continue  # a missing file is a Problem of the scene, not of the record


def _user() -> str:
    import getpass  # on first use only: this module is imported inside hosts

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without a name, as in containers
        return str(os.getuid()) if hasattr(os, "getuid") else "user"
