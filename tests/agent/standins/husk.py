"""Houdini's `husk`, by the options of `husk --help`: names with $F4, Alfred's progress lines."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="husk", allow_abbrev=False)
    for option in ("--frame", "--frame-count", "--frame-inc", "--threads"):
        parser.add_argument(option, type=int, default=1)
    for option in ("--verbose", "--settings", "--camera", "--renderer", "--output"):
        parser.add_argument(option)
    parser.add_argument("--make-output-path", action="store_true")
    parser.add_argument("--res", nargs=2, type=int)
    parser.add_argument("file")
    given = parser.parse_args(words)
    assert Path(given.file).is_file() and "a" in given.verbose
    for index in range(given.frame_count):
        number = given.frame + index * given.frame_inc
        path = Path(file_name(given.output, number))
        for percent in (30, 100):
            print(f"ALF_PROGRESS {percent}%", flush=True)
        path.write_bytes(f"{given.res} {given.camera} {given.settings}".encode())
        print(f"Saved Image: {path}", flush=True)
    return 0


def file_name(pattern: str, number: int) -> str:
    return re.sub(r"\$F(\d*)", lambda match: str(number).zfill(int(match.group(1) or 1)), pattern)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
