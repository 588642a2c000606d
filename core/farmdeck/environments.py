"""Render environments, and which of them fits a scene: ranked, and each says why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from .scene import Plugin, Software


class Needs(Protocol):
    """A scene, or a submission of one: what an environment has to have."""

    @property
    def software(self) -> Software: ...

    @property
    def plugins(self) -> tuple[Plugin, ...]: ...


@dataclass(frozen=True)
class RenderEnv:
    """What a farm can render with."""

    name: str
    """Unique on its farm, as the artist sees it."""
    software: Software = field(metadata={"of": Software})
    plugins: tuple[Plugin, ...] = field(default=(), metadata={"of": Plugin})
    system: str = ""
    """`linux`, `windows`, `macos`; "" where it makes no difference."""
    default: bool = False
    program: str = ""
    """Local farm: the executable, absolute."""


class Fit(str, Enum):
    """How well an environment fits."""

    EXACT = "exact"
    CLOSE = "close"
    POOR = "poor"
    NONE = "none"
    """It cannot render this scene."""


@dataclass(frozen=True)
class Match:
    """One environment with its rank and reasons, best first in `match_environments`."""

    env: RenderEnv = field(metadata={"of": RenderEnv})
    fit: Fit = field(metadata={"enum": Fit})
    reasons: tuple[str, ...] = ()
    """Whole phrases: `mtoa 5.3.1 in the scene, 5.2.0 here`."""


def version_key(text: str) -> tuple[int, ...]:
    """`4.5.3 LTS` as (4, 5, 3); no number is ()."""
    return tuple(int(number) for number in re.findall(r"\d+", text)[:4])


def match_environments(scene: Needs, envs: Iterable[RenderEnv]) -> list[Match]:
    """Every environment, best first: exact before close before poor, then the nearest version, then the default."""
    order = list(Fit)
    wanted = version_key(scene.software.version)

    def rank(match: Match) -> tuple[int, float, bool, str]:
        return order.index(match.fit), _distance(wanted, match.env), not match.env.default, match.env.name

    return sorted((_match(scene, env) for env in envs), key=rank)


def _match(scene: Needs, env: RenderEnv) -> Match:
    if env.software.name.lower() != scene.software.name.lower():
        return Match(env, Fit.NONE, (f"{env.software.name} does not render {scene.software.name} scenes",))
    fit, reasons = _software_fit(scene.software, env.software)
    here = {plugin.name.lower(): plugin for plugin in env.plugins}
    for plugin in scene.plugins:
        found = here.get(plugin.name.lower())
        if found is None:
            fit = Fit.POOR
            reasons.append(f"{plugin.name} {plugin.version}".strip() + " in the scene, not here")
        elif plugin.version and found.version and found.version != plugin.version:
            fit = fit if fit is Fit.POOR else Fit.CLOSE
            reasons.append(f"{plugin.name} {plugin.version} in the scene, {found.version} here")
    return Match(env, fit, tuple(reasons))


def _software_fit(wanted: Software, here: Software) -> tuple[Fit, list[str]]:
    """Versions are compared as far as the scene file tells them."""
    scene, env = version_key(wanted.version), version_key(here.version)
    said = f"{wanted.name} {wanted.version} in the scene, {here.version} here"
    if not scene:
        return Fit.CLOSE, [f"The scene does not say which {wanted.name} saved it; this is {here.version}"]
    if env[: len(scene)] == scene or env[:2] == scene[:2]:
        return Fit.EXACT, [f"{here.name} {here.version} renders what {wanted.version} saved"]
    if env > scene:
        return Fit.CLOSE, [said]
    return Fit.POOR, [f"{said}: an older {here.name} may lose what it does not know"]


def _distance(wanted: tuple[int, ...], env: RenderEnv) -> float:
    have = version_key(env.software.version)
    pairs = zip((*wanted, 0, 0, 0), (*have, 0, 0, 0), (10000.0, 100.0, 1.0))
    return abs(sum((here - there) * weight for there, here, weight in pairs))
