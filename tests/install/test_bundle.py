"""A bundle needs nothing else: every Python of a host imports it, and what it imports came from inside."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from farmdeck import __version__
from farmdeck_ui.install import HOSTS, InstallError, install_shared
from farmdeck_ui.install.bundle import bundle_zip
from farmdeck_ui.install.travel import relative_imports

from tests.install.homes import tree
from tests.interpreters import find_python

ROOT = Path(__file__).parents[2]
SCENE = ROOT / "tests" / "scenes" / "data" / "others_3.4_gzip.blend"
PLUGINS = ("maya", "houdini", "max")
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")

# What the hosts themselves have; each plug-in imports its own, when it is made.
HOST_MODULES = {"maya", "mtoa", "hou", "hdefereval", "pxr", "pdg", "pymxs", "qtmax", "MaxPlus", "bpy"}
QT = {"PySide2", "PySide6", "shiboken2", "shiboken6", "PyQt5", "PyQt6", "sip", "Qt", "Qt_convert_enum"}
# Where Python 3.9 to 3.13 differ, and what is asked for under a guard: the .blend reader does without zstandard.
GUARDED = {
    "QtSiteConfig",
    "zstandard",
    "typing_extensions",
    "tomllib",
    "winreg",
    "imp",
    "importlib_metadata",
    "__builtin__",
    "StringIO",
}
MUST_NOT_LOAD = set(
    "asyncio ctypes email http importlib.metadata keyring multiprocessing numpy psutil requests rich click setuptools "
    "site ssl tkinter tomlkit unittest urllib.request xml".split()
)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for each host, in a place with spaces and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("bundle") / "Studio Ö share"
    for host in PLUGINS:
        install_shared(host, folder / host)
    return folder


def inside(python: Path, where: Path, code: str) -> dict[str, Any]:
    """What `code` leaves as `said` in a bare interpreter that has the bundle's python folder and nothing else."""
    script = f"""
import json, sys
before = set(sys.modules)
sys.path.insert(0, {str(where)!r})
{code}
loaded = {{name: getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before}}
print(json.dumps({{"said": said, "loaded": loaded, "library": json.__file__}}))
"""
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


WITHOUT_QT = f"""
import importlib, pathlib, types
import farmdeck, farmdeck.desk, farmdeck.launch, farmdeck.preflight, farmdeck.scenes
import farmdeck_ui
package = types.ModuleType("farmdeck_ui.panel")  # its own __init__ imports Qt
package.__path__ = [str(pathlib.Path(sys.path[0]) / "farmdeck_ui" / "panel")]
sys.modules["farmdeck_ui.panel"] = package
for name in QT_FREE:
    importlib.import_module("farmdeck_ui.panel." + name)
cheap = sorted(sys.modules)
from farmdeck.frames import format_frames, parse_frames
from farmdeck.scenes import read_scene
import farmdeck._vendor.olefile
said = {{
    "version": farmdeck.__version__,
    "frames": format_frames(parse_frames("1-10x3,12")),
    "items": [item.name for item in read_scene(pathlib.Path({str(SCENE)!r})).items],
    "cheap": cheap,
}}
"""


def qt_free(panel: Path) -> list[str]:
    """The panel's modules that come to Qt by no import."""
    needs = {path.stem: _neighbours(path) for path in panel.glob("*.py") if path.stem != "__init__"}
    tainted = {"qt"}
    while more := {name for name, others in needs.items() if others & tainted} - tainted:
        tainted |= more
    return sorted(set(needs) - tainted)


def _neighbours(path: Path) -> set[str]:
    """What a module imports of its own package: `from .x import y`, `from . import x`."""
    tree = ast.parse(path.read_bytes())
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    return {name for node in nodes for name in [*(node.module or "").split(".")[:1], *(a.name for a in node.names)]}


@pytest.mark.parametrize("version", PYTHONS)
def test_a_bare_interpreter_imports_and_reads(bundles: Path, version: str) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not here")
    where = bundles / "maya" / "farmdeck-maya" / "python"
    free = qt_free(where / "farmdeck_ui" / "panel")
    assert "words" in free and "panel" not in free
    found = inside(python, where, f"QT_FREE = {free!r}\n{WITHOUT_QT}")
    assert found["said"]["version"] == __version__
    assert found["said"]["frames"] == "1-10x3,12"
    golden = json.loads(SCENE.with_suffix(".json").read_text(encoding="utf-8"))
    assert found["said"]["items"] == [item["name"] for item in golden["items"]]
    cheap = set(found["said"]["cheap"])
    assert not [name for name in cheap if name in MUST_NOT_LOAD or name.split(".")[0] in MUST_NOT_LOAD]
    assert not [name for name in cheap if "fileseq" in name or "olefile" in name], "on first use only"
    library = str(Path(found["library"]).parents[1])
    for name, file in found["loaded"].items():
        ours = name.split(".")[0] in ("farmdeck", "farmdeck_ui")
        assert not file or file.startswith(str(where) if ours else library), f"{name} came from {file}"
    assert "fileseq" not in found["loaded"] and "farmdeck._vendor.fileseq" in found["loaded"]


def test_the_panel_is_the_bundles_own(bundles: Path) -> None:
    """In an environment that has another Farmdeck, a fileseq and a Qt of its own, as a studio's may."""
    where = bundles / "max" / "farmdeck-max" / "python"
    code = f"""
import json, sys
sys.path.insert(0, {str(where)!r})
import farmdeck_ui.panel, farmdeck.frames
farmdeck.frames.parse_frames("1-3")
ours = [name for name in sys.modules if name.split(".")[0] in ("farmdeck", "farmdeck_ui", "fileseq", "Qt")]
print(json.dumps({{name: sys.modules[name].__file__ for name in ours if hasattr(sys.modules[name], "__file__")}}))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code],
        env={"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)
    assert len(files) > 40 and all(file.startswith(str(where)) for file in files.values()), files


def test_nothing_in_it_imports_what_is_not_there(bundles: Path) -> None:
    """Every import of every file, also those that only a host would get to; what all hosts share is looked at once."""
    tops = [bundles / host / f"farmdeck-{host}" for host in PLUGINS]
    shared = tops[0] / "python"
    files = [
        *shared.rglob("*.py"),
        *(path for top in tops for path in top.rglob("*.py") if top / "python" not in path.parents),
    ]
    known = {"farmdeck", "farmdeck_ui", *(f"farmdeck_{host}" for host in PLUGINS)} | HOST_MODULES | QT | GUARDED
    for path in files:
        if path.name.startswith("LICENSE"):
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            for name in _absolute(node):
                own = path.with_name(f"{name}.py")  # fileseq's parser run as a script
                assert name in known | sys.stdlib_module_names or own.exists(), f"{path} imports {name}"
            if isinstance(node, ast.ImportFrom) and node.level:
                folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
                assert folder.is_dir() or folder.with_suffix(".py").is_file(), f"{path} imports {node.module}"


def _absolute(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


@pytest.mark.parametrize("host", PLUGINS)
def test_what_travels_and_what_does_not(bundles: Path, host: str) -> None:
    python = bundles / host / f"farmdeck-{host}" / "python"
    for left in ("agent", "farms", "transfers", "credentials.py", "testing.py"):
        assert not (python / "farmdeck" / left).exists()
    assert sorted(path.name for path in (python / "farmdeck_ui").iterdir() if path.is_dir()) == ["_vendor", "panel"]
    names = {path.name for path in (bundles / host).rglob("*")}
    assert "__pycache__" not in names and not any(name.endswith((".pyc", ".pyi", ".so", ".pyd")) for name in names)


def test_licences_travel_too(bundles: Path) -> None:
    python = bundles / "max" / "farmdeck-max" / "python"
    for licence in (
        "farmdeck/LICENSE",
        "farmdeck_ui/LICENSE",
        "farmdeck_ui/_vendor/LICENSE.Qt.py",
        "farmdeck/_vendor/fileseq/LICENSE",
        "farmdeck/_vendor/fileseq/_vendor/antlr4/LICENSE.txt",
        "farmdeck/_vendor/olefile/LICENSE",
    ):
        assert (python / licence).stat().st_size > 500, licence


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("once", "again"):
        install_shared("houdini", tmp_path / name)
    assert tree(tmp_path / "again") == tree(tmp_path / "once")
    one, other = bundle_zip("houdini", tmp_path / "a"), bundle_zip("houdini", tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"farmdeck-houdini", "farmdeck.json"}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "not when it was written"
        archive.extractall(tmp_path / "unpacked")
    assert tree(tmp_path / "unpacked") == tree(tmp_path / "again")
    assert HOSTS["houdini"].dangling(HOSTS["houdini"].shared_place(tmp_path / "unpacked", None)) == []


@pytest.mark.parametrize(
    ("line", "depth", "fresh"),
    [
        ("    from fileseq import FrameSet\n", 1, "    from ._vendor.fileseq import FrameSet\n"),
        ("from fileseq._vendor.a import *\n", 3, "from ..._vendor.fileseq._vendor.a import *\n"),
        ("import olefile  # on first use\n", 2, "from .._vendor import olefile  # on first use\n"),
        ("from farmdeck.job import Job\n", 3, "from ...job import Job\n"),
        ("from farmdeck import Job\r\n", 1, "from . import Job\r\n"),
        ("import fileseqs, olefile2\n", 1, "import fileseqs, olefile2\n"),
    ],
)
def test_imports_are_made_relative(line: str, depth: int, fresh: str) -> None:
    assert relative_imports(line, depth) == fresh


@pytest.mark.parametrize("line", ["import fileseq.utils\n", "import olefile, zlib\n", "import farmdeck\n"])
def test_an_import_that_cannot_travel_is_refused(line: str) -> None:
    with pytest.raises(InstallError, match="cannot travel"):
        relative_imports(line, 2)
