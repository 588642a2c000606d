"""A .hip, .hiplc or .hipnc into a `Scene`."""

from __future__ import annotations

import os

from ...scene import Scene, Software
from .._disk import Disk
from .._found import Found
from .._watch import Watch
from ._assets import Assets
from ._files import resolved
from ._hip import open_hip
from ._items import Items
from ._libraries import EMBEDDED
from ._playback import playback, saved_variables, scene_variables
from ._takes import take_names, takes_detail
from ._values import Values


def read_hip(path: str, watch: Watch | None = None) -> Scene:
    """The scene in the file at `path`. Raises SceneError, and what `watch` raises.

    Values are those of the current take, at the frame that it was saved at. `$HIP` is where the file is now.
    """
    path = os.path.abspath(path)
    folder = os.path.dirname(path)
    found = Found(Disk(), resolved)
    with open_hip(path, watch) as hip:
        time = playback(hip.root.get(".start", b""))
        saved = saved_variables(hip.root.get(".variables", b""))
        variables = scene_variables(saved, path)
        values = Values(hip, {**os.environ, **variables, **time.variables}, time.fps, time.current)
        items = Items(hip, values, time, folder)
        assets = Assets(hip, values, items.rows, folder, found)
        listed = items.items()
        assets.read()
        plugins = assets.plugins()
        embedded = [library.type_name for library in assets.libraries if library.path == EMBEDDED]
        return Scene(
            file=path,
            software=Software("Houdini", saved.get("_HIP_SAVEVERSION", "")),
            items=listed,
            cameras=items.cameras,
            frames=time.frames,
            fps=time.fps,
            assets=tuple(sorted(found.assets, key=lambda asset: (asset.owner, asset.path))),
            plugins=plugins,
            problems=(*items.problems, *assets.problems, *found.problems),
            variables=variables,
            details={
                "licence": hip.licence,
                **({"hdas_embedded": ",".join(embedded)} if embedded else {}),
                **takes_detail(take_names(hip.root.get(".takes", b""))),
            },
        )
