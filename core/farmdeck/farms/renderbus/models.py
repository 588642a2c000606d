"""The farm's answers as values.

Readers are tolerant: what is absent or null becomes 0, "", False or None, numbers may come as texts, unknown keys are
left alone. Moments are seconds since the epoch (the wire has milliseconds), durations stay seconds. Sources of the
names: protocol V3, 2018; the SDK method document; keys that only newer servers send: rayvision_api 3.0.4.3.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields
from enum import IntEnum
from typing import Any, Generic, NamedTuple, TypeVar, dataclass_transform

from .errors import UnreadableAnswer

T = TypeVar("T")

MILLISECONDS_FROM = 10_000_000
"""A duration from here on is in milliseconds: the 2018 protocol's examples mix both, and no limit has 115 days."""


# --- readers ---------------------------------------------------------------------------------------------------------


class _Wire(NamedTuple):
    """How one field is read: its name in the answer, the class that needs no conversion, the conversion."""

    name: str
    exact: type
    convert: Callable[[Any], Any]


def _reads(convert: Callable[[Any], Any], exact: type, default: Any, wire: str = "", secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"wire": _Wire(wire, exact, convert)})


def _whole(wire: str = "") -> Any:
    return _reads(_to_whole, int, 0, wire)


def _fraction(wire: str = "") -> Any:
    return _reads(_to_fraction, float, 0.0, wire)


def _text(wire: str = "", *, secret: bool = False) -> Any:
    return _reads(_to_text, str, "", wire, secret)


def _flag(wire: str = "") -> Any:
    return _reads(_to_flag, bool, False, wire)


def _moment(wire: str) -> Any:
    return _reads(_to_moment, type(None), None, wire)


def _span(wire: str = "") -> Any:
    return _reads(_to_span, type(None), 0, wire)


def _many(cls: type, wire: str) -> Any:
    return _reads(functools.partial(read_list, cls), type(None), (), wire)


def _wholes(wire: str) -> Any:
    return _reads(lambda value: tuple(_to_whole(item) for item in _to_list(value)), tuple, (), wire)


def _texts(wire: str) -> Any:
    return _reads(lambda value: tuple(_to_text(item) for item in _to_list(value)), tuple, (), wire)


def _to_whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return int(_to_fraction(value))


def _to_fraction(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if abs(number) < float("inf") else 0.0  # NaN compares False as well


def _to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _to_flag(value: Any) -> bool:
    return value.strip().lower() in ("1", "true") if isinstance(value, str) else value in (1, True)


def _to_moment(value: Any) -> float | None:
    milliseconds = _to_fraction(value)
    return milliseconds / 1000 if milliseconds > 0 else None


def _to_span(value: Any) -> int:
    seconds = _to_whole(value)
    return seconds // 1000 if seconds >= MILLISECONDS_FROM else seconds


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@functools.cache
def _plan(cls: type) -> tuple[tuple[str, str, type, Callable[[Any], Any], Any], ...]:
    """Of every field: its name, its key in the answer, the class that fits as it is, the conversion, the default."""
    rows = []
    for item in fields(cls):
        wire: _Wire = item.metadata["wire"]
        rows.append((item.name, wire.name or _camel(item.name), wire.exact, wire.convert, item.default))
    return tuple(rows)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match.group(1).upper(), name)


def read(cls: type[T], data: Any) -> T:
    """One value of that class out of a JSON object. Raises UnreadableAnswer when it is no object."""
    if not isinstance(data, dict):
        raise unreadable(cls.__name__)
    values: dict[str, Any] = {}
    kind: type = cls
    for name, key, exact, convert, default in _plan(kind):
        value = data.get(key)
        if value is None:
            values[name] = default
        else:
            values[name] = value if value.__class__ is exact else convert(value)
    made = object.__new__(cls)  # past __init__, which looks for defaults again: counts, for 100,000 frames
    made.__dict__.update(values)
    return made


def read_list(cls: type[T], data: Any) -> tuple[T, ...]:
    """Values of that class out of a JSON list; null is an empty one. Raises UnreadableAnswer."""
    if data is None:
        return ()
    if not isinstance(data, list):
        raise unreadable(f"list of {cls.__name__}")
    return tuple(read(cls, item) for item in data if item is not None)


def unreadable(what: str) -> UnreadableAnswer:
    """The error for an answer of another shape."""
    return UnreadableAnswer(
        f"Renderbus gave an answer of another shape than it documents ({what}).",
        "Try again; if it stays, write to Farmdeck's makers.",
    )


# --- the classes -----------------------------------------------------------------------------------------------------


@dataclass_transform(frozen_default=True)
def answer(cls: type[T]) -> type[T]:
    """A frozen dataclass whose fields all have defaults, with methods that all such classes share.

    What `dataclass(frozen=True)` does instead, compiling six methods for each class, took a third of the whole import.
    """
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return dataclass(init=False, repr=False, eq=False)(cls)


def _init(self: Any, *args: Any, **given: Any) -> None:
    kind: type = type(self)
    defaults = {name: default for name, _, _, _, default in _plan(kind)}
    placed = dict(zip(defaults, args, strict=False))
    if len(args) > len(defaults) or not given.keys() <= defaults.keys() - placed.keys():
        raise TypeError(f"{type(self).__name__}() got {len(args)} values and {', '.join(given) or 'no names'}.")
    self.__dict__.update(defaults, **placed, **given)


def _repr(self: Any) -> str:
    shown = (f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> bool:
    return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(self.__dict__[item.name] for item in fields(self)))


def _frozen(self: Any, name: str, value: object = None) -> None:
    raise FrozenInstanceError(f"cannot change {name}")


_METHODS: dict[str, Callable[..., Any]] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _frozen,
    "__delattr__": _frozen,
}

# --- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    number: int
    """From 1."""
    count: int
    """Pages in all; 0 when the farm does not say."""
    total: int
    """Items in all; 0 when the farm does not say."""
    size: int
    """Items on a full page, as the farm has it; it may be less than was asked for."""


def read_page(cls: type[T], data: Any) -> Page[T]:
    """A page out of a JSON object. Raises UnreadableAnswer: an unreadable list must never look like an empty one."""
    if not isinstance(data, dict) or "items" not in data:
        raise unreadable(f"page of {cls.__name__}")
    count, total, size, number = (_to_whole(data.get(key)) for key in ("pageCount", "total", "size", "pageNum"))
    return Page(read_list(cls, data["items"]), number, count, total, size)


# --- account ---------------------------------------------------------------------------------------------------------


@answer
class Platform:
    """A part of the farm with a queue of its own."""

    platform: int = _whole()
    """The number that requests carry."""
    name: str = _text()
    kind: int = _whole("type")
    """0 GPU, 1 CPU, 2 pictures."""
    status: int = _whole()
    """0 not active, 1 normal, 2 busy, 3 full."""
    task_prefix: str = _text()
    shown: bool = _flag("isShow")


@answer
class Profile:
    """The account. Amounts in its currency: `rmb` or `usd`."""

    user_id: int = _whole()
    user_name: str = _text()
    platform: int = _whole()
    phone: str = _text(secret=True)
    email: str = _text(secret=True)
    company: str = _text()
    name: str = _text()
    job: str = _text()
    communication_number: str = _text(secret=True)
    soft_type: int = _whole()
    soft_status: int = _whole()
    business_type: int = _whole()
    status: int = _whole()
    info_status: int = _whole()
    account_type: int = _whole()
    """1 main account, 2 sub-account."""
    user_type: int = _whole()
    main_user_id: int = _whole()
    """0 for a main account."""
    level: int = _whole()
    picture_level: int = _whole("pictureLever")
    zone: int = _whole()
    """1 China, 2 elsewhere."""
    rmb_balance: float = _fraction("rmbbalance")
    usd_balance: float = _fraction("usdbalance")
    rmb_cumulative: float = _fraction()
    """Paid in so far."""
    usd_cumulative: float = _fraction()
    credit: float = _fraction()
    coupon: float = _fraction()
    description: str = _text()
    country: str = _text()
    city: str = _text()
    address: str = _text(secret=True)
    cpu_price: float = _fraction()
    """For a node and hour."""
    gpu_price: float = _fraction()
    """For a card and hour."""
    shares_main_capital: bool = _flag("shareMainCapital")
    """Renders with the main account's assets, out of its storage."""
    sub_delete_task: bool = _flag()
    uses_main_balance: bool = _flag("useMainBalance")
    hides_balance: bool = _flag("hideBalance")
    hides_job_charge: bool = _flag("hideJobCharge")
    uses_level_directory: bool = _flag("useLevelDirectory")
    download_disabled: bool = _flag("downloadDisable")
    displays_subaccounts: bool = _flag("displaySubaccount")
    subaccount_limit: int = _whole("subaccountLimits")
    houdini_flag: int = _whole()
    c4d_flag: int = _whole()
    blender_flag: int = _whole()
    keyshot_flag: int = _whole()
    student_until: float | None = _moment("studentEndTime")

    @property
    def currency(self) -> str:
        """`CNY` or `USD`, by the zone."""
        return "USD" if self.zone == 2 else "CNY"

    @property
    def balance(self) -> float:
        """What is left, in `currency`."""
        return self.usd_balance if self.zone == 2 else self.rmb_balance


@answer
class Settings:
    """The account's settings at the farm."""

    info_status: int = _whole()
    account_type: int = _whole()
    shares_main_capital: bool = _flag("shareMainCapital")
    sub_delete_task: bool = _flag()
    uses_main_balance: bool = _flag("useMainBalance")
    frames_per_node: int = _whole("singleNodeRenderFrames")
    ignores_missing_maps: bool = _flag("maxIgnoreMapFlag")
    auto_commit: int = _whole()
    """2: a task starts by itself once it is analysed; 1: it waits."""
    separate_accounts: bool = _flag("separateAccountFlag")
    mi_file_switch: int = _whole("mifileSwitchFlag")
    ass_file_switch: int = _whole("assfileSwitchFlag")
    manual_analysis: bool = _flag("manuallyStartAnalysisFlag")
    download_disabled: bool = _flag("downloadDisable")
    task_overtime_hours: int = _whole("taskOverTime")
    task_overtime_seconds: int = _whole("taskOverTimeSec")

    @property
    def overtime(self) -> int:
        """After so many seconds a reminder comes; V3 counts hours only."""
        return self.task_overtime_seconds or self.task_overtime_hours * 3600


@answer
class SubUserOutput:
    """Where a sub-account's results are."""

    user_id: str = _text()
    bid: str = _text("outputBid")


@answer
class TransferBids:
    """The numbers of the account's storages."""

    config: str = _text("config_bid")
    input: str = _text("input_bid")
    output: str = _text("output_bid")
    parent_input: str = _text("parent_input_bid")
    """The main account's, for a sub-account that shares its assets."""
    sub_user_outputs: tuple[SubUserOutput, ...] = _many(SubUserOutput, "sub_user_output_bids")


@answer
class TaskRecord:
    """Something that was done to tasks."""

    user_id: int = _whole()
    user_name: str = _text()
    task_type: str = _text()
    action: str = _text("buttonName")
    task_ids: str = _text()
    """JSON text, as the farm keeps it."""
    channel: str = _text()
    created: str = _text("createTime")
    """As the farm writes it, by its own clock."""
    details: str = _text()
    source: int = _whole("operateSource")
    ip: str = _text("requestIp")
    uri: str = _text("requestURI")
    parameters: str = _text("requestParam", secret=True)


@answer
class LoginRecord:
    """Somebody logged in, or tried to."""

    id: int = _whole()
    user_id: int = _whole()
    user_name: str = _text()
    user_agent: str = _text("userUa")
    trace_id: str = _text()
    login_type: str = _text()
    status: str = _text("loginStatus")
    status_text: str = _text("loginStaDesc")
    module_type: str = _text()
    ip: str = _text()
    time: str = _text("loginTime")
    """As the farm writes it, by its own clock."""


# --- submission ------------------------------------------------------------------------------------------------------


@answer
class CreatedTasks:
    """Numbers for tasks that are still to be submitted."""

    ids: tuple[int, ...] = _wholes("taskIdList")
    aliases: tuple[str, ...] = _texts("aliasTaskIdList")
    """As people read them: `2W19097`."""
    user_id: int = _whole()


@answer
class CodeInfo:
    """What a finding of the analysis (a key of tips.json) means."""

    id: int = _whole()
    code: str = _text()
    kind: int = _whole("type")
    """0 warning, 1 error."""
    language: int = _whole("languageFlag")
    """0 Chinese, 1 English."""
    description: str = _text("desDescriptionCn")
    """In that language, in spite of the name on the wire."""
    solution: str = _text("desSolutionCn")
    solution_path: str = _text()
    """A link."""
    repairable: bool = _flag("isRepair")
    active: bool = _flag("isOpen")
    """The farm stops a task with this finding."""
    updated: float | None = _moment("updateTime")

    @property
    def blocking(self) -> bool:
        """A task with this finding is not rendered."""
        return self.kind == 1


@answer
class PackNode:
    """A plan of reserved machines."""

    id: str = _text("packNodeId")
    name: str = _text("packName")


# --- tasks and frames ------------------------------------------------------------------------------------------------


class TaskStatus(IntEnum):
    """Every status that a document or a client names (three of their lists disagree; this is their union)."""

    WAITING = 0
    RENDERING = 5
    PREPARING = 8
    STOPPED = 10
    USER_STOPPED = 15
    ARREARS = 20
    TIMED_OUT = 23
    FINISHED = 25
    FINISHED_WITH_FAILURES = 30
    ABANDONED = 35
    TEST_FINISHED = 40
    FAILED = 45
    ANALYSING = 50
    UPDATING = 100


class FrameStatus(IntEnum):
    """What a frame does or waits for."""

    WAITING = 1
    RENDERING = 2
    STOPPED = 3
    DONE = 4
    FAILED = 5
    WAITING_FOR_PREPARATION = 6
    WAITING_FOR_PHOTON_FRAME = 7
    WAITING_FOR_PRIORITY = 8
    WAITING_FOR_PHOTON_JOB = 9
    WAITING_FOR_SIMULATION = 10
    TIMED_OUT = 11
    WAITING_FOR_SUBFRAME = 12


class FrameType(IntEnum):
    """What a frame is for."""

    PREPARATION = 1
    PHOTON = 2
    MERGED_PHOTON = 3
    PRIORITY = 4
    MAIN = 5
    PRIORITY_COMPOSITE = 6
    MAIN_COMPOSITE = 7
    HOUDINI_SIMULATION = 8
    MAX_CHANNEL = 9


def _number_of(kind: type[IntEnum], wire: str) -> Any:
    known = {int(member): member for member in kind}

    def convert(value: Any) -> int:
        number = _to_whole(value)
        return known.get(number, number)

    return _reads(convert, type(None), 0, wire)


def _task_list(data: Any) -> tuple[TaskInfo, ...]:
    return read_list(TaskInfo, data)


@answer
class TaskKeywords:
    """What the task list shows of a scene."""

    tiles: str = _text()
    all_cameras: str = _text("allCamera")
    render_cameras: str = _text("renderableCamera")


@answer
class TaskInfo:
    """A task. A parent (`is_parent`) has its status, frames and output in its `children`, not in itself."""

    id: int = _whole()
    alias: str = _text("taskAlias")
    scene_name: str = _text()
    status: TaskStatus | int = _number_of(TaskStatus, "taskStatus")
    """A plain number when no document names it."""
    status_text: str = _text()
    pre_status: TaskStatus | int = _number_of(TaskStatus, "preTaskStatus")
    pre_status_text: str = _text()
    total_frames: int = _whole()
    aborted_frames: int = _whole("abortFrames")
    executing_frames: int = _whole()
    done_frames: int = _whole()
    failed_frames: int = _whole()
    waiting_frames: int = _whole("waitingCount")
    frames_range: str = _text()
    project_name: str = _text()
    cost: float = _fraction("renderConsume")
    arrears: float = _fraction("taskArrears")
    account_cost: float = _fraction("userAccountConsume")
    coupon_cost: float = _fraction("couponConsume")
    submitted: float | None = _moment("submitDate")
    started: float | None = _moment("startTime")
    completed: float | None = _moment("completedDate")
    duration: int = _whole("renderDuration")
    """Seconds of rendering, all machines together."""
    user_id: int = _whole()
    user_name: str = _text()
    producer: str = _text()
    level: int = _whole("taskLevel")
    user_level: int = _whole("taskUserLevel")
    node_limit: int = _whole("taskLimit")
    overtime: int = _span("taskOverTime")
    """Seconds until a reminder."""
    overtime_stop: int = _span("overTimeStop")
    """Seconds until the farm stops it."""
    is_overtime: bool = _flag("isOverTime")
    output_name: str = _text("outputFileName")
    """The folder of its results below the output storage: `19097_scene`."""
    bid: str = _text()
    """The storage of its results; empty where only the account's own is meant."""
    munu_task_id: str = _text()
    parent_id: int = _whole("layerParentId")
    cg_id: int = _whole()
    keywords: str = _text("keyValue")
    """`name:value::name:value::`, V3 only."""
    keyword_values: TaskKeywords = _reads(
        functools.partial(read, TaskKeywords), type(None), TaskKeywords(), "taskKeyValueVo"
    )
    is_parent: bool = _flag("isOpen")
    kind: str = _text("taskType")
    """``, `Preprocessing`, `RenderPhoton`, `Render` or `GopRender`."""
    kind_text: str = _text("taskTypeText")
    camera: str = _text("renderCamera")
    layer_name: str = _text()
    clone_parent_id: int = _whole()
    clone_original_id: int = _whole()
    shares_main_capital: bool = _flag("shareMainCapital")
    ram: int = _whole("taskRam")
    """GB."""
    local_output: str = _text("locationOutput")
    deleted: bool = _reads(lambda value: not _to_flag(value), type(None), False, "isDelete")
    """In the recycle bin; the wire has it the other way round, 1 for a task that is there."""
    channel: int = _whole()
    remark: str = _text()
    labels: str = _text()
    """JSON text, as the farm keeps it."""
    stop_type: int = _whole()
    children: tuple[TaskInfo, ...] = _reads(_task_list, type(None), (), "respRenderingTaskList")
    """Its parts: layers, cameras, photon and picture."""

    @property
    def parts(self) -> tuple[TaskInfo, ...]:
        """The tasks that render: its children, or itself when it has none."""
        return self.children or (self,)


_GROUP = re.compile(r"(-?\d+)-(-?\d+)\[(\d+)\]")
_TILE = re.compile(r"(-?\d+)-\d+")
_RANGE = re.compile(r"(-?\d+)-(-?\d+)")
_LONGEST_GROUP = 100_000


@answer
class FrameInfo:
    """One thing that one machine renders: a frame, a group of frames, or a tile of one."""

    id: int = _whole()
    task_id: int = _whole()
    index: str = _text("frameIndex")
    """`7`, a group `2-4[1]`, or with `block` a tile `0-1`. Not unique: a priority and a main frame may share it."""
    block: str = _text("frameBlock")
    """The tile's number; empty for a whole frame."""
    status: FrameStatus | int = _number_of(FrameStatus, "frameStatus")
    """A plain number when no document names it."""
    status_text: str = _text("frameStatusText")
    kind: FrameType | int = _number_of(FrameType, "frameType")
    started: float | None = _moment("startTime")
    ended: float | None = _moment("endTime")
    duration: int = _whole("frameExecuteTime")
    """Seconds."""
    rendering_for: int = _whole("currentRenderTime")
    """Seconds of the attempt that is under way."""
    price: float = _fraction("framePrice")
    fee_type: int = _whole()
    """0 by quantity, 1 by machine, 2 by project."""
    fee: float = _fraction("feeAmount")
    coupon_fee: float = _fraction()
    arrears_fee: float = _fraction()
    user_id: int = _whole()
    platform: int = _whole()
    munu_job_id: str = _text()
    munu_task_id: str = _text()
    retries: int = _whole("recommitFlag")
    overtime: int = _span("taskOverTime")
    is_overtime: bool = _flag("isOverTime")
    gop_name: str = _text()
    """Houdini: the node that is simulated."""
    ram: int = _whole("frameRam")
    """GB asked for."""
    average_cpu: int = _whole()
    """Per cent."""
    average_memory: int = _whole()
    """Bytes."""
    node: str = _text("nodeId")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The frame numbers in it; empty when the index names none."""
        if match := _GROUP.fullmatch(self.index):
            first, last, step = (int(part) for part in match.groups())
            return tuple(range(first, last + 1, max(1, step))[:_LONGEST_GROUP])
        if self.block and (match := _TILE.fullmatch(self.index)):
            return (int(match.group(1)),)
        if match := _RANGE.fullmatch(self.index):
            return tuple(range(int(match.group(1)), int(match.group(2)) + 1)[:_LONGEST_GROUP])
        return (int(self.index),) if re.fullmatch(r"-?\d+", self.index) else ()


@answer
class FrameStats:
    """All frames of the account, counted."""

    executing: int = _whole("executingFramesTotal")
    done: int = _whole("doneFramesTotal")
    failed: int = _whole("failedFramesTotal")
    waiting: int = _whole("waitingFramesTotal")
    abandoned: int = _whole("abandonFramesTotal")
    total: int = _whole("totalFrames")


@answer
class LogPage:
    """A page of a render log."""

    lines: tuple[str, ...] = _texts("items")
    number: int = _whole("pageNum")
    count: int = _whole("pageCount")
    total: int = _whole()
    """Bytes of the whole log."""
    size: int = _whole()
    """Bytes of a page."""


@answer
class ProgressBlock:
    """A block of a picture that is being rendered (3ds Max only)."""

    frame_index: str = _text()
    frame_block: str = _text()
    status: FrameStatus | int = _number_of(FrameStatus, "frameStatus")
    percent: float = _fraction("framePercent")
    used: int = _whole("frameUsed")
    """Seconds so far."""
    left: int = _whole("frameEst")
    """Seconds that the farm expects it to take still."""
    info: str = _text("renderInfo")
    url: str = _text("grabUrl")
    """Where the picture is, as the farm writes it."""
    fee: float = _fraction("feeAmount")
    coupon_fee: float = _fraction()
    is_max_price: bool = _flag("isMaxPrice")
    started: str = _text("startTime")
    """As the farm writes it, by its own clock."""
    ended: str = _text("endTime")


def _blocks(data: Any) -> tuple[tuple[ProgressBlock, ...], ...]:
    return tuple(read_list(ProgressBlock, row) for row in _to_list(data) if row is not None)


@answer
class ProcessImage:
    """A picture that is being rendered (3ds Max only)."""

    width: int = _whole()
    height: int = _whole()
    block: int = _whole()
    is_photon: bool = _flag("isRenderPhoton")
    stage: str = _text("currentTaskType")
    """`Render` or `RenderPhoton`."""
    scene_name: str = _text()
    """The scene's and the camera's name."""
    started: str = _text("startTime")
    """As the farm writes it, by its own clock."""
    ended: str = _text("endTime")
    completed: str = _text("completedTime")
    blocks: tuple[tuple[ProgressBlock, ...], ...] = _reads(_blocks, type(None), (), "grabInfo")


@answer
class Label:
    """A project name; tasks carry it."""

    id: int = _whole("projectId")
    name: str = _text("projectName")


# --- software, environments, hardware --------------------------------------------------------------------------------


@answer
class Software:
    """An application that the farm renders with."""

    cg_id: int = _whole()
    name: str = _text("cgName")
    """`Maya`, `3ds Max`, `Houdini`, `Blender`, …"""
    file_types: str = _text("cgType")
    """`ma;mb`."""
    icon_path: str = _text()
    needs_project_path: int = _whole("isNeedProjectPath")
    needs_analysis: bool = _flag("isNeedAnalyse")
    on_linux: bool = _flag("isSupportLinux")


@answer
class SoftwareList:
    """Every application, and which one is the account's usual one."""

    software: tuple[Software, ...] = _many(Software, "renderInfoList")
    default_cg_id: int = _whole()
    auto_commit: int = _whole("isAutoCommit")


@answer
class PluginVersion:
    """One version of a plug-in."""

    id: int = _whole("pluginId")
    name: str = _text("pluginName")
    version: str = _text("pluginVersion")
    """With the name in it: `renderman 22.6`."""


@answer
class Plugin:
    """A plug-in for one version of an application."""

    software_version_id: int = _whole("cvId")
    name: str = _text("pluginName")
    versions: tuple[PluginVersion, ...] = _many(PluginVersion, "pluginVersions")


@answer
class SoftwareVersion:
    """One version of an application."""

    id: int = _whole()
    cg_id: int = _whole()
    name: str = _text("cgName")
    version: str = _text("cgVersion")


@answer
class SoftwareDetail:
    """The versions of an application and the plug-ins for each (`software_version_id`)."""

    versions: tuple[SoftwareVersion, ...] = _many(SoftwareVersion, "cgVersion")
    plugins: tuple[Plugin, ...] = _many(Plugin, "cgPlugin")


@answer
class UserEnv:
    """A render environment of the account: an application's version with plug-ins, under a name."""

    cg_id: int = _whole()
    name: str = _text("editName")
    cg_name: str = _text()
    cg_version: str = _text()
    system: int = _whole("osName")
    """0 Linux, 1 Windows."""
    layer_type: int = _whole("renderLayerType")
    """Maya: 0 render layers, 1 render setup."""
    is_default: bool = _flag()
    project_path: str = _text()
    of_main_user: bool = _flag("isMainUserId")
    plugins: tuple[PluginVersion, ...] = _many(PluginVersion, "respUserPluginInfoVos")


@answer
class RefusedVersion:
    """A version that a hardware does not support."""

    cg_id: int = _whole()
    version: str = _text("cgVersionName")


@answer
class HardwareConfig:
    """A kind of machine that can be chosen."""

    id: int = _whole()
    kind: int = _whole("type")
    """1 CPU, 2 GPU."""
    model: str = _text()
    ram: str = _text()
    """`64GB`."""
    gpus: str = _text("gpuNum")
    """`2*GPU`; empty for a CPU machine."""
    platform: int = _whole()
    enabled: bool = _flag("status")
    current: bool = _flag()
    """The task that was asked about has it."""
    refused_cg_ids: tuple[int, ...] = _wholes("notSupportCgId")
    refused_codes: tuple[str, ...] = _texts("notSupportCode")
    """Findings of the analysis that rule it out."""
    refused_versions: tuple[RefusedVersion, ...] = _many(RefusedVersion, "notSupportCgVersions")
    refused_plugins: tuple[str, ...] = _texts("notSupportPluginList")
    """Regular expressions."""


# --- transfer --------------------------------------------------------------------------------------------------------


@answer
class EngineAccount:
    """A log-in to a storage."""

    bid: str = _text()
    name: str = _text()
    password: str = _text(secret=True)


@answer
class EngineLine:
    """A server of an engine."""

    name: str = _text()
    server: str = _text()
    port: int = _whole()
    is_default: bool = _flag()
    id: int = _whole("lineId")
    special: bool = _flag("type")


@answer
class TransferEngine:
    """A way to move files: `Aspera` or `RaysyncProxy`."""

    name: str = _text("engineName")
    is_default: bool = _flag()
    automatic_check: bool = _flag()
    check_server: str = _text()
    check_port: str = _text()
    check_enabled: bool = _flag("checkEnable")
    check_excluded: str = _text("checkExcludType")
    accounts: tuple[EngineAccount, ...] = _many(EngineAccount, "resqEngineAccounts")
    lines: tuple[EngineLine, ...] = _many(EngineLine, "respTaskEngineLines")


@answer
class TransferConfig:
    """Storages and the engines that reach them."""

    input_bid: str = _text()
    output_bid: str = _text()
    config_bid: str = _text()
    parent_input_bid: str = _text()
    engines: tuple[TransferEngine, ...] = _many(TransferEngine, "resqEngines")
    sub_user_outputs: tuple[SubUserOutput, ...] = _many(SubUserOutput, "subUserOutputBids")


@answer
class RaysyncServer:
    """Where Raysync is served."""

    server_ip: str = _text()
    server_port: int = _whole()
    proxy_ip: str = _text()
    proxy_port: int = _whole()
    ssl_port: int = _whole()
    port: int = _whole()


@answer
class TransferServer:
    """Raysync's versions and server."""

    client_version: str = _text()
    protocol_version: str = _text()
    raysync: RaysyncServer = _reads(
        functools.partial(read, RaysyncServer), type(None), RaysyncServer(), "raysyncTransfer"
    )


@answer
class RaysyncKey:
    """What Raysync is logged in with; both keys are secrets."""

    key: str = _text("raySyncUserKey", secret=True)
    user_key: str = _text(secret=True)
    user_name: str = _text()
    platform: int = _whole()
    channel: int = _whole()
    zone: int = _whole()


@answer
class OutputFile:
    """A file or folder of the account's output storage."""

    name: str = _text("fileName")
    path: str = _text("filePath")
    """From the root of the storage, with a leading slash."""
    size: int = _whole("fileSize")
    """Bytes; 0 for a folder."""
    modified: str = _text("lastModify")
    """As the farm writes it, by its own clock."""
    suffix: str = _text("fileType")
    icon_path: str = _text()
    is_folder: bool = _flag("directory")
    in_arrears: bool = _flag("isArrears")
    """It cannot be fetched until the account is paid."""
