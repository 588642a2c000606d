"""What an XGen collection (.xgen) says it needs: the folders with its descriptions' maps, masks and points.

The file is text; `xgDataPath` is a list of folders, separated by `;`, in which `${PROJECT}` stands for the project's
root with a slash. The patches of the scene's geometry lie beside it as Alembic, under the collection's own name
(Conductor's scrape_xgen.py, PyPI: ciomaya).
"""

from __future__ import annotations

import re

_LARGEST = 4 << 20
_DATA_PATH = re.compile(r"^\s*xgDataPath\s+(\S.*?)\s*$", re.MULTILINE)


def data_folders(collection: str, project: str) -> list[str]:
    """The folders that the collection file names, `${PROJECT}` resolved; none when it cannot be read."""
    try:
        with open(collection, encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST)
    except OSError:
        return []
    listed = [path.strip() for value in _DATA_PATH.findall(text) for path in value.split(";")]
    return list(dict.fromkeys(path.replace("${PROJECT}", project + "/") for path in listed if path))


def patches(collection: str) -> str:
    """The Alembic file beside a collection."""
    return collection.rpartition(".")[0] + ".abc"
