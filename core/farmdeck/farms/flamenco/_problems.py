"""What a Manager would have against a submission, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..._errors import BadInput, FarmError, FarmUnreachable, SceneError
from ...scene import Problem, Severity
from ...submission import Submission
from ._sending import TAG, Sender
from ._site import Site
from .client import Client
from .workers import WorkerSummary

_WORKING = ("awake", "starting", "testing")


def problems(submission: Submission, client: Client, site: Site, sender: Sender) -> list[Problem]:
    """Errors first; the Manager is asked. Raises FarmUnreachable."""
    site.manager(fresh=True)
    for ask in (sender.check, lambda given: sender.load(given, Path(given.scene.path))):
        try:
            ask(submission)
        except FarmUnreachable:
            raise
        except (BadInput, FarmError, SceneError) as exc:
            return [Problem(Severity.ERROR, str(exc), submission.farm)]
    return [*_pictures(submission, site), *_workers(submission, client, sender)]


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
    every = client.workers()
    fitting = [worker for worker in every if not tag or tag in {one.name for one in client.worker(worker.id).tags}]
    named = f" with the tag {tag}" if tag else ""
    if not fitting:
        yield Problem(Severity.WARNING, f"The farm has no worker{named}: the job waits until there is one.", tag)
    elif not any(map(_works, fitting)):
        count = f"None of the {len(fitting):,} workers{named} is"
        yield Problem(Severity.WARNING, f"{count} awake: the job waits until one is.", tag)


def _works(worker: WorkerSummary) -> bool:
    return worker.status in _WORKING
