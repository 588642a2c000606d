# SPDX-License-Identifier: GPL-3.0-or-later
"""What every script that runs inside Blender begins and ends with."""

import json
import os
import sys
import time
import traceback

GIVEN = json.loads(sys.argv[sys.argv.index("--") + 1])
MARK = "farmdeck-result: "


def add_on():
    """Import the add-on from the bundle, as Blender does from its add-ons folder."""
    sys.path.insert(0, os.path.dirname(GIVEN["bundle"]))
    import farmdeck_blender

    return farmdeck_blender


def until(ready, turn=lambda: None, seconds=60.0):
    """Turn until `ready`; there is no event loop without a window."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError("It never became ready")
        turn()
        time.sleep(0.002)


def finish(result):
    """Say it and end: a bpy module with a timer registered does not end by itself."""
    print(MARK + json.dumps(result), flush=True)
    sys.stdout.flush()
    os._exit(0)


def main(work):
    """Run `work()` and finish with what it returns."""
    try:
        result = work()
    except BaseException:  # noqa: BLE001 - the outermost edge; a bpy module would hang instead of ending
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(9)
    finish(result)
