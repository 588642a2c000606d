"""Frame ranges: what is typed, what is meant, and back."""

from __future__ import annotations

import pytest
from farmdeck._errors import BadFrames
from farmdeck.frames import MAX_FRAMES, format_frames, parse_frames, range_text
from hypothesis import given
from hypothesis import strategies as st

SOME = st.sets(st.integers(-9_999, 99_999), min_size=1, max_size=200)


@given(SOME)
def test_frames_survive_a_round_trip(frames):
    assert set(parse_frames(format_frames(frames))) == frames


@given(SOME)
def test_they_come_ascending_and_once(frames):
    text = ",".join(str(frame) for frame in [*frames, *frames])
    assert parse_frames(text) == tuple(sorted(frames))


@given(st.integers(-500, 500), st.integers(0, 300), st.integers(1, 40))
def test_a_range_with_a_step(first, span, step):
    text = range_text(first, first + span, step)
    assert parse_frames(text) == (tuple(range(first, first + span + 1, step)) if span else (first,))


@given(st.text(alphabet="0123456789-,x:y .", max_size=12))
def test_whatever_is_typed_is_read_or_refused(text):
    try:
        frames = parse_frames(text)
    except BadFrames as exc:
        assert exc.what and exc.fix
    else:
        assert frames and frames == tuple(sorted(set(frames)))


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("7", (7,)),
        ("1-3", (1, 2, 3)),
        ("1-10x4", (1, 5, 9)),
        (" 1 - 3 , 7 ", (1, 2, 3, 7)),
        ("-3--1", (-3, -2, -1)),
        ("-1-1", (-1, 0, 1)),
        ("1-5y2", (2, 4)),
        ("3,1,2,2", (1, 2, 3)),
    ],
)
def test_what_is_meant(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "No frames"),
        (" , ", "No frames"),
        ("10-1x0", "step of 0"),
        ("1-10x0", "step of 0"),
        ("10-1", "backwards"),
        ("a-b", "not a frame range"),
        ("1-", "not a frame range"),
        ("1.5", "not a frame range"),
        ("1-2-3", "not a frame range"),
        (f"1-{MAX_FRAMES + 1}", "1,000,001 frames"),
        ("1-99999999999", "one job takes"),
    ],
)
def test_what_cannot_be_read_is_said(text, said):
    with pytest.raises(BadFrames, match=said):
        parse_frames(text)


def test_as_many_as_one_job_takes():
    assert len(parse_frames(f"1-{MAX_FRAMES}")) == MAX_FRAMES


@pytest.mark.parametrize(
    ("frames", "text"), [((), ""), ((5,), "5"), ((1, 2, 3, 7), "1-3,7"), ((1, 3, 5, 7), "1-7x2"), ((-2, -1), "-2--1")]
)
def test_the_shortest_way_to_say_it(frames, text):
    assert set(parse_frames(format_frames(frames)) if text else ()) == set(frames)
    assert format_frames(frames) == text or len(format_frames(frames)) <= len(text)
