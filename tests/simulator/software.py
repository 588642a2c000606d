"""What the farm has installed, and on which machines."""

from __future__ import annotations

from typing import Any

SOFTWARE: list[dict[str, Any]] = [
    {
        "cgId": cg_id,
        "cgName": name,
        "cgType": files,
        "iconPath": f"/img/softimage/{icon}.png",
        "isNeedProjectPath": project,
        "isNeedAnalyse": analyse,
        "isSupportLinux": linux,
    }
    for cg_id, name, files, icon, project, analyse, linux in (
        (2000, "Maya", "ma;mb", "maya", 1, 1, 1),
        (2001, "3ds Max", "max", "max", 1, 1, 0),
        (2003, "Arnold Standalone", "ass", "arnold", 3, 2, 1),
        (2004, "Houdini", "hip;hipnc;hiplc", "houdini", 2, 1, 1),
        (2005, "Cinema 4D", "c4d", "cinema-4D", 1, 1, 0),
        (2007, "Blender", "blend", "blender", 1, 1, 0),
        (2008, "VR Standalone", "vrscene", "VR-standalone", 3, 2, 0),
        (2012, "KeyShot", "bip", "keyshot", 2, 1, 0),
        (2013, "Clarisse", "project;render", "clarisse", 3, 1, 1),
        (2016, "Katana", "katana", "katana", 3, 1, 1),
        (2020, "Unreal Engine", "uproject", "ue", 3, 1, 0),
    )
]
"""renderInfoList of querySoftwareList."""

VERSIONS: dict[int, tuple[str, ...]] = {
    2000: ("2018", "2019", "2020", "2022", "2023", "2024", "2025"),
    2001: ("2018", "2020", "2022", "2024", "2025"),
    2003: ("5.3.1.0", "7.1.2.2"),
    2004: ("16.5", "17.5", "18.5.351", "19.0.383", "19.5.303", "20.0.506", "20.5.278"),
    2005: ("R21", "2023"),
    2007: ("2.79", "2.93", "3.3", "3.4", "3.6", "4.2", "4.5"),
    2008: ("4.10.03", "5.10"),
    2012: ("9",),
    2013: ("4.0",),
    2016: ("4.0v1",),
    2020: ("5.3",),
}
"""Software id to its versions."""

PLUGINS: dict[int, dict[str, tuple[str, ...]]] = {
    2000: {
        "mtoa": ("3.1.2", "4.2.4", "5.2.0", "5.3.1", "5.4.0"),
        "vrayformaya": ("5.20.02", "6.00.01"),
        "redshift": ("3.0.45", "3.5.13"),
        "wobble": ("0.9.5",),
    },
    2001: {"vray": ("3.60.03", "5.00.05", "6.10.08"), "corona": ("7", "9")},
    2004: {"renderman": ("22.6", "24.4"), "htoa": ("5.6.3", "6.2.3"), "redshift": ("3.0.45", "3.5.13")},
    2005: {"octane": ("2022.1",)},
    2007: {"cycles-x": ("1.0",)},
}
"""Software id to its plug-ins' versions; every version of the software has each."""

HARDWARE: list[dict[str, Any]] = [
    {
        "id": number,
        "type": kind,
        "model": model,
        "ram": ram,
        "gpuNum": cards,
        "platform": 2,
        "current": False,
        "status": status,
        "notSupportCgId": no_software,
        "notSupportCode": [],
        "notSupportCgVersions": no_versions,
        "notSupportPluginList": no_plugins,
    }
    for number, kind, model, ram, cards, status, no_software, no_versions, no_plugins in (
        (301, 1, "Default", "64GB", None, 1, [], [], []),
        (303, 1, "Default", "128GB", None, 1, [], [], []),
        (305, 1, "28C", "64GB", None, 1, [], [], []),
        (307, 1, "64C", "256GB", None, 0, [], [], []),
        (337, 2, "1080Ti", "64GB", "2*GPU", 1, [2005, 2000], [], []),
        (339, 2, "2080Ti", "64GB", "2*GPU", 1, [], [{"cgId": 2007, "cgVersionName": "2.79"}], []),
        (341, 2, "1080Ti", "128GB", "1*GPU", 1, [2005], [], ["^vrayformaya.*"]),
    )
]
"""hardwareConfig/list's items."""

PLATFORMS: list[dict[str, Any]] = [
    {"platform": 2, "name": "query_platform_w2", "type": 1, "status": 1, "taskPrefix": "2W", "isShow": 1},
    {"platform": 3, "name": "query_platform_w3", "type": 1, "status": 2, "taskPrefix": "3W", "isShow": 1},
    {"platform": 20, "name": "query_platform_pic", "type": 2, "status": 1, "taskPrefix": "P", "isShow": 1},
    {"platform": 21, "name": "query_platform_gpu", "type": 0, "status": 3, "taskPrefix": "G", "isShow": 1},
    {"platform": 62, "name": "query_platform_w3_cpu", "type": 1, "status": 1, "taskPrefix": "62W", "isShow": 1},
]
"""queryPlatforms' items."""


def version_id(cg_id: int, place: int) -> int:
    """The id of a software's version."""
    return (cg_id - 1999) * 100 + place


def versions(cg_id: int) -> list[dict[str, Any]]:
    """cgVersion of querySoftwareDetail."""
    name = next((item["cgName"] for item in SOFTWARE if item["cgId"] == cg_id), "")
    return [
        {"id": version_id(cg_id, place), "cgId": cg_id, "cgName": name, "cgVersion": version}
        for place, version in enumerate(VERSIONS.get(cg_id, ()))
    ]


def plugins(cg_id: int) -> list[dict[str, Any]]:
    """cgPlugin of querySoftwareDetail: an item for each version of the software and each plug-in."""
    return [
        {"cvId": version["id"], "pluginName": name, "pluginVersions": plugin_versions(cg_id, name)}
        for version in versions(cg_id)
        for name in PLUGINS.get(cg_id, {})
    ]


def plugin_versions(cg_id: int, name: str) -> list[dict[str, Any]]:
    """The versions of a plug-in. Source: protocol V3, 2018 (the version's text begins with the plug-in's name)."""
    names = list(PLUGINS.get(cg_id, {}))
    base = 1166 + (cg_id - 2000) * 1000 + names.index(name) * 50
    return [
        {"pluginId": base + place, "pluginName": name, "pluginVersion": f"{name} {version}"}
        for place, version in enumerate(PLUGINS[cg_id][name])
    ]


def plugin(plugin_id: int) -> dict[str, Any] | None:
    """The plug-in version with an id."""
    return ALL_PLUGINS.get(plugin_id)


ALL_PLUGINS = {
    item["pluginId"]: item
    for cg_id, names in PLUGINS.items()
    for name in names
    for item in plugin_versions(cg_id, name)
}
