"""Job types: the Manager's own form, as options of ours, and the settings of a job that they come to.

What Farmdeck knows is never asked for (frames, scene file, output, format, …). The other settings that the Manager
shows become options. A setting with an `eval` text is worked out by expressions.py; where that cannot be, it is asked
for too. OpenAPI: AvailableJobType, AvailableJobSetting.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from ..._errors import BadInput
from ...farm import Limit, Option
from .expressions import Names, Unknown, evaluate
from .subject import KNOWN, KNOWN_HIDDEN, OUTPUTS, SAMPLE, Subject

__all__ = ["OPTION", "JobType", "Setting", "Subject", "options", "read_job_type", "settings"]

OPTION = "job_type"
"""The option that says which; "" leaves it to the application."""
_TAKEN = frozenset({OPTION, "files", "tag", "video"})
_SHOWN = frozenset({"visible", "submission"})
_KINDS: Mapping[str, str] = {"string": "text", "int32": "int", "float": "float", "bool": "bool"}
_ZERO: Mapping[str, Any] = {"string": "", "int32": 0, "float": 0.0, "bool": False}
"""What Blender's properties are before anybody sets them; the add-on sends them so."""
_LEAST: Mapping[str, float] = {"chunk_size": 1}
"""What the Manager refuses to go below, though its types do not say so (js_globals.go: frameChunker)."""
_LABELS: Mapping[str, str] = {"chunk_size": "Frames per task"}
"""What our other farms call the same."""
_FEW = frozenset({"add_path_components"})
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Setting:
    """One setting of a job type, as the Manager describes it."""

    key: str
    type: str = "string"
    """`string`, `int32`, `float` or `bool`."""
    label: str = ""
    description: str = ""
    subtype: str = ""
    """`file_path`, `dir_path`, `file_name`, `hashed_file_path`, or ""."""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    """None where the Manager has none."""
    expression: str = ""
    """The `eval` text."""
    visible: str = "visible"
    """`visible`, `submission`, `web` or `hidden`."""
    required: bool = False
    editable: bool = True


@dataclass(frozen=True)
class JobType:
    """A job type of the Manager's."""

    name: str
    label: str
    description: str
    etag: str
    settings: tuple[Setting, ...]

    @property
    def for_blender(self) -> bool:
        """Does it render .blend files? By the setting that all such types have."""
        return any(setting.key == "blendfile" for setting in self.settings)


def read_job_type(doc: Mapping[str, Any]) -> JobType:
    """The type as the Manager sends it. OpenAPI: AvailableJobType; what is not as it says there is left out."""
    listed = doc.get("settings") if isinstance(doc.get("settings"), list) else []
    settings = [_read_setting(entry) for entry in listed or [] if isinstance(entry, dict)]
    return JobType(
        name=str(doc.get("name", "")),
        label=str(doc.get("label") or doc.get("name", "")),
        description=str(doc.get("description") or ""),
        etag=str(doc.get("etag") or ""),
        settings=tuple(setting for setting in settings if setting.key),
    )


def options(types: Sequence[JobType], by_application: Mapping[str, str]) -> tuple[Option, ...]:
    """`job_type`, then what the types ask for.

    `by_application`: for each application, as in `Software.name`, the type that "" stands for. A setting that several
    types define alike is one option; of those that differ, the first (the types of `by_application` come first, then
    the rest by name) has the bare name, the others are called `TYPE.KEY`.
    """
    usual = list(by_application.values())
    ordered = sorted(types, key=lambda t: (usual.index(t.name) if t.name in usual else len(usual), t.name))
    found: dict[str, Option] = {}
    for job_type in ordered:
        when = (job_type.name, *([""] if job_type.name in usual else []))
        for setting in [setting for setting in job_type.settings if _is_asked(job_type, setting)]:
            option = replace(_option(setting), when=(OPTION, *when))
            name = _option_name(option, job_type, found)
            known = found.get(name)
            more = tuple(choice for choice in option.when[1:] if known is None or choice not in known.when)
            found[name] = replace(known, when=known.when + more) if known else replace(option, name=name)
    return (_job_type_option(types, by_application), *found.values())


def settings(job_type: JobType, values: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A job's settings: what Farmdeck knows, what was given, what the expressions come to, then the defaults.

    `values` are checked options, those of other types among them. Raises BadInput that names every required setting
    that nobody gave, and for a value that does not suit its setting.
    """
    found = {s.key: value for s in job_type.settings if (value := _given(job_type, s, values, subject)) is not None}
    for setting in job_type.settings:  # expressions look at settings that come later too
        if setting.key not in found and not setting.expression:
            found[setting.key] = _default(setting)
    for setting in job_type.settings:
        if setting.key not in found:
            value = _worked_out(setting, subject, found)
            if value is not None:
                found[setting.key] = value
    missing = [s.key for s in job_type.settings if s.required and found.get(s.key) in (None, "")]
    if missing:
        raise BadInput(
            f'The job type "{job_type.label}" needs what nobody gave: {", ".join(missing)}.',
            "Fill it in among the farm's options, or choose another job type.",
        )
    return {setting.key: found[setting.key] for setting in job_type.settings if setting.key in found}


def _read_setting(entry: Mapping[str, Any]) -> Setting:
    kind = str(entry.get("type"))
    kind = kind if kind in _KINDS else "string"
    choices = entry.get("choices") if kind == "string" and isinstance(entry.get("choices"), list) else []
    low, high = _read_limits(entry.get("propargs"), whole=kind == "int32")
    return Setting(
        key=str(entry.get("key") or ""),
        type=kind,
        label=str(entry.get("label") or ""),
        description=str(entry.get("description") or ""),
        subtype=str(entry.get("subtype") or ""),
        choices=tuple(map(str, choices or [])),
        minimum=low,
        maximum=high,
        default=_suitable(kind, entry.get("default")),
        expression=str(entry.get("eval") or ""),
        visible=str(entry.get("visible") or "visible"),
        required=bool(entry.get("required")),
        editable=entry.get("editable") is not False,
    )


def _read_limits(propargs: Any, whole: bool) -> tuple[float | None, float | None]:
    """(min, max), None for those that are none; limits that no number keeps are none either."""
    low, high = (propargs.get(name) if isinstance(propargs, dict) else None for name in ("min", "max"))
    low = (math.ceil(low) if whole else low) if _is_number(low) else None
    high = (math.floor(high) if whole else high) if _is_number(high) else None
    return (None, None) if low is not None and high is not None and low > high else (low, high)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _suitable(kind: str, default: Any) -> Any:
    """The default as the type; None for none, and for one that is of another type."""
    try:
        return None if default is None else _as_type(kind, default)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


# what is asked for


def _is_asked(job_type: JobType, setting: Setting) -> bool:
    """Is it an option of ours? Not what Farmdeck knows, nor what an expression that it understands works out."""
    if _known(setting) is not None:
        return False
    if setting.expression and _evaluated(setting, SAMPLE, {s.key: _sample(s) for s in job_type.settings}) is None:
        return setting.visible in _SHOWN or setting.required
    if setting.visible in _SHOWN:
        return setting.editable or not setting.expression
    return setting.required and setting.default is None and not setting.expression


def _sample(setting: Setting) -> Any:
    """Some value for it, such as an expression can go on with."""
    known = _known(setting)
    value = _default(setting) if known is None else known(SAMPLE)
    return "/sample" if setting.type == "string" and not value else value


def _known(setting: Setting) -> Callable[[Subject], Any] | None:
    """Tells the value that Farmdeck knows itself; None for a setting that it does not."""
    return KNOWN.get(setting.key) or (KNOWN_HIDDEN.get(setting.key) if setting.visible not in _SHOWN else None)


def _option(setting: Setting) -> Option:
    """The setting as a field. One that has an expression may stay empty, which leaves it to that."""
    kind = "choice" if setting.choices else _KINDS[setting.type]
    default, choices = _default(setting), setting.choices
    if setting.expression:
        kind, default, choices = "choice" if choices else "text", "", ("", *choices) if choices else ()
    low, high = _limits_of(setting) if kind in ("int", "float") else (None, None)
    return Option(
        name=setting.key,
        label=setting.label or _LABELS.get(setting.key) or setting.key.replace("_", " ").capitalize(),
        kind=kind,
        default=default,
        minimum=low,
        maximum=high,
        choices=choices,
        help=setting.description,
        rare=setting.key in _FEW,
    )


def _option_name(option: Option, job_type: JobType, found: Mapping[str, Option]) -> str:
    """The key, or `TYPE.KEY` where another type's option of that name is another one; its help may differ."""
    known = found.get(option.name)
    same = known is None or replace(option, when=(), help="") == replace(known, when=(), help="")
    return option.name if same and option.name not in _TAKEN else f"{job_type.name}.{option.name}"


def _job_type_option(types: Sequence[JobType], by_application: Mapping[str, str]) -> Option:
    return Option(
        name=OPTION,
        label="Job type",
        kind="choice",
        default="",
        choices=("", *sorted(job_type.name for job_type in types)),
        zero="by the application",
        help="What the Manager makes of the job; each type has fields of its own.",
        limits=tuple(_limits(types, by_application)),
    )


def _limits(types: Sequence[JobType], by_application: Mapping[str, str]) -> Iterator[Limit]:
    """Types that are for another application, and "" where the Manager lacks the type that it stands for."""
    names = {job_type.name for job_type in types}
    for software, usual in by_application.items():
        if usual not in names:
            yield Limit("", f"The Manager has no job type {usual}, which {software} needs.", software)
        for job_type in types:
            others = {name for name in by_application.values() if name != usual}
            if job_type.for_blender != (software == "Blender") and (job_type.for_blender or job_type.name in others):
                yield Limit(job_type.name, f"This job type does not render scenes of {software}.", software)


# what a job gets


def _given(job_type: JobType, setting: Setting, values: Mapping[str, Any], subject: Subject) -> Any:
    """What Farmdeck knows or what was given; None for neither."""
    known = _known(setting)
    value = None
    if setting.key in OUTPUTS and setting.expression:
        value = subject.output
    elif known is not None:
        value = known(subject)
    elif _is_asked(job_type, setting):
        value = values.get(f"{job_type.name}.{setting.key}")
        if value is None and setting.key not in _TAKEN:
            value = values.get(setting.key)
    return None if value in (None, "") else _typed(setting, value)


def _worked_out(setting: Setting, subject: Subject, found: Mapping[str, Any]) -> Any:
    """What its expression comes to, else its default; None where it has none."""
    value = _evaluated(setting, subject, found)
    if value is None:
        value = setting.default
    return None if value is None else _typed(setting, value)


def _evaluated(setting: Setting, subject: Subject, found: Mapping[str, Any]) -> Any:
    """What its expression comes to; None where that is not known here."""
    facts = {**subject.facts(), **{f"settings.{key}": value for key, value in found.items()}}
    try:
        return evaluate(setting.expression, Names(facts, subject.scene_file, subject.original))
    except Unknown:
        return None


def _default(setting: Setting) -> Any:
    """What it is before anybody sets it, within its limits."""
    if setting.choices:
        return setting.default if setting.default in setting.choices else setting.choices[0]
    value = _ZERO[setting.type] if setting.default is None else setting.default
    if setting.type not in ("int32", "float"):
        return value
    low, high = _limits_of(setting)
    value = value if low is None else max(value, low)
    return value if high is None else min(value, high)


def _limits_of(setting: Setting) -> tuple[float | None, float | None]:
    return _LEAST.get(setting.key) if setting.minimum is None else setting.minimum, setting.maximum


def _typed(setting: Setting, value: Any) -> Any:
    """The value as the setting's type. Raises BadInput."""
    try:
        return _as_type(setting.type, value)
    except (ValueError, TypeError, KeyError, OverflowError):
        kind = {"int32": "a whole number", "float": "a number", "bool": "true or false"}[setting.type]
        raise BadInput(f"{setting.key} is {value!r}.", f"Give {kind}.") from None


def _as_type(kind: str, value: Any) -> Any:
    if kind == "bool":
        return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
    if kind == "string":
        return str(value)
    number = float(value)
    if not math.isfinite(number) or (kind == "int32" and (not number.is_integer() or int(number) not in _INT32)):
        raise ValueError(value)
    return int(number) if kind == "int32" else number
