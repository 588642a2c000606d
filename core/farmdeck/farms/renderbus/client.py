"""Every call of the Renderbus API as a method; the wire's names end here.

Numbers of tasks are whole numbers (`19097` for `2W19097`). Moments are seconds since the epoch, durations seconds.
Every method raises RenderbusError in its kinds (NotInDialect where the account's protocol has no such call), BadInput
for what cannot be sent, Cancelled. Calls that take many tasks send BATCH of them in a request; when one request is
refused, those before it are done.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from ..._errors import BadInput
from . import models
from .connection import Connection
from .dialects import V3
from .errors import AnswerLost, NoMoreRecords, NotFound

if TYPE_CHECKING:
    from ...farm import Watch

T = TypeVar("T")

BATCH = 100
"""Ids in one request; as many as the farm describes in one answer."""
AHEAD = 4
"""Pages of a long list that are asked for at once."""
PAGE_SIZE = 1000
"""Items asked for in one page of a long list; the farm may give fewer."""
JSON_FILES = ("task.json", "asset.json", "upload.json", "tips.json")
ENGLISH, CHINESE = 1, 0
LINUX, WINDOWS = 0, 1
FARM_CLOCK = timezone(timedelta(hours=8))
"""The farm's wall clock (protocol V3, 2018: `serverTime`, "UTC +8")."""
ALL, ONLY_THESE = 1, 0


class Client:
    """What an account can ask of the farm. Any number of threads may use it at once."""

    def __init__(self, connection: Connection, *, page_size: int = PAGE_SIZE, watch: Watch | None = None) -> None:
        """No network. `watch` is looked at in every call; see `watched`."""
        self.connection = connection
        self.page_size = page_size
        self._watch = watch

    def watched(self, watch: Watch) -> Client:
        """The same client, with every call stopping when that watch is cancelled."""
        return Client(self.connection, page_size=self.page_size, watch=watch)

    # --- account -----------------------------------------------------------------------------------------------------

    def platforms(self) -> tuple[models.Platform, ...]:
        """The parts of the farm that this account's region has."""
        return models.read_list(models.Platform, self._call("platforms", zone=self._zone()))

    def profile(self) -> models.Profile:
        """The account: name, rights, balance, prices."""
        return models.read(models.Profile, self._call("profile"))

    def settings(self) -> models.Settings:
        """The account's settings at the farm."""
        return models.read(models.Settings, self._call("settings"))

    def update_overtime(self, seconds: int) -> int:
        """After so long a task counts as overdue. Returns the seconds that are set: V3 rounds up to full hours."""
        self._call("update_overtime", taskOverTimeSec=_at_least_one("the overtime", seconds))
        return -(-seconds // 3600) * 3600 if self._speaks_v3() else seconds

    def transfer_bids(self) -> models.TransferBids:
        """The numbers of the account's storages."""
        return models.read(models.TransferBids, self._call("transfer_bids"))

    def task_records(
        self, page: int = 1, size: int = 100, start: float | None = None, end: float | None = None
    ) -> models.Page[models.TaskRecord]:
        """What was done to tasks, a page of it. Current dialect only."""
        dates = {"startDate": _clock_text(start), "endDate": _clock_text(end)}
        platform = int(self.connection.platform)
        return self._page(models.TaskRecord, "task_records", platform=platform, pageNum=page, pageSize=size, **dates)

    def login_records(
        self, page: int = 1, size: int = 100, start: float | None = None, end: float | None = None
    ) -> models.Page[models.LoginRecord]:
        """Who logged in, a page of it. Current dialect only."""
        dates = {"startDate": _clock_text(start), "endDate": _clock_text(end)}
        return self._page(models.LoginRecord, "login_records", pageNum=page, pageSize=size, **dates)

    # --- submission --------------------------------------------------------------------------------------------------

    def create_task(
        self,
        count: int = 1,
        *,
        user_level: int | None = None,
        out_user_id: int | None = None,
        labels: Sequence[str] = (),
        clone_original_id: int | None = None,
        artist: str = "",
    ) -> models.CreatedTasks:
        """Numbers for new tasks; never asked for twice. `user_level` is 50 or 60.

        Raises AnswerLost when the farm may have made numbers that did not arrive.
        """
        body = _given(
            count=count,
            taskUserLevel=user_level,
            outUserId=out_user_id,
            labels=list(labels),
            cloneOriginalId=clone_original_id,
            artist=artist,
        )
        created = models.read(models.CreatedTasks, self._call("create_task", **body))
        if len(created.ids) != count:
            raise AnswerLost(
                f"Renderbus was asked for {count} new tasks and answered with {len(created.ids)} numbers.",
                "Look at the farm's list before doing it again.",
            )
        return created

    def submit_task(self, task_id: int, producer: str = "") -> None:
        """The farm begins with the task whose JSON files it has. Never repeated: see AnswerLost."""
        self._call("submit_task", **_given(taskId=task_id, producer=producer))

    def upload_json(self, task_id: int, name: str, text: str) -> None:
        """One of JSON_FILES of a task, as JSON text, instead of bringing it into the configuration storage."""
        if name not in JSON_FILES:
            raise BadInput(f'A task has no file "{name}".', f"Give one of: {', '.join(JSON_FILES)}.")
        self._call("upload_json", taskId=task_id, fileName=name, content=text)

    def pack_nodes(self) -> tuple[models.PackNode, ...]:
        """The account's plans of reserved machines. Current dialect only."""
        return models.read_list(models.PackNode, self._call("pack_nodes"))

    def error_details(self, codes: Sequence[str], language: int = ENGLISH) -> tuple[models.CodeInfo, ...]:
        """What findings of the analysis mean; V3 needs a request for each."""
        found: list[models.CodeInfo] = []
        bodies: list[dict[str, Any]] = [{"codes": batch} for batch in _batches([str(code) for code in codes])]
        if codes and self._speaks_v3():
            bodies = [{"code": str(code)} for code in codes]
        for body in bodies:
            found += models.read_list(models.CodeInfo, self._call("error_details", language=str(language), **body))
        return tuple(found)

    # --- tasks -------------------------------------------------------------------------------------------------------

    def task_list(
        self,
        page: int = 1,
        size: int | None = None,
        *,
        statuses: Collection[int] = (),
        keyword: str = "",
        start: float | None = None,
        end: float | None = None,
        deleted: bool = False,
    ) -> models.Page[models.TaskInfo]:
        """One page of the account's tasks, newest first.

        `keyword`: in the scene's name or the number; `start`, `end`: submitted between these moments; `deleted`: those
        in the recycle bin instead. These four are in the current dialect only; `all_tasks` does the first three itself.
        """
        body = _given(
            pageNum=page,
            pageSize=size or self.page_size,
            statusList=sorted(int(status) for status in statuses),
            searchKeyword=keyword,
            startTime=_clock_text(start),
            endTime=_clock_text(end),
            recycleFlag=1 if deleted else None,
        )
        return self._page(models.TaskInfo, "task_list", **body)

    def all_tasks(
        self,
        *,
        statuses: Collection[int] = (),
        keyword: str = "",
        start: float | None = None,
        end: float | None = None,
        deleted: bool = False,
    ) -> Iterator[models.TaskInfo]:
        """Every task that `task_list` would show, one after the other.

        Pages are asked for as they are needed, AHEAD of them at once after the first.
        """
        narrow: dict[str, Any] = {"keyword": keyword, "start": start, "end": end}
        here = self._speaks_v3()
        asked: dict[str, Any] = {} if here else narrow

        def page(number: int) -> models.Page[models.TaskInfo]:
            return self.task_list(number, statuses=statuses, deleted=deleted, **asked)

        for task in _every(page, lambda task: task.id):
            if not here or _matches(task, **narrow):
                yield task

    def task_info(self, task_ids: Iterable[int]) -> tuple[models.TaskInfo, ...]:
        """Tasks by number, children inside; BATCH of them in a request. What the farm does not know is left out."""
        found: list[models.TaskInfo] = []
        for batch in _batches([int(id) for id in task_ids]):
            found += self._page(models.TaskInfo, "task_info", taskIds=batch).items
        return tuple(found)

    def child_task_ids(self, task_id: int) -> tuple[int, ...]:
        """The numbers of a task's parts; its own when it has none. Raises NotFound."""
        found = [task for task in self.task_info([task_id]) if task.id == task_id]
        if not found:
            raise NotFound(f"Renderbus does not know task {task_id}.", "Refresh the list; it may have been deleted.")
        return tuple(part.id for part in found[0].parts)

    def stop_tasks(self, task_ids: Iterable[int]) -> None:
        """Stop rendering; `start_tasks` goes on."""
        self._for_tasks("stop_tasks", task_ids)

    def start_tasks(self, task_ids: Iterable[int]) -> None:
        """Go on with stopped tasks."""
        self._for_tasks("start_tasks", task_ids)

    def abandon_tasks(self, task_ids: Iterable[int]) -> None:
        """Give tasks up for good; what is rendered stays."""
        self._for_tasks("abandon_tasks", task_ids)

    def delete_tasks(self, task_ids: Iterable[int]) -> None:
        """Put tasks into the recycle bin."""
        self._for_tasks("delete_tasks", task_ids)

    def set_overtime(self, task_ids: Iterable[int], seconds: int) -> None:
        """The farm stops these tasks after so long."""
        self._for_tasks("set_overtime", task_ids, overTime=_at_least_one("the time limit", seconds))

    def full_speed(self, task_ids: Iterable[int]) -> None:
        """Render the rest of tasks that waited after their priority frames."""
        self._for_tasks("full_speed", task_ids)

    def set_priority(self, task_id: int, level: int) -> None:
        """The priority among the account's own tasks."""
        self._call("set_priority", taskId=task_id, taskUserLevel=level)

    def set_node_limit(self, task_id: int, nodes: int) -> None:
        """So many machines at once at most. Current dialect only."""
        self._call("set_node_limit", taskId=task_id, taskLimit=_at_least_one("the number of machines", nodes))

    def edit_hardware(
        self, task_ids: Iterable[int], hardware_ids: Iterable[int], *, model: str = "", gpus: str = "", ram: str = ""
    ) -> None:
        """Other machines for these tasks; texts as in HardwareConfig (`64GB`, `2*GPU`). Current dialect only."""
        chosen = _given(hardwareConfigIds=[str(id) for id in hardware_ids], model=model, gpuNum=gpus, ram=ram)
        for batch in _batches([str(int(id)) for id in task_ids]):
            self._call("edit_hardware", taskIds=batch, **chosen)

    # --- frames ------------------------------------------------------------------------------------------------------

    def task_frames(
        self, task_id: int, page: int = 1, size: int | None = None, keyword: str = ""
    ) -> models.Page[models.FrameInfo]:
        """One page of a task's frames; of a part's, for a task with parts. `keyword`: in the index."""
        body = _given(taskId=task_id, pageNum=page, pageSize=size or self.page_size, searchKeyword=keyword)
        return self._page(models.FrameInfo, "task_frames", **body)

    def all_frames(self, task_id: int, keyword: str = "") -> Iterator[models.FrameInfo]:
        """Every frame of a task, also those that share an index; no request more than there are pages."""
        return _every(lambda number: self.task_frames(task_id, number, keyword=keyword), lambda frame: frame.id)

    def frame_stats(self) -> models.FrameStats:
        """All frames of the account, counted."""
        return models.read(models.FrameStats, self._call("frame_stats"))

    def retry_failed(self, task_ids: Iterable[int], statuses: Collection[int] = ()) -> None:
        """Render failed frames of these tasks again, or those in other `statuses` (current dialect only)."""
        self._for_tasks("retry_failed", task_ids, **_given(status=sorted(int(status) for status in statuses)))

    def retry_frames(
        self, task_id: int, frame_ids: Collection[int] | None = None, statuses: Collection[int] = ()
    ) -> None:
        """Render these frames of a task again. None: all of it, or those in `statuses` (current dialect only)."""
        self._for_frames("retry_frames", task_id, frame_ids, statuses)

    def retry_frame_numbers(self, task_id: int, numbers: Collection[int]) -> tuple[models.FrameInfo, ...]:
        """Render again what holds these frame numbers; returns it. Raises BadInput when the task lacks one."""
        frames = self._holding(task_id, numbers)
        self.retry_frames(task_id, [frame.id for frame in frames])
        return frames

    def stop_frames(
        self, task_id: int, frame_ids: Collection[int] | None = None, statuses: Collection[int] = ()
    ) -> None:
        """Stop these frames of a task. None: all of it, or those in `statuses`. Current dialect only."""
        self._for_frames("stop_frames", task_id, frame_ids, statuses)

    def stop_frame_numbers(self, task_id: int, numbers: Collection[int]) -> tuple[models.FrameInfo, ...]:
        """Stop what holds these frame numbers; returns it. Raises BadInput when the task lacks one."""
        frames = self._holding(task_id, numbers)
        self.stop_frames(task_id, [frame.id for frame in frames])
        return frames

    def render_log_page(self, frame_id: int, page: int = 1, kind: str = "render") -> models.LogPage:
        """One page of a frame's log. Current dialect only."""
        body = {"renderingType": kind, "pageNum": page, "pageSize": 1, "id": frame_id}
        return models.read(models.LogPage, self._call("render_log", **body))

    def render_log(self, frame_id: int, kind: str = "render") -> str:
        """A frame's whole log, page by page. Current dialect only."""
        lines: list[str] = []
        for number in itertools.count(1):
            try:
                page = self.render_log_page(frame_id, number, kind)
            except NoMoreRecords:
                break
            lines += page.lines
            if number >= page.count:
                break
        return "\n".join(lines)

    def process_image(self, task_id: int, frame_type: int | None = None) -> models.ProcessImage:
        """A picture as far as it is rendered (3ds Max only). `frame_type`: 2 photon, 5 picture, None: what there is."""
        return models.read(
            models.ProcessImage, self._call("process_image", **_given(taskId=task_id, frameType=frame_type))
        )

    def thumbnails(self, frame_id: int) -> tuple[str, ...]:
        """Where the small pictures of a finished frame are, as paths of the farm."""
        paths = self._call("thumbnails", id=frame_id, frameStatus=int(models.FrameStatus.DONE))
        return tuple(path for path in paths if isinstance(path, str)) if isinstance(paths, list) else ()

    # --- labels ------------------------------------------------------------------------------------------------------

    def labels(self) -> tuple[models.Label, ...]:
        """The account's labels, which are its projects."""
        return _labels(self._call("labels"))

    def labels_by_flag(self, flag: int = 0) -> tuple[models.Label, ...]:
        """0: the account's own, 1: and the main account's, 2: all under the main account. Current dialect only."""
        return _labels(self._call("labels_by_flag", flag=flag))

    def add_label(self, name: str, *, active: bool = True) -> None:
        """A new label. Raises AlreadyExists."""
        self._call("add_label", newName=name, status=0 if active else 1)

    def delete_label(self, name: str) -> None:
        """Take a label away."""
        self._call("delete_label", delName=name)

    def add_task_tag(self, tag: str, task_ids: Iterable[int]) -> None:
        """Put a tag on tasks."""
        self._for_tasks("add_task_tag", task_ids, label=tag)

    def delete_task_tags(self, task_ids: Iterable[int], names: Sequence[str] = (), ids: Sequence[int] = ()) -> None:
        """Take tags off tasks, by name or by the tag's number."""
        self._for_tasks("delete_task_tags", task_ids, labelNames=list(names), labelIds=list(ids))

    # --- software, environments, hardware ----------------------------------------------------------------------------

    def software(self) -> models.SoftwareList:
        """The applications that the farm renders with."""
        return models.read(models.SoftwareList, self._call("software"))

    def software_detail(self, cg_id: int, system: int = WINDOWS) -> models.SoftwareDetail:
        """Versions of an application and plug-ins for each, on LINUX or WINDOWS (V3 does not tell the two apart)."""
        name = "linux" if system == LINUX else "windows"
        return models.read(models.SoftwareDetail, self._call("software_detail", cgId=cg_id, osName=name))

    def envs(self, cg_ids: Sequence[int], system: int | None = None) -> tuple[models.UserEnv, ...]:
        """The account's render environments for these applications, on LINUX, WINDOWS or both (None).

        V3 needs a request for each application and does not tell the systems apart when it is asked.
        """
        several = {"cgIds": [str(id) for id in cg_ids]}
        bodies: list[dict[str, Any]] = [several]
        if len(cg_ids) < 2 or self._speaks_v3():
            bodies = [{"cgId": int(id)} for id in cg_ids]
        found: list[models.UserEnv] = []
        for body in bodies:
            found += models.read_list(models.UserEnv, self._call("envs", **body, **_given(osName=system)))
        return tuple(env for env in found if system is None or env.system == system)

    def add_env(self, env: models.UserEnv) -> str:
        """A new render environment with that name, version and plug-ins; returns the name it got."""
        answer = self._call("add_env", **_env(env))
        return str(answer.get("editName") or env.name) if isinstance(answer, dict) else env.name

    def update_env(self, env: models.UserEnv) -> None:
        """Give the render environment of that name this version and these plug-ins."""
        self._call("update_env", **_env(env))

    def delete_env(self, name: str) -> None:
        """Take a render environment away."""
        self._call("delete_env", editName=name)

    def default_env(self, name: str) -> None:
        """Make it the one that is used when a task names none."""
        self._call("default_env", editName=name)

    def hardware(self, task_ids: Iterable[int] = ()) -> tuple[models.HardwareConfig, ...]:
        """The machines to choose from; with tasks, what they have is marked `current`. Current dialect only."""
        # A text, not a truth value: rayvision_api 3.0.4.3 sends it so.
        body = {"cloneTask": "false", **_given(taskIds=[str(int(id)) for id in task_ids])}
        return models.read_list(models.HardwareConfig, self._call("hardware", **body))

    # --- transfer ----------------------------------------------------------------------------------------------------

    def transfer_config(self) -> models.TransferConfig:
        """Storages, engines, lines and their log-ins."""
        config = models.read(models.TransferConfig, self._call("transfer_config"))
        for account in (account for engine in config.engines for account in engine.accounts):
            self.connection.keep_secret(account.password)
        return config

    def transfer_server(self) -> models.TransferServer:
        """Where Raysync is served for this account's region."""
        return models.read(models.TransferServer, self._call("transfer_server", zone=self._zone()))

    def raysync_key(self) -> models.RaysyncKey:
        """What Raysync is logged in with."""
        key = models.read(models.RaysyncKey, self._call("raysync_key"))
        self.connection.keep_secret(key.key)
        self.connection.keep_secret(key.user_key)
        return key

    def output_files(self, task_id: int | None = None, path: str = "/") -> tuple[models.OutputFile, ...]:
        """A folder of the output storage, not what is below it. Current dialect only.

        A task (a part's number, for one with parts) finds its own top folder; deeper folders are found by their `path`
        from the root of the storage alone, and then `task_id` is not needed.
        """
        body: dict[str, Any] = {"treePath": path}
        if task_id is not None and path == "/":
            body["taskId"] = task_id
        return models.read_list(models.OutputFile, self._call("output_files", **body))

    # --- how ---------------------------------------------------------------------------------------------------------

    def _call(self, name: str, /, **body: Any) -> Any:
        return self.connection.call(name, body, self._watch)

    def _page(self, cls: type[T], name: str, /, **body: Any) -> models.Page[T]:
        try:
            return models.read_page(cls, self._call(name, **body))
        except NoMoreRecords:  # how some servers say that a list is empty
            return models.Page((), body.get("pageNum", 1), 0, 0, 0)

    def _for_tasks(self, name: str, task_ids: Iterable[int], /, **body: Any) -> None:
        for batch in _batches([int(id) for id in task_ids]):
            self._call(name, taskIds=batch, **body)

    def _for_frames(
        self, name: str, task_id: int, frame_ids: Collection[int] | None, statuses: Collection[int]
    ) -> None:
        if frame_ids is None:
            states = sorted(int(status) for status in statuses)
            self._call(name, taskId=task_id, selectAll=ALL, **_given(status=states))
            return
        if statuses:
            raise BadInput("Frames and states were given.", "Give the frames, or the states of the frames.")
        for batch in _batches([int(id) for id in frame_ids]):
            self._call(name, taskId=task_id, selectAll=ONLY_THESE, ids=batch)

    def _holding(self, task_id: int, numbers: Collection[int]) -> tuple[models.FrameInfo, ...]:
        wanted = set(numbers)
        frames = tuple(frame for frame in self.all_frames(task_id) if wanted.intersection(frame.numbers))
        missing = wanted.difference(*(frame.numbers for frame in frames))
        if missing:
            listed = ", ".join(str(number) for number in sorted(missing)[:10])
            raise BadInput(f"Task {task_id} has no frame {listed}.", "Give frames that were submitted.")
        return frames

    def _speaks_v3(self) -> bool:
        return self.connection.dialect(self._watch) is V3

    def _zone(self) -> int:
        return 1 if self.connection.mainland else 2


def _every(page: Callable[[int], models.Page[T]], key: Callable[[T], int]) -> Iterator[T]:
    """Items of all pages, each once though the list may move between two requests."""
    seen: set[int] = set()
    for one in _in_order(page):
        for item in one.items:
            id = key(item)
            if id not in seen:
                yield item
            if id:  # without a number of its own it cannot be told from another
                seen.add(id)


def _in_order(page: Callable[[int], models.Page[T]]) -> Iterator[models.Page[T]]:
    """The pages from the first to the last; AHEAD of them are asked for at once where the first tells how many."""
    one = page(1)
    yield one
    if not one.items or _pages(one, len(one.items)) <= 1:
        return
    if one.count:
        yield from _ahead(page, range(2, one.count + 1))
        return
    given = len(one.items)
    for number in itertools.count(2):
        one = page(number)
        given += len(one.items)
        yield one
        if not one.items or number >= _pages(one, given):
            return


def _ahead(page: Callable[[int], models.Page[T]], numbers: range) -> Iterator[models.Page[T]]:
    """These pages in order, up to the first that is empty: the list may have become shorter."""
    from concurrent.futures import ThreadPoolExecutor  # for long lists alone: importing it costs

    left = iter(numbers)
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="farmdeck-pages") as pool:
        asked = deque(pool.submit(page, number) for number in itertools.islice(left, AHEAD))
        try:
            while asked:
                one = asked.popleft().result()
                if not one.items:
                    return
                asked.extend(pool.submit(page, number) for number in itertools.islice(left, 1))
                yield one
        finally:
            for each in asked:
                each.cancel()


def _pages(page: models.Page[Any], given: int) -> float:
    """How many pages there are, as well as this one tells."""
    if page.count:
        return page.count
    if page.total:
        return 0 if given >= page.total else math.inf
    return 0 if len(page.items) < page.size else math.inf


def _batches(ids: list[T]) -> Iterator[list[T]]:
    return (ids[first : first + BATCH] for first in range(0, len(ids), BATCH))


def _given(**values: Any) -> dict[str, Any]:
    """What has a value; absent fields are left out instead of sent as null or empty."""
    return {name: value for name, value in values.items() if value is not None and value != "" and value != []}


def _env(env: models.UserEnv) -> dict[str, Any]:
    return {
        "editName": env.name,
        "cgId": env.cg_id,
        "cgName": env.cg_name,
        "cgVersion": env.cg_version,
        "renderSystem": env.system,
        "renderLayerType": env.layer_type,
        "pluginIds": [plugin.id for plugin in env.plugins],
        **_given(projectPath=env.project_path),
    }


def _labels(data: Any) -> tuple[models.Label, ...]:
    if not isinstance(data, dict):
        raise models.unreadable("labels")
    return models.read_list(models.Label, data.get("projectNameList"))


def _matches(task: models.TaskInfo, keyword: str, start: float | None, end: float | None) -> bool:
    if keyword and keyword.lower() not in f"{task.scene_name} {task.alias} {task.id}".lower():
        return False
    submitted = task.submitted or 0.0
    return (start is None or submitted >= start) and (end is None or submitted <= end)


def _clock_text(moment: float | None) -> str:
    """As the farm's fields for moments want it; empty for None."""
    return "" if moment is None else datetime.fromtimestamp(moment, FARM_CLOCK).strftime("%Y-%m-%d %H:%M:%S")


def _at_least_one(what: str, value: int) -> int:
    if value < 1:
        raise BadInput(f"{value} was given for {what}.", "Give 1 or more.")
    return value
