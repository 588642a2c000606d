"""What an earlier Flamenco Server says, as values: the documented sample, real answers, and whatever else may come."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest
from farmdeck.farms.flamenco_server.frames import chunks, read_frames, runs, write_frames
from farmdeck.farms.flamenco_server.marks import NAME_LENGTH, Mark, pieces, plain, read_name, write_name
from farmdeck.farms.flamenco_server.models import (
    ServerJob,
    ServerTask,
    read_date,
    read_job,
    read_jobs,
    read_managers,
    read_project,
    read_projects,
    read_settings,
    read_tasks,
    read_workers,
    with_numbers,
)
from hypothesis import given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=40)
PROJECT = {  # the published page, [GET] /projects/:id
    "id": 1,
    "is_active": True,
    "name": "Encoded cube",
    "path_linux": "",
    "path_osx": "/Users/fsiddi/pampa/shots",
    "path_server": "/Users/fsiddi/pampa/shots",
    "path_win": "",
    "render_path_linux": "",
    "render_path_osx": "/Volumes/PROJECTS/storage/render",
    "render_path_server": "/Volumes/PROJECTS/storage/render",
    "render_path_win": "",
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    "id job_id name job_name status settings frames frame_start frame_end chunk_size chunk_start chunk_end activity "
    "tasks manager creation_date ip_address port host path_linux current_frame type hostname manager_id".split()
)
OBJECT = st.dictionaries(KEYS, ANYTHING | st.dictionaries(KEYS, ANYTHING, max_size=4), max_size=8)
NUMBERS = st.sets(st.integers(-99_999, 999_999), min_size=1, max_size=60)


def test_the_documented_project():
    project = read_project(PROJECT)
    assert (project.id, project.name, project.active) == (1, "Encoded cube", True)
    assert project.paths == {"osx": "/Users/fsiddi/pampa/shots", "server": "/Users/fsiddi/pampa/shots"}
    assert set(project.renders) == {"osx", "server"}


def test_projects_are_keyed_by_number():
    listed = {"12": {"name": "Caminandes"}, "2": {"name": "Gooseberry", "path_linux": "/shots"}}
    assert [(one.id, one.name, one.paths) for one in read_projects(listed)] == [
        (2, "Gooseberry", {"linux": "/shots"}),
        (12, "Caminandes", {}),
    ]


def test_managers_and_workers_are_keyed_by_name_and_secrets_are_not_shown():
    listed = {"farm": {"id": 2, "host": "http://10.0.0.1:7777", "connection": "online", "token": "s3cret"}}
    old = {"box": {"id": 1, "name": "box", "ip_address": "10.0.0.2", "port": 7777, "uuid": "s3cret"}}
    assert [(m.id, m.name, m.address) for m in read_managers(listed)] == [(2, "farm", "http://10.0.0.1:7777")]
    assert read_managers(old)[0].address == "10.0.0.2:7777"
    assert "s3cret" not in repr(read_managers(listed)) + repr(read_managers(old))
    worker = read_workers({"w1": {"id": 3, "status": "enabled", "manager_id": 2}})[0]
    assert (worker.name, worker.manager, worker.status) == ("w1", 2, "enabled")


def test_settings_of_both_kinds():
    flat = {"active_project": "1", "blender_path_linux": None}
    listed = {"settings": [{"name": "active_project", "value": "1"}, {"name": "blender_path_linux", "value": None}]}
    assert read_settings(flat) == read_settings(listed) == {"active_project": "1", "blender_path_linux": ""}


def test_jobs_of_every_dialect():
    listed = {
        "1": {"job_name": "flat", "frame_start": 1, "frame_end": 3, "status": "ready", "percentage_done": 0},
        "2": {"job_name": "text", "settings": '{"frame_start": 4, "frame_end": 5, "chunk_size": 2, "filepath": "a"}'},
        "3": {"id": 3, "job_name": "object", "settings": {"frames": "1-2,7"}, "manager": {"name": "farm"}},
    }
    found = read_jobs(listed)
    assert [(job.id, job.name, job.numbers) for job in found] == [
        (1, "flat", (1, 2, 3)),
        (2, "text", (4, 5)),
        (3, "object", (1, 2, 7)),
    ]
    assert (found[1].chunk, found[1].filepath, found[2].manager) == (2, "a", "farm")


def test_a_hollow_job_has_no_number():
    assert read_job({"id": 0, "status": "400 BAD REQUEST", "job_name": None}).id == 0


def test_tasks_of_every_dialect():
    flat = {"7": {"job_id": 1, "chunk_start": 1, "chunk_end": 2, "current_frame": 1, "status": "running"}}
    named = {"tasks": [{"id": 8, "name": "3-4", "status": "active", "activity": '{"current_frame": 4}'}]}
    assert read_tasks(flat) == [ServerTask(7, 1, "running", (1, 2))]
    assert read_tasks(named, 5) == [ServerTask(8, 5, "active", (3, 4), 4)]


def test_tasks_without_frames_follow_the_order_in_which_they_were_made():
    """February 2015 says 0 to 0 of every task."""
    job = ServerJob(1, "", "ready", tuple(range(1, 6)), 2)
    listed = {
        str(id): {"job_id": 1, "chunk_start": 0, "chunk_end": 0, "current_frame": 0, "status": "ready"}
        for id in (9, 8, 10)
    }
    assert [(task.id, numbers) for task, numbers in with_numbers(job, read_tasks(listed))] == [
        (8, (1, 2)),
        (9, (3, 4)),
        (10, (5,)),
    ]


@pytest.fixture
def new_york(monkeypatch):
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone cannot be set here")
    monkeypatch.setenv("TZ", "EST5EDT")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_dates_say_gmt_and_mean_local_time(new_york):
    noon = datetime(2026, 11, 21, 17, tzinfo=timezone.utc).timestamp()
    assert read_date("Sat, 21 Nov 2026 12:00:00 GMT") == noon
    assert read_date("yesterday") is None


@FEW
@given(OBJECT | ANYTHING)
def test_nothing_that_a_server_says_breaks_a_reader(data):
    keyed = {"1": data, "x": {"tasks": data}}
    for read in (read_projects, read_managers, read_workers, read_settings, read_jobs, read_tasks):
        read(data)
        read(keyed)
    read_project(data)
    read_tasks({"tasks": [data]})
    job = read_job(data)
    with_numbers(job, read_tasks(keyed))


# -- frames


@FEW
@given(NUMBERS)
def test_runs_hold_every_number_once(numbers):
    found = runs(numbers)
    assert [number for first, last in found for number in range(first, last + 1)] == sorted(numbers)
    assert all(before[1] + 1 < after[0] for before, after in zip(found, found[1:]))


@FEW
@given(st.sets(st.integers(0, 99_999), min_size=1, max_size=60))
def test_frames_that_are_written_are_read(numbers):
    assert read_frames(write_frames(numbers)) == tuple(sorted(numbers))


@FEW
@given(st.integers(-9_999, 9_999), st.integers(0, 50))
def test_a_range_with_negative_numbers_is_read(first, length):
    assert read_frames(f"{first}-{first + length}") == tuple(range(first, first + length + 1))


@FEW
@given(st.text(max_size=20))
def test_any_text_is_frames_or_none(text):
    assert read_frames(text) == tuple(sorted(set(read_frames(text))))


@pytest.mark.parametrize("text", ["", "tile 3", "5-1", "1-2000000", "1--", "1,x"])
def test_what_is_no_list_of_frames(text):
    assert read_frames(text) == ()


@FEW
@given(st.lists(st.integers(), max_size=30), st.integers(-3, 12))
def test_chunks_are_cut_in_order(numbers, size):
    cut = chunks(numbers, size)
    assert [number for chunk in cut for number in chunk] == numbers
    assert all(len(chunk) == max(1, size) for chunk in cut[:-1])


# -- names


@FEW
@given(st.text(max_size=200), st.integers(0, 9_999), st.integers(0, 99_999))
def test_a_name_tells_its_mark(text, part, place):
    mark = Mark("k3x9ab7q", part, place)
    name = write_name(text, mark)
    assert read_name(name) == mark
    assert len(name) <= NAME_LENGTH and name.isascii() and name.isprintable()


def test_a_name_stays_readable():
    assert write_name("Hafen\tbei Nacht, Übersicht 東", Mark("ab", 0, 1)) == (
        "Hafen bei Nacht, Ubersicht ? [farmdeck ab 0.1]"
    )
    assert plain("café") == "cafe"


@pytest.mark.parametrize("name", ["", "shot", "[farmdeck ab 0.1] copy", "[farmdeck a/b 0.1]", "[farmdeck ab 0.x]"])
def test_names_of_others(name):
    assert read_name(name) is None


def test_pieces_are_in_the_order_of_their_places_and_twins_count_once():
    jobs = [
        ServerJob(5, "b [farmdeck ab 1.1]", "ready"),
        ServerJob(9, "a [farmdeck ab 0.0]", "ready"),
        ServerJob(4, "a [farmdeck ab 0.0]", "ready"),
        ServerJob(6, "c [farmdeck zz 0.0]", "ready"),
        ServerJob(7, "somebody's", "ready"),
    ]
    found = pieces(jobs)
    assert {key: [piece.job.id for piece in mine] for key, mine in found.items()} == {"ab": [4, 5], "zz": [6]}
