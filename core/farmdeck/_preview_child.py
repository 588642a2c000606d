"""The child process of `previews`: one JSON list `[source, target]` a line in, `ok` or the reason out.

It imports nothing of Farmdeck and steps back first: a thumbnail never takes time from a render.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

WIDTH = 320


def make_preview(source: str, target: str) -> str:
    """Write a PNG of at most WIDTH pixels across; `ok`, or the reason. Linear pictures are shown as sRGB."""
    import OpenImageIO as oiio

    picture = oiio.ImageBuf(source)
    if not picture.read(convert=oiio.FLOAT):
        return picture.geterror() or "it cannot be read"
    spec = picture.spec()
    colour = picture if spec.nchannels <= 4 else oiio.ImageBufAlgo.channels(picture, _colour_channels(spec))
    linear = spec.format.basetype in (oiio.FLOAT, oiio.HALF) and source.lower().endswith((".exr", ".hdr"))
    if linear:
        colour = oiio.ImageBufAlgo.colorconvert(colour, "linear", "sRGB")
    width = min(WIDTH, spec.full_width or spec.width)
    height = max(1, round((spec.full_height or spec.height) * width / max(1, spec.full_width or spec.width)))
    small = oiio.ImageBufAlgo.resize(colour, roi=oiio.ROI(0, width, 0, height, 0, 1, 0, colour.spec().nchannels))
    fresh = f"{target}.part.png"
    if not small.write(fresh, oiio.UINT8):
        return small.geterror() or "it cannot be written"
    os.replace(fresh, target)
    return "ok"


def _colour_channels(spec: Any) -> tuple[str, ...]:
    """The colour channels of a picture of many layers: the combined pass, or the first three."""
    names = list(spec.channelnames)
    for prefix in ("", *(name[:-1] for name in names if name.endswith("Combined.R"))):
        if all(f"{prefix}{channel}" in names for channel in "RGB"):
            return tuple(f"{prefix}{channel}" for channel in "RGB")
    return tuple(names[:3])


def step_back() -> None:
    """Run only where nobody else wants to."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    elif hasattr(os, "nice"):
        os.nice(19)


def main() -> int:
    """Until standard input ends."""
    step_back()
    for line in sys.stdin:
        source, target = json.loads(line)
        sys.stdout.write(make_preview(source, target).replace("\n", " ") + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
