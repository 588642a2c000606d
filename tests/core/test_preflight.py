"""Problems are about what is chosen, and each is said once."""

from __future__ import annotations

from farmdeck.preflight import submission_problems
from farmdeck.scene import Asset, Problem, RenderItem, Scene, Severity, Software


def item(scene: str) -> RenderItem:
    return RenderItem(f"{scene}/beauty", "view_layer", (scene, "beauty"), ("cam",), "1-5", 8, 8, "CYCLES", "", True)


def scene(problems: tuple[Problem, ...] = (), assets: tuple[Asset, ...] = ()) -> Scene:
    items = (item("shot"), item("titles"))
    return Scene("/x/shot.blend", Software("Blender", "4.5"), items, problems=problems, assets=assets)


def test_a_problem_of_a_scene_that_is_not_chosen_is_not_shown() -> None:
    read = scene((Problem(Severity.ERROR, "No camera.", "titles"), Problem(Severity.ERROR, "No light.", "shot")))
    assert [problem.message for problem in submission_problems(read, [item("shot")], "")] == ["No light."]


def test_a_missing_file_that_the_reader_reported_is_said_once() -> None:
    gone = Asset("//gone.png", ("/x/gone.png",), True, "image", "gone.png")
    reported = Problem(Severity.ERROR, "The image is missing.", "gone.png", "find")
    assert submission_problems(scene((reported,), (gone,)), [item("shot")], "") == [reported]
    assert [problem.fix for problem in submission_problems(scene((), (gone,)), [item("shot")], "")] == ["find"]
