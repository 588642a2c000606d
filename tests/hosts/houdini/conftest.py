"""Houdini, pretended: `houdini(path)` opens a scene file in a stand-in of `hou` for the time of one test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .session import Session
from .standin import Hou

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[3]
PLUGIN = ROOT / "plugins" / "houdini"
SAMPLES = ROOT.parent / "shared" / "scenes" / "hip"

Open = Callable[..., Hou]


def samples() -> list[Path]:
    return sorted(SAMPLES.iterdir()) if SAMPLES.is_dir() else []


@pytest.fixture(autouse=True)
def agent_that_ends(clean_environ: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = clean_environ / "agent"
    program.write_text(f"#!{sys.executable}\n")
    program.chmod(0o755)
    monkeypatch.setenv("FARMDECK_AGENT", str(program))


@pytest.fixture
def houdini() -> Iterator[Open]:
    """`hou` is installed when a scene is opened, and gone after the test with all that imported it."""

    def open_scene(path: Path, windows: bool = False, panels: Path | None = PLUGIN / "python_panels") -> Hou:
        world = Hou(Session(path))
        if windows:
            from .windows import add_windows

            add_windows(world, panels)
        _forget()
        sys.modules["hou"] = world
        return world

    yield open_scene
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name == "hou" or name.split(".")[0] == "farmdeck_houdini"]:
        del sys.modules[name]
