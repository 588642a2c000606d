"""HScript expressions: the part of the language that file names, frame ranges and sizes are written in.

Grammar and functions: *Expression functions* (https://www.sidefx.com/docs/houdini/expressions/). What is not here
(matrices, geometry functions, Python) raises Unexpandable.
"""

from __future__ import annotations

import fnmatch
import math
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Callable, Union

Value = Union[float, str]
NOTHING: Mapping[str, Value] = MappingProxyType({})
MAX_DEPTH = 24
MAX_LENGTH = 4_096
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<plain>[A-Za-z_]\w*))|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%^<>!(),]))"
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_ORDER = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"), ("^",))


class Unexpandable(Exception):
    """Something that only Houdini can work out; the argument is the piece of text."""


def text_of(value: Value) -> str:
    """As it appears in a string: whole numbers without a point."""
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def evaluate(
    expression: str,
    node: str,
    variable: Callable[[str], Value],
    look: Callable[[str, str], Value],
    names: Mapping[str, Value] = NOTHING,
) -> Value:
    """Its value on `node`; `variable` and `look` as in `Scope`, `names` a block's own. Raises Unexpandable."""
    if len(expression) > MAX_LENGTH:
        raise Unexpandable(expression[:40])
    parser = _Parser(expression, node, variable, look, names)
    try:
        value = parser.binary(0)
    except (ArithmeticError, ValueError, IndexError, TypeError) as exc:
        raise Unexpandable(expression) from exc
    if parser.peek():
        raise Unexpandable(expression)
    if isinstance(value, float) and not math.isfinite(value):
        raise Unexpandable(expression)
    return value


class _Parser:
    """Recursive descent; values are computed as they are read, so the depth is bounded and nothing is built."""

    def __init__(
        self,
        source: str,
        node: str,
        variable: Callable[[str], Value],
        look: Callable[[str, str], Value],
        names: Mapping[str, Value],
    ) -> None:
        self._source = source
        self._node = node
        self._variable = variable
        self._look = look
        self._names = names
        self._tokens = _tokens(source)
        self._at = 0
        self._depth = 0

    def peek(self) -> str:
        """The next token's text; "" at the end."""
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def binary(self, level: int) -> Value:
        """Operators of that level of precedence and of those that bind tighter, from left to right."""
        if level == len(_ORDER):
            return self._unary()
        value = self.binary(level + 1)
        while self._at < len(self._tokens) and self._tokens[self._at][0] == "sign" and self.peek() in _ORDER[level]:
            sign = self._next()[1]
            value = _apply(sign, value, self.binary(level + 1))
        return value

    def _unary(self) -> Value:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unexpandable(self._source)
        kind, text = self._next()
        value: Value
        if text in ("-", "!") and kind == "sign":
            operand = _number(self._unary())
            value = -operand if text == "-" else float(not operand)
        elif text == "(" and kind == "sign":
            value = self.binary(0)
            self._expect(")")
        elif kind == "number":
            value = float(text)
        elif kind == "string":
            value = self._string(text)
        elif kind == "variable":
            value = self._variable(text)
            value = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
        elif kind == "name":
            value = self._call(text)
        else:
            raise Unexpandable(self._source)
        self._depth -= 1
        return value

    def _string(self, text: str) -> str:
        """Variables are replaced between double quotes, and left alone between single ones."""
        plain = re.sub(r"\\(.)", r"\1", text[1:-1])
        if text[0] == "'":
            return plain
        return _VARIABLE.sub(lambda match: text_of(self._variable(match[1] or match[2])), plain)

    def _call(self, name: str) -> Value:
        if name in self._names:
            return self._names[name]
        self._expect("(")
        arguments: list[Value] = []
        while self.peek() != ")":
            arguments.append(self.binary(0))
            if self.peek() == ",":
                self._next()
        self._next()
        if name in LOOKED_UP and arguments:
            return self._look(name, text_of(arguments[0]))
        if name in _PATHS:
            return _PATHS[name](posixpath.normpath(posixpath.join(self._node, text_of(arguments[0]))))
        if name in ("if", "ifs"):
            return arguments[1] if _number(arguments[0]) else arguments[2]
        if name not in _FUNCTIONS:
            raise Unexpandable(f"{name}()")
        return _FUNCTIONS[name](*arguments)

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise Unexpandable(self._source)
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise Unexpandable(self._source)


@lru_cache(256)
def _tokens(source: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(source.rstrip())
    while at < end:
        match = _TOKEN.match(source, at)
        if match is None:
            raise Unexpandable(source)
        kind = match.lastgroup or ""
        found.append(("variable" if kind in ("braced", "plain") else kind, match[kind]))
        at = match.end()
    return tuple(found)


def _number(value: Value) -> float:
    return value if isinstance(value, float) else float(value)


def _apply(sign: str, left: Value, right: Value) -> Value:
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return text_of(left) + text_of(right)
    if sign in ("==", "!=") and isinstance(left, str) and isinstance(right, str):
        return float((left == right) == (sign == "=="))
    return float(_ARITHMETIC[sign](_number(left), _number(right)))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
    "%": math.fmod, "^": math.pow, "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    "&&": lambda a, b: bool(a) and bool(b), "||": lambda a, b: bool(a) or bool(b),
}  # fmt: skip

LOOKED_UP = frozenset({"ch", "chf", "chs", "chsraw", "chsop"})
"""Functions whose answer lies in the network, as their first argument names it: asked of the caller."""

_PATHS: dict[str, Callable[[str], Value]] = {
    "opname": lambda path: path.rpartition("/")[2],
    "opfullpath": lambda path: path,
    "opdigits": lambda path: float((re.findall(r"\d+", path.rpartition("/")[2]) or ["0"])[-1]),
}


def _padzero(size: Value, value: Value) -> str:
    return f"{int(_number(value)):0{_width(size)}d}"


def _fpadzero(size: Value, precision: Value, value: Value) -> str:
    """`fpadzero(4, 0, 7)` is `0007`, `fpadzero(4, 3, 7.5)` is `0007.500`: `size` counts what is before the point."""
    digits = _width(precision)
    return f"{_number(value):0{_width(size) + (digits + 1 if digits else 0)}.{digits}f}"


def _width(size: Value) -> int:
    return min(99, max(0, int(_number(size))))


def _substr(text: Value, start: Value, length: Value) -> str:
    first = int(_number(start))
    return text_of(text)[first : first + int(_number(length))]


def _strmatch(pattern: Value, text: Value) -> float:
    return float(fnmatch.fnmatchcase(text_of(text), text_of(pattern)))


def _strreplace(text: Value, old: Value, new: Value) -> str:
    return text_of(text).replace(text_of(old), text_of(new)) if old != "" else text_of(text)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "padzero": _padzero, "fpadzero": _fpadzero, "substr": _substr, "strmatch": _strmatch, "strreplace": _strreplace,
    "strcat": lambda *parts: "".join(text_of(part) for part in parts),
    "strlen": lambda text: float(len(text_of(text))),
    "strcmp": lambda a, b: float((text_of(a) > text_of(b)) - (text_of(a) < text_of(b))),
    "index": lambda text, part: float(text_of(text).find(text_of(part))),
    "tolower": lambda text: text_of(text).lower(),
    "toupper": lambda text: text_of(text).upper(),
    "arg": lambda text, at: (text_of(text).split() + [""] * 99)[int(_number(at))],
    "argc": lambda text: float(len(text_of(text).split())),
    "atof": _number,
    "int": lambda value: float(int(_number(value))),
    "trunc": lambda value: float(int(_number(value))),
    "floor": lambda value: float(math.floor(_number(value))),
    "ceil": lambda value: float(math.ceil(_number(value))),
    "rint": lambda value: float(math.floor(_number(value) + 0.5)),
    "round": lambda value: float(math.floor(_number(value) + 0.5)),
    "abs": lambda value: abs(_number(value)),
    "min": lambda a, b: min(_number(a), _number(b)),
    "max": lambda a, b: max(_number(a), _number(b)),
    "clamp": lambda value, low, high: min(max(_number(value), _number(low)), _number(high)),
    "lock": lambda value: value,
}  # fmt: skip
