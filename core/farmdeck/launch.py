"""Finding the agent's program and starting it from inside somebody else's application.

A host exports PYTHONHOME, PYTHONPATH, LD_LIBRARY_PATH and QT_PLUGIN_PATH of its own; the agent starts with an
environment that has none of them, isolated, in a session of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._errors import AgentError
from ._version import __version__
from .lock import agent_runs
from .places import config_folder, home

POINTER_NAME = "agent.json"

# What the agent is given of the host's environment; everything else stays behind.
_KEPT = frozenset(
    "PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP DISPLAY WAYLAND_DISPLAY XAUTHORITY "
    "DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY "
    "ADSKFLEX_LICENSE_FILE LM_LICENSE_FILE RLM_LICENSE SOLIDANGLE_LICENSE REDSHIFT_LICENSE PIXAR_LICENSE_FILE "
    "VRAY_AUTH_CLIENT_FILE_PATH SESI_LMHOST "  # where renderers find their licences
    "SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE USERNAME USERDOMAIN APPDATA LOCALAPPDATA PROGRAMDATA "
    "PROGRAMFILES PROGRAMFILES(X86) HOMEDRIVE HOMEPATH NUMBER_OF_PROCESSORS PROCESSOR_ARCHITECTURE".split()
)
_KEPT_PREFIXES = ("LC_", "XDG_", "FARMDECK_")


def clean_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of `environ` that the agent and its renders start with."""
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() in _KEPT or name.upper().startswith(_KEPT_PREFIXES)
    }
    kept.setdefault("PATH", os.defpath)
    if sys.platform != "win32":
        kept.setdefault("HOME", home(environ))
    return kept


def find_agent(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command that is Farmdeck's own: FARMDECK_AGENT, the pointer file, then PATH. Raises AgentError."""
    named = environ.get("FARMDECK_AGENT")
    if named:
        if not os.access(named, os.X_OK):
            raise AgentError(f"FARMDECK_AGENT names {named}, which cannot be run.", "Point it at the farmdeck program.")
        return [named]
    pointed = read_pointer(environ)
    if pointed:
        return pointed
    import shutil  # here and below on first use only: this module is imported inside hosts

    found = shutil.which("farmdeck", path=environ.get("PATH"))
    if found:
        return [found]
    raise AgentError(
        "Farmdeck's own program is not found, so nothing can be sent.",
        "Run `farmdeck install` for this application from where Farmdeck is installed, or set FARMDECK_AGENT.",
    )


def read_pointer(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command in the pointer file; [] when there is none, or when what it names is gone."""
    try:
        doc = json.loads((config_folder(environ) / POINTER_NAME).read_text(encoding="utf-8"))
        command = [str(part) for part in doc["command"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return command if command and os.access(command[0], os.X_OK) else []


def write_pointer(command: list[str], environ: Mapping[str, str] = os.environ) -> Path:
    """Tell the plug-ins where Farmdeck's own program is. Raises AgentError."""
    path = config_folder(environ) / POINTER_NAME
    doc = {"command": command, "version": __version__}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(doc, indent=2) + "\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as exc:
        raise AgentError(f"{path} cannot be written: {exc.strerror}.", "Check the folder's rights.") from exc
    return path


def start_agent(folder: Path, environ: Mapping[str, str] = os.environ) -> bool:
    """Start the agent of the store in `folder` unless one runs; does not wait. True when one was started.

    Two that start at once are no harm: the lock lets one of them live. Raises AgentError.
    """
    if agent_runs(folder):
        return False
    import subprocess

    command = [*find_agent(environ), "agent", "run"]
    cleaned = {**clean_environment(environ), "FARMDECK_STORE": str(folder)}
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        detached = {"creationflags": flags}
    try:
        with open(folder / "agent-start.log", "ab") as log:
            subprocess.Popen(
                command, env=cleaned, cwd=str(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **detached
            )
    except OSError as exc:
        raise AgentError(f"{command[0]} does not start: {exc.strerror}.", "Run `farmdeck doctor`.") from exc
    return True


def wait_for_agent(folder: Path, seconds: float, runs: bool = True) -> bool:
    """Wait until an agent runs (or, with `runs=False`, none does). Never called on a host's main thread."""
    until = time.monotonic() + seconds
    while agent_runs(folder) is not runs:
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def start_complaint(folder: Path) -> str | None:
    """The last line that an agent which would not start left behind."""
    try:
        lines = (folder / "agent-start.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return None
    return lines[-1] if lines else None
