"""The render nodes of a scene as items, wherever they live."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from ...scene import Problem, RenderItem
from . import _problems, _rules
from ._chain import needs, settings_lop, target
from ._expand import Unexpandable
from ._files import resolved
from ._network import Evaluation, Network
from ._playback import Playback
from ._rules import CAMERAS, ROPS, STAGE_SIZE, STANDARD_SIZE, Rop, base_name, rop

_TYPES = frozenset(key.partition("/")[2] for key in ROPS if not key.startswith("Driver/"))


class Items:
    """Finds the render nodes, and says of each what it renders: of a file, or of what is open in Houdini."""

    def __init__(self, network: Network, values: Evaluation, playback: Playback, folder: str) -> None:
        self._network = network
        self._values = values
        self._playback = playback
        self._folder = folder
        self.rows = _rows(network)
        """The render nodes by path, in the order of the network, each with its row of the table."""
        self._inside: dict[str, list[str]] = {}
        for path in self.rows:
            self._inside.setdefault(posixpath.dirname(path), []).append(path)
        self.problems: list[Problem] = []
        kinds = {kind for kind in set(network.types.values()) if base_name(kind) in CAMERAS}
        self.cameras = tuple(
            sorted(path for path, kind in network.types.items() if kind in kinds and network.category(path) == "Object")
        )

    def items(self) -> tuple[RenderItem, ...]:
        """Every render node, sorted by path."""
        return tuple(self.item(path) for path in sorted(self.rows))

    # the graph that `_chain` asks
    def inputs(self, path: str) -> Sequence[str]:
        """The nodes that are wired into it."""
        return self._network.inputs(path)

    def children(self, path: str) -> Sequence[str]:
        """The render nodes right inside it."""
        return self._inside.get(path, ())

    def base_type(self, path: str) -> str:
        """`merge`, `ifd`."""
        return base_name(self._network.types.get(path, ""))

    def followed(self, path: str) -> str:
        """The node that a fetch or a wedge names."""
        row = self.rows.get(path)
        named = self._values.at(path).text(row.follows) if row is not None and row.follows else ""
        return posixpath.normpath(posixpath.join(path, named)) if named else ""

    def renders(self, path: str) -> bool:
        """Is it a render node?"""
        return path in self.rows

    def item(self, path: str) -> RenderItem:
        """What that render node renders; what there is to say of it goes into `problems`."""
        row, parms = self.rows[path], self._values.at(path)
        end = target(self, path)
        end_row, end_parms = self.rows[end], self._values.at(end)
        take = _rules.take(parms)
        if take:
            self.problems.append(_problems.other_take(path, take))
        if row.follows and end == path:
            source = self.followed(path)
            self.problems.append(_problems.no_source(path, source, self.renders(source)))
        asked = self._stage(end, end_row)
        camera = self._camera(end, end_row, asked)
        size, aspect = self._stage_size(path, asked) if asked else self._camera_size(camera)
        width, height = _rules.size(end_row, end_parms, size)
        pictures = _rules.renders_pictures(row, parms)
        return RenderItem(
            name=path,
            kind="rop",
            address=(path,),
            cameras=(camera,) if camera else (),
            frames=_rules.frames(end_row, end_parms, self._playback.current, self._playback.frames),
            width=max(1, width),
            height=max(1, height),
            renderer=self.base_type(path),
            output=self._output(end, end_row, asked, path == end),
            enabled=pictures and not self._network.bypassed(path) and not self._network.locked(path),
            pixel_aspect=_rules.pixel_aspect(end_row, end_parms, aspect),
            outputs=self._planes(end, end_row, path == end),
            needs=needs(self, path),
            take=take,
        )

    def _camera(self, path: str, row: Rop, asked: str) -> str:
        """The path of its camera: a node's, made absolute; on a stage a prim's. "" for none."""
        parms = self._values.at(path)
        named = parms.text(row.camera) if row.camera else ""
        if row.stage:
            return named or (self._values.at(asked).text(_rules.STAGE_CAMERA[0]) if asked else "")
        if not named or self._network.category(path) == "Lop":
            return named
        camera = posixpath.normpath(posixpath.join(path, named.split()[0] if named.split() else ""))
        if camera not in self._network.types and posixpath.dirname(camera) in ("/obj", "/"):
            self.problems.append(_problems.no_camera(path, camera))
        return camera

    def _camera_size(self, camera: str) -> tuple[tuple[int, int], float]:
        parms = self._values.at(camera)
        width, height = (parms.number(name, size) for name, size in zip(("resx", "resy"), STANDARD_SIZE))
        return (_rules.nearest(width), _rules.nearest(height)), parms.number("aspect", 1.0)

    def _stage_size(self, path: str, asked: str) -> tuple[tuple[int, int], float]:
        parms = self._values.at(asked)
        if parms.text("res_mode").startswith("auto"):
            self.problems.append(_problems.automatic_size(path, asked))
        return _rules.size(Rop(size=STAGE_SIZE), parms, STANDARD_SIZE), parms.number("pixelAspectRatio", 1.0)

    def _stage(self, path: str, row: Rop) -> str:
        """The LOP that says how its stage is rendered; "" when it is no USD render, or there is none."""
        return settings_lop(self, self.stage_lops(path)) if row.stage else ""

    def stage_lops(self, path: str) -> Sequence[str]:
        """The LOPs whose stage a USD render takes: those that are wired into it, or the one that it names."""
        named = self._values.at(path).text("loppath")
        return [posixpath.normpath(posixpath.join(path, named))] if named else self._network.inputs(path)

    def _output(self, path: str, row: Rop, asked: str, say: bool) -> str:
        parm = _rules.output_parm(row, self._values.at(path))
        if not parm and asked and row.pictures:
            settings = self._values.at(asked)
            parm = next((name for name in _rules.STAGE_OUTPUT if settings.text(name)), "")
            path = asked
        return self._pattern(path, parm, say) if parm else ""

    def _planes(self, path: str, row: Rop, say: bool) -> tuple[str, ...]:
        names = _rules.plane_parms(row, self._values.at(path))
        return tuple(sorted({pattern for pattern in (self._pattern(path, name, say) for name in names) if pattern}))

    def _pattern(self, path: str, parm: str, say: bool) -> str:
        """The absolute pattern; as it is written, with a problem if `say`, where only Houdini can expand it."""
        try:
            pattern = self._values.pattern(path, parm)
        except Unexpandable as exc:
            written = self._values.written(path, parm)
            if say:
                self.problems.append(_problems.as_written(path, parm, written, str(exc)))
            return written
        return resolved(pattern, self._folder) if _rules.is_file(pattern) else ""


def _rows(network: Network) -> dict[str, Rop]:
    kinds = {kind for kind in set(network.types.values()) if base_name(kind) in _TYPES}
    found: dict[str, Rop] = {}
    for path, kind in network.types.items():
        category = network.category(path)
        row = rop(category, kind) if category == "Driver" or kind in kinds else None
        if row is not None:
            found[path] = row
    return found
