"""Around every test of the panel: no display, an agent that ends at once, and panels that are closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from farmdeck import Scene
from farmdeck.store import AgentStore, FarmInfo
from farmdeck_ui.panel import FarmdeckPanel

from tests.panel.pieces import GivenScene, make_farm, make_scene


@pytest.fixture(autouse=True)
def agent_that_ends(clean_environ: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """FARMDECK_AGENT is a program that does nothing; its value is the file that each start adds a line to."""
    program, starts = tmp_path / "agent", tmp_path / "agent-starts"
    program.write_text(f'#!{sys.executable}\nopen({str(starts)!r}, "a").write("started\\n")\n')
    program.chmod(0o755)
    monkeypatch.setenv("FARMDECK_AGENT", str(program))
    return starts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The store's folder."""
    made = tmp_path / "store"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def store(folder: Path) -> Iterator[AgentStore]:
    """The agent's end of the store: this machine's farm is set up."""
    with AgentStore.open(folder) as opened:
        opened.put_farms([make_farm()])
        yield opened


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A scene that can be submitted."""
    made = tmp_path / "shot"
    made.mkdir()
    return make_scene(made)


@pytest.fixture
def open_on(qtbot: Any, store: AgentStore, folder: Path) -> Iterator[Callable[..., FarmdeckPanel]]:
    """Open a panel on a scene; it is ready when this returns, and closed after the test."""
    panels = []

    def opened(scene: Scene, *farms: FarmInfo, job: str = "") -> FarmdeckPanel:
        if farms:
            store.put_farms(farms)
        panel = FarmdeckPanel(GivenScene(scene), folder, job)
        panels.append(panel)
        panel.resize(520, 900)
        panel.show()
        qtbot.waitUntil(lambda: is_ready(panel))
        return panel

    yield opened
    for panel in panels:
        panel.close()
        panel.deleteLater()


def is_ready(panel: FarmdeckPanel) -> bool:
    """Farms came, the scene was weighed with them, the files were looked at."""
    return bool(panel.submit.header.status.said.startswith(("Ready", "No")) and panel.submit.settled)


SLOW_CALLS = frozenset(
    {"stat", "lstat", "open", "listdir", "scandir", "execute", "executemany", "fsync", "Popen", "parse_frames"}
    | {"start_agent", "read_scene", "prepare", "weigh", "sleep"}
)


@pytest.fixture
def calls_on_ui_thread() -> Callable[..., Any]:
    """A context: which of `SLOW_CALLS` the panel's code made on this thread, as (function, by whom)."""

    @contextmanager
    def listen() -> Iterator[list[tuple[str, str]]]:
        heard: list[tuple[str, str]] = []

        def hear(frame: Any, event: str, arg: Any) -> None:
            name = arg.__name__ if event == "c_call" else frame.f_code.co_name if event == "call" else ""
            if name in SLOW_CALLS:
                by = _by_the_panel(frame)
                if by:
                    heard.append((name, by))

        sys.setprofile(hear)  # of this thread alone
        try:
            yield heard
        finally:
            sys.setprofile(None)

    return listen


def _by_the_panel(frame: Any) -> str:
    """The panel's function that this was called from, directly or through others; "" for the test's own calls."""
    while frame is not None:
        if "farmdeck_ui/panel" in frame.f_code.co_filename.replace("\\", "/"):
            return str(frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name)
        frame = frame.f_back
    return ""
