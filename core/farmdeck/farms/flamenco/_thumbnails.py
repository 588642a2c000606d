"""A small picture of what each job rendered last: fetched when there may be a new one, kept in a folder of ours."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

from ..._errors import FarmError, FarmUnreachable
from .client import Client

LOG = logging.getLogger(__name__)


class Thumbnails:
    """The pictures of one Manager's jobs, by the jobs' uuids."""

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._seen: dict[str, int] = {}

    def latest(self, job: str, done: int) -> str:
        """The newest, absolute; "" while there is none. It is asked for when `done`, the finished frames, changed.

        One that cannot be had is no trouble of the job's. Raises FarmUnreachable.
        """
        if done and self._seen.get(job) != done:
            try:
                self._fetch(job)
            except FarmUnreachable:
                raise
            except (FarmError, OSError) as exc:
                LOG.info("no picture of the job %s: %s", job, exc)
            self._seen[job] = done
        kept = self._kept(job)
        return str(kept[-1]) if kept else ""

    def forget(self, job: str) -> None:
        for path in self._kept(job):
            path.unlink(missing_ok=True)
        self._seen.pop(job, None)

    def _fetch(self, job: str) -> None:
        """A new picture has a new name, so that whoever shows it sees that it changed."""
        found = self._client.last_rendered(job)
        if found is None or not found.suffixes:
            return
        picture = self._client.picture(found.smallest())
        target = self._folder / f"{job}.{hashlib.sha256(picture).hexdigest()[:12]}.jpg"
        old = [path for path in self._kept(job) if path != target]
        if not target.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            part = target.with_suffix(".part")
            part.write_bytes(picture)
            os.replace(part, target)
        for path in old:
            path.unlink(missing_ok=True)

    def _kept(self, job: str) -> list[Path]:
        return sorted(self._folder.glob(f"{job}.*.jpg"))
