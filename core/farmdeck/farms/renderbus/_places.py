"""Where an account's files are at the farm, and how they travel there and back."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..._errors import FarmError, SettingsError
from ...farm import Output
from ...frames import parse_frames
from ...job import Part
from ...transfers import Storage, Transfer
from ...transfers.folder import FolderTransfer
from ...transfers.paths import explain, read_maps, to_farm
from ...transfers.vendor_program import program_path
from . import scene_info
from .client import FARM_CLOCK, Client
from .dialects import V3
from .models import Profile, TaskInfo, TransferBids, TransferEngine

ENGINES = {"transmitter": "aspera", "raysync": "raysyncproxy"}
"""The farm's word for the engine behind each of our ways, lower-case (rayvision_sync 3.1.8)."""
WAYS = ("transmitter", "raysync", "folder")


@dataclass(frozen=True)
class Account:
    """What has to be known of an account before any file can travel."""

    profile: Profile
    bids: TransferBids

    @property
    def input(self) -> Storage:
        """Where scenes and their files go: the main account's place where it is shared (rayvision_sync 3.1.8)."""
        if self.profile.shares_main_capital and self.profile.main_user_id:
            return Storage(self.bids.parent_input or self.bids.input, str(self.profile.main_user_id))
        return Storage(self.bids.input, str(self.profile.user_id))

    @property
    def config(self) -> Storage:
        return Storage(self.bids.config, str(self.profile.user_id))

    def output(self, task: TaskInfo) -> Storage:
        """Where a task's results are; newer farms say it with the task."""
        return Storage(task.bid or self.bids.output, str(task.user_id or self.profile.user_id))


class Places:
    """The way files travel, as the account's settings choose it."""

    def __init__(self, client: Client, name: str, settings: Mapping[str, Any], folder: Path) -> None:
        """`name`: the account's, in the settings. No network. Raises FarmError for settings that cannot be used."""
        self._client = client
        self._name = name
        self._settings = settings
        self._folder = folder
        self._account: Account | None = None
        self.way = str(settings.get("transfer", "folder" if settings.get("storage") else "transmitter"))
        if self.way not in WAYS:
            raise FarmError(f'There is no transfer "{self.way}".', f"Set transfer to one of: {', '.join(WAYS)}.")
        self.maps = read_maps(settings.get("path_maps", ()))

    def account(self, fresh: bool = False) -> Account:
        """Profile and storages; asked once, or again for `fresh`."""
        if self._account is None or fresh:
            self._account = Account(self._client.profile(), self._client.transfer_bids())
        return self._account

    def explain(self, path: str) -> str:
        """Where a local path lies at the farm, or why it cannot, as a sentence."""
        return explain(path, self.maps)

    def to_farm(self, path: str) -> str:
        """A local path's place in the input storage. Raises BadInput."""
        return to_farm(path, self.maps)

    def missing(self) -> str:
        """What is needed before a file can travel, as a sentence; "" when nothing is."""
        try:
            self._early_check()
        except FarmError as exc:
            return str(exc)
        return ""

    def _early_check(self) -> None:
        if self.way == "folder":
            FolderTransfer(self._root()).check()
        elif self.way == "transmitter":
            self._program()

    def transfer(self) -> Transfer:
        """Ready to be used. Raises FarmError."""
        if self.way == "folder":
            return FolderTransfer(self._root())
        line = self._line()
        self._folder.mkdir(parents=True, exist_ok=True)
        if self.way == "transmitter":
            from ...transfers.transmitter import TransmitterTransfer  # on first use, as below: importing costs

            return TransmitterTransfer(self._program(), ENGINES[self.way], *line, self._folder / "transmitter")
        from ...transfers.raysync import RaysyncAccount, RaysyncTransfer

        key, account = self._client.raysync_key(), self.account()
        asked = RaysyncAccount(
            key.user_name or account.profile.user_name,
            key.key,
            self._client.connection.platform,
            account.bids.input,
            account.bids.config,
        )
        port = int(setting_number(self._settings, "raysync_port", 0))
        if not port:
            raise FarmError("The port of the Raysync program here is not set.", "Set raysync_port for this farm.")
        return RaysyncTransfer(port, asked, *line, self._folder / "raysync")

    def _line(self) -> tuple[str, int]:
        """Server and port: those of the settings, else the farm's default line of the engine."""
        if self._settings.get("transfer_server"):
            return str(self._settings["transfer_server"]), int(setting_number(self._settings, "transfer_port", 10221))
        engines = {engine.name.lower(): engine for engine in self._client.transfer_config().engines}
        engine = engines.get(ENGINES[self.way])
        if engine is None or not engine.lines:
            raise FarmError(
                f"The farm offers this account no line for the {self.way}.",
                "Set transfer to another way, or ask the farm's support.",
            )
        return _best_line(engine)

    def _program(self) -> Path:
        named = str(self._settings.get("transmitter", ""))
        program = Path(named) if named else program_path(self._folder)
        if not os.access(program, os.X_OK):
            raise FarmError(
                "The farm's transmission program is not here yet, so no file can travel.",
                f"Fetch it with: farmdeck farms setup {self._name}",
            )
        return program

    def _root(self) -> Path:
        root = str(self._settings.get("storage", ""))
        if not root:
            raise FarmError("No storage folder is set for this farm.", "Set storage to the folder that is mounted.")
        return Path(root)

    # -- what is there to fetch

    def files(self, task: TaskInfo) -> list[Output]:
        """Every file of a task's results; `part` is 0, for the caller to change."""
        if not task.output_name:
            return []
        if self._client.connection.dialect() is V3:
            return self._listed_here(task)
        return self._listed_there(task)

    def _listed_there(self, task: TaskInfo) -> list[Output]:
        found: dict[str, Output] = {}
        entries, seen = list(self._client.output_files(task.id)), set()
        while entries:
            entry = entries.pop()
            path = entry.path.strip("/")
            if path in seen or path.split("/")[0] != task.output_name:
                continue
            seen.add(path)
            if entry.is_folder:
                entries += self._client.output_files(path="/" + path)
            else:
                found[path] = _output(task, path, entry.size, _moment(entry.modified))
        return list(found.values())

    def _listed_here(self, task: TaskInfo) -> list[Output]:
        """The 2018 protocol cannot list; a storage that is mounted here can."""
        if self.way != "folder":
            raise FarmError(
                "This account's protocol cannot list finished pictures.",
                "Fetch them with the farm's own client, or set dialect to current if the account has it.",
            )
        storage = self.account().output(task)
        root = self._root() / storage.id / storage.user
        top = root / task.output_name
        found = []
        for path in sorted(top.rglob("*")) if top.is_dir() else ():
            if path.is_file():
                info = path.stat()
                found.append(_output(task, path.relative_to(root).as_posix(), info.st_size, info.st_mtime))
        return found


def setting_number(settings: Mapping[str, Any], name: str, default: float) -> float:
    """A setting that is a number. Raises SettingsError."""
    try:
        return float(settings.get(name, default))
    except (TypeError, ValueError):
        raise SettingsError(f"{name} is {settings[name]!r}.", "Give a number in settings.toml.") from None


def _output(task: TaskInfo, path: str, size: int, modified: float | None) -> Output:
    inside = path.partition(f"{task.output_name}/")[2] or path
    return Output(id=path, part=0, path=inside, size=size, modified=modified)


def _moment(text: str) -> float | None:
    """The farm's wall clock, or milliseconds as a number; None for what is neither."""
    if text.isdigit():
        return int(text) / 1000
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=FARM_CLOCK).timestamp()
    except ValueError:
        return None


def _best_line(engine: TransferEngine) -> tuple[str, int]:
    line = next((line for line in engine.lines if line.is_default), engine.lines[0])
    return line.server, line.port


def placed(output: Output, indexes: Sequence[int], parts: Sequence[Part]) -> Output:
    """With its part, its place in the part's own folder, and the frame that its name ends with."""
    if not indexes:
        return output
    folder, _, inside = output.path.partition("/")
    several = inside and len(parts) > 1  # else it is a folder of the scene's own, such as a pass
    named = [index for index in indexes if several and folder.casefold() in _folders(parts[index])]
    candidates = named or indexes
    seen = [index for index in candidates if parts[index].camera and parts[index].camera in output.path]
    part = (seen or candidates)[0]
    frame = _number(output.path, set(parse_frames(parts[part].frames)))
    return replace(output, part=part, path=inside if named else output.path, frame=frame)


def _folders(part: Part) -> set[str]:
    """What the farm may call the folder of a part's own among several: by its layer or its node."""
    return {name.rpartition("/")[2].casefold() for name in (part.item, scene_info.layer_of(part))}


def _number(path: str, wanted: set[int]) -> int | None:
    """The frame that a file shows, by the number that its name ends with; None for one that was not asked for."""
    digits = re.search(r"(-?\d+)$", path.rpartition("/")[2].rpartition(".")[0])
    number = int(digits.group(1)) if digits else None
    if number is not None and number not in wanted and -number in wanted:
        number = -number  # a dash before the digits is part of the name: shot-0001
    return number if number in wanted else None
