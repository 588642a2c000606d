"""Made-up machines of each system: real files below a test's folder, with spaces and letters beyond ASCII."""

from __future__ import annotations

from pathlib import Path

from farmdeck_ui.install import Machine, System

USER = "Zoë Łuczak 漢"
SYSTEMS: tuple[System, ...] = ("linux", "windows", "darwin")


def machine(tmp_path: Path, system: System, **environ: str) -> Machine:
    """One with an empty home folder and no program; `environ` is added to what its system has."""
    root = tmp_path / f"{system} disk"
    homes = {"linux": root / "home", "windows": root / "Users", "darwin": root / "Users"}
    home = homes[system] / USER
    home.mkdir(parents=True, exist_ok=True)
    usual = {"HOME": str(home)}
    if system == "windows":
        usual = {
            "USERPROFILE": str(home),
            "APPDATA": str(home / "AppData" / "Roaming"),
            "LOCALAPPDATA": str(home / "AppData" / "Local"),
            "PROGRAMFILES": str(root / "Program Files"),
            "ALLUSERSPROFILE": str(root / "ProgramData"),
        }
    ours = {"FARMDECK_HOME": str(tmp_path / "farmdeck's own"), "PATH": str(tmp_path / "no programs")}
    return Machine(system, {**usual, **ours, **environ}, root)


def made(*folders: Path) -> None:
    """Make the folders that a host's first start would have made."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below the folder: the bytes of files, None for folders."""
    return {str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}
