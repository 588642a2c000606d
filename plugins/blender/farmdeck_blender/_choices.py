# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist chose, as plain values, and the submission that is made of them on the worker thread."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ._core import (
    BadInput,
    FarmInfo,
    Match,
    Problem,
    RenderEnv,
    RenderItem,
    Scene,
    Severity,
    Submission,
    choose_cameras,
    choose_items,
    format_frames,
    from_plain,
    make_parts,
    match_environments,
    parse_frames,
    prepare,
    submission_problems,
)


@dataclass(frozen=True)
class Choices:
    """One look at the panel: what Submit would send."""

    items: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    """Empty: each item's own."""
    frames_mode: str = "SCENE"
    """`SCENE`, `THREE` or `CUSTOM`."""
    frames: str = ""
    farm: str = "local"
    environment: str = ""
    output: str = ""
    """An absolute folder in the place of the scene's own; "" for none."""
    options: tuple[tuple[str, str], ...] = ()
    priority: int = 50
    hold: bool = False

    @property
    def custom_frames(self) -> str:
        """The text that was typed, when it counts."""
        return self.frames.strip() if self.frames_mode == "CUSTOM" else ""


@dataclass(frozen=True)
class Check:
    """What the panel shows about the choices; made on the worker thread."""

    problems: tuple[Problem, ...] = ()
    total: int = 0
    """Frames over all parts."""
    parts: int = 0
    counts: tuple[tuple[str, int], ...] = ()
    """Frames of each item as it would be rendered."""
    frames_text: str = ""
    """The frames in words: `1001-1060`."""
    output: str = ""
    """The folder that holds every part's frames."""
    matches: tuple[Match, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What holds Submit back."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def make_submission(scene: Scene, choices: Choices) -> Submission:
    """Raises BadInput, BadFrames. Stats every file: for the worker thread."""
    if not choices.items:
        raise BadInput("Nothing is chosen to render.", "Check at least one view layer.")
    if choices.frames_mode == "CUSTOM" and not choices.custom_frames:
        raise BadInput("No frames are given.", "Type a range such as 1-10 or 1-10x2.")
    submission = prepare(
        scene,
        farm=choices.farm,
        items=choices.items,
        cameras=choices.cameras,
        frames=choices.custom_frames,
        env=choices.environment,
        options=dict(choices.options),
        output=choices.output,
        priority=choices.priority,
        hold=choices.hold,
    )
    if choices.frames_mode == "THREE":
        parts = tuple(replace(part, frames=three_frames(part.frames)) for part in submission.parts)
        submission = replace(submission, parts=parts)
    return submission


def three_frames(frames: str) -> str:
    """First, middle and last of a range: enough to see whether it renders at all."""
    numbers = parse_frames(frames)
    return format_frames({numbers[0], numbers[(len(numbers) - 1) // 2], numbers[-1]})


def check(scene: Scene, choices: Choices, farm: FarmInfo | None) -> Check:
    """Everything the panel says about these choices; never raises for what an artist can do."""
    items = _chosen(scene, choices.items)
    typed = choices.custom_frames
    problems = submission_problems(scene, items, typed)
    if choices.frames_mode == "CUSTOM" and not typed:
        problems.append(Problem(Severity.ERROR, "No frames are given. Type a range such as 1-10.", "Frames", "frames"))
    if farm is not None and farm.problem:
        problems.append(Problem(Severity.WARNING, farm.problem, farm.label))
    counts, text = _counts(scene, choices)
    try:
        cameras = choose_cameras(scene, choices.cameras)
    except BadInput as exc:
        problems.append(Problem(Severity.ERROR, str(exc), "Camera"))
        cameras = ("",)
    parts = make_parts(scene, items, cameras, "1", choices.output) if scene.file else ()
    chosen = set(choices.items)
    return Check(
        problems=_by_severity(problems),
        total=sum(count for name, count in counts if name in chosen) * len(cameras),
        parts=len(parts),
        counts=counts,
        frames_text=text,
        output=_folder([part.output for part in parts]),
        matches=tuple(match_environments(scene, environments(farm))),
    )


def _folder(outputs: Sequence[str]) -> str:
    """The folder that holds them all; that of the first where two drives have none in common."""
    folders = [os.path.dirname(output) for output in outputs]
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:
        return folders[0]


def environments(farm: FarmInfo | None) -> list[RenderEnv]:
    """What the farm can render with."""
    if farm is None:
        return []
    return [from_plain(RenderEnv, doc) for doc in farm.document.get("environments", ())]


def _chosen(scene: Scene, names: Sequence[str]) -> list[RenderItem]:
    known = [name for name in names if scene.item(name) is not None]
    return choose_items(scene, known) if known else []


def _counts(scene: Scene, choices: Choices) -> tuple[tuple[tuple[str, int], ...], str]:
    """Frames of every item, and the frames of the first chosen one as text; 0 for frames that cannot be read."""
    texts = {item.name: _frames_of(item, choices) for item in scene.items}
    lengths = {text: _length(text) for text in set(texts.values())}
    shown = texts.get(choices.items[0], "") if choices.items else ""
    return tuple((name, lengths[text]) for name, text in texts.items()), shown


def _frames_of(item: RenderItem, choices: Choices) -> str:
    if choices.frames_mode == "CUSTOM":
        return choices.custom_frames
    return three_frames(item.frames) if choices.frames_mode == "THREE" else item.frames


def _length(text: str) -> int:
    try:
        return len(parse_frames(text))
    except BadInput:
        return 0


def _by_severity(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: order.index(problem.severity)))
