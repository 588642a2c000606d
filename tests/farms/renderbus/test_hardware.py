"""The farm's machines: their names, which suit, which is taken."""

from __future__ import annotations

import time

import pytest
from farmdeck._errors import BadInput
from farmdeck.farm import unsuited as unsuited_choices
from farmdeck.farms.renderbus.hardware import (
    by_name,
    choose,
    gpu_count,
    hardware_name,
    hardware_option,
    memory_gb,
    unsuited,
)
from farmdeck.farms.renderbus.models import HardwareConfig, RefusedVersion, read
from farmdeck.scene import Plugin, Scene, Software

from tests.farms.renderbus.fleet import hardware
from tests.farms.renderbus.samples import options

MAYA = Scene("/w/a.ma", Software("Maya", "2019.2"), plugins=(Plugin("vrayformaya", "5.20.02"),))
BLENDER = Scene("/w/a.blend", Software("Blender", "4.5.3"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"model": "28C"}, "28 cores, 64 GB"),
        ({"model": "", "gpus": "2*GPU", "ram": "128GB"}, "2 GPUs, 128 GB"),
        ({"model": "2080Ti", "gpus": "1*GPU"}, "2080Ti, 1 GPU, 64 GB"),
        ({}, "Default, 64 GB"),
        ({"model": "", "ram": ""}, "machine 301"),
        ({"model": "", "ram": "much"}, "much"),
    ],
)
def test_its_name(given, name):
    assert hardware_name(hardware(301, **given)) == name


def test_what_it_has():
    assert (memory_gb(hardware(1)), gpu_count(hardware(1))) == (64, 0)
    assert (memory_gb(hardware(1, ram="")), gpu_count(hardware(1, gpus="2*GPU"))) == (0, 2)


def test_each_has_a_name_of_its_own():
    named = by_name([hardware(301), hardware(302), hardware(303, platform=9), hardware(304, ram="128GB")], 2)
    assert {name: config.id for name, config in named.items()} == {
        "Default, 64 GB": 301,
        "Default, 64 GB (no. 302)": 302,
        "Default, 128 GB": 304,
    }


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ""),
        ({"enabled": False}, "switched off"),
        ({"platform": 9}, "another platform"),
        ({"refused_cg_ids": (2005, 2000)}, "does not render Maya."),
        ({"refused_cg_ids": (2005,)}, ""),
        ({"refused_cg_ids": (4711,)}, ""),
        ({"refused_versions": (RefusedVersion(2000, "2019"),)}, "does not render Maya 2019."),
        ({"refused_versions": (RefusedVersion(2000, "Maya 2019"),)}, "does not render Maya 2019."),
        ({"refused_versions": (RefusedVersion(2000, "2018"),)}, ""),
        ({"refused_versions": (RefusedVersion(2007, "2019"),)}, ""),
        ({"refused_plugins": (r"vray.*5\.",)}, "that need vray"),
        ({"refused_plugins": (r"redshift",)}, ""),
        ({"refused_plugins": (r"vray(",)}, ""),
        ({"refused_plugins": (r"maya 5.20.0[",)}, ""),
        ({"refused_codes": ("50001", "10012")}, "(50001)"),
        ({"refused_codes": ("10012",)}, ""),
    ],
)
def test_why_it_does_not_suit(given, why):
    said = unsuited(hardware(301, **given), MAYA, platform=2, tips=["50001"])
    assert (why in said) if why else said == ""
    assert not said or said.endswith(".")


def test_numbers_are_compared_as_numbers_however_the_farm_writes_them():
    config = read(
        HardwareConfig, {"id": 301, "platform": "2", "status": "1", "ram": "64GB", "notSupportCgId": ["2000"]}
    )
    assert "does not render Maya" in unsuited(config, MAYA, platform=2)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a|aa){1,99}b", ".*a.*a.*a.*a.*b", r"(a)\1+", "a" * 300])
def test_no_pattern_of_the_farm_s_holds_us_up(pattern):
    scene = Scene("/w/a.ma", Software("Maya", "2019"), plugins=(Plugin("a" * 5000, "1"),))
    began = time.process_time()
    unsuited(hardware(301, refused_plugins=(pattern,)), scene, platform=2)
    assert time.process_time() - began < 2


def test_the_form_greys_what_does_not_suit_and_says_why():
    configs = [hardware(301), hardware(302, model="2080Ti", refused_cg_ids=(2000,)), hardware(303, platform=9)]
    option = hardware_option(configs, 2)
    assert (option.name, option.kind, option.default) == ("hardware", "choice", "")
    assert option.choices == ("", "Default, 64 GB", "2080Ti, 64 GB")
    assert unsuited_choices(option, MAYA) == {"2080Ti, 64 GB": "2080Ti, 64 GB does not render Maya."}
    assert unsuited_choices(option, BLENDER) == {}


FLEET = [
    hardware(305, model="2080Ti", ram="128GB", gpus="2*GPU"),
    hardware(304, ram="256GB"),
    hardware(303, ram="128GB"),
    hardware(302, enabled=False),
    hardware(301, refused_cg_ids=(2000,)),
]


def test_the_plainest_that_is_enough_is_taken():
    assert choose(FLEET, BLENDER, options(), platform=2).id == 301
    assert choose(FLEET, MAYA, options(), platform=2).id == 303
    assert choose(FLEET, BLENDER, options(memory="128"), platform=2).id == 303


def test_the_cards_that_were_asked_for():
    cards = [hardware(1, model="A", gpus="1*GPU"), hardware(2, model="A", gpus="2*GPU")]
    assert choose(cards, MAYA, options(graphics_cards="1"), platform=2).id == 1
    assert choose(cards, MAYA, options(graphics_cards="2"), platform=2).id == 2
    usual = hardware(3, gpus="1*GPU", ram="128GB")
    assert choose([*cards, usual], MAYA, options(graphics_cards="2"), platform=2).id == 3


def test_the_one_that_is_named():
    assert choose(FLEET, MAYA, options(hardware="2080ti, 2 gpus, 128 gb"), platform=2).id == 305


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hardware": "Cray"}, 'no machines called "Cray". This platform has: 2080Ti, 2 GPUs, 128 GB; Default, 256 GB'),
        ({"hardware": "Default, 64 GB (no. 301)"}, "does not render Maya. Choose other machines"),
        ({"hardware": "Default, 64 GB"}, "switched off"),
    ],
)
def test_a_name_that_cannot_be_taken(given, said):
    with pytest.raises(BadInput) as caught:
        choose(FLEET, MAYA, options(**given), platform=2)
    assert said in str(caught.value)


def test_none_suits():
    with pytest.raises(BadInput, match="does not render Maya"):
        choose([hardware(301, refused_cg_ids=(2000,))], MAYA, options(), platform=2)
    with pytest.raises(BadInput, match="Choose 64 GB or less"):
        choose([hardware(301)], MAYA, options(memory="128"), platform=2)


def test_a_platform_without_a_list():
    assert choose([], MAYA, options(), platform=2) is None
    assert choose([hardware(301)], MAYA, options(), platform=9) is None
