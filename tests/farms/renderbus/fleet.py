"""What a small Renderbus platform has: machines, applications, plug-ins."""

from __future__ import annotations

from typing import Any

from farmdeck.farms.renderbus.models import (
    HardwareConfig,
    Plugin,
    PluginVersion,
    SoftwareDetail,
    SoftwareVersion,
    UserEnv,
)


def hardware(number: int, **given: Any) -> HardwareConfig:
    plain = {"kind": 1, "model": "Default", "ram": "64GB", "platform": 2, "enabled": True}
    return HardwareConfig(id=number, **{**plain, **given})


def plugin(software_version: int, name: str, *versions: str, first: int = 1000) -> Plugin:
    rows = tuple(PluginVersion(first + at, name, f"{name} {version}") for at, version in enumerate(versions))
    return Plugin(software_version, name, rows)


MAYA_2022, MAYA_20225, MAYA_2024 = (
    SoftwareVersion(number, 2000, "Maya", version) for number, version in ((22, "2022"), (25, "2022.5"), (24, "2024"))
)
OFFERED = SoftwareDetail(
    versions=(SoftwareVersion(19, 2000, "Maya", "2019"), MAYA_2022, MAYA_20225, MAYA_2024),
    plugins=(
        plugin(22, "mtoa", "5.2.0", "5.3.1", "5.4.0", first=100),
        plugin(22, "redshift", "3.0.45", "3.5.02", first=200),
        plugin(24, "mtoa", "5.3.5", first=300),
    ),
)
ENV = UserEnv(
    cg_id=2000,
    name="lookdev",
    cg_name="Maya",
    cg_version="2022",
    system=0,
    layer_type=1,
    is_default=True,
    plugins=(PluginVersion(101, "mtoa", "mtoa 5.3.1"),),
)
