"""Blenders to compare with, and files that they make for us once a session."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SHARED = ROOT.parent / "shared" / "scenes" / "blend"
REAL = sorted(SHARED.glob("*.blend"))
DATA = HERE / "data"

Says = Callable[[list[Path]], dict[str, Any]]


def bpy_python(version: str) -> Path | None:
    """The interpreter that has bpy of that version, or None."""
    named = os.environ.get("FARMDECK_BPY_PYTHON_" + version.replace(".", "_"))
    path = Path(named) if named else ROOT / ".venvs" / f"bpy-{version}" / "bin" / "python"
    return path if path.exists() else None


def run_in_blender(version: str, script: str, *arguments: str, cwd: Path) -> None:
    """Run one of our scripts in bpy, or for "debian" in the installed Blender; skip where there is none."""
    command: list[str]
    if version == "debian":
        blender = shutil.which("blender")
        if blender is None:
            pytest.skip("no blender on PATH")
        command = [blender, "-b", "--factory-startup", "-noaudio", "-P", str(HERE / script), "--", *arguments]
    else:
        python = bpy_python(version)
        if python is None:
            pytest.skip(f"no bpy {version}: set FARMDECK_BPY_PYTHON_{version.replace('.', '_')}")
        command = [str(python), str(HERE / script), *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["HOME"] = str(cwd)
    result = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout.decode("utf-8", "replace")[-2000:]


@pytest.fixture(scope="session")
def bpy_says(tmp_path_factory: pytest.TempPathFactory) -> Says:
    """What bpy 4.5 says of files: a function from their paths to facts by path."""

    def ask(paths: list[Path]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("facts")
        run_in_blender("4.5", "bpy_facts.py", str(folder / "facts.json"), *map(str, paths), cwd=folder)
        table: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))["files"]
        return table

    return ask


@pytest.fixture(scope="session")
def made_by(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder of .blend files made by that Blender: a function from its version."""
    folders: dict[str, Path] = {}

    def make(version: str) -> Path:
        if version not in folders:
            folder = tmp_path_factory.mktemp("made") / "files"
            run_in_blender(version, "make_blends.py", str(folder), cwd=folder.parent)
            folders[version] = folder
        return folders[version]

    return make
