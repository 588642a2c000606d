"""Puts the add-on where each Blender of this user finds it, and takes it away again.

From 4.2 on it is an extension of the repository `user_default`, before that a classic add-on. A Blender that is at
hand is run once, without a window, to enable it; where only the settings folder is known, a note is left that the
next start with a window reads once and removes.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from farmdeck._errors import BadInput, FarmdeckError
from farmdeck.launch import clean_environment, write_pointer
from farmdeck.places import home

Kind = Literal["extension", "addon"]

PACKAGE = "farmdeck_blender"
MODULES: dict[Kind, str] = {"extension": "bl_ext.user_default.farmdeck", "addon": PACKAGE}
FIRST_EXTENSION = (4, 2)
OLDEST = (3, 4)
AGENT_COMMAND = [sys.executable, "-I", "-m", "farmdeck_ui"]
NOTE_NAME = "farmdeck_enable.py"
ENABLE_SECONDS = 120
_NOT_IN_A_HOST = ("agent", "farms")
"""Parts of the core that only the agent imports."""
_ABSOLUTE = re.compile(r"^(\s*)(from|import)\s+(fileseq|farmdeck)((?:\.\w+)*)(\s)", re.MULTILINE)


class InstallError(FarmdeckError):
    """The add-on cannot be put in place or taken away."""


@dataclass(frozen=True)
class BlenderPlace:
    """One Blender release of this user."""

    version: str
    """`4.5`."""
    program: str
    """The executable, absolute; "" when only its settings folder is known."""
    scripts: Path
    """The user's scripts folder."""
    extensions: Path
    """The user's extensions folder."""

    @property
    def kind(self) -> Kind:
        """What this release takes."""
        return "extension" if _key(self.version) >= FIRST_EXTENSION else "addon"

    @property
    def target(self) -> Path:
        """The folder that the add-on is."""
        if self.kind == "extension":
            return self.extensions / "user_default" / "farmdeck"
        return self.scripts / "addons" / PACKAGE

    @property
    def note(self) -> Path:
        """Read by the next start with a window."""
        return self.scripts / "startup" / NOTE_NAME


@dataclass(frozen=True)
class InstalledAddon:
    """What was done for one release."""

    version: str
    path: Path
    kind: Kind
    enabled: str
    """`now`: enabled and saved in the settings; `next start`: a note is left that does it."""


def find_blenders(environ: Mapping[str, str] = os.environ) -> list[BlenderPlace]:
    """Every Blender of this user, oldest first: by executable, and by settings folder."""
    programs = dict(_programs(environ))
    root = _user_root(environ)
    folders = {path.name for path in root.glob("[0-9]*.[0-9]*") if _key(path.name)} if root.is_dir() else set()
    return [_place(version, programs.get(version, ""), environ) for version in sorted({*programs, *folders}, key=_key)]


def install(
    version: str | None = None, *, enable: bool = True, environ: Mapping[str, str] = os.environ
) -> list[InstalledAddon]:
    """Put the add-on into every Blender found, or the one named; the same again is no harm.

    Raises BadInput when there is no such Blender, InstallError, AgentError.
    """
    places = _chosen(version, environ)
    write_pointer(AGENT_COMMAND, environ)
    return [_install_one(place, enable, environ) for place in places]


def uninstall(version: str | None = None, *, environ: Mapping[str, str] = os.environ) -> list[InstalledAddon]:
    """Take it away from every Blender found, or the one named; the result is those that had it. Raises InstallError."""
    places = _chosen(version, environ)
    return [_uninstall_one(place, environ) for place in places if place.target.exists() or place.note.exists()]


def build_bundle(target: Path, kind: Kind) -> Path:
    """Write the add-on, its own copy of the core and of fileseq in it, into the new folder. Raises InstallError."""
    source = plugin_source()
    with _writing(target):
        skip = () if kind == "extension" else ("blender_manifest.toml",)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "_vendor", *skip))
        _copy_first(target / "LICENSE", [source.parent / "LICENSE"])
        vendor = target / "_vendor"
        vendor.mkdir()
        (vendor / "__init__.py").write_text('"""What the add-on brings along; see ../_core.py."""\n', encoding="utf-8")
        _vendor("farmdeck", vendor, _NOT_IN_A_HOST)
        _vendor("fileseq", vendor, ())
    return target


def build_zip(target: Path, kind: Kind = "extension") -> Path:
    """The add-on as one file for Preferences, Install from Disk. Raises InstallError."""
    with tempfile.TemporaryDirectory() as temporary:
        bundle = build_bundle(Path(temporary) / PACKAGE, kind)
        top = bundle if kind == "extension" else bundle.parent
        fresh = target.with_name(target.name + ".new")
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(bundle.rglob("*")):
                    archive.write(path, path.relative_to(top))
            fresh.replace(target)
    return target


def plugin_source() -> Path:
    """The folder of the add-on: in a checkout, or where the distribution's data files are. Raises InstallError."""
    checkout = Path(__file__).resolve().parents[2] / "plugins" / "blender" / PACKAGE
    installed = Path(sys.prefix) / "share" / "farmdeck" / "plugins" / "blender" / PACKAGE
    for folder in (checkout, installed):
        if (folder / "__init__.py").is_file():
            return folder
    raise InstallError(f"The add-on's files are not in {installed}.", "Install Farmdeck again.")


# -- one Blender


def _chosen(version: str | None, environ: Mapping[str, str]) -> list[BlenderPlace]:
    """The places to work on. A release that is named but not found is taken at its word."""
    if version is not None:
        if not re.fullmatch(r"\d+\.\d+(\.\d+)?", version):
            raise BadInput(f'"{version}" is not a Blender version.', "Give one such as 4.5.")
        version = ".".join(version.split(".")[:2])
        if _key(version) < OLDEST:
            raise BadInput(f"Blender {version} is too old for Farmdeck.", "It works from Blender 3.4 on.")
        return [_place(version, dict(_programs(environ)).get(version, ""), environ)]
    places = [place for place in find_blenders(environ) if _key(place.version) >= OLDEST]
    if not places:
        raise BadInput("No Blender is found.", "Start Blender once, or name its version: farmdeck install blender 4.5.")
    return places


def _install_one(place: BlenderPlace, enable: bool, environ: Mapping[str, str]) -> InstalledAddon:
    target = place.target
    with _writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".farmdeck-", dir=target.parent))
        try:
            bundle = build_bundle(fresh / "new", place.kind)
            if target.exists():
                target.rename(fresh / "old")
            try:
                bundle.rename(target)
            except OSError:
                if (fresh / "old").exists():
                    (fresh / "old").rename(target)
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    if enable and place.program and _run_enable(place, environ, True):
        place.note.unlink(missing_ok=True)
        return InstalledAddon(place.version, target, place.kind, "now")
    if enable:
        _leave_note(place)
    return InstalledAddon(place.version, target, place.kind, "next start" if enable else "")


def _uninstall_one(place: BlenderPlace, environ: Mapping[str, str]) -> InstalledAddon:
    if place.program and place.target.exists():
        _run_enable(place, environ, False)  # takes it out of the settings while it can still be found
    with _writing(place.target):
        place.note.unlink(missing_ok=True)
        if place.target.exists():
            gone = Path(tempfile.mkdtemp(prefix=".farmdeck-", dir=place.target.parent))
            place.target.rename(gone / "old")
            shutil.rmtree(gone)
    return InstalledAddon(place.version, place.target, place.kind, "")


_ENABLE = """
import addon_utils, bpy
name = {name!r}
if hasattr(addon_utils, "extensions_refresh"):
    addon_utils.extensions_refresh()
done = addon_utils.enable(name, default_set=True, persistent=True) is not None
bpy.ops.wm.save_userpref()
print("farmdeck:", "done" if done else "failed")
"""
_DISABLE = """
import addon_utils, bpy
addon_utils.disable({name!r}, default_set=True)
bpy.ops.wm.save_userpref()
print("farmdeck: done")
"""
_NOTE = '''# SPDX-License-Identifier: GPL-3.0-or-later
"""Left by `farmdeck install blender`: enables the add-on at the next start with a window, then removes itself."""

import os

import addon_utils
import bpy


def _enable():
    if addon_utils.enable({name!r}, default_set=True, persistent=True) is not None:
        bpy.ops.wm.save_userpref()
    os.remove(__file__)


def register():
    if not bpy.app.background and not getattr(bpy.app, "factory_startup", False):
        bpy.app.timers.register(_enable, first_interval=0.1)


def unregister():
    if bpy.app.timers.is_registered(_enable):
        bpy.app.timers.unregister(_enable)
'''


def _run_enable(place: BlenderPlace, environ: Mapping[str, str], enable: bool) -> bool:
    """Let Blender itself change its settings; False when it would not."""
    code = (_ENABLE if enable else _DISABLE).format(name=MODULES[place.kind])
    kept = {name: value for name, value in environ.items() if name.startswith("BLENDER_")}
    command = [place.program, "--background", "-noaudio", "--python-exit-code", "1", "--python-expr", code]
    try:
        done = subprocess.run(
            command,
            env={**clean_environment(environ), **kept},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ENABLE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "farmdeck: done" in done.stdout


def _leave_note(place: BlenderPlace) -> None:
    with _writing(place.note):
        place.note.parent.mkdir(parents=True, exist_ok=True)
        place.note.write_text(_NOTE.format(name=MODULES[place.kind]), encoding="utf-8")


# -- where Blender is


def _place(version: str, program: str, environ: Mapping[str, str]) -> BlenderPlace:
    """The folders as Blender finds them: each BLENDER_USER_… stands for itself, BLENDER_USER_RESOURCES for all."""
    resources = environ.get("BLENDER_USER_RESOURCES")
    base = Path(resources) if resources else _user_root(environ) / version
    scripts = Path(environ.get("BLENDER_USER_SCRIPTS") or base / "scripts")
    extensions = Path(environ.get("BLENDER_USER_EXTENSIONS") or base / "extensions")
    return BlenderPlace(version, program, scripts, extensions)


def _user_root(environ: Mapping[str, str]) -> Path:
    """The folder that has one folder per release."""
    if sys.platform == "win32":
        roaming = environ.get("APPDATA") or os.path.join(home(environ), "AppData", "Roaming")
        return Path(roaming) / "Blender Foundation" / "Blender"
    if sys.platform == "darwin":
        return Path(home(environ)) / "Library" / "Application Support" / "Blender"
    return Path(environ.get("XDG_CONFIG_HOME") or os.path.join(home(environ), ".config")) / "blender"


def _programs(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(version, executable) of those that can be run; of two of one release the later one found is used."""
    for program in _candidates(environ):
        version = _version_of(program, environ)
        if version:
            yield version, program


def _candidates(environ: Mapping[str, str]) -> Iterable[str]:
    found = []
    if sys.platform == "win32":
        base = environ.get("PROGRAMFILES", "C:\\Program Files")
        found += sorted(glob.glob(os.path.join(base, "Blender Foundation", "Blender *", "blender.exe")))
    elif sys.platform == "darwin":
        found += sorted(glob.glob("/Applications/Blender*.app/Contents/MacOS/Blender"))
    else:
        found += ["/snap/bin/blender", *sorted(glob.glob("/opt/blender*/blender"))]
    found.append(shutil.which("blender", path=environ.get("PATH")) or "")
    found.append(environ.get("FARMDECK_BLENDER", ""))
    return list(dict.fromkeys(os.path.realpath(path) for path in found if path and os.access(path, os.X_OK)))


def _version_of(program: str, environ: Mapping[str, str]) -> str:
    """`3.4` of `Blender 3.4.1`; "" when it does not say."""
    try:
        said = subprocess.run(
            [program, "--version"],
            env=clean_environment(environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    match = re.search(r"^Blender (\d+)\.(\d+)", said, re.MULTILINE)
    return f"{match[1]}.{match[2]}" if match else ""


def _key(version: str) -> tuple[int, ...]:
    """`4.10` after `4.9`; () for what is no version."""
    return tuple(int(part) for part in version.split(".")) if re.fullmatch(r"\d+\.\d+", version) else ()


# -- the bundle


def _vendor(package: str, vendor: Path, skip: tuple[str, ...]) -> None:
    """Copy an import package below `_vendor`, its imports of itself and of its neighbours made relative."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise InstallError(f"The package {package} is not installed.", "Install Farmdeck again.")
    source = Path(spec.origin).parent

    def ignore(folder: str, names: list[str]) -> set[str]:
        top = Path(folder) == source
        return {
            name for name in names if name == "__pycache__" or name.endswith((".pyc", ".pyi")) or (top and name in skip)
        }

    shutil.copytree(source, vendor / package, ignore=ignore)
    for path in (vendor / package).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        fresh = relative_imports(text, len(path.relative_to(vendor).parts))
        if fresh != text:
            path.write_text(fresh, encoding="utf-8")
    licences = sorted(source.parent.glob(f"[{package[0]}{package[0].upper()}]{package[1:]}-*.dist-info/**/LICENSE*"))
    _copy_first(vendor / package / "LICENSE", [*licences, source.parents[1] / "LICENSE"])


def relative_imports(text: str, depth: int) -> str:
    """`from fileseq.x import` as `from ..fileseq.x import`, in a file `depth` folders below `_vendor`.

    Only `from … import` can be said so; a plain `import fileseq` at the start of a line is refused.
    """

    def change(match: re.Match[str]) -> str:
        indent, word, package, rest, after = match.groups()
        if word == "import":
            raise InstallError(f"`import {package}{rest}` cannot travel in the add-on.", "Write `from … import …`.")
        return f"{indent}from {'.' * depth}{package}{rest}{after}"

    return _ABSOLUTE.sub(change, text)


def _copy_first(target: Path, sources: Iterable[Path]) -> None:
    for source in sources:
        if source.is_file() and not target.exists():
            shutil.copyfile(source, target)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """The system's errors in a person's words."""
    try:
        yield
    except (OSError, shutil.Error) as exc:
        said = getattr(exc, "strerror", None) or str(exc)
        raise InstallError(
            f"{path} cannot be written: {said}.", "Close Blender and check the folder's rights."
        ) from exc
