"""What a job type's `eval` texts come to, without Blender: a small interpreter for the expressions that they are.

The Manager sends Python that its add-on evaluates inside Blender, with the names `bpy`, `C`, `settings`, `jobname`,
`Path`, `abspath` and `last_n_dir_parts` (Flamenco 3.9-beta1, addon/flamenco/job_types_propgroup.py, and "Available
Python names for Evaluation" of its manual). Here the text is only ever parsed: each node of its tree is looked up in
the tables below, and what is not in them is `Unknown`. Nothing of it is run; sizes are bounded before anything is
computed.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Union

PurePath = Union[PurePosixPath, PureWindowsPath]
Value = Union[str, int, float, bool, None, PurePosixPath, PureWindowsPath, "tuple[Any, ...]"]

MAX_TEXT = 2000
"""Letters of an expression, and of every text on the way."""
MAX_NODES = 200
MAX_DEPTH = 30
MAX_NUMBER = 2**53
_SPEC = re.compile(r"0?[0-9]{0,2}(\.[0-9]{1,2})?[dfgs]?")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")

_BINARY: Mapping[type[ast.AST], Callable[[Any, Any], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: Mapping[type[ast.AST], Callable[[Any], Value]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COMPARE: Mapping[type[ast.AST], Callable[[Any, Any], Value]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_TEXT_METHODS = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "title", "startswith", "endswith", "replace"})
_PATH_FACTS = frozenset({"name", "stem", "suffix", "parent"})
_PATH_METHODS = frozenset({"joinpath", "with_suffix", "with_name", "as_posix"})


class Unknown(Exception):
    """The expression asks for something that is not known here; the text says for what."""


@dataclass(frozen=True)
class Names:
    """What an expression can ask for."""

    facts: Mapping[str, Value]
    """By dotted name: `jobname`, `settings.chunk_size`, `C.scene.frame_start`, `bpy.data.filepath`."""
    scene_file: str
    """What paths that begin with `//` are relative to, as the workers see it."""
    original: str
    """The scene file whose folders `last_n_dir_parts` takes, as the artist knows it."""


def evaluate(text: str, names: Names) -> str | int | float | bool:
    """What the expression comes to; a path as its text. Raises Unknown, and nothing else, for whatever is asked."""
    if len(text) > MAX_TEXT:
        raise Unknown("an expression that is too long")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
            raise Unknown("an expression that is too long")
        value = _Evaluation(names).value(tree, 0)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError, MemoryError) as exc:
        raise Unknown(f"{text}: {exc}") from exc
    if isinstance(value, (PurePosixPath, PureWindowsPath)):
        return str(value)
    if value is None or isinstance(value, tuple):
        raise Unknown(f"{text} is no single value")
    return value


def pure_path(text: str) -> PurePath:
    """The path in its own system's notation: one that begins with a drive's letter or `\\\\server` is of Windows."""
    return PureWindowsPath(text) if _WINDOWS.match(text) else PurePosixPath(text)


class _Evaluation:
    """One walk through one expression's tree."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._nodes: Mapping[type[ast.AST], Callable[[Any, int], Value]] = {
            ast.Constant: lambda node, depth: _bounded(node.value),
            ast.Name: lambda node, depth: self._fact(node.id),
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.BinOp: self._binary,
            ast.UnaryOp: lambda node, depth: _apply(_UNARY, node.op, self.value(node.operand, depth)),
            ast.BoolOp: self._and_or,
            ast.Compare: self._compare,
            ast.IfExp: self._choice,
            ast.JoinedStr: self._joined,
            ast.FormattedValue: self._formatted,
            ast.Tuple: self._several,
            ast.List: self._several,
            ast.Set: self._several,
        }
        self._calls: Mapping[str, Callable[..., Value]] = {
            "str": str,
            "int": int,
            "float": float,
            "bool": bool,
            "len": len,
            "round": lambda number: round(number),  # no digits: a power of ten of any size would be computed
            "min": min,
            "max": max,
            "abs": abs,
            "Path": _path,
            "abspath": self._abspath,
            "bpy.path.abspath": lambda path: str(self._abspath(path)),
            "bpy.path.basename": lambda path: pure_path(path).name,
            "last_n_dir_parts": self._last_parts,
        }

    def value(self, node: ast.AST, depth: int) -> Value:
        """What the node comes to. Raises Unknown, or what the operation raised."""
        if depth > MAX_DEPTH:
            raise Unknown("an expression that is too deep")
        known = self._nodes.get(type(node))
        if known is None:
            raise Unknown(f"{type(node).__name__} in an expression")
        return _bounded(known(node, depth + 1))

    def _fact(self, name: str) -> Value:
        for alias, meant in (("bpy.context.", "C."), ("D.", "bpy.data."), ("C.blend_data.", "bpy.data.")):
            if name.startswith(alias):
                name = meant + name[len(alias) :]
        if name not in self._names.facts:
            raise Unknown(name)
        return self._names.facts[name]

    def _attribute(self, node: ast.Attribute, depth: int) -> Value:
        name = _dotted(node)
        if name:
            try:
                return self._fact(name)
            except Unknown:
                if node.attr not in _PATH_FACTS:
                    raise
        owner = self.value(node.value, depth)
        if not isinstance(owner, (PurePosixPath, PureWindowsPath)) or node.attr not in _PATH_FACTS:
            raise Unknown(f".{node.attr}")
        return getattr(owner, node.attr)  # type: ignore[no-any-return]

    def _call(self, node: ast.Call, depth: int) -> Value:
        if node.keywords:
            raise Unknown("keywords in a call")
        given = [self.value(arg, depth) for arg in node.args]
        known = self._calls.get(_dotted(node.func))
        if known is not None:
            return known(*given)
        if not isinstance(node.func, ast.Attribute):
            raise Unknown(f"{_dotted(node.func)}()")
        return _method(self.value(node.func.value, depth), node.func.attr, given)

    def _binary(self, node: ast.BinOp, depth: int) -> Value:
        left, right = self.value(node.left, depth), self.value(node.right, depth)
        if isinstance(node.op, ast.Div) and isinstance(left, (PurePosixPath, PureWindowsPath)):
            return _path(left, right)
        if isinstance(node.op, ast.Mult) and not (_is_number(left) and _is_number(right)):
            raise Unknown("a text many times")
        if isinstance(node.op, ast.Mod) and not (_is_number(left) and _is_number(right)):
            raise Unknown("% with a text")
        return _apply(_BINARY, node.op, left, right)

    def _and_or(self, node: ast.BoolOp, depth: int) -> Value:
        found: Value = None
        for operand in node.values:
            found = self.value(operand, depth)
            if bool(found) is isinstance(node.op, ast.Or):
                break
        return found

    def _compare(self, node: ast.Compare, depth: int) -> Value:
        left = self.value(node.left, depth)
        for op, operand in zip(node.ops, node.comparators):
            right = self.value(operand, depth)
            if not _apply(_COMPARE, op, left, right):
                return False
            left = right
        return True

    def _choice(self, node: ast.IfExp, depth: int) -> Value:
        return self.value(node.body if self.value(node.test, depth) else node.orelse, depth)

    def _joined(self, node: ast.JoinedStr, depth: int) -> Value:
        return "".join(str(self.value(piece, depth)) for piece in node.values)

    def _formatted(self, node: ast.FormattedValue, depth: int) -> Value:
        value = self.value(node.value, depth)
        spec = str(self.value(node.format_spec, depth)) if node.format_spec is not None else ""
        if not _SPEC.fullmatch(spec) or node.conversion not in (-1, ord("s")):
            raise Unknown(f"the format {spec!r}")
        return format(str(value) if node.conversion == ord("s") or not _is_number(value) else value, spec)

    def _several(self, node: ast.Tuple | ast.List | ast.Set, depth: int) -> Value:
        return tuple(self.value(element, depth) for element in node.elts)

    def _abspath(self, path: Value) -> PurePath:
        """Absolute, `//` being the scene file's folder, `..` taken out. What depends on a current folder is Unknown."""
        text = str(path)
        found = pure_path(text)
        if text.startswith("//"):
            found = pure_path(self._names.scene_file).parent / text[2:]
        elif not found.is_absolute() and not text.startswith("{"):  # {variable}: the Manager's, absolute in the end
            raise Unknown(f"where {text!r} is")
        return _without_dots(found)

    def _last_parts(self, count: int, path: Value = None) -> PurePath:
        """The last folders of the path, of the scene file's when none is given; never more than there are."""
        folder = (pure_path(self._names.original) if path is None else self._abspath(path)).parent
        parts = folder.parts[1:] if folder.anchor else folder.parts
        return PurePosixPath(*parts[-count:]) if count > 0 else PurePosixPath()


def _dotted(node: ast.AST) -> str:
    """`C.scene.name`; "" for what is no chain of names."""
    words = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def _method(owner: Value, name: str, given: list[Value]) -> Value:
    known = _TEXT_METHODS if isinstance(owner, str) else _PATH_METHODS
    if not isinstance(owner, (str, PurePosixPath, PureWindowsPath)) or name not in known:
        raise Unknown(f".{name}()")
    if name == "joinpath":
        return _path(owner, *given)
    return getattr(owner, name)(*given)  # type: ignore[no-any-return]


def _path(*pieces: Value) -> PurePath:
    """As `pathlib.Path(…)`: the notation is the first piece's, a later absolute piece begins anew."""
    found: PurePath = PurePosixPath()
    for piece in pieces:
        if not isinstance(piece, (str, PurePosixPath, PureWindowsPath)):
            raise Unknown(f"{piece!r} in a path")
        if found == PurePosixPath():
            found = pure_path(piece) if isinstance(piece, str) else piece
        else:
            found = found / (piece if isinstance(piece, str) else piece.as_posix())
    return found


def _without_dots(path: PurePath) -> PurePath:
    parts: list[str] = []
    for part in path.parts[1:] if path.anchor else path.parts:
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
    return type(path)(path.anchor, *parts)


def _apply(table: Mapping[type[ast.AST], Callable[..., Value]], op: ast.AST, *operands: Value) -> Value:
    if type(op) not in table:
        raise Unknown(f"{type(op).__name__} in an expression")
    return table[type(op)](*operands)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float))


def _bounded(value: Any) -> Value:
    """The value, when it is of a kind and a size that settings have."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)) and abs(value) <= MAX_NUMBER:  # which not-a-number and infinity are not
        return value
    if isinstance(value, (str, PurePosixPath, PureWindowsPath)) and len(str(value)) <= MAX_TEXT:
        return value
    if isinstance(value, tuple):
        return value
    raise Unknown(f"a {type(value).__name__} that is no setting's value")
