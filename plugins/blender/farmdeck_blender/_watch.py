# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer that drives everything, and the handlers that tell it when to read the scene again.

The timer's turn: take news (2 ms at most), read on (8 ms at most), ask for a check if the choices changed, redraw.
"""

from __future__ import annotations

import time
import traceback
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import _preview, _rows, _state
from ._choices import Choices
from ._core import Scene
from ._reader import Turns, fingerprint, read_open_scene
from ._session import Session

READ_SECONDS = 0.008
QUIET_SECONDS = 0.7
"""How long the scene must be left alone before it is read again."""
READING, LIVE, IDLE = 0.01, 0.25, 1.0
"""Seconds between two turns of the timer."""


class Watch:
    """Reads the scene when it changed, hands over what waits for that, keeps the panels fresh."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.turns: Turns | None = None
        self.longest = 0.0
        """The longest stretch of the main thread so far, seconds; for the tests and for those who measure."""
        self._stale_since = 0.0
        self._print: tuple[Any, ...] = ()
        self._pending: tuple[str, Choices] | None = None
        self._saved_version: tuple[int, ...] = ()
        self._woken = False

    # -- reading

    @property
    def begun(self) -> bool:
        """Was the open file looked at?"""
        return bool(self._saved_version)

    def file_opened(self) -> None:
        """The version that wrote the file; until it is saved here that is not this Blender's."""
        self._saved_version = tuple(bpy.data.version) if bpy.data.filepath else tuple(bpy.app.version)
        self.session.forget_scene()
        self._pending = None
        self.read_now()

    def file_saved(self) -> None:
        """What is on the disk now is what is open."""
        self._saved_version = tuple(bpy.app.version)
        self.read_now()

    def read_now(self) -> None:
        """Begin to read, anew if a reading is under way."""
        self.stop_reading()
        self.turns = read_open_scene(bpy.context.scene, self._saved_version or tuple(bpy.app.version))
        self._print = ()
        self._stale_since = 0.0
        self.session.reading = "the scene"
        self.session.changed = True

    def stop_reading(self) -> None:
        """Drop what was looked up: it is not valid any more."""
        if self.turns is not None:
            self.turns.close()
        self.turns = None
        self.session.reading = ""

    def scene_changed(self) -> None:
        """Read again once the artist pauses."""
        self._stale_since = time.monotonic()

    def read_on(self, budget: float = READ_SECONDS) -> None:
        """Read for at most `budget` seconds."""
        if self.turns is None or _busy():
            return
        until = time.perf_counter() + budget
        try:
            while time.perf_counter() < until:
                self.session.reading = next(self.turns)
        except StopIteration as end:
            self.turns = None
            self.session.reading = ""
            self.session.take_scene(end.value)
            self._print = fingerprint()
            self.session.changed = True
        except ReferenceError:  # a data-block was deleted between two turns
            self.read_now()

    def _look_for_changes(self) -> None:
        now = time.monotonic()
        if self.turns is not None or _busy():
            return
        if self._stale_since:
            if now - self._stale_since >= QUIET_SECONDS:
                self.read_now()
        elif self._print and fingerprint() != self._print:
            self.scene_changed()
            self._print = ()

    # -- handing over

    def submit(self, which: str, choices: Choices) -> None:
        """`open`: the scene as it is open now, read anew if it changed; `saved`: as it was last saved."""
        self._pending = (which, choices)
        if which == "open" and (self._stale_since or self.session.scene is None or fingerprint() != self._print):
            self.read_now()
            self.session.say("Reading the scene, then submitting", "SORTTIME")
        self._hand_over()

    def _hand_over(self) -> None:
        if self._pending is None or self.turns is not None:
            return
        which, choices = self._pending
        scene: Scene | None = self.session.saved_scene if which == "saved" else self.session.scene
        if which == "open" and (scene is None or scene.file != bpy.data.filepath or self.session.reading_disk):
            return
        self._pending = None
        if scene is None:
            self.session.say("The scene was changed before it was read. Save it, then submit.", "ERROR")
        else:
            self.session.hand_over(scene, choices)

    # -- the timer

    def turn(self) -> float:
        """One turn; returns the seconds until the next."""
        begun = time.perf_counter()
        session = self.session
        if not self._woken:
            self._woken = True
            session.wake_agent()
        session.mail.drain()
        self.read_on()
        self._look_for_changes()
        self._hand_over()
        if not _busy() and self.turns is None:
            session.check_choices(_state.choices(bpy.context.scene))
        session.look_for_answers(time.monotonic())
        if session.changed:
            session.changed = False
            _rows.fill(session)
            _preview.show(session.newest_picture, session.frames_in_order)
            redraw()
        self.longest = max(self.longest, time.perf_counter() - begun)
        if self.turns is not None or session.mail.waits:
            return READING
        return LIVE if session.live or self._stale_since else IDLE


def _busy() -> bool:
    """While Blender renders or plays, the scene is left alone."""
    manager = bpy.context.window_manager
    plays = any(window.screen.is_animation_playing for window in (manager.windows if manager is not None else ()))
    return plays or bool(bpy.app.is_job_running("RENDER"))


def redraw() -> None:
    """Only what shows us: the sidebar of 3D views, and the render properties."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            kind = "UI" if area.type == "VIEW_3D" else "WINDOW"
            if area.type == "VIEW_3D" or (area.type == "PROPERTIES" and area.spaces.active.context == "RENDER"):
                for region in area.regions:
                    if region.type == kind and region.width > 1:
                        region.tag_redraw()


_watch: Watch | None = None


def watch() -> Watch:
    """The one of this Blender."""
    assert _watch is not None, "Farmdeck is not registered"
    return _watch


def session() -> Session:
    """The one of this Blender."""
    return watch().session


def start(given: Session | None = None) -> None:
    """Make the session, hang in the handlers and the timer."""
    global _watch
    _watch = Watch(given or Session())
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)
    if not bpy.app.background:
        bpy.app.timers.register(_tick, first_interval=0.5, persistent=True)


def stop() -> None:
    """Take handlers and timer away and end the worker thread."""
    global _watch
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    for name, handler in _HANDLERS.items():
        there = getattr(bpy.app.handlers, name)
        if handler in there:
            there.remove(handler)
    if _watch is not None:
        _watch.stop_reading()
        _watch.session.close()
    _watch = None


def _tick() -> float | None:
    if _watch is None:
        return None
    try:
        if not _watch.begun:  # the first turn: bpy.context and bpy.data are there now
            _watch.file_opened()
        return _watch.turn()
    except Exception:  # noqa: BLE001 - the outermost edge: Blender would drop the timer, and the panel would be dead
        traceback.print_exc()
        _watch.stop_reading()
        _watch.session.say("Something broke; the system console has the details. Press Refresh.", "ERROR")
        return IDLE


@persistent
def _loaded(*args: Any) -> None:
    if _watch is not None:
        _watch.file_opened()


@persistent
def _saved(*args: Any) -> None:
    if _watch is not None:
        _watch.file_saved()


@persistent
def _gone(*args: Any) -> None:
    """Undo, redo and loading make every data-block that was looked up invalid."""
    if _watch is not None and _watch.turns is not None:
        _watch.stop_reading()
        _watch.scene_changed()


@persistent
def _updated(*args: Any) -> None:
    if _watch is not None:
        _watch.scene_changed()


_HANDLERS = {
    "load_pre": _gone,
    "load_post": _loaded,
    "save_post": _saved,
    "undo_pre": _gone,
    "redo_pre": _gone,
    "undo_post": _updated,
    "redo_post": _updated,
    "depsgraph_update_post": _updated,
}
