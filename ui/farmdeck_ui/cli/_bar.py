"""A live bar at the bottom of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn

from . import _show


class Bar:
    """One line, and lines that scroll above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None, said="")

    def show(self, name: str, fraction: float | None, said: str) -> None:
        """`fraction` is 0 to 1; None while nobody knows."""
        total = None if fraction is None else 1.0
        self._progress.update(self._task, description=name, total=total, completed=fraction or 0.0, said=said)

    def line(self, text: str) -> None:
        """Say something above the bar."""
        self._progress.console.print(text, markup=False)


@contextmanager
def bar(wanted: bool = True) -> Iterator[Bar | None]:
    """A bar while a person looks at a terminal and it is wanted; None in a pipe. Ctrl+C too brings the cursor back."""
    if not (wanted and _show.terminal()):
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=_show.console()) as progress:
        yield Bar(progress)
