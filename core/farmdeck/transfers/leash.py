"""Runs the vendor's program and never outlives the agent: `python -I -S leash.py COMMAND…`.

Standard input is the leash: the agent holds the other end, and when it dies, however it dies, the whole process group
is ended. The program itself reads one `y`, its answer to whether a server's key is trusted, as the vendor's own client
gives it (rayvision_sync 3.1.8). It imports nothing of Farmdeck, so that it starts in milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run the command; its exit code, 127 when it does not start, or 128 + the signal that ended it."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError as exc:
        sys.stderr.write(f"{command[0]} does not start: {exc.strerror}\n")
        return 127
    threading.Thread(target=_end_with_agent, args=(child.pid,), daemon=True).start()
    assert child.stdin is not None
    try:
        child.stdin.write(b"y\n")
        child.stdin.close()
    except BrokenPipeError:
        pass  # it asked for nothing and is through
    code = child.wait()
    return code if code >= 0 else 128 - code


def _end_with_agent(pid: int) -> None:
    while os.read(0, 4096):  # the agent never writes: this returns when it is gone
        pass
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], check=False, capture_output=True)
        os._exit(1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
