"""What the farm's answers say, typed. Fields by HTTP API manual 2017, chapters 7.1 to 7.3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

from ...environments import RenderEnv
from ...job import FrameState, JobState
from ...scene import Plugin, Software

CLOCK = timezone(timedelta(hours=8))
"""Times come without a zone; the service is in China."""
CURRENCIES = {"RMB": "CNY", "CNY": "CNY", "USD": "USD", "EUR": "EUR", "GBP": "GBP"}
SOFTWARE = {
    "maya": "Maya",
    "3ds max": "3ds Max",
    "3dsmax": "3ds Max",
    "max": "3ds Max",
    "houdini": "Houdini",
    "blender": "Blender",
    "sketchup": "SketchUp",
    "v-ray_standalone": "V-Ray",
}
STATES = {
    "Start": JobState.RENDERING,
    "executing": JobState.RENDERING,
    "Preprocessing": JobState.WAITING,
    "Analysing": JobState.WAITING,
    "Analysed": JobState.WAITING,
    "Stopped": JobState.STOPPED,
    "User_Stop": JobState.STOPPED,
    "System_Done": JobState.DONE,
    "Failed": JobState.FAILED,
    "SubFailed": JobState.FAILED,
    "AnalyseFailed": JobState.FAILED,
}
REASONS = {
    "SubFailed": "The farm could not take the scene over. Upload it again, then retry.",
    "AnalyseFailed": "The farm could not read the scene. Check that it and its files are uploaded, then retry.",
}
FRAME_STATES = {
    "done": FrameState.DONE,
    "system_done": FrameState.DONE,
    "failed": FrameState.FAILED,
    "aborted": FrameState.ABANDONED,
    "abandoned": FrameState.ABANDONED,
    "executing": FrameState.RENDERING,
    "start": FrameState.RENDERING,
    "started": FrameState.RENDERING,
    "waiting": FrameState.WAITING,
    "stopped": FrameState.WAITING,
    "user_stop": FrameState.WAITING,
}


@dataclass(frozen=True)
class FrameJob:
    """One entry of `jobs`: one frame, or a piece of one."""

    number: int | None
    """None for what renders no frame of its own."""
    state: FrameState
    word: str
    """The farm's own."""
    started: float | None
    """Seconds since the epoch."""
    seconds: float | None
    log: str


@dataclass(frozen=True)
class Task:
    """One task."""

    id: int
    project: str
    word: str
    """`Start`, `System_Done`, …"""
    frames: str
    """In the farm's grammar."""
    done: int
    failed: int
    aborted: int
    executing: int
    waiting: int
    scene: str
    """Its remote path, or only its name: older servers say no more."""
    camera: str
    layer: str
    fee: float | None
    currency: str
    submitted: float | None
    completed: float | None
    jobs: tuple[FrameJob, ...] = ()

    @property
    def live(self) -> bool:
        """True while it can be stopped."""
        return STATES.get(self.word, JobState.RENDERING) in (JobState.RENDERING, JobState.WAITING)

    @property
    def state(self) -> JobState:
        """A word that is new to us is taken by the counts beside it."""
        state = STATES.get(self.word)
        if state in (JobState.DONE, JobState.FAILED):
            if not self.done:
                return JobState.FAILED if self.failed or self.aborted else state
            return JobState.PARTLY_DONE if self.failed or self.aborted or state is JobState.FAILED else state
        if state in (JobState.RENDERING, None):
            return JobState.RENDERING if self.executing or self.done or self.failed else JobState.WAITING
        return state or JobState.WAITING

    @property
    def counted(self) -> int:
        """Frames by the counts."""
        return self.done + self.failed + self.aborted + self.executing + self.waiting

    @property
    def folder(self) -> str:
        """Where the farm keeps its pictures: the id and the scene's name without its ending."""
        return f"{self.id}_{PurePosixPath(self.scene).stem.strip()}"


def read_task(item: Mapping[str, Any]) -> Task:
    """One entry of query_task's data."""
    fee, currency = read_money(_text(item, "fee"))
    return Task(
        id=read_count(item.get("task_id")),
        project=_text(item, "project_name"),
        word=_text(item, "task_status"),
        frames=_text(item, "frames"),
        done=read_count(item.get("done")),
        failed=read_count(item.get("failed")),
        aborted=read_count(item.get("aborted")),
        executing=read_count(item.get("executing")),
        waiting=read_count(item.get("waiting")),
        scene=_text(item, "input_scene_path") or _text(item, "scene_name"),
        camera=_text(item, "camera"),
        layer=_text(item, "render_layer"),
        fee=fee,
        currency=currency,
        submitted=read_time(_text(item, "submit_time")),
        completed=read_time(_text(item, "completed_time")),
        jobs=tuple(_frame_job(each) for each in item.get("jobs") or () if isinstance(each, Mapping)),
    )


def _frame_job(item: Mapping[str, Any]) -> FrameJob:
    number = re.fullmatch(r"frame(-?\d+)(?:\D.*)?", _text(item, "job_name"))
    word = _text(item, "job_status")
    logs = [_text(item, key) for key in ("log", "render_log", "process_log")]
    return FrameJob(
        number=int(number.group(1)) if number else None,
        state=FRAME_STATES.get(word.lower(), FrameState.WAITING),
        word=word,
        started=read_time(_text(item, "start_time")),
        seconds=_number(_text(item, "consume_time")),
        log="\n".join(dict.fromkeys(log.replace("\r\n", "\n").rstrip() for log in logs if log.strip())),
    )


def read_money(text: str) -> tuple[float | None, str]:
    """`RMB:2.58` as (2.58, "CNY"); a bare number is in yuan, as the manual says."""
    name, _, amount = text.rpartition(":")
    return _number(amount), CURRENCIES.get(name.strip().upper() or "RMB", name.strip()) if amount else ""


def read_time(text: str) -> float | None:
    """`2016-10-11 14:26:03` or `20161011144433` as seconds since the epoch; None when it is neither."""
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S"):
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=CLOCK).timestamp()
        except ValueError:
            continue
    return None


def read_count(value: Any) -> int:
    """`"13"` as 13; 0 for anything that is no count."""
    number = _number(str(value))
    return int(number) if number is not None else 0


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return "" if value is None else str(value)


# -- projects


@dataclass(frozen=True)
class Config:
    """One of a project's software configurations: what a task of it renders with."""

    id: str
    project: str
    software: str
    """The farm's own name, sent back as it is: `maya 2015`."""
    plugins: str
    """`mtoa 1.2.3,vray 3.0`, sent back as it is."""
    system: str
    default: bool

    @property
    def environment(self) -> RenderEnv:
        """Named after its project, software and plug-ins."""
        plugins = tuple(_plugin(name) for name in self.plugins.split(",") if name.strip())
        said = ", ".join(f"{plugin.name} {plugin.version}".strip() for plugin in plugins)
        return RenderEnv(
            name=f"{self.project}: {self.software}" + (f" ({said})" if said else ""),
            software=read_software(self.software),
            plugins=plugins,
            system=self.system.lower(),
        )


def read_configs(project: Mapping[str, Any]) -> list[Config]:
    """The configurations of one entry of query_project's data."""
    found = [item for item in project.get("plugins") or () if isinstance(item, Mapping) and item]
    return [
        Config(
            id=_text(item, "config_id"),
            project=_text(project, "project_name"),
            software=_text(item, "cg_soft_name"),
            plugins=_text(item, "plugin_name"),
            system=_text(project, "render_os"),
            default=_text(item, "is_default") == "1" or len(found) == 1,
        )
        for item in found
    ]


def read_software(text: str) -> Software:
    """`maya 2015`, `maya2014`, `blender 2.78c`, `3ds Max 2010` as we name them."""
    found = re.fullmatch(r"\s*(.*?)[\s_-]*(\d[\w.]*)?\s*", text)
    name, version = (found.group(1), found.group(2) or "") if found else (text, "")
    if text.lower().startswith("3ds") and not name:  # the digit that begins the name is not the version
        name, version = "3ds Max", ""
    return Software(SOFTWARE.get(name.lower(), name), version)


def _plugin(text: str) -> Plugin:
    name, _, version = text.strip().rpartition(" ")
    return Plugin(name, version) if name and version[:1].isdigit() else Plugin(text.strip())


# -- people


@dataclass(frozen=True)
class Transport:
    """One line that files travel on, as a 2017 account names it."""

    engine: str
    server: str
    ip: str
    port: str


@dataclass(frozen=True)
class User:
    """An account."""

    id: str
    name: str
    balances: Mapping[str, float]
    """By currency."""
    upload_id: str
    download_id: str
    transports: tuple[Transport, ...]
    main: bool
    """False for an account below another one."""


def read_user(item: Mapping[str, Any]) -> User:
    """One entry of query_customer's data."""
    balances = {
        CURRENCIES[name.upper()]: amount
        for name in ("rmb", "usd", "eur", "gbp")
        if (amount := _number(_text(item, f"{name}_balance"))) is not None
    }
    lines = [each for each in item.get("transports") or () if isinstance(each, Mapping)]
    return User(
        id=_text(item, "id"),
        name=_text(item, "login_name"),
        balances=balances,
        upload_id=_text(item, "upload_id"),
        download_id=_text(item, "download_id"),
        transports=tuple(
            Transport(*(_text(each, key) for key in ("engine", "server", "ip", "port"))) for each in lines
        ),
        main=_text(item, "account_type") != "2",
    )
