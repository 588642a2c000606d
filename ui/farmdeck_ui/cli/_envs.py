"""`envs list|match|create|edit|delete|default`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import click
from farmdeck._errors import BadInput
from farmdeck.documents import from_plain, to_plain
from farmdeck.environments import RenderEnv, match_environments
from farmdeck.scene import Plugin, Software
from farmdeck.store import FarmInfo, Store

from . import _desk, _show
from ._scene import read_named

farm_option = click.option("--farm", default="local", show_default=True)


@click.group()
def envs() -> None:
    """The render environments of a farm."""


# -- looking


@envs.command("list")
@farm_option
@_show.json_option
def list_envs(farm: str, as_json: bool) -> None:
    """List what a farm can render with."""
    with _desk.open_store() as store:
        found = _environments(_desk.usable_farm(store, farm))
    if as_json:
        _show.print_json(found)
        return
    if not found and _show.terminal():
        click.echo(f"{farm} has no environment.")
        return
    rows = [
        [
            env.name,
            _software(env.software),
            ", ".join(map(_plugin, env.plugins)),
            env.system,
            "default" if env.default else "",
            env.program,
        ]
        for env in found
    ]
    _show.print_table(["Environment", "Software", "Plug-ins", "System", "Default", "Program"], rows)


@envs.command("match")
@click.argument("scene", type=click.Path())
@farm_option
@_show.json_option
def match_envs(scene: str, farm: str, as_json: bool) -> None:
    """Rank a farm's environments for a scene, each with its reasons."""
    found = read_named(scene)
    with _desk.open_store() as store:
        matches = match_environments(found, _environments(_desk.usable_farm(store, farm)))
    if as_json:
        _show.print_json(matches)
        return
    rows = [[match.env.name, match.fit.value, "; ".join(match.reasons)] for match in matches]
    _show.print_table(["Environment", "Match", "Why"], rows)


def _environments(farm: FarmInfo) -> list[RenderEnv]:
    return [from_plain(RenderEnv, doc) for doc in farm.document.get("environments", ())]


# -- changing

like_option = click.option("--like", "scene", type=click.Path(), help="As this scene needs it.")
software_option = click.option("--software", metavar="NAME VERSION", help='Such as "Maya 2024".')
plugin_option = click.option("--plugin", "plugins", multiple=True, metavar="NAME=VERSION", help="Again for more.")
without_option = click.option("--without", multiple=True, metavar="PLUGIN", help="Leave this plug-in out.")
system_option = click.option("--system", type=click.Choice(["linux", "windows"]), help="What its machines run.")


@envs.command("create")
@click.argument("name", default="")
@like_option
@software_option
@plugin_option
@without_option
@system_option
@farm_option
@_show.json_option
def create_env(
    name: str,
    scene: str | None,
    software: str | None,
    plugins: tuple[str, ...],
    without: tuple[str, ...],
    system: str | None,
    farm: str,
    as_json: bool,
) -> None:
    """Make an environment like a scene's own, or of the versions that are named."""
    if bool(scene) == bool(software):
        raise click.UsageError("Give either --like SCENE or --software.")
    start = RenderEnv("", Software("", ""))
    wanted = _changed(start, scene, software, plugins, without, system)
    with _desk.open_store() as store:
        info = _editable(store, farm)
        env, notes = _nearest(store, info, wanted) if scene else (wanted, [])
        env = replace(env, name=name or env.name or _name(env))
        _desk.ask(store, "env.add", farm, environment=to_plain(env))
        _told(store, farm, env, notes, as_json, "is made")


@envs.command("edit")
@click.argument("name")
@like_option
@software_option
@plugin_option
@without_option
@system_option
@farm_option
@_show.json_option
def edit_env(
    name: str,
    scene: str | None,
    software: str | None,
    plugins: tuple[str, ...],
    without: tuple[str, ...],
    system: str | None,
    farm: str,
    as_json: bool,
) -> None:
    """Change an environment: to a scene's own versions, or one thing at a time."""
    if scene and software:
        raise click.UsageError("Give either --like SCENE or --software.")
    if not (scene or software or plugins or without or system):
        raise click.UsageError("Say what to change: --like, --software, --plugin, --without or --system.")
    with _desk.open_store() as store:
        info = _editable(store, farm)
        before = _named(info, name)
        env = _changed(before, scene, software, plugins, without, system)
        notes: list[str] = []
        if scene:
            near, notes = _nearest(store, info, env)
            env = replace(near, name=name, default=before.default)
        _desk.ask(store, "env.edit", farm, environment=to_plain(env))
        _told(store, farm, env, notes, as_json, "is changed")


@envs.command("delete")
@click.argument("name")
@farm_option
def delete_env(name: str, farm: str) -> None:
    """Take an environment away."""
    with _desk.open_store() as store:
        _named(_editable(store, farm), name)
        _desk.ask(store, "env.remove", farm, name=name)
    click.echo(f'"{name}" is gone from {farm}.')


@envs.command("default")
@click.argument("name")
@farm_option
def default_env(name: str, farm: str) -> None:
    """Make an environment the default."""
    with _desk.open_store() as store:
        _named(_editable(store, farm), name)
        _desk.ask(store, "env.default", farm, name=name)
    click.echo(f'"{name}" is the default on {farm} now.')


def _editable(store: Store, farm: str) -> FarmInfo:
    """Raises BadInput for a farm whose environments are what they are."""
    info = _desk.usable_farm(store, farm)
    if not info.document.get("capabilities", {}).get("edit_environments"):
        raise BadInput(f"The environments of {farm} cannot be changed here.", "Name another farm with --farm.")
    return info


def _named(farm: FarmInfo, name: str) -> RenderEnv:
    """Raises BadInput."""
    every = {env.name: env for env in _environments(farm)}
    if name not in every:
        raise BadInput(f'{farm.name} has no environment "{name}".', f"There is: {', '.join(every) or 'none'}.")
    return every[name]


def _changed(
    env: RenderEnv,
    scene: str | None,
    software: str | None,
    plugins: Sequence[str],
    without: Sequence[str],
    system: str | None,
) -> RenderEnv:
    """The environment as it is wanted. Raises BadInput, SceneError."""
    if scene:
        found = read_named(scene)
        env = replace(env, software=found.software, plugins=found.plugins)
    if software:
        env = replace(env, software=_read_software(software))
    named = {plugin.name: plugin for plugin in (*env.plugins, *map(_read_plugin, plugins))}
    for name in without:
        if named.pop(name, None) is None:
            raise BadInput(f'There is no plug-in "{name}" to leave out.', f"There is: {', '.join(named) or 'none'}.")
    return replace(env, plugins=tuple(named.values()), system=system or env.system)


def _nearest(store: Store, farm: FarmInfo, wanted: RenderEnv) -> tuple[RenderEnv, list[str]]:
    """What the farm has that comes nearest, and what differs. Raises FarmError."""
    values = _desk.ask(
        store,
        "env.like",
        farm.name,
        software=to_plain(wanted.software),
        plugins=to_plain(wanted.plugins),
        system=wanted.system,
    ).values
    assert values is not None  # an agent that says yes to this says which
    return from_plain(RenderEnv, values["environment"]), list(values["notes"])


def _told(store: Store, farm: str, env: RenderEnv, notes: Sequence[str], as_json: bool, done: str) -> None:
    """Say what it became, as the farm lists it now."""
    listed = {one.name: one for one in _environments(_desk.usable_farm(store, farm))}
    env = listed.get(env.name, env)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if as_json:
        _show.print_json({"farm": farm, "environment": env, "notes": notes})
        return
    content = ", ".join(filter(None, [_software(env.software), *map(_plugin, env.plugins), env.system]))
    click.echo(f'"{env.name}" {done} on {farm}: {content}')


def _read_software(text: str) -> Software:
    found = re.fullmatch(r"\s*(.*?\S)\s+(\d.*?)\s*", text)
    if not found:
        raise BadInput(f'"{text}" names no version.', 'Write it as "Maya 2024".')
    return Software(found.group(1), found.group(2))


def _read_plugin(text: str) -> Plugin:
    name, equals, version = text.partition("=")
    if not (name and equals and version):
        raise BadInput(f'"{text}" names no version.', "Write it as NAME=VERSION, such as mtoa=5.3.1.")
    return Plugin(name, version)


def _name(env: RenderEnv) -> str:
    return " ".join([_software(env.software), *map(_plugin, env.plugins)])


def _software(software: Software) -> str:
    return f"{software.name} {software.version}".strip()


def _plugin(plugin: Plugin) -> str:
    return f"{plugin.name} {plugin.version}".strip()


COMMANDS = (envs,)
