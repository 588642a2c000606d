"""Small .max files of our own, made in a folder: each shows something that a real file shows."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.make_max import (
    CLASSES,
    SUMMARY,
    chunk,
    config,
    directory,
    number,
    records,
    save_config,
    scene_pieces,
    summary,
    utf16,
    write_compound,
)

Streams = dict[str, bytes]
GROUPS = (
    "General", "Mesh Totals", "Scene Totals", "External Dependencies", "Objects", "Materials", "Used Plug-Ins",
    "Render Data",
)  # fmt: skip
GERMAN = (
    "Allgemein", "Netzsummen", "Szenensummen", "Externe Abhängigkeiten", "Objekte", "Materialien",
    "Verwendete Plug-Ins", "Render Data",
)  # fmt: skip


def groups(
    names: tuple[str, ...] = GROUPS,
    form: str = "26.00",
    cameras: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    plugins: tuple[str, ...] = ("maxtoa.dlr", "kernel.dlk", "maxtoa.dlr"),
    data: tuple[str, ...] = (),
) -> dict[str, list[str]]:
    """The summary's groups under those names."""
    lines = (
        [f"3ds Max Version: {form}", "Uncompressed", f"Build: {form}.1", f"Saved As Version: {form}"],
        ["Vertices: 8", "Faces: 12"],
        ["Objects: 1", "Shapes: 0", "Lights: 0", f"Cameras: {len(cameras)}", "Helpers: 0"],
        list(files),
        ["Box001", *cameras],
        ["01 - Default"],
        list(plugins),
        [f"Render Camera {index:02}={name}" for index, name in enumerate(cameras)] + list(data),
    )
    return dict(zip(names, lines))


def rendering(
    first: int = 0, last: int = 0, aspect: str = "1.00", renderer: str = "Arnold", *more: str
) -> tuple[str, ...]:
    """Lines of Render Data."""
    return (
        "User Name=ann", "Render Width=1280", "Render Height=720", f"Render Aspect={aspect}",
        f"Renderer Name={renderer}", f"Animation Start={first}", f"Animation End={last}", *more,
    )  # fmt: skip


def basic(**changes: bytes) -> Streams:
    """Streams of a file of 2024 with a mesh and nothing else; `changes` by name."""
    streams = {
        "Scene": b"".join(scene_pieces(1, 256, (), (640, 480, 1.0))),
        "ClassDirectory3": directory(CLASSES),
        "Config": config(30, 0, 100, 0),
        "DllDirectory": number(0x21C0, 26000 << 16)
        + chunk(0x2038, utf16(0x2039, "Kernel") + utf16(0x2037, "kernel.dlk"), True),
        "SaveConfigData": save_config(26000, 26000),
        "VideoPostQueue": number(0x50, 1),
        SUMMARY: summary(groups(data=rendering())),
    }
    return {**streams, **changes}


def shot(folder: Path) -> Path:
    """Two cameras, a range with a step, an output, render elements, files of many types, an XRef scene."""
    (folder / "maps").mkdir(parents=True, exist_ok=True)
    for name in ("maps/Wood.PNG", "hull.1001.exr", "hull.1002.exr"):
        (folder / name).touch()
    brick = records([("Bitmap", "C:\\lib\\brick.jpg", "")])
    write_compound(
        folder / "set.max",
        basic(FileAssetMetaData3=brick, **{SUMMARY: summary(groups(files=("brick.jpg",), data=rendering()))}),
        sector=512,
    )
    (folder / "report.max").write_bytes(b"nothing that 3ds Max wrote")
    rows = [
        ("Bitmap", "D:\\Jobs\\tex\\wood.png", "D:\\Jobs\\tex\\wood.png"),
        ("Bitmap", "d:/jobs/tex/WOOD.png", ""),
        ("Bitmap", str(folder / "hull.<UDIM>.exr"), ""),
        ("Bitmap", "\\\\server\\tex\\gone.tif", ""),
        ("Bitmap", "skin.osl", ""),
        ("Bitmap", "C:\\Program Files\\Autodesk\\3ds Max 2024\\maps\\uvwunwrap\\UV_Checker.png", ""),
        ("Photometric", "lamp.ies", ""),
        ("Animation", "Q:\\cache\\crowd.abc", ""),
        ("Sound", "temp.wav", ""),
        ("XRef", "P:\\sets\\set.max", ""),
        ("XRef", "report.max", ""),
        ("RenderOutput", "D:\\out\\beauty.exr", ""),
        ("Other", "Q:\\vdb\\fire.0001.vdb", ""),
    ]
    files = ("wood.png", "hull.<udim>.exr", "gone.tif", "skin.osl", "lamp.ies", "crowd.abc", "set.max")
    data = rendering(10, 50, "1.0667", "V-Ray 6, hotfix 3", "Nth Frame=2", "Render Output=D:\\out\\beauty.exr")
    elements = (
        *CLASSES,
        ("Z Depth", (1, 2), 0x1150),
        ("CompleteMap", (5, 6), 0x1151),
        ("MultiMatteElement", (3, 4), 0x1150),
    )
    told = groups(cameras=("Wide", "Close", "Wide"), files=files, data=data)
    write_compound(
        folder / "shot.max",
        basic(
            FileAssetMetaData3=records(rows),
            ClassDirectory3=directory(elements),
            Config=config(25, 0, 120, 7),
            SaveConfigData=save_config(25000, 27000),
            **{SUMMARY: summary(told)},
        ),
    )
    return folder / "shot.max"


def german(folder: Path) -> Path:
    """3ds Max 2009 in German: UTF-16, decimal commas, translated headings, no asset records; one frame."""
    told = groups(
        GERMAN, "11,0", ("Kamera01",), ("holz.jpg", "stein.jpg"),
        data=rendering(0, 0, "0,9000", "Default Scanline Renderer"),
    )  # fmt: skip
    streams = basic(
        Config=config(25, 0, 300, 97),
        DllDirectory=number(0x21C0, 11000 << 16),
        **{SUMMARY: summary(told, page=1200)},
    )
    del streams["SaveConfigData"]
    write_compound(folder / "haus.max", streams, sector=512)
    (folder / "Holz.jpg").touch()
    return folder / "haus.max"


def silent(folder: Path) -> Path:
    """No summary: what there is comes from the other streams. The chunk around the scene has a 64-bit size."""
    streams = basic(
        Scene=b"".join(scene_pieces(3, 5_120, ("Cam B", "カメラ"), (1998, 1080, 0.5))),
        Config=config(24, 1001, 1100, 1001),
        FileAssetMetaData2=records([("Bitmap", "sky.hdr")]),
    )
    del streams[SUMMARY]
    write_compound(folder / "silent.max", streams)
    return folder / "silent.max"


def bare(folder: Path) -> Path:
    """Nothing but the streams without which it is no .max, both empty, and a summary of nothing."""
    write_compound(folder / "bare.max", {"Scene": b"", "ClassDirectory3": b"", SUMMARY: summary({})})
    return folder / "bare.max"


SCENES = {"shot": shot, "german": german, "silent": silent, "bare": bare}

PACKINGS = {"gzip": gzip.compress, "zlib": zlib.compress}


def packed(streams: Mapping[str, bytes], packing: str) -> Streams:
    """The streams as "Compress on Save" leaves them; property sets stay as they are."""
    return {name: data if name.startswith("\x05") else PACKINGS[packing](data) for name, data in streams.items()}


def fat_place(raw: bytes) -> tuple[int, int]:
    """(sector size, where the FAT's first sector lies) of a compound file."""
    size = 1 << struct.unpack_from("<H", raw, 30)[0]
    return size, (struct.unpack_from("<I", raw, 76)[0] + 1) * size


def entry_place(raw: bytes, stream: str) -> int:
    """Where the stream's entry in the directory lies: 116 bytes on its first sector, 120 its size."""
    return raw.index(f"{stream}\0".encode("utf-16-le"))
