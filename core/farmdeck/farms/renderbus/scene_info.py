"""What a task renders: the `scene_info` of task.json for Maya, Houdini, 3ds Max and Blender.

One Renderbus task is one scene file; how much of our parts it can tell apart differs by application, and `problems`
says what it cannot. Source: the configuration documents of the SDK for each application (tables and samples). What a
submission does not tell is left out where the tables allow it, else it is the value of the document's own sample.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from ..._errors import BadInput
from ...frames import parse_frames
from ...job import Part
from ...scene import Problem, Severity
from ...submission import Submission
from .frame_grammar import farm_frames

_SOLVERS = frozenset("dop filecache geometry rop_alembic rop_dop rop_fbx rop_geometry".split())
_DISTRIBUTED = frozenset(["hq_sim"])
_MAX_FILES = [".tga", ".tif", ".jpg", ".png", ".exr", ".rla", ".rpf"]
_MAX_RENDERERS = ("scanline", "vray", "arnold", "corona", "redshift", "octane", "fstorm", "mentalray")
_BLENDER_FORMATS = {  # an .exr may be of one layer or of many: that is left to the scene
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".tga": "TARGA",
    ".bmp": "BMP",
    ".hdr": "HDR",
    ".dpx": "DPX",
    ".cin": "CINEON",
    ".jp2": "JPEG2000",
    ".webp": "WEBP",
}


def scene_info(submission: Submission) -> dict[str, Any]:
    """The blocks of what renders, in the shape of the submission's application. Raises BadInput, BadFrames."""
    try:
        write = _WRITERS[submission.software.name]
    except KeyError:
        raise BadInput(_unknown(submission), f"It renders {', '.join(_WRITERS)}.") from None
    return write(submission)


def problems(submission: Submission) -> list[Problem]:
    """What one Renderbus task can't express of the submission, with a way out."""
    rule = _RULES.get(submission.software.name)
    if rule is None:
        return [Problem(Severity.ERROR, f"{_unknown(submission)} It renders {', '.join(_WRITERS)}.")]
    return list(rule(submission))


def layer_of(part: Part) -> str:
    """A Maya part's render layer, the key of its block."""
    return part.address[-1] if part.address else part.item


def _unknown(submission: Submission) -> str:
    return f"Farmdeck writes no Renderbus jobs for {submission.software.name or 'this application'}."


# Maya: one block for each render layer, with the cameras to render it through


def _maya(submission: Submission) -> dict[str, Any]:
    layers = dict.fromkeys(layer_of(part) for part in submission.parts)
    return {layer: _maya_layer(submission, _of_layer(submission, layer)) for layer in layers}


def _of_layer(submission: Submission, layer: str) -> list[Part]:
    return [part for part in submission.parts if layer_of(part) == layer]


def _maya_layer(submission: Submission, parts: Sequence[Part]) -> dict[str, Any]:
    """`is_default_camera` is 0 where the artist chose other cameras than the layer's own."""
    part = parts[0]
    numbers = parse_frames(part.frames)
    cameras = _cameras(parts)
    return {
        "renderable": "1",
        "env": {},
        "is_default_camera": "0" if cameras else "1",
        "option": "",
        "common": {
            "image_format": PurePath(part.output).suffix.lstrip("."),
            "start": str(numbers[0]),
            "end": str(numbers[-1]),
            "by_frame": str(_step(numbers)),
            "frames": farm_frames(part.frames),
            "width": str(part.width),
            "height": str(part.height),
            "image_file_prefix": "",
            "all_camera": list(submission.cameras),
            "render_camera": cameras or _only(submission.cameras),
            "renderer": part.renderer,
            "animation": "False",
            "renumber_frames": "False",
        },
    }


def _maya_problems(submission: Submission) -> Iterator[Problem]:
    for layer in dict.fromkeys(layer_of(part) for part in submission.parts):
        yield from _same(_of_layer(submission, layer), f"The render layer {layer}", layer)


# Houdini: one entry for each node


def _houdini(submission: Submission) -> dict[str, Any]:
    info: dict[str, Any] = {"rop_node": [], "geo_node": [], "distributedsim_node": []}
    for part in submission.parts:
        node = {"node": _node(part), "frames": farm_frames(part.frames), "option": "-1", "render": "1"}
        if part.renderer in _DISTRIBUTED:
            info["distributedsim_node"].append({**node, "option": "1"})
        elif part.renderer in _SOLVERS:
            info["geo_node"].append({**node, "option": "0"})
        else:
            size = {"width": str(part.width), "height": str(part.height)}
            camera = {"camera": part.camera} if part.camera else {}
            info["rop_node"].append({**node, **camera, **size})
    return info


def _node(part: Part) -> str:
    """The full path of the part's node."""
    return next((word for word in reversed(part.address) if word.startswith("/")), part.item)


def _houdini_problems(submission: Submission) -> Iterator[Problem]:
    nodes = [_node(part) for part in submission.parts]
    for node in dict.fromkeys(node for node in nodes if nodes.count(node) > 1):
        yield _error(
            f"A render node renders through one camera on Renderbus; {node} is to render through several. "
            "Submit one camera at a time, or make a render node for each.",
            node,
        )
    for part in submission.parts:
        if part.renderer in _DISTRIBUTED:
            yield Problem(
                Severity.WARNING,
                f"How {_node(part)} is sliced stays as the scene says; Farmdeck can't tell Renderbus. "
                "Look at the first frames before you let it go on.",
                _node(part),
            )
        elif part.camera and nodes.count(_node(part)) == 1:
            yield Problem(
                Severity.WARNING,
                f"{_node(part)} may render through the camera that is set on the node. "
                f"Set it to {part.camera} and save, to be sure.",
                _node(part),
            )


# 3ds Max: one block; cameras are a list


def _max(submission: Submission) -> dict[str, Any]:
    part = submission.parts[0]
    output = _without_number(part.output)
    return {
        "common": {
            "CurrentProjectFolder": "",
            "Peak_Memory": "0",
            "Vertices": "0",
            "all_camera": list(submission.cameras),
            "renderable_camera": _max_cameras(submission),
            "all_element_type": list(_MAX_FILES),
            "all_output_file_type": list(_MAX_FILES),
            "element_active": "1",
            "element_list": [],
            "element_path_list": [],
            "element_type": output.suffix,
            "output_file": str(output).replace("\\", "/"),
            "output_file_basename": output.stem,
            "output_file_type": output.suffix,
            "frames": farm_frames(part.frames),
            "cgv": submission.software.version,
            "gamma": "1",
            "gamma_val": "2.2",
            "in_gamma": "2.2",
            "out_gamma": "2.2",
            "global_proxy": "false",
            "width": str(part.width),
            "height": str(part.height),
            "is_picture": "0",
            "net_render": "0",
            "rend_save_file": "true",
        },
        "renderer": {
            "name": _max_renderer(part.renderer),
            "renderer": _max_renderer(part.renderer),
            "renderer_orign": part.renderer.replace(" ", "_"),
        },
    }


def _max_cameras(submission: Submission) -> list[str]:
    """Those chosen; else the item itself, where it is a camera."""
    items = [part.address[-1] if part.address else part.item for part in submission.parts]
    return _cameras(submission.parts) or [name for name in dict.fromkeys(items) if name in submission.cameras]


def _max_renderer(name: str) -> str:
    """`V_Ray_5` is `vray`, `Default_Scanline_Renderer` is `scanline`; others stay as they are."""
    plain = re.sub(r"[\W_]+", "", name.lower())
    return next((known for known in _MAX_RENDERERS if known in plain), name)


def _max_problems(submission: Submission) -> Iterator[Problem]:
    yield from _same(submission.parts, "A 3ds Max scene", submission.name)
    if not _max_cameras(submission):
        message = "No camera is chosen: Renderbus renders the view that was active when the scene was saved."
        yield Problem(Severity.WARNING, f"{message} Choose a camera to be sure.", submission.name)
    elif len(_max_cameras(submission)) < len(submission.parts):
        yield _error(
            "Renderbus tells the parts of a 3ds Max scene apart by their cameras only, and here some have none. "
            "Choose the cameras, or submit one part at a time.",
            submission.name,
        )


# Blender: one block


def _blender(submission: Submission) -> dict[str, Any]:
    part = submission.parts[0]
    camera = {"camera_name": f'<bpy_struct, Object("{part.camera}")>'} if part.camera else {}
    suffix = PurePath(part.output).suffix.lower()
    file_format = {"Render_Format": _BLENDER_FORMATS[suffix]} if suffix in _BLENDER_FORMATS else {}
    return {
        "common": {
            "frames": farm_frames(part.frames),
            "width": str(part.width),
            "height": str(part.height),
            **file_format,
            "Output_path": str(PurePath(part.output).parent).replace("\\", "/"),
            **camera,
            "scene_name": list(dict.fromkeys(_blender_scene(part) for part in submission.parts)),
        }
    }


def _blender_scene(part: Part) -> str:
    return part.address[0] if part.address else part.item


def _blender_problems(submission: Submission) -> Iterator[Problem]:
    yield from _same(submission.parts, "A Blender file", submission.name)
    cameras = _cameras(submission.parts)
    if len(cameras) > 1:
        yield _error(
            "A Blender file renders through one camera on Renderbus; several are chosen. Submit one camera at a time.",
            submission.name,
        )
    elif cameras:
        yield Problem(
            Severity.WARNING,
            "Renderbus may render a Blender scene through its active camera. "
            f"Make {cameras[0]} the active camera and save, to be sure.",
            cameras[0],
        )
    scenes = {_blender_scene(part) for part in submission.parts}
    if len(scenes) > 1:
        yield _error(
            "Renderbus renders one scene of a Blender file in one job, and this is of several. Submit each on its own.",
            submission.name,
        )
    elif len({part.item for part in submission.parts}) > 1:
        yield Problem(
            Severity.WARNING,
            "Renderbus renders every view layer that is switched on in the scene, into the same frames. "
            "Submit a copy of the scene for each to get them apart.",
            submission.name,
        )


# what is alike for several


def _same(parts: Sequence[Part], whole: str, subject: str) -> Iterator[Problem]:
    """An error for each thing that is said once for all parts, and that differs here."""
    for what, values in (
        ("range of frames", {parse_frames(part.frames) for part in parts}),
        ("size", {(part.width, part.height) for part in parts}),
        ("file type", {PurePath(part.output).suffix.lower() for part in parts}),
        ("renderer", {part.renderer for part in parts}),
    ):
        if len(values) > 1:
            message = f"{whole} has one {what} in a Renderbus job, and its parts differ. Submit them one at a time."
            yield _error(message, subject)


def _cameras(parts: Sequence[Part]) -> list[str]:
    """The cameras that were chosen, each once."""
    return list(dict.fromkeys(part.camera for part in parts if part.camera))


def _only(cameras: Sequence[str]) -> list[str]:
    """The scene's camera where it has just one: nothing else can be meant."""
    return list(cameras) if len(cameras) == 1 else []


def _step(numbers: Sequence[int]) -> int:
    """The distance of the frames, 1 where it varies."""
    steps = {later - earlier for earlier, later in zip(numbers, numbers[1:])}
    return steps.pop() if len(steps) == 1 else 1


def _without_number(output: str) -> PurePath:
    """A pattern without its frame number: `jh_out.####.rla` is `jh_out.rla`."""
    path = PurePath(output)
    stem = re.sub(r"[._-]?#+", "", path.stem)
    return path.with_name(f"{stem or 'frame'}{path.suffix}")


def _error(message: str, subject: str) -> Problem:
    return Problem(Severity.ERROR, message, subject)


_WRITERS: dict[str, Callable[[Submission], dict[str, Any]]] = {
    "Maya": _maya,
    "Houdini": _houdini,
    "3ds Max": _max,
    "Blender": _blender,
}
_RULES: dict[str, Callable[[Submission], Iterator[Problem]]] = {
    "Maya": _maya_problems,
    "Houdini": _houdini_problems,
    "3ds Max": _max_problems,
    "Blender": _blender_problems,
}
