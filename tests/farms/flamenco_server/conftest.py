"""A simulated earlier Flamenco Server, and farms of ours on it that come and go as agents do."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from farmdeck import Submission
from farmdeck.farm import FarmContext, JobReport, Watch
from farmdeck.farms.flamenco_server import FlamencoServerFarm
from farmdeck.farms.flamenco_server._places import SYSTEM
from farmdeck.job import JobState
from farmdeck.scenes import read_scene
from farmdeck.submission import prepare

from tests.simulator.flamenco_server import FlamencoServer

TINY = Path(__file__).parents[2] / "data" / "tiny.blend"
PATIENCE = 60.0
ALL = ("A", "A'", "C", "B")


def shot(folder: Path, *frames: str, **given: Any) -> Submission:
    """Two view layers of a real scene in `folder`, with these frames each; another layer has to be made to render."""
    folder.mkdir(parents=True, exist_ok=True)
    scene = folder / "shot.blend"
    shutil.copyfile(TINY, scene)
    names = ["Tiny/beauty", "Tiny/extra"]
    made = prepare(read_scene(str(scene)), items=names, output=str(folder.parent / "out"), **given)
    parts = tuple(replace(part, frames=text) for part, text in zip(made.parts, frames or ("1-3", "10,12")))
    return replace(made, parts=parts)


class Site:
    """What a test has: `server`, the simulated one; `folder`, what ours keeps; a farm of ours."""

    def __init__(self, server: FlamencoServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        server.projects[1].paths[f"path_{SYSTEM}"] = str(server.project)
        server.projects[1].paths[f"render_path_{SYSTEM}"] = str(server.render)
        self._farms: list[FlamencoServerFarm] = []
        self.farm = self.agent()

    def agent(self, folder: str = "own", **given: Any) -> FlamencoServerFarm:
        """A farm as an agent makes it, with what earlier ones left."""
        settings = {"url": self.server.url, **given}
        farm = FlamencoServerFarm(FarmContext("old", self.folder / folder, settings))
        farm.check()
        self._farms.append(farm)
        return farm

    def shot(self, *frames: str, **given: Any) -> Submission:
        return shot(self.server.project / "sh010", *frames, **given)

    def send(self, submission: Submission, farm: FlamencoServerFarm | None = None) -> str:
        """As a delivery does."""
        farm = farm or self.farm
        scene = Path(submission.scene.path)
        farm.upload(submission, scene, Watch())
        return farm.find(submission.id) or farm.submit(submission, scene, Watch())

    def report(self, job: str) -> JobReport:
        return self.farm.jobs([job])[job]

    def until(self, job: str, *states: JobState) -> JobReport:
        """Let workers work until the job is in one of these states."""
        for _ in range(500):
            report = self.report(job)
            if report.state in states:
                return report
            self.server.step()
        raise AssertionError(f"{job} is still {report.state}: {report.message}")

    def close(self) -> None:
        for farm in self._farms:
            farm.close()


@contextmanager
def answering(content: bytes, status: int = 200, missing: int = 0) -> Iterator[str]:
    """The address of a web server that says the same to everything, with so many bytes less than it promises."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content) + missing))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A site on a server of a dialect, whose workers work when the test says so."""
    made: list[tuple[FlamencoServer, Site]] = []

    def make(dialect: str, **given: Any) -> Site:
        server = FlamencoServer(tmp_path / f"server{len(made)}", dialect, **{"auto": False, **given})
        server.__enter__()
        site = Site(server, tmp_path / f"here{len(made)}")
        made.append((server, site))
        return site

    yield make
    for server, site in made:
        site.close()
        server.stop()


@pytest.fixture(params=ALL)
def site(request: pytest.FixtureRequest, make_site: Callable[..., Site]) -> Site:
    return make_site(request.param)
