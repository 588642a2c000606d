"""What there is to say of a Houdini scene, in the same words from the reader and from inside Houdini."""

from __future__ import annotations

from ...scene import Problem, Severity


def pdg_network(path: str) -> Problem:
    """A TOP network: its work is made when it cooks, so nothing of it is listed."""
    return Problem(Severity.NOTE, "What this PDG network makes when it cooks is not listed here.", path)


def other_take(path: str, take: str) -> Problem:
    """A ROP with a take of its own: values are read as they are in the current one."""
    text = f'It renders in the take "{take}": what that changes (range, camera, output) is not seen here.'
    return Problem(Severity.WARNING, text, path)


def as_written(path: str, parm: str, text: str, piece: str) -> Problem:
    """A string that only Houdini can evaluate."""
    message = f'{parm} is left as it is written, since only Houdini can work out "{piece}": {_short(text)}'
    return Problem(Severity.WARNING, message, path)


def no_camera(path: str, camera: str) -> Problem:
    """A ROP whose camera is not in the scene."""
    return Problem(Severity.WARNING, f"Its camera {camera} is not in the scene.", path)


def no_source(path: str, source: str, there: bool) -> Problem:
    """A fetch or a wedge that leads to no node that renders: `source` is not there, or leads back to it."""
    if not source:
        text = "It names no node to render."
    elif there:
        text = f"It renders {source}, which leads back to it."
    else:
        text = f"It renders {source}, which is not found: it is gone, or inside a digital asset."
    return Problem(Severity.WARNING, text, path)


def library_elsewhere(owner: str, library: str) -> Problem:
    """An HDA library that is not where the scene had it; `owner`: the first type that is in it."""
    text = f"The library {library} is not here. Houdini may still find its assets on its own path."
    return Problem(Severity.WARNING, text, owner)


def automatic_size(path: str, lop: str) -> Problem:
    """A Karma LOP with `res_mode` `autoheight` or `autowidth`: one side follows the camera when it renders."""
    return Problem(
        Severity.NOTE, f"One side of its pictures follows the camera, as {lop} says: the size may differ.", path
    )


def unread_layers(count: int, example: str) -> Problem:
    """Binary USD layers: what they reference is not followed."""
    files = "One binary USD layer is" if count == 1 else f"{count} binary USD layers are"
    return Problem(Severity.NOTE, f"{files} not looked into for further files: {example}", "")


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "…"
