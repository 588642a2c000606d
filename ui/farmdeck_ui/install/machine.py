"""The machine and user that something is put in place for: this one, or one that a test made up."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from farmdeck.places import home

System = Literal["linux", "windows", "darwin"]
_SYSTEMS: dict[str, System] = {"win32": "windows", "darwin": "darwin"}


@dataclass(frozen=True)
class Machine:
    """Where a system of this kind keeps things, by its environment."""

    system: System
    environ: Mapping[str, str]
    root: Path = Path("/")
    """Below it are `/opt`, `/Applications`, `C:\\Program Files`."""
    moved_documents: str = ""
    """Windows: what the shell calls Documents, which may be on another disk; "": it is in the home folder."""

    @property
    def home(self) -> Path:
        if self.system == "windows" and self.environ.get("USERPROFILE"):
            return Path(self.environ["USERPROFILE"])
        return Path(home(self.environ))

    @property
    def documents(self) -> Path:
        return Path(self.moved_documents) if self.moved_documents else self.home / "Documents"

    @property
    def roaming(self) -> Path:
        return self._named("APPDATA", self.home / "AppData" / "Roaming")

    @property
    def local(self) -> Path:
        return self._named("LOCALAPPDATA", self.home / "AppData" / "Local")

    @property
    def program_files(self) -> Path:
        return self._named("PROGRAMFILES", self.root / "Program Files")

    @property
    def program_data(self) -> Path:
        return self._named("ALLUSERSPROFILE", self.root / "ProgramData")

    def listed(self, variable: str) -> list[Path]:
        """The folders that an environment variable lists, in its order."""
        parts = self.environ.get(variable, "").split(";" if self.system == "windows" else ":")
        return [Path(part) for part in parts if part]

    def _named(self, variable: str, default: Path) -> Path:
        return Path(self.environ.get(variable) or default)


def this_machine(environ: Mapping[str, str] = os.environ) -> Machine:
    """The one that this runs on."""
    return Machine(
        _SYSTEMS.get(sys.platform, "linux"),
        environ,
        root=Path("C:\\" if sys.platform == "win32" else "/"),
        moved_documents=_shell_documents(),
    )


def _shell_documents() -> str:
    """What Windows' shell calls Documents (user shell folder `Personal`); "" elsewhere."""
    if sys.platform != "win32":
        return ""
    import winreg

    folders = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, folders) as key:
            return os.path.expandvars(str(winreg.QueryValueEx(key, "Personal")[0]))
    except OSError:
        return ""


def version_of(text: str, parts: int) -> tuple[int, ...]:
    """`20.5.410` with two parts is (20, 5); () for what does not begin with so many numbers."""
    numbers = text.split(".")[:parts]
    if len(numbers) < parts or not all(number.isascii() and number.isdigit() for number in numbers):
        return ()
    return tuple(int(number) for number in numbers)


def in_order(versions: Iterable[str]) -> list[str]:
    """Each once, oldest first: `4.9` before `4.10`."""
    return sorted(set(versions), key=lambda version: [int(number) for number in version.split(".")])
