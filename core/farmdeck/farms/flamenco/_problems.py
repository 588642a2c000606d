"""What a Manager would have against a submission, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..._errors import BadInput, FarmError, FarmUnreachable, SceneError
from ...scene import Problem, Severity
from ...submission import Submission
from ._drafts import BLENDER_TYPE, OWN_TYPE
from ._sending import TAG, VIDEO, Sender
from ._site import VIDEOS, Site
from .client import Client
from .workers import Worker, WorkerSummary

PAUSES = (3, 6)
"""The first version that can hold a job."""
RUNS = (3, 3)
"""The first version whose workers have the command `exec` (CHANGELOG of Flamenco)."""
_KINDS = {"Maya": "maya", "Houdini": "houdini", "3ds Max": "3dsmax"}
"""The types of the tasks that our own job type makes (resources/flamenco)."""
_WORKING = ("awake", "starting", "testing")


def problems(submission: Submission, client: Client, site: Site, sender: Sender) -> list[Problem]:
    """Errors first; the Manager is asked. Raises FarmUnreachable."""
    site.manager(fresh=True)
    for ask in (sender.check, lambda given: sender.decide(given, Path(given.scene.path))):
        try:
            ask(submission)
        except FarmUnreachable:
            raise
        except (BadInput, FarmError, SceneError) as exc:
            return [Problem(Severity.ERROR, str(exc), submission.farm)]
    found = [*_age(submission, site, sender), *_pictures(submission, site), *_workers(submission, client, sender)]
    return [*found, *_video(submission, site, sender)]


def _age(submission: Submission, site: Site, sender: Sender) -> Iterator[Problem]:
    """What the Manager is too old for."""
    version = site.manager().version
    if sender.job_type(submission).name == OWN_TYPE and not version.at_least(*RUNS):
        message = (
            f"The Manager is older than 3.3: its workers cannot run what {OWN_TYPE} asks of them. Update Flamenco."
        )
        yield Problem(Severity.ERROR, message, submission.farm)
    if submission.hold and not version.at_least(*PAUSES):
        message = (
            "The Manager is older than 3.6 and knows no pause: the job would start at once. Submit it without hold."
        )
        yield Problem(Severity.ERROR, message, submission.farm)


def _pictures(submission: Submission, site: Site) -> Iterator[Problem]:
    """The parts whose pictures go to a storage that this machine does not see."""
    places = site.places()
    away = [part.name for part in submission.parts if places.sent(part.output) is None]
    if away and not places.mounted:
        message = (
            f"The workers cannot write where {', '.join(away)} belongs, and the shared storage {places.storage}, where "
            "the pictures go instead, is not mounted here: they cannot be fetched. Mount it, or say where it is in the "
            "farm's setting `storage`."
        )
        yield Problem(Severity.WARNING, message, submission.farm)


def _workers(submission: Submission, client: Client, sender: Sender) -> Iterator[Problem]:
    tag = str(sender.values(submission).get(TAG, ""))
    kind = _KINDS.get(submission.software.name, "") if sender.job_type(submission).name == OWN_TYPE else ""
    fitting: Sequence[WorkerSummary] = client.workers()
    if tag or kind:
        fitting = [worker for worker in map(client.worker, (one.id for one in fitting)) if _fits(worker, tag, kind)]
    named = f" with the tag {tag}" * bool(tag) + f" for tasks of the type {kind}" * bool(kind)
    if not fitting:
        yield Problem(Severity.WARNING, f"The farm has no worker{named}: the job waits until there is one.", tag)
    elif not any(map(_works, fitting)):
        count = f"None of the {len(fitting):,} workers{named} is"
        yield Problem(Severity.WARNING, f"{count} awake: the job waits until one is.", tag)


def _video(submission: Submission, site: Site, sender: Sender) -> Iterator[Problem]:
    """Of EXR pictures the Manager's own type makes none anyway, as a rule."""
    wanted = sender.values(submission)[VIDEO] and sender.job_type(submission).name == BLENDER_TYPE
    if wanted and not site.manager().videos and not all(part.output.endswith(".exr") for part in submission.parts):
        message = f"No worker takes {VIDEOS} tasks: there will be no preview video. The pictures are not touched by it."
        yield Problem(Severity.NOTE, message, submission.farm)


def _fits(worker: Worker, tag: str, kind: str) -> bool:
    tagged = not tag or tag in {one.name for one in worker.tags}
    return tagged and (not kind or kind in worker.task_types)


def _works(worker: WorkerSummary) -> bool:
    return worker.status in _WORKING
