"""Where the panel's scene comes from: a host's open scene, or a file."""
# mypy: allow-subclassing-any

from __future__ import annotations

import threading
from typing import Callable

from farmdeck import FarmdeckError, Problem, Scene
from farmdeck._errors import Cancelled, SceneError
from farmdeck.farm import Watch

from .qt import Qt, QtCore, Signal

OnScene = Callable[[Scene], None]
OnError = Callable[[FarmdeckError], None]
OnStep = Callable[[float, float], None]


class SceneSource:
    """What a host gives the panel. All calls are made, and answered, on the main thread.

    A host that must read on its main thread reads in slices, from a timer of its own, and calls back at the end.
    """

    host: str = ""
    """The application to name in sentences (`Blender`); "" in a window of our own."""
    fixes: frozenset[str] = frozenset()
    """The ids of `Problem.fix` that `fix` can do here."""
    can_save: bool = False
    """Can the open scene be saved from here?"""

    @property
    def name(self) -> str:
        """The scene's file, to show while it is read; "" when there is none."""
        return ""

    def read(self, on_scene: OnScene, on_error: OnError, on_step: OnStep) -> None:
        """Read the scene anew; one of the first two is called once, `on_step` any number of times before."""
        raise NotImplementedError

    def stop(self) -> None:
        """Give up the reading that runs, if one does; on_error gets Cancelled."""
        return None

    def fix(self, problem: Problem) -> None:
        """Do what the problem's fix says (save, open a file dialog, …); the panel reads the scene again after it."""
        return None

    def save(self) -> None:
        """Save the open scene. Raises FarmdeckError."""
        return None

    def save_as(self) -> bool:
        """Ask where to save it; False when that was cancelled. Raises FarmdeckError."""
        return False

    def select(self, subject: str) -> None:
        """Show the node that a problem is about."""
        return None

    def load_choices(self) -> str:
        """The choices kept with the scene, as they were given; "" when there are none."""
        return ""

    def watch(self, changed: Callable[[], None], choices: Callable[[], str]) -> None:
        """Call `changed` when the scene is not what was read; keep `choices()` with it whenever it is saved."""
        return None

    def close(self) -> None:
        """The panel is closed: end every thread."""
        self.stop()


class NoScene(SceneSource):
    """No file was given: the panel opens on the jobs."""

    def read(self, on_scene: OnScene, on_error: OnError, on_step: OnStep) -> None:
        on_error(SceneError("No scene is open.", "Open one to submit it: farmdeck panel SCENE."))


class FileSource(QtCore.QObject, SceneSource):
    """A scene file, read on a thread of its own with no application running."""

    _stepped = Signal(int, float, float)
    _ended = Signal(int, object)

    def __init__(self, path: str, parent: QtCore.QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._ticket = 0
        self._watch = Watch()
        self._thread: threading.Thread | None = None
        self._callbacks: tuple[OnScene, OnError, OnStep] | None = None
        self._stepped.connect(self._on_step, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_end, Qt.ConnectionType.QueuedConnection)

    @property
    def name(self) -> str:
        """The file."""
        return self._path

    def read(self, on_scene: OnScene, on_error: OnError, on_step: OnStep) -> None:
        """Read the file; a reading that still runs is given up."""
        self._watch.cancel()
        self._ticket += 1
        ticket = self._ticket
        self._callbacks = (on_scene, on_error, on_step)
        self._watch = watch = Watch(lambda done, total: self._stepped.emit(ticket, done, total))
        self._thread = threading.Thread(
            target=self._work, args=(ticket, self._path, watch), name="farmdeck-scene", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Give up the reading that runs."""
        self._watch.cancel()

    def close(self) -> None:
        """Give up, and wait for the thread to notice."""
        self._callbacks = None
        self._watch.cancel()
        if self._thread is not None:
            self._thread.join(5.0)

    def _work(self, ticket: int, path: str, watch: Watch) -> None:
        result: Scene | FarmdeckError
        try:
            result = _read_scene(path, watch)
        except FarmdeckError as exc:
            result = exc
        except OSError as exc:
            result = SceneError(f"{path} cannot be read: {exc.strerror}.", "Check the file and its rights.")
        self._ended.emit(ticket, result)

    def _on_step(self, ticket: int, done: float, total: float) -> None:
        if ticket == self._ticket and self._callbacks is not None:
            self._callbacks[2](done, total)

    def _on_end(self, ticket: int, result: Scene | FarmdeckError) -> None:
        if ticket != self._ticket or self._callbacks is None:
            return  # late answers lose
        on_scene, on_error, _ = self._callbacks
        if isinstance(result, Cancelled):
            on_error(Cancelled("Reading the scene was stopped.", "Press Refresh to read it."))
        elif isinstance(result, FarmdeckError):
            on_error(result)
        else:
            on_scene(result)


def _read_scene(path: str, watch: Watch) -> Scene:
    """The reader is imported with the first file that is read, on the thread that reads it."""
    from farmdeck.scenes import read_scene

    return read_scene(path, watch=watch)
