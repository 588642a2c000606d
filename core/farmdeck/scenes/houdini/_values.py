"""What a node's parameters are worth at a frame, as far as the file tells."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from . import _parms
from ._expand import Scope, Unexpandable, Value, expand, frame_pattern, number
from ._expression import text_of
from ._hip import Hip
from ._parms import Expression, Held

MAX_DEPTH = 24
MAX_KNOWN = 20_000
MAX_NUMBER = 1e9
_TOGGLES = {"on": 1.0, "off": 0.0, "constructed": 0.0, "explicit": 1.0, "normal": 1.0}
"""Menus that expressions ask for as numbers, by their token; a file cache's `filemethod` among them."""


class Values:
    """Evaluates parameters; follows `ch()` and its like from node to node, each parameter once a frame."""

    def __init__(self, hip: Hip, variables: Mapping[str, str], fps: float, frame: float) -> None:
        self._hip = hip
        self._variables = variables
        self._fps = fps
        self.frame = frame
        """The current one, at which everything is evaluated that is not asked at another."""
        self._known: dict[tuple[str, str, float], str] = {}
        self._depth = 0

    def at(self, path: str) -> NodeValues:
        """The parameters of one node, as the rules ask for them."""
        return NodeValues(self, path)

    def has(self, path: str, name: str) -> bool:
        """Does the node have that parameter?"""
        return _parms.part(self._hip.parms(path), name) is not None

    def written(self, path: str, name: str) -> str:
        """Its text as it stands in the file; that of the channel's expression where one drives it."""
        held = _parms.part(self._hip.parms(path), name)
        if held is None:
            return ""
        driver = self._driver(path, held)
        return held.text if driver is None else driver.text

    def driven(self, path: str, name: str) -> bool:
        """Does an expression drive it, so that what is written is no path?"""
        held = _parms.part(self._hip.parms(path), name)
        return held is not None and self._driver(path, held) is not None

    def text(self, path: str, name: str, frame: float) -> str:
        """Its value as text. Raises Unexpandable."""
        key = (path, name, frame)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            found = self._known[key] = self._evaluated(path, name, frame)
        return found

    def _evaluated(self, path: str, name: str, frame: float) -> str:
        held = self._held(path, name)
        with self._within(name):
            driver = self._driver(path, held)
            if driver is None:
                return expand(held.text, self._scope(path), frame)
            if driver.python:
                raise Unexpandable(driver.text)
            return text_of(number(driver.text, self._scope(path), frame))

    def number(self, path: str, name: str, frame: float) -> float:
        """Its value as a number. Raises Unexpandable."""
        text = self.text(path, name, frame)
        return _TOGGLES[text] if text in _TOGGLES else _finite(text)

    def pattern(self, path: str, name: str) -> str:
        """Its value with `#` for the digits of the frame number. Raises Unexpandable."""
        return frame_pattern(lambda frame: self.text(path, name, frame))

    def held(self, path: str, name: str) -> str:
        """What it was worth when the file was saved, unexpanded; "" for one that is not there."""
        held = _parms.part(self._hip.parms(path), name)
        return held.text if held is not None else ""

    def expanded(self, text: str) -> str:
        """A text that stands on no node; as it is where it cannot be expanded."""
        try:
            return expand(text, self._scope("/"), self.frame)
        except Unexpandable:
            return text

    def _driver(self, path: str, held: Held) -> Expression | None:
        return self._hip.channels(path).get(held.channel) if held.channel else None

    def _held(self, path: str, name: str) -> Held:
        held = _parms.part(self._hip.parms(path), name)
        if held is None:
            raise Unexpandable(f"{path}/{name}")
        return held

    def _scope(self, path: str) -> Scope:
        def look(function: str, argument: str, frame: float) -> Value:
            return self._look(path, function, argument, frame)

        return Scope(path, self._variables, self._fps, look)

    def _look(self, path: str, function: str, argument: str, frame: float) -> Value:
        folder, name = posixpath.split(argument)
        node = posixpath.normpath(posixpath.join(path, folder))
        if function in ("ch", "chf"):
            return self.number(node, name, frame)
        if function == "chsraw":
            return self._held(node, name).text
        text = self.text(node, name, frame)
        return posixpath.normpath(posixpath.join(node, text)) if function == "chsop" and text else text

    @contextmanager
    def _within(self, name: str) -> Iterator[None]:
        """Bounds how deep parameters ask for others, so that a circle ends."""
        if self._depth >= MAX_DEPTH:
            raise Unexpandable(name)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1


class NodeValues:
    """One node's parameters as `_rules.Parms`; what cannot be evaluated is what it was worth when saved."""

    def __init__(self, values: Values, path: str) -> None:
        self._values = values
        self._path = path

    def text(self, name: str, default: str = "") -> str:
        """As text; `default` when the node does not have it."""
        if not self._values.has(self._path, name):
            return default
        try:
            return self._values.text(self._path, name, self._values.frame)
        except Unexpandable:
            return self._values.held(self._path, name)

    def number(self, name: str, default: float = 0.0) -> float:
        """As a number; `default` when the node does not have it, or it is none."""
        try:
            return self._values.number(self._path, name, self._values.frame)
        except Unexpandable:
            pass
        try:
            return _finite(self._values.held(self._path, name))
        except Unexpandable:
            return default


def _finite(text: str) -> float:
    """The number that the text is. Raises Unexpandable for none, and for one that no frame or size can be."""
    try:
        value = float(text)
    except ValueError as exc:
        raise Unexpandable(text) from exc
    if not abs(value) <= MAX_NUMBER:
        raise Unexpandable(text)
    return value
