"""Small real files that are read with no Blender near: the whole `Scene` as it was when bpy agreed with it.

Written again with `python -m tests.scenes.test_blend_golden` after a change that is meant.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from farmdeck.scene import scene_document
from farmdeck.scenes import read_scene
from farmdeck.scenes.blend import quick_facts
from farmdeck.scenes.blend._packing import opened

from tests.scenes.blend_recode import Form, recode
from tests.scenes.conftest import DATA

FILES = sorted(DATA.glob("*.blend"))
FORMS = {
    "little 64": Form(8, "<"), "little 32": Form(4, "<"), "big 64": Form(8, ">"), "big 32": Form(4, ">"),
    "large heads": Form(8, "<", large=True), "large heads, big": Form(8, ">", large=True),
}  # fmt: skip


def document(path: Path) -> dict[str, Any]:
    """The scene as JSON, the file's folder written as <here>, the next as <above>."""
    text = json.dumps(scene_document(read_scene(path))).replace(str(path.parent) + "/", "<here>/")
    plain: dict[str, Any] = json.loads(text.replace(str(path.parent.parent) + "/", "<above>/"))
    return plain


def unpacked(path: Path) -> bytes:
    with opened(str(path)) as buf:
        return bytes(buf)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reads_as_it_did(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert document(tmp_path / path.name) == expected


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_reads_the_same_on_every_machine(path: Path, form: Form, tmp_path: Path) -> None:
    """Pointer width, byte order and block heads make no difference to the scene."""
    raw = unpacked(path)
    file = tmp_path / "shot.blend"
    file.write_bytes(recode(raw, Form(8, "<"), 405))
    first = read_scene(file)
    file.write_bytes(recode(raw, form, 405))
    assert first.items and read_scene(file) == first


def pack_zstd(raw: bytes) -> bytes:
    import zstandard

    frames = [raw[at : at + 50_000] for at in range(0, len(raw), 50_000)]
    skippable = b"\x5e\x2a\x4d\x18" + (8).to_bytes(4, "little") + b"seektabl"
    return b"".join(zstandard.ZstdCompressor().compress(frame) for frame in frames) + skippable


PACKINGS = {"plain": bytes, "gzip": gzip.compress, "zstd": pack_zstd}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("in_memory", [True, False])
def test_packing_makes_no_difference(
    packing: str, in_memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = unpacked(DATA / "textures_4.5_zstd.blend")
    if not in_memory:
        monkeypatch.setattr("farmdeck.scenes.blend._packing.IN_MEMORY", 10_000)
    (tmp_path / "one").mkdir()
    path = tmp_path / "one" / "shot.blend"
    path.write_bytes(raw)
    plain = read_scene(path)
    path.write_bytes(PACKINGS[packing](raw))
    assert len(plain.assets) > 10 and read_scene(path) == plain


@pytest.mark.parametrize("version, text", [(250, "2.50"), (278, "2.78"), (280, "2.80"), (300, "3.0"), (405, "4.5")])
def test_versions_are_written_as_blender_writes_them(version: int, text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.blend"
    path.write_bytes(recode(unpacked(DATA / "textures_4.5_zstd.blend"), Form(8, "<"), version))
    assert read_scene(path).software.version == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_quick_facts_agree_with_the_whole(path: Path) -> None:
    quick, whole = quick_facts(str(path)), read_scene(path)
    assert quick.version == whole.software.version
    scenes = {item.address[0]: item.frames for item in whole.items}
    assert [scene.name for scene in quick.scenes] == list(scenes)
    for scene in quick.scenes:
        assert scenes[scene.name].split("x")[0] in (f"{scene.first}-{scene.last}", str(scene.first))


def test_problems_say_what_is_missing(tmp_path: Path) -> None:
    shutil.copy(DATA / "textures_4.5_zstd.blend", tmp_path / "shot.blend")
    scene = read_scene(tmp_path / "shot.blend")
    messages = {problem.subject: problem for problem in scene.problems}
    assert messages["hull"].message == "12 of 12 tiles are missing: hull.1001-1012.png"
    (tmp_path / "tex").mkdir()
    for number in (*range(1001, 1011), 1012):
        (tmp_path / "tex" / f"hull.{number}.png").touch()
    messages = {problem.subject: problem for problem in read_scene(tmp_path / "shot.blend").problems}
    assert messages["hull"].message == "1 of 12 tiles are missing: hull.1011.png"
    assert messages["hull"].severity == "error" and messages["hull"].fix == "find"


if __name__ == "__main__":
    for file in FILES:
        file.with_suffix(".json").write_text(json.dumps(document(file), indent=1, ensure_ascii=False) + "\n", "utf-8")
