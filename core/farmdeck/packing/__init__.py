"""Packs: a submission's scene and files laid out so that they render wherever they are put. For the agent only."""

from __future__ import annotations

from ._copy import copy_pack
from ._facts import BlendFacts, blend_facts
from ._hashes import Hashes
from ._in_place import in_place
from ._pack import Pack, PackedFile, make_pack

__all__ = ["BlendFacts", "Hashes", "Pack", "PackedFile", "blend_facts", "copy_pack", "in_place", "make_pack"]
