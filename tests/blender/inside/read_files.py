# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens files one after another and reads each."""

import os
import sys
import warnings

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main  # noqa: E402
from reading import read_all  # noqa: E402


def work():
    warnings.simplefilter("ignore")
    add_on()
    table = {}
    for path in GIVEN["files"]:
        try:
            bpy.ops.wm.open_mainfile(filepath=path)
        except RuntimeError as exc:
            table[path] = {"error": str(exc)}
            continue
        table[path] = read_all()
    return table


main(work)
