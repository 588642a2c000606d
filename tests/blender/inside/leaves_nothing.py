# SPDX-License-Identifier: GPL-3.0-or-later
"""Registers and unregisters twice; says what is different afterwards, and what was there in between."""

import os
import sys
import threading

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main, until  # noqa: E402


def snapshot():
    handlers = {
        name: len(getattr(bpy.app.handlers, name))
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
    }
    return {
        "types": sorted(name for name in dir(bpy.types) if "farmdeck" in name.lower()),
        "operators": sorted(dir(bpy.ops.farmdeck)),
        "handlers": handlers,
        "properties": [hasattr(bpy.types.Scene, "farmdeck"), hasattr(bpy.types.WindowManager, "farmdeck")],
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "modules": sorted(name for name in sys.modules if name.startswith("farmdeck_blender.")),
        "path": list(sys.path[1:]),
    }


def check_once():
    """The worker runs once the scene was read."""
    from farmdeck_blender import _watch

    watch = _watch.watch()
    watch.file_opened()
    until(lambda: watch.session.check.total, watch.turn)


def work():
    sys.path.insert(1, GIVEN["strangers"])  # another add-on's idea of `farmdeck` and `fileseq`
    import farmdeck
    import fileseq

    add_on_module = add_on()
    before = snapshot()
    between = None
    for _ in range(2):
        add_on_module.register()
        check_once()
        between = snapshot()
        add_on_module.unregister()
    return {
        "before": before,
        "between": between,
        "after": snapshot(),
        "strangers": [farmdeck.WHOSE, fileseq.WHOSE, sys.modules["farmdeck"].WHOSE],
        "bundled": sorted(name for name in sys.modules if name.split(".")[0] in ("farmdeck", "fileseq")),
    }


main(work)
