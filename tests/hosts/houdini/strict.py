"""What keeps the stand-in honest: only names that the stubs have, only on the main thread, every call counted."""

from __future__ import annotations

import functools
import inspect
import threading
from typing import Any, Callable

from . import stubs


class NotHere(AttributeError):
    """The stubs do not have it: neither has Houdini."""


class OffMainThread(AssertionError):
    """`hou` was called from another thread than the main one, which may deadlock in Houdini (hosts.md §4)."""


calls = {"count": 0}
"""How many calls were made; for the tests that say how much one slice does."""


def _guarded(work: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(work)
    def call(*args: Any, **keywords: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            raise OffMainThread(f"hou.{work.__qualname__} was called on {threading.current_thread().name}")
        calls["count"] += 1
        return work(*args, **keywords)

    return call


def _unknown(line: str, work: Callable[..., Any]) -> list[str]:
    used = [each for name, each in inspect.signature(work).parameters.items() if name != "self"]
    places = [each.name for each in used if each.kind is not each.KEYWORD_ONLY]
    return list(stubs.unknown_parameters(line, places, [each.name for each in used if each.name not in places]))


class Strict:
    """A class of `hou`: `class Node(Strict, hou="Node")`. Its public methods must be the stub's, names and all."""

    _stub = ""

    def __init_subclass__(cls, hou: str = "", **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._stub = hou or cls._stub
        real = stubs.members(cls._stub)
        for name, work in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if name not in real:
                raise NotHere(f"hou.{cls._stub}.{name} is not in the stubs")
            if inspect.isfunction(work):
                wrong = _unknown(real[name], work)
                if wrong:
                    raise NotHere(f"hou.{cls._stub}.{name} has no parameter {wrong} there: {real[name].strip()}")
                setattr(cls, name, _guarded(work))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in stubs.members(type(self)._stub):
            raise NotImplementedError(f"the stand-in has no {type(self)._stub}.{name} yet")
        raise NotHere(f"hou.{type(self)._stub} has no {name}")


class EnumValue(Strict, hou="EnumValue"):
    """A member of an enumeration; equal to itself alone."""

    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return self._name


class Enumeration:
    """`hou.paneTabType`: every member that the stubs have, made when it is first asked for."""

    def __init__(self, name: str) -> None:
        self._enumeration = name

    def __getattr__(self, name: str) -> EnumValue:
        line = stubs.members(self._enumeration).get(name, "")
        if "EnumValue" not in line:
            raise NotHere(f"hou.{self._enumeration} has no {name}")
        value = EnumValue(f"{self._enumeration}.{name}")
        setattr(self, name, value)
        return value
