"""What the artist has chosen so far, and what it comes to. No Qt: it is checked on a worker thread."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from farmdeck import FarmdeckError, Part, Problem, RenderItem, Scene, Severity, Submission, prepare
from farmdeck._errors import BadDocument, BadFrames, BadInput
from farmdeck.documents import read_schema, with_schema
from farmdeck.frames import format_frames, parse_frames
from farmdeck.preflight import output_problems, submission_problems


@dataclass(frozen=True)
class Choices:
    """The form, as values."""

    farm: str = "local"
    items: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    """() is each item's own."""
    frames: str = ""
    """"" is each item's own."""
    env: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    """A folder in the place of the scene's own."""
    priority: int = 50
    hold: bool = False
    project: str = ""
    notes: str = ""

    def prepare(self, scene: Scene) -> Submission:
        """The submission that this is. Stats files; raises BadInput, BadFrames."""
        if not self.items:
            raise BadInput("Nothing is chosen to render.", "Check at least one item.")
        return prepare(
            scene,
            farm=self.farm,
            items=self.items,
            cameras=self.cameras,
            frames=self.frames,
            env=self.env,
            options=self.options,
            output=self.output,
            priority=self.priority,
            hold=self.hold,
            project=self.project,
            notes=self.notes,
        )


CHOICES_SCHEMA = "farmdeck.choices/1"


def choices_text(choices: Choices) -> str:
    """What is kept with the scene: what the artist meant, without this machine's paths."""
    doc = with_schema(CHOICES_SCHEMA, choices)
    del doc["output"]
    return json.dumps(doc, ensure_ascii=True)


def choices_from_text(text: str) -> Choices:
    """What `choices_text` wrote. Raises BadDocument for anything else, such as what a newer Farmdeck kept."""
    try:
        doc = json.loads(text)
    except ValueError:
        raise BadDocument(
            "The choices kept with this scene cannot be read.", "Choose anew; saving keeps them."
        ) from None
    return read_schema(CHOICES_SCHEMA, Choices, doc)


@dataclass(frozen=True)
class Outcome:
    """What the choices come to: everything the form shows but does not ask."""

    problems: tuple[Problem, ...] = ()
    parts: tuple[Part, ...] = ()
    frames: int = 0
    """Pictures in all parts together."""
    span: str = ""
    """The frames of the whole job, shortest form."""
    frames_summary: str = ""
    """`148 frames · step 1`, of the longest part."""
    frames_error: str = ""
    """Why the frames that were typed are none."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What holds Submit back."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def weigh(scene: Scene, choices: Choices) -> Outcome:
    """Every problem at once, and the parts if there are any. Looks at files: for a worker thread."""
    chosen = chosen_items(scene, choices.items)
    problems = submission_problems(scene, chosen, choices.frames)
    parts: tuple[Part, ...] = ()
    try:
        submission = choices.prepare(replace(scene, assets=()))
        parts = submission.parts
        problems += output_problems(submission)
    except BadFrames:
        pass  # the preflight has said it
    except FarmdeckError as exc:
        if scene.file and chosen:
            problems.append(Problem(Severity.ERROR, str(exc)))
    every = [parse_frames(part.frames) for part in parts]
    return Outcome(
        problems=tuple(dict.fromkeys(sorted(problems, key=lambda problem: list(Severity).index(problem.severity)))),
        parts=parts,
        frames=sum(len(frames) for frames in every),
        span=format_frames({frame for frames in every for frame in frames}),
        frames_summary=_summary(max(every, key=len, default=())),
        frames_error=frames_error(choices.frames),
    )


def _summary(frames: Sequence[int]) -> str:
    if not frames:
        return "no frames"
    steps = {later - earlier for earlier, later in zip(frames, frames[1:])}
    said = f"{len(frames):,} frame{'s' if len(frames) != 1 else ''}"
    return f"{said} · step {steps.pop()}" if len(steps) == 1 else said


def submit(scene: Scene, choices: Choices) -> Submission:
    """Weigh it once more, then make it: what has gone missing since is said now, not by the farm."""
    errors = weigh(scene, choices).errors
    if errors:
        more = " So does 1 more error." if len(errors) == 2 else f" So do {len(errors) - 1} more errors."
        raise BadInput(errors[0].message, f"It holds Submit back.{more if len(errors) > 1 else ''}")
    return choices.prepare(scene)


def chosen_items(scene: Scene, names: Sequence[str]) -> list[RenderItem]:
    """The items of those exact names, in the scene's order."""
    wanted = set(names)
    return [item for item in scene.items if item.name in wanted]


def frames_error(text: str) -> str:
    """The sentence that says what is wrong with a typed range; "" when nothing is, or when nothing is typed."""
    if not text.strip():
        return ""
    try:
        parse_frames(text)
    except BadFrames as exc:
        return str(exc)
    return ""


def all_frames(items: Sequence[RenderItem]) -> list[int]:
    """Every frame that any of the items renders; an item whose range cannot be read has none."""
    found: set[int] = set()
    for item in items:
        try:
            found.update(parse_frames(item.frames))
        except BadFrames:
            continue
    return sorted(found)


def first_mid_last(items: Sequence[RenderItem]) -> str:
    """Three frames that show whether it works."""
    frames = all_frames(items)
    return format_frames({frames[0], frames[len(frames) // 2], frames[-1]}) if frames else ""


def every_nth(items: Sequence[RenderItem], step: int) -> str:
    """Each `step`th frame, from the first."""
    return format_frames(all_frames(items)[::step])


def missing_on_disk(parts: Sequence[Part]) -> str:
    """The frames that any part has not on disk yet. Stats every picture: for a worker thread."""
    missing: set[int] = set()
    for part in parts:
        missing.update(frame for frame in parse_frames(part.frames) if not os.path.exists(picture(part.output, frame)))
    return format_frames(missing)


def picture(pattern: str, frame: int) -> str:
    """The file of one frame: the last run of `#` is the number, at least as wide."""
    head, _, tail = pattern.rpartition("#")
    start = head.rstrip("#")
    width = len(head) - len(start) + 1
    return f"{start}{frame:0{width}d}{tail}" if "#" in pattern else pattern


def find_missing(scene: Scene, choices: Choices) -> str:
    """`missing_on_disk` of what these choices render when every item keeps its own range."""
    return missing_on_disk(replace(choices, frames="").prepare(replace(scene, assets=())).parts)
