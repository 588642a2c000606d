"""The kinds of machine that a Renderbus platform has: their names, which suit a scene, and which to take.

Source: SDK method document, "platform hardware configuration information", and what the SDK's own check looks at.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ..._errors import BadInput
from ...environments import Needs
from ...farm import Limit, Option
from ...farm import unsuited as unsuited_choices
from .environments import bare_version, software_name
from .models import HardwareConfig
from .options import OPTIONS

_LONGEST_PATTERN = 200
_MOST_REPEATS = 3


def hardware_name(hardware: HardwareConfig) -> str:
    """As an artist reads it: `28 cores, 64 GB`; `2080Ti, 2 GPUs, 128 GB`."""
    cores = re.fullmatch(r"(\d+)\s*C", hardware.model.strip(), re.IGNORECASE)
    model = f"{cores.group(1)} cores" if cores else hardware.model.strip()
    count = gpu_count(hardware)
    gpus = "" if not count else "1 GPU" if count == 1 else f"{count} GPUs"
    memory = f"{memory_gb(hardware)} GB" if memory_gb(hardware) else hardware.ram
    return ", ".join(word for word in (model, gpus, memory) if word) or f"machine {hardware.id}"


def memory_gb(hardware: HardwareConfig) -> int:
    """`64GB` is 64; 0 where it does not say."""
    return _first_number(hardware.ram)


def gpu_count(hardware: HardwareConfig) -> int:
    """`2*GPU` is 2; 0 for machines that render on their processors, and where it does not say."""
    return _first_number(hardware.gpus)


def by_name(configs: Iterable[HardwareConfig], platform: int) -> dict[str, HardwareConfig]:
    """The kinds of machine of a platform by a name that is each one's own, in the farm's order."""
    named: dict[str, HardwareConfig] = {}
    for config in configs:
        if config.platform == platform:
            name = hardware_name(config)
            named[name if name not in named else f"{name} (no. {config.id})"] = config
    return named


def hardware_option(configs: Iterable[HardwareConfig], platform: int) -> Option:
    """The option `hardware` with the platform's machines to choose from, and why some do not suit some scenes."""
    named = by_name(configs, platform)
    plain = next(option for option in OPTIONS if option.name == "hardware")
    limits = tuple(limit for name, config in named.items() for limit in _limits(name, config))
    return dataclasses.replace(plain, kind="choice", choices=("", *named), zero="any that suit", limits=limits)


def unsuited(hardware: HardwareConfig, needs: Needs, *, platform: int, tips: Collection[str] = ()) -> str:
    """Why it can't render the scene or submission, as a sentence; "" when it can.

    `tips`: the codes that tips.json will hold.
    """
    name = hardware_name(hardware)
    if hardware.platform != platform:
        return f"{name} belongs to another platform than this account's."
    codes = set(hardware.refused_codes) & set(tips)
    if codes:
        return f"{name} takes no scenes with missing files or other findings ({', '.join(sorted(codes))})."
    option = Option("hardware", "", "choice", name, choices=(name,), limits=tuple(_limits(name, hardware)))
    return unsuited_choices(option, needs).get(name, "")


def choose(
    configs: Sequence[HardwareConfig],
    needs: Needs,
    options: Mapping[str, Any],
    *,
    platform: int,
    tips: Collection[str] = (),
) -> HardwareConfig | None:
    """The kind of machine to render on: the one that is named, else the plainest that has memory and cards enough.

    `options`: as `check_options` gives them. None for a platform that lists no machines. Raises BadInput for a name
    that is not there or does not suit, and when none does.
    """
    named = by_name(configs, platform)
    if options["hardware"]:
        return _named(options["hardware"], named, needs, platform, tips)
    reasons = {name: unsuited(config, needs, platform=platform, tips=tips) for name, config in named.items()}
    suited = [config for name, config in named.items() if not reasons[name]]
    if named and not suited:
        raise BadInput("No kind of machine suits this scene.", " ".join(dict.fromkeys(reasons.values())))
    enough = [config for config in suited if memory_gb(config) >= int(options["memory"])]
    if suited and not enough:
        most = max(memory_gb(config) for config in suited)
        raise BadInput(f"No machine that suits has {options['memory']} GB of memory.", f"Choose {most} GB or less.")
    cards = int(options["graphics_cards"])
    return min(enough, key=lambda config: _plainness(config, cards), default=None)


def _named(
    name: str, named: Mapping[str, HardwareConfig], needs: Needs, platform: int, tips: Collection[str]
) -> HardwareConfig:
    found = next((config for key, config in named.items() if key.casefold() == name.casefold()), None)
    if found is None:
        known = "; ".join(named) or "none"
        raise BadInput(f'There are no machines called "{name}".', f"This platform has: {known}.")
    reason = unsuited(found, needs, platform=platform, tips=tips)
    if reason:
        raise BadInput(reason, "Choose other machines, or leave the choice to Farmdeck.")
    return found


def _plainness(config: HardwareConfig, cards: int) -> tuple[bool, bool, int, int]:
    """The farm's own default model first, then the cards that were asked for, then the least memory."""
    other_cards = gpu_count(config) not in (0, cards)
    return config.model.strip().lower() != "default", other_cards, memory_gb(config), config.id


def _limits(name: str, config: HardwareConfig) -> list[Limit]:
    """What the farm says against the machine, as limits of the choice `name`."""
    limits = []
    if not config.enabled:
        limits.append(Limit(name, f"{name} is switched off by the farm at the moment."))
    for cg_id in config.refused_cg_ids:
        software = software_name(cg_id)
        if software:
            limits.append(Limit(name, f"{name} does not render {software}.", software))
    for version in config.refused_versions:
        software = software_name(version.cg_id)
        bare = bare_version(software, version.version)
        if software:
            limits.append(Limit(name, f"{name} does not render {software} {bare}.", software, (bare,)))
    for pattern in config.refused_plugins:
        said = f"{name} does not render scenes that need {pattern}."
        limits.append(Limit(name, said, plugins=(_bounded(pattern),)))
    return limits


def _bounded(pattern: str) -> str:
    """The farm's regular expression, or its text to be looked for where trying it could take for ever."""
    repeats = len(re.findall(r"(?<!\\)[*+{]", pattern))
    nested = re.search(r"\)[*+{]|\\\d", pattern)
    safe = len(pattern) <= _LONGEST_PATTERN and repeats <= _MOST_REPEATS and not nested
    return pattern if safe else re.escape(pattern)


def _first_number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0
