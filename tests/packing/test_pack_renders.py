"""What is packed renders: in an empty place, with the original gone, Blender makes the same pictures of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from farmdeck.farm import Watch
from farmdeck.packing import blend_facts, copy_pack, in_place, make_pack
from farmdeck.scenes import read_scene
from farmdeck.submission import Submission, prepare

from tests.scenes.conftest import run_in_blender

HERE = Path(__file__).parent
OTHERS = [pytest.param(version, marks=pytest.mark.all_blenders) for version in ("4.2", "5.0", "5.2")]
FRAME = 2


def rendered(version: str, folder: Path, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    (folder / "tasks.json").write_text(json.dumps(tasks))
    run_in_blender(
        version, str(HERE / "render_shot.py"), str(folder / "tasks.json"), str(folder / "out.json"), cwd=folder
    )
    answers: list[dict[str, Any]] = json.loads((folder / "out.json").read_text())
    return answers


def submitted(scene: Path) -> Submission:
    """Both layers through two cameras: not that of the marker, but one that is linked."""
    found = read_scene(scene)
    assert not [asset for asset in found.assets if asset.missing]
    return prepare(found, items=["Shot/Beauty", "Shot/Extra"], cameras=["CamA", "CamL"])


@pytest.mark.parametrize("version", ["4.5", "debian", *OTHERS])
def test_a_pack_renders_the_same_in_an_empty_place(version: str, tmp_path: Path) -> None:
    show, far = tmp_path / "show", tmp_path / "farm" / "job"
    run_in_blender(version, str(HERE / "make_shot.py"), str(show), cwd=tmp_path)
    scene = show / "shots" / "sh010" / "shot.blend"
    submission = submitted(scene)
    snapshot = scene.with_name("shot.farmdeck-test.blend")
    shutil.copy(scene, snapshot)
    assert any("absolute" in reason for reason in in_place(submission, snapshot))
    originals = [
        {"blend": str(scene), "frame": FRAME, "choose": [*part.address, part.camera]} for part in submission.parts
    ]
    before = rendered(version, tmp_path, originals)
    assert len({str(answer["pixels"]) for answer in before}) == len(before)  # each part is a picture of its own

    pack = make_pack(submission, snapshot, tmp_path / "work", Watch())
    copy_pack(pack, far, Watch())
    show.rename(tmp_path / "gone")
    shutil.rmtree(tmp_path / "work")
    copies = [far / path for path in pack.scenes]
    after = rendered(version, tmp_path, [{"blend": str(copy), "frame": FRAME, "choose": None} for copy in copies])
    for part, copy, answer, original in zip(submission.parts, copies, after, before):
        assert (answer["scene"], answer["camera"], answer["layers"]) == ("Shot", part.camera, [part.address[1]])
        assert answer["missing"] == []
        assert all(path.startswith("//") for path in answer["paths"])
        assert answer["pixels"] == original["pixels"]
        facts = blend_facts(copy, part)
        assert (facts.scene, facts.camera, facts.width, facts.format) == ("Shot", part.camera, 24, "PNG")
