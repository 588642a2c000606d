"""One small submission per application, and the farm's side of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from farmdeck.farm import check_options
from farmdeck.farms.renderbus.options import OPTIONS
from farmdeck.job import Part
from farmdeck.scene import Plugin, Software
from farmdeck.submission import FileStamp, Submission

CHANGED = 1_593_418_445_000_000_000


def part(**given: Any) -> Part:
    plain = Part("beauty", "beauty", ("beauty",), "", "1-10", 960, 540, "arnold", "/w/render/shot.####.exr")
    return replace(plain, **given)


def submission(software: str, version: str, scene: str, *parts: Part, **given: Any) -> Submission:
    return Submission(
        id="k3t9mbwz",
        name="shot",
        created=1_593_418_445.0,
        owner="ana",
        farm="cloud",
        scene=FileStamp(scene, 2048, CHANGED, 7),
        software=Software(software, version),
        parts=parts or (part(),),
        **given,
    )


def options(**given: Any) -> dict[str, Any]:
    return check_options(OPTIONS, given)


MAYA = submission(
    "Maya",
    "2022.3",
    "/w/scenes/shot.ma",
    part(name="beauty · cameraShape1", camera="cameraShape1"),
    part(name="beauty · stereoShape", camera="stereoShape"),
    part(name="masks", item="masks", address=("masks",), frames="1-9x2", output="/w/render/masks/shot.####.png"),
    files=(FileStamp("/w/tex/wood.jpg", 10, CHANGED), FileStamp("/w/tex/木.jpg", 11, CHANGED)),
    cameras=("cameraShape1", "perspShape", "stereoShape"),
    plugins=(Plugin("mtoa", "5.3.1"),),
    options={"test_frames": "first,last", "pause_after_test": "true", "project_folder": "/w"},
    project="Project1",
    missing=("tex/gone.jpg",),
)
HOUDINI = submission(
    "Houdini",
    "19.5.303",
    "/w/sphere.hip",
    part(name="cache", item="/out/cache", address=("/out/cache",), renderer="geometry", frames="1-240"),
    part(name="mantra1", item="/out/mantra1", address=("/out/mantra1",), renderer="ifd", width=1280, height=720),
    files=(FileStamp("/w/geo/flip.1.bgeo.sc", 10, CHANGED),),
    cameras=("/obj/cam1",),
    options={"test_list": "2,4,6-10", "frames_per_machine": "5", "system": "linux"},
    missing=("$HIP/geo/flip.2.bgeo.sc",),
)
MAX = submission(
    "3ds Max",
    "2018",
    "D:/scenes/jh.max",
    part(
        name="Camera001",
        camera="Camera001",
        frames="0",
        width=640,
        height=480,
        renderer="Default Scanline Renderer",
        output="E:/output/1/jh_out.####.rla",
    ),
    files=(FileStamp("D:/maps/UV.png", 10, CHANGED), FileStamp("D:/maps/light.vrmap", 10, CHANGED)),
    cameras=("Camera001", "Camera002"),
    missing=("D:\\maps\\gone.png",),
)
BLENDER = submission(
    "Blender",
    "4.5.3",
    "/w/pram.blend",
    part(
        name="ViewLayer",
        item="Scene/ViewLayer",
        address=("Scene", "ViewLayer"),
        frames="-2-7",
        renderer="CYCLES",
        output="/w/render/pram/####.png",
    ),
    cameras=("Camera",),
    options={
        "tiles": "4",
        "tile_shape": "strip",
        "frame_timeout": "8",
        "job_timeout": "24",
        "reserved_machines": "623",
    },
    missing=("//tex/gone.png",),
)
