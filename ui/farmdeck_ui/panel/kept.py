"""The choices that came with a scene, put back into the form as soon as the form can take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .choices import Choices
from .frames_field import SCENE

if TYPE_CHECKING:
    from .submit_page import SubmitPage


class KeptChoices:
    """What waits to be put back: the scene's part at once, the farm's when the agent has told what that farm can do."""

    def __init__(self, page: SubmitPage) -> None:
        self._page = page
        self._waiting: Choices | None = None

    def put_back(self, kept: Choices) -> None:
        """The scene was read: choose its items, cameras and frames; then the farm, its options and environment."""
        page = self._page
        page.items.model.check_only(kept.items)
        page.items.cameras.clear()
        for camera in kept.cameras:
            page.items.cameras.check(camera)
        if kept.frames:
            page.frames.type_frames(kept.frames)
        else:
            page.frames.choose(SCENE)
        page.about.project.setText(kept.project)
        page.about.notes.setText(kept.notes)
        self._waiting = kept
        self.farms_came()

    def farms_came(self) -> None:
        """Choose the farm, once it is among those that are set up."""
        kept = self._waiting
        if kept is None:
            return
        self._page.header.choose_farm(kept.farm)
        self.farm_chosen()

    def farm_chosen(self) -> None:
        """Choose its options and its environment, once the agent has told of them."""
        kept, page = self._waiting, self._page
        if kept is None or page.header.farm.name != kept.farm or not page.header.farm.document:
            return
        self._waiting = None
        page.options.choose({**kept.options, "priority": kept.priority, "hold": kept.hold})
        if kept.env:
            page.environment.choose(kept.env)
