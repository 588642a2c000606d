"""Runs one render and never outlives the agent: `python -I -S leash.py COMMAND…`, the leash being standard input.

The agent holds the other end of standard input. When the agent dies, however it dies, the system closes that end,
and the whole process group is ended here. It imports nothing of Farmdeck, so that it starts in milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run the command; its exit code, or 128 + the signal that ended it."""
    if hasattr(os, "nice"):
        os.nice(5)  # the artist's application comes first
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_agent, args=(child,), daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


def _end_with_agent(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):  # the agent never writes: this returns when it is gone
        pass
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], check=False, capture_output=True)
        os._exit(1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
