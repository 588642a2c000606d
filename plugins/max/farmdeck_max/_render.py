"""What the Render Setup dialog says."""

from __future__ import annotations

from farmdeck.scenes.max import _rules as rules
from pymxs import runtime as rt

from . import _outputs
from ._outputs import Element
from ._values import frame, text


def segment() -> tuple[int, int]:
    """The active time segment, in frames."""
    return frame(rt.animationRange.start), frame(rt.animationRange.end)


def setup(elements: list[Element]) -> rules.Setup:
    """The dialog's values, with the files of the further pictures."""
    return rules.Setup(
        frames=rules.frames(
            int(rt.rendTimeType),
            frame(rt.currentTime),
            segment(),
            (frame(rt.rendStart), frame(rt.rendEnd)),
            int(rt.rendNThFrame),
            text(rt.rendPickupFrames),
        ),
        width=int(rt.renderWidth),
        height=int(rt.renderHeight),
        pixel_aspect=float(rt.renderPixelAspect),
        renderer=_outputs.renderer(),
        output=_outputs.main_file(),
        elements=(*(element.path for element in elements if element.path), *_outputs.arnold_files()),
    )
