"""The played workers of the simulated earlier Flamenco Server: pictures, failures, stops, what is left behind."""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.utils import parsedate
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.oldserver_caller import say
from tests.simulator.flamenco_server import FlamencoServer, Job

ALL = ("A", "A'", "C", "B")
PULLED = ("C", "B")
DONE = {"A": "finished", "A'": "finished", "C": "completed", "B": "completed"}


class Bench:
    """A server whose workers work when the test says so, and jobs for it."""

    def __init__(self, server: FlamencoServer, dialect: str) -> None:
        self.server = server
        self.dialect = dialect
        server.project.joinpath("shot.blend").touch()

    def say(self, method: str, path: str, fields: Any = None) -> Any:
        """The document of a good answer."""
        said = say(self.server.url, method, path, fields)
        assert said.status < 300, said
        return said.data

    def send(self, first: int = 1, last: int = 5, **given: Any) -> int:
        """A started job's number; two frames in a chunk."""
        frames = {"frame_start": first, "frame_end": last, "chunk_size": 2}
        look = {"filepath": "shot.blend", "render_settings": "", "format": "PNG"}
        common = {"project_id": 1, "priority": 50, "managers": [1]}
        if self.dialect == "A":
            self.say("POST", "/jobs", {**common, **frames, **look, "job_name": "cube", "status": "ready", **given})
        else:
            settings = json.dumps({**frames, **look, "command_name": "x"})
            fields = {"name": "cube", "type": "simple_blender_render", "settings": settings, "username": "a@b.c"}
            self.say("POST", "/jobs", {**common, **fields, **given})
        number = max(self.server.jobs)
        if self.dialect in PULLED:
            assert say(self.server.url, "POST", f"/jobs/file/{number}", raw=packed("shot.blend")).data == ""
        self.command("start", number)
        return number

    def command(self, name: str, number: int) -> None:
        """To many jobs, which here are one."""
        self.say("PUT", "/jobs", {"id": number, "status" if self.dialect == "A" else "command": name})

    def statuses(self) -> list[str | None]:
        """Of the tasks, by id."""
        return [task.status for _, task in sorted(self.server.tasks.items())]

    def pictures(self, number: int) -> list[str]:
        """Names of the pictures of a job."""
        folder = self.server.render / str(number)
        if self.dialect in PULLED:
            folder = self.server.folder / "storage" / "1" / str(number) / "output"
        return sorted(file.name for file in folder.glob("*"))


def packed(*names: str) -> bytes:
    """A zip with files of these names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, b"BLENDER")
    return made.getvalue()


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Benches that are closed afterwards."""
    made: list[FlamencoServer] = []

    def make(dialect: str, **given: Any) -> Bench:
        server = FlamencoServer(tmp_path / str(len(made)), dialect, **{"auto": False, **given})
        server.__enter__()
        made.append(server)
        return Bench(server, dialect)

    yield make
    for server in made:
        server.stop()


@pytest.fixture(params=ALL)
def bench(request: pytest.FixtureRequest, make_bench: Callable[..., Bench]) -> Bench:
    return make_bench(request.param)


@pytest.fixture(params=("A", "A'"))
def pushing(request: pytest.FixtureRequest, make_bench: Callable[..., Bench]) -> Bench:
    return make_bench(request.param)


@pytest.fixture(params=PULLED)
def pulled(request: pytest.FixtureRequest, make_bench: Callable[..., Bench]) -> Bench:
    return make_bench(request.param)


def test_a_job_is_rendered_chunk_by_chunk(bench: Bench) -> None:
    number = bench.send()
    first, second = ("00005.png", "00003.png") if bench.dialect == "B" else ("00001.png", "00002.png")
    bench.server.step()
    assert bench.pictures(number) == [first]
    bench.server.step()
    assert set(bench.pictures(number)) == {first, second}
    bench.server.step(10)
    assert bench.pictures(number) == [f"0000{frame}.png" for frame in range(1, 6)]
    assert set(bench.statuses()) == {DONE[bench.dialect]}
    assert bench.server.jobs[number].status == "completed"


def test_pictures_are_real(bench: Bench) -> None:
    number = bench.send(7, 7)
    bench.server.step()
    folder = bench.server.render if bench.dialect not in PULLED else bench.server.folder / "storage"
    (file,) = folder.rglob("00007.png")
    content = file.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    (length,) = struct.unpack(">I", content[33:37])
    assert content.startswith(b"\x89PNG\r\n\x1a\n") and bench.pictures(number) == ["00007.png"]
    assert len(zlib.decompress(content[41 : 41 + length])) == height * (1 + 3 * width)


def test_workers_render_by_themselves(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("A", auto=True)
    number = bench.send()
    bench.server.wait_for(lambda: bench.server.jobs[number].status == "completed")
    assert len(bench.pictures(number)) == 5


@pytest.mark.parametrize("dialect", ALL)
def test_the_test_says_what_fails(make_bench: Callable[..., Bench], dialect: str) -> None:
    def outcome(job: Job, frame: int) -> str:
        return "failed" if frame == 4 else "done"

    bench = make_bench(dialect, outcome=outcome)
    number = bench.send()
    bench.server.step(10)
    assert bench.statuses() == [DONE[dialect], "failed", DONE[dialect]]
    assert bench.server.jobs[number].status == "failed"
    assert "00004.png" not in bench.pictures(number)


def test_a_task_can_hang_for_ever(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("A", outcome=lambda job, frame: "hangs")
    bench.send()
    bench.server.step(20)
    assert bench.statuses() == ["running", "ready", "ready"]


def test_a_scene_that_is_not_there_fails(bench: Bench) -> None:
    bench.server.project.joinpath("shot.blend").unlink()
    number = bench.send()
    if bench.dialect in PULLED:
        say(bench.server.url, "POST", f"/jobs/file/{number}", raw=packed("other.blend"))
    bench.server.step(10)
    assert bench.server.jobs[number].status == "failed" and not bench.pictures(number)


def test_only_workers_that_are_there_and_enabled_work(pulled: Bench) -> None:
    worker = pulled.server.managers[1].workers[0]
    worker.status = "disabled"
    number = pulled.send()
    pulled.server.step(10)
    assert not pulled.pictures(number)
    worker.status = "enabled"
    pulled.server.step(10)
    assert len(pulled.pictures(number)) == 5


def test_two_workers_have_two_tasks(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("C", workers=2)
    number = bench.send()
    bench.server.step()
    assert bench.pictures(number) == ["00001.png", "00003.png"]


# -- stop and start


def test_what_a_stop_leaves_ready_is_rendered_at_the_next_occasion(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("A")
    first, second = bench.send(), bench.send(1, 2)
    bench.command("stop", first)
    assert bench.statuses() == ["aborted", "ready", "ready", "ready"]
    bench.command("start", second)
    bench.server.step(10)
    assert bench.server.jobs[first].status == "stopped"
    assert bench.statuses() == ["aborted", "finished", "finished", "finished"]


def test_only_the_start_of_many_makes_aborted_tasks_ready(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("A")
    number = bench.send(1, 2)
    bench.command("stop", number)
    bench.say("PUT", f"/jobs/{number}", {"command": "start"})
    assert (bench.statuses(), bench.server.jobs[number].status) == (["aborted"], "running")
    bench.command("stop", number)
    bench.command("start", number)
    assert bench.statuses() == ["running"]


def test_a_stopped_job_is_at_rest_later(pulled: Bench) -> None:
    number = pulled.send(1, 4)
    pulled.server.step()
    pulled.command("stop", number)
    done = pulled.pictures(number)
    pulled.server.step(10)
    assert pulled.pictures(number) == done
    assert pulled.server.jobs[number].status == "canceled"


def test_b_goes_on_with_what_a_stop_took_away(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("B")
    number = bench.send(1, 4)
    bench.server.step()
    bench.command("stop", number)
    assert bench.statuses() == ["waiting", "canceled"]
    bench.command("start", number)
    bench.server.step(10)
    assert bench.server.jobs[number].status == "completed"


def test_c_forgets_what_a_stop_took_away(make_bench: Callable[..., Bench]) -> None:
    """The real one: its task says `active` for ever, unless somebody reports it as canceled before the start."""
    bench = make_bench("C")
    number = bench.send(1, 4)
    bench.server.step()
    bench.command("stop", number)
    bench.command("start", number)
    bench.server.step(10)
    assert bench.statuses() == ["active", "completed"]
    assert bench.server.jobs[number].status == "active"
    bench.command("stop", number)
    bench.say("POST", "/tasks/1", {"id": 1, "status": "canceled"})
    bench.command("start", number)
    bench.server.step(10)
    assert bench.server.jobs[number].status == "completed"


def test_a_stop_with_the_manager_away_is_a_crash(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("A")
    number = bench.send()
    bench.server.managers[1].played = False
    assert say(bench.server.url, "PUT", f"/jobs/{number}", {"command": "stop"}).status == 500
    assert bench.server.jobs[number].status == "running"


def test_the_summary_is_behind(make_bench: Callable[..., Bench]) -> None:
    """`percentage_done` of the list: one task late in C, nothing before the end in B."""
    for dialect, seen in (("C", [0, 0, 33.3, 33.3, 100.0]), ("B", [0, 0, 0, 0, 100.0])):
        bench = make_bench(dialect)
        number = str(bench.send())
        shown = []
        for _ in range(5):
            bench.server.step()
            shown.append(bench.say("GET", "/jobs")[number]["percentage_done"])
        assert shown == seen


def test_dates_say_gmt_and_are_local(pulled: Bench) -> None:
    before = time.time()
    number = pulled.send()
    said = pulled.say("GET", f"/jobs/{number}")["creation_date"]
    assert said.endswith(" GMT")
    assert int(before) <= time.mktime(tuple(parsedate(said) or ())) <= time.time()


# -- what is left behind


def test_a_careless_deletion_comes_true_with_the_next_write(pushing: Bench) -> None:
    number = pushing.send(1, 2)
    pushing.say("DELETE", f"/jobs/{number}")
    assert str(number) in pushing.say("GET", "/jobs")
    pushing.say("POST", "/settings", {"active_project": "1"})
    assert pushing.say("GET", "/jobs") == {}
    assert [task.job_id for task in pushing.server.tasks.values()] == [None]


def test_a_careless_deletion_is_nothing_later_or_after_a_restart(bench: Bench) -> None:
    number = bench.send(1, 2)
    bench.say("DELETE", f"/jobs/{number}")
    bench.server.stop()
    bench.server.restart()
    bench.say("POST", "/settings", {"active_project": "1"})
    assert str(number) in bench.say("GET", "/jobs")


def test_numbers_are_used_again(bench: Bench) -> None:
    number = bench.send()
    bench.server.step(10)
    bench.say("POST", "/jobs/delete", {"id": number})
    assert not bench.server.jobs and not bench.server.tasks
    assert bool(bench.pictures(number)) == (bench.dialect != "A")
    assert bench.send() == number


def test_a_later_job_inherits_zip_log_and_pictures(pulled: Bench) -> None:
    number = pulled.send()
    pulled.server.step(10)
    pulled.say("POST", "/jobs/delete", {"id": number})
    settings = json.dumps(
        {"filepath": "x", "render_settings": "", "format": "PNG", "command_name": "x", "chunk_size": 1}
    )
    fields = {"project_id": 1, "name": "new", "settings": settings, "managers": 1, "type": "none", "username": "a@b.c"}
    pulled.say("POST", "/jobs", fields)
    shown = pulled.say("GET", f"/jobs/{number}")
    assert shown["job_name"] == "new" and shown["log"][0][1] == "Status changed from paused to waiting"
    assert say(pulled.server.url, "GET", f"/jobs/file/{number}").content == packed("shot.blend")
    said = say(pulled.server.url, "GET", f"/jobs/file/output/{number}")
    with zipfile.ZipFile(io.BytesIO(said.content)) as archive:
        assert (said.kind, len(archive.namelist())) == ("application/zip", 5)
