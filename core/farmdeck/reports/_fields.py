"""A report in the service's own words."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from .._errors import BadInput
from .._version import __version__
from ._report import JobStatus, Report
from ._settings import ReportSettings

CODES = {"Blender": "BLD", "Cinema 4D": "C4D", "3ds Max": "MAX", "Maya": "MAY"}
"""SoftwareName; the document lists these four and no other."""
JOB_TYPE_CODES = {"economy": "1", "normal": "2", "test": "3"}
STATUS_CODES = {JobStatus.DONE: "1", JobStatus.ABORTED: "2", JobStatus.FAILED: "3"}
_ENGINES = {
    "cycles": "Cycles", "blendereevee": "Eevee", "blenderworkbench": "Workbench", "blenderrender": "Blender Internal",
    "arnold": "Arnold", "vray": "V-Ray", "redshift": "Redshift", "renderman": "RenderMan", "mentalray": "Mental Ray",
    "mayasoftware": "Maya Software", "mayahardware": "Maya Hardware", "mayavector": "Maya Vector",
    "defaultscanlinerenderer": "Scanline", "scanline": "Scanline", "corona": "Corona", "fstorm": "FStorm",
    "octane": "Octane", "ifd": "Mantra", "karma": "Karma", "ris": "RenderMan", "rib": "RenderMan",
}  # fmt: skip
"""How artists call a renderer, by the beginning of the host's own id without its punctuation."""
_STEP = Decimal("0.0001")


def service_fields(report: Report, settings: ReportSettings) -> dict[str, str | None]:
    """By the document's names and in its order; None is null. Raises BadInput when the service cannot be told.

    RenderHours are decimal hours, credits decimal numbers: both rounded half up to four decimals, a point, no zeros
    at the end. What is not known is null.
    """
    job_type = report.job_type or settings.job_type
    hours = report.render_hours if report.render_hours is not None or report.frames else 0.0
    name, version = _software(report.software, settings.software_codes)
    return {
        "MissionId": report.mission_id,
        "MissionGuid": report.mission_guid or None,
        "Email": _email(report, settings),
        "JobType": _job_type(job_type),
        "RunDate": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(report.run)),
        "JobStatus": STATUS_CODES[report.status],
        "Frames": str(report.frames),
        "RenderHours": _decimal(hours),
        "SoftwareName": name,
        "SoftwareVersion": version,
        "JobOriginator": settings.originator,
        "OriginatorVersion": __version__,
        "RenderEngine": ", ".join(dict.fromkeys(engine_name(id) for id in report.renderer.split(", ") if id)),
        "CreditsUsed": _decimal(_credits(report.credits, hours, settings.credits_per_hour.get(job_type))),
        "SaasCreditsUsed": _decimal(_credits(report.saas_credits, hours, settings.saas_credits_per_hour.get(job_type))),
    }


def engine_name(renderer: str) -> str:
    """`V-Ray` of `V_Ray_6__hotfix_3`; an id that nobody listed stays as it is."""
    bare = re.sub(r"[^0-9a-z]", "", renderer.lower())
    return next((name for start, name in _ENGINES.items() if bare.startswith(start)), renderer)


def _software(software: str, agreed: Mapping[str, str]) -> tuple[str, str]:
    """(the service's code, the version) of `3ds Max 2024`. Raises BadInput."""
    codes = {**CODES, **agreed}
    for name, code in codes.items():
        if code and (software == name or software.startswith(name + " ")):
            return code, software[len(name) :].strip()
    name = software.rpartition(" ")[0] or software or "the application"
    raise BadInput(
        f"The service has no code for {name}: it lists {', '.join(CODES)}.",
        f'Agree on one with the service, write {name} = "…" below [reports.software_codes], then send it.',
    )


def _job_type(name: str) -> str:
    if name not in JOB_TYPE_CODES:
        raise BadInput(f'"{name}" is no job type that the service knows.', "Enter the job at the service by hand.")
    return JOB_TYPE_CODES[name]


def _email(report: Report, settings: ReportSettings) -> str:
    email = report.email or settings.email
    if not email:
        raise BadInput(
            "Neither the job nor the settings say an e-mail address.", "Write email below [reports], then send it."
        )
    return email


def _credits(given: float | None, hours: float | None, rate: float | None) -> float | None:
    if given is not None or hours is None or rate is None:
        return given
    return hours * rate


def _decimal(value: float | None) -> str | None:
    if value is None:
        return None
    return f"{Decimal(str(value)).quantize(_STEP, ROUND_HALF_UP).normalize():f}"
