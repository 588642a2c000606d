"""Makes the panel's pictures in docs/images from the real thing: the sample scene, rendered here.

    QT_QPA_PLATFORM=offscreen .venv/bin/python docs/make_images.py

The job is really submitted to a real agent in a home of its own; the Submit page is grabbed while the job waits, the
Jobs page while it renders, the job's own page when it is done.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"


def main() -> int:
    from farmdeck import JobState, prepare
    from farmdeck.launch import start_agent, wait_for_agent
    from farmdeck.scenes import read_scene
    from farmdeck.store import Store
    from farmdeck_ui.panel import FarmdeckPanel
    from farmdeck_ui.panel.source import FileSource
    from farmdeck_ui.panel.window import make_application

    app = make_application(light=False)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ["FARMDECK_HOME"] = str(folder / "home")
        os.environ["FARMDECK_AGENT"] = str(Path(sys.executable).with_name("farmdeck"))
        home = folder / "home"
        home.mkdir()
        shot = Path(shutil.copytree(ROOT / "resources" / "sample", folder / "harbour"))
        scene = shot / "harbour.blend"
        start_agent(home)
        wait_for_agent(home, 30)

        def until(true: Callable[[], object]) -> None:
            end = time.monotonic() + 180
            while not true() and time.monotonic() < end:
                app.processEvents()
                time.sleep(0.01)
            for _ in range(50):
                app.processEvents()
                time.sleep(0.01)

        with Store.open(home) as store:
            until(lambda: any(farm.status for farm in store.farms()))
            panel = FarmdeckPanel(FileSource(str(scene)), home, "")
            panel.resize(520, 860)
            panel.show()
            until(lambda: panel.submit.scene is not None)
            panel.grab().save(str(IMAGES / "panel-submit.png"))
            submission = prepare(read_scene(scene), output=str(folder / "frames"))
            store.submit(submission)
            panel.resize(1200, 420)
            panel.tabs.setCurrentIndex(1)
            until(lambda: store.job(submission.id).done >= 8)
            panel.grab().save(str(IMAGES / "panel-jobs.png"))
            until(lambda: store.job(submission.id).state is JobState.DONE)
            panel.close()
            page = FarmdeckPanel(FileSource(str(scene)), home, submission.id)
            page.resize(1200, 640)
            page.tabs.setCurrentIndex(1)
            page.show()
            shown = time.monotonic() + 3
            until(lambda: time.monotonic() > shown)
            page.grab().save(str(IMAGES / "panel-job.png"))
            page.close()
            store.send("agent.stop")
        wait_for_agent(home, 30, runs=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
