"""What a Render Setup collection selects, as far as its selector names it (maya.app.renderSetup.model.selector)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from ._rules import Value


def named(static: Value, pattern: Value) -> list[str]:
    """The names and patterns in a selector's `staticSelection` and `pattern`; those that take something out are not.

    What its filter by type leaves out does not matter where only cameras and settings are asked for.
    """
    words = re.split(r"[\s,;]+", f"{static or ''} {pattern or ''}")
    return [word for word in words if word and not word.startswith("-")]


def aims_at(targets: Sequence[str], *names: str) -> bool:
    """Does one of the targets mean a node of one of these names? `*:shot*`, `|cam|camShape` and `camShape` may."""
    leaves = [target.rpartition("|")[2].lstrip(":") for target in targets]
    return any(fnmatch.fnmatchcase(name, leaf) for leaf in leaves for name in names)
