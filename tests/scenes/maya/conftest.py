"""Our own small Maya scenes, and the real ones where they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest
from farmdeck.scene import Scene, scene_document
from farmdeck.scenes import read_scene

HERE = Path(__file__).parent
SHOW = HERE / "data" / "show"
SHARED = HERE.parent.parent.parent.parent / "shared" / "scenes" / "maya"
REAL = sorted([*SHARED.glob("*.ma"), *SHARED.glob("*.mb")])

Written = Callable[..., Path]


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A copy of our show: workspace.mel, scenes, sets."""
    shutil.copytree(SHOW, tmp_path / "show")
    return tmp_path / "show"


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes the middle of a .ma between Maya's first and last lines: a function from it (and a name) to the path."""

    def write(text: str, name: str = "shot.ma", codeset: str = "UTF-8") -> Path:
        path = tmp_path / name
        whole = f'//Maya ASCII 2024 scene\n//Codeset: {codeset}\nrequires maya "2024";\n{text}\n// End of {name}\n'
        encoding = f"cp{codeset}" if codeset.isdigit() else codeset
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(whole.encode(encoding))
        return path

    return write


def document(path: Path, root: Path) -> dict[str, Any]:
    """The scene as JSON, the folder `root` written as <root>."""
    return plain(read_scene(path), root)


def plain(scene: Scene, root: Path) -> dict[str, Any]:
    """The same of a scene that was read."""
    text = json.dumps(scene_document(scene)).replace(str(root), "<root>")
    return dict(json.loads(text))
