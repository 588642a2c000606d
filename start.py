#!/usr/bin/env python3
"""From a fresh checkout to rendered frames, or to passed tests, with nothing but Python 3.11.

    python3 start.py                      set up, render the sample scene, say where the frames are
    python3 start.py test [--all] [...]   set up, run every check; what is left goes to pytest

What it makes stays in this folder: .venv (Farmdeck's own environment), .venvs (Blender as a Python package, and what
Renderbus' vendor gives out, to test against), and .farmdeck (frames, logs of this script). A second start finds them
and takes seconds, also without a network.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OWN = HERE / ".farmdeck"
SCENE = HERE / "resources" / "sample" / "harbour.blend"
PINS, TEST_PINS = HERE / "requirements.txt", HERE / "requirements-test.txt"
INSTALLED = (PINS, HERE / "setup.py", HERE / "core" / "farmdeck" / "_version.py")

# Blender as a Python package: its version, and the one Python that each can be imported by.
BPY = {"4.2": ("4.2.23", (3, 11)), "4.5": ("4.5.15", (3, 11)), "5.0": ("5.0.1", (3, 11)), "5.2": ("5.2.3", (3, 13))}

# The clients of Renderbus' own vendor that the tests run, and a Python that each of them still works with.
VENDOR = {"3.0.4.3": (3, 11), "2.9.0": (3, 9), "2.2.0": (3, 9)}

# What the hosts of 2023 and 2024 bring along: the tests open the panel in it, too.
PYSIDE2, PYSIDE2_PYTHON = "5.15.2.1", (3, 10)
STAND_INS = ("maya-stubs==", "olefile==", "types-houdini==", "pytest==")  # what the stand-ins of the hosts ask

# What the wheels expect of the system, by the Debian package that has it.
BPY_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
TEST_PACKAGES = ("blender", "xvfb", "xauth", "xdotool", "python3-pyside2.qtwidgets", "fonts-dejavu-core")


class Stop(Exception):
    """This cannot go on: what happened, and what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str]) -> int:
    try:
        if sys.version_info < (3, 11):
            found = ".".join(map(str, sys.version_info[:2]))
            raise Stop(f"Farmdeck needs Python 3.11 or newer; this is {found}.\nInstall it, then: python3.11 start.py")
        if arguments[:1] == ["test"]:
            return test(arguments[1:])
        if arguments:
            say((__doc__ or "").strip())
            return 0 if arguments[0] in ("-h", "--help") else 2
        return render()
    except Stop as exc:
        print(f"start.py: {exc}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


# -- rendering the sample scene


def render() -> int:
    """Set up, submit the sample scene here, show the panel on it, follow it to its last frame."""
    python = own_environment()
    farmdeck = str(script(python, "farmdeck"))
    environ = {**os.environ, "FARMDECK_AGENT": farmdeck, **renderer(farmdeck)}
    frames = OWN / "frames"
    frames.mkdir(parents=True, exist_ok=True)
    begun = time.time()
    command = [farmdeck, "submit", str(SCENE), "--output", str(frames), "--json"]
    sent = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if sent.returncode:
        raise Stop("The sample scene was not submitted; see above.\nWhat is missing here: .venv/bin/farmdeck doctor")
    job = json.loads(sent.stdout)["id"]
    if has_display():
        open_panel(farmdeck, job, environ)
    say(f"Rendering the sample scene as job {job}.")
    watched = subprocess.run([farmdeck, "job", job, "--watch"], env=environ, stdin=subprocess.DEVNULL, check=False)
    if watched.returncode:
        raise Stop(f"The job did not end well; see above.\nWhy: .venv/bin/farmdeck log {job}")
    if not any(file.stat().st_mtime >= begun - 2 and file.stat().st_size for file in frames.rglob("*.png")):
        raise Stop(f"No frame arrived in {frames}.\nWhy: .venv/bin/farmdeck log {job}")
    return 0  # the last line was `frames: PATH`


def renderer(farmdeck: str) -> dict[str, str]:
    """See that something can render here: Blender, or the `bpy` package. What the local farm has to be told of it."""
    if os.environ.get("FARMDECK_BLENDER") or os.environ.get("FARMDECK_BPY_PYTHON") or find_blender():
        return {}
    kept = [bpy_python(version) for version in BPY if (bpy_python(version).parents[1] / "bpy.stamp").exists()]
    if kept:
        return {"FARMDECK_BPY_PYTHON": str(kept[0])}
    if apt(["blender"], "Blender, to render with") and find_blender():
        return {}
    if not need(BPY_LIBRARIES, "Blender as a Python package, which would do as well"):
        raise Stop("There is nothing to render with yet.\nType one of the lines above, then start again.")
    say("Rendering with Blender as a Python package instead.")
    python = bpy_environment("5.2" if sys.version_info >= (3, 13) else "4.5")
    if python is None:
        raise Stop("There is nothing to render with.\nInstall Blender (https://www.blender.org), then start again.")
    subprocess.run([farmdeck, "agent", "stop"], capture_output=True, check=False)  # one that runs has not heard of it
    return {"FARMDECK_BPY_PYTHON": str(python)}


def find_blender() -> str | None:
    """A Blender on PATH or in the usual places."""
    found = shutil.which("blender")
    if found:
        return found
    places = [Path("/Applications/Blender.app/Contents/MacOS/Blender"), Path("/snap/bin/blender")]
    places += Path(os.environ.get("PROGRAMFILES", "/nowhere")).glob("Blender Foundation/*/blender.exe")
    return next((str(place) for place in places if place.exists()), None)


def has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return not os.environ.get("CI")
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_panel(farmdeck: str, job: str, environ: dict[str, str]) -> None:
    """The window on this job, on its own: it stays when this script ends."""
    need(WINDOW_LIBRARIES, "Farmdeck's window")
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen([farmdeck, "panel", "--job", job], env=environ, start_new_session=True, **quiet)


# -- testing


def test(arguments: list[str]) -> int:
    """Every check there is; the pytest closing line is the last when all is well."""
    everything = "--all" in arguments
    python = own_environment(tests=True)
    apt(TEST_PACKAGES, "The tests' Blender, X server and PySide2")
    need({**BPY_LIBRARIES, **WINDOW_LIBRARIES}, "PySide6 and Blender as a Python package")
    for version in BPY if everything else ("4.5",):
        if bpy_environment(version) is None:
            wanted = ".".join(map(str, BPY[version][1]))
            raise Stop(f"The tests need bpy {version}, and that needs Python {wanted}.\nInstall it; pyenv will do.")
    for version, needed in VENDOR.items():
        if vendor_environment(version) is None:
            wanted = ".".join(map(str, needed))
            say(f"The tests of rayvision_api {version} are skipped: they need Python {wanted}; pyenv will do.")
    if pyside2_environment() is None:
        wanted = ".".join(map(str, PYSIDE2_PYTHON))
        say(f"The tests of the panel in hosts with PySide2 are skipped: they need Python {wanted}; pyenv will do.")
    chosen = [] if everything else ["-m", "not all_blenders"]
    rest = [argument for argument in arguments if argument != "--all"]
    pytest = [str(python), "-m", "pytest", "-n", "2", *chosen, *rest]
    steps = [
        ([str(python), "-m", "ruff", "format", "--check"], "Write it in the house's form: .venv/bin/ruff format"),
        ([str(python), "-m", "ruff", "check"], "Many are mended by: .venv/bin/ruff check --fix"),
        ([str(python), "-m", "mypy"], "Mend the types that it names."),
        (
            [str(script(python, "lint-imports")), "--no-cache"],
            "An import goes against the arrows: plugins -> ui -> core.",
        ),
        (pytest, "Run one test by itself: python3 start.py test -k NAME"),
    ]
    failed = [(command, fix) for command, fix in steps if not passes(command)]
    for command, fix in failed:
        say(f"FAILED {shown(command)}\n    {fix}")
    return 1 if failed else 0


def shown(command: list[str]) -> str:
    return " ".join(Path(part).name if os.path.isabs(part) else part for part in command)


def passes(command: list[str]) -> bool:
    say(f"== {shown(command)}")
    return subprocess.run(command, cwd=HERE, stdin=subprocess.DEVNULL, check=False).returncode == 0


# -- environments


def own_environment(tests: bool = False) -> Path:
    """The Python of .venv, with Farmdeck installed from this folder."""
    pins = [PINS, TEST_PINS] if tests else [PINS]
    stamp = HERE / ".venv" / ("test.stamp" if tests else "run.stamp")
    python = interpreter(HERE / ".venv")
    wanted = digest([*INSTALLED, *pins])
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    say("Setting up .venv (once; about 200 MB) …")
    make_environment(HERE / ".venv", sys.executable)
    pip(python, *(f"-r{file}" for file in pins))
    pip(python, "--no-build-isolation", "--no-deps", "-e", str(HERE))
    stamp.write_text(wanted)
    return python


def bpy_environment(version: str) -> Path | None:
    """The Python of .venvs/bpy-VERSION, or None where the Python that it needs is not to be found."""
    release, needed = BPY[version]
    python = bpy_python(version)
    folder, wanted = python.parents[1], f"bpy=={release} {HERE}"
    stamp = folder / "bpy.stamp"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    base = find_python(needed)
    if base is None:
        return None
    say(f"Setting up Blender {version} as a Python package (once; about 350 MB) …")
    make_environment(folder, base)
    pip(python, f"bpy=={release}")
    stamp.write_text(wanted)
    return python


def bpy_python(version: str) -> Path:
    return interpreter(HERE / ".venvs" / f"bpy-{version}")


def vendor_environment(version: str) -> Path | None:
    """The Python of .venvs/rayvision-VERSION, or None where the Python that it needs is not to be found."""
    pins = HERE / "tests" / "vendor" / f"rayvision-{version}.txt"
    folder = HERE / ".venvs" / pins.stem
    python, stamp, wanted = interpreter(folder), folder / "vendor.stamp", digest([pins])
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    base = find_python(VENDOR[version])
    if base is None:
        return None
    say(f"Setting up rayvision_api {version} to test against (once; about 50 MB) …")
    make_environment(folder, base)
    pip(python, *(line for line in pins.read_text().split() if line.startswith(("setuptools==", "wheel=="))))
    pip(python, "--no-build-isolation", "--no-deps", f"-r{pins}")
    for programs in folder.glob("**/rayvision_sync/transmission/*/"):  # 130 MB that no test starts
        shutil.rmtree(programs)
    stamp.write_text(wanted)
    return python


def pyside2_environment() -> Path | None:
    """The Python of .venvs/pyside2, or None where the Python that it needs is not to be found."""
    folder = HERE / ".venvs" / "pyside2"
    pins = [line for file in (PINS, TEST_PINS) for line in file.read_text().split() if line.startswith(STAND_INS)]
    wanted = f"{' '.join([f'PySide2=={PYSIDE2}', *pins])} {HERE}"
    python, stamp = interpreter(folder), folder / "pyside2.stamp"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    base = find_python(PYSIDE2_PYTHON)
    if base is None:
        return None
    say("Setting up PySide2 to test the panel with (once; about 500 MB) …")
    make_environment(folder, base)
    pip(python, f"PySide2=={PYSIDE2}", *pins)
    stamp.write_text(wanted)
    return python


def make_environment(folder: Path, base: str) -> None:
    """A virtual environment, unless there is one that was made for this very place."""
    stamps = [*folder.glob("*.stamp")]
    moved = any(not stamp.read_text().endswith(str(HERE)) for stamp in stamps)
    if interpreter(folder).exists() and not moved:
        return
    probe = subprocess.run([base, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    if probe.returncode and not apt([f"python3.{sys.version_info[1]}-venv"], "Python's venv module"):
        raise Stop("This Python cannot make environments (no venv module).\nInstall it as said above.")
    run([base, "-m", "venv", "--clear", str(folder)], "Remove the folder and start again.")


def digest(files: list[Path]) -> str:
    """Changes with the files, the Python and the place."""
    sums = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{sums} {sys.version_info[:2]} {HERE}"


def pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    run(command, "Is there a network, and a way to the package index? What is there already stays: start again.")


def find_python(wanted: tuple[int, int]) -> str | None:
    """An interpreter of exactly that version: this one, one on PATH, or one that pyenv keeps."""
    if sys.version_info[:2] == wanted:
        return sys.executable
    name = "python" + ".".join(map(str, wanted))
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [shutil.which(name), *map(str, root.glob(f"versions/{name[6:]}.*/bin/python"))]
    for candidate in filter(None, candidates):  # a shim of pyenv's is there for versions that are not switched on
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def script(python: Path, name: str) -> Path:
    return python.with_name(name + (".exe" if sys.platform == "win32" else ""))


def run(command: list[str], fix: str) -> None:
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
        raise Stop(f"This failed: {' '.join(command)}\n{fix}")


# -- what the system has to have


def need(libraries: dict[str, str], why: str) -> bool:
    """Install the libraries that do not load, or say how. True when all of them load."""
    if sys.platform != "linux":
        return True
    missing = [package for name, package in libraries.items() if not loads(name)]
    return not missing or apt(missing, why)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt(packages: list[str] | tuple[str, ...], why: str) -> bool:
    """Install what is missing where we may; else print the one line to type. True when nothing is missing now."""
    if shutil.which("apt-get") is None:
        say(f"{why}: install it with this system's own package manager. Debian calls it {', '.join(packages)}.")
        return False
    missing = [package for package in packages if not installed(package)]
    if not missing:
        return True
    line = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    before = may_install()
    if before is None:
        say(f"{why}: missing here. To install it, type:\n    sudo {' '.join(line)}")
        return False
    say(f"{why}: installing {', '.join(missing)} …")
    log = OWN / "apt.log"
    OWN.mkdir(exist_ok=True)
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as out:
        for command in (["apt-get", "update"], [*line, "-o", "DPkg::Lock::Timeout=300"]):
            done = subprocess.run(
                [*before, *command], env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False
            )
    if done.returncode:
        say(f"That failed; {log} tells why. To try it yourself, type:\n    {' '.join([*before, *line])}")
    return done.returncode == 0


def installed(package: str) -> bool:
    command = ["dpkg-query", "-W", "-f", "${db:Status-Status}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout == "installed"


def may_install() -> list[str] | None:
    """What to put before apt-get: nothing as root, sudo where it asks for no password; None: we may not."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
