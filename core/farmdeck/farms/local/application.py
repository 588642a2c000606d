"""What the local farm knows of an application that renders: where it lies, and how it is told what to render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Callable

from ...job import Part
from ...outputs import is_picture


@dataclass(frozen=True)
class Run:
    """What one process renders. Paths are absolute."""

    scene: str
    """The copy of the scene."""
    original: str
    """The scene that the artist knows."""
    part: Part
    folders: Mapping[int, str]
    """By frame, ascending: the folder for the files of that frame alone."""
    folder: str
    """The folder for a program that takes one for all; it is there and empty."""
    scratch: str
    """A folder for what the process needs besides; it is there, and removed with it."""
    threads: int = 0
    """0: all."""
    needed: bool = False
    """True when it renders because something else of the job needs it."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The frames, ascending."""
        return tuple(self.folders)


@dataclass(frozen=True)
class Order:
    """How to start the process."""

    command: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    """What has to be written first: absolute path, text."""
    environment: Mapping[str, str] = field(default_factory=dict)
    tells: bool = False
    """True for a script of ours, which tells by itself what becomes of each frame."""


@dataclass(frozen=True)
class Application:
    """One application, and how it renders without a window."""

    name: str
    """As in `Software.name`."""
    key: str
    """Its programs in the settings, `[local] maya = [...]`; the variable is FARMDECK_MAYA."""
    programs: tuple[str, ...]
    """What it is called on PATH; () when it is not looked for."""
    usual: Mapping[str, tuple[str, ...]]
    """By `sys.platform`: patterns of where it usually lies."""
    version: Callable[[str], str]
    """The version of the program of that path; "" when it is none."""
    order: Callable[[str, Run], Order]
    """(program, what to render). Raises FarmError for what the program cannot be told."""
    takes: Callable[[str, tuple[int, ...]], tuple[int, ...]] = lambda scene, numbers: numbers
    """(scene, waiting frames): those of them, from the first on, that one process can render."""
    label: str = ""
    """What its environments are called besides."""
    exits: Mapping[int, str] = field(default_factory=dict)
    """What its own exit codes mean, in whole sentences."""


def in_one_go(software: str, part: Part) -> bool:
    """Must one process render all frames of the part in order? A simulation, a cache and a file for all frames must."""
    return software == "Houdini" and not is_picture(part.output)


def steady(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The frames from the first on that have one step: (1, 3, 5, 6) is (1, 3, 5)."""
    if len(numbers) < 3:
        return numbers
    step = numbers[1] - numbers[0]
    taken = next((i for i in range(2, len(numbers)) if numbers[i] - numbers[i - 1] != step), len(numbers))
    return numbers[:taken]


def step_of(numbers: tuple[int, ...]) -> int:
    """The step of frames that have one."""
    return numbers[1] - numbers[0] if len(numbers) > 1 else 1


def task_text(values: Mapping[str, object]) -> str:
    """A task for one of our scripts. ASCII, whatever the script's Python takes for the system's encoding."""
    return json.dumps(values)
