"""`farmdeck-render`: what the job type script makes of a job, and what its tasks do on a worker.

The script runs in the simulated Manager's QuickJS. Maya, Houdini and 3ds Max are the stand-ins of tests/agent.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput
from farmdeck.farm import Watch, check_options
from farmdeck.farms.flamenco.job_types import Subject, options, read_job_type, settings
from farmdeck.farms.flamenco.render_settings import JOB_TYPE, WORKER_SCRIPTS
from farmdeck.job import Part
from farmdeck.packing import make_pack
from farmdeck.scene import Scene, Software
from farmdeck.submission import prepare

from tests.agent.workshop import install, maya_layer
from tests.simulator.flamenco.compile import job_type
from tests.simulator.flamenco.job_types import Authored, CompileError, Draft

SCRIPT = Path(__file__).parents[3] / "resources" / "flamenco" / "farmdeck-render.js"
COMPILED = job_type(SCRIPT)
TYPE = read_job_type(COMPILED.document)


def part(item: str, output: str, frames: str = "1-3", **other: Any) -> Part:
    return replace(Part(item, item, (item,), "", frames, 64, 36, "", output), **other)


SUBJECT = Subject(
    name="shot",
    software="Maya",
    scene_file="/mnt/jobs/x/shots/s.ma",
    original="/home/me/show/shots/s.ma",
    output_root="/mnt/renders",
    parts=(part("fg", "/mnt/renders/shot/fg/s.####.exr", address=("rs_fg",), camera="persp", renderer="arnold"),),
    scripts="/mnt/jobs/x/.scripts",
    project="/mnt/jobs/x",
    files_root="/mnt/jobs/x",
    path_maps=(("/home/me/show", ""), ("/library", "elsewhere/library")),
)


def made(subject: Subject, **values: Any) -> dict[str, Any]:
    return settings(TYPE, check_options(options([TYPE], {}), values), subject)


def tasks(given: Mapping[str, Any]) -> list[Authored]:
    return COMPILED.compile(Draft("shot", JOB_TYPE, 50, dict(given), {}))


def words(task: Authored) -> list[str]:
    return list(task.commands[0].parameters["args"])


def after(given: list[str], name: str) -> str:
    return given[given.index(name) + 1]


# what the Manager makes of a job


def test_only_the_frames_of_a_task_are_asked_for() -> None:
    assert TYPE.name == JOB_TYPE
    assert [option.name for option in options([TYPE], {})] == ["job_type", "chunk_size"]


def test_a_task_for_each_chunk_of_each_part() -> None:
    parts = (part("a", "/r/a.####.exr", "1-4,8"), part("b", "/r/b.####.exr", "10-20x5"))
    found = tasks(made(replace(SUBJECT, parts=parts), chunk_size=2))
    names = ["render-0-1,2", "render-0-3,4", "render-0-8", "render-1-10,15", "render-1-20"]
    assert [task.name for task in found] == names
    assert {task.type for task in found} == {"maya"} and not any(task.dependencies for task in found)
    assert [after(words(task), "--frames") for task in found] == [name.split("-", 2)[2] for name in names]


def test_a_command_of_maya() -> None:
    (task,) = tasks(made(SUBJECT, chunk_size=3))
    command = task.commands[0]
    assert (command.name, command.parameters["exe"]) == ("exec", "{farmdeckPython}")
    assert words(task) == [
        *("/mnt/jobs/x/.scripts/render_part.py", "maya", "--program", "{mayaRender}"),
        *("--scene", "/mnt/jobs/x/shots/s.ma", "--output", "/mnt/renders/shot/fg/s.####.exr", "--frames", "1-3"),
        *("--project", "/mnt/jobs/x", "--from=/home/me/show", "--to", "/mnt/jobs/x"),
        *("--from=/library", "--to", "/mnt/jobs/x/elsewhere/library", "--"),
        *("-r", "arnold", "-ai:lve", "2", "-ai:alf", "true", "-rl", "rs_fg", "-cam", "persp", "-x", "64", "-y", "36"),
    ]


def test_what_a_rop_needs_is_done_before_it() -> None:
    """A simulation is one task, whatever the frames of a task are."""
    parts = (
        part("/out/sim", "/c/s.####.bgeo.sc", "1-5", renderer="geometry", kind="rop"),
        part("/out/a", "/r/a.####.exr", "1,2", renderer="ifd", kind="rop", needs=("/out/sim",)),
        part("/out/b", "/r/b.####.exr", "1", renderer="ifd", kind="rop", needs=("/out/sim", "/out/a")),
    )
    found = tasks(made(replace(SUBJECT, software="Houdini", parts=parts)))
    names = ["render-0-1-5", "render-1-1", "render-1-2", "render-2-1"]
    assert [task.name for task in found] == names
    assert [task.dependencies for task in found] == [[], [0], [0], [0, 1, 2]]
    told = [json.loads(after(words(task), "--task")) for task in found]
    assert [(one["rop"], one["in_one_go"], one["needed"]) for one in told] == [
        ("/out/sim", True, True),
        *[("/out/a", False, True)] * 2,
        ("/out/b", False, False),
    ]


def test_paths_can_be_rewritten_for_another_system() -> None:
    """The Manager looks at the beginning of settings and of words only: none hides a path, the artist's own apart."""
    roots = [part(name, f"N:\\show\\{name}\\x.####.exr") for name in ("a", "b")]
    windows = replace(SUBJECT, scene_file="N:\\jobs\\s.ma", files_root="N:\\jobs", parts=tuple(roots))
    found = made(windows)
    assert found["render_output_root"] == "N:\\show"
    assert "N:" not in found["parts"] + found["path_maps"]
    given = words(tasks(found)[0])
    assert after(given, "--output") == "N:\\show/a/x.####.exr"
    assert [word for word in given if "/home/me" in word] == ["--from=/home/me/show"]


@pytest.mark.parametrize(
    ("outputs", "root", "first"),
    [
        (["{jobs}/r/a/x.exr", "{jobs}/r/b/x.exr"], "{jobs}/r", "{jobs}/r/a/x.exr"),
        (["/a/x.exr", "/b/x.exr"], "/mnt/renders", "/a/x.exr"),
        (["\\\\nas\\share\\a\\x.exr", "\\\\nas\\share\\b\\x.exr"], "\\\\nas\\share\\", "\\\\nas\\share/a/x.exr"),
        (["{one}/x.exr", "{two}/x.exr"], "/mnt/renders", "{one}/x.exr"),
    ],
)
def test_outputs_that_share_little(outputs: list[str], root: str, first: str) -> None:
    parts = tuple(part(str(index), output) for index, output in enumerate(outputs))
    found = made(replace(SUBJECT, parts=parts))
    assert found["render_output_root"] == root
    assert after(words(tasks(found)[0]), "--output") == first


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"software": "Cinema 4D"}, 'renders Maya, Houdini and 3ds Max, and not "Cinema 4D".'),
        ({"scene_file": ""}, "The setting scene_file is missing."),
        ({"scripts": ""}, "The setting scripts is missing."),
        ({"parts": ""}, "nothing to render"),
        ({"parts": "["}, "The setting parts is no JSON"),
        ({"parts": "{}"}, "The setting parts is no list"),
        ({"parts": '[{"output": "a"}]'}, "Part 0 has no frames."),
        ({"parts": '[{"frames": "1"}]'}, "Part 0 has no output."),
        (
            {"parts": '[{"frames": "1", "output": "a", "needs": [0]}]'},
            "Part 0 needs part 0, which does not come before",
        ),
        ({"parts": '[{"frames": "x", "output": "a"}]'}, "x"),
        ({"path_maps": '["/a"]'}, "no list of pairs"),
        ({"chunk_size": -1}, "chunk_size is -1; it has to be 1 or more."),
    ],
)
def test_settings_that_the_script_refuses(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(CompileError) as caught:
        tasks({**made(SUBJECT), **wrong})
    assert said in str(caught.value)


def test_what_cannot_be_said_of_a_part() -> None:
    with pytest.raises(BadInput, match="below zero"):
        made(replace(SUBJECT, parts=(part("fg", "/r/x.####.exr", "-2-3"),)))
    with pytest.raises(BadInput, match="does not render scenes of Cinema 4D"):
        made(replace(SUBJECT, software="Cinema 4D"))
    with pytest.raises(BadInput, match="parts"):
        made(replace(SUBJECT, parts=()))


# what a worker does


class Farm:
    """A folder that the workers see, and one worker."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "renders é"
        self.scripts = folder / "scripts"
        self.scripts.mkdir()
        for script in WORKER_SCRIPTS:
            shutil.copy(script, self.scripts)
        programs = install(folder / "apps")
        self.variables = {
            "{farmdeckPython}": sys.executable,
            "{mayaRender}": programs["maya"][0],
            "{hython}": programs["houdini"][0],
            "{3dsmaxcmd}": programs["max"][0],
        }

    def scene(self, name: str, **told: Any) -> Path:
        path = self.folder / "pack" / name
        path.parent.mkdir(exist_ok=True)
        path.with_name("workspace.mel").write_text("")
        path.write_text(json.dumps(told), encoding="utf-8")
        return path

    def commands(self, software: str, scene: Path, *parts: Part, **other: Any) -> list[list[str]]:
        """As the worker gets them, each task's after those of the tasks that it needs."""
        subject = Subject(
            name="shot",
            software=software,
            scene_file=str(scene),
            original="/home/me/show/" + scene.name,
            output_root=str(self.out),
            parts=parts,
            scripts=str(self.scripts),
            **other,
        )
        found = tasks(made(subject, chunk_size=10))
        given = [[str(task.commands[0].parameters["exe"]), *words(task)] for task in found]
        return [[self.variables.get(word, word) for word in command] for command in given]

    def run(self, software: str, scene: Path, *parts: Part, **other: Any) -> list[subprocess.CompletedProcess[str]]:
        return [
            subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False)
            for command in self.commands(software, scene, *parts, **other)
        ]

    def files(self) -> list[str]:
        """Every file and empty folder below the output's, temporary ones too."""
        found = self.out.rglob("*")
        return sorted(str(path.relative_to(self.out)) for path in found if path.is_file() or not any(path.iterdir()))


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path)


def layer(farm: Farm, frames: str = "1-3") -> Part:
    return part("fg", str(farm.out / "fg" / "s.####.iff"), frames, address=("rs_fg",), camera="persp")


def test_maya_on_a_worker(farm: Farm) -> None:
    """Frames of several steps in one task; what is beside the picture keeps its folder."""
    scene = farm.scene("s.ma", layers=["rs_fg"], prefix="<RenderPass>/<Scene>", passes=["beauty", "N"])
    (ran,) = farm.run("Maya", scene, layer(farm, "1,3,4"), project=str(scene.parent))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert farm.files() == sorted(f"fg/{sub}s.000{n}.iff" for sub in ("", "N/") for n in (1, 3, 4))
    assert "Frame 4 is done." in ran.stdout


@pytest.mark.parametrize(("software", "expected"), [("Maya", ["scenes/s.ma", "workspace.mel"]), ("Houdini", ["s.ma"])])
def test_a_maya_scene_travels_with_its_project(tmp_path: Path, software: str, expected: list[str]) -> None:
    """Even where nothing else of it is needed: `Render` takes a folder without that file for no project."""
    scene = tmp_path / "show" / "scenes" / "s.ma"
    scene.parent.mkdir(parents=True)
    for path in (scene, tmp_path / "show" / "workspace.mel"):
        path.write_text("")
    item = maya_layer(str(tmp_path / "out" / "x.####.iff"))
    submission = prepare(Scene(str(scene), Software(software, "2025"), (item,)))
    pack = make_pack(submission, scene, tmp_path / "work", Watch())
    assert [file.path for file in pack.files] == expected
    assert (str(scene.parents[len(Path(expected[0]).parts) - 1]), "") in pack.maps


def test_a_picture_is_called_as_the_part_has_it(farm: Farm) -> None:
    """Its frames are looked for by that name. The scene's own names are kept for what is beside it."""
    scene = farm.scene("s.ma", layers=["rs_fg"], prefix="<RenderPass>/other", passes=["beauty", "N"], extension="exr")
    (ran,) = farm.run("Maya", scene, layer(farm, "7"))
    assert ran.returncode == 0, ran.stdout
    assert farm.files() == ["fg/N/other.0007.exr", "fg/s.0007.exr"]


def test_mayas_moved_folders_are_told_before_the_scene_is_opened(farm: Farm) -> None:
    program = farm.folder / "Render"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import userSetup"\n')
    program.chmod(0o755)
    farm.variables["{mayaRender}"] = str(program)
    maya = farm.folder / "site" / "maya"
    maya.mkdir(parents=True)
    said = "class cmds:\n    dirmap = staticmethod(lambda **given: print(sorted(given.items())))\n"
    maya.joinpath("__init__.py").write_text(said)
    maps = (("C:\\show é", ""), ("/library", "elsewhere/library"))
    (command,) = farm.commands("Maya", farm.scene("s.ma"), layer(farm, "1"), files_root="/mnt/x", path_maps=maps)
    ran = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": str(maya.parent), "PYTHONIOENCODING": "utf-8"},
    )
    lines = ran.stdout.splitlines()
    told = [line for line in lines if line.startswith("[('")]
    assert told == [
        "[('enable', True)]",
        "[('mapDirectory', ('C:/show é', '/mnt/x'))]",
        "[('mapDirectory', ('/library', '/mnt/x/elsewhere/library'))]",
    ], ran.stdout


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fail": 2}, "Render ended with exit code 1."),
        ({"exit": 211}, "Render ended with exit code 211."),
        ({"layers": ["other"]}, "No object matches name: rs_fg"),
    ],
)
def test_a_frame_that_fails_fails_the_task_and_leaves_nothing(farm: Farm, wrong: dict[str, Any], said: str) -> None:
    scene = farm.scene("s.ma", **{"layers": ["rs_fg"], "prefix": "x", **wrong})
    (ran,) = farm.run("Maya", scene, layer(farm))
    assert ran.returncode == 1
    assert said in ran.stdout
    assert farm.files() == ["fg"]


def test_a_frame_without_a_picture_is_named(farm: Farm) -> None:
    scene = farm.scene("s.ma", layers=["rs_fg"], prefix="x", passes=[])
    (ran,) = farm.run("Maya", scene, layer(farm, "1,2"))
    assert (ran.returncode, "No picture was written for frames 1, 2." in ran.stdout) == (1, True)


@pytest.mark.parametrize("program", ["/nowhere/Render", "{mayaRender}"])
def test_a_program_that_is_not_there(farm: Farm, program: str) -> None:
    """Or one that the Manager has no variable for: it leaves the name as it is."""
    farm.variables["{mayaRender}"] = program
    (ran,) = farm.run("Maya", farm.scene("s.ma"), layer(farm))
    assert (ran.returncode, f"{program} is no program here" in ran.stdout) == (1, True)


def test_houdini_on_a_worker(farm: Farm) -> None:
    """A cache and the picture that needs it; `$HIP` is the folder of the pack."""
    ranges = {"trange": 0, "f1": 0, "f2": 0, "f3": 0}
    sim = {"parms": {"sopoutput": "x", **ranges}, "output": "sopoutput"}
    picture = {"parms": {"vm_picture": "ip", "camera": "", **ranges}, "output": "vm_picture"}
    scene = farm.scene("s.hip", nodes={"/out/sim": sim, "/out/m": picture})
    ran = farm.run(
        "Houdini",
        scene,
        part("/out/sim", str(farm.out / "cache" / "s.####.bgeo.sc"), kind="rop", renderer="geometry"),
        part("/out/m", str(farm.out / "m" / "m.####.exr"), kind="rop", renderer="ifd", needs=("/out/sim",)),
    )
    assert [one.returncode for one in ran] == [0, 0], [one.stdout for one in ran]
    assert farm.files() == [f"{name}.000{n}{ext}" for name, ext in (("cache/s", ".bgeo.sc"), ("m/m", ".exr")) for n in
                            (1, 2, 3)]  # fmt: skip
    assert str(scene) in (farm.out / "m" / "m.0002.exr").read_text()


def test_a_frame_that_houdini_cannot_render(farm: Farm) -> None:
    """Those that are whole are kept."""
    node = {"parms": {"vm_picture": "ip", "trange": 0, "f1": 0, "f2": 0, "f3": 0}, "output": "vm_picture"}
    scene = farm.scene("s.hip", nodes={"/out/m": node}, fail=2)
    (ran,) = farm.run("Houdini", scene, part("/out/m", str(farm.out / "m.####.exr"), kind="rop", renderer="ifd"))
    assert ran.returncode == 1
    assert "2 Cook error in input: the solver diverged." in ran.stdout
    assert farm.files() == ["m.0001.exr", "m.0003.exr"]


def test_houdinis_other_files_have_a_folder_beside_the_picture(farm: Farm) -> None:
    """The artist's folder is not on the worker, or was moved."""
    moved = farm.folder / "moved" / "aov"
    moved.mkdir(parents=True)
    writes = {"aov": "/nowhere/aov/n.$F4.exr", "other": "/home/me/show/aov/z.$F4.exr"}
    node = {
        "parms": {"vm_picture": "ip", "trange": 0, "f1": 0, "f2": 0, "f3": 0, **writes},
        "output": "vm_picture",
        "writes": list(writes),
    }
    scene = farm.scene("s.hip", nodes={"/out/m": node})
    picture = part("/out/m", str(farm.out / "m.####.exr"), "1", kind="rop", renderer="ifd")
    (ran,) = farm.run("Houdini", scene, picture, path_maps=(("/home/me/show", str(farm.folder / "moved")),))
    assert ran.returncode == 0, ran.stdout
    assert farm.files() == ["aov/n.0001.exr", "m.0001.exr"]
    assert [path.name for path in moved.iterdir()] == ["z.0001.exr"]


def test_houdini_is_told_of_moved_folders_when_it_starts(farm: Farm) -> None:
    program = farm.folder / "hython"
    program.write_text("#!/bin/sh\necho MAP $HOUDINI_PATHMAP\n")
    program.chmod(0o755)
    farm.variables["{hython}"] = str(program)
    picture = part("/out/m", str(farm.out / "m.####.exr"), "1", kind="rop", renderer="ifd")
    maps = (("C:\\show", "a"), ("/library", "b"))
    (ran,) = farm.run("Houdini", farm.scene("s.hip"), picture, files_root="/mnt/x", path_maps=maps)
    assert 'MAP {"C:/show": "/mnt/x/a", "/library": "/mnt/x/b"}' in ran.stdout


def test_3ds_max_on_a_worker(farm: Farm) -> None:
    scene = farm.scene("s.max", cameras=["Cäm 01"], views=["V"], elements={"x_Z.rla": "depth"})
    camera = part("Cäm 01", str(farm.out / "c" / "x####.rla"), "1-3,7", kind="camera")
    (ran,) = farm.run("3ds Max", scene, camera, files_root=str(farm.folder), path_maps=(("C:\\show", "pack"),))
    assert ran.returncode == 0, ran.stdout
    numbers = (1, 2, 3, 7)
    assert farm.files() == [*(f"c/depth/x_Z000{n}.rla" for n in numbers), *(f"c/x000{n}.rla" for n in numbers)]


def test_3ds_max_looks_in_every_folder_that_has_files(farm: Farm) -> None:
    """And a long list of frames goes into a file of options."""
    program = farm.folder / "3dsmaxcmd"
    program.write_text('#!/bin/sh\ncat "$(echo "$1" | cut -d: -f2)" | tr -d "\\357\\273\\277"\necho\n'
                       'cat "$(grep pathFile "$(echo "$1" | cut -d: -f2)" | cut -d: -f2)"\n')  # fmt: skip
    program.chmod(0o755)
    farm.variables["{3dsmaxcmd}"] = str(program)
    scene = farm.scene("s.max")
    tex = scene.parent / "elsewhere" / "C" / "tex"
    tex.mkdir(parents=True)
    tex.joinpath("a.png").write_text("")
    camera = part("Cam", str(farm.out / "x####.rla"), "1-8000x2", kind="camera")
    maps = (("C:\\show", "pack"),)
    command = farm.commands("3ds Max", scene, camera, files_root=str(farm.folder), path_maps=maps)[0]
    command[command.index("--frames") + 1] = ",".join(map(str, range(1, 4001, 2)))
    said = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=False).stdout
    dirs = [line for line in said.splitlines() if line.startswith(("Dir", "[", "-frames"))]
    assert dirs[0].endswith(",3997,3999")
    folders = [f"Dir1={scene.parent}", f"Dir2={tex}"]
    assert dirs[1:] == ["[BitmapDirs]", *folders, "[XReferenceDirs]", *folders]


@pytest.mark.skipif(os.name != "posix", reason="a named pipe and SIGKILL are needed")
def test_a_task_that_is_taken_away_ends_what_it_started(farm: Farm) -> None:
    """The worker kills the one process that it started. The pipe is open as long as a program holds it."""
    pipe, program = farm.folder / "pipe", farm.folder / "Render"
    os.mkfifo(pipe)
    program.write_text(f'#!/bin/sh\nexec 3>"{pipe}"\necho begun >&3\nsleep 600 &\nwait\n')
    program.chmod(0o755)
    farm.variables["{mayaRender}"] = str(program)
    (command,) = farm.commands("Maya", farm.scene("s.ma"), layer(farm))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as worker, pipe.open("rb") as held:
        assert held.readline() == b"begun\n"
        worker.send_signal(signal.SIGKILL)
        assert held.read() == b""


def test_what_an_attempt_left_behind_goes_with_the_next(farm: Farm) -> None:
    """A process that was killed removes nothing; its folder is known again by the frames and the machine."""
    scene = farm.scene("s.ma", layers=["rs_fg"], prefix="x", fail=1)
    (ran,) = farm.run("Maya", scene, layer(farm))
    pictures = Path(ran.stdout.split(" -rd ")[1].split("/pictures")[0], "pictures")
    pictures.mkdir(parents=True)
    pictures.joinpath("left.0001.iff").write_text("half")
    scene = farm.scene("s.ma", layers=["rs_fg"], prefix="x")
    assert farm.run("Maya", scene, layer(farm))[0].returncode == 0
    assert farm.files() == [f"fg/s.000{n}.iff" for n in (1, 2, 3)]
