# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the add-on puts into Blender, and its removal in reverse."""

from __future__ import annotations

import bpy

from . import _job_operators, _job_panel, _lists, _operators, _panel, _preview, _state, _watch

_CLASSES = (
    *_state.CLASSES,
    *_operators.CLASSES,
    *_job_operators.CLASSES,
    *_lists.CLASSES,
    *_panel.CLASSES,
    *_job_panel.CLASSES,
)


def register() -> None:
    """Classes, properties, pictures, handlers and timer."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    _state.add_properties()
    _preview.start()
    _watch.start()


def unregister() -> None:
    """The same backwards; the worker thread finishes what it was asked first."""
    _watch.stop()
    _preview.stop()
    _state.remove_properties()
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)
