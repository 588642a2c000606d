"""The scene's takes by name. What each changes is not applied: values are those of the take that it was saved in.

`.takes` begins with `HoudiniTakeFile 1.0`; `take name grid kids 0` begins each take, those within it follow (seen in
files of Houdini 12 to 21).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = re.compile(rb"^take name (\S+) kids \d+$", re.MULTILINE)


def take_names(raw: bytes) -> tuple[str, ...]:
    """The names in `.takes`, in the order of the file."""
    return tuple(match[1].decode("utf-8", "replace") for match in _NAME.finditer(raw))


def takes_detail(names: Iterable[str]) -> dict[str, str]:
    """`Scene.details` of a scene with more than the main take: their names, sorted."""
    listed = sorted(set(names))
    return {"takes": ",".join(listed)} if len(listed) > 1 else {}
