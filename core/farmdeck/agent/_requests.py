"""What a person asks of a farm, done: commands of the store on one side, calls of the farm on the other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from .._errors import BadInput, FarmError, UnknownJob
from ..documents import from_plain, to_plain
from ..environments import RenderEnv
from ..farm import Farm
from ..job import Action, Job
from ..scene import Plugin, Software
from ..store import AgentStore, Command
from ._delivery import act_before_sending, sent
from ._snapshot import remove_snapshot, take_snapshot

T = TypeVar("T")
ENVIRONMENT = ("env.like", "env.add", "env.edit", "env.remove", "env.default")
FARM_COMMANDS = ("farm.check", "farm.run", "farm.browse", *ENVIRONMENT)
"""Commands whose target is a farm's name."""
JOB_COMMANDS = ("job.look", "job.download", "frame.log", *(action.value for action in Action))
"""Commands whose target is a job's id."""


def do(farm: Farm, store: AgentStore, command: Command) -> Mapping[str, Any]:
    """Do it; returns what there is to answer. Raises FarmdeckError."""
    given = command.arguments
    if command.kind in ENVIRONMENT:
        return _environment(farm, command.kind, given)
    if command.kind == "farm.run":
        job = store.job(str(given["job"])).farm_job if given.get("job") else ""
        if given.get("job") and not job:
            raise BadInput("The job is not on its farm yet.", "Wait until it is there.")
        came = farm.run(_given(given, "extra", str), job, _given({"values": {}, **given}, "values", dict))
        return {"said": came} if isinstance(came, str) else {"rows": came}
    if command.kind == "farm.browse":
        return {"entries": to_plain(farm.browse(str(given.get("path", ""))))}
    if command.kind == "frame.log":
        part, number = _given(given, "part", int), _given(given, "number", int)
        return {"path": str(_keep_log(farm, store, store.job(command.target), part, number))}
    if command.kind == "job.download":
        raise BadInput(f"{farm.label} writes the pictures where they belong.", "There is nothing to fetch.")
    _act(farm, store, store.job(command.target), command)
    return {}


def _environment(farm: Farm, kind: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind == "env.like":
        software = from_plain(Software, _given(given, "software", dict))
        plugins = [from_plain(Plugin, doc) for doc in given.get("plugins", ())]
        env, notes = farm.environment_like(software, plugins, str(given.get("system", "")))
        return {"environment": to_plain(env), "notes": list(notes)}
    if kind == "env.add":
        farm.add_environment(from_plain(RenderEnv, _given(given, "environment", dict)))
    elif kind == "env.edit":
        farm.edit_environment(from_plain(RenderEnv, _given(given, "environment", dict)))
    elif kind == "env.remove":
        farm.remove_environment(_given(given, "name", str))
    else:
        farm.set_default_environment(_given(given, "name", str))
    return {}


def _given(given: Mapping[str, Any], name: str, kind: Callable[[Any], T]) -> T:
    """What the command says of `name`. Raises BadInput."""
    try:
        return kind(given[name])
    except (KeyError, ValueError, TypeError) as exc:
        raise BadInput(f"That command does not say which {name}.", "Give it again, or update Farmdeck.") from exc


def _keep_log(farm: Farm, store: AgentStore, job: Job, part: int, number: int) -> Path:
    """Fetch a frame's log into a file of ours, which every panel can then read."""
    text = farm.log(job.farm_job, part, number)
    path = store.folder / "logs" / job.id / f"{part}.{number}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise FarmError(f"The log cannot be kept in {path}: {exc.strerror}.", "Free some space.") from exc
    store.set_frame(job.id, part, number, log=str(path))
    return path


def _act(farm: Farm, store: AgentStore, job: Job, command: Command) -> None:
    action = Action(command.kind)
    if action not in farm.capabilities.actions:
        raise BadInput(f"{farm.label} cannot {action.value} a job.", "Ask on the farm's own pages.")
    wanted = [(int(part), int(number)) for part, number in command.arguments.get("frames", ())]
    if not job.farm_job:  # its farm fell silent while it was sent: look before anything is said of it
        farm_job = farm.find(job.id)
        if farm_job is None:
            act_before_sending(store, job.id, action)
            return
        sent(store, job.id, farm_job)
        job = store.job(job.id)
    if action is Action.RETRY:
        _bring_back_snapshot(store, job)
    try:
        farm.act(job.farm_job, action, wanted)
    except UnknownJob:
        if action is not Action.DELETE:
            raise
    if action is Action.DELETE:
        _, snapshot = store.submission_state(job.id)
        remove_snapshot(snapshot)
        store.delete_job(job.id)
        shutil.rmtree(store.folder / "logs" / job.id, ignore_errors=True)


def _bring_back_snapshot(store: AgentStore, job: Job) -> None:
    """The copy of a job that was done is gone: take it again, if the scene is still the one that was submitted."""
    _, snapshot = store.submission_state(job.id)
    if snapshot and not Path(snapshot).exists():
        take_snapshot(store.submission(job.id), store.folder / "snapshots")
