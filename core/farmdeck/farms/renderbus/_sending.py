"""From a submission to a task that renders, so that a crash or a lost answer at any point leaves exactly one.

The order matters: what is about to be done is written down first (see _records.py). A number whose answer was lost is
looked for in the farm's list, by the label that every task of ours carries, and deleted; it was never submitted.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
from pathlib import Path

from ..._errors import FarmError
from ...environments import Fit, match_environments
from ...farm import Watch, check_options
from ...submission import Submission, check_unchanged
from ...transfers import Item
from ...transfers.manifest import Manifest
from ._places import Places
from ._records import Record, Records, Stage
from .client import Client
from .dialects import CURRENT
from .environments import cg_id_of, render_env
from .errors import AnswerLost, NotFound, Unreachable
from .hardware import choose
from .models import HardwareConfig, TaskInfo, UserEnv
from .options import OPTIONS, task_labels
from .task_files import TaskFiles, md5, task_files, tips

LOG = logging.getLogger(__name__)
LOOK_BACK = 3600.0
"""Seconds before a number was asked for from which the farm's list is searched: the two clocks may differ."""
HIGH, USUAL = 60, 50
"""The two levels that a task can be created with (SDK method document, create task)."""


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

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:
        """The farm wants the scene's MD5. Raises FarmError when the snapshot cannot be read."""
        try:
            self._records.hashed(submission, md5(scene, watch))
        except OSError as exc:
            raise FarmError(f"{scene} cannot be read: {exc.strerror}.", "Check the disk, then press Start.") from exc

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:
        """Bring over what the farm does not have yet; what was brought is written down file by file."""
        transfer, storage = self._places.transfer(), self._places.account().input
        self._manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest = Manifest(self._manifest)
        try:
            stamps = {Path(file.path): file for file in submission.files}
            missing = manifest.missing(self._items(submission, scene), storage)
            for item in missing:
                if item.local in stamps:
                    check_unchanged(stamps[item.local], "The file")
            if missing:
                transfer.upload(missing, storage, watch, lambda item: manifest.record(item, storage))
        finally:
            manifest.close()

    def _items(self, submission: Submission, scene: Path) -> list[Item]:
        files = [Item(Path(file.path), self._places.to_farm(file.path), file.size) for file in submission.files]
        return [*files, Item(scene, self._places.to_farm(submission.scene.path), scene.stat().st_size)]

    def submit(self, submission: Submission, scene: Path, watch: Watch) -> int:
        """The number of the task that renders it. Raises FarmUnreachable where calling again goes on."""
        check_options(OPTIONS, submission.options)
        watch.check()
        record = self._records.by_submission(submission.id)
        if record is None or not record.scene_hash:
            self.hash(submission, scene, watch)
            record = self._known(submission.id)
        if record.stage is Stage.CREATING:
            self._look_for_lost(record, watch)
        if record.stage in (Stage.HASHED, Stage.CREATING):
            self._create(submission, watch)
            record = self._known(submission.id)
        assert record.task is not None  # written with its stage
        if record.stage is Stage.CREATED and not self._is_there(record.task, watch):
            self._hand_over(record, scene, watch)
        self._records.submitted(submission.id)
        return record.task

    def find(self, submission_id: str) -> int | None:
        """The task that this submission already became."""
        record = self._records.by_submission(submission_id)
        if record is None or record.task is None or record.stage in (Stage.HASHED, Stage.CREATING):
            return None
        if record.stage is Stage.SUBMITTED:
            return record.task
        if self._is_there(record.task, Watch()):
            self._records.submitted(submission_id)
            return record.task
        return None

    def _known(self, id: str) -> Record:
        record = self._records.by_submission(id)
        assert record is not None  # written just before
        return record

    # -- a number

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
        except AnswerLost as exc:
            raise Unreachable(f"{exc.what} A task number may be lost; it is looked for first.", exc.fix) from exc
        self._records.created(submission.id, created.ids[0])

    def _look_for_lost(self, record: Record, watch: Watch) -> None:
        """A number was made for it and did not arrive: find it and throw it away, or leave word of it."""
        client = self._client.watched(watch)
        wanted = mark(record.submission.id)
        if client.connection.dialect(watch) is CURRENT:
            lost = [
                task.id
                for task in client.all_tasks(start=record.begun - LOOK_BACK)
                if task.submitted is None and wanted in _labels(task)
            ]
            if lost:
                client.delete_tasks(lost)
                LOG.info("job %s: the lost tasks %s were deleted", record.submission.id, lost)
                return
        when = time.strftime("%H:%M", time.localtime(record.begun))
        note = (
            f"The farm may hold an unused task number from {when}: its answer was lost, and its list does not show it. "
            "It costs nothing."
        )
        LOG.warning("job %s: %s", record.submission.id, note)
        self._records.noted(record.submission.id, note)

    def _is_there(self, task: int, watch: Watch) -> bool:
        """Was it submitted? A number that was only made is not listed, or listed without a date."""
        try:
            found = self._client.watched(watch).task_info([task])
        except NotFound:
            return False
        return any(one.id == task and one.submitted is not None for one in found)

    # -- handing over

    def _hand_over(self, record: Record, scene: Path, watch: Watch) -> None:
        submission, task = record.submission, record.task
        assert task is not None
        client = self._client.watched(watch)
        options = check_options(OPTIONS, submission.options)
        files = self._files(record, scene, watch)
        if client.connection.dialect(watch) is CURRENT:
            for name, text in files.texts().items():
                client.upload_json(task, name, text)
        else:
            self._bring_files(task, files, watch)
        try:
            client.submit_task(task, options["artist"] or submission.owner)
        except AnswerLost as exc:
            if not self._is_there(task, watch):
                raise Unreachable(exc.what, "It is looked for before it is sent again.") from exc
        if submission.hold:
            client.stop_tasks([task])
        if options["machines_at_most"] and client.connection.dialect(watch) is CURRENT:
            client.set_node_limit(task, options["machines_at_most"])

    def _files(self, record: Record, scene: Path, watch: Watch) -> TaskFiles:
        client, submission = self._client.watched(watch), record.submission
        account = self._places.account()
        assert record.task is not None
        return task_files(
            submission,
            scene,
            self.environment(submission, watch),
            scene_hash=record.scene_hash,
            task_id=record.task,
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
        ranked = match_environments(submission, [render_env(env) for env in found])
        if not ranked or ranked[0].fit is Fit.NONE:
            software = f"{submission.software.name} {submission.software.version}".strip()
            raise FarmError(
                f"The account has no environment for {software}.",
                "Make one like this scene: farmdeck envs create --like SCENE --farm NAME.",
            )
        return envs[ranked[0].env.name]

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
        for _ in range(2):
            found = next((label.id for label in client.labels() if label.name == name), None)
            if found is not None:
                return found
            try:
                client.add_label(name)
            except AnswerLost:
                continue  # whether it was made shows in the list
        raise FarmError(f'The project "{name}" could not be made.', "Make it on the farm's pages, then retry.")


def _labels(task: TaskInfo) -> list[str]:
    """The farm keeps them as JSON text: {"12": "name"} or ["name"]."""
    try:
        kept = json.loads(task.labels or "{}")
    except ValueError:
        return []
    values = kept.values() if isinstance(kept, dict) else kept if isinstance(kept, list) else ()
    return [str(value) for value in values]
