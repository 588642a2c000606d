"""What a Manager's answers say, typed. Names and shapes: Flamenco 3.9-beta1, pkg/api/flamenco-openapi.yaml.

Every `read` raises OddAnswer, with the field's name, for what cannot be read. Fields that older Managers do not send
have a default. Times are seconds since the epoch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import Document

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)")


# -- the Manager


@dataclass(frozen=True)
class Version:
    """OpenAPI: FlamencoVersion."""

    version: str
    """For people: `3.9-beta1 (v3.8-76-gdd34d538)`."""
    shortversion: str
    name: str
    """What the studio calls its Manager; may be empty."""
    git: str

    @classmethod
    def read(cls, document: Document) -> Version:
        return cls(
            document.text("version"), document.text("shortversion", ""), document.text("name"), document.text("git", "")
        )

    def at_least(self, major: int, minor: int) -> bool:
        """Is it that version, or a pre-release of it, or newer? A version that cannot be read counts as newest."""
        found = _NUMBERS.match(self.shortversion) or _NUMBERS.match(self.version)
        return found is None or (int(found[1]), int(found[2])) >= (major, minor)


@dataclass(frozen=True)
class Configuration:
    """OpenAPI: ManagerConfiguration."""

    storage: str
    """The shared storage, as the Manager itself sees it; with Shaman a folder of Shaman's in it."""
    shaman: bool
    first_run: bool
    """Nobody has told it yet where its storage is."""

    @classmethod
    def read(cls, document: Document) -> Configuration:
        return cls(document.text("storageLocation"), document.flag("shamanEnabled"), document.flag("isFirstRun"))


@dataclass(frozen=True)
class SharedStorage:
    """OpenAPI: SharedStorageLocation."""

    location: str
    """As that audience on that platform sees it."""
    audience: str
    platform: str
    shaman: bool

    @classmethod
    def read(cls, document: Document) -> SharedStorage:
        return cls(
            document.text("location"),
            document.text("audience"),
            document.text("platform"),
            document.flag("shamanEnabled"),
        )


@dataclass(frozen=True)
class Variable:
    """OpenAPI: ManagerVariable."""

    value: str
    twoway: bool
    """Its value in a submitted job is replaced by its name, and back by the value for the worker's platform."""

    @classmethod
    def read(cls, document: Document) -> Variable:
        return cls(document.text("value"), document.flag("is_twoway"))


# -- jobs


@dataclass(frozen=True)
class SubmittedJob:
    """OpenAPI: SubmittedJob."""

    name: str
    type: str
    priority: int = 50
    platform: str = "linux"
    """Whose two-way variables are recognised: `linux`, `windows`, `darwin`."""
    etag: str = ""
    """Of the job type; "" for no check."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    checkout: str = ""
    """The Shaman checkout that goes when the job is deleted."""
    tag: str = ""
    """Uuid of the worker tag; "" for all workers."""
    paused: bool = False
    """Start it by hand. Managers before 3.6 know no pause, and start it at once."""

    def document(self) -> dict[str, Any]:
        """As it is sent; what is empty is left out."""
        sent: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "priority": self.priority,
            "submitter_platform": self.platform,
            "settings": dict(self.settings),
            "metadata": dict(self.metadata),
        }
        more = {
            "type_etag": self.etag,
            "storage": {"shaman_checkout_id": self.checkout} if self.checkout else None,
            "worker_tag": self.tag,
            "initial_status": "paused" if self.paused else "",
        }
        return sent | {key: value for key, value in more.items() if value}


@dataclass(frozen=True)
class Job:
    """OpenAPI: Job."""

    id: str
    name: str
    type: str
    status: str
    activity: str = ""
    created: float | None = None
    updated: float | None = None
    priority: int = 50
    settings: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    steps_completed: int = 0
    """0 before Manager 3.8, as `steps_total`."""
    steps_total: int = 0
    delete_requested: bool = False
    checkout: str = ""
    tag: str = ""

    @classmethod
    def read(cls, document: Document) -> Job:
        storage = document.child("storage")
        return cls(
            id=document.text("id"),
            name=document.text("name"),
            type=document.text("type"),
            status=document.text("status"),
            activity=document.text("activity", ""),
            created=document.moment("created"),
            updated=document.moment("updated"),
            priority=document.whole("priority", 50),
            settings=document.mapping("settings"),
            metadata={key: text for key, text in document.mapping("metadata").items() if isinstance(text, str)},
            steps_completed=document.whole("steps_completed", 0),
            steps_total=document.whole("steps_total", 0),
            delete_requested=document.moment("delete_requested_at") is not None,
            checkout=storage.text("shaman_checkout_id", "") if storage else "",
            tag=document.text("worker_tag", ""),
        )


@dataclass(frozen=True)
class TaskSummary:
    """OpenAPI: TaskSummary."""

    id: str
    name: str
    status: str
    index: int = 0
    """In the order of creation, from 1; 0 before Manager 3.6."""
    priority: int = 50
    type: str = ""
    updated: float | None = None
    worker: str = ""
    """The name of the one that has it, or had it last."""
    steps_completed: int = 0
    """0 before Manager 3.8, as `steps_total`."""
    steps_total: int = 0

    @classmethod
    def read(cls, document: Document) -> TaskSummary:
        return cls(**_summary(document))


def _summary(document: Document) -> dict[str, Any]:
    worker = document.child("worker")
    return {
        "id": document.text("id"),
        "name": document.text("name"),
        "status": document.text("status"),
        "index": document.whole("index_in_job", 0),
        "priority": document.whole("priority", 50),
        "type": document.text("task_type", ""),
        "updated": document.moment("updated"),
        "worker": worker.text("name", "") if worker else "",
        "steps_completed": document.whole("steps_completed", 0),
        "steps_total": document.whole("steps_total", 0),
    }


@dataclass(frozen=True)
class Command:
    """OpenAPI: Command, one step of a task."""

    name: str
    parameters: Mapping[str, Any]

    @classmethod
    def read(cls, document: Document) -> Command:
        return cls(document.text("name"), document.mapping("parameters"))


@dataclass(frozen=True)
class Task(TaskSummary):
    """OpenAPI: Task."""

    activity: str = ""
    commands: tuple[Command, ...] = ()
    failed_by: tuple[str, ...] = ()
    """The names of the workers that failed at it."""

    @classmethod
    def read(cls, document: Document) -> Task:
        return cls(
            **_summary(document),
            activity=document.text("activity", ""),
            commands=tuple(Command.read(command) for command in document.children("commands")),
            failed_by=tuple(worker.text("name", "") for worker in document.children("failed_by_workers")),
        )


@dataclass(frozen=True)
class LastRendered:
    """OpenAPI: JobLastRenderedImageInfo."""

    base: str
    suffixes: tuple[str, ...]
    """From the largest to the smallest."""

    @classmethod
    def read(cls, document: Document) -> LastRendered:
        return cls(document.text("base"), document.texts("suffixes"))

    def smallest(self) -> str:
        """The path of the smallest picture, for `Client.picture`; "" when there is none."""
        return f"{self.base}/{self.suffixes[-1]}" if self.suffixes else ""


@dataclass(frozen=True)
class Blocked:
    """OpenAPI: JobBlocklistEntry. A worker that gets no more tasks of a type from a job."""

    worker: str
    """Its uuid."""
    task_type: str
    worker_name: str = ""

    @classmethod
    def read(cls, document: Document) -> Blocked:
        return cls(document.text("worker_id"), document.text("task_type"), document.text("worker_name", ""))

    def document(self) -> dict[str, str]:
        """As it is sent."""
        return {"worker_id": self.worker, "task_type": self.task_type}


# -- Shaman


@dataclass(frozen=True)
class ShamanFile:
    """OpenAPI: ShamanFileSpec."""

    sha: str
    """SHA256, 64 hexadecimal digits."""
    size: int
    """Bytes."""
    path: str
    """In the checkout, with forward slashes."""

    @classmethod
    def read(cls, document: Document) -> ShamanFile:
        return cls(document.text("sha"), document.whole("size"), document.text("path"))

    def document(self) -> dict[str, Any]:
        """As it is sent."""
        return {"sha": self.sha, "size": self.size, "path": self.path}
