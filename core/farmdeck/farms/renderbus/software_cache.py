"""What a Renderbus platform can render with, kept in a file: the lists are long, and they change by the week.

The file holds the farm's answers in the farm's own words, each with the time when it was asked.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..._errors import FarmUnreachable
from .errors import ServerTrouble, UnreadableAnswer
from .models import SoftwareDetail, SoftwareList, read

DAY = 86_400.0
_FORMAT = "farmdeck.renderbus-software/1"
T = TypeVar("T", SoftwareList, SoftwareDetail)


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A list, and how old it is."""

    value: T
    age: float
    """Seconds since the farm was asked."""
    note: str = ""
    """Why it is older than it should be; "" when it is not."""


class SoftwareCache:
    """The lists of one account; one thread at a time."""

    def __init__(
        self,
        file: Path,
        ask_software: Callable[[], SoftwareList],
        ask_detail: Callable[[int, int], SoftwareDetail],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`ask_detail` is given the farm's numbers of an application and of a system. Nothing is read or asked yet."""
        self._file = file
        self._ask_software = ask_software
        self._ask_detail = ask_detail
        self._clock = clock

    def software(self, refresh: bool = False) -> Kept[SoftwareList]:
        """The applications; asked again after a day, or to `refresh`. Raises FarmError when none are kept."""
        return self._get("software", SoftwareList, self._ask_software, _software_document, refresh)

    def detail(self, cg_id: int, system: int = 1, refresh: bool = False) -> Kept[SoftwareDetail]:
        """An application's versions and plug-ins on Linux (0) or Windows (1), likewise."""

        def ask() -> SoftwareDetail:
            return self._ask_detail(cg_id, system)

        return self._get(f"{cg_id} on {system}", SoftwareDetail, ask, _detail_document, refresh)

    def _get(
        self, key: str, cls: type[T], ask: Callable[[], T], document: Callable[[T], dict[str, Any]], refresh: bool
    ) -> Kept[T]:
        kept = self._read(key, cls)
        if kept is not None and not refresh and 0 <= kept.age < DAY:
            return kept
        try:
            value = ask()
        except (FarmUnreachable, ServerTrouble) as exc:
            if kept is None:
                raise
            return Kept(kept.value, max(kept.age, 0.0), f"{exc.what} This is what it said before.")
        self._write(key, document(value))
        return Kept(value, 0.0)

    def _read(self, key: str, cls: type[T]) -> Kept[T] | None:
        """What is kept; None too where the file makes no sense: it is then made anew."""
        entry = self._entries().get(key)
        if not isinstance(entry, dict) or not isinstance(entry.get("asked"), int | float):
            return None
        try:
            return Kept(read(cls, entry.get("answer")), self._clock() - entry["asked"])
        except UnreadableAnswer:
            return None

    def _entries(self) -> dict[str, Any]:
        try:
            doc = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        same = isinstance(doc, dict) and doc.get("schema") == _FORMAT and isinstance(doc.get("lists"), dict)
        return doc["lists"] if same else {}

    def _write(self, key: str, answer: dict[str, Any]) -> None:
        """The whole file or the old one; a folder that can't be written costs a request, nothing more."""
        lists = {**self._entries(), key: {"asked": self._clock(), "answer": answer}}
        fresh = ""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, fresh = tempfile.mkstemp(prefix=".software-", dir=self._file.parent)
            with open(descriptor, "w", encoding="utf-8") as stream:
                json.dump({"schema": _FORMAT, "lists": lists}, stream)
            os.replace(fresh, self._file)
        except OSError:
            if fresh and os.path.exists(fresh):
                os.unlink(fresh)


def _software_document(software: SoftwareList) -> dict[str, Any]:
    rows = [
        {
            "cgId": each.cg_id,
            "cgName": each.name,
            "cgType": each.file_types,
            "iconPath": each.icon_path,
            "isNeedProjectPath": each.needs_project_path,
            "isNeedAnalyse": each.needs_analysis,
            "isSupportLinux": each.on_linux,
        }
        for each in software.software
    ]
    return {"renderInfoList": rows, "defaultCgId": software.default_cg_id, "isAutoCommit": software.auto_commit}


def _detail_document(detail: SoftwareDetail) -> dict[str, Any]:
    versions = [
        {"id": each.id, "cgId": each.cg_id, "cgName": each.name, "cgVersion": each.version} for each in detail.versions
    ]
    plugins = [
        {
            "cvId": each.software_version_id,
            "pluginName": each.name,
            "pluginVersions": [
                {"pluginId": one.id, "pluginName": one.name, "pluginVersion": one.version} for one in each.versions
            ],
        }
        for each in detail.plugins
    ]
    return {"cgVersion": versions, "cgPlugin": plugins}
