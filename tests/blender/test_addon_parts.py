"""The parts of the add-on that need no Blender."""

from __future__ import annotations

import queue
import re
from types import SimpleNamespace
from typing import Any

import pytest
from farmdeck._errors import BadInput
from farmdeck.desk import Done, FarmsChanged
from farmdeck.job import Frame, FrameState, Job, JobState
from farmdeck.scene import RenderItem, Scene, Severity, Software
from farmdeck.store import FarmInfo
from farmdeck_blender import _choices, _mail, _output, _resolve, _strip, _words
from farmdeck_blender._choices import Choices


@pytest.mark.parametrize(
    "one, other, width, pattern",
    [
        ("/o/7391.png", "/o/8402.png", 4, "/o/####.png"),
        ("/o/a_007391_x.exr", "/o/a_008402_x.exr", 6, "/o/a_######_x.exr"),
        ("/o/7.png", "/o/8.png", 1, "/o/#.png"),
        ("/o/film_0001-0250.mp4", "/o/film_0001-0250.mp4", 4, "/o/film_0001-0250.mp4"),
    ],
)
def test_where_the_frame_number_is(one: str, other: str, width: int, pattern: str) -> None:
    assert _output.number_to_hashes(one, other, width) == pattern


@pytest.mark.parametrize(
    "use, frames",
    [
        (_resolve.ImageUse(1, 3, 0, False), {1, 2, 3}),
        (_resolve.ImageUse(1, 3, 10, True), {11, 12, 13}),
        (_resolve.ImageUse(4, 3, 0, False), {1, 2}),
        (_resolve.ImageUse(1, 0, 0, False), set()),
    ],
)
def test_the_files_that_an_image_user_asks_for(use: _resolve.ImageUse, frames: set[int]) -> None:
    assert _resolve.image_frames([use], (1, 5)) == frames


@pytest.mark.parametrize(
    "mode, span, frames",
    [
        ("CLIP", (2, 9), {2, 3}),
        ("EXTEND", (2, 9), {2, 3}),
        ("REPEAT", (2, 9), {1, 2, 3}),
        ("PING_PONG", (4, 5), {1, 2}),
    ],
)
def test_the_files_that_a_volume_asks_for(mode: str, span: tuple[int, int], frames: set[int]) -> None:
    assert _resolve.volume_frames(_resolve.VolumeUse(1, 3, 0, mode), span) == frames


def test_first_middle_and_last() -> None:
    assert _choices.three_frames("1001-1060") == "1001,1030,1060"
    assert _choices.three_frames("1-2") == "1-2"
    assert _choices.three_frames("7") == "7"


def scene(*names: str, frames: str = "1-10") -> Scene:
    items = tuple(
        RenderItem(f"S/{name}", "view_layer", ("S", name), ("cam",), frames, 8, 8, "CYCLES", "/o/####.png", True)
        for name in names
    )
    return Scene("/x/s.blend", Software("Blender", "4.5"), items, ("cam", "other"), frames)


def test_a_check_counts_every_part() -> None:
    checked = _choices.check(scene("a", "b"), Choices(items=("S/a", "S/b"), cameras=("cam", "other")), None)
    assert (checked.total, checked.parts, checked.errors) == (40, 4, ())
    assert dict(checked.counts) == {"S/a": 10, "S/b": 10}


@pytest.mark.parametrize(
    "choices, said",
    [
        (Choices(items=()), "Nothing is chosen"),
        (Choices(items=("S/a",), frames_mode="CUSTOM", frames=" "), "No frames are given"),
        (Choices(items=("S/a",), frames_mode="CUSTOM", frames="10-1x0"), "runs backwards|step of 0"),
        (Choices(items=("S/a",), cameras=("gone",)), 'No camera is called "gone"'),
    ],
)
def test_a_check_says_what_submit_would_refuse(choices: Choices, said: str) -> None:
    errors = _choices.check(scene("a"), choices, None).errors
    assert errors and re.search(said, errors[0].message)
    with pytest.raises(BadInput, match=said):
        _choices.make_submission(scene("a"), choices)


def test_a_farm_that_cannot_be_used_is_a_warning() -> None:
    farm = FarmInfo("f", "flamenco", "Flamenco", {}, "", "It does not answer.")
    (problem,) = _choices.check(scene("a"), Choices(items=("S/a",)), farm).problems
    assert (problem.severity, problem.subject) == (Severity.WARNING, "Flamenco")


def test_draining_stops_when_the_time_is_up() -> None:
    news: queue.Queue[Any] = queue.Queue()
    for _ in range(10):
        news.put(FarmsChanged(()))
    seen: list[Any] = []
    ticks = iter(number / 1000 for number in range(100))
    mail = _mail.Mail(SimpleNamespace(news=news), seen.append, clock=lambda: next(ticks))  # type: ignore[arg-type]
    assert mail.drain(budget=0.003)
    assert len(seen) == 2 and news.qsize() == 8


def test_an_answer_goes_to_the_one_who_asked() -> None:
    news: queue.Queue[Any] = queue.Queue()
    desk = SimpleNamespace(news=news, ask=lambda work: 7, start=lambda: None)
    seen: list[Any] = []
    answers: list[Any] = []
    mail = _mail.Mail(desk, seen.append)  # type: ignore[arg-type]
    mail.ask(lambda store: 1, answers.append)
    assert mail.waits
    news.put(Done(8))
    news.put(Done(7, 1))
    mail.drain(budget=5)
    assert [done.ticket for done in answers] == [7] and [done.ticket for done in seen] == [8]
    assert not mail.waits


def test_a_sentence_breaks_after_spaces_and_slashes() -> None:
    assert _words.lines_of("The image is missing: /tmp/shot/tex/rock.exr", 16) == [
        "The image is",
        "missing: /tmp/",
        "shot/tex/",
        "rock.exr",
    ]
    assert _words.lines_of("", 10) == [""]


def test_numbers_as_they_are_said() -> None:
    assert (_words.count(1, "frame"), _words.count(1200, "frame")) == ("1 frame", "1,200 frames")
    assert [_words.size_text(size) for size in (12, 440e6, 1.21e9)] == ["12 bytes", "440 MB", "1.21 GB"]
    assert [_words.duration_text(seconds) for seconds in (0.2, 57, 63, 11160)] == ["1 s", "57 s", "1 m", "3 h 06 m"]
    job = Job("x", "x", "local", JobState.RENDERING, started=100.0, fraction=0.25)
    assert _words.time_left(job, now=160.0) == "about 3 m left"
    assert _words.near_path("/x/render/v1", "/x/s.blend") == "//render/v1"
    assert _words.near_path("/y/v1", "/x/s.blend") == "/y/v1"


def test_cells_of_the_strip() -> None:
    frames = [Frame(0, 1, FrameState.DONE), Frame(0, 2, FrameState.FAILED), Frame(0, 3, FrameState.RENDERING, 0.5)]
    assert [_strip.cell_size(count, 256, 108) for count in (1, 40, 60, 500, 100_000)] == [24, 24, 20, 6, 0]
    shown = _strip.cells(frames, 12)
    assert shown == _strip.cells([*frames[:2], Frame(0, 3, FrameState.RENDERING, 0.51)], 12)
    picture = _strip.draw(shown, 24, 12)
    assert len(picture.rows) == 24 and {len(row) for row in picture.rows} == {24}
    top = picture.rows[-1]
    assert top[1] == _strip.COLOURS[FrameState.DONE] and top[13] == _strip.COLOURS[FrameState.FAILED]
    assert top[12] == _strip.CLEAR, "the cross"
    below = picture.rows[:12]
    paint = _strip.COLOURS[FrameState.RENDERING]
    assert [row[5] == paint for row in below] == [False] + [True] * 6 + [False] * 4 + [True]
