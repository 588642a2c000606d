# SPDX-License-Identifier: GPL-3.0-or-later
"""Enables the installed extension by the name that Blender gives it, and disables it."""

import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import main  # noqa: E402

NAME = "bl_ext.user_default.farmdeck"


def work():
    import addon_utils  # bpy has to be imported before this can be

    if hasattr(addon_utils, "extensions_refresh"):
        addon_utils.extensions_refresh()
    module = addon_utils.enable(NAME)
    version = sys.modules[NAME + "._core"].__version__
    before = hasattr(bpy.types.Scene, "farmdeck")
    addon_utils.disable(NAME)
    after = hasattr(bpy.types.Scene, "farmdeck")
    return {"module": module.__name__, "version": version, "property": [before, after]}


main(work)
