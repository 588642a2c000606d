"""HScript expressions and the expansion of strings, as far as scenes' own parms use them.

Functions and their meaning: https://www.sidefx.com/docs/houdini/expressions/ ; variables:
https://www.sidefx.com/docs/houdini/network/expressions.html#globals . Whatever is not here raises `Unknown`, which the
stand-in hands on as hou.OperationFailed: an honest test never rests on a guess.
"""

from __future__ import annotations

import math
import re
from typing import Any, Callable, Protocol, Union

Result = Union[float, str]


class Unknown(Exception):
    """A function, variable or form that is not here."""


class MadeToCook(AssertionError):
    """It would have made Houdini cook geometry, which may take any time."""


COOKS = frozenset(
    "bbox centroid detail details detailsnap iprgeo nearpoint npoints nprims npointsgroup nprimsgroup point points "
    "pointlist pointavg prim prims primlist primuv surflen unituv vertex vertexs volumeindex volumesample".split()
)
"""Functions that look at geometry [https://www.sidefx.com/docs/houdini/expressions/index.html, section Geometry]."""


class Place(Protocol):
    """Where an expression is evaluated: on a parm of a node, at a frame."""

    frame: float

    def clock(self, name: str) -> float | None: ...
    def variable(self, name: str) -> str | None: ...
    def channel(self, path: str) -> float: ...
    def text(self, path: str) -> str: ...
    def raw_text(self, path: str) -> str: ...
    def node_path(self, path: str) -> str: ...


_VARIABLE = re.compile(r"\$(?:(\w+)(:[hter]\b)?|\{(\w+)(:[hter])?\})")
"""With its modifier: `$HIPNAME:r` [https://www.sidefx.com/docs/houdini/commands/_guide.html, Variable modifiers]."""
_WORD = re.compile(
    r"""\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<string>"(?:[^"\\]|\\.)*"|'[^']*')
    |(?P<variable>\$\w+|\$\{\w+\})|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[-+*/%^(){}\[\],;<>!=@]))""",
    re.VERBOSE,
)
_PADDED = re.compile(r"(F|SF|FF)(\d*)")


def expand(text: str, place: Place) -> str:
    """A string parm's text: backticks evaluated first, `$NAME` and `${NAME}` put in; `\\$` stays a dollar."""
    pieces = re.split(r"(?<!\\)`((?:[^`\\]|\\.)*)`", text)
    done = []
    for index, piece in enumerate(pieces):
        if index % 2:
            done.append(as_text(evaluate(piece, place)))
        else:
            done.append(_VARIABLE.sub(lambda match: _modified(match, place), piece))
    return "".join(done)


def _modified(match: re.Match[str], place: Place) -> str:
    text = variable(match[1] or match[3], place)
    head, _, tail = text.rpartition("/")
    root, point, extension = text.rpartition(".")
    parts = {":h": head, ":t": tail, ":e": extension, ":r": root if point else text}
    return parts.get(match[2] or match[4] or "", text)


def variable(name: str, place: Place) -> str:
    """Its text; one that nobody set is empty, as Houdini has it."""
    frame = place.frame
    match = _PADDED.fullmatch(name)
    if match:
        return format(frame, "g") if match[1] == "FF" else f"{int(frame):0{int(match[2] or 0)}d}"
    value = place.variable(name)
    if value is None:
        longest = next((name[:end] for end in range(len(name), 0, -1) if place.variable(name[:end]) is not None), "")
        return (place.variable(longest) or "") + name[len(longest) :] if longest and longest == "OS" else ""
    return value


def as_text(value: Result) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) else format(value, ".6g")


def as_number(value: Result) -> float:
    if isinstance(value, str):
        match = re.match(r"\s*-?\d+\.?\d*(?:[eE][-+]?\d+)?", value)
        return float(match[0]) if match else 0.0
    return value


def evaluate(source: str, place: Place) -> Result:
    """An expression, or a block of statements in braces that returns."""
    return _Parser(source, place).whole()


class _Return(Exception):
    def __init__(self, value: Result) -> None:
        self.value = value


class _Parser:
    """Evaluates while it reads; what is not taken (`if(…, …)`, `else`) is read dry."""

    def __init__(self, source: str, place: Place) -> None:
        self.words: list[tuple[str, str]] = []
        self.place, self.at, self.dry = place, 0, 0
        self.names: dict[str, Result] = {}
        end = 0
        source = source.rstrip()
        while end < len(source):
            match = _WORD.match(source, end)
            if match is None:
                raise Unknown(f"cannot read {source[end : end + 20]!r}")
            self.words.append((match.lastgroup or "", match[match.lastgroup or 0]))
            end = match.end()
        self.words.append(("end", ""))

    def whole(self) -> Result:
        if self.words[0][1] == "{":
            try:
                self.statement()
            except _Return as found:
                return found.value
            raise Unknown("a block that returns nothing")
        value = self.binary(0)
        if self.words[self.at][0] != "end":
            raise Unknown(f"more behind the expression: {self.words[self.at][1]}")
        return value

    def accept(self, sign: str) -> bool:
        if self.words[self.at][1] == sign and self.words[self.at][0] != "string":
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise Unknown(f"{sign} is missing before {self.words[self.at][1]!r}")

    # -- statements

    def statement(self) -> None:
        if self.accept("{"):
            while not self.accept("}"):
                self.statement()
        elif self.accept("if"):
            self.expect("(")
            yes = bool(as_number(self.binary(0)))
            self.expect(")")
            self.dried(not yes)
            if self.accept("else"):
                self.dried(yes)
        elif self.accept("return"):
            value = self.binary(0)
            self.accept(";")
            if not self.dry:
                raise _Return(value)
        else:
            if self.words[self.at][1] in ("float", "string"):
                self.at += 1
            self.assignment()

    def assignment(self) -> None:
        name = self.words[self.at][1]
        self.at += 1
        sign = ""
        if self.words[self.at][1] in "+-*/":
            sign = self.words[self.at][1]
            self.at += 1
        self.expect("=")
        value = self.binary(0)
        self.accept(";")
        if not self.dry:
            self.names[name] = _OPERATORS[sign][1](self.names[name], value) if sign else value

    def dried(self, dry: bool) -> None:
        self.dry += dry
        self.statement()
        self.dry -= dry

    # -- expressions

    def binary(self, level: int) -> Result:
        left = self.unary()
        while self.words[self.at][0] == "sign" and _OPERATORS.get(self.words[self.at][1], (-1, None))[0] >= level:
            rank, work = _OPERATORS[self.words[self.at][1]]
            self.at += 1
            right = self.binary(rank + 1)
            left = 0.0 if self.dry else work(left, right)
        return left

    def unary(self) -> Result:
        if self.accept("-"):
            return -as_number(self.unary())
        if self.accept("!"):
            return float(not as_number(self.unary()))
        if self.accept("("):
            value = self.binary(0)
            self.expect(")")
            return value
        kind, word = self.words[self.at]
        self.at += 1
        if kind == "number":
            return float(word)
        if kind == "string":
            return self.quoted(word)
        if kind == "variable":
            time = self.place.clock(word.strip("${}"))
            if time is not None:
                return time
            found = variable(word.strip("${}"), self.place)
            return float(found) if re.fullmatch(r"-?\d+(\.\d+)?", found) else found
        if kind == "name" and self.words[self.at][1] == "(":
            return self.call(word)
        if kind == "name" and word in self.names:
            return self.names[word]
        raise Unknown(word)

    def quoted(self, word: str) -> Result:
        if word[0] == "'":
            return word[1:-1]
        inner = re.sub(r"\\(.)", r"\1", word[1:-1])
        return "" if self.dry else expand(inner, self.place) if "$" in inner else inner

    def call(self, name: str) -> Result:
        self.expect("(")
        if name in ("if", "ifs"):
            return self.choose()
        values: list[Result] = []
        while not self.accept(")"):
            values.append(self.binary(0))
            self.accept(",")
        if self.dry:
            return 0.0
        if name in COOKS:
            raise MadeToCook(f"{name}()")
        work = _FUNCTIONS.get(name)
        if work is None:
            raise Unknown(f"{name}()")
        return work(self.place, *values)

    def choose(self) -> Result:
        yes = bool(as_number(self.binary(0)))
        self.expect(",")
        self.dry += not yes
        first = self.binary(0)
        self.dry -= not yes
        self.expect(",")
        self.dry += yes
        second = self.binary(0)
        self.dry -= yes
        self.expect(")")
        return first if yes else second


def _plus(left: Result, right: Result) -> Result:
    if isinstance(left, str) or isinstance(right, str):
        return as_text(left) + as_text(right)
    return left + right


def _number(work: Callable[[float, float], Any]) -> Callable[[Result, Result], Result]:
    return lambda left, right: float(work(as_number(left), as_number(right)))


def _same(left: Result, right: Result) -> bool:
    return as_text(left) == as_text(right) if isinstance(left, str) else left == as_number(right)


_OPERATORS: dict[str, tuple[int, Callable[[Result, Result], Result]]] = {
    "||": (0, _number(lambda a, b: a or b)),
    "&&": (1, _number(lambda a, b: bool(a and b))),
    "==": (2, lambda a, b: float(_same(a, b))),
    "!=": (2, lambda a, b: float(not _same(a, b))),
    "<": (3, _number(lambda a, b: a < b)),
    ">": (3, _number(lambda a, b: a > b)),
    "<=": (3, _number(lambda a, b: a <= b)),
    ">=": (3, _number(lambda a, b: a >= b)),
    "+": (4, _plus),
    "-": (4, _number(lambda a, b: a - b)),
    "*": (5, _number(lambda a, b: a * b)),
    "/": (5, _number(lambda a, b: a / b if b else 0.0)),
    "%": (5, _number(lambda a, b: math.fmod(a, b) if b else 0.0)),
    "^": (6, _number(lambda a, b: a**b)),
}


def _maths(work: Callable[..., float]) -> Callable[..., Result]:
    return lambda place, *values: float(work(*(as_number(value) for value in values)))


def _pad(place: Place, digits: Result, number: Result) -> str:
    return f"{int(as_number(number)):0{int(as_number(digits))}d}"


def _fpad(place: Place, digits: Result, precision: Result, number: Result) -> str:
    after = int(as_number(precision))
    width = int(as_number(digits)) + (after + 1 if after else 0)
    return f"{as_number(number):0{width}.{after}f}"


def _digits(place: Place, path: Result) -> float:
    found = re.search(r"(\d+)\D*$", str(path))
    return float(found[1]) if found else 0.0


def _substr(place: Place, source: Result, start: Result, length: Result) -> str:
    begin = int(as_number(start))
    return as_text(source)[begin : begin + int(as_number(length))]


_FUNCTIONS: dict[str, Callable[..., Result]] = {
    "ch": lambda place, path: place.channel(str(path)),
    "chs": lambda place, path: place.text(str(path)),
    "chsraw": lambda place, path: place.raw_text(str(path)),
    "strcat": lambda place, *parts: "".join(as_text(part) for part in parts),
    "padzero": _pad,
    "fpadzero": _fpad,
    "opname": lambda place, path: place.node_path(str(path)).rsplit("/", 1)[-1],
    "opfullpath": lambda place, path: place.node_path(str(path)),
    "opdigits": _digits,
    "substr": _substr,
    "strlen": lambda place, source: float(len(as_text(source))),
    "strcmp": lambda place, a, b: float((as_text(a) > as_text(b)) - (as_text(a) < as_text(b))),
    "strreplace": lambda place, source, old, new: as_text(source).replace(as_text(old), as_text(new)),
    "tolower": lambda place, source: as_text(source).lower(),
    "toupper": lambda place, source: as_text(source).upper(),
    "index": lambda place, source, part: float(as_text(source).find(as_text(part))),
    "itoa": lambda place, value: str(int(as_number(value))),
    "ftoa": lambda place, value: as_text(value),
    "atof": lambda place, value: as_number(value),
    "abs": _maths(abs),
    "int": _maths(math.trunc),
    "rint": _maths(round),
    "round": _maths(lambda value: math.floor(value + 0.5)),
    "floor": _maths(math.floor),
    "ceil": _maths(math.ceil),
    "min": _maths(min),
    "max": _maths(max),
    "clamp": _maths(lambda value, low, high: max(low, min(high, value))),
    "pow": _maths(pow),
}
