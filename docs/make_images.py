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
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for the simulated farm
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

        with Store.open(home) as store:
            until(app, lambda: any(farm.status for farm in store.farms()))
            panel = FarmdeckPanel(FileSource(str(scene)), home, "")
            panel.resize(520, 860)
            panel.show()
            until(app, lambda: panel.submit.scene is not None)
            panel.grab().save(str(IMAGES / "panel-submit.png"))
            submission = prepare(read_scene(scene), output=str(folder / "frames"))
            store.submit(submission)
            panel.resize(1200, 420)
            panel.tabs.setCurrentIndex(1)
            until(app, lambda: store.job(submission.id).done >= 8)
            panel.grab().save(str(IMAGES / "panel-jobs.png"))
            until(app, lambda: store.job(submission.id).state is JobState.DONE)
            panel.close()
            page = FarmdeckPanel(FileSource(str(scene)), home, submission.id)
            page.resize(1200, 640)
            page.tabs.setCurrentIndex(1)
            page.show()
            shown = time.monotonic() + 3
            until(app, lambda: time.monotonic() > shown)
            page.grab().save(str(IMAGES / "panel-job.png"))
            page.close()
            store.send("agent.stop")
        wait_for_agent(home, 30, runs=False)
    cloud(app)
    return 0


def cloud(app: Any) -> None:
    """The Submit page on Renderbus: an account on the simulated farm."""
    from farmdeck import credentials, settings
    from farmdeck.launch import start_agent, wait_for_agent
    from farmdeck.store import Store
    from farmdeck_ui.panel import FarmdeckPanel
    from farmdeck_ui.panel.source import FileSource

    from tests.simulator import Account, Renderbus

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ.update(FARMDECK_HOME=str(folder / "home"), PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
        home = folder / "home"
        home.mkdir()
        scene = Path(shutil.copytree(ROOT / "resources" / "sample", folder / "harbour")) / "harbour.blend"
        with Renderbus(folder / "storage", account=Account(user_name="lumen_vfx", zone=2, balance=412.5)) as farm:
            given = {"domain": farm.domain, "protocol": "http", "access_id": farm.account.access_id, "platform": "2"}
            settings.add_farm("cloud", "renderbus", {**given, "storage": str(farm.storage.root)})
            credentials.keep("cloud", farm.account.access_key)
            start_agent(home)
            wait_for_agent(home, 30)
            with Store.open(home) as store:
                panel = FarmdeckPanel(FileSource(str(scene)), home, "")
                panel.resize(520, 980)
                panel.show()
                until(app, lambda: panel.submit.scene is not None and len(store.farms()) == 2)
                until(app, lambda: all(one.status for one in store.farms()))
                panel.submit.header.choose_farm("cloud")
                panel.submit.environment.make.click()
                until(app, lambda: panel.submit.environment.env)
                panel.submit.notice.hide()
                until(app, lambda: panel.submit.settled)
                panel.grab().save(str(IMAGES / "panel-renderbus.png"))
                panel.close()
                store.send("agent.stop")
            wait_for_agent(home, 30, runs=False)


def until(app: Any, true: Callable[[], object]) -> None:
    """Let the window live until it is so, and half a second more."""
    end = time.monotonic() + 180
    while not true() and time.monotonic() < end:
        app.processEvents()
        time.sleep(0.01)
    for _ in range(50):
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
