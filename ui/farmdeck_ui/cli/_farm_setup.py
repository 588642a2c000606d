"""`farms add` and `farms setup`: what a farm needs before it can be used."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from farmdeck import FarmdeckError, settings
from farmdeck._errors import BadInput, CredentialError
from farmdeck.farm import Farm, Watch
from farmdeck.farms import discover
from farmdeck.places import store_folder
from farmdeck.settings import FarmSettings

from . import _desk, _show
from ._bar import bar
from ._farms import farms, status

FOX = "foxfarm"
NEARBY_SECONDS = 3.0
_NUMBER = re.compile(r"(.+_)?(port|seconds)\Z")
"""Settings that are numbers; others stay texts, however many digits they have: an account may be called 0042."""


@farms.command("add")
@click.argument("name")
@click.argument("address", default="")
@click.option("--kind", help="What it is: one of the kinds that `farmdeck doctor` lists. Default: NAME, if it is one.")
@click.option("--set", "values", multiple=True, metavar="K=V", help="A setting of the farm's, such as url=http://…")
@click.option("--path-map", "maps", multiple=True, metavar="HERE=THERE", help="Where a folder lies at the farm.")
@click.option("--secret-stdin", is_flag=True, help="Read the secret from standard input into the keyring.")
def add_farm(
    name: str, address: str, kind: str | None, values: tuple[str, ...], maps: tuple[str, ...], secret_stdin: bool
) -> None:
    """Set up a farm, or set it up anew. ADDRESS: where it is, such as http://manager:8080."""
    made_of = _farm_class(kind or name)
    pairs = {**_address(made_of, address), **{key: _typed(key, value) for key, value in map(_pair, values)}}
    if maps:
        pairs["path_maps"] = _path_maps(maps)
    secret = sys.stdin.readline().rstrip("\r\n") if secret_stdin else ""
    if secret_stdin and not secret:
        raise CredentialError("There is no secret on standard input.", "Pipe it in, or type it and press Enter.")
    settings.add_farm(name, kind or name, pairs)
    if secret:
        from farmdeck import credentials

        kept = credentials.keep(name, secret)
        if kept.message:
            click.echo(kept.message)
    click.echo(f"{name} is set up.")
    _say_how_it_is(name)


def _farm_class(kind: str) -> type[Farm]:
    """Raises BadInput."""
    kinds, problems = discover()
    if kind not in kinds:
        why = next((p.message for p in problems if p.subject == kind), f"There are: {', '.join(sorted(kinds))}.")
        raise BadInput(f'There is no kind of farm "{kind}".', f"{why} Name one with --kind.")
    return kinds[kind]


def _address(kind: type[Farm], address: str) -> dict[str, str]:
    """The setting that it is. Raises BadInput for a farm that has none."""
    if address and not kind.address:
        raise BadInput(f"{kind.label} has no address of its own.", "Give its settings with --set.")
    return {kind.address: address} if address else {}


@farms.command("discover")
@click.option("--seconds", default=NEARBY_SECONDS, show_default=True, help="How long to listen.")
@_show.json_option
def discover_farms(seconds: float, as_json: bool) -> None:
    """Look for farms on the local network."""
    kinds, _ = discover()
    found = [(name, farm) for name, kind in kinds.items() for farm in kind.nearby(seconds)]
    if as_json:
        _show.print_json([{"kind": name, "label": farm.label, "address": farm.address} for name, farm in found])
        return
    if not found and _show.terminal():
        click.echo("No farm answers on the local network. One elsewhere is added by its address: farmdeck farms add.")
        return
    _show.print_table(["Kind", "Farm", "Address"], [[name, farm.label, farm.address] for name, farm in found])


def _say_how_it_is(name: str) -> None:
    """Ask it; that it cannot be used yet is said, and is no reason not to set it up."""
    try:
        with _desk.open_store() as store:
            _desk.ask(store, "farms.reload")
            farm = _desk.checked_farm(store, name)
    except FarmdeckError as exc:
        _show.complain(exc)
        return
    if farm.problem:
        click.echo(f"It cannot be used yet: {farm.problem}", err=True)
        click.echo(f"Once that is mended: farmdeck farms test {name}", err=True)
    else:
        click.echo(f"{name}: {status(farm)}")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f'"{text}" is not a setting.', "Write it as NAME=VALUE.")
    return name, value


def _typed(name: str, text: str) -> Any:
    """true, false, and lists as the settings file writes them; numbers where the name says so. Raises BadInput."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("["):
        return _list(name, text)
    if not _NUMBER.match(name):
        return text
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        raise BadInput(f'{name} is "{text}".', "Give a number.") from None


def _list(name: str, text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(f"{name} is {text}, which is not a list.", 'Write it as ["one", "two"].') from exc


def _path_maps(texts: tuple[str, ...]) -> list[list[str]]:
    """(here, there) pairs. Raises BadInput."""
    from farmdeck.transfers.paths import read_maps

    pairs = []
    for text in texts:
        here, equals, there = text.partition("=")
        if not (here and equals and there):
            raise BadInput(f'"{text}" is no path map.', "Write it as HERE=THERE, such as P:/=/P.")
        pairs.append([here, there])
    read_maps(pairs)
    return pairs


@farms.command("setup")
@click.argument("name")
def set_up_farm(name: str) -> None:
    """Fetch the program that a farm's files travel with."""
    farm = settings.load().farm(name)
    if not _needs_transmitter(farm):
        click.echo(f"There is nothing to set up for {name}.")
        return
    program = _fetch_transmitter(store_folder() / "farms" / name)
    click.echo(f"The transmission program is there: {program}")
    _say_how_it_is(name)


def _needs_transmitter(farm: FarmSettings) -> bool:
    """Do its files travel with the vendor's program, and with none that the settings name?"""
    given: Mapping[str, Any] = farm.values
    if given.get("storage") or given.get("transmitter"):
        return False
    if farm.kind == "renderbus":
        return bool(given.get("transfer", "transmitter") == "transmitter")
    return farm.kind == FOX and not given.get("aspera_server")


def _fetch_transmitter(folder: Path) -> Path:
    """Raises TransferError."""
    from farmdeck.transfers.vendor_program import fetch_transmitter

    with bar() as shown:

        def on_step(done: float, total: float) -> None:
            if shown:
                shown.show(
                    "Fetching the transmission program", done / total, f"{done / 1e6:.1f} of {total / 1e6:.1f} MB"
                )

        return fetch_transmitter(folder, Watch(on_step))


COMMANDS = ()
