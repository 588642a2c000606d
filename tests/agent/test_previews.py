"""Thumbnails: of every kind of picture a render writes, made apart from the agent, so that a bad file harms nobody."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator
from pathlib import Path

import OpenImageIO as oiio
import psutil
import pytest
from farmdeck._preview_child import WIDTH, make_preview
from farmdeck.previews import CHILD, Previews


def picture(path: Path, names: tuple[str, ...], value: float, size: tuple[int, int] = (640, 360)) -> Path:
    """A picture of one value, its channels called `names`."""
    spec = oiio.ImageSpec(*size, len(names), oiio.HALF if path.suffix == ".exr" else oiio.UINT8)
    spec.channelnames = names
    image = oiio.ImageBuf(spec)
    oiio.ImageBufAlgo.fill(image, [1.0 if name.endswith("A") else value for name in names])
    assert image.write(str(path)), image.geterror()
    return path


def middle(path: Path) -> tuple[int, int, list[float]]:
    """(width, height, the pixel in the middle)."""
    image = oiio.ImageBuf(str(path))
    spec = image.spec()
    return spec.width, spec.height, [round(x, 2) for x in image.getpixel(spec.width // 2, spec.height // 2)][:3]


RGBA = ("R", "G", "B", "A")
LAYERS = ("ViewLayer.Depth.Z", *(f"ViewLayer.Combined.{c}" for c in "RGBA"), *(f"ViewLayer.Normal.{c}" for c in "XYZ"))


@pytest.mark.parametrize(
    ("name", "channels", "seen"),
    [
        ("f.png", RGBA, 0.5),
        ("f.jpg", ("R", "G", "B"), 0.5),
        ("f.tif", RGBA, 0.5),
        ("f.exr", RGBA, 0.74),  # linear: half the light is three quarters of the way to white
        ("layers.exr", LAYERS, 0.74),
    ],
)
def test_small_pictures_of_what_a_render_writes(
    name: str, channels: tuple[str, ...], seen: float, tmp_path: Path
) -> None:
    source = picture(tmp_path / name, channels, 0.5)
    target = tmp_path / "small.png"
    assert make_preview(str(source), str(target)) == "ok"
    width, height, pixel = middle(target)
    assert (width, height) == (WIDTH, 180)
    assert pixel == pytest.approx([seen] * 3, abs=0.02)


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    source = picture(tmp_path / "tiny.png", RGBA, 1.0, (32, 32))
    assert make_preview(str(source), str(tmp_path / "small.png")) == "ok"
    assert middle(tmp_path / "small.png")[:2] == (32, 32)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x76\x2f\x31\x01" + bytes(100)])
def test_what_is_no_picture_says_so(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "f.exr"
    source.write_bytes(content)
    assert make_preview(str(source), str(tmp_path / "small.png")) != "ok"
    assert not (tmp_path / "small.png").exists()


class Made:
    """What `Previews` said it made."""

    def __init__(self, folder: Path) -> None:
        self.said: queue.Queue[tuple[tuple[str, int, int], str]] = queue.Queue()
        self.previews = Previews(folder, lambda key, path: self.said.put((key, path)))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    made = Made(tmp_path / "thumbnails")
    yield made
    made.previews.close()


def test_it_goes_on_after_a_broken_file_and_after_its_child_died(made: Made, tmp_path: Path) -> None:
    good = picture(tmp_path / "good.png", RGBA, 0.5)
    bad = tmp_path / "bad.exr"
    bad.write_bytes(b"broken")
    made.previews.ask(("job", 0, 1), [str(bad)])
    made.previews.ask(("job", 0, 2), [str(good)])
    assert made.said.get(timeout=60)[0] == ("job", 0, 2)
    for child in psutil.Process().children(recursive=True):
        if str(CHILD) in child.cmdline():
            os.kill(child.pid, signal.SIGKILL)
            child.wait(10)
    made.previews.ask(("job", 0, 3), [str(good)])
    key, path = made.said.get(timeout=60)
    assert key == ("job", 0, 3) and Path(path).read_bytes().startswith(b"\x89PNG")
