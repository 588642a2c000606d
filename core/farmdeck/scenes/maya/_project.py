"""A Maya project: its root, its file rules, and where a path of a scene leads.

Maya writes `workspace.mel` at the root of a project: lines such as `workspace -fr "sourceImages" "sourceimages";`.
A relative path in a scene is looked for in the project, then where the rule for source images points, then beside the
scene, in that order. `C:/there//sourceimages/a.png` was written in the project `C:/there`: where it is gone, the part
after the two slashes is looked for in the project that is open. (Autodesk's help, "File path resolution".)
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._disk import Disk, is_absolute, token_pattern

_RULE = re.compile(r'workspace\s+-(?:fr|fileRule)\s+"([^"]*)"\s+"([^"]*)"')
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)|%(\w+)%")
_WORKSPACE = "workspace.mel"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Project:
    """Where a scene's relative paths start."""

    root: str
    """Absolute, forward slashes."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """File rules: `images`, `sourceImages`, …, relative to the root or absolute."""

    def folder(self, rule: str, default: str) -> str:
        """The absolute folder of a file rule."""
        return joined(self.root, self.rules.get(rule) or default)

    def resolve(self, path: str, folder: str, disk: Disk, scene_first: bool = False) -> str:
        """The absolute path of one that is written in a scene in `folder`, whether it is there or not.

        `scene_first`: beside the scene before the project, as references, USD proxies and XGen do. Tokens may stand in
        the name.
        """
        path = expanded(path)
        rules = [self.folder("sourceImages", "sourceimages"), self.folder("scene", "scenes")]
        places = [folder, self.root, *rules] if scene_first else [self.root, rules[0], folder, rules[1]]
        if is_absolute(path):
            full = joined("", path)
            inside = path.partition("//")[2] if not path.startswith("//") else ""
            moved = joined(self.root, inside) if inside else ""
            return moved if moved and not _is_there(disk, full) and _is_there(disk, moved) else full
        fulls = [joined(place, path) for place in places]
        return next((full for full in fulls if _is_there(disk, full)), fulls[0])


def _is_there(disk: Disk, full: str) -> bool:
    tokens = token_pattern(full)
    return bool(tokens.matches(disk)) if tokens else disk.exists(full)


def find_project(scene: str) -> Project:
    """The project of a scene file: the nearest folder at or above its own that has a workspace.mel.

    Without one, the parent of a folder called `scenes`, else the scene's own folder.
    """
    folder = posixpath.dirname(slashes(scene))
    above = folder
    while True:
        told = posixpath.join(above, _WORKSPACE)
        if os.path.isfile(told):
            return Project(above, read_rules(told))
        parent = posixpath.dirname(above)
        if parent == above:
            break
        above = parent
    return Project(posixpath.dirname(folder) if posixpath.basename(folder) == "scenes" else folder)


def read_rules(path: str) -> dict[str, str]:
    """The file rules of a workspace.mel; none when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return dict(_RULE.findall(file.read(_LARGEST)))
    except OSError:
        return {}


def expanded(path: str) -> str:
    """Forward slashes; variables and `~` replaced where the environment knows them."""
    path = _VARIABLE.sub(lambda m: os.environ.get(m[1] or m[2] or m[3]) or m[0], slashes(path.strip()))
    return os.path.expanduser(path) if path.startswith("~") else path


def slashes(path: str) -> str:
    """With forward slashes, as Maya writes paths on every system."""
    return path.replace("\\", "/")


def joined(folder: str, path: str) -> str:
    """`path` in `folder`, unless it is absolute; forward slashes, `..` resolved, `//server` kept."""
    path = slashes(path)
    return posixpath.normpath(path if is_absolute(path) else posixpath.join(slashes(folder), path))
