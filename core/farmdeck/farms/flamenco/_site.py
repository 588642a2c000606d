"""What a Manager says of itself, kept in a file: the form has its job types before the Manager answers again."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..._errors import BadDocument
from ...documents import read_schema, with_schema
from ._places import Places, make_places, platform
from .client import Client
from .errors import NotOffered
from .job_types import JobType, read_job_type
from .models import Version

LOG = logging.getLogger(__name__)
SCHEMA = "farmdeck.flamenco-manager/1"
VIDEOS = "ffmpeg"
"""The type of the tasks that make a video of frames."""


@dataclass(frozen=True)
class Manager:
    """A Manager's own words."""

    version: Version = field(metadata={"of": Version})
    shaman: bool
    location: str
    """The shared storage, as it calls it for users on this platform; with Shaman the folder of its checkouts."""
    variables: Mapping[str, str]
    """The two-way ones, with their values for users on this platform."""
    types: tuple[Mapping[str, Any], ...]
    """The job types as it sends them."""
    tags: Mapping[str, str]
    """Uuids of worker tags, by name; {} from Managers that know none."""
    videos: bool = True
    """A worker makes videos of frames, or there is no worker yet."""

    @cached_property
    def job_types(self) -> tuple[JobType, ...]:
        return tuple(read_job_type(doc) for doc in self.types)

    def job_type(self, name: str) -> JobType | None:
        return next((one for one in self.job_types if one.name == name), None)


class Site:
    """One Manager as far as it is known; any thread may ask."""

    def __init__(self, client: Client, file: Path, settings: Mapping[str, Any]) -> None:
        """Nothing is asked yet. Raises SettingsError for path maps that cannot be read."""
        self._client = client
        self._file = file
        self._settings = settings
        self._lock = threading.Lock()
        self._asked: Manager | None = None
        make_places("", "", {}, settings)  # a mistake in the path maps is said at once

    def manager(self, fresh: bool = False) -> Manager:
        """Asked once, and again to `fresh`. Raises SettingUp, FarmUnreachable, FarmError."""
        with self._lock:
            if self._asked is None or fresh:
                self._asked = self._ask()
                self._keep(self._asked)
            return self._asked

    def kept(self) -> Manager | None:
        """As it was when it last answered, an earlier agent perhaps; None when it never did."""
        if self._asked is not None:
            return self._asked
        try:
            return read_schema(SCHEMA, Manager, json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, BadDocument):  # not there, or of another version of ours: asked anew
            return None

    def fresh_types(self) -> Manager:
        """The same with the job types as they are now. Raises FarmUnreachable, FarmError."""
        known = self.manager()
        with self._lock:
            self._asked = replace(known, types=tuple(self._client.job_types()))
            self._keep(self._asked)
            return self._asked

    def places(self) -> Places:
        """Asks the Manager when nobody has yet."""
        known = self.manager()
        return make_places(str(self._settings.get("storage", "")), known.location, known.variables, self._settings)

    def _ask(self) -> Manager:
        here = platform()
        version = self._client.version()
        configuration = self._client.ready()
        variables = self._client.variables("users", here)
        return Manager(
            version=version,
            shaman=configuration.shaman,
            location=self._client.shared_storage("users", here).location,
            variables={name: variable.value for name, variable in variables.items() if variable.twoway},
            types=tuple(self._client.job_types()),
            tags=self._tags(),
            videos=self._videos(),
        )

    def _videos(self) -> bool:
        workers = self._client.workers()
        return not workers or any(VIDEOS in self._client.worker(worker.id).task_types for worker in workers)

    def _tags(self) -> dict[str, str]:
        try:
            return {tag.name: tag.id for tag in self._client.tags()}
        except NotOffered:  # before 3.3
            return {}

    def _keep(self, manager: Manager) -> None:
        """The whole file or the old one; a folder that cannot be written costs the form its first sight."""
        part = self._file.with_suffix(".part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(with_schema(SCHEMA, manager)), encoding="utf-8")
            os.replace(part, self._file)
        except OSError as exc:
            LOG.warning("%s cannot be written: %s", self._file, exc)
            with contextlib.suppress(OSError):
                part.unlink()
