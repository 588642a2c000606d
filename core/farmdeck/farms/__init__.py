"""The farms that come with Farmdeck; others join through the entry-point group `farmdeck.farms`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..farm import Farm
from ..scene import Problem, Severity

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "farmdeck.farms"


def discover() -> tuple[dict[str, type[Farm]], list[Problem]]:
    """Every farm kind that can be used here, by its entry point's name, and a Problem for each that cannot."""
    from importlib.metadata import entry_points  # slow to import, and every farm's package imports this one

    kinds: dict[str, type[Farm]] = {}
    problems: list[Problem] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found = _load(point)
        if isinstance(found, Problem):
            problems.append(found)
        elif point.name in kinds:
            if kinds[point.name] is not found:
                problems.append(Problem(Severity.WARNING, f"Two farms are called {point.name}.", point.value))
        else:
            kinds[point.name] = found
    return kinds, problems


def _load(point: EntryPoint) -> type[Farm] | Problem:
    """The farm's class, or why it cannot be used."""
    try:
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Farm)):
            return Problem(Severity.ERROR, f"{point.value} is not a farm. Reinstall it.", point.name)
        reason = kind.unavailable()
    except Exception as exc:  # noqa: BLE001 - somebody else's code; the other farms must go on working
        message = f"The farm {point.name} cannot be loaded ({type(exc).__name__}: {exc}). Reinstall it."
        return Problem(Severity.ERROR, message, point.name)
    return kind if reason is None else Problem(Severity.WARNING, reason, point.name)
