"""What a farm has to be told of the Blender scene that a part renders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..job import Part
from ..scenes.blend import Rendering, read_rendering

BlendFacts = Rendering


def blend_facts(scene: Path, part: Part) -> BlendFacts:
    """How the part's scene in the .blend `scene` renders, through the part's camera. Raises SceneError."""
    facts = read_rendering(str(scene), part.address[0])
    return replace(facts, camera=part.camera or facts.camera)
