"""MAXScript's values as `pymxs` hands them to Python, with their documented habits."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable

from .names import Member

WRITES = {
    "savemaxfile", "addproperty", "select", "addscript", "removescripts", "createmenu", "createsubmenuitem",
    "createactionitem", "additem", "unregistermenu", "updatemenubar", "createsubmenu", "createaction",
}  # fmt: skip
"""Functions that change something; each must be allowed by name."""


class Forbidden(Exception):
    """The adapter did what 3ds Max would not forgive: another thread, or a change that nobody asked for."""


class Watchman:
    """Sees every access: on the main thread only, and nothing is written but what is allowed."""

    def __init__(self, known: Mapping[str, Mapping[str, Member]]) -> None:
        self.known = known
        self.allowed: set[str] = set()
        """Lower-case names of functions that may be called though they write."""
        self.written: list[str] = []
        self.on_access: Callable[[str], None] = lambda name: None
        """A test's way to make 3ds Max fail at a name."""

    def member(self, kind: str, name: str) -> Member:
        """The stub's member; raises AttributeError for a name that it does not have."""
        if threading.current_thread() is not threading.main_thread():
            raise Forbidden(f"{kind}.{name} was asked for on {threading.current_thread().name}")
        member = self.known[kind].get(name.lower())
        if member is None:
            raise AttributeError(f"the stub pymxs.pyi knows no {name} of {kind}")
        self.on_access(member.name)
        return member

    def call(
        self, member: Member, function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]
    ) -> Any:
        """Call it, if its arguments fit and it may."""
        member.check(args, keywords)
        if member.name.lower() in WRITES:
            self.written.append(member.name)
            if member.name.lower() not in self.allowed:
                raise Forbidden(f"{member.name} changes something, and nobody asked for it")
        return function(*args, **{name.lower(): value for name, value in keywords.items()})


class Value:
    """A value with members: those that the stub gives its class, in upper or lower case."""

    def __init__(self, watchman: Watchman, kind: str, members: Mapping[str, Any], word: str | None = None) -> None:
        fields = {
            "_watchman": watchman,
            "_kind": kind,
            "_members": {name.lower(): value for name, value in members.items()},
            "_word": kind if word is None else word,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        member = self._watchman.member(self._kind, name)
        if member.name.lower() not in self._members:
            raise NotImplementedError(f"the stand-in does not answer {self._kind}.{member.name}")
        value = self._members[member.name.lower()]
        if member.arguments is None:
            return value() if callable(value) else value
        return lambda *args, **keywords: self._watchman.call(member, value, args, keywords)

    def __setattr__(self, name: str, value: Any) -> None:
        raise Forbidden(f"{self._kind}.{name} was set to {value!r}")

    def __str__(self) -> str:
        return str(self._word)


class Undefined:
    """`undefined`: not None, and false in no test of Python's; only `== rt.undefined` finds it."""

    def __str__(self) -> str:
        return "undefined"


class Name:
    """`#name`: equal whatever the case; str() is the bare word."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Name) and other.text.lower() == self.text.lower()

    def __hash__(self) -> int:
        return hash(self.text.lower())

    def __str__(self) -> str:
        return self.text


class Array:
    """Counted from 0 in Python; not a list."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = list(items)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __getitem__(self, index: int) -> Any:
        return self._items[index]


def from_one(items: list[Any]) -> Callable[[int], Any]:
    """A function of an `<index>` argument: 1 is the first; anything outside is an error of MAXScript's."""

    def get(index: int) -> Any:
        if not 1 <= index <= len(items):
            raise RuntimeError(f"-- Runtime error: array index out of bounds, got: {index}")
        return items[index - 1]

    return get


def from_zero(items: list[Any]) -> Callable[[int], Any]:
    """A function of an `<integer>` argument: 0 is the first."""
    return lambda index: from_one(items)(index + 1)


class Byref:
    """`pymxs.byref(x)`: a function with one answers (result, out)."""

    def __init__(self, value: Any) -> None:
        self.value = value
