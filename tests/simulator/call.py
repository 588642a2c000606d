"""One signed request on its way through the farm, and its parameters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .accounts import Account
from .codes import Refusal
from .tasks import Task, page

if TYPE_CHECKING:
    from .renderbus import Renderbus

FARM_HOURS = 8 * 3600
"""The farm's texts of time are in UTC+8. Source: protocol V3, 2018 (serverTime)."""


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_id(value: Any) -> bool:
    return _is_int(value) or (isinstance(value, str) and value.isdigit())


def _all(values: Any, good: Any) -> bool:
    return isinstance(values, list) and all(map(good, values))


KINDS: dict[str, Callable[[Any], bool]] = {
    "int": _is_int,
    "id": _is_id,
    "str": lambda value: isinstance(value, str),
    "text": lambda value: isinstance(value, str) or _is_int(value),
    "texts": lambda value: _all(value, lambda one: isinstance(one, str) or _is_int(one)) or isinstance(value, str),
    "ints": lambda value: _all(value, _is_int) or _is_int(value),
    "ids": lambda value: _all(value, _is_id),
    "strs": lambda value: _all(value, lambda one: isinstance(one, str)),
}
"""Kinds of parameters. "ints" is one whole number as well: an old client sends it so."""


def check_parameters(specification: str, body: dict[str, Any]) -> dict[str, Any]:
    """The parameters that are not null. Raises Refusal 601 (missing or empty) and 600 (of the wrong type).

    The specification is `name:kind` separated by blanks, `name!:kind` for a required one.
    """
    given = {name: value for name, value in body.items() if value is not None}
    for one in specification.split():
        name, _, kind = one.partition(":")
        required = name.endswith("!")
        name = name.removesuffix("!")
        if name not in given:
            if required:
                raise Refusal(601, name)
            continue
        if required and given[name] in ("", []):
            raise Refusal(601, name)
        if not KINDS[kind](given[name]):
            raise Refusal(600, f"{name} {given[name]!r}")
    return given


@dataclass
class Call:
    """A request that passed every check, for its handler."""

    farm: Renderbus
    account: Account
    path: str
    dialect: str
    v2: bool
    body: dict[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter."""
        return self.body.get(name, default)

    def numbers(self, *names: str) -> list[int]:
        """The whole numbers of the first of these parameters that is there. Raises Refusal 601."""
        for name in names:
            value = self.body.get(name)
            if value is not None and value != []:
                return [int(one) for one in value] if isinstance(value, list) else [int(value)]
        raise Refusal(601, names[0])

    def task(self, task_id: int) -> Task:
        """A task of this account's (a main account's, or one of its sub-accounts'). Raises Refusal 404."""
        task = self.farm.tasks.get(task_id)
        if task is None or not self.sees(task):
            raise Refusal(404, f"task {task_id}")
        return task

    def sees(self, task: Task) -> bool:
        """May this account see the task?"""
        return task.account is self.account or task.account.main is self.account

    def tasks(self, *names: str) -> list[Task]:
        """The tasks of the first of these parameters that is there. Raises Refusal 601, 404."""
        return [self.task(number) for number in self.numbers(*names)]

    def page(self, items: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The page that was asked for. Raises Refusal 600."""
        number = self.get("pageNum", 1)
        size = min(self.get("pageSize", 100), self.farm.settings.max_page_size)
        if number < 1 or size < 1:
            raise Refusal(600, "pageNum and pageSize are 1 or more")
        return page(items, number, size)

    def note(self, button: str, tasks: Iterable[Task]) -> None:
        """Remember that this was done."""
        self.farm.note(self.account, button, [task.id for task in tasks], self.path)


def text_of(ms: int | None) -> str:
    """A time as the farm writes it."""
    return "" if ms is None else time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ms / 1000 + FARM_HOURS))
