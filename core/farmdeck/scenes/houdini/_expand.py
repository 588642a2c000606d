"""What Houdini's strings stand for: variables, frame numbers, backticked expressions.

`$HIP`, `${HIP}`, `$F4` and `` `padzero(4, $F)` `` in a parameter are replaced when it is evaluated: *Expressions in
string parameters*, *Global and local variables* (https://www.sidefx.com/docs/houdini/network/expressions.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable, Union

from ._block import run
from ._expression import Unexpandable, evaluate, text_of

__all__ = ["Scope", "Unexpandable", "Value", "expand", "frame_pattern", "number"]

Value = Union[float, str]
MAX_TEXT = 65_536
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)((?::[htre])*)\}|([A-Za-z_]\w*)((?::[htre](?!\w))*))")
_PADDED = re.compile(r"(F|SF)(\d{1,2})")
_ANY_FRAME = 9_999_999
"""So many digits that no file is numbered like it, and more than any padding."""


@dataclass(frozen=True)
class Scope:
    """What an expression on a node can see."""

    node: str
    """Its path: `/out/mantra1`."""
    variables: Mapping[str, str]
    """By name without `$`: the scene's own and those of the environment; `FSTART`, `FEND`, `RFSTART`, `RFEND` too."""
    fps: float
    look: Callable[[str, str, float], Value]
    """(function, argument, frame): `ch`, `chf`, `chs`, `chsraw`, `chsop` of a parameter, its path from the node.

    Raises Unexpandable when the network does not tell.
    """


def expand(text: str, scope: Scope, frame: float) -> str:
    """`text` as Houdini evaluates it on that node at that frame. Raises Unexpandable, with the piece it fails at."""
    if len(text) > MAX_TEXT:
        raise Unexpandable(text[:40])
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        raise Unexpandable("`")
    return "".join(
        text_of(_evaluate(piece, scope, frame)) if index % 2 else _variables(piece, scope, frame)
        for index, piece in enumerate(pieces)
    )


def number(expression: str, scope: Scope, frame: float) -> Value:
    """The value of a channel's expression (`$FSTART`, `ch("../f1")+1`). Raises Unexpandable."""
    return _evaluate(expression, scope, frame)


def frame_pattern(at: Callable[[float], str]) -> str:
    """What `at` makes of frames, with `#` for each digit of the frame number: `a.$F4.exr` is `a.####.exr`.

    `at` evaluates a string at a frame and may raise Unexpandable; that is raised too for one in which something
    other than the frame number changes from frame to frame (`$F+10`, `$T`).
    """
    first, other = at(1), at(_ANY_FRAME)
    if first == other:
        return first
    pieces = other.split(str(_ANY_FRAME))
    pattern, begin = "", 0
    for index, piece in enumerate(pieces):
        after = begin + len(piece)
        end = after if index == len(pieces) - 1 else first.find("1", after) + 1
        if first[begin:after] != piece or end < after or first[after:end].strip("0") not in ("", "1"):
            raise Unexpandable(first)
        pattern += piece + "#" * (end - after)
        begin = end
    if begin != len(first):
        raise Unexpandable(first)
    return pattern


def _variables(text: str, scope: Scope, frame: float) -> str:
    def value(match: re.Match[str]) -> str:
        return _modified(text_of(_variable(match[1] or match[3], scope, frame)), match[2] or match[4] or "")

    return _VARIABLE.sub(value, text)


def _modified(path: str, modifiers: str) -> str:
    """`$HIPNAME:r`: `:h` the folder, `:t` the name, `:r` without its extension, `:e` the extension alone.

    *Variable modifiers*, https://www.sidefx.com/docs/houdini/ref/scripting/.
    """
    for modifier in modifiers.split(":")[1:]:
        folder, _, name = path.rpartition("/")
        stem, point, extension = path.rpartition(".") if "." in name else (path, "", "")
        path = {"h": folder, "t": name, "r": stem, "e": extension if point else ""}[modifier]
    return path


def _variable(name: str, scope: Scope, frame: float) -> Value:
    """`OS`, `F`, `F4`, `FF`, `SF`, `T`, then those of the scene. Raises Unexpandable."""
    whole = float(int(frame))
    local: dict[str, Value] = {
        "F": whole, "SF": whole, "FF": frame, "OS": scope.node.rpartition("/")[2],
        "T": (frame - 1) / scope.fps, "FPS": scope.fps,
    }  # fmt: skip
    if name in local:
        return local[name]
    if name in scope.variables:
        return scope.variables[name]
    padded = _PADDED.fullmatch(name)
    if padded is not None:
        return f"{int(frame):0{int(padded[2])}d}"
    raise Unexpandable("$" + name)


def _evaluate(expression: str, scope: Scope, frame: float) -> Value:
    def variable(name: str) -> Value:
        return _variable(name, scope, frame)

    def look(function: str, argument: str) -> Value:
        return scope.look(function, argument, frame)

    stripped = expression.strip()
    try:
        return (run if stripped.startswith("{") else evaluate)(stripped, scope.node, variable, look)
    except RecursionError as exc:
        raise Unexpandable(stripped[:40]) from exc
