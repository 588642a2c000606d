"""What can be chosen for one Renderbus job, and how that becomes a task's `task_info`.

Source: the `task_info` tables of the SDK's configuration documents for Maya, Houdini, 3ds Max and Blender, which agree
with one another. Every value of `task_info` is a string there, but for one list of ids. `artist`, `labels` and
`machines_at_most` are said in requests of their own (create a task; node limit), not in `task_info`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..._errors import BadFrames
from ...farm import Option
from ...frames import format_frames, parse_frames
from ...scene import Problem, Severity
from ...submission import Submission
from .frame_grammar import farm_frames
from .models import HardwareConfig

_HOUR = 3600
_TEST = {  # as pre_frames writes them: first, middle, last
    "none": "000",
    "first": "100",
    "middle": "010",
    "last": "001",
    "first,middle": "110",
    "first,last": "101",
    "middle,last": "011",
    "first,middle,last": "111",
}
_LAYERED = {"Houdini"}  # its sample is layered; of 3ds Max it is said that it can't be, Blender's sample is not

OPTIONS: tuple[Option, ...] = (
    Option(
        "test_frames",
        "Test frames",
        "choice",
        "none",
        choices=tuple(_TEST),
        help="These frames render before all others.",
    ),
    Option(
        "test_list",
        "More test frames",
        "text",
        "",
        help="Frames that also render first, such as 2,4,6-10.",
        rare=True,
    ),
    Option(
        "pause_after_test",
        "Pause after the test frames",
        "bool",
        False,
        help="The job waits after its test frames until you press Start.",
    ),
    Option(
        "frames_per_machine",
        "Frames per machine",
        "int",
        1,
        minimum=1,
        unit="frames",
        help="Several light frames on one machine spare opening the scene for each. Not together with tiles.",
    ),
    Option(
        "tiles",
        "Tiles per frame",
        "int",
        1,
        minimum=1,
        unit="tiles",
        zero="whole frames",
        help="Each frame is cut into pieces that render on machines of their own. Not with frames per machine.",
        rare=True,
    ),
    Option(
        "tile_shape",
        "Shape of the tiles",
        "choice",
        "block",
        choices=("block", "strip"),
        help="Blocks or strips.",
        rare=True,
    ),
    Option(
        "frame_timeout",
        "Give a frame up after",
        "float",
        72.0,
        minimum=0.01,
        unit="h",
        help="A frame that takes longer is stopped; the others go on.",
    ),
    Option(
        "job_timeout",
        "Stop the job after",
        "float",
        0.0,
        minimum=0,
        unit="h",
        zero="no limit",
        help="The whole job is stopped when it has taken this long.",
        rare=True,
    ),
    Option(
        "remind_after",
        "Remind me after",
        "float",
        12.0,
        minimum=0.01,
        unit="h",
        help="The farm sends a reminder about a frame that takes longer.",
        rare=True,
    ),
    Option(
        "hardware",
        "Machines",
        "text",
        "",
        help="The kind of machine that renders, by its name; empty leaves the choice to Farmdeck.",
    ),
    Option(
        "memory",
        "Memory",
        "choice",
        "64",
        choices=("64", "128"),
        unit="GB",
        help="The least memory of a machine. A kind of machine that you choose goes before this.",
        rare=True,
    ),
    Option(
        "graphics_cards",
        "Graphics cards",
        "choice",
        "2",
        choices=("1", "2"),
        help="Cards per machine, where graphics cards render. A kind of machine that you choose goes before this.",
        rare=True,
    ),
    Option(
        "machines_at_most",
        "Machines at most",
        "int",
        0,
        minimum=0,
        unit="machines",
        zero="no limit",
        help="How many machines may work on this job at the same time.",
    ),
    Option(
        "layered",
        "Each render layer on its own",
        "bool",
        True,
        help="Maya: every render layer becomes a part that can be stopped and started alone. Tiles need it.",
    ),
    Option(
        "distributed",
        "Several machines on one frame",
        "bool",
        False,
        help="Distributed rendering. Not for Maya and 3ds Max.",
        rare=True,
    ),
    Option(
        "distributed_machines",
        "Machines on one frame",
        "choice",
        "3",
        choices=("3", "6", "9"),
        unit="machines",
        help="With several machines on one frame: how many.",
        rare=True,
    ),
    Option(
        "reserved_machines",
        "Reserved machines",
        "text",
        "",
        help="The number of your plan of reserved machines.",
        rare=True,
    ),
    Option(
        "system",
        "Render on",
        "choice",
        "environment",
        choices=("environment", "windows", "linux"),
        help="The system of the render machines; the environment's own unless you say otherwise.",
        rare=True,
    ),
    Option(
        "labels",
        "Labels",
        "text",
        "",
        help="Words to find the job by on the farm's pages, with commas between.",
        rare=True,
    ),
    Option(
        "artist",
        "Artist",
        "text",
        "",
        help="Whose work it is, as the farm's pages show it; empty: you.",
        rare=True,
    ),
    Option(
        "project_folder",
        "Project folder",
        "text",
        "",
        help="The folder that relative paths in the scene start from, such as a Maya project.",
        rare=True,
    ),
)


def task_labels(options: Mapping[str, Any]) -> list[str]:
    """The labels to create the task with, in the order typed, each once."""
    return list(dict.fromkeys(word for word in (part.strip() for part in options["labels"].split(",")) if word))


def pre_frames(options: Mapping[str, Any]) -> str:
    """The test frames as the farm writes them: `100`, `000:2,4,6-10[1]`. Raises BadFrames for a list of none."""
    flags = _TEST[options["test_frames"]]
    return f"{flags}:{farm_frames(options['test_list'])}" if options["test_list"].strip() else flags


def check(submission: Submission, options: Mapping[str, Any]) -> list[Problem]:
    """Every choice that the farm would refuse or misread. `options`: all of OPTIONS, as `check_options` gives them."""
    return [problem for rule in _RULES for problem in rule(submission, options)]


def to_task_info(
    submission: Submission,
    options: Mapping[str, Any],
    *,
    scene: str,
    cg_id: int,
    task_id: int,
    user_id: int,
    platform: int,
    project_id: int = 0,
    system: str = "windows",
    layer_type: int = 0,
    hardware: HardwareConfig | None = None,
) -> dict[str, str | list[str]]:
    """The `task_info` of task.json: every value a string, but the list `hardwareConfigIds`.

    `options`: all of OPTIONS, as `check_options` gives them. `scene`: the local path that it is sent as. `system`: the
    environment's, `linux` or `windows`. `layer_type`: 0 for Maya's old render layers, 1 for Render Setup.
    `project_id`: 0 for no project.
    Raises BadFrames for test frames that cannot be read.
    """
    on = system if options["system"] == "environment" else options["system"]
    software = submission.software.name
    info: dict[str, str | list[str]] = {
        "input_cg_file": scene.replace("\\", "/"),
        "input_project_path": options["project_folder"].replace("\\", "/"),
        "project_name": submission.project,
        "project_id": str(project_id),
        "task_id": str(task_id),
        "user_id": str(user_id),
        "cg_id": str(cg_id),
        "platform": str(platform),
        "channel": "4",
        "os_name": "0" if on == "linux" else "1",
        "render_layer_type": str(layer_type),
        "enable_layered": _flag(software in _LAYERED or (software == "Maya" and options["layered"])),
        "is_layer_rendering": "1",
        "is_picture": "0",
        "frames_per_task": str(options["frames_per_machine"]),
        "pre_frames": pre_frames(options),
        "stop_after_test": "1" if options["pause_after_test"] else "2",
        "job_stop_time": _seconds(options["frame_timeout"]),
        "task_stop_time": _seconds(options["job_timeout"]),
        "time_out": _seconds(options["remind_after"]),
        "tiles_type": options["tile_shape"],
        "tiles": str(options["tiles"]),
        "is_distribute_render": _flag(options["distributed"]),
        "distribute_render_node": options["distributed_machines"],
        "ram": options["memory"],
        "graphics_cards_num": options["graphics_cards"],
        "hardwareConfigId": "",
        "hardwareConfigIds": [],
    }
    if hardware is not None:
        info.update(_of_hardware(hardware, options))
    if options["reserved_machines"].strip():
        info["pack_node_id"] = options["reserved_machines"].strip()
    if software == "3ds Max":
        info["version"] = "2"
    return info


def _of_hardware(hardware: HardwareConfig, options: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Memory without its unit and cards without theirs: `64GB`, `2*GPU`."""
    cards = "".join(c for c in hardware.gpus.split("*")[0] if c.isdigit()) if hardware.gpus else ""
    return {
        "ram": "".join(c for c in hardware.ram if c.isdigit()) or options["memory"],
        "graphics_cards_num": cards or options["graphics_cards"],
        "hardwareConfigIds": [str(hardware.id)],
    }


def _flag(on: bool) -> str:
    return "1" if on else "0"


def _seconds(hours: float) -> str:
    return str(round(hours * _HOUR))


# what does not go together

_Rule = Callable[[Submission, Mapping[str, Any]], Iterator[Problem]]


def _tiles(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    if options["tiles"] == 1:
        return
    if options["frames_per_machine"] > 1:
        yield _error("A machine renders either tiles or several frames. Set tiles or frames per machine to 1.", "tiles")
    if submission.software.name == "Maya" and not options["layered"]:
        yield _error('Maya scenes render in tiles only with "Each render layer on its own". Turn it on.', "layered")
    if submission.software.name == "3ds Max":
        message = "3ds Max scenes render in tiles only with global illumination on. Look at the renderer's settings."
        yield Problem(Severity.WARNING, message, "tiles")


def _distributed(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    if options["distributed"] and submission.software.name in ("Maya", "3ds Max", "Clarisse"):
        name = submission.software.name
        yield _error(f"{name} frames can't be shared by several machines on this farm. Turn that off.", "distributed")


def _test_frames(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    if not options["test_list"].strip():
        if options["pause_after_test"] and options["test_frames"] == "none":
            yield _error("There are no test frames to pause after. Choose some, or turn the pause off.", "test_frames")
        return
    try:
        listed = set(parse_frames(options["test_list"]))
        rendered = {number for part in submission.parts for number in parse_frames(part.frames)}
    except BadFrames as exc:
        yield _error(str(exc), "test_list")
        return
    if listed - rendered:
        odd = format_frames(listed - rendered)
        yield _error(f"The test frames {odd} are not among the frames to render. Take them out.", "test_list")


def _times(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    if 0 < options["job_timeout"] < options["frame_timeout"]:
        message = "The whole job stops before a slow frame would be given up. Give the job more time, or a frame less."
        yield Problem(Severity.WARNING, message, "job_timeout")


def _reserved(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    plan = options["reserved_machines"].strip()
    if plan and not (plan.isascii() and plan.isdigit()):
        yield _error(f'"{plan}" is not the number of a plan. Type the number, such as 623.', "reserved_machines")


def _system(submission: Submission, options: Mapping[str, Any]) -> Iterator[Problem]:
    if submission.software.name == "3ds Max" and options["system"] == "linux":
        yield _error("3ds Max scenes render on Windows only. Choose windows.", "system")


_RULES: tuple[_Rule, ...] = (_tiles, _distributed, _test_frames, _times, _reserved, _system)


def _error(message: str, option: str) -> Problem:
    return Problem(Severity.ERROR, message, option)
