"""Arrows go one way, and what runs inside somebody's application is only what travels there."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import farmdeck
import pytest
from farmdeck import _errors

from tests.interpreters import find_python

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"

# What a plug-in imports of core; DESIGN's application side.
APPLICATION_SIDE = [
    "farmdeck",
    *(
        f"farmdeck.{name}"
        for name in (
            "desk documents environments farm frames job launch lock places preflight scene store submission".split()
        )
    ),
]
HEAVY = set(
    "asyncio concurrent ctypes distutils email html http importlib.metadata multiprocessing numpy "
    "pydoc setuptools ssl tkinter typing_extensions unittest urllib.request xml xmlrpc".split()
)
SCREENS = {"Qt", "PySide2", "PySide6", "PyQt5", "PyQt6", "shiboken6", "qtpy"}
HOSTS = {"maya", "hou", "bpy", "pymxs", "farmdeck_maya", "farmdeck_houdini", "farmdeck_max", "farmdeck_blender"}


def modules_after(python: Path, code: str, *flags: str, path: list[Path]) -> dict[str, str]:
    """Every module of a fresh process that ran `code`, with the file it came from."""
    script = (
        f"import sys; sys.path[:0] = {[str(folder) for folder in path]!r}\n{code}\n"
        "import json; print(json.dumps({n: getattr(m, '__file__', None) or '' for n, m in sys.modules.items()}))"
    )
    done = subprocess.run([python, "-I", *flags, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("version", ["3.9", "3.11", "3.13"])
def test_the_application_side_travels(version):
    """-S leaves site-packages out, so that anything that cannot travel fails to import."""
    python = find_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not here")
    code = "".join(f"import {name}\n" for name in APPLICATION_SIDE)
    bare = modules_after(python, "", "-S", path=[CORE])
    loaded = modules_after(python, code, "-S", path=[CORE])
    fresh = {name: file for name, file in loaded.items() if name not in bare}
    assert set(APPLICATION_SIDE) <= set(fresh)
    assert not [name for name, file in fresh.items() if name.split(".")[0] == "farmdeck" and str(CORE) not in file]
    assert not [name for name in fresh if name in HEAVY or name.split(".")[0] in HEAVY]
    stdlib = sys.stdlib_module_names | {"sre_compile", "sre_constants", "sre_parse", "binhex", "asyncore"}
    odd = {name.split(".")[0] for name in fresh} - stdlib - {"farmdeck", "__main__", "__mp_main__"}
    assert not {name for name in odd if not name.startswith("_")}


def test_core_imports_no_screen_no_ui_no_plugin():
    """Every module of core, in one fresh process of this environment, where Qt and the rest are to be had."""
    names = [
        ".".join(file.relative_to(CORE).with_suffix("").parts).removesuffix(".__init__")
        for file in sorted(CORE.rglob("*.py"))
        if file.name not in ("render_blender.py", "render_hython.py", "render_part.py", "__main__.py")  # other Pythons'
    ]
    loaded = modules_after(Path(sys.executable), "".join(f"import {name}\n" for name in names), path=[CORE])
    assert set(names) <= set(loaded)
    tops = {name.split(".")[0] for name in loaded}
    assert not tops & (SCREENS | HOSTS | {"farmdeck_ui"})


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contracts of pyproject.toml on the sources in `folder`."""
    paths = [str(folder / "core"), str(folder / "ui")]
    code = f"import sys; sys.path[:0] = {paths!r}; from importlinter.cli import lint_imports as run; sys.exit(run("
    code += "config_filename='pyproject.toml', no_cache=True))"
    command = [sys.executable, "-I", "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources, to plant things in."""
    for part in ("core", "ui"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "_vendor"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("core/farmdeck/job.py", "import farmdeck_ui.panel\n"),
        ("core/farmdeck/store/_rows.py", "def late():\n    from PySide6.QtCore import QObject\n"),
        ("ui/farmdeck_ui/__init__.py", "import bpy\n"),
    ],
)
def test_the_contracts_catch_what_is_planted(copy, where, line):
    clean = lint_imports(copy)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    with (copy / where).open("a", encoding="utf-8") as file:
        file.write(line)
    assert lint_imports(copy).returncode == 1


def error_classes() -> list[type]:
    return [thing for thing in vars(_errors).values() if isinstance(thing, type)]


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: error.__name__)
def test_every_error_has_one_root_and_survives_pickling(error):
    assert issubclass(error, farmdeck.FarmdeckError)
    again = pickle.loads(pickle.dumps(error("It broke.", "Mend it.")))
    assert (type(again), again.what, again.fix, str(again)) == (error, "It broke.", "Mend it.", "It broke. Mend it.")


def test_the_tree_of_errors_is_drawn_whole():
    drawn = re.findall(r"^[│├└─ ]*(\w+)", (_errors.__doc__ or "").split("\n\n", 1)[1], re.MULTILINE)
    assert sorted(drawn) == sorted(error.__name__ for error in error_classes())


def test_the_public_surface_is_exactly_all():
    code = "import farmdeck; kept = dict(vars(farmdeck))"
    script = f"import sys; sys.path.insert(0, {str(CORE)!r}); {code}\n"
    script += (
        "import json, types; print(json.dumps([n for n, v in kept.items() if not isinstance(v, types.ModuleType)]))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    public = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    assert public == set(farmdeck.__all__) - {"__version__"}
    assert all(hasattr(farmdeck, name) for name in farmdeck.__all__)


def test_requirements_pin_what_setup_needs():
    """setup.py's names, and setuptools to build with; every one at one version."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    needed = re.findall(r'"([A-Za-z0-9_.-]+)[><=~]=', text.split("install_requires")[1].split("]")[0])
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in pinned)
    assert {name for name, _ in pinned} == {*needed, "setuptools"}
