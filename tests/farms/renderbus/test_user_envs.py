"""The account's environments in our words, and new ones made from a scene's own versions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from farmdeck._errors import BadInput
from farmdeck.environments import Fit, RenderEnv, match_environments
from farmdeck.farms.renderbus.environments import (
    CG_NAMES,
    bare_version,
    cg_id_of,
    environment_like,
    plugin_versions,
    render_env,
    software_name,
    user_env,
)
from farmdeck.farms.renderbus.models import PluginVersion, SoftwareDetail, SoftwareVersion, UserEnv
from farmdeck.scene import Plugin, Scene, Software
from hypothesis import given
from hypothesis import strategies as st

from tests.farms.renderbus.fleet import ENV, MAYA_2022, OFFERED, plugin

MTOA = Plugin("mtoa", "5.3.1")


def like(version, *plugins, offered=OFFERED, **more):
    return environment_like(Software("Maya", version), plugins, offered, **more)


def test_every_application_has_its_number_however_it_is_spelt():
    for number, name in CG_NAMES.items():
        assert cg_id_of(name) == number == cg_id_of(name.upper().replace(" ", "_"))
        assert software_name(number) == name
    assert cg_id_of("3dsmax") == 2001 and cg_id_of("CINEMA 4D") == 2005
    assert software_name(2099, "New One") == "New One"
    for odd in ("Paint", ""):
        with pytest.raises(BadInput):
            cg_id_of(odd)


@pytest.mark.parametrize(
    ("name", "version", "bare"),
    [("wobble", "wobble 0.9.5", "0.9.5"), ("Vray", "vray 5", "5"), ("mtoa", "5.3.1", "5.3.1"), ("x", "x", "x")],
)
def test_a_version_without_the_name_before_it(name, version, bare):
    assert bare_version(name, version) == bare


def test_an_environment_in_our_words():
    assert render_env(ENV) == RenderEnv("lookdev", Software("Maya", "2022"), (MTOA,), "linux", True)
    assert render_env(replace(ENV, cg_id=2001, cg_name="3ds max", system=1)).software.name == "3ds Max"
    assert render_env(replace(ENV, system=1)).system == "windows"
    assert plugin_versions(ENV) == {"mtoa": "5.3.1"}


def test_it_matches_the_scene_it_was_made_from():
    env, notes = like("2022", MTOA)
    assert notes == []
    scene = Scene("/w/a.ma", Software("Maya", "2022"), plugins=(MTOA,))
    assert match_environments(scene, [env])[0].fit is Fit.EXACT


def test_the_very_versions_where_they_are_offered():
    env, notes = like("2022", MTOA, Plugin("redshift4maya", "3.0.45"), system="linux")
    assert env == RenderEnv(
        "Maya 2022 mtoa 5.3.1 redshift 3.0.45", Software("Maya", "2022"), (MTOA, Plugin("redshift", "3.0.45")), "linux"
    )
    assert notes == []


@pytest.mark.parametrize(
    ("version", "taken", "noted"),
    [
        ("2022", "2022", False),
        ("2022.5", "2022.5", False),
        ("2022.3", "2022", False),  # the farm's 2022 is not told more closely
        ("2024.1", "2024", False),
        ("", "2024", True),
    ],
)
def test_which_version_is_taken(version, taken, noted):
    env, notes = like(version)
    assert env.software.version == taken
    assert bool(notes) == noted


def test_the_nearest_that_is_not_older():
    offered = SoftwareDetail(
        tuple(
            SoftwareVersion(at, 2004, "Houdini", text) for at, text in enumerate(["19.0.1", "19.5.7", "19.5.9", "20"])
        )
    )
    env, notes = environment_like(Software("Houdini", "19.5.3"), (), offered)
    assert env.software.version == "19.5.7"
    assert notes == ["Houdini 19.5.3 is not offered; 19.5.7 is the nearest that is not older."]


@pytest.mark.parametrize("version", ["2023", "2018", "2025"])
def test_a_version_that_nothing_stands_for_is_refused(version):
    with pytest.raises(BadInput) as caught:
        like(version)
    assert version in caught.value.what
    assert caught.value.fix == "It has 2019, 2022, 2022.5 and 2024."


def test_no_versions_at_all():
    with pytest.raises(BadInput, match="Ask its support"):
        like("2022", offered=SoftwareDetail())


@pytest.mark.parametrize(
    ("wanted", "taken", "said"),
    [
        (Plugin("mtoa", "5.2.5"), "5.3.1", "mtoa 5.2.5 is not offered; 5.3.1 is the nearest that is not older."),
        (Plugin("mtoa", "5.5"), None, "mtoa 5.5 is not offered, nor a newer one like it: it is left out."),
        (Plugin("mtoa", "4.0"), None, "mtoa 4.0 is not offered"),
        (Plugin("mtoa"), "5.4.0", "The scene does not say which mtoa it needs; 5.4.0, the newest, is taken."),
        (Plugin("yeti", "4"), None, "Renderbus lists no yeti for Maya 2022."),
    ],
)
def test_a_plug_in_that_is_not_offered_so(wanted, taken, said):
    env, notes = like("2022", wanted)
    assert [each.version for each in env.plugins] == ([taken] if taken else [])
    assert len(notes) == 1 and notes[0].startswith(said)


def test_plug_ins_of_another_version_of_the_application_do_not_count():
    env, notes = like("2024", Plugin("redshift", "3.0.45"))
    assert env.plugins == () and "lists no redshift for Maya 2024" in notes[0]


def test_many_unknown_plug_ins_are_one_sentence():
    _, notes = like("2022", Plugin("AbcImport"), Plugin("stereoCamera", "10"), Plugin("fbxmaya"))
    assert len(notes) == 1 and notes[0].startswith("Renderbus lists no AbcImport, stereoCamera and fbxmaya for")


def test_a_name_of_its_own():
    assert like("2022", taken=["maya 2022", "Maya 2022 (2)"])[0].name == "Maya 2022 (3)"
    assert like("2022", taken=["Maya 2019"])[0].name == "Maya 2022"


def test_what_is_asked_of_the_farm():
    env, _ = like("2022.3", MTOA)
    made = user_env(env, OFFERED)
    assert made == UserEnv(
        cg_id=2000,
        name="Maya 2022 mtoa 5.3.1",
        cg_name="Maya",
        cg_version="2022",
        system=1,
        plugins=(PluginVersion(101, "mtoa", "mtoa 5.3.1"),),
    )
    assert render_env(made) == env
    more = user_env(replace(env, system="linux"), OFFERED, layer_type=1, project_folder="/w")
    assert (more.system, more.layer_type, more.project_path) == (0, 1, "/w")


def test_there_and_back():
    assert user_env(render_env(ENV), OFFERED, layer_type=1) == ENV


@given(st.sampled_from(OFFERED.versions), st.sampled_from(["", "linux", "windows"]))
def test_whatever_is_proposed_can_be_asked_for(version, system):
    env, _ = like(version.version, Plugin("mtoa", "5"), Plugin("Redshift"), Plugin("yeti"), system=system)
    made = user_env(env, OFFERED)
    assert made.cg_version == version.version
    assert render_env(made) == env


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"software": Software("Maya", "2023")}, "does not offer Maya 2023. It has 2019, 2022, 2022.5 and 2024."),
        ({"plugins": (Plugin("yeti", "4"),)}, "yeti is not offered for Maya 2022. It has mtoa and redshift."),
        ({"plugins": (Plugin("mtoa", "9"),)}, "mtoa 9 is not offered. Take one of: 5.2.0, 5.3.1, 5.4.0."),
        ({"system": "macos"}, "has no macos machines. Choose linux or windows."),
    ],
)
def test_what_is_not_offered_is_named(change, said):
    env, _ = like("2022")
    with pytest.raises(BadInput) as caught:
        user_env(replace(env, **change), OFFERED)
    assert str(caught.value).endswith(said)


def test_a_plug_in_without_a_version_is_the_newest():
    env, _ = like("2022")
    made = user_env(replace(env, plugins=(Plugin("MtoA.mll"),)), OFFERED)
    assert [each.id for each in made.plugins] == [102]


def test_the_newest_is_told_by_its_numbers():
    offered = SoftwareDetail((MAYA_2022,), (plugin(22, "mtoa", "5.10.0", "5.9.0"),))
    assert like("2022", Plugin("mtoa"), offered=offered)[0].plugins == (Plugin("mtoa", "5.10.0"),)


def test_max_renders_on_windows():
    offered = SoftwareDetail((SoftwareVersion(1, 2001, "3ds Max", "2018"),))
    with pytest.raises(BadInput, match="Windows"):
        environment_like(Software("3ds Max", "2018"), (), offered, "linux")
    assert environment_like(Software("3ds Max", "2018"), (), offered)[0].software.version == "2018"


def test_a_plug_in_s_own_spelling_is_kept():
    odd = PluginVersion(7, "VRay For Maya", "VRay For Maya 5.20")
    assert plugin_versions(replace(ENV, plugins=(odd,))) == {"VRay For Maya": "5.20"}
