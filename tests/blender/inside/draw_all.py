# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws every panel, menu and list row into a strict layout, in every situation that looks different."""

import os
import sys
import types
from dataclasses import replace

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, add_on, main, until  # noqa: E402
from strict_layout import StrictLayout  # noqa: E402


def context(**more):
    region = types.SimpleNamespace(width=300, x=0, y=0)
    real = bpy.context
    return types.SimpleNamespace(
        scene=real.scene,
        window_manager=real.window_manager,
        preferences=types.SimpleNamespace(system=types.SimpleNamespace(ui_scale=1.0)),  # 0 without a window
        region=region,
        view_layer=real.view_layer,
        **more,
    )


def draw(cls, **more):
    """(calls of draw, calls of the header)"""
    drawn, header = [], []
    for method, calls in (("draw_header_preset", header), ("draw", drawn)):
        function = getattr(cls, method, None)
        if function is not None and "farmdeck" in function.__module__:
            function(types.SimpleNamespace(layout=StrictLayout(calls)), context(**more))
    return drawn + header


def everything():
    """Texts of all that is drawn, by class."""
    said = {}
    rows = bpy.context.window_manager.farmdeck
    for name in sorted(dir(bpy.types)):
        cls = getattr(bpy.types, name)
        if name.startswith(("FARMDECK_PT_", "FARMDECK_MT_")):
            more = {"farmdeck_option": rows.options[0]} if name == "FARMDECK_MT_option" and len(rows.options) else {}
            if name == "FARMDECK_MT_option" and not more:
                continue
            said[name] = [values.get("text", "") for _, values in draw(cls, **more)]
        elif name.startswith("FARMDECK_UL_"):
            for row in rows.items if name.endswith("items") else rows.problems:
                cls.draw_item(None, context(), StrictLayout([]), rows, row, 0, rows, "active_item")
    return said


def fill():
    """Farms with options of every kind, and jobs in every state."""
    from farmdeck_blender import _core
    from farmdeck_blender._vendor.farmdeck.store import AgentStore

    option = _core.Option
    options = (
        option("device", "Device", "choice", "CPU", choices=("CPU", "GPU")),
        option("chunk", "Frames per task", "int", 1, 1, 100),
        option("timeout", "Stop after", "float", 0.0, 0, unit="s"),
        option("fast", "Fast", "bool", True),
        option("pool", "Pool", "text", ""),
        option("scene", "Scene there", "file", "", when=("device", "CPU")),
        option("memory", "Memory", "int", 8, when=("device", "GPU")),
    )
    capabilities = _core.Capabilities(
        actions=tuple(_core.Action), environments=True, priority=True, hold=True, pictures=True, options=options
    )
    envs = [_core.RenderEnv(f"Blender {v}", _core.Software("Blender", v)) for v in ("3.4.1", "4.5.3", "9.9.0")]
    document = {"capabilities": _core.to_plain(capabilities), "environments": _core.to_plain(envs)}
    local = _core.FarmInfo("local", "local", "This machine", document, "Ready, 3 renderers", "", 1.0)
    broken = _core.FarmInfo("flamenco", "flamenco", "Flamenco", {}, "", "It does not answer.", 1.0)
    with AgentStore.open() as store:
        store.put_farms([local, broken])
    jobs = [
        _core.Job(id=state.value, name=f"shot {state.value}", farm="local", state=state, total=60, done=24, failed=3,
                  fraction=0.4, started=1.0, created=float(number), output="/x", message="It says why.")
        for number, state in enumerate(_core.JobState)
    ]  # fmt: skip
    return _core, jobs


def work():
    bpy.ops.wm.open_mainfile(filepath=GIVEN["open"])
    add_on().register()
    from farmdeck_blender import _rows, _watch

    watch = _watch.watch()
    session = watch.session
    result = {"before anything was read": everything()}
    watch.file_opened()
    until(lambda: session.check.total and not session.mail.waits, watch.turn)
    core, jobs = fill()
    props = bpy.context.scene.farmdeck
    until(lambda: session.check.matches, watch.turn)
    _rows.fill(session)
    result["ready"] = everything()
    for job in jobs:
        session._news(core.JobsChanged((job,)))
        session.choose_job(job.id)
        result[job.state.value] = everything()
    props.frames_mode, props.frames, props.farm = "CUSTOM", "10-1x0", "flamenco"
    props.cameras.add().name = "Camera"
    errors = (core.Problem(core.Severity.ERROR, "Gone.", "Cube", "find"), core.Problem(core.Severity.NOTE, "Hm.", "x"))
    session.check = replace(session.check, problems=errors)
    session.say("It says what happened.", "ERROR")
    session.reading = "12 of 40 images"
    _rows.fill(session)
    result["with problems"] = everything()
    return result


main(work)
