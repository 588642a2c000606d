"""Which environment fits a scene: ranked, and each says why."""

from __future__ import annotations

import pytest
from farmdeck.environments import Fit, RenderEnv, match_environments, version_key
from farmdeck.scene import Plugin, Scene, Software


def scene(version: str, *plugins: Plugin, software: str = "Blender") -> Scene:
    return Scene("/x.blend", Software(software, version), plugins=plugins)


def env(version: str, *plugins: Plugin, software: str = "Blender", default: bool = False) -> RenderEnv:
    return RenderEnv(f"{software} {version}", Software(software, version), plugins, default=default)


def ranked(found: Scene, *envs: RenderEnv) -> list[tuple[str, Fit]]:
    return [(match.env.software.version, match.fit) for match in match_environments(found, envs)]


def test_the_same_version_then_newer_then_older():
    order = ranked(scene("4.2.1"), env("3.6.9"), env("5.0.0"), env("4.5.3"), env("4.2.8"), env("2.93.0"))
    assert order == [
        ("4.2.8", Fit.EXACT),
        ("4.5.3", Fit.CLOSE),
        ("5.0.0", Fit.CLOSE),
        ("3.6.9", Fit.POOR),
        ("2.93.0", Fit.POOR),
    ]


def test_the_nearest_patch_first_and_the_default_between_equals():
    assert ranked(scene("4.2.3"), env("4.2.0"), env("4.2.4"), env("4.2.3"))[0][0] == "4.2.3"
    one, other = RenderEnv("a", Software("Blender", "4.2")), RenderEnv("b", Software("Blender", "4.2"), default=True)
    assert [match.env.name for match in match_environments(scene("4.2"), [one, other])] == ["b", "a"]


def test_a_scene_that_tells_only_major_and_minor():
    assert ranked(scene("3.4"), env("3.4.1")) == [("3.4.1", Fit.EXACT)]


def test_another_application_cannot():
    match = match_environments(scene("2025", software="Maya"), [env("4.5.0")])[0]
    assert (match.fit, match.reasons) == (Fit.NONE, ("Blender does not render Maya scenes",))


def test_a_plugin_s_version_is_explained():
    mtoa = Plugin("mtoa", "5.3.1")
    found = scene("2025", mtoa, software="Maya")
    older = env("2025", Plugin("MtoA", "5.2.0"), software="Maya")
    missing = env("2025", software="Maya")
    same = env("2025", Plugin("mtoa", "5.3.1"), software="Maya")
    matches = match_environments(found, [missing, older, same])
    assert [match.fit for match in matches] == [Fit.EXACT, Fit.CLOSE, Fit.POOR]
    assert "mtoa 5.3.1 in the scene, 5.2.0 here" in matches[1].reasons
    assert "mtoa 5.3.1 in the scene, not here" in matches[2].reasons


def test_an_older_version_with_a_near_plugin_stays_poor():
    match = match_environments(scene("4.5", Plugin("x", "2")), [env("3.4.1", Plugin("x", "1"))])[0]
    assert match.fit is Fit.POOR and len(match.reasons) == 2


def test_a_plugin_whose_version_the_file_does_not_tell():
    assert ranked(scene("4.5", Plugin("x")), env("4.5.0", Plugin("x", "1"))) == [("4.5.0", Fit.EXACT)]


def test_an_older_program_says_what_it_may_lose():
    reasons = match_environments(scene("4.5.3"), [env("3.4.1")])[0].reasons
    assert reasons == ("Blender 4.5.3 in the scene, 3.4.1 here: an older Blender may lose what it does not know",)


@pytest.mark.parametrize(
    ("text", "key"), [("4.5.3 LTS", (4, 5, 3)), ("2025", (2025,)), ("", ()), ("v1.2.3.4.5", (1, 2, 3, 4))]
)
def test_version_key(text, key):
    assert version_key(text) == key


def test_no_environments_no_matches():
    assert match_environments(scene("4.5"), []) == []
