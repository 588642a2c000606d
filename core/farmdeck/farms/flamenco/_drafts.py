"""The jobs that a submission becomes, before they are sent.

The Manager's own Blender type has one scene, one output and one frame range, so each part is a job; a type with a
setting `parts`, such as our `farmdeck-render`, takes all parts as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..._errors import BadInput
from ...frames import parse_frames
from ...job import Part
from ...outputs import file_name as safe_name
from ...packing import blend_facts
from ...submission import Submission
from ..local.maya import project_folder
from ._files import Laid, stem
from ._pictures import RENDERS, bare, storage_pattern
from ._places import JOBS, Places, joined, platform
from ._tasks import ALL, COUNT, PART, SUBMISSION
from .job_types import OPTION, JobType, settings
from .models import SubmittedJob
from .subject import Subject

BLENDER_TYPE = "simple-blender-render"
OWN_TYPE = "farmdeck-render"
BY_APPLICATION = {"Blender": BLENDER_TYPE, "Maya": OWN_TYPE, "Houdini": OWN_TYPE, "3ds Max": OWN_TYPE}
_OUTPUTS = joined(JOBS, RENDERS)


@dataclass(frozen=True)
class Draft:
    """One job to be sent; where its scene lies is still to be said."""

    key: str
    """The index of its part, or `all`."""
    name: str
    subject: Subject


def type_name(submission: Submission, values: Mapping[str, Any]) -> str:
    """The job type that was chosen, or the application's. Raises BadInput for an application without one."""
    name = str(values.get(OPTION, "")) or BY_APPLICATION.get(submission.software.name, "")
    if not name:
        raise BadInput(f"Farmdeck knows no job type for {submission.software.name}.", "Choose a job type.")
    return name


def needs_scripts(job_type: JobType) -> bool:
    """Do the workers run scripts that travel with the job?"""
    return any(setting.key == "scripts" for setting in job_type.settings)


def keys(submission: Submission, job_type: JobType) -> list[str]:
    """The jobs that it becomes, by what they render."""
    if any(setting.key == "parts" for setting in job_type.settings):
        return [ALL]
    return [str(index) for index in range(len(submission.parts))]


def draft(submission: Submission, scene: Path, key: str, places: Places) -> Draft:
    """One of the jobs. Raises BadInput, SceneError."""
    several = key != ALL and len(submission.parts) > 1
    name = f"{submission.name} · {submission.parts[int(key)].name}" if several else submission.name
    subject = Subject(
        name=f"{stem(submission)}-{safe_name(submission.parts[int(key)].name)}" if several else stem(submission),
        software=submission.software.name,
        scene_file="",
        original=submission.scene.path,
        output_root=_OUTPUTS,
        fps=submission.fps,
    )
    if key == ALL:
        root = joined(_OUTPUTS, stem(submission))
        project = places.sent(_project(submission)) or ""
        parts = _all_parts(submission, places)
        return Draft(key, name, replace(subject, output_root=root, parts=parts, project=project))
    return Draft(key, name, _of_part(subject, submission, int(key), scene, places))


def _all_parts(submission: Submission, places: Places) -> tuple[Part, ...]:
    """Every part with its output as the workers see it."""
    root = joined(_OUTPUTS, stem(submission))
    outputs = [
        places.sent(part.output) or storage_pattern(root, index, part) for index, part in enumerate(submission.parts)
    ]
    return tuple(replace(part, output=output) for part, output in zip(submission.parts, outputs))


def _of_part(subject: Subject, submission: Submission, index: int, scene: Path, places: Places) -> Subject:
    part = submission.parts[index]
    subject = replace(
        subject,
        frames=parse_frames(part.frames),
        output=places.sent(bare(part.output)) or "",
        camera=part.camera,
        width=part.width,
        height=part.height,
    )
    if submission.software.name != "Blender":
        return subject
    facts = blend_facts(scene, part)
    return replace(
        subject,
        scene=facts.scene,
        format=facts.format,
        extension=facts.extension,
        has_previews=facts.has_previews,
        fps=facts.fps,
        frame_start=facts.frame_start,
        frame_end=facts.frame_end,
        frame_step=facts.frame_step,
        camera=facts.camera,
        width=facts.width,
        height=facts.height,
    )


def submitted(
    draft: Draft, submission: Submission, job_type: JobType, values: Mapping[str, Any], laid: Laid, tag: str
) -> SubmittedJob:
    """As it is sent. Raises BadInput."""
    metadata = {
        SUBMISSION: submission.id,
        PART: draft.key,
        COUNT: str(len(keys(submission, job_type))),
        "project": submission.project,
        "user.name": submission.owner,
    }
    return SubmittedJob(
        name=draft.name,
        type=job_type.name,
        priority=submission.priority,
        platform=platform(),
        etag=job_type.etag,
        settings=settings(job_type, values, _with_files(draft, submission, laid)),
        metadata={name: text for name, text in metadata.items() if text},
        checkout=laid.checkout,
        tag=tag,
        paused=submission.hold,
    )


def without_video(job: SubmittedJob) -> SubmittedJob:
    """The Manager's own type makes no video where it knows no frame rate (simple_blender_render.js)."""
    if job.type != BLENDER_TYPE:
        return job
    return replace(job, settings={key: value for key, value in job.settings.items() if key != "fps"})


def unlaid(submission: Submission) -> Laid:
    """In the place of where the files will be, for a job that is only checked."""
    scene = joined(JOBS, Path(submission.scene.path).name)
    return Laid((scene,) * len(submission.parts), scripts=JOBS)


def _with_files(draft: Draft, submission: Submission, laid: Laid) -> Subject:
    if draft.key != ALL:
        return replace(draft.subject, scene_file=laid.scenes[int(draft.key)])
    return replace(
        draft.subject,
        scene_file=laid.scenes[0],
        scripts=laid.scripts,
        project=laid.find(_project(submission)) if laid.root else draft.subject.project,
        files_root=laid.root,
        path_maps=laid.maps,
    )


def _project(submission: Submission) -> str:
    """Maya's project folder; "" for none."""
    return project_folder(submission.scene.path) if submission.software.name == "Maya" else ""
