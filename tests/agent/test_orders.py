"""What the programs of Maya, Houdini and 3ds Max are told, as they see it after the system has split the line."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from farmdeck._errors import FarmError
from farmdeck.farms.local.application import Order, Run, in_one_go, steady
from farmdeck.farms.local.houdini import HOUDINI
from farmdeck.farms.local.max import MAX
from farmdeck.farms.local.maya import MAYA, project_folder
from farmdeck.farms.local.process import RenderProcess
from farmdeck.farms.local.renderers import find_renderers
from farmdeck.job import Part
from hypothesis import given
from hypothesis import strategies as st

PART = Part("fg", "fg", ("rs_fg",), "", "1-3", 64, 36, "arnold", "/out/x.####.exr", "render_layer")
PLACES = {
    "linux": "/renders/it's a shöt/$HOME `x`",
    "macos": "/Users/Zoë/Render Out",
    "windows": "C:\\Users\\Zoë\\Render Out",
    "server": "\\\\farm\\out put",
}


def run_of(part: Part, place: str = "/out", numbers: tuple[int, ...] = (1, 2, 3), scene: str = "") -> Run:
    windows = "\\" in place
    path = PureWindowsPath(place) if windows else PurePosixPath(place)
    folders = {number: str(path / f"{number}.1") for number in numbers}
    return Run(
        scene=scene or str(path / "shot.farmdeck-abcd2345.ma"),
        original=str(path / "shot.ma"),
        part=replace(part, output=str(path / PurePosixPath(part.output).name)),
        folders=folders,
        folder=str(path / ".farmdeck-abcd2345" / "0-1" / "all"),
        scratch=str(path / "scratch"),
    )


def windows_split(line: str) -> list[str]:
    """The words of a command line as a Windows program gets them: the rules of the C run-time.

    https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments
    """
    words, word, inside, started, index = [], "", False, False, 0
    while index < len(line):
        slashes = len(line[index:]) - len(line[index:].lstrip("\\"))
        index += slashes
        letter = line[index : index + 1]
        if letter == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                inside = not inside
            started = True
        else:
            word += "\\" * slashes
            if letter in (" ", "\t", "") and not inside:
                if word or started:
                    words.append(word)
                word, started = "", False
            else:
                word += letter
                started = True
        index += 1
    return words + ([word] if word or started else [])


def flags(order: Order) -> dict[str, str]:
    words = order.command[1:-1]
    return dict(zip(words[::2], words[1::2]))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_maya_s_render(place: str) -> None:
    order = MAYA.order("Render", run_of(replace(PART, camera="set:camB"), place, (1, 3, 5)))
    told = flags(order)
    assert {name: told[name] for name in ("-r", "-rl", "-cam", "-s", "-e", "-b", "-x", "-y")} == {
        "-r": "arnold",
        "-rl": "rs_fg",
        "-cam": "set:camB",
        "-s": "1",
        "-e": "5",
        "-b": "2",
        "-x": "64",
        "-y": "36",
    }
    assert PureWindowsPath(told["-rd"]) == PureWindowsPath(place, ".farmdeck-abcd2345", "0-1", "all")
    assert not any('"' in word or "\\" in word for word in order.command), "what MEL would take for something else"
    assert order.command[-1].endswith("shot.farmdeck-abcd2345.ma")


def test_maya_s_render_of_another_renderer_and_a_still() -> None:
    told = flags(MAYA.order("Render", run_of(replace(PART, renderer="vray", width=0, height=0), numbers=(7,))))
    assert (told["-r"], told["-s"], told["-e"], told["-b"]) == ("file", "7", "7", "1")
    assert not {"-x", "-y", "-cam", "-proj", "-im"} & set(told)


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_what_mel_cannot_take_is_refused(name: str) -> None:
    with pytest.raises(FarmError, match="Maya's Render cannot take.*Rename it"):
        MAYA.order("Render", run_of(PART, f"/out/{name}/x" if "\\" not in name else "/o", scene=f"/s/{name}.ma"))


def test_a_last_backslash_hides_no_quote() -> None:
    run = replace(run_of(PART, "C:\\out"), folder="C:\\out\\")
    assert flags(MAYA.order("Render", run))["-rd"] == "C:/out/"


def test_the_project_is_the_nearest_one(tmp_path: Path) -> None:
    scene = tmp_path / "show" / "scenes" / "a" / "shot.ma"
    scene.parent.mkdir(parents=True)
    assert project_folder(str(scene)) == ""
    for folder in (tmp_path, tmp_path / "show"):
        (folder / "workspace.mel").touch()
    assert project_folder(str(scene)) == str(tmp_path / "show")


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_3dsmaxcmd(place: str) -> None:
    part = replace(PART, kind="camera", address=("Cäm 01",), output="/out/x####.exr")
    run = run_of(part, place, (1, 2, 4, 6, 8, 20))
    order = MAX.order("3dsmaxcmd", run)
    path = PureWindowsPath if "\\" in place else PurePosixPath
    assert order.command == (
        "3dsmaxcmd",
        "-v:5",
        "-frames:1-2,4,6,8,20",
        "-camera:Cäm 01",
        "-w:64",
        "-h:36",
        f"-outputName:{path(run.folder, 'x.exr')}",
        f"-preRenderScript:{path(run.scratch, 'elements.ms')}",
        run.scene,
    )
    (script,) = order.files.values()
    assert f'local folder = @"{run.folder}"' in script and script.startswith("\ufeff")


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((7,), ["-start:7", "-end:7", "-nthFrame:1"]),
        ((1, 3, 5), ["-start:1", "-end:5", "-nthFrame:2"]),
        ((-3, -2, -1), ["-start:-3", "-end:-1", "-nthFrame:1"]),
        ((1, 2, 3, 7), ["-frames:1-3,7"]),
    ],
)
def test_frames_of_max(numbers: tuple[int, ...], told: list[str]) -> None:
    order = MAX.order("3dsmaxcmd", run_of(replace(PART, kind="view", address=("",)), numbers=numbers))
    assert [word for word in order.command if word.startswith(("-start", "-end", "-nth", "-frames"))] == told
    assert not any(word.startswith(("-camera", "-batch")) for word in order.command)


def test_views_of_max() -> None:
    batch = replace(PART, kind="batch_view", address=("Wide, left",))
    assert "-batchRender:Wide, left" in MAX.order("3dsmaxcmd", run_of(batch)).command
    chosen = MAX.order("3dsmaxcmd", run_of(replace(batch, kind="camera", camera="Cam2"))).command
    assert [word for word in chosen if word.startswith("-camera")] == ["-camera:Cam2"]


def test_a_long_list_of_frames_goes_into_a_file() -> None:
    numbers = tuple(n for n in range(9000) if n % 3)
    order = MAX.order("3dsmaxcmd", run_of(replace(PART, kind="view", address=("",)), "C:\\o", numbers))
    assert order.command[1:] == ("-cmdFile:C:\\o\\scratch\\options.txt", "C:\\o\\shot.farmdeck-abcd2345.ma")
    assert "\n-outputName:C:\\o" in order.files["C:\\o\\scratch\\options.txt"]


def test_houdini_s_husk_and_hython() -> None:
    usd = HOUDINI.order("/opt/hfs/bin/hython", run_of(replace(PART, address=("/Render/s",)), scene="/s/a b.usdc"))
    assert usd.command[0] == "/opt/hfs/bin/husk" and usd.command[-1] == "/s/a b.usdc" and not usd.tells
    assert usd.command[usd.command.index("--output") + 1].endswith("/x.$F4.exr")
    hip = HOUDINI.order(
        "/opt/hfs/bin/hython", run_of(replace(PART, renderer="ifd", address=("/out/m",)), scene="/s/a.hip")
    )
    (task,) = (json.loads(text) for text in hip.files.values())
    assert (task["rop"], task["output_parms"], task["camera_parm"]) == ("/out/m", ["vm_picture"], "camera")
    assert hip.tells and hip.command[-1] in hip.files


@pytest.mark.parametrize("place", ["C:\\Users\\Zoë\\Render Out\\", 'C:\\a "b"\\', "\\\\farm\\out\\", "C:\\plain"])
def test_what_a_windows_program_sees(place: str) -> None:
    part = replace(PART, kind="camera", address=(place,), output="/out/x####.exr")
    command = list(MAX.order("C:\\Program Files\\3ds Max 2025\\3dsmaxcmd.exe", run_of(part, place)).command)
    assert windows_split(subprocess.list2cmdline(command)) == command


@given(st.lists(st.text(st.sampled_from('ab \\"\té$%'), max_size=8), min_size=1, max_size=4))
def test_our_splitting_is_the_other_side_of_python_s(words: list[str]) -> None:
    assert windows_split(subprocess.list2cmdline(["x", *words])) == ["x", *words]


def test_what_a_program_here_sees(tmp_path: Path) -> None:
    """Through the leash, in a real process: spaces, quotes, what a shell would expand, other languages' letters."""
    echo = tmp_path / "it's Ünï" / "echo"
    echo.parent.mkdir()
    echo.write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1:], os.environ['SHOW']]))\n"
    )
    echo.chmod(echo.stat().st_mode | stat.S_IXUSR)
    order = MAX.order(str(echo), run_of(replace(PART, kind="camera", address=('C "1" *',)), PLACES["linux"]))
    process = RenderProcess(order.command, tmp_path, tmp_path, {"SHOW": "Zoë"})
    told = [json.loads(line) for line in process.lines()]
    assert process.wait() == 0 and told == [[list(order.command[1:]), "Zoë"]]


@given(st.sets(st.integers(-20, 60), min_size=1))
def test_frames_of_one_step(numbers: set[int]) -> None:
    left, taken = tuple(sorted(numbers)), []
    while left:
        one = steady(left)
        assert one and len({b - a for a, b in zip(one, one[1:])}) <= 1
        taken += one
        left = left[len(one) :]
    assert taken == sorted(numbers)


def test_only_houdini_has_what_must_not_be_split() -> None:
    cache = replace(PART, output="/g/c.####.bgeo.sc")
    assert in_one_go("Houdini", cache) and in_one_go("Houdini", replace(PART, output="/g/all.abc"))
    assert not in_one_go("Houdini", PART) and not in_one_go("Maya", cache)


# -- what is installed


def executable(path: Path, text: str = "#!/bin/sh\nexit 1\n") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def found(tmp_path: Path, environ: dict[str, str] | None = None, **settings: object) -> list[str]:
    known = find_renderers({"search": False, **settings}, tmp_path / "cache.json", environ or {})
    return [renderer.environment().name for renderer in known]


def test_versions_are_read_without_starting_anything(tmp_path: Path) -> None:
    maya = executable(tmp_path / "maya2016.5" / "bin" / "Render")
    executable(tmp_path / "hfs20.5.370" / "bin" / "hython")
    (tmp_path / "hfs20.5").symlink_to(tmp_path / "hfs20.5.370")
    bare = executable(tmp_path / "houdini" / "bin" / "hython")
    numbers = {"MAJOR_RELEASE": 19, "MINOR_RELEASE": 5, "BUILD_VERSION": 805}
    setup = "".join(f"    export HOUDINI_{name}={number}\n" for name, number in numbers.items())
    (tmp_path / "houdini" / "houdini_setup_bash").write_text(setup)
    environ = {"FARMDECK_HOUDINI": str(tmp_path / "hfs20.5" / "bin" / "hython")}
    assert found(tmp_path, environ, maya=maya, houdini=[bare]) == [
        "Maya 2016.5",
        "Houdini 20.5.370",
        "Houdini 19.5.805",
    ]


def test_a_maya_in_a_folder_that_tells_nothing_is_asked_once(tmp_path: Path) -> None:
    render = executable(tmp_path / "apps" / "bin" / "Render")
    asked = tmp_path / "asked"
    executable(
        tmp_path / "apps" / "bin" / "maya", f'#!/bin/sh\necho x >> "{asked}"\necho "Maya 2024, Cut Number 2023"\n'
    )
    assert found(tmp_path, maya=render) == found(tmp_path, maya=render) == ["Maya 2024"]
    assert asked.read_text() == "x\n"


@pytest.mark.parametrize(
    ("year", "programs", "wanted"),
    [
        ("2024", ("3dsmaxcmd", "3dsmaxcmdio"), "3dsmaxcmdio"),
        ("2025", ("3dsmaxcmd", "3dsmaxcmdio"), "3dsmaxcmd"),
        ("2025", ("3dsmaxcmdio",), "3dsmaxcmdio"),
        ("2024", ("3dsmaxcmd",), "3dsmaxcmd"),
    ],
)
def test_one_program_of_each_max(tmp_path: Path, year: str, programs: tuple[str, ...], wanted: str) -> None:
    paths = [executable(tmp_path / f"3ds Max {year}" / f"{name}.exe") for name in programs]
    renderers = find_renderers({"search": False, "max": paths}, tmp_path / "cache.json", {})
    assert [Path(renderer.program).stem for renderer in renderers] == [wanted]


def test_another_render_on_path_is_no_maya(tmp_path: Path) -> None:
    executable(tmp_path / "bin" / "Render")
    assert not [name for name in found(tmp_path, {"PATH": str(tmp_path / "bin")}, search=True) if "Maya" in name]
