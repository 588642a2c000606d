"""Installed renderers: what of the applications is here, and in which version."""

from __future__ import annotations

import glob
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...environments import RenderEnv, version_key
from ...scene import Software
from .application import Application
from .blender import BLENDER, BPY
from .houdini import HOUDINI
from .max import MAX
from .maya import MAYA

APPLICATIONS = (BLENDER, BPY, MAYA, HOUDINI, MAX)


@dataclass(frozen=True)
class Renderer:
    """One installed version of an application."""

    application: Application
    version: str
    program: str
    """Absolute path of what is started; for the bpy module, of its Python."""

    def environment(self) -> RenderEnv:
        """As the panel shows it."""
        software = Software(self.application.name, self.version)
        name = f"{software.name} {software.version}{self.application.label}"
        return RenderEnv(name=name, software=software, program=self.program)


def find_renderers(settings: Mapping[str, Any], cache: Path, environ: Mapping[str, str] = os.environ) -> list[Renderer]:
    """Every renderer here, newest version of each application first; Blenders before the module of the same version.

    Asking a program for its version takes a moment, so answers are kept in `cache` (a JSON file) for as long as the
    program's size and mtime stay.
    """
    known = _read_cache(cache)
    found: dict[str, Renderer] = {}
    answers: dict[str, str] = {}
    for application, program in _candidates(settings, environ):
        key = _cache_key(application, program)
        place = program if application is BPY else os.path.realpath(program)  # an environment's Python is a link
        if key is None or place in found:
            continue
        version = known.get(key) or application.version(program)
        if version:
            answers[key] = version
            found[place] = Renderer(application, version, program)
    if answers != known:
        _write_cache(cache, answers)
    newest = sorted(
        found.values(), key=lambda one: (version_key(one.version), one.application is not BPY), reverse=True
    )
    return sorted(newest, key=lambda one: [other.name for other in APPLICATIONS].index(one.application.name))


def not_installed(name: str) -> tuple[str, str]:
    """(what happened, what to do) where no renderer of the application is here."""
    application = next((one for one in APPLICATIONS if one.name == name), None)
    if application is None:
        return f"This machine cannot render {name or 'this'} scenes.", "Choose another farm."
    program = application.programs[0]
    return (
        f"No {name} is found on this machine.",
        f'Install {name}, or name its {program} in the settings: [local] {application.key} = ["/path/to/{program}"].',
    )


def _candidates(settings: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[tuple[Application, str]]:
    """For each application: the settings first, then the environment, PATH and the usual places."""
    search = settings.get("search", True)
    for application in APPLICATIONS:
        named = [*_listed(settings.get(application.key)), *environ.get(_variable(application), "").split(os.pathsep)]
        usual = application.usual.get(sys.platform, ())
        on_path = [shutil.which(program, path=environ.get("PATH", os.defpath)) for program in application.programs]
        lying = [path for pattern in usual for path in sorted(glob.glob(os.path.expanduser(pattern)))]
        for program in [*named, *(on_path if search else ()), *(lying if search else ())]:
            if program:
                yield application, program


def _variable(application: Application) -> str:
    return "FARMDECK_BPY_PYTHON" if application is BPY else f"FARMDECK_{application.key.upper()}"


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value or ()]


def _cache_key(application: Application, program: str) -> str | None:
    try:
        info = os.stat(program)
    except OSError:
        return None
    return f"{application.key}|{program}|{info.st_size}|{info.st_mtime_ns}"


def _read_cache(path: Path) -> dict[str, str]:
    try:
        doc = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in doc.items()} if isinstance(doc, dict) else {}


def _write_cache(path: Path, answers: Mapping[str, str]) -> None:
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(answers, indent=1), encoding="utf-8")
    fresh.replace(path)
