"""`log`: what the renderer said of a frame, fetched from the farm where it keeps that."""

from __future__ import annotations

from pathlib import Path

import click
from farmdeck import Frame, FrameState, Job
from farmdeck._errors import BadInput, FarmError
from farmdeck.store import FarmInfo, Store

from . import _desk, _show

_SILENT = (FrameState.WAITING, FrameState.ABANDONED)


@click.command()
@click.argument("id")
@click.option("--frame", type=int, help="Without: the frame that failed, else the newest.")
@click.option("--part", default="", help="Which part's, by name.")
@_show.json_option
def log(id: str, frame: int | None, part: str, as_json: bool) -> None:
    """Print a frame's log."""
    with _desk.open_store() as store:
        found = store.job(id)
        farm = _desk.farm_elsewhere(store, found)
        if farm is not None:
            _ask_for_frames(store, found, farm)
        chosen = _choose_frame(found, store.frames(found.id), frame, part, farm is not None)
        path = _path(store, found, chosen, farm is not None)
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise FarmError(
            f"The log of frame {chosen.number} cannot be read: {exc.strerror}.", "Retry the frame."
        ) from exc
    if as_json:
        doc = {"job": found.id, "part": chosen.part, "number": chosen.number, "attempt": chosen.attempt}
        _show.print_json({**doc, "path": path, "text": text})
    else:
        click.echo(text, nl=not text.endswith("\n"))


def _ask_for_frames(store: Store, job: Job, farm: FarmInfo) -> None:
    """Raises BadInput for a farm that keeps no logs."""
    if not farm.document.get("capabilities", {}).get("logs"):
        raise BadInput(f"{farm.name} gives no logs.", "Look on the farm's own pages.")
    if job.farm_job and not job.state.ended:
        _desk.look(store, job)


def _path(store: Store, job: Job, frame: Frame, elsewhere: bool) -> str:
    """The log's file; asked of a farm elsewhere when there is none here, or the frame goes on."""
    if not elsewhere or (frame.log and frame.state.ended):
        return frame.log
    answer = _desk.ask(store, "frame.log", job.id, part=frame.part, number=frame.number)
    return str((answer.values or {}).get("path", ""))


def _choose_frame(job: Job, rows: list[Frame], number: int | None, part: str, elsewhere: bool) -> Frame:
    names = [one.name for one in job.parts]
    if part and part not in names:
        raise BadInput(f'{job.name} has no part "{part}".', f"It has: {', '.join(names)}.")
    fitting = [row for row in rows if number in (None, row.number) and (not part or names[row.part] == part)]
    if not fitting and number is not None:
        raise BadInput(f"{job.name} has no frame {number}.", f"See them with: farmdeck frames {job.id}")
    begun = [row for row in fitting if row.log or (elsewhere and row.state not in _SILENT)]
    if not begun:
        which = f"No frame of {job.name} has begun" if number is None else f"Frame {number} has not begun"
        raise BadInput(f"{which}, so there is no log.", "Retry it." if job.state.ended else "Wait until it renders.")
    failed = [row for row in begun if row.state is FrameState.FAILED]
    return failed[0] if failed else max(begun, key=lambda row: row.started or 0.0)


COMMANDS = (log,)
