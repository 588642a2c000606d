"""Documents: written, read again, and never silently missing something."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from farmdeck._errors import BadDocument
from farmdeck.documents import from_plain, to_plain
from farmdeck.job import Frame, FrameState, Job, JobState, Part, job_document, job_from_document
from farmdeck.scene import Asset, Plugin, Problem, RenderItem, Scene, Severity, Software
from farmdeck.submission import FileStamp, Submission, submission_document, submission_from_document
from hypothesis import given
from hypothesis import strategies as st

text = st.text(max_size=12)
number = st.integers(0, 10**9)
seconds = st.floats(0, 2e9)
tuples = st.lists(text, max_size=3).map(tuple)
softwares = st.builds(Software, text, text)
parts = st.builds(Part, text, text, tuples, text, text, number, number, text, text)
stamps = st.builds(FileStamp, text, number, number, number)
options = st.dictionaries(text, st.one_of(text, st.integers(), st.booleans()), max_size=3)
submissions = st.builds(
    Submission,
    id=text,
    name=text,
    created=seconds,
    owner=text,
    farm=text,
    scene=stamps,
    software=softwares,
    parts=st.lists(parts, max_size=3).map(tuple),
    files=st.lists(stamps, max_size=3).map(tuple),
    env=text,
    options=options,
    hold=st.booleans(),
)
jobs = st.builds(
    Job,
    id=text,
    name=text,
    farm=text,
    state=st.sampled_from(JobState),
    started=st.none() | seconds,
    fraction=st.floats(0, 1),
    parts=st.lists(parts, max_size=3).map(tuple),
)
scenes = st.builds(
    Scene,
    file=text,
    software=softwares,
    items=st.lists(
        st.builds(RenderItem, text, text, tuples, tuples, text, number, number, text, text, st.booleans()), max_size=2
    ).map(tuple),
    assets=st.lists(st.builds(Asset, text, tuples, st.booleans(), text, text), max_size=2).map(tuple),
    plugins=st.lists(st.builds(Plugin, text, text), max_size=2).map(tuple),
    problems=st.lists(st.builds(Problem, st.sampled_from(Severity), text, text, text), max_size=2).map(tuple),
)


@given(submissions)
def test_a_submission_survives(submission):
    assert submission_from_document(json.loads(json.dumps(submission_document(submission)))) == submission


@given(jobs)
def test_a_job_survives(job):
    assert job_from_document(json.loads(json.dumps(job_document(job)))) == job


@given(scenes)
def test_a_scene_survives(scene):
    assert from_plain(Scene, json.loads(json.dumps(to_plain(scene)))) == scene


@given(st.builds(Frame, number, number, st.sampled_from(FrameState), files=tuples))
def test_a_frame_survives(frame):
    assert from_plain(Frame, json.loads(json.dumps(to_plain(frame)))) == frame


@given(submissions, st.text(min_size=1, max_size=8))
def test_an_unknown_key_is_never_lost(submission, key):
    doc = submission_document(submission)
    if key in doc:
        return
    with pytest.raises(BadDocument, match="unknown"):
        submission_from_document({**doc, key: 1})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_anything_else_is_a_bad_document(doc):
    with pytest.raises(BadDocument):
        job_from_document(doc)


def test_what_is_wrong_is_named():
    good = job_document(Job("a", "b", "local", parts=(Part("p", "i", (), "", "1", 1, 1, "", ""),)))
    for change, said in [
        ({"state": "gone"}, r"Job\.state says 'gone'.*queued"),
        ({"parts": [{"name": "p"}]}, r"Job\.parts\[0\] has keys.*missing"),
        ({"parts": [3]}, r"Job\.parts\[0\] is not a table"),
        ({"schema": "farmdeck.job/2"}, "farmdeck.job/2"),
    ]:
        with pytest.raises(BadDocument, match=said):
            job_from_document({**good, **change})
    del good["name"]
    with pytest.raises(BadDocument, match="missing: name"):
        job_from_document(good)


GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize(
    ("name", "read", "write"),
    [
        ("submission.json", submission_from_document, submission_document),
        ("job.json", job_from_document, job_document),
    ],
)
def test_documents_of_version_1_stay_readable(name, read, write):
    doc = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    assert _holds(write(read(doc)), doc)  # what came later has its neutral value beside


def _holds(now, before):
    """Is everything of `before` in `now`, at any depth?"""
    if isinstance(before, dict):
        return all(key in now and _holds(now[key], value) for key, value in before.items())
    if isinstance(before, list):
        return len(now) == len(before) and all(map(_holds, now, before))
    return now == before
