"""Which flags a command was called with, and the answer to the one that asks."""

from __future__ import annotations

from typing import Any, Callable

from .graph import Unknown


def only(flags: dict[str, Any], answers: dict[str, Callable[[], Any]]) -> Any:
    """The answer to the one flag there is. Raises Unknown for what the stand-in cannot tell."""
    asked = [name for name, value in flags.items() if value]
    if len(asked) != 1 or asked[0] not in answers:
        raise Unknown(f"no answer to {flags}")
    return answers[asked[0]]()


def query(flags: dict[str, Any], what: str = "Something was set") -> None:
    if not flags.pop("query", False):
        raise Unknown(f"{what}: {flags}.")
