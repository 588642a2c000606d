"""The output folder: temporary files below it, the renaming of whole files into place, what can be wrong with it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..._errors import FarmError
from .task import Move

LOW_DISK = 20 * 2**20


def place(moves: Sequence[Move]) -> None:
    """Rename each file into its place; one that is there already is left. Raises OSError."""
    for move in moves:
        if not os.path.exists(move.source) and _size(move.target) == move.size:
            continue
        os.makedirs(os.path.dirname(move.target), exist_ok=True)
        try:
            os.replace(move.source, move.target)
        except OSError as exc:
            if exc.errno != errno.EXDEV:  # a File Output node may point to another disk
                raise
            part = f"{move.target}.farmdeck-part"
            shutil.copyfile(move.source, part)
            os.replace(part, move.target)


def temporary_folder(output: Path, job: str) -> Path:
    """Where frames of the job are while they are not whole."""
    return output / f".farmdeck-{job}"


def scratch_folder(folder: Path) -> Path:
    """Where renders have their temporary files, below the farm's own folder."""
    return folder / "tmp"


def make_output(output: Path) -> None:
    """The folder is there and can be written when this returns. Raises FarmError."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        what = f"The output folder {output} cannot be made: {exc.strerror}."
        raise FarmError(what, "Choose another output folder and submit again.") from exc
    trouble = output_trouble(output)
    if trouble:
        raise FarmError(trouble, "Or choose another output folder and submit again.")


def output_trouble(output: Path, exc: OSError | None = None) -> str:
    """What is wrong with the output folder, as a message that says what to do; "" when nothing is."""
    again = "then press Start: what is done stays done."
    if exc is not None and exc.errno == errno.ENOSPC:
        return f"The disk of {output} is full. Free some space, {again}"
    if not output.is_dir():
        return f"The output folder {output} is gone. Put it back, {again}"
    if not os.access(output, os.W_OK):
        return f"The output folder {output} cannot be written. Change its rights, {again}"
    if shutil.disk_usage(output).free < LOW_DISK:
        return f"The disk of {output} is full. Free some space, {again}"
    return f"The output folder {output} cannot be used: {exc.strerror}. Mend it, {again}" if exc else ""


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return -1
