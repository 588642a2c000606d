# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the open scene, then submits the last saved version, and after that saves and submits."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main, until  # noqa: E402


def work():
    bpy.ops.wm.open_mainfile(filepath=GIVEN["open"])
    add_on().register()
    from dataclasses import replace

    from farmdeck_blender import _watch

    watch = _watch.watch()
    session = watch.session
    watch.file_opened()
    until(lambda: session.scene is not None and session.check.total, watch.turn)
    as_saved = replace(session.scene, unsaved=False)
    before = os.stat(GIVEN["open"]).st_mtime_ns
    bpy.context.scene.frame_end = 9
    watch.read_now()
    until(lambda: session.scene.frames == "1-9", watch.turn)
    session.saved_scene = as_saved  # without a window is_dirty, by which this is known, is not to be relied on
    bpy.ops.farmdeck.submit(unsaved="CANCEL")
    bpy.ops.farmdeck.submit(unsaved="LAST")
    until(lambda: len(session.jobs) == 1, watch.turn)
    untouched = os.stat(GIVEN["open"]).st_mtime_ns == before
    bpy.ops.farmdeck.submit(unsaved="SAVE")
    until(lambda: len(session.jobs) == 2, watch.turn)
    jobs = sorted(session.jobs.values(), key=lambda job: job.created)
    saved = os.stat(GIVEN["open"]).st_mtime_ns != before
    return {"frames": [[part.frames for part in job.parts] for job in jobs], "untouched": untouched, "saved": saved}


main(work)
