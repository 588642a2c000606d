"""From the press of Submit to "Submitted": saving first where that is wanted, reading, checking, committing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from farmdeck import FarmdeckError, Job

from . import choices as chosen
from . import words
from .save_first import LAST_SAVED, SAVE, SaveFirst

if TYPE_CHECKING:
    from .submit_page import SubmitPage

SUBMITTED = "Submitted. You can go on working or close {window}; the render carries on."


class SubmitFlow:
    """`submitted` is the id of the newest job from here."""

    def __init__(self, page: SubmitPage) -> None:
        self._page = page
        self.submitted = ""
        self._waits_for = ""
        """After Save: `read`, then `check`; "" for nothing."""

    def submit(self) -> None:
        """Submit what is saved; with unsaved changes in a host, ask first which scene is meant."""
        page, scene = self._page, self._page.scene
        if page.held or scene is None:
            return
        if scene.unsaved and page.source.can_save:
            self.question = SaveFirst(words.path_name(scene.file), page.source.host, page)
            self.question.chosen.connect(self._save_answered)
            self.question.open()
        else:
            self._commit()

    # -- what the page tells

    def scene_read(self) -> bool:
        """A scene was read; was it for Save and Submit?"""
        self._waits_for = "check" if self._waits_for else ""
        return bool(self._waits_for)

    def checked(self, errors: bool) -> None:
        """The scene and the choices were weighed."""
        if self._waits_for == "check":
            self._waits_for = ""
            if errors:
                self._page.go_to_first_error()
            else:
                self._commit()

    def gave_up(self) -> None:
        """The scene could not be read."""
        self._waits_for = ""

    # -- inside

    def _save_answered(self, answer: str) -> None:
        """Saved: read it again, check it again, then submit."""
        source = self._page.source
        if answer == LAST_SAVED:
            self._commit()
            return
        try:
            saved = True
            if answer == SAVE:
                source.save()
            else:
                saved = source.save_as()
        except FarmdeckError as exc:
            self._page.notice.say(str(exc), "error")
            return
        if saved:
            self._waits_for = "read"
            self._page.refresh()

    def _commit(self) -> None:
        """Weigh, commit and start the agent on the worker; "Submitted" is said after the commit."""
        page = self._page
        scene, choices = page.scene, page.choices
        if scene is not None:
            page.notice.hide()
            page.footer.show_saving()
            page.link.submit(lambda: chosen.submit(scene, choices), self._saved, self._refused)

    def _saved(self, job: Job) -> None:
        page = self._page
        page.footer.show_saved()
        self.submitted = job.id
        page.notice.say(SUBMITTED.format(window=page.source.host or "this window"), "good", "Show the job")

    def _refused(self, error: FarmdeckError) -> None:
        page = self._page
        page.footer.show_saved()
        page.notice.say(str(error), "error")
        page.check_soon()
