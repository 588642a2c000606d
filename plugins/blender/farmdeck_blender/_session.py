# SPDX-License-Identifier: GPL-3.0-or-later
"""What one running Blender knows: the scene as read, its check, the farms, the jobs. Nothing of it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from ._choices import Check, Choices, check, make_submission
from ._core import (
    Action,
    Capabilities,
    Desk,
    Done,
    FarmInfo,
    FarmsChanged,
    Frame,
    FramesChanged,
    Job,
    JobsChanged,
    News,
    Scene,
    Store,
    from_plain,
    start_agent,
)
from ._mail import Mail
from ._reader import RawScene
from ._resolve import with_assets
from ._words import count, size_text


@dataclass
class Message:
    """The one line below a button that says what came of it."""

    text: str = ""
    icon: str = "NONE"


class Session:
    """The panel's memory. The timer feeds it, the panels draw it, the operators ask it."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.mail = Mail(desk or Desk(), self._news)
        self.scene: Scene | None = None
        self.scene_turn = 0
        """Grows with every scene that was read; 0 is none yet."""
        self.saved_scene: Scene | None = None
        """The scene as it is in the file: read when nothing was unsaved."""
        self.reading = ""
        """What is being read, "" when nothing is."""
        self.reading_disk = False
        """The worker looks for the scene's files."""
        self.check = Check()
        self.farms: dict[str, FarmInfo] = {}
        self.jobs: dict[str, Job] = {}
        self.frames: dict[tuple[int, int], Frame] = {}
        self.job_id = ""
        self.message = Message()
        self.job_message = Message()
        self.submitting = False
        self.changed = True
        """Something is to be drawn anew."""
        self._reads = 0
        self._asked_check: tuple[Any, ...] = ()
        self._capabilities: dict[str, tuple[Any, Capabilities]] = {}
        self._commands: list[int] = []
        self._looked = 0.0

    # -- the scene

    def take_scene(self, raw: RawScene) -> None:
        """The reading is over: what lies on the disk is the worker's part."""
        self._reads += 1
        turn = self._reads
        self.reading_disk = True

        def answer(done: Done) -> None:
            if turn == self._reads:  # a later reading's answer counts, not this one
                self._scene_read(done)

        self.mail.ask(lambda store: with_assets(raw.scene, raw.assets, raw.span), answer)

    def _scene_read(self, done: Done) -> None:
        self.reading_disk = False
        if done.error is not None:
            self.say(str(done.error), "ERROR")
            return
        scene: Scene = done.value
        self.scene = scene
        self.scene_turn += 1
        if not scene.unsaved:
            self.saved_scene = scene
        self.changed = True

    def forget_scene(self) -> None:
        """Another file is open."""
        self._reads += 1
        self.reading_disk = False
        self.scene = self.saved_scene = None
        self.check = Check()
        self._asked_check = ()
        self.changed = True

    # -- checking

    def check_choices(self, choices: Choices) -> None:
        """Ask for a check unless these choices of this scene were asked about; late answers lose."""
        if self.scene is None:
            return
        farm = self.farms.get(choices.farm)
        asked = (self.scene_turn, choices, farm)
        if asked == self._asked_check:
            return
        self._asked_check = asked
        scene = self.scene

        def answer(done: Done) -> None:
            if self._asked_check != asked:
                return
            if done.error is not None:
                self.say(str(done.error), "ERROR")
            else:
                self.check = done.value
            self.changed = True

        self.mail.ask(lambda store: check(scene, choices, farm), answer)

    # -- handing over

    def hand_over(self, scene: Scene, choices: Choices) -> None:
        """Submit: two puts into a queue; the answer comes with the news."""
        self.submitting = True
        self.say("Submitting", "EXPORT")
        self.mail.submit(partial(make_submission, scene, choices), self._submitted)

    def _submitted(self, done: Done) -> None:
        self.submitting = False
        if done.error is not None:
            self.say(str(done.error), "ERROR")
            return
        job: Job = done.value
        self.jobs.setdefault(job.id, job)
        self.choose_job(job.id)
        self.say("Submitted. You can go on working or close Blender.", "CHECKMARK")

    def dry_run(self, scene: Scene, choices: Choices) -> None:
        """Make the submission, show what it would be, and drop it."""
        self.mail.ask(lambda store: make_submission(scene, choices), self._dry_ran)

    def _dry_ran(self, done: Done) -> None:
        if done.error is not None:
            self.say(str(done.error), "ERROR")
            return
        submission = done.value
        total = self.check.total
        size = size_text(sum(each.size for each in (submission.scene, *submission.files)))
        files = len(submission.files) + 1
        said = (
            f"Dry run: {count(len(submission.parts), 'part')}, {count(total, 'frame')}, {count(files, 'file')} ({size})"
        )
        self.say(f"{said}. Frames go to {submission.output}. Nothing was sent.", "INFO")

    # -- farms

    @property
    def farm_names(self) -> list[str]:
        """Every farm that is set up, this machine first."""
        return sorted(self.farms, key=lambda name: (name != "local", name.lower())) or ["local"]

    def farm_label(self, name: str) -> str:
        """As the artist knows it."""
        farm = self.farms.get(name)
        if farm is None:
            return "This machine" if name == "local" else name
        return farm.label if farm.name == "local" or farm.label.lower() == farm.name.lower() else farm.name

    def capabilities(self, name: str) -> Capabilities | None:
        """What the farm can do; None while nobody has said."""
        farm = self.farms.get(name)
        if farm is None or "capabilities" not in farm.document:
            return None
        doc = farm.document["capabilities"]
        known = self._capabilities.get(name)
        if known is None or known[0] != doc:
            known = self._capabilities[name] = (doc, from_plain(Capabilities, doc))
        return known[1]

    def wake_agent(self) -> None:
        """The farms and what they can do come from the agent: see that one runs."""

        def answer(done: Done) -> None:
            if done.error is not None:
                self.say(str(done.error), "ERROR")

        self.mail.ask(lambda store: start_agent(store.folder), answer)

    # -- jobs

    @property
    def job(self) -> Job | None:
        """The job that is shown: the chosen one, else the newest."""
        chosen = self.jobs.get(self.job_id)
        return chosen or max(self.jobs.values(), key=lambda job: job.created, default=None)

    @property
    def newest_picture(self) -> str:
        """The thumbnail of the frame that was done last, else the job's own."""
        done = [frame for frame in self.frames.values() if frame.thumbnail]
        if done:
            return max(done, key=lambda frame: ((frame.started or 0) + (frame.seconds or 0), frame.number)).thumbnail
        return self.job.thumbnail if self.job is not None else ""

    @property
    def frames_in_order(self) -> list[Frame]:
        """The chosen job's frames, by part and number."""
        return [self.frames[key] for key in sorted(self.frames)]

    @property
    def live(self) -> bool:
        """Does anything happen by itself right now?"""
        return any(not job.state.at_rest for job in self.jobs.values())

    def choose_job(self, id: str) -> None:
        """Show this job, its frames too."""
        self.job_id = id
        self.frames = {}
        self.job_message = Message()
        self.mail.watch_frames(id)
        self.changed = True

    def act(self, job: Job, action: Action) -> None:
        """Stop, start or retry; the agent's answer is looked for by `look_for_answers`."""
        self.job_message = Message({"stop": "Stopping", "start": "Starting", "retry": "Retrying"}[action.value], "TIME")
        self.changed = True

        def answer(done: Done) -> None:
            if done.error is not None:
                self.job_message = Message(str(done.error), "ERROR")
                self.changed = True
            self._commands.extend(done.value or ())

        self.mail.act(job.id, action, answer)

    def look_for_answers(self, now: float) -> None:
        """Ask twice a second what came of the commands."""
        if not self._commands or now - self._looked < 0.5:
            return
        self._looked = now
        numbers = tuple(self._commands)

        def look(store: Store) -> dict[int, Any]:
            return {number: store.answer(number) for number in numbers}

        self.mail.ask(look, self._answered)

    def _answered(self, done: Done) -> None:
        for number, answer in (done.value or {}).items():
            if answer.done and number in self._commands:
                self._commands.remove(number)
                self.job_message = Message(answer.message, "ERROR" if answer.message else "NONE")
                self.changed = True

    # -- news

    def say(self, text: str, icon: str = "NONE") -> None:
        """The line below Submit."""
        self.message = Message(text, icon)
        self.changed = True

    def _news(self, news: News) -> None:
        self.changed = True
        if isinstance(news, JobsChanged):
            self.jobs.update((job.id, job) for job in news.jobs)
            for id in news.gone:
                self.jobs.pop(id, None)
            if not self.job_id and self.job is not None:
                self.choose_job(self.job.id)
        elif isinstance(news, FramesChanged):
            if news.job == self.job_id:
                fresh = {(frame.part, frame.number): frame for frame in news.frames}
                self.frames = fresh if news.whole else {**self.frames, **fresh}
        elif isinstance(news, FarmsChanged):
            self.farms = {farm.name: farm for farm in news.farms}
        elif news.error is not None:
            self.say(str(news.error), "ERROR")

    def close(self) -> None:
        """Nothing of us is left running."""
        self.mail.close()
