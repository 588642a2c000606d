"""The table `[reports]` of the settings.

[reports]
address = "https://api.example.com"       # "" switches reports off
format = "json"                           # or "xml"
email = "accounts@studio.com"             # of jobs that say none
job_type = "normal"                       # economy, normal or test, likewise
credits_per_hour = {economy = 1.5, normal = 3, test = 0}     # or one number
software_codes = {Houdini = "HOU"}        # agreed on with the service; its own list has none for Houdini
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from .._errors import BadInput, SettingsError
from ..job import JOB_TYPES, Accounting
from ..submission import checked_accounting

FORMATS = ("json", "xml")
PATH = "api/v1/render/jobdata"
LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class ReportSettings:
    """Where reports go, and what a job does not say itself."""

    address: str = ""
    """The whole address of the call."""
    format: str = "json"
    credential: str = "reports.stratuscore"
    """The name that the Id and the Key are kept under; with a point, as no farm's is."""
    email: str = ""
    job_type: str = "normal"
    originator: str = "Farmdeck"
    credits_per_hour: Mapping[str, float] = field(default_factory=lambda: _NONE)
    """By job type."""
    saas_credits_per_hour: Mapping[str, float] = field(default_factory=lambda: _NONE)
    software_codes: Mapping[str, str] = field(default_factory=dict)
    """By application, over and in the place of the service's own."""
    timeout_seconds: float = 60.0
    """How long the service may take to answer."""


def report_settings(table: Mapping[str, Any]) -> ReportSettings | None:
    """What `[reports]` says; None when it names no address. Raises SettingsError."""
    known = [one.name for one in fields(ReportSettings)]
    odd = sorted(set(table) - set(known))
    if odd:
        raise _wrong(f"reports.{odd[0]} is not a setting.", f"Use: {', '.join(known)}.")
    address = _text(table, "address")
    if not address:
        return None
    made = ReportSettings(
        address=_address(address),
        format=_choice(table, "format", FORMATS),
        credential=_text(table, "credential") or ReportSettings.credential,
        email=_text(table, "email"),
        job_type=_choice(table, "job_type", JOB_TYPES),
        originator=_text(table, "originator") or ReportSettings.originator,
        credits_per_hour=_rates(table, "credits_per_hour"),
        saas_credits_per_hour=_rates(table, "saas_credits_per_hour"),
        software_codes=_codes(table.get("software_codes", {})),
        timeout_seconds=_number("timeout_seconds", table.get("timeout_seconds", ReportSettings.timeout_seconds)),
    )
    try:
        checked_accounting(Accounting(email=made.email))
    except BadInput as exc:
        raise _wrong(f"reports.email: {exc.what}", exc.fix) from None
    if not made.timeout_seconds:
        raise _wrong("reports.timeout_seconds is 0.", "Give a number above 0.")
    return made


def _wrong(what: str, fix: str) -> SettingsError:
    return SettingsError(f"In the settings, {what}", fix)


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str) or not value.isprintable():
        raise _wrong(f"reports.{name} is not a text.", f'Write {name} = "…" below [reports].')
    return value.strip()


def _choice(table: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = _text(table, name) or getattr(ReportSettings, name)
    if value not in choices:
        raise _wrong(f'reports.{name} is "{value}".', f"Use one of: {', '.join(choices)}.")
    return str(value)


def _address(text: str) -> str:
    """The call's whole address; the Key is in what is sent, so that it never travels in the open."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username:
        raise _wrong("reports.address is no address.", "Write it as https://api.example.com.")
    if parts.scheme == "http" and not LOOPBACK.fullmatch(host):
        raise _wrong(f"reports.address would send the Key to {host} in the open.", "Use https.")
    bare = text.rstrip("/")
    return bare if bare.endswith("/" + PATH) else f"{bare}/{PATH}"


def _rates(table: Mapping[str, Any], name: str) -> Mapping[str, float]:
    """Credits for an hour, by job type; one number is for all."""
    value = table.get(name, {})
    if not isinstance(value, Mapping):
        return dict.fromkeys(JOB_TYPES, _number(name, value))
    odd = sorted(set(value) - set(JOB_TYPES))
    if odd:
        raise _wrong(f'reports.{name} says "{odd[0]}".', f"Its keys are: {', '.join(JOB_TYPES)}.")
    return {job_type: _number(name, rate) for job_type, rate in value.items()}


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        raise _wrong(f"reports.{name} is {value!r}.", "Give a number from 0 up.")
    return float(value)


def _codes(value: Any) -> Mapping[str, str]:
    if not isinstance(value, Mapping) or not all(
        isinstance(code, str) and code.isprintable() for code in value.values()
    ):
        raise _wrong("reports.software_codes is no table of codes.", 'Write it as {Houdini = "HOU"}.')
    return dict(value)
