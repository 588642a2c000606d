"""What a Renderbus account can do beyond what every farm can: small commands, each a call or two of the client."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._errors import BadInput
from ...farm import Extra, Option
from ...frames import parse_frames
from ._places import Places
from ._states import status_word
from .client import LINUX, WINDOWS, Client
from .environments import CG_NAMES, cg_id_of
from .hardware import by_name, hardware_name
from .models import TaskInfo
from .software_cache import SoftwareCache

Came = list[list[str]] | str
_PAGE = Option("page", "Page", "int", 1, minimum=1)
_NAME = Option("name", "Name", "text", "")
_HOUR = 3600


@dataclass(frozen=True)
class At:
    """What an extra works on."""

    client: Client
    software: SoftwareCache
    places: Places
    values: Mapping[str, Any]
    """All of its options, checked."""
    task: TaskInfo | None = None
    """The job's task, for an extra on a job."""

    @property
    def tasks(self) -> list[int]:
        """The numbers that render: the task's parts, or its own."""
        assert self.task is not None  # extras on jobs are always given one
        return [part.id for part in self.task.parts]


# -- of the account


def _labels(at: At) -> Came:
    return [[label.name, str(label.id)] for label in at.client.labels()]


def _shared_labels(at: At) -> Came:
    flag = {"mine": 0, "mine and the main account's": 1, "all": 2}[at.values["whose"]]
    return [[label.name, str(label.id)] for label in at.client.labels_by_flag(flag)]


def _add_label(at: At) -> Came:
    name = _given(at, "name")
    if name in {label.name for label in at.client.labels()}:
        raise BadInput(f'There is a label "{name}" already.', "Use it, or give another name.")
    at.client.add_label(name)
    return f'The label "{name}" is there now.'


def _delete_label(at: At) -> Came:
    name = _given(at, "name")
    if name not in {label.name for label in at.client.labels()}:
        raise BadInput(f'There is no label "{name}".', "See them with: farmdeck labels.")
    at.client.delete_label(name)
    return f'The label "{name}" is gone.'


def _platforms(at: At) -> Came:
    kinds, states = {0: "GPU", 1: "CPU", 2: "pictures"}, {0: "off", 1: "normal", 2: "busy", 3: "full"}
    return [
        [str(one.platform), one.name, kinds.get(one.kind, ""), states.get(one.status, ""), one.task_prefix]
        for one in at.client.platforms()
    ]


def _software(at: At) -> Came:
    kept = at.software.software(refresh=at.values["refresh"])
    age = _age(kept.age)
    return [[one.name, one.file_types, "yes" if one.on_linux else "no", age] for one in kept.value.software]


def _versions(at: At) -> Came:
    system = LINUX if at.values["system"] == "linux" else WINDOWS
    kept = at.software.detail(cg_id_of(at.values["software"]), system, refresh=at.values["refresh"])
    names = {version.id: version.version for version in kept.value.versions}
    rows = [[version, "", "", _age(kept.age)] for version in names.values()]
    for plugin in kept.value.plugins:
        versions = ", ".join(one.version for one in plugin.versions)
        rows.append([names.get(plugin.software_version_id, ""), plugin.name, versions, _age(kept.age)])
    return rows


def _hardware(at: At) -> Came:
    names = by_name(at.client.hardware(), int(at.client.connection.platform))
    return [[name, one.model, one.ram, one.gpus, "on" if one.enabled else "off"] for name, one in names.items()]


def _reserved(at: At) -> Came:
    return [[node.id, node.name] for node in at.client.pack_nodes()]


def _statistics(at: At) -> Came:
    stats = at.client.frame_stats()
    numbers = (stats.total, stats.done, stats.executing, stats.waiting, stats.failed, stats.abandoned)
    return [[str(number) for number in numbers]]


def _preferences(at: At) -> Came:
    found = at.client.settings()
    rows = {
        "Reminder after": f"{found.overtime / _HOUR:g} h",
        "Starts when analysed": "yes" if found.auto_commit == 2 else "no",
        "Frames per machine": str(found.frames_per_node),
        "Missing maps": "ignored" if found.ignores_missing_maps else "stop the task",
        "Downloads": "disabled" if found.download_disabled else "enabled",
    }
    return [[name, value] for name, value in rows.items()]


def _remind_after(at: At) -> Came:
    seconds = at.client.update_overtime(round(at.values["hours"] * _HOUR))
    return f"A reminder comes after {seconds / _HOUR:g} h."


def _records(at: At) -> Came:
    page = at.client.task_records(at.values["page"])
    return [[one.created, one.user_name, one.action, one.task_ids, one.details] for one in page.items]


def _logins(at: At) -> Came:
    page = at.client.login_records(at.values["page"])
    return [[one.time, one.user_name, one.login_type, one.status_text, one.ip] for one in page.items]


def _tasks(at: At) -> Came:
    page = at.client.task_list(at.values["page"], keyword=at.values["search"], deleted=at.values["deleted"])
    return [
        [one.alias or str(one.id), one.scene_name, status_word(one.status), str(one.total_frames), _day(one.submitted)]
        for one in page.items
    ]


def _lines(at: At) -> Came:
    engines = at.client.transfer_config().engines
    rows = [
        [engine.name, line.name, line.server, str(line.port), "default" if line.is_default else ""]
        for engine in engines
        for line in engine.lines
    ]
    raysync = at.client.transfer_server().raysync
    return [*rows, ["Raysync", "", raysync.server_ip, str(raysync.server_port or raysync.port), ""]]


def _where(at: At) -> Came:
    path = str(at.values["path"]).strip()
    if path:
        return at.places.explain(path)
    maps = "; ".join(f"{one.local} is {one.farm}" for one in at.places.maps)
    return (
        f"Mapped: {maps}. Give a path to see where it lies." if maps else "No path is mapped. Give a path to try one."
    )


def _findings(at: At) -> Came:
    codes = [code for code in at.values["codes"].replace(",", " ").split() if code]
    if not codes:
        raise BadInput("No codes were given.", "Give some, such as 15000, 10012.")
    return [
        [one.code, "error" if one.blocking else "warning", one.description, one.solution]
        for one in at.client.error_details(codes)
    ]


# -- of a job


def _full_speed(at: At) -> Came:
    at.client.full_speed(at.tasks)
    return "It goes on at full speed."


def _priority(at: At) -> Came:
    level = {"usual": 50, "high": 60}[at.values["level"]]
    for task in at.tasks:
        at.client.set_priority(task, level)
    return f"Its priority is {at.values['level']} now."


def _limit(at: At) -> Came:
    for task in at.tasks:
        at.client.set_node_limit(task, at.values["machines"])
    return f"It uses {at.values['machines']} machines at most."


def _stop_after(at: At) -> Came:
    at.client.set_overtime(at.tasks, round(at.values["hours"] * _HOUR))
    return f"The farm stops it after {at.values['hours']:g} h."


def _change_hardware(at: At) -> Came:
    named = by_name(at.client.hardware(at.tasks), int(at.client.connection.platform))
    wanted = at.values["machines"].casefold()
    found = next((config for name, config in named.items() if name.casefold() == wanted), None)
    if found is None:
        raise BadInput(f'There are no machines called "{at.values["machines"]}".', f"There are: {'; '.join(named)}.")
    at.client.edit_hardware(at.tasks, [found.id], model=found.model, gpus=found.gpus, ram=found.ram)
    return f"It renders on {hardware_name(found)} now."


def _tag(at: At) -> Came:
    name = _given(at, "name")
    at.client.add_task_tag(name, at.tasks)
    return f'It is labelled "{name}".'


def _untag(at: At) -> Came:
    name = _given(at, "name")
    at.client.delete_task_tags(at.tasks, [name])
    return f'The label "{name}" is off it.'


def _stop_frames(at: At) -> Came:
    wanted = set(parse_frames(at.values["frames"]))
    stopped: set[int] = set()
    for task in at.tasks:
        found = [frame for frame in at.client.all_frames(task) if wanted.intersection(frame.numbers)]
        if found:
            at.client.stop_frames(task, [frame.id for frame in found])
            stopped.update(number for frame in found for number in frame.numbers)
    if not stopped:
        raise BadInput(f"It has none of the frames {at.values['frames']}.", "Give frames that were submitted.")
    return f"{len(stopped)} frames are stopped."


def _parts(at: At) -> Came:
    assert at.task is not None
    return [
        [
            part.alias or str(part.id),
            part.kind,
            part.layer_name,
            part.camera,
            status_word(part.status),
            part.output_name,
        ]
        for part in at.task.parts
    ]


def _picture(at: At) -> Came:
    rows = []
    for task in at.tasks:
        image = at.client.process_image(task)
        blocks = [block for row in image.blocks for block in row]
        rows += [[str(task), image.stage, one.frame_index, f"{one.percent:g}", one.url] for one in blocks]
    return rows


def _thumbnails(at: At) -> Came:
    number = at.values["frame"]
    found = [frame for task in at.tasks for frame in at.client.all_frames(task) if number in frame.numbers]
    if not found:
        raise BadInput(f"It has no frame {number}.", "Give a frame that was submitted.")
    return [[str(number), path] for frame in found for path in at.client.thumbnails(frame.id)]


def _given(at: At, name: str) -> str:
    text = str(at.values[name]).strip()
    if not text:
        raise BadInput("No name was given.", "Give one with --option name=….")
    return text


def _age(seconds: float) -> str:
    hours = seconds / _HOUR
    return "just asked" if hours < 0.02 else f"asked {hours:.1f} h ago"


def _day(moment: float | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment)) if moment else ""


_REFRESH = Option("refresh", "Ask anew", "bool", False)
_SOFTWARE = Option("software", "Software", "choice", "Maya", choices=tuple(CG_NAMES.values()))
_WHOSE = ("mine", "mine and the main account's", "all")

_ACCOUNT: tuple[tuple[Extra, Callable[[At], Came]], ...] = (
    (Extra("labels", "Labels", "farm", (), ("Label", "Number")), _labels),
    (
        Extra(
            "shared-labels",
            "Labels of the whole account",
            "farm",
            (Option("whose", "Whose", "choice", "mine", choices=_WHOSE),),
            ("Label", "Number"),
        ),
        _shared_labels,
    ),
    (Extra("add-label", "Add a label", "farm", (_NAME,)), _add_label),
    (Extra("delete-label", "Delete a label", "farm", (_NAME,)), _delete_label),
    (Extra("platforms", "Platforms", "farm", (), ("Number", "Name", "Kind", "State", "Tasks begin with")), _platforms),
    (Extra("software", "Software", "farm", (_REFRESH,), ("Software", "Files", "Linux", "Asked")), _software),
    (
        Extra(
            "versions",
            "Versions and plug-ins",
            "farm",
            (_SOFTWARE, Option("system", "System", "choice", "windows", choices=("windows", "linux")), _REFRESH),
            ("Version", "Plug-in", "Its versions", "Asked"),
        ),
        _versions,
    ),
    (Extra("hardware", "Machines", "farm", (), ("Name", "Model", "Memory", "Graphics", "State")), _hardware),
    (Extra("reserved", "Reserved machines", "farm", (), ("Number", "Name")), _reserved),
    (
        Extra("statistics", "Frames", "farm", (), ("Frames", "Done", "Rendering", "Waiting", "Failed", "Given up")),
        _statistics,
    ),
    (Extra("preferences", "Settings at the farm", "farm", (), ("Setting", "Value")), _preferences),
    (
        Extra(
            "remind-after",
            "Remind of slow tasks",
            "farm",
            (Option("hours", "After", "float", 12.0, minimum=1, unit="h"),),
        ),
        _remind_after,
    ),
    (Extra("records", "What was done", "farm", (_PAGE,), ("When", "Who", "What", "Tasks", "Details")), _records),
    (Extra("logins", "Who logged in", "farm", (_PAGE,), ("When", "Who", "How", "Outcome", "From")), _logins),
    (
        Extra(
            "tasks",
            "Tasks at the farm",
            "farm",
            (
                _PAGE,
                Option("search", "Search", "text", ""),
                Option("deleted", "In the recycle bin", "bool", False),
            ),
            ("Task", "Scene", "State", "Frames", "Submitted"),
        ),
        _tasks,
    ),
    (Extra("lines", "Transfer lines", "farm", (), ("Engine", "Line", "Server", "Port", "")), _lines),
    (
        Extra("where", "Where a file lies there", "farm", (Option("path", "Path", "text", ""),)),
        _where,
    ),
    (
        Extra(
            "findings",
            "What a code means",
            "farm",
            (Option("codes", "Codes", "text", "15000"),),
            ("Code", "Kind", "What it means", "What to do"),
        ),
        _findings,
    ),
)

_JOB: tuple[tuple[Extra, Callable[[At], Came]], ...] = (
    (Extra("full-speed", "Full speed", "job"), _full_speed),
    (
        Extra("priority", "Priority", "job", (Option("level", "Level", "choice", "usual", choices=("usual", "high")),)),
        _priority,
    ),
    (
        Extra("limit", "Machines, at most", "job", (Option("machines", "Machines", "int", 10, minimum=1),)),
        _limit,
    ),
    (
        Extra("stop-after", "Stop it after", "job", (Option("hours", "After", "float", 24.0, minimum=0.1, unit="h"),)),
        _stop_after,
    ),
    (
        Extra("change-hardware", "Other machines", "job", (Option("machines", "Machines", "text", ""),)),
        _change_hardware,
    ),
    (Extra("tag", "Label it", "job", (_NAME,)), _tag),
    (Extra("untag", "Take a label off", "job", (_NAME,)), _untag),
    (Extra("stop-frames", "Stop frames", "job", (Option("frames", "Frames", "text", "1"),)), _stop_frames),
    (Extra("parts", "Its tasks", "job", (), ("Task", "Kind", "Layer", "Camera", "State", "Output")), _parts),
    (
        Extra("picture", "Picture in progress", "job", (), ("Task", "Stage", "Frame", "Percent", "Where")),
        _picture,
    ),
    (
        Extra("thumbnails", "Small pictures", "job", (Option("frame", "Frame", "int", 1),), ("Frame", "Where")),
        _thumbnails,
    ),
)

EXTRAS = tuple(extra for extra, _ in (*_ACCOUNT, *_JOB))
CALLS_OF: Mapping[str, tuple[str, ...]] = {
    **{extra.name: () for extra in EXTRAS},
    "shared-labels": ("labels_by_flag",),
    "hardware": ("hardware",),
    "reserved": ("pack_nodes",),
    "records": ("task_records",),
    "logins": ("login_records",),
    "limit": ("set_node_limit",),
    "change-hardware": ("edit_hardware",),
    "stop-frames": ("stop_frames",),
}
"""The calls that an extra stands and falls with, where the 2018 protocol may lack them."""
WORK: Mapping[str, Callable[[At], Came]] = {extra.name: work for extra, work in (*_ACCOUNT, *_JOB)}
