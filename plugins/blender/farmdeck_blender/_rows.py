# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the lists' rows from the session; a row is touched only when it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy

from ._core import Option
from ._session import Session


def fill(session: Session) -> None:
    """Bring every list up to date."""
    manager = bpy.context.window_manager
    if manager is None:
        return
    rows = manager.farmdeck
    scene, check = session.scene, session.check
    counts = dict(check.counts)
    several = len({item.address[0] for item in scene.items}) > 1 if scene else False
    _set(
        rows.items,
        [
            {
                "name": item.name,
                "label": item.name if several else item.address[-1],
                "enabled": item.enabled,
                "count": f"{counts[item.name]:,}" if item.name in counts else "",
            }
            for item in (scene.items if scene else ())
        ],
    )
    _set(rows.cameras, [{"name": camera} for camera in (scene.cameras if scene else ())])
    _set(
        rows.problems,
        [
            {"name": each.message, "severity": each.severity.value, "subject": each.subject, "fix": each.fix}
            for each in check.problems
        ],
    )
    known = session.capabilities(bpy.context.scene.farmdeck.farm)
    _set(
        rows.options,
        [
            {"name": option.name, "kind": option.kind, "label": option_label(option), "tip": option.help}
            for option in (known.options if known else ())
        ],
    )
    rows.active_problem = min(rows.active_problem, max(0, len(rows.problems) - 1))
    rows.active_item = min(rows.active_item, max(0, len(rows.items) - 1))


def _set(rows: Any, wanted: Sequence[Mapping[str, Any]]) -> None:
    while len(rows) > len(wanted):
        rows.remove(len(rows) - 1)
    while len(rows) < len(wanted):
        rows.add()
    for row, values in zip(rows, wanted):
        for key, value in values.items():
            if getattr(row, key) != value:
                setattr(row, key, value)


def option_label(option: Option) -> str:
    """`Stop a frame after (s)`; a unit that is a word is in the label or plain without it."""
    return f"{option.label} ({option.unit})" if 0 < len(option.unit) <= 3 else option.label
