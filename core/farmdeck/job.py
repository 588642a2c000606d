"""What a farm says of a submission: `Job`, its `Part`s and `Frame`s, in unified states."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .documents import read_schema, with_schema

JOB_SCHEMA = "farmdeck.job/1"


class JobState(str, Enum):
    """One state for every farm; the farm's own word is kept beside it."""

    QUEUED = "queued"
    """Submitted here; the agent has not handed it to the farm yet."""
    UPLOADING = "uploading"
    """Its files are on their way."""
    WAITING = "waiting"
    """The farm has it; nothing renders yet."""
    RENDERING = "rendering"
    PAUSED = "paused"
    """The farm holds it (test frames done, no credit); Start goes on."""
    STOPPED = "stopped"
    """Stopped by a person; Start goes on."""
    DONE = "done"
    PARTLY_DONE = "partly_done"
    """Ended with frames on disk and frames that failed or were given up."""
    FAILED = "failed"
    """Ended without a frame, or never reached the farm; `message` says why."""

    @property
    def word(self) -> str:
        """As people read it: `Rendering`; PARTLY_DONE is `Done`, with its failures counted by `Job.words`."""
        return "Done" if self is JobState.PARTLY_DONE else self.value.capitalize()

    @property
    def ended(self) -> bool:
        """True when nothing more happens by itself."""
        return self in (JobState.DONE, JobState.PARTLY_DONE, JobState.FAILED)

    @property
    def at_rest(self) -> bool:
        """True when it waits for a person or has ended."""
        return self.ended or self in (JobState.PAUSED, JobState.STOPPED)


class FrameState(str, Enum):
    """The state of one frame of one part."""

    WAITING = "waiting"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"
    ABANDONED = "abandoned"
    """Given up by a person; not rendered unless retried."""

    @property
    def word(self) -> str:
        """As people read it."""
        return "Given up" if self is FrameState.ABANDONED else self.value.capitalize()

    @property
    def ended(self) -> bool:
        return self in (FrameState.DONE, FrameState.FAILED, FrameState.ABANDONED)


class Action(str, Enum):
    """What a person can ask of a job."""

    STOP = "stop"
    START = "start"
    RETRY = "retry"
    """Render the failed and abandoned frames again, or the frames that are named."""
    ABANDON = "abandon"
    """Give up every frame that is not done; frames on disk stay."""
    DELETE = "delete"
    """Forget the job; finished frames stay on disk."""


JOB_TYPES = ("economy", "normal", "test")
"""What an accounting service is told of the kind of job."""


@dataclass(frozen=True)
class Accounting:
    """What an accounting service is told of a job beside what became of it; docs/reports.md. Never a secret."""

    job_type: str = ""
    """One of JOB_TYPES; "" is what the settings say."""
    mission_id: str = ""
    """What the service knows the job by, the same for ever; "" is the job's own id."""
    mission_guid: str = ""
    """`0f8fad5b-d9cb-469f-a165-70867728950e`; "" for none."""
    email: str = ""
    """Whose job it is; "" is what the settings say."""
    credits: float | None = None
    """What it uses up; None is by the settings' rate for an hour, or not known."""
    saas_credits: float | None = None
    """Likewise, of the other kind that the service counts."""


@dataclass(frozen=True)
class Part:
    """One item through one camera: what a job's row unfolds into."""

    name: str
    """Unique in the job: `beauty`, `beauty · camB`."""
    item: str
    """The `RenderItem.name`."""
    address: tuple[str, ...]
    camera: str
    """"" leaves the scene's own camera and camera markers alone."""
    frames: str
    width: int
    height: int
    renderer: str
    output: str
    """Absolute pattern with `#` for the frame number."""
    kind: str = ""
    """The `RenderItem.kind`; "" in documents from before it was kept."""
    needs: tuple[str, ...] = ()
    """Items of other parts of the same job that have to be done before it: the ROPs wired into a ROP."""
    take: str = ""
    """Houdini's take that it renders in; "" is the current one."""


@dataclass(frozen=True)
class Frame:
    """One frame of one part, as the farm says."""

    part: int
    """Index into the job's parts."""
    number: int
    state: FrameState = field(default=FrameState.WAITING, metadata={"enum": FrameState})
    progress: float = 0.0
    """0 to 1 while it renders."""
    attempt: int = 0
    """How many times it was begun."""
    started: float | None = None
    """Seconds since the epoch, of the last attempt."""
    seconds: float | None = None
    """How long the last whole attempt took."""
    files: tuple[str, ...] = ()
    """The finished pictures on disk, absolute."""
    thumbnail: str = ""
    """A small PNG, absolute; "" while there is none."""
    message: str = ""
    """Why it failed, or why an earlier attempt did."""
    log: str = ""
    """The log file of the last attempt, absolute; "" when the farm keeps it."""


@dataclass(frozen=True)
class Job:
    """One submission on one farm."""

    id: str
    """Farmdeck's own id: the submission's id, or one made for a job that only the farm knew."""
    name: str
    farm: str
    state: JobState = field(default=JobState.QUEUED, metadata={"enum": JobState})
    farm_job: str = ""
    """The farm's own id, "" until it has one."""
    farm_state: str = ""
    """The farm's own word for the state."""
    message: str = ""
    """What happened and what to do next, for a person; "" when all is well."""
    scene: str = ""
    software: str = ""
    renderer: str = ""
    owner: str = ""
    project: str = ""
    priority: int = 50
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    updated: float = 0.0
    total: int = 0
    done: int = 0
    failed: int = 0
    rendering: int = 0
    fraction: float = 0.0
    """Share of the work done, 0 to 1, running frames' progress included; while uploading, share of the bytes."""
    output: str = ""
    """The folder of finished frames."""
    thumbnail: str = ""
    parts: tuple[Part, ...] = field(default=(), metadata={"of": Part})
    cost: float | None = None
    """Spent on it so far, in `currency`; None where the farm does not count."""
    currency: str = ""
    """`USD`, `CNY`, …"""
    downloaded: int = 0
    """Finished pictures of a farm elsewhere that are on disk here."""
    accounting: Accounting = field(default=Accounting(), metadata={"of": Accounting})
    render_hours: float | None = None
    """The frames' times together, of each its last whole attempt; None where the farm tells none."""

    @property
    def words(self) -> str:
        """`Rendering`; `Done, 3 failed`."""
        failed = self.state is JobState.PARTLY_DONE and self.failed
        return f"{self.state.word}, {self.failed:,} failed" if failed else self.state.word

    @property
    def estimate(self) -> float | None:
        """What the whole job will cost if the frames to come cost what the finished ones did; None before one is."""
        if self.cost is None or not self.done:
            return None
        return self.cost / (self.done + self.failed) * self.total

    @property
    def left(self) -> int:
        """Frames neither done nor failed."""
        return max(0, self.total - self.done - self.failed)


def job_document(job: Job) -> dict[str, Any]:
    """The stable JSON of a job."""
    return with_schema(JOB_SCHEMA, job)


def job_from_document(doc: Any) -> Job:
    """Raises BadDocument."""
    return read_schema(JOB_SCHEMA, Job, doc)
