"""For scripts in Maya's script editor and in mayapy."""

from __future__ import annotations

from typing import Any

from farmdeck import Job, Scene, prepare
from farmdeck._errors import SceneError
from farmdeck.desk import submit_now
from farmdeck_ui.panel.host import read_at_once

from ._host import MayaHost


def scene() -> Scene:
    """The open scene, read in one go. Raises SceneError."""
    return read_at_once(MayaHost())


def submit(*, save: bool = False, **choices: Any) -> Job:
    """Submit the open scene; `choices` are those of `farmdeck.prepare` (farm, items, cameras, frames, env, …).

    `save`: save it first if it has changes. Raises SceneError when it has and `save` is off, BadInput, BadFrames,
    StoreError, AgentError.
    """
    host = MayaHost()
    found = read_at_once(host)
    if found.unsaved and save:
        host.save()
        found = read_at_once(host)
    if found.unsaved:
        what = "The open scene has changes that are not on the disk: the farm would render the file without them."
        raise SceneError(what, "Save it, or call submit(save=True).")
    return submit_now(prepare(found, **choices))
