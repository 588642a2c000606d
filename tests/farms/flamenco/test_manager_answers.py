"""A Manager's answers: read as the API promises, and named where they are not."""

from __future__ import annotations

import string
from typing import Any, Callable

import pytest
from farmdeck.farms.flamenco.answers import Document
from farmdeck.farms.flamenco.errors import OddAnswer
from farmdeck.farms.flamenco.events import Packet, read_packet
from farmdeck.farms.flamenco.models import (
    Blocked,
    Configuration,
    Job,
    LastRendered,
    ShamanFile,
    SubmittedJob,
    Task,
    TaskSummary,
    Variable,
    Version,
)
from farmdeck.farms.flamenco.workers import SleepSchedule, Tag, Worker, WorkerSummary
from hypothesis import given, settings
from hypothesis import strategies as st

JOB: dict[str, Any] = {
    "id": "f5ea1c44-8679-48f2-bbe1-54217141fc99",
    "name": "3Д",
    "type": "simple-blender-render",
    "status": "active",
    "activity": "",
    "created": "2026-11-22T11:41:11.123456789+01:00",
    "updated": "2026-11-22T10:41:12Z",
    "priority": 50,
    "submitter_platform": "",
    "settings": {"frames": "1-3"},
    "metadata": {"project": "Sprite Fright"},
    "storage": {"shaman_checkout_id": "a/b"},
    "worker_tag": "4312d68c-ea6d-4566-9bf6-e9f09be48ceb",
    "steps_completed": 2,
    "steps_total": 4,
}
READERS: list[Callable[[Document], Any]] = [
    Version.read,
    Configuration.read,
    Variable.read,
    Job.read,
    TaskSummary.read,
    Task.read,
    LastRendered.read,
    Blocked.read,
    Tag.read,
    WorkerSummary.read,
    Worker.read,
    SleepSchedule.read,
    ShamanFile.read,
]


def job(**changed: Any) -> Job:
    return Job.read(Document({**JOB, **changed}, "job"))


def test_a_job() -> None:
    found = job()
    assert (found.name, found.status, found.priority, found.checkout) == ("3Д", "active", 50, "a/b")
    assert (found.steps_completed, found.steps_total, found.delete_requested) == (2, 4, False)
    assert found.updated is not None and found.created is not None
    assert found.updated - found.created == pytest.approx(1 - 0.123456)
    assert found.metadata == {"project": "Sprite Fright"}
    assert found.tag.startswith("4312")


def test_a_job_of_an_older_manager() -> None:
    old = {key: JOB[key] for key in ("id", "name", "type", "status", "activity", "created", "updated", "priority")}
    found = Job.read(Document({**old, "metadata": None}, "job"))
    assert (found.steps_total, found.tag, found.checkout, found.metadata) == (0, "", "", {})


def test_a_job_that_is_being_deleted() -> None:
    assert job(delete_requested_at="2026-11-22T10:41:12Z").delete_requested
    assert not job(delete_requested_at="0001-01-01T00:00:00Z").delete_requested


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("status", 3, "job.status is 3, no text"),
        ("status", None, "job.status is None, no text"),
        ("updated", "yesterday", "job.updated is 'yesterday', no time"),
        ("priority", "50", "job.priority is '50', no whole number"),
        ("priority", True, "no whole number"),
        ("settings", [1], "job.settings is .1., no object"),
        ("storage", "x", "job.storage is 'x', no object"),
        ("name", ["x" * 500], r"job\.name is .{1,70}…, no text"),
    ],
)
def test_what_is_odd_is_named(field: str, value: Any, words: str) -> None:
    with pytest.raises(OddAnswer, match=words):
        job(**{field: value})


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_what_is_no_object_is_odd(value: Any) -> None:
    with pytest.raises(OddAnswer, match="version is .*, no object"):
        Version.read(Document(value, "version"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({*JOB, "worker", "commands", "task", "tags", "version", "base", "suffixes", "sha", "size", "path"})


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(list(JOB.values())), max_size=12))
def test_anything_is_read_or_odd(value: dict[str, Any]) -> None:
    for read in READERS:
        try:
            read(Document(value, "it"))
        except OddAnswer as exc:
            assert "\n" not in str(exc)


@pytest.mark.parametrize(
    ("version", "newer", "older"),
    [("3.9-beta1", (3, 9), (3, 10)), ("3.10", (3, 9), (4, 0)), ("v3.5", (3, 5), (3, 6)), ("4.0.1", (3, 8), (4, 1))],
)
def test_versions_are_compared(version: str, newer: tuple[int, int], older: tuple[int, int]) -> None:
    found = Version(f"{version} (g1234)", version, "", "")
    assert found.at_least(*newer) and not found.at_least(*older)


def test_a_version_that_says_nothing_is_the_newest() -> None:
    assert Version("set-during-build", "set-during-build", "", "").at_least(99, 0)


def test_a_submitted_job_leaves_out_what_is_empty() -> None:
    assert set(SubmittedJob("a", "t").document()) == {
        "name",
        "type",
        "priority",
        "submitter_platform",
        "settings",
        "metadata",
    }
    full = SubmittedJob("a", "t", etag="e", checkout="c", tag="g", paused=True).document()
    assert full["storage"] == {"shaman_checkout_id": "c"}
    assert (full["type_etag"], full["worker_tag"], full["initial_status"]) == ("e", "g", "paused")


# -- packets of the live updates


def test_packets() -> None:
    uuid = JOB["id"]
    assert read_packet('0{"sid":"x","pingInterval":30000,"pingTimeout":60000}') == Packet(beat=15.0)
    assert read_packet('431["ok"]') == Packet(accepted=True)
    assert read_packet('431["unknown subscription type, ignoring request"]') == Packet()
    assert read_packet(f'42["/jobs",{{"id":"{uuid}","status":"active"}}]') == Packet(job=uuid)
    assert read_packet(f'42["/last-rendered",{{"job_id":"{uuid}"}}]') == Packet(job=uuid)
    for nothing in ("40", "3", '42["/status",{"status":"idle"}]', '42["/workers",{"id":"w"}]', '432["ok"]'):
        assert read_packet(nothing) == Packet()


@given(
    st.text(max_size=30)
    | st.builds(lambda kind, text: kind + text, st.sampled_from(["0", "42", "431", "43"]), st.text(string.printable))
    | JSON.map(lambda value: f"42{value!r}".replace("'", '"'))
)
def test_any_packet_is_taken(message: str) -> None:
    packet = read_packet(message)
    assert packet.beat is None or packet.beat >= 1.0
