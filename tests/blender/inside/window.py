# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender with a window: opens the sidebar, tells when the panels were drawn, presses Submit when told to.

What it is told comes as files in a folder; what it says goes to one.
"""

import json
import os
import sys

import bpy

FOLDER = sys.argv[sys.argv.index("--") + 1]
drawn = set()


def say(word, **more):
    with open(os.path.join(FOLDER, "said.new"), "w") as file:
        json.dump({"word": word, **more}, file)
    os.replace(os.path.join(FOLDER, "said.new"), os.path.join(FOLDER, word))


def told(word):
    return os.path.exists(os.path.join(FOLDER, "tell-" + word))


def sidebar():
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    return window, area, next(region for region in area.regions if region.type == "UI")


def spy(cls):
    """Note that the panel was drawn."""
    real = cls.draw

    def draw(self, context):
        real(self, context)
        drawn.add(cls.bl_idname)

    cls.draw = draw


def begin():
    bpy.context.preferences.view.show_splash = False
    window, area, region = sidebar()
    area.spaces.active.show_region_ui = True
    for other in window.screen.areas:
        if other.type == "PROPERTIES":
            other.spaces.active.context = "RENDER"
    for name in dir(bpy.types):
        if name.startswith("FARMDECK_PT_") and name != "FARMDECK_PT_cameras":
            spy(getattr(bpy.types, name))
    bpy.app.timers.register(look, first_interval=0.2)


def look():
    watch = sys.modules["farmdeck_blender._watch"].watch()
    session = watch.session
    window, area, region = sidebar()
    say("place", place=[region.x, region.y, region.width, region.height, window.height])
    if not os.path.exists(os.path.join(FOLDER, "ready")) and session.check.total and region.width > 1:
        say("ready", scene=session.scene.file)
    if {"FARMDECK_PT_scene", "FARMDECK_PT_job"} <= drawn and not told("submit"):
        say("drawn", panels=sorted(drawn))
    if told("submit") and not os.path.exists(os.path.join(FOLDER, "pressed")):
        with bpy.context.temp_override(window=window, area=area, region=region):
            say("pressed", result=sorted(bpy.ops.farmdeck.submit()))
    if session.message.text.startswith("Submitted"):
        say("submitted", job=session.job.id, longest_ms=1000 * watch.longest)
    if session.job is not None and session.job.done:
        say("frames", done=session.job.done)
    if told("quit"):
        bpy.ops.wm.quit_blender()
        return None
    return 0.1


bpy.app.timers.register(begin, first_interval=0.5)
