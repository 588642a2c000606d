"""Real scenes to open in the stand-in, and a made-up one that has everything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from tests.hosts.max.maxfile import FileAsset
from tests.hosts.max.openscene import Open, View, XRef
from tests.hosts.max.standin import Max, opened

REAL = sorted((Path(__file__).parents[3].parent / "shared" / "scenes" / "max").glob("*.max"))
needs_real = pytest.mark.skipif(not REAL, reason="the shared folder of scenes is not there")

Opens = Callable[..., Max]


@pytest.fixture
def max_with() -> Iterator[Opens]:
    """A 3ds Max with that scene: a path, an `Open`, or the values of one."""
    with ExitStack() as stack:

        def opens(scene: Open | str | None = None, **values: object) -> Max:
            return stack.enter_context(opened(Open(**values) if scene is None else scene))  # type: ignore[arg-type]

        yield opens


@pytest.fixture
def shot(tmp_path: Path) -> Open:
    """A scene with everything that an adapter reads; its folder has one of its two maps."""
    folder = tmp_path / "Łódź shot"
    (folder / "maps").mkdir(parents=True)
    (folder / "maps" / "Wood.png").write_bytes(b"x")
    (folder / "shot.max").write_bytes(b"x")
    return Open(
        path=str(folder / "shot.max"),
        release=27000,
        cameras=["Cam B", "Cam A"],
        targets=["Cam A.Target"],
        active="Cam B",
        size=(1920, 1080),
        pixel_aspect=1.5,
        renderer="Default_Scanline_Renderer",
        fps=25,
        range=(1, 50),
        time_type=3,
        span=(10, 20),
        step=5,
        output="C:\\out\\beauty.exr",
        elements=[
            ("Z_Depth", True, "C:\\out\\z.exr"),
            ("Alpha", False, "C:\\out\\a.exr"),
            ("Missing_Render_Element_Plug_in", True, "C:\\out\\gone.exr"),
        ],
        views=[
            View("Cam A", camera="Cam A", override_preset=True, start=1, end=3, width=64, height=36, output="x.png"),
            View("Dusk", camera="", enabled=False, preset="C:\\dusk.rps", scene_state="Dusk lights"),
        ],
        states=["Day", "Dusk lights"],
        tracked=["C:\\gone\\wood.PNG", "C:\\gone\\missing.png", "C:\\out\\beauty.exr", "set.max"],
        assets=[
            FileAsset("Bitmap", "C:\\gone\\wood.PNG", ""),
            FileAsset("Bitmap", "C:\\gone\\missing.png", ""),
            FileAsset("RenderOutput", "C:\\out\\beauty.exr", ""),
            FileAsset("XRef", "set.max", ""),
            FileAsset("Bitmap", "C:\\3ds Max\\maps\\UV_Checker.png", ""),
        ],
        xrefs=[XRef("set.max")],
        headings={"Used Plug-Ins": ["maxtoa.dlr", "gone.dlo", "maxtoa.dlr"]},
        dlls=[("C:\\Max\\mtl.dlt", "27,0,0,1"), ("C:\\Max\\MaxToA.dlr", "5,7,0,3\t\t5,7,0,3")],
    )
