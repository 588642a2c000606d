"""From a submission to a task that renders, so that a crash or a lost answer at any point leaves exactly one.

The order matters: what is about to be done is written down first (see _records.py). A number whose answer was lost is
looked for in the farm's list, by the label that every task of ours carries, and deleted; it was never submitted. Where
the record itself was lost, a task that was submitted is found by the same label and taken for what it is.
"""

from __future__ import annotations

import contextlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..._errors import FarmdeckError, FarmError, FarmUnreachable
from ...environments import Fit, RenderEnv, match_environments
from ...farm import Watch, check_options
from ...submission import Submission, check_unchanged
from ...transfers import Item
from ...transfers.manifest import Manifest
from ._places import Places
from ._records import Record, Records, Stage
from .client import Client
from .dialects import CURRENT
from .environments import cg_id_of, render_env
from .errors import AnswerLost, NotFound, RenderbusError, ServerTrouble, Unreachable, UnreadableAnswer
from .hardware import choose
from .models import HardwareConfig, TaskInfo, UserEnv
from .options import OPTIONS, task_labels
from .task_files import TaskFiles, md5, sent_as, task_files, tips

LOG = logging.getLogger(__name__)
LOOK_FROM = 60.0
"""Seconds after which a submission without a record may have been sent already: then the farm's list is looked at."""
HIGH, USUAL = 60, 50
"""The two levels that a task can be created with (SDK method document, create task)."""
_LOOK = 0.1
"""Seconds between two looks at whether somebody pressed Stop."""
_NAMED = 5
"""So many numbers are named in a sentence."""


def mark(submission_id: str) -> str:
    """The label by which a submission's task is known again."""
    return f"farmdeck-{submission_id}"


class Sender:
    """The steps of a delivery; each can be called again after whatever happened."""

    def __init__(self, client: Client, places: Places, records: Records, manifest: Path) -> None:
        self._client = client
        self._places = places
        self._records = records
        self._manifest = manifest
        self._uploading = threading.Lock()

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        """The farm wants the scene's MD5. Raises FarmError when the snapshot cannot be read."""
        try:
            self._records.hashed(submission, md5(scene, watch))
        except OSError as exc:
            raise _unreadable(scene, exc) from exc

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        """Bring over what the farm does not have yet; what was brought is written down file by file.

        One submission after the other: those of one shot share files, and each is sent once. Raises SceneChanged for a
        file that is not what was submitted, be it here or at the farm by now.
        """
        for file in submission.files:
            check_unchanged(file, "The file")
            watch.check()
        transfer, storage = self._places.transfer(), self._places.account().input
        with self._turn(watch):
            self._manifest.parent.mkdir(parents=True, exist_ok=True)
            manifest = Manifest(self._manifest)
            try:
                missing = manifest.missing(self._items(submission, scene), storage)
                if missing:
                    transfer.upload(missing, storage, watch, lambda item: manifest.record(item, storage))
            finally:
                manifest.close()

    @contextlib.contextmanager
    def _turn(self, watch: Watch) -> Iterator[None]:
        """Raises Cancelled when somebody presses Stop before it comes."""
        while not self._uploading.acquire(timeout=_LOOK):
            watch.check()
        try:
            yield
        finally:
            self._uploading.release()

    def _items(self, submission: Submission, scene: Path) -> list[Item]:
        files = [Item(Path(file.path), self._places.to_farm(file.path), file.size) for file in submission.files]
        try:
            size = scene.stat().st_size
        except OSError as exc:
            raise _unreadable(scene, exc) from exc
        return [*files, Item(scene, self._places.to_farm(sent_as(submission, scene)), size)]

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> int:
        """The number of the task that renders it. Raises FarmUnreachable where calling again goes on."""
        check_options(OPTIONS, submission.options)
        watch.check()
        record = self._records.by_submission(submission.id)
        if record is None:
            sent = self._already_sent(submission, watch)
            self.hash(submission, scene, watch)
            if sent is not None:
                self._records.submitted(submission.id, sent)
                return sent
            record = self._known(submission.id)
        if record.stage in (Stage.HASHED, Stage.CREATING):
            record = self._numbered(record, watch)
        if record.stage is Stage.CREATED:
            if not self._is_there(_task(record), watch):
                self._hand_over(record, scene, watch)
            self._records.handed(submission.id)
        if record.stage is not Stage.SUBMITTED:
            self._afterwards(record, watch)
        return _task(record)

    def find(self, submission_id: str) -> int | None:
        """The task that this submission already became."""
        record = self._records.by_submission(submission_id)
        if record is None:
            return self._search(submission_id, Watch())[0]
        if record.task is None or record.stage in (Stage.HASHED, Stage.CREATING):
            return None
        if record.stage is Stage.CREATED and not self._is_there(record.task, Watch()):
            return None
        if record.stage is not Stage.SUBMITTED:
            self._afterwards(record, Watch())
        return record.task

    def _known(self, id: str) -> Record:
        record = self._records.by_submission(id)
        assert record is not None  # written just before
        return record

    # -- a number

    def _numbered(self, record: Record, watch: Watch) -> Record:
        """The record once it has a number, or the task that it was found to be."""
        if record.stage is Stage.CREATING:
            sent = self._look_for_lost(record, watch)
            if sent is not None:
                self._records.submitted(record.submission.id, sent)
                return self._known(record.submission.id)
        self._create(record.submission, watch)
        return self._known(record.submission.id)

    def _create(self, submission: Submission, watch: Watch) -> None:
        options = check_options(OPTIONS, submission.options)
        client = self._client.watched(watch)
        labels: list[str] = []
        if client.connection.dialect(watch) is CURRENT:
            labels = [mark(submission.id), *task_labels(options)]
        self._records.creating(submission.id)
        try:
            created = client.create_task(
                user_level=HIGH if submission.priority > USUAL else USUAL,
                labels=labels,
                artist=options["artist"] or submission.owner,
            )
        except (AnswerLost, UnreadableAnswer, ServerTrouble) as exc:
            raise Unreachable(f"{exc.what} A task number may be lost; it is looked for first.", exc.fix) from exc
        except FarmdeckError:
            self._records.refused(submission.id)
            raise
        number = created.ids[0]
        if number < 1 or self._records.by_task(number) is not None:  # an answer that belongs to another request
            raise Unreachable(f"Renderbus gave {number} as the number of a new task.", "It is asked again.")
        self._records.created(submission.id, number)

    def _already_sent(self, submission: Submission, watch: Watch) -> int | None:
        """For a submission without a record that is not quite new: the task that it became, if the record was lost."""
        if time.time() - submission.created < LOOK_FROM:
            return None
        sent, unused = self._search(submission.id, watch)
        if sent is None:
            self._throw_away(unused, watch)
        return sent

    def _look_for_lost(self, record: Record, watch: Watch) -> int | None:
        """A number was made for it and did not arrive: find it and throw it away, or leave word of it."""
        id, client = record.submission.id, self._client.watched(watch)
        sent, unused = self._search(id, watch)
        if sent is not None:
            return sent
        why = self._throw_away(unused, watch)
        if unused and not why:
            return None
        if not unused and client.connection.dialect(watch) is CURRENT:
            why = "the farm's list does not show it"
        elif not unused:
            why = "this protocol has no label to know it by"
            listed = (task for task in client.all_tasks() if task.submitted is None)
            unused = [task for task in listed if self._records.by_task(task.id) is None]
        when = time.strftime("%H:%M", time.localtime(record.begun))
        note = f"The farm may hold an unused task number from {when}{_names(unused)}: its answer was lost, and {why}."
        LOG.warning("job %s: %s", id, note)
        self._records.noted(id, f"{note} It costs nothing.")
        return None

    def _throw_away(self, unused: Sequence[TaskInfo], watch: Watch) -> str:
        """Delete numbers that were never submitted; why that was refused, or ""."""
        numbers = [task.id for task in unused]
        try:
            self._client.watched(watch).delete_tasks(numbers)
        except FarmUnreachable:
            raise
        except RenderbusError as exc:  # a sub-account may not be allowed to
            LOG.warning("the lost tasks %s could not be deleted: %s", numbers, exc)
            return "this account may not delete it"
        LOG.info("the lost tasks %s were deleted", numbers)
        return ""

    def _search(self, submission_id: str, watch: Watch) -> tuple[int | None, list[TaskInfo]]:
        """The task that it became, and the unused numbers that were made for it; the 2018 protocol has no labels.

        Every page is looked at: a number that was never submitted has no date by which the farm could choose.
        """
        client = self._client.watched(watch)
        if client.connection.dialect(watch) is not CURRENT:
            return None, []
        ours = [task for task in client.all_tasks() if mark(submission_id) in _labels(task)]
        sent = [task.id for task in ours if task.submitted is not None]
        return (sent[0] if sent else None), [task for task in ours if task.submitted is None]

    def _is_there(self, task: int, watch: Watch) -> bool:
        """Was it submitted? A number that was only made is not listed, or listed without a date."""
        try:
            found = self._client.watched(watch).task_info([task])
        except NotFound:
            return False
        return any(one.id == task and one.submitted is not None for one in found)

    # -- handing over

    def _hand_over(self, record: Record, scene: Path, watch: Watch) -> None:
        task, client = _task(record), self._client.watched(watch)
        files = self._files(record, scene, watch)
        if client.connection.dialect(watch) is CURRENT:
            for name, text in files.texts().items():
                client.upload_json(task, name, text)
        else:
            self._bring_files(task, files, watch)
        options = check_options(OPTIONS, record.submission.options)
        try:
            client.submit_task(task, options["artist"] or record.submission.owner)
        except RenderbusError as exc:  # also when it was refused because it had been done before
            if self._is_there(task, watch):
                return
            if isinstance(exc, (AnswerLost, ServerTrouble)):
                raise Unreachable(exc.what, "It is looked for before it is sent again.") from exc
            raise

    def _afterwards(self, record: Record, watch: Watch) -> None:
        """What is asked once the farm has it. A refusal is said, but the job did not fail: it renders."""
        task, client = _task(record), self._client.watched(watch)
        machines = check_options(OPTIONS, record.submission.options)["machines_at_most"]
        if record.submission.hold:
            self._ask(record, "It could not be held", lambda: client.stop_tasks([task]))
        if machines and client.connection.dialect(watch) is CURRENT:
            self._ask(record, "Its machines could not be limited", lambda: client.set_node_limit(task, machines))
        self._records.submitted(record.submission.id, task)

    def _ask(self, record: Record, otherwise: str, ask: Callable[[], None]) -> None:
        try:
            ask()
        except FarmUnreachable:
            raise
        except RenderbusError as exc:
            LOG.warning("job %s: %s: %s", record.submission.id, otherwise, exc)
            self._records.noted(record.submission.id, f"{otherwise}: {exc}")

    def _files(self, record: Record, scene: Path, watch: Watch) -> TaskFiles:
        client, submission = self._client.watched(watch), record.submission
        account = self._places.account()
        return task_files(
            submission,
            scene,
            self.environment(submission, watch),
            scene_hash=record.scene_hash,
            task_id=_task(record),
            user_id=account.profile.user_id,
            platform=int(client.connection.platform),
            project_id=self._project(submission.project, watch),
            hardware=self.hardware(submission, watch),
            to_farm=self._places.to_farm,
        )

    def _bring_files(self, task: int, files: TaskFiles, watch: Watch) -> None:
        """The 2018 protocol takes them from the configuration storage."""
        with tempfile.TemporaryDirectory(prefix="farmdeck-") as folder:
            items = []
            for name, text in files.texts().items():
                local = Path(folder) / name
                local.write_text(text, encoding="utf-8")
                items.append(Item(local, f"/{task}/cfg/{name}", local.stat().st_size))
            quiet = Watch()  # its bytes are none of the submission's progress
            self._places.transfer().upload(items, self._places.account().config, quiet)
            watch.check()

    def environment(self, submission: Submission, watch: Watch) -> UserEnv:
        """The farm's environment to render in: the one that was chosen, else the best match. Raises FarmError."""
        found = self._client.watched(watch).envs([cg_id_of(submission.software.name)])
        envs = {env.name: env for env in found}
        if submission.env:
            if submission.env not in envs:
                known = ", ".join(envs) or f"none for {submission.software.name}"
                raise FarmError(f'The farm has no environment "{submission.env}".', f"It has: {known}.")
            return envs[submission.env]
        ranked = [match.env for match in match_environments(submission, [render_env(env) for env in found])]
        usable = [env for env in ranked if _opens(env, submission)]
        if not usable:
            software = f"{submission.software.name} {submission.software.version}".strip()
            older = f"; {ranked[0].name} is older" if ranked else ""
            raise FarmError(
                f"The account has no environment for {software}{older}.",
                f"Make one like this scene (farmdeck envs create --like {Path(submission.scene.path).name} "
                f"--farm {submission.farm}), or choose one by its name.",
            )
        return envs[usable[0].name]

    def hardware(self, submission: Submission, watch: Watch) -> HardwareConfig | None:
        """The kind of machine; None where the protocol has no choice. Raises BadInput."""
        client = self._client.watched(watch)
        if client.connection.dialect(watch) is not CURRENT:
            return None
        options = check_options(OPTIONS, submission.options)
        platform = int(client.connection.platform)
        return choose(client.hardware(), submission, options, platform=platform, tips=tips(submission))

    def _project(self, name: str, watch: Watch) -> int:
        """The number of the project, made when the account has none of that name; 0 for no project."""
        if not name:
            return 0
        client = self._client.watched(watch)
        number, refused = _label(client, name), None
        if number is None:
            try:
                client.add_label(name)
            except FarmUnreachable:
                raise
            except RenderbusError as exc:  # its answer may be lost, or somebody else made it just now: the list tells
                refused = exc
            number = _label(client, name)
        if number is not None:
            return number
        if isinstance(refused, (AnswerLost, ServerTrouble)):
            raise Unreachable(refused.what, "It is looked for before it is made again.") from refused
        raise refused or FarmError(
            f'The project "{name}" could not be made.', "Make it on the farm's pages, then retry."
        )


def _label(client: Client, name: str) -> int | None:
    return next((label.id for label in client.labels() if label.name == name), None)


def _opens(env: RenderEnv, submission: Submission) -> bool:
    """Can it open the scene for sure? An older version of the application is chosen by a person only."""
    [match] = match_environments(replace(submission, plugins=()), [env])
    return match.fit in (Fit.EXACT, Fit.CLOSE)


def _task(record: Record) -> int:
    assert record.task is not None  # written with its stage
    return record.task


def _names(tasks: Sequence[TaskInfo]) -> str:
    """` (2W19097)`, after a word; "" for none."""
    named = ", ".join(task.alias or str(task.id) for task in tasks[:_NAMED])
    return f" ({named}{', …' if len(tasks) > _NAMED else ''})" if tasks else ""


def _unreadable(scene: Path, exc: OSError) -> FarmError:
    return FarmError(f"{scene} cannot be read: {exc.strerror}.", "Check the disk, then press Start.")


def _labels(task: TaskInfo) -> list[str]:
    """The farm keeps them as JSON text: {"12": "name"} or ["name"]."""
    try:
        kept = json.loads(task.labels or "{}")
    except ValueError:
        return []
    values = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, list) else ()
    return [str(value) for value in values]
