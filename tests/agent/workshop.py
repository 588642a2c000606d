"""A local farm with stand-ins of Maya, Houdini and 3ds Max installed in it, and scenes for them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from farmdeck import Frame, Submission, prepare
from farmdeck.agent._snapshot import take_snapshot
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.local import LocalFarm
from farmdeck.scene import RenderItem, Scene, Software

STANDINS = Path(__file__).with_name("standins")
PATIENCE = 60.0


def install(folder: Path) -> dict[str, list[str]]:
    """The stand-ins in folders that tell their versions, as the settings name them."""
    maya = program(folder / "autodesk" / "maya2025" / "bin" / "Render", "render.py")
    older = program(folder / "autodesk" / "maya2023" / "bin" / "Render", "render.py")
    hython = program(folder / "hfs20.5.370" / "bin" / "hython", "hython.py")
    program(folder / "hfs20.5.370" / "bin" / "husk", "husk.py")
    maxcmd = program(folder / "3ds Max 2025" / "3dsmaxcmd", "maxcmd.py")
    return {"maya": [older, maya], "houdini": [hython], "max": [maxcmd]}


def program(path: Path, script: str) -> str:
    """An executable of that path that runs the stand-in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{STANDINS / script}" "$@"\n')
    path.chmod(0o755)
    return str(path)


class Workshop:
    """One farm; what it is given is copied first, as the agent does."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.shot = folder / "shöt 1"
        self.out = folder / "out's"
        self.shot.mkdir()
        self._changed = threading.Event()
        known = {"search": False, **install(folder / "apps"), **settings}
        self.farm = LocalFarm(FarmContext("local", folder / "farm", known, notify=lambda _: self._changed.set()))
        self.id = ""

    def scene(self, name: str, **told: Any) -> Path:
        """A scene file that tells its stand-in what to do."""
        path = self.shot / name
        path.write_text(json.dumps(told), encoding="utf-8")
        return path

    def submission(self, scene: Path, software: Software, *items: RenderItem, **choices: Any) -> Submission:
        cameras = tuple(sorted({camera for item in items for camera in item.cameras}))
        return prepare(Scene(str(scene), software, items, cameras), **choices)

    def submit(self, submission: Submission, **options: Any) -> str:
        submission = replace(submission, options={**submission.options, **options})
        copy = take_snapshot(submission, self.folder / "snapshots")
        self.id = self.farm.submit(submission, copy, Watch())
        return self.id

    def wait(self, true: Callable[[JobReport], bool]) -> JobReport:
        """The job once it is so."""
        deadline = threading.Event()
        timer = threading.Timer(PATIENCE, deadline.set)
        timer.start()
        try:
            while True:
                report = self.farm.jobs([self.id])[self.id]
                if true(report):
                    return report
                assert not deadline.is_set(), f"still {report} {self.frames()}"
                self._changed.wait(0.2)
                self._changed.clear()
        finally:
            timer.cancel()

    def ended(self) -> JobReport:
        """The job once nothing more happens to it by itself, and its processes are gone."""
        report = self.wait(lambda report: report.state.at_rest)
        return report if not self.farm._workers else self.wait(lambda _: not self.farm._workers)

    def render(self, submission: Submission, **options: Any) -> JobReport:
        self.submit(submission, **options)
        return self.ended()

    def frames(self) -> list[Frame]:
        return self.farm.frames(self.id)

    def files(self, below: Path | None = None) -> list[str]:
        """Every file below the output folder, temporary ones too."""
        root = below or self.out
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    def reasons(self) -> list[str]:
        return [f"{row['number']} {row['outcome']} {row['reason']}".strip() for row in self.farm.attempts(self.id)]


def maya_layer(output: str, frames: str = "1-3", cameras: tuple[str, ...] = ("persp",), **other: Any) -> RenderItem:
    layer = other.pop("layer", "rs_fg")
    item = RenderItem("fg", "render_layer", (layer,), cameras, frames, 64, 36, "arnold", output, True)
    return replace(item, **other)


def rop(path: str, renderer: str, output: str, *needs: str, frames: str = "1-3", take: str = "") -> RenderItem:
    cameras = ("/obj/cam1",) if output.endswith(".rat") else ()
    return RenderItem(path, "rop", (path,), cameras, frames, 64, 36, renderer, output, True, needs=needs, take=take)


MAYA = Software("Maya", "2025")
HOUDINI = Software("Houdini", "20.5.370")
MAX = Software("3ds Max", "2025")
