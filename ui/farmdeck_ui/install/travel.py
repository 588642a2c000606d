"""What travels into a host: the plug-in, the core and the panel, and third-party Python under our own name.

A studio's own older `fileseq` or `Qt` must not matter, so `from fileseq import …` becomes an import of
`farmdeck._vendor.fileseq`. One copy serves Python 3.9 to 3.13.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .writing import InstallError

OLDEST_PYTHON = (3, 9)
THIRD_PARTY = ("fileseq", "olefile")
"""Pure Python that the core imports on first use."""
_NOT_IN_A_HOST = {
    "farmdeck": tuple(
        "agent farms packing reports transfers _preview_child.py _secret_file.py credentials.py previews.py "
        "settings.py testing.py".split()
    ),
    "farmdeck_ui": ("cli", "install", "__main__.py"),
    "olefile": ("doc", "olefile2.py"),  # Python 2's
}
"""Parts that only the agent and the command line import, or nobody."""
_IMPORT = re.compile(r"^(\s*)(from|import)\s+(fileseq|olefile|farmdeck)((?:\.\w+)*)(?=[\s,])(.*)$", re.MULTILINE)


def copy_host_side(host: str, target: Path, leave: Iterable[str] = ()) -> None:
    """The plug-in as the new folder `target`, and in its `python` the packages that it imports."""
    copy_plugin(host, target, leave)
    copy_core(target / "python" / "farmdeck")
    _copy_package("farmdeck_ui", target / "python" / "farmdeck_ui")  # the panel, with its Qt.py


def copy_core(target: Path) -> None:
    """The core as the new folder `target`, third-party parts below its `_vendor`, every import relative."""
    _copy_package("farmdeck", target)
    vendor = target / "_vendor"
    vendor.mkdir()
    (vendor / "__init__.py").write_bytes(b'"""What Farmdeck brings along; each has its LICENSE beside it."""\n')
    for package in THIRD_PARTY:
        _check_oldest(package)
        _copy_package(package, vendor / package)
    antlr = data_folder("resources") / "licences" / "antlr4.txt"  # fileseq carries its code without its licence
    shutil.copyfile(antlr, vendor / "fileseq" / "_vendor" / "antlr4" / "LICENSE.txt")
    for path in sorted(target.rglob("*.py")):
        text = path.read_bytes().decode()
        fresh = relative_imports(text, len(path.relative_to(target).parts))
        if fresh != text:
            path.write_bytes(fresh.encode())


def copy_plugin(host: str, target: Path, leave: Iterable[str] = ()) -> None:
    """The files of `plugins/HOST` as the new folder `target`, without those of the names in `leave`."""
    shutil.copytree(
        data_folder("plugins") / host,
        target,
        ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*", *leave),
        copy_function=shutil.copyfile,
    )


def data_folder(name: str) -> Path:
    """`plugins` or `resources`: in a checkout, or where the distribution's data files are. Raises InstallError."""
    installed = Path(sys.prefix) / "share" / "farmdeck" / name
    for folder in (Path(__file__).resolve().parents[3] / name, installed):
        if folder.is_dir():
            return folder
    raise InstallError(f"Farmdeck's own files are not in {installed}.", "Install Farmdeck again.")


def relative_imports(text: str, depth: int) -> str:
    """`from fileseq.x import` as `from .._vendor.fileseq.x import`, in a file `depth` parts below `farmdeck`.

    Raises InstallError for `import fileseq.x`, which cannot be said so.
    """
    dots = "." * depth

    def change(match: re.Match[str]) -> str:
        indent, word, package, below, rest = match.groups()
        ours = dots if package == "farmdeck" else f"{dots}_vendor"
        if word == "import" and (below or rest.startswith(",") or package == "farmdeck"):
            raise InstallError(f"`import {package}{below}` cannot travel into a host.", "Write `from … import …`.")
        if word == "import":
            return f"{indent}from {ours} import {package}{rest}"
        name = below.lstrip(".") if package == "farmdeck" else f".{package}{below}"
        return f"{indent}from {ours}{name}{rest}"

    return _IMPORT.sub(change, text)


def _copy_package(package: str, target: Path) -> None:
    """An import package without what only the agent needs, its licence in it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.origin:
        raise InstallError(f"The package {package} is not installed.", "Install Farmdeck again.")
    source = Path(spec.origin).parent
    left = _NOT_IN_A_HOST.get(package, ())

    def ignore(folder: str, names: list[str]) -> set[str]:
        top = Path(folder) == source
        return {
            name for name in names if name == "__pycache__" or name.endswith((".pyc", ".pyi")) or (top and name in left)
        }

    shutil.copytree(source, target, ignore=ignore, copy_function=shutil.copyfile)
    ours = [source.parents[1] / "LICENSE"] if package.startswith("farmdeck") else []
    name = "farmdeck" if ours else package
    licences = sorted(source.parent.glob(f"[{name[0]}{name[0].upper()}]{name[1:]}-*.dist-info/**/LICENSE*"))
    copy_first(target / "LICENSE", [*licences, *ours])


def copy_first(target: Path, sources: Iterable[Path]) -> None:
    """The first of the sources that is there, unless the target is."""
    for source in sources:
        if source.is_file() and not target.exists():
            shutil.copyfile(source, target)


def _check_oldest(package: str) -> None:
    """Raises InstallError when the installed release no longer runs on the oldest Python of a host."""
    needs = re.search(r">=\s*(\d+)\.(\d+)", importlib.metadata.metadata(package)["Requires-Python"] or "")
    if needs and (int(needs[1]), int(needs[2])) > OLDEST_PYTHON:
        raise InstallError(
            f"{package} {importlib.metadata.version(package)} needs Python {needs[1]}.{needs[2]}; hosts have 3.9.",
            f"Put the last release that runs on Python 3.9 beside Farmdeck: pip install '{package}<…'.",
        )
