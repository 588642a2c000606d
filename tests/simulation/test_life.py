"""A task's life, in every status there is."""

from __future__ import annotations

from tests.simulation.conftest import Bench


def test_a_task_goes_from_analysis_to_done_and_leaves_pictures(bench: Bench) -> None:
    task_id = bench.submit(assets=[("/D/work/shot.ma", b"//Maya")])
    assert bench.walk(task_id) == [50, 0, 8, 5, 25]
    info = bench.info(task_id)
    assert (info["totalFrames"], info["doneFrames"], info["failedFrames"]) == (3, 3, 0)
    output = f"{task_id}_shot"
    assert info["outputFileName"] == output
    assert bench.results() == [f"{output}/shot.000{frame}.png" for frame in (1, 2, 3)]
