# SPDX-License-Identifier: Apache-2.0
"""Renders frames of one part on a worker of Flamenco's, and puts every whole file into its place.

    python render_part.py APPLICATION --program P --scene S --output PATTERN --frames 1-3,5
        [--project FOLDER] [--task JSON] [--from=FOLDER --to FOLDER]… [-- WORDS FOR THE PROGRAM]

It travels with the job and needs nothing but a Python of 3.7 or later: its neighbours (leash.py, placing.py,
max_elements.py, render_hython.py, all of the local farm) import nothing of Farmdeck's. Paths are given as they are on
the worker. `--from` and `--to`: folders of the artist's machine and where their files are now. `--from=` is one word,
so that the Manager, which rewrites words that begin as a two-way variable's value, leaves it alone.

What is rendered goes into a folder beside the pictures first. A worker ends this process without asking; the leash then
ends what it started, and the next attempt on the same machine removes that folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import leash  # type: ignore[import-not-found]  # it lies beside this file on the worker, as do the next two
from max_elements import elements_script  # type: ignore[import-not-found]
from placing import found_files, frame_name, frame_of, picture, targets  # type: ignore[import-not-found]

LONG = 8000
"""Letters of a command line, well below Windows' 32,767."""


class Trouble(Exception):
    """The frames cannot be rendered; the text is for the log."""


class Job:
    """What was asked for, and the folders for it."""

    def __init__(self, given: argparse.Namespace, words: list[str]) -> None:
        self.program, self.words, self.task = given.program, words, json.loads(given.task)
        self.scene = os.path.normpath(given.scene)  # a variable's value and what follows it differ in their slashes
        self.project = given.project and os.path.normpath(given.project)
        self.maps = list(zip(given.sources, map(os.path.normpath, given.to)))
        self.frames = given.frames
        self.numbers = numbers_of(given.frames)
        self.folder, self.name = os.path.split(os.path.normpath(given.output))
        mark = hashlib.md5(f"{self.name} {given.frames} {socket.gethostname()}".encode()).hexdigest()[:12]
        self.scratch = os.path.join(self.folder, f".farmdeck-{mark}")
        self.pictures = os.path.join(self.scratch, "pictures")


def main(words: list[str]) -> int:
    """Render; 0 when every frame is in its place."""
    split = words.index("--") if "--" in words else len(words)
    job = Job(_parser().parse_args(words[:split]), words[split + 1 :])
    shutil.rmtree(job.scratch, ignore_errors=True)
    os.makedirs(job.pictures)
    try:
        _APPLICATIONS[words[0]](job)
    except Trouble as trouble:
        say(str(trouble))
        return 1
    finally:
        shutil.rmtree(job.scratch, ignore_errors=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("application", choices=sorted(_APPLICATIONS))
    for name in ("--program", "--scene", "--output", "--frames"):
        parser.add_argument(name, required=True)
    parser.add_argument("--project", default="")
    parser.add_argument("--task", default="{}")
    parser.add_argument("--from", dest="sources", action="append", default=[])
    parser.add_argument("--to", action="append", default=[])
    return parser


def render_maya(job: Job) -> None:
    """`Render`, once for each run of frames with one step. Raises Trouble."""
    environment = dict(os.environ)
    if job.maps:
        write(os.path.join(job.scratch, "userSetup.py"), dirmaps(job.maps))
        paths = [job.scratch, environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    for first, last, step in steady_runs(job.numbers):
        words = [*job.words, *(("-proj", job.project) if job.project else ())]
        words += ["-s", str(first), "-e", str(last), "-b", str(step), "-rd", job.pictures, job.scene]
        run([job.program, *(word.replace("\\", "/") for word in words)], environment)
    place(job)


def dirmaps(maps: Sequence[tuple[str, str]]) -> str:
    """A userSetup.py, which Maya runs before it opens the scene: the one moment when references heed a dirmap.

    https://help.autodesk.com/cloudhelp/2016/ENU/Maya-Tech-Docs/Commands/dirmap.html: forward slashes, absolute.
    """
    lines = ["from maya import cmds", "cmds.dirmap(enable=True)"]
    lines += [f"cmds.dirmap(mapDirectory=({slashed(source)!a}, {slashed(to)!a}))" for source, to in maps]
    return "\n".join(lines) + "\n"


def render_max(job: Job) -> None:
    """`3dsmaxcmd`, with a path file of every folder that has files of the job. Raises Trouble."""
    script, paths = os.path.join(job.scratch, "elements.ms"), os.path.join(job.scratch, "paths.mxp")
    write(script, elements_script(job.pictures))
    name = re.sub("#+", "", job.name)
    words = ["-v:5", f"-frames:{job.frames}", *job.words]
    words += [f"-outputName:{os.path.join(job.pictures, name)}", f"-preRenderScript:{script}"]
    if job.maps:
        write(paths, path_file([to for _, to in job.maps]))
        words.append(f"-pathFile:{paths}")
    if sum(map(len, words)) > LONG:
        listed = os.path.join(job.scratch, "options.txt")
        write(listed, "\n".join(words) + "\n")
        words = [f"-cmdFile:{listed}"]
    run([job.program, *words, job.scene], dict(os.environ))
    place(job)


def path_file(folders: Sequence[str]) -> str:
    """3ds Max's path configuration (MXP): bitmaps and XRefs are looked for by name in every folder that has files."""
    found = sorted({at for folder in folders for at, _, files in os.walk(folder) if files})
    listed = [f"Dir{count}={folder}" for count, folder in enumerate(found, 1)]
    return "\n".join(["[BitmapDirs]", *listed, "[XReferenceDirs]", *listed]) + "\n"


def render_houdini(job: Job) -> None:
    """render_hython.py in `hython`, each frame put in its place as it is told to be whole. Raises Trouble."""
    task_file = os.path.join(job.scratch, "task.json")
    frames = [{"number": n, "folder": os.path.join(job.pictures, str(n))} for n in job.numbers]
    task = {"scene": job.scene, "original": job.scene, "name": job.name, "place": job.folder, "folder": job.pictures}
    write(task_file, json.dumps({**job.task, **task, "frames": frames}))
    environment = dict(os.environ)
    if job.maps:  # read when Houdini starts; a folder that is there on the worker is left as it is
        environment["HOUDINI_PATHMAP"] = json.dumps({slashed(source): slashed(to) for source, to in job.maps})
    failed = []
    script = str(Path(__file__).with_name("render_hython.py"))
    for event in told(run_lines([job.program, script, task_file], environment)):
        if event["event"] == "done":
            for source, target in event["files"]:
                move(source, placed(job, target))
            say("Frame {frame} is done.".format(**event))
        elif event["event"] in ("failed", "fatal"):
            failed.append("{} {}".format(event.get("frame", ""), event["message"] or "No picture was written.").strip())
    if failed:
        raise Trouble("; ".join(failed))


def told(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """What our script tells, on lines of its own; the others go into the log."""
    for line in lines:
        if line.startswith("FARMDECK "):
            yield json.loads(line[9:])
        elif line:
            say(line)


def placed(job: Job, target: str) -> str:
    """Where a file belongs on this machine: what the artist chose elsewhere goes to a folder of that name here."""
    if not re.match(r"/|\\\\|[A-Za-z]:[\\/]", target):
        return os.path.join(job.folder, target)
    whole = slashed(target)
    for source, to in job.maps:
        if whole.startswith(slashed(source).rstrip("/") + "/"):
            whole = slashed(to).rstrip("/") + whole[len(slashed(source).rstrip("/")) :]
    folder, name = whole.rsplit("/", 1)
    return whole if os.path.isdir(folder) else os.path.join(job.folder, folder.rsplit("/", 1)[-1], name)


def place(job: Job) -> None:
    """Every file that was rendered into its place. Raises Trouble that names the frames without one."""
    found: dict[int, list[str]] = {number: [] for number in job.numbers}
    for file in found_files(job.pictures):
        number = frame_of(file, job.name, job.numbers)
        found[job.numbers[-1] if number is None else number].append(file)
    for number, files in found.items():
        if files:
            for file, target in zip(files, named(files, frame_name(job.name, number), job.folder)):
                move(os.path.join(job.pictures, file), os.path.join(job.folder, target))
            say(f"Frame {number} is done.")
    missing = [number for number, files in found.items() if not files]
    if missing:
        raise Trouble(f"No picture was written for frames {', '.join(map(str, missing))}.")


def named(files: Sequence[str], expected: str, folder: str) -> list[str]:
    """Where each file of a frame goes; the picture is called as the part has it, even if the scene names it else."""
    places: list[str] = targets(files, expected, folder)
    if expected not in places:
        main = picture(files, expected, folder)
        places[files.index(main)] = os.path.splitext(expected)[0] + os.path.splitext(main)[1]
    return places


def move(source: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.move(source, target + ".farmdeck-part")  # may cross to another disk
    os.replace(target + ".farmdeck-part", target)


def run(command: list[str], environment: dict[str, str]) -> None:
    for line in run_lines(command, environment):
        say(line)


def run_lines(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """What the program says, until it has ended well. Raises Trouble when it does not."""
    say(f"{' '.join(command)}\n")
    if shutil.which(command[0]) is None:
        raise Trouble(f"{command[0]} is no program here: look at the Manager's variable for it, and at this machine.")
    try:
        process = subprocess.Popen(
            [sys.executable, leash.__file__, *command],
            stdin=subprocess.PIPE,  # the leash
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            encoding="utf-8",
            errors="replace",
            start_new_session=os.name == "posix",
        )
    except OSError as exc:
        raise Trouble(f"{sys.executable} does not start: {exc.strerror}.") from exc
    with process:
        for line in process.stdout or ():
            yield line.rstrip("\r\n")
    if process.returncode:
        raise Trouble(f"{os.path.basename(command[0])} ended with exit code {process.returncode}.")


def numbers_of(frames: str) -> list[int]:
    """`1-3,5` as the frames, as the Manager writes a chunk."""
    ends = [piece.split("-") for piece in frames.split(",")]
    return [number for end in ends for number in range(int(end[0]), int(end[-1]) + 1)]


def steady_runs(numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(first, last, step) of each run of ascending frames that has one step."""
    start = 0
    while start < len(numbers):
        end = start + 1
        step = numbers[end] - numbers[start] if end < len(numbers) else 1
        while end < len(numbers) and numbers[end] - numbers[end - 1] == step:
            end += 1
        yield numbers[start], numbers[end - 1], step
        start = end


def slashed(path: str) -> str:
    return path.replace("\\", "/")


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


_APPLICATIONS = {"maya": render_maya, "houdini": render_houdini, "3dsmax": render_max}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
