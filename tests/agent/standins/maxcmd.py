"""3ds Max's `3dsmaxcmd`, as far as its documentation tells: switches, numbering of frames, folders that must be there.

The scene is JSON: {"cameras": […], "views": […], "elements": {file name without number: sub-folder}} and what goes
wrong: {"crash", "hang", "fail": frame}. Render elements go where the pre-render script that was given says.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

SWITCHES = "v start end nthframe frames camera w h outputname prerenderscript pathfile cmdfile batchrender".split()


def main(words: list[str]) -> int:
    scene, given = words.pop(), {}
    if words and words[0].lower().startswith("-cmdfile:"):
        words = Path(words[0].partition(":")[2]).read_text(encoding="utf-8").splitlines()
    for word in words:
        name, _, value = word.lstrip("-").partition(":")
        if not word.startswith("-") or name.lower() not in SWITCHES:
            print(f"Error: unknown switch {word}")
            return 1
        given[name.lower()] = value
    told = json.loads(Path(scene).read_text(encoding="utf-8"))
    if given.get("camera", told["cameras"][0]) not in told["cameras"]:
        print("Error occured while rendering job: no such camera")
        return 1
    if given.get("batchrender", told["views"][0]) not in told["views"]:
        print("Error occured while rendering job: no such view")
        return 1
    output = Path(given["outputname"])
    if not output.parent.is_dir():
        print("Error 0x3: the output folder does not exist")
        return 1
    if "#" in output.name:
        return 1
    for number in frames(given):
        if code := one_frame(given, told, output, number):
            return code
    return 0


def frames(given: dict[str, str]) -> list[int]:
    if "frames" not in given:
        return list(range(int(given["start"]), int(given["end"]) + 1, int(given["nthframe"])))
    numbers = []
    for piece in given["frames"].split(","):
        if not re.fullmatch(r"\d+(-\d+)?", piece):
            raise SystemExit(f"Error: {piece} is no frame")
        first, _, last = piece.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def one_frame(given: dict[str, str], told: dict, output: Path, number: int) -> int:
    print(f"11/22/2026 9:00:00 AM; Rendering frame {number}", flush=True)
    print("Rendering Image Completed 40 %", flush=True)
    if told.get("crash") == number:
        os.kill(os.getpid(), signal.SIGSEGV)
    while told.get("hang") == number:
        time.sleep(60)
    if told.get("fail") == number:
        print("Error occured while rendering job: the map is missing")
        return 1
    places = {output: output.parent}
    script = Path(given["prerenderscript"]).read_bytes()
    assert script.startswith(b"\xef\xbb\xbf")
    folder = re.search(r'local folder = @"([^"]*)"', script.decode("utf-8-sig"))
    assert folder is not None and "SetRenderElementFilename" in script.decode("utf-8")
    for name, sub in told.get("elements", {}).items():
        place = Path(folder.group(1), sub)
        place.mkdir(exist_ok=True)
        places[place / name] = place
    for path, place in places.items():
        (place / f"{path.stem}{number:04d}{path.suffix}").write_bytes(b"picture")
    print(f"11/22/2026 9:00:01 AM; Frame {number} completed;0:00:01", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
