"""Runs an agent that kills itself, as kill -9 would, when it comes to a given point.

    driver.py MODULE CLASS-OR-"" FUNCTION before|after NTH [WORD]

`WORD`, when given, has to be in the call's arguments as text for the call to count.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any


def main(module: str, owner: str, function: str, when: str, nth: str, word: str = "") -> int:
    place: Any = importlib.import_module(module)
    place = getattr(place, owner) if owner else place
    original = getattr(place, function)
    calls = 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += not word or word in f"{args} {kwargs}"
        last = calls >= int(nth) and (not word or word in f"{args} {kwargs}")
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(place, function, deadly)
    from farmdeck.agent import run_agent

    return run_agent(Path(os.environ["FARMDECK_HOME"]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
