"""Every call of an earlier Flamenco Server, and what its answers are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from farmdeck._errors import BadInput, FarmUnreachable
from farmdeck.farm import Watch
from farmdeck.farms.flamenco_server.browsing import inside
from farmdeck.farms.flamenco_server.client import Client
from farmdeck.farms.flamenco_server.connection import Connection, refusal
from farmdeck.farms.flamenco_server.errors import Crashed, NoSuchCall, NotThere, Refused
from farmdeck.farms.flamenco_server.models import SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.farms.flamenco_server.conftest import Site, answering
from tests.simulator.flamenco_server import Fault, FlamencoServer

FEW = settings(max_examples=40)
MakeSite = Callable[..., Site]


@pytest.fixture
def server(site: Site) -> FlamencoServer:
    return site.server


@pytest.fixture
def client(server: FlamencoServer, tmp_path: Path) -> Iterator[Client]:
    client = Client(server.url, tmp_path / "dialect")
    yield client
    client.close()


# -- answers


@pytest.mark.parametrize(
    ("status", "data", "kind"),
    [
        (404, {"status": 404, "message": "Not Found. You have requested this URI [/jobs/9] but"}, NotThere),
        (404, {"code": 404, "message": "No interface defined for URL"}, NoSuchCall),
        (404, "", NotThere),
        (404, None, NotThere),
        (405, {"status": 405, "message": "Method Not Allowed"}, Refused),
        (400, {"message": "invalid literal for int() with base 10: 'abc'"}, Refused),
        (500, {"status": 500, "message": "Internal Server Error"}, Crashed),
    ],
)
def test_errors_in_either_of_their_forms(status: int, data: object, kind: type[Refused]) -> None:
    error = refusal("GET", "/jobs/9", status, data)
    assert type(error) is kind and error.status == status and error.fix
    if isinstance(data, dict):
        assert data["message"] in error.what


def test_a_204_with_a_json_type_and_no_body() -> None:
    with answering(b"", 204) as url:
        connection = Connection(url)
        assert connection.send("POST", "/settings") is None
        connection.close()


@pytest.mark.parametrize(("content", "status"), [(b"<html>", 200), (b"", 502), (b"", 302), (b"{}", 503)])
def test_what_is_no_answer_of_a_server(content: bytes, status: int) -> None:
    with answering(content, status) as url:
        connection = Connection(url)
        with pytest.raises(FarmUnreachable):
            connection.get("/jobs")
        connection.close()


def test_a_file_that_is_cut_off_does_not_appear(tmp_path: Path) -> None:
    with answering(b"half a zip", missing=5) as url:
        client = Client(url, tmp_path / "dialect")
        with pytest.raises(FarmUnreachable, match="middle"):
            client.job_file(1, tmp_path / "came.zip", Watch())
        client.close()
    assert not (tmp_path / "came.zip").exists()


def test_a_server_that_is_away_can_be_tried_again(server: FlamencoServer, client: Client) -> None:
    assert client.projects()
    server.stop()
    with pytest.raises(FarmUnreachable, match="does not answer"):
        client.projects()
    server.restart()
    assert client.projects()


def test_a_cut_connection_is_no_answer(server: FlamencoServer, client: Client) -> None:
    server.inject(Fault("GET", "/projects", status=0))
    with pytest.raises(FarmUnreachable):
        client.projects()


# -- projects, settings


def test_a_project_is_added_changed_and_deleted(client: Client) -> None:
    made = client.add_project({"name": "Show", "path_linux": "/mnt/show", "render_path_win": "R:/show"})
    assert made.id in {project.id for project in client.projects()}
    changed = client.change_project(made.id, {"name": "Other"})
    assert changed.name == "Other"
    if not client.dialect.zipped:  # later servers keep no folders
        assert changed.paths == {"linux": "/mnt/show"} and changed.renders == {"win": "R:/show"}
    client.delete_project(made.id)
    assert made.id not in {project.id for project in client.projects()}
    with pytest.raises(NotThere):
        client.project(made.id)


def test_a_false_is_not_taken_for_true(client: Client) -> None:
    """Any text is true to the server's form."""
    active = client.settings()["active_project"]
    client.add_project({"name": "Show", "is_active": False})
    assert client.settings()["active_project"] == active
    made = client.add_project({"name": "Other", "is_active": True})
    assert client.settings()["active_project"] == str(made.id)


def test_a_setting_that_is_changed_empties_no_other(client: Client, server: FlamencoServer) -> None:
    before = client.settings()
    assert set(SETTINGS) <= set(before)
    after = client.change_settings({"blender_path_linux": "/opt/blender"})
    assert after == {**before, "blender_path_linux": "/opt/blender"}
    with pytest.raises(BadInput, match="no setting"):
        client.change_settings({"colour": "red"})


# -- files


@pytest.mark.parametrize("path", ["..", "a/..", "/etc", "a/../../b", "..\\x", "C:/", "a\0b", "C:"])
def test_a_path_out_of_the_project_is_not_even_asked_for(client: Client, server: FlamencoServer, path: str) -> None:
    with pytest.raises(BadInput, match="not inside"):
        client.browse(path)
    assert not [request for request in server.journal if request.path.startswith("/browse")]


@FEW
@given(st.lists(st.sampled_from(["a", "b c", "é", ".", "", "sh010"]), max_size=6))
def test_a_path_inside_stays_itself(parts: list[str]) -> None:
    path = "/".join(["x", *parts])
    assert inside(path).split("/") == [part for part in path.split("/") if part not in ("", ".")]


@FEW
@given(st.text(max_size=30))
def test_any_path_is_inside_or_refused(path: str) -> None:
    try:
        checked = inside(path)
    except BadInput:
        return
    assert not checked.startswith("/") and ".." not in checked.split("/") and "\\" not in checked


def test_what_a_server_lists_outside_is_left_out(make_site: MakeSite) -> None:
    for dialect in ("A", "A'", "C"):
        site = make_site(dialect)
        shots = site.server.project / "shots"
        shots.mkdir()
        (shots / "a.blend").touch()
        (shots / "notes.txt").touch()
        assert [(e.name, e.path, e.folder) for e in site.farm.browse("")] == [("shots", "shots", True)]
        with site.server.changed:
            site.server.farm.hostile_items = [
                ("..", "shots/..", "folder"),
                ("passwd", "/etc/passwd", "blendfile"),
                ("b.blend", "shots/../../b.blend", "blendfile"),
                ("c.blend", "elsewhere/c.blend", "blendfile"),
                ("x/d.blend", "shots/x/d.blend", "blendfile"),
            ]
        assert [(e.name, e.path, e.folder) for e in site.farm.browse("shots")] == [("a.blend", "shots/a.blend", False)]
        with pytest.raises(BadInput, match="no folder"):
            site.farm.browse("nowhere")


# -- jobs and tasks


def test_a_bad_command_is_an_error_though_the_answer_is_200(site: Site, client: Client) -> None:
    number = int(site.send(site.shot()).split()[0])
    if client.dialect.name != "A'":  # whose hollow job has no number to see
        with pytest.raises(Refused, match='"dance"'):
            client.command(number, "dance")
    client.command(number, "stop")
    with pytest.raises(BadInput, match="dance"):
        client.batch([number], "dance")


def test_single_calls_of_a_job(site: Site, client: Client) -> None:
    number = int(site.send(site.shot()).split()[0])
    assert client.peek(number).id == client.job(number).id == number
    assert client.edit_job(number, {"priority": 77}).priority == 77
    client.delete_jobs([number])
    assert number not in {job.id for job in client.jobs()}
    with pytest.raises(NotThere):
        client.delete_jobs([number])
    with pytest.raises(Refused):
        client.job(number)


def test_the_servers_own_delete_deletes_nothing(site: Site, client: Client) -> None:
    number = int(site.send(site.shot()).split()[0])
    client.delete_job(number)
    assert number in {job.id for job in client.jobs()}


def test_a_task_is_reported_as_managers_do(site: Site, client: Client) -> None:
    number = int(site.send(site.shot("1", "1")).split()[0])
    site.server.farm.outcome = lambda job, frame: "hangs"
    task = client.tasks(number)[0]
    if client.dialect.zipped:
        site.server.step()
        client.update_task(task.id, {"status": "completed", "log": "fine"})
        assert client.task(task.id).status == "completed" and client.task_log(task.id) == "fine"
    else:
        client.update_task(task.id, {"status": "finished"})
        assert client.tasks(number)[0].status == "finished"


def test_what_a_time_does_not_have_is_no_such_call(client: Client, tmp_path: Path) -> None:
    if client.dialect.zipped:
        with pytest.raises(NoSuchCall):
            client.render_settings()
    else:
        assert client.render_settings() == ["base_720p.py"]
        with pytest.raises(NotThere):
            client.manager_settings()
    if client.dialect.name == "A":
        with pytest.raises(NotThere):
            client.pictures(1, tmp_path / "x.zip", Watch())


def test_files_of_a_job(make_site: MakeSite, tmp_path: Path) -> None:
    for dialect in ("C", "B"):
        site = make_site(dialect)
        number = int(site.send(site.shot()).split()[0])
        sent = site.server.jobs[number].file
        site.farm._client.job_file(number, tmp_path / "came.zip", Watch())
        assert sent and (tmp_path / "came.zip").read_bytes() == sent
        site.farm._client.thumbnail(number, tmp_path / "thumb.png", "s")
        assert (tmp_path / "thumb.png").read_bytes()[:4] == b"\x89PNG"
        (tmp_path / "new.png").write_bytes((tmp_path / "thumb.png").read_bytes())
        site.farm._client.send_thumbnail(site.farm._client.tasks(number)[0].id, tmp_path / "new.png")
        assert [path.name for path in tmp_path.glob("*.farmdeck-part")] == []


# -- managers


def test_a_manager_is_connected(client: Client) -> None:
    assert client.connect_manager("second", 7778)
    assert "second" in {manager.name for manager in client.managers()}


def test_worker_numbers_are_never_answered(client: Client) -> None:
    assert client.workers()
    with pytest.raises(NotThere):
        client.worker(1)
