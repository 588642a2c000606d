"""Calls about software, render environments, hardware and error codes."""

from __future__ import annotations

from typing import Any

from . import life, software
from .accounts import Environment
from .call import Call
from .codes import Refusal

DETAILS: dict[str, tuple[int, str, str]] = {
    "15000": (1, "3ds Max did not start", "Close its dialogs and try again."),
    "15013": (0, "The scene's version is another than the one chosen", "Choose the version that saved it."),
    "15019": (1, "The software was not found", "Install it."),
    "15024": (1, "The scene file is missing", "Check its path."),
    "10012": (0, "A file is missing", "Relink it."),
    "20001": (0, "A file is missing", "Relink it."),
    "50001": (1, "Files are missing", "Relink them."),
    "50002": (1, "The camera is wrong", "Choose a camera."),
    "46003": (1, "There is no camera", "Add one."),
}
"""Code to (type 0 warning or 1 error, description, solution); others are warnings."""


def error_detail(call: Call) -> Any:
    codes = call.get("codes") or call.get("code")
    if not codes:
        raise Refusal(601, "code")
    wanted = [str(code) for code in (codes if isinstance(codes, list) else [codes])]
    flag = int(call.get("language", 0))
    return [_detail(number, code, flag) for number, code in enumerate(wanted, 5)]


def _detail(number: int, code: str, flag: int) -> dict[str, Any]:
    kind, what, solution = DETAILS.get(code, (0, f"Message {code}", ""))
    return {
        "id": number,
        "code": code,
        "type": kind,
        "languageFlag": flag,
        "desDescriptionCn": what,
        "desSolutionCn": solution,
        "solutionPath": "",
        "isRepair": 0,
        "isDelete": 1,
        "isOpen": 1,
        "lastModifyAdmin": "",
        "updateTime": 1534387709000,
    }


def software_list(call: Call) -> Any:
    return {"isAutoCommit": 2, "renderInfoList": software.SOFTWARE, "defaultCgId": 2001}


def software_detail(call: Call) -> Any:
    cg_id = int(call.get("cgId"))
    if cg_id not in software.VERSIONS:
        raise Refusal(404, f"software {cg_id}")
    return {"cgPlugin": software.plugins(cg_id), "cgVersion": software.versions(cg_id)}


def _environment(call: Call) -> Environment:
    cg_id, version = call.get("cgId"), call.get("cgVersion")
    if version not in software.VERSIONS.get(cg_id, ()):
        raise Refusal(600, f"cgVersion {version}")
    known = {
        item["pluginId"] for name in software.PLUGINS.get(cg_id, {}) for item in software.plugin_versions(cg_id, name)
    }
    for plugin_id in call.get("pluginIds"):
        if plugin_id not in known:
            raise Refusal(600, f"pluginIds {plugin_id}")
    return Environment(
        cg_id,
        call.get("editName"),
        call.get("cgName"),
        version,
        int(call.get("renderSystem")),
        int(call.get("renderLayerType", 0)),
        call.get("projectPath", ""),
        plugin_ids=list(call.get("pluginIds")),
    )


def _named(call: Call) -> Environment:
    for one in call.account.environments:
        if one.edit_name == call.get("editName"):
            return one
    raise Refusal(404, call.get("editName"))


def add_environment(call: Call) -> Any:
    made = _environment(call)
    if any(one.edit_name == made.edit_name for one in call.account.environments):
        raise Refusal(100, f"{made.edit_name} exists")
    call.account.environments.append(made)
    return {"editName": made.edit_name}


def update_environment(call: Call) -> None:
    old, new = _named(call), _environment(call)
    new.default = old.default
    call.account.environments[call.account.environments.index(old)] = new


def delete_environment(call: Call) -> None:
    call.account.environments.remove(_named(call))


def default_environment(call: Call) -> None:
    chosen = _named(call)
    for one in call.account.environments:
        if one.cg_id == chosen.cg_id:
            one.default = one is chosen


def environments(call: Call) -> Any:
    """Those of some software (all, when none is named), for one system if it is named."""
    wanted = {int(one) for one in call.get("cgIds") or ()} | ({int(call.get("cgId"))} if call.get("cgId") else set())
    system = call.get("osName")
    return [
        _shown(call, one)
        for one in call.account.environments
        if (not wanted or one.cg_id in wanted) and (system is None or one.render_system == int(system))
    ]


def _shown(call: Call, one: Environment) -> dict[str, Any]:
    shown = {
        "cgId": one.cg_id,
        "editName": one.edit_name,
        "cgName": one.cg_name,
        "cgVersion": one.cg_version,
        "osName": one.render_system,
        "renderLayerType": one.render_layer_type,
        "isDefault": int(one.default),
        "respUserPluginInfoVos": [software.plugin(number) for number in one.plugin_ids],
    }
    if call.dialect == "v3":
        return shown
    return {**shown, "projectPath": one.project_path, "isMainUserId": int(call.account.main is None)}


def hardware(call: Call) -> Any:
    """Every configuration; for tasks, `current` is true for theirs."""
    current = {one for task in call.tasks("taskIds") for one in task.hardware} if call.get("taskIds") else set()
    return [
        {**item, "platform": call.account.platform, "current": str(item["id"]) in current}
        for item in call.farm.hardware
    ]


def edit_hardware(call: Call) -> None:
    """Other machines for tasks: those with the ids given, else those of the models, memory and cards given."""
    tasks = call.tasks("taskIds")
    enabled = [item for item in call.farm.hardware if item["status"] == 1]
    found = [str(item["id"]) for item in enabled]
    if call.get("hardwareConfigIds"):
        wanted = [str(one) for one in call.get("hardwareConfigIds")]
        found = wanted if set(wanted) <= set(found) else []
    else:
        models = call.get("model") or []
        models = [models] if isinstance(models, str) else models
        ram, cards = str(call.get("ram", "")).removesuffix("GB"), str(call.get("gpuNum", ""))[:1]
        found = [
            str(item["id"])
            for item in enabled
            if (not models or item["model"] in models)
            and ram in ("", item["ram"].removesuffix("GB"))
            and cards in ("", (item["gpuNum"] or "")[:1])
        ]
    if not found:
        raise Refusal(600, "hardwareConfigIds")
    for task in tasks:
        for part in {task, *task.parts}:
            part.hardware = found
        life.update(call.farm, task)
    call.note("editTaskHardwareConfig", tasks)
