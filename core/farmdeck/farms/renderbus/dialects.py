"""The two published dialects of the Renderbus API, as a table: one row for each call.

Sources: column `v3` is protocol V3, 2018 (header version 1.0.0), completed by the calls that rayvision_api 2.1 and 2.2
made in the same dialect; column `current` is the SDK method document (header version 2.0.0), with the paths that
rayvision_api 3.0.4.3 sends where the two differ (`/v2`, stop, start, task labels, the Raysync key).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from ..._errors import BadInput
from .errors import NotFound, NotInDialect, WrongServer

if TYPE_CHECKING:
    from ...farm import Watch


@dataclass(frozen=True)
class Dialect:
    """What the requests of one dialect have in common."""

    name: str
    """`v3` or `current`, as the account's setting says it."""
    version: str
    """The header `version`."""
    language_flag: bool
    """Requests carry the unsigned header `languageFlag`."""
    label: str
    """As a person reads it."""


V3 = Dialect("v3", "1.0.0", language_flag=False, label="the 2018 protocol of Renderbus")
CURRENT = Dialect("current", "2.0.0", language_flag=True, label="the current protocol of Renderbus")
DIALECTS = {dialect.name: dialect for dialect in (CURRENT, V3)}
"""By name, in the order in which they are tried."""


@dataclass(frozen=True)
class Call:
    """One call: where it is found, what it is called with, and whether it may be repeated.

    Bodies are built with the names and units of the current dialect; the rest says what V3 has instead.
    """

    name: str
    asks: str
    """What it asks of the farm, after `to`: `list the tasks`."""
    current: str | None
    v3: str | None
    repeatable: bool
    """Doing it twice does the same as doing it once, and costs nothing."""
    v3_names: Mapping[str, str] = field(default_factory=dict)
    """What a parameter is called in V3."""
    v3_hours: tuple[str, ...] = ()
    """Parameters that count seconds in the current dialect and full hours in V3."""
    v3_drops: tuple[str, ...] = ()
    """Parameters that V3 does not know and does not need."""
    v3_lacks: tuple[str, ...] = ()
    """Parameters that V3 does not know and without which the call would do something else."""

    def path(self, dialect: Dialect) -> str:
        """Raises NotInDialect."""
        path = self.v3 if dialect is V3 else self.current
        if path is None:
            raise NotInDialect(
                f"This account speaks {dialect.label}, which has no way to {self.asks}.",
                "Use the farm's web pages for it, or ask Renderbus whether the account can use the current protocol.",
            )
        return path

    def body(self, dialect: Dialect, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body as that dialect wants it. Raises NotInDialect."""
        if dialect is not V3:
            return dict(body)
        return {
            self.v3_names.get(name, name): -(-value // 3600) if name in self.v3_hours else value
            for name, value in body.items()
            if name not in self.v3_drops and not self._refuses(name)
        }

    def _refuses(self, name: str) -> bool:
        if name in self.v3_lacks:
            raise NotInDialect(
                f'To {self.asks}, {V3.label} does not know "{name}".', "Leave it out, or use the farm's web pages."
            )
        return False


_IDS = MappingProxyType({"taskIds": "taskParam"})
_COMMON, _USER, _TASK = "/api/render/common", "/api/render/user", "/api/render/task"
_SETUP, _SUBMIT, _HANDLE = "/api/render/setUp", "/api/render/submit", "/api/render/handle"
_PLUGIN, _PROJECT, _TRANSFER = "/api/render/plugin", "/api/render/project", "/api/render/transfer"
_RENDERING = "/api/rendering/task/renderingTask"

_ROWS = (
    # account
    Call("platforms", "list its platforms", f"{_COMMON}/queryPlatforms", f"{_COMMON}/queryPlatforms", True),
    Call("profile", "show the account", f"{_SETUP}/queryUserProfile", f"{_USER}/queryUserProfile", True),
    Call("settings", "show the account's settings", f"{_SETUP}/queryUserSetting", f"{_USER}/queryUserSetting", True),
    Call(
        "update_overtime",
        "change the account's overtime",
        f"{_SETUP}/updateUserSetting",
        f"{_USER}/updateUserSetting",
        True,
        v3_names=MappingProxyType({"taskOverTimeSec": "taskOverTime"}),
        v3_hours=("taskOverTimeSec",),
    ),
    Call("transfer_bids", "name the storages", f"{_TRANSFER}/getBid", f"{_TASK}/getTransferBid", True),
    Call("task_records", "list what was done to tasks", f"{_HANDLE}/operate/sdk/taskRecord", None, True),
    Call("login_records", "list the log-ins", f"{_HANDLE}/operate/sdk/loginRecord", None, True),
    # submission
    Call("create_task", "create a task", f"{_SUBMIT}/createTask", f"{_TASK}/createTask", False),
    Call("submit_task", "submit a task", f"{_SUBMIT}/task", f"{_TASK}/submitTask", False),
    Call("upload_json", "take a task's description", f"{_SUBMIT}/taskJsonFile", f"{_TASK}/taskJsonFile", True),
    Call("pack_nodes", "list reserved machines", f"{_SUBMIT}/getUserPackNodeInfo", None, True),
    Call(
        "error_details",
        "explain a finding",
        f"{_SUBMIT}/queryAnalyseErrorDetail",
        f"{_COMMON}/queryErrorDetail",
        True,
        v3_lacks=("codes",),
    ),
    # tasks
    Call(
        "task_list",
        "list the tasks",
        f"{_HANDLE}/getTaskList/v2",
        f"{_TASK}/getTaskList",
        True,
        v3_lacks=("searchKeyword", "startTime", "endTime", "recycleFlag"),
    ),
    Call("task_info", "describe tasks", f"{_HANDLE}/queryTaskInfo/v2", f"{_TASK}/queryTaskInfo", True),
    Call("stop_tasks", "stop tasks", f"{_RENDERING}/stopTask", f"{_TASK}/stopTask", True, v3_names=_IDS),
    Call("start_tasks", "start tasks", f"{_RENDERING}/startTask", f"{_TASK}/startTask", False, v3_names=_IDS),
    Call("abandon_tasks", "abandon tasks", f"{_HANDLE}/abandonTask", f"{_TASK}/abortTask", True, v3_names=_IDS),
    Call("delete_tasks", "delete tasks", f"{_HANDLE}/deleteTask", f"{_TASK}/deleteTask", True, v3_names=_IDS),
    Call("set_overtime", "limit a task's time", f"{_HANDLE}/setTaskOverTimeStop", f"{_TASK}/setOverTimeStop", True),
    Call("full_speed", "render at full speed", f"{_HANDLE}/fullSpeedRendering", f"{_TASK}/fullSpeed", False),
    Call(
        "set_priority",
        "change a priority",
        f"{_RENDERING}/updateTaskUserLevel",
        f"{_RENDERING}/updateTaskUserLevel",
        True,
    ),
    Call("set_node_limit", "limit a task's machines", f"{_HANDLE}/updateTaskLimit", None, True),
    Call("edit_hardware", "change a task's hardware", f"{_HANDLE}/editTaskHardwareConfig", None, True),
    # frames
    Call("task_frames", "list frames", f"{_HANDLE}/queryTaskFrames", f"{_TASK}/queryTaskFrames", True),
    Call("frame_stats", "count the frames", f"{_HANDLE}/queryAllFrameStats", f"{_TASK}/queryAllFrameStats", True),
    Call(
        "retry_failed",
        "render failed frames again",
        f"{_HANDLE}/recommitTasks",
        f"{_TASK}/restartFailedFrames",
        False,
        v3_names=_IDS,
        v3_lacks=("status",),
    ),
    Call(
        "retry_frames",
        "render frames again",
        f"{_HANDLE}/recommitTaskFrames",
        f"{_TASK}/restartFrame",
        False,
        v3_lacks=("status",),
    ),
    Call("stop_frames", "stop single frames", f"{_HANDLE}/stopTaskFrames", None, True),
    Call("render_log", "show a render log", f"{_HANDLE}/showLog", None, True),
    Call(
        "process_image",
        "show a render in progress",
        f"{_HANDLE}/loadTaskProcessImg",
        f"{_TASK}/loadTaskProcessImg",
        True,
    ),
    Call("thumbnails", "show thumbnails", f"{_HANDLE}/loadingFrameThumbnail", f"{_TASK}/loadingFrameThumbnail", True),
    # labels
    Call("add_label", "add a label", f"{_PROJECT}/add", f"{_COMMON}/addLabel", False),
    Call("delete_label", "delete a label", f"{_PROJECT}/delete", f"{_COMMON}/deleteLabel", True),
    Call("labels", "list the labels", f"{_PROJECT}/getList", f"{_COMMON}/getLabelList", True),
    Call("labels_by_flag", "list the labels of other accounts", f"{_PROJECT}/list", None, True),
    Call("add_task_tag", "label a task", f"{_HANDLE}/addTaskLabel", f"{_TASK}/addTaskLabel", False),
    Call("delete_task_tags", "take labels off a task", f"{_HANDLE}/deleteTaskLabel", f"{_TASK}/deleteTaskLabel", True),
    # software, environments, hardware
    Call("software", "list its software", f"{_PLUGIN}/querySoftwareList", f"{_COMMON}/querySupportedSoftware", True),
    Call(
        "software_detail",
        "list versions and plug-ins",
        f"{_PLUGIN}/querySoftwareDetail",
        f"{_COMMON}/querySupportedPlugin",
        True,
        v3_drops=("osName",),
    ),
    Call(
        "envs",
        "list render environments",
        f"{_PLUGIN}/getUserPluginConfig",
        f"{_COMMON}/getRenderEnv",
        True,
        v3_drops=("osName",),
        v3_lacks=("cgIds",),
    ),
    Call("add_env", "add a render environment", f"{_PLUGIN}/addUserPluginConfig", f"{_COMMON}/addRenderEnv", False),
    Call(
        "update_env",
        "change a render environment",
        f"{_PLUGIN}/editUserPluginConfig",
        f"{_COMMON}/updateRenderEnv",
        True,
    ),
    Call(
        "delete_env",
        "delete a render environment",
        f"{_PLUGIN}/deleteUserPluginConfig",
        f"{_COMMON}/deleteRenderEnv",
        True,
    ),
    Call(
        "default_env",
        "choose the default render environment",
        f"{_PLUGIN}/setDefaultUserPluginConfig",
        f"{_COMMON}/setDefaultRenderEnv",
        True,
    ),
    Call("hardware", "list hardware", "/api/render/hardwareConfig/list", None, True),
    # transfer
    Call(
        "transfer_config", "describe its transfer lines", f"{_TRANSFER}/getConfig", f"{_TASK}/getTransferConfig", True
    ),
    Call(
        "transfer_server",
        "name its transfer server",
        f"{_TRANSFER}/getServerInfo",
        f"{_TASK}/getTransferServerMsg",
        True,
    ),
    Call("raysync_key", "give the Raysync key", f"{_TRANSFER}/getRaySyncUserKey", f"{_USER}/getRaySyncUserKey", True),
    Call("output_files", "list output files", "/api/render/file/operate/getOutputUserDirFile", None, True),
)
CALLS: Mapping[str, Call] = MappingProxyType({row.name: row for row in _ROWS})


class Asks(Protocol):
    """The part of a connection that is needed to find out its dialect."""

    domain: str

    def call_in(
        self, dialect: Dialect, name: str, body: Mapping[str, Any] | None = None, watch: Watch | None = None
    ) -> Any:
        """Make one call in that dialect."""


def dialect_named(name: str) -> Dialect:
    """`v3` or `current`. Raises BadInput."""
    try:
        return DIALECTS[name]
    except KeyError:
        raise BadInput(
            f'There is no Renderbus protocol "{name}".', f"Give one of: {', '.join(DIALECTS)}, or leave it out."
        ) from None


def detect(connection: Asks, watch: Watch | None = None) -> Dialect:
    """The first dialect in which the server knows the account's profile; at most two requests.

    Raises WrongServer when it knows neither, and whatever else the farm says, such as SignatureRefused.
    """
    for dialect in DIALECTS.values():
        try:
            connection.call_in(dialect, "profile", None, watch)
        except NotFound:
            continue
        return dialect
    raise WrongServer(
        f"{connection.domain} answers, but not as Renderbus does.",
        "Check the farm's domain in the settings, for example task.renderbus.com or jop.foxrenderfarm.com.",
    )
