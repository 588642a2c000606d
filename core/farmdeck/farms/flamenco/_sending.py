"""From a submission to the jobs that render it, so that a crash or a lost answer at any point makes none twice.

Every job carries the submission's id and its part in its metadata, and is looked for by them before it is sent. A
submission of which only some jobs are there is completed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ..._errors import FarmdeckError, FarmError, FarmUnreachable
from ...farm import Option, Watch, check_options
from ...submission import Submission
from . import _drafts
from ._drafts import OWN_TYPE, Draft
from ._files import AUTO, Files, Laid, Load, Way, choose_way
from ._records import Records
from ._site import Site
from ._tasks import COUNT, PART, SUBMISSION
from .client import Client
from .errors import StaleJobType
from .job_types import JobType
from .models import Job, SubmittedJob
from .render_settings import WORKER_SCRIPTS

LOG = logging.getLogger(__name__)
T = TypeVar("T")
FILES, TAG, VIDEO = "files", "tag", "video"


class Sender:
    """The steps of a delivery; each can be called again after whatever happened."""

    def __init__(
        self, client: Client, site: Site, records: Records, files: Files, options: Callable[[], Sequence[Option]]
    ) -> None:
        self._client = client
        self._site = site
        self._records = records
        self._files = files
        self._options = options

    def check(self, submission: Submission) -> None:
        """Would the Manager take the jobs? Raises FarmdeckError that says why not; no job is made."""
        places = self._site.places()
        for key in _drafts.keys(submission, self.job_type(submission)):
            draft = _drafts.draft(submission, Path(submission.scene.path), key, places)
            made = partial(self._made, submission, draft, _drafts.unlaid(submission))
            self._with_fresh_type(made, self._client.check_job)

    def decide(self, submission: Submission, scene: Path) -> Load:
        """What is brought, and how. Raises FarmdeckError."""
        scripts = self._scripts(submission)
        wanted = str(self.values(submission).get(FILES, AUTO))
        way = choose_way(wanted, submission, scene, bool(scripts), self._site.manager(), self._site.places())
        return Load(submission, scene, way, scripts)

    def _decided(self, submission: Submission, scene: Path) -> Load:
        """As it was decided when the delivery began."""
        known = self._records.way(submission.id)
        if known is None:
            return self.decide(submission, scene)
        return Load(submission, scene, Way(known), self._scripts(submission))

    def _scripts(self, submission: Submission) -> tuple[Path, ...]:
        return WORKER_SCRIPTS if _drafts.needs_scripts(self.job_type(submission)) else ()

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        """Decide how its files travel, and lay them out. A delivery that failed and begins anew may go another way."""
        load = self.decide(submission, scene)
        self._files.done_with(submission.id)
        self._records.forget(submission.id, ())
        self._files.hash(load, watch)
        self._records.sent(submission, load.way.value)

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        self._files.upload(self._decided(submission, scene), self._site.places(), watch)

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        """The uuids of its jobs. Raises FarmUnreachable where calling again goes on; any other error leaves no job."""
        watch.check()
        load = self._decided(submission, scene)
        self._records.sent(submission, load.way.value)
        there = self._there(submission.id)
        wanted = _drafts.keys(submission, self.job_type(submission))
        try:
            for done, key in enumerate(wanted):
                watch.step(done, len(wanted))
                if key not in there:
                    there[key] = self._send(load, key, watch)
        except FarmUnreachable:
            raise
        except FarmdeckError:
            self._take_back(there.values())
            raise
        self._files.done_with(submission.id)
        return " ".join(there[key].id for key in wanted)

    def find(self, submission_id: str) -> str | None:
        """The uuids of all jobs that it became; None when some are missing: submit goes on from those there are."""
        there = self._there(submission_id)
        expected = max((_count(job) for job in there.values()), default=1)
        if not there or len(there) < expected:
            return None
        self._files.done_with(submission_id)  # also where an agent died between the two
        return " ".join(there[key].id for key in sorted(there, key=lambda key: (len(key), key)))

    def values(self, submission: Submission) -> dict[str, Any]:
        """All options, checked. Raises BadInput."""
        return check_options(self._options(), submission.options)

    def job_type(self, submission: Submission) -> JobType:
        """The type that its jobs are of. Raises BadInput, FarmError."""
        name = _drafts.type_name(submission, self.values(submission))
        found = self._site.manager().job_type(name)
        if found is None:
            how = "Choose another."
            if name == OWN_TYPE:
                how = f"Install {OWN_TYPE}.js into its scripts folder (docs/farms/flamenco.md), or choose another."
            raise FarmError(f"The Manager has no job type {name}.", how)
        return found

    def _there(self, submission_id: str) -> dict[str, Job]:
        """The jobs that it became, by what they render; of two that render the same, the older one."""
        found: dict[str, Job] = {}
        for job in sorted(self._client.jobs(), key=lambda job: (job.created or 0.0, job.id)):
            if job.metadata.get(SUBMISSION) == submission_id and not job.delete_requested:
                found.setdefault(job.metadata.get(PART, ""), job)
        return found

    def _send(self, load: Load, key: str, watch: Watch) -> Job:
        places = self._site.places()
        laid = self._files.lay_out(load, key, places, watch)
        draft = _drafts.draft(load.submission, load.scene, key, places)
        job = self._with_fresh_type(partial(self._made, load.submission, draft, laid), self._client.submit_job)
        self._records.checkout_used(load.submission.id, key)
        return job

    def _made(self, submission: Submission, draft: Draft, laid: Laid) -> SubmittedJob:
        values = self.values(submission)
        manager = self._site.manager()
        tag = manager.tags.get(str(values.get(TAG, "")), "")
        job = _drafts.submitted(draft, submission, self.job_type(submission), values, laid, tag)
        return job if values[VIDEO] and manager.videos else _drafts.without_video(job)

    def _with_fresh_type(self, made: Callable[[], SubmittedJob], call: Callable[[SubmittedJob], T]) -> T:
        """A job type that changed since it was asked for is asked for once more."""
        try:
            return call(made())
        except StaleJobType:
            self._site.fresh_types()
            return call(made())

    def _take_back(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            try:
                self._client.delete_job(job.id)
            except FarmError as exc:  # what went wrong before is what is told
                LOG.warning("the job %s of a submission that failed is left: %s", job.id, exc)


def _count(job: Job) -> int:
    """Of how many jobs its submission is, as each of them says."""
    text = job.metadata.get(COUNT, "")
    return int(text) if text.isdecimal() and text.isascii() else 1
