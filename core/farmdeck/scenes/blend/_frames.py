"""Which frames of an image sequence or a volume sequence a render asks for.

`BKE_image_user_frame_get` (image.cc): within its own length a user counts from its start frame; before and after it
holds the first and last, or goes round. `volume_sequence_frame` (volume.cc) does the same for volumes.
"""

from __future__ import annotations

from ._blend import Blend
from ._file import Block
from ._packing import damaged

_TREES = (b"MA", b"WO", b"LA", b"NT", b"SC", b"LS", b"TE")
"""IDs that may own nodes."""
MAX_SPAN = 100_000
MAX_FRAMES = 1_000_000


class Users:
    """The image users of one file; they are looked for when the first sequence asks."""

    def __init__(self, blend: Blend, span: tuple[int, int]) -> None:
        """`span` are the first and last frame that render."""
        self._blend = blend
        self._low, self._high = span[0], min(span[1], span[0] + MAX_SPAN)
        self._by_image: dict[int, set[int]] = {}
        self._users: set[tuple[int, ...]] = set()
        self._spent = 0
        self._read = False

    def of_image(self, image: Block) -> set[int]:
        """The numbers of the files that the image's users need; empty when it has none."""
        if not self._read:
            self._read = True
            for code in _TREES:
                for owner in self._blend.of_code(code):
                    self._read_owner(owner)
        return self._by_image.get(image.address, set())

    def of_volume(self, volume: Block) -> set[int]:
        """The numbers that a volume sequence needs: mode 0 is none outside, 1 hold, 2 repeat, 3 back and forth."""
        number = self._blend.number
        start, length = number(volume, "frame_start"), number(volume, "frame_duration")
        offset, mode = number(volume, "frame_offset"), number(volume, "sequence_mode")
        low, high = self._low - start, self._high - start
        if length <= 0 or (mode == 0 and (high < 0 or low >= length)):
            return set()
        if mode in (0, 1):
            return self._from_to(max(0, min(low, length - 1)), max(0, min(high, length - 1)), offset)
        turn = length if mode == 2 else max(1, 2 * length - 2)
        at = {frame % turn for frame in range(low, min(high, low + turn) + 1)}
        self._spend(len(at))
        return {(frame if frame < length else turn - frame) + 1 + offset for frame in at}

    def _from_to(self, first: int, last: int, offset: int) -> set[int]:
        """File numbers of the frames `first` to `last`, which count from 0."""
        self._spend(last - first)
        return set(range(first + 1 + offset, last + 2 + offset))

    def _spend(self, frames: int) -> None:
        """Count what is being asked for; raises SceneError where no real scene gets."""
        self._spent += max(1, frames)
        if self._spent > MAX_FRAMES:
            raise damaged(f"its sequences ask for more than {MAX_FRAMES:,} frames")

    def _read_owner(self, owner: Block) -> None:
        """Nodes name the image in `bNode.id`, and its user lies in their storage; textures hold both themselves."""
        blend = self._blend
        if owner.code == b"TE\0\0" and blend.number(owner, "ima"):
            self._add(owner, "iuser.", blend.number(owner, "ima"))
        nodes, storages = [], {}
        for block in blend.everything_of(owner):
            struct = blend.struct_of(block)
            if struct == "bNode":
                nodes.append(block)
            elif struct in ("NodeTexImage", "NodeTexEnvironment", "ImageUser"):
                storages[block.address] = block
        for node in nodes:
            storage = storages.get(blend.number(node, "storage"))
            if storage is not None:
                prefix = "" if blend.struct_of(storage) == "ImageUser" else "iuser."
                self._add(storage, prefix, blend.number(node, "id"))

    def _add(self, block: Block, prefix: str, image: int) -> None:
        number = self._blend.number
        length, offset = number(block, prefix + "frames"), number(block, prefix + "offset")
        start, cyclic = number(block, prefix + "sfra"), number(block, prefix + "cycl")
        user = (image, length, offset, start, cyclic)
        if not image or length <= 0 or user in self._users:
            return
        self._users.add(user)
        low, high = self._low - start, self._high - start
        if cyclic:
            at = {frame % length for frame in range(low, min(high, low + length) + 1)}
            self._spend(len(at))
            needed = {frame + 1 + offset for frame in at}
        else:
            needed = self._from_to(max(0, min(low, length - 1)), max(0, min(high, length - 1)), offset)
        self._by_image.setdefault(image, set()).update(needed)
