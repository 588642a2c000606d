"""The stand-in's session: which scene is open, what may be written, what was."""

from __future__ import annotations

import re
from pathlib import Path

from .graph import Graph, Unknown, project_of


class Session:
    """One open scene. Whatever writes names itself first; what `allowed` does not hold is refused."""

    def __init__(self, path: Path, allowed: frozenset[str] = frozenset()) -> None:
        self.graph = Graph(path)
        self.scene_name = str(path).replace("\\", "/")
        self.allowed = allowed
        self.written: list[str] = []
        self.selection: list[str] = ["persp"]
        self.modified = False
        self.batch = False
        self.playing = False
        self.version = self._version()
        self.project = project_of(path)
        self.rules = _rules(self.project)

    def write(self, what: str) -> None:
        """Somebody is about to change the scene, the session or the disk. Raises Unknown unless that is allowed."""
        if what not in self.allowed:
            raise Unknown(f"The adapter writes: {what}.")
        self.written.append(what)

    def save(self) -> str:
        """As far as the session goes; the file on the disk stays what it is."""
        self.modified = False
        return self.scene_name

    def current_layer(self) -> str:
        """`renderLayerManager.currentRenderLayer` is the number of a layer, 0 for the default one."""
        number = int(self.graph.find("renderLayerManager")[0].values.get("crl", 0))
        layers = [node for node in self.graph.walk() if node.type == "renderLayer" and not node.reference]
        for layer in layers:
            if number and [plug for _, plug in self.graph.sources(layer, "rlid")] == [f"rlmi[{number}]"]:
                return layer.name
        return "defaultRenderLayer"

    def _version(self) -> str:
        """The saved release, as `about -version` of that release would say: the year, `2016.5` for its extension."""
        for text in (self.graph.file.info.get("version", ""), self.graph.file.info.get("product", ""),
                     self.graph.file.maya):  # fmt: skip
            year = re.search(r"20\d\d", text)
            if year and not text.startswith("Preview"):
                return year[0] + (".5" if "Extension 2" in text or "R2" in text else "")
        return ""


def _rules(project: str) -> dict[str, str]:
    """The file rules of the project's workspace.mel."""
    told = Path(project) / "workspace.mel"
    if not told.is_file():
        return {"images": "images"}
    return dict(re.findall(r'workspace -fr "([^"]+)" "([^"]*)"', told.read_text("utf-8", "replace")))
