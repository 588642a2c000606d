"""Every path of both dialects, its parameters and its handler.

Sources: protocol V3, 2018; SDK method document; what rayvision_api 2.2.0 and 3.0.4.3 send.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import account_calls as accounts
from . import environment_calls as environments
from . import frame_calls as frames
from . import task_calls as tasks
from .call import Call

Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """One call: its name in the journal, what handles it, where it is in each dialect, and its parameters.

    Paths are below /api/render; those that begin with a slash are whole. `extra` are parameters of the 2018 protocol
    alone, that take the place of the others' when they are there.
    """

    call: str
    handler: Handler
    current: tuple[str, ...]
    v3: tuple[str, ...] = ()
    parameters: str = ""
    v3_parameters: str | None = None


PAGE = "pageNum:int pageSize:int"
TASKS = "taskIds!:ints"
TASKS_V3 = "taskParam:ints taskIds:ints"
ENVIRONMENT = (
    "cgId!:int cgName!:str cgVersion!:str editName!:str renderSystem!:{system} pluginIds{required}:ints "
    "renderLayerType:text projectPath:str"
)
ENVIRONMENT_CURRENT = ENVIRONMENT.format(system="int", required="")
ENVIRONMENT_V3 = ENVIRONMENT.format(system="text", required="")
FRAMES = "taskId!:id selectAll!:int ids:ints status:ints"
FRAMES_V3 = "taskId:id taskIds:ints selectAll!:int ids:ints status:ints"
LIST = f"{PAGE} statusList:ints searchKeyword:str startTime:str endTime:str recycleFlag:int"
RENDERING = "/api/rendering/task/renderingTask/"

ROUTES = (
    Route("queryPlatforms", accounts.platforms, ("common/queryPlatforms",), ("common/queryPlatforms",), "zone!:int"),
    Route("queryUserProfile", accounts.profile, ("setUp/queryUserProfile",), ("user/queryUserProfile",)),
    Route("queryUserSetting", accounts.preferences, ("setUp/queryUserSetting",), ("user/queryUserSetting",)),
    Route(
        "updateUserSetting",
        accounts.update_preferences,
        ("setUp/updateUserSetting",),
        ("user/updateUserSetting",),
        "taskOverTimeSec!:int",
        "taskOverTime:int taskOverTimeSec:int",
    ),
    Route("getBid", accounts.bids, ("transfer/getBid",), ("task/getTransferBid",)),
    Route("getConfig", accounts.transfer_config, ("transfer/getConfig",), ("task/getTransferConfig",)),
    Route(
        "getServerInfo",
        accounts.transfer_server,
        ("transfer/getServerInfo",),
        ("task/getTransferServerMsg",),
        "zone:int",
    ),
    Route(
        "getRaySyncUserKey",
        accounts.raysync_key,
        ("transfer/getRaySyncUserKey", "user/getRaySyncUserKey"),
        ("user/getRaySyncUserKey",),
    ),
    Route(
        "taskRecord",
        accounts.task_record,
        ("handle/operate/sdk/taskRecord",),
        (),
        f"platform:int {PAGE} startDate:str endDate:str",
    ),
    Route(
        "loginRecord",
        accounts.login_record,
        ("handle/operate/sdk/loginRecord",),
        (),
        f"{PAGE} startDate:str endDate:str",
    ),
    Route("getUserPackNodeInfo", accounts.pack_nodes, ("submit/getUserPackNodeInfo",)),
    Route(
        "addLabel",
        accounts.add_project,
        ("project/add",),
        ("common/addLabel",),
        "newName!:str status:int",
        "newName!:str status:text",
    ),
    Route("deleteLabel", accounts.delete_project, ("project/delete",), ("common/deleteLabel",), "delName!:str"),
    Route("getLabelList", accounts.projects, ("project/getList",), ("common/getLabelList",)),
    Route(
        "operateUserLabel",
        accounts.operate_project,
        (),
        ("/api/rendering/task/common/operateUserLabel",),
        "taskId!:id status:int type!:int newName:str delName:str",
    ),
    Route("listProjects", accounts.projects, ("project/list",), (), "flag:int"),
    Route(
        "createTask",
        tasks.create,
        ("submit/createTask",),
        ("task/createTask",),
        "count:int taskUserLevel:int labels:strs outUserId:text cloneOriginalId:id artist:str",
        "count!:int taskUserLevel:int labels:strs outUserId:text cloneOriginalId:id artist:str",
    ),
    Route(
        "submitTask",
        tasks.submit,
        ("submit/task",),
        ("task/submitTask",),
        "taskId!:id producer:str",
        "taskId!:id producer:str assetIsolationModel:str outUserId:text",
    ),
    Route(
        "taskJsonFile",
        tasks.json_file,
        ("submit/taskJsonFile",),
        ("task/taskJsonFile",),
        "taskId!:id content!:str fileName:str",
    ),
    Route(
        "getTaskList",
        tasks.listing,
        ("handle/getTaskList", "handle/getTaskList/v2"),
        ("task/getTaskList",),
        LIST,
        LIST.replace("pageNum", "pageNum!").replace("pageSize", "pageSize!"),
    ),
    Route(
        "queryTaskInfo", tasks.info, ("handle/queryTaskInfo", "handle/queryTaskInfo/v2"), ("task/queryTaskInfo",), TASKS
    ),
    Route("stopTask", tasks.stop, (f"{RENDERING}stopTask", "handle/stopTask"), ("task/stopTask",), TASKS, TASKS_V3),
    Route(
        "startTask", tasks.start, (f"{RENDERING}startTask", "handle/startTask"), ("task/startTask",), TASKS, TASKS_V3
    ),
    Route("abandonTask", tasks.abandon, ("handle/abandonTask",), ("task/abortTask",), TASKS, TASKS_V3),
    Route("deleteTask", tasks.delete, ("handle/deleteTask",), ("task/deleteTask",), TASKS, TASKS_V3),
    Route(
        "updateTaskUserLevel",
        tasks.priority,
        (f"{RENDERING}updateTaskUserLevel",),
        (f"{RENDERING}updateTaskUserLevel",),
        "taskId!:id taskUserLevel!:int",
    ),
    Route(
        "setTaskOverTimeStop",
        tasks.over_time,
        ("handle/setTaskOverTimeStop",),
        ("task/setOverTimeStop",),
        f"{TASKS} overTime!:int",
    ),
    Route("fullSpeedRendering", tasks.full_speed, ("handle/fullSpeedRendering",), ("task/fullSpeed",), TASKS),
    Route("updateTaskLimit", tasks.limit, ("handle/updateTaskLimit",), (), "taskId!:id taskLimit!:int"),
    Route("addTaskLabel", tasks.add_label, ("handle/addTaskLabel",), ("task/addTaskLabel",), f"label!:str {TASKS}"),
    Route(
        "deleteTaskLabel",
        tasks.delete_label,
        ("handle/deleteTaskLabel", "task/deleteTaskLabel"),
        ("task/deleteTaskLabel",),
        "taskIds:ints labelNames:strs labelIds:ints",
    ),
    Route(
        "queryTaskFrames",
        frames.frames,
        ("handle/queryTaskFrames",),
        ("task/queryTaskFrames",),
        f"taskId!:id {PAGE} searchKeyword:str",
    ),
    Route("queryAllFrameStats", frames.statistics, ("handle/queryAllFrameStats",), ("task/queryAllFrameStats",)),
    Route(
        "recommitTasks",
        frames.resubmit_failed,
        ("handle/recommitTasks",),
        ("task/restartFailedFrames",),
        f"{TASKS} status:ints",
        f"{TASKS_V3} status:ints",
    ),
    Route(
        "recommitTaskFrames",
        frames.resubmit_frames,
        ("handle/recommitTaskFrames",),
        ("task/restartFrame",),
        FRAMES,
        FRAMES_V3,
    ),
    Route("stopTaskFrames", frames.stop_frames, ("handle/stopTaskFrames",), (), FRAMES),
    Route("showLog", frames.log, ("handle/showLog",), (), f"renderingType:str {PAGE} id:id"),
    Route(
        "loadTaskProcessImg",
        frames.progress_image,
        ("handle/loadTaskProcessImg",),
        ("task/loadTaskProcessImg",),
        "taskId!:id frameType:int",
    ),
    Route(
        "loadingFrameThumbnail",
        frames.thumbnail,
        ("handle/loadingFrameThumbnail",),
        ("task/loadingFrameThumbnail",),
        "id!:id frameStatus:int",
    ),
    Route(
        "getOutputUserDirFile",
        frames.output_files,
        ("file/operate/getOutputUserDirFile",),
        (),
        "treePath:str taskId:id",
    ),
    Route(
        "queryAnalyseErrorDetail",
        environments.error_detail,
        ("submit/queryAnalyseErrorDetail",),
        ("common/queryErrorDetail",),
        "code:text codes:texts language:id",
    ),
    Route(
        "querySoftwareList",
        environments.software_list,
        ("plugin/querySoftwareList",),
        ("common/querySupportedSoftware",),
    ),
    Route(
        "querySoftwareDetail",
        environments.software_detail,
        ("plugin/querySoftwareDetail",),
        ("common/querySupportedPlugin",),
        "cgId!:id osName:text",
    ),
    Route(
        "addUserPluginConfig",
        environments.add_environment,
        ("plugin/addUserPluginConfig",),
        ("common/addRenderEnv",),
        ENVIRONMENT_CURRENT,
        ENVIRONMENT_V3,
    ),
    Route(
        "editUserPluginConfig",
        environments.update_environment,
        ("plugin/editUserPluginConfig",),
        ("common/updateRenderEnv",),
        ENVIRONMENT_CURRENT,
        ENVIRONMENT_V3,
    ),
    Route(
        "deleteUserPluginConfig",
        environments.delete_environment,
        ("plugin/deleteUserPluginConfig",),
        ("common/deleteRenderEnv",),
        "editName!:str",
    ),
    Route(
        "setDefaultUserPluginConfig",
        environments.default_environment,
        ("plugin/setDefaultUserPluginConfig",),
        ("common/setDefaultRenderEnv",),
        "editName!:str",
    ),
    Route(
        "getUserPluginConfig",
        environments.environments,
        ("plugin/getUserPluginConfig",),
        ("common/getRenderEnv",),
        "cgId:id cgIds:ids osName:id",
    ),
    Route("hardwareConfigList", environments.hardware, ("hardwareConfig/list",), (), "cloneTask:str taskIds:ids"),
    Route(
        "editTaskHardwareConfig",
        environments.edit_hardware,
        ("handle/editTaskHardwareConfig",),
        (),
        "taskIds!:ids hardwareConfigIds:ids model:texts gpuNum:str ram:text",
    ),
)
"""Every call there is."""


def whole_path(path: str) -> str:
    """A route's path as a client sends it."""
    return path if path.startswith("/") else f"/api/render/{path}"


def _table(dialect: str) -> dict[str, Route]:
    return {whole_path(path): route for route in ROUTES for path in (route.v3 if dialect == "v3" else route.current)}


TABLES = {"current": _table("current"), "v3": _table("v3")}


def find(path: str, version: str, dialects: frozenset[str] | set[str]) -> tuple[str, Route] | None:
    """The dialect and the call of a path; of one that is in both, the header `version` tells (1.0.0 = v3)."""
    order = ("v3", "current") if version == "1.0.0" else ("current", "v3")
    for dialect in order:
        if dialect in dialects and path in TABLES[dialect]:
            return dialect, TABLES[dialect][path]
    return None
