# SPDX-License-Identifier: GPL-3.0-or-later
"""Farmdeck inside Blender: see what renders, submit it, watch the frames arrive."""

import sys

bl_info = {
    "name": "Farmdeck",
    "author": "The Farmdeck authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "Render Properties and 3D View > Sidebar > Farmdeck",
    "description": "Submit the scene to a render farm and watch the frames arrive",
    "category": "Render",
}


def register() -> None:
    """Blender's own hook: everything is made here, nothing at import."""
    from . import _registration

    _registration.register()


def unregister() -> None:
    """Take all of it away again, our modules included, so that an update is really loaded when it is enabled."""
    from . import _registration

    _registration.unregister()
    for name in [name for name in sys.modules if name.startswith(__name__ + ".")]:
        del sys.modules[name]
