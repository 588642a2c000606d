"""What is wrong with a scene, or with what is about to be submitted: every problem at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

from ._errors import BadFrames
from .frames import format_frames, parse_frames
from .scene import Asset, Problem, RenderItem, Scene, Severity
from .submission import Submission


def scene_problems(scene: Scene) -> list[Problem]:
    """The reader's own findings, then what every host's scene is checked for."""
    found = [*scene.problems]
    found.extend(problem for rule in (_unsaved, _missing_files) for problem in rule(scene))
    return list(dict.fromkeys(found))


def submission_problems(scene: Scene, items: Sequence[RenderItem], frames: str) -> list[Problem]:
    """Everything that speaks against, or goes with, submitting these items of the scene."""
    others = _names(scene.items) - _names(items)
    rops = {item.name: item in items for item in scene.items if item.kind == "rop"}
    found = [problem for problem in scene_problems(scene) if _concerns(problem, others, rops)]
    if not items:
        found.append(Problem(Severity.ERROR, "Nothing is chosen to render. Check at least one item.", "", "choose"))
    found.extend(_frames(frames))
    return found


def _concerns(problem: Problem, others: set[str], rops: Mapping[str, bool]) -> bool:
    """Is it about what is chosen? `rops`: is each one? A missing cache concerns everybody but the ROP that makes it."""
    if problem.fix == "find" and problem.subject in rops:
        return not rops[problem.subject]
    return problem.subject not in others


def _names(items: Iterable[RenderItem]) -> set[str]:
    """What a problem about these items may call them: the item, or the first part of its address (Blender's scene)."""
    return {name for item in items for name in (item.name, *item.address[:1])}


def output_problems(submission: Submission) -> list[Problem]:
    """Two parts that write over each other."""
    counts = Counter(part.output for part in submission.parts)
    return [
        Problem(
            Severity.ERROR, f"{part.name} writes over another part: both go to {PurePath(part.output).name}.", part.name
        )
        for part in submission.parts
        if counts[part.output] > 1
    ]


def _unsaved(scene: Scene) -> Iterator[Problem]:
    if not scene.file:
        yield Problem(Severity.ERROR, "The scene was never saved. Save it to submit it.", "", "save_as")
    elif scene.unsaved:
        message = "Unsaved changes: the farm would render the scene as it was last saved."
        yield Problem(Severity.WARNING, message, PurePath(scene.file).name, "save")


def _missing_files(scene: Scene) -> Iterator[Problem]:
    """Missing files that whoever read the scene has not already reported."""
    reported = {problem.subject for problem in scene.problems if problem.fix == "find"}
    for asset in scene.assets:
        if asset.missing and not asset.optional and asset.owner not in reported:
            yield Problem(Severity.ERROR, missing_message(asset), asset.owner, "find")


def missing_message(asset: Asset) -> str:
    """`hull.png is missing.`, or how many of the tiles or frames are."""
    gone = [file for file in asset.files if not os.path.exists(file)]
    name = PurePath(asset.path.replace("\\", "/")).name or asset.path
    if len(asset.files) <= 1 or not gone:
        return f"{name} is missing. Find it, or point to another file."
    return f"{len(gone)} of {len(asset.files)} files of {name} are missing. Find them, or point to another folder."


def _frames(text: str) -> Iterator[Problem]:
    if not text.strip():
        return
    try:
        frames = parse_frames(text)
    except BadFrames as exc:
        yield Problem(Severity.ERROR, str(exc), "Frames", "frames")
        return
    if len(frames) > 1 and format_frames(frames) != text.replace(" ", ""):
        yield Problem(Severity.NOTE, f"{text} is {len(frames)} frames: {format_frames(frames)}.", "Frames")
