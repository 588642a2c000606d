"""Other Pythons on this machine: the application side runs in whichever one a host has."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def find_python(version: str) -> Path | None:
    """An interpreter that says it is `version` ("3.9"): from PATH, or one that pyenv keeps, newest first; or None."""
    for candidate in _candidates(version):
        if _says(candidate) == version:
            return candidate
    return None


def _candidates(version: str) -> list[Path]:
    named = shutil.which(f"python{version}")  # may be a pyenv shim that refuses: it is asked below
    roots = [Path(os.environ.get("PYENV_ROOT") or _home() / ".pyenv")]
    kept = [python for root in roots for python in root.glob(f"versions/{version}.*/bin/python")]
    kept.sort(
        key=lambda path: [int(part) if part.isdigit() else -1 for part in path.parts[-3].split(".")], reverse=True
    )
    return [*([Path(named)] if named else []), *kept]


def _home() -> Path:
    """The home of the account: tests have HOME moved."""
    import pwd

    return Path(pwd.getpwuid(os.getuid()).pw_dir)


def _says(python: Path) -> str:
    """`3.9`, or "" when it cannot be run."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-I", "-S", "-c", ask], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
