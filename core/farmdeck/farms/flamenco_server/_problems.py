"""What a server has against a submission, before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..._errors import BadInput
from ...scene import Problem, Severity
from ...submission import Submission
from ._places import SYSTEM, below_project, candidates, checked_place, pictures_folder
from ._plan import THERE, format_of, frames_of, stretches
from ._sending import chosen_managers
from .dialects import Dialect
from .models import Manager, Project

_NAMED = 3
"""Files that a message names."""


def problems(
    submission: Submission,
    dialect: Dialect,
    options: Mapping[str, Any],
    project: Project,
    managers: Sequence[Manager],
) -> Iterator[Problem]:
    """Errors keep it from being sent. Raises BadInput for a choice that cannot be."""
    if submission.software.name != "Blender":
        yield _error(f"This farm renders Blender scenes only, no {submission.software.name}.", "Submission")
        return
    stretches(frames_of(submission), str(options.get("job_type", "")))
    chosen_managers(managers, options["managers"])
    for part in submission.parts:
        format_of(options["format"], part.output)
    if dialect.zipped:
        checked_place(Path(submission.scene.path).name)
    elif options[THERE]:
        yield from _as_it_lies(submission, options[THERE])
    else:
        yield from _in_place(submission, project)
    if not dialect.zipped:
        yield from _pictures(project)


def _as_it_lies(submission: Submission, there: str) -> Iterator[Problem]:
    """A scene at the server cannot be changed for a part."""
    checked_place(there)
    if len(submission.parts) > 1:
        message = f"{there} is rendered as it lies at the server, with one layer and camera: choose one item to render."
        yield _error(message, there)


def _in_place(submission: Submission, project: Project) -> Iterator[Problem]:
    """Scene and files have to be where the workers see them."""
    try:
        below_project(project, Path(submission.scene.path))
    except BadInput as exc:
        yield _error(str(exc), submission.scene.path)
        return
    if not os.access(Path(submission.scene.path).parent, os.W_OK):
        yield _error("The scene's folder cannot be written, so no copy that renders fits beside it.", "Scene")
    folder = candidates(project.paths)[0]
    outside = [file.path for file in submission.files if not Path(file.path).is_relative_to(folder)]
    if outside:
        named = ", ".join(outside[:_NAMED]) + (", …" if len(outside) > _NAMED else "")
        message = f"{len(outside)} files are not in the project {project.name}, so workers may not find them: {named}"
        yield Problem(Severity.WARNING, message, "Files")


def _pictures(project: Project) -> Iterator[Problem]:
    if pictures_folder(project) is None:
        place = project.renders.get(SYSTEM) or f"its render_path_{SYSTEM} is empty"
        message = f"The pictures' folder of the project is not here ({place}). Mount it, or they cannot be fetched."
        yield Problem(Severity.WARNING, message, "Submission")


def _error(message: str, node: str) -> Problem:
    return Problem(Severity.ERROR, message, node)
