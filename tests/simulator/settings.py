"""What can be set about a simulated farm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Policies of a farm. Times are seconds, fees the account's currency."""

    host: str = "127.0.0.1"
    name: str = ""
    """The name it was given, with its port; signatures for it are right, too ("" = host:port alone)."""
    dialects: frozenset[str] | set[str] = frozenset({"v3", "current"})
    java_values: bool = False
    """Signs true, false and null as Java prints them, instead of Python."""
    window: float = 300.0
    """How far a timestamp may be off."""
    strict_zone: bool = False
    """A zone that is not the account's is refused (608)."""

    auto: bool = True
    """A thread ticks; else only `tick()` does."""
    tick: float = 0.01
    frames_per_tick: int = 4
    seconds_per_tick: int = 60
    """How long, in the farm's words, a tick lasts."""
    blender: Path | None = None
    """Renders frames of .blend files with this program; else every frame is a small drawn picture."""

    frame_fee: float = 0.05
    max_page_size: int = 1000
    max_frames: int | None = None
    """Silently leaves out the frames of a range after so many."""
    max_frame_characters: int | None = None
    """Silently cuts the text of a range after so many characters."""
    needs: tuple[str, ...] = ("task.json", "upload.json")
    """The configuration files without which analysis fails."""
    missing_assets: str = "task"
    """What fails when an asset is missing: "task" (analysis) or "frames"."""
    pre_frame: bool = False
    """A task begins with a frame of type 1 (pre-rendering)."""
    stop_status: int = 10
    """What a stopped task says: 10 or 15 (user stop)."""
    compares_local: bool = True
    """An asset whose local file is on this machine must have its size, too."""
    lists_unsubmitted: bool = False
    """Tasks that were created and never submitted are listed: status 0, no submitDate."""
    no_parts: list[object] | None = None
    """respRenderingTaskList of a task without parts: null as documented, or [] (which an old client needs)."""
    resubmission: str = "refuse"
    """A second submit of a task: "refuse" (code 100) or "ignore" (200, nothing happens)."""
    log_lines: int = 40

    transfer_server: str = "127.0.0.1"
    aspera_port: str = "10221"
    raysync_port: str = "32002"
