# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a file, presses Submit, and says what the main thread did meanwhile."""

import os
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(__file__))
import bpy  # noqa: E402
from prelude import GIVEN, MARK, add_on, json, main, until  # noqa: E402

SLOW = "open import sqlite3.connect subprocess.Popen os.listdir os.scandir os.mkdir socket.connect".split()
heard = []
listening = False


def hook(event, args):
    """Audit events: whatever touches a disk, a process, a network, or imports."""
    if listening and event in SLOW:
        heard.append((event, threading.current_thread() is threading.main_thread(), str(args[0])[:120]))


def counted_stat(path, *args, real=os.stat, **kwargs):
    hook("open", (path,))  # stat() itself has no audit event
    return real(path, *args, **kwargs)


def press(watch, **how):
    """Submit; returns the milliseconds of the longest stretch of the main thread until the answer was shown."""
    global listening
    heard.clear()
    os.stat, real = counted_stat, os.stat
    listening = True
    begun = time.perf_counter()
    bpy.ops.farmdeck.submit(**how)
    longest = time.perf_counter() - begun
    turns = 0
    while not watch.session.message.text.startswith("Submitted") and watch.session.message.icon != "ERROR":
        begun = time.perf_counter()
        watch.turn()
        longest = max(longest, time.perf_counter() - begun)
        turns += 1
        time.sleep(0.001)
        if turns > 30_000:
            raise TimeoutError(watch.session.message.text)
    listening = False
    os.stat = real
    return 1000 * longest


def ready(watch):
    session = watch.session
    return session.scene is not None and session.check.total and watch.turns is None and not session.mail.waits


def work():
    sys.addaudithook(hook)
    bpy.ops.wm.open_mainfile(filepath=GIVEN["open"])
    add_on().register()
    from farmdeck_blender import _watch

    watch = _watch.watch()
    watch.file_opened()
    until(lambda: ready(watch), watch.turn)
    props = bpy.context.scene.farmdeck
    for name, value in GIVEN.get("choices", {}).items():
        setattr(props, name, value)
    for name in GIVEN.get("skip", ()):
        bpy.context.window_manager.farmdeck.items[name].checked = False
    longest = press(watch)
    result = {
        "longest_ms": longest,
        "main": sorted({(event, what) for event, on_main, what in heard if on_main}),
        "worker": sorted({event for event, on_main, _ in heard if not on_main}),
        "message": watch.session.message.text,
        "job": watch.session.job.id if watch.session.job else "",
    }
    if GIVEN.get("kill"):
        print(MARK + json.dumps(result), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return result


main(work)
