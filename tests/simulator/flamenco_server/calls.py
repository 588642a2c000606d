"""The calls that all dialects have in common: projects, settings, browse, workers and managers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .answers import Answer, Crash, NotFound, document, nothing
from .farm import Farm, next_id
from .fields import Fields
from .records import PATHS, SETTINGS, Project

PROJECT = " ".join(["name:text", *(f"{path}:text" for path in PATHS), "is_active:bool"])
ROOT_SETTING = "render_settings_path_linux"


@dataclass(frozen=True)
class Call:
    """A request on its way to what serves it."""

    farm: Farm
    number: int
    rest: str
    fields: Fields


def numbers_of(text: str | None) -> list[int]:
    """ "1,2" as numbers. Raises Crash for anything else."""
    try:
        return [int(one) for one in (text or "").split(",")]
    except ValueError:
        raise Crash from None


# -- projects


def list_projects(call: Call) -> Answer:
    """By id, all of them: nothing filters those that are not active."""
    farm = call.farm
    paths = PATHS if farm.dialect.lists_paths else ()
    if farm.dialect.makes_a_project and not farm.projects:
        farm.projects[1] = Project(1, "Default Project", dict.fromkeys(PATHS))
        farm.commit()
    return document(
        {
            str(one.id): {"name": one.name, **{path: one.paths.get(path) for path in paths}}
            for one in farm.projects.values()
        }
    )


def show_project(call: Call) -> Answer:
    """Its eleven fields."""
    return _project(call.farm, _find(call), 200)


def add_project(call: Call) -> Answer:
    """One more, active when anything true is sent. C and B forget the paths."""
    farm = call.farm
    sent = call.fields.parse(PROJECT)
    made = Project(next_id(farm.projects), sent["name"])
    made.paths = {path: sent[path] if farm.dialect.lists_paths else None for path in PATHS}
    farm.projects[made.id] = made
    farm.commit()
    if sent["is_active"]:
        farm.settings["active_project"] = str(made.id)
    return _project(farm, made, 201)


def change_project(call: Call) -> Answer:
    """Every path that is not sent becomes null; `is_active` is ignored."""
    sent = call.fields.parse(PROJECT)
    project = _find(call)
    project.paths = {path: sent[path] for path in PATHS}
    project.name = sent["name"] or project.name
    call.farm.commit()
    return _project(call.farm, project, 201)


def delete_project(call: Call) -> Answer:
    """With its jobs; their tasks stay without one."""
    farm = call.farm
    if farm.settings.get("active_project") == str(call.number):
        farm.settings["active_project"] = None
    farm.doomed |= {job.id for job in farm.jobs.values() if job.project_id == call.number}
    farm.commit()
    del farm.projects[_find(call).id]
    return nothing()


def _find(call: Call) -> Project:
    if call.number not in call.farm.projects:
        raise NotFound
    return call.farm.projects[call.number]


def _project(farm: Farm, project: Project, status: int) -> Answer:
    """`is_active` is worked out from the setting, and cannot be when that is null."""
    if "active_project" in farm.settings and farm.settings["active_project"] is None:
        raise Crash
    active = farm.settings.get("active_project") == str(project.id)
    paths = {path: project.paths.get(path) for path in PATHS} if farm.dialect.project_paths else {}
    return document({"id": project.id, "name": project.name, "is_active": active, **paths}, status)


# -- settings


def show_settings(call: Call) -> Answer:
    """Flat in A, a list of pairs later."""
    settings = call.farm.settings
    if call.farm.dialect.flat_settings:
        return document(settings)
    return document({"settings": [{"name": name, "value": value} for name, value in settings.items()]})


def change_settings(call: Call) -> Answer:
    """All seven are written: what is not sent becomes null."""
    call.farm.settings.update(call.fields.parse(" ".join(f"{name}:text" for name in SETTINGS)))
    call.farm.commit()
    return nothing()


def show_stats(call: Call) -> Answer:
    """Three numbers under old names."""
    farm = call.farm
    counts = {"total_jobs": len(farm.tasks), "total_projects": len(farm.projects), "total_shots": len(farm.jobs)}
    return document({"server_stats": counts})


def render_settings(call: Call) -> Answer:
    """File names, not paths. The server runs on Linux."""
    folder = call.farm.settings.get(ROOT_SETTING)
    if folder is None or not Path(folder).is_dir():
        raise Crash
    return document({"settings_files": [file.name for file in Path(folder).iterdir() if file.is_file()]})


# -- files


def browse(call: Call) -> Answer:
    """Folders, and names that end in "blend", below the active project. The one bug that is not played: no way out."""
    project = call.farm.active_project()
    if project is None or project.paths.get("path_server") is None or not call.farm.dialect.project_paths:
        raise Crash
    root = str(project.paths["path_server"])
    folder = os.path.join(root, call.rest) if call.rest else root
    inside = Path(folder).resolve().is_relative_to(Path(root).resolve())
    if not inside or not os.path.isdir(folder):
        raise NotFound
    items = [(name, os.path.join(call.rest, name), _sort(os.path.join(folder, name))) for name in os.listdir(folder)]
    shown = [item for item in items if item[2]] + call.farm.hostile_items
    parent = f"{call.rest}/.." if call.rest else ""
    return document({"project_path_server": root, "parent_path": parent, "items_list": shown})


def _sort(path: str) -> str:
    if path.endswith("blend"):
        return "blendfile"
    return "folder" if os.path.isdir(path) else ""
