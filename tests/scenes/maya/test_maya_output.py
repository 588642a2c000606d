"""Image names: the pattern that a layer's pictures get, from plain settings."""

from __future__ import annotations

from typing import Any

import pytest
from farmdeck.scenes.maya._output import Naming, Pass, outputs
from farmdeck.scenes.maya._project import Project
from farmdeck.scenes.maya._rules import ALWAYS_THERE, SETTINGS, Value

SHORT = {
    "prefix": "defaultRenderGlobals.imageFilePrefix", "animation": "defaultRenderGlobals.animation",
    "before": "defaultRenderGlobals.putFrameBeforeExt", "padding": "defaultRenderGlobals.extensionPadding",
    "period": "defaultRenderGlobals.periodInExt", "control": "defaultRenderGlobals.outFormatControl",
    "own": "defaultRenderGlobals.outFormatExt", "format": "defaultRenderGlobals.imageFormat",
    "key": "defaultRenderGlobals.imfPluginKey", "renderer": "defaultRenderGlobals.currentRenderer",
}  # fmt: skip
NUMBERED = {"animation": True, "before": True, "padding": 4}


def naming(
    *nodes: str,
    cameras: tuple[str, ...] = ("cam",),
    layers: int = 1,
    layer: str = "masterLayer",
    passes: tuple[Pass, ...] = (),
    **told: Any,
) -> Naming:
    """A layer of `/p/scenes/shot.ma` with the settings of those nodes, some of them told."""
    values: dict[str, Value] = {
        f"{node}.{long}": plug.default for node in (*ALWAYS_THERE, *nodes) for long, plug in SETTINGS[node].items()
    }
    values.update({SHORT.get(key, key): value for key, value in told.items()})
    return Naming("shot", layer, cameras, layers, Project("/p"), values, passes)


@pytest.mark.parametrize(
    "told, expected",
    [
        ({}, "shot.iff"),
        ({"animation": True}, "shot.iff.#"),
        (NUMBERED, "shot.####.iff"),
        ({**NUMBERED, "period": 2}, "shot_####.iff"),
        ({**NUMBERED, "period": 0}, "shot####.iff"),
        ({**NUMBERED, "control": 1}, "shot.####"),
        ({**NUMBERED, "control": 2, "own": "pic"}, "shot.####.pic"),
        ({"format": 51, "key": "exr"}, "shot.exr"),
        ({"format": 8}, "shot.jpg"),
        ({"prefix": "v01/<Scene>_<Camera>"}, "v01/shot_cam.iff"),
        ({"prefix": "%s-%l"}, "shot-masterLayer.iff"),
        ({"layers": 2}, "masterLayer/shot.iff"),
        ({"layers": 2, "layer": "set:bg"}, "set_bg/shot.iff"),
        ({"cameras": ("a", "b")}, "<Camera>/shot.iff"),
        ({"cameras": ("a", "b"), "layers": 2}, "masterLayer/<Camera>/shot.iff"),
        ({"cameras": ("a", "b"), "layers": 2, "prefix": "<RenderLayer>/<Camera>/x"}, "masterLayer/<Camera>/x.iff"),
        ({"cameras": ("ns:grp|cam",), "prefix": "<camera>"}, "ns_grp_cam.iff"),
    ],
)
def test_mayas_own_names(told: dict[str, Any], expected: str) -> None:
    assert outputs(naming(**told)) == (f"/p/images/{expected}", ())


@pytest.mark.parametrize("prefix", ["/else/where/<Scene>", "//server/out/<Scene>", "D:/out/<Scene>"])
def test_an_absolute_prefix_is_not_in_the_project(prefix: str) -> None:
    assert outputs(naming(prefix=prefix))[0] == prefix.replace("<Scene>", "shot.iff")
    assert outputs(naming(prefix=prefix, layers=2))[0] == prefix.replace("<Scene>", "masterLayer/shot.iff")


ARNOLD = {"renderer": "arnold", **NUMBERED}
AOVS = (Pass("Z"), Pass("RGBA"), Pass("N"))


def test_arnold_without_aovs() -> None:
    assert outputs(naming(**ARNOLD)) == ("/p/images/shot.####.exr", ())
    told = {**ARNOLD, "defaultArnoldDriver.aiTranslator": "jpeg"}
    assert outputs(naming("defaultArnoldDriver", **told))[0] == "/p/images/shot.####.jpg"


def test_arnold_puts_aovs_into_folders_unless_merged_or_told() -> None:
    apart = outputs(naming("defaultArnoldDriver", passes=AOVS, **ARNOLD))
    assert apart == ("/p/images/beauty/shot.####.exr", ("/p/images/N/shot.####.exr", "/p/images/Z/shot.####.exr"))
    merged = naming("defaultArnoldDriver", passes=AOVS, **ARNOLD, **{"defaultArnoldDriver.mergeAOVs": True})
    assert outputs(merged) == ("/p/images/shot.####.exr", ())
    told = naming("defaultArnoldDriver", passes=AOVS, prefix="<Scene>_<RenderPass>", **ARNOLD)
    assert outputs(told)[0] == "/p/images/shot_beauty.####.exr"
    switched_off = naming(
        "defaultArnoldRenderOptions", passes=AOVS, **ARNOLD, **{"defaultArnoldRenderOptions.aovMode": 0}
    )
    assert outputs(switched_off) == ("/p/images/shot.####.exr", ())


def test_vray_has_names_of_its_own() -> None:
    vray = {"renderer": "vray", "vraySettings.fileNamePrefix": "<Layer>/<Scene>", "vraySettings.animType": 1}
    one = naming("vraySettings", passes=(Pass("diffuse"),), **vray, **{"vraySettings.imageFormatStr": "exr"})
    assert outputs(one) == ("/p/images/masterLayer/shot.####.exr", ("/p/images/masterLayer/shot.diffuse.####.exr",))
    many = naming(
        "vraySettings", passes=(Pass("diffuse"),), **vray, **{"vraySettings.imageFormatStr": "exr (multichannel)"}
    )
    assert outputs(many) == ("/p/images/masterLayer/shot.####.exr", ())
    none = naming("vraySettings", **vray, **{"vraySettings.dontSaveImage": True})
    assert outputs(none) == ("", ())


def test_redshift_names_its_aovs_after_the_beauty() -> None:
    redshift = {"renderer": "redshift", **NUMBERED, "prefix": "x/<Scene>"}
    passes = (Pass("Depth"), Pass("Crypto", "<BeautyPath>/crypto/<BeautyFile>", alone=True))
    one = outputs(naming("redshiftOptions", passes=passes, **redshift))
    assert one == ("/p/images/x/shot.####.exr", ("/p/images/x/crypto/shot.####.exr", "/p/images/x/shot.Depth.####.exr"))
    merged = naming("redshiftOptions", passes=passes, **redshift, **{"redshiftOptions.exrForceMultilayer": True})
    assert outputs(merged)[1] == ("/p/images/x/crypto/shot.####.exr",)


def test_renderman_has_a_format_of_its_own() -> None:
    shown = (Pass("beauty", extension="exr"), Pass("albedo", extension="tif"))
    main, further = outputs(naming("rmanGlobals", renderer="renderman", animation=True, passes=shown))
    assert main == "/p/images/shot/shot_masterLayer_cam_beauty.####.exr"
    assert further == ("/p/images/shot/shot_masterLayer_cam_albedo.####.tif",)


def test_what_the_file_does_not_tell_is_empty() -> None:
    assert outputs(naming(renderer="renderManRIS")) == ("", ())
