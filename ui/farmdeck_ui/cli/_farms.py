"""`farms list|add|remove|test` and `envs list|match`."""

from __future__ import annotations

import sys
from typing import Any

import click
from farmdeck import settings
from farmdeck._errors import BadInput, FarmError
from farmdeck.documents import from_plain
from farmdeck.environments import RenderEnv, match_environments
from farmdeck.farms import discover
from farmdeck.lock import agent_runs
from farmdeck.store import FarmInfo

from . import _desk, _show
from ._scene import read_named


@click.group()
def farms() -> None:
    """The farms that are set up."""


@farms.command("list")
@_show.json_option
def list_farms(as_json: bool) -> None:
    """List the farms and how they are."""
    with _desk.open_store() as store:
        found = [_desk.farm_info(store, name) for name in settings.load().farms]
    if as_json:
        _show.print_json([_farm_document(farm) for farm in found])
        return
    rows = [[farm.name, farm.kind, farm.label, farm.problem or farm.status] for farm in found]
    _show.print_table(["Name", "Kind", "Farm", "Status"], rows)


def _farm_document(farm: FarmInfo) -> dict[str, Any]:
    return {
        "name": farm.name,
        "kind": farm.kind,
        "label": farm.label,
        "status": farm.status,
        "problem": farm.problem,
        "checked": farm.checked,
        "capabilities": farm.document.get("capabilities", {}),
    }


@farms.command("add")
@click.argument("name")
@click.option("--kind", required=True, help="What it is: one of the kinds that `farmdeck doctor` lists.")
@click.option("--set", "values", multiple=True, metavar="K=V", help="A setting of the farm's, such as url=http://…")
@click.option("--secret-stdin", is_flag=True, help="Read the secret from standard input into the keyring.")
def add_farm(name: str, kind: str, values: tuple[str, ...], secret_stdin: bool) -> None:
    """Set up a farm."""
    kinds, problems = discover()
    if kind not in kinds:
        why = next((p.message for p in problems if p.subject == kind), f"There are: {', '.join(sorted(kinds))}.")
        raise BadInput(f'There is no kind of farm "{kind}".', why)
    pairs = dict(_pair(text) for text in values)
    settings.add_farm(name, kind, pairs)
    if secret_stdin:
        from farmdeck import credentials

        kept = credentials.keep(name, sys.stdin.readline().rstrip("\r\n"))
        if kept.message:
            click.echo(kept.message)
    _reload()
    click.echo(f"{name} is set up. Try it with: farmdeck farms test {name}")


@farms.command("remove")
@click.argument("name")
def remove_farm(name: str) -> None:
    """Take a farm away; its jobs stay listed."""
    from farmdeck import credentials

    settings.remove_farm(name)
    credentials.forget(name)
    _reload()
    click.echo(f"{name} is no longer set up.")


@farms.command("test")
@click.argument("name")
@_show.json_option
def test_farm(name: str, as_json: bool) -> int:
    """Ask a farm whether it is there."""
    with _desk.open_store() as store:
        _desk.farm_info(store, name)
        _desk.ask(store, "farm.check", name)
        farm = _desk.farm_info(store, name)
    if as_json:
        _show.print_json(_farm_document(farm))
        return 1 if farm.problem else 0
    if farm.problem:
        raise FarmError(farm.problem, "")
    click.echo(f"{name}: {farm.status}")
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput(f'"{text}" is not a setting.', "Write it as NAME=VALUE.")
    return name, value


def _reload() -> None:
    with _desk.open_store() as store:
        if agent_runs(store.folder):
            _desk.ask(store, "farms.reload")


@click.group()
def envs() -> None:
    """The render environments of a farm."""


@envs.command("list")
@click.option("--farm", default="local", show_default=True)
@_show.json_option
def list_envs(farm: str, as_json: bool) -> None:
    """List what a farm can render with."""
    found = _environments(farm)
    if as_json:
        _show.print_json(found)
        return
    rows = [[env.name, f"{env.software.name} {env.software.version}", env.program or env.system] for env in found]
    _show.print_table(["Environment", "Software", ""], rows)


@envs.command("match")
@click.argument("scene", type=click.Path())
@click.option("--farm", default="local", show_default=True)
@_show.json_option
def match_envs(scene: str, farm: str, as_json: bool) -> None:
    """Rank a farm's environments for a scene, each with its reasons."""
    matches = match_environments(read_named(scene), _environments(farm))
    if as_json:
        _show.print_json(matches)
        return
    rows = [[match.env.name, match.fit.value, "; ".join(match.reasons)] for match in matches]
    _show.print_table(["Environment", "Match", "Why"], rows)


def _environments(farm: str) -> list[RenderEnv]:
    with _desk.open_store() as store:
        info = _desk.farm_info(store, farm)
    if info.problem:
        raise FarmError(info.problem, "")
    return [from_plain(RenderEnv, doc) for doc in info.document.get("environments", ())]


COMMANDS = (farms, envs)
