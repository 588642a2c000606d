"""Real scenes to open in the stand-in; an agent that ends at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

ROOT = Path(__file__).parents[3]
REAL = sorted((ROOT.parent / "shared" / "scenes" / "maya").glob("*.m[ab]"))
needs_real = pytest.mark.skipif(not REAL, reason="the shared folder of scenes is not there")


@pytest.fixture(autouse=True)
def agent_that_ends(clean_environ: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "agent"
    program.write_text(f"#!{sys.executable}\n")
    program.chmod(0o755)
    monkeypatch.setenv("FARMDECK_AGENT", str(program))
