"""Where a reader and an adapter are right to differ: a closed table, at most twenty rows over all hosts.

A row that explains nothing any more fails `test_every_row_of_the_table_is_still_needed`, so the table cannot rot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 20


@dataclass(frozen=True)
class Difference:
    """One reason. `field` is a regular expression that the whole field of `story.differences` fits."""

    host: str
    """`maya`, `houdini` or `max`."""
    file: str
    """A regular expression for the scene file's name; ".*" is all of them."""
    field: str
    reason: str
    source: str
    """Where the host's or the format's behaviour is documented."""

    def explains(self, host: str, file: str, field: str) -> bool:
        """Is this the reason for that difference?"""
        return self.host == host and bool(re.fullmatch(self.file, file)) and bool(re.fullmatch(self.field, field))


TABLE: tuple[Difference, ...] = (
    Difference(
        "houdini",
        ".*",
        r"assets\.hda\.(libraries\..*|[^/$]*\.\$.*)|problems\.warning [^/]*",
        "The file lists the libraries that the scene installs, but not what is in them; hou tells each type's library",
        "https://www.sidefx.com/docs/houdini/hom/hou/HDADefinition.html#libraryFilePath",
    ),
)


def unexplained(host: str, file: str, found: list[tuple[str, str]]) -> list[str]:
    """The differences that no row explains, a line each."""
    return [f"{field}: {said}" for field, said in found if not any(row.explains(host, file, field) for row in TABLE)]


def used(host: str, file: str, found: list[tuple[str, str]]) -> set[Difference]:
    """The rows that explain one of them."""
    return {row for row in TABLE for field, _ in found if row.explains(host, file, field)}
