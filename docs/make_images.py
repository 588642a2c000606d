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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    studio(app)
    return 0


def cloud(app: Any) -> None:
    """The Submit page on Renderbus: an account on the simulated farm."""
    from farmdeck import credentials, settings

    from tests.simulator import Account, Renderbus

    account = Account(user_name="lumen_vfx", zone=2, balance=412.5)
    with home() as folder, Renderbus(folder / "storage", account=account) as farm:
        given = {"domain": farm.domain, "protocol": "http", "access_id": farm.account.access_id, "platform": "2"}
        settings.add_farm("cloud", "renderbus", {**given, "storage": str(farm.storage.root)})
        credentials.keep("cloud", farm.account.access_key)

        def with_environment(panel: Any) -> None:
            panel.submit.environment.make.click()
            until(app, lambda: panel.submit.environment.env)

        submit_page(app, folder, "cloud", "panel-renderbus.png", with_environment)


def studio(app: Any) -> None:
    """The Submit page on Flamenco: a simulated Manager."""
    from farmdeck import settings

    from tests.simulator.flamenco import Manager

    with home() as folder, Manager(folder / "manager", workers=4) as manager:
        settings.add_farm("flamenco", "flamenco", {"url": manager.url})
        submit_page(app, folder, "flamenco", "panel-flamenco.png", lambda panel: None)


@contextmanager
def home() -> Iterator[Path]:
    """A new home for Farmdeck; the folder that it is in."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        os.environ.update(FARMDECK_HOME=str(folder / "home"), PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
        (folder / "home").mkdir()
        yield folder


def submit_page(app: Any, folder: Path, farm: str, picture: str, choose: Callable[[Any], None]) -> None:
    """The Submit page on a farm, once `choose` has chosen what else there is to choose."""
    from farmdeck.launch import start_agent, wait_for_agent
    from farmdeck.store import Store
    from farmdeck_ui.panel import FarmdeckPanel
    from farmdeck_ui.panel.source import FileSource

    scene = Path(shutil.copytree(ROOT / "resources" / "sample", folder / "harbour")) / "harbour.blend"
    start_agent(folder / "home")
    wait_for_agent(folder / "home", 30)
    with Store.open(folder / "home") as store:
        panel = FarmdeckPanel(FileSource(str(scene)), folder / "home", "")
        panel.resize(520, 980)
        panel.show()
        until(app, lambda: panel.submit.scene is not None and len(store.farms()) == 2)
        until(app, lambda: all(one.status for one in store.farms()))
        panel.submit.header.choose_farm(farm)
        choose(panel)
        panel.submit.notice.hide()
        until(app, lambda: panel.submit.settled)
        panel.grab().save(str(IMAGES / picture))
        panel.close()
        store.send("agent.stop")
    wait_for_agent(folder / "home", 30, runs=False)


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
