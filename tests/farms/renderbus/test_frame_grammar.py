"""Frames in the farm's grammar and back."""

from __future__ import annotations

import pytest
from farmdeck._errors import BadFrames
from farmdeck.farms.renderbus.frame_grammar import (
    MANUAL_LIMIT,
    farm_frames,
    read_frames,
)
from farmdeck.frames import format_frames, parse_frames
from hypothesis import given
from hypothesis import strategies as st

SOME = st.sets(st.integers(-9_999, 99_999), min_size=1, max_size=200)


@given(SOME)
def test_the_same_frames_after_a_round_trip(frames):
    text = farm_frames(format_frames(frames))
    assert set(read_frames(text)) == frames
    assert farm_frames(format_frames(read_frames(text))) == text


@given(st.integers(-500, 500), st.integers(2, 300), st.integers(1, 40))
def test_a_range_carries_its_step(first, count, step):
    last = first + count * step
    text = f"{first}-{last}[{step}]"
    assert farm_frames(f"{first}-{last}x{step}") == text
    assert format_frames(read_frames(text)) == (f"{first}-{last}" if step == 1 else f"{first}-{last}x{step}")


@given(SOME, st.integers(1, 200))
def test_a_limit_holds_and_loses_no_frame(frames, limit):
    try:
        text = farm_frames(frames, limit)
    except BadFrames as exc:
        assert str(limit) in exc.what
        assert len(farm_frames(frames)) > limit
    else:
        assert len(text) <= limit
        assert set(read_frames(text)) == frames


@given(st.text(alphabet="0123456789-,[] x", max_size=12))
def test_whatever_the_farm_says_is_read_or_refused(text):
    try:
        frames = read_frames(text)
    except BadFrames as exc:
        assert exc.what and exc.fix
    else:
        assert frames == tuple(sorted(set(frames))) != ()


@pytest.mark.parametrize(
    ("ours", "farm"),
    [
        ("5", "5-5[1]"),
        ("1-10", "1-10[1]"),
        ("1,20-30x2,494", "1,20-30[2],494"),
        ("1,2,8", "1,2,8"),
        ("-5--1", "-5--1[1]"),
        ("-1-1", "-1-1[1]"),
        ("1-2", "1,2"),
        ("1,3,4,5", "1,3-5[1]"),
        ("2,4,6-10", "2,4,6-10[1]"),
        ("1-5,7,9", "1-5[1],7,9"),
    ],
)
def test_as_the_sdk_writes_it(ours, farm):
    assert farm_frames(ours) == farm
    assert read_frames(farm) == parse_frames(ours)


@pytest.mark.parametrize(
    ("farm", "frames"),
    [
        ("5", (5,)),
        ("1-4", (1, 2, 3, 4)),
        ("1-20[9]", (1, 10, 19)),
        (" 1, 3-4 [1]", (1, 3, 4)),
        ("3,1,3", (1, 3)),
        ("-4--2[2]", (-4, -2)),
    ],
)
def test_what_the_farm_means(farm, frames):
    assert read_frames(farm) == frames


@pytest.mark.parametrize(
    "text", ["", ",", "a", "1-", "1-5[0]", "5-1", "1-5x2", "1--", "1-2-3", "[1]", "²", "1-9999999"]
)
def test_what_is_no_range_is_refused(text):
    with pytest.raises(BadFrames):
        read_frames(text)


def test_no_numbers_are_the_empty_text():
    assert farm_frames(()) == ""


def test_only_a_long_text_loses_its_steps_of_one():
    wanted = "1-10,21-30,41-50,61-70,81-90"
    assert farm_frames(wanted, MANUAL_LIMIT) == "1-10[1],21-30[1],41-50[1],61-70[1],81-90[1]"
    assert farm_frames(wanted + ",101-110,121-130", MANUAL_LIMIT) == "1-10,21-30,41-50,61-70,81-90,101-110,121-130"


def test_the_limit_is_the_longest_that_goes():
    assert farm_frames("1,3,8", limit=5) == "1,3,8"
    with pytest.raises(BadFrames, match="take 5 characters; the farm takes 4"):
        farm_frames("1,3,8", limit=4)
