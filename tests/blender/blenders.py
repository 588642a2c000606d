"""The Blenders that tests run inside: Debian's program, and the bpy wheels."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from farmdeck.launch import clean_environment

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
INSIDE = HERE / "inside"
MARK = "farmdeck-result: "
SECONDS = 120
VERSIONS = [
    "3.4",
    "4.5",
    *(pytest.param(version, marks=pytest.mark.all_blenders) for version in ("4.2", "5.0", "5.2")),
]
"""For `parametrize`: the two that are always there, and the rest."""


@dataclass(frozen=True)
class Blender:
    """One release that can run a script."""

    version: str
    program: str

    @property
    def wheel(self) -> bool:
        """Is it a Python that has bpy?"""
        return "python" in os.path.basename(self.program)

    def command(self, script: Path, given: Mapping[str, Any], blend: Path | None = None) -> list[str]:
        """The command line that runs `script` with `given`, an argument in JSON."""
        arguments = ["--", json.dumps({"blend": str(blend) if blend else "", **given}, default=str)]
        if self.wheel:
            return [self.program, str(script), *arguments]
        options = ["--background", "--factory-startup", "-noaudio", "--python-exit-code", "9"]
        return [self.program, *options, "--python", str(script), *arguments]

    def environment(self, tmp_path: Path, **more: str) -> dict[str, str]:
        """A user folder of its own, and no Farmdeck but the bundle's."""
        kept = clean_environment(os.environ)
        return {**kept, "BLENDER_USER_RESOURCES": str(tmp_path / "blender"), "TMPDIR": str(tmp_path), **more}

    def run(self, script: str, tmp_path: Path, *, blend: Path | None = None, **given: Any) -> Any:
        """Run tests/blender/inside/SCRIPT.py; the value is what it finished with."""
        done = subprocess.run(
            self.command(INSIDE / f"{script}.py", given, blend),
            env=self.environment(tmp_path),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        said = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
        assert said, f"Blender {self.version} said nothing:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return json.loads(said[-1][len(MARK) :])


def blender(version: str) -> Blender:
    """That release; skips when it is not on this machine."""
    if version == "3.4":
        found = shutil.which(os.environ.get("FARMDECK_TEST_BLENDER", "blender"))
        if found is None:
            pytest.skip("Blender 3.4 is not installed")
        return Blender(version, found)
    named = os.environ.get(f"FARMDECK_BPY_PYTHON_{version.replace('.', '_')}")
    python = Path(named) if named else REPO / ".venvs" / f"bpy-{version}" / "bin" / "python"
    if not python.exists():
        pytest.skip(f"bpy {version} is not installed")
    return Blender(version, str(python))
