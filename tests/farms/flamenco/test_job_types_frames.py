"""Frame ranges in Flamenco's notation, against what the real Manager's frameChunker answered."""

from __future__ import annotations

import pytest
from farmdeck._errors import BadInput
from farmdeck.farms.flamenco.frames import chunks, numbers_of, to_flamenco
from hypothesis import given, settings
from hypothesis import strategies as st

CHUNKS = [  # from a Flamenco Manager 3.9-beta1, through a job type that throws what frameChunker returns
    ("1-10", 3, ["1-3", "4-6", "7-9", "10"]),
    ("47", 1, ["47"]),
    ("1-30", 100, ["1-30"]),
    ("3, 5-10, 47-327", 200, ["3,5-10,47-239", "240-327"]),
    ("1..10,20..25,40", 4, ["1-4", "5-8", "9,10,20,21", "22-25", "40"]),
    ("5,4,3", 2, ["3,4", "5"]),
    ("1,2", 5, ["1,2"]),
    ("1,2,3", 5, ["1-3"]),
    ("1,2,4,5", 9, ["1,2,4,5"]),
    ("1-3,2-6", 2, ["1,2", "3,4", "5,6"]),
    ("10-1,4", 2, ["4"]),
    (" 7 ", 1, ["7"]),
    ("1 - 3", 2, ["1,2", "3"]),
    ("0-2", 2, ["0,1", "2"]),
    ("+5", 1, ["5"]),
    ("007", 1, ["7"]),
    ("\t1\n", 1, ["1"]),
]
REFUSED = [
    *("", " ", "10-1", "-3", "1--3", "1-2-3", "a", "1,", ",1", "1,,2", "1-10x2", "1:3", "1...3", "1....3", "1.5"),
    *("1_0", "\u0663", "99999999999999999999"),
]


@pytest.mark.parametrize(("text", "size", "expected"), CHUNKS)
def test_chunks_are_the_managers(text: str, size: int, expected: list[str]) -> None:
    assert chunks(text, size) == expected


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_manager_refuses_is_named(text: str) -> None:
    with pytest.raises(BadInput, match="frame range") as caught:
        chunks(text, 1)
    assert text in caught.value.what


@pytest.mark.parametrize("size", [0, -1])
def test_a_chunk_has_a_frame(size: int) -> None:
    with pytest.raises(BadInput, match="too few"):
        chunks("1-10", size)


def test_no_range_is_longer_than_a_job_can_be() -> None:
    with pytest.raises(BadInput, match="more than 1,000,000 frames"):
        numbers_of("1-999999999999")
    assert len(numbers_of("1-1000000")) == 1_000_000


@pytest.mark.parametrize(("numbers", "said"), [([], "No frames"), ([3, -2, -1], "Frame -2 is below zero")])
def test_frames_that_cannot_be_said(numbers: list[int], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        to_flamenco(numbers)


FRAMES = st.sets(st.integers(0, 400), min_size=1, max_size=60)


@given(FRAMES)
@settings(max_examples=60)
def test_frames_survive_the_notation(frames: set[int]) -> None:
    assert numbers_of(to_flamenco(frames)) == sorted(frames)


@given(FRAMES, st.integers(1, 70))
@settings(max_examples=60)
def test_chunks_are_all_the_frames_in_order(frames: set[int], size: int) -> None:
    found = chunks(to_flamenco(frames), size)
    assert [number for chunk in found for number in numbers_of(chunk)] == sorted(frames)
    assert [len(numbers_of(chunk)) for chunk in found[:-1]] == [size] * (len(found) - 1)
    assert all(to_flamenco(numbers_of(chunk)) == chunk for chunk in found)


@given(st.text("0123456789-., +x\t", max_size=12))
@settings(max_examples=100)
def test_any_text_is_frames_or_refused(text: str) -> None:
    try:
        numbers = numbers_of(text)
    except BadInput:
        return
    assert numbers and numbers == sorted(set(numbers)) and numbers[0] >= 0
