"""Run by 3ds Max at its start: our modules can be imported from now on, and the menu is there."""

from __future__ import annotations

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
for path in (FOLDER, os.path.join(FOLDER, "python")):  # a bundle has farmdeck and farmdeck_ui in python/
    if path not in sys.path:
        sys.path.append(path)

import farmdeck_max  # noqa: E402

farmdeck_max.start()
