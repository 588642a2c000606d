"""The agent's wheels for one system, so that a studio installs Farmdeck on machines without a network.

pip takes the files for another system by their tags; environment markers it reads as on this one, so what only the
other system needs is named here. https://pip.pypa.io/en/stable/cli/pip_download/
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from farmdeck._version import __version__

from .machine import System
from .writing import InstallError, writing

PLATFORMS: dict[System, tuple[str, ...]] = {
    "linux": ("manylinux_2_34_x86_64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows": ("win_amd64",),
    "darwin": ("macosx_14_0_arm64", "macosx_13_0_universal2", "macosx_12_0_universal2", "macosx_11_0_arm64"),
}
"""Tags of wheels, newest first."""
ONLY_THERE: dict[System, tuple[str, ...]] = {
    "linux": ("SecretStorage", "jeepney"),  # keyring
    "windows": ("pywin32-ctypes", "colorama"),  # keyring; click
    "darwin": (),
}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SECONDS = 1800
_SOURCES = ("core", "ui", "plugins", "resources", "setup.py", "pyproject.toml", "README.md", "LICENSE")
_SAID = """\
Farmdeck {version} for {system}, Python {python}. On each machine:

    python{python} -m venv farmdeck
    farmdeck/{folder}/pip install --no-index --find-links THIS_FOLDER farmdeck

Then let FARMDECK_AGENT name farmdeck/{folder}/farmdeck{suffix}.
"""


def fetch_wheels(system: System, folder: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Write the new folder `farmdeck-agent-SYSTEM` below `folder`: Farmdeck's wheel, and all that it needs.

    What there is already is replaced. Needs the network, or what pip's own variables name in its place
    (PIP_FIND_LINKS, PIP_INDEX_URL). Raises InstallError.
    """
    name = "macos" if system == "darwin" else system
    target = folder.absolute() / f"farmdeck-agent-{name}"
    with writing(target), tempfile.TemporaryDirectory() as temporary:
        wheels = Path(temporary) / "wheels"
        wheels.mkdir()
        _fetch(system, _own_wheel(Path(temporary), environ), wheels, environ)
        windows = system == "windows"
        said = _SAID.format(
            version=__version__,
            system=name,
            python=PYTHON,
            folder="Scripts" if windows else "bin",
            suffix=".exe" if windows else "",
        )
        (wheels / "INSTALL.txt").write_bytes(said.encode())
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(wheels, target)
    return target


def _own_wheel(temporary: Path, environ: Mapping[str, str]) -> str:
    """Farmdeck as pip takes it: in a checkout a wheel made of it, else by its name and version."""
    checkout = Path(__file__).resolve().parents[3]
    if not (checkout / "setup.py").is_file():
        return f"farmdeck=={__version__}"
    source = temporary / "source"  # making a wheel leaves files behind in the sources
    source.mkdir()
    for name in _SOURCES:
        path = checkout / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copyfile(path, source / name)
    _pip(["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(temporary), str(source)], environ)
    return str(next(temporary.glob("farmdeck-*.whl")))


def _fetch(system: System, farmdeck: str, wheels: Path, environ: Mapping[str, str]) -> None:
    tags = [word for platform in (*PLATFORMS[system], "any") for word in ("--platform", platform)]
    which = [*tags, "--python-version", PYTHON, "--implementation", "cp", "--only-binary", ":all:"]
    _pip(["download", *which, "--dest", str(wheels), farmdeck, *ONLY_THERE[system]], environ)


def _pip(words: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raises InstallError with pip's own reason."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    try:
        done = subprocess.run(
            command, env=dict(environ), capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise InstallError("pip did not finish fetching the agent's wheels.", "Try again.") from None
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")] or [done.stderr.strip()]
        raise InstallError(
            f"The agent's wheels could not be fetched: {errors[-1].removeprefix('ERROR:').strip()}.",
            "It needs a network, or PIP_FIND_LINKS with a folder of wheels; the bundle itself needs neither.",
        )
