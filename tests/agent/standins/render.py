"""Maya's `Render`, as far as its documentation tells: flags of `Render -help -r file`, exit codes, names, messages.

The scene is JSON: {"layers": […], "prefix": "<Scene>/…", "passes": […], "extension", "cameras": […]} and what goes
wrong: {"crash": frame, "hang": frame, "fail": frame, "empty": frame, "licence": true, "exit": code}. "silent": true
prints no progress.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

FLAGS = "-r -renderer -proj -rd -of -im -s -e -b -pad -rfs -rfb -fnc -cam -x -y -percentRes -ard -par -rl -rp -sel -l"
ARNOLD = "-ai:lve -ai:alf -ai:threads"


def main(words: list[str]) -> int:
    given: dict[str, str] = {}
    scene = words.pop() if words else ""
    while words:
        flag = words.pop(0)
        known = FLAGS.split() + (ARNOLD.split() if given.get("-r") == "arnold" else [])
        if flag not in known or not words:
            print("Usage: Render [options] filename")
            return 206
        given[flag] = words.pop(0)
    for value in (*given.values(), scene):
        if '"' in value or "\\" in value:
            print("Error: Syntax error in the temporary MEL file")
            return 206
    if "-proj" in given and not Path(given["-proj"], "workspace.mel").is_file():
        return 206
    try:
        told = json.loads(Path(scene).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        print(f"Error: file: cannot open {scene}")
        return 210
    if given["-rl"] not in told["layers"]:
        print(f"Error: No object matches name: {given['-rl']}")
        return 1
    return render(given, Path(scene), told)


def render(given: dict[str, str], scene: Path, told: dict) -> int:
    if told.get("licence"):
        print("00:00:01   300MB WARNING | rendering with watermarks because of failed authorization:", flush=True)
    first, last, step = (int(float(given[flag])) for flag in ("-s", "-e", "-b"))
    cameras = [given["-cam"]] if "-cam" in given else told.get("cameras", ["persp"])
    for frame in range(first, last + 1, step):
        for camera in cameras:
            if one_frame(given, scene, told, frame, camera):
                return 1
    return int(told.get("exit", 0))


def one_frame(given: dict[str, str], scene: Path, told: dict, frame: int, camera: str) -> int:
    if not told.get("silent"):
        print(f"00:00:01   300MB         | [mtoa.session] Initializing at frame {frame}", flush=True)
    for percent in () if told.get("silent") else (10, 55):
        print(f"00:00:02   812MB         |    {percent}% done - 96 rays/pixel", flush=True)
    if told.get("crash") == frame:
        os.kill(os.getpid(), signal.SIGSEGV)
    while told.get("hang") == frame:
        time.sleep(60)
    if told.get("fail") == frame:
        print("00:00:02   812MB ERROR   | [ass] the sky fell")
        return 1
    for name in told.get("passes", ["beauty"]):
        prefix = told["prefix"]
        values = {"Scene": scene.stem, "RenderLayer": given["-rl"], "Camera": re.sub(r"\W", "_", camera)}
        values["RenderPass"] = name
        for token, value in values.items():
            prefix = prefix.replace(f"<{token}>", value)
        path = Path(given["-rd"], f"{prefix}.{frame:04d}.{told.get('extension', 'iff')}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(b"half ")
            file.flush()
            file.write(b"" if told.get("empty") == frame else b"whole")
        if told.get("empty") == frame:
            path.write_bytes(b"")
    if not told.get("silent"):
        print("00:00:03   812MB         | render done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
